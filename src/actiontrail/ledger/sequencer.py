"""The sequencer: the one writer. It gives each event its index, makes it durable, and only then says so.

It works in rounds. A round takes all that waits and goes through these steps, in this order:

    plan     repeats answered, indices and `seq` given; nothing outside this thread has changed
    stage    one frame appended to the open segment, and on disk
    swap     the new checkpoint in the lock: the point of no return
    answer   the callers learn index and checkpoint
    apply    hash files, published checkpoint, bells, the memory of repeats: all of it derivable

There is no fixed period: a round begins when work waits and the last one is over. A stage that surely left
nothing behind (a full disk) fails its own callers. Where nobody can know what happened (a failed fsync, a failed
swap) the sequencer stops for good; a restart finds out from what is on disk.
"""

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from actiontrail.errors import Corruption, Outage, Refusal
from actiontrail.event.formats import BUILT_IN, Formats
from actiontrail.event.record import entry, head, parse
from actiontrail.ledger import checkpoint as checkpoints
from actiontrail.ledger import repeats as memory
from actiontrail.ledger import segment as segments
from actiontrail.ledger.bells import Ringer
from actiontrail.ledger.candidate import Candidate, Placed, Receipt
from actiontrail.ledger.checkpoint import Checkpoint
from actiontrail.ledger.hashfiles import HashFiles
from actiontrail.ledger.note import BadNote, Signer, Verifier
from actiontrail.ledger.places import Places
from actiontrail.ledger.reader import Reader
from actiontrail.ledger.recall import recall
from actiontrail.ledger.recovery import Accounts, Damaged, Found, recover
from actiontrail.ledger.repeats import Repeats, Seen
from actiontrail.ledger.sealing import seal
from actiontrail.ledger.segment import Segment
from actiontrail.ledger.stats import Stats
from actiontrail.ledger.tail import HARMLESS, EffectUnknown, Tail
from actiontrail.ledger.tree import EMPTY_ROOT, leaf_hashes
from actiontrail.store import files
from actiontrail.store.lock import Lock

MIB = 1024 * 1024
RECORD_BYTES = 200  # what a record has beside its event, about: for the bound on what waits
RETRY_AFTER_S = 1.0
_HEADS_MAX = 4096


class Busy(Outage):
    """As much waits as may wait."""


class Stopped(Outage):
    """The sequencer has stopped and takes nothing more."""


class SecondWriter(Refusal):
    """Another process writes this record."""


class RecordExists(Refusal):
    """There is a record in this folder already."""


class NoRecord(Refusal):
    """There is no record in this folder."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of the sequencer; the settings of the same names say what turning them costs."""

    queue_bytes: int = 128 * MIB
    round_bytes: int = 8 * MIB
    segment_bytes: int = 128 * MIB
    repeats_hours: int = 24 * 14
    repeats_bytes: int = 16 * 1024 * MIB


@dataclass(frozen=True, slots=True)
class Past:
    """What it takes to read what was recorded before: former keys of the record, and its events' formats."""

    trusted: Sequence[Verifier] = ()
    formats: Formats = BUILT_IN


class _Batch(NamedTuple):
    candidates: Sequence[Candidate]
    bytes: int
    answer: "Future[Receipt]"


NO_PAST: Final = Past()


@dataclass(slots=True)
class _Plan:
    """What a round will do: its lines, and what its callers will be told."""

    lines: list[bytes]
    places: list[list[Placed]]
    accounts: dict[str, int]
    new: dict[bytes, Seen]
    repeats: int = 0


def create(data: Path, *, lock: Lock, signer: Signer) -> bytes:
    """An empty record in `data`, whose first checkpoint is in `lock`. Raises `RecordExists` or `LockTaken`."""
    places = Places(data)
    if places.segments.is_dir() and any(places.segments.iterdir()):
        raise RecordExists(
            f"{places.segments} holds records already; choose another folder, or serve this one"
        )
    for folder in (places.segments, places.tiles, places.run):
        files.make_folder(folder)
    note = checkpoints.sign(Checkpoint(signer.name, 0, EMPTY_ROOT), signer)
    lock.create(note)  # from here on there is a record
    files.replace(places.checkpoint, note)
    return note


class Sequencer:
    """The writer of the record in one data folder. `submit` from any thread."""

    def __init__(self, places: Places, lock: Lock, signer: Signer, limits: Limits, formats: Formats) -> None:
        """Use `open`."""
        self._formats = formats
        self._places, self._lock, self._signer, self._limits = places, lock, signer, limits
        self._held = ExitStack()  # what is let go at the end, the writer's lock last but one
        self._queue: deque[_Batch] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._stats = Stats()
        self._heads: dict[tuple[str, str, str, str, tuple[str, ...]], tuple[bytes, bytes]] = {}
        self._unapplied: Callable[[], None] | None = None
        self._unsealed: deque[Segment] = deque()
        self._sealer: threading.Thread | None = None
        self._sealing_over = False

    @classmethod
    def open(  # noqa: PLR0913 - six with the class itself
        cls,
        data: Path,
        *,
        lock: Lock,
        signer: Signer,
        limits: Limits | None = None,
        past: Past = NO_PAST,
        clock: Callable[[], float] = time.time,
    ) -> "Sequencer":
        """The writer of the record in `data`, recovered from whatever a crash left, and at work.

        Raises `NoRecord`, `SecondWriter`, or `Damaged`.
        """
        places = Places(data)
        if not places.segments.is_dir():
            raise NoRecord(f"{data} holds no record; `actiontrail init --data {data}` makes one")
        files.make_folder(places.run)
        self = cls(places, lock, signer, limits or Limits(), past.formats)
        try:
            self._held.callback(lock.close)
            self._held.callback(os.close, _sole_writer(places.writer))
            self._start([signer.verifier, *past.trusted], clock)
        except BaseException:
            self._held.close()
            raise
        return self

    def submit(self, candidates: Sequence[Candidate]) -> "Future[Receipt]":
        """Record `candidates`, all or none. The future holds the receipt once they are durable and provable.

        Raises `Busy` at once if too much waits already, `Stopped` if nothing is taken any more.
        """
        size = sum([len(one.event) for one in candidates]) + RECORD_BYTES * len(candidates)
        batch = _Batch(candidates, size, Future())
        with self._wake:
            if self._stats.stopped or self._closing:
                raise Stopped(
                    self._stats.stopped or "the recorder is closing; try again when it is back",
                    retry_after=RETRY_AFTER_S,
                )
            if self._queue and self._stats.queue_bytes + size > self._limits.queue_bytes:
                raise Busy(
                    f"{self._stats.queue_bytes} bytes wait to be recorded already; send this again later",
                    retry_after=RETRY_AFTER_S,
                )
            self._queue.append(batch)
            self._stats.queue_bytes += size
            self._wake.notify()
        return batch.answer

    def stats(self) -> Stats:
        """What was done since opening, as it stands."""
        self._stats.size = self._edge.size
        self._stats.sealing = len(self._unsealed)
        return self._stats

    @property
    def checkpoint(self) -> bytes:
        """The latest signed checkpoint."""
        return self._note

    def close(self) -> None:
        """Finish what waits, then leave the record closed in good order. Nothing is taken after this began."""
        with self._wake:
            first, self._closing = not self._closing, True
            self._wake.notify()
        if not first:
            return
        self._thread.join()
        if self._sealer:
            self._sealer.join()
        try:
            if not self._stats.stopped:
                self._finish_applying()
                self._hashes.sync()
                files.replace(self._places.checkpoint, self._note)
                self._lock.swap(self._note, self._note, closed=True)
        finally:
            self._held.close()

    # opening

    def _start(self, verifiers: list[Verifier], clock: Callable[[], float]) -> None:
        row = self._lock.read()
        try:
            locked = checkpoints.verify(row.checkpoint, verifiers, self._signer.name)
        except (BadNote, checkpoints.BadCheckpoint) as error:
            raise Damaged(
                f"the lock's checkpoint is not one that this record's key signed: {error}"
            ) from error
        self._hashes = HashFiles(self._places.tiles, write=True)
        self._held.callback(self._hashes.close)
        found = recover(self._places, locked, self._hashes, verifiers)
        self._take_up(found)
        self._note = checkpoints.sign(
            Checkpoint(self._signer.name, found.edge.size, found.edge.root()), self._signer
        )
        self._lock.swap(row.checkpoint, self._note)
        files.replace(self._places.checkpoint, self._note, durable=False)
        self._ringer = Ringer(self._places.bells)
        self._held.callback(self._ringer.close)
        self._repeats = Repeats(
            self._places.repeats,
            hours=self._limits.repeats_hours,
            bytes_max=self._limits.repeats_bytes,
            clock=clock,
        )
        self._held.callback(_close_memory, self._repeats)
        self._recorded = Reader(self._places.data)
        self._held.callback(self._recorded.close)
        since = clock() - self._limits.repeats_hours * 3600
        recall(self._repeats, self._places, since, self._edge.size, formats=self._formats)
        self._seal_soon()
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)
        self._thread.start()

    def _take_up(self, found: Found) -> None:
        """Go on where the record ends."""
        self._edge = found.edge
        self._accounts = {msgspec.json.decode(name, type=str): seq for name, seq in found.accounts.items()}
        self._sealed_accounts: Accounts = found.sealed_accounts
        self._unsealed.extend(found.open[:-1])
        self._tail = Tail(self._places.segments)
        self._held.callback(self._tail.close)
        if found.open:
            self._tail.take_up(found.open[-1], found.tail_offset, found.tail_bytes)
            self._turn_if_full()

    # rounds

    def _run(self) -> None:
        while True:
            batches = self._take()
            if not batches:
                return
            try:
                self._round(batches)
            except Outage as error:
                _fail(batches, error)
            except BaseException as error:  # noqa: BLE001 - whatever it was, its effect is unknown: stop
                self._stop(error, batches)
                return

    def _take(self) -> list[_Batch]:
        """All that waits, up to a round's size; nothing means that it is time to go."""
        with self._wake:
            while not self._queue:
                if self._closing:
                    return []
                self._wake.wait()
            batches: list[_Batch] = []
            size = 0
            while self._queue and (not size or size + self._queue[0].bytes <= self._limits.round_bytes):
                batch = self._queue.popleft()
                size += batch.bytes
                self._stats.queue_bytes -= batch.bytes
                if batch.answer.set_running_or_notify_cancel():
                    batches.append(batch)
            return batches or [_Batch((), 0, Future())]  # all that was taken had been called off

    def _round(self, batches: list[_Batch]) -> None:
        self._finish_applying()
        plan = self._plan(batches)
        if plan.lines:
            first, leaves = self._edge.size, leaf_hashes(map(entry, plan.lines))
            self._stage(first, plan.lines)
            edge, tiles = self._edge.append(leaves)
            note = checkpoints.sign(Checkpoint(self._signer.name, edge.size, edge.root()), self._signer)
            began = time.perf_counter()
            try:
                self._lock.swap(self._note, note)
            except Outage as error:  # nobody knows whether it happened
                raise EffectUnknown(f"its lock failed: {error}") from error
            self._stats.swap_seconds += time.perf_counter() - began
            self._edge, self._note = edge, note
            self._accounts.update(plan.accounts)
        for batch, places in zip(batches, plan.places, strict=True):
            batch.answer.set_result(Receipt(tuple(places), self._note))
        self._stats.rounds += 1
        self._stats.records += len(plan.lines)
        self._stats.repeats += plan.repeats
        if plan.lines:
            self._unapplied = lambda: self._apply(first, tiles)
            with suppress(Outage):  # the next round tries again, and fails if it must
                self._finish_applying()
            self._remember(plan.new)
            self._turn_if_full()
            self._seal_soon()

    def _plan(self, batches: list[_Batch]) -> _Plan:
        """Give each event its place: where it was recorded before, or the next index. Pure but for the heads kept."""
        keys = [[memory.key(one.account, one.event_id) for one in batch.candidates] for batch in batches]
        known = self._repeats.find([key for part in keys for key in part])
        plan = _Plan([], [], {}, {})
        size = self._edge.size
        for batch, part in zip(batches, keys, strict=True):
            places: list[Placed] = []
            plan.places.append(places)
            for one, named in zip(batch.candidates, part, strict=True):
                key, digest = named, memory.digest(one.event)
                seen, differs = known.get(key), False
                if seen is not None and seen.digest != digest:
                    key, seen = self._other_bytes(one, seen, known, plan)
                    differs = seen is None or seen.digest != digest
                if seen is not None:
                    places.append(Placed(seen.place, repeated=True, differs=differs))
                    plan.repeats += 1
                    continue
                place = size + len(plan.lines)
                plan.new[key] = known[key] = Seen(place, digest)
                plan.lines.append(self._line(one, plan.accounts))
                places.append(Placed(place, differs=differs))
        return plan

    def _other_bytes(
        self, one: Candidate, first: Seen, known: dict[bytes, Seen], plan: _Plan
    ) -> tuple[bytes, Seen | None]:
        """What to make of `one`, whose id was recorded at `first` with other bytes: its key, and where it stands.

        The same deed by the same actor, written otherwise, is a repeat. Anything else is another event, whoever
        named both alike: to call it a repeat would lose it.
        """
        said = memory.content(one.format, one.event, self._formats)
        key = memory.variant(one.account, one.event_id, said)
        seen = known.get(key) or self._repeats.find([key]).get(key)
        if seen is None:
            ahead = first.place - self._edge.size
            there = parse(plan.lines[ahead] if ahead >= 0 else self._recorded.line(first.place))
            if memory.content(there.format, bytes(there.event), self._formats) == said:
                seen = first
        return key, seen

    def _line(self, one: Candidate, accounts: dict[str, int]) -> bytes:
        account = one.account
        seq = (accounts.get(account) or self._accounts.get(account, 0)) + 1
        accounts[account] = seq
        about = (account, one.received, one.source, one.format, one.masked)
        around = self._heads.get(about)
        if around is None:
            if len(self._heads) >= _HEADS_MAX:
                self._heads.clear()
            around = self._heads[about] = head(
                account, received=one.received, source=one.source, format=one.format, masked=one.masked
            )
        return b"%b%d%b%b}" % (around[0], seq, around[1], one.event)

    def _stage(self, first: int, lines: list[bytes]) -> None:
        """Append the round's frame, durably. Raises `DiskFull` having left nothing, or `EffectUnknown`."""
        raw = b"\n".join(lines) + b"\n"
        frame = segments.encode(first, raw, len(lines))
        seconds = self._tail.append(first, frame, len(raw))
        self._stats.timed(seconds)
        self._stats.raw_bytes += len(raw)
        self._stats.frame_bytes += len(frame)

    # behind the point of no return

    def _finish_applying(self) -> None:
        """What the last round has made true is written where readers look. Raises `Outage` if it cannot be yet."""
        if self._unapplied is not None:
            try:
                self._unapplied()
            except OSError as error:
                raise Outage(
                    f"the tree or the checkpoint cannot be written: {error}. What was acknowledged is safe.",
                    retry_after=RETRY_AFTER_S,
                ) from error
            self._unapplied = None

    def _apply(self, size: int, tiles: Sequence[bytes]) -> None:
        self._hashes.append(size, tiles)
        files.replace(self._places.checkpoint, self._note, durable=False)
        self._ringer.ring()

    def _remember(self, new: dict[bytes, Seen]) -> None:
        try:
            self._repeats.remember(new, self._edge.size)
        except Outage as error:
            raise EffectUnknown(str(error)) from error

    # sealing

    def _turn_if_full(self) -> None:
        """Where the open segment is full, the next round begins another."""
        if self._tail.raw_bytes >= self._limits.segment_bytes:
            self._unsealed.append(self._tail.turn())

    def _seal_soon(self) -> None:
        ready = self._unsealed and self._unapplied is None and not self._sealing_over
        if ready and not (self._sealer and self._sealer.is_alive()):
            sealer = threading.Thread(target=self._seal_all, name="sealer", daemon=True)
            sealer.start()
            self._sealer = sealer

    def _seal_all(self) -> None:
        """Seal the full segments, oldest first. Where the disk is full, that is tried again later.

        After any other failure, only by a restart: an fsync that failed must not be believed the second time.
        """
        while self._unsealed and not self._closing:
            try:
                self._sealed_accounts = seal(self._unsealed[0], self._sealed_accounts, self._hashes)
            except (OSError, Corruption) as error:
                self._stats.sealing_failed += 1
                self._sealing_over = not (isinstance(error, OSError) and error.errno in HARMLESS)
                return
            self._unsealed.popleft()
            self._stats.sealed += 1

    # the end

    def _stop(self, error: BaseException, batches: list[_Batch]) -> None:
        """Take nothing more, for good: what is on disk now, only a restart can tell."""
        reason = (
            f"the recorder stopped recording because {error}; whatever was acknowledged is safe. Restart it."
        )
        with self._wake:
            self._stats.stopped = reason
            waiting = list(self._queue)
            self._queue.clear()
            self._stats.queue_bytes = 0
        _fail([*batches, *waiting], Stopped(reason))


def _fail(batches: list[_Batch], error: Outage) -> None:
    for batch in batches:
        if not batch.answer.done():
            batch.answer.set_exception(type(error)(str(error), retry_after=error.retry_after))


def _close_memory(repeats: Repeats) -> None:
    with suppress(Outage):  # a memory that could not be kept is made again from the records
        repeats.close()


def _sole_writer(path: Path) -> int:
    """The handle that shows everybody else that there is a writer. Raises `SecondWriter`."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise SecondWriter(
            f"{path} is locked: another recorder writes this record. There is only ever one."
        ) from error
    return handle
