"""The reader: beside a writer, in another process, after a restart."""

import threading
import time
from pathlib import Path

import pytest
from tests.kit.ledger import LedgerKit, candidates

from actiontrail.errors import Outage
from actiontrail.event.record import entry
from actiontrail.ledger import checkpoint as checkpoints
from actiontrail.ledger import tiles, tree
from actiontrail.ledger.follower import step
from actiontrail.ledger.reader import NoLedger, NoSuchRecord, Reader


@pytest.fixture
def kit(tmp_path: Path) -> LedgerKit:
    return LedgerKit(tmp_path / "data")


def test_a_reader_that_waits_is_woken_by_the_round_and_survives_the_writer_s_restart(kit: LedgerKit) -> None:
    """Search is fresh because nobody polls; a recorder that restarts must not leave it deaf."""
    reader = Reader(kit.data)
    late: list[float] = []
    woken = threading.Event()
    for number in range(6):
        kit.open()
        waiter = threading.Thread(
            target=lambda size=number: (reader.wait(size, 30), late.append(time.monotonic()), woken.set())
        )
        waiter.start()
        kit.record(candidates(number, number + 1))
        told = time.monotonic()
        waiter.join()
        late[-1] -= told
        kit.close()
    reader.close()
    assert (len(late), sorted(late)[2] < 0.05) == (6, True)


def test_wait_comes_back_when_its_time_is_over(kit: LedgerKit) -> None:
    """Nobody waits for ever on a quiet account."""
    reader = Reader(kit.data)
    assert reader.wait(0, 0.01) == 0
    reader.close()


def test_tiles_and_bundles_are_those_of_the_naive_tree(kit: LedgerKit) -> None:
    """What witnesses fetch must lead to the root that was signed, at every width."""
    kit.open()
    kit.record(candidates(0, 600))
    kit.close()
    reader = Reader(kit.data)
    entries = [entry(line) for line in kit.lines()]
    leaves = tree.leaf_hashes(entries)
    assert reader.tile(0, 1, 256) == leaves[256 * 32 : 512 * 32]
    assert reader.tile(0, 2, 88) == leaves[512 * 32 :]
    assert reader.tile(1, 0, 2) == b"".join([tree.root(entries[at : at + 256]) for at in (0, 256)])
    assert tiles.parse_bundle(reader.entries(2, 88)) == entries[512:]
    with pytest.raises(NoSuchRecord):
        reader.tile(0, 2, 89)
    reader.close()


def test_consistency_between_any_two_sizes_can_be_shown(kit: LedgerKit) -> None:
    """An auditor who kept last year's checkpoint sees that nothing was taken out since."""
    kit.open()
    receipts = kit.record(candidates(0, 100), candidates(100, 357), candidates(357, 700))
    kit.close()
    reader = Reader(kit.data)
    roots = [checkpoints.parse(receipt.checkpoint.decode().split("\n\n")[0] + "\n") for receipt in receipts]
    for old in roots:
        for new in roots:
            if old.size <= new.size:
                tree.verify_consistency(
                    old.size, new.size, old.root, new.root, reader.consistency(old.size, new.size)
                )
    reader.close()


def test_any_stretch_of_lines_is_the_same_as_asked_one_by_one(kit: LedgerKit) -> None:
    """Limits in records and in bytes cut where they should, across frames and segments."""
    kit.open()
    for start in range(0, 500, 50):
        kit.record(candidates(start, start + 50))
    kit.close()
    reader = Reader(kit.data)
    whole = kit.lines()
    assert [reader.line(index) for index in range(500)] == whole
    assert reader.lines(499, limit=5) == whole[499:]
    assert reader.lines(500, limit=5) == []
    assert reader.lines(37, limit=200) == whole[37:237]
    assert len(reader.lines(0, limit=500, bytes_max=len(whole[0]) * 3)) in {3, 4}
    reader.close()


def test_a_folder_without_a_ledger_is_refused(tmp_path: Path) -> None:
    """A wrong path is said to be one."""
    with pytest.raises(NoLedger):
        Reader(tmp_path)


class _Scribe:
    """A follower that fails a number of times first."""

    name = "scribe"

    def __init__(self, faults: int) -> None:
        self.faults, self.seen = faults, list[int]()

    def take(self, start: int, lines: object) -> None:
        self.seen.append(start)
        self.faults -= 1
        if self.faults >= 0:
            raise Outage("the disk is away")


class _Cursors(dict[str, int]):
    def position(self, name: str) -> int:
        return self.get(name, 0)

    def advance(self, name: str, position: int) -> None:
        self[name] = position


def test_a_follower_that_fails_is_offered_the_same_records_again(kit: LedgerKit) -> None:
    """The cursor moves only after the follower has taken them."""
    kit.open()
    kit.record(candidates(0, 10))
    kit.close()
    reader, scribe, cursors = Reader(kit.data), _Scribe(faults=1), _Cursors()
    with pytest.raises(Outage):
        step(scribe, reader, cursors, limit=6)
    taken = [step(scribe, reader, cursors, limit=6) for _ in range(3)]
    reader.close()
    assert (scribe.seen, taken, cursors) == ([0, 0, 6], [6, 4, 0], {"scribe": 10})
