"""So many calls a second, per account and operation; the rest are told when to come back.

How many stands in each operation's row, unless the operator has chosen otherwise.

A bucket holds one second's worth of calls, so a quiet account may send that many at once. Accounts
that have been quiet for a second cost no memory.
"""

import threading
from collections.abc import Callable, Mapping

from actiontrail.errors import Refusal

_BUCKETS_MAX = 10_000


class Throttled(Refusal):
    """The account has made more calls of this operation than it may; `retry_after` is in seconds."""

    def __init__(self, operation: str, rate: int, retry_after: float) -> None:
        super().__init__(f"more than {rate} calls of {operation} a second; come back in {retry_after:.3f} s")
        self.retry_after = retry_after


class Throttle:
    """Counts calls. `chosen` are the operator's rates, by operation. Safe to share between threads."""

    def __init__(self, chosen: Mapping[str, int], *, now: Callable[[], float]) -> None:
        self._chosen = chosen
        self._now = now
        self._lock = threading.Lock()
        self._full_at: dict[tuple[str, str], float] = {}  # when the bucket will be full again

    def take(self, account: str, operation: str, usual: int) -> None:
        """One call; `usual` is the row's rate. Raises `Throttled` if it is one too many; that call does not count."""
        now = self._now()
        rate = self._chosen.get(operation, usual)
        with self._lock:
            if len(self._full_at) >= _BUCKETS_MAX:
                self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
            full_at = max(self._full_at.get((account, operation), now), now) + 1 / rate
            if full_at - now > 1 + 1e-9:
                raise Throttled(operation, rate, full_at - now - 1)
            self._full_at[account, operation] = full_at
