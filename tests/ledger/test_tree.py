"""The tree against RFC 6962, by a second, naive implementation and by published vectors."""

import base64
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit import naive_tree
from tests.kit.log import LogKit

from actiontrail.ledger import tree
from actiontrail.ledger.tree import BadProof, Edge

SIZE = 300
ENTRIES = naive_tree.entries(SIZE)
LOG = LogKit().add(*ENTRIES)
TEST_DATA = os.environ.get("ACTIONTRAIL_TEST_DATA")
sizes = st.integers(1, SIZE)


def _vectors(kind: str) -> list[Path]:
    return sorted(Path(TEST_DATA, "tlog", "merkle", kind).rglob("*.json")) if TEST_DATA else []


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def test_every_root_up_to_300_entries_is_that_of_the_rfc() -> None:
    """The root is what is signed: one wrong bit and nobody else could check anything."""
    edge, roots = Edge(), [Edge().root()]
    for entry in ENTRIES:
        edge = edge.append(tree.leaf_hash(entry)).edge
        roots.append(edge.root())

    assert roots == [naive_tree.tree_hash(ENTRIES[:size]) for size in range(SIZE + 1)]


def test_known_answers_of_the_empty_tree_and_of_one_empty_entry() -> None:
    """SHA-256 of nothing and of a zero byte, as `printf '' | sha256sum` prints them."""
    assert (tree.root([]).hex(), tree.root([b""]).hex()) == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    )


@given(st.lists(st.integers(0, 700), max_size=8))
@settings(max_examples=60, deadline=None)
def test_how_entries_are_grouped_into_rounds_changes_neither_edge_nor_tiles(rounds: list[int]) -> None:
    """The sequencer cuts rounds by load; the log must not show it."""
    entries = naive_tree.entries(sum(rounds))
    at_once, by_rounds, done = LogKit().add(*entries), LogKit(), 0
    for count in rounds:
        by_rounds.add(*entries[done : done + count])
        done += count

    assert (by_rounds.edge, by_rounds.levels) == (at_once.edge, at_once.levels)


def test_a_batch_that_is_dropped_leaves_the_edge_as_it_was() -> None:
    """A round that fails before its point of no return must have changed nothing."""
    before = (LOG.edge.size, LOG.edge.root())

    LOG.edge.append(tree.leaf_hash(b"never happened"))

    assert (LOG.edge.size, LOG.edge.root()) == before


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 299, 300])
def test_an_edge_read_from_tiles_is_the_edge_that_grew(size: int) -> None:
    """After a restart the ledger goes on from what is stored."""
    assert Edge.from_subtrees(size, LOG.subtree(size)) == LogKit().add(*ENTRIES[:size]).edge


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_every_inclusion_proof_is_that_of_the_rfc_and_verifies(data: st.DataObject) -> None:
    """Third-party verifiers know only the RFC."""
    size = data.draw(sizes)
    index = data.draw(st.integers(0, size - 1))

    proof = tree.inclusion(index, size, LOG.subtree(size))
    tree.verify_inclusion(
        index, size, tree.leaf_hash(ENTRIES[index]), proof, naive_tree.tree_hash(ENTRIES[:size])
    )

    assert proof == naive_tree.path(index, ENTRIES[:size])


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_every_consistency_proof_is_that_of_the_rfc_and_verifies(data: st.DataObject) -> None:
    """Witnesses know only the RFC."""
    new = data.draw(sizes)
    old = data.draw(st.integers(1, new))

    proof = tree.consistency(old, new, LOG.subtree(new))
    roots = [naive_tree.tree_hash(ENTRIES[:size]) for size in (old, new)]
    tree.verify_consistency(old, new, roots[0], roots[1], proof)

    assert proof == naive_tree.proof(old, ENTRIES[:new])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 64, 255, 256, 257, SIZE])
def test_every_proof_of_one_size_is_that_of_the_rfc(size: int) -> None:
    """The sizes around powers of two and tiles, whole, whatever the random search above has drawn."""
    subtree = LOG.subtree(size)
    ours = [tree.inclusion(index, size, subtree) for index in range(size)]
    ours += [tree.consistency(old, size, subtree) for old in range(1, size + 1)]

    rfc = [naive_tree.path(index, ENTRIES[:size]) for index in range(size)]
    rfc += [naive_tree.proof(old, ENTRIES[:size]) for old in range(1, size + 1)]
    assert ours == rfc


@given(st.data())
@settings(max_examples=200)
def test_a_run_of_entries_is_proved_by_the_nodes_beside_it(data: st.DataObject) -> None:
    """In any tree, from any place to any other; and nothing else passes for it."""
    size = data.draw(sizes)
    start = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(start + 1, size))
    leaves = [tree.leaf_hash(entry) for entry in ENTRIES[start:end]]
    root = naive_tree.tree_hash(ENTRIES[:size])
    proof = tree.run(start, end, size, LOG.subtree(size))

    tree.verify_run(start, size, leaves, proof, root)
    wrong = data.draw(st.integers(0, len(leaves) - 1))
    altered = [*leaves[:wrong], bytes(32), *leaves[wrong + 1 :]]
    for tried in ((altered, proof), (leaves, [*proof, bytes(32)]), (leaves[1:], proof), (leaves, proof[1:])):
        if tried != (leaves, proof):
            with pytest.raises(BadProof):
                tree.verify_run(start, size, *tried, root)


def test_from_the_empty_log_nothing_needs_proof_but_its_root_must_be_true() -> None:
    """An auditor may have kept the checkpoint of the day the log was made."""
    tree.verify_consistency(0, SIZE, tree.EMPTY_ROOT, LOG.edge.root(), [])

    with pytest.raises(BadProof, match="empty tree"):
        tree.verify_consistency(0, SIZE, b"\0" * 32, LOG.edge.root(), [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 5), (5, 5), (0, 2**64)])
def test_a_proof_for_an_entry_that_is_not_there_is_a_bug_of_the_caller(index: int, size: int) -> None:
    """Sizes from outside are checked at the edge; here they must never be turned into some proof."""
    with pytest.raises(ValueError, match="no entry"):
        tree.inclusion(index, size, LOG.subtree())


@pytest.mark.skipif(not TEST_DATA, reason="ACTIONTRAIL_TEST_DATA is not set")
@pytest.mark.parametrize("path", _vectors("inclusion"), ids=str)
def test_a_published_inclusion_vector(path: Path) -> None:
    """Vectors that other implementations agree on, most of them attacks."""
    vector = json.loads(path.read_text())
    proof = [_bytes(value) for value in vector["proof"] or ()]
    try:
        tree.verify_inclusion(
            vector["leafIdx"], vector["treeSize"], _bytes(vector["leafHash"]), proof, _bytes(vector["root"])
        )
        refused = False
    except BadProof:
        refused = True

    assert refused == vector["wantErr"]


@pytest.mark.skipif(not TEST_DATA, reason="ACTIONTRAIL_TEST_DATA is not set")
@pytest.mark.parametrize("path", _vectors("consistency"), ids=str)
def test_a_published_consistency_vector(path: Path) -> None:
    """Vectors that other implementations agree on, most of them attacks."""
    vector = json.loads(path.read_text())
    proof = [_bytes(value) for value in vector["proof"] or ()]
    try:
        tree.verify_consistency(
            vector["size1"], vector["size2"], _bytes(vector["root1"]), _bytes(vector["root2"]), proof
        )
        refused = False
    except BadProof:
        refused = True

    assert refused == vector["wantErr"]
