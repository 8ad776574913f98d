"""The tail: the open segment, to which every round appends one frame.

`append` is durable when it returns. When it fails it says which of two things is true: nothing of the
frame is there (`DiskFull`), or nobody can know (`EffectUnknown`), and then no later call may be believed.
"""

import errno
import os
import time
from contextlib import suppress
from pathlib import Path

from actiontrail.errors import Outage
from actiontrail.ledger import segment as segments
from actiontrail.ledger.segment import Segment
from actiontrail.store import files

HARMLESS = frozenset(
    {errno.ENOSPC, errno.EDQUOT}
)  # a write that fails so has done nothing that cutting off does not undo
_RETRY_AFTER_S = 5.0


class DiskFull(Outage):
    """There is no room for the round; nothing of it was recorded."""


class EffectUnknown(Exception):
    """Nobody can know what is on disk now; only a restart can find out."""


class Tail:
    """The open segment in `folder`; there is none until the first frame comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handle = -1
        self._first = self._offset = 0
        self.raw_bytes = 0

    def take_up(self, segment: Segment, offset: int, raw_bytes: int) -> None:
        """Go on in `segment`, whose frames end at `offset`."""
        self._handle = os.open(segment.path, os.O_RDWR | os.O_CLOEXEC)
        self._first, self._offset, self.raw_bytes = segment.first, offset, raw_bytes

    def append(self, first: int, frame: bytes, raw_bytes: int) -> float:
        """`frame`, whose records start at `first`, is on disk. Returns the seconds that the disk took to confirm it."""
        try:
            self._write(first, frame)
        except OSError as error:
            if error.errno not in HARMLESS:
                raise EffectUnknown(f"its segment could not be written: {error}") from error
            self._take_back(error)
            raise DiskFull(
                f"the disk of the record is full: {error}. Nothing of this batch was recorded.",
                retry_after=_RETRY_AFTER_S,
            ) from error
        began = time.perf_counter()
        try:
            os.fdatasync(self._handle)
            if self._offset == 0:
                files.sync_folder(self._folder)
        except OSError as error:
            raise EffectUnknown(f"the disk did not confirm a write: {error}") from error
        self._offset += len(frame)
        self.raw_bytes += raw_bytes
        return time.perf_counter() - began

    def turn(self) -> Segment:
        """Leave the open segment, which is full; the next frame begins another."""
        self.close()
        self.raw_bytes = 0
        return Segment(self._first, sealed=False, path=self._path(self._first))

    def close(self) -> None:
        """Let go of the file."""
        if self._handle >= 0:
            with suppress(OSError):  # every frame in it was confirmed
                os.close(self._handle)
            self._handle = -1

    def _path(self, first: int) -> Path:
        return self._folder / segments.name(first, sealed=False)

    def _write(self, first: int, frame: bytes) -> None:
        if self._handle < 0:
            self._handle = os.open(self._path(first), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            self._first, self._offset, self.raw_bytes = first, 0, 0
        files.write_at(self._handle, frame, self._offset)

    def _take_back(self, error: OSError) -> None:
        """Cut off what a failed write may have left of its frame."""
        if self._handle >= 0:
            try:
                os.ftruncate(self._handle, self._offset)
            except OSError as second:
                raise EffectUnknown(f"a failed write could not be taken back: {second}") from error
