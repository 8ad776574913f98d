"""The projection's tables, as numbered steps that are never edited. Pure.

A step that changes what a row holds says so (`rebuild`): the table is then made anew and filled from
the ledger. Partitions follow the recorder's own clock, so that dropping what is older than a
retention is one metadata operation and no event can choose its partition.
"""

from dataclasses import dataclass

from actiontrail.query.rows import FIELDS, NAMES

DATABASE = "actiontrail"
TABLE = f"{DATABASE}.events"
VERSIONS = f"{DATABASE}.schema_versions"
REACH = f"{DATABASE}.reach"  # what was let go on purpose: the row with the highest `first` is in force

_FIELDS = "".join(f"    {column.name} {column.kind},\n" for column in FIELDS)
_EVENTS = f"""
CREATE TABLE {TABLE} (
    account LowCardinality(String),
    idx UInt64 CODEC(Delta, ZSTD(1)),
    seq UInt64 CODEC(Delta, ZSTD(1)),
    happened DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    happened_us UInt16 CODEC(ZSTD(1)),
    received DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    format LowCardinality(String),
    source LowCardinality(String),
    masked Array(String) CODEC(ZSTD(1)),
    odd UInt8 CODEC(ZSTD(1)),
{_FIELDS}    role_name LowCardinality(String),
    sensitive LowCardinality(String),
    is_global LowCardinality(String),
    channel LowCardinality(String),
    resource_types Array(LowCardinality(String)) CODEC(ZSTD(1)),
    resource_names Array(String) CODEC(ZSTD(1)),
    doc String CODEC(ZSTD(3)),
    words String CODEC(ZSTD(3)),
    INDEX by_words words TYPE text(tokenizer = splitByString([' ', '\\x03']), posting_list_codec = 'bitpacking') GRANULARITY 100000000,
    INDEX by_idx idx TYPE minmax GRANULARITY 1
) ENGINE = MergeTree
PARTITION BY toYYYYMM(received)
ORDER BY (account, happened, idx)
SETTINGS index_granularity = 2048, old_parts_lifetime = 30
"""
_DICTIONARIES = f"ALTER TABLE {TABLE} " + ", ".join(
    f"MODIFY COLUMN {name} LowCardinality(String) CODEC(ZSTD(1))" for name in NAMES
)
# The newest fifty of somebody lie in fifty granules, each read whole: decision 72.
_SMALL_GRANULES = _EVENTS.replace("index_granularity = 2048", "index_granularity = 256")


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered change. `rebuild`: rows made before it are worth nothing after it."""

    number: int
    statements: tuple[str, ...]
    rebuild: bool = False


STEPS: tuple[Step, ...] = (
    Step(1, (f"DROP TABLE IF EXISTS {TABLE}", _EVENTS), rebuild=True),
    Step(2, (f"DROP TABLE IF EXISTS {TABLE}", _SMALL_GRANULES), rebuild=True),
    Step(3, (_DICTIONARIES,)),
)

_REACH = f"""
CREATE TABLE IF NOT EXISTS {REACH} (first UInt64, since DateTime('UTC')) ENGINE = MergeTree ORDER BY first
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
"""

FOUNDATION = (
    f"CREATE DATABASE IF NOT EXISTS {DATABASE}",
    f"CREATE TABLE IF NOT EXISTS {VERSIONS} (number UInt32) ENGINE = MergeTree ORDER BY number",
    _REACH,
)
