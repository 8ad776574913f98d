"""The walk of fsck: all segments in order, and the tree that grows from them, compared with what is stored."""

import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import NamedTuple

import msgspec

from actiontrail.errors import Corruption
from actiontrail.event.record import entry, order
from actiontrail.ledger import scan
from actiontrail.ledger import segment as segments
from actiontrail.ledger.checkpoint import Checkpoint
from actiontrail.ledger.hashfiles import LEVELS, HashFiles, bytes_at
from actiontrail.ledger.places import Places
from actiontrail.ledger.segment import Footer, Frame, Segment
from actiontrail.ledger.tiles import FULL
from actiontrail.ledger.tree import HASH_BYTES, Edge, leaf_hashes
from actiontrail.store import files

DAMAGE = "damage"
UNFINISHED = "unfinished"
FINDINGS_MAX = 1000  # kept; all are counted
ACCOUNTS_MAX = 100
AHEAD = 16
_FILL_BYTES_MAX = 1 << 32

Progress = Callable[[int, int], None]


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is not as it should be: what, where, and which records it touches, [start, end)."""

    kind: str
    place: str
    problem: str
    offset: int | None = None
    start: int | None = None
    end: int | None = None
    accounts: tuple[str, ...] = ()


class _Read(NamedTuple):
    """What a frame holds: its leaves, each account's first and last `seq` in it, and what is wrong inside."""

    leaves: bytes
    accounts: dict[bytes, tuple[int, int]]
    received: tuple[str, str]
    problem: str


class _Received(msgspec.Struct):
    received: str


class Walk:
    """The way through the segments: how far the tree has come, and what was found so far."""

    def __init__(self, places: Places, *, running: bool, rebuild: bool) -> None:
        self.places, self.running, self.rebuilt = places, running, False
        self.hashes = HashFiles(places.tiles)
        self._draft = places.ledger / ".tile.new"
        self._fresh = self._begin_rebuild() if rebuild else None
        self.edge = Edge()
        self.accounts: dict[bytes, int] = {}
        self.last_round: Edge | None = (
            None  # the tree before the last frame, where that is a round of its own
        )
        self.findings: list[Finding] = []
        self.counted = {DAMAGE: 0, UNFINISHED: 0}
        self.records = self.segment_count = 0
        self.size_max = 0
        self.closed = False
        self._gap: int | None = (
            None  # the finding of bytes that are no frame: how many records it cost, the next one tells
        )
        self._jumped: int | None = None  # the finding of missing records, behind which `seq` may jump
        self._behind_frames = 0
        self._bad_tiles: dict[int, int] = {}

    def add(self, findings: Iterable[Finding]) -> None:
        """Count `findings`, keep the first ones."""
        for one in findings:
            self.counted[one.kind] += 1
            if len(self.findings) < FINDINGS_MAX:
                self.findings.append(one)

    def damage(
        self,
        place: str,
        problem: str,
        offset: int | None = None,
        start: int | None = None,
        end: int | None = None,
    ) -> None:
        """Something is damaged."""
        self.add([Finding(kind=DAMAGE, place=place, problem=problem, offset=offset, start=start, end=end)])

    def leftover(self, place: str, problem: str) -> None:
        """Something an unfinished round leaves; after a close in good order it is damage."""
        self.add([Finding(kind=DAMAGE if self.closed else UNFINISHED, place=place, problem=problem)])

    # segments

    def segments(
        self, pool: Executor, locked: Checkpoint | None, *, closed: bool, progress: Progress
    ) -> None:
        """Go through all segments, up to what the lock knows of."""
        self.closed = closed
        self.size_max = locked.size if locked else 1 << 62
        try:
            listing = segments.listing(self.places.segments)
        except OSError as error:
            self.damage("segments", f"cannot be listed: {error}")
            return
        self._strays(listing)
        for one in listing:
            self.segment_count += 1
            self._segment(pool, one, last=one == listing[-1])
            progress(self.edge.size, locked.size if locked else self.edge.size)

    def _strays(self, listing: Sequence[Segment]) -> None:
        known = {one.path.name for one in listing}
        for path in sorted(self.places.segments.iterdir()):
            if path.name in known:
                continue
            if (path.suffix == ".open" and path.with_suffix(".seg").name in known) or path.name.endswith(
                ".seg.new"
            ):
                self.add(
                    [
                        Finding(
                            kind=UNFINISHED,
                            place=f"segments/{path.name}",
                            problem="left over from a sealing that was broken off",
                        )
                    ]
                )
            else:
                self.damage(f"segments/{path.name}", "does not belong here")

    def _segment(self, pool: Executor, one: Segment, *, last: bool) -> None:
        place = f"segments/{one.path.name}"
        try:
            data = one.path.read_bytes()
        except FileNotFoundError:  # sealed since it was listed
            one = Segment(one.first, sealed=True, path=one.path.with_suffix(".seg"))
            data = one.path.read_bytes()
        except OSError as error:
            self.damage(place, f"cannot be read: {error}", start=one.first)
            return
        end = scan.ending(data) if one.sealed else scan.Ending(None, len(data), ())
        seen = _Seen(one.first)
        for found, read in _ahead(pool, scan.frames(data, end.frames_end)):
            if isinstance(found, scan.Flaw):
                self._flaw(place, found, tail=last and not one.sealed and found.end == end.frames_end)
            elif not one.sealed and found.frame.first >= self.size_max:
                self._behind(place, data[found.offset :], found.offset)
                break
            else:
                self._frame(place, found, read, seen, own_round=not one.sealed)
        for problem in end.problems:
            self.damage(place, problem, offset=end.frames_end, start=one.first)
        if end.footer and not end.problems:
            self._footer(place, end, seen)

    def _frame(self, place: str, found: scan.Whole, read: _Read, seen: "_Seen", *, own_round: bool) -> None:
        frame = found.frame
        if frame.first < self.edge.size:
            self.damage(
                place,
                f"holds records {frame.first} to {frame.end - 1} again",
                found.offset,
                frame.first,
                frame.end,
            )
            return
        if frame.first > self.edge.size:
            self._missing(place, found.offset, frame.first)
        if read.problem:
            self.damage(place, read.problem, found.offset, frame.first, frame.end)
        if frame.end > self.size_max:
            self.damage(
                place,
                f"the lock's size {self.size_max} lies inside this frame",
                found.offset,
                frame.first,
                frame.end,
            )
        if not seen.frames and frame.first != seen.first:
            self.damage(
                place,
                f"is named after record {seen.first} but starts with {frame.first}",
                found.offset,
                frame.first,
                frame.end,
            )
        self.last_round = self.edge if own_round else None
        self.records += frame.records
        self._grow(read.leaves or bytes(HASH_BYTES) * frame.records)
        self._count(place, found, read.accounts)
        seen.take(found, read)

    def _count(self, place: str, found: scan.Whole, accounts: dict[bytes, tuple[int, int]]) -> None:
        """`seq` goes on where it was; behind a gap in the records it may have jumped, and then names who is touched."""
        for account, (first, last) in accounts.items():
            due = self.accounts.get(account, 0) + 1
            self.accounts[account] = last
            if first == due:
                continue
            if self._jumped is not None and first > due:
                self._touch(self._jumped, account.decode())
            else:
                text = f"account {account.decode()} goes on with number {first} where {due} is due"
                self.damage(place, text, found.offset, found.frame.first, found.frame.end)

    def _touch(self, position: int, account: str) -> None:
        finding = self.findings[position]
        if account not in finding.accounts and len(finding.accounts) < ACCOUNTS_MAX:
            self.findings[position] = msgspec.structs.replace(finding, accounts=(*finding.accounts, account))

    def _flaw(self, place: str, flaw: scan.Flaw, *, tail: bool) -> None:
        if tail and self.edge.size == self.size_max:
            self._behind(place, b"", flaw.offset)
            return
        self.damage(place, flaw.problem, flaw.offset, self.edge.size)
        if self._gap is None and len(self.findings) < FINDINGS_MAX:
            self._gap = len(self.findings) - 1

    def _behind(self, place: str, data: bytes, offset: int) -> None:
        """Bytes behind what the lock knows: an unfinished round, if it is only one."""
        if self.running:
            return
        self._behind_frames += len(list(scan.frames(data, len(data)))) if data else 1
        if self._behind_frames > 1:
            self.damage(
                place,
                "more than one round lies behind the lock: the lock was put back",
                offset,
                self.size_max,
            )
        else:
            self.leftover(place, f"an unfinished round at byte {offset}")

    def _footer(self, place: str, end: scan.Ending, seen: "_Seen") -> None:
        accounts = {name: self.accounts[name.encode()] for name in map(bytes.decode, self.accounts)}
        if end.footer != seen.footer(accounts):
            self.damage(
                place,
                "the segment's index does not describe its records",
                end.frames_end,
                seen.first,
                self.edge.size,
            )

    # tree

    def _missing(self, place: str, offset: int, end: int) -> None:
        """Records up to `end` are not there; go on behind them with what the tiles say of them."""
        if self._gap is None:
            self.damage(place, "records are missing before this frame", offset, self.edge.size, end)
            self._gap = len(self.findings) - 1
        else:
            self.findings[self._gap] = msgspec.structs.replace(self.findings[self._gap], end=end)
        self._jumped = self._gap
        self._gap = None
        size = (end - self.edge.size) * HASH_BYTES
        if size <= _FILL_BYTES_MAX:
            leaves = self.hashes.slice(0, bytes_at(0, self.edge.size), size)
            self._grow(leaves + bytes(size - len(leaves)))

    def _grow(self, leaves: bytes) -> None:
        before = self.edge.size
        self.edge, tiles = self.edge.append(leaves)
        for level, new in enumerate(tiles):
            offset = bytes_at(level, before)
            stored = self.hashes.slice(level, offset, len(new)) if new else b""
            if stored != new:
                self._tiles_differ(level, offset, stored, new)
        if self._fresh:
            self._fresh.append(before, tiles)

    def _tiles_differ(self, level: int, offset: int, stored: bytes, new: bytes) -> None:
        """The first place of each level is named, the others are counted."""
        at = next(
            (place for place, (a, b) in enumerate(zip(stored, new, strict=False)) if a != b), len(stored)
        )
        if at == len(stored) < len(new):
            return  # the file ends here: `_lengths` says so once
        if self._bad_tiles.setdefault(level, offset + at) == offset + at:
            start = (offset + at) // HASH_BYTES * FULL**level
            self.damage(
                f"tile/{level}",
                "a hash is not the one that the records lead to",
                offset + at,
                start,
                start + FULL**level,
            )
        else:
            self.counted[DAMAGE] += 1

    # the end

    def end(self, locked: Checkpoint | None) -> None:
        """Size, root and the lengths of the hash files."""
        if locked:
            if self._gap is not None and self.edge.size < locked.size:
                self._missing("segments", 0, locked.size)
            if self.records < locked.size:
                self.damage(
                    "segments",
                    f"hold {self.records} records, the lock says {locked.size}",
                )
            elif self.edge.size > locked.size:
                self.damage(
                    "lock",
                    f"says {locked.size} records, the segments hold {self.edge.size}: the lock was put back",
                    start=locked.size,
                )
            elif self.edge.root() != locked.root:
                self.damage(
                    "segments",
                    "the records lead to another root than the one that was signed",
                    start=0,
                    end=locked.size,
                )
        self._lengths()
        for path in sorted(self.places.tiles.iterdir()) if self.places.tiles.is_dir() else []:
            if path.name not in map(str, range(LEVELS)):
                self.damage(f"tile/{path.name}", "does not belong here")
        if self._fresh:
            self._end_rebuild(
                self._fresh,
                good=bool(locked and (locked.size, locked.root) == (self.edge.size, self.edge.root())),
            )

    def _begin_rebuild(self) -> HashFiles:
        shutil.rmtree(self._draft, ignore_errors=True)
        files.make_folder(self._draft)
        return HashFiles(self._draft, write=True)

    def _end_rebuild(self, fresh: HashFiles, *, good: bool) -> None:
        """New hash files take the place of the old, if they lead to the root that was signed."""
        if good:
            fresh.sync()
            for path in self.places.tiles.iterdir():
                if not (self._draft / path.name).exists():
                    path.unlink()
            for path in self._draft.iterdir():
                path.replace(self.places.tiles / path.name)
            files.sync_folder(self.places.tiles)
            self.rebuilt = True
        fresh.close()
        shutil.rmtree(self._draft, ignore_errors=True)

    def _lengths(self) -> None:
        size = min(self.edge.size, self.size_max)
        behind = self.last_round.size if self.last_round and not self.closed else size
        for level in range(LEVELS):
            place, due, stored = f"tile/{level}", bytes_at(level, size), self.hashes.bytes(level)
            if stored > due and not self.running:
                self.damage(
                    place, f"is {stored} bytes long, where a tree of {size} has {due}", offset=due, start=size
                )
            elif stored < bytes_at(level, behind):
                start = stored // HASH_BYTES * FULL**level
                self.damage(
                    place, f"ends after {stored} of {due} bytes", offset=stored, start=start, end=size
                )
            elif stored < due and not self.running:
                self.leftover(place, "is one round behind the lock")


class _Seen:
    """What the frames of one segment amount to: the footer that it should have."""

    def __init__(self, first: int) -> None:
        self.first = first
        self._count = self._raw_bytes = 0
        self.frames: list[tuple[int, int]] = []
        self._received: tuple[str, str] = ("", "")

    def take(self, found: scan.Whole, read: _Read) -> None:
        """One more frame."""
        self._received = (self._received[0] if self.frames else read.received[0], read.received[1])
        self.frames.append((found.frame.first, found.offset))
        self._count += found.frame.records
        self._raw_bytes += found.frame.raw_bytes

    def footer(self, accounts: dict[str, int]) -> Footer:
        """The footer."""
        return Footer(
            first=self.first,
            count=self._count,
            raw_bytes=self._raw_bytes,
            received_first=self._received[0],
            received_last=self._received[1],
            frames=tuple(self.frames),
            accounts=accounts,
        )


_Job = tuple[scan.Whole | scan.Flaw, "Future[_Read] | None"]
_NOTHING = _Read(b"", {}, ("", ""), "")


def _ahead(
    pool: Executor, found: Iterator[scan.Whole | scan.Flaw]
) -> Iterator[tuple[scan.Whole | scan.Flaw, _Read]]:
    """`found` in order, each frame with what it holds, a few being read ahead."""
    waiting: deque[_Job] = deque()
    for one in found:
        waiting.append(
            (one, None if isinstance(one, scan.Flaw) else pool.submit(_read, one.frame, bytes(one.data)))
        )
        if len(waiting) > AHEAD:
            yield _done(waiting.popleft())
    while waiting:
        yield _done(waiting.popleft())


def _done(job: _Job) -> tuple[scan.Whole | scan.Flaw, _Read]:
    return job[0], job[1].result() if job[1] else _NOTHING


def _read(frame: Frame, data: bytes) -> _Read:
    """The leaves and sequences of a frame whose digest holds."""
    accounts: dict[bytes, tuple[int, int]] = {}
    problem = ""
    try:
        lines = segments.lines_of(data, frame)
        leaves = leaf_hashes(map(entry, lines))
        account, seq = b"", 0
        due = b""  # how the next line begins if it is the same account's: mostly it is, and then nothing is parsed
        for line in lines:
            if due and line.startswith(due):
                seq += 1
            else:
                account, seq = order(line)
                _, last = accounts.get(account, (seq, seq - 1))
                if seq != last + 1:
                    problem = f"account {account.decode()} goes on with number {seq} where {last + 1} is due"
            accounts[account] = (accounts[account][0] if account in accounts else seq, seq)
            due = b'{"account":%b,"seq":%d,' % (account, seq + 1)
        received = (_received(lines[0]), _received(lines[-1]))
    except (Corruption, msgspec.MsgspecError) as error:
        return _Read(b"", {}, ("", ""), str(error))
    return _Read(leaves, accounts, received, problem)


def _received(line: bytes) -> str:
    return msgspec.json.decode(line, type=_Received).received
