"""One door for whoever holds a file of evidence and does not know its kind. Pure."""

from collections.abc import Iterable, Sequence

from actiontrail.event.formats import BUILT_IN, Formats
from actiontrail.evidence import consistency, receipt
from actiontrail.evidence.verdict import Verdict


def check(
    file: bytes,
    vkeys: Sequence[str],
    origin: str | None = None,
    handovers: Iterable[bytes] = (),
    *,
    formats: Formats = BUILT_IN,
) -> Verdict:
    """What `file`, the evidence of an event or of two checkpoints, shows to one who trusts `vkeys`.

    Raises a `Corruption` that says why if it shows nothing.
    """
    if file.lstrip()[:1] == b"{":
        return consistency.verify_consistency_file(file, vkeys, origin, handovers)
    return receipt.verify(file, vkeys, origin, handovers, formats=formats)
