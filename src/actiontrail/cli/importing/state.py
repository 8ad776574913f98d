"""How far an import has come, so that an interrupted one can go on.

A file counts as the same while its path, size and time of change are. What is remembered is a run of
batches from its beginning that were all answered: batches may be answered out of order.
"""

from pathlib import Path

import msgspec

from actiontrail.cli.importing.reading import Batch, Start
from actiontrail.cli.importing.sources import STDIN, Source
from actiontrail.errors import Refusal
from actiontrail.store import files


class BadState(Refusal):
    """The state file is not one of ours."""


class Done(msgspec.Struct, frozen=True):
    """What is done of one file: unpacked bytes, lines or events, and whether that is all."""

    size: int
    mtime_ns: int
    offset: int = 0
    number: int = 0
    whole: bool = False


class State:
    """What is done, per file, kept in `path` if there is one."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._done: dict[str, Done] = {}
        self._answered: dict[str, dict[int, Batch]] = {}
        self._total: dict[str, int] = {}
        if path is not None and path.exists():
            try:
                self._done = msgspec.json.decode(path.read_bytes(), type=dict[str, Done])
            except msgspec.MsgspecError as error:
                raise BadState(
                    f"{path} is no state of an import: {error}. Remove it to begin anew."
                ) from error

    def start(self, source: Source) -> Start | None:
        """Where to begin reading; None if all of the file is done."""
        if source.path == STDIN:
            return Start()
        about = Path(source.path).stat()
        key = _key(source)
        known = self._done.get(key)
        if known is None or (known.size, known.mtime_ns) != (about.st_size, about.st_mtime_ns):
            known = self._done[key] = Done(about.st_size, about.st_mtime_ns)
        return None if known.whole else Start(known.offset, known.number)

    def read(self, source: Source, number: int) -> None:
        """All of `source` was read: it has `number` lines or events. It is done when all are answered."""
        if source.path != STDIN:
            key = _key(source)
            self._total[key] = number
            self._settle(key)

    def answered(self, batch: Batch) -> None:
        """The server has answered `batch`."""
        if batch.source.path != STDIN:
            key = _key(batch.source)
            self._answered.setdefault(key, {})[batch.first] = batch
            self._settle(key)

    def _settle(self, key: str) -> None:
        known, waiting = self._done[key], self._answered.get(key, {})
        while (following := waiting.pop(known.number + 1, None)) is not None:
            number = known.number + following.events
            known = msgspec.structs.replace(known, offset=following.end, number=number)
        self._done[key] = msgspec.structs.replace(known, whole=self._total.get(key) == known.number)

    def save(self) -> None:
        """Write it down."""
        if self._path is not None:
            files.replace(self._path.absolute(), msgspec.json.encode(self._done), durable=False)


def _key(source: Source) -> str:
    return str(Path(source.path).resolve())
