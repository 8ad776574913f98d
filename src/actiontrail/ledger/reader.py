"""The reader: records, tiles and proofs of a ledger that another process may be writing.

It answers only for what is published: it never shows a record that a crash could take back. All of it may be
called from any thread. Sealing happens beside it: a file that vanishes was replaced by another with the same records.
"""

import os
import threading
import time
from bisect import bisect_right
from collections import OrderedDict
from pathlib import Path

from actiontrail.errors import Corruption, Refusal
from actiontrail.event.record import entry
from actiontrail.ledger import segment as segments
from actiontrail.ledger import tiles as tiling
from actiontrail.ledger import tree
from actiontrail.ledger.bells import Bell
from actiontrail.ledger.hashfiles import HashFiles
from actiontrail.ledger.places import Places
from actiontrail.ledger.segment import Segment
from actiontrail.store.files import read_at

CACHE_BYTES = 32 * 1024 * 1024
LINES_BYTES = 8 * 1024 * 1024
SEGMENTS_KEPT = 64
LOOK_SECONDS = 0.1  # how long a missed ring can go unnoticed
_TRIES = 8
_FrameName = tuple[
    int, bool, int
]  # its segment, whether that is sealed (frames are cut anew then), its first index


class NoSuchRecord(Refusal):
    """The ledger is not that long."""

    def __init__(self, index: int, size: int) -> None:
        super().__init__(f"there is no record {index}: the ledger has {size}")
        self.index, self.size = index, size


class NoLedger(Refusal):
    """There is no ledger in this folder."""


class _Map:
    """Where the frames of one segment start. An open segment's map grows with it."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.handle = -1  # while there is none: the file may be gone, and then there is nothing to let go of
        self.handle = os.open(segment.path, os.O_RDONLY | os.O_CLOEXEC)
        self.firsts: list[int] = []
        self.offsets: list[int] = []
        self.end = segment.first
        self._next = 0
        if segment.sealed:
            footer = segments.read_footer(self.handle)
            self.firsts = [first for first, _ in footer.frames]
            self.offsets = [offset for _, offset in footer.frames]
            self.end = segment.first + footer.count

    def __del__(self) -> None:
        if self.handle >= 0:
            os.close(self.handle)

    def grow(self, size: int) -> None:
        """Take in the frames below `size` that were appended since."""
        if self.segment.sealed or self.end >= size:
            return
        for placed in segments.frames(self.handle, self._next, end=size):
            self.firsts.append(placed.frame.first)
            self.offsets.append(placed.offset)
            self.end, self._next = placed.frame.end, placed.offset + placed.frame.bytes

    def read(self, position: int) -> list[bytes]:
        """The lines of frame number `position`."""
        offset = self.offsets[position]
        frame = segments.parse_header(read_at(self.handle, segments.HEADER_BYTES, offset))
        try:
            if frame.first != self.firsts[position]:
                raise segments.BadFrame("another frame stands in its place")
            return segments.lines_of(read_at(self.handle, frame.bytes, offset), frame)
        except segments.BadFrame as error:
            raise Corruption(
                f"{self.segment.path.name} at byte {offset}: {error}. Run `actiontrail fsck`."
            ) from error


class Reader:
    """The ledger in the data folder `folder`, read-only."""

    def __init__(self, folder: Path) -> None:
        self._places = Places(folder)
        self._hashes = HashFiles(self._places.tiles)
        self._guard = threading.RLock()
        self._stat: tuple[int, int] = (-1, -1)
        self._note = b""
        self._size = 0
        self._listing: list[Segment] = []
        self._maps: OrderedDict[Segment, _Map] = OrderedDict()
        self._frames: OrderedDict[_FrameName, list[bytes]] = OrderedDict()
        self._frames_bytes = 0
        self._grown = threading.Condition()
        self._watcher: threading.Thread | None = None
        self._closed = False
        self.checkpoint()

    def checkpoint(self) -> bytes:
        """The signed checkpoint as published."""
        self._look()
        return self._note

    def size(self) -> int:
        """How many records are published."""
        self._look()
        return self._size

    def line(self, index: int) -> bytes:
        """The record at `index`. Raises `NoSuchRecord`."""
        found = self.lines(index, limit=1)
        if not found:
            raise NoSuchRecord(index, self._size)
        return found[0]

    def lines(self, start: int, *, limit: int, bytes_max: int = LINES_BYTES) -> list[bytes]:
        """The records from `start` on: at most `limit`, and no more after `bytes_max` bytes; none at the end."""
        end = min(self.size(), start + limit)
        taken: list[bytes] = []
        room = bytes_max
        while 0 <= start < end and room > 0:
            first, lines = self._frame_of(start)
            part = lines[start - first : end - first]
            for at, line in enumerate(part, 1):
                room -= len(line)
                if room <= 0:
                    part = part[:at]
                    break
            taken += part
            start += len(part)
        return taken

    def tile(self, level: int, n: int, width: int = tiling.FULL) -> bytes:
        """`width` hashes of tile `n` of `level`. Raises `NoSuchRecord` if the tree does not have them."""
        size = self.size()
        if not 0 < width <= tiling.width(level, n, size):
            raise NoSuchRecord((n * tiling.FULL + width - 1) << (8 * level), size)
        return self._hashes.read(level, n, width)

    def entries(self, n: int, width: int = tiling.FULL) -> bytes:
        """The bundle of `width` entries from entry `256 * n` on (C2SP tlog-tiles). Raises `NoSuchRecord`."""
        size = self.size()
        if not 0 < width <= tiling.width(None, n, size):
            raise NoSuchRecord(n * tiling.FULL + width - 1, size)
        start = n * tiling.FULL
        found: list[bytes] = []
        while len(found) < width:
            found += map(entry, self.lines(start + len(found), limit=width - len(found)))
        return tiling.encode_bundle(found)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The proof that the record at `index` is in the tree of `size`. Raises `NoSuchRecord`."""
        if not 0 <= index < size <= self.size():
            raise NoSuchRecord(max(index, size - 1), self._size)
        return tree.inclusion(index, size, tiling.subtree_from_tiles(self._hashes.read, size))

    def run(self, start: int, end: int, size: int) -> list[bytes]:
        """The proof that the records [start, end) are in the tree of `size`. Raises `NoSuchRecord`."""
        if not 0 <= start < end <= size <= self.size():
            raise NoSuchRecord(max(end, size) - 1, self._size)
        return tree.run(start, end, size, tiling.subtree_from_tiles(self._hashes.read, size))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `new` begins with the tree of `old`. Raises `NoSuchRecord`."""
        if not 0 <= old <= new <= self.size():
            raise NoSuchRecord(max(old, new) - 1, self._size)
        return tree.consistency(old, new, tiling.subtree_from_tiles(self._hashes.read, new))

    def wait(self, size: int, timeout_s: float) -> int:
        """The size, as soon as it is more than `size`, or after `timeout_s`."""
        deadline = time.monotonic() + timeout_s
        now = self.size()
        with self._grown:
            if now <= size and self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="ledger-reader", daemon=True)
                self._watcher.start()
            while (now := self.size()) <= size and not self._closed:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._grown.wait(left)
        return now

    def close(self) -> None:
        """Stop watching, let go of the files."""
        with self._grown:
            self._closed = True
            self._grown.notify_all()
        if self._watcher is not None:
            self._watcher.join()
        with self._guard:
            self._maps.clear()
            self._hashes.close()

    def _watch(self) -> None:
        """Tell those who wait whenever more is published."""
        try:
            bell: Bell | None = Bell(self._places.bells)
        except OSError:
            bell = None  # not our folder to write in: looking every LOOK_SECONDS must do
        seen = self._size
        while not self._closed:
            if bell:
                bell.wait(LOOK_SECONDS)
            else:
                with self._grown:
                    self._grown.wait(LOOK_SECONDS)
            size = self.size()
            with self._grown:
                if size > seen:
                    seen = size
                    self._grown.notify_all()
        if bell:
            bell.close()

    def _look(self) -> None:
        """Read the published checkpoint if it is another than before."""
        path = self._places.checkpoint
        try:
            stat = os.stat(path)  # noqa: PTH116 - on every call, and a microsecond cheaper
            seen = (stat.st_ino, stat.st_mtime_ns)
            if seen == self._stat:
                return
            note = path.read_bytes()
        except FileNotFoundError as error:
            raise NoLedger(
                f"{path} is missing: `actiontrail init` makes a ledger, `actiontrail serve` publishes it"
            ) from error
        try:
            size = int(note.split(b"\n", 2)[1])
        except (IndexError, ValueError) as error:
            raise Corruption(
                f"{path} is not a checkpoint; the recorder writes it again when it starts"
            ) from error
        with self._guard:
            if size >= self._size:
                self._note, self._size, self._stat = note, size, seen

    def _frame_of(self, index: int) -> tuple[int, list[bytes]]:
        """The frame that holds record `index`: its first index, and its lines."""
        for _ in range(_TRIES):
            try:
                found = self._find(index)
            except FileNotFoundError:
                found = None  # sealed while we looked
            if found:
                return found
            self._list()
        raise Corruption(f"record {index} is published, but no segment holds it. Run `actiontrail fsck`.")

    def _list(self) -> None:
        """Look which segments there are, and let go of those that are no more."""
        with self._guard:
            self._listing = segments.listing(self._places.segments)
            for gone in set(self._maps) - set(self._listing):
                del self._maps[gone]

    def _find(self, index: int) -> tuple[int, list[bytes]] | None:
        with self._guard:
            at = bisect_right(self._listing, index, key=lambda one: one.first) - 1
            if at < 0:
                return None
            found = self._map(self._listing[at])
            found.grow(self._size)
            if index >= found.end:
                return None
            position = bisect_right(found.firsts, index) - 1
            first = found.firsts[position]
            name = (found.segment.first, found.segment.sealed, first)
            kept = self._frames.get(name)
            if kept is not None:
                self._frames.move_to_end(name)
                return first, kept
        lines = found.read(position)
        self._keep(name, lines)
        return first, lines

    def _map(self, segment: Segment) -> _Map:
        found = self._maps.get(segment)
        if found is None:
            found = self._maps[segment] = _Map(segment)
            while len(self._maps) > SEGMENTS_KEPT:
                self._maps.popitem(last=False)
        self._maps.move_to_end(segment)
        return found

    def _keep(self, name: _FrameName, lines: list[bytes]) -> None:
        weight = sum(map(len, lines))
        if weight > CACHE_BYTES // 2:
            return
        with self._guard:
            if name not in self._frames:
                self._frames[name] = lines
                self._frames_bytes += weight
            while self._frames_bytes > CACHE_BYTES:
                _, old = self._frames.popitem(last=False)
                self._frames_bytes -= sum(map(len, old))
