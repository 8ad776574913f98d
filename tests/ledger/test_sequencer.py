"""The sequencer: what it promises while nothing goes wrong."""

import json
from pathlib import Path

import pytest
from tests.kit.ledger import ORIGIN, SIGNER, LedgerKit, a_candidate, candidates

from actiontrail.event.formats import declaring
from actiontrail.event.record import entry, order, parse
from actiontrail.ledger import checkpoint as checkpoints
from actiontrail.ledger import tree
from actiontrail.ledger.candidate import Placed
from actiontrail.ledger.reader import Reader
from actiontrail.ledger.sequencer import (
    NO_PAST,
    Past,
    RecordExists,
    SecondWriter,
    Sequencer,
    Stopped,
    create,
)
from actiontrail.store.lock import MemoryLock, SqliteLock


@pytest.fixture
def kit(tmp_path: Path) -> LedgerKit:
    return LedgerKit(tmp_path / "data")


def test_what_was_acknowledged_is_read_back_in_order_and_byte_for_byte(kit: LedgerKit) -> None:
    """The index in a receipt is where the event lies."""
    kit.open()
    receipts = kit.record(candidates(0, 7), candidates(7, 8))
    kit.close()

    assert [place.index for receipt in receipts for place in receipt.places] == list(range(8))
    assert [bytes(parse(line).event) for line in kit.lines()] == [one.event for one in candidates(0, 8)]


def test_a_receipt_s_checkpoint_is_signed_and_its_tree_holds_the_event(kit: LedgerKit) -> None:
    """A receipt proves by itself that the recorder has committed to the event."""
    kit.open()
    (receipt,) = kit.record(candidates(0, 300))
    reader = Reader(kit.data)
    reader.wait(299, 60)  # it is answered first, then published
    seen = checkpoints.verify(receipt.checkpoint, [SIGNER.verifier], ORIGIN)
    for index in (0, 255, 256, 299):
        leaf = tree.leaf_hash(entry(reader.line(index)))
        tree.verify_inclusion(index, seen.size, leaf, reader.inclusion(index, seen.size), seen.root)
    reader.close()
    kit.close()

    assert seen.size == 300


def test_every_account_s_sequence_counts_up_by_one_across_restarts_and_segments(kit: LedgerKit) -> None:
    """A gap in `seq` must prove that something is missing, so there is none without one."""
    for start in range(0, 600, 100):
        kit.open()
        kit.record(
            candidates(start, start + 60, account="1"), candidates(start + 60, start + 100, account='q"2')
        )
        kit.close()

    numbers: dict[bytes, list[int]] = {}
    for line in kit.lines():
        account, seq = order(line)
        numbers.setdefault(account, []).append(seq)
    assert numbers == {b'"1"': list(range(1, 361)), b'"q\\"2"': list(range(1, 241))}


def test_a_repeat_is_answered_with_its_first_place(kit: LedgerKit) -> None:
    """Inside a batch, between batches, and after a restart; another account's event of the same id is none."""
    kit.open()
    (first,) = kit.record([a_candidate(1), a_candidate(2), a_candidate(1)])
    (again,) = kit.record([a_candidate(2), a_candidate(2, account="other")])
    kit.close()
    kit.open()
    (later,) = kit.record([a_candidate(1, text="changed"), a_candidate(3)])
    kit.close()

    assert first.places == (Placed(0), Placed(1), Placed(0, repeated=True))
    assert again.places == (Placed(1, repeated=True), Placed(2))
    assert later.places == (Placed(0, repeated=True, differs=True), Placed(3))


def test_the_same_deed_written_otherwise_is_a_repeat_and_says_so(kit: LedgerKit) -> None:
    """One sender gives a second try another time, one tool sorts the keys: it is one event."""
    kit.open()
    one = a_candidate(1)
    other = {**json.loads(one.event), "eventTime": "2026-05-05T05:05:05Z"}
    (receipt,) = kit.record([one, one._replace(event=json.dumps(other, sort_keys=True).encode())])
    kit.close()

    assert receipt.places == (Placed(0), Placed(0, repeated=True, differs=True))


def test_another_event_under_a_known_id_is_recorded_too(kit: LedgerKit) -> None:
    """Whoever guesses or reuses an id must not make a later event vanish; sent again, each is its own repeat."""
    first = a_candidate(1)
    other = first._replace(event=json.dumps({**json.loads(first.event), "eventName": "StopLogging"}).encode())
    kit.open()
    (receipt,) = kit.record([first, other, other])
    (again,) = kit.record([other, first])
    kit.close()
    for file in (kit.data / "repeats").iterdir():
        file.unlink()
    kit.open()
    (after_loss,) = kit.record([first, other])
    kit.close()

    repeats = Placed(0, repeated=True), Placed(1, repeated=True)
    assert receipt.places == (Placed(0), Placed(1, differs=True), repeats[1])
    assert (again.places, after_loss.places) == (repeats[::-1], repeats)


def test_repeats_are_known_after_their_memory_was_lost(kit: LedgerKit) -> None:
    """The memory is only a copy: the ledger makes it again."""
    kit.open()
    kit.record(candidates(0, 500))
    kit.close()
    for file in (kit.data / "repeats").iterdir():
        file.unlink()
    kit.open()
    (receipt,) = kit.record(candidates(0, 500))
    kit.close()

    assert receipt.places == tuple(Placed(index, repeated=True) for index in range(500))


@pytest.mark.parametrize("still", [True, False])
def test_a_lost_memory_knows_the_ids_of_declared_formats_and_does_without_a_declaration_that_is_gone(
    kit: LedgerKit, *, still: bool
) -> None:
    """An event's id lies where its format says; a format taken out of the settings must not stop the recorder."""
    named = a_candidate(1)._replace(event_id="s-1", event=b'{"no":"s-1","what":"SellCow"}', format="shop")
    shop = declaring({"shop": {"eventId": "no", "eventName": "what"}})
    kit.open()
    kit.record([named])
    kit.close()
    for file in (kit.data / "repeats").iterdir():
        file.unlink()
    kit.open(past=Past(formats=shop) if still else NO_PAST)
    (receipt,) = kit.record([named])
    kit.close()

    assert receipt.places == ((Placed(0, repeated=True),) if still else (Placed(1),))


def test_of_a_declared_format_too_a_repeat_is_the_same_deed_by_the_same_actor(kit: LedgerKit) -> None:
    """Its mapping says what was done and by whom; without it each other time would be another event."""
    shop = declaring({"shop": {"eventId": "no", "eventName": "what", "userIdentity.userName": "who"}})
    first = a_candidate(1)._replace(
        event_id="s-1", event=b'{"no":"s-1","what":"SellCow","who":"jack","ts":1}', format="shop"
    )
    later = first._replace(event=first.event.replace(b'"ts":1', b'"ts":2'))
    other = first._replace(event=first.event.replace(b"jack", b"jill"))
    kit.open(past=Past(formats=shop))
    (receipt,) = kit.record([first, later, other])
    kit.close()

    assert receipt.places == (Placed(0), Placed(0, repeated=True, differs=True), Placed(1, differs=True))


def test_full_segments_are_sealed_and_read_the_same(kit: LedgerKit) -> None:
    """Sealing changes the files and not one record."""
    sequencer = kit.open()
    for start in range(0, 2000, 100):
        kit.record(candidates(start, start + 100))
    kit.close()
    before = kit.lines()
    while sequencer.stats().sealing:
        sequencer = kit.open()
        assert sequencer._sealer
        sequencer._sealer.join()
        kit.close()

    sealed = list((kit.data / "ledger" / "segments").glob("*.seg"))
    assert (kit.lines(), len(before), len(sealed) > 3) == (before, 2000, True)


def test_only_one_writer_opens_a_record(kit: LedgerKit) -> None:
    """Two writers would fork it."""
    kit.open()
    with pytest.raises(SecondWriter, match="another recorder"):
        Sequencer.open(kit.data, lock=MemoryLock(), signer=SIGNER)
    kit.close()


def test_a_record_is_made_only_where_there_is_none(kit: LedgerKit) -> None:
    """A wrong path must never start a second record over the first."""
    kit.open()
    kit.record(candidates(0, 1))
    kit.close()
    with pytest.raises(RecordExists):
        create(kit.data, lock=SqliteLock.open(kit.data / "lock.sqlite"), signer=SIGNER)


def test_a_closed_sequencer_takes_nothing(kit: LedgerKit) -> None:
    """What it cannot record it must not accept."""
    sequencer = kit.open()
    kit.close()
    with pytest.raises(Stopped):
        sequencer.submit(candidates(0, 1))
