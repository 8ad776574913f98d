"""A courier: brings one place what its trail chooses, each event once, and goes on after any crash.

    gather    look through the ledger until a batch is full, old enough, or complete
    seal      write its range, its time and its checkpoint down: the point of no return
    put       make the batch from what was written down, and bring it; again and again until it is there
    finish    move the cursor over it and forget it, in one transaction

A crash before `seal` has done nothing. After it, whoever comes next makes the very same batch: what a trail
chooses from a stretch that is recorded is decided (`changes.py`), so its bytes and names are the same, and putting
it again changes nothing. Once it is finished nobody makes it again.
"""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import structlog
from sqlalchemy.engine import Connection

from actiontrail.delivery import backfill, figures, tables
from actiontrail.delivery.batch import Batch, Chosen
from actiontrail.delivery.changes import Trails
from actiontrail.delivery.destination import Destination, NoSuchPlace, Open, PlaceDenied, PlaceOutage
from actiontrail.delivery.destinations.ground import NoCredentials
from actiontrail.delivery.rules import Span
from actiontrail.delivery.sheets import Ledger, Sheet, Sheets, part
from actiontrail.delivery.tables import Place, Sealed
from actiontrail.delivery.trails import Trail
from actiontrail.errors import Outage, Refusal

SHEETS_A_STEP = 64  # looked through before others get their turn
NOTED_EVERY = 50_000  # records in which nothing was found, until that is written down
SILENCE_SECONDS = 3600.0  # after so long without an event an empty batch says that there was none
JOB_TRIES = 8  # of a backfill at a place that refuses, until the job has failed
BACKOFF_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
RETRY_SECONDS_MAX = 600.0  # however long a place says to wait
ERROR_CHARS_MAX = 500
NEVER = float("inf")

log = structlog.get_logger("actiontrail.delivery")


class Limits(NamedTuple):
    """When a batch is sealed: so many events, so many bytes of them, or so many seconds after the first."""

    events: int = 5_000
    bytes: int = 4 * 1024 * 1024
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Orders:
    """What the control database says of one place: the place, its trail, and the trail's spans."""

    place: Place
    trail: Trail
    spans: tuple[Span, ...]

    @property
    def horizon(self) -> int | None:
        """Where the place gets nothing more, as things are; None while its trail is at work."""
        if self.place.until is not None:
            return self.place.until
        if not self.spans:
            return 0
        return self.spans[-1].stop


@dataclass(frozen=True, slots=True)
class Depot:
    """What all couriers of a house share."""

    trails: Trails
    open: Open
    ledger: Ledger
    sheets: Sheets
    limits: Limits
    now: Callable[[], float]
    jitter: Callable[[], float] = random.random


@dataclass(slots=True)
class _Load:
    """What was gathered so far: nothing but figures, for the batch itself is made when it is sealed."""

    seen: int
    events: int = 0
    bytes: int = 0
    oldest_ms: int = 0
    full_at: int | None = None


Trouble = Literal["", "NoSuchPlace", "PlaceDenied", "NoCredentials", "NoAnswer", "Unknown"]


class Waiting(NamedTuple):
    """What has still to be brought to a place: events that were chosen, and records that nobody has looked through yet.

    `oldest_ms` is when the first of those events was received, 0 if that is not known; `seen` the next index to look
    at; `begun` whether a batch is gathered or on its way; `trouble` what the last attempt met, if it failed.
    """

    events: int
    records: int
    oldest_ms: int
    seen: int
    begun: bool
    trouble: Trouble = ""


class Courier:
    """Serves one place. Used by one thread at a time."""

    def __init__(self, depot: Depot, orders: Orders) -> None:
        self._depot = depot
        self._destination: Destination | None = None
        self._probed = False
        self._quiet_since = depot.now()
        self.failures = 0  # in a row
        self.trouble: Trouble = ""  # that the last attempt met
        self._refusals = 0  # of these, those that say no rather than not now
        self.over = False  # nothing is left to do, for good
        self.delivered = 0  # events, by this courier
        self.take(orders)

    def take(self, orders: Orders) -> None:
        """Go on by new orders. What was gathered is gathered again where it no longer holds."""
        before = getattr(self, "orders", None)
        self.orders: Orders = orders
        if before is None or before.place.position != orders.place.position or before.spans != orders.spans:
            self._load = _Load(max(orders.place.scanned, orders.place.position or 0))
        if before is not None and (before.place.address, before.place.means) != (
            orders.place.address,
            orders.place.means,
        ):
            self.close()
            self.failures = 0

    def close(self) -> None:
        """Give the place's connections back."""
        if self._destination is not None:
            self._destination.close()
            self._destination = None

    def behind(self) -> int:
        """How many records it has not looked through yet."""
        if self.orders.place.position is None:
            return 0
        size, horizon = self._depot.ledger.size(), self.orders.horizon
        return max(0, (size if horizon is None else min(size, horizon)) - self._load.seen)

    def waiting(self) -> "Waiting":
        """What it has still to bring, as far as it has looked."""
        load, place = self._load, self.orders.place
        begun = place.position is not None and (load.events > 0 or place.sealed is not None)
        return Waiting(
            load.events, self.behind(), load.oldest_ms if load.events else 0, load.seen, begun, self.trouble
        )

    def idle(self) -> bool:
        """Whether there is nothing to do before the ledger grows or orders change."""
        place = self.orders.place
        if place.sealed is not None:
            return False
        if place.position is None:
            return True
        horizon = self.orders.horizon
        return horizon is not None and place.position >= horizon and place.until is None

    def step(self) -> float:
        """Do one thing that is to be done; how many seconds the next can wait. Never raises but for bugs in itself."""
        if self.idle():
            return NEVER
        try:
            if self.orders.place.sealed is None and not self._gather():
                return 0.0
            if self.orders.place.sealed is None and not self._seal():
                return 0.0 if self.over else self._patience()
            self._bring()
        except (Refusal, Outage) as error:
            return self._failed(error)
        except Exception as error:
            log.exception("a courier failed", place=self.orders.place.address)
            return self._failed(error)
        return 0.0

    def _gather(self) -> bool:
        """Look through what is recorded; whether that is done, for now."""
        if self.orders.place.kind == "data" and not self._probed:
            self._probe()
        load, limits = self._load, self._depot.limits
        size, horizon = self._depot.ledger.size(), self.orders.horizon
        stop = size if horizon is None else min(size, horizon)
        for number, (sheet, chosen) in enumerate(self._chosen(load.seen, stop)):
            for one in chosen:
                if not load.events:
                    load.oldest_ms = sheet.received_ms(one.index)
                load.events += 1
                load.bytes += len(one.event)
                if load.events >= limits.events or load.bytes >= limits.bytes:
                    load.seen = load.full_at = one.index + 1
                    return True
            load.seen = min(stop, sheet.end)
            if number + 1 >= SHEETS_A_STEP:
                self._note()
                return False
        self._note()
        return True

    def _note(self) -> None:
        """Write down that nothing was found for a long stretch, so that a restart need not look again."""
        place, load = self.orders.place, self._load
        if load.events or load.seen - place.scanned < NOTED_EVERY or place.position is None:
            return
        with self._depot.trails.database.begin() as connection:
            if not self._held(connection):
                return
            tables.set_scanned(connection, place.id, place.position, load.seen)
        self._place(scanned=load.seen)

    def _held(self, connection: Connection) -> bool:
        """Whether what was gathered still counts; its trail stays as it is until the transaction ends."""
        if tables.hold(connection, self.orders.trail.id, self.orders.trail.revision):
            return True
        self._reload(connection)
        return False

    def _patience(self) -> float:
        """How long what was gathered can wait."""
        now = self._depot.now()
        if self._load.events:
            return max(0.0, self._load.oldest_ms / 1000 + self._depot.limits.seconds - now)
        return max(0.0, self._quiet_since + SILENCE_SECONDS - now)

    def _due(self) -> bool:
        place, load = self.orders.place, self._load
        assert place.position is not None
        if load.full_at is not None:
            return True
        complete = self.orders.horizon is not None and load.seen >= self.orders.horizon
        return load.seen > place.position and (complete or self._patience() <= 0)

    def _seal(self) -> bool:
        """Whether a batch is written down now. The point of no return: it will be put, and no other from there."""
        place, load = self.orders.place, self._load
        assert place.position is not None
        if not self._due():
            if place.until is not None and place.position >= place.until:
                self._end()
            return False
        now = self._depot.now()
        sealed = Sealed(load.seen, int(now * 1000), self._depot.ledger.checkpoint())
        with self._depot.trails.database.begin() as connection:
            if not self._held(connection):
                return False
            if not tables.seal(connection, place.id, place.position, sealed):
                self._reload(connection)
                return False
            if place.job is not None:
                backfill.advance(connection, place.job, (), now)
        self._place(sealed=sealed)
        return True

    def _bring(self) -> None:
        batch = self._batch()
        self._load.events = len(batch.events)
        with self._looking_ahead(batch.end):
            self._opened().put(batch)
        self._finish(batch)

    @contextmanager
    def _looking_ahead(self, start: int) -> Iterator[None]:
        """Meanwhile the next batch's records are mapped, if there are enough: who compresses or writes needs no interpreter."""
        stop = start + self._depot.limits.events
        size, horizon = self._depot.ledger.size(), self.orders.horizon
        if stop > (size if horizon is None else min(size, horizon)):
            yield
            return
        name = f"ahead-{self.orders.trail.name}"
        thread = threading.Thread(target=self._depot.sheets.ahead, args=(start, stop), name=name, daemon=True)
        thread.start()
        try:
            yield
        finally:
            thread.join()

    def _batch(self) -> Batch:
        """The batch that is written down, the same whoever makes it."""
        place, trail = self.orders.place, self.orders.trail
        assert place.sealed is not None
        assert place.position is not None
        events = tuple(
            one
            for _, chosen in self._chosen(max(place.position, place.scanned), place.sealed.end)
            for one in chosen
        )
        return Batch(
            trail=trail.name,
            account=trail.account,
            home_region=trail.home_region,
            organization=trail.organization,
            start=place.position,
            end=place.sealed.end,
            sealed_at=datetime.fromtimestamp(place.sealed.sealed_ms / 1000, UTC),
            checkpoint=place.sealed.checkpoint,
            events=events,
            run=place.id,
            run_start=place.run_start,
        )

    def _chosen(self, start: int, stop: int) -> Iterator[tuple[Sheet, tuple[Chosen, ...]]]:
        """What is for this place from `start` to `stop`, sheet by sheet."""
        place = self.orders.place
        for sheet in self._depot.sheets.between(start, stop):
            first, last = max(start, sheet.start), min(stop, sheet.end)
            found = self._within(sheet, self.orders.spans, first, last)
            if place.given and found:
                had = {one.index for one in self._within(sheet, place.given, first, last)}
                found = tuple(one for one in found if one.index not in had)
            yield sheet, found

    def _within(self, sheet: Sheet, spans: tuple[Span, ...], first: int, last: int) -> tuple[Chosen, ...]:
        found: tuple[Chosen, ...] = ()
        sight = self.orders.place.sight
        for span in spans:
            start, stop = max(first, span.start), span.stop_or(last)
            if start < stop:
                found += part(sheet.chosen(span.rules, sight), start, stop)
        return found

    def _finish(self, batch: Batch) -> None:
        """The cursor moves over `batch`, and it is forgotten."""
        place, trail, now = self.orders.place, self.orders.trail, self._depot.now()
        with self._depot.trails.database.begin() as connection:
            delivered = int(now) if batch.events else None
            if not tables.finish(connection, place.id, batch.start, batch.end, delivered):
                self._reload(connection)
                return
            brought = backfill.Brought(len(batch.events), sum(len(event.event) for event in batch.events))
            if batch.events:
                owner = (trail.account, trail.id)
                figures.add(
                    connection, owner, figures.figure_of(place.kind, success=True), brought.events, now
                )
                figures.add(connection, owner, figures.BYTES, brought.bytes, now)
            if batch.end == place.until:
                tables.delete_places(connection, [place.id])
                self.over = True
            if place.job is not None:
                regions = {event.region for event in batch.events}
                backfill.advance(connection, place.job, sorted(regions), now, brought)
        self.failures = self._refusals = 0
        self.trouble = ""
        self.delivered += len(batch.events)
        self._quiet_since = now
        self._place(position=batch.end, scanned=batch.end, sealed=None, error="")
        self._load = _Load(batch.end)

    def _end(self) -> None:
        """Everything that was for this place is there."""
        place = self.orders.place
        with self._depot.trails.database.begin() as connection:
            tables.delete_places(connection, [place.id])
            if place.job is not None:
                backfill.advance(connection, place.job, (), self._depot.now())
        self.over = True

    def _opened(self) -> Destination:
        if self._destination is None:
            orders = self.orders
            self._destination = self._depot.open(self._depot.trails.aim(orders.trail, orders.place))
        return self._destination

    def _probe(self) -> None:
        """Projects of data events are never asked by a caller: how they are is told from here."""
        self._opened().probe()
        self._probed = True
        if self.orders.place.error:
            with self._depot.trails.database.begin() as connection:
                tables.set_well(connection, self.orders.place.id)
            self._place(error="")
        self.failures = 0

    def _failed(self, error: Exception) -> float:
        """Say what went wrong where owners look for it; how long to wait before the next attempt."""
        self.failures += 1
        self.trouble = _trouble(error)
        self.close()
        try:
            self._tell(error)
        except Outage as worse:
            log.warning("the error of a courier could not be kept", why=str(worse))
        wait = BACKOFF_SECONDS[min(self.failures, len(BACKOFF_SECONDS)) - 1]
        told = min(error.retry_after or 0.0, RETRY_SECONDS_MAX) if isinstance(error, Outage) else 0.0
        return max(told, wait * (0.5 + self._depot.jitter() / 2))

    def _tell(self, error: Exception) -> None:
        place, trail, now = self.orders.place, self.orders.trail, self._depot.now()
        count = self._load.events
        what = str(error) or type(error).__name__
        told = f"write {place.kind} failed, exception: {what[:ERROR_CHARS_MAX]}, itemscount: {count}"
        log.warning("a delivery failed", trail=trail.name, place=place.address, why=what, tries=self.failures)
        with self._depot.trails.database.begin() as connection:
            tables.set_failed(connection, place.id, told, int(now))
            figure = figures.figure_of(place.kind, success=False)
            if count and place.sealed is not None:
                figures.add(connection, (trail.account, trail.id), figure, count, now)
            self._refusals = self._refusals + 1 if isinstance(error, NoSuchPlace | PlaceDenied) else 0
            if place.job is not None and self._refusals >= JOB_TRIES:
                backfill.fail(connection, place.job, told, now)
                self.over = True
            elif place.leaving and isinstance(error, NoSuchPlace):
                self._inherit(connection)
        self._place(error=told)

    def _inherit(self, connection: Connection) -> None:
        """The place that was left is gone, and all that was there with it: the rest goes to the place that followed."""
        place, trails = self.orders.place, self._depot.trails
        for heir in tables.places_of(connection, place.trail):
            if (heir.kind, heir.slot, heir.leaving, heir.job) == (place.kind, place.slot, False, None):
                means = trails.sealed(place.id, trails.means(heir))
                tables.set_address(connection, place.id, heir.address, means)
                self._reload(connection)
                return
        tables.delete_places(connection, [place.id])
        self.over = True

    def _reload(self, connection: Connection) -> None:
        """Somebody changed what this courier goes by: see what holds now."""
        found = orders_of(connection, self.orders.place.trail)
        mine = [one for one in found if one.place.id == self.orders.place.id]
        if mine:
            self.take(mine[0])
        else:
            self.over = True

    def _place(self, **changed: object) -> None:
        place = replace(self.orders.place, **changed)  # type: ignore[arg-type] # fields by their names
        self.orders = replace(self.orders, place=place)


def _trouble(error: Exception) -> Trouble:
    """What an attempt met, in a word."""
    if isinstance(error, NoCredentials):
        return "NoCredentials"
    if isinstance(error, PlaceDenied):
        return "PlaceDenied"
    if isinstance(error, NoSuchPlace):
        return "NoSuchPlace"
    return "NoAnswer" if isinstance(error, PlaceOutage) else "Unknown"


def orders_of(connection: Connection, trail: str = "") -> list[Orders]:
    """The orders of every place of `trail`, or of all trails."""
    jobs = backfill.running(connection)
    trails = {one.id: one for one in tables.all_trails(connection) if not trail or one.id == trail}
    spans = tables.all_spans(connection)
    found = []
    for place in tables.all_places(connection):
        if place.trail not in trails:
            continue
        if place.job is None:
            found.append(Orders(place, trails[place.trail], spans.get(place.trail, ())))
        elif place.job in jobs:
            found.append(Orders(place, trails[place.trail], (jobs[place.job].span,)))
    return found
