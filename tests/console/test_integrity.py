"""Evidence of each kind, verified in the browser and altered in every part: red at the step where it is false."""

import json
import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.kit.service import House, events
from tests.kit.window import Look

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
    expect(page.locator(".verdict")).to_contain_text("Which events stand there is not shown")
    choose(page, "The file that was sent", body)
    expect(page.locator(".verdict")).to_contain_text("with the content that was sent")
    expect(page.locator(".verdict .steps > li.holds")).to_have_count(5)
    page.locator(".verdict").scroll_into_view_if_needed()
    window.shot("receipt")
    barriers = window.barriers()
    choose(page, "The file that was sent", body.replace(b"RunInstances", b"StopInstances"))
    expect(page.locator(".verdict")).to_contain_text("recorded with other content")
    window.shot("receipt-altered")

    assert (judged(page), barriers, window.complaints) == (
        (False, "Verify the evidence of each event, at its promised place"),
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
    file = house.client.file(f"/v1/proof/{name}").decode()
    page = look("/integrity").page
    told = []
    for altered in (
        file,
        file.replace("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        re.sub(r"extra .{8}", "extra AAAAAAAA", file),
        re.sub(r"\n(\d+)\n(?=[^\n]*\n\n—)", "\n999999\n", file),
        re.sub(r"index (\d+)", lambda found: f"index {int(found[1]) - 1}", file),
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
