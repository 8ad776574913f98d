"""What people use today, set up as a careful operator would: PostgreSQL, SQLite, files with DuckDB.

Each peer is given its rows ready made, so that only its own work is timed, and `load` returns when
the batch would survive a power cut. That favours them: the service is timed from the HTTP request
on. All are asked the same questions; what they answer is compared, so that none is fast by being wrong.
"""

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

NEWEST = 50
PARQUET_ROWS = 100_000
FACETS = ("service_name", "event_name", "user_name")
_CONTAINS = {
    "key": '{"userIdentity": {"accessKeyId": %s}}',
    "user": '{"userIdentity": {"userName": %s}}',
    "ip": '{"sourceIpAddress": %s}',
    "resource": '{"resourceName": %s}',
}
COLUMNS = (
    "event_id",
    "event_time",
    "user_name",
    "access_key_id",
    "ip",
    "resource",
    "service_name",
    "event_name",
)
ASKED = {"id": "event_id", "key": "access_key_id", "user": "user_name", "ip": "ip", "resource": "resource"}


class Peer(Protocol):
    """A store of events that can be filled and asked."""

    name: str

    def prepare(self, batch: Sequence[bytes]) -> Any:  # noqa: ANN401 - each peer's own rows
        """`batch` as this peer takes it; not timed."""

    def load(self, prepared: Any) -> None:  # noqa: ANN401
        """Take a prepared batch; it survives a power cut when this returns."""

    def settle(self) -> None:
        """Do what its own upkeep would do by and by; not timed."""

    def newest(self, what: str, value: str) -> list[str]:
        """Ids of the newest events whose `what` (a key of `ASKED`) is `value`."""

    def facets(self, start: datetime, end: datetime) -> int:
        """Count by each of `FACETS` and by day; how many rows came back."""

    def size(self) -> int:
        """Bytes on disk."""

    def close(self) -> None:
        """Stop, and leave nothing behind."""


def columns(event: bytes) -> tuple[str, ...]:
    """The columns of one event, in the order of `COLUMNS`."""
    found = json.loads(event)
    who = found["userIdentity"]
    return (
        found["eventId"],
        found["eventTime"],
        who.get("userName", ""),
        who.get("accessKeyId", ""),
        found["sourceIpAddress"],
        found["resourceName"],
        found["serviceName"],
        found["eventName"],
    )


def folder_bytes(folder: Path) -> int:
    """Bytes that the files under `folder` take on disk, holes not counted."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file():
                total += path.stat().st_blocks * 512
    return total


class Postgres:
    """PostgreSQL: JSONB with two btrees and GIN (jsonb_path_ops), COPY, fsync on."""

    name = "PostgreSQL"

    def __init__(self, binaries: Path) -> None:
        import psycopg

        self._binaries = binaries
        self._folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
        self._folder.chmod(0o755)
        self._data = self._folder / "data"
        self._as_postgres(
            "initdb", "-D", str(self._data), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"
        )
        options = f"-c listen_addresses='' -k {self._folder} -c shared_buffers=1GB -c max_wal_size=4GB -c work_mem=64MB"
        self._as_postgres(
            "pg_ctl", "-D", str(self._data), "-w", "-l", str(self._folder / "log"), "-o", options, "start"
        )
        self._connection = psycopg.connect(
            host=str(self._folder), user="postgres", dbname="postgres", autocommit=True
        )
        self._connection.execute("CREATE TABLE events (event_id text, event_time timestamptz, doc jsonb)")
        self._connection.execute("CREATE UNIQUE INDEX ON events (event_id)")
        self._connection.execute("CREATE INDEX ON events (event_time)")
        self._connection.execute("CREATE INDEX ON events USING gin (doc jsonb_path_ops)")

    def prepare(self, batch: Sequence[bytes]) -> bytes:
        """The batch as text for COPY."""
        lines = []
        for event in batch:
            event_id, event_time, *_ = columns(event)
            lines.append(
                b"%b\t%b\t%b\n" % (event_id.encode(), event_time.encode(), event.replace(b"\\", b"\\\\"))
            )
        return b"".join(lines)

    def load(self, prepared: bytes) -> None:
        with self._connection.cursor() as cursor, cursor.copy("COPY events FROM STDIN") as copy:
            copy.write(prepared)

    def settle(self) -> None:
        self._connection.execute("VACUUM ANALYZE events")

    def newest(self, what: str, value: str) -> list[str]:
        where, given = (
            ("event_id = %s", value)
            if what == "id"
            else ("doc @> %s::jsonb", _CONTAINS[what] % json.dumps(value))
        )
        rows = self._connection.execute(
            f"SELECT event_id FROM events WHERE {where} ORDER BY event_time DESC, event_id LIMIT {NEWEST}",
            (given,),
        )
        return [row[0] for row in rows]

    def facets(self, start: datetime, end: datetime) -> int:
        rows = self._connection.execute(
            "SELECT doc->>'serviceName' s, doc->>'eventName' n, doc->'userIdentity'->>'userName' u,"
            " date_trunc('day', event_time) d, count(*) FROM events WHERE event_time >= %s AND event_time < %s"
            " GROUP BY GROUPING SETS ((s), (n), (u), (d))",
            (start, end),
        )
        return len(rows.fetchall())

    def size(self) -> int:
        return int(self._connection.execute("SELECT pg_total_relation_size('events')").fetchone()[0])  # type: ignore[index]

    def close(self) -> None:
        self._connection.close()
        self._as_postgres("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _as_postgres(self, program: str, *arguments: str) -> None:
        switch = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*switch, str(self._binaries / program), *arguments]
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self._folder
        )


class Sqlite:
    """SQLite: WAL, synchronous=FULL, six indexes and FTS5 over the whole event."""

    name = "SQLite"

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="bench-sqlite-"))
        self._connection = sqlite3.connect(self._folder / "events.db", isolation_level=None)
        kinds = ", ".join(f"{column} TEXT" for column in COLUMNS)
        for statement in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            "PRAGMA cache_size=-262144",
            f"CREATE TABLE events (id INTEGER PRIMARY KEY, {kinds}, doc TEXT)",
            "CREATE UNIQUE INDEX by_id ON events (event_id)",
            *(
                f"CREATE INDEX by_{column} ON events ({column}, event_time)"
                for column in ("user_name", "access_key_id", "ip", "resource", "event_name")
            ),
            "CREATE VIRTUAL TABLE words USING fts5(doc, content='events', content_rowid='id', detail=none)",
        ):
            self._connection.execute(statement)
        self._next = 1

    def prepare(self, batch: Sequence[bytes]) -> list[tuple[Any, ...]]:
        rows = [(self._next + place, *columns(event), event.decode()) for place, event in enumerate(batch)]
        self._next += len(rows)
        return rows

    def load(self, prepared: list[tuple[Any, ...]]) -> None:
        holes = ", ".join("?" * (len(COLUMNS) + 2))
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(f"INSERT INTO events VALUES ({holes})", prepared)
        self._connection.executemany(
            "INSERT INTO words (rowid, doc) VALUES (?, ?)", ((row[0], row[-1]) for row in prepared)
        )
        self._connection.execute("COMMIT")

    def settle(self) -> None:
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.execute("ANALYZE")

    def newest(self, what: str, value: str) -> list[str]:
        rows = self._connection.execute(
            f"SELECT event_id FROM events WHERE {ASKED[what]} = ? ORDER BY event_time DESC, event_id LIMIT {NEWEST}",
            (value,),
        )
        return [row[0] for row in rows]

    def facets(self, start: datetime, end: datetime) -> int:
        bounds = (_text(start), _text(end))
        groups = (*FACETS, "substr(event_time, 1, 10)")
        return sum(
            len(
                self._connection.execute(
                    f"SELECT {group}, count(*) FROM events WHERE event_time >= ? AND event_time < ? GROUP BY 1",
                    bounds,
                ).fetchall()
            )
            for group in groups
        )

    def size(self) -> int:
        return folder_bytes(self._folder)

    def close(self) -> None:
        self._connection.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class Delivered:
    """Delivered files, as a trail leaves them in a bucket: one JSON gzip a batch; Parquet for DuckDB to ask."""

    name = "DuckDB"

    def __init__(self) -> None:
        import duckdb

        self._folder = Path(tempfile.mkdtemp(prefix="bench-delivered-"))
        self._connection = duckdb.connect(config={"threads": 2})
        self._waiting: list[tuple[str, ...]] = []
        self._files = self._parts = 0

    def prepare(self, batch: Sequence[bytes]) -> tuple[Sequence[bytes], list[tuple[str, ...]]]:
        if len(self._waiting) >= PARQUET_ROWS:
            self.settle()
        return batch, [(*columns(event), event.decode()) for event in batch]

    def load(self, prepared: tuple[Sequence[bytes], list[tuple[str, ...]]]) -> None:
        events, rows = prepared
        path = self._folder / f"{self._files:08}.json.gz"
        self._files += 1
        with path.open("wb") as file:
            file.write(gzip.compress(b"[" + b",".join(events) + b"]", compresslevel=6))
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(self._folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        self._waiting += rows

    def settle(self) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        if not self._waiting:
            return
        rows = sorted(self._waiting, key=lambda row: row[1])
        table = pa.table(dict(zip((*COLUMNS, "doc"), map(list, zip(*rows, strict=True)), strict=True)))
        path = self._folder / f"{self._parts:06}.parquet"
        parquet.write_table(table, path, compression="zstd", row_group_size=20_000)
        self._parts, self._waiting = self._parts + 1, []

    def newest(self, what: str, value: str) -> list[str]:
        return [
            row[0]
            for row in self._ask(
                f"SELECT event_id FROM {{}} WHERE {ASKED[what]} = ? ORDER BY event_time DESC, event_id LIMIT {NEWEST}",
                [value],
            )
        ]

    def facets(self, start: datetime, end: datetime) -> int:
        groups = (*FACETS, "substr(event_time, 1, 10)")
        ask = "SELECT {}, count(*) FROM {{}} WHERE event_time >= ? AND event_time < ? GROUP BY 1"
        return sum(len(self._ask(ask.format(group), [_text(start), _text(end)])) for group in groups)

    def size(self) -> int:
        """The gzip files alone: Parquet is made from them."""
        return sum(path.stat().st_blocks * 512 for path in self._folder.glob("*.json.gz"))

    def close(self) -> None:
        self._connection.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ask(self, query: str, given: list[str]) -> list[tuple[Any, ...]]:
        source = f"read_parquet('{self._folder}/*.parquet')"
        return self._connection.execute(query.format(source), given).fetchall()


def peers(chosen: str = "") -> list[Peer]:
    """Those that can be had on this machine; if names are `chosen`, only these, which must be had."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    there: dict[str, Callable[[], Peer]] = {"SQLite": Sqlite, "DuckDB": Delivered}
    if binaries:
        there = {"PostgreSQL": lambda: Postgres(binaries[-1].parent), **there}
    names = [] if chosen == "none" else chosen.split(",") if chosen else list(there)
    return [there[name]() for name in names]


def same(answers: Iterable[list[str]]) -> bool:
    """Whether all answered alike; the order of events of one second is nobody's promise."""
    seen = [sorted(answer) for answer in answers if len(answer) < NEWEST]
    return all(answer == seen[0] for answer in seen)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
