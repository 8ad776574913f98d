"""What every lock promises: one checkpoint, moved by compare-and-set."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actiontrail.store.lock import (
    Fork,
    Lock,
    LockLost,
    LockRow,
    LockTaken,
    MemoryLock,
    PostgresLock,
    SqliteLock,
)

_POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
STEP = 1 if os.environ.get("ACTIONTRAIL_SOAK") else 7
OPENERS: dict[str, Callable[[pytest.FixtureRequest], Lock]] = {
    "memory": lambda _: MemoryLock(),
    "sqlite": lambda request: SqliteLock.make(request.getfixturevalue("tmp_path") / "lock.sqlite"),
    "postgres": lambda request: PostgresLock(
        request.getfixturevalue("postgres"), f"origin/{os.urandom(4).hex()}"
    ),
}


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of our own, on a socket; skipped where there is none to start."""
    if not _POSTGRES or os.geteuid() or not shutil.which("runuser"):
        pytest.skip("no PostgreSQL to start here")
    bin_, folder = _POSTGRES[-1].parent, Path("/tmp") / f"at-lock-{os.getpid()}"
    folder.mkdir()
    shutil.chown(folder, "postgres")
    run = ["runuser", "-u", "postgres", "--"]
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    try:
        subprocess.run(
            [*run, bin_ / "initdb", "-A", "trust", "-D", folder / "db"],
            check=True,
            capture_output=True,
            cwd="/",
        )
        start = [
            *run,
            bin_ / "pg_ctl",
            "-D",
            folder / "db",
            "-o",
            options,
            "-l",
            folder / "log",
            "-w",
            "start",
        ]
        subprocess.run(start, check=True, capture_output=True, cwd="/")
        yield f"postgresql://postgres@/postgres?host={folder}"
        subprocess.run(
            [*run, bin_ / "pg_ctl", "-D", folder / "db", "-m", "immediate", "stop"],
            check=True,
            capture_output=True,
            cwd="/",
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=sorted(OPENERS))
def lock(request: pytest.FixtureRequest) -> Iterator[Lock]:
    opened = OPENERS[request.param](request)
    yield opened
    opened.close()


def test_a_lock_holds_what_it_was_made_with(lock: Lock) -> None:
    """A new record is closed in good order: nobody has written yet."""
    lock.create(b"one")
    assert lock.read() == LockRow(b"one", closed=True)


def test_a_lock_is_made_once(lock: Lock) -> None:
    """Making it twice would put the record back to its beginning."""
    lock.create(b"one")
    with pytest.raises(LockTaken):
        lock.create(b"two")
    assert lock.read().checkpoint == b"one"


def test_a_lock_that_holds_nothing_says_so(lock: Lock) -> None:
    """An empty lock must not be taken for an empty record."""
    with pytest.raises(LockLost):
        lock.read()


def test_a_swap_moves_the_lock_and_says_whether_it_was_closed(lock: Lock) -> None:
    """The next start reads from it what the last writer knew."""
    lock.create(b"one")
    lock.swap(b"one", b"two")
    opened = lock.read()
    lock.swap(b"two", b"two", closed=True)
    assert (opened, lock.read()) == (LockRow(b"two", closed=False), LockRow(b"two", closed=True))


def test_a_swap_from_something_else_is_a_fork_and_changes_nothing(lock: Lock) -> None:
    """Two writers that start from one checkpoint cannot both go on."""
    lock.create(b"one")
    lock.swap(b"one", b"two")
    with pytest.raises(Fork):
        lock.swap(b"one", b"other")
    assert lock.read().checkpoint == b"two"


def test_a_checkpoint_of_any_bytes_comes_back_as_it_was(lock: Lock) -> None:
    """Signed notes hold line breaks and dashes that are not ASCII."""
    note = "origin\n5\nroot\n\n— key sig\n".encode() * 20
    lock.create(note)
    assert lock.read().checkpoint == note


def test_two_handles_on_one_file_are_one_lock(tmp_path: Path) -> None:
    """The second writer is another process, not another object."""
    one = SqliteLock.make(tmp_path / "lock.sqlite")
    one.create(b"one")
    other = SqliteLock.open(tmp_path / "lock.sqlite")
    other.swap(b"one", b"two")
    with pytest.raises(Fork):
        one.swap(b"one", b"three")
    one.close()
    other.close()


def test_every_byte_of_a_closed_lock_file_is_answered_for(tmp_path: Path) -> None:
    """All but SQLite's own counters and version, which say nothing of the lock."""
    path = tmp_path / "lock.sqlite"
    lock = SqliteLock.make(path)
    lock.create(b"one" * 100)
    for number in range(50):
        lock.swap(lock.read().checkpoint, b"%d" % number * 100, closed=True)
    lock.close()
    sound = path.read_bytes()
    silent = []
    for place in range(0, len(sound), STEP):
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 4]) + sound[place + 1 :])
        opened: SqliteLock | None = None
        try:
            opened = SqliteLock.open(path, read_only=True)
            if not opened.defects():
                silent.append(place)
        except LockLost:
            pass
        finally:
            if opened:
                opened.close()
    assert set(silent) <= {*range(24, 28), *range(92, 100)}


def test_a_postgres_lock_that_loses_its_connection_finds_out_what_became_of_the_swap(postgres: str) -> None:
    """The row itself tells whether the swap happened."""
    lock = PostgresLock(postgres, "origin/broken")
    lock.create(b"one")
    lock._connection.close()
    lock.swap(b"one", b"two")
    assert lock.read().checkpoint == b"two"
    lock.close()
