"""A real Chromium before the real console, signed in, with what went wrong in it told."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from tests.kit.browser import Browser as Tab
from tests.kit.browser import People
from tests.kit.service import House

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "src/actiontrail/console/pages/index.html"
AXE = ROOT / "console-ui/node_modules/axe-core/axe.min.js"
SHOTS = ROOT / "test-output/console"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ZONE = "Asia/Shanghai"


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium; the test is skipped where there is none, or the pages are not built."""
    if not PAGES.is_file():
        pytest.skip("the console is not built: make console")
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        pytest.skip("there is no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Look:
    """One window on the console. `complaints` are what the browser complained of: errors, and refused content."""

    page: Page
    context: BrowserContext
    endpoint: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open the page at `path`, as a link would."""
        self.page.goto(f"{self.endpoint}/console/#{path}")
        return self.page

    def shot(self, name: str) -> None:
        """Keep what is to be seen, to be looked at."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(SHOTS / f"{name}.png"))

    def still(self) -> Page:
        """Wait until nothing is asked and nothing moves any more: a button that is just fading is not what people see."""
        expect(self.page.locator(".ant-btn-loading")).to_have_count(0)
        still(self.page)
        return self.page

    def barriers(self) -> list[str]:
        """What keeps people out: axe-core's serious and critical findings on what is to be seen."""
        if not AXE.is_file():
            pytest.skip("axe-core is not installed: make console")
        # The policy forbids the pages to run strangers' scripts; what the test itself evaluates is not theirs.
        self.page.evaluate(AXE.read_text() + "\n;0")
        found: list[dict[str, Any]] = self.page.evaluate(
            "async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})).violations"
        )
        return [
            f"{one['id']}: {node['target']} {node.get('failureSummary', '')[:300]}"
            for one in found
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"][:3]
        ]


# How many calls of the page have no answer yet. (The browser's own "network idle" is said once for a document, whatever its pages ask later.)
ASKING = """(() => {
  const real = window.fetch;
  window.asking = 0;
  window.fetch = (...what) => { window.asking += 1; return real(...what).finally(() => { window.asking -= 1; }); };
})()"""
# Over when nothing is asked, nothing in the page has changed for a quarter of a second, and nothing is on its way from one place to another.
STILL = """() => new Promise(done => {
  const moves = () => window.asking > 0 || document.getAnimations().some(one => one.playState === 'running' && one.effect.getComputedTiming().iterations !== Infinity);
  let timer;
  const end = () => { watch.disconnect(); clearTimeout(timer); done(); };
  const again = () => { clearTimeout(timer); timer = setTimeout(() => (moves() ? again() : end()), 250); };
  const watch = new MutationObserver(again);
  watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
  setTimeout(end, 15000);
  again();
})"""


def still(page: Page) -> None:
    """Until the page has all its answers and rests, however long the machine takes for it; fifteen seconds at most."""
    page.evaluate(STILL)


def seen_in(language: str, theme: str, width: int) -> dict[str, Any]:
    """The options of a window for a reader of `language` (`en`, `zh`) with that look and width."""
    locale = {"en": "en-US", "zh": "zh-CN"}[language]
    return {"locale": locale, "color_scheme": theme, "viewport": {"width": width, "height": 900}}


@contextmanager
def a_look(browser: Browser, endpoint: str, **options: Any) -> Iterator[Look]:
    """A window of its own, with nothing remembered."""
    wanted = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US", "timezone_id": ZONE, **options}
    context = browser.new_context(**wanted)
    context.set_default_timeout(15_000)
    context.add_init_script(ASKING)
    page = context.new_page()
    look = Look(page, context, endpoint)
    page.on("pageerror", lambda error: look.complaints.append(str(error)))
    page.on("console", lambda said: _hear(look, said.type, said.text))
    try:
        yield look
    finally:
        context.close()


def _hear(look: Look, kind: str, text: str) -> None:
    if kind == "error" and "Failed to load resource" not in text:
        look.complaints.append(text)


def enter(page: Page, user: str, password: str) -> None:
    """Fill in the form and send it."""
    page.get_by_label("User", exact=True).fill(user)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


@contextmanager
def as_administrator(browser: Browser, house: House, **options: Any) -> Iterator[Look]:
    """A window on a house of its own, signed in as somebody who may do everything and was made for this."""
    name = f"looker-{secrets.token_hex(4)}"
    people = People(house.running.data)
    people.user(house.created.account_id, name, "AdministratorAccess")
    people.close()
    tab = Tab(house.running.endpoint)
    assert tab.sign_in(name).status_code == 200
    with a_look(browser, house.running.endpoint, **options) as opened:
        cookie = {"name": "actiontrail-session", "value": tab.cookie, "url": house.running.endpoint}
        opened.context.add_cookies([cookie])  # type: ignore[list-item]
        yield opened
    tab.close()
