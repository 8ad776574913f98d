"""What a body becomes: candidates for the record, or refusals that say what to do."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.kit.sequencing import MemorySequencer

from actiontrail.capture.intake import Intake, Limits, NamedFormatUnknown, Pending, Sender, Shape
from actiontrail.capture.masking import Masker
from actiontrail.errors import Outage
from actiontrail.event.formats import declaring

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OWN = Sender("1000000000000001", "key:LTAIown")
COLLECTOR = Sender("1000000000000001", "token:collector", any_account=True)


def an_event(number: int = 1, **fields: Any) -> bytes:
    event = {
        "eventId": f"e-{number}",
        "eventName": "RunInstances",
        "eventTime": "2026-03-01T11:59:00Z",
        "serviceName": "Ecs",
        "recipientAccountId": "2000000000000002",
    }
    return json.dumps(event | fields).encode()


def take(body: bytes, *, shape: Shape | None = None, sender: Sender = OWN) -> tuple[Pending, MemorySequencer]:
    sequencer = MemorySequencer()
    limits = Limits(event_bytes_max=4096, body_bytes_max=1 << 20, nesting_max=16)
    intake = Intake(sequencer, limits, Masker(), now=lambda: NOON)
    return intake.take(body, shape or Shape(), sender), sequencer


def test_a_good_event_becomes_a_candidate_with_its_bytes_as_they_came() -> None:
    """Number forms and key order are evidence; only line breaks between tokens go."""
    raw = an_event(n=1).replace(b'"n": 1', b'"n":\n 1.50')
    _, sequencer = take(raw)

    (candidate,) = sequencer.candidates
    assert candidate == (
        OWN.account,
        "e-1",
        raw.replace(b"\n", b""),
        "2026-03-01T12:00:00.000000Z",
        "key:LTAIown",
        "actiontrail",
        (),
    )


def test_a_bad_line_never_costs_its_neighbours() -> None:
    """Four ways to be bad, each told with its line, and both good events go in."""
    deep = b'{"eventName":"x","a":' + b"[" * 40 + b"]" * 40 + b"}"
    lines = [
        an_event(1),
        b'{"broken":',
        b'{"what":"is this"}',
        deep,
        an_event(3, pad="x" * 5000),
        an_event(2),
    ]
    pending, sequencer = take(b"\n".join(lines), shape=Shape("application/x-ndjson"))

    assert [candidate.event_id for candidate in sequencer.candidates] == ["e-1", "e-2"]
    assert [(turned.line, turned.code) for turned in pending.refused] == [
        (2, "UnmappableEvent"),
        (3, "UnknownFormat"),
        (4, "EventTooDeep"),
        (5, "EventTooLarge"),
    ]
    assert all(turned.reason and turned.remedy for turned in pending.refused)


def test_a_key_records_for_its_own_account_whatever_the_event_says() -> None:
    """Or anyone with a key could write into another account's history."""
    _, sequencer = take(an_event(recipientAccountId="9999999999999999"))

    assert sequencer.candidates[0].account == OWN.account


def test_a_collector_records_for_the_account_that_the_event_names() -> None:
    """One collector serves many accounts; an event that names none is refused, not guessed."""
    body = an_event(1) + b"\n" + an_event(2, recipientAccountId="")
    pending, sequencer = take(body, sender=COLLECTOR)

    assert [candidate.account for candidate in sequencer.candidates] == ["2000000000000002"]
    assert [(turned.line, turned.code, turned.field) for turned in pending.refused] == [
        (2, "AccountMissing", "recipientAccountId")
    ]


def test_a_secret_is_masked_before_the_sequencer_sees_it() -> None:
    """The record says which place was masked, so that nobody takes the stars for the source's."""
    _, sequencer = take(an_event(requestParameters={"Password": "hunter2"}))

    (candidate,) = sequencer.candidates
    assert b"hunter2" not in candidate.event
    assert candidate.masked == ("requestParameters.Password",)


def test_a_line_that_is_an_envelope_stands_for_the_events_in_it() -> None:
    """Delivered files, one after the other, are a body of envelopes."""
    envelope = b'{"Events":[' + an_event(1) + b"," + an_event(2) + b"]}"
    pending, sequencer = take(envelope + b"\n" + an_event(3), shape=Shape("application/x-ndjson"))

    assert [candidate.event_id for candidate in sequencer.candidates] == ["e-1", "e-2", "e-3"]
    assert [(taken.line, taken.item) for taken in pending.taken] == [(1, 1), (1, 2), (2, 3)]


def test_nothing_is_submitted_when_nothing_is_good() -> None:
    """An empty round would cost an fsync."""
    pending, _ = take(b"nonsense\n{}", shape=Shape("application/x-ndjson"))

    assert pending.receipt is None
    assert [turned.line for turned in pending.refused] == [1, 2]


def test_a_format_that_does_not_exist_is_refused_at_once() -> None:
    """A typing error in `?format=` must not become a thousand refused lines."""
    with pytest.raises(NamedFormatUnknown, match="cloudtrial"):
        take(an_event(), shape=Shape(format="cloudtrial"))


def test_pushback_reaches_the_sender() -> None:
    """A full queue is told at once; nothing waits unseen."""
    sequencer = MemorySequencer()
    sequencer.full = True
    intake = Intake(sequencer, Limits(4096, 1 << 20, 16), Masker())

    with pytest.raises(Outage):
        intake.take(an_event(), Shape(), OWN)


PLAIN_OR_NOT = [
    an_event(1),
    an_event(2, recipientAccountId=""),
    an_event(3, eventId=3),
    an_event(4, eventId="e" * 600),
    an_event(5, eventTime="yesterday"),
    an_event(6, pad="x" * 5000),
    an_event(7, deep=[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]),
    an_event(8, wide=[[]] * 20),
    an_event(9).replace(b"}", b"\r }"),
    an_event(10, userIdentity={"accountId": "3000000000000003"}),
    an_event(11, Password="hunter2"),
    b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"a"}',
    b"not json",
]


@pytest.mark.parametrize("raw", PLAIN_OR_NOT, ids=range(len(PLAIN_OR_NOT)))
@pytest.mark.parametrize("sender", [OWN, COLLECTOR], ids=["own", "collector"])
@pytest.mark.parametrize("said", ["", "actiontrail", "cloudtrail"])
def test_the_quick_way_in_admits_what_the_careful_way_does(
    raw: bytes, sender: Sender, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two ways through one door must lead to the same place, or a refusal depends on luck."""
    shape = Shape("application/x-ndjson", format=said)
    quick, by_quick = take(raw, shape=shape, sender=sender)
    monkeypatch.setattr(Intake, "_plain", lambda _self, _raw, _batch: None)
    careful, by_careful = take(raw, shape=shape, sender=sender)

    assert (by_quick.candidates, quick.refused) == (by_careful.candidates, careful.refused)


def test_an_event_of_a_declared_format_is_taken_when_the_request_names_it() -> None:
    """The record keeps the declared name: by it the event is read from then on."""
    sequencer = MemorySequencer()
    formats = declaring({"shop": {"eventId": "no", "eventName": "what", "recipientAccountId": "branch"}})
    intake = Intake(sequencer, Limits(4096, 1 << 20, 16), Masker(), formats=formats, now=lambda: NOON)
    raw = b'{"no":"s-1","what":"SellCow","branch":"2000000000000002"}'
    intake.take(raw, Shape(format="shop"), COLLECTOR)
    unnamed = intake.take(raw, Shape(), OWN)

    assert [one[:3] + one[5:6] for one in sequencer.candidates] == [("2000000000000002", "s-1", raw, "shop")]
    assert [one.code for one in unnamed.refused] == ["UnknownFormat"]
    with pytest.raises(NamedFormatUnknown, match="generic, shop, or none"):
        intake.take(raw, Shape(format="shoop"), OWN)
