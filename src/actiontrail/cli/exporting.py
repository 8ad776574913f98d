"""An export of any size: it comes in parts, each checked by its SHA-256, and can be taken up again.

Parts of JSONL and CSV are joined into one file, which gets its name when all of it is there. Parquet
and json.gz cannot be joined: further parts become files of their own, `name-2.parquet` and so on.
"""

import hashlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from errno import ENOENT
from os import strerror
from pathlib import Path
from typing import IO, Any, Self

import msgspec

from actiontrail.cli.client import Client
from actiontrail.errors import Corruption, Refusal
from actiontrail.store import files

JOINED = frozenset({"jsonl", "csv"})
PART_ROWS = 200_000
WHOLE_ROWS = 1_000_000  # in a part that is a file of its own
PIECE_BYTES = 1 << 18
HEADER_BYTES_MAX = 1 << 20


class FileExists(Refusal):
    """The file to write is there already."""


class OtherExport(Refusal):
    """Another export into this file was interrupted, with another question."""


class ExportDamaged(Corruption):
    """What arrived is not what the server sent."""


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How far an export is. `token` names the next part; `done` are the files that are whole."""

    said: list[str]  # as it was typed: `7d` names another moment each time
    asked: dict[str, str]
    token: str = ""
    rows: int = 0
    bytes: int = 0
    done: tuple[dict[str, str | int], ...] = ()


class Export:
    """One export into `to`."""

    def __init__(self, client: Client, to: Path, form: str) -> None:
        self._client = client
        self._to = to
        self._form = form
        self._partial = to.with_name(f"{to.name}.partial")
        self._state_file = to.with_name(f"{to.name}.partial.json")

    def run(self, asked: dict[str, str], said: list[str], *, shown: bool) -> list[dict[str, str | int]]:
        """Fetch all parts; the files that were made. What an earlier run has fetched is kept."""
        state = self._begin(asked | {"format": self._form}, [*said, self._form])
        with _Progress(shown=shown) as progress:
            while True:
                state = self._next(state, progress)
                if not state.token:
                    break
                self._keep(state)
        return self._finish(state)

    def _keep(self, state: State) -> None:
        files.replace(self._state_file, msgspec.json.encode(state), durable=False)

    def _begin(self, asked: dict[str, str], said: list[str]) -> State:
        try:
            state = msgspec.json.decode(self._state_file.read_bytes(), type=State)
        except FileNotFoundError:
            if self._to.exists():
                raise FileExists(f"{self._to} exists; an export is not written over") from None
            if not self._to.parent.is_dir():
                raise FileNotFoundError(ENOENT, strerror(ENOENT), str(self._to.parent)) from None
            self._partial.unlink(missing_ok=True)
            state = State(said=said, asked=asked)
            self._keep(state)  # from here on, a file of that name is of this export
            return state
        except msgspec.MsgspecError as error:
            raise OtherExport(f"{self._state_file} cannot be read; remove it to begin anew") from error
        if state.said != said:
            raise OtherExport(
                f"{self._state_file} is of an export with another question; finish that one, or remove the file"
            )
        return state

    def _next(self, state: State, progress: "_Progress") -> State:
        """The next part; a question that fails before anything came leaves nothing that stands in the way of another."""
        try:
            return self._part(state, progress)
        except Exception:
            if not state.rows:
                for file in (self._state_file, self._partial):
                    file.unlink(missing_ok=True)
            raise

    def _part(self, state: State, progress: "_Progress") -> State:
        """Fetch the next part behind what is there."""
        rows = PART_ROWS if self._form in JOINED else WHOLE_ROWS
        query = {**state.asked, "rows": str(rows), **({"token": state.token} if state.token else {})}
        mode = "r+b" if self._partial.exists() else "w+b"
        with self._partial.open(mode) as file:
            file.truncate(state.bytes)
            file.seek(state.bytes)
            with self._client.stream("/v1/export", query=query) as response:
                headless = self._form == "csv" and state.rows > 0
                pieces = progress.watched(response.iter_bytes(PIECE_BYTES), state.rows)
                digest = _copy(pieces, file, headless=headless)
                told = response.headers
            size = file.tell()
        if digest != told.get("x-actiontrail-sha256"):
            raise ExportDamaged(
                "a part of the export is not what the server sent; run the same command again"
            )
        token, count = told.get("x-actiontrail-next-token", ""), int(told["x-actiontrail-rows"])
        if self._form == "jsonl" and _lines(self._partial, state.bytes) != count:
            raise ExportDamaged(
                f"a part of the export has not the {count} events that the server told; run the same command again"
            )
        if self._form in JOINED or not (token or state.done):
            return msgspec.structs.replace(state, token=token, rows=state.rows + count, bytes=size)
        done = (*state.done, self._name_part(len(state.done) + 1, count))
        return msgspec.structs.replace(state, token=token, rows=state.rows + count, bytes=0, done=done)

    def _name_part(self, number: int, rows: int) -> dict[str, str | int]:
        base, dot, ending = self._to.name.partition(".")
        name = self._to if number == 1 else self._to.with_name(f"{base}-{number}{dot}{ending}")
        return _named(self._partial, name, rows)

    def _finish(self, state: State) -> list[dict[str, str | int]]:
        made = list(state.done) or [_named(self._partial, self._to, state.rows)]
        with suppress(FileNotFoundError):
            self._state_file.unlink()
        return made


def _copy(pieces: Iterable[bytes], file: IO[bytes], *, headless: bool) -> str:
    """Write what arrives, without its first line if `headless`; the SHA-256 of all that arrived."""
    digest = hashlib.sha256()
    head = b"" if headless else None
    for piece in pieces:
        digest.update(piece)
        if head is None:
            file.write(piece)
            continue
        head += piece
        if b"\n" in head or len(head) > HEADER_BYTES_MAX:
            file.write(head.partition(b"\n")[2])
            head = None
    return digest.hexdigest()


def _lines(path: Path, start: int) -> int:
    """How many lines `path` has from byte `start` on."""
    with path.open("rb") as file:
        file.seek(start)
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(PIECE_BYTES), b""))


def _named(partial: Path, name: Path, rows: int) -> dict[str, str | int]:
    """`partial`, durably under its `name`."""
    digest, size = _digest(partial), partial.stat().st_size
    if name.exists() and _digest(name) == digest:  # a run that was killed had come this far
        partial.unlink()
    elif name.exists():
        raise FileExists(f"{name} exists; an export is not written over. What has arrived is in {partial}")
    else:
        partial.rename(name)
    return {"file": str(name), "rows": rows, "bytes": size, "sha256": digest}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Progress:
    """A line on the terminal that shows what has arrived; nothing where standard error is none."""

    def __init__(self, *, shown: bool) -> None:
        self._bar: Any = None
        self._bytes = 0
        self._shown = shown and sys.stderr.isatty()

    def __enter__(self) -> Self:
        if self._shown:
            from rich.console import Console
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("exporting")
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def watched(self, pieces: Iterable[bytes], rows: int) -> Iterator[bytes]:
        """`pieces`, each counted as it comes; `rows` events came in the parts before."""
        for piece in pieces:
            self._bytes += len(piece)
            if self._bar is not None:
                told = f"{rows:,} events checked, {self._bytes / 1e6:,.0f} MB arrived"
                self._bar.update(self._task, description=told)
            yield piece
