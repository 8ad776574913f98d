"""The table: every goal, what was measured beside it, and whether it was met. Pure.

A goal that was not measured is said to be so, never left out; a peer that could not be had is
named. The page `docs/reference/performance.md` is made from one result file by this module alone.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec


class Goal(NamedTuple):
    """One thing that must be reached: at least so much, or at most."""

    name: str
    says: str
    unit: str
    bar: Literal[">=", "<="]
    must: float
    stretch: float | None = None


GOALS = (
    Goal("ingest", "durable, provable ingest over HTTP, batches of 1 000", "events/s", ">=", 30_000, 60_000),
    Goal("ingest_postgres", "… beside PostgreSQL JSONB + GIN fed by COPY", "times", ">=", 2),
    Goal("alone_p50", "one event alone acknowledged, p50", "ms", "<=", 10, 3),
    Goal("alone_p99", "one event alone acknowledged, p99", "ms", "<=", 50, 15),
    Goal("searchable_p99", "acknowledged → searchable at 5 000 events/s, p99", "ms", "<=", 1_000, 300),
    Goal("needle_p50", "needle, newest 50, warm, p50 of the slowest kind", "ms", "<=", 50, 20),
    Goal("facets_p50", "facets and histogram of 30 days, p50", "ms", "<=", 500, 200),
    Goal("bytes_per_event", "bytes on disk, everything, per event", "B", "<=", 900, 500),
    Goal("proof_made", "proof made, p50", "ms", "<=", 5),
    Goal("proof_checked", "proof checked, p50", "ms", "<=", 1),
    Goal("proof_bytes", "proof, the whole file with the record in it", "B", "<=", 2_500),
    Goal("fsck", "`fsck`", "records/s", ">=", 200_000),
    Goal("memory", "memory of the service under load, both processes, highest", "MB", "<=", 2_048, 1_024),
    Goal("start", "start to serving", "s", "<=", 5, 2),
)


CONSOLE_GOALS = (
    Goal("events_paint", "Events, first visit: a row is seen, median", "ms", "<=", 1_000),
    Goal("overview_paint", "Overview, first visit: its figures are seen, median", "ms", "<=", 1_000),
    Goal("click_p50", "a click on a facet: rows, facets and total are there, median", "ms", "<=", 300),
    Goal("click_most", "… the slowest of all clicks", "ms", "<=", 300),
    Goal("first_page", "what the first page sends, compressed", "kB", "<=", 400),
    Goal("frame_p50", "10 000 rows scrolled: from frame to frame, median", "ms", "<=", 17),
    Goal("frame_p99", "… p99", "ms", "<=", 50),
)


class Machine(msgspec.Struct, frozen=True):
    """Where it was measured."""

    cpus: int
    memory_gb: float
    system: str
    python: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `figures` holds a number for each goal measured; `peers` the same rows of the peers."""

    when: str
    command: str
    machine: Machine
    events: int
    peer_events: int
    figures: dict[str, float]
    peers: dict[str, dict[str, float]]
    details: dict[str, dict[str, float]]
    notes: tuple[str, ...] = ()


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """One run of the console's bench: a figure for each of `CONSOLE_GOALS`."""

    when: str
    command: str
    machine: Machine
    events: int
    figures: dict[str, float]
    details: dict[str, dict[str, float]]
    notes: tuple[str, ...] = ()


def verdict(goal: Goal, figure: float | None) -> str:
    """Whether `figure` reaches `goal`."""
    if figure is None:
        return "not measured"
    if goal.stretch is not None and _reaches(goal, figure, goal.stretch):
        return "stretch"
    return "met" if _reaches(goal, figure, goal.must) else "NOT MET"


def unmet(result: Result) -> list[str]:
    """Names of the goals that this run missed or did not measure."""
    return [
        goal.name
        for goal in GOALS
        if verdict(goal, result.figures.get(goal.name)) in ("NOT MET", "not measured")
    ]


def page(result: Result, long: Result | None = None, looked: Looked | None = None) -> str:
    """The reference page of this run, in Markdown; behind it the console's and that of a `long` run, if there are any."""
    lines = [
        "# Performance",
        "",
        *_preamble(result),
        "This page is made from what `bench/results/` keeps, by `python -m bench.run --page`.",
        "",
        *_run(result, "##"),
    ]
    if looked:
        lines += ["## The console", "", *_console(looked)]
    if long:
        lines += [f"## {number(long.events)} events", "", *_preamble(long), "", *_run(long, "###")]
    return "\n".join(lines).rstrip() + "\n"


def _run(result: Result, depth: str) -> list[str]:
    """The tables of one run; their headings begin with `depth`."""
    return [
        *table(
            ["What", "Must", "Stretch", "Measured", "Goal"],
            [_goal_row(goal, result.figures) for goal in GOALS],
        ),
        "",
        f"{depth} Beside the peers, in the same run",
        "",
        *_peer_table(result),
        "",
        f"{depth} In detail",
        "",
        *(line for name, figures in result.details.items() for line in _detail(f"{depth}# {name}", figures)),
        *(f"- {note}" for note in result.notes),
    ]


def _console(looked: Looked) -> list[str]:
    """What is seen in a browser, and how soon."""
    machine = looked.machine
    return [
        f"Measured {looked.when} by `{looked.command}`, which makes this page anew: {number(looked.events)} events in the record,",
        f"a real Chromium driven by Playwright; {machine.cpus} CPUs, {number(machine.memory_gb)} GB, {machine.system}, which service and",
        "browser share. Times are the browser's own, from the start of the navigation or from the click to the frame that",
        "shows the answer. A first visit has nothing cached. Every click is a question that was not asked before,",
        "on a page that has asked nothing for a quarter of a second.",
        "",
        *table(
            ["What", "Must", "Stretch", "Measured", "Goal"],
            [_goal_row(goal, looked.figures) for goal in CONSOLE_GOALS],
        ),
        "",
        *(line for name, figures in looked.details.items() for line in _detail(f"### {name}", figures)),
        *(f"- {note}" for note in looked.notes),
        "",
    ]


def _preamble(result: Result) -> list[str]:
    machine = result.machine
    return [
        f"Measured {result.when} by `{result.command}`: {number(result.events)} events in the record;",
        f"{machine.cpus} CPUs, {number(machine.memory_gb)} GB, {machine.system}, Python {machine.python}; the load",
        "client shares the machine. How, and what the figures leave out, is told in",
        "[the decision](../decisions/0070-how-we-measure.md).",
    ]


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """A Markdown table."""
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def number(value: float | None) -> str:
    """`value` for a reader: three digits that matter, thousands apart."""
    if value is None:
        return "–"
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"


def _reaches(goal: Goal, figure: float, bar: float) -> bool:
    return figure >= bar if goal.bar == ">=" else figure <= bar


def _goal_row(goal: Goal, figures: Mapping[str, float]) -> list[str]:
    sign = "≥" if goal.bar == ">=" else "≤"
    figure = figures.get(goal.name)
    return [
        goal.says,
        f"{sign} {number(goal.must)} {goal.unit}",
        number(goal.stretch),
        f"{number(figure)} {goal.unit}" if figure is not None else "–",
        verdict(goal, figure),
    ]


def _peer_table(result: Result) -> list[str]:
    names = sorted({name for figures in result.peers.values() for name in figures})
    rows = [[name, *(number(figures.get(name)) for figures in result.peers.values())] for name in names]
    return table(["What", *result.peers], rows)


def _detail(name: str, figures: Mapping[str, float]) -> list[str]:
    rows = [[what, number(value)] for what, value in figures.items()]
    return [name, "", *table(["What", "Measured"], rows), ""]
