"""What is asked and answered under `/v1/trails`: the shapes alone. Pure."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from actiontrail.api.routes import Answered, Asked
from actiontrail.delivery.backfill import DAYS
from actiontrail.delivery.courier import Trouble
from actiontrail.delivery.probing import Name as CheckName
from actiontrail.delivery.probing import State as CheckState
from actiontrail.delivery.selectors import INSIGHT_TYPES
from actiontrail.delivery.standing import Health

Address = Annotated[str, Meta(description="`scheme://place/path`, of any kind that there is.")]
Region = Annotated[str, Meta(description="`All`, or ids of regions by commas.")]
Rw = Literal["Write", "Read", "All"]
JobState = Literal["beginning", "at work", "done", "failed"]
_INSIGHTS = f"Types of insight that are delivered: {', '.join(INSIGHT_TYPES)}."
InsightTypes = Annotated[tuple[str, ...], Meta(description=_INSIGHTS)]
DataRegions = Annotated[tuple[str, ...], Meta(description="Data events of these regions; none: of all.")]
Hours = Annotated[
    list[int],
    Meta(description="Events delivered in each of the last 24 hours, to all places; the present one last."),
]


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


class Condition(Asked, frozen=True):
    """Values that are wanted, and values that are not."""

    equals: tuple[str, ...] = ()
    not_equals: tuple[str, ...] = ()


class DataSelection(Asked, frozen=True):
    """One selector of data events: all that it says must hold. `*` in a value of `resourceArn` stands for anything."""

    service_name: str
    read_write_type: Rw = "All"
    event_name: Condition = Condition()
    resource_arn: Condition = Condition()


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


class DataEventsAsk(Asked, frozen=True):
    """The selectors of data events, instead of those before."""

    selectors: tuple[DataSelection, ...]
    regions: DataRegions = ()


class InsightsAsk(Asked, frozen=True):
    """The types of insight, instead of those before."""

    insight_types: InsightTypes


class BackfillAsk(Asked, frozen=True):
    """The events wanted, by their own times; half-open."""

    start: Annotated[str, Meta(description=f"RFC 3339. Empty: {DAYS} days ago.")] = ""
    end: Annotated[str, Meta(description="RFC 3339. Empty: now.")] = ""
    client_token: Annotated[str, Meta(description="The same token again answers the job that it made.")] = ""


class ProbeAsk(Asked, frozen=True):
    """Where a trail might deliver to. A `trail` that is there lends the credentials of places that it has already."""

    trail: Annotated[str, Meta(description="The trail that is being changed; empty for a new one.")] = ""
    name: Annotated[str, Meta(description="What it will be called, which names its logstore.")] = ""
    destinations: tuple[DestinationAsk, ...] = ()
    oss_bucket_name: str = ""
    oss_key_prefix: str = ""
    sls_project_arn: str = ""
    max_compute_project_arn: str = ""


class SelectionAsk(Asked, frozen=True):
    """What a trail might choose, and the range of events, by their own times, that it is tried on."""

    event_rw: Rw = msgspec.field(default="All", name="eventRW")
    trail_region: Region = "All"
    data_selectors: tuple[DataSelection, ...] = ()
    data_regions: DataRegions = ()
    insight_types: InsightTypes = ()
    start: Annotated[str, Meta(description="RFC 3339. Empty: a day before the end.")] = ""
    end: Annotated[str, Meta(description="RFC 3339. Empty: now.")] = ""


class VolumeAsk(Asked, frozen=True):
    """A range, cut into equal periods."""

    start: Annotated[str, Meta(description="RFC 3339. Empty: a day before the end.")] = ""
    end: Annotated[str, Meta(description="RFC 3339. Empty: now.")] = ""
    period: Annotated[int, Meta(ge=60, le=86_400, description="Seconds: 60 or a multiple of it.")] = 3600


class VerificationAsk(Asked, frozen=True):
    """Which place, and what was received in which range. A check goes part by part: `after` is the `next` of the part before."""

    address: Annotated[str, Meta(description="A destination; empty: the first that keeps objects.")] = ""
    start: Annotated[str, Meta(description="RFC 3339. Empty: the beginning.")] = ""
    end: Annotated[str, Meta(description="RFC 3339. Empty: now.")] = ""
    after: str = ""


class Nothing(Asked, frozen=True):
    """Nothing is asked but what the path says."""


class PlaceShown(Answered, frozen=True):
    """A destination, and how it goes there. Times are empty where nothing happened yet."""

    kind: str
    address: str
    delivered: str
    error: str
    trouble: Annotated[
        Trouble, Meta(description="What the last attempt met, in a word; empty if all is well.")
    ]
    failed: Annotated[str, Meta(description="When an attempt failed last.")]
    leaving: bool
    next: Annotated[
        int, Meta(description="The index of the ledger at which the next batch begins; -1: none yet.")
    ]
    health: Health
    waiting_events: Annotated[int, Meta(description="Chosen, and not there yet.")]
    waiting_records: Annotated[int, Meta(description="Of the ledger, not looked through yet.")]
    lag_seconds: Annotated[int, Meta(description="For how long the first of either has been here.")]
    keeps_objects: Annotated[bool, Meta(description="Whether what was delivered can be verified.")]


class TrailShown(Answered, frozen=True):
    """A trail."""

    name: str
    arn: str
    home_region: str
    status: str
    health: Health
    event_rw: str = msgspec.field(name="eventRW")
    trail_region: str
    organization_id: str
    created: str
    updated: str
    started: str
    stopped: str
    oss_bucket_name: str
    oss_key_prefix: str
    sls_project_arn: str
    max_compute_project_arn: str
    data_selectors: list[DataSelection]
    data_regions: list[str]
    insight_types: list[str]
    destinations: list[PlaceShown]
    lately: Hours


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
    """A backfill. Events and bytes are counted at each destination."""

    id: int
    trail: str
    state: JobState
    progress: Annotated[float, Meta(description="How much of the ledger it has been through, from 0 to 1.")]
    records_done: int
    records_total: int
    events: int
    bytes: int
    events_per_second: float
    remaining_seconds: Annotated[int, Meta(description="At this rate; -1: nobody knows yet.")]
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


class JobGone(Answered, frozen=True):
    """The backfill is stopped and forgotten; what it brought stays."""

    deleted: int


class CheckShown(Answered, frozen=True):
    """One thing that was looked at. `code` says what was found in a word, `message` what the place said."""

    name: CheckName
    state: CheckState
    code: str
    message: str


class ProbedShown(Answered, frozen=True):
    """A place, and how it stands with it."""

    kind: str
    address: str
    good: Annotated[bool, Meta(description="Whether a trail may deliver there.")]
    checks: list[CheckShown]


class ProbeAnswer(Answered, frozen=True):
    """Every place that was asked."""

    destinations: list[ProbedShown]


class VolumeAnswer(Answered, frozen=True):
    """What was delivered in each period from `start` on. `delivered` and `failed` are by group of places."""

    start: str
    period: int
    delivered: Annotated[
        dict[str, list[int]], Meta(description="Events: `oss`, `sls`, `maxcompute`, `other`.")
    ]
    failed: dict[str, list[int]]
    bytes: list[int]


class FindingShown(Answered, frozen=True):
    """What is wrong at `key`, and which records it touches: ranges with both ends in. `events` -1: nobody can tell."""

    kind: str
    key: str
    problem: str
    indices: str
    events: int


class DueShown(Answered, frozen=True):
    """Records [start, end) of which the courier has brought nothing yet, or found nothing in."""

    start: int
    end: int


class VerificationAnswer(Answered, frozen=True):
    """What one part of a check found. The last one has no `next`; records [start, end) are those of the range."""

    address: str
    start: int
    end: int
    until: Annotated[int, Meta(description="The record up to which this part got.")]
    next: str
    manifests: int
    objects: Annotated[int, Meta(description="That are what their manifest says.")]
    bytes: int
    events: int
    damages: int
    findings: list[FindingShown]
    arriving: Annotated[
        list[str], Meta(description="Objects of a batch that is on its way: not yet due, and no finding.")
    ]
    due: list[DueShown]
    unread: Annotated[bool, Meta(description="Too many objects to look for others among them.")]


class DataServiceShown(Answered, frozen=True):
    """A service that is known to have data events, and which."""

    service_name: str
    event_names: list[str]


class DataServicesAnswer(Answered, frozen=True):
    """Those that are known; selectors may name others."""

    services: list[DataServiceShown]
