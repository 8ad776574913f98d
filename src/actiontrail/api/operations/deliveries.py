"""How delivery goes, counted, and backfills: DescribeTrailDeliveryMetricData, DescribeUserTrailCount, delivery history jobs."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from actiontrail.api.door import parse_time
from actiontrail.api.operations.table import Call, Field, InvalidParameter, Operation, Parameter, Spec
from actiontrail.api.operations.trails import ANY_TRAIL, VERSION, when
from actiontrail.delivery import figures
from actiontrail.delivery.backfill import BackfillRuns, Backfills, Job, NoBackfill, NoSuchJob
from actiontrail.delivery.changes import Trails
from actiontrail.delivery.figures import BadPeriod, Figure, Series
from actiontrail.delivery.trails import NoSuchTrail
from actiontrail.event.moment import of_seconds

TRAIL = "acs:actiontrail:{region}:{account}:trail/{TrailName}"
_NAME = Parameter(name="TrailName", required=True, note="The trail's name.")
_JOB = Parameter(name="JobId", kind="integer", required=True, note="The job's number.")

_LISTED = (
    Field(name="JobId", kind="integer"),
    Field(name="TrailName"),
    Field(name="HomeRegion"),
    Field(name="JobStatus", kind="integer", note="0: beginning, 1: at work, 2: done, 3: failed."),
    Field(name="CreatedTime"),
    Field(name="UpdatedTime"),
    Field(name="StartTime", note="Of the events that it brings."),
    Field(name="EndTime"),
)

METRICS = Spec(
    name="DescribeTrailDeliveryMetricData",
    version=VERSION,
    summary="How many events a trail delivered, or failed to, in each period of a range. Kept for 30 days.",
    parameters=(
        _NAME,
        Parameter(
            name="MetricName", required=True, allowed=get_args(Figure), note="What is counted: one figure."
        ),
        Parameter(
            name="Period",
            kind="integer",
            required=True,
            least=60,
            most=86_400 * 30,
            note="Seconds of each window: 60 or a multiple of it.",
        ),
        Parameter(name="StartTime", required=True, note="Beginning of the range, in UTC."),
        Parameter(name="EndTime", required=True, note="End of the range, itself not in it."),
    ),
    methods=("GET",),
    action="actiontrail:DescribeTrailDeliveryMetricData",
    resource=TRAIL,
    answer=(
        Field(
            name="MetricList",
            kind="object",
            many=True,
            note="Every window of the range.",
            fields=(
                Field(name="Timestamp", kind="integer", note="The window's beginning, in milliseconds."),
                Field(name="Count", kind="integer"),
            ),
        ),
    ),
    errors=(InvalidParameter, BadPeriod, NoSuchTrail),
)
COUNT = Spec(
    name="DescribeUserTrailCount",
    version=VERSION,
    summary="How many trails the account had enabled on each of the last 30 days, at the end of the day.",
    action="actiontrail:DescribeUserTrailCount",
    answer=(
        Field(
            name="Data",
            kind="object",
            fields=(Field(name="Dates", many=True), Field(name="Counts", kind="integer", many=True)),
        ),
    ),
)
CREATE = Spec(
    name="CreateDeliveryHistoryJob",
    version=VERSION,
    summary="Bring the events of the last 90 days to a trail's places, but for those that it delivers itself.",
    parameters=(
        _NAME,
        Parameter(
            name="ClientToken",
            pattern=r"[\x21-\x7e]{1,64}",
            note="The same token again answers the job that it made.",
        ),
    ),
    action="actiontrail:CreateDeliveryHistoryJob",
    resource=TRAIL,
    answer=(Field(name="JobId", kind="integer"),),
    errors=(InvalidParameter, NoSuchTrail, NoBackfill, BackfillRuns),
)
GET = Spec(
    name="GetDeliveryHistoryJob",
    version=VERSION,
    summary="A delivery history job, with the state of each region. 0: beginning, 1: at work, 2: done, 3: failed.",
    parameters=(_JOB,),
    action="actiontrail:GetDeliveryHistoryJob",
    resource=ANY_TRAIL,
    answer=(
        *_LISTED,
        Field(
            name="Status",
            kind="object",
            many=True,
            note="Of each region whose events it met.",
            fields=(Field(name="Region"), Field(name="Status", kind="integer")),
        ),
    ),
    errors=(InvalidParameter, NoSuchJob),
)
LIST = Spec(
    name="ListDeliveryHistoryJobs",
    version=VERSION,
    summary="The account's delivery history jobs, the newest first.",
    parameters=(
        Parameter(name="PageNumber", kind="integer", default=1, note="The first is 1; 0 means 1."),
        Parameter(name="PageSize", kind="integer", default=20, most=100, note="0 means 20."),
    ),
    action="actiontrail:ListDeliveryHistoryJobs",
    resource=ANY_TRAIL,
    answer=(
        Field(name="DeliveryHistoryJobs", kind="object", many=True, fields=_LISTED),
        Field(name="PageNumber", kind="integer"),
        Field(name="PageSize", kind="integer"),
        Field(name="TotalCount", kind="integer"),
    ),
    errors=(InvalidParameter,),
)
DELETE = Spec(
    name="DeleteDeliveryHistoryJob",
    version=VERSION,
    summary="Stop and forget a delivery history job. What it brought stays; a later job may bring it again.",
    parameters=(_JOB,),
    action="actiontrail:DeleteDeliveryHistoryJob",
    resource=ANY_TRAIL,
    errors=(InvalidParameter, NoSuchJob),
)
SPECS = (METRICS, COUNT, CREATE, GET, LIST, DELETE)


def operations(trails: Trails, backfills: Backfills) -> tuple[Operation, ...]:
    """The operations of this module."""
    job: Callable[[Call], Job] = lambda call: backfills.get(  # noqa: E731
        call.caller.account, call.values.number("JobId")
    )
    return (
        Operation(METRICS, lambda call: _metrics(trails, call)),
        Operation(COUNT, lambda call: _count(trails, call)),
        Operation(CREATE, lambda call: {"JobId": _create(trails, backfills, call).number}),
        Operation(GET, lambda call: _whole(job(call))),
        Operation(LIST, lambda call: _list(backfills, call)),
        Operation(DELETE, lambda call: _delete(backfills, call)),
    )


def _metrics(trails: Trails, call: Call) -> Mapping[str, Any]:
    values = call.values
    trail = trails.find(call.caller.account, values.text("TrailName"), call.region)
    start, end = (_time(call, name) for name in ("StartTime", "EndTime"))
    figure: Figure = values.text("MetricName")  # type: ignore[assignment] # its row allows no other
    series = Series(figure, start, end, values.number("Period"))
    found = figures.windows(trails.database, trail.account, trail.id, series)
    return {"MetricList": [{"Timestamp": one.start_ms, "Count": one.count} for one in found]}


def _time(call: Call, name: str) -> int:
    found = parse_time(call.values.text(name))
    if found is None:
        raise InvalidParameter(f"{name} must be UTC in the form 2026-01-02T03:04:05Z")
    return found


def _count(trails: Trails, call: Call) -> Mapping[str, Any]:
    found = figures.enabled_by_day(trails.database, call.caller.account, call.now)
    return {"Data": {"Dates": list(found), "Counts": list(found.values())}}


def _create(trails: Trails, backfills: Backfills, call: Call) -> Job:
    trail = trails.find(call.caller.account, call.values.text("TrailName"), call.region)
    return backfills.create(trail, now=call.now, token=call.values.text("ClientToken"))


def _list(backfills: Backfills, call: Call) -> Mapping[str, Any]:
    page, size = call.values.number("PageNumber") or 1, call.values.number("PageSize") or 20
    jobs = backfills.all(call.caller.account)
    shown = jobs[(page - 1) * size : page * size]
    return {
        "DeliveryHistoryJobs": [_listed(job) for job in shown],
        "PageNumber": page,
        "PageSize": size,
        "TotalCount": len(jobs),
    }


def _delete(backfills: Backfills, call: Call) -> Mapping[str, Any]:
    backfills.delete(call.caller.account, call.values.number("JobId"))
    return {}


def _listed(job: Job) -> Mapping[str, Any]:
    return {
        "JobId": job.number,
        "TrailName": job.trail_name,
        "HomeRegion": job.home_region,
        "JobStatus": job.status,
        "CreatedTime": when(job.created),
        "UpdatedTime": when(job.updated),
        "StartTime": _moment(job.start_ms),
        "EndTime": _moment(job.end_ms),
    }


def _whole(job: Job) -> Mapping[str, Any]:
    regions = job.regions or job.rules.regions or (job.home_region,)
    return {**_listed(job), "Status": [{"Region": region, "Status": job.status} for region in regions]}


def _moment(milliseconds: int) -> str:
    return of_seconds(milliseconds // 1000)
