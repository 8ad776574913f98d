"""The console at a million events, in a real Chromium: how soon something useful is seen, how soon a click is answered.

    python -m bench.console        EVENTS= for another size, KEEP= for a folder where the record stays

A run of the full size leaves its figures in bench/results/console.json and makes docs/reference/performance.md anew; a
smaller one prints them. Useful is a row of an event, or the overview's figures: not a frame without content. A click on a
facet is answered when the new total, the new facets and the new rows are all in the page. Nothing is asked twice before
it is timed: each click is another question.
"""

import gzip
import json
import os
import signal
import statistics
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import msgspec
from tests.console.test_build import PAGES, needed
from tests.kit.browser import Browser as Tab
from tests.kit.browser import People
from tests.kit.window import chromium

from bench import rows
from bench.events import BATCH
from bench.looks import FIGURES, ROW, Clicked, Window
from bench.report import CONSOLE_GOALS, Looked, number, verdict
from bench.rows import Plan, percentile
from bench.run import CONSOLE, machine, say, write_page
from bench.service import Service

EVENTS = 1_000_000
LOOKS = 9
LONG_LIST = 10_000
FRAMES = 600
LOOKER = "looker"
ALARMS = ".alarms, .card .good"
FIRST_PAGES = ("src/pages/Overview.tsx", "src/pages/events/Events.tsx")


def main() -> int:
    """Measure, print, and keep the figures; 1 if a goal is missed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    events = int(os.environ.get("EVENTS", EVENTS))
    kept = os.environ.get("KEEP")
    service = Service(Path(kept) if kept else None)
    try:
        service.start()
        looked = measure(service, _filled(service, events))
    finally:
        service.close()
    missed = [goal for goal in CONSOLE_GOALS if verdict(goal, looked.figures[goal.name]) == "NOT MET"]
    for goal in CONSOLE_GOALS:
        figure = looked.figures[goal.name]
        print(f"{goal.says:86} {number(figure):>8} {goal.unit:3} {verdict(goal, figure)}")
    for name, figures in looked.details.items():
        print(f"\n{name}")
        for what, figure in figures.items():
            print(f"    {what:82} {number(figure):>8}")
    if events >= EVENTS:
        CONSOLE.write_bytes(msgspec.json.format(msgspec.json.encode(looked), indent=1) + b"\n")
        write_page()
    return int(bool(missed))


def _filled(service: Service, events: int) -> Plan:
    """The record holds so many events, of a world that is the same whenever it is measured again."""
    path = service.folder / "plan.json"
    if not path.exists():
        end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        path.write_bytes(msgspec.json.encode(Plan(7, end, events, 0, 1)))
    plan = msgspec.json.decode(path.read_bytes(), type=Plan)
    assert plan.events == events, f"{service.folder} holds a record of {plan.events} events"
    held = rows.recorded(service)
    if held < events:
        rows.fill(service, plan, held // BATCH, events // BATCH)
    rows.caught_up(service, events)
    return plan


def measure(service: Service, plan: Plan) -> Looked:
    """Everything, by one user, one thing after another."""
    load = os.getloadavg()[0]
    endpoint = f"http://127.0.0.1:{service.port}"
    tab = Tab(endpoint)
    _signed_in(service, tab)
    with chromium() as browser:
        window = Window(browser, endpoint, tab.cookie)
        say("visits …")
        visits = _visits(window)
        say("pages …")
        pages = _pages(window, service, plan)
        say("clicks …")
        clicks = [*window.clicks("", "all events"), *window.clicks("-7d", "the last 7 days")]
        say("a long list …")
        frames = window.scrolled(LONG_LIST, FRAMES)
    tab.close()
    slowest = max(clicks, key=lambda one: one.took_ms)
    return Looked(
        when=datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
        command="python -m bench.console",
        machine=machine(),
        events=rows.recorded(service),
        figures={
            "events_paint": statistics.median(visits["events, first visit"]),
            "overview_paint": statistics.median(visits["overview, first visit"]),
            "click_p50": statistics.median(one.took_ms for one in clicks),
            "click_most": slowest.took_ms,
            "first_page": _first_page_kb(),
            "frame_p50": percentile(frames, 0.5),
            "frame_p99": percentile(frames, 0.99),
        },
        details={
            "Until something useful is seen, ms": _table(visits),
            "Until other pages are there, ms, median": pages,
            "A click on a facet, ms": _by_field(clicks),
            "The machine": {"load when it began": load, "load when it ended": os.getloadavg()[0]},
        },
        notes=(
            f"The slowest click: {'not ' if slowest.exclude else ''}{slowest.field} = `{slowest.value}`, {slowest.span}.",
        ),
    )


def _signed_in(service: Service, tab: Tab) -> None:
    people = People(service.data)
    if LOOKER not in [user.name for user in people.signin.users.list(service.account)]:
        people.user(service.account, LOOKER, "AdministratorAccess")
    people.close()
    answer = tab.sign_in(LOOKER)
    assert answer.status_code == 200, answer.text


def _visits(window: Window) -> dict[str, list[float]]:
    """The two pages that people begin with: the first time, and for somebody who comes back."""
    found = {}
    for name, path, wanted in (("events", "/events", ROW), ("overview", "/", FIGURES)):
        found[f"{name}, first visit"] = [window.first_visit(path, wanted) for _ in range(LOOKS)]
        found[f"{name}, again"] = window.visits(path, wanted, LOOKS)
    found["events of all time, again"] = window.visits("/events?from=", ROW, LOOKS)
    found["overview of 30 days, again"] = window.visits("/?from=-30d", FIGURES, LOOKS)
    found["overview with what is alarming, again"] = window.visits("/", ALARMS, LOOKS)
    return found


def _pages(window: Window, service: Service, plan: Plan) -> dict[str, float]:
    """The pages about somebody or something: the loudest there is, and one of the rarer."""
    found, needles = {}, plan.world(service.account).needles(3)
    kinds = (
        ("user", "/actor/user/{}", FIGURES, needles.users),
        ("key", "/actor/key/{}?view=habits", FIGURES, needles.keys),
        ("leaked key", "/actor/key/{}", ".timeline li", needles.keys),
        ("address", "/actor/address/{}", FIGURES, needles.ips),
        ("resource", "/resource/{}", FIGURES, needles.resources),
    )
    for name, path, wanted, values in kinds:
        for which, value in zip(("the loudest", "a common one", "a rare one"), values, strict=True):
            times = window.visits(path.format(quote(value)), wanted, 3)
            found[f"{name}, {which}"] = statistics.median(times)
    return found


def _table(times: dict[str, list[float]]) -> dict[str, float]:
    kinds = (("median", statistics.median), ("highest", max))
    return {f"{name}, {kind}": of(all_) for name, all_ in times.items() for kind, of in kinds}


def _by_field(clicks: list[Clicked]) -> dict[str, float]:
    """For each span the median and the highest, and the highest of each field."""
    found: dict[str, float] = {}
    for span in dict.fromkeys(one.span for one in clicks):
        mine = [one for one in clicks if one.span == span]
        times = [one.took_ms for one in mine]
        found[f"{span}, {len(mine)} clicks, median"] = statistics.median(times)
        found[f"{span}, highest"] = max(times)
        for field in dict.fromkeys(one.field for one in mine):
            found[f"{span}, {field}, highest"] = max(one.took_ms for one in mine if one.field == field)
    return found


def _first_page_kb() -> float:
    """What the larger of the two first pages sends, compressed, in kilobytes."""
    manifest = json.loads((PAGES / "manifest.json").read_text())
    sizes = [
        sum(
            len(gzip.compress((PAGES / name).read_bytes(), 6))
            for name in needed(manifest, "index.html", page)
        )
        for page in FIRST_PAGES
    ]
    return max(sizes) / 1000


if __name__ == "__main__":
    sys.exit(main())
