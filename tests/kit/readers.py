"""What is read of events beside LookupEvents, by brute force over a shelf: uses of keys, insight events, counts by day."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from tests.kit.lookup import Shelf, values

from actiontrail.query import insightquestion as insightevents
from actiontrail.query import keyquestion as keyuse


class ShelfKeyUse:
    """As `KeyUse`, of a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def uses(self, asked: keyuse.Asked) -> keyuse.Uses:
        as_of = asked.after.as_of if asked.after else len(self._shelf._events)
        last: dict[tuple[str, str], tuple[int, int, dict[str, Any]]] = {}
        for index, (account, time_ms, event) in enumerate(self._shelf._events[:as_of]):
            key = (event.get("userIdentity") or {}).get("accessKeyId")
            wanted = asked.service in ("", event["serviceName"])
            if account == asked.account and key == asked.key and wanted and time_ms >= asked.since_ms:
                for value in _values(event, asked.by):
                    if value not in last or last[value][:2] < (time_ms, index):
                        last[value] = (time_ms, index, event)
        order = sorted(last, key=lambda value: (*last[value][:2], *value), reverse=True)
        if asked.after is not None:
            order = [value for value in order if (*last[value][:2], *value) < tuple(asked.after[1:])]
        shown, more = order[: asked.limit], order[asked.limit :]
        uses = [keyuse.Use(*value, last[value][0], last[value][2]) for value in shown]
        following = keyuse.Place(as_of, *last[shown[-1]][:2], *shown[-1]) if more else None
        return keyuse.Uses(uses, following)

    def last(self, account: str, key: str, since_ms: int) -> keyuse.Use | None:
        asked = keyuse.Asked(account=account, key=key, by="service", since_ms=since_ms, limit=1)
        return next(iter(self.uses(asked).uses), None)


def _values(event: dict[str, Any], by: keyuse.By) -> list[tuple[str, str]]:
    match by:
        case "service":
            return [(event["serviceName"], "")]
        case "operation":
            return [(event["eventName"], "")]
        case "address":
            return [(event.get("sourceIpAddress", ""), "")]
        case "resource":
            found = event.get("referencedResources") or {}
            return [(kind, name) for kind, names in found.items() for name in names]


class ShelfInsights:
    """As `InsightEvents`, of a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def _of(self, account: str, start_ms: int, end_ms: int) -> list[tuple[int, int, dict[str, Any]]]:
        return [
            (time_ms, index, event)
            for index, (owner, time_ms, event) in enumerate(self._shelf._events)
            if owner == account and start_ms <= time_ms < end_ms
        ]

    def look_up(self, asked: insightevents.Asked) -> insightevents.Page:
        found = [
            one
            for one in self._of(asked.account, asked.start_ms, asked.end_ms)
            if one[2]["eventType"] == insightevents.EVENT_TYPE
            and all(_says(one[2], key, value) for key, value in asked.conditions)
            and (asked.after is None or one[:2] < (asked.after.time_ms, asked.after.at))
        ]
        found.sort(key=lambda one: one[:2], reverse=True)
        shown, more = found[: asked.limit], found[asked.limit :]
        following = insightevents.Place(asked.start_ms, asked.end_ms, *shown[-1][:2]) if more else None
        return insightevents.Page(
            [msgspec.Raw(msgspec.json.encode(event)) for _, _, event in shown], following
        )

    def counts(self, account: str, start_ms: int, end_ms: int) -> list[insightevents.Count]:
        found = Counter(
            (event["insightDetails"]["insightType"], event.get("acsRegion", ""))
            for _, _, event in self._of(account, start_ms, end_ms)
            if event["eventType"] == insightevents.EVENT_TYPE
        )
        return [
            insightevents.Count(*key, number)
            for key, number in sorted(found.items(), key=lambda item: (-item[1], item[0]))
        ]

    def by_day(self, account: str, first: date, last: date) -> dict[date, int]:
        found = Counter(
            datetime.fromtimestamp(time_ms / 1000, UTC).date()
            for time_ms, _, _ in self._of(account, 0, 2**62)
        )
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return {day: found[day] for day in days}


def _says(event: dict[str, Any], key: str, value: str) -> bool:
    details = event.get("insightDetails") or {}
    about = details.get("insightObject", "")
    match key:
        case "InsightType":
            return bool(details.get("insightType") == value)
        case "InsightObject":
            return bool(about == value)
        case "AccessKeyId":
            own = (event.get("userIdentity") or {}).get("accessKeyId")
            return value in (own, about if details.get("insightType") == "AkInsight" else None)
        case "SourceIpAddress":
            own = event.get("sourceIpAddress")
            said = details.get("sourceIpAddress")
            return value in (own, said, about if details.get("insightType") == "IpInsight" else None)
        case "ServiceName" | "EventName":
            said = details.get(key[0].lower() + key[1:])
            return value in (*values(event, key), said, about)
        case _:
            return value in values(event, key)
