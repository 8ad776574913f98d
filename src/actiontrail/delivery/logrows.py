"""What a log service is given: one row for each event, in packs that say which batch they are. Pure.

A log service keeps what it is sent twice, twice. So each pack carries an identity that follows from the
batch, and a reader drops repeats by it: `distinct` is that rule. Everything else is ActionTrail's letter:
the topic, the source, and the event as one JSON string.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from actiontrail.delivery.batch import Batch, Chosen
from actiontrail.delivery.cut import fitted
from actiontrail.delivery.identity import source
from actiontrail.delivery.partition import bounded

TOPIC = "actiontrail_audit_event"
SOURCE = "actiontrail_internal"
PACK = "__pack_id__"
BATCH = "actiontrail_batch"
PACK_BYTES_MAX = 3 << 20
PACK_ROWS_MAX = 4096
EVENT_BYTES_MAX = 1 << 20  # the service cuts longer values off, and half a JSON is none


class Row(NamedTuple):
    """One event: when it happened, in seconds, and its JSON."""

    time: int
    event: str


class Pack(NamedTuple):
    """What is written in one go. `identity` is the same whenever the same batch is written."""

    identity: str
    tags: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]


def packs(batch: Batch) -> Iterator[Pack]:
    """`batch` in packs that a log service takes, in the ledger's order."""
    origin = source(batch)
    prefix = hashlib.sha256(origin.encode()).hexdigest()[:16].upper()
    for number, run in enumerate(bounded(list(batch.events), PACK_BYTES_MAX, PACK_ROWS_MAX)):
        identity = f"{prefix}-{batch.start:X}.{batch.end:X}.{number:X}"
        told = f"{origin}/{batch.start}-{batch.end}/{number}"
        yield Pack(identity, ((PACK, identity), (BATCH, told)), tuple([_row(event, batch) for event in run]))


def distinct(rows: Iterable[Mapping[str, str]]) -> Iterator[Mapping[str, str]]:
    """`rows`, as read from a log service with their tags, each event of a pack once.

    A row of ours is known by its pack and its event; a row of somebody else passes as it is.
    """
    seen: set[bytes] = set()
    for row in rows:
        identity = row.get(f"__tag__:{PACK}")
        if identity is None or f"__tag__:{BATCH}" not in row:
            yield row
            continue
        mark = hashlib.sha256(f"{identity} {row.get('event', '')}".encode()).digest()
        if mark not in seen:
            seen.add(mark)
            yield row


def _row(event: Chosen, batch: Batch) -> Row:
    seconds = event.happened_ms // 1000
    if not 0 < seconds < 1 << 32:  # the field has 32 bits
        seconds = int(batch.sealed_at.timestamp())
    return Row(seconds, fitted(event, EVENT_BYTES_MAX).decode())
