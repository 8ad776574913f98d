"""The answer to what was sent, as a receipt: checked alone, and beside evidence that the log holds what it promises. Pure.

A receipt promises: these events stand at these places, in the log that this checkpoint signs. Alone it shows that this was
promised. With evidence (the records at these places, proved in that log, and that the log of later begins with it) it shows that
the promise was kept; with what was sent, that the records are of that. The steps are those of the console's Integrity page.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from actiontrail.capture.split import split
from actiontrail.errors import Corruption, Refusal
from actiontrail.event import record
from actiontrail.event.record import Record
from actiontrail.evidence.verdict import NO_CLOCK, NO_WITNESS, BadEvidence, Verdict, plain, vouched
from actiontrail.ledger import tree
from actiontrail.ledger.checkpoint import Checkpoint
from actiontrail.ledger.handover import BadHandover
from actiontrail.ledger.note import NotBase64, decode64

RECEIPT_BYTES_MAX = 64 << 20
EVIDENCE_BYTES_MAX = 1 << 30
_MASK = "***"
_Count = Annotated[int, Meta(ge=0, le=2**53)]

STEPS = {
    "read": "Read the file",
    "handover": "Follow the hand-over: the old key and the new one have both signed it",
    "signature": "Check the signature of the checkpoint (Ed25519)",
    "places": "Compare the promised places with the signed size",
    "since": "Check that the log of today begins with the log of the receipt",
    "entries": "Check that the log of the receipt holds the records at the promised places",
    "compare": "Compare the records with what was sent",
}
_KEEP = "Keep this file and call a person: what was promised is not what is shown."
REMEDIES = {
    "read": "Give the file as it came: the whole answer to what was sent.",
    "handover": "Ask for the list of hand-overs again (GET /log/handover), and compare it with one that somebody else was shown.",
    "signature": "Give the key of the log that signed it; if its key was handed over since, give the hand-overs too.",
    "places": _KEEP,
    "since": _KEEP,
    "entries": "Give evidence that was made for this receipt; if it was, keep both files and call a person.",
    "compare": "Give the file that this receipt answers; if it is, keep both files and call a person.",
}


class BadReceipt(BadEvidence):
    """A receipt does not hold: at which step, and what to do."""

    def __init__(self, step: str, problem: str) -> None:
        super().__init__(f"{STEPS[step]}: {problem}")
        self.step = step
        self.problem = problem
        self.remedy = REMEDIES[step]


class Run(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`count` events of the body, from the number `item` on, stand in the log from `index` on."""

    item: Annotated[int, Meta(ge=1, le=2**53)]
    index: _Count
    count: Annotated[int, Meta(ge=1, le=2**53)]
    repeated: bool = False


class Result(msgspec.Struct, frozen=True, rename="camel"):
    """What the receipt says of one event."""

    item: Annotated[int, Meta(ge=1, le=2**53)]
    status: str
    event_id: str = ""
    index: _Count | None = None


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to `POST /v1/events`, as it came."""

    accepted: _Count
    repeated: _Count
    refused: _Count
    places: tuple[Run, ...]
    checkpoint: str
    results: tuple[Result, ...]
    request_id: str = msgspec.field(name="RequestId", default="")
    unlisted: _Count = 0


class Proved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Records that follow one another from `index` on, and the hashes beside them, both in base64."""

    index: _Count
    records: tuple[str, ...]
    hashes: tuple[str, ...]


class Evidence(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="actiontrail receipt evidence v1",
):
    """What a receipt promised, proved: the records in the log of the receipt, and that the log of `checkpoint` begins with it."""

    checkpoint: str
    hashes: tuple[str, ...]
    runs: tuple[Proved, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """What there is beside a receipt: evidence, and the body that it answers."""

    evidence: bytes | None = None
    sent: bytes | None = None


NOTHING = Beside()


def is_receipt(file: bytes) -> bool:
    """Whether this is a receipt rather than another piece of evidence, as far as a look can tell."""
    return file.lstrip()[:1] == b"{" and b'"places"' in file and b'"kind"' not in file[:200]


def parse(file: bytes) -> Receipt:
    """The receipt that `file` is, nothing verified, or `BadReceipt`."""
    if len(file) > RECEIPT_BYTES_MAX:
        raise BadReceipt("read", f"a receipt of {len(file)} bytes; {RECEIPT_BYTES_MAX} are the most")
    try:
        return msgspec.json.decode(file, type=Receipt)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadReceipt("read", _at_its_line(file, str(error))) from error


def verify(
    file: bytes,
    vkeys: Sequence[str],
    origin: str | None = None,
    handovers: Iterable[bytes] = (),
    beside: Beside = NOTHING,
) -> Verdict:
    """What the receipt `file` shows to one who trusts `vkeys`; raises `BadReceipt`, which names the step, if it shows nothing."""
    receipt = parse(file)
    kept = tuple(handovers)
    with _step("signature"):
        then, keys, trust = vouched(receipt.checkpoint.encode(), vkeys, origin, kept)
    _places(receipt, then)
    steps = ["read", "signature", "places"]
    now: Checkpoint | None = None
    looked = compared = 0
    if beside.evidence is not None:
        shown = _evidence(beside.evidence)
        with _step("since"):
            now = vouched(shown.checkpoint.encode(), vkeys, then.origin, kept).checkpoint
            hashes = hashes_of(shown.hashes)
            tree.verify_consistency(then.size, now.size, then.root, now.root, hashes)
        with _step("entries"):
            records = _entries(receipt, then, shown.runs)
        looked = len({index for _, index in promised(receipt)})
        steps += ["since", "entries"]
        if beside.sent is not None:
            compared = _compare(receipt, records, beside.sent)
            steps.append("compare")
    facts = {
        "kind": "receipt",
        "origin": then.origin,
        "size": then.size,
        "root": then.root.hex(),
        "keys": list(keys),
        "accepted": receipt.accepted,
        "repeated": receipt.repeated,
        "refused": receipt.refused,
        "steps": steps,
        "looked": looked,
        "compared": compared,
        **({"nowSize": now.size, "nowRoot": now.root.hex()} if now else {}),
    }
    return Verdict(tuple(map(plain, _shown(facts, trust))), _not_shown(facts), facts)


@contextmanager
def _step(name: str) -> Iterator[None]:
    """What does not hold inside fails at this step; a hand-over that is bad is a step of its own."""
    try:
        yield
    except BadReceipt:
        raise
    except BadHandover as error:
        raise BadReceipt("handover", str(error)) from error
    except (Corruption, UnicodeError) as error:
        raise BadReceipt(name, str(error)) from error


def _places(receipt: Receipt, then: Checkpoint) -> None:
    """Every promised place is in the log that was signed, no event has two, and there are as many as were acknowledged."""
    fresh = repeated = item = 0
    for run in receipt.places:
        if run.item <= item:
            raise BadReceipt("places", f"event {run.item} has two places, or they are out of order")
        item = run.item + run.count - 1
        last = run.index + run.count - 1
        if last >= then.size:
            raise BadReceipt(
                "places", f"place {last} is promised, and the signed log has {then.size} entries"
            )
        fresh += 0 if run.repeated else run.count
        repeated += run.count if run.repeated else 0
    if (fresh, repeated) != (receipt.accepted, receipt.repeated):
        raise BadReceipt(
            "places",
            f"{receipt.accepted} accepted and {receipt.repeated} repeated are acknowledged, and there are places for {fresh} and {repeated}",
        )
    at = dict(promised(receipt))
    for result in receipt.results:
        if result.index is not None and at.get(result.item) != result.index:
            raise BadReceipt("places", f"event {result.item} has two places in the receipt")
        if (result.status == "refused") == (result.item in at):
            raise BadReceipt(
                "places", f"event {result.item} is called {result.status[:20]}, against its place"
            )


def promised(receipt: Receipt) -> Iterator[tuple[int, int]]:
    """The number in the body of each event that has a place, and the place."""
    for run in receipt.places:
        for step in range(run.count):
            yield run.item + step, run.index + step


def stretches(receipt: Receipt, most: int) -> Iterator[tuple[int, int]]:
    """The promised places as [start, end), in order, none twice and none longer than `most`."""
    done = 0
    for run in sorted(receipt.places, key=lambda one: one.index):
        start, end = max(run.index, done), run.index + run.count
        while start < end:
            yield start, min(end, start + most)
            start = min(end, start + most)
        done = max(done, end)


def _evidence(file: bytes) -> Evidence:
    if len(file) > EVIDENCE_BYTES_MAX:
        raise BadReceipt("entries", f"evidence of {len(file)} bytes; {EVIDENCE_BYTES_MAX} are the most")
    try:
        return msgspec.json.decode(file, type=Evidence)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadReceipt("entries", f"the evidence: {_at_its_line(file, str(error))}") from error


def _entries(receipt: Receipt, then: Checkpoint, runs: Sequence[Proved]) -> dict[int, Record]:
    """The records at the promised places, each seen to be in the log of the receipt."""
    found: dict[int, Record] = {}
    for run in runs:
        lines = hashes_of(run.records)
        leaves = [tree.leaf_hash(record.entry(line)) for line in lines]
        tree.verify_run(run.index, then.size, leaves, hashes_of(run.hashes), then.root)
        found.update((run.index + at, _record(run.index + at, line)) for at, line in enumerate(lines))
    told = {result.item: result.event_id for result in receipt.results if result.event_id}
    for item, index in promised(receipt):
        if index not in found:
            raise BadReceipt("entries", f"the evidence has no record for the place {index}")
        if item in told and _event_id(found[index]) not in ("", told[item]):
            raise BadReceipt(
                "entries", f"place {index} was promised to the event {told[item][:100]}, and holds another"
            )
    return found


def _record(index: int, line: bytes) -> Record:
    try:
        return record.parse(line)
    except (Corruption, RecursionError) as error:
        raise BadReceipt("entries", f"entry {index} is not the record of an event") from error


def _event_id(found: Record) -> str:
    """The id that the event itself tells, if it tells one."""
    event = msgspec.json.decode(found.event)
    told = event.get("eventId") if isinstance(event, Mapping) else None
    return told if isinstance(told, str) else ""


def _compare(receipt: Receipt, records: Mapping[int, Record], sent: bytes) -> int:
    """Each event that was sent and has a place is what the log holds there; how many."""
    try:
        pieces = split(sent)
    except Refusal as error:
        raise BadReceipt("compare", f"what was sent: {error}") from error
    at = dict(promised(receipt))
    answered = receipt.accepted + receipt.repeated + receipt.refused
    if len(pieces) != answered:
        raise BadReceipt(
            "compare",
            f"the file that was sent holds {len(pieces)} events, and the receipt answers {answered}",
        )
    repeated = {
        item for run in receipt.places if run.repeated for item in range(run.item, run.item + run.count)
    }
    compared = 0
    for piece in pieces:
        index = at.get(piece.item)
        if (
            index is None or piece.item in repeated
        ):  # what stands there was sent before, and may be written otherwise
            continue
        found = records[index]
        try:
            one = msgspec.json.decode(piece.raw)
        except msgspec.MsgspecError as error:
            raise BadReceipt(
                "compare", f"line {piece.line} of what was sent is no JSON, and has the place {index}"
            ) from error
        if not equal(one, msgspec.json.decode(found.event), masked=bool(found.masked)):
            raise BadReceipt(
                "compare",
                f"line {piece.line} of what was sent was recorded at the place {index} with other content",
            )
        compared += 1
    return compared


def equal(sent: Any, recorded: Any, *, masked: bool) -> bool:  # noqa: ANN401 - any JSON
    """Whether two JSON values are the same; where something was masked, `***` may stand in the recorded one."""
    if masked and isinstance(recorded, str) and _MASK in recorded:
        return True
    if isinstance(sent, dict) and isinstance(recorded, dict):
        return sent.keys() == recorded.keys() and all(
            equal(sent[name], recorded[name], masked=masked) for name in sent
        )
    if isinstance(sent, list) and isinstance(recorded, list):
        return len(sent) == len(recorded) and all(
            equal(one, other, masked=masked) for one, other in zip(sent, recorded, strict=True)
        )
    return isinstance(sent, bool) == isinstance(recorded, bool) and bool(sent == recorded)


def hashes_of(texts: Sequence[str]) -> list[bytes]:
    """What these texts are in base64, written in its one way; or `BadEvidence`."""
    try:
        return [decode64(text) for text in texts]
    except NotBase64 as error:
        raise BadEvidence(f"a part of the evidence {error}") from error


def _at_its_line(file: bytes, problem: str) -> str:
    """The problem, with the line where the JSON breaks, if it says the byte."""
    if file[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in file[:64]:
        return "the file is not UTF-8 (it looks like UTF-16, or like no text at all)"
    if not file.strip():
        return "the file is empty"
    _, said, place = problem.partition("(byte ")
    byte = place.partition(")")[0]
    if said and byte.isdigit():
        return f"line {file[: int(byte)].count(bytes([10])) + 1}: {problem}"
    return problem


def _shown(facts: Mapping[str, Any], trust: str) -> Iterator[str]:
    events = facts["accepted"] + facts["repeated"]
    yield (
        f"The log {facts['origin']} had {facts['size']} entries when it acknowledged {events} events, and each has its "
        "place in it."
    )
    yield f"The log's size and root are signed by {trust}."
    if facts["looked"]:
        yield f"The records at all these places were looked at ({facts['looked']}); that log holds them there."
        yield f"The log of later, with {facts['nowSize']} entries, begins with that log: nothing was changed, moved or taken out since."
    if facts["compared"]:
        yield (
            f"The {facts['compared']} events that were recorded for the first time are those of the file that was sent, "
            "but for what was masked."
        )


def _not_shown(facts: Mapping[str, Any]) -> tuple[str, ...]:
    missing = []
    if not facts["looked"]:
        missing.append(
            "Which events stand there, and that they still do: that takes the evidence of the receipt, which the service gives."
        )
    elif not facts["compared"]:
        missing.append(
            "That these records are of the events that you sent: that takes the file that was sent."
        )
    if facts["refused"]:
        missing.append(
            f"Anything of the {facts['refused']} events that were refused: they are not in the log."
        )
    return (*missing, NO_WITNESS, NO_CLOCK)
