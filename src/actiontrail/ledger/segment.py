"""Segments: the files that hold the records, as frames of compressed lines.

A frame is a header and a zstd payload; its digest covers every byte of both, so a frame is wholly true
or it is none. An *open* segment is frames, one per round, and grows. A *sealed* one never changes: large
frames, an index of where they start, and a SHA-256 over all of it.

    frame    magic 4 · first index 8 · records 4 · raw bytes 4 · payload bytes 4 · SHA-256[:16] · payload
    payload  zstd of the records' lines, each with its line break
    sealed   record frames · one index frame (its payload is JSON: `Footer`) · trailer
    trailer  where the index frame starts 8 · SHA-256 of all before this field 32 · magic 8

Numbers are little-endian.
"""

import hashlib
import os
import re
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import zstandard

from actiontrail.errors import Corruption
from actiontrail.store.files import read_at

INDEX_DIGITS = 12  # names sort as numbers do, up to a million million records
TILE_RECORDS = 256
RAW_BYTES_MAX = 1 << 30  # no frame is larger; a header that says so is not one of ours
SEALED_FRAME_BYTES = 512 * 1024  # raw: what has to be decompressed to read one record
ROUND_LEVEL = 1
SEALED_LEVEL = 3
RECORDS = b"ATR1"
INDEX = b"ATX1"
_HEADER = struct.Struct("<4sQIII16s")
_TRAILER = struct.Struct("<Q32s8s")
_TRAILER_MAGIC = b"ATSEALED"
_DIGEST_BYTES = 16
_NAME = re.compile(r"(\d{12})\.(open|seg)")
HEADER_BYTES = _HEADER.size
TRAILER_BYTES = _TRAILER.size


class BadFrame(Corruption):
    """The bytes at a place in a segment are not a true frame."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class BadSegment(Corruption):
    """A sealed segment does not agree with itself."""


class Frame(NamedTuple):
    """What a frame's header says: its records are [first, first + records)."""

    kind: bytes
    first: int
    records: int
    raw_bytes: int
    payload_bytes: int
    digest: bytes

    @property
    def end(self) -> int:
        """The index behind the last record."""
        return self.first + self.records

    @property
    def bytes(self) -> int:
        """How long the frame is on disk."""
        return HEADER_BYTES + self.payload_bytes


class Placed(NamedTuple):
    """A frame, and where in its file it starts."""

    frame: Frame
    offset: int


class Segment(NamedTuple):
    """A segment's file."""

    first: int
    sealed: bool
    path: Path


class Footer(msgspec.Struct, frozen=True, kw_only=True):
    """What a sealed segment says of itself and of the record up to its end.

    `frames` holds first index and offset of each frame. `accounts` holds, for every account since the first
    record of all, the last `seq` that was given, so that a start reads one footer and not the whole record.
    """

    first: int
    count: int
    raw_bytes: int
    received_first: str
    received_last: str
    frames: tuple[tuple[int, int], ...]
    accounts: dict[str, int]


def name(first: int, *, sealed: bool) -> str:
    """The file name of the segment that starts at `first`."""
    return f"{first:0{INDEX_DIGITS}d}.{'seg' if sealed else 'open'}"


def encode(first: int, raw: bytes, count: int, *, level: int = ROUND_LEVEL, kind: bytes = RECORDS) -> bytes:
    """A frame of `count` records whose lines, each with its line break, are `raw`."""
    payload = zstandard.ZstdCompressor(level=level, write_checksum=False).compress(raw)
    bare = _HEADER.pack(kind, first, count, len(raw), len(payload), b"")[:-_DIGEST_BYTES]
    return b"".join((bare, _digest(bare, payload), payload))


def parse_header(data: bytes, kind: bytes = RECORDS) -> Frame:
    """The header at the start of `data`. Raises `BadFrame`; a true header may still have a false payload."""
    if len(data) < HEADER_BYTES:
        raise BadFrame(f"only {len(data)} bytes where a frame's header of {HEADER_BYTES} should be")
    frame = Frame(*_HEADER.unpack_from(data))
    if frame.kind != kind:
        raise BadFrame("no frame starts here: its first four bytes are not a frame's")
    if frame.records < 1 or not 0 < frame.raw_bytes <= RAW_BYTES_MAX:
        raise BadFrame(
            f"a frame's header says {frame.records} records in {frame.raw_bytes} bytes, which cannot be"
        )
    return frame


def check(data: bytes | memoryview, frame: Frame) -> bytes | memoryview:
    """The payload of `data`, a whole frame, after checking every byte. Raises `BadFrame`."""
    if len(data) != frame.bytes:
        raise BadFrame(f"the frame breaks off after {len(data)} of its {frame.bytes} bytes")
    bare, payload = bytes(data[: HEADER_BYTES - _DIGEST_BYTES]), data[HEADER_BYTES:]
    if _digest(bare, payload) != frame.digest:
        raise BadFrame("the frame's bytes do not match its digest")
    return payload


def raw_of(data: bytes | memoryview, frame: Frame) -> bytes:
    """The lines of `data`, a whole frame, each with its line break. Raises `BadFrame`."""
    payload = check(data, frame)
    try:
        raw = zstandard.ZstdDecompressor().decompress(payload, max_output_size=frame.raw_bytes)
    except zstandard.ZstdError as error:
        raise BadFrame(f"the frame cannot be decompressed: {error}") from error
    if len(raw) != frame.raw_bytes:
        raise BadFrame(f"the frame holds {len(raw)} bytes where its header says {frame.raw_bytes}")
    return raw


def lines_of(data: bytes | memoryview, frame: Frame) -> list[bytes]:
    """The lines of `data`, a whole frame. Raises `BadFrame`."""
    raw = raw_of(data, frame)
    lines = raw.split(b"\n")
    if lines.pop() or len(lines) != frame.records:
        raise BadFrame(f"the frame does not hold the {frame.records} lines that its header says")
    return lines


def regroup(lines: Iterable[bytes], first: int) -> Iterator[tuple[int, list[bytes]]]:
    """`lines`, which start at index `first`, in groups for a sealed segment, each with its first index.

    A group ends at a tile's edge where another tile like the last would not fit, so that a tile of
    entries is read from one frame; only a tile that is too large for one frame is divided.
    """
    group: list[bytes] = []
    start, size, tile_bytes, tile_lines = first, 0, 0, 0
    for index, line in enumerate(lines, first):
        edge = index % TILE_RECORDS == 0
        room = SEALED_FRAME_BYTES - size
        if group and (len(line) >= room or (edge and tile_bytes // tile_lines * TILE_RECORDS > room)):
            yield start, group
            group, start, size = [], index, 0
        if edge or not group:
            tile_bytes = tile_lines = 0
        group.append(line)
        size += len(line) + 1
        tile_bytes, tile_lines = tile_bytes + len(line) + 1, tile_lines + 1
    if group:
        yield start, group


def listing(folder: Path) -> list[Segment]:
    """The segments in `folder`, in order. Where a sealed segment stands beside the open one it was made from, the sealed."""
    found: dict[int, Segment] = {}
    for entry in sorted(os.listdir(folder)):  # noqa: PTH208 - names are all that is needed
        match = _NAME.fullmatch(entry)
        if match:
            segment = Segment(int(match[1]), match[2] == "seg", folder / entry)
            found[segment.first] = segment  # "seg" sorts behind "open"
    return [found[first] for first in sorted(found)]


def frames(handle: int, offset: int = 0, *, end: int | None = None) -> Iterator[Placed]:
    """The frames' headers in an open segment from `offset` on, as far as their records stay below index `end`.

    Payloads are not looked at. Raises `BadFrame` at a header that is not true or is cut short.
    """
    while end is None or end > 0:
        data = read_at(handle, HEADER_BYTES, offset)
        if not data:
            return
        frame = parse_header(data)
        if end is not None and frame.end > end:
            return
        yield Placed(frame, offset)
        offset += frame.bytes
        if end is not None and frame.end == end:
            return


def encode_trailer(index_offset: int, digest_before: "hashlib._Hash") -> bytes:
    """The end of a sealed segment; `digest_before` has taken in all that stands before it."""
    place = struct.pack("<Q", index_offset)
    whole = digest_before.copy()
    whole.update(place)
    return place + whole.digest() + _TRAILER_MAGIC


def parse_trailer(data: bytes) -> tuple[int, bytes]:
    """Where the index frame starts, and the SHA-256 of all before it in the file."""
    if len(data) != TRAILER_BYTES or not data.endswith(_TRAILER_MAGIC):
        raise BadSegment("the file does not end as a sealed segment does: it was cut short or added to")
    offset, digest, _ = _TRAILER.unpack(data)
    return offset, digest


def encode_footer(footer: Footer) -> bytes:
    """The index frame of a sealed segment."""
    return encode(footer.first, msgspec.json.encode(footer), footer.count, kind=INDEX, level=SEALED_LEVEL)


def read_footer(handle: int) -> Footer:
    """The footer of a sealed segment. Raises `BadSegment`; the record frames are not looked at."""
    size = os.fstat(handle).st_size
    offset, _ = parse_trailer(read_at(handle, TRAILER_BYTES, max(size - TRAILER_BYTES, 0)))
    data = read_at(handle, max(size - TRAILER_BYTES - offset, 0), offset)
    try:
        frame = parse_header(data, INDEX)
        return parse_footer(data, frame)
    except BadFrame as error:
        raise BadSegment(f"the index of the segment cannot be read: {error}") from error


def parse_footer(data: bytes, frame: Frame) -> Footer:
    """The footer in `data`, a whole index frame. Raises `BadFrame`."""
    try:
        return msgspec.json.decode(raw_of(data, frame), type=Footer)
    except msgspec.MsgspecError as error:
        raise BadFrame(f"the index of the segment is not one: {error}") from error


def _digest(bare: bytes, payload: bytes | memoryview) -> bytes:
    digest = hashlib.sha256(bare)
    digest.update(payload)
    return digest.digest()[:_DIGEST_BYTES]
