"""Wrong passwords are counted, and each makes the next try wait longer: by name, whether anybody has it, and by address.

The first few mistakes are free. Then a name is locked for a time that doubles with every further mistake, up to a
quarter of an hour; time unlocks it, or an administrator does. A try is counted before it is judged, so that
many at once are no way around it.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa

from actiontrail.errors import Refusal
from actiontrail.store.database import Database

FREE = 5  # mistakes in a row that cost nothing
FIRST_SECONDS, LONGEST_SECONDS = 15, 900
FORGOTTEN_SECONDS = 24 * 3600
NAMES_MAX = 50_000  # of names that nobody has too, so that trying names fills nothing
PER_ADDRESS, ADDRESS_SECONDS = 60, 60  # tries: an office behind one address, and not a list of names
ADDRESSES_MAX = 20_000
_ONE = sa.text("SELECT failures, locked_until, last FROM guesses WHERE name = :name")
_PUT = sa.text(
    "INSERT INTO guesses (name, failures, locked_until, last) VALUES (:name, :failures, :locked_until, :last)"
    " ON CONFLICT (name) DO UPDATE SET failures = :failures, locked_until = :locked_until, last = :last"
)
_FORGET = sa.text("DELETE FROM guesses WHERE name = :name")
_FORGET_OLD = sa.text("DELETE FROM guesses WHERE last < :before")
_COUNT = sa.text("SELECT count(*) FROM guesses")


class SigninLocked(Refusal):
    """There were too many wrong passwords; `retry_after` is in seconds."""

    def __init__(self, seconds: float) -> None:
        self.retry_after = max(1.0, seconds)
        super().__init__(f"too many attempts; try again in {self.retry_after:.0f} seconds")


class Standing(NamedTuple):
    """A name's mistakes in a row, and for how many seconds more it is locked."""

    mistakes: int
    locked_seconds: int


def pause(failures: int) -> int:
    """For how many seconds a name is locked after so many mistakes in a row. Pure."""
    if failures < FREE:
        return 0
    return min(FIRST_SECONDS << min(failures - FREE, 20), LONGEST_SECONDS)


class Guesses:
    """The table `guesses`, and tries by address in memory. Safe to share between threads."""

    def __init__(self, database: Database, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now
        self._lock = threading.Lock()
        self._tries: dict[str, tuple[float, float]] = {}  # address → tries left, as of

    def begin(self, account: str, user_name: str, address: str) -> None:
        """Count one try, as a mistake until `right` says otherwise. Raises `SigninLocked`; that try does not count."""
        self.try_from(address)
        now = int(self._now())
        name = _name(account, user_name)
        with self._database.begin() as connection:
            row = connection.execute(_ONE, {"name": name}).first()
            failures = 0 if row is None or row.last < now - FORGOTTEN_SECONDS else int(row.failures)
            if row is not None and row.locked_until > now:
                raise SigninLocked(row.locked_until - now)
            if row is None and connection.execute(_COUNT).scalar_one() >= NAMES_MAX:
                connection.execute(_FORGET_OLD, {"before": now - 3600})
                if connection.execute(_COUNT).scalar_one() >= NAMES_MAX:
                    raise SigninLocked(60)
            failures += 1
            until = now + pause(failures)
            connection.execute(_PUT, {"name": name, "failures": failures, "locked_until": until, "last": now})

    def right(self, account: str, user_name: str) -> None:
        """The try was right: the name's mistakes are forgotten."""
        self.unlock(account, user_name)

    def unlock(self, account: str, user_name: str) -> bool:
        """Forget a name's mistakes; whether there were any."""
        with self._database.begin() as connection:
            return connection.execute(_FORGET, {"name": _name(account, user_name)}).rowcount > 0

    def standing(self, account: str, user_name: str) -> Standing:
        """How a name stands now."""
        now = int(self._now())
        with self._database.read() as connection:
            row = connection.execute(_ONE, {"name": _name(account, user_name)}).first()
        if row is None or row.last < now - FORGOTTEN_SECONDS:
            return Standing(0, 0)
        return Standing(int(row.failures), max(0, int(row.locked_until) - now))

    def try_from(self, address: str) -> None:
        """One try of the address: so many are there at once, and come back evenly. Raises `SigninLocked`."""
        now = self._now()
        with self._lock:
            if len(self._tries) >= ADDRESSES_MAX:
                self._tries = {
                    key: (left, since)
                    for key, (left, since) in self._tries.items()
                    if now - since < ADDRESS_SECONDS
                }
                if len(self._tries) >= ADDRESSES_MAX:
                    raise SigninLocked(ADDRESS_SECONDS)
            left, since = self._tries.get(address, (float(PER_ADDRESS), now))
            left = min(PER_ADDRESS, left + (now - since) * PER_ADDRESS / ADDRESS_SECONDS)
            if left < 1:
                raise SigninLocked((1 - left) * ADDRESS_SECONDS / PER_ADDRESS)
            self._tries[address] = (left - 1, now)


def _name(account: str, user_name: str) -> str:
    """Names are kept as digests: what people type by mistake may be a password."""
    return hashlib.sha256(f"{account}\n{user_name.lower()}".encode("utf-8", "replace")).hexdigest()
