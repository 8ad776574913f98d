"""What was delivered, minute by minute, and how many trails an account had enabled, day by day.

The public API counts what OSS and the log service got; all other places, and bytes, are figures of our own. Minutes older than `KEPT_DAYS` are let go of, so that the table cannot grow for ever.
"""

import time
from typing import Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actiontrail.errors import Refusal
from actiontrail.store.database import Database

Figure = Literal[
    "delivery_oss_success_count",
    "delivery_oss_fail_count",
    "delivery_sls_success_count",
    "delivery_sls_fail_count",
]
OwnFigure = Literal[
    "delivery_maxcompute_success_count",
    "delivery_maxcompute_fail_count",
    "delivery_other_success_count",
    "delivery_other_fail_count",
    "delivery_bytes",
]
BYTES: OwnFigure = "delivery_bytes"  # of the events that were delivered to any place, as JSON
GROUPS = ("oss", "sls", "maxcompute", "other")  # of places, as figures tell them apart
KEPT_DAYS = 30
WINDOWS_MAX = 10_000  # in one answer
COUNT_DAYS = 30
_MINUTE = 60
_DAY = 86_400

_ADD = sa.text(
    "INSERT INTO delivery_figures (account, trail, figure, minute, count)"
    " VALUES (:account, :trail, :figure, :minute, :count) ON CONFLICT (account, trail, figure, minute)"
    " DO UPDATE SET count = delivery_figures.count + excluded.count"
)
_BETWEEN = sa.text(
    "SELECT minute, count FROM delivery_figures WHERE account = :account AND trail = :trail"
    " AND figure = :figure AND minute >= :first AND minute < :end ORDER BY minute"
)
_ALL_BETWEEN = sa.text(
    "SELECT figure, minute, count FROM delivery_figures WHERE account = :account AND trail = :trail"
    " AND minute >= :first AND minute < :end"
)
_LATELY = sa.text(
    "SELECT trail, minute, count FROM delivery_figures WHERE account = :account AND minute >= :first"
    " AND figure LIKE '%_success_count'"
)
_FORGET = sa.text("DELETE FROM delivery_figures WHERE minute < :before")
_SET_COUNT = sa.text(
    "INSERT INTO trail_counts (account, day, count) VALUES (:account, :day, :count)"
    " ON CONFLICT (account, day) DO UPDATE SET count = excluded.count"
)
_COUNTS = sa.text("SELECT day, count FROM trail_counts WHERE account = :account ORDER BY day")


class BadPeriod(Refusal):
    """Windows are whole minutes, and not more than fit into one answer."""


class Window(NamedTuple):
    """How much happened in one period. `start_ms` is its beginning, in milliseconds since 1970."""

    start_ms: int
    count: int  # type: ignore[assignment] # a tuple's method of that name is not needed


class Series(NamedTuple):
    """Which figure of which trail is asked for, from `start` to `end` in periods, all in seconds."""

    figure: Figure
    start: int
    end: int
    period: int


class Volume(NamedTuple):
    """What a trail delivered in equal windows from `start` on, all in seconds: events by group of places, and bytes."""

    start: int
    period: int
    delivered: dict[str, list[int]]
    failed: dict[str, list[int]]
    bytes: list[int]


def figure_of(kind: str, *, success: bool) -> Figure | OwnFigure:
    """The figure that an attempt at a place of `kind` counts for."""
    if kind == "oss":
        return "delivery_oss_success_count" if success else "delivery_oss_fail_count"
    if kind in ("sls", "data"):
        return "delivery_sls_success_count" if success else "delivery_sls_fail_count"
    if kind == "maxcompute":
        return "delivery_maxcompute_success_count" if success else "delivery_maxcompute_fail_count"
    return "delivery_other_success_count" if success else "delivery_other_fail_count"


def add(
    connection: Connection, owner: tuple[str, str], figure: Figure | OwnFigure, count: int, now: float
) -> None:
    """`count` more events, or bytes, of the trail `owner` (account, id), in the minute of `now`."""
    account, trail = owner
    minute = int(now) // _MINUTE
    connection.execute(
        _ADD, {"account": account, "trail": trail, "figure": figure, "minute": minute, "count": count}
    )


def windows(database: Database, account: str, trail: str, series: Series) -> list[Window]:
    """Every window of `series`, the empty ones too. Raises `BadPeriod`."""
    first, count = _windows(series.start, series.end, series.period)
    found = [0] * count
    asked = {
        "account": account,
        "trail": trail,
        "figure": series.figure,
        "first": first // _MINUTE,
        "end": -(-series.end // _MINUTE),
    }
    with database.read() as connection:
        for minute, number in connection.execute(_BETWEEN, asked):
            found[(minute * _MINUTE - first) // series.period] += number
    return [Window((first + at * series.period) * 1000, number) for at, number in enumerate(found)]


def volume(database: Database, owner: tuple[str, str], start: int, end: int, period: int) -> Volume:
    """What the trail `owner` (account, id) delivered from `start` to `end`; groups without an event are left out.

    Raises `BadPeriod`.
    """
    first, count = _windows(start, end, period)
    account, trail = owner
    delivered: dict[str, list[int]] = {}
    failed: dict[str, list[int]] = {}
    size = [0] * count
    asked = {"account": account, "trail": trail, "first": first // _MINUTE, "end": -(-end // _MINUTE)}
    with database.read() as connection:
        for figure, minute, number in connection.execute(_ALL_BETWEEN, asked):
            if figure == BYTES:
                row = size
            else:
                _, group, how, _ = figure.split("_")
                row = (delivered if how == "success" else failed).setdefault(group, [0] * count)
            row[(minute * _MINUTE - first) // period] += number
    return Volume(first, period, delivered, failed, size)


def lately(database: Database, account: str, now: float, *, hours: int) -> dict[str, list[int]]:
    """How many events each trail of `account` delivered in each of the last hours, the present one last; by its id."""
    first = int(now) // 3600 - hours + 1
    found: dict[str, list[int]] = {}
    with database.read() as connection:
        for trail, minute, number in connection.execute(_LATELY, {"account": account, "first": first * 60}):
            place = min(minute // 60 - first, hours - 1)
            found.setdefault(trail, [0] * hours)[place] += number
    return found


def _windows(start: int, end: int, period: int) -> tuple[int, int]:
    """Where the first window of a range begins, and how many there are. Raises `BadPeriod`."""
    if period < _MINUTE or period % _MINUTE:
        raise BadPeriod(f"Period is 60 seconds or a multiple of it, not {period}")
    first = start - start % period
    count = max(0, -(-(end - first) // period))
    if count > WINDOWS_MAX:
        raise BadPeriod(f"{count} windows are more than the {WINDOWS_MAX} of one answer; ask for longer ones")
    return first, count


def forget(database: Database, now: float) -> None:
    """Let go of minutes that nobody asks for any more."""
    with database.begin() as connection:
        connection.execute(_FORGET, {"before": int(now - KEPT_DAYS * _DAY) // _MINUTE})


def set_enabled(connection: Connection, account: str, count: int, now: float) -> None:
    """`account` has `count` trails enabled from now on."""
    connection.execute(_SET_COUNT, {"account": account, "day": _day(now), "count": count})


def enabled_by_day(database: Database, account: str, now: float) -> dict[str, int]:
    """For each of the last days, up to today, how many trails were enabled at its end."""
    with database.read() as connection:
        changes = {day: int(count) for day, count in connection.execute(_COUNTS, {"account": account})}
    days = [_day(now - back * _DAY) for back in range(COUNT_DAYS - 1, -1, -1)]
    before = [day for day in changes if day < days[0]]
    last = changes[before[-1]] if before else 0
    found: dict[str, int] = {}
    for day in days:
        last = changes.get(day, last)
        found[day] = last
    return found


def _day(moment: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(moment))
