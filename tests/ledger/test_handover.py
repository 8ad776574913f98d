"""Key rotation: whoever trusts the old key can follow to the new one, and nobody else can lead them astray."""

import pytest

from actiontrail.ledger import handover, note, tree
from actiontrail.ledger.handover import BadHandover, Handover, Tenure
from actiontrail.ledger.note import Signer

ORIGIN = "log.example/one"
A, B, C, D = (Signer(ORIGIN, bytes([number]) * 32) for number in range(4))
ROOT = tree.root([b"entry"])


def _from(old: Signer, new: Signer, size: int = 1, origin: str = ORIGIN) -> bytes:
    return handover.sign(origin, size, ROOT, old, new)


def test_a_hand_over_says_what_was_signed() -> None:
    """Origin, both keys, and the log at that moment."""
    assert handover.verify(_from(A, B)) == Handover(ORIGIN, 1, ROOT, A.vkey, B.vkey)


def test_the_chain_is_followed_from_any_key_in_any_order_of_notes() -> None:
    """An auditor may have kept the first key, or the second."""
    kept = [_from(B, C, 2), _from(A, B, 1)]

    chains = [handover.successors(start.vkey, kept, ORIGIN) for start in (A, B, C)]

    assert chains == [(A.vkey, B.vkey, C.vkey), (B.vkey, C.vkey), (C.vkey,)]


def test_the_operator_finds_every_key_that_ever_signed() -> None:
    """After a rotation the checkpoint on disk may still bear the old signature."""
    kept = [_from(A, B, 1), _from(B, C, 2)]

    assert [handover.predecessors(key.vkey, kept, ORIGIN) for key in (C, B, D)] == [
        (C.vkey, B.vkey, A.vkey),
        (B.vkey, A.vkey),
        (D.vkey,),
    ]


def test_each_key_speaks_for_the_sizes_that_the_log_had_while_it_signed() -> None:
    """From either end of the chain: whoever trusts the last key may read what the first one signed."""
    kept = [_from(A, B, 3), _from(B, C, 7)]
    whole = (Tenure(A.vkey, 0, 3), Tenure(B.vkey, 3, 7), Tenure(C.vkey, 7, None))

    assert [handover.tenures(key.vkey, kept, ORIGIN) for key in (A, B, C, D)] == [
        *[whole] * 3,
        (Tenure(D.vkey),),
    ]
    assert [whole[1].covers(size) for size in (2, 3, 7, 8)] == [False, True, True, False]


def test_attack_two_keys_that_hand_over_to_one() -> None:
    """A thief's own chain must not end where the true one does."""
    with pytest.raises(BadHandover, match="two keys were handed over"):
        handover.tenures(C.vkey, [_from(A, C), _from(B, C)], ORIGIN)


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        ([_from(B, C, 2), _from(A, B, 1)], "hand-over 2 .* out of order"),
        ([_from(A, B, 1), _from(C, D, 3)], "hand-over 2 .* missing"),
        ([_from(A, B, 5), _from(B, C, 4)], "hand-over 2 is of a shorter log"),
        ([_from(A, B, 1), _from(B, C, 2).replace(b"size 2", b"size 3")], "hand-over 2: .*false"),
        ([_from(A, B, 1), _from(B, C, 2, "log.example/two")], "hand-over 2 "),
    ],
)
def test_attack_a_list_of_hand_overs_with_one_forged_missing_or_moved(kept: list[bytes], why: str) -> None:
    """What a log shows is its whole succession, oldest first; anything else is told with its number."""
    with pytest.raises(BadHandover, match=why):
        handover.in_order(kept)


def test_attack_a_hand_over_that_the_old_key_never_signed() -> None:
    """Anybody can make a new key and say that it is the next."""
    text = handover.encode(Handover(ORIGIN, 1, ROOT, A.vkey, B.vkey))

    with pytest.raises(BadHandover, match="two keys"):
        handover.verify(B.sign(text))


def test_attack_a_hand_over_to_somebody_who_does_not_hold_the_new_key() -> None:
    """Without the new key's signature one could hand a log to a stranger's key, and sign in the stranger's name."""
    text = handover.encode(Handover(ORIGIN, 1, ROOT, A.vkey, B.vkey))

    with pytest.raises(BadHandover, match="two keys"):
        handover.verify(A.sign(text))


def test_attack_a_changed_hand_over() -> None:
    """One digit of the size."""
    with pytest.raises(BadHandover, match="false"):
        handover.verify(_from(A, B).replace(b"size 1\n", b"size 2\n"))


def test_attack_a_key_that_hands_over_twice() -> None:
    """Two heirs, two histories."""
    with pytest.raises(BadHandover, match="two others"):
        handover.successors(A.vkey, [_from(A, B), _from(A, C)], ORIGIN)


def test_attack_hand_overs_in_a_circle_or_back_in_time() -> None:
    """A retired key must not come back, and a log never gets shorter."""
    for kept in ([_from(A, B), _from(B, A)], [_from(A, B, 5), _from(B, C, 4)]):
        with pytest.raises(BadHandover, match="lead back"):
            handover.successors(A.vkey, kept, ORIGIN)


def test_attack_a_hand_over_of_another_log() -> None:
    """The same keys may serve two logs."""
    with pytest.raises(BadHandover, match="another log"):
        handover.successors(A.vkey, [_from(A, B, origin="log.example/two")], ORIGIN)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        A.sign("something else\n"),
        note.sign(handover.encode(Handover(ORIGIN, 1, ROOT, "no key", B.vkey)), A, B),
        note.sign(handover.encode(Handover(ORIGIN, 2**64, ROOT, A.vkey, B.vkey)), A, B),
        note.sign(handover.encode(Handover(ORIGIN, 1, ROOT[:31], A.vkey, B.vkey)), A, B),
        note.sign(handover.encode(Handover(ORIGIN, 1, ROOT, A.vkey, A.vkey)), A),
    ],
)
def test_what_is_no_hand_over_is_refused(bad: bytes) -> None:
    """Notes under `handover/` come over the network to an auditor."""
    with pytest.raises(BadHandover):
        handover.verify(bad)
