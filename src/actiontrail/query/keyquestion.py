"""What is asked of an access key's uses, and what is answered. Pure values.

Kept apart from the search engine, which whoever only tells of operations need not load.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import msgspec

By = Literal["service", "operation", "address", "resource"]
_TRIMMED = (
    "eventId",
    "eventVersion",
    "eventSource",
    "sourceIpAddress",
    "eventType",
    "userIdentity",
    "serviceName",
    "apiVersion",
    "requestId",
    "eventTime",
    "isGlobal",
    "acsRegion",
    "eventName",
)
_WHO = ("accountId", "principalId", "type", "userName")


class Place(NamedTuple):
    """Where a walk stands: how much of the record it sees, and the last use that was told."""

    as_of: int
    used_ms: int
    at: int
    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One page of the uses of a key. `service` is empty where all are meant."""

    account: str
    key: str
    by: By
    since_ms: int
    service: str = ""
    limit: int = 20
    after: Place | None = None


class Use(NamedTuple):
    """The last use for one thing: its values (of a resource type and id, else one), when, and the whole event."""

    first: str
    second: str
    used_ms: int
    event: Mapping[str, Any]

    @property
    def source(self) -> str:
        """In which kind of event it was seen, as the public API says it."""
        match self.event.get("eventCategory", ""):
            case "Data":
                return "DataEvent"
            case "Management" | "":
                return "ManagementEvent"
            case _:
                return "Internal"

    def detail(self) -> str:
        """The event as JSON, without what was asked and answered in it."""
        kept = {name: self.event[name] for name in _TRIMMED if name in self.event}
        if isinstance(who := kept.get("userIdentity"), Mapping):
            kept["userIdentity"] = {name: who[name] for name in _WHO if name in who}
        return msgspec.json.encode(kept).decode()


class Uses(NamedTuple):
    """One page, latest use first, and where the next goes on; None if this is the last."""

    uses: list[Use]
    next: Place | None
