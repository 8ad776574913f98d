"""Every file call of making, opening, recording, sealing and closing, broken in every way we know."""

import dataclasses
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.faults import FAULTS, Fault, Shim, shimmed
from tests.kit.ledger import SIGNER, SMALL, WAIT_S, LedgerKit, candidates

from actiontrail.errors import Outage
from actiontrail.event.record import parse
from actiontrail.ledger.candidate import Candidate
from actiontrail.ledger.sequencer import Sequencer
from actiontrail.store.lock import LockOutage, SqliteLock

LIMITS = dataclasses.replace(SMALL, segment_bytes=4096)


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: hundreds of records are made here, and no test cuts the power."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


class Acknowledged:
    """What callers were told: index by event."""

    def __init__(self) -> None:
        self.places: dict[bytes, int] = {}

    def submit(self, sequencer: Sequencer, batch: list[Candidate]) -> bool:
        """Whether `batch` was acknowledged."""
        try:
            receipt = sequencer.submit(batch).result(WAIT_S)
        except Outage:
            return False
        for one, place in zip(batch, receipt.places, strict=True):
            assert self.places.setdefault(one.event, place.index) == place.index
        return True

    def held_by(self, lines: list[bytes]) -> bool:
        """Every acknowledged event lies where its caller was told, and no event lies twice."""
        events = [bytes(parse(line).event) for line in lines]
        assert len(set(events)) == len(events)
        return all(events[index] == event for event, index in self.places.items())


def _work(kit: LedgerKit, acknowledged: Acknowledged) -> None:
    """Four rounds over several segments, each sealed before the next begins, and a close."""
    sequencer = kit.open()
    try:
        for start in range(0, 16, 4):
            acknowledged.submit(sequencer, candidates(start, start + 4))
            if sequencer._sealer:
                sequencer._sealer.join()
    finally:
        kit.close()


def _calls(tmp_path: Path) -> list[str]:
    kit = LedgerKit(tmp_path / "count", limits=LIMITS)
    shim = Shim(kit.data)
    with shimmed(shim):
        _work(kit, Acknowledged())
    return shim.seen


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_whichever_file_call_breaks_nothing_acknowledged_is_lost(tmp_path: Path, fault: Fault) -> None:
    """After a restart the promise holds and fsck is clean, whatever broke and however."""
    calls = _calls(tmp_path)
    for target in range(len(calls)):
        kit = LedgerKit(tmp_path / f"{target}", limits=LIMITS)
        acknowledged = Acknowledged()
        shim = Shim(kit.data, target, fault)
        with shimmed(shim):
            try:
                _work(kit, acknowledged)
            except (OSError, Outage):
                kit.sequencer = None
        what = f"{calls[target]} (call {target}): {fault.name}"
        left = kit.fsck()
        assert (shim.broke, left.clean) == (True, True), f"{what}: {left.findings}"
        _work(kit, acknowledged)
        report = kit.fsck()
        assert (report.findings, acknowledged.held_by(kit.lines()), report.records) == ((), True, 16), what


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_record_that_could_not_be_made_can_be_made_again(tmp_path: Path, fault: Fault) -> None:
    """A full disk at `init` must not leave a folder that nothing can be done with."""
    shim = Shim(tmp_path / "count")
    with shimmed(shim):
        LedgerKit(tmp_path / "count")
    for target in range(len(shim.seen)):
        data = tmp_path / f"{target}"
        with shimmed(Shim(data, target, fault)):
            try:
                kit = LedgerKit(data)
            except OSError:
                kit = None
        kit = kit or LedgerKit(data, again=True)
        acknowledged = Acknowledged()
        _work(kit, acknowledged)
        assert (kit.fsck().findings, len(acknowledged.places)) == ((), 16), (
            f"{shim.seen[target]} (call {target}): {fault.name}"
        )


@pytest.mark.parametrize("done", [False, True])
def test_a_failed_fsync_stops_acknowledging_for_good(tmp_path: Path, done: bool) -> None:
    """The kernel forgets what it could not write: a second fsync that succeeds proves nothing."""
    kit = LedgerKit(tmp_path / "data")
    acknowledged = Acknowledged()
    sequencer = kit.open()
    assert acknowledged.submit(sequencer, candidates(0, 4))
    with shimmed(Shim(kit.data, 0, FAULTS[1 if done else 0], only="fdatasync")):
        assert not acknowledged.submit(sequencer, candidates(8, 12))
    assert not acknowledged.submit(sequencer, candidates(12, 16))
    with pytest.raises(Outage, match="Restart it"):
        sequencer.submit(candidates(12, 16))
    kit.close()
    kit.open()
    kit.close()
    assert (kit.fsck().findings, acknowledged.held_by(kit.lines())) == ((), True)


class _BrokenLock(SqliteLock):
    """Its third swap fails: before it is done, or after."""

    swaps = 0
    done = False

    def swap(self, old: bytes, new: bytes, *, closed: bool = False) -> None:
        self.swaps += 1
        if self.swaps != 3:
            super().swap(old, new, closed=closed)
            return
        if self.done:
            super().swap(old, new, closed=closed)
        raise LockOutage("gone")


@pytest.mark.parametrize("done", [False, True])
def test_a_swap_of_unknown_effect_stops_acknowledging(tmp_path: Path, done: bool) -> None:
    """Only a restart can tell whether the round happened; until then nobody is told that it did."""
    kit = LedgerKit(tmp_path / "data")
    acknowledged = Acknowledged()
    lock = _BrokenLock.open(kit.data / "lock.sqlite")
    assert isinstance(lock, _BrokenLock)
    lock.done = done
    sequencer = Sequencer.open(kit.data, lock=lock, signer=SIGNER, limits=SMALL)
    told = [acknowledged.submit(sequencer, candidates(start, start + 4)) for start in (0, 4, 8)]
    sequencer.close()
    left = kit.fsck()
    kit.open()
    kit.close()
    report = kit.fsck()
    assert (told, left.clean, report.findings, report.records) == (
        [True, False, False],
        True,
        (),
        8 if done else 4,
    )
    assert acknowledged.held_by(kit.lines())


def test_a_full_disk_costs_its_own_batch_and_nothing_else(tmp_path: Path) -> None:
    """When there is room again, recording goes on without a restart."""
    kit = LedgerKit(tmp_path / "data")
    acknowledged = Acknowledged()
    sequencer = kit.open()
    with shimmed(Shim(kit.data, 0, FAULTS[3], only="pwrite")) as shim:
        first = acknowledged.submit(sequencer, candidates(0, 4))
    second = acknowledged.submit(sequencer, candidates(4, 8))
    kit.close()
    assert (shim.broke, first, second, kit.fsck().findings) == (True, False, True, ())
