"""Tiles: the tree cut into files of 256 hashes, and the entries into bundles of 256 (C2SP tlog-tiles). Pure.

A full tile never changes. Which partial tiles there are follows from the size of the tree alone, so
`width` answers every question of what exists, and nothing needs to be listed.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from actiontrail.errors import Corruption, Refusal
from actiontrail.ledger.tree import HASH_BYTES, TILE_HEIGHT, Subtree, node_hash

FULL = 256
LEVEL_MAX = 63
ENTRY_BYTES_MAX = 2**16 - 1
_NUMBER_MAX = 2**63 - 1
_NUMBER_DIGITS = 3
_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")

ReadTile = Callable[[int, int, int], bytes]


class BadTile(Corruption):
    """A tile, a bundle or a tile's path is not what the format allows."""


class NoSuchTile(Refusal):
    """The log has no such tile, or not yet."""


class Tile(NamedTuple):
    """One tile by name: its level (None: a bundle of entries), its number in the level, how much it holds."""

    level: int | None
    number: int
    width: int = FULL


def tile_path(level: int | None, number: int, width: int = FULL) -> str:
    """The path of a tile under a log's prefix; level None means the bundle of entries."""
    assert level is None or 0 <= level <= LEVEL_MAX
    assert 0 <= number <= _NUMBER_MAX
    assert 0 < width <= FULL
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // _NUMBER_DIGITS) * _NUMBER_DIGITS)
    parts = [digits[at : at + _NUMBER_DIGITS] for at in range(0, len(digits), _NUMBER_DIGITS)]
    name = "/".join([f"x{part}" for part in parts[:-1]] + parts[-1:])
    partial = "" if width == FULL else f".p/{width}"
    return f"tile/{'entries' if level is None else level}/{name}{partial}"


def parse_path(path: str) -> Tile:
    """The tile that `path` names, or `BadTile`. Each tile has one path; other spellings of it are refused."""
    found = _PATH.fullmatch(path)
    if not found:
        raise BadTile(f"not the path of a tile: {path[:100]!r}; like tile/0/x001/234 or tile/entries/000.p/7")
    level = None if found[1] == "entries" else int(found[1])
    number = int(found[2].replace("x", "").replace("/", ""))
    tile = Tile(level, number, int(found[3]) if found[3] else FULL)
    named = (level is None or level <= LEVEL_MAX) and number <= _NUMBER_MAX and tile.width <= FULL
    if not named or tile_path(*tile) != path:
        raise BadTile(f"not how the path of a tile is written: {path[:100]!r}")
    return tile


def width(level: int | None, number: int, size: int) -> int:
    """How many hashes the tile holds in the tree of `size`; 0: there is no such tile."""
    in_level = size >> (TILE_HEIGHT * (level or 0))
    return max(0, min(FULL, in_level - number * FULL))


def subtree_from_tiles(read_tile: ReadTile, size: int) -> Subtree:
    """Subtree hashes worked out from the tiles of the tree of `size`, each read at the width it has there.

    Keeps the tiles it has read: make one for each proof. A tile shorter than its width is `BadTile`.
    """
    kept: dict[tuple[int, int], bytes] = {}

    def tile(level: int, number: int) -> bytes:
        data = kept.get((level, number))
        if data is None:
            wanted = width(level, number, size)
            data = read_tile(level, number, wanted) if wanted else b""
            if len(data) != wanted * HASH_BYTES:
                raise BadTile(
                    f"tile {number} of level {level} holds {len(data)} bytes, not {wanted * HASH_BYTES}"
                )
            kept[level, number] = data
        return data

    def subtree(level: int, position: int) -> bytes:
        tile_level, above = divmod(level, TILE_HEIGHT)
        number, first = divmod(position << above, FULL)
        hashes = tile(tile_level, number)[first * HASH_BYTES : (first + (1 << above)) * HASH_BYTES]
        if len(hashes) != HASH_BYTES << above:
            raise BadTile(f"no subtree {position} of 2^{level} entries in a tree of {size}")
        return _perfect_root(hashes)

    return subtree


def _perfect_root(hashes: bytes) -> bytes:
    """The root over a power of two of `hashes`."""
    while len(hashes) > HASH_BYTES:
        hashes = b"".join(
            [node_hash(hashes[at : at + 32], hashes[at + 32 : at + 64]) for at in range(0, len(hashes), 64)]
        )
    return hashes


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """The bundle that holds `entries`, each behind its length."""
    assert 0 < len(entries) <= FULL
    assert all(len(entry) <= ENTRY_BYTES_MAX for entry in entries)
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def parse_bundle(bundle: bytes) -> list[bytes]:
    """The entries of `bundle`, at most 256, or `BadTile`."""
    entries: list[bytes] = []
    at = 0
    while at < len(bundle):
        start = at + 2
        at = start + int.from_bytes(bundle[at:start], "big")
        if at > len(bundle) or start > len(bundle):
            raise BadTile(f"the bundle breaks off inside its entry {len(entries)}")
        if len(entries) == FULL:
            raise BadTile(f"a bundle of more than {FULL} entries")
        entries.append(bundle[start:at])
    return entries
