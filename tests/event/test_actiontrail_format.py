"""ActionTrail's own events: every oddity of its documents and deliveries comes through."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actiontrail.event import model
from actiontrail.event.formats import (
    Identity,
    UnknownFormat,
    UnmappableEvent,
    account,
    detect,
    identify,
    to_event,
)

PLAIN: dict[str, Any] = {
    "eventId": "0A1B-2C3D",
    "eventName": "StopInstance",
    "eventTime": "2026-03-01T02:03:04Z",
    "eventSource": "ecs.cn-hangzhou.aliyuncs.com",
    "acsRegion": "cn-hangzhou",
    "userIdentity": {"type": "ram-user", "accountId": "1000000000000001", "userName": "alice"},
}
MAPPED: dict[str, Any] = {**PLAIN, "eventVersion": "1", "eventRW": "Write"}


def said(obj: object) -> dict[str, Any]:
    """What the event of `obj` looks like to whoever looks it up."""
    return model.document(to_event("actiontrail", json.dumps(obj).encode()))


PAIRS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "version as a number": (PLAIN | {"eventVersion": 1}, MAPPED),
    "version as a string": (PLAIN | {"eventVersion": "1"}, MAPPED),
    "version empty": (PLAIN | {"eventVersion": ""}, MAPPED),
    "empty strings and nulls": (PLAIN | {"errorCode": "", "errorMessage": None, "requestParameters": "", "isGlobal": None}, MAPPED),
    "account as a number": (
        PLAIN | {"userIdentity": {"accountId": 1000000000000001, "type": "root-account"}},
        MAPPED | {"userIdentity": {"accountId": "1000000000000001", "type": "root-account"}},
    ),
    "session attributes of 2015": (
        PLAIN | {"userIdentity": {"sessionContext": {"sessionAttributes": {"mfaAuthenticated": "true"}}}},
        MAPPED | {"userIdentity": {"sessionContext": {"sessionAttributes": {"mfaAuthenticated": "true"}}}},
    ),
    "masked address": (PLAIN | {"sourceIpAddress": "192.168.XX.XX"}, MAPPED | {"sourceIpAddress": "192.168.XX.XX"}),
    "service as address": (PLAIN | {"sourceIpAddress": "Internal"}, MAPPED | {"sourceIpAddress": "Internal"}),
    "local offset without a colon": (PLAIN | {"eventTime": "2026-03-01T10:03:04.120+0800"}, MAPPED | {"eventTime": "2026-03-01T02:03:04.12Z"}),
    "time without an offset": (PLAIN | {"eventTime": "2026-03-01 02:03:04"}, MAPPED),
    "time in milliseconds": (PLAIN | {"eventTime": 1772330584000}, MAPPED),
    "parameters as a string": (PLAIN | {"requestParameters": '{"A.1.B":2}'}, MAPPED | {"requestParameters": {"A.1.B": 2}}),
    "an answer that is no object": (PLAIN | {"responseElements": ["ok"]}, MAPPED | {"responseElements": ["ok"]}),
    "fields of tomorrow": (PLAIN | {"eventLevel": 3}, MAPPED | {"eventLevel": 3}),
    "an insight has no name but its type": (
        {"eventId": "493C", "eventCategory": "Insight", "eventTime": "2023-07-24T03:27:00Z", "insightDetails": {"insightType": "IpInsight"}},
        {"eventId": "493C", "eventName": "IpInsight", "eventVersion": "1", "eventCategory": "Insight", "eventRW": "Write",
         "eventType": "ActionTrailInsight", "eventTime": "2023-07-24T03:27:00Z", "insightDetails": {"insightType": "IpInsight"}},
    ),
    "not global": (PLAIN | {"isGlobal": False}, MAPPED | {"isGlobal": False}),
    "resources give the flat pair": (
        PLAIN | {"referencedResources": {"ACS::ECS::Instance": ["i-1", "i-2"], "ACS::ECS::Disk": ["d-1"]}},
        MAPPED
        | {
            "referencedResources": {"ACS::ECS::Instance": ["i-1", "i-2"], "ACS::ECS::Disk": ["d-1"]},
            "resourceType": "ACS::ECS::Instance;ACS::ECS::Disk",
            "resourceName": "i-1,i-2;d-1",
        },
    ),
    "the flat pair gives resources": (
        PLAIN | {"resourceType": "A;B", "resourceName": "1,2;3"},
        MAPPED | {"resourceType": "A;B", "resourceName": "1,2;3", "referencedResources": {"A": ["1", "2"], "B": ["3"]}},
    ),
    "a pair that does not align": (
        PLAIN | {"resourceType": "A;B", "resourceName": "1"},
        MAPPED | {"resourceType": "A;B", "resourceName": "1"},
    ),
    "capital letters": (
        {
            "EventId": "0A1B-2C3D", "EventName": "StopInstance", "EventTime": "2026-03-01T02:03:04.000+0000", "EventVersion": "",
            "EventSource": "ecs.cn-hangzhou.aliyuncs.com", "AcsRegion": "cn-hangzhou", "IsBlack": False,
            "UserIdentity": {"Type": "ram-user", "AccountId": "1000000000000001", "UserName": "alice", "InvokedBy": ""},
        },
        MAPPED | {"IsBlack": False, "userIdentity": {**PLAIN["userIdentity"], "InvokedBy": ""}},
    ),
    "platform event": (
        {
            "EventID": "p-1", "EventVersion": "1.0.0", "EventName": "Decrypt", "EventTime": "2026-03-01T02:03:04Z", "EventProduct": "KMS",
            "EventLocation": "cn-hangzhou", "ResourceType": "Acs::Kms::Key", "ResourceID": "key-1", "ResourceOwnerID": "1000000000000001",
        },
        {
            "eventId": "p-1", "eventVersion": "1.0.0", "eventName": "Decrypt", "eventTime": "2026-03-01T02:03:04Z", "serviceName": "KMS",
            "acsRegion": "cn-hangzhou", "resourceType": "Acs::Kms::Key", "resourceName": "key-1", "recipientAccountId": "1000000000000001",
            "referencedResources": {"Acs::Kms::Key": ["key-1"]}, "eventRW": "Write",
        },
    ),
    "a row of the log service": ({"__topic__": "actiontrail_audit_event", "__time__": 1, "event": json.dumps(PLAIN)}, MAPPED),
    "a wrapped object": ({"id": "sample", "event": PLAIN}, MAPPED),
}  # fmt: skip


@pytest.mark.parametrize("case", PAIRS)
def test_every_oddity_of_an_event_comes_through(case: str) -> None:
    """An audit trail that refuses what its own cloud sends has lost it."""
    source, expected = PAIRS[case]
    assert (detect(source), said(source)) == ("actiontrail", expected)


@pytest.mark.parametrize("case", PAIRS)
def test_identify_names_the_event_that_is_later_mapped(case: str) -> None:
    """Admission looks at a few fields, the reader at all: they must speak of the same event."""
    raw = json.dumps(PAIRS[case][0]).encode()
    event = to_event("actiontrail", raw)
    assert identify("actiontrail", raw) == Identity(event.event_id, account(event))


BAD = {
    "eventName": b'{"eventId":"1","eventTime":"2026-01-01T00:00:00Z"}',
    "eventTime": b'{"eventId":"1","eventName":"A"}',
    "eventTime ": b'{"eventId":"1","eventName":"A","eventTime":"yesterday"}',
    "eventTime  ": b'{"eventId":"1","eventName":"A","eventTime":"9999-01-01T00:00:00Z"}',
    "eventTime   ": b'{"eventId":"1","eventName":"A","eventTime":{}}',
}


@pytest.mark.parametrize("field", BAD)
def test_what_is_no_event_is_refused_by_the_field_that_says_so(field: str) -> None:
    """Whoever sent it must find the mistake without us."""
    with pytest.raises(UnmappableEvent) as refusal:
        identify("actiontrail", BAD[field])
    assert refusal.value.field == field.strip()


def with_x(x: bytes) -> bytes:
    return (
        b'{"eventId":"1","eventName":"A","eventTime":"2026-01-01T00:00:00Z","recipientAccountId":"9","x":'
        + x
        + b"}"
    )


HOSTILE = {
    "not JSON": b"{",
    "an array": b"[]",
    "not UTF-8": with_x(b'"\xff"'),
    "half a surrogate": with_x(b'"\\ud800"'),
    "deep": with_x(b"[" * 100_000 + b"]" * 100_000),
    "a little too deep": with_x(b"[" * 512 + b"]" * 512),
    "no number": with_x(b"NaN"),
}


@pytest.mark.parametrize("ask", [identify, to_event])
@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_bytes_are_refused_and_never_crash(case: str, ask: Callable[[str, bytes], object]) -> None:
    """One line of a batch must not take the process, or its neighbours, with it."""
    with pytest.raises(UnmappableEvent):
        ask("actiontrail", HOSTILE[case])


@pytest.mark.parametrize("ask", [identify, to_event])
def test_nesting_up_to_the_limit_is_taken(ask: Callable[[str, bytes], object]) -> None:
    """The limit is a number that we tell, not where some decoder happens to give up; brackets in text are none."""
    assert ask("actiontrail", with_x(b"[" * 510 + b'"' + b"[" * 90 + b'\\"{"' + b"]" * 510))


def test_numbers_beyond_any_machine_type_stay_as_their_digits() -> None:
    """They are valid JSON, so the event is recorded; that no engine holds them is our problem."""
    raw = (
        b'{"eventId":"1","eventName":"A","eventTime":"2026-01-01T00:00:00Z","x":'
        + b"1" * 5000
        + b',"y":1e999}'
    )
    assert to_event("actiontrail", raw).extra == {"x": "1" * 5000, "y": "1e999"}


def test_an_event_without_an_id_gets_the_same_one_each_time() -> None:
    """Sent twice it must be found to be a repeat; line breaks between tokens are not kept by the record."""
    raw = b'{"eventName":"A",\n"eventTime":"2026-01-01T00:00:00Z"}'
    again = raw.replace(b"\n", b"")
    assert identify("actiontrail", raw) == identify("actiontrail", again)


def test_an_unknown_object_is_refused_with_its_fields() -> None:
    """The message has to tell which object it was."""
    with pytest.raises(UnknownFormat, match="colour"):
        detect({"colour": "red"})


texts = st.text(max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
times = (
    st.sampled_from(
        [
            "2026-03-01T02:03:04Z",
            "2026-03-01T02:03:04+08:00",
            "",
            "1970-01-01T00:00:00Z",
            "2261-12-31T23:59:59-01:00",
            "x",
        ]
    )
    | texts
)
loose_events = st.fixed_dictionaries(
    {},
    optional={
        "eventId": texts | json_values,
        "eventName": st.just("A") | json_values,
        "eventTime": times | st.datetimes().map(lambda moment: moment.isoformat() + "Z") | json_values,
        "recipientAccountId": texts | json_values,
        "userIdentity": st.fixed_dictionaries({}, optional={"accountId": texts | json_values}) | json_values,
        "EventName": texts,
        "EventTime": times,
        "event": json_values,
    },
)


def answer(ask: Callable[[bytes], Identity], raw: bytes) -> Identity | None:
    try:
        return ask(raw)
    except UnmappableEvent:
        return None


def mapped_identity(raw: bytes) -> Identity:
    event = to_event("actiontrail", raw)
    return Identity(event.event_id, account(event))


@settings(max_examples=300, deadline=None)
@given(loose_events, st.sampled_from([b"", b"\xff", b"1e999"]))
def test_identify_accepts_exactly_what_can_be_mapped(obj: dict[str, Any], odd: bytes) -> None:
    """An event admitted but not mappable would be recorded and never found."""
    raw = msgspec.json.encode(obj)
    if odd:
        raw = (
            raw[:-1]
            + (b"," if obj else b"")
            + b'"odd":'
            + (odd if odd == b"1e999" else b'"' + odd + b'"')
            + b"}"
        )
    assert answer(lambda one: identify("actiontrail", one), raw) == answer(mapped_identity, raw)
