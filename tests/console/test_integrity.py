"""Evidence of each kind, verified in the browser and altered in every part: red at the step where it is false."""

import base64
import json
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.kit.service import House, a_service, events
from tests.kit.window import SHOTS, Look, as_administrator

from actiontrail.evidence.acknowledgement import STEPS

Open = Callable[..., Look]


def choose(page: Page, label: str, content: bytes) -> None:
    """Give the page a file."""
    page.get_by_label(label, exact=True).set_input_files(
        {"name": "file.json", "mimeType": "application/json", "buffer": content}
    )


def judged(page: Page) -> tuple[bool, str]:
    """Whether it holds, and at which step not."""
    verdict = page.locator(".verdict")
    expect(verdict).to_have_attribute("data-holds", re.compile("true|false"))
    if verdict.get_attribute("data-holds") == "true":
        return True, ""
    return False, verdict.locator(".steps > li.fails strong").inner_text()


def a_receipt(house: House) -> tuple[bytes, dict[str, Any]]:
    """What was sent, and what was answered."""
    mark = secrets.token_hex(4)
    body = events(*(f"receipt-{mark}-{number}" for number in range(3)))
    answer = house.client.post("/v1/events", body, content_type="application/x-ndjson")
    question = f"/v1/events/receipt-{mark}-2"
    house.running.until(
        lambda: house.client.request("GET", question, b"", {}).status == 200, "it can be found"
    )
    return body, answer.json


def test_a_receipt_is_held_against_the_log_and_what_was_sent(look: Open, house: House) -> None:
    """The sender's own question: is what I was promised in there, and as I sent it?"""
    body, receipt = a_receipt(house)
    window = look("/integrity")
    page = window.page
    choose(page, "Evidence file", json.dumps(receipt).encode())
    expect(page.locator(".verdict")).to_contain_text("That they are of what you sent is not shown")
    choose(page, "The file that was sent", body)
    expect(page.locator(".verdict")).to_contain_text("with the content that was sent")
    expect(page.locator(".verdict .steps > li.holds strong")).to_have_text(
        [STEPS[step] for step in ("read", "signature", "places", "since", "entries", "compare")]
    )
    page.locator(".verdict").scroll_into_view_if_needed()
    window.shot("receipt")
    barriers = window.barriers()
    choose(page, "The file that was sent", body.replace(b"RunInstances", b"StopInstances"))
    expect(page.locator(".verdict")).to_contain_text("with other content")
    window.shot("receipt-altered")

    assert (judged(page), barriers, window.complaints) == (
        (False, STEPS["compare"]),
        [],
        [],
    )


@pytest.mark.parametrize(
    ("alter", "step"),
    [
        (lambda one: one | {"places": "none"}, "Read the file"),
        (lambda one: one | {"checkpoint": re.sub(r"\n(\d+)\n", lambda size: f"\n{int(size[1]) + 1}\n", one["checkpoint"], count=1)}, "Check the signature of the checkpoint (Ed25519)"),
        (lambda one: one | {"places": [one["places"][0] | {"index": 10**9}]}, "Compare the promised places with the signed size"),
        (lambda one: one | {"accepted": 4}, "Compare the promised places with the signed size"),
    ],
)  # fmt: skip
def test_an_altered_receipt_is_red_where_it_is_false(
    look: Open, house: House, alter: Callable[[dict[str, Any]], dict[str, Any]], step: str
) -> None:
    """A claim that was never acknowledged does not pass for one that was."""
    _, receipt = a_receipt(house)
    page = look("/integrity").page
    choose(page, "Evidence file", json.dumps(alter(receipt)).encode())

    assert judged(page) == (False, step)


def test_the_evidence_of_two_checkpoints_holds_and_an_altered_one_does_not(look: Open, house: House) -> None:
    """What an auditor kept last year, and what the log is now."""
    old = house.client.file("/log/checkpoint").decode()
    a_receipt(house)
    size = old.split("\n")[1]
    proof = house.client.request("GET", f"/v1/consistency?old={size}", b"", {}).json
    kept = {
        "kind": "actiontrail consistency v1",
        "old": old,
        "new": proof["checkpoint"],
        "hashes": proof["hashes"],
    }
    page = look("/integrity").page
    told = []
    for change in (
        {},
        {"kind": "another"},
        {"old": old.replace(f"\n{size}\n", f"\n{int(size) - 1}\n")},
        {"hashes": kept["hashes"][1:]},
    ):
        page.reload()
        choose(page, "Evidence file", json.dumps(kept | change).encode())
        told.append(judged(page))

    assert told == [
        (True, ""),
        (False, "Read the file"),
        (False, "Check the signature of the checkpoint (Ed25519)"),
        (False, "Climb the Merkle tree (RFC 6962)"),
    ]


def test_an_altered_evidence_file_is_red_where_it_is_false(look: Open, house: House) -> None:
    """Each part of the file is guarded by a step of its own."""
    body, _ = a_receipt(house)
    name = json.loads(body.split(b"\n")[0])["eventId"]
    a_receipt(house)  # so that it is not the last, and its sibling has a way of the same length
    file = house.client.file(f"/v1/proof/{name}").decode()
    page = look("/integrity").page
    told = []
    for altered in (
        file,
        file.replace("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        re.sub(r"extra .{8}", "extra AAAAAAAA", file),
        re.sub(r"\n(\d+)\n(?=[^\n]*\n\n—)", "\n999999\n", file),
        re.sub(r"index (\d+)", lambda found: f"index {int(found[1]) ^ 1}", file),
    ):
        page.reload()
        choose(page, "Evidence file", altered.encode())
        told.append(judged(page)[1])

    assert told == [
        "",
        "Read the file",
        "Unpack the record",
        "Check the signature of the checkpoint (Ed25519)",
        "Compare with the signed root",
    ]


CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "evidence" / "cases.json").read_text())


def test_the_page_says_of_each_case_what_the_command_says(look: Open) -> None:
    """The table of `actiontrail verify`, in a real browser: red at the same step. The service shows what each case has beside its file."""
    page = look("/integrity").page
    expect(page.locator("[data-since]")).to_be_visible()
    case: dict[str, Any] = {}
    page.route("**/log/vkey", lambda route: route.fulfill(body=case["key"]))
    page.route("**/log/handover", lambda route: route.fulfill(json={"handovers": case["handovers"]}))
    page.route("**/v1/proofs?*", lambda route: route.fulfill(json=case["evidence"]["runs"][0]))
    page.route("**/v1/consistency?*", lambda route: route.fulfill(json=case["evidence"]))
    told = {}
    for case in CASES:
        page.get_by_label("Key to trust").last.fill(case["key"])
        choose(page, "Evidence file", base64.b64decode(case["file"]))
        if "sent" in case:
            page.locator(".verdict").wait_for()
            choose(page, "The file that was sent", base64.b64decode(case["sent"]))
            page.locator(".verdict [data-step=compare], .verdict .fails").wait_for()
        verdict = page.locator(".verdict")
        expect(verdict).to_have_attribute("data-holds", "false" if case["step"] else "true")
        failing = verdict.locator("li.fails")
        told[case["name"]] = (failing.get_attribute("data-step") or "") if failing.count() else ""
        page.get_by_role("button", name="Verify", exact=True).wait_for()
        page.evaluate("document.querySelector('.verdict')?.setAttribute('class', 'seen')")

    assert told == {case["name"]: case["step"] for case in CASES}


def test_a_receipt_of_five_thousand_events_leaves_the_page_usable_and_can_be_cancelled(
    browser: Browser, tmp_path: Path
) -> None:
    """It tells how far it is; the page is never still for longer than a person notices; and it ends when it is told to.

    In a house of its own: five thousand launches of instances would be most of what the others look at.
    """
    with a_service(tmp_path / "data") as house, as_administrator(browser, house) as window:
        _five_thousand(house, window)


def _five_thousand(house: House, window: Look) -> None:
    body = events(*(f"many-{number}" for number in range(5_000)))
    receipt = house.client.raw("POST", "/v1/events", body, {"content-type": "application/x-ndjson"}).content
    page = window.go("/integrity")
    held: list[Any] = []
    page.route(
        "**/v1/proofs?*",
        lambda route: held.append(route) if len(held) == 3 else (held.append(None), route.continue_()),
    )
    choose(page, "Evidence file", receipt)
    expect(page.locator(".verifying")).to_contain_text("750 of 5,000 places")
    window.shot("receipt-progress")
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.locator(".verify > .ant-alert")).to_contain_text("Cancelled: nothing was shown")
    page.unroute_all(behavior="ignoreErrors")
    page.evaluate(STALLS)
    began = time.monotonic()
    choose(page, "Evidence file", receipt)
    expect(page.locator(".verdict")).to_contain_text("all 5000 records there", timeout=90_000)
    choose(page, "The file that was sent", body)
    expect(page.locator(".verdict")).to_contain_text("with the content that was sent", timeout=90_000)
    took = time.monotonic() - began
    stall = page.evaluate("window.longest")
    SHOTS.mkdir(parents=True, exist_ok=True)
    (SHOTS / "receipt-5000.txt").write_text(
        f"twice 5 000 events in {took:.1f} s, longest stall {stall:.0f} ms\n"
    )

    # A page that does it in one go stands still for about as long as it takes; on a busy machine both are longer.
    assert (stall < took * 1000 / 3, window.complaints) == (True, []), f"longest stall {stall} ms of {took} s"


STALLS = """() => {
  window.longest = 0;
  let before = performance.now();
  const look = () => { const now = performance.now(); window.longest = Math.max(window.longest, now - before); before = now; setTimeout(look, 5); };
  look();
}"""
WRONG = {
    "empty": (b"", "the file is empty", "文件为空"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(5_000_000), "the file is a picture", "文件是图片"),
    "utf-16": ("c2sp.org/tlog-proof@v1".encode("utf-16"), "the file is UTF-16 text", "文件为 UTF-16 文本"),
    "json": (b'{"Version": "1", "Statement": []}', "neither the evidence of two checkpoints nor a receipt", "此 JSON 既不是两个检查点的证据，也不是回执"),
    "broken json": (b'{\n "a": 1,\n "b": }', "the file is no JSON from line 3 on", "文件自第 3 行起不是 JSON"),
    "large": (b"c2sp.org/tlog-proof@v1\nextra " + base64.b64encode(secrets.token_bytes(4_000_000)), "there is no checkpoint", "空行之后没有检查点"),
    "large json": (b'{"places": [' + b"1," * 2_500_000 + b"1]}", "not a receipt", "不是回执"),
}  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [{}, {"locale": "zh-CN", "color_scheme": "dark"}, {"viewport": {"width": 390, "height": 1700}}],
    ids=["en", "zh-dark", "narrow"],
)
def test_what_is_no_evidence_is_said_to_be_none_and_what_to_do(look: Open, options: dict[str, Any]) -> None:
    """Whatever falls on the page: a sentence of why, one of what to do, and nothing hangs."""
    window = look("/integrity", **options)
    page = window.page
    zh = "locale" in options
    told = {}
    for name, (content, english, chinese) in WRONG.items():
        choose(page, "证据文件" if zh else "Evidence file", content)
        alert = page.locator(".verdict > .ant-alert")
        expect(alert).to_contain_text(chinese if zh else english)
        expect(alert).to_contain_text("POST /v1/events")
        told[name] = page.locator(".verdict li.fails").get_attribute("data-step")
        page.locator(".verdict").scroll_into_view_if_needed()
        window.shot(
            f"wrong-{name.replace(' ', '-')}{'-zh' if zh else '-narrow' if 'viewport' in options else ''}"
        )

    assert (set(told.values()), window.barriers(), window.complaints) == ({"read"}, [], [])


def test_evidence_is_pasted_and_a_large_one_is_verified(look: Open, house: House) -> None:
    """From a mail or a terminal; and an event of 200 kB, of which the evidence is as large."""
    mark = secrets.token_hex(4)
    body = events(f"pasted-{mark}", additionalEventData={"noise": secrets.token_hex(100_000)})
    assert house.client.post("/v1/events", body, content_type="application/x-ndjson").status == 200
    house.running.until(
        lambda: house.client.request("GET", f"/v1/events/pasted-{mark}", b"", {}).status == 200, "it is found"
    )
    file = house.client.file(f"/v1/proof/pasted-{mark}").decode()
    page = look("/integrity").page
    expect(page.locator("[data-since]")).to_be_visible()
    page.evaluate(
        "text => { const data = new DataTransfer(); data.setData('text/plain', text);"
        " document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true})); }",
        file,
    )

    assert judged(page) == (True, "")


def test_checkpoints_from_before_are_checked_against_each_other(look: Open, house: House) -> None:
    """What this browser saw, visit after visit; and one that was altered where it is kept is red."""
    window = look("/integrity")
    page = window.page
    for _ in range(2):
        expect(page.locator("[data-since]")).to_be_visible()
        a_receipt(house)
        page.reload()
    expect(page.locator("[data-since=grown]")).to_be_visible()
    page.get_by_role("button", name="Check each against the one before").click()
    expect(page.locator("tr[data-checked=yes]")).to_have_count(3)
    page.locator("tr[data-checked]").first.scroll_into_view_if_needed()
    window.shot("history-checked")
    page.evaluate(
        "() => { const kept = JSON.parse(localStorage['actiontrail.visits']);"
        " kept[1].root = '00'.repeat(32); localStorage['actiontrail.visits'] = JSON.stringify(kept); }"
    )
    page.reload()
    expect(page.locator("[data-since]")).to_be_visible()
    page.get_by_role("button", name="Check each against the one before").click()
    expect(page.locator("tr[data-checked=no]", has_text="another size or root")).to_have_count(1)

    assert window.complaints == []
