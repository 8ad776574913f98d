"""The log for everybody, and proofs for those whose events they are."""

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from tests.kit.caller import NOW, a_ring, acs3
from tests.kit.house import NoPolicies, a_gate
from tests.kit.ledger import ORIGIN, SIGNER, LedgerKit, a_candidate, candidates

from actiontrail.api.asgi import slashes_kept
from actiontrail.api.door import Door
from actiontrail.api.tiles import FOREVER, Log, Proofs, log_routes, routes
from actiontrail.api.wire import Reply
from actiontrail.errors import Outage
from actiontrail.event import record
from actiontrail.evidence import consistency, receipt
from actiontrail.evidence.check import check
from actiontrail.ledger import checkpoint, handover, tiles, tree
from actiontrail.ledger.note import Signer
from actiontrail.ledger.reader import Reader
from actiontrail.query.place import NoSuchEvent

MINE, THEIRS = "1000000000000001", "2000000000000002"
OLD = Signer(ORIGIN, b"\x05" * 32)
HANDOVER = handover.sign(ORIGIN, 0, tree.EMPTY_ROOT, OLD, SIGNER)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """300 records: mine, but for entry 7, which is theirs."""
    data: Path = tmp_path_factory.mktemp("ledger")
    kit = LedgerKit(data)
    kit.open()
    batch = candidates(0, 300, account=MINE)
    batch[7] = a_candidate(7, account=THEIRS)
    kit.record(batch)
    kit.close()
    reader = Reader(data)
    yield reader
    reader.close()


@pytest.fixture
def log(ledger: Reader) -> Log:
    return Log(ledger, SIGNER.vkey, lambda: [HANDOVER])


def _index_of(account: str, event_id: str) -> int:
    """A projection that, for entry 7, is wrong about whose it is."""
    if event_id == "E-late":
        raise Outage("not searchable yet", retry_after=1)
    if event_id in {"E-7", "E-137", "odd/id?"}:
        return 7 if event_id == "E-7" else 137
    raise NoSuchEvent(event_id)


@pytest.fixture
def proofs(ledger: Reader) -> Proofs:
    return Proofs(a_gate(Door(a_ring(), now=lambda: NOW), NoPolicies(), now=lambda: NOW), ledger, _index_of)


def _get(proofs: Proofs, target: str) -> Reply:
    sent = acs3("GET", target)
    return proofs.reply(target, target.partition("?")[0], sent.headers)


def test_the_checkpoint_is_text_for_everybody_and_kept_by_caches_for_seconds_only(log: Log) -> None:
    """A witness must not be shown an old one by a cache."""
    reply = log.reply("checkpoint", {})

    size = checkpoint.verify(reply.body, [SIGNER.verifier], ORIGIN).size
    assert (size, reply.status, reply.headers) == (
        300,
        200,
        {
            "content-type": "text/plain; charset=utf-8",
            "cache-control": "public, max-age=2",
            "access-control-allow-origin": "*",
        },
    )


def test_a_stranger_rebuilds_the_signed_root_from_tiles_and_entries_alone(log: Log) -> None:
    """All that a mirror needs is served."""
    bundles = [log.reply(path, {}).body for path in ("tile/entries/000", "tile/entries/001.p/44")]
    entries = [entry for bundle in bundles for entry in tiles.parse_bundle(bundle)]
    leaves = b"".join(log.reply(path, {}).body for path in ("tile/0/000", "tile/0/001.p/44"))
    above = log.reply("tile/1/000.p/1", {}).body

    shown = checkpoint.verify(log.reply("checkpoint", {}).body, [SIGNER.verifier], ORIGIN)
    assert (tree.root(entries), leaves, above) == (
        shown.root,
        tree.leaf_hashes(entries),
        tree.root(entries[:256]),
    )


@pytest.mark.parametrize(
    "path", ["tile/0/000", "tile/0/000.p/3", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/1"]
)
def test_what_can_never_change_is_cached_for_ever(log: Log, path: str) -> None:
    """Full tiles, and the beginnings of tiles as far as the log reaches."""
    reply = log.reply(path, {})

    assert (reply.status, reply.headers["cache-control"], reply.headers["content-type"]) == (
        200,
        FOREVER,
        "application/octet-stream",
    )


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/001",
        "tile/0/001.p/45",
        "tile/0/002.p/1",
        "tile/1/000.p/2",
        "tile/2/000.p/1",
        "tile/63/000.p/1",
        "tile/entries/001",
        "tile/entries/001.p/45",
        "tile/0/x000/000",
        "tile/0/../../checkpoint",
        "tile/0/000.p/0",
        "tile/64/000",
        "nothing",
        "",
    ],
)
def test_what_is_not_there_yet_is_not_found_and_not_cached(log: Log, path: str) -> None:
    """A cache that remembers "no such tile" would cut the log off."""
    reply = log.reply(path, {})

    assert (reply.status, reply.headers["cache-control"], json.loads(reply.body)["Code"]) == (
        404,
        "no-store",
        "EntityNotExist.Tile",
    )


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("", False),
        ("gzip;q=0", False),
        ("gzip; q=0.00", False),
        ("x-gzip", False),
    ],
)
def test_entries_are_compressed_for_who_takes_it(log: Log, accepted: str, packed: bool) -> None:
    """And caches are told that there are two forms."""
    plain = log.reply("tile/entries/000", {})
    reply = log.reply("tile/entries/000", {"accept-encoding": accepted})

    body = gzip.decompress(reply.body) if packed else reply.body
    assert (body, reply.headers.get("content-encoding"), reply.headers["vary"]) == (
        plain.body,
        "gzip" if packed else None,
        "accept-encoding",
    )


def test_the_key_and_its_history_are_told(log: Log) -> None:
    """Whoever trusts an earlier key follows the hand-overs to the one in force."""
    notes = [text.encode() for text in json.loads(log.reply("handover", {}).body)["handovers"]]

    chain = handover.successors(OLD.vkey, notes, ORIGIN)
    assert chain[-1] == log.reply("vkey", {}).body.decode().strip()


def test_my_event_is_proved_in_a_file_that_verifies_alone(proofs: Proofs) -> None:
    """What `actiontrail proof` saves."""
    reply = _get(proofs, "/v1/proof/E-137")

    facts = check(reply.body, [SIGNER.vkey]).facts
    assert (facts["index"], facts["size"], facts["account"], facts["event"]["eventId"]) == (
        137,
        300,
        MINE,
        "E-137",
    )
    assert reply.headers == {
        "content-type": "text/plain; charset=utf-8",
        "cache-control": "no-store",
        "content-disposition": 'attachment; filename="entry-137.tlog-proof"',
    }


def test_attack_somebody_elses_event_is_not_told_apart_from_none(proofs: Proofs) -> None:
    """Not even when the searchable copy is wrong about whose it is: the record itself decides."""
    theirs, nobodys = (
        json.loads(_get(proofs, f"/v1/proof/{event_id}").body) for event_id in ("E-7", "E-9999")
    )

    assert (theirs["Code"], nobodys["Code"], theirs["Detail" if "Detail" in theirs else "Message"]) == (
        "EntityNotExist.Event",
        "EntityNotExist.Event",
        "this account has no event with the id 'E-7'",
    )


def test_records_that_follow_one_another_are_proved_together(proofs: Proofs, ledger: Reader) -> None:
    """A receipt of thousands of events is checked in some requests, against the very log that it speaks of."""
    answer = json.loads(_get(proofs, "/v1/proofs?index=100&count=20&size=130").body)
    leaves = [tree.leaf_hash(record.entry(base64.b64decode(line))) for line in answer["records"]]
    root = tree.Edge.from_subtrees(130, tiles.subtree_from_tiles(ledger.tile, 130)).root()

    tree.verify_run(100, 130, leaves, [base64.b64decode(value) for value in answer["hashes"]], root)
    assert (answer["index"], answer["size"], len(leaves)) == (100, 130, 20)


@pytest.mark.parametrize("target", ["/v1/proofs?index=7", "/v1/proofs?index=0&count=20"])
def test_attack_somebody_elses_record_among_mine(proofs: Proofs, target: str) -> None:
    """Whoever knows a place does not read what is there."""
    reply = _get(proofs, target)

    assert (reply.status, json.loads(reply.body)["Code"], b"records" in reply.body) == (
        404,
        "EntityNotExist.Event",
        False,
    )


@pytest.mark.parametrize(
    "query",
    ["", "index=x", "index=300", "index=299&count=2", "index=1&count=0", "index=1&count=501", "index=5&size=5", "index=1&size=301"],
)  # fmt: skip
def test_places_that_the_log_does_not_have_are_refused(proofs: Proofs, query: str) -> None:
    """Before the ledger is asked."""
    reply = _get(proofs, f"/v1/proofs?{query}")

    assert (reply.status, json.loads(reply.body)["Code"]) == (400, "InvalidQueryParameter")


def test_an_event_that_is_not_searchable_yet_is_to_be_asked_for_again(proofs: Proofs) -> None:
    """To say that it is not there would be untrue."""
    reply = _get(proofs, "/v1/proof/E-late")

    assert (reply.status, reply.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize("target", ["/v1/proof/E-137", "/v1/consistency?old=1"])
def test_attack_a_proof_without_a_signature_or_with_an_ingest_token(proofs: Proofs, target: str) -> None:
    """A proof holds the record; who may only record reads nothing."""
    path = target.partition("?")[0]
    unsigned = proofs.reply(target, path, {"host": "actiontrail.test"})
    by_token = proofs.reply(target, path, {"host": "actiontrail.test", "authorization": "Bearer at_good"})

    assert (unsigned.status, by_token.status) == (400, 403)


def test_growth_since_a_kept_checkpoint_is_proved(proofs: Proofs, ledger: Reader) -> None:
    """The kept note and the answer are the two halves of a file that verifies alone."""
    kept = checkpoint.sign(
        checkpoint.Checkpoint(
            ORIGIN, 100, tree.Edge.from_subtrees(100, tiles.subtree_from_tiles(ledger.tile, 100)).root()
        ),
        SIGNER,
    )
    answer = json.loads(_get(proofs, "/v1/consistency?old=100").body)
    hashes = [base64.b64decode(text) for text in answer["hashes"]]

    file = consistency.make(kept, answer["checkpoint"].encode(), hashes)
    assert check(file, [SIGNER.vkey]).facts["newSize"] == 300


@pytest.mark.parametrize(
    "query", ["", "old=", "old=x", "old=-1", "old=01", "old=301", "old=5&new=4", "old=1&new=301", "old=٣"]
)
def test_sizes_that_the_log_never_had_are_refused(proofs: Proofs, query: str) -> None:
    """Every such question is answered before the ledger is asked."""
    reply = _get(proofs, f"/v1/consistency?{query}")

    assert (reply.status, json.loads(reply.body)["Code"]) == (400, "InvalidQueryParameter")


def test_a_proof_between_two_old_sizes_comes_without_a_checkpoint(proofs: Proofs) -> None:
    """The server keeps no old checkpoints, and one made up now would show nothing."""
    answer = json.loads(_get(proofs, "/v1/consistency?old=100&new=200").body)

    assert ("checkpoint" in answer, answer["new"]) == (False, 200)


def test_over_http_paths_come_through_as_they_are(log: Log, proofs: Proofs) -> None:
    """Framework and proxies must not bend `.p/44`, `x001` or an odd event id."""
    app = Litestar([*log_routes(log), *routes(proofs)], openapi_config=None, logging_config=None)
    target = "/v1/proof/odd%2Fid%3F"
    with TestClient(app) as client:
        partial = client.get("/log/tile/0/001.p/44")
        head = client.head("/log/checkpoint")
        missing = client.get("/log/tile/0/x001/000")
        proof = client.get(target, headers=acs3("GET", target).headers)

    assert [len(partial.content), head.status_code, head.content, missing.status_code] == [
        44 * 32,
        200,
        b"",
        404,
    ]
    assert record.parse(receipt.line_in(proof.content)).account == MINE


def test_an_id_with_a_slash_in_it_is_asked_for_as_it_is(ledger: Reader) -> None:
    """As the service keeps such a slash apart from those between the parts of an address: the id has it all the same."""
    asked: list[str] = []

    def find(_: str, event_id: str) -> int:
        asked.append(event_id)
        return 137

    gate = a_gate(Door(a_ring(), now=lambda: NOW), NoPolicies(), now=lambda: NOW)
    app = Litestar(routes(Proofs(gate, ledger, find)), openapi_config=None, logging_config=None)

    async def served(scope: Any, receive: Any, send: Any) -> None:
        await app(slashes_kept(scope), receive, send)

    target = "/v1/proof/..%2F..%2Fa%252Fb"
    with TestClient(served) as client:  # type: ignore[arg-type]
        status = client.get(target, headers=acs3("GET", target).headers).status_code

    assert (status, asked) == (200, ["../../a%2Fb"])
