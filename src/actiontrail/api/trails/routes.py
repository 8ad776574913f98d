"""The addresses of trails under `/v1/`: one row each, and how a request becomes a deed and an answer."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
from litestar import Request, Response, route
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler

from actiontrail.api.deeds import Deed
from actiontrail.api.gate import Admitted, Gate, Planned
from actiontrail.api.operations.trails import CREATE_ERRORS, SETTINGS_ERRORS
from actiontrail.api.rest import TOO_MUCH, unless_gone
from actiontrail.api.routes import Asked, Method, Route
from actiontrail.api.selection import Selection
from actiontrail.api.served import BadQuestion, answered, asked, in_path, received, request_id
from actiontrail.api.signature import Sent
from actiontrail.api.throttle import Throttled
from actiontrail.api.trails.rest import TrailsRest, Visit
from actiontrail.api.trails.trial import PREVIEW, TEST, VERIFY, Trial
from actiontrail.api.trails.values import (
    BackfillAsk,
    DataEventsAsk,
    DataServicesAnswer,
    InsightsAsk,
    JobAnswer,
    JobGone,
    JobsAnswer,
    Nothing,
    ProbeAnswer,
    ProbeAsk,
    SelectionAsk,
    TrailAnswer,
    TrailAsk,
    TrailChange,
    TrailGone,
    TrailsAnswer,
    VerificationAnswer,
    VerificationAsk,
    VolumeAnswer,
    VolumeAsk,
)
from actiontrail.delivery.backfill import BackfillRuns, BadRange, NoBackfill, NoSuchJob
from actiontrail.delivery.destination import NoObjects, NoSuchPlace, PlaceDenied
from actiontrail.delivery.figures import BadPeriod
from actiontrail.delivery.inspection import BadPart, Stopped
from actiontrail.delivery.selectors import BadSelectors
from actiontrail.delivery.trails import BadTrail, NoSuchTrail
from actiontrail.query.search import OutOfRange

A = TypeVar("A", bound=Asked)
GROUP = "deliver"
_HIDDEN = frozenset({"destinations"})  # of a request, in the event that it becomes: options may be secret
_NAMED = re.compile(r"\{(\w+)\}")
_PLACES_IN_PATHS = {"name": "The trail's name.", "job": "The backfill's number."}


class Step(NamedTuple, Generic[A]):
    """One address with one method, and who answers."""

    name: str
    method: Method
    path: str
    operation: str
    summary: str
    asks: type[A]
    answers: type[msgspec.Struct]
    run: Callable[[Any, Visit, A], msgspec.Struct]  # a method of `TrailsRest`, or of `Trial`
    errors: tuple[type[Exception] | str, ...] = ()


_ALL, _ONE = "/v1/trails", "/v1/trails/{name}"
_PLACES = (NoSuchPlace, PlaceDenied)
# fmt: off
STEPS: tuple[Step[Any], ...] = (
    Step("trails", "GET", _ALL, "DescribeTrails", "All trails.", Nothing, TrailsAnswer, TrailsRest.list),
    Step("createTrail", "POST", _ALL, "CreateTrail", "A trail is made. Its destinations are really asked.",
         TrailAsk, TrailAnswer, TrailsRest.create, (BadQuestion, *CREATE_ERRORS, *_PLACES)),
    Step("trail", "GET", _ONE, "DescribeTrails", "One trail.", Nothing, TrailAnswer, TrailsRest.get, (NoSuchTrail,)),
    Step("changeTrail", "PATCH", _ONE, "UpdateTrail", "A trail is changed from now on.",
         TrailChange, TrailAnswer, TrailsRest.change, (BadQuestion, NoSuchTrail, *SETTINGS_ERRORS, *_PLACES)),
    Step("deleteTrail", "DELETE", _ONE, "DeleteTrail", "A trail is deleted.",
         Nothing, TrailGone, TrailsRest.delete, (NoSuchTrail,)),
    Step("startTrail", "POST", f"{_ONE}/start", "StartLogging", "What is recorded from now on is delivered.",
         Nothing, TrailAnswer, TrailsRest.start, (NoSuchTrail,)),
    Step("stopTrail", "POST", f"{_ONE}/stop", "StopLogging", "What is recorded from now on is not delivered.",
         Nothing, TrailAnswer, TrailsRest.stop, (NoSuchTrail,)),
    Step("putDataEvents", "PUT", f"{_ONE}/data-events", "PutDataEventSelector",
         "Data events that one of the selectors chooses are delivered from now on.",
         DataEventsAsk, TrailAnswer, TrailsRest.put_data_events, (BadQuestion, NoSuchTrail, BadSelectors, BadTrail)),
    Step("deleteDataEvents", "DELETE", f"{_ONE}/data-events", "DeleteDataEventSelector",
         "No data events that are recorded from now on are delivered.",
         Nothing, TrailAnswer, TrailsRest.delete_data_events, (NoSuchTrail,)),
    Step("putInsights", "PUT", f"{_ONE}/insights", "PutInsightSelectors",
         "Insights of these types are delivered from now on.",
         InsightsAsk, TrailAnswer, TrailsRest.put_insights, (BadQuestion, NoSuchTrail, BadSelectors)),
    Step("backfill", "POST", f"{_ONE}/backfills", "CreateDeliveryHistoryJob",
         "Events of any range are brought to a trail's destinations, but for those that are there.",
         BackfillAsk, JobAnswer, TrailsRest.backfill, (BadQuestion, NoSuchTrail, NoBackfill, BackfillRuns, BadRange)),
    Step("backfills", "GET", f"{_ONE}/backfills", "ListDeliveryHistoryJobs", "The backfills of a trail, and how far they are.",
         Nothing, JobsAnswer, TrailsRest.jobs, (NoSuchTrail,)),
    Step("cancelBackfill", "DELETE", f"{_ONE}/backfills/{{job}}", "DeleteDeliveryHistoryJob",
         "A backfill is stopped and forgotten; what it brought stays.",
         Nothing, JobGone, TrailsRest.cancel, (NoSuchTrail, NoSuchJob)),
)
TRIALS: tuple[Step[Any], ...] = (
    Step("trailVolume", "GET", f"{_ONE}/volume", "DescribeTrailDeliveryMetricData",
         "How many events and bytes a trail delivered, over time. Kept for 30 days.",
         VolumeAsk, VolumeAnswer, Trial.volume, (BadQuestion, NoSuchTrail, BadPeriod)),
    Step("verifyTrail", "POST", f"{_ONE}/verification", VERIFY,
         "One part of a check: what a trail delivered, against its signed manifests and its couriers' places.",
         VerificationAsk, VerificationAnswer, Trial.verify,
         (BadQuestion, NoSuchTrail, NoObjects, BadPart, Stopped, Throttled, *_PLACES)),
    Step("probeDestination", "POST", "/v1/trail-tests/destination", TEST,
         "Destinations are really asked what a trail would ask, and nothing is left there.",
         ProbeAsk, ProbeAnswer, Trial.probe, (BadQuestion, NoSuchTrail, BadTrail, Throttled)),
    Step("previewSelection", "POST", "/v1/trail-tests/selection", PREVIEW,
         "What a trail would have chosen from the events of a range, and what not.",
         SelectionAsk, Selection, Trial.select, (BadQuestion, BadSelectors, BadTrail, OutOfRange, *TOO_MUCH)),
    Step("dataEventServices", "GET", "/v1/data-event-services", "ListDataEventServices",
         "The services that are known to have data events.", Nothing, DataServicesAnswer, Trial.data_services),
)
# fmt: on
_QUIET = frozenset({PREVIEW})  # with every key that is pressed: not recorded, unless refused
ROUTES = tuple(
    Route(
        name=step.name,
        method=step.method,
        path=step.path,
        action=f"actiontrail:{step.operation}",
        summary=step.summary,
        group=GROUP,
        places={name: _PLACES_IN_PATHS[name] for name in _NAMED.findall(step.path)},
        query=step.asks if step.method == "GET" and step.asks is not Nothing else None,
        body=None if step.asks is Nothing or step.method == "GET" else step.asks,
        answer=step.answers,
        errors=step.errors,
    )
    for step in (*STEPS, *TRIALS)
)


class TrailDesk(NamedTuple):
    """Who answers, behind which gate."""

    gate: Gate
    rest: TrailsRest
    trial: Trial


def routes(desk: TrailDesk) -> list[HTTPRouteHandler]:
    """The handlers of trails."""
    rest = [_handler(desk, desk.rest, step) for step in STEPS]
    return [*rest, *(_handler(desk, desk.trial, step) for step in TRIALS)]


def _handler(desk: TrailDesk, who: TrailsRest | Trial, step: Step[Any]) -> HTTPRouteHandler:
    names = [part[1:-1] if part.startswith("{") else "" for part in step.path.split("/")[1:]]

    @route(
        _NAMED.sub(r"{\1:str}", step.path),
        http_method=[HttpMethod(step.method)],
        status_code=200,
        include_in_schema=False,
        name=step.name,
    )
    async def one(request: Request[Any, Any, Any]) -> Response[bytes]:
        sent, identity = await received(request), request_id(request)
        found = dict(zip(names, in_path(request), strict=False))
        places = {name: found[name] for name in _PLACES_IN_PATHS if name in found}
        visits: list[Visit] = []

        def plan(account: str) -> Planned[msgspec.Struct]:
            def run(admitted: Admitted) -> msgspec.Struct:
                visits.append(Visit(admitted.caller, places.get("name", ""), places.get("job", "")))
                return step.run(who, visits[0], asked(sent, step.asks))

            return Planned(_deed(desk.rest.region, account, step, sent, places), run)

        def stop() -> None:
            for visit in visits:
                desk.trial.stop(visit)

        answer = await unless_gone(request, lambda: desk.gate.perform(sent, identity, plan), stop)
        return answered(answer, identity)

    return one


def _deed(region: str, account: str, step: Step[Any], sent: Sent, places: Mapping[str, str]) -> Deed:
    told, trail = _told(sent), places.get("name", "*")
    return Deed(
        action=f"actiontrail:{step.operation}",
        resource=f"acs:actiontrail:{region}:{account}:trail/{trail}",
        parameters={"name": trail, **told, **places},
        quiet=step.operation in _QUIET,
    )


def _told(sent: Sent) -> dict[str, Any]:
    """What the request says, for the event that it becomes: of destinations nothing but where they are."""
    try:
        given = msgspec.json.decode(sent.body) if sent.body.strip() else {}
    except (msgspec.MsgspecError, RecursionError):
        return {}
    if not isinstance(given, dict):
        return {}
    told = {name: value for name, value in given.items() if name not in _HIDDEN}
    listed = given.get("destinations")
    if isinstance(listed, list):
        told["destinations"] = [one.get("address") for one in listed if isinstance(one, dict)]
    return told
