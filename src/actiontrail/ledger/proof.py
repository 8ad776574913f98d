"""A proof that stands alone (C2SP tlog-proof): one entry's place in a log, and the checkpoint it is proved against. Pure.

`parse` only reads. `verify` needs the entry, the keys and the origin from elsewhere: nothing in the
proof is believed for being in it, and `extra` is covered by no signature at all.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from actiontrail.ledger import checkpoint as checkpoints
from actiontrail.ledger.checkpoint import Checkpoint
from actiontrail.ledger.note import NOTE_BYTES_MAX, NotBase64, Verifier, decode64
from actiontrail.ledger.tree import HASH_BYTES, SIZE_MAX, BadProof, leaf_hash, verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
PROOF_BYTES_MAX = 32 * 1024 * 1024
HASHES_MAX = 64
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,19})")


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof of the entry at `index`: hashes from the leaf's neighbour up, and a signed checkpoint."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def encode(proof: Proof) -> bytes:
    """`proof` as its file."""
    assert 0 <= proof.index <= SIZE_MAX
    assert len(proof.hashes) <= HASHES_MAX
    lines = [HEADER]
    if proof.extra is not None:
        lines.append(f"extra {base64.b64encode(proof.extra).decode()}")
    lines.append(f"index {proof.index}")
    lines += [base64.b64encode(value).decode() for value in proof.hashes]
    return "\n".join(lines).encode() + b"\n\n" + proof.checkpoint


def parse(data: bytes) -> Proof:
    """The proof that the file `data` holds, nothing verified, or `BadProof`."""
    if len(data) > PROOF_BYTES_MAX:
        raise BadProof(f"a proof of {len(data)} bytes; {PROOF_BYTES_MAX} are the most")
    head, blank, checkpoint = data.partition(b"\n\n")
    if not blank or not checkpoint:
        raise BadProof("a proof without its checkpoint behind a blank line")
    if len(checkpoint) > NOTE_BYTES_MAX:
        raise BadProof(f"a proof whose checkpoint has {len(checkpoint)} bytes; {NOTE_BYTES_MAX} are the most")
    try:
        header, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise BadProof(f"a proof with a character that is not ASCII, at byte {error.start}") from error
    if header != HEADER:
        raise BadProof(f"not a proof: its first line is not {HEADER}")
    extra = _decode64(lines.pop(0)[6:], "line 2 (extra)") if lines and lines[0].startswith("extra ") else None
    found = _INDEX.fullmatch(lines[0]) if lines else None
    if not found or int(found[1]) > SIZE_MAX:
        raise BadProof("a proof without the index of its entry")
    hashes = lines[1:]
    if len(hashes) > HASHES_MAX:
        raise BadProof(f"a proof of {len(hashes)} hashes; {HASHES_MAX} are the most that a tree can need")
    return Proof(
        int(found[1]), tuple([_hash(text, number) for number, text in enumerate(hashes)]), checkpoint, extra
    )


def verify(proof: Proof, entry: bytes, verifiers: Sequence[Verifier], origin: str) -> Checkpoint:
    """`entry` is at `proof.index` in the log `origin` of one of `verifiers`; the checkpoint that shows it.

    Raises `BadNote`, `BadCheckpoint` or `BadProof`: who signed, for which log, and what is proved.
    """
    checkpoint = checkpoints.verify(proof.checkpoint, verifiers, origin)
    verify_inclusion(proof.index, checkpoint.size, leaf_hash(entry), proof.hashes, checkpoint.root)
    return checkpoint


def _hash(text: str, number: int) -> bytes:
    value = _decode64(text, f"hash {number}")
    if len(value) != HASH_BYTES:
        raise BadProof(f"hash {number} of the proof has {len(value)} bytes, not {HASH_BYTES}")
    return value


def _decode64(text: str, where: str) -> bytes:
    try:
        return decode64(text)
    except NotBase64 as error:
        raise BadProof(f"{where} of the proof {error}") from error
