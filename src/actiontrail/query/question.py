"""What LookupEvents asks, and what it is answered with. Pure values.

Conditions are exact and case-sensitive and must all hold. Pages are keyed by (time, index), which
no two events share: a page continues after a place, so what arrives meanwhile moves nothing.
"""

from dataclasses import dataclass
from typing import NamedTuple

KEYS = (
    "ServiceName",
    "EventName",
    "User",
    "EventId",
    "ResourceType",
    "ResourceName",
    "EventRW",
    "EventAccessKeyId",
    "SensitiveAction",
    "SourceIpAddress",
    "EventType",
    "RoleName",
    "PrincipalId",
    "RequestId",
)


@dataclass(frozen=True, slots=True)
class Position:
    """The place of one event: when it happened, and its index in the ledger."""

    time_ms: int
    index: int


class Question(NamedTuple):
    """One page of one account's events. Times are milliseconds since 1970; `end` is out.

    Each condition is one of `KEYS` and a value. `after` is the place of the last event of the page before.
    """

    account: str
    start: int
    end: int
    conditions: tuple[tuple[str, str], ...] = ()
    newest_first: bool = True
    limit: int = 20
    after: Position | None = None


class Page(NamedTuple):
    """Events as JSON objects, in order; `next` is the last one's place if there are more."""

    events: list[bytes]
    next: Position | None
