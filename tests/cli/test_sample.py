"""The sample account: the same for the same seed, shaped as the real thing, and with its story in it."""

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from actiontrail.cli.demo import lines
from actiontrail.cli.sample import ACCOUNT, SEED, events, story
from actiontrail.event.formats import to_event

NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
STORY_PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "the-intrusion.md"
OWN = {story.ATTACKER_ADDRESS, story.SECOND_ADDRESS}


def story_ids(now: datetime, seed: int = SEED) -> list[str]:
    return [str(event["eventId"]) for event in events(now, seed=seed) if event["sourceIpAddress"] in OWN]


def test_the_same_seed_gives_the_same_bytes() -> None:
    """A tutorial can name what one will see only if everybody sees the same."""
    assert lines(ACCOUNT, SEED, NOW) == lines(ACCOUNT, SEED, NOW)


def test_the_story_keeps_its_event_ids_on_whatever_day_it_is_told() -> None:
    """The tutorial names events by their ids."""
    assert story_ids(NOW) == story_ids(NOW + timedelta(days=3, hours=7))


def test_another_seed_gives_other_ids() -> None:
    """Two sample accounts in one record must not count as repeats of each other."""
    assert set(story_ids(NOW)) & set(story_ids(NOW, seed=SEED + 1)) == set()


@pytest.mark.parametrize(
    "now", [NOW, NOW.replace(hour=0, minute=0), datetime(2024, 3, 1, 23, 59, tzinfo=UTC)]
)
def test_all_of_it_happened_in_the_fourteen_days_before_now(now: datetime) -> None:
    """A search of the last two weeks finds everything, and nothing comes from the future."""
    times = [datetime.fromisoformat(str(event["eventTime"])) for event in events(now)]

    assert now - timedelta(days=14, seconds=1) <= min(times) <= max(times) <= now


def test_there_are_some_three_thousand_events_with_ids_of_their_own() -> None:
    """Enough to look around in, few enough to be there at once."""
    ids = [event["eventId"] for event in events(NOW)]

    assert (2500 < len(ids) < 4000, len(set(ids)) == len(ids)) == (True, True)


def test_it_shows_what_a_real_account_shows() -> None:
    """Services, channels, nights, weekends and errors: what a search or a rule has to cope with."""
    told = events(NOW)
    services = {str(event["serviceName"]) for event in told}
    agents = " ".join({str(event["userAgent"]) for event in told})
    hours = {int(str(event["eventTime"])[11:13]) for event in told}
    weekdays = Counter(datetime.fromisoformat(str(event["eventTime"])).weekday() for event in told)

    assert {"Ecs", "Vpc", "Ram", "Oss", "Rds", "Kms", "Slb", "Ims", "AasSub", "AasCustomer"} <= services
    assert [
        word for word in ("console", "Terraform", "aliyun-cli", "Python", "Java/") if word not in agents
    ] == []
    assert (hours == set(range(24)), weekdays[6] < weekdays[1] / 1.5) == (True, True)


def test_every_event_maps_as_one_of_actiontrails_own() -> None:
    """The sample is a test of the mapping, too."""
    told = lines(ACCOUNT, SEED, NOW)
    mapped = [to_event("actiontrail", line) for line in told]

    assert [event.event_id for event in mapped] == [json.loads(line)["eventId"] for line in told]


def test_the_intrusion_is_told_step_by_step() -> None:
    """What an investigator is meant to find, in the order in which it happened."""
    writes = [
        str(event["eventName"])
        for event in events(NOW)
        if event["sourceIpAddress"] in OWN and event["eventRW"] == "Write"
    ]

    assert writes == [
        "CreateUser",
        "CreateAccessKey",
        "AttachPolicyToUser",
        "CreateLoginProfile",
        "ConsoleSignin",
        "StopLogging",
        "DeleteTrail",
        "CreateSnapshot",
        "ModifySnapshotAttribute",
        "AuthorizeSecurityGroup",
        "DeleteInstances",
        "DeleteInstances",
        "DeleteInstances",
    ]


def test_the_tutorial_names_events_that_are_there() -> None:
    """Ids on that page are typed into a terminal by people who are new here."""
    named = set(re.findall(r"\b[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\b", STORY_PAGE.read_text()))

    assert (len(named) > 2, named - {str(event["eventId"]) for event in events(NOW)}) == (True, set())
