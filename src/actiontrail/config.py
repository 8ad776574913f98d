"""What an operator may choose. Read by `service` and `cli` only.

One file, `config.toml` in the data folder, decoded once into one frozen struct. Unknown keys are
errors, limits are types, and each field says what turning it costs: `actiontrail config` prints
them all, and a test holds the reference page to them.
"""

import ipaddress
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta

from actiontrail.errors import Refusal

FILE_NAME = "config.toml"
KIB = 1024
MIB = 1024 * KIB


class Reached(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the destinations of one scheme are reached: a table `[destinations.SCHEME]` of the settings."""

    endpoint: str = ""
    region: str = ""
    credentials: Annotated[str, Meta(pattern=r"^$|^(file|env):.+$")] = ""
    path_style: bool = False
    sts_endpoint: str = ""
    tunnel_endpoint: str = ""
    ca_file: str = ""
    create: bool = True
    timeout_seconds: Annotated[float, Meta(ge=0.1, le=600)] = 30.0


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting, with its default."""

    host: Annotated[
        str,
        Meta(
            description="Address to listen on. Anything but loopback needs TLS in front of it: keys sign requests, they do not hide them."
        ),
    ] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="TCP port of the front door.")] = 8770
    region: Annotated[
        str,
        Meta(
            description="Region id that this service answers for; the home region of what is made here.",
            pattern=r"^[a-z]{2,}(-[a-z0-9]+)*$",
        ),
    ] = "cn-hangzhou"
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(
            description="Addresses or ranges of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. Whoever is named here can make any address stand in the record."
        ),
    ] = ()
    record_own_operations: Annotated[
        Literal["all", "changes"],
        Meta(
            description="What of the service's own operations becomes an event of the account concerned: `all`, or `changes` and refused tries alone. Fewer: who looked at what is not recorded."
        ),
    ] = "all"
    console_url: Annotated[
        str,
        Meta(
            description="Where browsers find the service, such as https://trail.example.com; empty: at the host that they name. With https, cookies are sent over TLS alone. Single sign-on needs it.",
            pattern=r"^(https?://[^/\s]+)?$",
        ),
    ] = ""
    console_idle_minutes: Annotated[
        int,
        Meta(
            ge=5,
            le=24 * 60,
            description="Minutes after which a session of the console that nobody uses is over.",
        ),
    ] = 60
    console_hours_max: Annotated[
        int,
        Meta(ge=1, le=24 * 30, description="Hours after which a session of the console is over in any case."),
    ] = 12
    console_totp_required: Annotated[
        bool,
        Meta(
            description="Whether everybody who signs in with a password needs an authenticator app. Whoever has none sets one up before they see anything."
        ),
    ] = False
    oidc_issuer: Annotated[
        str,
        Meta(
            description="Issuer of an OpenID Connect provider at which people may sign in, such as https://id.example.com; empty: none. It is asked at each sign-in.",
            pattern=r"^(https?://\S+)?$",
        ),
    ] = ""
    oidc_client_id: Annotated[
        str, Meta(description="The id under which the provider knows this service.")
    ] = ""
    oidc_client_secret_file: Annotated[
        str,
        Meta(
            description="File that holds the secret that belongs to it; empty: a public client (PKCE alone)."
        ),
    ] = ""
    oidc_user_claim: Annotated[
        str,
        Meta(
            description="Which claim of the provider names the user here, at their first sign-in; what follows an @ is left out. Choose one that people cannot change themselves."
        ),
    ] = "preferred_username"
    oidc_account: Annotated[
        str, Meta(description="Account whose users sign in at the provider; empty: the first account.")
    ] = ""
    oidc_name: Annotated[str, Meta(description="What the button on the sign-in page says.")] = (
        "Single sign-on"
    )
    database: Annotated[
        str,
        Meta(
            description="SQLAlchemy URL of the control database; empty: SQLite in the data folder. PostgreSQL lets several machines share it."
        ),
    ] = ""
    clickhouse: Annotated[
        str,
        Meta(
            description="URL of a ClickHouse server for the projection; empty: the embedded engine in the data folder."
        ),
    ] = ""
    passphrase_file: Annotated[
        str,
        Meta(
            description="File whose content seals the keys at rest; empty: file permissions alone protect them. Lost passphrase: lost keys."
        ),
    ] = ""
    event_bytes_max: Annotated[
        int,
        Meta(
            ge=KIB,
            le=16 * MIB,
            description="Largest event taken, in bytes. More memory per request when raised.",
        ),
    ] = 256 * KIB
    body_bytes_max: Annotated[
        int,
        Meta(
            ge=KIB,
            le=1024 * MIB,
            description="Largest body of one request, in bytes after decompression. Memory per request in flight.",
        ),
    ] = 32 * MIB
    nesting_max: Annotated[int, Meta(ge=8, le=512, description="Deepest nesting of an event's JSON.")] = 64
    queue_bytes_max: Annotated[
        int,
        Meta(
            ge=MIB,
            le=4096 * MIB,
            description="Bytes that may wait for the sequencer before callers are told to come back. Memory, and the longest wait.",
        ),
    ] = 128 * MIB
    round_bytes_max: Annotated[
        int,
        Meta(
            ge=64 * KIB,
            le=256 * MIB,
            description="Bytes of records in one round of the sequencer. Larger: fewer fsyncs, longer waits.",
        ),
    ] = 8 * MIB
    segment_bytes_max: Annotated[
        int,
        Meta(
            ge=64 * KIB,
            le=4096 * MIB,
            description="Bytes of records, before compression, at which a segment is sealed. Larger: fewer files, a longer restart.",
        ),
    ] = 128 * MIB
    repeats_hours: Annotated[
        int,
        Meta(
            ge=24,
            le=24 * 400,
            description="Hours for which an event id is remembered, so that a repeat is answered with its first index. Disk: about 130 bytes an event.",
        ),
    ] = 24 * 14
    repeats_bytes_max: Annotated[
        int,
        Meta(
            ge=64 * MIB, le=1024 * 1024 * MIB, description="Most disk that the memory of event ids may take."
        ),
    ] = 16 * 1024 * MIB
    mask: Annotated[
        tuple[str, ...],
        Meta(
            description="Further names of fields whose values are secrets and are masked before anything is durable; case does not matter, `*` stands for any run of characters."
        ),
    ] = ()
    clock_skew_seconds: Annotated[
        int,
        Meta(
            ge=30,
            le=3600,
            description="How far a request's clock may be from ours. Longer: a stolen request can be replayed for longer after a restart.",
        ),
    ] = 900
    calls_per_second: Annotated[
        Mapping[str, Annotated[int, Meta(ge=1, le=100_000)]],
        Meta(
            description='Calls that an account may make of an operation each second, where it is not what the reference says: `{"LookupEvents" = 2}` is what the managed service allows. More: one account can take more of the machine.'
        ),
    ] = {}
    lookback_days: Annotated[
        int,
        Meta(
            ge=1, le=36_500, description="How many days back LookupEvents answers; search has no such limit."
        ),
    ] = 90
    query_seconds_max: Annotated[
        int, Meta(ge=1, le=3600, description="Longest that one question may run.")
    ] = 30
    query_memory_bytes_max: Annotated[
        int, Meta(ge=16 * MIB, le=1024 * 1024 * MIB, description="Most memory that one question may take.")
    ] = 1024 * MIB
    query_rows_max: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000_000,
            description="Most rows that a SQL question may answer; exports have no such limit.",
        ),
    ] = 10_000
    export_free_bytes_min: Annotated[
        int,
        Meta(
            ge=0,
            le=1 << 60,
            description="Bytes of the disk that an export leaves free for the record: it fails rather than take these.",
        ),
    ] = 1024 * MIB
    projection_memory_bytes_max: Annotated[
        int,
        Meta(
            ge=128 * MIB,
            le=1024 * 1024 * MIB,
            description="Most memory for the embedded search engine as a whole.",
        ),
    ] = 1536 * MIB
    searchable_days: Annotated[
        int,
        Meta(
            ge=0,
            le=36_500,
            description="Days for which records are searchable, in whole months; 0: for ever. The ledger keeps all. Fewer: less disk; older events are found again only after `fsck --rebuild-projection` with more days.",
        ),
    ] = 0
    delivery_seconds: Annotated[
        float,
        Meta(
            ge=0,
            le=3600,
            description="Seconds that a trail's event may wait for others before it is delivered. Fewer: smaller objects, and more of them.",
        ),
    ] = 60.0
    delivery_events_max: Annotated[
        int, Meta(ge=1, le=100_000, description="Most events in one delivered batch.")
    ] = 5_000
    delivery_bytes_max: Annotated[
        int,
        Meta(
            ge=64 * KIB,
            le=64 * MIB,
            description="Bytes of events at which a batch is delivered. Memory for each destination that is being written to.",
        ),
    ] = 4 * MIB
    delivery_memory_bytes: Annotated[
        int,
        Meta(
            ge=4 * MIB,
            le=4096 * MIB,
            description="Memory for records that are mapped once for all trails. Less: trails that are far apart map them again.",
        ),
    ] = 64 * MIB
    destinations: Annotated[
        Mapping[str, Reached],
        Meta(
            description="How trails reach their destinations: a table for each scheme, at the end of the file, such as `[destinations.oss]`, with `endpoint`, `region`, `credentials` (`file:PATH` or `env:NAME`), `path_style`, `sts_endpoint`, `tunnel_endpoint`, `ca_file`, `create` and `timeout_seconds`. Where OSS, SLS or MaxCompute has no endpoint, its buckets, logstores and tables are folders under the data folder, made when first needed unless `create = false`."
        ),
    ] = {}
    address_databases: Annotated[
        tuple[str, ...],
        Meta(
            description="Files that say where addresses are and whose, in MaxMind's format (MMDB), such as those of GeoLite2, DB-IP or IPinfo; from DATA, or absolute. Later ones fill in what earlier ones leave out. A file that was replaced is read anew. None: the console shows addresses only."
        ),
    ] = ()
    log_level: Annotated[
        str,
        Meta(
            description="How much is logged: debug, info, warning or error.",
            pattern=r"^(debug|info|warning|error)$",
        ),
    ] = "info"
    formats: Annotated[
        Mapping[str, Mapping[str, Any]],
        Meta(
            description='Formats of your own: a table for each, at the end of the file, such as `[formats.myapp]`, with lines such as `eventName = "what"` that say where in your events a field of ours stands. What was made searchable before a change stays as it was until `fsck --rebuild-projection`.'
        ),
    ] = {}

    def __post_init__(self) -> None:
        for text in self.trusted_proxies:
            try:
                ipaddress.ip_network(text, strict=False)
            except ValueError as error:
                raise ValueError(f"trusted_proxies: {error}") from error
        if 0 < self.searchable_days < self.lookback_days:
            raise ValueError(
                f"searchable_days is {self.searchable_days}, but LookupEvents answers for lookback_days, {self.lookback_days}:"
                " make it 0 or at least as long"
            )


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
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise BadConfig(f"{path} is not UTF-8 in line {line}; write it in UTF-8") from error
    except msgspec.MsgspecError as error:
        raise BadConfig(
            f"{path}: {error}. `actiontrail config` lists every setting and its limits."
        ) from error


def written(value: object) -> str:
    """`value`, of a setting, as TOML in one line."""
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    if isinstance(value, Mapping):
        pairs = [f"{msgspec.json.encode(key).decode()} = {written(inner)}" for key, inner in value.items()]
        return "{" + ", ".join(pairs) + "}"
    return msgspec.json.encode(value).decode()  # which is its TOML


def helps() -> Mapping[str, str]:
    """Each setting's name and what it says of itself, in the order of the file."""
    hints = get_type_hints(Config, include_extras=True)
    return types.MappingProxyType(
        {name: hints[name].__metadata__[0].description for name in Config.__struct_fields__}
    )
