"""The one door to the control database: SQLite in the data folder, or PostgreSQL by URL.

What a `begin()` block wrote is durable when the block has ended without an error; otherwise none of
it is there. Opening brings the schema up to date, under a lock, so that two processes may open at once;
a database that a newer program has changed is refused and left alone.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from actiontrail.errors import Corruption, Outage, Refusal

FILE_NAME = "control.sqlite"
HEAD = "0010"  # the newest migration; a test holds it to the folder `migrations/versions`
BUSY_MS = 10_000
POOL = 8  # connections; more callers than that wait
WATCH_SECONDS = 0.5  # how long a change by another machine may go unseen on PostgreSQL
_MIGRATION_LOCK = 0x4154_5452  # any number, the same for all of us
_WRITES = "actiontrail_writes"

# What is to be written in the transaction of whatever is changed in this context: see `store/outbox.py`.
ALONG: ContextVar["Callable[[Connection], None] | None"] = ContextVar("actiontrail_along", default=None)


class BadDatabaseUrl(Refusal):
    """The setting `database` does not name a database that we can use."""


class NewerDatabase(Refusal):
    """The control database was changed by a newer program than this one."""


class DatabaseOutage(Outage):
    """The control database did not answer."""


class DatabaseDamaged(Corruption):
    """The control database's file is not what was written."""


class Database:
    """An open control database. Safe to share between threads; never across a fork."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.watch = Watch(engine)

    @classmethod
    def open(cls, data: Path, url: str = "") -> "Database":
        """The control database of the record in `data`, its schema up to date.

        Raises `BadDatabaseUrl`, `NewerDatabase`, or `DatabaseOutage` if nothing answers.
        """
        engine = _engine(data, url)
        try:
            with _translated():
                _bring_up_to_date(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that may write: all of it or nothing; and with it what `ALONG` adds."""
        with _translated(), _writing(self._engine) as connection:
            yield connection
            along = ALONG.get()
            if along is not None:
                along(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, and waits for no writer."""
        with _translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Give the connections back. The database is not used after this."""
        self.watch.close()
        self._engine.dispose()


class Watch:
    """Tells cheaply whether anything may have changed, so that others can keep copies in memory.

    `stamp()` differs from the last one once any connection, of any process, has written. On SQLite
    that is exact and costs microseconds; on PostgreSQL it differs after half a second in any case.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._connection: Any = None

    def stamp(self) -> int:
        """A number to compare with the last one; nothing else can be read from it."""
        if self._engine.dialect.name != "sqlite":
            return int(time.monotonic() / WATCH_SECONDS)
        with self._lock, _translated():
            if self._connection is None:
                self._connection = self._engine.raw_connection()
                self._connection.detach()  # ours alone: the number is told per connection
            row = self._connection.dbapi_connection.execute("PRAGMA data_version").fetchone()
            return int(row[0])

    def close(self) -> None:
        """Give the watching connection back."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


@contextmanager
def _translated() -> Iterator[None]:
    """Say what a stranger understands when the database is away. A broken constraint is passed on."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error, sa.exc.IntegrityError | sa.exc.ProgrammingError | sa.exc.DataError):
            raise
        raise _failed(error) from error
    except sa.exc.TimeoutError as error:
        raise DatabaseOutage("all connections to the control database are busy", retry_after=1) from error


# Of a file: what was wrong in words, and what to do. By the primary code of SQLite.
_FILE_FAILURES: dict[int, str] = {
    sqlite3.SQLITE_CANTOPEN: "may whoever runs this read and write the file and its folder?",
    sqlite3.SQLITE_FULL: "free some space, and do it again",
    sqlite3.SQLITE_IOERR: "is the disk full, or broken?",
    sqlite3.SQLITE_READONLY: "may whoever runs this write the file and its folder?",
}


def _failed(error: DBAPIError) -> Exception:
    """What to say of what the driver says: an outage, or that the file is damaged."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return DatabaseDamaged(
            f"{FILE_NAME} is damaged: {error.orig}; stop the service, keep the file, and restore it from the backup of the data folder"
        )
    what = f"the control database did not answer: {error.orig}"
    if code in _FILE_FAILURES:
        return DatabaseOutage(f"{what}; {_FILE_FAILURES[code]}", retry_after=1)
    return DatabaseOutage(what, retry_after=1)


def _engine(data: Path, url: str) -> Engine:
    if not url:
        return _sqlite(sa.URL.create("sqlite", database=str(data / FILE_NAME)))
    try:
        parsed = sa.make_url(url)
    except SQLAlchemyError as error:
        raise BadDatabaseUrl(
            "setting `database` is not a URL; write postgresql://user@host/name, or leave it empty"
        ) from error
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    if parsed.get_backend_name() != "postgresql":
        raise BadDatabaseUrl(
            f"setting `database` names {parsed.get_backend_name()}; we can use postgresql and sqlite"
        )
    return sa.create_engine(
        parsed.set(drivername="postgresql+psycopg"), pool_size=POOL, max_overflow=0, pool_pre_ping=True
    )


def _sqlite(url: sa.URL) -> Engine:
    engine = sa.create_engine(url, poolclass=QueuePool, pool_size=POOL, max_overflow=0)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
        connection.isolation_level = None  # transactions are begun by us, below
        for pragma in (f"busy_timeout={BUSY_MS}", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        _write_ahead(connection)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its lock at once: one that began by reading could not, behind another writer.
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn write-ahead logging on, which the file then remembers.

    Of two that do so to a new file, SQLite tells one at once that the file is locked: here its
    `busy_timeout` does not count while the other is writing. So we wait as long ourselves.
    """
    end = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as plain:
        connection = plain.execution_options(**{_WRITES: True})
        with connection.begin():
            yield connection


def _bring_up_to_date(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin():
        if _version(connection) == HEAD:
            return
    with _writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        _migrate(connection)


def _version(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(connection: Connection) -> None:
    """Run what is missing, inside the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    version = _version(connection)
    if version is not None and version > HEAD:
        raise NewerDatabase(
            f"the control database is at version {version}, this program knows {HEAD}; run the newer program"
        )
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
