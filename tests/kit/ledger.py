"""A ledger on disk for tests: made, fed, closed, killed and opened again in one line each."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from actiontrail.event.record import received_text
from actiontrail.ledger import fsck
from actiontrail.ledger.candidate import Candidate, Receipt
from actiontrail.ledger.fsck import Report
from actiontrail.ledger.note import Signer
from actiontrail.ledger.reader import Reader
from actiontrail.ledger.sequencer import NO_PAST, Limits, Past, Sequencer, create
from actiontrail.store.lock import LockLost, LockTaken, SqliteLock

ORIGIN = "test.example/ledger"
SIGNER = Signer(ORIGIN, bytes(range(32)))
SMALL = Limits(
    queue_bytes=1 << 20, round_bytes=1 << 16, segment_bytes=1 << 16, repeats_hours=24, repeats_bytes=64 << 20
)
WAIT_S = 150


def an_event(number: int, *, size: int = 300, text: str = "") -> bytes:
    """An ActionTrail event, one line, told apart by its number."""
    filler = f"{number:x}" * (size // 4)
    return (
        b'{"eventId":"E-%d","eventName":"DeleteInstance","eventTime":"2026-01-02T03:04:05Z","eventVersion":"1",'
        b'"eventSource":"ecs.cn-hangzhou.aliyuncs.com","serviceName":"Ecs","userIdentity":{"accountId":"1","type":"root-account",'
        b'"principalId":"1","userName":"root"},"requestId":"%s%s"}'
    ) % (number, filler[:size].encode(), text.encode())


RECEIVED = received_text(datetime.now(UTC))  # a sealed segment is recalled if it was received lately


def a_candidate(number: int, *, account: str = "1000", text: str = "", size: int = 300) -> Candidate:
    """What capture admits for `an_event`."""
    return Candidate(
        account,
        f"E-{number}",
        an_event(number, size=size, text=text),
        RECEIVED,
        "key:LTAI-test",
        "actiontrail",
    )


def candidates(start: int, end: int, *, account: str = "1000") -> list[Candidate]:
    """The candidates numbered [start, end)."""
    return [a_candidate(number, account=account) for number in range(start, end)]


def fsck_of(data: Path, *, rebuild_tiles: bool = False) -> Report:
    """What fsck says of the record in `data`."""
    try:
        lock = SqliteLock.open(data / "lock.sqlite", read_only=True)
    except LockLost:
        lock = None
    try:
        return fsck.check(data, lock=lock, vkey=SIGNER.vkey, rebuild_tiles=rebuild_tiles)
    finally:
        if lock:
            lock.close()


class LedgerKit:
    """A record in `data`, made at once; `open` it to write."""

    def __init__(self, data: Path, *, limits: Limits = SMALL, again: bool = False) -> None:
        """With `again`, an attempt to make it came before, and may have got as far as the lock."""
        self.data, self.limits = data, limits
        data.mkdir(parents=True, exist_ok=True)
        lock = SqliteLock.make(data / "lock.sqlite")
        try:
            create(data, lock=lock, signer=SIGNER)
        except LockTaken:
            if not again:
                raise
        finally:
            lock.close()
        self.sequencer: Sequencer | None = None

    def open(self, *, past: Past = NO_PAST) -> Sequencer:
        """The record, open for writing."""
        lock = SqliteLock.open(self.data / "lock.sqlite")
        self.sequencer = Sequencer.open(self.data, lock=lock, signer=SIGNER, limits=self.limits, past=past)
        return self.sequencer

    def record(self, *batches: Sequence[Candidate]) -> list[Receipt]:
        """Submit each batch and wait for its receipt."""
        assert self.sequencer
        return [self.sequencer.submit(batch).result(WAIT_S) for batch in batches]

    def close(self) -> None:
        """Close in good order."""
        if self.sequencer:
            self.sequencer.close()
            self.sequencer = None

    def fsck(self, *, rebuild_tiles: bool = False) -> Report:
        """What fsck says of the record as it lies there."""
        return fsck_of(self.data, rebuild_tiles=rebuild_tiles)

    def lines(self) -> list[bytes]:
        """Every published record."""
        reader = Reader(self.data)
        try:
            found: list[bytes] = []
            while part := reader.lines(len(found), limit=10_000):
                found += part
            return found
        finally:
            reader.close()
