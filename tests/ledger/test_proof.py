"""Proofs that stand alone, and every attack on them that we claim to detect, each by its name."""

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.kit import naive_tree
from tests.kit.log import ORIGIN, LogKit

from actiontrail.ledger import checkpoint, note, proof, tree
from actiontrail.ledger.checkpoint import BadCheckpoint
from actiontrail.ledger.note import BadNote
from actiontrail.ledger.proof import Proof
from actiontrail.ledger.tree import BadProof

TEST_DATA = os.environ.get("ACTIONTRAIL_TEST_DATA")
ENTRIES = tuple(hashlib.sha256(b"%d" % number).digest() for number in range(300))
LOG = LogKit().add(*ENTRIES)
INDEX = 137


def _verify(candidate: Proof, entry: bytes = ENTRIES[INDEX], log: LogKit = LOG) -> None:
    proof.verify(candidate, entry, [log.verifier], ORIGIN)


def test_a_proof_is_written_as_the_format_says_to_the_byte() -> None:
    """So that verifiers which never heard of us can read it."""
    written = proof.encode(Proof(1, (b"\0" * 32, b"\xff" * 32), b"log.example/one\n", b"more"))

    assert written == (
        b"c2sp.org/tlog-proof@v1\n"
        b"extra bW9yZQ==\n"
        b"index 1\n"
        b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        b"//////////////////////////////////////////8=\n"
        b"\n"
        b"log.example/one\n"
    )


@given(
    st.integers(0, 2**64 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=64),
    st.binary(min_size=1, max_size=200),
    st.none() | st.binary(max_size=100),
)
@example(0, [], b"\n", None)
def test_a_proof_reads_back_as_it_was_written(
    index: int, hashes: list[bytes], note_bytes: bytes, extra: bytes | None
) -> None:
    """`encode` and `parse` are each other's inverse."""
    whole = Proof(index, tuple(hashes), note_bytes, extra)

    assert proof.parse(proof.encode(whole)) == whole


def test_a_true_proof_verifies_and_gives_the_checkpoint_that_shows_it() -> None:
    """The plain case, in logs that end before, at and behind the edge of a tile."""
    sizes = [138, 255, 256, 257, 300]

    shown = [
        proof.verify(LOG.proof(INDEX, size), ENTRIES[INDEX], [LOG.verifier], ORIGIN).size for size in sizes
    ]

    assert shown == sizes


def test_attack_the_entry_was_changed() -> None:
    """A record edited after the fact."""
    with pytest.raises(BadProof, match="another root"):
        _verify(LOG.proof(INDEX), hashlib.sha256(b"137 but friendlier").digest())


@pytest.mark.parametrize("shift", [-1, 1])
def test_attack_index_off_by_one(shift: int) -> None:
    """An event moved before or behind another changes who did what first."""
    with pytest.raises(BadProof):
        _verify(replace(LOG.proof(INDEX), index=INDEX + shift))


@pytest.mark.parametrize("size", range(1, 18))
def test_attack_index_beyond_the_log(size: int) -> None:
    """The arithmetic must not wrap round to an entry that is there."""
    honest = LOG.proof(0, size)
    for index in (size, size + 1, 2 * size, 2**64 - 1):
        with pytest.raises(BadProof, match="there is no entry"):
            _verify(replace(honest, index=index), ENTRIES[0])


def test_attack_truncated_proof() -> None:
    """Fewer hashes could prove an inner node as if it were an entry."""
    honest = LOG.proof(INDEX)
    for kept in range(len(honest.hashes)):
        with pytest.raises(BadProof, match="breaks off"):
            _verify(replace(honest, hashes=honest.hashes[:kept]))


def test_attack_extended_proof() -> None:
    """More hashes than the tree has levels, at either end."""
    honest = LOG.proof(INDEX)
    for longer in ((*honest.hashes, b"\0" * 32), (b"\0" * 32, *honest.hashes)):
        with pytest.raises(BadProof, match="more hashes"):
            _verify(replace(honest, hashes=longer))


def test_attack_one_bit_of_one_hash() -> None:
    """Every hash of the proof matters."""
    honest = LOG.proof(INDEX)
    for place, value in enumerate(honest.hashes):
        hashes = list(honest.hashes)
        hashes[place] = bytes([value[0] ^ 1]) + value[1:]
        with pytest.raises(BadProof, match="another root"):
            _verify(replace(honest, hashes=tuple(hashes)))


def test_attack_an_inner_node_passed_off_as_an_entry() -> None:
    """Leaves and nodes are hashed apart, so 64 bytes of two hashes are no entry one level up."""
    left, right = (tree.leaf_hash(entry) for entry in ENTRIES[:2])
    honest = LOG.proof(0, 4)
    root = checkpoint.verify(honest.checkpoint, [LOG.verifier], ORIGIN).root

    with pytest.raises(BadProof):
        tree.verify_inclusion(0, 2, tree.leaf_hash(left + right), honest.hashes[1:], root)


def test_attack_proof_without_signature() -> None:
    """Anybody can compute hashes; only the signature says whose they are."""
    honest = LOG.proof(INDEX)
    text, _, lines = honest.checkpoint.rpartition(b"\n\n")
    for bare in (text + b"\n", text + b"\n\n", lines):
        with pytest.raises(BadNote, match="without signatures"):
            _verify(replace(honest, checkpoint=bare))


def test_attack_signed_by_a_stranger_under_the_name_of_the_log() -> None:
    """A name is free to take; the key is not."""
    impostor = LogKit(seed=b"\x66" * 32).add(*ENTRIES)

    with pytest.raises(BadNote, match="no trusted key"):
        _verify(impostor.proof(INDEX))


def test_attack_wrong_origin() -> None:
    """One key may serve two logs; a checkpoint of the second says nothing about the first."""
    other = replace(LOG, origin="log.example/two")
    signed_by_ours = note.sign(note.parse(other.checkpoint()).text, LOG.signer)

    with pytest.raises(BadCheckpoint, match="another log"):
        _verify(replace(LOG.proof(INDEX), checkpoint=signed_by_ours))


def test_attack_proof_from_another_log() -> None:
    """The same entry is in two logs; the hashes of one under the checkpoint of the other prove nothing."""
    other = LogKit(seed=b"\x08" * 32).add(*reversed(ENTRIES))

    with pytest.raises(BadProof, match="another root"):
        _verify(replace(other.proof(INDEX), checkpoint=LOG.checkpoint()))


def test_attack_proof_of_another_size() -> None:
    """Hashes for 299 entries under the checkpoint of 300."""
    with pytest.raises(BadProof):
        _verify(replace(LOG.proof(INDEX, 299), checkpoint=LOG.checkpoint()))


def test_attack_stale_checkpoint() -> None:
    """A checkpoint from before the event cannot show that it was recorded."""
    stale = LOG.checkpoint(INDEX)

    with pytest.raises(BadProof, match="there is no entry"):
        _verify(replace(LOG.proof(INDEX), checkpoint=stale))


def test_attack_rollback_to_an_older_size() -> None:
    """Who has seen 300 entries is shown 200: a log never gets shorter."""
    with pytest.raises(BadProof, match="cannot begin"):
        _consistent(LOG, 300, LOG, 200)


def test_attack_swapped_roots() -> None:
    """A proof from old to new is none from new to old."""
    path = tree.consistency(100, 300, LOG.subtree())
    old, new = (naive_tree.tree_hash(ENTRIES[:size]) for size in (100, 300))

    with pytest.raises(BadProof):
        tree.verify_consistency(100, 300, new, old, path)


def test_attack_fork_two_logs_of_one_size() -> None:
    """Two readers are shown two histories of the same length: the roots tell on each other."""
    forked = LogKit().add(*ENTRIES[:-1], b"another story")

    with pytest.raises(BadProof, match="forked"):
        _consistent(LOG, 300, forked, 300)


@pytest.mark.parametrize("old", [1, 2, 127, 128, 200, 255, 256, 257, 299])
def test_attack_fork_that_grew_on(old: int) -> None:
    """A history changed behind the reader's back cannot be joined to what the reader kept, by any proof of either log."""
    changed = [*ENTRIES]
    changed[old - 1] = b"another story"
    forked = LogKit().add(*changed)

    for log in (LOG, forked):
        with pytest.raises(BadProof):
            _consistent(LOG, old, forked, 300, tree.consistency(old, 300, log.subtree()))


def test_attack_rewrite_of_one_old_entry_with_everything_recomputed() -> None:
    """An operator with every key rewrites an early record and signs the whole log anew.

    Each file of the new log agrees with itself. Whoever kept one old checkpoint still sees it: there is
    no proof between the two, however the hashes are chosen from what either log has.
    """
    rewritten = LogKit().add(*ENTRIES[:3], b"nothing happened", *ENTRIES[4:], *ENTRIES)
    assert checkpoint.verify(rewritten.checkpoint(), [LOG.verifier], ORIGIN).size == 600

    for path in (tree.consistency(300, 600, rewritten.subtree()), []):
        with pytest.raises(BadProof):
            _consistent(LOG, 300, rewritten, 600, path)


def test_attack_truncated_or_extended_consistency_proof() -> None:
    """No hash may be missing, and none may be over."""
    path = tree.consistency(137, 300, LOG.subtree())

    for wrong in (path[:-1], path[1:], [*path, b"\0" * 32], [b"\0" * 32, *path], []):
        with pytest.raises(BadProof):
            _consistent(LOG, 137, LOG, 300, wrong)


def test_attack_padded_consistency_proof_is_called_what_it_is() -> None:
    """Hashes beyond the root are refused for being there, before anything is made of them."""
    path = tree.consistency(137, 300, LOG.subtree())

    with pytest.raises(BadProof, match="more hashes"):
        _consistent(LOG, 137, LOG, 300, [*path, b"\0" * 32])


def test_attack_hashes_where_nothing_needs_proof() -> None:
    """Between a checkpoint and itself there is nothing to say; whoever says something is up to something."""
    with pytest.raises(BadProof, match="nothing needs proof"):
        _consistent(LOG, 300, LOG, 300, [b"\0" * 32])


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"", "without its checkpoint"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\n\n", "without its checkpoint"),
        (b"c2sp.org/tlog-proof@v2\nindex 0\n\nx", "first line"),
        (b"c2sp.org/tlog-proof@v1\n\nx", "without the index"),
        (b"c2sp.org/tlog-proof@v1\nindex 01\n\nx", "without the index"),
        (b"c2sp.org/tlog-proof@v1\nindex +1\n\nx", "without the index"),
        (b"c2sp.org/tlog-proof@v1\nindex 18446744073709551616\n\nx", "without the index"),
        (b"c2sp.org/tlog-proof@v1\nindex 1\nextra AAAA\n\nx", "not base64"),
        (b"c2sp.org/tlog-proof@v1\nextra A\nindex 1\n\nx", "extra"),
        (b"c2sp.org/tlog-proof@v1\nextra AAB=\nindex 1\n\nx", "how base64 writes"),
        (b"c2sp.org/tlog-proof@v1\nextra AAAA\nextra AAAA\nindex 1\n\nx", "without the index"),
        (b"c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx", "3 bytes"),
        (b"c2sp.org/tlog-proof@v1\r\nindex 1\r\n\n\nx", "first line"),
        (
            b"c2sp.org/tlog-proof@v1\nindex 1\n"
            + b"A" * 43
            + b"=\n" * 1
            + (b"A" * 43 + b"=\n") * 64
            + b"\nx",
            "65 hashes",
        ),
        (b"c2sp.org/tlog-proof@v1\nindex 1\n\n" + b"x" * (note.NOTE_BYTES_MAX + 1), "are the most"),
    ],
)
def test_a_proof_that_is_not_as_the_format_says_is_refused(bad: bytes, why: str) -> None:
    """Every file has one meaning or none."""
    with pytest.raises(BadProof, match=why):
        proof.parse(bad)


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 400))
@settings(max_examples=300)
def test_garbage_is_refused_and_never_breaks_the_parser(garbage: bytes, start: int, end: int) -> None:
    """Proof files come from strangers, whole, torn and patched."""
    whole = proof.encode(LOG.proof(INDEX, extra=b"extra"))
    for candidate in (garbage, whole[:start] + garbage + whole[end:]):
        try:
            proof.parse(candidate)
        except BadProof:
            continue


@pytest.mark.skipif(not TEST_DATA, reason="ACTIONTRAIL_TEST_DATA is not set")
def test_published_bad_proofs_are_refused() -> None:
    """What other implementations refuse."""
    vectors: list[dict[str, Any]] = json.loads(
        Path(TEST_DATA or "", "tlog", "note_checkpoint_vectors.json").read_text()
    )["tlog_proofs_bad"]
    for vector in vectors:
        with pytest.raises(BadProof):
            proof.parse(vector["proof"].encode())


def _consistent(
    old_log: LogKit, old: int, new_log: LogKit, new: int, path: list[bytes] | None = None
) -> None:
    """What an auditor does who kept `old_log`'s checkpoint and is now shown `new_log`'s."""
    roots = [
        checkpoint.verify(log.checkpoint(size), [LOG.verifier], ORIGIN).root
        for log, size in ((old_log, old), (new_log, new))
    ]
    if path is None:
        path = tree.consistency(old, new, new_log.subtree(new)) if old <= new else []
    tree.verify_consistency(old, new, roots[0], roots[1], path)
