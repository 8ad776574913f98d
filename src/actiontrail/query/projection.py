"""The projection: every record of the ledger as a searchable row. A follower.

It is its own cursor: how far it has come is read off its rows, never off a number kept beside them, so
a crash or a lost part can neither lose an event from search nor show one twice. Nothing here is the
truth: `rebuild` throws all of it away, and the ledger gives it back. What is older than the copy shall
reach goes on purpose (`retention.py`), and is not counted as lost.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Protocol

import pyarrow as pa
import pyarrow.compute

from actiontrail.event.formats import BUILT_IN, Formats
from actiontrail.query import retention, schema
from actiontrail.query.engine import Engine
from actiontrail.query.retention import Reach
from actiontrail.query.rows import Mapper

NAME = "projection"
BATCH = 5_000  # rows in one insert
BEHIND = 2  # batches in one insert where a whole stride waits: fewer parts, fewer merges, later seen
STRIDE = 8 * BATCH  # records in one go of `follow`, when there are that many
_STATE = f"SELECT count(), max(idx), sum(idx) FROM {schema.TABLE}"
_BEFORE = f"SELECT count(), sum(idx) FROM {schema.TABLE} WHERE idx < {{end:UInt64}}"
_DETACHED = (
    "SELECT name, ifNull(reason, '') FROM system.detached_parts"
    " WHERE concat(database, '.', table) = {table:String} ORDER BY name"
)
_ODD = f"SELECT DISTINCT account FROM {schema.TABLE} WHERE odd"
_MODULUS = 2**64


class Lines(Protocol):
    """Where the records come from: a ledger's reader."""

    def size(self) -> int:
        """How many records there are."""

    def lines(self, start: int, *, limit: int) -> list[bytes]:
        """Up to `limit` records from `start` on; at least one, if there is one."""


class Projection:
    """A follower with the rows it has made. One thread feeds it; any may ask `engine`."""

    name = NAME

    def __init__(self, engine: Engine, formats: Formats = BUILT_IN, *, searchable_days: int = 0) -> None:
        self.engine = engine
        self.reach = Reach()
        self.detached: tuple[str, ...] = ()  # parts that the engine put aside before this opened
        self._days = searchable_days
        self._expired: datetime | None = None  # what was received before went already
        self._formats = formats
        self._mapper = Mapper(formats)
        self._undeclared: Counter[str] = Counter()
        self._taking = threading.Lock()
        self._inserts = ThreadPoolExecutor(1, "projection-insert")
        self._odd: set[str] = set()
        self._size = 0
        self._migrate()
        self._recover()

    def close(self) -> None:
        """Finish what is under way, and let go of the engine."""
        self._inserts.shutdown()
        self.engine.close()

    def size(self) -> int:
        """Where the searchable records end: all from `reach.first` up to this index, and none after."""
        return self._size

    def position(self, _name: str = NAME) -> int:
        """The next index that it takes."""
        return self._size

    def advance(self, _name: str, position: int) -> None:
        """The rows are the cursor; this only checks that they agree."""
        assert position <= self._size, "a follower's cursor went ahead of what it took"

    def has_odd(self, account: str) -> bool:
        """Whether some event of `account` has a field inside a field that has a column."""
        return account in self._odd

    def undeclared(self) -> Mapping[str, int]:
        """By format, the rows made since the start whose format nobody declares now: read by the generic mapping."""
        return dict(self._undeclared)

    def take(self, start: int, lines: Sequence[bytes]) -> None:
        """`lines`, which begin at index `start`, are searchable. What was taken before is passed over.

        While one batch goes into the engine, the next is made ready; the two need different cores.
        """
        with self._taking:
            assert start <= self._size, "a follower was offered entries after a gap"
            fresh = lines[self._size - start :]
            going: Future[None] | None = None
            batch = BATCH * BEHIND if len(fresh) >= STRIDE else BATCH
            for at in range(0, len(fresh), batch):
                table = self._mapper.table(start + len(lines) - len(fresh) + at, fresh[at : at + batch])
                if going is not None:
                    going.result()
                going = self._inserts.submit(self._insert, table)
            if going is not None:
                going.result()

    def _insert(self, table: pa.Table) -> None:
        odd = table.filter(pa.compute.field("odd") == 1)
        # First: whoever finds the rows knows what they are.
        self._odd = self._odd | set(odd["account"].to_pylist())
        self.engine.insert(schema.TABLE, table)
        self._size += table.num_rows
        for found in pyarrow.compute.value_counts(table["format"]).to_pylist():
            if found["values"] not in self._formats:
                self._undeclared[found["values"]] += found["counts"]

    def follow(self, ledger: Lines, *, limit: int = STRIDE) -> int:
        """Take what `ledger` has more than we; return how many that was."""
        lines = ledger.lines(self._size, limit=limit) if ledger.size() > self._size else []
        if lines:
            self.take(self._size, lines)
        return len(lines)

    def expire(self, ledger: Lines, now: datetime) -> int:
        """Let go of what the copy need not reach any more; return how many records that was. Cheap but once a month.

        A copy without rows begins where it should reach to, rather than at entry 0.
        """
        since = retention.cutoff(now, self._days) if self._days else None
        if since is None or since == self._expired:
            return 0
        with self._taking:
            before, first = self.reach.first, self._size
            if self._size > before:
                first = retention.first_kept(self.engine, since, now, size=self._size)
            if first == self._size:  # no row stays: nor need what is not taken yet and as old be taken
                line = lambda index: ledger.lines(index, limit=1)[0]  # noqa: E731
                first = max(first, retention.place(ledger.size(), line, since))
            if first > before:
                retention.write(self.engine, Reach(first, since))
                self.reach = Reach(first, since)
                self._size = max(self._size, first)
                retention.let_go(self.engine, first)
            self._expired = since
            return max(first - before, 0)

    def rebuild(
        self,
        ledger: Lines,
        *,
        progress: Callable[[int], None] = lambda _size: None,
        now: datetime | None = None,
    ) -> None:
        """Throw every row away and make them again, as far back as is wanted. Search finds less until it is done."""
        with self._taking:
            self.engine.command(f"DROP TABLE IF EXISTS {schema.TABLE}")
            self.engine.command(f"TRUNCATE TABLE {schema.VERSIONS}")
            self.engine.command(f"TRUNCATE TABLE {schema.REACH}")
            self._migrate()
            self._size, self._odd, self.reach, self._expired = 0, set(), Reach(), None
        self.expire(ledger, now or datetime.now(UTC))
        while self.follow(ledger):
            progress(self._size)

    def differences(self, start: int, lines: Sequence[bytes]) -> list[int]:
        """The indices from `start` on whose row is not what its line gives: missing, doubled or altered."""
        expected = Mapper(self._formats).table(start, lines)
        names = ", ".join(f"toString({name})" for name in expected.column_names)
        sql = f"SELECT idx, cityHash64({names}) FROM {{source}} ORDER BY idx"
        here = self._hashes(sql, start, start + len(lines))
        self.engine.command("DROP TABLE IF EXISTS actiontrail.expected")
        self.engine.command(f"CREATE TABLE actiontrail.expected AS {schema.TABLE} ENGINE = Memory")
        try:
            self.engine.insert("actiontrail.expected", expected)
            there = self._hashes(sql, start, start + len(lines), source="actiontrail.expected")
        finally:
            self.engine.command("DROP TABLE IF EXISTS actiontrail.expected")
        return [index for index in range(start, start + len(lines)) if here.get(index) != there.get(index)]

    def _hashes(self, sql: str, start: int, end: int, *, source: str = schema.TABLE) -> dict[int, list[int]]:
        part = f"(SELECT * FROM {source} WHERE idx >= {start} AND idx < {end})"
        found: dict[int, list[int]] = {}
        for index, digest in self.engine.rows(sql.format(source=part)):
            found.setdefault(index, []).append(digest)
        return found

    def _migrate(self) -> None:
        for statement in schema.FOUNDATION:
            self.engine.command(statement)
        done = {number for (number,) in self.engine.rows(f"SELECT number FROM {schema.VERSIONS}")}
        for step in schema.STEPS:
            if step.number not in done:
                for statement in step.statements:
                    self.engine.command(statement)
                self.engine.command(f"INSERT INTO {schema.VERSIONS} VALUES ({step.number})")

    def _recover(self) -> None:
        """Find how far the rows go without a gap or a double, and drop what lies behind that."""
        self.detached = self._put_aside()
        self.reach = retention.read(self.engine)
        first = self.reach.first
        if first:  # a crash may have come before all of it was gone
            retention.let_go(self.engine, first)
        count, last, total = self.engine.rows(_STATE)[0]
        end = last + 1 if count else first
        whole = (count, total) == _expected(first, end)
        self._size = end if whole else self._sound(end)
        if not whole:
            self.engine.command(
                f"ALTER TABLE {schema.TABLE} DELETE WHERE idx >= {self._size}", {"mutations_sync": 2}
            )
        self._odd = {account for (account,) in self.engine.rows(_ODD)}

    def _put_aside(self) -> tuple[str, ...]:
        """The parts that the engine found broken and put aside. They are removed: their rows come from the ledger."""
        found = self.engine.rows(_DETACHED, {"table": schema.TABLE})
        for name, _ in found:
            self.engine.command(
                f"ALTER TABLE {schema.TABLE} DROP DETACHED PART '{name}'", {"allow_drop_detached": 1}
            )
        return tuple(f"{name} ({reason})" if reason else name for name, reason in found)

    def _sound(self, end: int) -> int:
        """The largest size up to which every index is there exactly once. Halves what is unknown each time."""
        first = self.reach.first
        low, high = first, end
        while low < high:
            middle = (low + high + 1) // 2
            if self.engine.rows(_BEFORE, {"end": middle})[0] == _expected(first, middle):
                low = middle
            else:
                high = middle - 1
        return low


def _expected(first: int, end: int) -> tuple[int, int]:
    """How many indices there are from `first` to `end`, and their sum as the engine counts."""
    return end - first, (first + end - 1) * (end - first) // 2 % _MODULUS
