"""The manifest of one batch: which objects it became, and which records of the ledger they hold. Pure.

A signed note (C2SP) under the ledger's key. Its first line has spaces in it, which no log's origin may
have, so that no manifest can pass for a checkpoint, nor a checkpoint for a manifest. Then comes one line
of JSON about the batch, and one for each object. The text follows from the batch alone.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from actiontrail.delivery.batch import Batch
from actiontrail.delivery.partition import ROOT, Piece, safe
from actiontrail.errors import Corruption
from actiontrail.ledger import note as notes
from actiontrail.ledger.note import Signer, Verifier

HEADER = "actiontrail delivery manifest v1"
FOLDER = "Actiontrail-Manifest"
DIGITS = 20  # an index of 64 bits; names sort as numbers do
BYTES_MAX = 256 << 20
_NAME = re.compile(rf"([0-9]{{{DIGITS}}})-([0-9]{{{DIGITS}}})\.note")
_SPAN = re.compile(r"(0|[1-9][0-9]{0,19})(?:-([1-9][0-9]{0,19}))?")


class BadManifest(Corruption):
    """A manifest is not what we sign."""


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One object. `key` is as in the bucket under the trail's prefix, `indices` the records in it: `5-9,12`."""

    key: str
    bytes: int
    sha256: str
    events: int
    first: int
    last: int
    indices: str


class Facts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The batch: whose, which records [start, end), how many it chose in how many objects, and the log's checkpoint."""

    origin: str
    account: str
    trail: str
    organization: str
    region: str
    layout: str
    run: str
    run_start: int | None
    start: int
    end: int
    sealed_at: str
    events: int
    objects: int
    checkpoint: str


class Manifest(NamedTuple):
    """What a manifest says; to be believed only from `verify`."""

    facts: Facts
    items: tuple[Item, ...]


def item(piece: Piece) -> Item:
    """What a manifest says of `piece`."""
    indices = [event.index for event in piece.events]
    return Item(
        key=piece.key,
        bytes=len(piece.body),
        sha256=hashlib.sha256(piece.body).hexdigest(),
        events=len(indices),
        first=indices[0],
        last=indices[-1],
        indices=spans(indices),
    )


def sign(batch: Batch, layout: str, items: Sequence[Item], signer: Signer) -> bytes:
    """The signed manifest of `batch`, which became `items`."""
    facts = Facts(
        origin=signer.name,
        account=batch.account,
        trail=batch.trail,
        organization=batch.organization,
        region=batch.home_region,
        layout=layout,
        run=batch.run,
        run_start=batch.run_start,
        start=batch.start,
        end=batch.end,
        sealed_at=batch.sealed_at.isoformat(),
        events=len(batch.events),
        objects=len(items),
        checkpoint=batch.checkpoint.decode(),
    )
    return signer.sign(encode(Manifest(facts, tuple(items))))


def encode(manifest: Manifest) -> str:
    """The text that is signed."""
    lines = [msgspec.json.encode(part).decode() for part in (manifest.facts, *manifest.items)]
    return "\n".join([HEADER, *lines]) + "\n"


def parse(text: str) -> Manifest:
    """What `text` says, no signature checked, or `BadManifest`."""
    header, *lines = text.split("\n")
    if header != HEADER or len(lines) < 2 or lines[-1]:
        raise BadManifest(f"not a manifest: its first line is {header[:60]!r}, not {HEADER!r}")
    try:
        facts = msgspec.json.decode(lines[0], type=Facts)
        items = tuple([msgspec.json.decode(line, type=Item) for line in lines[1:-1]])
        held = [indices for one in items for indices in spread(one.indices)]
    except msgspec.MsgspecError as error:
        raise BadManifest(f"a manifest with a line that is not one of ours: {error}") from error
    manifest = Manifest(facts, items)
    counted = sum(end - start for start, end in held)
    within = all(facts.start <= start < end <= facts.end for start, end in held)
    if encode(manifest) != text or facts.objects != len(items) or facts.events != counted or not within:
        raise BadManifest("a manifest that does not agree with itself")
    return manifest


def verify(signed: bytes, verifiers: Sequence[Verifier]) -> Manifest:
    """The manifest in `signed`, by one of `verifiers`; `BadNote` or `BadManifest` if it is not to be believed."""
    return parse(notes.open_note(signed, verifiers, bytes_max=BYTES_MAX))


def key(batch: Batch) -> str:
    """Where the manifest of `batch` lies under the trail's prefix."""
    return f"{folder(batch.account, batch.trail, batch.run)}/{_name(batch.start, batch.end)}"


def key_of(facts: Facts) -> str:
    """Where the manifest that says `facts` belongs."""
    return f"{folder(facts.account, facts.trail, facts.run)}/{_name(facts.start, facts.end)}"


def folder(account: str, trail: str, run: str) -> str:
    """Where the manifests of one run of batches lie."""
    return "/".join([ROOT, FOLDER, safe(account), safe(trail), safe(run or "0")])


def named(name: str) -> tuple[int, int] | None:
    """The range that the key of a manifest tells of; None if `name` is no such key."""
    parts = name.split("/")
    found = _NAME.fullmatch(parts[-1]) if parts[:2] == [ROOT, FOLDER] and len(parts) == 6 else None
    return (int(found[1]), int(found[2])) if found else None


def spans(indices: Iterable[int]) -> str:
    """Rising indices as text: `5-9,12`, both ends in."""
    found: list[tuple[int, int]] = []
    for index in indices:
        if found and index == found[-1][1]:
            found[-1] = (found[-1][0], index + 1)
        else:
            found.append((index, index + 1))
    return spans_of(found)


def spans_of(ranges: Iterable[tuple[int, int]]) -> str:
    """Half-open ranges as text, both ends in; empty ones left out."""
    return ",".join(
        [f"{start}-{end - 1}" if end - start > 1 else f"{start}" for start, end in ranges if end > start]
    )


def spread(text: str) -> Iterator[tuple[int, int]]:
    """The half-open ranges that `text` spells, each behind the one before, or `BadManifest`."""
    behind = -2
    for part in text.split(","):
        found = _SPAN.fullmatch(part)
        start, last = (int(found[1]), int(found[2] or found[1])) if found else (0, -1)
        if start <= behind + 1 or last < start or (found and found[2] and last == start):
            raise BadManifest(f"indices that do not rise: {text[:60]!r}")
        behind = last
        yield start, last + 1


def _name(start: int, end: int) -> str:
    return f"{start:0{DIGITS}d}-{end:0{DIGITS}d}.note"
