"""The tree on disk: one append-only file of hashes per tile level. A tile, full or partial, is a slice.

Nothing is ever rewritten with other bytes, and everything here can be derived again from the records:
writes are not made durable one by one, but all together before a segment is sealed.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from actiontrail.errors import Corruption
from actiontrail.ledger.tiles import FULL, LEVEL_MAX
from actiontrail.ledger.tree import HASH_BYTES, TILE_HEIGHT
from actiontrail.store.files import read_at, sync_folder, write_at

LEVELS = LEVEL_MAX // TILE_HEIGHT + 1


class HashesMissing(Corruption):
    """A hash file ends before the tile that is asked for."""


def bytes_at(level: int, size: int) -> int:
    """How long the file of `level` is for a tree of `size`."""
    return (size >> TILE_HEIGHT * level) * HASH_BYTES


class HashFiles:
    """The hash files in `folder`. Reading is safe in any thread and any process while one process writes."""

    def __init__(self, folder: Path, *, write: bool = False) -> None:
        self._folder = folder
        self._write = write
        self._handles: dict[int, int] = {}

    def read(self, level: int, number: int, width: int) -> bytes:
        """Tile `number` of `level`, `width` hashes of it. Raises `HashesMissing`."""
        data = self.slice(level, number * FULL * HASH_BYTES, width * HASH_BYTES)
        if len(data) != width * HASH_BYTES:
            raise HashesMissing(
                f"tile/{level} ends before tile {number} of width {width}: run `actiontrail fsck --rebuild-tiles`"
            )
        return data

    def slice(self, level: int, offset: int, size: int) -> bytes:
        """Up to `size` bytes of the file of `level` from `offset`."""
        try:
            return read_at(self._handle(level), size, offset)
        except FileNotFoundError:
            return b""

    def append(self, size: int, tiles: Sequence[bytes]) -> None:
        """Add what a tree of `size` gained (`Grown.tiles`). Doing it again does no harm."""
        for level, hashes in enumerate(tiles):
            if hashes:
                write_at(self._handle(level), hashes, bytes_at(level, size))

    def bytes(self, level: int) -> int:
        """How long the file of `level` is."""
        try:
            return os.fstat(self._handle(level)).st_size
        except FileNotFoundError:
            return 0

    def sync(self) -> None:
        """Everything written so far is on disk."""
        for handle in list(self._handles.values()):
            os.fdatasync(handle)
        sync_folder(self._folder)

    def close(self) -> None:
        """Let go of the files."""
        while self._handles:
            with suppress(OSError):
                os.close(self._handles.popitem()[1])

    def _handle(self, level: int) -> int:
        handle = self._handles.get(level)
        if handle is None:
            flags = os.O_RDWR | os.O_CREAT if self._write else os.O_RDONLY
            handle = os.open(self._folder / str(level), flags | os.O_CLOEXEC, 0o644)
            other = self._handles.setdefault(level, handle)
            if other != handle:  # another thread was first
                os.close(handle)
            handle = other
        return handle
