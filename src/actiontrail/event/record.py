"""The record: one line of the ledger. Pure.

A line is one JSON object that ends with the event's bytes as they came, and holds no line break, so
that a segment is plain NDJSON. An entry of the transparency log is the SHA-256 of this line,
without its line break: whoever has the line can compute the entry, and nobody can compute the
line from the entry.
"""

import hashlib
from datetime import UTC, datetime

import msgspec

from actiontrail.errors import Corruption

_LINE_BREAKS = b"\r\n"
_ACCOUNT = b'{"account":'
_SEQ = b',"seq":'  # cannot stand inside a JSON string: its quotes would be escaped


class Record(msgspec.Struct, frozen=True):
    """One line of the ledger.

    `seq` counts from 1 per account, without gaps. `received` is our clock at intake, RFC 3339 in
    UTC with microseconds. `source` says through which door it came (`key:LTAI…`, `token:…`).
    `masked` lists the places, as dotted paths in the event, where a known secret was replaced.
    """

    account: str
    seq: int
    received: str
    source: str
    format: str
    event: msgspec.Raw
    masked: tuple[str, ...] = ()


_decoder = msgspec.json.Decoder(Record)


def one_line(event: bytes) -> bytes:
    """`event`, which is valid JSON, without line breaks: in JSON they stand only between tokens."""
    if b"\n" in event or b"\r" in event:
        return event.translate(None, _LINE_BREAKS)
    return event


def received_text(moment: datetime) -> str:
    """`moment` as a record writes it: `2026-01-02T03:04:05.678901Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def head(
    account: str,
    *,
    received: str,
    source: str,
    format: str,  # noqa: A002 - what the line calls it
    masked: tuple[str, ...] = (),
) -> tuple[bytes, bytes]:
    """The line's bytes before and after the sequence number, up to where the event begins."""
    before = b'{"account":' + msgspec.json.encode(account) + b',"seq":'
    fields = {"received": received, "source": source, "format": format}
    if masked:
        fields["masked"] = masked  # type: ignore[assignment]
    after = b"," + msgspec.json.encode(fields)[1:-1] + b',"event":'
    return before, after


def encode(record: Record) -> bytes:
    """`record` as its line, without a line break at the end."""
    before, after = head(
        record.account,
        received=record.received,
        source=record.source,
        format=record.format,
        masked=record.masked,
    )
    return before + b"%d" % record.seq + after + bytes(record.event) + b"}"


def parse(line: bytes) -> Record:
    """The record that `line` holds. Raises `Corruption` if it is not one of ours."""
    try:
        return _decoder.decode(line)
    except msgspec.MsgspecError as error:
        raise Corruption(f"a line of the ledger is not a record: {error}") from error


def entry(line: bytes) -> bytes:
    """The 32 bytes that stand for `line` in the transparency log."""
    return hashlib.sha256(line).digest()


def order(line: bytes) -> tuple[bytes, int]:
    """The account, as JSON text, and `seq` of `line`, without reading the rest. Raises `Corruption` if they are not there."""
    at = line.find(_SEQ)
    try:
        if not line.startswith(_ACCOUNT):
            raise ValueError
        return line[len(_ACCOUNT) : at], int(line[at + len(_SEQ) : line.index(b",", at + len(_SEQ))])
    except ValueError as error:
        raise Corruption("a line of the ledger does not begin with an account and its sequence") from error
