"""Which object an event is delivered in, and what that object is called: ActionTrail's own layout. Pure.

A batch is taken apart by kind, account, region and the UTC day on which things happened, and each part,
in the ledger's order, into objects of a bounded size. Names and bytes follow from the batch alone: the
time in a name is when the batch was sealed, never when somebody wrote it.
"""

import hashlib
import re
import struct
import zlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import NamedTuple

from actiontrail.delivery.batch import Batch, Category, Chosen

OBJECT_BYTES_MAX = (
    32 << 20
)  # of JSON, before compression; never a setting, since names and bytes depend on it
ROOT = "AliyunLogs"
UNNAMED = "unknown"
MARK = "1002"  # constant in the documentation and in every real name; nobody says why
_KINDS: dict[Category, str] = {
    "Management": "Actiontrail",
    "Data": "Actiontrail",
    "Insight": "Actiontrail-Insight",
}
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_GZIP_HEAD = (
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # no name, no time, no system: the same bytes everywhere
)
_LEVEL = 3  # docs/decisions/0089-what-a-delivered-event-costs.md
_DAY_MS = 86_400_000
_index = attrgetter("index")


class Folder(NamedTuple):
    """What the objects of one part have in common."""

    kind: str
    account: str
    region: str
    day: date


class Piece(NamedTuple):
    """One object: its key under the trail's prefix, its bytes, and the events in it, in the ledger's order."""

    key: str
    body: bytes
    events: tuple[Chosen, ...]
    content_type: str = "application/x-gzip"


def pieces(batch: Batch) -> Iterator[Piece]:
    """The objects of `batch`, one at a time."""
    for folder, events in sorted(split(batch).items()):
        for run in bounded(events, OBJECT_BYTES_MAX):
            body = gzipped(b"[" + b",".join([event.event for event in run]) + b"]")
            yield Piece(key(batch, folder, len(run), body), body, run)


def split(batch: Batch) -> dict[Folder, list[Chosen]]:
    """The events of `batch` by folder, each part still in the ledger's order."""
    alike: defaultdict[tuple[Category, str, str, int], list[Chosen]] = defaultdict(list)
    for event in batch.events:
        day = event.happened_ms // _DAY_MS if event.happened_ms > 0 else -1
        alike[event.category, event.account, event.region, day].append(event)
    parts: defaultdict[Folder, list[Chosen]] = defaultdict(list)
    sealed = batch.sealed_at.astimezone(UTC).date()
    for (category, account, region, _), events in alike.items():
        on = day_of(events[0].happened_ms) or sealed
        folder = Folder(_KINDS[category], safe(account), safe(region or batch.home_region), on)
        parts[folder] += events
    for events in parts.values():
        events.sort(key=_index)
    return dict(parts)


def bounded(events: list[Chosen], bytes_max: int, rows_max: int = 1 << 62) -> Iterator[tuple[Chosen, ...]]:
    """`events` in runs of at most so many bytes and rows; one that is larger alone is a run of its own."""
    start, size = 0, 0
    for place, event in enumerate(events):
        if place > start and (size + len(event.event) > bytes_max or place - start >= rows_max):
            yield tuple(events[start:place])
            start, size = place, 0
        size += len(event.event) + 1
    if events:
        yield tuple(events[start:])


def key(batch: Batch, folder: Folder, count: int, body: bytes) -> str:
    """The name of the object that holds `body`, `count` events of `folder`."""
    owner = [safe(batch.organization), folder.account] if batch.organization else []
    moment = batch.sealed_at.astimezone(UTC)
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
    name = f"Actiontrail_{folder.region}_{moment:%Y%m%d%H%M%S}_{MARK}_{count}_{len(body)}_{digest}.gz"
    return "/".join([ROOT, folder.kind, *owner, folder.region, f"{folder.day:%Y/%m/%d}", name])


def gzipped(data: bytes) -> bytes:
    """`data` as a gzip file whose header says nothing, so that the same data gives the same bytes."""
    squeezer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = squeezer.compress(data) + squeezer.flush()
    return _GZIP_HEAD + body + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def day_of(happened_ms: int) -> date | None:
    """The UTC day of a moment; None where no calendar has it."""
    try:
        return datetime.fromtimestamp(happened_ms / 1000, UTC).date() if happened_ms > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def safe(name: str) -> str:
    """`name` where it can stand in a key; events are written by strangers, and so are their regions."""
    return name if _SAFE.fullmatch(name) else UNNAMED
