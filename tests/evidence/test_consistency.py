"""The evidence that a log only grew."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kit import naive_tree
from tests.kit.log import ORIGIN, LogKit

from actiontrail.errors import Corruption
from actiontrail.evidence import consistency
from actiontrail.evidence.check import check
from actiontrail.evidence.verdict import BadEvidence
from actiontrail.ledger import handover, tree
from actiontrail.ledger.note import BadNote, Signer
from actiontrail.ledger.tree import BadProof

LOG = LogKit().add(*naive_tree.entries(300))
VKEY = LOG.signer.vkey


def _file(old: int, new: int, *, old_log: LogKit = LOG, new_log: LogKit = LOG) -> bytes:
    path = tree.consistency(old, new, new_log.subtree(new))
    return consistency.make(old_log.checkpoint(old), new_log.checkpoint(new), path)


@pytest.mark.parametrize(("old", "new"), [(0, 300), (1, 300), (100, 257), (256, 300), (300, 300)])
def test_a_log_that_only_grew_is_seen_to(old: int, new: int) -> None:
    """From any size that somebody kept."""
    verdict = check(_file(old, new), [VKEY])

    assert (verdict.facts["oldSize"], verdict.facts["newSize"], verdict.shown[0]) == (
        old,
        new,
        (
            f"The log {ORIGIN} with {new} entries begins with the very {old} entries that it had at the older "
            "checkpoint: none was changed, moved or taken out in between."
        ),
    )


def test_attack_a_rewritten_log_with_true_signatures() -> None:
    """The operator's own key cannot make an old entry another."""
    rewritten = LogKit().add(b"another first", *naive_tree.entries(300)[1:])

    with pytest.raises(BadProof, match="what it held was changed"):
        check(_file(100, 300, new_log=rewritten), [VKEY])


def test_attack_older_and_newer_checkpoint_exchanged() -> None:
    """A log that got shorter was cut."""
    file = json.loads(_file(100, 300))
    file["old"], file["new"] = file["new"], file["old"]

    with pytest.raises(BadProof, match="cannot begin"):
        check(json.dumps(file).encode(), [VKEY])


def test_attack_one_of_the_checkpoints_is_not_signed_by_a_trusted_key() -> None:
    """Both ends must hold."""
    impostor = LogKit(seed=b"\x66" * 32).add(*naive_tree.entries(300))
    for file in (_file(100, 300, old_log=impostor), _file(100, 300, new_log=impostor)):
        with pytest.raises(BadNote, match="no trusted key"):
            check(file, [VKEY])


def test_growth_across_a_rotation_is_seen_by_who_trusts_the_first_key() -> None:
    """The older checkpoint is the first key's, the newer one the second's."""
    new_log = LogKit(seed=b"\x01" * 32).add(*naive_tree.entries(300))
    note = handover.sign(ORIGIN, 200, b"\2" * 32, LOG.signer, Signer(ORIGIN, b"\x01" * 32))

    assert check(_file(100, 300, new_log=new_log), [VKEY], handovers=[note]).facts["newSize"] == 300


@pytest.mark.parametrize(
    "change",
    [
        {"old": ""},
        {"hashes": ["!"]},
        {"hashes": ["AAAA"]},
        {"more": 1},
        {"kind": "other"},
        {"hashes": ["AA=="] * 129},
    ],
)
def test_a_file_that_is_not_as_the_format_says_is_refused(change: dict[str, object]) -> None:
    """One meaning or none."""
    with pytest.raises(Corruption):
        check(json.dumps(json.loads(_file(100, 300)) | change).encode(), [VKEY])


def test_a_file_larger_than_two_checkpoints_can_be_is_refused_unread() -> None:
    """The file comes from a stranger."""
    with pytest.raises(BadEvidence, match="are the most"):
        check(b"{" + b" " * consistency.FILE_BYTES_MAX, [VKEY])


@given(st.binary(max_size=100))
def test_garbage_is_refused(garbage: bytes) -> None:
    """And never breaks the parser."""
    for file in (b"{" + garbage, b'{"kind":"actiontrail consistency v1","hashes":[],"old":"' + garbage):
        with pytest.raises(Corruption):
            check(file, [VKEY])
