"""From an acknowledged event to a proof that needs no server, through the real service."""

import secrets
import time
from pathlib import Path

import httpx
from tests.kit.caller import at
from tests.kit.service import House, a_service, events

from actiontrail.api.signature import Sent, sign_acs3
from actiontrail.evidence.check import check
from actiontrail.ledger import checkpoint, tiles, tree
from actiontrail.ledger.note import Verifier


def test_an_acknowledged_event_is_proved_offline_and_a_stranger_can_mirror_the_log(tmp_path: Path) -> None:
    """The promise of the product: whoever holds one key checks without us, and whoever likes keeps a copy of the log."""
    with a_service(tmp_path / "data") as house:
        assert house.client.post("/v1/events", events("a", "b", "c")).json["accepted"] == 3
        answers: list[httpx.Response] = []

        def proved() -> bool:
            answers.append(_signed_get(house, "/v1/proof/b"))
            return answers[-1].status_code == 200

        house.running.until(proved, "the event is searchable and proved")
        with httpx.Client(base_url=f"{house.running.endpoint}/log/") as log:
            note, entries = log.get("checkpoint"), log.get("tile/entries/000.p/3")
        mirrored = tree.root(tiles.parse_bundle(entries.content))

    facts = check(answers[-1].content, [house.created.vkey], house.created.origin).facts
    published = checkpoint.verify(note.content, [Verifier(house.created.vkey)], house.created.origin)
    assert (facts["event"]["eventId"], facts["index"], published.size, published.root) == (
        "b",
        1,
        3,
        mirrored,
    )
    assert {one.headers["content-type"] for one in (note, answers[-1])} == {"text/plain; charset=utf-8"}


def _signed_get(house: House, target: str) -> httpx.Response:
    headers = {
        "host": house.running.endpoint.removeprefix("http://"),
        "x-acs-date": at(time.time()),
        "x-acs-signature-nonce": secrets.token_hex(16),
    }
    key, secret = house.created.access_key_id, house.created.access_key_secret
    signed = sign_acs3(key, secret, Sent("GET", target, headers, b""))
    return httpx.get(f"{house.running.endpoint}{target}", headers=headers | signed, timeout=30)
