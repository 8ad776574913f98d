"""Where a lately recorded event stands, told by the memory of repeats to another process than its writer."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.ledger import LedgerKit, a_candidate, candidates

from actiontrail.ledger import repeats as memory
from actiontrail.ledger.lately import Lately
from actiontrail.ledger.reader import Reader
from actiontrail.ledger.repeats import Repeats, Seen

ACCOUNT = "1000"
ROOM = 64 << 20


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[LedgerKit]:
    kit = LedgerKit(tmp_path / "data")
    kit.open()
    kit.record(candidates(0, 300), [a_candidate(7, account="2000")])
    kit.close()
    yield kit
    kit.close()


@pytest.fixture
def lately(kit: LedgerKit) -> Iterator[Lately]:
    ledger = Reader(kit.data)
    found = Lately(kit.data / "repeats", ledger, bytes_max=ROOM)
    yield found
    found.close()
    ledger.close()


def test_an_event_is_found_by_account_and_id(lately: Lately) -> None:
    """Two accounts may use one id, and another's event is nobody's business."""
    asked = [(ACCOUNT, "E-7"), ("2000", "E-7"), ("2000", "E-8"), (ACCOUNT, "E-300"), (ACCOUNT, "")]

    assert [lately.index_of(*one) for one in asked] == [7, 300, None, None, None]


def test_it_sees_what_the_recorder_wrote_since(kit: LedgerKit, lately: Lately) -> None:
    """The two processes have it open at once, for months."""
    before = lately.index_of(ACCOUNT, "E-301")
    subprocess.run(
        [sys.executable, "-m", "tests.kit.victim", str(kit.data), "301", "50", "2"],
        check=True,
        stdout=subprocess.DEVNULL,
    )

    assert (before, lately.index_of(ACCOUNT, "E-301")) == (None, 301)


def test_of_several_records_with_one_id_the_first_is_told(tmp_path: Path, kit: LedgerKit) -> None:
    """A younger generation may hold the id again; what was recorded first is what receipts name."""
    clock = [1_000_000.0]
    folder = tmp_path / "other"
    repeats = Repeats(folder, hours=24, bytes_max=ROOM, clock=lambda: clock[0])
    for place in (7, 9):
        repeats.remember({memory.key(ACCOUNT, "E-7"): Seen(place, b"12345678")}, 300)
        repeats._start_flush()
        repeats._join()
        clock[0] += 12 * 3600
    repeats.close()
    ledger = Reader(kit.data)
    lately = Lately(folder, ledger, bytes_max=ROOM)
    found = lately.index_of(ACCOUNT, "E-7")
    lately.close()
    ledger.close()

    assert found == 7


@pytest.mark.parametrize("place", [8, 5_000], ids=["another record", "behind the end"])
def test_a_memory_that_is_wrong_is_not_believed(tmp_path: Path, kit: LedgerKit, place: int) -> None:
    """It is no part of the record: a proof of another event under this id would be a lie."""
    folder = tmp_path / "wrong"
    repeats = Repeats(folder, hours=24, bytes_max=ROOM)
    repeats.remember({memory.key(ACCOUNT, "E-7"): Seen(place, b"12345678")}, 300)
    repeats.close()
    ledger = Reader(kit.data)
    lately = Lately(folder, ledger, bytes_max=ROOM)
    found = lately.index_of(ACCOUNT, "E-7")
    lately.close()
    ledger.close()

    assert found is None


def test_without_a_memory_nothing_is_known(tmp_path: Path, kit: LedgerKit) -> None:
    """The reader may start before the recorder has made one."""
    ledger = Reader(kit.data)
    lately = Lately(tmp_path / "nothing", ledger, bytes_max=ROOM)
    found = lately.index_of(ACCOUNT, "E-7")
    lately.close()
    ledger.close()

    assert found is None
