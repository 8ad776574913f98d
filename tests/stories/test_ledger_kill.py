"""kill -9 under load, and system calls that fail in a real process: nothing acknowledged is lost."""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.kit.ledger import LedgerKit, an_event, candidates, fsck_of

from actiontrail.event.record import parse

KILLS = 200 if os.environ.get("ACTIONTRAIL_SOAK") else 10
STRACE = shutil.which("strace")


def _victim(
    kit: LedgerKit, first: int, size: int, *, rounds: int = 0, before: tuple[str, ...] = ()
) -> "subprocess.Popen[str]":
    command = [*before, sys.executable, "-m", "tests.kit.victim", str(kit.data), str(first), str(size)]
    return subprocess.Popen(
        [*command, *([str(rounds)] if rounds else [])],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def _acknowledged(output: str) -> dict[int, int]:
    """Index by event number, from the whole lines of a victim's output."""
    places: dict[int, int] = {}
    for line in output.splitlines(keepends=True):
        if line.endswith("\n"):
            number, index, count = map(int, line.split())
            places.update({number + at: index + at for at in range(count)})
    return places


def _lost(kit: LedgerKit, places: dict[int, int]) -> list[int]:
    """Numbers of acknowledged events that do not lie where they should; every one if any lies twice."""
    events = [bytes(parse(line).event) for line in kit.lines()]
    if len(set(events)) != len(events):
        return list(places)
    return [
        number
        for number, index in places.items()
        if index >= len(events) or events[index] != an_event(number)
    ]


def test_killed_at_any_moment_nothing_acknowledged_is_lost_and_no_index_given_twice(tmp_path: Path) -> None:
    """The promise of the house, at random moments under load; each start goes on where the last one died."""
    rng = random.Random(os.environ.get("ACTIONTRAIL_SEED", "5"))
    kit = LedgerKit(tmp_path / "data")
    places: dict[int, int] = {}
    number = 0
    for _ in range(KILLS):
        victim = _victim(kit, number, rng.choice([1, 7, 40]))
        assert victim.stdout
        lines = [victim.stdout.readline() for _ in range(rng.randrange(1, 60))]
        victim.kill()
        rest, fault = victim.communicate()
        told = _acknowledged("".join(lines) + rest)
        assert (set(told) & set(places), bool(told)) == (set(), True), fault
        assert not set(told.values()) & set(places.values())
        places |= told
        number = max(places) + 1000
        report = fsck_of(kit.data)
        assert report.clean, report.findings
    kit.open()
    kit.close()
    assert (_lost(kit, places), kit.fsck().findings) == ([], ())


def _strace_works() -> bool:
    return (
        bool(STRACE)
        and subprocess.run(
            [str(STRACE), "-o", "/dev/null", "true"], capture_output=True, check=False
        ).returncode
        == 0
    )


@pytest.mark.skipif(not _strace_works(), reason="strace is not there, or may not trace")
@pytest.mark.parametrize(
    "injection",
    [
        "fdatasync:error=EIO:when=3",
        "fdatasync:signal=KILL:when=4",
        "fsync:error=EIO:when=6",
        "fsync:signal=KILL:when=7",
        "pwrite64:error=ENOSPC:when=9",
        "pwrite64:error=EIO:when=12",
        "pwrite64:signal=KILL:when=15",
        "rename:error=EIO:when=2",
        "rename:signal=KILL:when=3",
        "unlink:error=EIO:when=1",
        "unlink:signal=KILL:when=1",
        "ftruncate:error=EIO:when=1",
    ],
)
def test_a_system_call_that_fails_in_the_real_process_loses_nothing(tmp_path: Path, injection: str) -> None:
    """The kernel's own answers, below everything that a test could replace in Python: SQLite's and LMDB's calls as well."""
    kit = LedgerKit(tmp_path / "data")
    kit.open()
    kit.record(candidates(1_000_000, 1_000_020))
    kit.close()
    before = (str(STRACE), "-f", "-qq", "-o", "/dev/null", "-e", f"inject={injection}")
    output, _ = _victim(kit, 0, 20, rounds=30, before=before).communicate(timeout=120)
    places = _acknowledged(output)
    assert fsck_of(kit.data).clean
    kit.open()
    kit.close()
    assert (_lost(kit, places), kit.fsck().findings) == ([], ())
