"""Why nothing was found: gaps, silent sources, and what a selector left out."""

import datetime as dt
from collections.abc import Iterator

import pytest
from tests.kit.pages import World, a_world, ms

from actiontrail.query.pages.empty import why
from actiontrail.query.pages.ground import Span
from actiontrail.query.retention import Reach


@pytest.fixture(scope="module")
def gaps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three days: on the second nothing came at all; of Kms only writes ever came; Rds came on the first day only."""
    made = a_world(
        tmp_path_factory.mktemp("gaps"),
        [
            an(hour, service, rw)
            for hour, service, rw in (
                (1, "Ecs", "Read"),
                (2, "Kms", "Write"),
                (3, "Rds", "Read"),
                (50, "Ecs", "Write"),
                (52, "Kms", "Write"),
            )
        ],
        [],
    )
    yield made
    made.projection.close()


def an(hour: int, service: str, rw: str) -> dict[str, object]:
    moment = dt.datetime.fromtimestamp(ms(0) / 1000, dt.UTC) + dt.timedelta(hours=hour)
    return {
        "eventId": f"E-{hour}",
        "eventName": "Do",
        "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "serviceName": service,
        "eventRW": rw,
        "userIdentity": {"type": "ram-user", "userName": "alice"},
    }


def why_codes(world: World, query: str, span: Span) -> dict[str, tuple[str, str]]:
    return {one.code: (one.nearest, one.until) for one in why(world.ground(), query, span).reasons}


@pytest.fixture
def shortened(gaps: World) -> Iterator[World]:
    """The same, as if everything received before the second day had left search."""
    before = gaps.projection.reach
    gaps.projection.reach = Reach(before.first, dt.datetime.fromtimestamp(ms(1) / 1000, dt.UTC))
    yield gaps
    gaps.projection.reach = before


SINCE = dt.datetime.fromtimestamp(ms(1) / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_range_before_what_is_searchable_is_told_first_and_called_neither_empty_nor_a_gap(
    shortened: World,
) -> None:
    """Nobody looked there: that nothing was recorded, or no such source was, would be a lie."""
    told = why(shortened.ground(), "serviceName: Nobody", Span(ms(-9), ms(-8)))
    end = dt.datetime.fromtimestamp(ms(-8) / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    assert (told.reasons[0].code, told.reasons[0].nearest, told.reasons[0].until, told.seen.since) == ("OutsideSearchable", SINCE, end, SINCE)  # fmt: skip
    assert [one.code for one in told.reasons[1:]] == ["OwnAccount"]


def test_what_happened_after_a_range_that_is_not_searchable_is_the_way_on(shortened: World) -> None:
    """The first that fits and is searchable."""
    told = why_codes(shortened, "serviceName: Kms", Span(ms(-9), ms(-8)))

    assert list(told) == ["OutsideSearchable", "Later", "OwnAccount"]


def test_of_a_range_that_is_searchable_in_part_each_part_is_told(shortened: World) -> None:
    """The part up to then is not known; the part since then is, and is empty, which is no gap of the whole."""
    told = why_codes(shortened, "serviceName: Ecs", Span(ms(0) + 5 * 3_600_000, ms(2)))

    assert (next(iter(told)), told["OutsideSearchable"]) == ("OutsideSearchable", (SINCE, SINCE))
    assert ("EmptyRange" in told, "Gap" in told) == (True, False)


@pytest.mark.parametrize(
    ("ends", "in_part"), [(ms(1) - 1, False), (ms(1), False), (ms(1) + 1, True), (None, True)]
)
def test_a_range_that_ends_where_search_begins_is_outside_as_a_whole(
    shortened: World, ends: int | None, in_part: bool
) -> None:
    """Its end is not in it: that such a value never came would be told of what nobody looked at."""
    told = why_codes(shortened, "alice and never-seen", Span(ms(-9), ends))

    assert ("OutsideSearchable" in told, "NoSuchValue" in told) == (True, in_part)


@pytest.mark.parametrize(
    ("begins", "told"), [(None, True), (ms(1) - 1, True), (ms(1), False), (ms(1.5), False)]
)
def test_a_range_is_outside_to_the_millisecond(shortened: World, begins: int | None, told: bool) -> None:
    """And one that begins where search begins is whole."""
    assert ("OutsideSearchable" in why_codes(shortened, "nobody", Span(begins, ms(1.9)))) is told


def test_a_source_that_came_later_is_not_called_silent(gaps: World) -> None:
    """It had not begun; that it fell silent would send somebody looking for who stopped it."""
    told = why_codes(gaps, "serviceName: Rds", Span(ms(-2), ms(-1)))

    assert (told["NewSource"], "SilentSource" in told) == ((str(an(3, "", "")["eventTime"]), ""), False)


@pytest.mark.parametrize(
    ("query", "span", "expected"),
    [
        ("", (24, 48), ("Gap", 3, 50)),
        ("serviceName: Ecs", (24, 48), ("SilentSource", 1, 50)),
        ("serviceName: Rds and alice", (48, 60), ("SilentSource", 3, None)),
        ("serviceName: Kms and eventRW: Read", (0, 60), ("SelectedAway", None, None)),
        ("serviceName: Kms and not eventRW: Write", (0, 60), ("SelectedAway", None, None)),
        ("serviceName: Kns", (0, 60), ("NoSuchSource", None, None)),
    ],
)
def test_a_gap_a_silent_source_and_what_a_selector_left_out_are_told(
    gaps: World, query: str, span: tuple[int, int], expected: tuple[str, int | None, int | None]
) -> None:
    """Nothing was done, or nothing was recorded: an investigator must know which."""

    def at(hour: int | None) -> str:
        return "" if hour is None else str(an(hour, "", "")["eventTime"])

    start, end = (ms(0) + hour * 3_600_000 for hour in span)
    found = {one.code: one for one in why(gaps.ground(), query, Span(start, end)).reasons}
    code, before, after = expected

    assert (found[code].nearest, found[code].until) == (at(before), at(after))
    assert found[code].suggestion == {"SelectedAway": "Write", "NoSuchSource": "Kms"}.get(code, "")


def test_a_source_that_sends_reads_is_not_said_to_be_selected(gaps: World) -> None:
    """The reason is given only where it is one."""
    found = why(gaps.ground(), "serviceName: Ecs and eventRW: Read and nobody", Span(ms(0), ms(3))).reasons

    assert "SelectedAway" not in {one.code for one in found}
