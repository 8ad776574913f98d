"""Formats that an operator declares: read as declared, refused by their key, and outlived by their records."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from actiontrail.event.formats import (
    BUILT_IN,
    FORMATS,
    Formats,
    Identity,
    UnknownFormat,
    UnmappableEvent,
    declaring,
)
from actiontrail.event.formats.generic import BadFieldMap

WHEN = "2026-03-01T08:00:00Z"
RECEIVED = datetime(2026, 3, 1, 9, tzinfo=UTC)
SHOP = {
    "eventId": "no",
    "eventName": "what",
    "eventTime": ("when", "at"),
    "userIdentity.userName": "who.name",
    "recipientAccountId": "branch",
}
SOLD = json.dumps(
    {"no": "s-1", "what": "SellCow", "at": WHEN, "who": {"name": "jack"}, "branch": "7"}
).encode()


@pytest.fixture
def formats() -> Formats:
    return declaring({"shop": SHOP})


def test_a_declared_format_is_read_as_it_was_declared(formats: Formats) -> None:
    """What admission asks and what search shows come from one mapping."""
    event = formats.to_event("shop", SOLD)

    assert (event.event_id, event.event_name, event.user_identity.user_name) == ("s-1", "SellCow", "jack")
    assert event.event_time == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert formats.identify("shop", SOLD) == Identity("s-1", "7")


def test_declaring_leaves_the_built_in_formats_as_they_are(formats: Formats) -> None:
    """Two records in one process may declare different ones: nothing is shared that could change."""
    assert (formats.names, "shop" in BUILT_IN, "shop" in FORMATS) == ((*FORMATS, "shop"), False, False)
    with pytest.raises(UnmappableEvent, match="there is no format 'shop'"):
        BUILT_IN.to_event("shop", SOLD)


def test_a_declared_format_is_never_guessed() -> None:
    """Else a line in a settings file would change how other senders' events are read."""
    greedy = declaring({"any": {"eventName": "eventName"}, "shop": SHOP})
    ours = {"eventName": "Run", "eventTime": WHEN, "eventId": "1"}

    assert greedy.detect(ours) == BUILT_IN.detect(ours) == "actiontrail"
    with pytest.raises(UnknownFormat, match="generic, any, shop"):
        greedy.detect(json.loads(SOLD))


def test_the_parts_of_the_caller_may_stand_in_a_table_of_their_own() -> None:
    """TOML makes one of `userIdentity.userName = …` if the quotes are forgotten."""
    nested = {"eventName": "what", "userIdentity": {"userName": "who.name"}}

    event = declaring({"shop": nested}).to_event("shop", SOLD)

    assert event.user_identity.user_name == "jack"


@pytest.mark.parametrize(
    ("name", "fields", "told"),
    [
        ("shop", {"eventName": "a", "colour": "b"}, r"^formats\.shop\.colour: is no field"),
        ("shop", {"eventName": "a", "userIdentity.hat": "b"}, r'^formats\.shop\."userIdentity\.hat": is no part'),
        ("shop", {"eventName": "a", "userIdentity": "b"}, r"^formats\.shop\.userIdentity: map its parts"),
        ("shop", {"eventName": "a", "eventTime.x": "b"}, r'^formats\.shop\."eventTime\.x": is no field'),
        ("shop", {"eventName": ""}, r"^formats\.shop\.eventName: a place"),
        ("shop", {"eventName": []}, r"^formats\.shop\.eventName: a place"),
        ("shop", {"eventName": ["a", ""]}, r"^formats\.shop\.eventName: a place"),
        ("shop", {"eventName": 3}, r"^formats\.shop\.eventName: a place"),
        ("shop", {"eventName": "a", "userIdentity": {"userName": {}}}, r'^formats\.shop\."userIdentity\.userName": a place'),
        ("shop", {"eventName": "a..b"}, r"^formats\.shop\.eventName: a place"),
        ("shop", {"eventTime": "a"}, r"^formats\.shop\.eventName: is not mapped"),
        ("gcp", {"eventName": "a"}, r"^formats\.gcp: this is a built-in format"),
        ("Shop", {"eventName": "a"}, r"^formats\.Shop: a format's name"),
        ("s" * 33, {"eventName": "a"}, r"^formats\.s{33}: a format's name"),
        ("shop\n", {"eventName": "a"}, r"a format's name"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_by_its_key(name: str, fields: dict[str, Any], told: str) -> None:
    """Found out later, it would have cost every event in between."""
    with pytest.raises(BadFieldMap, match=told):
        declaring({name: fields})


def test_a_record_whose_format_nobody_declares_any_more_is_read_by_the_generic_mapping() -> None:
    """A line taken out of the settings must not hide what was recorded, nor stop anybody."""
    plain = json.dumps({"id": "p-1", "action": "sell", "time": WHEN}).encode()

    event = BUILT_IN.recorded("shop", plain)

    assert (
        (event.event_id, event.event_name) == ("p-1", "sell") == (BUILT_IN.recorded_id("shop", plain), "sell")
    )


def test_a_record_that_no_mapping_reads_stays_findable_as_it_came() -> None:
    """It was taken and answered for; from then on it is never refused."""
    event = BUILT_IN.recorded("shop", SOLD, received=RECEIVED)

    assert (event.event_name, event.event_time) == ("Unmapped", RECEIVED)
    assert event.additional_event_data["original"] == SOLD.decode()
    assert BUILT_IN.recorded_id("shop", SOLD) == event.event_id


def test_the_id_of_a_record_is_the_one_that_it_was_admitted_under(formats: Formats) -> None:
    """The memory of repeats is made again from the records; another id would let a repeat in twice."""
    for name, raw in (
        ("shop", SOLD),
        ("actiontrail", b'{"eventId":"1","eventName":"a","eventTime":"2026-03-01T08:00:00Z"}'),
    ):
        assert formats.recorded_id(name, raw) == formats.identify(name, raw).event_id
