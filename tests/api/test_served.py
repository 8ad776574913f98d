"""What a request under `/v1/` says, understood or refused."""

import pytest

from actiontrail.api.pages import Ranged
from actiontrail.api.people.values import StateChange
from actiontrail.api.questions import PageAsk
from actiontrail.api.rest import bounds
from actiontrail.api.routes import Asked
from actiontrail.api.served import BadQuestion, asked, asking
from actiontrail.api.signature import Sent
from actiontrail.api.trails.routes import _told
from actiontrail.api.trails.values import DataEventsAsk
from actiontrail.query.search import OutOfRange

DEEP = b'{"query":' + b"[" * 200_000


@pytest.mark.parametrize(
    ("target", "body", "words"),
    [
        ("/v1/search", DEEP, r"got `array` - at `\$\.query`"),
        ("/v1/search", b"[" * 200_000, "Expected `object`, got `array`"),
        ("/v1/search", b'{"nope":1}', "unknown field `nope`"),
        ("/v1/search", b'{"limit":"5"}', r"\$\.limit"),
        ("/v1/search", b"\xff", "byte 0"),
        ("/v1/search?limit=x", b"", r"\$\.limit"),
        ("/v1/search?limit=1&limit=2", b"", "limit is given twice"),
        ("/v1/search?nope=1", b"", "unknown field `nope`"),
    ],
)
def test_a_request_that_cannot_be_read_is_refused_by_the_place(target: str, body: bytes, words: str) -> None:
    """A mistake of the caller's is never one of ours."""
    with pytest.raises(BadQuestion, match=words):
        asked(Sent("POST", target, {}, body), PageAsk)


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        (PageAsk, '{"order":"oldst"}', "Invalid enum value 'oldst' - at `$.order`; it takes newest, oldest"),
        (PageAsk, '{"nope":1}', "unknown field `nope`; it takes query, start, end, limit"),
        (DataEventsAsk, '{"selectors":[{"serviceName":"Oss","readWriteType":"write"}]}', "; it takes All, Read, Write"),
        (DataEventsAsk, '{"selectors":[{"serviceName":"Oss","eventName":{"is":[]}}]}', "; it takes equals, notEquals"),
        (StateChange, '{"state":"Gone"}', "; it takes Active, Inactive"),
        (PageAsk, '{"a` - at `$.order":1}', "unknown field `a` - at `$.order`"),
        (PageAsk, f'{{"{"x" * 100_000}":1}}', "x…"),
    ],
)  # fmt: skip
def test_a_wrong_choice_is_told_with_those_there_are(kind: type[Asked], body: str, words: str) -> None:
    """Who mistypes a value, or a name, reads how it is written; and never a page of what they sent."""
    with pytest.raises(BadQuestion) as told:
        asked(Sent("POST", "/v1/any", {}, body.encode()), kind)

    assert words in str(told.value)
    assert len(str(told.value)) < 700


def test_the_same_said_twice_is_said_once() -> None:
    """Only different values contradict each other."""
    assert asked(Sent("GET", "/v1/search?limit=7&limit=7", {}, b""), PageAsk).limit == 7


def test_what_cannot_be_read_is_told_without_its_parameters() -> None:
    """The refused try is an event all the same."""
    sent = Sent("POST", "/v1/search", {}, DEEP)

    assert (asking("actiontrail:SearchEvents", sent).parameters, _told(sent)) == ({}, {})


def test_a_range_that_ends_before_it_begins_is_refused_by_both_its_ends() -> None:
    """An empty answer would look as if nothing had happened there."""
    late, early = "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"
    with pytest.raises(OutOfRange, match=f"end '{early}' is before start '{late}'"):
        bounds(late, early)
    with pytest.raises(OutOfRange, match="start must be earlier than end"):
        Ranged(start=late, end=early).span()

    assert (bounds(early, early), bounds("", early)[0], bounds(late, "")[1]) == (
        (1_767_225_600_000,) * 2,
        None,
        None,
    )
