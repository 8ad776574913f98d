"""Files of events taken apart into batches, each a piece of NDJSON that one request carries.

A file with an event on each line is streamed, whatever its size. Anything else (an array, a document
over many lines, `{"Records": […]}`) is one JSON document, which has to be in memory at once.
Packed files are told by their first bytes, not by their name.
"""

import contextlib
import gzip
import io
import itertools
import json
import re
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec
import zstandard

from actiontrail.cli.importing.sources import STDIN, Source
from actiontrail.errors import Refusal

BATCH_EVENTS = 1000
BATCH_BYTES = 4 << 20
DOCUMENT_BYTES_MAX = 1 << 30
HEAD_BYTES = 1 << 16
LISTS = ("Records", "records", "items", "value", "entries")
AROUND_LISTS = frozenset(
    {"kind", "apiVersion", "metadata", "nextLink", "nextPageToken", "NextToken", "RequestId"}
)
_LIST = re.compile(rb'"(?:' + "|".join(LISTS).encode() + rb')"\s*:\s*\[')
_GZIP, _ZSTD, _BOM = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"


class Unreadable(Refusal):
    """The file is damaged, or no file of events."""


class Batch(NamedTuple):
    """Events for one request: lines, the first of which is number `first` of the file (from 1).

    `end` is where the batch ends in the unpacked file; `unit` says what is counted: a line, or an
    event of a document.
    """

    source: Source
    first: int
    events: int
    body: bytes
    end: int
    unit: str = "line"

    def place(self, number: int) -> str:
        """Where number `number` of this batch (from 1) stands: `file:17`, or `file event 17`."""
        at = self.first + number - 1
        return f"{self.source.path}:{at}" if self.unit == "line" else f"{self.source.path} event {at}"


class Start(NamedTuple):
    """Where to begin: bytes of the unpacked file, and lines or events, that are done."""

    offset: int = 0
    number: int = 0


def batches(source: Source, start: Start = Start()) -> Iterator[Batch]:
    """The events of `source` from `start` on. Raises `Unreadable`, after the batches before the damage."""
    try:
        with _opened(source) as packed:
            head = _head(packed)
            stream: BinaryIO = io.BufferedReader(_Rewound(head, packed), 1 << 20)
            if _has_lines(head):
                yield from _lines(source, stream, start)
            else:
                yield from _document(source, stream, start)
    except (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError) as error:
        raise Unreadable(f"{source.path}: the packed file is damaged or cut off: {error}") from error


class _Unzstd(io.RawIOBase):
    """The unpacked bytes of zstd frames. Unlike zstandard's own reader it tells when the last frame is cut off."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._unpacker = zstandard.ZstdDecompressor(max_window_size=1 << 31)
        self._frame: Any = None
        self._waiting = memoryview(b"")
        self._input = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - whatever holds bytes
        while not self._waiting:
            self._input = self._input or self._packed.read(1 << 14)
            if not self._input:
                if self._frame is not None:
                    raise EOFError("the last zstd frame has no end")
                return 0
            self._frame = self._frame or self._unpacker.decompressobj()
            self._waiting = memoryview(self._frame.decompress(self._input))
            self._input = b""
            if self._frame.eof:
                self._input, self._frame = self._frame.unused_data, None
        count = min(len(buffer), len(self._waiting))
        buffer[:count] = self._waiting[:count]
        self._waiting = self._waiting[count:]
        return count


def _head(packed: io.BufferedReader) -> bytes:
    """The first bytes; fewer than `HEAD_BYTES` only if there are no more."""
    parts: list[bytes] = []
    missing = HEAD_BYTES
    while missing and (part := packed.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


class _Rewound(io.RawIOBase):
    """A stream of which the head was read already, from its beginning again."""

    def __init__(self, head: bytes, rest: io.BufferedReader) -> None:
        self._head = memoryview(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - whatever holds bytes
        if not self._head:
            return self._rest.readinto(buffer)
        count = min(len(buffer), len(self._head))
        buffer[:count] = self._head[:count]
        self._head = self._head[count:]
        return count


@contextlib.contextmanager
def _opened(source: Source) -> Iterator[io.BufferedReader]:
    """The unpacked bytes of `source`."""
    with contextlib.ExitStack() as stack:
        if source.path == STDIN:
            packed: Any = sys.stdin.buffer
        else:
            packed = stack.enter_context(Path(source.path).open("rb", buffering=1 << 20))
        magic = packed.peek(4)[:4]
        if magic.startswith(_GZIP):
            packed = stack.enter_context(gzip.GzipFile(fileobj=packed))
        elif magic.startswith(_ZSTD):
            packed = io.BufferedReader(_Unzstd(packed), 1 << 20)
        yield packed


def _has_lines(head: bytes) -> bool:
    """Whether there is an event on each line: the first line is a whole event, and not the only one."""
    text = head.removeprefix(_BOM).lstrip(_SPACE)
    if not text.startswith(b"{"):
        return not text.startswith(b"[")
    whole = len(head) < HEAD_BYTES
    line, ends, rest = text.partition(b"\n")
    if not ends or (whole and not rest.strip(_SPACE)):
        return not whole and not _LIST.search(
            line[:4096]
        )  # no pretty-printed document has so long a first line
    try:
        fields = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except msgspec.MsgspecError:
        # A broken first line costs only itself where the next one is an object of its own.
        return len(line.rstrip()) > 1 and rest.lstrip(b"\r\n").startswith(b"{")
    return not _list_in(fields)


def _lines(source: Source, stream: BinaryIO, start: Start) -> Iterator[Batch]:
    _skip(stream, start.offset)
    number, end = start.number, start.offset
    waiting: list[bytes] = []
    size = 0
    while True:
        read = stream.readlines(BATCH_BYTES)
        for line in read:
            if waiting and (len(waiting) == BATCH_EVENTS or size + len(line) > BATCH_BYTES):
                end += size
                yield Batch(source, number + 1, len(waiting), b"".join(waiting), end)
                number += len(waiting)
                waiting, size = [], 0
            waiting.append(line)
            size += len(line)
        if not read:
            break
    if waiting:
        yield Batch(source, number + 1, len(waiting), b"".join(waiting), end + size)


def _skip(stream: BinaryIO, count: int) -> None:
    while count > 0:
        taken = len(stream.read(min(count, 1 << 20)))
        if not taken:
            return
        count -= taken


def _document(source: Source, stream: BinaryIO, start: Start) -> Iterator[Batch]:
    whole = stream.read(DOCUMENT_BYTES_MAX + 1)
    if len(whole) > DOCUMENT_BYTES_MAX:
        raise Unreadable(
            f"{source.path}: a JSON document of more than {DOCUMENT_BYTES_MAX >> 20} MiB."
            " Put one event on each line, then its size does not matter: jq -c '.[]' FILE"
        )
    number, size = start.number, 0
    taken: list[bytes] = []
    damage: Unreadable | None = None
    events = itertools.islice(_events(source, whole.removeprefix(_BOM)), number, None)
    while True:
        try:
            event = next(events, None)
        except Unreadable as error:
            event, damage = None, error
        if taken and (event is None or len(taken) == BATCH_EVENTS or size + len(event) > BATCH_BYTES):
            yield Batch(source, number + 1, len(taken), b"".join(taken), len(whole), "event")
            number, size, taken = number + len(taken), 0, []
        if event is None:
            break
        taken.append(event.translate(None, b"\r\n") + b"\n")  # in JSON line breaks stand only between tokens
        size += len(event)
    if damage:
        raise damage


def _events(source: Source, whole: bytes) -> Iterator[bytes]:
    """The events of the documents in `whole`, mostly one."""
    if not whole.strip(_SPACE):
        return
    try:
        yield from _unfold(whole)
        return
    except msgspec.ValidationError as error:
        raise Unreadable(f"{source.path}: neither an event nor a list of events: {error}") from error
    except RecursionError as error:
        raise Unreadable(f"{source.path}: a document nested too deeply to be an event") from error
    except msgspec.DecodeError as error:
        one = error
    try:
        text = whole.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"{source.path}: neither JSON nor UTF-8 at byte {error.start}") from error
    decoder = json.JSONDecoder()
    position = len(text) - len(text.lstrip())
    while position < len(text):
        try:
            end = decoder.raw_decode(text, position)[1]
            found = list(_unfold(text[position:end].encode()))
        except (ValueError, RecursionError, msgspec.MsgspecError) as error:
            place = text.count("\n", 0, position) + 1
            raise Unreadable(
                f"{source.path}: the document that begins in line {place} is not JSON: {one}"
            ) from error
        yield from found
        position = len(text) - len(text[end:].lstrip())


def _unfold(document: bytes) -> list[bytes]:
    """The events in one document: of its list, or itself."""
    stripped = document.strip(_SPACE)
    if stripped.startswith(b"["):
        return [bytes(raw) for raw in msgspec.json.decode(stripped, type=list[msgspec.Raw])]
    fields = msgspec.json.decode(stripped, type=dict[str, msgspec.Raw])
    name = _list_in(fields)
    if not name:
        return [stripped]
    return [bytes(raw) for raw in msgspec.json.decode(fields[name], type=list[msgspec.Raw])]


def _list_in(fields: dict[str, msgspec.Raw]) -> str:
    """The name of the list of events in an envelope; empty if `fields` are no envelope but an event."""
    for name in LISTS:
        if bytes(fields.get(name, b"")).startswith(b"[") and fields.keys() - {name} <= AROUND_LISTS:
            return name
    return ""
