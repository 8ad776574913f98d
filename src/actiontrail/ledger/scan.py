"""Scanning: every byte of a segment's file is part of a true frame, of its end, or of a flaw. Pure.

Where the bytes stop being true, the scan looks for the next true frame and goes on, so that one flipped bit
costs one frame and not the rest of the file.
"""

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from actiontrail.ledger import segment as segments
from actiontrail.ledger.segment import Footer, Frame


class Flaw(NamedTuple):
    """Bytes [offset, end) of a file that should be a frame, and what is wrong with them."""

    offset: int
    end: int
    problem: str


class Whole(NamedTuple):
    """A frame whose every byte matches its digest, and where it starts."""

    frame: Frame
    offset: int
    data: memoryview


class Ending(NamedTuple):
    """The end of a sealed segment: its footer if it can be read, where record frames end, and what is wrong."""

    footer: Footer | None
    frames_end: int
    problems: tuple[str, ...]


def frames(data: bytes, end: int) -> Iterator[Whole | Flaw]:
    """The true frames in `data` below byte `end`, and the flaws between them, in order."""
    view = memoryview(data)
    offset = 0
    while offset < end:
        try:
            yield (found := _frame_at(view, offset, end))
            offset += found.frame.bytes
        except segments.BadFrame as error:
            after = _next_true(data, view, offset + 1, end)
            yield Flaw(offset, after, error.problem)
            offset = after


def ending(data: bytes) -> Ending:
    """What stands behind the record frames of a sealed segment, checked."""
    try:
        offset, digest = segments.parse_trailer(data[-segments.TRAILER_BYTES :])
    except segments.BadSegment as error:
        return Ending(None, len(data), (str(error),))
    problems = []
    end = len(data) - segments.TRAILER_BYTES
    if hashlib.sha256(memoryview(data)[: end + 8]).digest() != digest:
        problems.append("the segment's SHA-256 does not match its bytes")
    try:
        if not 0 < offset < end:
            raise segments.BadFrame("the trailer points outside the file")
        frame = segments.parse_header(data[offset:end], segments.INDEX)
        footer = segments.parse_footer(data[offset:end], frame)
    except segments.BadFrame as error:
        at = data.rfind(segments.INDEX)
        return Ending(None, at if at > 0 else end, (*problems, f"the segment's index: {error}"))
    return Ending(footer, offset, tuple(problems))


def _frame_at(view: memoryview, offset: int, end: int) -> Whole:
    frame = segments.parse_header(bytes(view[offset : min(offset + segments.HEADER_BYTES, end)]))
    data = view[offset : min(offset + frame.bytes, end)]
    segments.check(data, frame)
    return Whole(frame, offset, data)


def _next_true(data: bytes, view: memoryview, offset: int, end: int) -> int:
    """Where the next true frame starts, or `end`."""
    while (offset := data.find(segments.RECORDS, offset, end)) >= 0:
        try:
            _frame_at(view, offset, end)
        except segments.BadFrame:
            offset += 1
        else:
            return offset
    return end
