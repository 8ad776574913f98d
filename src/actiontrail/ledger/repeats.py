"""Repeats: which event ids were recorded lately, and where. A memory, never the truth: the ledger is.

Account and event id are hashed to sixteen bytes; with each stand the record's index and eight bytes of
its event's digest. What is new is kept in memory and goes to LMDB in large sorted batches by a thread of
its own, so a round never waits for a B-tree; the batch carries the size that it completes, and whoever opens
the memory adds the records since. Generations by time bound it: the oldest is dropped whole.

Nothing is synced while it runs. After a crash of the process the kernel still has every page; after a
crash of the machine (another boot id, and no clean close) the memory is thrown away and made again.
"""

import hashlib
import shutil
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import lmdb
import msgspec

from actiontrail.errors import Outage, Refusal
from actiontrail.event.formats import Formats
from actiontrail.store.files import make_folder

FLUSH_RECORDS = 100_000
PENDING_RECORDS_MAX = 4 * FLUSH_RECORDS
GENERATIONS = 3  # an id is remembered for the period and at most a third more
_ENTRY_BYTES = 130  # on disk, measured, with the pages that LMDB keeps in reserve
_VALUE = struct.Struct("<Q8s")
_SIZE = struct.Struct("<Q")
_META = b"meta"
_GENERATION = b"g"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_HOUR = 3600


class Seen(NamedTuple):
    """Where an event id was recorded first, and eight bytes of its event's digest."""

    place: int
    digest: bytes


def key(account: str, event_id: str) -> bytes:
    """Sixteen bytes that stand for `event_id` in `account`."""
    name = account.encode()
    return hashlib.blake2b(b"%d:%b%b" % (len(name), name, event_id.encode()), digest_size=16).digest()


def digest(event: bytes) -> bytes:
    """Eight bytes that tell whether two events are the same bytes."""
    return hashlib.sha256(event).digest()[:8]


def content(format: str, event: bytes, formats: Formats) -> bytes:  # noqa: A002
    """A digest of what was done and by whom; not of when, nor of how a channel writes it.

    A sender that makes its event anew for a second try gives it another time, and an event that comes by
    two ways is not written alike; both are repeats. Another name or another actor is another event.
    """
    try:
        told = formats.to_event(format, event)
    except Refusal:  # a format that was declared then, and is not now
        return hashlib.sha256(event).digest()
    who = told.user_identity
    said = (told.event_name, told.service_name, who.type, who.principal_id, who.user_name, who.access_key_id)
    return hashlib.sha256(msgspec.json.encode(said)).digest()


def variant(account: str, event_id: str, said: bytes) -> bytes:
    """The key of an event whose id is known, and was recorded for another event."""
    return key(account, f"{event_id}\0{said.hex()}")


def is_generation(name: bytes) -> bool:
    """Whether the table of that name holds ids."""
    return name.startswith(_GENERATION)


def unpack(value: bytes) -> Seen:
    """What stands with an id on disk."""
    return Seen(*_VALUE.unpack(value))


def boot_id() -> str:
    """Which start of this machine it is; empty where that cannot be told."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


class Repeats:
    """The memory in `folder`. One thread asks and remembers."""

    def __init__(
        self,
        folder: Path,
        *,
        hours: int,
        bytes_max: int,
        clock: Callable[[], float] = time.time,
        boot: str | None = None,
    ) -> None:
        self._folder, self._hours, self._bytes_max, self._clock = folder, hours, bytes_max, clock
        self._boot = (boot_id() if boot is None else boot).encode()
        self._recent: dict[bytes, Seen] = {}
        self._flushing: dict[bytes, Seen] = {}
        self._thread: threading.Thread | None = None
        self._fault: BaseException | None = None
        self._guard = threading.Lock()  # a generation is not dropped while it is asked
        self._open()

    @property
    def size(self) -> int:
        """The memory is complete, for its period, as far as the record was of this size."""
        return self._size

    def find(self, keys: list[bytes]) -> dict[bytes, Seen]:
        """Those of `keys` that are remembered."""
        found: dict[bytes, Seen] = {}
        for pending in (self._recent, self._flushing):
            if pending:
                found.update({one: pending[one] for one in keys if one in pending})
        if not self._generations:
            return found
        asked = sorted(keys)
        with self._guard, self._env.begin() as transaction:
            for _, generation in reversed(self._generations):
                with transaction.cursor(generation) as cursor:
                    for one, value in cursor.getmulti(asked):
                        found.setdefault(one, unpack(value))
        return found

    def remember(self, items: Mapping[bytes, Seen], size: int) -> None:
        """Add `items`, which make the memory complete up to `size`."""
        self._recent.update(items)
        self._size = size
        if len(self._recent) >= FLUSH_RECORDS:
            if self._busy() and len(self._recent) < PENDING_RECORDS_MAX:
                return
            self._join()
            self._start_flush()

    def forget(self) -> None:
        """Throw everything away; the caller will remember again from the ledger."""
        self._join()
        self._env.close()
        shutil.rmtree(self._folder)
        self._recent, self._flushing = {}, {}
        self._open()

    def close(self) -> None:
        """Everything is on disk, and trusted at the next start."""
        try:
            self._join()
            self._start_flush()
            self._join()
            self._env.sync(True)  # noqa: FBT003 - LMDB's own signature
            self._mark(clean=b"1")
        finally:
            self._env.close()

    def _open(self) -> None:
        make_folder(self._folder)
        try:
            self._load()
        except lmdb.Error:
            self._reset()
        if self._untrusted():
            self._reset()
        self._mark(clean=b"0")

    def _load(self) -> None:
        self._env: Any = lmdb.open(
            str(self._folder),
            map_size=self._bytes_max,
            max_dbs=64,
            sync=False,
            metasync=False,
            readahead=False,
            max_readers=16,
        )
        self._meta = self._env.open_db(_META)
        with self._env.begin() as transaction:
            stored = transaction.get(b"size", db=self._meta)
            self._size = _SIZE.unpack(stored)[0] if stored else 0
            names = [name for name, _ in transaction.cursor() if is_generation(name)]
        self._generations: list[tuple[int, Any]] = [
            (int(name[1:]), self._env.open_db(name)) for name in sorted(names)
        ]

    def _untrusted(self) -> bool:
        with self._env.begin(db=self._meta) as transaction:
            stored, clean = transaction.get(b"boot"), transaction.get(b"clean")
        return stored is not None and clean != b"1" and (stored != self._boot or not self._boot)

    def _reset(self) -> None:
        with suppress(AttributeError):
            self._env.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        make_folder(self._folder)
        self._load()

    def _mark(self, *, clean: bytes) -> None:
        """Say on disk whether the memory may be trusted after a crash of the machine."""
        with self._env.begin(write=True, db=self._meta) as transaction:
            transaction.put(b"boot", self._boot)
            transaction.put(b"clean", clean)
        self._env.sync(True)  # noqa: FBT003

    def _busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._fault is not None:
            raise Outage(
                f"the memory of repeats in {self._folder} cannot be written: {self._fault}"
            ) from self._fault
        self._flushing = {}

    def _start_flush(self) -> None:
        self._flushing, self._recent = self._recent, {}
        self._thread = threading.Thread(target=self._flush, args=(self._flushing, self._size), name="repeats")
        self._thread.start()

    def _flush(self, items: dict[bytes, Seen], size: int) -> None:
        try:
            self._env.reader_check()  # who died while reading (`lately`) keeps no page from being used again
            self._rotate(len(items))
            packed = sorted((one, _VALUE.pack(*seen)) for one, seen in items.items())
            with self._env.begin(write=True) as transaction:
                if packed:
                    with transaction.cursor(self._generations[-1][1]) as cursor:
                        cursor.putmulti(packed, overwrite=False)
                transaction.put(b"size", _SIZE.pack(size), db=self._meta)
        except BaseException as error:  # noqa: BLE001 - carried to the thread that asks next
            self._fault = error

    def _rotate(self, coming: int) -> None:
        """Begin a generation when the newest has its share of time or space, and drop what is over the period."""
        now = self._clock()
        counts = self._counts()
        room = self._bytes_max // _ENTRY_BYTES
        if (
            not self._generations
            or now - self._generations[-1][0] >= self._hours * _HOUR / GENERATIONS
            or counts[-1] + coming > room // (GENERATIONS + 1)
        ):
            started = max(int(now), self._generations[-1][0] + 1 if self._generations else 0)
            self._generations = [*self._generations, (started, self._env.open_db(b"g%012d" % started))]
            counts.append(0)
        while len(self._generations) > 1 and self._over(now, sum(counts) + coming, room):
            counts.pop(0)
            with self._guard:
                _, oldest = self._generations[0]
                self._generations = self._generations[1:]
                with self._env.begin(write=True) as transaction:
                    transaction.drop(oldest)

    def _over(self, now: float, count: int, room: int) -> bool:
        return self._generations[1][0] < now - self._hours * _HOUR or count > room

    def _counts(self) -> list[int]:
        with self._env.begin() as transaction:
            return [transaction.stat(generation)["entries"] for _, generation in self._generations]
