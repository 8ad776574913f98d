"""The viewer in an evidence pack, opened from the disk: it verifies what it was given, and is deceived by nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.kit.casework import NOTES, TITLE
from tests.kit.packs import Pack, turned, verified, viewer
from tests.kit.service import House

STEPS = ["read", "unpack", "signature", "entry", "path", "root", "record"]


def test_the_viewer_verifies_everything_without_network(browser: Browser, made: Pack) -> None:
    """Opened from the disk: title, notes and sentences in the order of time, each step green, and nobody is asked."""
    with viewer(browser, made) as (window, asked):
        page = window.page
        verified(page, "good")
        rows = page.locator(".timeline > li")
        told = [rows.nth(at).inner_text() for at in range(rows.count())]
        page.get_by_text("Verification, step by step").first.click()
        steps = page.locator(".steps").first.locator("li")
        names = [one.get_attribute("data-step") for one in steps.all()]
        green = [one.get_attribute("class") for one in steps.all()]
        page.get_by_text("Fields", exact=True).first.click()
        expect(page.locator("table").first).to_contain_text("svc-backup-agent")
        window.shot("pack-viewer")
        expect(page.locator("h1")).to_have_text(TITLE)
        expect(page.locator(".summary")).to_contain_text("within twenty minutes")
        expect(page.locator("#key-told")).to_contain_text("proves nothing about who signed")
        barriers = window.barriers()

        assert (names, set(green)) == (STEPS, {"holds"})
        assert ["created" in told[0], NOTES[0] in told[0]] == [True, True]
        assert ["AdministratorAccess" in told[1], "switched off the trail" in told[2]] == [True, True]
        assert (barriers, asked, window.complaints) == ([], [], [])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("zh", {"locale": "zh-CN"}),
        ("dark", {"color_scheme": "dark"}),
        (
            "zh-dark-narrow",
            {"locale": "zh-CN", "color_scheme": "dark", "viewport": {"width": 390, "height": 1600}},
        ),
        ("narrow", {"viewport": {"width": 390, "height": 1600}}),
    ],
)
def test_the_viewer_is_read_in_each_language_and_look(
    browser: Browser, made: Pack, name: str, options: dict[str, Any]
) -> None:
    """It is read by somebody who never saw the console, on whatever they have at hand."""
    with viewer(browser, made, **options) as (window, _):
        page = window.page
        verified(page, "good")
        page.locator("details summary").nth(1).click()
        window.shot(f"pack-viewer-{name}")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        barriers = window.barriers()
        english = page.get_by_role("button", name="English")
        english.click()
        expect(page.locator("#key-told")).to_contain_text("proves nothing about who signed")
        expect(english).to_be_focused()
        page.get_by_role("button", name="中文").click()
        expect(page.locator("[data-verified]")).to_contain_text("全部得到证明")

        assert (wide <= 0, barriers, window.complaints) == (True, [], [])


def test_the_viewer_on_paper_has_nothing_folded(browser: Browser, made: Pack) -> None:
    """Whoever prints it has the proof on paper, too; and on the screen it is as it was."""
    with viewer(browser, made, color_scheme="dark") as (window, _):
        page = window.page
        verified(page, "good")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        expect(page.locator("details:not([open])")).to_have_count(0)
        page.emulate_media(media="print")
        window.shot("pack-viewer-print")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")

        expect(page.locator("details[open]")).to_have_count(0)
        assert ground == "rgb(255, 255, 255)"


def in_evidence(which: Callable[[list[str]], int], at: int) -> Callable[[Any], None]:
    """Changes one letter in a line of the second event's evidence."""

    def change(data: Any) -> None:
        lines = data["events"][1]["evidence"].split("\n")
        number = which(lines)
        lines[number] = turned(lines[number], at)
        data["events"][1]["evidence"] = "\n".join(lines)

    return change


def swapped(data: Any) -> None:
    data["events"][1]["evidence"] = data["events"][0]["evidence"]


def claimed(data: Any) -> None:
    data["events"][1]["event"]["eventName"] = "DescribeUsers"


@pytest.mark.parametrize(
    ("name", "change", "step"),
    [
        ("its record", in_evidence(lambda _: 1, 90), ("unpack", "root")),
        ("a hash of its path", in_evidence(lambda lines: lines.index("") - 1, 5), ("root",)),
        (
            "the signed root",
            in_evidence(lambda lines: lines.index("", lines.index("") + 1) - 1, 5),
            ("signature",),
        ),
        ("the signature", in_evidence(lambda lines: len(lines) - 2, 60), ("signature",)),
    ],
)
def test_one_changed_letter_is_red_at_its_step(
    browser: Browser, made: Pack, tmp_path: Path, name: str, change: Callable[[Any], None], step: tuple[str]
) -> None:
    """And only there: the other events are still proved, and the whole is called not proved."""
    pack = copied(made, tmp_path)
    pack.altered(change)
    with viewer(browser, pack) as (window, _):
        page = window.page
        verified(page, "bad")
        kinds = [one.get_attribute("data-proved") for one in page.locator(".timeline > li").all()]
        failing = page.locator(".timeline > li").nth(1).locator(".steps > .fails")
        expect(failing).to_be_visible()
        expect(page.locator("[data-verified]")).to_contain_text("Not proved: 1 of 3")
        window.shot(f"pack-viewer-bad-{name.replace(' ', '-')}")

        assert (kinds, failing.get_attribute("data-step") in step) == (["good", "bad", "good"], True)
        assert window.barriers() == []


def copied(pack: Pack, to: Path) -> Pack:
    return Pack(Path(shutil.copytree(pack.folder, to / pack.folder.name)))


def test_evidence_of_another_event_and_a_claim_that_is_not_the_record_deceive_nobody(
    browser: Browser, made: Pack, tmp_path: Path
) -> None:
    """Each evidence is true by itself: what is shown as the event is what its record says."""
    pack = copied(made, tmp_path)
    pack.altered(claimed)
    with viewer(browser, pack) as (window, _):
        verified(window.page, "good")
        expect(window.page.locator(".timeline > li").nth(1)).to_contain_text("AdministratorAccess")
    pack.altered(swapped)
    with viewer(browser, pack) as (window, _):
        verified(window.page, "bad")
        expect(window.page.locator(".timeline > li").nth(1)).to_contain_text(
            "The evidence is of another event"
        )


def test_the_key_that_somebody_gives_decides(browser: Browser, made: Pack, house: House) -> None:
    """Another log's key proves nothing, the right one from elsewhere does, and the page says which it was."""
    other = "elsewhere.example+5b7ea4ce+AXjNFBKGVLwFWLUzqeOWuFnR3ZzRnDFv8PLXdG7XEaaK"
    with viewer(browser, made) as (window, _):
        page = window.page
        verified(page, "good")
        expect(page.locator("[data-verified]")).to_contain_text("the key from this pack")
        page.get_by_label("key to trust").fill("no key at all")
        page.keyboard.press("Enter")
        verified(page, "bad")
        expect(page.locator(".fails").first).to_contain_text("not a verifier key")
        page.get_by_label("key to trust").fill(other)
        page.get_by_role("button", name="Verify").click()
        verified(page, "bad")
        assert {one.get_attribute("data-step") for one in page.locator(".fails").all()} == {"signature"}
        page.get_by_label("key to trust").fill(f"  {house.created.vkey} ")
        page.get_by_role("button", name="Verify").click()
        verified(page, "good")


def test_a_browser_without_cryptography_is_told_to_have_verified_nothing(
    browser: Browser, made: Pack
) -> None:
    """Not green, and not red either: it says what is missing, and what to do."""
    with viewer(browser, made) as (window, _):
        window.page.add_init_script("Object.defineProperty(globalThis, 'crypto', {value: {}})")
        window.page.reload()
        verified(window.page, "warn")
        expect(window.page.locator("[data-verified]")).to_contain_text("actiontrail verify")
        expect(window.page.locator("[data-proved=open]")).to_have_count(3)


def test_a_page_whose_data_is_none_says_so(browser: Browser, made: Pack, tmp_path: Path) -> None:
    """Cut off, or of another kind: there is no half of a page."""
    pack = copied(made, tmp_path)
    pack.altered(lambda data: data.update(events=[{"id": 1}]))
    with viewer(browser, pack) as (window, _):
        expect(window.page.get_by_role("alert")).to_contain_text("no evidence pack that it can read")
        assert window.complaints == []
