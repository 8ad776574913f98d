"""What an access key was last used for, against brute force, and page by page while it goes on."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.kit.projection import ACCOUNT, Paper, a_projection, an_event

from actiontrail.query.keyquestion import Asked, By, Use
from actiontrail.query.keyuse import KeyUse

KEY, OTHER = "LTAIexample0001", "LTAIexample0002"
SERVICES = ("Ecs", "Ram", "Oss")


def a_call(number: int, dice: random.Random) -> dict[str, Any]:
    return an_event(
        dice.choice(("DescribeInstances", "StopInstance", "DeleteInstance")),
        eventId=f"id-{number}",
        eventTime=f"2026-03-{1 + number // 100:02}T08:{number % 60:02}:00Z",
        serviceName=dice.choice(SERVICES),
        sourceIpAddress=f"203.0.113.{dice.randrange(9)}",
        userIdentity={"type": "ram-user", "accessKeyId": dice.choice((KEY, OTHER)), "userName": "alice"},
        referencedResources={"ACS::ECS::Instance": [f"i-{dice.randrange(12)}", f"i-{dice.randrange(12)}"]},
    )


@pytest.fixture
def ledger() -> Paper:
    dice = random.Random(3)
    return Paper([a_call(number, dice) for number in range(400)])


@pytest.fixture
def uses(tmp_path: Path, ledger: Paper) -> Iterator[KeyUse]:
    ledger.write([a_call(1, random.Random(1))], "9999999999999999")
    projection = a_projection(tmp_path / "p", ledger)
    yield KeyUse(projection)
    projection.close()


def values(event: dict[str, Any], by: By) -> list[tuple[str, str]]:
    match by:
        case "service":
            return [(event["serviceName"], "")]
        case "operation":
            return [(event["eventName"], "")]
        case "address":
            return [(event["sourceIpAddress"], "")]
        case "resource":
            return [(kind, name) for kind, names in event["referencedResources"].items() for name in names]


def brute(ledger: Paper, by: By, service: str) -> dict[tuple[str, str], str]:
    """The id of the last event of KEY for each value."""
    import json

    found: dict[tuple[str, str], tuple[str, int, str]] = {}
    for index, line in enumerate(ledger.held):
        record = json.loads(line)
        event = record["event"]
        mine = record["account"] == ACCOUNT and event["userIdentity"]["accessKeyId"] == KEY
        if not mine or (service and event["serviceName"] != service):
            continue
        for value in values(event, by):
            found[value] = max(found.get(value, ("", 0, "")), (event["eventTime"], index, event["eventId"]))
    return {value: last[2] for value, last in found.items()}


def walk(uses: KeyUse, by: By, service: str, limit: int = 2, between: Any = None) -> list[Use]:
    told: list[Use] = []
    after = None
    while True:
        asked = Asked(account=ACCOUNT, key=KEY, by=by, since_ms=0, service=service, limit=limit, after=after)
        page = uses.uses(asked)
        told += page.uses
        after = page.next
        if after is None:
            return told
        if between:
            between()


@pytest.mark.parametrize("service", ["", "Ecs"])
@pytest.mark.parametrize("by", ["service", "operation", "address", "resource"])
def test_the_last_use_of_each_is_told_once_latest_first(
    uses: KeyUse, ledger: Paper, by: By, service: str
) -> None:
    """Whoever decides on a key's deletion goes by this list."""
    told = walk(uses, by, service)

    assert (
        {(use.first, use.second): use.event["eventId"] for use in told},
        [use.used_ms for use in told],
        len(told),
    ) == (
        brute(ledger, by, service),
        sorted((use.used_ms for use in told), reverse=True),
        len({(use.first, use.second) for use in told}),
    )


def test_a_key_at_work_hides_nothing_of_a_walk(uses: KeyUse, ledger: Paper) -> None:
    """Each new call moves what it was for to the front, past whoever turns pages."""
    before = brute(ledger, "address", "")
    dice = random.Random(9)

    def works() -> None:
        ledger.write([a_call(500 + len(ledger.held), dice) for _ in range(5)])
        while uses._projection.follow(ledger):
            pass

    told = walk(uses, "address", "", limit=1, between=works)

    assert {(use.first, use.second): use.event["eventId"] for use in told} == before


def test_a_key_that_was_never_seen_has_no_use(uses: KeyUse) -> None:
    """Not even another account's."""
    assert (
        uses.last(ACCOUNT, "LTAInever", 0),
        uses.last("9999999999999999", "LTAInever", 0),
        uses.last(ACCOUNT, KEY, 2**42),
    ) == (None, None, None)
