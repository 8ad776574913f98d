"""Which events of the ledger a trail delivers to which of its places. Pure.

Rules never change; a trail whose settings change gets new rules from that place of the ledger on. So
what a trail chooses from a range is decided once the range was recorded, and a courier that makes
the same batch again next year makes the same bytes.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from actiontrail.delivery import selectors
from actiontrail.delivery.batch import Category, Chosen
from actiontrail.delivery.selectors import DataSelector
from actiontrail.event.model import Event

EVENT_RW = ("Write", "Read", "All")


class Rules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a trail delivers. No `regions` means all of them; `from_ms` and `before_ms` bound a backfill."""

    accounts: tuple[str, ...]
    home_region: str
    event_rw: str = "Write"
    regions: tuple[str, ...] = ()
    global_region: str = ""
    organization: bool = False
    data: tuple[DataSelector, ...] = ()
    data_regions: tuple[str, ...] = ()
    insights: tuple[str, ...] = ()
    from_ms: int | None = None
    before_ms: int | None = None

    def encode(self) -> str:
        """These rules as text that `parse` reads."""
        return msgspec.json.encode(self).decode()


def parse(text: str) -> Rules:
    """The rules that `encode` wrote."""
    return msgspec.json.decode(text, type=Rules)


class Span(NamedTuple):
    """Records that a trail is about, and its rules there. No `stop`: it still grows."""

    start: int
    stop: int | None
    rules: Rules

    def stop_or(self, size: int) -> int:
        """Where it ends in a ledger of `size` records."""
        return size if self.stop is None else min(self.stop, size)


class Sight(NamedTuple):
    """Which of a trail's events one of its places is for: `kind`, and for data events their region."""

    kind: str
    region: str = ""


class View(msgspec.Struct, frozen=True, gc=False):
    """An event of the ledger as far as rules look at it. `event` is the JSON that is delivered."""

    index: int
    account: str
    region: str
    happened_ms: int
    received_ms: int
    category: Category
    rw: str
    is_global: bool
    event: bytes
    whole: Event | None  # of data events and insights alone: their selectors look further


def category_of(event: Event) -> Category:
    """What sort of event `event` is; one that does not say is a management event."""
    return category(event.event_category, event.event_type)


def category(event_category: str, event_type: str) -> Category:
    """What sort of event is one with these two fields."""
    if event_category == "Insight" or event_type == "ActionTrailInsight":
        return "Insight"
    return "Data" if event_category == "Data" else "Management"


def choose(rules: Rules, sight: Sight, views: Iterable[View]) -> Iterator[Chosen]:
    """Those of `views` that `rules` deliver to a place of that sight, in their order."""
    for view in views:
        if chooses(rules, sight, view):
            region = view.region or rules.home_region
            yield Chosen(view.index, view.account, region, view.happened_ms, view.category, view.event)


def chooses(rules: Rules, sight: Sight, view: View) -> bool:
    """Whether `view` is delivered there."""
    if view.account not in rules.accounts:
        return False
    if rules.from_ms is not None and view.happened_ms < rules.from_ms:
        return False
    if rules.before_ms is not None and view.happened_ms >= rules.before_ms:
        return False
    match view.category:
        case "Management":
            return sight.kind != "data" and _management(rules, view)
        case "Insight":
            return sight.kind != "data" and _insight(rules, view)
        case "Data":
            return sight.kind in ("data", "other") and _data(rules, sight, view)


def _management(rules: Rules, view: View) -> bool:
    return rules.event_rw in ("All", view.rw) and _in_regions(rules, view)


def _in_regions(rules: Rules, view: View) -> bool:
    """A global event counts as one of the region where the account's global events are stored."""
    if not rules.regions:
        return True
    stored = rules.global_region if view.is_global and rules.global_region else view.region
    return (stored or rules.home_region) in rules.regions


def _insight(rules: Rules, view: View) -> bool:
    assert view.whole is not None
    return not rules.organization and selectors.insight_of(view.whole) in rules.insights


def _data(rules: Rules, sight: Sight, view: View) -> bool:
    assert view.whole is not None
    region = view.region or rules.home_region
    if sight.kind == "data" and region != sight.region:
        return False
    if rules.data_regions and region not in rules.data_regions:
        return False
    return selectors.chooses(rules.data, view.whole)
