"""Events on their way to the record: written with the change that they tell of, deleted when they are recorded.

Inside `with outbox.along(…)` the first transaction that changes anything commits the event with it, so there is
never a change without its event. `put` then says how the deed went; whoever crashed in between is recorded
as far as they had got, once `HOLD_MS` are over.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actiontrail.store.database import ALONG, Database

HOLD_MS = 120_000  # longer than any deed takes
TAKEN_MAX = 500  # in one go
BYTES_MAX = 8 * 1024 * 1024


class Parcel(NamedTuple):
    """One event, as JSON, and whose it is."""

    id: str
    account: str
    event: bytes


_PUT = sa.text(
    "INSERT INTO outbox (id, account, event, queued, held_until) VALUES (:id, :account, :event, :queued, :held_until)"
    " ON CONFLICT (id) DO UPDATE SET event = excluded.event, held_until = excluded.held_until"
)
_WAITING = sa.text(
    "SELECT id, account, event FROM outbox WHERE held_until <= :now ORDER BY queued, id LIMIT :limit"
)
_DONE = sa.text("DELETE FROM outbox WHERE id = :id")
_COUNT = sa.text("SELECT count(*) FROM outbox")


class Along:
    """Whether a change has taken its event along."""

    def __init__(self) -> None:
        self.written = False


class Outbox:
    """The table `outbox`. Safe to share between threads and processes."""

    def __init__(self, database: Database, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    def put(self, parcels: Sequence[Parcel]) -> None:
        """They are on their way, whatever happens, when this returns. One that is there already is replaced."""
        with self._database.begin() as connection:
            self._write(connection, parcels, held=0)

    @contextmanager
    def along(self, parcel: Callable[[], Parcel]) -> Iterator[Along]:
        """Whatever this context changes in the control database takes the parcel along, once."""
        told, outer = Along(), ALONG.get()

        def write(connection: Connection) -> None:
            if outer is not None:  # one deed inside another: both have changed something
                outer(connection)
            if not told.written:
                self._write(connection, [parcel()], held=self._ms() + HOLD_MS)
                told.written = True

        token = ALONG.set(write)
        try:
            yield told
        finally:
            ALONG.reset(token)

    def waiting(self, limit: int = TAKEN_MAX) -> list[Parcel]:
        """What may go now, the oldest first, of a bounded size together."""
        with self._database.read() as connection:
            rows = connection.execute(_WAITING, {"now": self._ms(), "limit": limit}).all()
        taken: list[Parcel] = []
        size = 0
        for identity, account, event in rows:
            size += len(event)
            if taken and size > BYTES_MAX:
                break
            taken.append(Parcel(identity, account, bytes(event)))
        return taken

    def done(self, ids: Sequence[str]) -> None:
        """They are recorded, and forgotten here."""
        with self._database.begin() as connection:
            connection.execute(_DONE, [{"id": identity} for identity in ids])

    def count(self) -> int:
        """How many are on their way."""
        with self._database.read() as connection:
            return int(connection.execute(_COUNT).scalar_one())

    def _write(self, connection: Connection, parcels: Sequence[Parcel], *, held: int) -> None:
        rows = [parcel._asdict() | {"queued": self._ms(), "held_until": held} for parcel in parcels]
        connection.execute(_PUT, rows)

    def _ms(self) -> int:
        return int(self._now() * 1000)
