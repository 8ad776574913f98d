"""The rows of trails, their spans and their places: all SQL of those three tables.

Every function runs inside a transaction of the caller, so that what belongs together changes together.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actiontrail.delivery import rules
from actiontrail.delivery.rules import Rules, Sight, Span
from actiontrail.delivery.trails import Settings, Slot, Trail

_TRAIL = "id, account, name, home_region, organization, status, created, updated, started, stopped, revision, settings"
_INSERT_TRAIL = sa.text(
    f"INSERT INTO trails ({_TRAIL}) VALUES (:id, :account, :name, :home_region, :organization, 'Fresh',"  # noqa: S608 - a constant
    " :now, :now, NULL, NULL, 1, :settings)"
)
_TRAILS = sa.text(f"SELECT {_TRAIL} FROM trails WHERE account = :account ORDER BY created, name")  # noqa: S608
_ALL_TRAILS = sa.text(f"SELECT {_TRAIL} FROM trails ORDER BY id")  # noqa: S608
_BY_NAME = sa.text(f"SELECT {_TRAIL} FROM trails WHERE account = :account AND name = :name")  # noqa: S608
_UPDATE_TRAIL = sa.text(
    "UPDATE trails SET settings = :settings, status = :status, updated = :updated, started = :started,"
    " stopped = :stopped, revision = revision + 1 WHERE id = :id"
)
_DELETE_TRAIL = sa.text("DELETE FROM trails WHERE id = :id")
_HOLD = sa.text("UPDATE trails SET revision = revision WHERE id = :id AND revision = :revision")
_ENABLED = sa.text("SELECT count(*) FROM trails WHERE account = :account AND status = 'Enable'")

_SPANS = sa.text("SELECT start, stop, rules FROM trail_spans WHERE trail = :trail ORDER BY start")
_ALL_SPANS = sa.text("SELECT trail, start, stop, rules FROM trail_spans ORDER BY trail, start")
_OPEN_SPAN = sa.text(
    "INSERT INTO trail_spans (trail, start, stop, rules) VALUES (:trail, :start, NULL, :rules)"
)
_CLOSE_SPAN = sa.text("UPDATE trail_spans SET stop = :stop WHERE trail = :trail AND stop IS NULL")
_EMPTY_SPANS = sa.text("DELETE FROM trail_spans WHERE trail = :trail AND stop = start")

_PLACE = (
    "id, trail, kind, slot, address, means, job, given, created, run_start, position, scanned, until, batch_end,"
    " batch_sealed_ms, batch_checkpoint, delivered, error, failed"
)
_PLACES = sa.text(f"SELECT {_PLACE} FROM trail_places WHERE trail = :trail ORDER BY created, id")  # noqa: S608
_ALL_PLACES = sa.text(f"SELECT {_PLACE} FROM trail_places ORDER BY id")  # noqa: S608
_INSERT_PLACE = sa.text(
    "INSERT INTO trail_places (id, trail, kind, slot, address, means, job, given, created, run_start, position, scanned,"
    " until, error) VALUES (:id, :trail, :kind, :slot, :address, :means, :job, :given,   :now, :position, :position,"
    " :position, :until, '')"
)
_SET_MEANS = sa.text("UPDATE trail_places SET means = :means WHERE id = :id")
_SET_UNTIL = sa.text("UPDATE trail_places SET until = :until WHERE id = :id")
_SET_ADDRESS = sa.text(
    "UPDATE trail_places SET address = :address, means = :means, run_start = position, error = '' WHERE id = :id"
)
_BEGIN_AT = sa.text(
    "UPDATE trail_places SET run_start = :at, position = :at, scanned = :at WHERE trail = :trail AND position IS NULL"
)
_DELETE_PLACE = sa.text("DELETE FROM trail_places WHERE id = :id")
_REACHED = sa.text(
    "SELECT max(coalesce(batch_end, scanned, 0)) FROM trail_places WHERE trail = :trail AND job IS NULL"
)
_SCANNED = sa.text(
    "UPDATE trail_places SET scanned = :scanned WHERE id = :id AND position = :position AND scanned < :scanned"
    " AND batch_end IS NULL"
)
_SEAL = sa.text(
    "UPDATE trail_places SET batch_end = :end, batch_sealed_ms = :sealed_ms, batch_checkpoint = :checkpoint"
    " WHERE id = :id AND position = :position AND batch_end IS NULL"
)
_DONE = sa.text(
    "UPDATE trail_places SET position = :end, scanned = :end, batch_end = NULL, batch_sealed_ms = NULL,"
    " batch_checkpoint = NULL, delivered = coalesce(:delivered, delivered), error = ''"
    " WHERE id = :id AND position = :position AND batch_end = :end"
)
_FAILED = sa.text("UPDATE trail_places SET error = :error, failed = :now WHERE id = :id")
_WELL = sa.text("UPDATE trail_places SET error = '' WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A batch that is on its way: with its start, all that decides its bytes."""

    end: int
    sealed_ms: int
    checkpoint: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """A place that a trail delivers to, and how far its courier is. Times are seconds since 1970.

    That of a backfill (`job`) is not given again what it has: what the spans `given` chose for it.
    """

    id: str
    trail: str
    kind: str
    slot: str
    address: str
    means: bytes
    job: int | None
    given: tuple[Span, ...]
    created: int
    run_start: int | None
    position: int | None
    scanned: int
    until: int | None
    sealed: Sealed | None
    delivered: int | None
    error: str
    failed: int | None

    @property
    def sight(self) -> Sight:
        """Which of the trail's events it is for."""
        return Sight(self.kind, self.slot if self.kind == "data" else "")

    @property
    def leaving(self) -> bool:
        """Whether it only finishes what was under way when the trail turned elsewhere."""
        return self.job is None and self.until is not None


def new_id() -> str:
    """An id for a trail or a place, never given before."""
    return secrets.token_hex(8)


def insert_trail(connection: Connection, trail: Trail) -> None:
    """A new trail, Fresh. Raises `sqlalchemy.exc.IntegrityError` if its account has one of that name."""
    connection.execute(
        _INSERT_TRAIL,
        {
            "id": trail.id,
            "account": trail.account,
            "name": trail.name,
            "home_region": trail.home_region,
            "organization": trail.organization,
            "now": trail.created,
            "settings": msgspec.json.encode(trail.settings).decode(),
        },
    )


def trails_of(connection: Connection, account: str) -> list[Trail]:
    """Every trail of `account`, the oldest first."""
    return [_trail(row) for row in connection.execute(_TRAILS, {"account": account})]


def all_trails(connection: Connection) -> list[Trail]:
    """Every trail of every account."""
    return [_trail(row) for row in connection.execute(_ALL_TRAILS)]


def trail_named(connection: Connection, account: str, name: str) -> Trail | None:
    """The trail of that name; None if there is none."""
    row = connection.execute(_BY_NAME, {"account": account, "name": name}).first()
    return _trail(row) if row else None


def _trail(row: Any) -> Trail:  # noqa: ANN401 - a row is what its columns are
    return Trail(
        id=row.id,
        account=row.account,
        name=row.name,
        home_region=row.home_region,
        organization=row.organization,
        status=row.status,
        created=row.created,
        updated=row.updated,
        started=row.started,
        stopped=row.stopped,
        revision=row.revision,
        settings=msgspec.json.decode(row.settings, type=Settings),
    )


def update_trail(connection: Connection, trail: Trail) -> None:
    """What `trail` now says of its settings, its status and its times; its revision counts up."""
    connection.execute(
        _UPDATE_TRAIL,
        {
            "id": trail.id,
            "settings": msgspec.json.encode(trail.settings).decode(),
            "status": trail.status,
            "updated": trail.updated,
            "started": trail.started,
            "stopped": trail.stopped,
        },
    )


def delete_trail(connection: Connection, trail: str) -> None:
    """The trail, its spans and its places are gone."""
    connection.execute(_DELETE_TRAIL, {"id": trail})


def hold(connection: Connection, trail: str, revision: int) -> bool:
    """Whether the trail is still at `revision`; if so it stays there until the transaction ends."""
    return connection.execute(_HOLD, {"id": trail, "revision": revision}).rowcount == 1


def enabled(connection: Connection, account: str) -> int:
    """How many trails of `account` are enabled."""
    return int(connection.execute(_ENABLED, {"account": account}).scalar() or 0)


def spans_of(connection: Connection, trail: str) -> tuple[Span, ...]:
    """The trail's spans, in the ledger's order."""
    return tuple(
        Span(start, stop, rules.parse(text))
        for start, stop, text in connection.execute(_SPANS, {"trail": trail})
    )


def all_spans(connection: Connection) -> dict[str, tuple[Span, ...]]:
    """The spans of every trail that has any, in the ledger's order."""
    found: dict[str, list[Span]] = {}
    for trail, start, stop, text in connection.execute(_ALL_SPANS):
        found.setdefault(trail, []).append(Span(start, stop, rules.parse(text)))
    return {trail: tuple(spans) for trail, spans in found.items()}


def open_span(connection: Connection, trail: str, start: int, chosen: Rules) -> None:
    """From `start` on the trail is about what is recorded, by the rules `chosen`."""
    connection.execute(_OPEN_SPAN, {"trail": trail, "start": start, "rules": chosen.encode()})


def close_span(connection: Connection, trail: str, stop: int) -> None:
    """What is recorded from `stop` on is nothing to the trail. A span that held nothing is forgotten."""
    connection.execute(_CLOSE_SPAN, {"trail": trail, "stop": stop})
    connection.execute(_EMPTY_SPANS, {"trail": trail})


def places_of(connection: Connection, trail: str) -> list[Place]:
    """Every place of the trail, those of backfills too."""
    return [_place(row) for row in connection.execute(_PLACES, {"trail": trail})]


def all_places(connection: Connection) -> list[Place]:
    """Every place of every trail."""
    return [_place(row) for row in connection.execute(_ALL_PLACES)]


def _place(row: Any) -> Place:  # noqa: ANN401 - a row is what its columns are
    sealed = (
        None
        if row.batch_end is None
        else Sealed(row.batch_end, row.batch_sealed_ms, bytes(row.batch_checkpoint))
    )
    return Place(
        id=row.id,
        trail=row.trail,
        kind=row.kind,
        slot=row.slot,
        address=row.address,
        means=bytes(row.means),
        job=row.job,
        given=msgspec.json.decode(row.given, type=tuple[Span, ...]),
        created=row.created,
        run_start=row.run_start,
        position=row.position,
        scanned=row.scanned or row.position or 0,
        until=row.until,
        sealed=sealed,
        delivered=row.delivered,
        error=row.error,
        failed=row.failed,
    )


def fresh(trail: str, slot: Slot, at: int | None, now: int) -> Place:
    """A place of `trail` that begins at `at`; its means are still to be sealed."""
    return Place(
        id=new_id(),
        trail=trail,
        kind=slot.kind,
        slot=slot.slot,
        address=slot.address,
        means=b"",
        job=None,
        given=(),
        created=now,
        run_start=at,
        position=at,
        scanned=at or 0,
        until=None,
        sealed=None,
        delivered=None,
        error="",
        failed=None,
    )


def insert_place(connection: Connection, place: Place) -> None:
    """A new place; nothing of it is under way."""
    connection.execute(
        _INSERT_PLACE,
        {
            "id": place.id,
            "trail": place.trail,
            "kind": place.kind,
            "slot": place.slot,
            "address": place.address,
            "means": place.means,
            "job": place.job,
            "given": msgspec.json.encode(place.given).decode(),
            "now": place.created,
            "position": place.position,
            "until": place.until,
        },
    )


def begin_at(connection: Connection, trail: str, at: int) -> None:
    """Places that have no position yet start at `at`."""
    connection.execute(_BEGIN_AT, {"trail": trail, "at": at})


def set_means(connection: Connection, place: str, means: bytes) -> None:
    """How to write to a place has changed; where it is has not."""
    connection.execute(_SET_MEANS, {"id": place, "means": means})


def set_until(connection: Connection, place: str, until: int) -> None:
    """The place gets nothing from `until` on."""
    connection.execute(_SET_UNTIL, {"id": place, "until": until})


def set_address(connection: Connection, place: str, address: str, means: bytes) -> None:
    """What the place was still to get goes elsewhere."""
    connection.execute(_SET_ADDRESS, {"id": place, "address": address, "means": means})


def delete_places(connection: Connection, places: Sequence[str]) -> None:
    """These places are gone, and what was under way to them."""
    for place in places:
        connection.execute(_DELETE_PLACE, {"id": place})


def reached(connection: Connection, trail: str) -> int:
    """How far any courier of the trail has looked or sealed: no boundary may be laid before that."""
    return int(connection.execute(_REACHED, {"trail": trail}).scalar() or 0)


def set_scanned(connection: Connection, place: str, position: int, scanned: int) -> None:
    """From `position` to `scanned` nothing is for the place."""
    connection.execute(_SCANNED, {"id": place, "position": position, "scanned": scanned})


def seal(connection: Connection, place: str, position: int, sealed: Sealed) -> bool:
    """Whether the batch from `position` is now written down; not if another one is."""
    values = {
        "id": place,
        "position": position,
        "end": sealed.end,
        "sealed_ms": sealed.sealed_ms,
        "checkpoint": sealed.checkpoint,
    }
    return connection.execute(_SEAL, values).rowcount == 1


def finish(connection: Connection, place: str, position: int, end: int, delivered: int | None) -> bool:
    """Whether the batch from `position` to `end` was under way; it is forgotten, and the cursor stands at `end`."""
    values = {"id": place, "position": position, "end": end, "delivered": delivered}
    return connection.execute(_DONE, values).rowcount == 1


def set_failed(connection: Connection, place: str, error: str, now: int) -> None:
    """The last attempt failed, and why."""
    connection.execute(_FAILED, {"id": place, "error": error, "now": now})


def set_well(connection: Connection, place: str) -> None:
    """The last attempt was well."""
    connection.execute(_WELL, {"id": place})
