"""The first page, counted by hand, and on the sample account's morning after."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import asdict
from tests.kit.pages import World, a_world, fortnight, ms

from actiontrail.event.moment import milliseconds, rfc3339
from actiontrail.query.compile import Bindings
from actiontrail.query.pages.ground import Ground, Span
from actiontrail.query.pages.overview import figures, habit, highlights, overview

SPAN = Span(ms(10), ms(12))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = a_world(tmp_path_factory.mktemp("overview"), fortnight(), fortnight(2, 60))
    yield made
    made.projection.close()


def test_a_range_and_the_one_before_it_are_counted_as_by_hand(world: World) -> None:
    """A figure means something only beside the usual one."""
    page = overview(world.ground(), SPAN, ms(14), recorded=lambda: None)

    def by_hand(span: Span) -> tuple[int, ...]:
        mine = world.those(lambda _: True, span)
        return (
            len(mine),
            len([one for one in mine if one.event.event_rw == "Write"]),
            len([one for one in mine if one.event.error_code]),
            len([one for one in mine if one.event.event_attributes]),
            len({one.role or one.event.user_identity.user_name for one in mine}),
            len({one.event.source_ip_address for one in mine}),
        )

    assert [
        (one.events, one.writes, one.failures, one.sensitive, one.actors, one.addresses)
        for one in (page.current, page.previous)
    ] == [by_hand(SPAN), by_hand(Span(ms(8), ms(10)))]


def test_the_figures_that_come_first_are_those_of_the_whole_page(world: World) -> None:
    """A page that shows them, and then the rest, shows what the whole would."""
    first = asdict(figures(world.ground(), SPAN, ms(14), recorded=lambda: None))
    rest = asdict(highlights(world.ground(), SPAN, ms(14)))

    assert first | rest == asdict(overview(world.ground(), SPAN, ms(14), recorded=lambda: None))


def test_nothing_is_counted_twice_for_a_page_that_asks_in_two_parts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tallies of two ranges read all of both; whoever has them does not wait for them again."""
    said: Counter[tuple[str, str]] = Counter()
    ask = Ground.rows

    def listening(self: Ground, sql: str, bound: Bindings) -> Any:
        said[(sql, repr(bound.values))] += 1
        return ask(self, sql, bound)

    monkeypatch.setattr(Ground, "rows", listening)
    ground = world.ground()
    figures(ground, SPAN, ms(14), recorded=lambda: None)
    highlights(ground, SPAN, ms(14))
    in_parts, _ = said.copy(), said.clear()
    overview(ground, SPAN, ms(14), recorded=lambda: None)

    assert (said, [sql for (sql, _), times in in_parts.items() if times > 1]) == (in_parts, [])


def test_the_lists_are_those_that_one_would_make_by_hand(world: World) -> None:
    """Who was active, what failed, what was changed."""
    page = overview(world.ground(), SPAN, ms(14), recorded=lambda: None)
    mine, before = world.those(lambda _: True, SPAN), world.those(lambda _: True, Span(ms(8), ms(10)))
    actors = Counter(one.role or one.event.user_identity.user_name for one in mine)
    errors = Counter(one.event.error_code for one in mine if one.event.error_code)
    earlier = Counter(one.event.error_code for one in before)
    writes = [one for one in mine if one.event.event_rw == "Write" and not one.event.error_code]
    types = Counter(
        (one.event.service_name, kind)
        for one in writes
        for kind in (dict.fromkeys([*one.event.resource_type.split(";"), *one.event.referenced_resources]) if one.event.resource_type else one.event.referenced_resources or [""])
    )  # fmt: skip

    assert {one.value: one.events for one in page.actors} == dict(actors)
    assert {one.error_code: (one.count, one.previous) for one in page.errors} == {
        code: (count, earlier[code]) for code, count in errors.items()
    }
    assert {(one.service_name, one.resource_type): one.count for one in page.changes} == dict(types)


def test_what_is_new_was_never_there_before_and_nothing_is_new_where_the_record_begins(world: World) -> None:
    """In a range that reaches back to the first event everything would be new, so nothing is called so."""
    mine = world.those(lambda _: True, Span(None, ms(12)))
    firsts: dict[str, int] = {}
    for one in mine:
        firsts.setdefault(one.event.source_ip_address, one.ms)
    oldest, *fresh = firsts
    page = overview(world.ground(), Span(firsts[oldest] + 1, ms(12)), ms(14), recorded=lambda: None)
    early = overview(world.ground(), Span(ms(0), ms(12)), ms(14), recorded=lambda: None)

    assert {one.value for one in page.new_addresses} == set(fresh)
    assert page.begins == early.begins == rfc3339(milliseconds(mine[0].event.event_time))
    assert (early.new_addresses, early.new_actors, early.current.events) == ((), (), len(mine))


HOURS = list(range(0, 24, 2))


@pytest.mark.parametrize(
    ("hours", "silent_hours", "expected"),
    [
        (HOURS, 2, False),
        (HOURS, 3.5, True),
        ([*HOURS, 60], 40, False),
        ([*HOURS, 60], 60, True),
        ([1, 2, 3], 1000, False),
        ([5], 1000, False),
        ([], 1000, False),
    ],
)
def test_a_source_is_quiet_if_it_was_never_silent_for_so_long(
    hours: list[int], silent_hours: float, expected: bool
) -> None:
    """A weekend is no alarm for a source that rests at weekends, and a single import is no habit."""
    assert habit(hours, int(silent_hours * 3_600_000))[1] is expected
