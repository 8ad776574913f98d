"""Trails over our own interface, under `/v1/trails`: with destinations of every kind, and backfills of any range.

The same trails as those of the public API, by the same policies. Credentials of destinations go in and never come
out: they are sealed at rest, and neither answers nor the events that these requests become hold them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

import msgspec
from litestar import Request, Response, route
from litestar.concurrency import sync_to_thread
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import UNSET, Meta, UnsetType

from actiontrail.access.keys import Caller
from actiontrail.api.deeds import Deed
from actiontrail.api.gate import Gate, Planned
from actiontrail.api.operations.trails import CREATE_ERRORS, SETTINGS_ERRORS, when
from actiontrail.api.rest import at_moment
from actiontrail.api.routes import Answered, Asked, Method, Route
from actiontrail.api.served import BadQuestion, answered, asked, in_path, received, request_id
from actiontrail.api.signature import Sent
from actiontrail.delivery.backfill import (
    DAYS,
    BackfillRuns,
    Backfills,
    BadRange,
    Job,
    NoBackfill,
    Range,
    usual_range,
)
from actiontrail.delivery.changes import New, Trails
from actiontrail.delivery.destination import Means, NoSuchPlace, PlaceDenied
from actiontrail.delivery.tables import Place
from actiontrail.delivery.trails import NoSuchTrail, Other, Settings, Trail

A = TypeVar("A", bound=Asked)
GROUP = "deliver"
STATES = ("beginning", "at work", "done", "failed")
_HIDDEN = frozenset({"destinations"})  # of a request, in the event that it becomes: options may be secret

Address = Annotated[str, Meta(description="`scheme://place/path`, of any kind that there is.")]
Region = Annotated[str, Meta(description="`All`, or ids of regions by commas.")]
Rw = Literal["Write", "Read", "All"]


class DestinationAsk(Asked, frozen=True):
    """A place to deliver to."""

    address: Address
    options: Annotated[Mapping[str, str], Meta(description="As the kind of the address has them.")] = (
        msgspec.field(default_factory=dict)
    )
    credentials: Annotated[
        Mapping[str, str],
        Meta(description="`id`, `secret` and `token`; those of the settings if there are none."),
    ] = msgspec.field(default_factory=dict)


class TrailAsk(Asked, frozen=True):
    """A trail that is to be made."""

    name: Annotated[str, Meta(description="6 to 36 small letters, digits, `-` and `_`, a letter first.")]
    destinations: tuple[DestinationAsk, ...] = ()
    oss_bucket_name: str = ""
    oss_key_prefix: str = ""
    sls_project_arn: str = ""
    max_compute_project_arn: str = ""
    event_rw: Rw = msgspec.field(default="All", name="eventRW")
    trail_region: Region = "All"
    organization: Annotated[bool, Meta(description="Of all accounts that the caller manages.")] = False
    start: Annotated[bool, Meta(description="Whether to deliver what is recorded from now on.")] = True


class TrailChange(Asked, frozen=True):
    """What is to be different; what is not said stays. `destinations` are all of them, those that stay too."""

    destinations: tuple[DestinationAsk, ...] | UnsetType = UNSET
    oss_bucket_name: str | UnsetType = UNSET
    oss_key_prefix: str | UnsetType = UNSET
    sls_project_arn: str | UnsetType = UNSET
    max_compute_project_arn: str | UnsetType = UNSET
    event_rw: Rw | UnsetType = msgspec.field(default=UNSET, name="eventRW")
    trail_region: Region | UnsetType = UNSET


class BackfillAsk(Asked, frozen=True):
    """The events wanted, by their own times; half-open."""

    start: Annotated[str, Meta(description=f"RFC 3339. Empty: {DAYS} days ago.")] = ""
    end: Annotated[str, Meta(description="RFC 3339. Empty: now.")] = ""
    client_token: Annotated[str, Meta(description="The same token again answers the job that it made.")] = ""


class Nothing(Asked, frozen=True):
    """Nothing is asked but what the path says."""


class PlaceShown(Answered, frozen=True):
    """A destination, and how it goes there. Times are empty where nothing happened yet."""

    kind: str
    address: str
    delivered: str
    error: str
    leaving: bool
    next: Annotated[
        int, Meta(description="The index of the ledger at which the next batch begins; -1: none yet.")
    ]


class TrailShown(Answered, frozen=True):
    """A trail."""

    name: str
    arn: str
    home_region: str
    status: str
    event_rw: str = msgspec.field(name="eventRW")
    trail_region: str
    organization_id: str
    created: str
    updated: str
    started: str
    stopped: str
    destinations: list[PlaceShown]


class TrailAnswer(Answered, frozen=True):
    """One trail."""

    trail: TrailShown


class TrailsAnswer(Answered, frozen=True):
    """All trails of the caller's account."""

    trails: list[TrailShown]


class TrailGone(Answered, frozen=True):
    """The trail is gone."""

    deleted: str


class JobShown(Answered, frozen=True):
    """A backfill."""

    id: int
    trail: str
    state: str
    progress: Annotated[float, Meta(description="How much of the ledger it has been through, from 0 to 1.")]
    start: str
    end: str
    created: str
    updated: str
    regions: list[str]
    error: str


class JobAnswer(Answered, frozen=True):
    """One backfill."""

    job: JobShown


class JobsAnswer(Answered, frozen=True):
    """The backfills of a trail, the newest first."""

    jobs: list[JobShown]


class TrailsRest:
    """Answers. Safe to share between threads."""

    def __init__(
        self, gate: Gate, trails: Trails, backfills: Backfills, *, region: str, now: Callable[[], float]
    ) -> None:
        self.gate = gate
        self.region = region
        self._trails, self._backfills, self._now = trails, backfills, now

    def list(self, caller: Caller, _name: str, _ask: Nothing) -> TrailsAnswer:
        """All of them."""
        return TrailsAnswer(trails=[self._shown(one) for one in self._trails.all(caller.account)])

    def get(self, caller: Caller, name: str, _ask: Nothing) -> TrailAnswer:
        """One of them."""
        return TrailAnswer(trail=self._shown(self._trails.find(caller.account, name)))

    def create(self, caller: Caller, _name: str, ask: TrailAsk) -> TrailAnswer:
        """A new one, started unless that was not wanted."""
        settings = msgspec.structs.replace(Settings(), **_settings(ask))
        new = New(caller.account, ask.name, self.region, settings, ask.organization)
        trail = self._trails.create(new, _means(ask.destinations))
        if ask.start:
            self._trails.start(caller.account, trail.name)
        return self.get(caller, trail.name, Nothing())

    def change(self, caller: Caller, name: str, ask: TrailChange) -> TrailAnswer:
        """Another one from now on."""
        given = _settings(ask)
        named = {"oss_bucket": "oss", "sls_project": "sls", "odps_project": "maxcompute"}
        self._trails.update(
            self._trails.find(caller.account, name),
            lambda before: msgspec.structs.replace(before, **given),
            asked=[kind for field, kind in named.items() if given.get(field)],
            means=_means(ask.destinations or ()),
        )
        return self.get(caller, name, Nothing())

    def delete(self, caller: Caller, name: str, _ask: Nothing) -> TrailGone:
        """Gone, with what it had not delivered."""
        self._trails.delete(caller.account, name)
        return TrailGone(deleted=name)

    def start(self, caller: Caller, name: str, ask: Nothing) -> TrailAnswer:
        """Started."""
        self._trails.start(caller.account, name)
        return self.get(caller, name, ask)

    def stop(self, caller: Caller, name: str, ask: Nothing) -> TrailAnswer:
        """Stopped."""
        self._trails.stop(caller.account, name)
        return self.get(caller, name, ask)

    def backfill(self, caller: Caller, name: str, ask: BackfillAsk) -> JobAnswer:
        """Begun."""
        trail, now = self._trails.find(caller.account, name), self._now()
        start, end = at_moment(ask.start, "start"), at_moment(ask.end, "end")
        usual = usual_range(now)
        wanted = Range(usual.start_ms if start is None else start, usual.end_ms if end is None else end)
        job = self._backfills.create(trail, now=now, token=ask.client_token, wanted=wanted)
        return JobAnswer(job=self._job(job))

    def jobs(self, caller: Caller, name: str, _ask: Nothing) -> JobsAnswer:
        """Those of one trail."""
        self._trails.find(caller.account, name)
        found = [job for job in self._backfills.all(caller.account) if job.trail_name == name]
        return JobsAnswer(jobs=[self._job(job) for job in found])

    def _shown(self, trail: Trail) -> TrailShown:
        return TrailShown(
            name=trail.name,
            arn=trail.arn,
            home_region=trail.home_region,
            status=trail.status,
            event_rw=trail.settings.event_rw,
            trail_region=trail.settings.trail_region,
            organization_id=trail.organization,
            created=when(trail.created),
            updated=when(trail.updated),
            started=when(trail.started),
            stopped=when(trail.stopped),
            destinations=[_place(place) for place in self._trails.places(trail)],
        )

    def _job(self, job: Job) -> JobShown:
        return JobShown(
            id=job.number,
            trail=job.trail_name,
            state=STATES[job.status],
            progress=round(self._backfills.progress(job), 4),
            start=when(job.start_ms // 1000),
            end=when(job.end_ms // 1000),
            created=when(job.created),
            updated=when(job.updated),
            regions=list(job.regions),
            error=job.error,
        )


def _place(place: Place) -> PlaceShown:
    return PlaceShown(
        kind=place.kind,
        address=place.address,
        delivered=when(place.delivered),
        error=place.error,
        leaving=place.leaving,
        next=-1 if place.position is None else place.position,
    )


_FIELDS = {
    "oss_bucket_name": "oss_bucket",
    "oss_key_prefix": "oss_prefix",
    "sls_project_arn": "sls_project",
    "max_compute_project_arn": "odps_project",
    "event_rw": "event_rw",
    "trail_region": "trail_region",
}


def _settings(ask: TrailAsk | TrailChange) -> dict[str, Any]:
    """The settings that `ask` says."""
    found = {field: getattr(ask, name) for name, field in _FIELDS.items() if getattr(ask, name) is not UNSET}
    if ask.destinations is not UNSET:
        found["others"] = tuple(Other(one.address) for one in ask.destinations)
    return found


def _means(destinations: Sequence[DestinationAsk]) -> Mapping[str, Means]:
    """How those are written to that say anything of it; the others keep their means."""
    return {
        one.address: Means(options=one.options, credentials=one.credentials)
        for one in destinations
        if one.options or one.credentials
    }


class Step(NamedTuple, Generic[A]):
    """One address with one method, and who answers."""

    name: str
    method: Method
    path: str
    operation: str
    summary: str
    asks: type[A]
    answers: type[Answered]
    run: Callable[[TrailsRest, Caller, str, A], Answered]
    errors: tuple[type[Exception], ...] = ()


_ALL, _ONE = "/v1/trails", "/v1/trails/{name}"
_PLACES = (NoSuchPlace, PlaceDenied)
STEPS: tuple[Step[Any], ...] = (
    Step(
        "trails",
        "GET",
        _ALL,
        "DescribeTrails",
        "All trails.",
        Nothing,
        TrailsAnswer,
        TrailsRest.list,
    ),
    Step(
        "createTrail",
        "POST",
        _ALL,
        "CreateTrail",
        "A trail is made. Its destinations are really asked.",
        TrailAsk,
        TrailAnswer,
        TrailsRest.create,
        (BadQuestion, *CREATE_ERRORS, *_PLACES),
    ),
    Step(
        "trail",
        "GET",
        _ONE,
        "DescribeTrails",
        "One trail.",
        Nothing,
        TrailAnswer,
        TrailsRest.get,
        (NoSuchTrail,),
    ),
    Step(
        "changeTrail",
        "PATCH",
        _ONE,
        "UpdateTrail",
        "A trail is changed from now on.",
        TrailChange,
        TrailAnswer,
        TrailsRest.change,
        (BadQuestion, NoSuchTrail, *SETTINGS_ERRORS, *_PLACES),
    ),
    Step(
        "deleteTrail",
        "DELETE",
        _ONE,
        "DeleteTrail",
        "A trail is deleted.",
        Nothing,
        TrailGone,
        TrailsRest.delete,
        (NoSuchTrail,),
    ),
    Step(
        "startTrail",
        "POST",
        f"{_ONE}/start",
        "StartLogging",
        "What is recorded from now on is delivered.",
        Nothing,
        TrailAnswer,
        TrailsRest.start,
        (NoSuchTrail,),
    ),
    Step(
        "stopTrail",
        "POST",
        f"{_ONE}/stop",
        "StopLogging",
        "What is recorded from now on is not delivered.",
        Nothing,
        TrailAnswer,
        TrailsRest.stop,
        (NoSuchTrail,),
    ),
    Step(
        "backfill",
        "POST",
        f"{_ONE}/backfills",
        "CreateDeliveryHistoryJob",
        "Events of any range are brought to a trail's destinations, but for those that are there.",
        BackfillAsk,
        JobAnswer,
        TrailsRest.backfill,
        (BadQuestion, NoSuchTrail, NoBackfill, BackfillRuns, BadRange),
    ),
    Step(
        "backfills",
        "GET",
        f"{_ONE}/backfills",
        "ListDeliveryHistoryJobs",
        "The backfills of a trail.",
        Nothing,
        JobsAnswer,
        TrailsRest.jobs,
        (NoSuchTrail,),
    ),
)
ROUTES = tuple(
    Route(
        name=step.name,
        method=step.method,
        path=step.path,
        action=f"actiontrail:{step.operation}",
        summary=step.summary,
        group=GROUP,
        places={"name": "The trail's name."} if "{name}" in step.path else {},
        body=None if step.asks is Nothing else step.asks,
        answer=step.answers,
        errors=step.errors,
    )
    for step in STEPS
)


def routes(rest: TrailsRest) -> list[HTTPRouteHandler]:
    """The handlers of trails."""
    return [_handler(rest, step) for step in STEPS]


def _handler(rest: TrailsRest, step: Step[Any]) -> HTTPRouteHandler:
    path = step.path.replace("{name}", "{name:str}")
    if "{name}" in step.path:

        @route(
            path,
            http_method=[HttpMethod(step.method)],
            status_code=200,
            include_in_schema=False,
            name=step.name,
        )
        async def one(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:  # noqa: ARG001
            return await _perform(rest, step, request, in_path(request)[2])

        return one

    @route(
        path, http_method=[HttpMethod(step.method)], status_code=200, include_in_schema=False, name=step.name
    )
    async def all_(request: Request[Any, Any, Any]) -> Response[bytes]:
        return await _perform(rest, step, request, "")

    return all_


async def _perform(
    rest: TrailsRest, step: Step[Any], request: Request[Any, Any, Any], name: str
) -> Response[bytes]:
    sent, identity = await received(request), request_id(request)

    def plan(account: str) -> Planned[Answered]:
        parameters = _told(sent)
        known = name or str(parameters.get("name", "*"))
        resource = f"acs:actiontrail:{rest.region}:{account}:trail/{known if name else '*'}"
        deed = Deed(
            action=f"actiontrail:{step.operation}",
            resource=resource,
            parameters={**parameters, "name": known},
        )
        return Planned(deed, lambda admitted: step.run(rest, admitted.caller, name, asked(sent, step.asks)))

    return answered(await sync_to_thread(rest.gate.perform, sent, identity, plan), identity)


def _told(sent: Sent) -> dict[str, Any]:
    """What the request says, for the event that it becomes: of destinations nothing but where they are."""
    try:
        given = msgspec.json.decode(sent.body) if sent.body.strip() else {}
    except msgspec.MsgspecError:
        return {}
    if not isinstance(given, dict):
        return {}
    told = {name: value for name, value in given.items() if name not in _HIDDEN}
    listed = given.get("destinations")
    if isinstance(listed, list):
        told["destinations"] = [one.get("address") for one in listed if isinstance(one, dict)]
    return told
