"""The evidence that a log only grew: two checkpoints, and the hashes that lead from one to the other. Pure.

A JSON object of the parts that the proof of an event has too: notes as text, hashes in base64, in the one way that base64 writes them.
"""

import base64
from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec

from actiontrail.evidence.verdict import (
    NO_CLOCK,
    NO_WITNESS,
    BadEvidence,
    Verdict,
    plain,
    vouched,
)
from actiontrail.ledger import tree
from actiontrail.ledger.note import NOTE_BYTES_MAX, NotBase64, decode64

FILE_BYTES_MAX = 4 * NOTE_BYTES_MAX
HASHES_MAX = 2 * 64
MEDIA_TYPE = "application/json"


class Consistency(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="actiontrail consistency v1",
):
    """Two signed checkpoints, the older first, and the consistency proof of RFC 6962 between them."""

    old: str
    new: str
    hashes: Annotated[tuple[str, ...], msgspec.Meta(max_length=HASHES_MAX)]


_decoder = msgspec.json.Decoder(Consistency)


def make(old_note: bytes, new_note: bytes, hashes: Sequence[bytes]) -> bytes:
    """The file that shows the log of `old_note` to be the beginning of that of `new_note`."""
    whole = Consistency(
        old_note.decode(), new_note.decode(), tuple(base64.b64encode(value).decode() for value in hashes)
    )
    return msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n"


def verify_consistency_file(
    file: bytes, vkeys: Sequence[str], origin: str | None = None, handovers: Iterable[bytes] = ()
) -> Verdict:
    """What `file` shows to one who trusts `vkeys`; raises a `Corruption` that says why if it shows nothing."""
    parts = _parse(file)
    hashes = _hashes(parts.hashes)
    kept = tuple(handovers)
    old, old_keys, old_trust = vouched(parts.old.encode(), vkeys, origin, kept)
    new, new_keys, new_trust = vouched(parts.new.encode(), vkeys, old.origin, kept)
    tree.verify_consistency(old.size, new.size, old.root, new.root, hashes)
    facts = {
        "kind": "consistency",
        "origin": new.origin,
        "oldSize": old.size,
        "newSize": new.size,
        "oldRoot": old.root.hex(),
        "newRoot": new.root.hex(),
        "oldKeys": list(old_keys),
        "newKeys": list(new_keys),
    }
    shown = (
        (
            f"The log {new.origin} with {new.size} entries begins with the very {old.size} entries that it had "
            "at the older checkpoint: none was changed, moved or taken out in between."
        ),
        f"The older checkpoint is signed by {old_trust}; the newer by {new_trust}.",
    )
    not_shown = (
        "What the entries are, and that what they tell truly happened.",
        "Anything about entries behind the newer checkpoint.",
        NO_WITNESS,
        NO_CLOCK,
    )
    return Verdict(tuple(map(plain, shown)), not_shown, facts)


def _parse(file: bytes) -> Consistency:
    if len(file) > FILE_BYTES_MAX:
        raise BadEvidence(
            f"a file of {len(file)} bytes; {FILE_BYTES_MAX} are the most that two checkpoints need"
        )
    try:
        parts = _decoder.decode(file)
        (parts.old + parts.new).encode()
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadEvidence(f"not the evidence of two checkpoints: {error}") from error
    return parts


def _hashes(texts: Sequence[str]) -> list[bytes]:
    return [_hash(number, text) for number, text in enumerate(texts, 1)]


def _hash(number: int, text: str) -> bytes:
    try:
        value = decode64(text)
    except NotBase64 as error:
        raise BadEvidence(f"hash {number} in the file {error}") from error
    if len(value) != tree.HASH_BYTES:
        raise BadEvidence(f"hash {number} in the file has {len(value)} bytes, not {tree.HASH_BYTES}")
    return value
