"""Insights: which kinds an account wants, the insight events in its record, and counts by day.

Insight events are written by whoever notices something; these operations read what is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Protocol

from actiontrail.api.operations import tokens
from actiontrail.api.operations.events import (
    EmptyRange,
    InvalidEndTime,
    InvalidStartTime,
    UnknownAttribute,
    effective_range,
)
from actiontrail.api.operations.table import Call, Field, InvalidParameter, Operation, Parameter, Spec
from actiontrail.query.insightquestion import KEYS, Asked, Count, Page, Place
from actiontrail.query.insighttypes import TYPES, InsightNotAvailable, InsightNotValid, InsightTypes

VERSION = "2020-07-06"
RESULTS_DEFAULT, RESULTS_MAX = 20, 50
SPAN_SECONDS_MAX = 93 * 86_400
EVER_SECONDS = 36_500 * 86_400
ATTRIBUTES_MAX = 2  # more than these, and all are ignored, as the public API does
DAYS_DEFAULT, DAYS_MAX = 7, 400
PAIR = frozenset({"ServiceName", "EventName"})
_DATE = r"\d{4}-\d{2}-\d{2}"

_TYPE = Parameter(name="InsightType", note=f"One of {', '.join(f'`{kind}`' for kind in TYPES)}.")
ENABLE = Spec(
    name="EnableInsight",
    version=VERSION,
    summary="Want to be told of one kind of insight.",
    parameters=(_TYPE,),
    action="actiontrail:EnableInsight",
    errors=(InsightNotAvailable,),
)
DISABLE = Spec(
    name="DisableInsight",
    version=VERSION,
    summary="No longer want to be told of one kind of insight.",
    parameters=(_TYPE,),
    action="actiontrail:DisableInsight",
    errors=(InsightNotValid,),
)
GET_TYPES = Spec(
    name="GetInsightTypes",
    version=VERSION,
    summary="Which kinds of insight the account wants.",
    action="actiontrail:GetInsightTypes",
    answer=(Field(name="InsightTypes", kind="map", note="Every kind, with `Enable` or `Disable`."),),
)
LOOK_UP = Spec(
    name="LookupInsightEvents",
    version=VERSION,
    summary="Insight events of the account by at most two exact conditions, newest first.",
    parameters=(
        Parameter(name="StartTime", note="Beginning of the range, in UTC. Give both times or neither."),
        Parameter(
            name="EndTime", note="End of the range, itself not in it. Of more than 93 days the last 93 count."
        ),
        Parameter(
            name="LookupAttribute",
            kind="list",
            fields=("Key", "Value"),
            note=f"Keys: {', '.join(KEYS)}. Two only as ServiceName and EventName; of more than two none counts.",
        ),
        Parameter(
            name="MaxResults",
            kind="integer",
            default=RESULTS_DEFAULT,
            most=RESULTS_MAX,
            note="Events in one answer; 0 means the default, 20.",
        ),
        Parameter(name="NextToken", note="From the answer before; all other parameters as they were."),
    ),
    action="actiontrail:LookupInsightEvents",
    answer=(
        Field(name="Events", kind="object", many=True, note="Insight events as they were recorded."),
        Field(name="NextToken", always=False, note="For the next page; missing when this is the last."),
    ),
    errors=(
        InvalidParameter,
        InvalidStartTime,
        InvalidEndTime,
        EmptyRange,
        UnknownAttribute,
        tokens.InvalidPageToken,
    ),
)
COUNT = Spec(
    name="GetInsightsEventsCount",
    version=VERSION,
    summary="How many insight events there are, by type and region. Nothing given: of the last 24 hours.",
    parameters=(
        Parameter(name="Date", pattern=_DATE, note="A day in UTC; the times are then ignored."),
        Parameter(name="StartTime", note="Beginning of the range, in UTC. Give both times or neither."),
        Parameter(name="EndTime", note="End of the range, itself not in it."),
    ),
    action="actiontrail:GetInsightsEventsCount",
    answer=(
        Field(
            name="Data",
            kind="object",
            many=True,
            note="The most first.",
            fields=(
                Field(name="InsightType", note="The type."),
                Field(name="RegionId", note="The region."),
                Field(name="Count", kind="integer", note="How many."),
            ),
        ),
        Field(name="NextToken", note="Always empty: one answer holds all."),
    ),
    errors=(InvalidParameter, InvalidStartTime, InvalidEndTime, EmptyRange),
)
_DAYS = (
    Parameter(
        name="StartDate", pattern=_DATE, note="The first day, in UTC. Not given: six days before the last."
    ),
    Parameter(name="EndDate", pattern=_DATE, note="The last day, itself in. Not given: today."),
)
_BY_DAY = (
    Field(
        name="Data",
        kind="object",
        fields=(
            Field(name="Dates", many=True, note="Every day of the range."),
            Field(name="Counts", kind="integer", many=True, note="How many on each."),
        ),
    ),
)
COUNT_LOGS = Spec(
    name="DescribeUserLogCount",
    version=VERSION,
    summary="How many events the account has on each day.",
    parameters=_DAYS,
    action="actiontrail:DescribeUserLogCount",
    answer=_BY_DAY,
    errors=(InvalidParameter,),
)
COUNT_ALERTS = Spec(
    name="DescribeUserAlertCount",
    version=VERSION,
    summary="How many alerts the account has had on each day. This version raises none, so all counts are 0.",
    parameters=_DAYS,
    action="actiontrail:DescribeUserAlertCount",
    answer=_BY_DAY,
    errors=(InvalidParameter,),
)
SPECS = (ENABLE, DISABLE, GET_TYPES, LOOK_UP, COUNT, COUNT_LOGS, COUNT_ALERTS)


class InsightEvents(Protocol):
    """Who reads insight events, and counts."""

    def look_up(self, asked: Asked) -> Page:
        """One page of insight events."""
        ...

    def counts(self, account: str, start_ms: int, end_ms: int) -> list[Count]:
        """How many there are, by type and region."""
        ...

    def by_day(self, account: str, first: date, last: date) -> dict[date, int]:
        """How many events of any type there are on each day."""
        ...


@dataclass(frozen=True, slots=True)
class _Desk:
    events: InsightEvents
    token_key: bytes


def operations(types: InsightTypes, events: InsightEvents, *, token_key: bytes) -> tuple[Operation, ...]:
    """The operations of this module."""
    return (
        Operation(ENABLE, partial(_enable, types)),
        Operation(DISABLE, partial(_disable, types)),
        Operation(GET_TYPES, partial(_get_types, types)),
        Operation(LOOK_UP, partial(_look_up, _Desk(events, token_key))),
        Operation(COUNT, partial(_count, events)),
        Operation(COUNT_LOGS, partial(_count_logs, events)),
        Operation(COUNT_ALERTS, _count_alerts),
    )


def _enable(types: InsightTypes, call: Call) -> Mapping[str, Any]:
    types.enable(call.caller.account, call.values.text("InsightType"))
    return {}


def _disable(types: InsightTypes, call: Call) -> Mapping[str, Any]:
    types.disable(call.caller.account, call.values.text("InsightType"))
    return {}


def _get_types(types: InsightTypes, call: Call) -> Mapping[str, Any]:
    wanted = types.enabled(call.caller.account)
    return {"InsightTypes": {kind: "Enable" if kind in wanted else "Disable" for kind in TYPES}}


def _look_up(desk: _Desk, call: Call) -> Mapping[str, Any]:
    after = tokens.unseal(desk.token_key, LOOK_UP, call, Place)
    if after is None:
        span = effective_range(call.values, call.now, EVER_SECONDS)
        start, end = max(span.start, span.end - SPAN_SECONDS_MAX) * 1000, span.end * 1000
    else:
        start, end = after.start_ms, after.end_ms
    asked = Asked(
        account=call.caller.account,
        start_ms=start,
        end_ms=end,
        conditions=_conditions(call),
        limit=call.values.number("MaxResults") or RESULTS_DEFAULT,
        after=after,
    )
    page = desk.events.look_up(asked)
    answer: dict[str, Any] = {"Events": page.events}
    if page.next is not None:
        answer["NextToken"] = tokens.seal(desk.token_key, LOOK_UP, call, page.next)
    return answer


def _conditions(call: Call) -> tuple[tuple[str, str], ...]:
    items = call.values.items("LookupAttribute")
    if len(items) > ATTRIBUTES_MAX:
        return ()
    chosen = {item.get("Key", ""): item.get("Value", "") for item in items}
    for key, value in chosen.items():
        if key not in KEYS:
            raise UnknownAttribute(
                f"insight events are not looked up by {key[:40]!r}; keys are {', '.join(KEYS)}"
            )
        if not value:
            raise UnknownAttribute(f"the attribute {key} has no value")
    if len(chosen) > 1 and frozenset(chosen) != PAIR:
        raise UnknownAttribute(f"{' and '.join(chosen)} cannot be combined; ServiceName and EventName can")
    return tuple(chosen.items())


def _count(events: InsightEvents, call: Call) -> Mapping[str, Any]:
    values = call.values
    if values.given("Date"):
        start = datetime.combine(_day(call, "Date"), datetime.min.time(), UTC).timestamp()
        end = start + 86_400
    elif not values.given("StartTime") and not values.given("EndTime"):
        end = int(call.now) + 1
        start = end - 86_400
    else:
        start, end = effective_range(values, call.now, EVER_SECONDS)
    found = events.counts(call.caller.account, int(start) * 1000, int(end) * 1000)
    counts = [{"InsightType": one.type, "RegionId": one.region, "Count": one.events} for one in found]
    return {"Data": counts, "NextToken": ""}


def _count_logs(events: InsightEvents, call: Call) -> Mapping[str, Any]:
    first, last = _days(call)
    found = events.by_day(call.caller.account, first, last)
    return {"Data": {"Dates": [day.isoformat() for day in found], "Counts": list(found.values())}}


def _count_alerts(call: Call) -> Mapping[str, Any]:
    first, last = _days(call)
    dates = [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
    return {"Data": {"Dates": dates, "Counts": [0] * len(dates)}}


def _days(call: Call) -> tuple[date, date]:
    today = datetime.fromtimestamp(call.now, UTC).date()
    last = _day(call, "EndDate") if call.values.given("EndDate") else today
    usual = last - timedelta(days=DAYS_DEFAULT - 1)
    first = _day(call, "StartDate") if call.values.given("StartDate") else usual
    if first > last:
        raise InvalidParameter(f"EndDate {last} is before StartDate {first}")
    if (last - first).days >= DAYS_MAX:
        raise InvalidParameter(f"a range has at most {DAYS_MAX} days")
    return first, last


def _day(call: Call, name: str) -> date:
    text = call.values.text(name)
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidParameter(f"{name} {text!r} is no day") from error
    if not 1971 <= day.year <= 2261:  # what the engine's clock holds
        raise InvalidParameter(f"{name} {text!r} is too far from now")
    return day
