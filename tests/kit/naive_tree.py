"""The Merkle tree exactly as RFC 6962 section 2.1 defines it, recursive and slow: what ours must agree with."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def entries(count: int) -> tuple[bytes, ...]:
    """Some different entries."""
    return tuple(b"entry %d" % number for number in range(count))


def tree_hash(data: Sequence[bytes]) -> bytes:
    """MTH(D[n])."""
    return _tree_hash(tuple(data))


@lru_cache(maxsize=200_000)
def _tree_hash(data: tuple[bytes, ...]) -> bytes:
    if not data:
        return _sha256(b"")
    if len(data) == 1:
        return _sha256(b"\x00" + data[0])
    k = _k(len(data))
    return _sha256(b"\x01" + _tree_hash(data[:k]) + _tree_hash(data[k:]))


def path(m: int, data: tuple[bytes, ...]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(data) == 1:
        return []
    k = _k(len(data))
    if m < k:
        return [*path(m, data[:k]), tree_hash(data[k:])]
    return [*path(m - k, data[k:]), tree_hash(data[:k])]


def proof(m: int, data: tuple[bytes, ...]) -> list[bytes]:
    """PROOF(m, D[n])."""
    return _subproof(m, data, whole=True)


def _subproof(m: int, data: tuple[bytes, ...], *, whole: bool) -> list[bytes]:
    if m == len(data):
        return [] if whole else [tree_hash(data)]
    k = _k(len(data))
    if m <= k:
        return [*_subproof(m, data[:k], whole=whole), tree_hash(data[k:])]
    return [*_subproof(m - k, data[k:], whole=False), tree_hash(data[:k])]


def _k(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k
