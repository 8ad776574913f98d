"""Where a lately recorded event stands: the memory of repeats, read by another process than its writer.

It takes microseconds, where asking the searchable copy takes milliseconds. What the memory says is looked at in the ledger
before it is believed; that it says nothing means nothing.
"""

import threading
from pathlib import Path
from typing import Any

import lmdb

from actiontrail.errors import Refusal
from actiontrail.event.formats import BUILT_IN, Formats
from actiontrail.event.record import parse
from actiontrail.ledger import repeats
from actiontrail.ledger.reader import Reader


class Lately:
    """The memory in `folder`, as far as it is on disk, held against the records of `ledger`. Any thread may ask."""

    def __init__(self, folder: Path, ledger: Reader, *, bytes_max: int, formats: Formats = BUILT_IN) -> None:
        self._folder, self._ledger, self._bytes_max, self._formats = folder, ledger, bytes_max, formats
        self._guard = threading.Lock()
        self._env: Any = None
        self._generations: dict[bytes, Any] = {}

    def index_of(self, account: str, event_id: str) -> int | None:
        """The first index that is remembered of the event of `account` with this id; None if it is not remembered."""
        place = self._place(repeats.key(account, event_id))
        if place is None:
            return None
        try:
            found = parse(self._ledger.line(place))
        except Refusal:  # a memory of another record, or of a longer one
            return None
        same = found.account == account and event_id == self._formats.recorded_id(
            found.format, bytes(found.event)
        )
        return place if same else None

    def close(self) -> None:
        """Let go of the files."""
        with self._guard:
            self._let_go()

    def _place(self, key: bytes) -> int | None:
        with self._guard:
            try:
                return self._ask(key)
            except lmdb.Error:  # it was made anew, or is not there yet: look again the next time
                self._let_go()
                return None

    def _ask(self, key: bytes) -> int | None:
        if self._env is None:
            self._env = lmdb.open(
                str(self._folder), map_size=self._bytes_max, max_dbs=64, readonly=True, readahead=False
            )
        with self._env.begin() as transaction:
            names = [name for name, _ in transaction.cursor() if repeats.is_generation(name)]  # oldest first
        for name in names:
            if name not in self._generations:
                self._generations[name] = self._env.open_db(name, create=False)
        with self._env.begin() as transaction:
            for name in names:
                value = transaction.get(key, db=self._generations[name])
                if value is not None:
                    return repeats.unpack(value).place
        return None

    def _let_go(self) -> None:
        if self._env is not None:
            self._env.close()
        self._env, self._generations = None, {}
