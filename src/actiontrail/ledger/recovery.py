"""What a start finds: the record as the lock says it is. Runs the steps of a round that a crash left out.

The lock decides. Frames behind its size are an unfinished round, at most one, and are cut off; hashes and
the published checkpoint are brought up to its size from the frames; the root must come out as signed.
Anything else is `Corruption`, and nothing is changed: only `fsck` can tell what happened.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from actiontrail.errors import Corruption
from actiontrail.event.record import entry, order
from actiontrail.ledger import checkpoint as checkpoints
from actiontrail.ledger import segment as segments
from actiontrail.ledger.checkpoint import Checkpoint
from actiontrail.ledger.hashfiles import LEVELS, HashFiles, bytes_at
from actiontrail.ledger.note import BadNote, Verifier
from actiontrail.ledger.places import Places
from actiontrail.ledger.segment import Segment
from actiontrail.ledger.tiles import BadTile, subtree_from_tiles
from actiontrail.ledger.tree import Edge, leaf_hashes
from actiontrail.store import files

Accounts = dict[bytes, int]  # account as JSON text, and the last `seq` it was given


class Damaged(Corruption):
    """What is stored is not what the lock says; `fsck` names the place."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"{problem}. Nothing was changed. Run `actiontrail fsck` to see what is touched, and bring it back from a copy."
        )


@dataclass(frozen=True, slots=True)
class Found:
    """The record as a start finds it: its edge, every account's last `seq`, and the segments still open."""

    edge: Edge
    accounts: Accounts
    sealed_accounts: Accounts
    open: tuple[Segment, ...]
    tail_bytes: int  # raw bytes in the last open segment
    tail_offset: int


def recover(places: Places, locked: Checkpoint, hashes: HashFiles, verifiers: list[Verifier]) -> Found:
    """The record up to `locked`, made whole. Raises `Damaged`, having changed nothing that mattered."""
    _check_published(places, locked, verifiers)
    listing = segments.listing(places.segments)
    sealed = [one for one in listing if one.sealed]
    opened = [one for one in listing if not one.sealed]
    start, accounts = _sealed_end(sealed)
    if start > locked.size or [one for one in opened if one.first < start]:
        raise Damaged(f"the sealed segments end at {start}, the lock says {locked.size} records")
    edge = _edge(hashes, start)
    found = Found(edge, dict(accounts), accounts, tuple(opened), 0, 0)
    grown: list[tuple[int, tuple[bytes, ...]]] = []
    for one in opened:
        found = _walk(one, locked.size, found, grown)
    if found.edge.size != locked.size:
        raise Damaged(f"the segments hold {found.edge.size} records, the lock says {locked.size}")
    if found.edge.root() != locked.root:
        raise Damaged(f"the tree of the {locked.size} records has another root than the lock's checkpoint")
    if opened:
        _check_leftover(opened[-1], found)
    _check_lengths(hashes, locked.size)
    _mend(places, found, hashes, grown)
    return found


def _check_published(places: Places, locked: Checkpoint, verifiers: list[Verifier]) -> None:
    """The published checkpoint may be older than the lock's, or lost; if it is newer, the lock was put back."""
    try:
        published = checkpoints.verify(places.checkpoint.read_bytes(), verifiers, locked.origin)
    except (FileNotFoundError, BadNote, checkpoints.BadCheckpoint):
        return
    if published.size > locked.size:
        raise Damaged(
            f"a checkpoint of {published.size} records is published, the lock knows of {locked.size}: the lock was put back"
        )


def _sealed_end(sealed: list[Segment]) -> tuple[int, Accounts]:
    """Where the sealed segments end, and each account's last `seq` there."""
    if not sealed:
        return 0, {}
    last = sealed[-1]
    handle = os.open(last.path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        footer = segments.read_footer(handle)
    except segments.BadSegment as error:
        raise Damaged(f"{last.path.name}: {error}") from error
    finally:
        os.close(handle)
    if footer.first != last.first:
        raise Damaged(f"{last.path.name} holds the records from {footer.first} on")
    return last.first + footer.count, {name.encode(): seq for name, seq in footer.accounts.items()}


def _edge(hashes: HashFiles, size: int) -> Edge:
    try:
        return Edge.from_subtrees(size, subtree_from_tiles(hashes.read, size))
    except (BadTile, Corruption) as error:
        raise Damaged(f"the hash files do not reach record {size}: {error}") from error


def _walk(one: Segment, size: int, found: Found, grown: list[tuple[int, tuple[bytes, ...]]]) -> Found:
    """`found` and the frames of the open segment `one`, as far as they are below `size`."""
    if one.first != found.edge.size:
        raise Damaged(f"{one.path.name} does not follow record {found.edge.size - 1}")
    edge, accounts, raw, offset = found.edge, found.accounts, 0, 0
    handle = os.open(one.path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for placed in segments.frames(handle, end=size if size > one.first else 0):
            frame = placed.frame
            if frame.first != edge.size:
                raise Damaged(
                    f"{one.path.name}: the frame at byte {placed.offset} starts at {frame.first}, not {edge.size}"
                )
            lines = segments.lines_of(files.read_at(handle, frame.bytes, placed.offset), frame)
            count(accounts, lines, edge.size)
            before, (edge, tiles) = edge.size, edge.append(leaf_hashes(map(entry, lines)))
            grown.append((before, tiles))
            raw, offset = raw + frame.raw_bytes, placed.offset + frame.bytes
    except segments.BadFrame as error:
        raise Damaged(f"{one.path.name}: {error}") from error
    finally:
        os.close(handle)
    return Found(edge, accounts, found.sealed_accounts, found.open, raw, offset)


def count(accounts: Accounts, lines: list[bytes], first: int) -> None:
    """Move `accounts` over `lines`. Raises `Damaged` at a `seq` that does not follow."""
    for index, line in enumerate(lines, first):
        account, seq = order(line)
        if seq != accounts.get(account, 0) + 1:
            raise Damaged(
                f"record {index} is number {seq} of its account, where {accounts.get(account, 0) + 1} is due"
            )
        accounts[account] = seq


def _check_leftover(last: Segment, found: Found) -> None:
    """Behind the lock's size lies nothing, or what one unfinished round can have left."""
    handle = os.open(last.path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(handle).st_size
        if leftover_frames(handle, found.tail_offset, size) > 1:
            raise Damaged(
                f"{last.path.name} holds more than one round behind what the lock knows: the lock was put back"
            )
    finally:
        os.close(handle)


def leftover_frames(handle: int, offset: int, size: int) -> int:
    """How many frames start behind `offset`: one that was cut short counts, and so does anything that is none."""
    frames = 0
    while offset < size and frames < 2:
        frames += 1
        try:
            offset += segments.parse_header(files.read_at(handle, segments.HEADER_BYTES, offset)).bytes
        except segments.BadFrame:
            return frames
    return frames


def _check_lengths(hashes: HashFiles, size: int) -> None:
    for level in range(LEVELS):
        if hashes.bytes(level) > bytes_at(level, size):
            raise Damaged(f"tile/{level} is longer than a tree of {size} records makes it")


def _mend(
    places: Places, found: Found, hashes: HashFiles, grown: list[tuple[int, tuple[bytes, ...]]]
) -> None:
    """Finish what was left: cut off the unfinished round, write the hashes that are missing, clear drafts away."""
    for draft in places.segments.glob(".*.new"):
        files.remove(draft)
    for one in places.segments.glob("*.open"):
        if one.with_suffix(".seg").exists():
            files.remove(one)
    for size, tiles in grown:
        for level, new in enumerate(tiles):
            if new and hashes.slice(level, bytes_at(level, size), len(new)) != new:
                hashes.append(size, (b"",) * level + (new,))
    if found.open and found.open[-1].path.stat().st_size > found.tail_offset:
        _cut(found.open[-1].path, found.tail_offset)


def _cut(path: Path, size: int) -> None:
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        os.ftruncate(handle, size)
        os.fsync(handle)
    finally:
        with suppress(OSError):
            os.close(handle)
