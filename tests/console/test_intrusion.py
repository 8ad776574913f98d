"""The whole way of an investigation: from an alarming overview to an exported proof that the browser verified."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect
from tests.kit.events_page import STOPPED
from tests.kit.window import Look

KEY = "LTAI5tSampleDeployBot001"
SNAPSHOT = "s-bp1sampledbsnapshot1"
Open = Callable[..., Look]


def test_an_intrusion_is_followed_from_the_overview_to_a_verified_proof(look: Open, tmp_path: Path) -> None:
    """What the console is for; a newcomer does it with nothing but clicks."""
    window = look("/")
    page = window.page
    alarms = page.locator(".alarms > li")
    expect(alarms.filter(has_text="A trail was switched off or deleted")).to_be_visible()
    window.shot("overview")

    alarms.filter(has_text="A key was used from an address").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "deploy-bot asked who they are from 203.0.113.66"
    )
    page.get_by_text(KEY).first.wait_for()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").last.fill(KEY)
    page.keyboard.press("Enter")
    expect(page.locator(".leaked .badge.bad").first).to_have_text("CreateUser")
    expect(page.locator(".leaked")).to_contain_text("svc-backup-agent")
    expect(page.locator(".timeline").last.locator("li").first).to_contain_text("asked who they are")
    window.shot("leaked-key")

    page.locator(".leaked").get_by_role("link", name="svc-backup-agent").first.click()
    expect(page.locator(".tile").first).to_be_visible()
    page.locator(".card", has_text="Resources").get_by_role("link", name=SNAPSHOT).click()
    expect(page.locator(".timeline")).to_contain_text("1000000000000666")
    window.shot("resource")

    window.go(f"/event/{STOPPED}")
    page.get_by_role("tab", name="Proof").click()
    expect(page.locator(".verdict")).to_have_attribute("data-holds", "true")
    window.shot("event-proof")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the evidence file").click()
    kept = tmp_path / "kept.tlog-proof"
    download.value.save_as(kept)

    window.go("/integrity")
    page.get_by_label("Evidence file").set_input_files(kept)
    expect(page.locator(".verdict")).to_have_attribute("data-holds", "true")
    window.shot("integrity")
    assert window.complaints == []
