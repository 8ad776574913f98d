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
from actiontrail.ledger.handover import BadHandover, Tenure, name_of
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
    """A checkpoint that may be believed, the keys that vouch for it, and in words why these count."""

    checkpoint: Checkpoint
    keys: tuple[str, ...]
    trust: str


NO_WITNESS = (
    "That everybody is shown the same log. Its operator could keep two and sign both; compare this "
    "checkpoint with one that somebody else has kept, or have it witnessed."
)
NO_CLOCK = "That the clock of the recorder was right: the times are its own word."


def vouched(
    signed: bytes, vkeys: Sequence[str], origin: str | None, handovers: Iterable[bytes] = ()
) -> Vouched:
    """The checkpoint in `signed`, of `origin`, or of the log that bears the name of the key that signed it.

    Trusted are `vkeys` and, for an `origin` that is given or bears their name, those that `handovers` join
    to them, each for the sizes that the log had while it signed. Raises `BadNote`, `BadCheckpoint`, `BadKey`
    or `BadHandover`.
    """
    claimed = checkpoints.parse(note.parse(signed).text)
    wanted = claimed.origin if origin is None else origin
    tenures = _tenures(vkeys, tuple(handovers), wanted)
    trusted = [Verifier(one.vkey) for one in tenures]
    opened = note.verify(signed, trusted)
    if origin is None and claimed.origin not in {key.name for key in opened.verifiers}:
        raise BadCheckpoint(
            f"a checkpoint of the log {claimed.origin!r}, signed by {opened.verifiers[0].name!r}: "
            "name the origin that you expect if this key is to count for it"
        )
    checkpoint = checkpoints.verify(signed, trusted, wanted)
    signed_by = {key.vkey for key in opened.verifiers}
    in_time = [one for one in tenures if one.vkey in signed_by and one.covers(checkpoint.size)]
    if not in_time:
        raise _out_of_time(next(one for one in tenures if one.vkey in signed_by), checkpoint.size)
    keys = tuple([one.vkey for one in in_time])
    order = [one.vkey for one in tenures]
    return Vouched(checkpoint, keys, _trust_words(keys, vkeys, order))


def _tenures(vkeys: Sequence[str], handovers: tuple[bytes, ...], origin: str) -> list[Tenure]:
    """`vkeys`, each with the keys that hand-overs join to it."""
    if not handovers:
        return [Tenure(vkey) for vkey in dict.fromkeys(vkeys)]
    found = [one for vkey in vkeys for one in handover.tenures(vkey, handovers, origin)]
    return list(dict.fromkeys(found))


def _out_of_time(signed_by: Tenure, size: int) -> BadHandover:
    whose = name_of(signed_by.vkey)
    if size < signed_by.since:
        return BadHandover(
            f"a checkpoint of {size} entries, signed by {whose}, to which the log was handed over with {signed_by.since}"
        )
    return BadHandover(
        f"a checkpoint of {size} entries, signed by {whose} after it had handed the log over with {signed_by.until}: "
        "whoever signed this should not have had the key any more"
    )


def _trust_words(keys: Sequence[str], trusted: Sequence[str], order: Sequence[str]) -> str:
    """Who signed, by name and id as a person compares them, and why that counts."""
    names = ", ".join(map(name_of, keys))
    if set(keys) & set(trusted):
        return f"{names}, which you named as trusted"
    named = [order.index(vkey) for vkey in trusted if vkey in order]
    if max(order.index(vkey) for vkey in keys) < min(named):
        return f"{names}, which has handed over to the key that you named as trusted"
    return f"{names}, to which the key that you named as trusted has handed over"


def plain(text: str) -> str:
    """`text` from a stranger, safe to show on a terminal: what does not print is spelled out."""
    return "".join([char if char.isprintable() else f"\\u{ord(char):04x}" for char in text])
