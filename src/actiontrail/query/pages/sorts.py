"""Of which sorts the events of a range are, and how many of each: as far as a trail's rules tell management events apart.

Two events of one sort are alike in everything that such a rule may look at, so whoever asks it about one knows of all.
"""

from collections.abc import Iterable
from typing import NamedTuple

from actiontrail.query.compile import Bindings
from actiontrail.query.engine import TooHeavy
from actiontrail.query.pages.ground import TABLE, Ground, Line, Span

SORTS_MAX = 20_000
_COLUMNS = "service_name, event_name, event_rw, region, is_global, event_category, event_type"

_INSIGHT = "(event_category = 'Insight' OR event_type = 'ActionTrailInsight')"
_KINDS = {"Data": f"(event_category = 'Data' AND NOT {_INSIGHT})", "Insight": _INSIGHT}


class Sort(NamedTuple):
    """Events that are alike in all of this. `newest` is the index of the latest of them."""

    service_name: str
    event_name: str
    rw: str
    region: str
    is_global: str
    category: str
    type: str
    count: int  # type: ignore[assignment] # a tuple's method of that name is not needed
    newest: int


def sorts(ground: Ground, span: Span) -> list[Sort]:
    """Every sort of event that happened in `span`, the commonest first. Raises `TooHeavy` for more than `SORTS_MAX`."""
    bound = Bindings()
    found = ground.rows(
        f"SELECT {_COLUMNS}, count() AS n, argMax(idx, (happened, idx)) FROM {TABLE} WHERE {ground.mine(bound, span)}"
        f" GROUP BY {_COLUMNS} ORDER BY n DESC, {_COLUMNS} LIMIT {SORTS_MAX + 1}",
        bound,
    )
    if len(found) > SORTS_MAX:
        raise TooHeavy("there are too many sorts of events in this range. Narrow it.")
    return [Sort(*row) for row in found]


def unlike(ground: Ground, span: Span, categories: Iterable[str], *, limit: int) -> list[int]:
    """Where the latest events of `span` stand that are `Data` or `Insight`, as `categories` says; `limit` at most."""
    kinds = [_KINDS[category] for category in categories]
    if not kinds or not limit:
        return []
    bound = Bindings()
    found = ground.rows(
        f"SELECT idx FROM {TABLE} WHERE {ground.mine(bound, span)} AND ({' OR '.join(kinds)})"
        f" ORDER BY account DESC, happened DESC, idx DESC LIMIT {limit}",
        bound,
    )
    return [index for (index,) in found]


def lines_at(ground: Ground, span: Span, places: Iterable[int], *, limit: int) -> list[Line]:
    """The events at these places of the ledger, short, the latest first."""
    wanted = ", ".join(str(int(place)) for place in places)
    if not wanted:
        return []
    bound = Bindings()
    where = f"{ground.mine(bound, span)} AND idx IN ({wanted})"
    return ground.lines(where, bound, limit=limit, newest_first=True)
