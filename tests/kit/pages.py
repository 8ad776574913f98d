"""A made-up fortnight with all that the pages ask about, and the same events as Python sees them, to count by hand."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from tests.kit.projection import ACCOUNT, Paper, a_projection

from actiontrail.event import moment, record
from actiontrail.event.channel import channel
from actiontrail.event.formats import BUILT_IN
from actiontrail.event.model import Event, document
from actiontrail.query.engine import Limits
from actiontrail.query.pages.ground import Ground, Span
from actiontrail.query.projection import Projection
from actiontrail.query.rows import resource_names, role_name
from actiontrail.query.search import Search

OTHER = "9999999999999999"
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=14)
_ACTORS: tuple[dict[str, Any], ...] = (
    {"type": "ram-user", "userName": "alice", "principalId": "2001", "accessKeyId": "LTAIalice"},
    {"type": "ram-user", "userName": "bob", "principalId": "2002", "sessionContext": {"attributes": {"creationDate": "2026-03-01T00:00:00Z"}}},
    {"type": "assumed-role", "userName": "deployer:ci", "principalId": "3001:ci", "accessKeyId": "STS.ci1"},
    {"type": "system", "userName": "ecs.aliyuncs.com"},
    {"type": "root-account", "userName": "root", "principalId": ACCOUNT},
)  # fmt: skip
_CALLS = (
    ("Ecs", "DescribeInstances", "Read"),
    ("Ecs", "ModifyInstanceAttribute", "Write"),
    ("Vpc", "DescribeVpcs", "Read"),
    ("Ram", "ListUsers", "Read"),
    ("Rds", "ModifySecurityIps", "Write"),
)


def at(days: float) -> str:
    """A moment, so many days after the beginning."""
    return moment.text(BEGIN + timedelta(days=days))


def ms(days: float) -> int:
    """The same in milliseconds."""
    return int((BEGIN + timedelta(days=days)).timestamp() * 1000)


def fortnight(seed: int = 1, count: int = 400) -> list[dict[str, Any]]:
    """Events of five actors, with resources told in every way that sources have, errors and sensitive ones."""
    dice = random.Random(seed)
    found = []
    for number in range(count):
        service, name, rw = dice.choice(_CALLS)
        event: dict[str, Any] = {
            "eventId": f"F-{number}",
            "requestId": f"R-{number}",
            "eventName": name,
            "eventRW": rw,
            "eventType": "ApiCall",
            "serviceName": service,
            "eventTime": at(dice.random() * 14),
            "acsRegion": dice.choice(("cn-hangzhou", "cn-beijing", "")),
            "sourceIpAddress": dice.choice(("203.0.113.7", "203.0.113.8", "2001:db8::1")),
            "userAgent": dice.choice(("aliyun-cli/3.0", "Terraform/1.9", "ecs.console.aliyun.com")),
            "userIdentity": dice.choice(_ACTORS),
            "requestParameters": {"RegionId": "cn-hangzhou", "Size": dice.randrange(3)},
        }
        way = dice.randrange(6)
        one, two = f"i-{dice.randrange(8)}", f"d-{dice.randrange(4)}"
        if way == 0:
            event |= {"resourceType": "ACS::ECS::Instance", "resourceName": one}
        elif way == 1:
            event |= {"resourceType": "ACS::ECS::Instance;ACS::ECS::Disk", "resourceName": f"{one};{two},d-9"}
        elif way == 2:
            event["referencedResources"] = {"ACS::ECS::Instance": [one], "ACS::ECS::Disk": [two]}
        elif way == 3:
            event |= {"resourceName": one}
        elif way == 4:
            event |= {
                "referencedResources": {"ACS::ECS::Disk": [two]},
                "resourceType": "ACS::ECS::Instance;ACS::ECS::Disk",
                "resourceName": f"{one};{two}",
            }
        if dice.random() < 0.2:
            event["errorCode"] = dice.choice(("NoPermission", "Forbidden.RAM", "Throttling"))
        if dice.random() < 0.1:
            event["eventAttributes"] = {"SensitiveAction": "true"}
        found.append(event)
    return found


@dataclass(slots=True)
class Seen:
    """An event as it was mapped, with its place and its document."""

    index: int
    event: Event
    document: dict[str, Any]
    channel: str

    @property
    def ms(self) -> int:
        return round(self.event.event_time.timestamp() * 1000)

    @property
    def role(self) -> str:
        return role_name(self.event)

    @property
    def names(self) -> list[str]:
        return resource_names(self.event)


@dataclass(slots=True)
class World:
    """An open projection, and what is in it by account."""

    projection: Projection
    search: Search
    events: list[Seen]

    def ground(self, account: str = ACCOUNT) -> Ground:
        return Ground(self.search, account)

    def count(self, holds: Callable[[Seen], bool], span: Span = Span(None, None)) -> int:  # noqa: B008
        return len(self.those(holds, span))

    def those(self, holds: Callable[[Seen], bool], span: Span = Span(None, None)) -> list[Seen]:  # noqa: B008
        """The account's events for which it holds, in order of time."""
        found = [
            one
            for one in self.events
            if holds(one)
            and (span.start is None or one.ms >= span.start)
            and (span.end is None or one.ms < span.end)
        ]
        return sorted(found, key=lambda one: (one.ms, one.index))


def a_world(folder: Path, events: Iterable[dict[str, Any]], theirs: Iterable[dict[str, Any]] = ()) -> World:
    """The events in a projection; `theirs` are another account's, and must never be seen."""
    ledger = Paper()
    ledger.write(theirs, OTHER)
    ledger.write(events)
    projection = a_projection(folder, ledger)
    seen = []
    for index, line in enumerate(ledger.held):
        one = record.parse(line)
        if one.account == ACCOUNT:
            event = BUILT_IN.recorded(
                one.format, bytes(one.event), received=datetime.fromisoformat(one.received)
            )
            whole = msgspec.json.decode(msgspec.json.encode(document(event)))
            seen.append(Seen(index, event, whole, channel(event)))
    return World(projection, Search(projection, limits=Limits(), rows_max=1000), seen)
