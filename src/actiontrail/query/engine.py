"""The one door to ClickHouse: embedded in this process as chDB, or a server by its URL.

Everything that knows the client's oddities is here. One process owns an embedded folder, and it must not
fork after opening one. Questions run at once on a few connections; each has limits on time, memory and rows.
A question is answered whole or not at all: whatever limit stops it, or whoever, it has no answer.
"""

import os
import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa

from actiontrail.errors import Outage, Refusal

CONNECTIONS = 4
CANCELLED_MAX = 10_000  # marks of which is remembered that they were cancelled: more than are asked while one question runs
MIB = 1024 * 1024
# For the first rows in the table's own order: without it, each part is read far ahead of what is wanted.
ONE_PAGE: Mapping[str, Any] = {"read_in_order_use_buffering": 0}
# The embedded engine keeps a question to one thread unless it has a spare GiB for each, of the one and a half it is given here.
# What a question may hold is limited anyhow, and it must not take every core of a large machine from the recorder.
THREADS_MAX = 4
EMBEDDED: Mapping[str, Any] = {
    "max_threads": min(os.cpu_count() or 1, THREADS_MAX),
    "max_threads_min_free_memory_per_thread": 0,
}
# What stops a question ends it with an error. A server may be set up to answer with what there is so far; never to us.
WHOLE: Mapping[str, Any] = {
    "timeout_overflow_mode": "throw",
    "read_overflow_mode": "throw",
    "group_by_overflow_mode": "throw",
    "sort_overflow_mode": "throw",
    "set_overflow_mode": "throw",
    "join_overflow_mode": "throw",
    "distinct_overflow_mode": "throw",
    "partial_result_on_first_cancel": 0,
}
_STOPPED = "the question was cancelled"
_TIMES, _MEMORY, _ROWS, _CANCELLED = {159, 160}, {241, 173}, {158, 396, 307}, {394, 734}


class TooHeavy(Refusal):
    """The question ran into its limit on time, memory or rows, and was stopped."""


class Cancelled(Refusal):
    """The question was stopped because nobody waits for its answer any more."""


class BadQuestion(Refusal):
    """The search engine cannot answer this question; its reason is in the message."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one question may take."""

    seconds: int = 30
    memory_bytes: int = 1024 * MIB
    rows: int = 0  # 0: as many as there are
    read_only: bool = False

    def settings(self) -> dict[str, Any]:
        """As the engine's settings."""
        found: dict[str, Any] = {
            "max_execution_time": self.seconds,
            **WHOLE,
            "formatdatetime_parsedatetime_m_is_month_name": 0,  # %M are minutes, as for the log service's %i
            "max_memory_usage": self.memory_bytes,
            "max_bytes_before_external_sort": self.memory_bytes // 2,
            "max_bytes_before_external_group_by": self.memory_bytes // 2,
        }
        if self.read_only:
            found["readonly"] = 1
        if self.rows:
            found |= {"max_result_rows": self.rows, "result_overflow_mode": "throw"}
        return found


class Engine:
    """An open engine. Any thread may ask; one at a time may insert."""

    def __init__(
        self, target: str | Path, *, memory_bytes: int = 1536 * MIB, connections: int = CONNECTIONS
    ) -> None:
        self._target, self._memory = target, memory_bytes
        self._writer = self._connect()
        self._writing = threading.Lock()
        self._idle: queue.LifoQueue[Any] = (
            queue.LifoQueue()
        )  # a client, or None: it is opened when it is needed
        self._readers: set[Any] = set()
        for _ in range(connections):
            client = self._connect()
            self._readers.add(client)
            self._idle.put(client)
        self._closed = False
        self._cancelled: dict[str, None] = {}  # marks, the oldest first
        self._cancelling = threading.Lock()

    def _connect(self) -> Any:  # noqa: ANN401 - the client has no types
        import clickhouse_connect

        try:
            if isinstance(self._target, Path):
                self._target.mkdir(parents=True, exist_ok=True)
                return clickhouse_connect.get_client(
                    interface="chdb", path=str(self._target), chdb_options=self._options()
                )
            return clickhouse_connect.get_client(dsn=self._target, autogenerate_session_id=False)
        except Exception as error:
            raise Outage(f"the search engine at {_shown(self._target)} does not open: {error}") from error

    def _options(self) -> dict[str, int]:
        """Memory and threads of the embedded engine: it shares two cores with the recorder."""
        return {
            "max_server_memory_usage": self._memory,
            "mark_cache_size": min(64 * MIB, self._memory // 8),
            "index_mark_cache_size": min(64 * MIB, self._memory // 8),
            "background_pool_size": 2,
        }

    def close(self) -> None:
        """Wait for what runs, and let go of the folder."""
        if self._closed:
            return
        self._closed = True
        for client in (self._writer, *tuple(self._readers)):
            with suppress(Exception):
                client.close()

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        try:
            client = self._idle.get(timeout=30)
        except queue.Empty:
            raise Outage("too many questions at once", retry_after=2) from None
        try:
            if client is None:
                client = self._connect()
                self._readers.add(client)
            yield client
        except BaseException:
            client = self._after_failure(client)
            raise
        finally:
            self._idle.put(client)

    def _after_failure(self, client: Any) -> Any:  # noqa: ANN401 - the client has no types
        """What takes the place of a reader whose question failed; None: nothing yet.

        The embedded engine keeps what a failed question had answered so far, and puts it before the answer of the next
        one on the same connection, which may be another account's: that connection is never asked again.
        """
        if client is None or not isinstance(self._target, Path):
            return client
        self._readers.discard(client)
        with suppress(Exception):
            client.close()
        return None

    @contextmanager
    def _write(self) -> Iterator[Any]:
        """The one connection that changes things. As with readers, it is not used again after a failure."""
        with self._writing, translated():
            try:
                yield self._writer
            except Exception:
                if isinstance(self._target, Path) and not self._closed:
                    fresh = self._connect()
                    with suppress(Exception):
                        self._writer.close()
                    self._writer = fresh
                raise

    def command(self, sql: str, settings: Mapping[str, Any] | None = None) -> None:
        """Run a statement that changes something; it is done when this returns."""
        with self._write() as writer:
            writer.command(sql, settings=dict(settings or {}))

    def insert(self, table: str, rows: pa.Table) -> None:
        """`rows` are in `table`: all of them, or (if they lie in one partition) none."""
        with self._write() as writer:
            writer.insert_arrow(table, rows)

    def rows(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        limits: Limits | None = None,
        settings: Mapping[str, Any] | None = None,
        mark: str = "",
    ) -> list[tuple[Any, ...]]:
        """The answer to a question, row by row. `mark` is a name by which `cancel` finds it."""
        return self._ask(sql, parameters, limits, settings, mark)[1]

    def answer(
        self, sql: str, parameters: Mapping[str, Any] | None, *, limits: Limits, mark: str = ""
    ) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
        """The answer to a question with the names of its columns."""
        names, rows = self._ask(sql, parameters, limits, None, mark)
        if not names:  # an answer without rows comes without names
            _, described = self._ask(f"DESCRIBE TABLE ({sql})", parameters, limits, None, mark)
            names = tuple(row[0] for row in described)
        return names, rows

    def _ask(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None,
        limits: Limits | None,
        settings: Mapping[str, Any] | None,
        mark: str,
    ) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """The names of the columns, and the rows. Raises `Cancelled` once `mark` was cancelled, whatever came of it.

        All are read before somebody else has the connection.
        """
        self._go_on(mark)
        named = {"log_comment": mark} if mark else {}
        ours = EMBEDDED if isinstance(self._target, Path) else {}
        asked = {**ours, **named, **(limits or Limits()).settings(), **(settings or {})}
        with self._connection() as client, translated():
            found = client.query(sql, parameters=dict(parameters or {}), settings=asked)
            names, rows = tuple(found.column_names), list(found.result_rows)
            self._go_on(mark)
            return names, rows

    def _go_on(self, mark: str) -> None:
        """Raise `Cancelled` if the question is."""
        if mark in self._cancelled:
            raise Cancelled(_STOPPED)

    def cancel(self, mark: str) -> None:
        """Stop the questions asked under `mark`. From now on none of them is answered, nor begun."""
        assert mark.isalnum(), "a mark is one of ours"
        with self._cancelling:
            self._cancelled[mark] = None
            if len(self._cancelled) > CANCELLED_MAX:
                del self._cancelled[next(iter(self._cancelled))]
        sql = f"KILL QUERY WHERE Settings['log_comment'] = '{mark}' ASYNC"
        with suppress(Exception), self._write() as writer:
            writer.command(sql)


def new_mark() -> str:
    """A name for a question, so that it can be cancelled."""
    return uuid4().hex


@contextmanager
def translated() -> Iterator[None]:
    """The engine's errors as ours."""
    from clickhouse_connect.driver.exceptions import ClickHouseError

    try:
        yield
    except ClickHouseError as error:
        raise _ours(error) from error


def _ours(error: Exception) -> Exception:
    code = getattr(error, "code", None)
    said = str(error).split("(version", maxsplit=1)[0].split("Stack trace", maxsplit=1)[0].strip()[:600]
    if code in _CANCELLED:
        return Cancelled(_STOPPED)
    if code in _TIMES:
        return TooHeavy(
            f"the question took longer than it may. Narrow the time range or the selector. ({said})"
        )
    if code in _MEMORY:
        return TooHeavy(f"the question took more memory than it may. Narrow it, or group by less. ({said})")
    if code in _ROWS:
        return TooHeavy(f"the answer has more rows than it may. Add a LIMIT, or export. ({said})")
    if code in {None, 210, 999, 1000, 1001, 1002} or (
        isinstance(code, int) and code in {252, 74, 75, 76, 243, 107}
    ):
        return Outage(f"the search engine did not answer: {said}", retry_after=2)
    return BadQuestion(f"the search engine refuses the question: {said}")


def _shown(target: str | Path) -> str:
    """A target without its password."""
    text = str(target)
    head, at, tail = text.rpartition("@")
    return f"{head.split('//', maxsplit=1)[0]}//…@{tail}" if at else text
