"""The lock: the latest signed checkpoint, moved by compare-and-set. The point of no return of a round.

What the lock says has happened; whatever lies beyond it has not. Two writers that start from the
same checkpoint cannot both move it, so the record never forks. `swap` is durable when it returns; if it
raises anything but `Fork`, nobody knows which checkpoint stands, and only `read`, later, can tell.
"""

import hashlib
import os
import sqlite3
import struct
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from actiontrail.errors import Corruption, Outage, Refusal
from actiontrail.store.files import sync_folder

FILE_NAME = "lock.sqlite"
CHECKPOINT_BYTES_MAX = 1900
_ROW = struct.Struct(f"<H?{CHECKPOINT_BYTES_MAX}s")
_BUSY_SECONDS = 5.0


class LockRow(NamedTuple):
    """What the lock says: the latest signed checkpoint, and whether the writer closed it in good order."""

    checkpoint: bytes
    closed: bool


class Fork(Corruption):
    """Somebody else moved the lock: two writers share one record. This one must stop."""

    def __init__(self) -> None:
        super().__init__(
            "the lock does not hold the checkpoint that this writer left there: another writer is at work on this record, "
            "or the lock was put back to an older state. Stop all writers, then run `actiontrail fsck`."
        )


class LockLost(Corruption):
    """The lock is not there, or cannot be read as one."""


class LockTaken(Refusal):
    """There is a lock already, so there is a record already."""


class LockOutage(Outage):
    """The store behind the lock did not answer, or not as it should."""


class Lock(Protocol):
    """One place that holds one checkpoint."""

    def create(self, checkpoint: bytes) -> None:
        """Hold `checkpoint` for the first time. Raises `LockTaken` if anything is held."""

    def read(self) -> LockRow:
        """What is held now. Raises `LockLost` if nothing is."""
        ...

    def swap(self, old: bytes, new: bytes, *, closed: bool = False) -> None:
        """Hold `new` instead of `old`, durably. Raises `Fork`, changing nothing, if it is not `old` that is held."""

    def close(self) -> None:
        """Let go of the store; the checkpoint stays."""


class MemoryLock:
    """A lock that lasts as long as the process: for tests, and for records that are thrown away."""

    def __init__(self) -> None:
        self._row: LockRow | None = None

    def create(self, checkpoint: bytes) -> None:
        """See `Lock`."""
        if self._row is not None:
            raise LockTaken("the lock is held already")
        self._row = LockRow(checkpoint, closed=True)

    def read(self) -> LockRow:
        """See `Lock`."""
        if self._row is None:
            raise LockLost("the lock holds no checkpoint")
        return self._row

    def swap(self, old: bytes, new: bytes, *, closed: bool = False) -> None:
        """See `Lock`."""
        if self.read().checkpoint != old:
            raise Fork
        self._row = LockRow(new, closed)

    def close(self) -> None:
        """See `Lock`."""


class SqliteLock:
    """The lock of one machine: one row in a SQLite file of its own.

    The row is one blob of fixed size with its own digest, so SQLite overwrites it in place and the
    file of a closed lock is the same bytes for the same checkpoint: `defects` compares every one.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> "SqliteLock":
        """The lock in the file `path`. Read-only leaves the file, and the journal beside it, as they are."""
        if not path.exists():
            raise LockLost(
                f"{path} is missing: it holds the latest checkpoint. Bring it back from a backup together with the record."
            )
        try:
            connection = sqlite3.connect(
                _uri(path, read_only=read_only),
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=_BUSY_SECONDS,
            )
            if not read_only:
                _prepare(connection)
        except sqlite3.DatabaseError as error:
            raise LockLost(f"{path} cannot be opened as a lock: {error}") from error
        return cls(path, connection)

    @classmethod
    def make(cls, path: Path) -> "SqliteLock":
        """The lock in the file `path`, which is made if need be. Whether it is free, `create` will tell."""
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
            sync_folder(path.parent)
        return cls.open(path)

    def create(self, checkpoint: bytes) -> None:
        """See `Lock`."""
        try:
            _fill(self._connection, LockRow(checkpoint, closed=True))
        except sqlite3.IntegrityError as error:
            raise LockTaken(f"{self._path} holds a checkpoint already") from error
        except sqlite3.Error as error:
            raise LockOutage(f"the lock {self._path} could not be written: {error}") from error

    def read(self) -> LockRow:
        """See `Lock`."""
        try:
            found = self._connection.execute("SELECT row FROM lock WHERE one = 1").fetchone()
        except sqlite3.DatabaseError as error:
            raise LockLost(f"{self._path} cannot be read as a lock: {error}") from error
        if found is None:
            raise LockLost(f"{self._path} holds no checkpoint")
        return _parse(found[0], self._path)

    def swap(self, old: bytes, new: bytes, *, closed: bool = False) -> None:
        """See `Lock`."""
        rows = (
            _encode(LockRow(new, closed)),
            _encode(LockRow(old, closed=False)),
            _encode(LockRow(old, closed=True)),
        )
        try:
            changed = self._connection.execute(
                "UPDATE lock SET row = ? WHERE one = 1 AND row IN (?, ?)", rows
            ).rowcount
        except sqlite3.Error as error:
            raise LockOutage(f"the lock {self._path} did not answer: {error}") from error
        if changed != 1:
            raise Fork

    def close(self) -> None:
        """See `Lock`. The journal is folded into the file, so that a closed lock is one file."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def defects(self) -> list[str]:
        """Every way in which the file differs from the one SQLite would write for what it holds.

        Empty while a journal lies beside it: then the file is not the whole lock.
        """
        row = self.read()
        if _journal_bytes(self._path):
            return []
        stored, expected = self._path.read_bytes(), _image(row)
        if len(stored) != len(expected):
            return [f"{self._path.name} is {len(stored)} bytes long, where {len(expected)} were written"]
        counters = {
            *range(24, 28),
            *range(92, 100),
        }  # change counters, and the version of SQLite: they say nothing of the row
        wrong = [
            place
            for place, (a, b) in enumerate(zip(stored, expected, strict=True))
            if a != b and place not in counters
        ]
        if stored[24:28] != stored[92:96]:
            wrong.append(24)
        return [f"{self._path.name} differs from what was written at byte {place}" for place in wrong[:1]]


class PostgresLock:
    """The lock of several machines: one row per origin in a PostgreSQL table.

    When the connection breaks during a swap, a new one is asked what became of it: the row says
    whether the swap happened, so the answer is known and not guessed.
    """

    def __init__(self, url: str, origin: str) -> None:
        self._url = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._origin = origin
        self._connection = self._connect()
        self._execute(
            "CREATE TABLE IF NOT EXISTS actiontrail_lock (origin text PRIMARY KEY, checkpoint bytea NOT NULL, closed boolean NOT NULL)"
        )

    def create(self, checkpoint: bytes) -> None:
        """See `Lock`."""
        made = self._execute(
            "INSERT INTO actiontrail_lock VALUES (%s, %s, true) ON CONFLICT DO NOTHING",
            (self._origin, _bounded(checkpoint)),
        )
        if made.rowcount != 1:
            raise LockTaken(f"the lock of {self._origin} holds a checkpoint already")

    def read(self) -> LockRow:
        """See `Lock`."""
        found = self._execute(
            "SELECT checkpoint, closed FROM actiontrail_lock WHERE origin = %s", (self._origin,)
        ).fetchone()
        if found is None:
            raise LockLost(f"the lock table has no row for {self._origin}")
        return LockRow(bytes(found[0]), bool(found[1]))

    def swap(self, old: bytes, new: bytes, *, closed: bool = False) -> None:
        """See `Lock`."""
        try:
            changed = self._swap(old, new, closed)
        except LockOutage:
            self.close()
            self._connection = self._connect()
            if self.read() == LockRow(new, closed):
                return
            changed = self._swap(old, new, closed)
        if not changed:
            raise Fork

    def close(self) -> None:
        """See `Lock`."""
        self._connection.close()

    def _swap(self, old: bytes, new: bytes, closed: bool) -> bool:  # noqa: FBT001 - one of the row's two columns
        sql = "UPDATE actiontrail_lock SET checkpoint = %s, closed = %s WHERE origin = %s AND checkpoint = %s"
        return bool(self._execute(sql, (_bounded(new), closed, self._origin, old)).rowcount == 1)

    def _connect(self) -> Any:  # noqa: ANN401 - psycopg is imported only where PostgreSQL is used
        import psycopg

        try:
            connection = psycopg.connect(self._url, autocommit=True, connect_timeout=10)
            connection.execute("SET synchronous_commit = on")
        except psycopg.Error as error:
            raise LockOutage(f"the database of the lock did not answer: {error}") from error
        return connection

    def _execute(self, sql: str, values: tuple[Any, ...] = ()) -> Any:  # noqa: ANN401 - a psycopg cursor
        import psycopg

        try:
            return self._connection.execute(sql, values)
        except psycopg.Error as error:
            raise LockOutage(f"the database of the lock did not answer: {error}") from error


def open_lock(data: Path, url: str, origin: str, *, read_only: bool = False) -> Lock:
    """The lock of the record in `data`: in PostgreSQL if `url` names one, else a file in the folder."""
    if url.startswith("postgresql"):
        return PostgresLock(url, origin)
    return SqliteLock.open(data / FILE_NAME, read_only=read_only)


def make_lock(data: Path, url: str, origin: str) -> Lock:
    """A lock for a new record in `data`, still empty."""
    if url.startswith("postgresql"):
        return PostgresLock(url, origin)
    return SqliteLock.make(data / FILE_NAME)


def _bounded(checkpoint: bytes) -> bytes:
    assert len(checkpoint) <= CHECKPOINT_BYTES_MAX, (
        "a checkpoint with a handful of signatures is a few hundred bytes"
    )
    return checkpoint


def _encode(row: LockRow) -> bytes:
    body = _ROW.pack(len(row.checkpoint), row.closed, _bounded(row.checkpoint))
    return body + hashlib.sha256(body).digest()


def _parse(blob: object, path: Path) -> LockRow:
    if (
        not isinstance(blob, bytes)
        or len(blob) != _ROW.size + 32
        or hashlib.sha256(blob[:-32]).digest() != blob[-32:]
    ):
        raise LockLost(f"{path}: the row of the lock was altered")
    length, closed, padded = _ROW.unpack(blob[:-32])
    return LockRow(padded[:length], closed)


def _journal_bytes(path: Path) -> int:
    try:
        return path.with_name(path.name + "-wal").stat().st_size
    except FileNotFoundError:
        return 0


def _uri(path: Path, *, read_only: bool) -> str:
    uri = path.absolute().as_uri()
    if not read_only:
        return f"{uri}?mode=rw"
    return f"{uri}?mode=ro" if _journal_bytes(path) else f"{uri}?mode=ro&immutable=1"


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA page_size = 4096")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _fill(connection: sqlite3.Connection, row: LockRow) -> None:
    """The table and its row, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS lock (one INTEGER PRIMARY KEY CHECK (one = 1), row BLOB NOT NULL)"
        )
        connection.execute("INSERT INTO lock VALUES (1, ?)", (_encode(row),))
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _image(row: LockRow) -> bytes:
    """The bytes of a lock file that was closed while it held `row`."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("PRAGMA page_size = 4096")
        _fill(connection, row)
        image = bytearray(connection.serialize())
    image[18:20] = b"\x02\x02"  # both versions of the format: journal kept beside the file
    return bytes(image)
