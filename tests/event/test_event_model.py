"""The event's own form: written and read back without loss."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from actiontrail.event import model
from actiontrail.event.formats import BUILT_IN
from actiontrail.event.model import WIRE_NAMES, Event, UserIdentity

texts = st.text(max_size=6)
values = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**64 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(texts, values, max_size=3)
strangers = st.dictionaries(texts.filter(lambda name: name not in WIRE_NAMES), values, max_size=2)
some_text = st.text(min_size=1, max_size=6)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2261, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
who = st.builds(
    UserIdentity,
    type=texts,
    principal_id=texts,
    account_id=texts,
    user_name=texts,
    access_key_id=texts,
    session_context=objects,
    extra=strangers.filter(
        lambda one: (
            not {"type", "principalId", "accountId", "userName", "accessKeyId", "sessionContext"} & set(one)
        )
    ),
)
events = st.builds(
    Event,
    event_id=texts, event_name=some_text, event_time=moments, event_version=some_text, event_category=texts, event_rw=texts, event_source=texts,
    event_type=texts, acs_region=texts, api_version=texts, service_name=texts, request_id=texts, request_parameters=objects,
    request_parameter_json=texts, response_elements=objects, referenced_resources=st.dictionaries(texts, st.lists(some_text, max_size=2), max_size=2),
    resource_type=texts, resource_name=texts, source_ip_address=texts, vpc_id=texts, user_agent=texts, user_identity=who,
    additional_event_data=objects, error_code=texts, error_message=texts, is_global=st.none() | st.booleans(), recipient_account_id=texts,
    event_attributes=objects, extra=strangers,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(events)
def test_an_event_is_read_back_as_it_was_written(event: Event) -> None:
    """The projection holds the written form; what it answers must be the event itself."""
    assert model.parse(model.encode(event)) == event


def test_every_field_is_written_in_the_public_spelling() -> None:
    """The official clients read these names, and nothing tells them when one is misspelled."""
    full: dict[str, Any] = {
        "eventId": "1", "eventName": "A", "eventTime": "2026-01-01T00:00:00.5Z", "eventVersion": "1", "eventCategory": "Management",
        "eventRW": "Read", "eventSource": "s", "eventType": "ApiCall", "acsRegion": "r", "apiVersion": "v", "serviceName": "Ecs",
        "requestId": "q", "requestParameters": {"a": 1}, "requestParameterJson": '{"a":1}', "responseElements": {"b": 1},
        "referencedResources": {"T": ["n"]}, "resourceType": "T", "resourceName": "n", "sourceIpAddress": "192.0.2.1", "vpcId": "vpc-1",
        "userAgent": "u", "additionalEventData": {"c": 1}, "errorCode": "e", "errorMessage": "m", "isGlobal": True,
        "recipientAccountId": "9", "eventAttributes": {"SensitiveAction": "true"}, "eventLevel": "x",
        "userIdentity": {
            "type": "t", "principalId": "p", "accountId": "9", "userName": "n", "accessKeyId": "k",
            "sessionContext": {"attributes": {}}, "arn": "x",
        },
    }  # fmt: skip
    assert model.document(model.from_document(full)) == full


@given(events)
def test_the_fast_way_to_write_an_event_writes_the_same_object(event: Event) -> None:
    """What a trail delivers is what LookupEvents answers."""
    assert json.loads(model.encode_fast(event)) == json.loads(model.encode(event))


def test_the_fast_way_writes_no_field_twice() -> None:
    """A version read from JSON equals the usual one and is another object, which the encoder does not leave out."""
    told = {"eventId": "1", "eventName": "E", "eventTime": "2026-01-01T00:00:00Z", "eventVersion": "1"}
    raw = json.dumps(told | {"userIdentity": {"type": "ram-user"}}).encode()
    read = [
        BUILT_IN.to_event("actiontrail", raw),
        Event(
            event_id="1",
            event_name="E",
            event_time=datetime(2026, 1, 1, tzinfo=UTC),
            user_identity=UserIdentity(type="x"),
        ),
    ]

    assert [model.encode_fast(one).count(b'"eventVersion"') for one in read] == [1, 1]


def test_the_fast_way_knows_what_it_must_leave_to_the_other() -> None:
    """Empty ids, nobody, fractions of a second, zones, and what has no place of its own."""
    odd = [
        Event(event_id="", event_name="E", event_time=datetime(2026, 1, 1, tzinfo=UTC)),
        Event(event_id="1", event_name="", event_time=datetime(2026, 1, 1, tzinfo=UTC)),
        Event(event_id="1", event_name="E", event_time=datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
        Event(
            event_id="1", event_name="E", event_time=datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=8)))
        ),
        Event(event_id="1", event_name="E", event_time=datetime(2026, 1, 1, tzinfo=UTC), event_version=""),
        Event(event_id="1", event_name="E", event_time=datetime(2026, 1, 1, tzinfo=UTC), extra={"a": 1}),
        Event(
            event_id="1",
            event_name="E",
            event_time=datetime(2026, 1, 1, tzinfo=UTC),
            user_identity=UserIdentity(extra={"arn": "x"}),
            is_global=False,
        ),
    ]

    assert [json.loads(model.encode_fast(one)) for one in odd] == [
        json.loads(model.encode(one)) for one in odd
    ]
