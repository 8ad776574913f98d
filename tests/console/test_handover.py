"""The log's key is handed over on a running service, twice: a browser that was there before is led along, or warned."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from tests.kit.service import SOURCE, House, Running, a_service, events
from tests.kit.window import Look, a_look, as_administrator

CONSISTENT = "Check that the longer log begins with the shorter one (RFC 6962)"
FOLLOWED = "Follow the hand-over: the old key and the new one have both signed it"
SIGNED = "Check the signature of the checkpoint (Ed25519)"


class Before(NamedTuple):
    """A service whose key was handed over twice; what a browser remembers from before, and evidence from then."""

    house: House
    endpoint: str
    remembered: Any
    evidence: bytes
    vkeys: list[str]


def rotate(data: Path) -> dict[str, Any]:
    """`actiontrail keys rotate`, as an operator runs it."""
    command = [sys.executable, "-m", "actiontrail", "keys", "rotate", "--data", str(data), "--json"]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": SOURCE}, capture_output=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def before(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Before]:
    folder = tmp_path_factory.mktemp("handover")
    with a_service(folder / "data") as house, ExitStack() as stack:
        send(house, house.running, "first", 3)
        evidence = house.client.file("/v1/proof/first-1")
        vkeys = [house.created.vkey]
        with as_administrator(browser, house) as window:
            expect(window.go("/integrity").locator("[data-since]")).to_have_attribute("data-since", "first")
            remembered = window.context.storage_state()
        running = house.running
        for name in ("second", "third"):
            running.stop()
            vkeys.append(rotate(running.data)["vkey"])
            running = stack.enter_context(Running(house.running.data, port=house.running.port))
            send(house, running, name, 2)
        yield Before(house, running.endpoint, remembered, evidence, vkeys)


def send(house: House, running: Running, name: str, count: int) -> None:
    """Events, once they can be proved."""
    body = events(*(f"{name}-{number}" for number in range(count)))
    assert house.client.post("/v1/events", body, content_type="application/x-ndjson").status == 200
    last = f"/v1/events/{name}-{count - 1}"
    running.until(lambda: house.client.request("GET", last, b"", {}).status == 200, "it can be found")


@pytest.fixture
def back(browser: Browser, before: Before) -> Iterator[Callable[..., Look]]:
    """The browser from before comes back; `change` is what its service makes of the list of hand-overs."""
    with ExitStack() as stack:

        def open_(change: Callable[[list[str]], list[str]] | None = None, **options: Any) -> Look:
            window = stack.enter_context(
                a_look(browser, before.endpoint, storage_state=before.remembered, **options)
            )
            if change is not None:
                window.page.route("**/log/handover", lambda route: forge(route, change))
            window.go("/integrity")
            return window

        yield open_


def forge(route: Route, change: Callable[[list[str]], list[str]]) -> None:
    notes = route.fetch().json()["handovers"]
    route.fulfill(json={"handovers": change(notes)})


def walked(page: Page, card: str) -> list[str]:
    """What was checked, in the words of the page; what failed is marked."""
    steps = page.locator(f"{card} .steps > li")
    steps.first.wait_for(state="attached")
    return [
        ("" if "holds" in (step.get_attribute("class") or "") else "NOT ")
        + step.locator("strong").inner_text()
        for step in steps.all()
    ]


def test_who_was_there_before_is_led_over_each_hand_over_to_the_log_of_now(
    back: Callable[..., Look], before: Before
) -> None:
    """Two hand-overs, each by both keys; three proofs that the log only grew; and from then on the new key is trusted."""
    window = back(viewport={"width": 1440, "height": 2200})
    page = window.page
    expect(page.locator("[data-since]")).to_have_attribute("data-since", "grown")
    steps = walked(page, "[data-since]")
    expect(page.locator("[data-keys]")).to_have_attribute("data-keys", "2")
    window.shot("handover-led")
    barriers = window.barriers()
    page.reload()
    expect(page.locator("[data-since]")).to_have_attribute("data-since", "same")
    expect(page.locator("[data-vkey]")).to_have_text(before.vkeys[2])

    assert (steps, barriers, window.complaints) == (
        [FOLLOWED, FOLLOWED, SIGNED, CONSISTENT, CONSISTENT, CONSISTENT],
        [],
        [],
    )


def test_evidence_that_the_first_key_signed_holds_by_the_hand_overs(
    back: Callable[..., Look], before: Before
) -> None:
    """For the browser that was led on, which trusts the last key by now."""
    window = back()
    page = window.page
    expect(page.locator("[data-since]")).to_have_attribute("data-since", "grown")
    page.reload()
    expect(page.locator("[data-vkey]")).to_have_text(before.vkeys[2])
    page.get_by_label("Evidence file", exact=True).set_input_files(
        {"name": "old.tlog-proof", "mimeType": "text/plain", "buffer": before.evidence}
    )
    expect(page.locator(".verdict")).to_have_attribute("data-holds", "true")
    page.locator(".verdict").scroll_into_view_if_needed()
    window.shot("handover-old-evidence")

    assert walked(page, ".verdict")[2:5] == [FOLLOWED, FOLLOWED, SIGNED]


@pytest.mark.parametrize(
    ("change", "steps", "why"),
    [
        (lambda notes: [notes[0], re.sub(r"size (\d+)", lambda size: f"size {int(size[1]) + 1}", notes[1])], [FOLLOWED, f"NOT {FOLLOWED}"], "hand-over 2: the signature is false"),
        (lambda notes: notes[:1], [FOLLOWED, f"NOT {FOLLOWED}"], "one is missing"),
        (lambda notes: notes[1:], [FOLLOWED, f"NOT {FOLLOWED}"], "no hand-over leads from one to the other"),
        (lambda _: [], [f"NOT {FOLLOWED}"], "no hand-over leads from one to the other"),
        (lambda notes: notes[::-1], [FOLLOWED, f"NOT {FOLLOWED}"], "out of order"),
    ],
    ids=["forged", "the last missing", "the first missing", "all missing", "reordered"],
)  # fmt: skip
def test_a_hand_over_that_does_not_lead_there_is_red_where_it_breaks(
    back: Callable[..., Look],
    before: Before,
    change: Callable[[list[str]], list[str]],
    steps: list[str],
    why: str,
) -> None:
    """And the new key is not trusted, neither now nor at the next visit."""
    page = back(change).page
    expect(page.locator("[data-keys]")).to_have_attribute("data-keys", "broken")
    expect(page.locator("[data-since]")).to_have_attribute("data-since", "broken")
    expect(page.locator("[data-since] .ant-alert")).to_contain_text(why)
    told = walked(page, "[data-keys]")
    page.reload()

    expect(page.locator("[data-vkey]")).to_have_text(before.vkeys[0])
    assert told == steps


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("handover-forged", {"viewport": {"width": 1440, "height": 1500}}),
        (
            "handover-forged-zh-dark",
            {"locale": "zh-CN", "color_scheme": "dark", "viewport": {"width": 1440, "height": 1500}},
        ),
        ("handover-forged-narrow", {"viewport": {"width": 390, "height": 2600}}),
    ],
)
def test_the_warning_is_told_in_each_language_and_look(
    back: Callable[..., Look], name: str, options: dict[str, Any]
) -> None:
    """It is read by somebody who has never seen it before, on whatever they have at hand."""
    window = back(lambda notes: notes[:1], **options)
    expect(window.page.locator("[data-keys]")).to_have_attribute("data-keys", "broken")
    window.page.locator("[data-keys] .steps").wait_for()
    window.shot(name)

    assert window.barriers() == []
