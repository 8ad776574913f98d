"""Breaks one file call of a run: it fails and did nothing, or it fails but had done it."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

CALLS = ("open", "write", "pwrite", "fsync", "fdatasync", "ftruncate", "replace", "unlink", "mkdir")


class Fault(NamedTuple):
    """How a call breaks: with which error, and whether it takes effect all the same (half, for a write)."""

    name: str
    errno: int
    effect: str  # "none", "done", "half"


FAULTS = (
    Fault("EIO and nothing done", errno.EIO, "none"),
    Fault("EIO though it was done", errno.EIO, "done"),
    Fault("ENOSPC and nothing done", errno.ENOSPC, "none"),
    Fault("ENOSPC half way", errno.ENOSPC, "half"),
    Fault("a short write", 0, "half"),
)


class Shim:
    """Counts the calls on files under `folder` by name, or `only` those of one name; breaks number `target`."""

    def __init__(self, folder: Path, target: int = -1, fault: Fault | None = None, *, only: str = "") -> None:
        self.folder, self.target, self.fault, self.only = str(folder), target, fault, only
        self.seen: list[str] = []
        self.broke = False

    def wrap(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if (
                self.only not in {"", name}
                or not self._ours(args[0], kwargs)
                or (name == "open" and not args[1] & os.O_CREAT)
            ):
                return real(*args, **kwargs)
            number = len(self.seen)
            self.seen.append(name)
            if number != self.target or self.fault is None:
                return real(*args, **kwargs)
            self.broke = True
            return self._break(name, real, args, kwargs)

        return call

    def _ours(self, first: Any, kwargs: dict[str, Any]) -> bool:
        if "dir_fd" in kwargs:
            return False
        if isinstance(first, int):
            try:
                first = Path(f"/proc/self/fd/{first}").readlink()
            except OSError:
                return False
        path = str(first)
        return path.startswith(self.folder) and "/repeats" not in path and "lock.sqlite" not in path

    def _break(
        self, name: str, real: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        assert self.fault
        if name in {"write", "pwrite"} and self.fault.effect == "half":
            half = memoryview(args[1])[: max(1, len(args[1]) // 2)]
            done = real(args[0], half, *args[2:])
            if not self.fault.errno:
                return done
        elif self.fault.effect == "done" or not self.fault.errno:
            result = real(*args, **kwargs)
            if not self.fault.errno:
                return result
            if name == "open":
                os.close(result)
        raise OSError(self.fault.errno, os.strerror(self.fault.errno), str(args[0]))


@contextmanager
def shimmed(shim: Shim) -> Iterator[Shim]:
    """Every file call of this process goes through `shim`."""
    patches = [patch.object(os, name, shim.wrap(name, getattr(os, name))) for name in CALLS]
    for one in patches:
        one.start()
    try:
        yield shim
    finally:
        for one in patches:
            one.stop()
