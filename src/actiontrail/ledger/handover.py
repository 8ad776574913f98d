"""The hand-over from one note key to the next, signed by both. Pure.

Whoever trusts the old key can follow the notes to the new one without asking us. A note shows that the
holder of the old key agreed, nothing more: if the old key was stolen, so may be its agreement. A key
that has handed over twice is a fork, and is refused. A key speaks for the sizes that the log had while it signed,
from the hand-over to it until the one from it.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
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


def name_of(vkey: str) -> str:
    """A key as people compare it: name and id."""
    return "+".join(vkey.split("+", 2)[:2])


@dataclass(frozen=True, slots=True)
class Tenure:
    """A key, and for which sizes of the log its word counts: from `since` to `until`, both in; None as long as it signs."""

    vkey: str
    since: int = 0
    until: int | None = None

    def covers(self, size: int) -> bool:
        """Whether a checkpoint of this size can be this key's."""
        return self.since <= size and (self.until is None or size <= self.until)


def successors(vkey: str, handovers: Iterable[bytes], origin: str) -> tuple[str, ...]:
    """The keys that speak for the log `origin` to one who trusts `vkey`: itself, the next, and so on to the last.

    Raises `BadHandover` if a note is false, of another log, or if one key handed over to two others.
    """
    return _chain(vkey, _following(handovers, origin))


def predecessors(vkey: str, handovers: Iterable[bytes], origin: str) -> tuple[str, ...]:
    """`vkey` and the keys before it, latest first: every key that may have signed this log's checkpoints."""
    following = _following(handovers, origin)
    firsts = set(following) - {step.new for step in following.values()}
    for first in sorted(firsts):
        chain = _chain(first, following)
        if vkey in chain:
            return tuple(reversed(chain[: chain.index(vkey) + 1]))
    return (vkey,)


def tenures(vkey: str, handovers: Iterable[bytes], origin: str) -> tuple[Tenure, ...]:
    """Every key that the hand-overs join to `vkey`, from the first to the last, each with the sizes that it speaks for.

    The keys before it count because the next one signed what it took over. Raises `BadHandover` as `successors` does,
    and if two keys handed over to one.
    """
    following = _following(handovers, origin)
    before: dict[str, Handover] = {}
    for step in following.values():
        if before.setdefault(step.new, step) is not step:
            raise BadHandover(f"two keys were handed over to {step.new}: the log may have forked")
    first, passed = vkey, {vkey}
    while (step_back := before.get(first)) is not None and step_back.old not in passed:
        first = step_back.old
        passed.add(first)
    found = []
    for key in _chain(first, following):
        begun = before[key].size if key in before else 0
        found.append(Tenure(key, begun, following[key].size if key in following else None))
    return tuple(found)


def in_order(handovers: Iterable[bytes]) -> tuple[Handover, ...]:
    """The hand-overs of one list, as a log shows it: oldest first, each by the key that the one before led to.

    Raises `BadHandover` for one that is false, missing in between, out of its order, or of a log that got shorter.
    """
    found: list[Handover] = []
    for number, note in enumerate(handovers, 1):
        try:
            step = verify(note)
        except BadHandover as error:
            raise BadHandover(f"hand-over {number}: {error}") from error
        if found and (step.old, step.origin) != (found[-1].new, found[-1].origin):
            raise BadHandover(
                f"hand-over {number} is by the key {name_of(step.old)}, and the one before led to {name_of(found[-1].new)}: "
                "one is missing, or they are out of order"
            )
        if found and step.size < found[-1].size:
            raise BadHandover(f"hand-over {number} is of a shorter log than the one before")
        found.append(step)
    return tuple(found)


def _following(handovers: Iterable[bytes], origin: str) -> dict[str, Handover]:
    """Each hand-over by the key that it came from."""
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
    return following


def _chain(vkey: str, following: Mapping[str, Handover]) -> tuple[str, ...]:
    chain = [vkey]
    size = 0
    while (step := following.get(chain[-1])) is not None:
        if step.new in chain or step.size < size or len(chain) >= CHAIN_MAX:
            raise BadHandover("the hand-overs lead back to an earlier key or to a shorter log")
        size = step.size
        chain.append(step.new)
    return tuple(chain)
