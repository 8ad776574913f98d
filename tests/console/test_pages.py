"""Every page: seen in two languages, light and dark, narrow, by keyboard alone, and by people who do not see it."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from tests.kit.events_page import STOPPED
from tests.kit.service import House, events
from tests.kit.window import Look, still

Open = Callable[..., Look]
KEY_MADE = "033C81AD-902C-4624-AE7C-3511582EF7D6"
# name, address, what must be there before it is looked at
PAGES = [
    ("overview", "/", ".alarms > li"),
    ("events", "/events", ".list .row"),
    ("event-open", f"/events?f=userIdentity.userName%3Dsvc-backup-agent&open={STOPPED}", ".fields"),
    ("user", "/actor/user/deploy-bot", ".heat"),
    ("address", "/actor/address/203.0.113.66", ".heat"),
    ("key", "/actor/key/LTAI5tSampleDeployBot001", ".timeline"),
    ("resource", "/resource/sg-bp1sampleprod00001", ".timeline"),
    (
        "compare-periods",
        "/compare?of=periods&f=userIdentity.userName%3Dsvc-backup-agent&from=-7d&to=now",
        ".compare-fields tbody tr",
    ),
    (
        "compare-actors",
        "/compare?of=actors&a=user:deploy-bot&b=user:svc-backup-agent&from=-7d&to=now",
        ".compare-fields tbody tr",
    ),
    ("compare-events", f"/compare?of=events&a={STOPPED}&b={KEY_MADE}", ".changes tbody tr"),
    ("trails", "/trails", "h1"),
    ("insights", "/insights", ".empty"),
    (
        "advanced",
        "/advanced?q=*%20%7C%20select%20serviceName%2C%20count(*)%20as%20c%20group%20by%20serviceName",
        ".rows tbody tr",
    ),
    ("integrity", "/integrity", "[data-vkey]"),
    ("settings", "/settings", "h1"),
    ("settings-account", "/settings/account", "table tbody tr"),
    ("settings-access", "/settings/access", "table tbody tr"),
    ("settings-members", "/settings/members", "table tbody tr"),
    ("settings-retention", "/settings/retention", "table tbody tr"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("button", [".query .ant-btn-primary", "button[title=e]"])
def test_a_button_that_the_pointer_is_over_can_be_read(look: Open, button: str, theme: str) -> None:
    """Its colours are others then, and no less in contrast."""
    window = look("/events", color_scheme=theme)
    window.page.locator(".list .row").first.wait_for()
    still(window.page)
    shown = window.page.locator(button)
    colours = "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]"
    before = shown.evaluate(colours)
    shown.hover()
    still(window.page)

    assert shown.evaluate(colours) != before
    assert window.barriers() == []


@pytest.mark.parametrize(("theme", "locale"), [("light", "en-US"), ("dark", "zh-CN")])
@pytest.mark.parametrize(("name", "address", "there"), PAGES)
def test_a_page_keeps_nobody_out(
    look: Open, name: str, address: str, there: str, theme: str, locale: str
) -> None:
    """WCAG 2.1 AA as far as axe-core can tell, nothing that the browser complains of, nothing wider than a phone."""
    window = look(address, color_scheme=theme, locale=locale)
    window.page.locator(there).first.wait_for()
    still(window.page)
    window.shot(f"{name}-{theme}-{locale[:2]}")

    wide = window.barriers()
    over = too_wide(window, f"{name}-narrow-{theme}-{locale[:2]}")

    assert (wide, window.barriers(), window.complaints, over) == ([], [], [], 0)


def too_wide(window: Look, shot: str) -> int:
    """By how many pixels the page is wider than a phone."""
    window.page.set_viewport_size({"width": 390, "height": 844})
    still(window.page)
    window.shot(shot)
    found: int = window.page.evaluate(
        "Math.max(...[document.documentElement, document.querySelector('#content')].map(one => one.scrollWidth - one.clientWidth), 0)"
    )
    return found


def test_the_menu_of_a_narrow_screen_leads_to_every_page(look: Open) -> None:
    """The navigation is one touch away."""
    page = look("/", viewport={"width": 390, "height": 844}).page
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Integrity", exact=True).first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Integrity")


def test_the_overview_asks_for_each_of_its_parts_once(look: Open) -> None:
    """Its figures come first and alone; what they are counted from is not read again for the rest."""
    window = look("/settings")
    asked: list[str] = []
    window.page.on("request", lambda one: asked.append(urlsplit(one.url).path))
    page = window.go("/")
    page.locator(".alarms > li").first.wait_for()

    assert [one for one in asked if one in {"/v1/figures", "/v1/highlights", "/v1/overview"}] == [
        "/v1/figures",
        "/v1/highlights",
    ]


def test_an_investigation_needs_no_mouse(look: Open) -> None:
    """From the first page to a verified event by keys alone."""
    page = look("/").page
    page.locator(".alarms > li").first.wait_for()
    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page.locator(".list .row").first).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("StopLogging svc-backup-agent")  # whoever else stopped a trail meanwhile
    page.keyboard.press("Enter")
    expect(page.locator(".total").first).to_have_attribute("data-total", "1")
    expect(page.locator(".list .row")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator(".detail")).to_be_visible()
    page.keyboard.press("p")
    expect(page.locator(".pins [data-event]")).to_have_attribute("data-event", STOPPED)
    page.keyboard.press("u")
    expect(page.locator(".pins")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next event")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_keys_help_is_shown(look: Open) -> None:
    """`?` tells every key."""
    window = look("/events")
    window.page.locator(".list .row").first.wait_for()
    window.page.keyboard.press("?")
    window.page.get_by_role("dialog").wait_for()
    window.shot("keys")

    assert window.barriers() == []


def test_a_language_and_a_look_are_remembered(look: Open) -> None:
    """What was chosen once is so the next time."""
    window = look("/settings")
    page = window.page
    page.locator(".frame").wait_for()
    page.keyboard.press("t")
    page.keyboard.press("i")
    page.reload()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_the_browser_remembers_the_log_and_checks_that_it_only_grew(look: Open, house: House) -> None:
    """Whoever swaps the log for another has to face everyone who saw the old one."""
    window = look("/integrity")
    page = window.page
    page.get_by_text("This is the first visit of this browser.").wait_for()
    before = house.client.file("/log/checkpoint")
    house.client.post("/v1/events", events("grown-1"), content_type="application/x-ndjson")
    house.running.until(lambda: house.client.file("/log/checkpoint") != before, "it is published")
    page.reload()
    expect(page.get_by_text(re.compile("Checked here: it begins with the very same"))).to_be_visible()

    # The same browser before another log of the same name: the remembered root is of no tree that this log ever had.
    page.evaluate(
        """() => { const kept = JSON.parse(localStorage.getItem('actiontrail.visits')); kept.at(-1).note = kept.at(-1).note.replace(/\\n(\\d+)\\n/, (_, n) => `\\n${Number(n) - 1}\\n`);
                   localStorage.setItem('actiontrail.visits', JSON.stringify(kept)); }"""
    )
    page.reload()
    expect(page.get_by_text(re.compile("does not agree with what this browser saw before"))).to_be_visible()


def test_altered_evidence_is_refused_in_the_browser(look: Open, house: House) -> None:
    """One changed byte of the record, one changed digit of the index: neither passes."""
    file = house.client.file(f"/v1/proof/{STOPPED}")
    page = look("/integrity").page
    for altered, why in (
        (file.replace(b"index 2", b"index 1"), "root"),
        (file.replace(b"\nextra eN", b"\nextra eA"), "altered"),
    ):
        assert altered != file
        page.get_by_label("Evidence file").set_input_files(
            {"name": "x.tlog-proof", "mimeType": "text/plain", "buffer": altered}
        )
        expect(page.locator(".verdict")).to_have_attribute("data-holds", "false")
        expect(page.locator(".verdict")).to_contain_text(why)
