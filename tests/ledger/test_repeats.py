"""The memory of repeats: bounded, quick to forget what it may not trust, and never the truth."""

from pathlib import Path

import pytest

from actiontrail.ledger import repeats as memory
from actiontrail.ledger.repeats import Repeats, Seen

DAY = 86_400.0


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def keys(start: int, end: int) -> list[bytes]:
    return [memory.key("1", str(number)) for number in range(start, end)]


def items(start: int, end: int) -> dict[bytes, Seen]:
    return {key: Seen(start + at, b"12345678") for at, key in enumerate(keys(start, end))}


def opened(
    folder: Path, *, clock: Clock | None = None, boot: str = "boot", bytes_max: int = 64 << 20
) -> Repeats:
    return Repeats(folder, hours=24, bytes_max=bytes_max, clock=clock or Clock(), boot=boot)


def crash(repeats: Repeats) -> None:
    """What a killed process leaves: its pages, and no farewell."""
    repeats._join()
    repeats._env.close()


def test_what_is_remembered_is_found_at_once_and_after_a_close(tmp_path: Path) -> None:
    """In the dictionary, and from the disk."""
    repeats = opened(tmp_path / "r")
    repeats.remember(items(0, 10), 10)
    at_once = repeats.find(keys(0, 12))
    repeats.close()
    repeats = opened(tmp_path / "r")
    later = (repeats.size, repeats.find(keys(0, 12)))
    repeats.close()
    assert (at_once, later) == (items(0, 10), (10, items(0, 10)))


def test_after_a_crash_of_the_process_it_says_how_far_it_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not written is added again from the records behind that size."""
    monkeypatch.setattr(memory, "FLUSH_RECORDS", 100)
    repeats = opened(tmp_path / "r")
    repeats.remember(items(0, 100), 100)
    repeats._join()
    repeats.remember(items(100, 150), 150)
    crash(repeats)
    repeats = opened(tmp_path / "r")
    held = (repeats.size, len(repeats.find(keys(0, 150))))
    repeats.close()
    assert held == (100, 100)


@pytest.mark.parametrize(("clean", "size"), [(False, 0), (True, 10)])
def test_after_a_crash_of_the_machine_only_a_clean_close_is_trusted(
    tmp_path: Path, clean: bool, size: int
) -> None:
    """Without a sync the disk may hold any part of it, and it would look whole."""
    repeats = opened(tmp_path / "r", boot="before")
    repeats.remember(items(0, 10), 10)
    if clean:
        repeats.close()
    else:
        repeats._start_flush()
        crash(repeats)
    repeats = opened(tmp_path / "r", boot="after")
    held = (repeats.size, len(repeats.find(keys(0, 10))))
    repeats.close()
    assert held == (size, size)


def test_an_id_is_remembered_for_the_period_and_not_much_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The promise is a day here; the bound is a day and a third, and the time between two writes."""
    monkeypatch.setattr(memory, "FLUSH_RECORDS", 1)
    clock = Clock()
    repeats = opened(tmp_path / "r", clock=clock)
    held = []
    for step in range(12):
        repeats.remember(items(step, step + 1), step + 1)
        repeats._join()
        held.append(len(repeats.find(keys(0, 1))))
        clock.now += DAY / 6
    repeats.close()
    assert (held[:7], held[-1], len(repeats._generations) <= 5) == ([1] * 7, 0, True)


def test_the_space_is_bounded_however_many_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood of ids shortens the memory; it does not fill the disk."""
    monkeypatch.setattr(memory, "FLUSH_RECORDS", 2000)
    bytes_max = 2 << 20
    repeats = opened(tmp_path / "r", bytes_max=bytes_max)
    for start in range(0, 60_000, 2000):
        repeats.remember(items(start, start + 2000), start + 2000)
        repeats._join()
    newest = len(repeats.find(keys(58_000, 60_000)))
    stored = (tmp_path / "r" / "data.mdb").stat().st_size
    repeats.close()
    assert (newest, stored <= bytes_max) == (2000, True)


def test_ids_of_two_accounts_never_meet() -> None:
    """A key that could be read in two ways would let one account hide another's event."""
    assert memory.key("12", "3") != memory.key("1", "23")


def test_a_memory_that_is_no_database_is_begun_again(tmp_path: Path) -> None:
    """It is only a copy."""
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "data.mdb").write_bytes(b"nonsense" * 4096)
    repeats = opened(tmp_path / "r")
    size = repeats.size
    repeats.close()
    assert size == 0
