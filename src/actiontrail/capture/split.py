"""A body taken apart into the events it holds, each with its place and its bytes as they came. Pure.

Read are: one event per line, an array, one object (pretty-printed too), and the envelopes in which
clouds put their events: `Records`, `records`, a Kubernetes `EventList`, the `Events` of LookupEvents,
`entries`, `value`. The shape of the body decides; the content type only where it says "lines" or is of
no JSON at all. In a body of lines, a malformed line never costs its neighbours: lines are not
parsed here. A malformed document has no neighbours to save, and is refused with its place.
"""

from typing import Final, NamedTuple

import msgspec

from actiontrail.errors import Refusal

PIECES_MAX: Final = 100_000  # events, and lines, in one body
_LINES_TYPES = frozenset(
    (
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonlines",
        "application/json-lines",
        "application/json-seq",
    )
)
_OTHER_TYPES = frozenset(
    (
        "",
        "text/json",
        "text/plain",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "application/gzip",
        "application/x-gzip",
        "application/zstd",
    )
)
_ENVELOPES = ("Records", "records", "items", "Events", "entries", "value")
_BLANK = b" \t\r\n"
_MARK = b"\xef\xbb\xbf"

_raw = msgspec.json.Decoder(msgspec.Raw)
_array = msgspec.json.Decoder(list[msgspec.Raw])


class _Envelope(msgspec.Struct, gc=False):
    """What may wrap many events; each name holds the bytes of its value."""

    Records: msgspec.Raw = msgspec.Raw()
    records: msgspec.Raw = msgspec.Raw()
    items: msgspec.Raw = msgspec.Raw()
    Events: msgspec.Raw = msgspec.Raw()
    entries: msgspec.Raw = msgspec.Raw()
    value: msgspec.Raw = msgspec.Raw()
    event_name: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="eventName")
    audit_id: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="auditID")


_envelope = msgspec.json.Decoder(_Envelope)


class Piece(NamedTuple):
    """One event's bytes; the line of the body on which it begins and its number in the body, both from 1."""

    line: int
    item: int
    raw: bytes


class NoEvents(Refusal):
    """The body holds no event."""

    def __init__(self) -> None:
        super().__init__(
            "the body holds no event. Send events as JSON: one per line, an array, or one object."
        )


class NotJson(Refusal):
    """The body is a document that is not JSON."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(
            f"line {line}: {problem}. The body is read as one JSON document; to keep good events apart "
            "from bad ones, send one event per line."
        )
        self.line = line


class TooManyEvents(Refusal):
    """The body holds more events than are taken at once."""

    def __init__(self) -> None:
        super().__init__(f"the body holds more than {PIECES_MAX} lines or events. Send it in smaller parts.")


class UnsupportedContentType(Refusal):
    """The body is of a kind that holds no events."""

    def __init__(self, content_type: str) -> None:
        super().__init__(
            f"Content-Type {content_type[:60]!r} is not read here. Send application/json or application/x-ndjson."
        )


def split(body: bytes, content_type: str = "") -> list[Piece]:
    """The events of `body`, in order. Raises a `Refusal` for a body that cannot be taken apart at all."""
    said = content_type.partition(";")[0].strip().lower()
    if not (said in _LINES_TYPES or said in _OTHER_TYPES or said.endswith(("/json", "+json"))):
        raise UnsupportedContentType(content_type)
    body = body.removeprefix(_MARK)
    start = body.lstrip(_BLANK)
    if not start:
        raise NoEvents
    if body.count(b"\n") > PIECES_MAX and said in _LINES_TYPES:
        raise TooManyEvents
    if said in _LINES_TYPES or (start[:1] != b"[" and _is_lines(start)):
        return _lines(body)
    return _document(body, line=1)


def pieces_within(piece: Piece) -> list[Piece] | None:
    """The events in `piece`, if it is an envelope of many; None if it is not one."""
    found = _within(piece.raw)
    return (
        None if found is None else [Piece(piece.line, piece.item, bytes(raw).strip(_BLANK)) for raw in found]
    )


def _is_lines(start: bytes) -> bool:
    """Whether a body that begins with `start` is one event per line rather than one document over many lines."""
    first, _, rest = start.partition(b"\n")
    if not rest.strip(_BLANK):
        return False
    if _is_json(first):
        return True
    following = rest.lstrip(b"\r\n")
    return following[:1] not in b' \t}]"' and not _is_json(start)


def _is_json(text: bytes) -> bool:
    try:
        _raw.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True


def _lines(body: bytes) -> list[Piece]:
    if body.count(b"\n") > PIECES_MAX:
        raise TooManyEvents
    found: list[Piece] = []
    for number, line in enumerate(body.split(b"\n"), 1):
        text = line.strip(b" \t\r\x1e")
        if text:
            found.append(Piece(number, len(found) + 1, text))
    if not found:
        raise NoEvents
    return found


def _document(body: bytes, *, line: int) -> list[Piece]:
    try:
        whole = bytes(_raw.decode(body))
        found = _array.decode(whole) if whole.lstrip(_BLANK)[:1] == b"[" else _within(whole)
    except RecursionError as error:
        raise NotJson(line, "the document is nested too deep") from error
    except msgspec.MsgspecError as error:
        raise NotJson(_line_of(body, error), str(error)) from error
    if found is None:
        return [Piece(_line_at(body, len(body) - len(body.lstrip(_BLANK))), 1, body.strip(_BLANK))]
    if not found:
        raise NoEvents
    if len(found) > PIECES_MAX:
        raise TooManyEvents
    return _placed(body, [bytes(raw).strip(_BLANK) for raw in found])


def _within(whole: bytes) -> list[msgspec.Raw] | None:
    """The values in the envelope that `whole` is, or None."""
    try:
        envelope = _envelope.decode(whole)
    except (msgspec.MsgspecError, RecursionError):
        return None
    if bytes(envelope.event_name) or bytes(envelope.audit_id):
        return None
    for name in _ENVELOPES:
        value = bytes(getattr(envelope, name)).strip(_BLANK)
        if value[:1] == b"[" and value[1:].lstrip(_BLANK)[:1] in b"{]":
            return _array.decode(value)
    return None


def _placed(body: bytes, events: list[bytes]) -> list[Piece]:
    """`events`, which stand in `body` in this order, each with its line."""
    found: list[Piece] = []
    at = line_start = 0
    line = 1
    for item, raw in enumerate(events, 1):
        at = body.index(raw, at)
        line += body.count(b"\n", line_start, at)
        line_start = at
        found.append(Piece(line, item, raw))
        at += len(raw)
    return found


def _line_of(body: bytes, error: Exception) -> int:
    """The line that a decoder's message points at with `(byte N)`; where it names none, the document ends too soon."""
    _, found, tail = str(error).rpartition("(byte ")
    return _line_at(
        body, int(tail.rstrip(")")) if found and tail.rstrip(")").isdigit() else len(body.rstrip(_BLANK))
    )


def _line_at(body: bytes, offset: int) -> int:
    return body.count(b"\n", 0, offset) + 1
