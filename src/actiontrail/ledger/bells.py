"""Bells: how the writer wakes the readers of other processes after a round.

A reader hangs up a bell, a datagram socket of its own in a folder that both know; the writer rings every
bell it finds there. A writer that restarts finds them again, a reader that died leaves a silent one that
is taken down. A missed ring costs a moment and nothing else: readers also look by themselves.
"""

import os
import socket
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

BELLS_MAX = 256
_SUFFIX = ".bell"
_SETTLED_NS = 1_000_000_000


def _address(folder: int, name: str) -> str:
    """A path short enough for a socket, however deep the folder is."""
    return f"/proc/self/fd/{folder}/{name}"


class Bell:
    """One reader's bell. `wait` returns when it was rung or `timeout_s` is over."""

    def __init__(self, folder: Path) -> None:
        self._name = f"{os.getpid()}-{uuid4().hex[:8]}{_SUFFIX}"
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self._socket.bind(_address(handle, self._name))
        except OSError:
            self._socket.close()
            raise
        finally:
            os.close(handle)

    def wait(self, timeout_s: float) -> None:
        """Return once rung, or after `timeout_s`. Rings that came before count as one."""
        self._socket.settimeout(timeout_s)
        with suppress(OSError):
            self._socket.recv(1)
            self._socket.settimeout(0)
            while True:
                self._socket.recv(1)

    def close(self) -> None:
        """Take the bell down."""
        self._socket.close()
        with suppress(OSError):
            (self._folder / self._name).unlink()


class Ringer:
    """The writer's hand on all bells in `folder`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(0)
        self._seen = -1
        self._names: list[str] = []

    def ring(self) -> None:
        """Ring every bell. Never waits, never fails."""
        with suppress(OSError):
            changed = os.fstat(self._handle).st_mtime_ns
            if changed != self._seen:
                names = [name for name in os.listdir(self._handle) if name.endswith(_SUFFIX)]  # noqa: PTH208 - by handle
                settled = time.time_ns() - changed > _SETTLED_NS  # a folder's clock is coarse
                self._names, self._seen = names[:BELLS_MAX], changed if settled else -1
        for name in self._names:
            try:
                self._socket.sendto(b"!", _address(self._handle, name))
            except (ConnectionRefusedError, FileNotFoundError):
                with suppress(OSError):
                    os.unlink(name, dir_fd=self._handle)
            except OSError:
                continue  # a reader that does not listen has rings enough waiting

    def close(self) -> None:
        """Let go of the folder."""
        self._socket.close()
        os.close(self._handle)
