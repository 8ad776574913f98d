"""How far back the searchable copy reaches. The ledger keeps everything; only its copy may be shortened.

What is let go is always a beginning: every record before index `first`, and none from it on. So one number
tells what is missing on purpose, and whatever else is missing is a loss. A record goes only when all
records before it go too: one that a wrong clock dated long ago does not take its neighbours along.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from actiontrail.event import record
from actiontrail.query import schema
from actiontrail.query.engine import Engine

AHEAD = timedelta(days=1)  # a record from further in the future was dated by a wrong clock
_FIRST_KEPT = (
    f"SELECT count(), min(idx) FROM {schema.TABLE}"
    " WHERE received >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')"
    " AND received < fromUnixTimestamp64Milli({ahead:Int64}, 'UTC')"
)
_BEFORE = (
    f"SELECT _partition_id, max(idx) < {{first:UInt64}} FROM {schema.TABLE}"
    " GROUP BY _partition_id HAVING min(idx) < {first:UInt64} ORDER BY _partition_id"
)


class Reach(NamedTuple):
    """The copy holds every record from index `first` on; so all that was received from `since` on. None: since ever."""

    first: int = 0
    since: datetime | None = None

    def told(self) -> str:
        """`since` as an answer says it; empty if nothing was let go."""
        return f"{self.since:%Y-%m-%dT%H:%M:%SZ}" if self.since else ""


def cutoff(now: datetime, days: int) -> datetime:
    """The start of the month that was `days` ago: months go whole, so a little more than asked for is kept."""
    return (now.astimezone(UTC) - timedelta(days=days)).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )


def place(size: int, line: Callable[[int], bytes], since: datetime) -> int:
    """About the first index whose record was received from `since` on. Halves what is unknown each time."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if received(line(middle)) < since:
            low = middle + 1
        else:
            high = middle
    return low


def received(line: bytes) -> datetime:
    """When the record in `line` was received."""
    return msgspec.convert(record.parse(line).received, datetime)


def read(engine: Engine) -> Reach:
    """The reach in force."""
    found = engine.rows(
        f"SELECT first, toUnixTimestamp(since) FROM {schema.REACH} ORDER BY first DESC LIMIT 1"
    )
    return Reach(found[0][0], datetime.fromtimestamp(found[0][1], UTC)) if found else Reach()


def write(engine: Engine, reach: Reach) -> None:
    """`reach` is in force, and on disk. It is written before anything is let go."""
    assert reach.since is not None, "whoever lets go says until when"
    engine.command(f"INSERT INTO {schema.REACH} VALUES ({reach.first}, {int(reach.since.timestamp())})")


def first_kept(engine: Engine, since: datetime, now: datetime, *, size: int) -> int:
    """The first index that must stay: of all rows, the first one received from `since` on."""
    bound = {"since": _ms(since), "ahead": _ms(now + AHEAD)}
    count, first = engine.rows(_FIRST_KEPT, bound)[0]
    return int(first) if count else size


def let_go(engine: Engine, first: int) -> None:
    """No row before index `first` is there. Partitions go whole; what a month's turn mixed is cut row by row."""
    mixed = False
    for partition, whole in engine.rows(_BEFORE, {"first": first}):
        if whole:
            engine.command(f"ALTER TABLE {schema.TABLE} DROP PARTITION ID '{partition}'")
        mixed = mixed or not whole
    if mixed:
        engine.command(f"ALTER TABLE {schema.TABLE} DELETE WHERE idx < {first}", {"mutations_sync": 2})


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
