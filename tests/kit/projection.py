"""A small ledger in memory and an open projection of it, for tests of what can be asked."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from actiontrail.event import record
from actiontrail.query.engine import Engine
from actiontrail.query.projection import Projection

ACCOUNT = "1234567890123456"
MIB = 1024 * 1024


def an_event(name: str = "DescribeInstances", **fields: Any) -> dict[str, Any]:
    """An event in ActionTrail's shape; `fields` win over the usual ones."""
    usual = {
        "eventId": f"id-{name}",
        "eventName": name,
        "eventTime": "2026-03-01T08:00:00Z",
        "eventRW": "Read",
        "eventType": "ApiCall",
        "serviceName": "Ecs",
        "acsRegion": "cn-hangzhou",
        "sourceIpAddress": "203.0.113.7",
        "userIdentity": {"type": "ram-user", "userName": "alice", "accessKeyId": "LTAIexample"},
    }
    return usual | fields


def a_line(
    seq: int,
    event: Any,
    account: str = ACCOUNT,
    format: str = "actiontrail",  # noqa: A002
    *,
    day: str = "2026-03-01",
) -> bytes:
    """`event` as a line of the ledger, received on `day`."""
    return record.encode(
        record.Record(
            account=account,
            seq=seq,
            received=f"{day}T09:{seq // 60 % 60:02}:{seq % 60:02}.000000Z",
            source="key:LTAIexample",
            format=format,
            event=msgspec.Raw(msgspec.json.encode(event)),
        )
    )


class Paper:
    """A ledger that is a list: enough of a reader to follow."""

    def __init__(self, events: Iterable[Any] = (), account: str = ACCOUNT) -> None:
        self.held: list[bytes] = []
        self.write(events, account)

    def write(self, events: Iterable[Any], account: str = ACCOUNT, *, day: str = "2026-03-01") -> None:
        for event in events:
            self.held.append(a_line(len(self.held) + 1, event, account, day=day))

    def size(self) -> int:
        return len(self.held)

    def lines(self, start: int, *, limit: int) -> list[bytes]:
        return self.held[start : start + limit]


def a_projection(folder: Path, ledger: Paper | None = None, *, searchable_days: int = 0) -> Projection:
    """An open projection in `folder` that has taken all of `ledger`."""
    engine = Engine(folder, memory_bytes=512 * MIB, connections=2)
    projection = Projection(engine, searchable_days=searchable_days)
    while ledger is not None and projection.follow(ledger):
        pass
    return projection


def names(docs: Sequence[bytes]) -> list[str]:
    """The names of the events in `docs`."""
    return [msgspec.json.decode(doc)["eventName"] for doc in docs]
