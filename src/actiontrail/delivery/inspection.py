"""Whether what a trail delivered is still there: the check of `audit.py`, over one trail and a range of time, by the server.

The check without a server knows manifests and a key. This one also knows how far each courier of the trail has come, so
it misses the newest batch, manifest and all. It goes part by part, each bounded; whoever asks goes on from `next`. The
last part looks for objects that no manifest names. Nothing is kept between parts.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from actiontrail.delivery import audit, manifest
from actiontrail.delivery.audit import Finding, Question, Shelf, Tally
from actiontrail.delivery.backfill import Ledger, first_received
from actiontrail.delivery.changes import Trails
from actiontrail.delivery.destination import Aim, NoObjects
from actiontrail.delivery.destinations.objects import Bucket
from actiontrail.delivery.manifest import Facts
from actiontrail.delivery.tables import Place
from actiontrail.delivery.trails import Trail
from actiontrail.errors import Corruption, Refusal
from actiontrail.ledger.note import Verifier

STRANGERS = "strangers"  # the part that comes when all manifests were read
PART_SECONDS = 4.0
PART_OBJECTS = 2_000
KEYS_MAX = 200_000  # of objects in the last part
KINDS = ("oss", "s3", "gs", "az", "file")  # that hold objects


class Stopped(Refusal):
    """Nobody waits for the check any more."""


class BadPart(Refusal):
    """A part of a check that goes on from where none ever stopped."""


class Wanted(NamedTuple):
    """What is to be checked: one place of the trail, what was received in a range of time, and from which part on."""

    address: str = ""  # empty: the first that holds objects
    start_ms: int | None = None
    end_ms: int | None = None
    after: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A row of batches that a courier is at work on: where it begins, how far it has come, and what is on its way."""

    name: str
    start: int
    position: int
    stamp: str = ""  # in the names of the batch that is on its way now
    part: str = ""

    def brings(self, key: str) -> bool:
        """Whether an object of this name may be of the batch that is on its way."""
        return bool(self.stamp) and (self.stamp in key or self.part in key)


class Due(NamedTuple):
    """Records that a courier has not brought yet, or found nothing in: [start, end)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one part found. `next` is empty after the last; `until` is the record that it got to."""

    address: str
    start: int
    end: int
    until: int
    next: str
    manifests: int
    objects: int
    bytes: int
    events: int
    damages: int
    findings: tuple[Finding, ...]
    arriving: tuple[str, ...] = ()  # objects of a batch that is on its way: not yet due
    due: tuple[Due, ...] = ()
    unread: bool = False  # too many objects to look for strangers among


@dataclass(frozen=True, slots=True)
class _Scope:
    """One trail's manifests that tell of records [start, end)."""

    folder: str
    start: int
    end: int
    runs: tuple[Run, ...]

    def holds(self, key: str) -> bool:
        """Whether the manifest at `key` is one of them; what has no name of a manifest is, to be told of."""
        named = manifest.named(key)
        return named is None or (named[0] < self.end and named[1] > self.start)


class Inspections:
    """Checks of what trails delivered. Safe to share between threads."""

    def __init__(
        self,
        own: Trails,
        ledger: Ledger,
        open_: Callable[[Aim], Bucket],
        verifiers: Sequence[Verifier],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trails, self._ledger, self._open = own, ledger, open_
        self._question = Question(tuple(verifiers))
        self._clock = clock

    def part(self, trail: Trail, wanted: Wanted, *, stopped: Callable[[], bool] = lambda: False) -> Part:
        """The part of the check that follows on `wanted.after`.

        Raises `NoObjects` for a place that holds none, `BadPart`, `Stopped`, or what reading the place raises.
        """
        place = self._place(trail, wanted.address)
        every = [one for one in self._trails.everywhere(trail) if one.address == place.address]
        size = self._ledger.size()
        start = 0 if wanted.start_ms is None else first_received(self._ledger, wanted.start_ms, size)
        end = size if wanted.end_ms is None else first_received(self._ledger, wanted.end_ms, size)
        folder = manifest.folder(trail.account, trail.name, "0").rpartition("/")[0] + "/"
        scope = _Scope(folder, start, end, tuple(_runs_under_way(every)))
        if wanted.after not in ("", STRANGERS) and not wanted.after.startswith(folder):
            raise BadPart("a check goes on from what `next` said, and from nowhere else")
        shelf = self._open(self._trails.aim(trail, place))
        try:
            if wanted.after == STRANGERS:
                found = self._strangers(shelf, scope, stopped)
            else:
                found = self._manifests(shelf, scope, wanted.after, stopped)
        finally:
            shelf.close()
        return replace(found, address=place.address)

    def _place(self, trail: Trail, address: str) -> Place:
        places = [one for one in self._trails.places(trail) if not one.leaving]
        chosen = [one for one in places if one.address == address] if address else places
        for one in chosen:
            if one.address.partition(":")[0] in KINDS:
                return one
        where = address or ", ".join(one.address for one in places) or "nowhere"
        raise NoObjects(f"{where}: there are no objects to be checked; {', '.join(KINDS)} keep some")

    def _manifests(self, shelf: Shelf, scope: _Scope, after: str, stopped: Callable[[], bool]) -> Part:
        """Manifests behind `after` with their objects, until the part is full."""
        tally, last, until, full = Tally(), after, scope.start, False
        deadline = self._clock() + PART_SECONDS
        with ThreadPoolExecutor(audit.READERS) as readers:
            for entry in shelf.entries(scope.folder):
                if entry.key <= after or not scope.holds(entry.key):
                    continue
                _go_on(stopped)
                looked = tally.objects + tally.damages + len(tally.wrong)
                full = last != after and (looked >= PART_OBJECTS or self._clock() >= deadline)
                if full:
                    break
                audit.take(shelf, entry.key, self._question, tally, readers)
                last, named = entry.key, manifest.named(entry.key)
                until = max(until, min(named[1], scope.end)) if named else until
        audit.tell_wrong(tally)
        audit.runs_of(tally, lambda facts: _begins(facts, scope, after))
        if full:
            return replace(_told(scope, tally), until=until, next=last)
        _reach(shelf, scope, tally)
        return replace(_told(scope, tally), next=STRANGERS)

    def _strangers(self, shelf: Shelf, scope: _Scope, stopped: Callable[[], bool]) -> Part:
        """Objects beside those that the manifests name, in the same folders."""
        known, folders = set[bytes](), set[str]()
        for entry in shelf.entries(scope.folder):
            _go_on(stopped)
            if not scope.holds(entry.key) or manifest.named(entry.key) is None:
                continue
            try:
                told = manifest.verify(shelf.read(entry.key) or b"", self._question.verifiers)
            except Corruption:
                continue  # told of by an earlier part
            known.update([audit.mark(entry.key), *(audit.mark(one.key) for one in told.items)])
            folders.update(one.key.rpartition("/")[0] + "/" for one in told.items)
            if len(known) > KEYS_MAX:
                return replace(_told(scope, Tally()), unread=True)
        tally, arriving = Tally(), []
        for key in audit.strangers(shelf, sorted(folders), self._question.verifiers, known):
            if any(run.brings(key) for run in scope.runs):
                arriving.append(key)
            else:
                tally.find(Finding("added", key, audit.UNNAMED))
        due = [Due(max(run.position, scope.start), scope.end) for run in scope.runs]
        late = tuple(one for one in due if one.start < one.end)
        return replace(_told(scope, tally), arriving=tuple(arriving), due=late)


def _go_on(stopped: Callable[[], bool]) -> None:
    if stopped():
        raise Stopped("the check was stopped")


def _told(scope: _Scope, tally: Tally) -> Part:
    """What was found of the whole range; the last part, unless it says otherwise."""
    return Part(
        address="",
        start=scope.start,
        end=scope.end,
        until=scope.end,
        next="",
        manifests=tally.manifests,
        objects=tally.objects,
        bytes=tally.size,
        events=tally.events,
        damages=tally.damages,
        findings=tuple(tally.findings),
    )


def _runs_under_way(places: Sequence[Place]) -> Iterator[Run]:
    """What the couriers of these places say. One that has not begun has nothing to show."""
    for place in places:
        if place.position is None or place.run_start is None:
            continue
        stamp = part = ""
        if place.sealed is not None:
            sealed = datetime.fromtimestamp(place.sealed.sealed_ms / 1000, UTC)
            stamp = f"_{sealed:%Y%m%d%H%M%S}_"
            part = f"_{place.id}_{place.position:020d}-{place.sealed.end:020d}_"
        yield Run(place.id, place.run_start, place.position, stamp, part)


def _begins(facts: Facts, scope: _Scope, after: str) -> int:
    """Where the first batch of a run that this part met must begin at the latest."""
    before = manifest.named(after)
    if before is not None and after.rpartition("/")[0] == manifest.key_of(facts).rpartition("/")[0]:
        return before[1]
    began = facts.start if facts.run_start is None else facts.run_start
    return min(facts.start, max(began, scope.start))


def _reach(shelf: Shelf, scope: _Scope, tally: Tally) -> None:
    """Each run reaches as far as its courier has come, as far as the range goes."""
    for run in scope.runs:
        start, end = max(run.start, scope.start), min(run.position, scope.end)
        if start >= end:
            continue
        folder = f"{scope.folder}{run.name}/"
        named = [found for entry in shelf.entries(folder) if (found := manifest.named(entry.key))]
        reached = max((upper for lower, upper in named if lower < end), default=start)
        if reached < end:
            problem = f"the newest manifest of this run ends at {reached}, and the courier has brought all up to {end}"
            tally.find(Finding("missing newest", folder, problem, indices=audit.span(reached, end)))
