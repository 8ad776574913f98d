"""What LookupEvents promises, asked of every implementation: the projection, and the small one in memory.

The small one is obviously right, and the operation is tested over it; that is worth something only if
both do the same.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import msgspec
import pytest
from tests.kit.lookup import Shelf, values
from tests.kit.projection import ACCOUNT, Paper, a_projection, an_event

from actiontrail.query.lookup import lookup
from actiontrail.query.question import KEYS, Page, Position, Question

OTHER = "9999999999999999"
START, END = 1_772_352_000_000, 1_772_352_010_000  # 2026-03-01T08:00:00Z and ten seconds later
ROLE = {"type": "assumed-role", "userName": "Admin:bob", "principalId": "300:bob", "accessKeyId": "STS.1"}
USER = {"type": "ram-user", "userName": "Zoë 中文", "principalId": "200", "accessKeyId": "LTAI1"}
SHAPES: list[dict[str, Any]] = [
    {"userIdentity": USER, "eventRW": "Write", "requestId": "R1"},
    {"userIdentity": ROLE, "serviceName": "Sts", "eventName": "AssumeRole"},
    {"userIdentity": {"type": "root-account", "userName": "root"}, "eventType": "ConsoleSignin"},
    {"resourceType": "ACS::ECS::Disk;ACS::ECS::Instance", "resourceName": "d-1,d-2;i-1"},
    {"referencedResources": {"ACS::ECS::Disk": ["d-9"]}, "eventAttributes": {"SensitiveAction": "true"}},
    {"sourceIpAddress": "2001:db8::15", "eventRW": "Read", "userIdentity": USER},
]
DOCUMENTS = [
    an_event(
        f"Call{number}",
        **{"eventTime": f"2026-03-01T08:00:0{number // 3}Z", "eventId": f"id-{number}", **shape},
    )
    for number, shape in enumerate(SHAPES * 4)
]
Lookup = Callable[[Question], Page]


@pytest.fixture(scope="module")
def projected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookup]:
    paper = Paper(DOCUMENTS)
    paper.write([an_event("Theirs", eventTime="2026-03-01T08:00:01Z")], OTHER)
    projection = a_projection(tmp_path_factory.mktemp("contract"), paper)
    yield lambda question: lookup(projection, question)
    projection.close()


def shelved() -> Lookup:
    shelf = Shelf()
    for document in DOCUMENTS:
        shelf.put(document, account=ACCOUNT)
    shelf.put(an_event("Theirs", eventTime="2026-03-01T08:00:01Z"), account=OTHER)
    return shelf.lookup


@pytest.fixture(params=["in memory", "projection"])
def look(request: pytest.FixtureRequest) -> Lookup:
    """Each implementation in turn."""
    return shelved() if request.param == "in memory" else request.getfixturevalue("projected")


def ids(page: Page) -> list[str]:
    return [msgspec.json.decode(event)["eventId"] for event in page.events]


def brute(*conditions: tuple[str, str]) -> list[str]:
    """The ids that must be found, newest first."""
    found = [d["eventId"] for d in DOCUMENTS if all(value in values(d, key) for key, value in conditions)]
    return found[::-1]


@pytest.mark.parametrize("key", KEYS)
def test_every_value_of_every_key_finds_its_events_and_no_others(look: Lookup, key: str) -> None:
    """Exact, with case, whole: no word of it, no beginning of it."""
    said = sorted({value for document in DOCUMENTS for value in values(document, key) if value})
    asked = [*said, *(value.swapcase() for value in said), *(value[:-1] for value in said)]

    found = {v: ids(look(Question(ACCOUNT, START, END, ((key, v),), limit=50))) for v in asked if v}

    assert found == {value: brute((key, value)) for value in found}


def test_two_conditions_must_both_hold(look: Lookup) -> None:
    """Every pair of a service with something else, and what it finds."""
    pairs = [
        (("ServiceName", service), (key, value))
        for service, key in product(("Ecs", "Sts"), KEYS)
        for value in sorted({value for document in DOCUMENTS for value in values(document, key) if value})[:3]
    ]

    found = [ids(look(Question(ACCOUNT, START, END, pair, limit=50))) for pair in pairs]

    assert found == [brute(*pair) for pair in pairs]


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 5, 24, 50])
def test_pages_hold_every_event_once_in_order(look: Lookup, newest_first: bool, limit: int) -> None:
    """Events of one second are told apart by their index."""
    seen: list[str] = []
    after: Position | None = None
    while True:
        page = look(Question(ACCOUNT, START, END, (), newest_first, limit, after))
        seen += ids(page)
        after = page.next
        if after is None:
            break

    assert seen == (brute() if newest_first else brute()[::-1])


@pytest.mark.parametrize(("start", "end"), [(0, 1000), (1000, 2000), (999, 1001), (8000, 9000), (0, 1)])
def test_a_range_begins_with_its_start_and_ends_before_its_end(look: Lookup, start: int, end: int) -> None:
    """Two ranges side by side hold each event once."""
    expected = [f"id-{n}" for n in reversed(range(len(DOCUMENTS))) if start <= (n // 3) * 1000 < end]

    assert ids(look(Question(ACCOUNT, START + start, START + end, (), limit=50))) == expected


def test_another_account_is_another_world(look: Lookup) -> None:
    """Its events are found by it, and only by it."""
    assert [len(look(Question(account, START, END)).events) for account in (OTHER, "1")] == [1, 0]
