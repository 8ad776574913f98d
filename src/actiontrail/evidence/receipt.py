"""The evidence of one event: its record and the proof that the log holds it, in one small file. Pure.

The file is a C2SP tlog-proof whose `extra` is the record's line, compressed. Nothing in it is believed for
being there: the line is hashed to the entry, the entry proved to be in the tree, the tree's root
signed; the key alone comes from elsewhere.
"""

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from actiontrail.errors import Corruption, Refusal
from actiontrail.event import record
from actiontrail.event.formats import BUILT_IN, Formats
from actiontrail.event.record import Record
from actiontrail.evidence.verdict import (
    NO_CLOCK,
    NO_WITNESS,
    BadEvidence,
    Verdict,
    plain,
    vouched,
)
from actiontrail.ledger import proof as proofs
from actiontrail.ledger import tree
from actiontrail.ledger.proof import Proof

LINE_BYTES_MAX = 20 * 1024 * 1024  # the largest event that can be configured, and its record around it
MEDIA_TYPE = "text/plain; charset=utf-8"
SUFFIX = ".tlog-proof"


def make(line: bytes, index: int, checkpoint_note: bytes, hashes: Sequence[bytes]) -> bytes:
    """The file that proves `line` to be at `index` of the log that `checkpoint_note` speaks for."""
    return proofs.encode(Proof(index, tuple(hashes), checkpoint_note, zlib.compress(line, 9)))


def line_in(file: bytes) -> bytes:
    """The record's line in `file`, which proves nothing yet. Raises `BadEvidence` or `BadProof`."""
    return _line(proofs.parse(file))


def verify(
    file: bytes,
    vkeys: Sequence[str],
    origin: str | None = None,
    handovers: Iterable[bytes] = (),
    *,
    formats: Formats = BUILT_IN,
) -> Verdict:
    """What `file` shows to one who trusts `vkeys`; raises a `Corruption` that says why if it shows nothing.

    Without `origin` a key counts for the log of its own name only. `handovers` are hand-over notes by
    which a key in `vkeys` has passed the log on to the one that signed. `formats` tell what the event says;
    one of a format that is not among them is proved all the same, and not told of.
    """
    proof = proofs.parse(file)
    line = _line(proof)
    checkpoint, keys, trust = vouched(proof.checkpoint, vkeys, origin, handovers)
    entry = record.entry(line)
    tree.verify_inclusion(proof.index, checkpoint.size, tree.leaf_hash(entry), proof.hashes, checkpoint.root)
    recorded = _record(line)
    facts = {
        "kind": "event",
        "origin": checkpoint.origin,
        "index": proof.index,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "entry": entry.hex(),
        "keys": list(keys),
        "account": recorded.account,
        "seq": recorded.seq,
        "received": recorded.received,
        "source": recorded.source,
        "format": recorded.format,
        "masked": list(recorded.masked),
        "event": _told(recorded, formats),
    }
    return Verdict(tuple(map(plain, _shown(facts, trust))), _not_shown(recorded), facts)


def _line(proof: Proof) -> bytes:
    """The line in `extra`, never unpacking more than a line may have."""
    if proof.extra is None:
        raise BadEvidence("the file proves an entry, but the record is not in it: it has no extra line")
    unpacking = zlib.decompressobj()
    try:
        line = unpacking.decompress(proof.extra, LINE_BYTES_MAX)
    except zlib.error as error:
        raise BadEvidence(
            "the record in the file is not compressed as it should be; the file was altered"
        ) from error
    if not unpacking.eof:
        raise BadEvidence(f"the record in the file breaks off, or is larger than {LINE_BYTES_MAX} bytes")
    if unpacking.unused_data:
        raise BadEvidence("there is more in the file than the record that it proves")
    return line


def _record(line: bytes) -> Record:
    """The record that the proved line is. A true log holds nothing else; a stranger's might."""
    try:
        return record.parse(line)
    except (Corruption, RecursionError) as error:
        raise BadEvidence("the log holds this entry, but it is not the record of an event") from error


def _told(recorded: Record, formats: Formats) -> dict[str, str]:
    """The event's own words for who did what and when, where its format is one that we can read.

    Where it says no time, the recorder's is told, and called so.
    """
    try:
        received = datetime.fromisoformat(recorded.received)
        event = formats.to_event(recorded.format, bytes(recorded.event), received=received)
    except (Refusal, ValueError):
        return {}
    source = event.additional_event_data.get("eventTimeSource")
    return {
        "eventId": event.event_id,
        "eventName": event.event_name,
        "eventTime": event.event_time.isoformat(),
        "user": event.user_identity.user_name or event.user_identity.principal_id,
        **({"eventTimeSource": "received"} if source == "received" else {}),
    }


def _shown(facts: dict[str, Any], trust: str) -> tuple[str, ...]:
    event = facts["event"]
    told = f" It tells of {event['eventName']} (event id {event['eventId']})." if event else ""
    masked = facts["masked"]
    return (
        (
            f"This exact record (SHA-256 {facts['entry']}) is entry {facts['index']}, counted from 0, of the log "
            f"{facts['origin']} when that had {facts['size']} entries. One changed byte would show.{told}"
        ),
        f"The log's size and root are signed by {trust}.",
        (
            f"The recorder says that it received the event at {facts['received']}, through {facts['source']}, in "
            f"the format {facts['format']}, as record {facts['seq']} of the account {facts['account']}."
        ),
        f"Masked before anything was stored, because it was known to be secret: {', '.join(masked)}."
        if masked
        else "Nothing in the event was masked.",
    )


def _not_shown(recorded: Record) -> tuple[str, ...]:
    missing = (
        "That the event truly happened as it tells: what is proved is what was sent to the recorder.",
        (
            "That the log is complete. What was never sent is not in it; that nothing sent was left out, for "
            f"this account, takes all its records, whose numbers must run from 1 to {recorded.seq} and on without a gap."
        ),
        NO_WITNESS,
        NO_CLOCK,
        "That the key belongs to whom you think: it came from you.",
    )
    if recorded.masked:
        return ("What the masked values were.", *missing)
    return missing
