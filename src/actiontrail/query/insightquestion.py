"""What is asked of insight events, and what is answered. Pure values.

Kept apart from the search engine, which whoever only tells of operations need not load.
"""

from dataclasses import dataclass
from typing import NamedTuple

import msgspec

EVENT_TYPE = "ActionTrailInsight"
KEYS = (
    "InsightType",
    "InsightObject",
    "EventId",
    "ServiceName",
    "EventName",
    "SourceIpAddress",
    "AccessKeyId",
)


class Place(NamedTuple):
    """Where a walk stands: its range in milliseconds, and the last event that was told."""

    start_ms: int
    end_ms: int
    time_ms: int
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One page of an account's insight events, newest first; each condition is one of `KEYS` and a value."""

    account: str
    start_ms: int
    end_ms: int
    conditions: tuple[tuple[str, str], ...] = ()
    limit: int = 20
    after: Place | None = None


class Page(NamedTuple):
    """Events as JSON, and where the next page goes on; None if this is the last."""

    events: list[msgspec.Raw]
    next: Place | None


class Count(NamedTuple):
    """How many insight events of one type there are in one region."""

    type: str
    region: str
    events: int
