"""Events by the hundred thousand, in files: JSONL, CSV, Parquet, and ActionTrail's own `.json.gz`.

An export comes in parts. Each part is a whole file with its own row count and SHA-256, and names the
token of the next; so a broken connection costs one part, and nothing has to be held in memory.
"""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from actiontrail.query.rows import BY_PATH
from actiontrail.query.search import Asked, Found, OutOfRange, Search

PART_ROWS_MAX = 1_000_000
CHUNK = 2_000
BOM = b"\xef\xbb\xbf"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TIME = "eventTime (UTC)"
COLUMNS = ("index", _TIME, "receivedTime (UTC)", "channel", *BY_PATH, "event")
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
    """What a part should be: its form, its most rows, where it begins, and whether a CSV begins with a byte order mark."""

    form: str = "jsonl"
    rows_max: int = 100_000
    token: str = ""
    bom: bool = False


def write(search: Search, asked: Asked, file: IO[bytes], wanted: Wanted) -> Part:
    """Write one part of `asked`, oldest first, to `file`. Raises `OutOfRange` for a form that there is not."""
    form, rows_max, token = wanted.form, wanted.rows_max, wanted.token
    if form not in TYPES:
        raise OutOfRange(f"there is no export format {form[:20]!r}; there are {', '.join(TYPES)}")
    if not 1 <= rows_max <= PART_ROWS_MAX:
        raise OutOfRange(f"a part has 1 to {PART_ROWS_MAX} rows, not {rows_max}")
    out = _Hashing(file)
    writer = _WRITERS[form](out, wanted.bom)
    rows = 0
    while rows < rows_max:
        page = search.page(asked, limit=min(CHUNK, rows_max - rows), newest_first=False, token=token)
        writer.chunk(page.events)
        rows += len(page.events)
        token = page.next_token
        if not token:
            break
    writer.end()
    return Part(rows, out.size, out.digest.hexdigest(), token)


class _Lines:
    """JSONL: one event a line, as LookupEvents would answer it."""

    def __init__(self, out: _Hashing, _bom: bool) -> None:  # noqa: FBT001 - one call, below
        self._out = out

    def chunk(self, events: Sequence[Found]) -> None:
        if events:
            self._out.write(b"".join(found.event + b"\n" for found in events))

    def end(self) -> None:
        pass


class _Array:
    """What ActionTrail delivers: one JSON array, gzipped. The same events give the same bytes."""

    def __init__(self, out: _Hashing, _bom: bool) -> None:  # noqa: FBT001 - one call, below
        self._file = gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0)
        self._before = b"["

    def chunk(self, events: Sequence[Found]) -> None:
        for found in events:
            self._file.write(self._before + found.event)
            self._before = b","

    def end(self) -> None:
        self._file.write(b"]" if self._before == b"," else b"[]")
        self._file.close()


class _Csv:
    """CSV that a spreadsheet may open: nothing in a cell is taken for a formula."""

    def __init__(self, out: _Hashing, bom: bool) -> None:  # noqa: FBT001 - one call, below
        self._out = out
        if bom:
            out.write(BOM)
        self._write([COLUMNS])

    def chunk(self, events: Sequence[Found]) -> None:
        if events:
            self._write([[safe_cell(cell) for cell in cells(found)] for found in events])

    def end(self) -> None:
        pass

    def _write(self, rows: Sequence[Sequence[str]]) -> None:
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        self._out.write(text.getvalue().encode("utf-8", "replace"))


class _Parquet:
    """Parquet, zstd; the index is a number, everything else text as in CSV."""

    def __init__(self, out: _Hashing, _bom: bool) -> None:  # noqa: FBT001 - one call, below
        fields = [(name, pa.int64() if name == "index" else pa.string()) for name in COLUMNS]
        self._schema = pa.schema(fields)
        self._writer = pq.ParquetWriter(out, self._schema, compression="zstd")

    def chunk(self, events: Sequence[Found]) -> None:
        if not events:
            return
        columns: Iterator[tuple[Any, ...]] = zip(*(cells(found) for found in events), strict=True)
        index, *texts = columns
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


def cells(found: Found) -> list[str]:
    """One event under `COLUMNS`."""
    whole = msgspec.json.decode(found.event)
    row = [str(found.index), str(whole.get("eventTime", "")), found.received, found.channel]
    for path in BY_PATH:
        value: Any = whole
        for step in path.split("."):
            value = value.get(step, "") if isinstance(value, dict) else ""
        row.append(value if isinstance(value, str) else msgspec.json.encode(value).decode())
    return [*row, found.event.decode()]


def safe_cell(text: str) -> str:
    """`text` so that no spreadsheet runs it: an apostrophe before what looks like a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
