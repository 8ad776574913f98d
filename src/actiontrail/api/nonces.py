"""Nonces that were used: no signed request counts twice.

Memory is bounded without ever letting a replay in: when too many are remembered, the oldest minute
is forgotten and requests dated that early or earlier are refused as too old from then on. Under such a load
a client whose clock runs behind is refused sooner; a replay is refused always.
"""

import hashlib
import threading

from actiontrail.errors import Refusal

NONCES_MAX = 1_000_000
_BUCKET_SECONDS = 60


class NonceUsed(Refusal):
    """The access key has sent this nonce already."""


class TooOld(Refusal):
    """The request is dated earlier than nonces are remembered."""


class Nonces:
    """What was used within the clock window. Safe to share between threads."""

    def __init__(self, *, window_seconds: int, most: int = NONCES_MAX) -> None:
        self._window = window_seconds
        self._most = most
        self._lock = threading.Lock()
        self._buckets: dict[int, set[bytes]] = {}
        self._count = 0
        self._floor = -1  # no bucket up to this one is accepted

    def take(self, access_key_id: str, nonce: str, *, dated: float, now: float) -> None:
        """Use `nonce` up. Raises `NonceUsed` if it was used, `TooOld` if that cannot be told any more."""
        bucket = int(dated // _BUCKET_SECONDS)
        mark = hashlib.sha256(f"{access_key_id}\n{nonce}".encode()).digest()[:16]
        with self._lock:
            self._forget(int((now - self._window) // _BUCKET_SECONDS) - 1)
            if bucket <= self._floor:
                raise TooOld(
                    "the request is dated too far back for us to know whether it is a replay; set the clock"
                )
            if any(mark in seen for seen in self._buckets.values()):
                raise NonceUsed(
                    "this nonce was used before; send every request, a repeat too, with a new one"
                )
            if self._count >= self._most:
                self._forget(min(self._buckets))
                if bucket <= self._floor:
                    raise TooOld(
                        "the request is dated too far back for us to remember it among so many; set the clock"
                    )
            self._buckets.setdefault(bucket, set()).add(mark)
            self._count += 1

    def _forget(self, until: int) -> None:
        """Drop the buckets up to `until`, and accept nothing dated in them any more."""
        self._floor = max(self._floor, until)
        for bucket in [bucket for bucket in self._buckets if bucket <= until]:
            self._count -= len(self._buckets.pop(bucket))
