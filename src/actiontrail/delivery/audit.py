"""Checks what trails delivered: objects against manifests, manifests against the key and against each other.

It needs the objects and the public key, and no server. What cannot be known without something that was
kept elsewhere it says: who can delete in a bucket can take the newest batch away, manifest and all, and
only an index or a checkpoint from outside shows that one is missing.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import msgspec

from actiontrail.delivery import manifest
from actiontrail.delivery.manifest import Facts, Item
from actiontrail.delivery.partition import ROOT
from actiontrail.errors import Corruption
from actiontrail.ledger import checkpoint as checkpoints
from actiontrail.ledger.checkpoint import Checkpoint
from actiontrail.ledger.note import Verifier

LAKE_ROOT = "ocsf"
ROOTS = (f"{ROOT}/", f"{LAKE_ROOT}/")  # what lies beside these is somebody else's
READERS = 8  # objects that are read at once, and held in memory
FINDINGS_MAX = 10_000  # kept; all are counted
UNNAMED = "is named by no manifest"
MANIFESTS = f"{ROOT}/{manifest.FOLDER}/"


class Shelf(Protocol):
    """What a check reads: see `destinations.objects.Bucket`."""

    def read(self, key: str) -> bytes | None:
        """What `key` holds; None if there is no such object."""
        ...

    def entries(self, under: str) -> Iterator["Listed"]:
        """Every object whose key begins with `under`, by name."""
        ...


class Listed(Protocol):
    """One object of a listing."""

    @property
    def key(self) -> str:
        """Its name under the prefix."""
        ...


class Finding(msgspec.Struct, frozen=True, rename="camel"):
    """What is wrong at `key`, and which records of the ledger it touches.

    `indices` are ranges with both ends in (`5-9,12`). `events` is how many events are touched; None where
    that cannot be told, because what would tell it is missing.
    """

    kind: str
    key: str
    problem: str
    trail: str = ""
    indices: str = ""
    events: int | None = None


class Row(msgspec.Struct, frozen=True, rename="camel"):
    """One run of batches that was found: which records it covers, [start, end)."""

    account: str
    trail: str
    run: str
    start: int
    end: int
    batches: int
    events: int


class Report(msgspec.Struct, frozen=True, rename="camel"):
    """What a check found. It is clean if nothing of what was looked at is wrong."""

    clean: bool
    manifests: int
    objects: int
    bytes: int
    events: int
    runs: tuple[Row, ...]
    damages: int
    findings: tuple[Finding, ...]
    not_shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What a check goes by: trusted keys, and how far the delivery must reach by what was kept elsewhere.

    With `trail` only that trail must reach so far; objects of all are checked.
    """

    verifiers: tuple[Verifier, ...]
    until: int | None = None
    checkpoint: Checkpoint | None = None
    trail: str = ""


class _Wrong(NamedTuple):
    """An object that is not what its manifest says."""

    facts: Facts
    item: Item
    sha256: str
    bytes: int


@dataclass(slots=True)
class Tally:
    """What was met so far."""

    findings: list[Finding] = field(default_factory=list)
    damages: int = 0
    manifests: int = 0
    objects: int = 0
    size: int = 0
    events: int = 0
    wrong: list[_Wrong] = field(default_factory=list)
    facts: list[Facts] = field(default_factory=list)
    known: set[bytes] = field(default_factory=set)
    roots: dict[int, bytes] = field(default_factory=dict)
    spoiled: list[tuple[str, int, int]] = field(default_factory=list)

    def find(self, finding: Finding) -> None:
        """One more thing that is wrong."""
        self.damages += 1
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(finding)


def check(shelf: Shelf, question: Question, *, progress: Callable[[int], None] = lambda _: None) -> Report:
    """Everything under the prefix of `shelf`, checked. Raises only what reading raises; what is wrong is found."""
    tally = Tally()
    if question.checkpoint:
        tally.roots[question.checkpoint.size] = question.checkpoint.root
    with ThreadPoolExecutor(READERS) as readers:
        for entry in shelf.entries(MANIFESTS):
            take(shelf, entry.key, question, tally, readers)
            progress(tally.objects)
    tell_wrong(tally)
    runs = runs_of(tally)
    _reach(runs, question, tally)
    for key in strangers(shelf, ROOTS, question.verifiers, tally.known):
        tally.find(Finding("added", key, UNNAMED))
    return Report(
        clean=not tally.damages,
        manifests=tally.manifests,
        objects=tally.objects,
        bytes=tally.size,
        events=tally.events,
        runs=tuple(runs),
        damages=tally.damages,
        findings=tuple(tally.findings),
        not_shown=_not_shown(runs, question),
    )


def take(shelf: Shelf, key: str, question: Question, tally: Tally, readers: ThreadPoolExecutor) -> None:
    """One manifest, and the objects that it names."""
    tally.known.add(mark(key))
    named = manifest.named(key)
    signed = shelf.read(key)
    if named is None or signed is None:
        problem = "is no name of a manifest" if named is None else "was listed and is gone"
        tally.find(Finding("added" if named is None else "missing manifest", key, problem))
        return
    try:
        facts, items = manifest.verify(signed, question.verifiers)
        if manifest.key_of(facts) != key:
            raise manifest.BadManifest(f"this is the manifest that belongs at {manifest.key_of(facts)}")
        _checkpoint(facts, question, tally)
    except Corruption as error:
        tally.spoiled.append((key.rpartition("/")[0], *named))
        tally.find(Finding("altered manifest", key, str(error), indices=span(*named)))
        return
    tally.manifests += 1
    tally.facts.append(facts)
    for start in range(0, len(items), READERS):
        part = items[start : start + READERS]
        for one, body in zip(part, readers.map(shelf.read, [one.key for one in part]), strict=True):
            _object(facts, one, body, tally)


def _checkpoint(facts: Facts, question: Question, tally: Tally) -> None:
    """The checkpoint in a manifest covers its records, and is of one history with all others."""
    found = checkpoints.verify(facts.checkpoint.encode(), question.verifiers, facts.origin)
    if found.size < facts.end:
        raise manifest.BadManifest(f"its checkpoint covers {found.size} records, and it tells of {facts.end}")
    if tally.roots.setdefault(found.size, found.root) != found.root:
        raise manifest.BadManifest(
            f"its checkpoint of {found.size} records contradicts another of the same size: the log has forked"
        )


def _object(facts: Facts, item: Item, body: bytes | None, tally: Tally) -> None:
    tally.known.add(mark(item.key))
    if body is None:
        tally.find(_touching("missing", facts, item, "is not there"))
        return
    digest = hashlib.sha256(body).hexdigest()
    if digest != item.sha256:
        tally.wrong.append(_Wrong(facts, item, digest, len(body)))
        return
    tally.objects += 1
    tally.size += len(body)
    tally.events += item.events


def tell_wrong(tally: Tally) -> None:
    """Objects whose bytes are another's were exchanged; others were cut short, or altered."""
    owners = {wrong.item.sha256: wrong.item.key for wrong in tally.wrong}
    for facts, item, digest, size in tally.wrong:
        if owner := owners.get(digest):
            tally.find(_touching("swapped", facts, item, f"holds what belongs at {owner}"))
        elif size < item.bytes:
            tally.find(_touching("truncated", facts, item, f"has {size} bytes of {item.bytes}"))
        else:
            problem = f"has the SHA-256 {digest}, and its manifest says {item.sha256}"
            tally.find(_touching("altered", facts, item, problem))


def _beginning(facts: Facts) -> int:
    return facts.start if facts.run_start is None else facts.run_start


def runs_of(tally: Tally, begins_at: Callable[[Facts], int] = _beginning) -> list[Row]:
    """Each run of batches, whose ranges must join from where the first of them says that they begin."""
    by_run: defaultdict[tuple[str, str, str], list[Facts]] = defaultdict(list)
    for facts in tally.facts:
        by_run[facts.account, facts.trail, facts.run].append(facts)
    runs = []
    for (account, trail, run), batches in sorted(by_run.items()):
        batches.sort(key=lambda facts: (facts.start, facts.end))
        place = begins = begins_at(batches[0])
        for facts in batches:
            key = manifest.key_of(facts)
            if facts.start > place:
                _gap(tally, facts, place, facts.start)
            elif facts.start < place:
                problem = f"tells of records from {facts.start} on, and another tells of them up to {place}"
                tally.find(Finding("overlap", key, problem, trail, span(facts.start, min(place, facts.end))))
            place = max(place, facts.end)
        count = sum(facts.events for facts in batches)
        runs.append(Row(account, trail, run, begins, place, len(batches), count))
    return runs


def _gap(tally: Tally, behind: Facts, start: int, end: int) -> None:
    """Nothing tells of these records, unless manifests do that were altered, and were told already."""
    folder = manifest.folder(behind.account, behind.trail, behind.run)
    for lower, upper in sorted((lower, upper) for place, lower, upper in tally.spoiled if place == folder):
        if lower <= start < upper:
            start = upper
    if start < end:
        problem = f"before this one, no manifest tells of the records from {start} to {end}, not included"
        tally.find(
            Finding("missing manifest", manifest.key_of(behind), problem, behind.trail, span(start, end))
        )


def _reach(runs: Sequence[Row], question: Question, tally: Tally) -> None:
    """Each trail reaches as far as something that was kept elsewhere says that it must."""
    until = max(question.until or 0, question.checkpoint.size if question.checkpoint else 0)
    ends: dict[tuple[str, str], int] = {}
    for row in runs:
        if question.trail in {"", row.trail}:
            ends[row.account, row.trail] = max(row.end, ends.get((row.account, row.trail), 0))
    for (_, trail), end in sorted(ends.items()):
        if end < until:
            problem = f"the newest manifest ends at {end}, and the delivery must reach {until}"
            tally.find(Finding("missing newest", "", problem, trail, span(end, until)))
    if until and not ends:
        problem = f"there is no manifest of {question.trail or 'any trail'} at all"
        tally.find(Finding("missing newest", "", problem, question.trail, span(0, until)))


def strangers(
    shelf: Shelf, folders: Sequence[str], verifiers: Sequence[Verifier], known: set[bytes]
) -> list[str]:
    """Objects under `folders` that no manifest names; `known` are the marks of what was read already, and grows.

    One whose manifest came while we looked is none.
    """
    found = [entry.key for root in folders for entry in shelf.entries(root) if mark(entry.key) not in known]
    if not found:
        return []
    for entry in shelf.entries(MANIFESTS):
        if mark(entry.key) not in known and manifest.named(entry.key):
            try:
                told = manifest.verify(shelf.read(entry.key) or b"", verifiers)
            except Corruption:
                continue
            known.update([mark(entry.key), *(mark(one.key) for one in told.items)])
    return [key for key in found if mark(key) not in known]


def _not_shown(runs: Sequence[Row], question: Question) -> tuple[str, ...]:
    told = []
    if question.until is None and question.checkpoint is None:
        ends = ", ".join(f"{row.trail} {row.end}" for row in runs) or "none"
        told.append(
            f"that nothing was delivered after the newest manifests ({ends}): they could have been removed with their"
            " objects. A checkpoint or an index that was kept elsewhere shows it."
        )
    told.append("that no whole trail or run was removed: nothing here says which there were.")
    told.append(
        "that a trail chose all that it should have: the manifests say what was chosen, not what was meant."
    )
    return tuple(told)


def _touching(kind: str, facts: Facts, item: Item, problem: str) -> Finding:
    return Finding(kind, item.key, problem, facts.trail, item.indices, item.events)


def span(start: int, end: int) -> str:
    """A half-open range as findings write it."""
    return manifest.spans_of([(start, end)])


def mark(key: str) -> bytes:
    """Sixteen bytes for a key: a bucket may hold millions."""
    return hashlib.sha256(key.encode()).digest()[:16]
