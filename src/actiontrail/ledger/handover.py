"""The hand-over from one note key to the next, signed by both. Pure.

Whoever trusts the old key can follow the notes to the new one without asking us. A note shows that the
holder of the old key agreed, nothing more: if the old key was stolen, so may be its agreement. A key
that has handed over twice is a fork, and is refused.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass

from actiontrail.errors import Corruption
from actiontrail.ledger import note as notes
from actiontrail.ledger.note import BadKey, BadNote, Signer, Verifier
from actiontrail.ledger.tree import HASH_BYTES, SIZE_MAX

HEADER = "actiontrail hand-over v1"
CHAIN_MAX = 10_000
_TEXT = re.compile(
    re.escape(HEADER)
    + r"\norigin (.+)\nsize (0|[1-9][0-9]{0,19})\nroot ([A-Za-z0-9+/]{43}=)\nold (.+)\nnew (.+)\n"
)


class BadHandover(Corruption):
    """A hand-over note does not show what it should, or the notes contradict each other."""


@dataclass(frozen=True, slots=True)
class Handover:
    """From which key to which, for which log, and how long the log was and with what root at that moment."""

    origin: str
    size: int
    root: bytes
    old: str
    new: str


def encode(handover: Handover) -> str:
    """The text of `handover`, as both keys sign it."""
    root = base64.b64encode(handover.root).decode()
    return f"{HEADER}\norigin {handover.origin}\nsize {handover.size}\nroot {root}\nold {handover.old}\nnew {handover.new}\n"


def parse(text: str) -> Handover:
    """The hand-over that `text` spells out, nothing verified, or `BadHandover`."""
    found = _TEXT.fullmatch(text)
    if not found:
        raise BadHandover(f"not a hand-over note: {text[:60]!r}; it has six lines, the first is {HEADER!r}")
    try:
        root = base64.b64decode(found[3], validate=True)
    except binascii.Error as error:
        raise BadHandover("a hand-over whose root is not base64") from error
    handover = Handover(found[1], int(found[2]), root, found[4], found[5])
    if encode(handover) != text or handover.size > SIZE_MAX or len(root) != HASH_BYTES:
        raise BadHandover("a hand-over with a size or a root that no log can have")
    return handover


def sign(origin: str, size: int, root: bytes, old: Signer, new: Signer) -> bytes:
    """The note by which `old` hands the log over to `new`."""
    text = encode(Handover(origin, size, root, old.vkey, new.vkey))
    parse(text)
    return notes.sign(text, old, new)


def verify(note: bytes) -> Handover:
    """The hand-over in `note`, which both keys that it names have signed; or `BadHandover`.

    Whether the old key deserves trust is for the caller to know.
    """
    try:
        text = notes.parse(note).text
        handover = parse(text)
        both = (Verifier(handover.old), Verifier(handover.new))
        vouching = notes.verify(note, both).verifiers
    except (BadNote, BadKey) as error:
        raise BadHandover(f"a hand-over that does not hold: {error}") from error
    if handover.old == handover.new or set(vouching) != set(both):
        raise BadHandover("a hand-over is signed by two keys, the old one and the new one")
    return handover


def successors(vkey: str, handovers: Iterable[bytes], origin: str) -> tuple[str, ...]:
    """The keys that speak for the log `origin` to one who trusts `vkey`: itself, the next, and so on to the last.

    Raises `BadHandover` if a note is false, of another log, or if one key handed over to two others.
    """
    following: dict[str, Handover] = {}
    for note in handovers:
        handover = verify(note)
        if handover.origin != origin:
            raise BadHandover(f"a hand-over of another log: {handover.origin!r}, not {origin!r}")
        known = following.setdefault(handover.old, handover)
        if known.new != handover.new:
            raise BadHandover(
                f"the key {handover.old} was handed over to two others: the log may have forked"
            )
    chain = [vkey]
    size = 0
    while (step := following.get(chain[-1])) is not None:
        if step.new in chain or step.size < size or len(chain) >= CHAIN_MAX:
            raise BadHandover("the hand-overs lead back to an earlier key or to a shorter log")
        size = step.size
        chain.append(step.new)
    return tuple(chain)


def predecessors(vkey: str, handovers: Iterable[bytes], origin: str) -> tuple[str, ...]:
    """`vkey` and the keys before it, latest first: every key that may have signed this log's checkpoints."""
    kept = list(handovers)
    handed = [verify(note) for note in kept]
    firsts = {handover.old for handover in handed} - {handover.new for handover in handed}
    for first in sorted(firsts):
        chain = successors(first, kept, origin)
        if vkey in chain:
            return tuple(reversed(chain[: chain.index(vkey) + 1]))
    return (vkey,)
