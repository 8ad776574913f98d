"""LookupEvents' question, asked of the projection."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.kit.projection import ACCOUNT, Paper, a_projection, an_event, names

from actiontrail.query.lookup import lookup
from actiontrail.query.projection import Projection
from actiontrail.query.question import Page, Question

OTHER = "9999999999999999"
EVER: dict[str, Any] = {"account": ACCOUNT, "start": 0, "end": 4_000_000_000_000}
EVENTS = [
    an_event("RunInstances", eventRW="Write", eventTime="2026-03-01T08:00:01Z"),
    an_event(
        "AssumeRole",
        serviceName="Sts",
        eventTime="2026-03-01T08:00:02Z",
        requestId="REQ-1",
        userIdentity={"type": "assumed-role", "userName": "Admin:bob", "principalId": "300:bob"},
    ),
    an_event(
        "DeleteDisk",
        eventTime="2026-03-01T08:00:02Z",
        resourceType="ACS::ECS::Disk;ACS::ECS::Instance",
        resourceName="d-1,d-2;i-1",
        eventAttributes={"SensitiveAction": "true"},
    ),
    an_event("ConsoleSignin", eventType="ConsoleSignin", eventTime="2026-03-01T08:00:00.5Z"),
]


@pytest.fixture(scope="module")
def projection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Projection]:
    ledger = Paper(EVENTS)
    ledger.write([an_event("Theirs")], OTHER)
    found = a_projection(tmp_path_factory.mktemp("lookup"), ledger)
    yield found
    found.close()


def asked(projection: Projection, *conditions: tuple[str, str], **more: Any) -> list[str]:
    return names(lookup(projection, Question(**EVER, conditions=conditions, **more)).events)


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("ServiceName", "Sts", ["AssumeRole"]),
        ("ServiceName", "sts", []),
        ("EventName", "DeleteDisk", ["DeleteDisk"]),
        ("EventName", "Delete", []),
        ("User", "Admin:bob", ["AssumeRole"]),
        ("RoleName", "Admin", ["AssumeRole"]),
        ("PrincipalId", "300:bob", ["AssumeRole"]),
        ("RequestId", "REQ-1", ["AssumeRole"]),
        ("EventId", "id-RunInstances", ["RunInstances"]),
        ("ResourceType", "ACS::ECS::Disk", ["DeleteDisk"]),
        ("ResourceName", "d-2", ["DeleteDisk"]),
        ("ResourceName", "i-1", ["DeleteDisk"]),
        ("EventRW", "Write", ["RunInstances"]),
        ("EventAccessKeyId", "LTAIexample", ["DeleteDisk", "RunInstances", "ConsoleSignin"]),
        ("SensitiveAction", "true", ["DeleteDisk"]),
        ("SourceIpAddress", "203.0.113.7", ["DeleteDisk", "AssumeRole", "RunInstances", "ConsoleSignin"]),
        ("EventType", "ConsoleSignin", ["ConsoleSignin"]),
        ("User", "' OR 1=1 --", []),
        ("User", ":::", []),
    ],
)
def test_each_key_finds_exactly_its_events_newest_first(
    projection: Projection, key: str, value: str, found: list[str]
) -> None:
    """Exact and case-sensitive, as the managed service is."""
    assert asked(projection, (key, value)) == found


def test_two_conditions_must_both_hold(projection: Projection) -> None:
    """Pairs narrow."""
    assert asked(projection, ("ServiceName", "Ecs"), ("EventRW", "Write")) == ["RunInstances"]


def test_oldest_first_is_the_same_list_turned_round(projection: Projection) -> None:
    """Events of one moment stand in the ledger's order, so that a page can begin between them."""
    assert asked(projection, newest_first=False) == list(reversed(asked(projection)))


def test_the_range_holds_its_start_and_not_its_end(projection: Projection) -> None:
    """Half-open, like every range here."""
    second = 1_772_352_001_000
    page = lookup(projection, Question(account=ACCOUNT, start=second, end=second + 1000))

    assert names(page.events) == ["RunInstances"]


@pytest.mark.parametrize("newest_first", [True, False])
def test_pages_join_to_the_whole_without_a_gap_or_a_double(
    projection: Projection, newest_first: bool
) -> None:
    """Two events share a moment; a page that ended on the time alone would lose or repeat one."""
    question = Question(**EVER, newest_first=newest_first, limit=1)
    seen: list[str] = []
    page = Page([], None)
    for _ in EVENTS:
        page = lookup(projection, question._replace(after=page.next))
        seen += names(page.events)

    assert (seen, page.next) == (asked(projection, newest_first=newest_first), None)


def test_nobody_finds_another_accounts_event(projection: Projection) -> None:
    """Not even by its id."""
    assert asked(projection, ("EventId", "id-Theirs")) == []
