"""Processes of a test: whom they started, and how to stop one dead."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def children(pid: int) -> list[int]:
    """The processes that `pid` started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """The process `pid` does nothing while this is entered. A signal alone is only asked for: its threads stop when they are next run."""
    os.kill(pid, signal.SIGSTOP)
    try:
        deadline = time.monotonic() + 20
        while not _all_stopped(pid):
            assert time.monotonic() < deadline, f"{pid} does not stop"
            threading.Event().wait(0.005)
        yield
    finally:
        with suppress(ProcessLookupError):  # killed meanwhile
            os.kill(pid, signal.SIGCONT)


def _all_stopped(pid: int) -> bool:
    try:
        states = [task.joinpath("stat").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except FileNotFoundError:  # a thread ended meanwhile
        return False
    return all(state.rpartition(")")[2].split()[0] == "T" for state in states)
