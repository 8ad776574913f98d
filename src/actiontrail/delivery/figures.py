"""What was delivered, minute by minute, and how many trails an account had enabled, day by day.

Minutes older than `KEPT_DAYS` are let go of, so that the table cannot grow for ever.
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


def figure_of(kind: str, *, success: bool) -> Figure | None:
    """The figure that an attempt at a place of `kind` counts for; None if the public API has none."""
    if kind == "oss":
        return "delivery_oss_success_count" if success else "delivery_oss_fail_count"
    if kind in ("sls", "data"):
        return "delivery_sls_success_count" if success else "delivery_sls_fail_count"
    return None


def add(connection: Connection, owner: tuple[str, str], figure: Figure, count: int, now: float) -> None:
    """`count` more events of the trail `owner` (account, id), in the minute of `now`."""
    account, trail = owner
    minute = int(now) // _MINUTE
    connection.execute(
        _ADD, {"account": account, "trail": trail, "figure": figure, "minute": minute, "count": count}
    )


def windows(database: Database, account: str, trail: str, series: Series) -> list[Window]:
    """Every window of `series`, the empty ones too. Raises `BadPeriod`."""
    if series.period < _MINUTE or series.period % _MINUTE:
        raise BadPeriod(f"Period is 60 seconds or a multiple of it, not {series.period}")
    first = series.start - series.start % series.period
    count = max(0, -(-(series.end - first) // series.period))
    if count > WINDOWS_MAX:
        raise BadPeriod(f"{count} windows are more than the {WINDOWS_MAX} of one answer; ask for longer ones")
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
