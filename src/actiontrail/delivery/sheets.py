"""Sheets: stretches of the ledger, read and mapped once for all couriers.

Mapping a record is what delivery costs. However many trails look at a stretch, it is mapped once while they are close
together, and what one set of rules chooses from it is worked out once for all places that share them. Memory is bounded
by bytes; a courier far behind maps its own stretches again and pushes nobody out for long.
"""

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from actiontrail.delivery.batch import Chosen
from actiontrail.delivery.rules import Rules, Sight, View, category_of, choose
from actiontrail.event import moment, record
from actiontrail.event.formats import BUILT_IN, Formats
from actiontrail.event.model import encode_fast

RECORDS = 512  # in one sheet
BYTES_MAX = 64 * 1024 * 1024
_OVERHEAD = 400  # bytes of a view beside its event
_LOCKS = 16


class Ledger(Protocol):
    """Where the records come from."""

    def size(self) -> int:
        """How many records there are."""
        ...

    def lines(self, start: int, *, limit: int) -> list[bytes]:
        """Up to `limit` records from `start` on; at least one, if there is one."""
        ...

    def checkpoint(self) -> bytes:
        """A signed note over `size` records or more."""
        ...


def view(index: int, line: bytes, formats: Formats) -> View:
    """The record at `index` as rules see it. Whatever was recorded can be viewed."""
    one = record.parse(line)
    received = datetime.fromisoformat(one.received)
    event = formats.recorded(one.format, bytes(one.event), received=received)
    category = category_of(event)
    return View(
        index,
        one.account,
        event.acs_region,
        moment.milliseconds(event.event_time),
        moment.milliseconds(received),
        category,
        event.event_rw,
        event.is_global is True,
        encode_fast(event),
        None if category == "Management" else event,
    )


class Sheet:
    """The records from `start` to `end`, mapped. It never changes; a longer one takes its place when the ledger grows."""

    def __init__(self, start: int, views: tuple[View, ...]) -> None:
        self.start, self.end = start, start + len(views)
        self.views = views
        self.bytes = sum(len(one.event) + _OVERHEAD for one in views)
        self._accounts = frozenset(one.account for one in views)
        self._chosen: dict[tuple[Rules, Sight], tuple[Chosen, ...]] = {}

    def chosen(self, rules: Rules, sight: Sight) -> tuple[Chosen, ...]:
        """What `rules` choose from it for places of that sight, in order."""
        if self._accounts.isdisjoint(rules.accounts):
            return ()
        key = (rules, sight)
        found = self._chosen.get(key)
        if found is None:
            found = self._chosen[key] = tuple(choose(rules, sight, self.views))
        return found

    def received_ms(self, index: int) -> int:
        """When the record at `index` was received."""
        return self.views[index - self.start].received_ms


class Sheets:
    """The sheets of one ledger. Safe to share between threads."""

    def __init__(self, ledger: Ledger, formats: Formats = BUILT_IN, *, bytes_max: int = BYTES_MAX) -> None:
        self._ledger = ledger
        self._formats = formats
        self._bytes_max = bytes_max
        self._kept: OrderedDict[int, Sheet] = OrderedDict()
        self._bytes = 0
        self._guard = threading.Lock()
        self._making = [threading.Lock() for _ in range(_LOCKS)]
        self.mapped = 0  # records, each time that it was done

    def between(self, start: int, stop: int) -> Iterator[Sheet]:
        """The sheets that hold the records from `start` to `stop`, which are recorded."""
        while start < stop:
            sheet = self._sheet(start - start % RECORDS, min(stop, start - start % RECORDS + RECORDS))
            yield sheet
            start = sheet.end

    def ahead(self, start: int, stop: int) -> None:
        """The records from `start` to `stop` are mapped before they are asked for. What fails then is met again."""
        with suppress(Exception):
            for _ in self.between(start, stop):
                pass

    def _sheet(self, first: int, need: int) -> Sheet:
        """The sheet that starts at `first` and reaches to `need` at least."""
        if (found := self._find(first, need)) is not None:
            return found
        with self._making[first // RECORDS % _LOCKS]:
            if (found := self._find(first, need)) is not None:
                return found
            made = self._longer(first, need)
        self._keep(made)
        return made

    def _find(self, first: int, need: int) -> Sheet | None:
        with self._guard:
            found = self._kept.get(first)
            if found is None or found.end < need:
                return None
            self._kept.move_to_end(first)
            return found

    def _longer(self, first: int, need: int) -> Sheet:
        with self._guard:
            before = self._kept.get(first)
        views = list(before.views) if before else []
        end = max(need, min(first + RECORDS, self._ledger.size()))
        while (at := first + len(views)) < end:
            lines = self._ledger.lines(at, limit=end - at)
            assert lines, "records below the ledger's size can be read"
            views += [view(at + number, line, self._formats) for number, line in enumerate(lines)]
            self.mapped += len(lines)
        return Sheet(first, tuple(views))

    def _keep(self, sheet: Sheet) -> None:
        with self._guard:
            before = self._kept.pop(sheet.start, None)
            self._bytes += sheet.bytes - (before.bytes if before else 0)
            self._kept[sheet.start] = sheet
            while self._bytes > self._bytes_max and len(self._kept) > 1:
                _, old = self._kept.popitem(last=False)
                self._bytes -= old.bytes


def part(chosen: tuple[Chosen, ...], start: int, stop: int) -> tuple[Chosen, ...]:
    """Those of `chosen` whose index lies from `start` to `stop`."""
    if not chosen or (start <= chosen[0].index and chosen[-1].index < stop):
        return chosen
    indices = [one.index for one in chosen]
    return chosen[bisect_left(indices, start) : bisect_left(indices, stop)]
