"""The tutorial "Investigate an intrusion in the console", step by step; its pictures are made here.

`make pictures` keeps them beside the tutorial.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect
from tests.kit.events_page import STOPPED
from tests.kit.window import ROOT, Look, still

TUTORIAL = ROOT / "docs/tutorial"
SCREEN = {"width": 1200, "height": 760}


def test_the_tutorial_leads_where_it_says(look: Callable[..., Look]) -> None:
    """A newcomer who does what is written sees what is shown."""
    window = look("/", viewport=SCREEN, color_scheme="light")
    page = window.page
    expect(page.locator(".alarms > li")).to_have_count(7)
    picture(window, "1-overview")

    page.keyboard.press("Control+k")
    page.locator(".palette input").fill("LTAI5tSampleDeployBot001")
    page.keyboard.press("Enter")
    expect(page.locator(".timeline").last.locator("li").first).to_contain_text("asked who they are")
    picture(window, "2-key")

    page.locator(".leaked").get_by_role("link", name="svc-backup-agent").first.click()
    page.get_by_role("link", name="All its events").click()
    expect(page.locator(".list")).to_contain_text("svc-backup-agent switched off the trail audit-all")
    picture(window, "3-events")

    page.locator(".list").get_by_role("link", name="sg-bp1sampleprod00001").click()
    expect(page.locator(".timeline")).to_contain_text("0.0.0.0/0")
    picture(window, "4-resource")

    window.go(f"/event/{STOPPED}")
    page.get_by_role("tab", name="Proof").click()
    expect(page.locator(".verdict")).to_have_attribute("data-holds", "true")
    picture(window, "5-proof")

    window.go("/integrity")
    page.get_by_text("Since your last visit").wait_for()
    expect(page.locator("[data-vkey]")).to_be_visible()
    picture(window, "6-integrity")


def test_every_picture_of_the_tutorial_is_there() -> None:
    """And none lies there that nobody shows."""
    shown = set(re.findall(r"\]\(images/([^)]+)\)", (TUTORIAL / "investigate.md").read_text()))

    assert shown == {path.name for path in (TUTORIAL / "images").iterdir()}


def picture(window: Look, name: str) -> None:
    """Keep the window as a picture; beside the tutorial, if that was asked for."""
    still(window.page)
    window.shot(f"tutorial-{name}")
    if os.environ.get("ACTIONTRAIL_PICTURES"):
        target: Path = TUTORIAL / "images" / f"{name}.png"
        window.page.screenshot(path=str(target))
