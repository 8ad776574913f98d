"""What a trail would choose, held against brute force: every record of the ledger, asked of the couriers' function."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kit.pages import OTHER, at, ms
from tests.kit.projection import ACCOUNT, Paper, a_projection

from actiontrail.api import selection
from actiontrail.api.selection import EVERYTHING, Selector
from actiontrail.delivery.rules import Rules, View, chooses
from actiontrail.delivery.selectors import INSIGHT_TYPES, Condition, DataSelector
from actiontrail.delivery.sheets import view
from actiontrail.event.formats import BUILT_IN
from actiontrail.query.engine import Limits
from actiontrail.query.pages.ground import Ground, Span
from actiontrail.query.projection import Projection
from actiontrail.query.search import Search

REGIONS = ("cn-hangzhou", "cn-beijing", "ap-southeast-1", "")
SERVICES = ("Ecs", "Oss", "Kms", "Ram")
NAMES = ("GetObject", "PutObject", "Decrypt", "ListUsers")
ARNS = ("acs:oss:*:1:bucket-a/x", "acs:oss:*:1:bucket-b/y", "key-1", "")


def some_events(seed: int, count: int) -> list[dict[str, Any]]:
    """Of every category, region and way to name a resource; some global ones."""
    dice = random.Random(seed)
    found = []
    for number in range(count):
        event: dict[str, Any] = {
            "eventId": f"S{seed}-{number}",
            "eventName": dice.choice(NAMES),
            "eventRW": dice.choice(("Read", "Write")),
            "eventTime": at(dice.random() * 3),
            "serviceName": dice.choice(SERVICES),
            "acsRegion": dice.choice(REGIONS),
            "isGlobal": dice.choice((True, False, None)),
        }
        match dice.randrange(4):
            case 0:
                event["eventCategory"] = "Data"
                event["resourceName"] = dice.choice(ARNS)
            case 1:
                event |= {
                    "eventCategory": "Insight",
                    "insightDetails": {"insightType": dice.choice(INSIGHT_TYPES)},
                }
            case _:
                event["eventCategory"] = dice.choice(("Management", ""))
        found.append({name: value for name, value in event.items() if value is not None})
    return found


@dataclass(repr=False)
class Copy:
    """A ledger and its searchable copy."""

    ledger: Paper
    projection: Projection
    views: list[View]

    def ground(self) -> Ground:
        return Ground(Search(self.projection, limits=Limits(), rows_max=1000), ACCOUNT)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    ledger = Paper()
    ledger.write(some_events(2, 60), OTHER)
    ledger.write(some_events(1, 400))
    views = [view(index, line, BUILT_IN) for index, line in enumerate(ledger.held)]
    made = Copy(ledger, a_projection(tmp_path_factory.mktemp("selection"), ledger), views)
    yield made
    made.projection.close()


texts = st.lists(st.sampled_from(NAMES), max_size=2).map(tuple)
forms = st.lists(st.sampled_from((*ARNS[:3], "acs:oss:*", "*/y", "none")), max_size=2).map(tuple)
data_selectors = st.builds(
    DataSelector,
    service_name=st.sampled_from(SERVICES),
    read_write_type=st.sampled_from(("All", "Read", "Write")),
    event_name=st.builds(Condition, equals=texts, not_equals=texts),
    resource_arn=st.builds(Condition, equals=forms, not_equals=forms),
)
regions = st.lists(st.sampled_from(REGIONS[:3]), max_size=2, unique=True).map(tuple)
all_rules = st.builds(
    Rules,
    accounts=st.just((ACCOUNT,)),
    home_region=st.sampled_from(REGIONS[:3]),
    event_rw=st.sampled_from(("Write", "Read", "All")),
    regions=regions,
    global_region=st.sampled_from(("", *REGIONS[:3])),
    data=st.lists(data_selectors, max_size=2).map(tuple),
    data_regions=regions,
    insights=st.lists(st.sampled_from(INSIGHT_TYPES), max_size=3, unique=True).map(tuple),
)
SPAN = Span(ms(0.5), ms(2.5))


def by_hand(world: Copy, rules: Rules) -> tuple[set[int], int]:
    """Which records would be delivered, and how many of the account's there are in the range."""
    mine = [
        one
        for one in world.views
        if one.account == ACCOUNT and (SPAN.start or 0) <= one.happened_ms < (SPAN.end or 0)
    ]
    return {one.index for one in mine if chooses(rules, EVERYTHING, one)}, len(mine)


@given(rules=all_rules)
def test_the_preview_counts_what_a_courier_would_choose(world: Copy, rules: Rules) -> None:
    """To the event; and what it shows as chosen is chosen."""
    chosen, count = by_hand(world, rules)
    found = Selector(world.ledger, BUILT_IN).select(world.ground(), rules, SPAN)

    assert (
        found.chosen,
        found.chosen + found.dropped,
        found.unread,
        {line.index for line in found.chosen_sample} <= chosen,
        {line.index for line in found.dropped_sample} & chosen,
        bool(found.chosen_sample) == bool(chosen),
    ) == (len(chosen), count, 0, True, set(), True)


def test_operations_are_counted_and_say_why_they_are_left_out(world: Copy) -> None:
    """By the first rule that keeps them out."""
    rules = Rules(
        accounts=(ACCOUNT,), home_region="cn-hangzhou", event_rw="Write", data=(DataSelector("Oss"),)
    )
    chosen, count = by_hand(world, rules)
    found = Selector(world.ledger, BUILT_IN).select(world.ground(), rules, SPAN)
    whys = {
        group.category: {one.why for one in found.groups if one.category == group.category}
        for group in found.groups
    }

    assert (
        sum(group.chosen for group in found.groups),
        sum(group.dropped for group in found.groups),
        whys["Management"] <= {"readWrite", ""},
        whys["Insight"],
        whys["Data"] <= {"data", ""},
    ) == (len(chosen), count - len(chosen), True, {"insight"}, True)


def test_more_than_can_be_read_is_told_as_not_read(world: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data events are read one by one, so many and no more; the rest is no guess."""
    monkeypatch.setattr(selection, "READ_MAX", 10)
    rules = Rules(accounts=(ACCOUNT,), home_region="cn-hangzhou", data=(DataSelector("Oss"),))
    _, count = by_hand(world, rules)
    found = Selector(world.ledger, BUILT_IN).select(world.ground(), rules, SPAN)

    assert (found.unread > 0, found.chosen + found.dropped + found.unread) == (True, count)


def test_another_accounts_events_are_never_counted(world: Copy) -> None:
    """Even if rules of an organization name that account."""
    mine = Rules(accounts=(ACCOUNT,), home_region="cn-hangzhou", event_rw="All")
    both = Rules(accounts=(ACCOUNT, OTHER), home_region="cn-hangzhou", event_rw="All", organization=True)
    select = Selector(world.ledger, BUILT_IN).select

    assert select(world.ground(), mine, SPAN).chosen == select(world.ground(), both, SPAN).chosen
