"""Records of the ledger as rows of the projection. Pure.

A row is a function of its line, its index and the declared formats, and of nothing else, which is why the projection may be
thrown away: reading the same ledger again gives the same rows.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

import msgspec
import pyarrow as pa

from actiontrail.event import moment, record
from actiontrail.event.channel import channel
from actiontrail.event.formats import BUILT_IN, Formats
from actiontrail.event.model import Event, document
from actiontrail.query.words import Writer

Get = Callable[[Event], Any]
_MARK = b"\\u000"  # how JSON begins to write each of the marks of a line of words


@dataclass(frozen=True, slots=True)
class Column:
    """A field that has a column of its own: its dotted path, its name, its type there, and the event's attribute."""

    path: str
    name: str
    kind: str
    attribute: str


_FEW = "LowCardinality(String)"
_MANY = "String CODEC(ZSTD(1))"

FIELDS: tuple[Column, ...] = (
    Column("eventId", "event_id", _MANY, "event_id"),
    Column("eventName", "event_name", _FEW, "event_name"),
    Column("serviceName", "service_name", _FEW, "service_name"),
    Column("eventRW", "event_rw", _FEW, "event_rw"),
    Column("eventType", "event_type", _FEW, "event_type"),
    Column("eventCategory", "event_category", _FEW, "event_category"),
    Column("eventSource", "event_source", _FEW, "event_source"),
    Column("eventVersion", "event_version", _FEW, "event_version"),
    Column("apiVersion", "api_version", _FEW, "api_version"),
    Column("acsRegion", "region", _FEW, "acs_region"),
    Column("requestId", "request_id", _MANY, "request_id"),
    Column("resourceType", "resource_type", _FEW, "resource_type"),
    Column("resourceName", "resource_name", _MANY, "resource_name"),
    Column("sourceIpAddress", "source_ip", _MANY, "source_ip_address"),
    Column("vpcId", "vpc_id", _FEW, "vpc_id"),
    Column("userAgent", "user_agent", _FEW, "user_agent"),
    Column("userIdentity.type", "user_type", _FEW, "user_identity.type"),
    Column("userIdentity.principalId", "principal_id", _MANY, "user_identity.principal_id"),
    Column("userIdentity.accountId", "user_account", _FEW, "user_identity.account_id"),
    Column("userIdentity.userName", "user_name", _MANY, "user_identity.user_name"),
    Column("userIdentity.accessKeyId", "access_key_id", _MANY, "user_identity.access_key_id"),
    Column("errorCode", "error_code", _FEW, "error_code"),
    Column("errorMessage", "error_message", _MANY, "error_message"),
    Column("recipientAccountId", "recipient_account", _FEW, "recipient_account_id"),
)
BY_PATH = {column.path: column for column in FIELDS}
# Who called, and from where, is asked all the time, and even a large account has few of them: decision 100.
NAMES = ("user_name", "source_ip", "access_key_id", "principal_id")
# Columns of which each different value is looked at once, and not once for each event.
DICTIONARIES = frozenset(NAMES) | {column.name for column in FIELDS if column.kind == _FEW}


def role_name(event: Event) -> str:
    """The role that the caller had taken on: what stands before the session's name."""
    who = event.user_identity
    return who.user_name.partition(":")[0] if who.type == "assumed-role" else ""


def resource_types(event: Event) -> list[str]:
    """Every type of resource that `event` touched, each once."""
    return _once(event.resource_type.split(";"), event.referenced_resources)


def resource_names(event: Event) -> list[str]:
    """Every resource that `event` touched, each once."""
    flat = event.resource_name.replace(";", ",").split(",")
    return _once(flat, (name for names in event.referenced_resources.values() for name in names))


def _once(*lists: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(one for some in lists for one in some if one))


def _truth(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""


_DERIVED: tuple[tuple[str, pa.DataType, Get], ...] = (
    ("role_name", pa.string(), role_name),
    ("sensitive", pa.string(), lambda e: _truth(e.event_attributes.get("SensitiveAction"))),
    ("is_global", pa.string(), lambda e: _truth(e.is_global)),
    ("channel", pa.string(), channel),
    ("resource_types", pa.list_(pa.string()), resource_types),
    ("resource_names", pa.list_(pa.string()), resource_names),
)
_fields = attrgetter(*(column.attribute for column in FIELDS))
_derive = tuple(get for _, _, get in _DERIVED)
SCHEMA = pa.schema(
    [
        ("account", pa.string()),
        ("idx", pa.uint64()),
        ("seq", pa.uint64()),
        ("happened", pa.timestamp("ms", "UTC")),
        ("happened_us", pa.uint16()),
        ("received", pa.timestamp("us", "UTC")),
        ("format", pa.string()),
        ("source", pa.string()),
        ("masked", pa.list_(pa.string())),
        ("odd", pa.uint8()),
        ("doc", pa.binary()),
        ("words", pa.binary()),
        *((column.name, pa.string()) for column in FIELDS),
        *((name, kind) for name, kind, _ in _DERIVED),
    ]
)


class Mapper:
    """Maps lines to rows. It remembers what it has met, so it belongs to one thread."""

    def __init__(self, formats: Formats = BUILT_IN) -> None:
        self._formats = formats
        self._writer = Writer(BY_PATH)

    def table(self, start: int, lines: Sequence[bytes]) -> pa.Table:
        """The rows of `lines`, the first of which stands at index `start`."""
        rows = [self._row(start + at, line) for at, line in enumerate(lines)]
        columns = zip(*rows, strict=True) if rows else ([] for _ in SCHEMA)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
        return pa.table(arrays, schema=SCHEMA)

    def _row(self, index: int, line: bytes) -> tuple[Any, ...]:
        """One row. What it took to make it is let go at once: thousands of live trees keep the collector busy."""
        one = record.parse(line)
        received = datetime.fromisoformat(one.received)
        event = self._formats.recorded(one.format, bytes(one.event), received=received)
        whole = document(event)
        doc = msgspec.json.encode(whole)
        words = self._writer.words(whole, marked=_MARK in doc)
        happened, rest_us = divmod(moment.microseconds(event.event_time), 1000)
        return (
            one.account,
            index,
            one.seq,
            happened,
            rest_us,
            moment.microseconds(received),
            one.format,
            one.source,
            one.masked,
            int(words.odd),
            doc,
            words.line,
            *_fields(event),
            *(get(event) for get in _derive),
        )
