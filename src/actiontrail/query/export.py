"""Events by the hundred thousand, in files: JSONL, CSV, Parquet, and ActionTrail's own `.json.gz`.

An export comes in parts. Each part is a whole file with its own row count and SHA-256, and names the
token of the next; so a broken connection costs one part, and nothing has to be held in memory.
"""

import csv
import gzip
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import IO, Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from actiontrail.query.rows import BY_PATH
from actiontrail.query.search import Asked, Found, OutOfRange, Search

PART_ROWS_MAX = 1_000_000
_NO_END = 2**62
CHUNK = 2_000
BOM = b"\xef\xbb\xbf"
_FORMULA = frozenset("=+-@\t\r")
_TIME = "eventTime (UTC)"
_AFTER = ("receivedTime (UTC)", "channel", *BY_PATH, "event")
COLUMNS = ("index", _TIME, *_AFTER)
TYPES = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "json.gz": "application/gzip",
}


class Part(NamedTuple):
    """What was written: rows, bytes, the SHA-256 of the bytes, and the token of the next part; empty after the last."""

    rows: int
    size: int
    sha256: str
    next_token: str


class _Hashing:
    """A file that remembers the digest of all that was written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.size = 0
        self.closed = False

    def write(self, data: bytes | memoryview) -> int:
        """Write all of it."""
        self._file.write(data)
        self.digest.update(data)
        length = memoryview(data).nbytes
        self.size += length
        return length

    def flush(self) -> None:
        """Nothing waits here."""

    def tell(self) -> int:
        """How much was written."""
        return self.size

    def close(self) -> None:
        """The file belongs to the caller."""

    def seekable(self) -> bool:
        """Forward only."""
        return False

    def readable(self) -> bool:
        """Written only."""
        return False

    def writable(self) -> bool:
        """Written only."""
        return True


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a part should be: its form, its most rows, where it begins, and whether a CSV begins with a byte order mark.

    With a `zone` tables have the time there in a column of its own, which names the zone.
    """

    form: str = "jsonl"
    rows_max: int = 100_000
    token: str = ""
    bom: bool = False
    zone: str = ""


def refuse_unknown(wanted: Wanted) -> None:
    """Raise `OutOfRange` for a form or a zone that there is not."""
    if wanted.form not in TYPES:
        raise OutOfRange(f"there is no export format {wanted.form[:20]!r}; there are {', '.join(TYPES)}")
    if wanted.zone:
        try:
            ZoneInfo(wanted.zone)
        except (KeyError, ValueError, OSError) as error:  # a name that is none, or that no file has
            raise OutOfRange(f"there is no time zone {wanted.zone[:40]!r}") from error


def write(search: Search, asked: Asked, file: IO[bytes], wanted: Wanted) -> Part:
    """Write one part of `asked`, oldest first, to `file`. Raises `OutOfRange` for a form or zone that there is not."""
    if not 1 <= wanted.rows_max <= PART_ROWS_MAX:
        raise OutOfRange(f"a part has 1 to {PART_ROWS_MAX} rows, not {wanted.rows_max}")
    return _written(search, asked, file, wanted, lambda _: None)


def write_all(
    search: Search, asked: Asked, file: IO[bytes], wanted: Wanted, told: Callable[[int], None]
) -> Part:
    """Write all of `asked` to `file` as one part; `told` hears now and then how many rows there are, and may raise."""
    return _written(search, asked, file, replace(wanted, rows_max=_NO_END), told)


def _written(
    search: Search, asked: Asked, file: IO[bytes], wanted: Wanted, told: Callable[[int], None]
) -> Part:
    refuse_unknown(wanted)
    token = wanted.token
    out = _Hashing(file)
    writer = _WRITERS[wanted.form](out, wanted)
    rows = 0
    while rows < wanted.rows_max:
        page = search.page(asked, limit=min(CHUNK, wanted.rows_max - rows), newest_first=False, token=token)
        writer.chunk(page.events)
        rows += len(page.events)
        token = page.next_token
        if not token:
            break
        told(rows)
    writer.end()
    return Part(rows, out.size, out.digest.hexdigest(), token)


class _Lines:
    """JSONL: one event a line, as LookupEvents would answer it."""

    def __init__(self, out: _Hashing, _wanted: Wanted) -> None:
        self._out = out

    def chunk(self, events: Sequence[Found]) -> None:
        if events:
            self._out.write(b"".join(found.event + b"\n" for found in events))

    def end(self) -> None:
        pass


class _Array:
    """What ActionTrail delivers: one JSON array, gzipped. The same events give the same bytes."""

    def __init__(self, out: _Hashing, _wanted: Wanted) -> None:
        self._file = gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0)
        self._before = b"["

    def chunk(self, events: Sequence[Found]) -> None:
        for found in events:
            self._file.write(self._before + found.event)
            self._before = b","

    def end(self) -> None:
        self._file.write(b"]" if self._before == b"," else b"[]")
        self._file.close()


class _Line:
    """A file of one line: `csv` hands it over as soon as it is made."""

    @staticmethod
    def write(line: str) -> str:
        """The line."""
        return line


class _Csv:
    """CSV that a spreadsheet may open: nothing in a cell is taken for a formula.

    The last cell is the event, most of what is written: it is quoted as bytes at once, where `csv` would go letter by letter.
    """

    def __init__(self, out: _Hashing, wanted: Wanted) -> None:
        self._out = out
        self._zone = wanted.zone
        self._row: Callable[[Sequence[str]], Any] = csv.writer(_Line).writerow  # gives what `write` gave
        if wanted.bom:
            out.write(BOM)
        out.write(self._encoded(columns(self._zone)))

    def chunk(self, events: Sequence[Found]) -> None:
        if events:
            self._out.write(b"".join(self._line(found) for found in events))

    def end(self) -> None:
        pass

    def _line(self, found: Found) -> bytes:
        assert found.event.startswith(b'{"'), "an event is an object with an id: in quotes, and no formula"
        before = self._encoded([safe_cell(cell) for cell in _cells_before(found, self._zone)])
        return b'%s,"%s"\r\n' % (before[:-2], found.event.replace(b'"', b'""'))

    def _encoded(self, row: Sequence[str]) -> bytes:
        line: str = self._row(row)
        return line.encode("utf-8", "replace")


class _Parquet:
    """Parquet, zstd; the index is a number, everything else text as in CSV."""

    def __init__(self, out: _Hashing, wanted: Wanted) -> None:
        self._zone = wanted.zone
        fields = [(name, pa.int64() if name == "index" else pa.string()) for name in columns(self._zone)]
        self._schema = pa.schema(fields)
        self._writer = pq.ParquetWriter(out, self._schema, compression="zstd")

    def chunk(self, events: Sequence[Found]) -> None:
        if not events:
            return
        by_column: Iterator[tuple[Any, ...]] = zip(
            *(cells(found, self._zone) for found in events), strict=True
        )
        index, *texts = by_column
        arrays = [
            pa.array([int(one) for one in index], pa.int64()),
            *(pa.array(one, pa.string()) for one in texts),
        ]
        self._writer.write_table(pa.table(arrays, schema=self._schema))

    def end(self) -> None:
        self._writer.close()


_WRITERS: dict[str, type[_Lines] | type[_Array] | type[_Csv] | type[_Parquet]] = {
    "jsonl": _Lines,
    "csv": _Csv,
    "parquet": _Parquet,
    "json.gz": _Array,
}


def columns(zone: str) -> tuple[str, ...]:
    """The names of a table's columns; each of times says its zone."""
    return ("index", _TIME, f"eventTime ({zone})", *_AFTER) if zone else COLUMNS


def cells(found: Found, zone: str = "") -> list[str]:
    """One event under `columns(zone)`."""
    return [*_cells_before(found, zone), found.event.decode()]


# What is shown of an event in columns of its own. All else is passed over unread.
_SHOWN = tuple(dict.fromkeys(path.partition(".")[0] for path in ("eventTime", *BY_PATH)))
_shown = msgspec.json.Decoder(msgspec.defstruct("_Shown", [(name, Any, "") for name in _SHOWN])).decode
_columns = tuple((attrgetter(path.partition(".")[0]), path.partition(".")[2]) for path in BY_PATH)


def _cells_before(found: Found, zone: str) -> list[str]:
    """All but the last, which is the whole event."""
    shown = _shown(found.event)
    at = str(shown.eventTime)  # type: ignore[attr-defined] # it is one of `_SHOWN`
    row = [str(found.index), at, *([_there(at, zone)] if zone else []), found.received, found.channel]
    for get, within in _columns:
        value: Any = get(shown)
        if within:
            value = value.get(within, "") if isinstance(value, dict) else ""
        row.append(value if isinstance(value, str) else msgspec.json.encode(value).decode())
    return row


@lru_cache(CHUNK)
def _there(at: str, zone: str) -> str:
    """A moment as clocks in `zone` showed it, with its distance from UTC."""
    return datetime.fromisoformat(at).astimezone(ZoneInfo(zone)).isoformat() if at else ""


def safe_cell(text: str) -> str:
    """`text` so that no spreadsheet runs it: an apostrophe before what looks like a formula."""
    return f"'{text}" if text[:1] in _FORMULA else text
