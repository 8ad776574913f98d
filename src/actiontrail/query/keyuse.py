"""What an access key was last used for: by service, and within a service by operation, address or resource.

Asked of the projection, so an answer is as fresh as search is. A walk through pages sees the record as it was at
its first page: what a key does meanwhile moves nothing.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from actiontrail.query import schema
from actiontrail.query.compile import Bindings, hint
from actiontrail.query.engine import Limits
from actiontrail.query.keyquestion import Asked, By, Place, Use, Uses
from actiontrail.query.pages.ground import pairs
from actiontrail.query.projection import Projection

_VALUES: Mapping[By, str] = {
    "service": "(toString(service_name), '')",
    "operation": "(toString(event_name), '')",
    "address": "(source_ip, '')",
    "resource": "resource",  # type and id, as `pairs` gives them
}


class KeyUse:
    """Answers from `projection`. Safe to share between threads."""

    def __init__(self, projection: Projection, limits: Limits | None = None) -> None:
        self._projection = projection
        self._limits = limits

    def uses(self, asked: Asked) -> Uses:
        """What the key was used for."""
        as_of = asked.after.as_of if asked.after else self._projection.size()
        bound = Bindings()
        where = _where(asked, as_of, bound)
        source = pairs(where) if asked.by == "resource" else f"(SELECT * FROM {schema.TABLE} WHERE {where})"
        later = ""
        if asked.after is not None:
            last = asked.after
            place = f"({bound.whole(last.used_ms)}, {bound.whole(last.at)}, {bound.text(last.first)}, {bound.text(last.second)})"
            later = f"HAVING (used, at, value.1, value.2) < {place}"
        sql = (
            f"SELECT value.1, value.2, toUnixTimestamp64Milli(max(happened)) AS used, argMax(idx, (happened, idx)) AS at"
            f" FROM {source} GROUP BY {_VALUES[asked.by]} AS value {later}"
            f" ORDER BY used DESC, at DESC, value DESC LIMIT {asked.limit + 1}"
        )
        rows = self._projection.engine.rows(sql, bound.values, limits=self._limits)
        shown = rows[: asked.limit]
        events = self._events(asked.account, [(row[2], row[3]) for row in shown])
        uses = [Use(first, second, used, events[at]) for first, second, used, at in shown]
        if len(rows) <= asked.limit:
            return Uses(uses, None)
        first, second, used, at = shown[-1]
        return Uses(uses, Place(as_of, used, at, first, second))

    def last(self, account: str, key: str, since_ms: int) -> Use | None:
        """The key's last use for anything."""
        found = self.uses(Asked(account=account, key=key, by="service", since_ms=since_ms, limit=1)).uses
        return found[0] if found else None

    def _events(self, account: str, places: list[tuple[int, int]]) -> dict[int, Mapping[str, Any]]:
        if not places:
            return {}
        bound = Bindings()
        wanted = ", ".join(
            f"(fromUnixTimestamp64Milli({bound.whole(used)}, 'UTC'), {bound.whole(at)})"
            for used, at in dict.fromkeys(places)
        )
        sql = (
            f"SELECT idx, doc FROM {schema.TABLE}"
            f" WHERE account = {bound.text(account)} AND (happened, idx) IN ({wanted})"
        )
        rows = self._projection.engine.rows(sql, bound.values, limits=self._limits)
        return {index: msgspec.json.decode(doc) for index, doc in rows}


def _where(asked: Asked, as_of: int, bound: Bindings) -> str:
    parts = [
        f"account = {bound.text(asked.account)}",
        f"happened >= fromUnixTimestamp64Milli({bound.whole(asked.since_ms)}, 'UTC')",
        f"idx < {bound.whole(as_of)}",
        f"access_key_id = {bound.text(asked.key)}{hint(asked.key, bound)}",
    ]
    if asked.service:
        parts.append(f"service_name = {bound.text(asked.service)}")
    return " AND ".join(parts)
