"""Which events a trail delivers where: every rule, alone and against its neighbours."""

import json
from typing import Any

import pytest

from actiontrail.delivery import rules as choosing
from actiontrail.delivery import selectors
from actiontrail.delivery.rules import Rules, Sight, View, chooses
from actiontrail.delivery.selectors import BadSelectors, Condition, DataSelector
from actiontrail.event.model import Event, parse

OSS, SLS, DATA, OTHER = Sight("oss"), Sight("sls"), Sight("data", "cn-hangzhou"), Sight("other")


def a_view(*, account: str = "1", region: str = "cn-hangzhou", **fields: Any) -> View:
    event = an_event(**{"eventRW": "Write", "acsRegion": region, **fields})
    category = choosing.category_of(event)
    return View(0, account, region, 1000, 1000, category, event.event_rw, bool(event.is_global), b"{}", event)


def an_event(**fields: Any) -> Event:
    told = {
        "eventId": "E",
        "eventName": "PutObject",
        "eventTime": "2026-01-02T03:04:05Z",
        "serviceName": "Oss",
        **fields,
    }
    return parse(json.dumps(told).encode())


def some_rules(**fields: Any) -> Rules:
    return Rules(**{"accounts": ("1",), "home_region": "cn-hangzhou", "event_rw": "All", **fields})


@pytest.mark.parametrize(
    ("rules", "view", "sight", "wanted"),
    [
        ({}, {}, OSS, True),
        ({}, {"account": "2"}, OSS, False),
        ({"accounts": ("1", "2"), "organization": True}, {"account": "2"}, OSS, True),
        ({"event_rw": "Write"}, {"eventRW": "Read"}, OSS, False),
        ({"event_rw": "Read"}, {"eventRW": "Read"}, OSS, True),
        ({"regions": ("cn-beijing",)}, {}, OSS, False),
        ({"regions": ("cn-beijing", "cn-hangzhou")}, {}, OSS, True),
        (
            {"regions": ("cn-hangzhou",)},
            {"region": ""},
            OSS,
            True,
        ),  # an event of no region is of the home region
        ({"regions": ("cn-beijing",)}, {"region": ""}, OSS, False),
        # a global event is of where global events are stored
        ({"regions": ("cn-hangzhou",), "global_region": "ap-southeast-1"}, {"isGlobal": True}, OSS, False),
        ({"regions": ("ap-southeast-1",), "global_region": "ap-southeast-1"}, {"isGlobal": True}, OSS, True),
        ({"global_region": "ap-southeast-1"}, {"isGlobal": True}, OSS, True),
        ({"from_ms": 1000, "before_ms": 1001}, {}, OSS, True),
        ({"from_ms": 1001}, {}, OSS, False),
        ({"before_ms": 1000}, {}, OSS, False),
        ({}, {}, DATA, False),
        # data events, by selectors alone, and never to a bucket
        ({}, {"eventCategory": "Data"}, DATA, False),
        ({"data": (DataSelector("Oss"),)}, {"eventCategory": "Data"}, DATA, True),
        ({"data": (DataSelector("Oss"),)}, {"eventCategory": "Data"}, OSS, False),
        ({"data": (DataSelector("Oss"),)}, {"eventCategory": "Data"}, SLS, False),
        ({"data": (DataSelector("Oss"),)}, {"eventCategory": "Data"}, OTHER, True),
        ({"data": (DataSelector("Oss"),)}, {"eventCategory": "Data", "region": "cn-beijing"}, DATA, False),
        (
            {"data": (DataSelector("Oss"),), "data_regions": ("cn-beijing",)},
            {"eventCategory": "Data"},
            OTHER,
            False,
        ),
        # event_rw says nothing of data events: their selectors do
        ({"event_rw": "Read", "data": (DataSelector("Oss"),)}, {"eventCategory": "Data"}, DATA, True),
        # insights, by type, of single accounts alone
        ({}, {"eventCategory": "Insight", "insightDetails": {"insightType": "AkInsight"}}, OSS, False),
        (
            {"insights": ("AkInsight",)},
            {"eventCategory": "Insight", "insightDetails": {"insightType": "AkInsight"}},
            OSS,
            True,
        ),
        (
            {"insights": ("AkInsight",)},
            {"eventType": "ActionTrailInsight", "insightDetails": {"insightType": "AkInsight"}},
            SLS,
            True,
        ),
        (
            {"insights": ("AkInsight",)},
            {"eventCategory": "Insight", "insightDetails": {"insightType": "IpInsight"}},
            OSS,
            False,
        ),
        (
            {"insights": ("AkInsight",), "organization": True},
            {"eventCategory": "Insight", "insightDetails": {"insightType": "AkInsight"}},
            OSS,
            False,
        ),
    ],
)
def test_a_rule_decides(rules: dict[str, Any], view: dict[str, Any], sight: Sight, *, wanted: bool) -> None:
    """An event too few is a hole in the evidence; one too many is a leak."""
    assert chooses(some_rules(**rules), sight, a_view(**view)) is wanted


ARN = "acs:oss:oss-cn-hangzhou:1:audit/report.pdf"


@pytest.mark.parametrize(
    ("selector", "event", "wanted"),
    [
        (DataSelector("Oss"), {}, True),
        (DataSelector("Kms"), {}, False),
        (DataSelector("Oss", "Write"), {"eventRW": "Write"}, True),
        (DataSelector("Oss", "Read"), {"eventRW": "Write"}, False),
        (DataSelector("Oss", event_name=Condition(equals=("GetObject", "PutObject"))), {}, True),
        (DataSelector("Oss", event_name=Condition(equals=("GetObject",))), {}, False),
        (DataSelector("Oss", event_name=Condition(not_equals=("GetObject",))), {}, True),
        (DataSelector("Oss", event_name=Condition(not_equals=("PutObject",))), {}, False),
        (DataSelector("Oss", event_name=Condition(("PutObject",), ("PutObject",))), {}, False),
        (DataSelector("Oss", resource_arn=Condition(equals=(ARN,))), {"resourceArn": ARN}, True),
        (DataSelector("Oss", resource_arn=Condition(equals=(ARN,))), {"resourceName": ARN}, True),
        (
            DataSelector("Oss", resource_arn=Condition(equals=("acs:oss:*:audit/*",))),
            {"resourceArn": ARN},
            True,
        ),
        (
            DataSelector("Oss", resource_arn=Condition(equals=("acs:oss:*:other/*",))),
            {"resourceArn": ARN},
            False,
        ),
        (DataSelector("Oss", resource_arn=Condition(equals=(ARN,))), {}, False),
        (DataSelector("Oss", resource_arn=Condition(not_equals=(ARN,))), {}, True),
        (DataSelector("Oss", resource_arn=Condition(not_equals=(ARN,))), {"resourceArn": ARN}, False),
        (
            DataSelector("Oss", resource_arn=Condition(equals=("audit",))),
            {"referencedResources": {"ACS::OSS::Bucket": ["audit"]}},
            True,
        ),
    ],
)
def test_a_selector_decides(selector: DataSelector, event: dict[str, Any], *, wanted: bool) -> None:
    """Within a selector everything must hold."""
    assert selectors.chooses((DataSelector("Nothing"), selector), an_event(**event)) is wanted


def test_selectors_are_read_as_they_are_written() -> None:
    """What GetDataEventSelector answers can be put again."""
    text = (
        '[{"ServiceName":"Oss","ReadWriteType":"Read","EventName":{"Equals":["a"],"NotEquals":["b"]},'
        '"ResourceArn":{"Equals":["c"]}},{"ServiceName":"Kms"}]'
    )
    assert selectors.encode_data(selectors.parse_data(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "[{}]",
        '[{"ServiceName":""}]',
        '[{"ServiceName":"Oss","ReadWriteType":"Both"}]',
        '[{"ServiceName":"Oss","EventNames":{}}]',
        '[{"ServiceName":"Oss","EventName":{"Equals":"a"}}]',
        '[{"ServiceName":"Oss","EventName":{"Equals":[1,2,3,4,5,6],"NotEquals":[7,8,9,10,11]}}]',
        '[{"ServiceName":"Oss","ResourceArn":{"Equals":["1","2","3","4","5","6"],"NotEquals":["7","8","9","10","11"]}}]',
        "[" + ",".join(['{"ServiceName":"Oss"}'] * 21) + "]",
    ],
)
def test_selectors_that_say_nothing_certain_are_refused(text: str) -> None:
    """A selector that was misread would leave a hole that nobody sees."""
    with pytest.raises(BadSelectors):
        selectors.parse_data(text)


@pytest.mark.parametrize(
    "text", ["", "{}", '["AkInsight"]', '[{"insightType":"Moon"}]', '[{"InsightType":"AkInsight"}]']
)
def test_insights_that_there_are_not_are_refused(text: str) -> None:
    """They would never come."""
    with pytest.raises(BadSelectors):
        selectors.parse_insights(text)


def test_rules_are_read_as_they_were_kept() -> None:
    """Spans are for years."""
    whole = some_rules(
        regions=("cn-beijing",),
        global_region="cn-hangzhou",
        organization=True,
        data=(DataSelector("Oss", "Read", Condition(("a",)), Condition(not_equals=("b",))),),
        data_regions=("cn-hangzhou",),
        insights=("AkInsight",),
        from_ms=1,
        before_ms=2,
    )
    assert choosing.parse(whole.encode()) == whole
