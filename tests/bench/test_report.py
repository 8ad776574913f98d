"""The table that says which goals are met."""

import pytest
from bench.report import CONSOLE_GOALS, GOALS, Looked, Machine, Result, number, page, unmet, verdict

RESULT = Result(
    when="2026-01-01",
    command="make bench",
    machine=Machine(cpus=2, memory_gb=24, system="Linux", python="3.11"),
    events=1000,
    peer_events=1000,
    figures={"ingest": 45_000, "alone_p50": 2.5, "fsck": 199_999},
    peers={"ActionTrail": {"ingest, events/s": 45_000}, "SQLite": {"ingest, events/s": 9_000}},
    details={},
)


@pytest.mark.parametrize(
    ("name", "figure", "expected"),
    [
        ("ingest", 29_999, "NOT MET"),
        ("ingest", 30_000, "met"),
        ("ingest", 60_000, "stretch"),
        ("alone_p50", 10.1, "NOT MET"),
        ("alone_p50", 10, "met"),
        ("alone_p50", 3, "stretch"),
        ("fsck", None, "not measured"),
    ],
)
def test_a_figure_is_held_against_its_goal_in_the_right_direction(
    name: str, figure: float, expected: str
) -> None:
    """Some goals are floors and some are ceilings; a mix-up would call the worst run the best."""
    goal = next(goal for goal in GOALS if goal.name == name)

    assert verdict(goal, figure) == expected


def test_what_was_missed_or_not_measured_is_named() -> None:
    """A run that skips a row must not look like one that met it."""
    assert unmet(RESULT) == [goal.name for goal in GOALS if goal.name not in ("ingest", "alone_p50")]


def test_the_page_tells_every_goal() -> None:
    """A goal that is left out of the page is a goal that nobody misses."""
    text = page(RESULT)

    assert [goal.says for goal in GOALS if goal.says not in text] == []


def test_the_console_has_a_part_of_the_page_and_a_click_that_is_too_slow_is_told() -> None:
    """One slow facet among a hundred is what somebody waits for; a median would hide it."""
    looked = Looked(
        when="2026-01-02",
        command="python -m bench.console",
        machine=RESULT.machine,
        events=1_000_000,
        figures={goal.name: goal.must for goal in CONSOLE_GOALS} | {"click_most": 301.0},
        details={"A click on a facet, ms": {"all events, highest": 301.0}},
        notes=("The slowest click: userAgent.",),
    )
    text = page(RESULT, None, looked)
    rows = {
        goal.name: next(line for line in text.splitlines() if goal.says in line) for goal in CONSOLE_GOALS
    }

    assert [name for name, row in rows.items() if not row.endswith("| met |")] == ["click_most"]
    assert ("| all events, highest | 301 |" in text, "- The slowest click: userAgent." in text) == (
        True,
        True,
    )


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.1234, "0.123"), (12.0, "12"), (1234.5, "1 234"), (45_000, "45 000")]
)
def test_numbers_read_well(value: float, text: str) -> None:
    """Three digits that matter; more would claim a precision that a shared machine has not."""
    assert number(value) == text
