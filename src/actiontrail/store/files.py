"""Durable files: what is on disk when a call returns is still there after a power cut.

Every write that matters goes through here, so that a test can break each call in turn.
"""

import os
from contextlib import suppress
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable: a new or renamed file is not, until its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """`folder` and its parents exist, durably."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in reversed(missing):
        sync_folder(made.parent)


def write_all(handle: int, data: bytes | memoryview) -> None:
    """Write all of `data`; the kernel may take it in pieces."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def replace(path: Path, data: bytes, *, mode: int = 0o644, durable: bool = True) -> None:
    """`path` holds `data`, wholly or, after a crash, still what it held before.

    With `durable` it is on disk when this returns; without, a power cut may bring the old content back.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    except OSError as error:
        error.filename = str(path)  # the other name is nobody's but ours
        raise
    try:
        write_all(handle, data)
        if durable:
            os.fsync(handle)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # who reads of it has to know which disk is full
        raise
    finally:
        os.close(handle)
    temporary.replace(path)
    if durable:
        sync_folder(path.parent)


def write_at(handle: int, data: bytes | memoryview, offset: int) -> None:
    """Write all of `data` at `offset`; the kernel may take it in pieces. Doing it twice does no harm."""
    view = memoryview(data)
    while view:
        written = os.pwrite(handle, view, offset)
        view, offset = view[written:], offset + written


def read_at(handle: int, size: int, offset: int) -> bytes:
    """Up to `size` bytes from `offset`: fewer only where the file ends."""
    data = os.pread(handle, size, offset)
    while data and len(data) < size:
        more = os.pread(handle, size - len(data), offset + len(data))
        if not more:
            break
        data += more
    return data


def remove(path: Path) -> None:
    """`path` is gone, durably; it may have been gone before."""
    with suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108 - every write call of this module is one of `os`
        sync_folder(path.parent)
