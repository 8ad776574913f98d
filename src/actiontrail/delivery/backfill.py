"""Backfills: what was recorded before a trail delivered it, brought to the trail's places after the fact.

A job copies the trail's places, each with an end of its own; the couriers bring batches there as they do
for the trail, and go on after a crash. A place is not given what it has: what the trail delivered there itself,
or an earlier job that is still listed, is left out, so that an auditor counts each event once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actiontrail.delivery import rules, tables
from actiontrail.delivery.changes import Trails
from actiontrail.delivery.rules import Rules, Span
from actiontrail.delivery.tables import Place
from actiontrail.delivery.trails import Trail
from actiontrail.errors import Refusal
from actiontrail.event import record

DAYS = 90  # how far back a job reaches that does not say
BEGINNING, AT_WORK, DONE, FAILED = 0, 1, 2, 3
AHEAD_MS = 300_000  # an event's own clock may be a little ahead of ours
LATE_MS = 86_400_000  # how much earlier than it happened an event may have been received
_DAY_MS = 86_400_000

_COLUMNS = (
    "id, account, number, trail, trail_name, home_region, token, status, created, updated, start_ms, end_ms, first, stop,"
    " rules, addresses, regions, error, events, bytes"
)
_INSERT = sa.text(
    "INSERT INTO delivery_jobs (account, number, trail, trail_name, home_region, token, status, created, updated,"
    " start_ms, end_ms, first, stop, rules, addresses, regions, error) VALUES (:account, :number, :trail, :trail_name,"
    " :home_region, :token, 0, :now, :now, :start_ms, :end_ms, :first, :stop, :rules, :addresses, '[]', '') RETURNING id"
)
_NEXT_NUMBER = sa.text(
    "INSERT INTO delivery_job_numbers (account, last) VALUES (:account, 1)"
    " ON CONFLICT (account) DO UPDATE SET last = delivery_job_numbers.last + 1 RETURNING last"
)
_ONE = sa.text(f"SELECT {_COLUMNS} FROM delivery_jobs WHERE id = :id")  # noqa: S608 - a constant
_NUMBERED = sa.text(
    f"SELECT {_COLUMNS} FROM delivery_jobs WHERE account = :account AND number = :number"  # noqa: S608
)
_OF_ACCOUNT = sa.text(f"SELECT {_COLUMNS} FROM delivery_jobs WHERE account = :account ORDER BY id DESC")  # noqa: S608
_RUNNING = sa.text(f"SELECT {_COLUMNS} FROM delivery_jobs WHERE status < 2")  # noqa: S608
_DELETE = sa.text("DELETE FROM delivery_jobs WHERE id = :id")
_DELETE_PLACES = sa.text("DELETE FROM trail_places WHERE job = :id")
_LEFT = sa.text("SELECT count(*) FROM trail_places WHERE job = :id")
_SET = sa.text(
    "UPDATE delivery_jobs SET status = :status, regions = :regions, error = :error, updated = :now,"
    " events = events + :events, bytes = bytes + :bytes WHERE id = :id"
)
_LOCK_ACCOUNT = sa.text("UPDATE accounts SET name = name WHERE id = :account")
_SCANNED = sa.text("SELECT min(scanned) FROM trail_places WHERE job = :id")


class NoSuchJob(Refusal):
    """The account has no backfill of this number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"there is no delivery history job {number}")


class NoBackfill(Refusal):
    """A trail of a whole organization has no backfill."""


class BackfillRuns(Refusal):
    """One backfill of an account runs at a time."""


class BadRange(Refusal):
    """A range of time that ends before it begins."""


class Ledger(Protocol):
    """Where the records come from."""

    def size(self) -> int:
        """How many records there are."""
        ...

    def lines(self, start: int, *, limit: int) -> list[bytes]:
        """Up to `limit` records from `start` on."""
        ...


class Range(NamedTuple):
    """The events wanted by their own times, in milliseconds since 1970; the end is not in it."""

    start_ms: int
    end_ms: int


def usual_range(now: float) -> Range:
    """What a job brings that does not say: the last 90 days."""
    now_ms = int(now * 1000)
    return Range(now_ms - DAYS * _DAY_MS, now_ms + AHEAD_MS)


class Brought(NamedTuple):
    """What one batch held: events, and bytes of their JSON."""

    events: int = 0
    bytes: int = 0


NOTHING = Brought()


class Progress(NamedTuple):
    """How far a job is: records of the ledger that its slowest place has been through, of all that it is about."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Job:
    """A backfill. `created` and `updated` are seconds since 1970, the range is of events' own times.

    `number` is how its account knows it: 1, 2, 3 …, none given twice, so that nobody learns from his own how many
    others have. `id` is the row, known to nobody outside. `events` and `bytes` are what it brought so far, counted at each
    of its places.
    """

    id: int
    account: str
    number: int
    trail: str
    trail_name: str
    home_region: str
    token: str
    status: int
    created: int
    updated: int
    start_ms: int
    end_ms: int
    first: int
    stop: int
    rules: Rules
    addresses: tuple[str, ...]
    regions: tuple[str, ...]
    error: str
    events: int
    bytes: int

    @property
    def span(self) -> Span:
        """The records that it is about, and by which rules."""
        return Span(self.first, self.stop, self.rules)


class Backfills:
    """The backfills of all accounts. Safe to share between threads."""

    def __init__(self, trails: Trails, ledger: Ledger, *, changed: Callable[[], None] = lambda: None) -> None:
        self._trails = trails
        self._database = trails.database
        self._ledger = ledger
        self._changed = changed

    def create(self, trail: Trail, *, now: float, token: str = "", wanted: Range | None = None) -> Job:
        """A job that brings `wanted`, by default the last 90 days, to the places of `trail`.

        The same token again answers the job that it made. Raises `NoBackfill`, `BackfillRuns` or `BadRange`.
        """
        if trail.organization:
            raise NoBackfill(f"{trail.name} is the trail of an organization")
        range_ = wanted or usual_range(now)
        if range_.end_ms <= range_.start_ms:
            raise BadRange("the range ends before it begins")
        stop = self._ledger.size()
        first = first_received(self._ledger, range_.start_ms - LATE_MS, stop)
        chosen = msgspec.structs.replace(
            self._trails.rules(trail), from_ms=range_.start_ms, before_ms=range_.end_ms
        )
        with self._database.begin() as connection:
            connection.execute(_LOCK_ACCOUNT, {"account": trail.account})
            before = _jobs(connection, trail.account)
            for one in before:
                if token and one.token == token:
                    return one
            if running := [one for one in before if one.status < DONE]:
                raise BackfillRuns(f"job {running[0].number} of {running[0].trail_name} is not done yet")
            places = [
                place
                for place in tables.places_of(connection, trail.id)
                if place.job is None and not place.leaving
            ]
            number = connection.execute(_NEXT_NUMBER, {"account": trail.account}).scalar_one()
            row = connection.execute(
                _INSERT,
                {
                    "account": trail.account,
                    "number": number,
                    "trail": trail.id,
                    "trail_name": trail.name,
                    "home_region": trail.home_region,
                    "token": token,
                    "now": int(now),
                    "start_ms": range_.start_ms,
                    "end_ms": range_.end_ms,
                    "first": first,
                    "stop": stop,
                    "rules": chosen.encode(),
                    "addresses": msgspec.json.encode([place.address for place in places]).decode(),
                },
            ).scalar_one()
            made = _one(connection, int(row))
            assert made is not None
            spans = tables.spans_of(connection, trail.id)
            for place in places:
                self._copy(connection, place, made, _given(place, spans, made, before))
        self._changed()
        return made

    def _copy(self, connection: Connection, place: Place, job: Job, given: tuple[Span, ...]) -> None:
        name = tables.new_id()
        copied = replace(
            place,
            id=name,
            means=self._trails.sealed(name, self._trails.means(place)),
            job=job.id,
            given=given,
            created=job.created,
            run_start=job.first,
            position=job.first,
            scanned=job.first,
            until=job.stop,
            sealed=None,
        )
        tables.insert_place(connection, copied)

    def get(self, account: str, number: int) -> Job:
        """The job of that number. Raises `NoSuchJob`."""
        with self._database.read() as connection:
            return _numbered(connection, account, number)

    def all(self, account: str) -> list[Job]:
        """Every job of `account`, the newest first."""
        with self._database.read() as connection:
            return _jobs(connection, account)

    def delete(self, account: str, number: int) -> None:
        """The job is gone; what it brought stays, and a later job may bring it again. Raises `NoSuchJob`."""
        with self._database.begin() as connection:
            job = _numbered(connection, account, number)
            connection.execute(_DELETE_PLACES, {"id": job.id})
            connection.execute(_DELETE, {"id": job.id})
        self._changed()

    def progress(self, job: Job) -> Progress:
        """How much of the ledger it has been through."""
        total = job.stop - job.first
        if job.status == DONE:
            return Progress(total, total)
        with self._database.read() as connection:
            scanned = connection.execute(_SCANNED, {"id": job.id}).scalar()
        return Progress(0 if scanned is None else int(scanned) - job.first, total)


def running(connection: Connection) -> Mapping[int, Job]:
    """The jobs that are not done, by their ids."""
    return {job.id: job for job in map(_job, connection.execute(_RUNNING))}


def advance(
    connection: Connection, id_: int, regions: Sequence[str], now: float, brought: Brought = NOTHING
) -> None:
    """Job `id_` has brought events of `regions`, so many; it is done when none of its places is left."""
    job = _one(connection, id_)
    if job is None or job.status == FAILED:
        return
    left = connection.execute(_LEFT, {"id": id_}).scalar()
    met = replace(job, status=AT_WORK if left else DONE, regions=tuple(sorted({*job.regions, *regions})))
    _set(connection, met, brought, now)


def fail(connection: Connection, id_: int, error: str, now: float) -> None:
    """Job `id_` has failed for good: its places do not take what it brings."""
    job = _one(connection, id_)
    if job is not None:
        connection.execute(_DELETE_PLACES, {"id": id_})
        _set(connection, replace(job, error=error, status=FAILED), NOTHING, now)


def _set(connection: Connection, job: Job, brought: Brought, now: float) -> None:
    values = {
        "id": job.id,
        "status": job.status,
        "regions": msgspec.json.encode(job.regions).decode(),
        "error": job.error,
        "now": int(now),
        "events": brought.events,
        "bytes": brought.bytes,
    }
    connection.execute(_SET, values)


def _given(place: Place, spans: Sequence[Span], job: Job, before: Sequence[Job]) -> tuple[Span, ...]:
    """What `place` gets or got anyway: from its trail since it began, and from earlier jobs."""
    found = []
    if place.run_start is not None:
        for span in spans:
            start, stop = max(span.start, place.run_start), span.stop_or(job.stop)
            if start < stop:
                found.append(Span(start, stop, span.rules))
    found += [
        one.span
        for one in before
        if one.trail == job.trail and one.status == DONE and place.address in one.addresses
    ]
    return tuple(found)


def _jobs(connection: Connection, account: str) -> list[Job]:
    return [_job(row) for row in connection.execute(_OF_ACCOUNT, {"account": account})]


def _one(connection: Connection, id_: int) -> Job | None:
    row = connection.execute(_ONE, {"id": id_}).first()
    return _job(row) if row else None


def _numbered(connection: Connection, account: str, number: int) -> Job:
    row = connection.execute(_NUMBERED, {"account": account, "number": number}).first()
    if row is None:
        raise NoSuchJob(number)
    return _job(row)


def _job(row: Any) -> Job:  # noqa: ANN401 - a row is what its columns are
    return Job(
        id=row.id,
        account=row.account,
        number=row.number,
        trail=row.trail,
        trail_name=row.trail_name,
        home_region=row.home_region,
        token=row.token,
        status=row.status,
        created=row.created,
        updated=row.updated,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        first=row.first,
        stop=row.stop,
        rules=rules.parse(row.rules),
        addresses=msgspec.json.decode(row.addresses, type=tuple[str, ...]),
        regions=msgspec.json.decode(row.regions, type=tuple[str, ...]),
        error=row.error,
        events=row.events,
        bytes=row.bytes,
    )


def first_received(ledger: Ledger, moment_ms: int, size: int) -> int:
    """The first index below `size` that was received at `moment_ms` or later; records come in that order."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if received_ms(ledger, middle) < moment_ms:
            low = middle + 1
        else:
            high = middle
    return low


def received_ms(ledger: Ledger, index: int) -> int:
    """When the record at `index` was received, in milliseconds since 1970."""
    [line] = ledger.lines(index, limit=1)
    return int(datetime.fromisoformat(record.parse(line).received).timestamp() * 1000)
