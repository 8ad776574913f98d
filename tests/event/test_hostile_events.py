"""Events of every format with anything in any place: refused or mapped, never a crash."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actiontrail.event import model
from actiontrail.event.channel import told
from actiontrail.event.formats import (
    FORMATS,
    Identity,
    UnknownFormat,
    UnmappableEvent,
    account,
    detect,
    identify,
    to_event,
)
from actiontrail.event.selector import leaf_texts, matches, parse

NAMES = sorted(
    model.WIRE_NAMES
    | {
        "EventName",
        "EventTime",
        "EventID",
        "UserIdentity",
        "event",
        "detail",
        "data",
        "__time__",
        "time",
        "account",
    }
    | {
        "awsRegion",
        "eventID",
        "readOnly",
        "insightDetails",
        "resources",
        "managementEvent",
        "digestStartTime",
    }
    | {
        "apiVersion",
        "kind",
        "auditID",
        "verb",
        "stage",
        "user",
        "sourceIPs",
        "objectRef",
        "responseStatus",
        "requestReceivedTimestamp",
    }
    | {
        "protoPayload",
        "insertId",
        "timestamp",
        "resource",
        "logName",
        "specversion",
        "type",
        "data_base64",
        "subject",
    }
    | {
        "operationName",
        "eventTimestamp",
        "caller",
        "claims",
        "properties",
        "status",
        "resourceId",
        "category",
        "callerIpAddress",
    }
    | {"action", "ts", "actor", "ip", "id"}
)
INNER = [
    "value", "type", "principalId", "userName", "sessionContext", "sessionIssuer", "methodName", "status", "code", "authenticationInfo",
    "principalEmail", "requestMetadata", "authorizationInfo", "request", "@type", "labels", "username", "resource", "name", "a.b",
]  # fmt: skip
strings = st.sampled_from(
    ["", "A", "2026-03-01T02:03:04Z", "audit.k8s.io/v1", "1.0", "{}", '{"eventName":"A"}', "true", "é/x:y"]
) | st.text(max_size=5)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | strings
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER + NAMES), inner, max_size=4)
    ),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from(NAMES), values, max_size=8)
NEEDED = {
    "actiontrail": {"eventName": "A", "eventTime": "2026-03-01T02:03:04Z"},
    "cloudtrail": {"eventName": "A", "awsRegion": "r"},
    "kubernetes": {"apiVersion": "audit.k8s.io/v1", "verb": "get"},
    "gcp": {"protoPayload": {"methodName": "a"}},
    "azure": {"operationName": "a", "category": "b"},
    "cloudevents": {"specversion": "1.0", "type": "a"},
    "generic": {"action": "a", "ts": 1772330584},
}


PLAIN = {
    "actiontrail": {"eventId": "1", "recipientAccountId": "2"},
    "cloudtrail": {"eventID": "1", "eventTime": "2026-03-01T02:03:04Z", "recipientAccountId": "2"},
}


def answer(ask: Callable[[], Identity]) -> Identity | str:
    try:
        return ask()
    except UnmappableEvent as refusal:
        return refusal.field


def mapped(name: str, raw: bytes) -> Identity:
    event = to_event(name, raw)
    assert model.parse(model.encode(event)) == event
    assert told(event).channel
    return Identity(event.event_id, account(event))


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=150, deadline=None)
@given(objects, st.data())
def test_anything_in_any_place_is_refused_or_mapped(
    name: str, obj: dict[str, Any], data: st.DataObject
) -> None:
    """Sources change their fields without asking us, and some are written by an adversary."""
    needed = NEEDED[name] if data.draw(st.integers(0, 3)) else {}
    raw = json.dumps({**PLAIN.get(name, {}), **obj, **needed}).encode()
    assert answer(lambda: identify(name, raw)) == answer(lambda: mapped(name, raw))


@settings(max_examples=300, deadline=None)
@given(objects)
def test_a_told_format_is_one_of_ours(obj: dict[str, Any]) -> None:
    """Whatever comes in, the answer is a format's name or a refusal."""
    try:
        name = detect(obj)
    except UnknownFormat:
        return
    assert name in FORMATS


@settings(max_examples=200, deadline=None)
@given(objects)
def test_every_word_of_an_event_finds_it(obj: dict[str, Any]) -> None:
    """Search by anything at once means: whatever you saw in an event brings you back to it."""
    texts = [text for text in leaf_texts(obj) if text.isalnum()]
    assert all(matches(parse(f'"{text}"'), obj) for text in texts)
