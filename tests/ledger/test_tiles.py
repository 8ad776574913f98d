"""Tiles: their paths, widths and bundles as C2SP tlog-tiles defines them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kit import naive_tree
from tests.kit.log import LogKit

from actiontrail.ledger import tiles, tree
from actiontrail.ledger.tiles import BadTile, Tile

PAIRS = [
    (Tile(0, 0), "tile/0/000"),
    (Tile(0, 1234067), "tile/0/x001/x234/067"),
    (Tile(1, 999), "tile/1/999"),
    (Tile(1, 1000), "tile/1/x001/000"),
    (Tile(2, 0, 1), "tile/2/000.p/1"),
    (Tile(63, 5, 255), "tile/63/005.p/255"),
    (Tile(None, 273, 112), "tile/entries/273.p/112"),
]


@pytest.mark.parametrize(("tile", "path"), PAIRS)
def test_a_tile_has_one_path_and_the_path_one_tile(tile: Tile, path: str) -> None:
    """The examples of the specification among them."""
    assert (tiles.tile_path(*tile), tiles.parse_path(path)) == (path, tile)


@given(st.none() | st.integers(0, 63), st.integers(0, 2**63 - 1), st.integers(1, 256))
def test_a_path_reads_back_as_the_tile_it_was_written_for(level: int | None, number: int, width: int) -> None:
    """`tile_path` and `parse_path` are each other's inverse."""
    tile = Tile(level, number, width)

    assert tiles.parse_path(tiles.tile_path(*tile)) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/0/x000/000",
        "tile/0/001/234",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/../0/000",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "/tile/0/000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
    ],
)
def test_another_spelling_of_a_path_is_refused(path: str) -> None:
    """A cache in front of the log must not hold one tile under two names, and no path may leave the log."""
    with pytest.raises(BadTile, match="path"):
        tiles.parse_path(path)


def test_a_tree_of_70000_entries_has_the_tiles_of_the_specification() -> None:
    """273 full and one of 112 at level 0; one full and one of 17 at level 1; one of 1 at level 2."""
    widths = {level: [tiles.width(level, number, 70_000) for number in range(275)] for level in range(4)}

    assert widths == {
        0: [256] * 273 + [112, 0],
        1: [256, 17] + [0] * 273,
        2: [1] + [0] * 274,
        3: [0] * 275,
    }


def test_the_tiles_that_grow_hold_what_the_specification_says() -> None:
    """Level k of the tiles holds MTH(D[n * 256**k : (n + 1) * 256**k]), of full subtrees only."""
    entries = naive_tree.entries(256 * 3 + 17)
    log = LogKit().add(*entries)

    assert log.levels == [
        b"".join(naive_tree.tree_hash([entry]) for entry in entries),
        b"".join(naive_tree.tree_hash(entries[start : start + 256]) for start in (0, 256, 512)),
    ]


def test_proofs_across_three_levels_of_tiles_verify() -> None:
    """From 65 536 entries on there is a tile at level 2."""
    log = LogKit().add(*naive_tree.entries(70_000))
    for index in (0, 65_535, 65_536, 69_999):
        honest = log.proof(index)
        tree.verify_inclusion(
            index, 70_000, tree.leaf_hash(b"entry %d" % index), honest.hashes, log.edge.root()
        )

    path = tree.consistency(65_537, 70_000, log.subtree())
    tree.verify_consistency(
        65_537, 70_000, tree.Edge.from_subtrees(65_537, log.subtree()).root(), log.edge.root(), path
    )


def test_a_short_tile_is_found_when_it_is_read() -> None:
    """A truncated file must not become a proof of something else."""
    log = LogKit().add(*naive_tree.entries(300))
    log.levels[0] = log.levels[0][:-32]

    with pytest.raises(BadTile, match=r"tile 1 of level 0 holds 1376 bytes, not 1408"):
        log.subtree(300)(0, 299)


def test_a_subtree_that_the_tree_does_not_have_is_refused() -> None:
    """The last subtrees are not full, and their hashes would change."""
    with pytest.raises(BadTile, match="no subtree"):
        LogKit().add(*naive_tree.entries(300)).subtree()(3, 37)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_a_bundle_reads_back_as_it_was_written(entries: list[bytes]) -> None:
    """`encode_bundle` and `parse_bundle` are each other's inverse."""
    assert tiles.parse_bundle(tiles.encode_bundle(entries)) == entries


@pytest.mark.parametrize("bundle", [b"\0", b"\0\1", b"\0\2a", b"\0\0" * 257])
def test_a_bundle_that_breaks_off_or_is_too_long_is_refused(bundle: bytes) -> None:
    """A torn download is not a shorter log."""
    with pytest.raises(BadTile, match="bundle"):
        tiles.parse_bundle(bundle)
