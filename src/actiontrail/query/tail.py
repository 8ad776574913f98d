"""The live tail: an account's new events as they are recorded, straight from the ledger.

Nothing is queued for a slow listener: it reads the ledger at its own pace, from the index that it saw
last, so it can neither be flooded nor miss an event, and it resumes after a broken connection.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from actiontrail.event import record
from actiontrail.event.channel import channel
from actiontrail.event.formats import BUILT_IN, Formats
from actiontrail.event.model import document, encode
from actiontrail.event.selector import Node, matches

BATCH = 1_000
WAIT_SECONDS = 1.0


class Ledger(Protocol):
    """What a tail asks of the ledger's reader."""

    def size(self) -> int:
        """How many records there are."""
        ...

    def lines(self, start: int, *, limit: int) -> list[bytes]:
        """Records from `start` on."""
        ...

    def wait(self, size: int, timeout_s: float) -> int:
        """The size, as soon as it is more than `size`, or when the time is up."""
        ...


class Told(NamedTuple):
    """One event for a listener."""

    index: int  # type: ignore[assignment]
    event: bytes
    seq: int
    received: str
    channel: str


class Tail:
    """One listener: an account, what it asked for, and the next index that it looks at."""

    def __init__(
        self,
        ledger: Ledger,
        account: str,
        node: Node,
        *,
        start: int | None = None,
        formats: Formats = BUILT_IN,
    ) -> None:
        self._formats = formats
        self._ledger = ledger
        self._account = account
        self._node = node
        self.next = ledger.size() if start is None else min(start, ledger.size())

    def more(self, *, wait_seconds: float = WAIT_SECONDS) -> list[Told]:
        """The events among the next records that are wanted; empty if none came in that time, or none was wanted."""
        if self._ledger.wait(self.next, wait_seconds) <= self.next:
            return []
        lines = self._ledger.lines(self.next, limit=BATCH)
        told = self._wanted(lines)
        self.next += len(lines)
        return told

    def _wanted(self, lines: Sequence[bytes]) -> list[Told]:
        found = []
        for at, line in enumerate(lines):
            one = record.parse(line)
            if one.account != self._account:
                continue
            event = self._formats.recorded(
                one.format, bytes(one.event), received=datetime.fromisoformat(one.received)
            )
            way = channel(event)
            if matches(self._node, document(event), channel=way):
                found.append(Told(self.next + at, encode(event), one.seq, one.received, way))
        return found
