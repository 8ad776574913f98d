"""Objects as files: the buckets that live under the data folder, and `file://` folders.

An object is durable when `put` returns. Files whose names begin with a dot are drafts of an interrupted
`put`, and are no objects.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from actiontrail.delivery.destination import (
    BadAddress,
    NoSuchPlace,
    NotAllowedHere,
    PlaceDenied,
    PlaceOutage,
)
from actiontrail.delivery.destinations.ground import Address, Ground
from actiontrail.delivery.destinations.objects import Entry
from actiontrail.store import files

BUCKETS = "buckets"


def open_folder(address: Address, ground: Ground) -> "Folder":
    """The folder of an `oss://` bucket under the data folder, or of a `file://` address. Raises `BadAddress`."""
    if address.scheme == "file":
        path, under = Path(address.path), ground.of("file").endpoint
        if not under or ".." in path.parts or not path.is_relative_to(under):
            raise NotAllowedHere(
                f"{address.text}: folders lie under the one that [destinations.file] names as its endpoint, and nowhere else"
            )
        if address.place or not address.path.startswith("/"):
            raise BadAddress(
                f"{address.text}: a folder is named by its whole path, such as file:///var/audit"
            )
        return Folder(path, "", create=False)
    folder = ground.data / BUCKETS / address.needs_bucket()
    return Folder(folder, address.path, create=ground.of("oss").create)


def make_bucket(data: Path, name: str) -> Path:
    """The embedded bucket `name` is there. Raises `BadAddress` for what is no bucket's name."""
    folder = data / BUCKETS / Address(f"oss://{name}", "oss", name, "").needs_bucket()
    files.make_folder(folder)
    return folder


class Folder:
    """A bucket whose objects are the files under `root`; with `create` the root is made when it is first needed."""

    def __init__(self, root: Path, prefix: str = "", *, create: bool) -> None:
        self._root, self._create = root, create
        self._top = root / prefix if prefix else root
        self._made: set[Path] = set()

    def probe(self) -> None:
        """As `Destination.probe`: writes a draft, and takes it away."""
        draft = self._root / f".probe-{secrets.token_hex(8)}"
        with _told(self._root):
            self._ready()
            try:
                draft.write_bytes(b"")
            finally:
                draft.unlink(missing_ok=True)

    def make(self, name: str) -> None:
        """The folder `name` is there."""
        with _told(self._root):
            self._ready()
            files.make_folder(self._path(name))

    def put(self, key: str, body: bytes, content_type: str) -> None:  # noqa: ARG002 - a file has no type
        """As `Bucket.put`."""
        path = self._path(key)
        with _told(self._root):
            self._ready()
            if path.parent not in self._made:
                files.make_folder(path.parent)
                self._made = {path.parent, *list(self._made)[:999]}
            try:
                files.replace(path, body)
            except FileNotFoundError:  # somebody took the folder away meanwhile
                self._made.clear()
                files.make_folder(path.parent)
                files.replace(path, body)

    def read(self, key: str) -> bytes | None:
        """As `Bucket.read`."""
        with _told(self._root), suppress(FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return self._path(key).read_bytes()
        return None

    def entries(self, under: str) -> Iterator[Entry]:
        """As `Bucket.entries`; by name within a folder, which is all that a reader needs."""
        with _told(self._root):
            if not self._root.is_dir():
                raise NoSuchPlace(f"there is no folder {self._root}")
            begin = self._top.joinpath(*under.split("/")[:-1])  # a listing of little looks at little
            if not begin.is_dir():
                return
            for place, folders, names in os.walk(begin, onerror=_raise):
                folders.sort()
                for name in sorted(names):
                    path = Path(place, name)
                    key = path.relative_to(self._top).as_posix()
                    if key.startswith(under) and not name.startswith("."):
                        yield Entry(key, path.lstat().st_size)

    def close(self) -> None:
        """Nothing is held."""

    def _ready(self) -> None:
        if self._create:
            files.make_folder(self._root)
        elif not self._root.is_dir():
            raise NoSuchPlace(f"there is no folder {self._root}; make it first")

    def _path(self, key: str) -> Path:
        names = key.split("/")
        assert all(name and name not in {".", ".."} for name in names), key
        return self._top.joinpath(*names)


class _told:  # noqa: N801 - used as a word
    """Errors of the file system in the words of a destination."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __enter__(self) -> None:
        """Begin to listen."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Translate."""
        if isinstance(error, PermissionError):
            raise PlaceDenied(f"{error.filename or self._root}: we may not write there") from error
        if isinstance(error, NotADirectoryError):
            raise NoSuchPlace(f"{error.filename or self._root} is no folder") from error
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError | IsADirectoryError):
            raise PlaceOutage(f"{error.filename or self._root}: {error.strerror}") from error


def _raise(error: OSError) -> None:
    raise error
