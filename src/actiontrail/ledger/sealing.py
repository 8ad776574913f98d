"""Sealing: a full segment becomes its final self. Safe to break off anywhere, and to do again.

The new file is written beside the old one, read back, and checked against the tree; only then is it
renamed into place and the old one removed. The hash files become durable first, so that a start never needs
a record of a sealed segment to rebuild them.
"""

import hashlib
import os
from collections.abc import Iterator

import msgspec

from actiontrail.event.record import entry
from actiontrail.ledger import segment as segments
from actiontrail.ledger.hashfiles import HashFiles, bytes_at
from actiontrail.ledger.recovery import Accounts, Damaged, count
from actiontrail.ledger.segment import Footer, Segment
from actiontrail.ledger.tree import leaf_hashes
from actiontrail.store import files


class _Received(msgspec.Struct):
    received: str


def seal(one: Segment, accounts: Accounts, hashes: HashFiles) -> Accounts:
    """Replace the open segment `one` by a sealed one; returns every account's last `seq` behind it.

    `accounts` says the same before it, and stays as it is. Raises `OSError` with nothing lost, or `Damaged`.
    """
    target = one.path.with_suffix(".seg")
    draft = one.path.with_name(f".{target.name}.new")
    after = dict(accounts)
    source = os.open(one.path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        sink = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            _write(sink, one.first, _lines(source, one, after), after)
            _check(sink, hashes)
            os.fsync(sink)
        finally:
            os.close(sink)
    finally:
        os.close(source)
    hashes.sync()
    draft.replace(target)
    files.sync_folder(target.parent)
    files.remove(one.path)
    return after


def _lines(source: int, one: Segment, accounts: Accounts) -> Iterator[bytes]:
    """The lines of the open segment, each frame checked, `accounts` moved along."""
    index = one.first
    for placed in segments.frames(source):
        lines = segments.lines_of(files.read_at(source, placed.frame.bytes, placed.offset), placed.frame)
        count(accounts, lines, index)
        index += len(lines)
        yield from lines


def _write(sink: int, first: int, lines: Iterator[bytes], accounts: Accounts) -> None:
    """The whole sealed file; `accounts` is read when `lines` are at their end."""
    whole, offset, raw_bytes, total = hashlib.sha256(), 0, 0, 0
    places: list[tuple[int, int]] = []
    ends: list[bytes] = []
    for start, group in segments.regroup(lines, first):
        raw = b"\n".join(group) + b"\n"
        data = segments.encode(start, raw, len(group), level=segments.SEALED_LEVEL)
        files.write_all(sink, data)
        whole.update(data)
        places.append((start, offset))
        ends = [ends[0] if ends else group[0], group[-1]]
        offset, raw_bytes, total = offset + len(data), raw_bytes + len(raw), total + len(group)
    footer = segments.encode_footer(
        Footer(
            first=first,
            count=total,
            raw_bytes=raw_bytes,
            received_first=_received(ends[0]),
            received_last=_received(ends[1]),
            frames=tuple(places),
            accounts={account.decode(): seq for account, seq in accounts.items()},
        )
    )
    whole.update(footer)
    files.write_all(sink, footer + segments.encode_trailer(offset, whole))


def _received(line: bytes) -> str:
    return msgspec.json.decode(line, type=_Received).received


def _check(sink: int, hashes: HashFiles) -> None:
    """What was written, read back, leads to the leaves that the tree has for it."""
    footer = segments.read_footer(sink)
    for first, offset in footer.frames:
        frame = segments.parse_header(files.read_at(sink, segments.HEADER_BYTES, offset))
        lines = segments.lines_of(files.read_at(sink, frame.bytes, offset), frame)
        leaves = leaf_hashes(map(entry, lines))
        if frame.first != first or hashes.slice(0, bytes_at(0, first), len(leaves)) != leaves:
            raise Damaged(
                f"the records from {first} to {frame.end - 1} are not those in the tree; the segment was not sealed"
            )
