"""Insight events that are in the record: looked up by exact conditions, and counted by type and region; and how many
events an account has by day.

Whoever notices something writes an event of the type `ActionTrailInsight`; here is only read what was written.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import msgspec

from actiontrail.query import schema
from actiontrail.query.compile import Bindings
from actiontrail.query.engine import Limits
from actiontrail.query.insightquestion import EVENT_TYPE, Asked, Count, Page, Place
from actiontrail.query.projection import Projection

DAY_MS = 86_400_000
_OF_INSIGHTS = f"event_type = '{EVENT_TYPE}'"
_TYPE = "JSONExtractString(doc, 'insightDetails', 'insightType')"
_OBJECT = "JSONExtractString(doc, 'insightDetails', 'insightObject')"
# A condition holds where the event itself says so, or where its insight is about that very thing.
_PLACES: Mapping[str, str] = {
    "InsightType": f"{_TYPE} = {{0}}",
    "InsightObject": f"{_OBJECT} = {{0}}",
    "EventId": "event_id = {0}",
    "ServiceName": f"(service_name = {{0}} OR JSONExtractString(doc, 'insightDetails', 'serviceName') = {{0}} OR {_OBJECT} = {{0}})",
    "EventName": f"(event_name = {{0}} OR JSONExtractString(doc, 'insightDetails', 'eventName') = {{0}} OR {_OBJECT} = {{0}})",
    "SourceIpAddress": f"(source_ip = {{0}} OR JSONExtractString(doc, 'insightDetails', 'sourceIpAddress') = {{0}} OR ({_TYPE} = 'IpInsight' AND {_OBJECT} = {{0}}))",
    "AccessKeyId": f"(access_key_id = {{0}} OR ({_TYPE} = 'AkInsight' AND {_OBJECT} = {{0}}))",
}


class InsightEvents:
    """Reads `projection`. Safe to share between threads."""

    def __init__(self, projection: Projection, limits: Limits | None = None) -> None:
        self._projection = projection
        self._limits = limits

    def look_up(self, asked: Asked) -> Page:
        """One page of insight events."""
        bound = Bindings()
        where = [_range(asked.account, asked.start_ms, asked.end_ms, bound), _OF_INSIGHTS]
        where += [_PLACES[key].format(bound.text(value)) for key, value in asked.conditions]
        if asked.after is not None:
            last = f"fromUnixTimestamp64Milli({bound.whole(asked.after.time_ms)}, 'UTC')"
            where.append(f"(happened, idx) < ({last}, {bound.whole(asked.after.at)})")
        sql = (
            f"SELECT toUnixTimestamp64Milli(happened), idx, doc FROM {schema.TABLE} WHERE {' AND '.join(where)}"
            f" ORDER BY account DESC, happened DESC, idx DESC LIMIT {asked.limit + 1}"
        )
        rows = self._projection.engine.rows(sql, bound.values, limits=self._limits)
        shown = rows[: asked.limit]
        more = len(rows) > asked.limit
        following = Place(asked.start_ms, asked.end_ms, *shown[-1][:2]) if more else None
        return Page([msgspec.Raw(doc.encode()) for _, _, doc in shown], following)

    def counts(self, account: str, start_ms: int, end_ms: int) -> list[Count]:
        """How many there are, by type and region, the most first."""
        bound = Bindings()
        sql = (
            f"SELECT {_TYPE} AS type, toString(region) AS r, count() AS c FROM {schema.TABLE}"
            f" WHERE {_range(account, start_ms, end_ms, bound)} AND {_OF_INSIGHTS}"
            " GROUP BY type, r ORDER BY c DESC, type, r LIMIT 1000"
        )
        return [Count(*row) for row in self._projection.engine.rows(sql, bound.values, limits=self._limits)]

    def by_day(self, account: str, first: date, last: date) -> dict[date, int]:
        """How many events of any type the account has on each day from `first` to `last`, both in, in UTC."""
        bound = Bindings()
        start = (first - date(1970, 1, 1)).days * DAY_MS
        end = ((last - date(1970, 1, 1)).days + 1) * DAY_MS
        sql = (
            f"SELECT intDiv(toUnixTimestamp64Milli(happened), {DAY_MS}) AS day, count() FROM {schema.TABLE}"
            f" WHERE {_range(account, start, end, bound)} GROUP BY day"
        )
        found = dict(self._projection.engine.rows(sql, bound.values, limits=self._limits))
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return {day: int(found.get((day - date(1970, 1, 1)).days, 0)) for day in days}


def _range(account: str, start_ms: int, end_ms: int, bound: Bindings) -> str:
    return (
        f"account = {bound.text(account)}"
        f" AND happened >= fromUnixTimestamp64Milli({bound.whole(start_ms)}, 'UTC')"
        f" AND happened < fromUnixTimestamp64Milli({bound.whole(end_ms)}, 'UTC')"
    )
