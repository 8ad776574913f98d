"""The Merkle tree of RFC 6962, over SHA-256: roots, proofs, and the right edge that grows. Pure.

Nothing here keeps the whole tree. A tree of n entries is known by its *edge*, at most 64 hashes, and
every other hash is asked for by name: `subtree(level, position)` is the root of the perfect subtree of
2**level entries that starts at entry `position << level`. Such a hash never changes once it exists.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from actiontrail.errors import Corruption

HASH_BYTES = 32
SIZE_MAX = 2**64 - 1
TILE_HEIGHT = 8
EMPTY_ROOT = hashlib.sha256(b"").digest()
_LEAF = b"\x00"
_NODE = b"\x01"
_sha256 = hashlib.sha256

Subtree = Callable[[int, int], bytes]


class BadProof(Corruption):
    """A proof does not show what it was said to show."""


def leaf_hash(entry: bytes) -> bytes:
    """The leaf that stands for `entry` in the tree."""
    return _sha256(_LEAF + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> bytes:
    """The leaves of `entries`, one after the other, as `Edge.append` takes them."""
    return b"".join([_sha256(_LEAF + entry).digest() for entry in entries])


def node_hash(left: bytes, right: bytes) -> bytes:
    """The node above `left` and `right`."""
    return _sha256(_NODE + left + right).digest()


def root(entries: Iterable[bytes]) -> bytes:
    """The root of the tree over `entries`."""
    return Edge().append(leaf_hashes(entries)).edge.root()


class Grown(NamedTuple):
    """A longer tree, and what it adds to the tiles.

    `tiles[k]` holds the new hashes of tile level k, in order, 32 bytes each; levels that gained nothing
    are empty or left out at the end. Appending each to its level keeps the tiles of the whole tree.
    """

    edge: "Edge"
    tiles: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a tree: its size, and its perfect subtrees from the smallest to the largest.

    A value: `append` leaves it as it was, so a round that fails has nothing to undo.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an edge whose size and hashes cannot belong together."""
        assert 0 <= self.size <= SIZE_MAX
        assert len(self.hashes) == self.size.bit_count()

    @classmethod
    def from_subtrees(cls, size: int, subtree: Subtree) -> Self:
        """The edge of the tree of `size` entries, read from what is stored."""
        return cls(size, tuple(_subtrees_of(0, size, subtree)))

    def append(self, leaves: bytes) -> Grown:
        """The tree with `leaves`, which are leaf hashes one after the other, behind its last entry.

        Works level by level over the whole batch: one hash per leaf, and no step per leaf beside it.
        """
        assert len(leaves) % HASH_BYTES == 0
        waiting = list(self.hashes)
        edge: list[bytes] = []
        tiles: list[bytes] = []
        size, level, new = self.size, 0, leaves
        while new or waiting:
            if level % TILE_HEIGHT == 0:
                tiles.append(new)
            if size >> level & 1:
                new = waiting.pop(0) + new
            if len(new) % (2 * HASH_BYTES):
                edge.append(new[-HASH_BYTES:])
            new = _parents(new)
            level += 1
        while tiles and not tiles[-1]:
            tiles.pop()
        return Grown(Edge(size + len(leaves) // HASH_BYTES, tuple(edge)), tuple(tiles))

    def root(self) -> bytes:
        """The root of the tree."""
        return _fold(self.hashes)


def _parents(hashes: bytes) -> bytes:
    """The nodes above each pair in `hashes`; an odd one at the end waits for its neighbour."""
    pairs = range(0, len(hashes) - 2 * HASH_BYTES + 1, 2 * HASH_BYTES)
    return b"".join([_sha256(_NODE + hashes[at : at + 64]).digest() for at in pairs])


def _fold(hashes: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees, given from the smallest (rightmost) to the largest."""
    if not hashes:
        return EMPTY_ROOT
    right = hashes[0]
    for left in hashes[1:]:
        right = _sha256(_NODE + left + right).digest()
    return right


def _subtrees_of(start: int, count: int, subtree: Subtree) -> list[bytes]:
    """The perfect subtrees over entries [start, start + count), from the smallest to the largest.

    `start` is a multiple of the largest; in a tree of RFC 6962 every node's range is like that.
    """
    end = start + count
    levels = [level for level in range(count.bit_length()) if count >> level & 1]
    return [subtree(level, (end >> level) - 1) for level in levels]


def _range_root(start: int, end: int, subtree: Subtree) -> bytes:
    """The root of the tree over entries [start, end)."""
    return _fold(_subtrees_of(start, end - start, subtree))


def _split(start: int, end: int) -> int:
    """Where RFC 6962 parts the entries [start, end): behind the largest power of two below their count."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def inclusion(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The hashes that lead from the leaf at `index` to the root of the tree of `size`, leaf's neighbour first."""
    if not 0 <= index < size <= SIZE_MAX:
        raise ValueError(f"no entry {index} in a tree of {size} entries")
    start, end = 0, size
    path: list[bytes] = []
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            path.append(_range_root(middle, end, subtree))
            end = middle
        else:
            path.append(_range_root(start, middle, subtree))
            start = middle
    path.reverse()
    return path


def run(start: int, end: int, size: int, subtree: Subtree) -> list[bytes]:
    """The hashes that, with the leaves [start, end), lead to the root of the tree of `size`; from the left to the right."""
    if not 0 <= start < end <= size <= SIZE_MAX:
        raise ValueError(f"no entries {start} to {end} in a tree of {size} entries")

    def beside(low: int, high: int) -> list[bytes]:
        if start <= low and high <= end:
            return []
        if high <= start or end <= low:
            return [_range_root(low, high, subtree)]
        middle = _split(low, high)
        return beside(low, middle) + beside(middle, high)

    return beside(0, size)


def verify_run(start: int, size: int, leaves: Sequence[bytes], proof: Sequence[bytes], root: bytes) -> None:
    """The tree of `size` with `root` holds `leaves`, one after the other, from `start` on, or `BadProof`."""
    end = start + len(leaves)
    if not 0 <= start < end <= size <= SIZE_MAX:
        raise BadProof(f"there are no entries {start} to {end} in a tree of {size} entries")
    _check_hashes([*leaves, *proof, root])
    waiting = list(proof)

    def node(low: int, high: int) -> bytes:
        if start <= low and high <= end:
            return Edge().append(b"".join(leaves[low - start : high - start])).edge.root()
        if high <= start or end <= low:
            if not waiting:
                raise BadProof(f"the proof of entries {start} to {end} has a hash too few")
            return waiting.pop(0)
        middle = _split(low, high)
        left = node(low, middle)
        return node_hash(left, node(middle, high))

    seen = node(0, size)
    if waiting:
        raise BadProof(f"the proof of entries {start} to {end} has a hash too many")
    if seen != root:
        raise BadProof(
            f"entries {start} to {end} are not in this tree of {size} entries: the proof leads to another root"
        )


def consistency(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """The hashes that show the tree of `old` entries to be the beginning of the tree of `new`."""
    if not 0 <= old <= new <= SIZE_MAX:
        raise ValueError(f"no tree of {new} entries begins with a tree of {old}")
    if old in {0, new}:
        return []
    start, end = 0, new
    path: list[bytes] = []
    while end != old:
        middle = _split(start, end)
        if old <= middle:
            path.append(_range_root(middle, end, subtree))
            end = middle
        else:
            path.append(_range_root(start, middle, subtree))
            start = middle
    if start:  # the old tree is more than its last part, which the verifier must then be told
        path.append(_range_root(start, end, subtree))
    path.reverse()
    return path


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """The tree of `size` with `root` holds `leaf` at `index`, or `BadProof`."""
    if not 0 <= index < size <= SIZE_MAX:
        raise BadProof(f"there is no entry {index} in a tree of {size} entries")
    _check_hashes([leaf, *proof, root])
    node, last, seen = index, size - 1, leaf
    for neighbour in proof:
        if last == 0:
            raise BadProof(
                f"the proof of entry {index} has more hashes ({len(proof)}) than a tree of {size} entries has levels"
            )
        if node & 1 or node == last:
            seen = node_hash(neighbour, seen)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            seen = node_hash(seen, neighbour)
        node, last = node >> 1, last >> 1
    if last:
        raise BadProof(
            f"the proof of entry {index} in a tree of {size} entries breaks off after {len(proof)} hashes"
        )
    if seen != root:
        raise BadProof(
            f"entry {index} is not in this tree of {size} entries: the proof leads to another root"
        )


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """The tree of `new` entries begins with the tree of `old`, nothing changed or taken out, or `BadProof`."""
    if not 0 <= old <= new <= SIZE_MAX:
        raise BadProof(f"a tree of {new} entries cannot begin with one of {old}")
    if old in {0, new}:
        _verify_trivial(old, new, old_root, new_root, proof)
        return
    _check_hashes([old_root, new_root, *proof])
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    hashes = (
        list(proof) if node else [old_root, *proof]
    )  # an old tree that is one perfect subtree is known by its root
    if not hashes:
        raise BadProof("the proof of consistency is empty")
    seen_old = seen_new = hashes[0]
    for neighbour in hashes[1:]:
        if last == 0:
            raise BadProof(
                f"the proof of consistency has more hashes ({len(proof)}) than a tree of {new} entries has levels"
            )
        if node & 1 or node == last:
            seen_old, seen_new = node_hash(neighbour, seen_old), node_hash(neighbour, seen_new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            seen_new = node_hash(seen_new, neighbour)
        node, last = node >> 1, last >> 1
    if last:
        raise BadProof(
            f"the proof of consistency from {old} to {new} entries breaks off after {len(proof)} hashes"
        )
    if seen_old != old_root:
        raise BadProof(
            f"the proof of consistency leads to another root for the tree of {old} entries: what it held was changed"
        )
    if seen_new != new_root:
        raise BadProof(f"the proof of consistency leads to another root for the tree of {new} entries")


def _verify_trivial(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Nothing, or the same size: there is nothing to prove, and the roots speak for themselves."""
    if proof:
        raise BadProof(f"from {old} to {new} entries nothing needs proof, but there are {len(proof)} hashes")
    if old == 0 and old_root != EMPTY_ROOT:
        raise BadProof("the root of the empty tree is not the one that it always has")
    if old == new and old_root != new_root:
        raise BadProof(f"two roots for one size, {new}: the log has forked")
    if old < new:
        _check_hashes([new_root])


def _check_hashes(hashes: Sequence[bytes]) -> None:
    for value in hashes:
        if len(value) != HASH_BYTES:
            raise BadProof(f"a hash of {len(value)} bytes where SHA-256 has {HASH_BYTES}")
