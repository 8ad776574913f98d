"""What questions become on the wire, and what answers become on the terminal."""

import pytest

from actiontrail.cli.questions import Incomplete, lookup_parameters, row, sent_events
from actiontrail.errors import Refusal


def test_attributes_are_numbered_pairs() -> None:
    """As LookupEvents takes them."""
    parameters = lookup_parameters(
        {"ServiceName": "Ecs", "EventRW": "Write"}, start="2026-01-02", end="2026-01-03"
    )

    assert parameters == {
        "LookupAttribute.1.Key": "ServiceName",
        "LookupAttribute.1.Value": "Ecs",
        "LookupAttribute.2.Key": "EventRW",
        "LookupAttribute.2.Value": "Write",
        "StartTime": "2026-01-02T00:00:00Z",
        "EndTime": "2026-01-03T00:00:00Z",
    }


def test_a_third_attribute_is_refused_because_it_would_be_ignored() -> None:
    """The API drops it silently, and one would believe a wider answer."""
    with pytest.raises(Refusal, match="search"):
        lookup_parameters({"ServiceName": "a", "EventRW": "b", "User": "c"}, start="", end="")


def test_an_end_needs_a_start() -> None:
    """The API takes both or neither."""
    with pytest.raises(Incomplete):
        lookup_parameters({}, start="", end="now")


def test_a_live_stream_is_read_event_by_event_with_its_place() -> None:
    """The place is where a broken connection is taken up again."""
    lines = [
        ": from 3",
        "",
        "id: 3",
        "event: event",
        'data: {"eventId":"a"}',
        "",
        ": seen 4",
        "",
        "id:9",
        'data:{"eventId":"b"}',
        "",
    ]

    assert list(sent_events(iter(lines))) == [("3", {"eventId": "a"}), ("9", {"eventId": "b"})]


@pytest.mark.parametrize(
    ("event", "shown"),
    [
        ({}, ("", "", "", "", "", "ok", "")),
        (
            {
                "eventTime": "t",
                "eventName": "StopLogging",
                "serviceName": "Actiontrail",
                "userIdentity": {"userName": "eve"},
                "errorCode": "NoPermission",
                "eventId": "1",
            },
            ("t", "eve", "Actiontrail.StopLogging", "", "", "NoPermission", "1"),
        ),
        (
            {"eventName": "X", "userIdentity": {"type": "root-account"}},
            ("", "root-account", "X", "", "", "ok", ""),
        ),
    ],
)
def test_an_event_is_one_line_for_people(event: dict[str, object], shown: tuple[str, ...]) -> None:
    """Who, what, from where, with what result: whatever is missing leaves its place empty."""
    assert row(event) == shown
