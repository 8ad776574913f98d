"""Checkpoints (C2SP tlog-checkpoint): the size and root of a log, as its key has signed them. Pure.

`parse` only reads; `verify` alone gives a checkpoint that may be believed: signed by a trusted key, of
the log that was meant, with a root that is one.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from actiontrail.errors import Corruption
from actiontrail.ledger import note as notes
from actiontrail.ledger.note import Signer, Verifier
from actiontrail.ledger.tree import EMPTY_ROOT, HASH_BYTES, SIZE_MAX

_SIZE = re.compile(r"0|[1-9][0-9]{0,19}")


class BadCheckpoint(Corruption):
    """A checkpoint is malformed, or of another log than the one that was meant."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself at one moment: whose it is, how long, and its root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def encode(checkpoint: Checkpoint) -> str:
    """The text of `checkpoint`, as it is signed."""
    root = base64.b64encode(checkpoint.root).decode()
    return "\n".join([checkpoint.origin, str(checkpoint.size), root, *checkpoint.extensions]) + "\n"


def parse(text: str) -> Checkpoint:
    """The checkpoint that `text` spells out, nothing verified, or `BadCheckpoint`."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1]:
        raise BadCheckpoint(
            "a checkpoint has at least three lines, origin, size and root, each with a line break"
        )
    origin, size, root, *extensions = lines[:-1]
    if not origin:
        raise BadCheckpoint("a checkpoint without an origin in its first line")
    if not _SIZE.fullmatch(size) or int(size) > SIZE_MAX:
        raise BadCheckpoint(f"a checkpoint whose second line is no size: {size[:40]!r}")
    return Checkpoint(origin, int(size), _decode64(root), tuple(extensions))


def sign(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """The signed note of `checkpoint`. Raises `BadCheckpoint` for one that no verifier would take."""
    _check(checkpoint)
    text = encode(checkpoint)
    if parse(text) != checkpoint:
        raise BadCheckpoint("a checkpoint with a line break inside one of its lines")
    return signer.sign(text)


def verify(note: bytes, verifiers: Sequence[Verifier], origin: str) -> Checkpoint:
    """The checkpoint of the log `origin` in `note`; `BadNote` or `BadCheckpoint` if it is not to be believed."""
    checkpoint = parse(notes.open_note(note, verifiers))
    _check(checkpoint)
    if checkpoint.origin != origin:
        raise BadCheckpoint(f"a checkpoint of another log: {checkpoint.origin!r}, not {origin!r}")
    return checkpoint


def _check(checkpoint: Checkpoint) -> None:
    """What the specification asks of a checkpoint beyond its shape."""
    if len(checkpoint.root) != HASH_BYTES:
        raise BadCheckpoint(f"a checkpoint whose root has {len(checkpoint.root)} bytes, not {HASH_BYTES}")
    if not 0 <= checkpoint.size <= SIZE_MAX:
        raise BadCheckpoint(f"a checkpoint with the size {checkpoint.size}")
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise BadCheckpoint("a checkpoint of an empty log whose root is not that of the empty tree")
    if "" in checkpoint.extensions:
        raise BadCheckpoint("a checkpoint with an empty line among its extensions")


def _decode64(root: str) -> bytes:
    try:
        data = notes.decode64(root)
    except notes.NotBase64:
        data = b""
    if not data:
        raise BadCheckpoint(f"a checkpoint whose third line is no root in base64: {root[:60]!r}")
    return data
