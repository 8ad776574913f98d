"""What a check has shown, and what it has not, in words for people who are no cryptographers. Pure.

A verdict exists only for evidence that holds: evidence that does not raises instead. No verdict
claims more than its findings say; what was not shown is always said beside what was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from actiontrail.errors import Corruption
from actiontrail.ledger import checkpoint as checkpoints
from actiontrail.ledger import handover, note
from actiontrail.ledger.checkpoint import BadCheckpoint, Checkpoint
from actiontrail.ledger.note import Verifier


class BadEvidence(Corruption):
    """A file of evidence is not one, or does not agree with itself."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The findings of one check that succeeded; `facts` are the same things for programs."""

    shown: tuple[str, ...]
    not_shown: tuple[str, ...]
    facts: dict[str, Any] = field(default_factory=dict)


class Vouched(NamedTuple):
    """A checkpoint that may be believed, and the keys that vouch for it."""

    checkpoint: Checkpoint
    keys: tuple[str, ...]


NO_WITNESS = (
    "That everybody is shown the same log. Its operator could keep two and sign both; compare this "
    "checkpoint with one that somebody else has kept, or have it witnessed."
)
NO_CLOCK = "That the clock of the recorder was right: the times are its own word."


def vouched(
    signed: bytes, vkeys: Sequence[str], origin: str | None, handovers: Iterable[bytes] = ()
) -> Vouched:
    """The checkpoint in `signed`, of `origin`, or of the log that bears the name of the key that signed it.

    Trusted are `vkeys` and, for an `origin` that is given or bears their name, those they handed over
    to by `handovers`. Raises `BadNote`, `BadCheckpoint`, `BadKey` or `BadHandover`.
    """
    kept = tuple(handovers)
    claimed = checkpoints.parse(note.parse(signed).text)
    wanted = claimed.origin if origin is None else origin
    trusted = [Verifier(vkey) for vkey in dict.fromkeys(_followed(vkeys, kept, wanted))]
    opened = note.verify(signed, trusted)
    if origin is None and claimed.origin not in {key.name for key in opened.verifiers}:
        raise BadCheckpoint(
            f"a checkpoint of the log {claimed.origin!r}, signed by {opened.verifiers[0].name!r}: "
            "name the origin that you expect if this key is to count for it"
        )
    checkpoint = checkpoints.verify(signed, trusted, wanted)
    return Vouched(checkpoint, tuple(key.vkey for key in opened.verifiers))


def _followed(vkeys: Sequence[str], handovers: tuple[bytes, ...], origin: str) -> list[str]:
    """`vkeys`, each with the keys that it handed over to."""
    if not handovers:
        return list(vkeys)
    return [key for vkey in vkeys for key in handover.successors(vkey, handovers, origin)]


def trust_words(keys: Sequence[str], trusted: Sequence[str]) -> str:
    """Who signed, by name and id as a person compares them, and why that counts."""
    names = ", ".join("+".join(vkey.split("+", 2)[:2]) for vkey in keys)
    if set(keys) & set(trusted):
        return f"{names}, which you named as trusted"
    return f"{names}, to which the key that you named as trusted has handed over"


def plain(text: str) -> str:
    """`text` from a stranger, safe to show on a terminal: what does not print is spelled out."""
    return "".join([char if char.isprintable() else f"\\u{ord(char):04x}" for char in text])
