"""fsck: everything derived again, and compared with everything stored. Repairs nothing unless asked.

Segments to digests, digests to tree, tree to root, root to the checkpoint that the key signed: in the lock
and as published. One flipped bit anywhere is found and its place named. What a crash may leave of one unfinished
round is told apart from damage: at most one frame behind the lock, and tiles and checkpoint at most one round
behind it; and none of that in a record that was closed in good order.
"""

import fcntl
import multiprocessing
import os
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import msgspec

from actiontrail.errors import Corruption, Refusal
from actiontrail.ledger import checkpoint as checkpoints
from actiontrail.ledger import handover, note
from actiontrail.ledger.checkpoint import BadCheckpoint, Checkpoint
from actiontrail.ledger.note import BadNote, Verifier
from actiontrail.ledger.places import Places
from actiontrail.ledger.walk import DAMAGE, UNFINISHED, Finding, Progress, Walk
from actiontrail.store.lock import Lock, LockRow, SqliteLock

_SPAWN_BYTES = 8 * 1024 * 1024  # below this, starting processes takes longer than they save
_WORKERS_MAX = 8


class RecorderRuns(Refusal):
    """Nothing is rebuilt under a recorder at work."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at and what was found. `damages` counts all, `findings` holds the first ones."""

    records: int
    segments: int
    accounts: int
    size: int
    root: str
    closed: bool
    running: bool
    rebuilt: bool
    damages: int
    unfinished: int
    findings: tuple[Finding, ...]

    @property
    def clean(self) -> bool:
        """Nothing is damaged."""
        return self.damages == 0


def check(  # noqa: PLR0913 - six
    data: Path,
    *,
    lock: Lock | None,
    vkey: str,
    progress: Progress | None = None,
    rebuild_tiles: bool = False,
    workers: int | None = None,
) -> Report:
    """Check the whole record in `data` against `lock` and the verifier key. Damage is a finding, not an exception.

    `lock` None: it could not be opened at all. With `rebuild_tiles`, hash files that differ are written again.
    """
    places = Places(data)
    verifiers, notes = _keys(places, vkey)
    running = _running(places)
    if running and rebuild_tiles:
        raise RecorderRuns("a recorder is at work on this record; stop it before its tiles are rebuilt")
    walk = Walk(places, running=running, rebuild=rebuild_tiles)
    walk.add(notes)
    row, locked = _locked(walk, lock, verifiers)
    with _pool(places, workers) as pool:
        walk.segments(pool, locked, closed=row is not None and row.closed, progress=progress or _silent)
    walk.end(locked)
    _published(walk, row, locked, verifiers)
    walk.hashes.close()
    return _report(walk, row)


def _pool(places: Places, workers: int | None) -> Executor:
    """Who reads frames. Python hashes short lines one at a time per process, so a large record gets processes."""
    count = workers or min(os.cpu_count() or 1, _WORKERS_MAX)
    try:
        stored = sum(path.stat().st_size for path in places.segments.iterdir())
    except OSError:
        stored = 0  # a file was sealed meanwhile, or the folder is not there: the walk will say so
    if count < 2 or stored < _SPAWN_BYTES:
        return ThreadPoolExecutor(1, "fsck")
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))


def _keys(places: Places, vkey: str) -> tuple[list[Verifier], list[Finding]]:
    """Every key that may have signed, and what is wrong with the hand-over notes."""
    paths = sorted(places.handover.iterdir()) if places.handover.is_dir() else []
    origin = Verifier(vkey).name
    try:
        chain = handover.predecessors(vkey, [path.read_bytes() for path in paths], origin)
    except (Corruption, OSError) as error:
        return [Verifier(vkey)], [Finding(kind=DAMAGE, place="handover", problem=str(error))]
    return [Verifier(one) for one in chain], []


def _running(places: Places) -> bool:
    """Whether a writer is at work on this record just now."""
    try:
        handle = os.open(places.writer, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def _locked(
    walk: Walk, lock: Lock | None, verifiers: list[Verifier]
) -> tuple[LockRow | None, Checkpoint | None]:
    """What the lock says, as far as it can be believed."""
    if lock is None:
        walk.damage("lock", "is missing, or cannot be opened")
        return None, None
    try:
        row = lock.read()
        if isinstance(lock, SqliteLock) and not walk.running:
            for defect in lock.defects():
                walk.damage("lock", defect)
        return row, checkpoints.verify(row.checkpoint, verifiers, verifiers[0].name)
    except (BadNote, BadCheckpoint) as error:
        walk.damage("lock", f"holds a checkpoint that is not to be believed: {error}")
        return row, None
    except Corruption as error:
        walk.damage("lock", str(error))
        return None, None


def _published(walk: Walk, row: LockRow | None, locked: Checkpoint | None, verifiers: list[Verifier]) -> None:
    """The published checkpoint is the lock's, or, without a close in good order, one round older."""
    try:
        data = walk.places.checkpoint.read_bytes()
        published = checkpoints.verify(data, verifiers, verifiers[0].name)
        if len(note.parse(data).signatures) != 1:
            raise BadNote("it has signatures that we did not make")
    except (OSError, Corruption) as error:
        walk.damage("checkpoint", f"is not to be believed: {error}")
        return
    if walk.running or row is None or data == row.checkpoint:
        return
    before = walk.last_round
    if locked is None:
        return
    if published.size > locked.size:
        walk.damage(
            "lock",
            f"knows of {locked.size} records, but a checkpoint of {published.size} is published: the lock was put back",
        )
    elif not row.closed and (published.size, published.root) == (locked.size, locked.root):
        walk.leftover("checkpoint", "is signed by an earlier key than the lock's")
    elif not row.closed and before and (published.size, published.root) == (before.size, before.root()):
        walk.leftover("checkpoint", "is one round behind the lock")
    else:
        walk.damage(
            "checkpoint",
            f"of {published.size} records is older than the lock's of {locked.size}: it was put back",
            start=published.size,
        )


def _report(walk: Walk, row: LockRow | None) -> Report:
    return Report(
        records=walk.records,
        segments=walk.segment_count,
        accounts=len(walk.accounts),
        size=walk.edge.size,
        root=walk.edge.root().hex(),
        closed=bool(row and row.closed),
        running=walk.running,
        rebuilt=walk.rebuilt,
        damages=walk.counted[DAMAGE],
        unfinished=walk.counted[UNFINISHED],
        findings=tuple(walk.findings),
    )


def _silent(done: int, total: int) -> None:
    """Nobody watches."""
