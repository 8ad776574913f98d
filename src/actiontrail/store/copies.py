"""Copies of what the control database holds, kept in memory until their topic changes.

A copy is dropped as soon as any process has counted its topic up (half a second later on PostgreSQL):
whoever changes what others keep copies of calls `changed` in the same transaction.
"""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actiontrail.store.database import Database

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
COPIES_MAX = 10_000  # what is not there counts too, so that guessing names fills nothing
_STAMP = sa.text("SELECT count FROM stamps WHERE topic = :topic")
_CHANGED = sa.text("UPDATE stamps SET count = count + 1 WHERE topic = :topic")


def changed(connection: Connection, topic: str) -> None:
    """What is kept under `topic` is stale once this transaction is done."""
    connection.execute(_CHANGED, {"topic": topic})


class Copies(Generic[Key, Value]):
    """Values of one topic, by key. Safe to share between threads."""

    def __init__(self, database: Database, topic: str) -> None:
        self._database = database
        self._topic = topic
        self._lock = threading.Lock()
        self._kept: dict[Key, Value] = {}
        self._watched: int | None = None
        self._stamp = -1

    def get(self, key: Key, load: Callable[[Connection], Value]) -> Value:
        """What `load` read for `key` since the topic changed last."""
        with self._lock:
            self._drop_what_changed()
            if key in self._kept:
                return self._kept[key]
            watched = self._watched
        with self._database.read() as connection:
            found = load(connection)
        with self._lock:
            if watched == self._watched:  # nothing was dropped while we read
                if len(self._kept) >= COPIES_MAX:
                    self._kept.clear()
                self._kept[key] = found
        return found

    def _drop_what_changed(self) -> None:
        """Called with the lock held. Most writes are cursors: only a new stamp empties the memory."""
        watched = self._database.watch.stamp()
        if watched == self._watched:
            return
        with self._database.read() as connection:
            stamp = int(connection.execute(_STAMP, {"topic": self._topic}).scalar_one())
        if stamp != self._stamp:
            self._kept.clear()
        self._watched, self._stamp = watched, stamp
