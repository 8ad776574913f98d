"""The quick way to read a plain event answers what the patient way answers, or leaves it to that."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrail.errors import Refusal
from actiontrail.event.formats import actiontrail, to_event
from actiontrail.event.model import WIRE_NAMES

PLAIN: dict[str, Any] = {
    "eventId": "E-1",
    "eventVersion": "1",
    "eventName": "DescribeInstances",
    "eventTime": "2026-01-02T03:04:05Z",
    "eventSource": "ecs.cn-hangzhou.aliyuncs.com",
    "serviceName": "Ecs",
    "errorCode": "",
    "isGlobal": False,
    "requestParameters": {"PageSize": 50, "Tag.1.Key": "env", "deep": {"er": [1, 2.5, None]}},
    "referencedResources": {"ACS::ECS::Instance": ["i-1", "i-2"]},
    "userIdentity": {"type": "ram-user", "userName": "Alice", "sessionContext": {"attributes": {}}},
}
ODDITIES = [
    {"eventVersion": 1},
    {"eventVersion": ""},
    {"eventId": ""},
    {"eventId": 17},
    {"eventName": ""},
    {"eventTime": "2026-01-02T03:04:05.678Z"},
    {"eventTime": "2026-01-02T03:04:05.1234567Z"},
    {"eventTime": "2026-01-02T03:04:05+08:00"},
    {"eventTime": "2026-01-02T03:04:05"},
    {"eventTime": "2026-01-02T23:59:60Z"},
    {"eventTime": "1969-12-31T23:59:59Z"},
    {"eventTime": "2262-01-01T00:00:00Z"},
    {"eventTime": 1767323045},
    {"eventTime": None},
    {"requestParameters": '{"a": 1}'},
    {"requestParameters": "no object"},
    {"requestParameters": None},
    {"requestParameters": [1]},
    {"referencedResources": {"VSwitch": "vsw-1"}},
    {"referencedResources": {"VSwitch": ["", "vsw-1"]}},
    {"referencedResources": {"VSwitch": [1, 2]}},
    {"userIdentity": {"type": "root-account", "arn": "x", "isBlack": True}},
    {"userIdentity": {"extra": {"a": 1}}},
    {"userIdentity": None},
    {"userIdentity": "Alice"},
    {"isGlobal": "true"},
    {"isGlobal": None},
    {"extra": {}},
    {"extra": {"a": 1}},
    {"tlsDetails": {"version": "1.3"}},
    {"awsRegion": "eu-west-1"},
    {"detail": {"eventName": "Inner", "eventTime": "2026-01-02T03:04:05Z", "eventId": "inner"}},
]


def _both(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[object, object]:
    """What `raw` gives as it is read, and what it gives without the quick way."""
    quick = _answer(raw)
    with monkeypatch.context() as patched:
        patched.setattr(actiontrail, "plain", lambda _raw: None)
        return quick, _answer(raw)


def _answer(raw: bytes) -> object:
    try:
        return to_event("actiontrail", raw)
    except Refusal as refusal:
        return str(refusal)


def test_a_plain_event_is_read_the_quick_way() -> None:
    """If nothing took it, the pairs below would agree and show nothing."""
    assert actiontrail.plain(msgspec.json.encode(PLAIN)) is not None


@pytest.mark.parametrize("oddity", [{}, *ODDITIES], ids=str)
def test_both_ways_to_read_an_event_agree(oddity: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The projection must not depend on which way an event was read."""
    quick, patient = _both(msgspec.json.encode({**PLAIN, **oddity}), monkeypatch)

    assert quick == patient


@pytest.mark.parametrize(
    "raw",
    [
        b'{"eventId":"a","eventName":"b","eventTime":"2026-01-02T03:04:05Z","\\u0065xtra":{}}',
        b'{"eventId":"a","eventId":"c","eventName":"b","eventTime":"2026-01-02T03:04:05Z"}',
        b'{"eventId":"a","eventName":"\xff","eventTime":"2026-01-02T03:04:05Z"}',
        b'{"eventId":"a","eventName":"b","eventTime":"2026-01-02T03:04:05Z","requestParameters":{"n":1e999}}',
        b'{"eventId":"a","eventName":"b","eventTime":"2026-01-02T03:04:05Z","requestParameters":'
        + b'{"n":' * 600
        + b"1"
        + b"}" * 601,
    ],
    ids=["escaped name", "name twice", "no UTF-8", "too large a number", "too deep"],
)
def test_both_ways_to_read_hostile_bytes_agree(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """What admission let in by one way must not be refused by the other when it is read for search."""
    quick, patient = _both(raw, monkeypatch)

    assert quick == patient


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*sorted(WIRE_NAMES), "extra", "other"]), VALUES, max_size=4))
def test_both_ways_agree_whatever_a_field_holds(fields: dict[str, Any]) -> None:
    """Nobody thinks of every oddity."""
    with pytest.MonkeyPatch.context() as patched:
        quick, patient = _both(msgspec.json.encode({**PLAIN, **fields}), patched)

    assert quick == patient
