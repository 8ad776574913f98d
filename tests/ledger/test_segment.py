"""Frames and sealed segments: true to the byte, or refused."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrail.ledger import scan
from actiontrail.ledger import segment as segments
from actiontrail.ledger.segment import BadFrame, BadSegment

LINES = st.lists(
    st.binary(min_size=1, max_size=60).filter(lambda line: b"\n" not in line), min_size=1, max_size=40
)


def frame_of(first: int, lines: list[bytes]) -> bytes:
    return segments.encode(first, b"\n".join(lines) + b"\n", len(lines))


@given(LINES, st.integers(0, 10**12))
def test_a_frame_gives_back_the_lines_that_it_was_made_of(lines: list[bytes], first: int) -> None:
    """Whatever bytes an event holds."""
    data = frame_of(first, lines)
    frame = segments.parse_header(data)
    assert (segments.lines_of(data, frame), frame.first, frame.end) == (lines, first, first + len(lines))


@given(LINES, st.data())
def test_a_frame_with_any_bit_flipped_is_refused(lines: list[bytes], data: st.DataObject) -> None:
    """Header or payload: all of it is under the digest."""
    frame = bytearray(frame_of(7, lines))
    frame[data.draw(st.integers(0, len(frame) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(BadFrame):
        segments.lines_of(bytes(frame), segments.parse_header(bytes(frame)))


@given(st.lists(st.integers(1, 200_000), min_size=1, max_size=600), st.integers(0, 1000))
def test_regrouped_lines_are_the_same_lines_in_bounded_frames(sizes: list[int], first: int) -> None:
    """Sealing cuts anew; it neither loses nor moves anything."""
    lines = [b"x" * (size % 3000 if at % 50 else size) for at, size in enumerate(sizes)]
    groups = list(segments.regroup(lines, first))
    assert [line for _, group in groups for line in group] == lines
    assert [start for start, _ in groups] == [
        first + sum(len(group) for _, group in groups[:at]) for at in range(len(groups))
    ]
    assert all(len(group) == 1 or sum(map(len, group)) <= segments.SEALED_FRAME_BYTES for _, group in groups)


def test_groups_end_at_the_edges_of_tiles() -> None:
    """A tile of entries is then read from one frame."""
    groups = list(segments.regroup([b"x" * 1400] * 2000, 100))
    assert all(start % 256 == 0 for start, _ in groups[1:])


def test_a_scan_goes_on_behind_a_flaw() -> None:
    """One flipped bit costs one frame, and every byte is accounted for."""
    frames = [frame_of(at, [b"line %d" % at]) for at in range(5)]
    data = bytearray(b"".join(frames))
    data[len(frames[0]) + 3] ^= 1
    found = list(scan.frames(bytes(data), len(data)))
    assert [type(one).__name__ for one in found] == ["Whole", "Flaw", "Whole", "Whole", "Whole"]
    assert isinstance(found[1], scan.Flaw)
    assert (found[1].offset, found[1].end) == (len(frames[0]), len(frames[0]) + len(frames[1]))


def test_a_file_that_does_not_end_as_a_sealed_segment_is_refused(tmp_path: Path) -> None:
    """It was cut short, or is something else."""
    path = tmp_path / "000000000000.seg"
    trailer = segments.encode_trailer(0, hashlib.sha256(b""))
    for content in (b"", b"x" * 100, trailer[1:], trailer):
        path.write_bytes(content)
        handle = os.open(path, os.O_RDONLY)
        with pytest.raises(BadSegment):
            segments.read_footer(handle)
        os.close(handle)


def test_where_both_forms_of_a_segment_lie_the_sealed_one_counts(tmp_path: Path) -> None:
    """A crash between the rename and the removal leaves both."""
    for name in (
        "000000000000.open",
        "000000000000.seg",
        "000000000300.open",
        ".000000000300.seg.new",
        "other",
    ):
        (tmp_path / name).touch()
    assert [(one.first, one.sealed) for one in segments.listing(tmp_path)] == [(0, True), (300, False)]
