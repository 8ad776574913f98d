"""Followers: readers in order, each with a cursor of its own in the control database."""

from collections.abc import Sequence
from typing import Protocol


class Lines(Protocol):
    """What a follower reads from."""

    def lines(self, start: int, *, limit: int) -> list[bytes]:
        """The records from `start` on, at most `limit`, as their lines."""
        ...


class Cursors(Protocol):
    """Where the followers are."""

    def position(self, name: str) -> int:
        """The next index that follower `name` takes."""
        ...

    def advance(self, name: str, position: int) -> None:
        """Follower `name` has taken all below `position`."""


class Follower(Protocol):
    """Takes every record once, in order; after a crash perhaps some of them again."""

    @property
    def name(self) -> str:
        """What its cursor is called."""
        ...

    def take(self, start: int, lines: Sequence[bytes]) -> None:
        """Do what is to be done with the records from `start` on. Raises if any of it is not done."""


def step(follower: Follower, reader: Lines, cursors: Cursors, *, limit: int) -> int:
    """Hand `follower` its next records; return how many it took.

    The cursor moves last. A crash in between offers the same records again, so a follower must
    bear repeats; the other order would lose some.
    """
    start = cursors.position(follower.name)
    lines = reader.lines(start, limit=limit)
    if lines:
        follower.take(start, lines)
        cursors.advance(follower.name, start + len(lines))
    return len(lines)
