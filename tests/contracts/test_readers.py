"""Uses of keys, insight events and counts by day: the projection and the shelf of the kit answer alike."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
import pytest
from tests.kit.lookup import Shelf
from tests.kit.projection import ACCOUNT, Paper, a_projection, an_event
from tests.kit.readers import ShelfInsights, ShelfKeyUse

from actiontrail.query import insightquestion as insightevents
from actiontrail.query import keyquestion as keyuse
from actiontrail.query.insightevents import InsightEvents
from actiontrail.query.keyuse import KeyUse

START, END = 1_772_323_200_000, 1_772_496_000_000  # 2026-03-01 to 2026-03-03
KEY = "LTAIexample"


def an_insight(number: int, kind: str, about: str, **fields: Any) -> dict[str, Any]:
    return an_event(
        "",
        eventId=f"N{number}",
        eventType="ActionTrailInsight",
        eventTime=f"2026-03-0{1 + number % 2}T08:{number:02}:00Z",
        acsRegion=("cn-hangzhou", "cn-beijing")[number % 3 == 0],
        sourceIpAddress="",
        serviceName="",
        userIdentity={},
        insightDetails={"insightType": kind, "insightObject": about},
        **fields,
    )


EVENTS = [
    an_event("RunInstances", eventTime="2026-03-01T08:00:00Z", referencedResources={"ACS::ECS::Disk": ["d-1", "d-2"]}),
    an_event("StopInstance", eventTime="2026-03-02T08:00:00Z", sourceIpAddress="203.0.113.9"),
    an_insight(1, "IpInsight", "203.0.113.9"),
    an_insight(2, "AkInsight", KEY),
    an_insight(3, "ApiCallRateInsight", "Ecs"),
    an_insight(4, "ApiErrorRateInsight", "RunInstances"),
    an_insight(5, "IpInsight", "203.0.113.7"),
]  # fmt: skip


class Both:
    """The same readers twice."""

    def __init__(self, uses: Any, insights: Any) -> None:
        self.uses, self.insights = uses, insights

    def walk(self, **conditions: str) -> list[str]:
        told: list[str] = []
        after = None
        while True:
            asked = insightevents.Asked(
                account=ACCOUNT,
                start_ms=START,
                end_ms=END,
                conditions=tuple(conditions.items()),
                limit=2,
                after=after,
            )
            page = self.insights.look_up(asked)
            told += [msgspec.json.decode(event)["eventId"] for event in page.events]
            after = page.next
            if after is None:
                return told

    def used(self, by: keyuse.By) -> list[tuple[str, ...]]:
        asked = keyuse.Asked(account=ACCOUNT, key=KEY, by=by, since_ms=START)
        return [
            (use.first, use.second, use.source, use.detail().partition(",")[0])
            for use in self.uses.uses(asked).uses
        ]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    ledger = Paper(EVENTS)
    ledger.write([an_insight(6, "IpInsight", "203.0.113.9")], "9999999999999999")
    projection = a_projection(tmp_path_factory.mktemp("readers"), ledger)
    yield Both(KeyUse(projection), InsightEvents(projection))
    projection.close()


@pytest.fixture(scope="module")
def double() -> Both:
    shelf = Shelf()
    for event in EVENTS:
        shelf.put(event, account=ACCOUNT)
    return Both(ShelfKeyUse(shelf), ShelfInsights(shelf))


@pytest.fixture(params=["real", "double"])
def both(request: pytest.FixtureRequest) -> Both:
    found: Both = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, ["N5", "N3", "N1", "N4", "N2"]),
        ({"InsightType": "IpInsight"}, ["N5", "N1"]),
        ({"InsightObject": "Ecs"}, ["N3"]),
        ({"SourceIpAddress": "203.0.113.9"}, ["N1"]),
        ({"AccessKeyId": KEY}, ["N2"]),
        ({"ServiceName": "Ecs"}, ["N3"]),
        ({"EventName": "RunInstances"}, ["N4"]),
        ({"EventId": "N6"}, []),
        ({"ServiceName": "Ecs", "EventName": "RunInstances"}, []),
    ],
)
def test_insight_events_are_found_by_what_they_are_about(
    both: Both, conditions: dict[str, str], expected: list[str]
) -> None:
    """Newest first, page by page, nobody else's."""
    assert both.walk(**conditions) == expected


def test_insights_are_counted_by_type_and_region(both: Both) -> None:
    """A figure on a page of an overview."""
    found = both.insights.counts(ACCOUNT, START, END)

    assert [tuple(one) for one in found] == [
        ("IpInsight", "cn-hangzhou", 2),
        ("AkInsight", "cn-hangzhou", 1),
        ("ApiCallRateInsight", "cn-beijing", 1),
        ("ApiErrorRateInsight", "cn-hangzhou", 1),
    ]


def test_events_are_counted_by_day_also_where_there_are_none(both: Both) -> None:
    """A gap in a chart is a zero."""
    found = both.insights.by_day(ACCOUNT, date(2026, 2, 28), date(2026, 3, 2))

    assert list(found.items()) == [
        (date(2026, 2, 28), 0),
        (date(2026, 3, 1), 3),
        (date(2026, 3, 2), 4),
    ]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("service", [("Ecs", "", "id-StopInstance")]),
        ("operation", [("StopInstance", "", "id-StopInstance"), ("RunInstances", "", "id-RunInstances")]),
        ("address", [("203.0.113.9", "", "id-StopInstance"), ("203.0.113.7", "", "id-RunInstances")]),
        ("resource", [("ACS::ECS::Disk", "d-2", "id-RunInstances"), ("ACS::ECS::Disk", "d-1", "id-RunInstances")]),
    ],
)  # fmt: skip
def test_a_keys_last_uses(both: Both, by: keyuse.By, expected: list[tuple[str, ...]]) -> None:
    """Latest first; of one event, by name."""
    assert both.used(by) == [
        (first, second, "ManagementEvent", f'{{"eventId":"{event}"') for first, second, event in expected
    ]
