"""What opens over a page, and pages with something of everything on them: letters on whatever can be pressed, and nobody kept out."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.kit.events_page import INTRUDER, STOPPED
from tests.kit.letters import lettered, press
from tests.kit.service import House
from tests.kit.window import Look

Open = Callable[..., Look]
# What is pressed on the page, by its selector, and what is open then.
STATES = {
    "columns": (INTRUDER, "button[title=v]", ".ant-popover:visible input"),
    "saved": (INTRUDER, "button[title=q]", ".saved li"),
    "copy": (INTRUDER, "button[title=y]", ".ant-dropdown-menu-item"),
    "export": (INTRUDER, "button[title=e]", "dialog[open] [data-export]"),
    "range": (INTRUDER, ".range-button", ".ant-popover:visible input"),
    "stats": (INTRUDER, ".facet-name", "dialog[open] [data-has]"),
    "drop-asks": ("/advanced?tab=saved", ".kept [data-deed=remove]", ".ant-popconfirm:visible .ant-btn-primary"),
    "advanced-saved": ("/advanced?tab=saved", "", ".kept li"),
    "palette": ("/settings", ".palette-button", "dialog[open] li"),
}  # fmt: skip


@pytest.fixture(scope="module")
def stocked(house: House) -> House:
    """A kept search and an export that is done."""
    kept = json.dumps({"name": "shown in its tab", "query": "eventName: StopLogging"}).encode()
    assert house.client.request("POST", "/v1/queries", kept, {}).status == 200
    assert (
        house.client.request("POST", "/v1/exports", b'{"query": "eventName: StopLogging"}', {}).status == 200
    )

    def done() -> bool:
        made = house.client.request("GET", "/v1/exports", b"", {}).json["exports"]
        return all(one["state"] == "done" for one in made)

    house.running.until(done, "the export is done")
    return house


@pytest.mark.parametrize(("theme", "locale"), [("light", "zh-CN"), ("dark", "en-US")])
@pytest.mark.parametrize("name", STATES)
def test_what_is_open_has_letters_and_keeps_nobody_out(
    look: Open, stocked: House, name: str, theme: str, locale: str
) -> None:
    """The letters are on the topmost thing; axe looks at all of it."""
    address, pressed, there = STATES[name]
    window = look(address, color_scheme=theme, locale=locale)
    page = window.page
    if pressed:
        page.locator(pressed).first.wait_for()
        window.still()
        page.locator(pressed).first.click()
    page.locator(there).first.wait_for()
    window.still()
    found = lettered(page)
    expect(page.locator(there).first).to_be_visible()
    window.shot(f"open-{name}-{theme}")

    assert (found.wrong, window.barriers(), window.complaints) == ([], [], [])
    assert found.count >= 1


def test_a_kept_search_is_opened_and_dropped_by_letters_alone(look: Open, stocked: House) -> None:
    """From its tab in Advanced query, with the question that comes first."""
    body = b'{"name": "dropped by letters", "query": "eventName: DeleteTrail"}'
    assert stocked.client.request("POST", "/v1/queries", body, {}).status == 200
    window = look("/advanced?tab=saved&from=")
    page = window.page
    row = page.locator(".kept li", has_text="dropped by letters")
    row.wait_for()
    window.still()
    press(page, row.locator("[data-deed=open]"))
    expect(page.locator("#advanced-query")).to_have_value(re.compile("DeleteTrail"))
    window.still()
    press(page, row.locator("[data-deed=remove]"))
    yes = page.locator(".ant-popconfirm:visible .ant-btn-primary")
    expect(yes).to_be_visible()
    window.still()
    press(page, yes)

    expect(row).to_have_count(0)
    assert window.complaints == []


def test_a_pinned_event_and_its_tools_have_letters(look: Open) -> None:
    """Pins, an open event and its tabs at once: the fullest page there is."""
    window = look(f"{INTRUDER}&open={STOPPED}&tab=proof&pin={STOPPED}", color_scheme="dark")
    page = window.page
    page.locator(".verdict").first.wait_for()
    page.locator(".pins .pin").wait_for()
    window.still()

    assert (lettered(page).wrong, window.barriers(), window.complaints) == ([], [], [])
