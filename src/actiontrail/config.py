"""What an operator may choose. Read by `service` and `cli` only.

One file, `config.toml` in the data folder, decoded once into one frozen struct. Unknown keys are
errors, limits are types, and each field says what turning it costs: `actiontrail config` prints
them all, and a test holds the reference page to them.
"""

import types
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import Meta

from actiontrail.errors import Refusal

FILE_NAME = "config.toml"
KIB = 1024
MIB = 1024 * KIB


def _count(text: str, *, least: int, most: int) -> Any:  # noqa: ANN401 - a type expression
    return Annotated[int, Meta(ge=least, le=most, description=text)]


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting, with its default."""

    host: Annotated[
        str,
        Meta(description="Address to listen on. Anything but loopback needs TLS in front of it: keys sign requests, they do not hide them."),
    ] = "127.0.0.1"
    port: _count("TCP port of the front door.", least=0, most=65535) = 8770  # type: ignore[valid-type]
    region: Annotated[
        str,
        Meta(description="Region id that this service answers for; the home region of what is made here.", pattern=r"^[a-z]{2,}(-[a-z0-9]+)*$"),
    ] = "cn-hangzhou"
    database: Annotated[
        str,
        Meta(description="SQLAlchemy URL of the control database; empty: SQLite in the data folder. PostgreSQL lets several machines share it."),
    ] = ""
    clickhouse: Annotated[
        str,
        Meta(description="URL of a ClickHouse server for the projection; empty: the embedded engine in the data folder."),
    ] = ""
    passphrase_file: Annotated[
        str,
        Meta(description="File whose content seals the keys at rest; empty: file permissions alone protect them. Lost passphrase: lost keys."),
    ] = ""
    event_bytes_max: _count("Largest event taken, in bytes. More memory per request when raised.", least=KIB, most=16 * MIB) = 256 * KIB  # type: ignore[valid-type]
    body_bytes_max: _count("Largest body of one request, in bytes after decompression. Memory per request in flight.", least=KIB, most=1024 * MIB) = 32 * MIB  # type: ignore[valid-type]
    nesting_max: _count("Deepest nesting of an event's JSON.", least=8, most=512) = 64  # type: ignore[valid-type]
    queue_bytes_max: _count("Bytes that may wait for the sequencer before callers are told to come back. Memory, and the longest wait.", least=MIB, most=4096 * MIB) = 128 * MIB  # type: ignore[valid-type]
    round_bytes_max: _count("Bytes of records in one round of the sequencer. Larger: fewer fsyncs, longer waits.", least=64 * KIB, most=256 * MIB) = 8 * MIB  # type: ignore[valid-type]
    segment_bytes_max: _count("Bytes of records, before compression, at which a segment is sealed. Larger: fewer files, a longer restart.", least=64 * KIB, most=4096 * MIB) = 128 * MIB  # type: ignore[valid-type]
    repeats_hours: _count("Hours for which an event id is remembered, so that a repeat is answered with its first index. Disk: about 60 bytes an event.", least=24, most=24 * 400) = 24 * 14  # type: ignore[valid-type]
    repeats_bytes_max: _count("Most disk that the memory of event ids may take.", least=64 * MIB, most=1024 * 1024 * MIB) = 16 * 1024 * MIB  # type: ignore[valid-type]
    mask: Annotated[
        tuple[str, ...],
        Meta(description="Further names of fields whose values are secrets and are masked before anything is durable; case does not matter, `*` stands for any run of characters."),
    ] = ()
    clock_skew_seconds: _count("How far a request's clock may be from ours. Longer: a stolen request can be replayed for longer after a restart.", least=30, most=3600) = 900  # type: ignore[valid-type]
    lookups_per_second: _count("LookupEvents calls an account may make each second (the managed service allows 2).", least=1, most=100_000) = 100  # type: ignore[valid-type]
    lookback_days: _count("How many days back LookupEvents answers; search has no such limit.", least=1, most=36_500) = 90  # type: ignore[valid-type]
    query_seconds_max: _count("Longest that one question may run.", least=1, most=3600) = 30  # type: ignore[valid-type]
    query_memory_bytes_max: _count("Most memory that one question may take.", least=16 * MIB, most=1024 * 1024 * MIB) = 1024 * MIB  # type: ignore[valid-type]
    query_rows_max: _count("Most rows that a SQL question may answer; exports have no such limit.", least=1, most=10_000_000) = 10_000  # type: ignore[valid-type]
    projection_memory_bytes_max: _count("Most memory for the embedded search engine as a whole.", least=128 * MIB, most=1024 * 1024 * MIB) = 1536 * MIB  # type: ignore[valid-type]
    log_level: Annotated[str, Meta(description="How much is logged: debug, info, warning or error.", pattern=r"^(debug|info|warning|error)$")] = "info"


class BadConfig(Refusal):
    """The configuration file does not say what it should."""


def load(data: Path) -> Config:
    """The settings in force for the record in `data`; a missing file means the defaults."""
    path = data / FILE_NAME
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return Config()
    try:
        return msgspec.toml.decode(text, type=Config)
    except msgspec.MsgspecError as error:
        raise BadConfig(f"{path}: {error}. `actiontrail config` lists every setting and its limits.") from error


def helps() -> Mapping[str, str]:
    """Each setting's name and what it says of itself, in the order of the file."""
    hints = get_type_hints(Config, include_extras=True)
    return types.MappingProxyType({name: hints[name].__metadata__[0].description for name in Config.__struct_fields__})
