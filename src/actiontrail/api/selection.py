"""What a trail's rules would have chosen from events that are there, and what not: asked of the couriers' own function.

Management events are told apart by sorts that are alike in everything such a rule looks at: one of each is asked about.
Selectors of data events and insights look further, so those events are read from the ledger one by one, and asked about.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from actiontrail.delivery.rules import Rules, Sight, View, category, chooses
from actiontrail.delivery.sheets import Ledger, view
from actiontrail.event.formats import Formats
from actiontrail.event.moment import rfc3339
from actiontrail.query.pages.ground import Answer, Ground, Line, Span
from actiontrail.query.pages.sorts import Sort, lines_at, sorts, unlike
from actiontrail.query.search import Seen

READ_MAX = 2_000  # events that are read from the ledger for one answer
GROUPS_MAX = 200
SAMPLE = 5
EVERYTHING = Sight("other")  # a place that is given whatever its trail chooses
Key = tuple[str, str, str]  # a service, an operation, a category
Why = Literal["", "readWrite", "region", "data", "insight"]


class Group(Answer, frozen=True, kw_only=True):
    """Events of one operation: how many would be chosen, and how many not. `unread` were too many to be asked about.

    `why` tells what keeps out those that are not chosen: `readWrite`, `region`, `data` (no selector of data events
    chooses them) or `insight` (their type is not chosen).
    """

    service_name: str
    event_name: str
    category: str
    chosen: int
    dropped: int
    unread: int
    why: Why
    newest: str  # the id of an event: of those chosen, if there are any


class Selection(Answer, frozen=True, kw_only=True):
    """What would have been chosen of the events that happened from `start` to `end`.

    `chosen`, `dropped` and `unread` are all there are; `groups` the commonest operations, `moreGroups` how many are left
    out; the samples the latest events of some operations.
    """

    start: str
    end: str
    chosen: int
    dropped: int
    unread: int
    groups: tuple[Group, ...]
    more_groups: int
    chosen_sample: tuple[Line, ...]
    dropped_sample: tuple[Line, ...]
    seen: Seen


@dataclass(slots=True)
class _Found:
    chosen: int = 0
    dropped: int = 0
    unread: int = 0
    why: Why = ""
    newest_chosen: list[int] = field(default_factory=list)
    newest_dropped: list[int] = field(default_factory=list)

    def add(self, index: int, count: int, why: Why, *, kept: bool) -> None:
        places = self.newest_chosen if kept else self.newest_dropped
        places.append(index)
        if kept:
            self.chosen += count
        else:
            self.dropped += count
            self.why = self.why or why


class Selector:
    """Asks the rules. Safe to share between threads."""

    def __init__(self, ledger: Ledger, formats: Formats) -> None:
        self._ledger, self._formats = ledger, formats

    def select(self, ground: Ground, rules: Rules, span: Span) -> Selection:
        """What `rules` choose from the account's events of `span`, which has both ends."""
        found: defaultdict[Key, _Found] = defaultdict(_Found)
        # Without selectors none of them is chosen, whatever it holds: there is nothing to read.
        looked = {"Data": bool(rules.data), "Insight": bool(rules.insights)}
        for sort in sorts(ground, span):
            kind = category(sort.category, sort.type)
            group = found[sort.service_name, sort.event_name, kind]
            if looked.get(kind):
                group.unread += sort.count
                continue
            kept = kind == "Management" and chooses(rules, EVERYTHING, _alike(sort, ground))
            group.add(sort.newest, sort.count, _why(rules, sort.rw, kind), kept=kept)
        wanted = [kind for kind, asked in looked.items() if asked]
        for one in self._views(unlike(ground, span, wanted, limit=READ_MAX)):
            assert one.whole is not None
            group = found[one.whole.service_name, one.whole.event_name, one.category]
            group.unread -= 1
            kept = chooses(rules, EVERYTHING, one)
            group.add(one.index, 1, _why(rules, one.rw, one.category), kept=kept)
        return _answer(ground, span, found)

    def _views(self, places: list[int]) -> Iterator[View]:
        for place in places:
            [line] = self._ledger.lines(place, limit=1)
            yield view(place, line, self._formats)


def _alike(sort: Sort, ground: Ground) -> View:
    """A management event of that sort, as far as rules look at one."""
    return View(
        sort.newest,
        ground.account,
        sort.region,
        0,
        0,
        "Management",
        sort.rw,
        sort.is_global == "true",
        b"",
        None,
    )


def _why(rules: Rules, rw: str, kind: str) -> Why:
    if kind == "Management":
        return "region" if rules.event_rw in ("All", rw) else "readWrite"
    return "data" if kind == "Data" else "insight"


def _answer(ground: Ground, span: Span, found: Mapping[Key, _Found]) -> Selection:
    assert span.start is not None
    assert span.end is not None
    ranked = sorted(found.items(), key=lambda item: -(item[1].chosen + item[1].dropped + item[1].unread))
    shown = ranked[:GROUPS_MAX]
    marks = {max(one.newest_chosen or one.newest_dropped) for _, one in shown if _places(one)}
    chosen = lines_at(ground, span, _latest(one.newest_chosen for _, one in ranked), limit=SAMPLE)
    dropped = lines_at(ground, span, _latest(one.newest_dropped for _, one in ranked), limit=SAMPLE)
    ids = {line.index: line.event_id for line in lines_at(ground, span, sorted(marks), limit=len(marks))}
    groups = [
        Group(
            service_name=service,
            event_name=name,
            category=kind,
            chosen=one.chosen,
            dropped=one.dropped,
            unread=one.unread,
            why=one.why,
            newest=ids.get(max(one.newest_chosen or one.newest_dropped), "") if _places(one) else "",
        )
        for (service, name, kind), one in shown
    ]
    return Selection(
        start=rfc3339(span.start),
        end=rfc3339(span.end),
        chosen=sum(one.chosen for one in found.values()),
        dropped=sum(one.dropped for one in found.values()),
        unread=sum(one.unread for one in found.values()),
        groups=tuple(groups),
        more_groups=len(ranked) - len(shown),
        chosen_sample=tuple(chosen),
        dropped_sample=tuple(dropped),
        seen=msgspec.structs.replace(ground.seen),
    )


def _places(one: _Found) -> bool:
    return bool(one.newest_chosen or one.newest_dropped)


def _latest(lists: Iterator[list[int]]) -> list[int]:
    """The newest place of each list, of the commonest operations."""
    return [max(places) for places in lists if places][: SAMPLE * 4]
