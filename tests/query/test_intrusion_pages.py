"""The pages on the sample account's intrusion: the alarming morning, the leaked key, and what lives on from it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.kit.pages import World, a_world

from actiontrail.cli import sample
from actiontrail.cli.sample.company import LEAKED_KEY
from actiontrail.cli.sample.story import NEW_KEY, USER
from actiontrail.query.pages.ground import Span
from actiontrail.query.pages.key import Activity, activity, is_denial
from actiontrail.query.pages.overview import overview

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = a_world(tmp_path_factory.mktemp("key"), sample.events(NOW))
    yield made
    made.projection.close()


@pytest.fixture(scope="module")
def page(world: World) -> Activity:
    return activity(world.ground(), LEAKED_KEY, Span(None, None))


def test_all_that_the_key_did_is_counted(world: World, page: Activity) -> None:
    """Every figure, by hand."""
    mine = world.those(lambda one: one.event.user_identity.access_key_id == LEAKED_KEY)
    writes = [one.event.event_id for one in mine if one.event.event_rw == "Write"]

    assert (page.events, page.failures, page.writes_total, [one.event_id for one in page.writes]) == (
        len(mine),
        len([one for one in mine if one.event.error_code]),
        len(writes),
        writes,
    )
    assert sum(one.count for one in page.discovery) == len(mine) - len(writes)
    assert sum(one.count for one in page.refused) == page.failures
    assert {one.value for one in page.addresses} == {one.event.source_ip_address for one in mine}


def test_what_the_intruder_left_behind_is_followed(world: World, page: Activity) -> None:
    """Disabling the key is not enough: it made a user, with a key and a password of its own."""
    by_key = world.those(lambda one: one.event.user_identity.access_key_id == NEW_KEY)
    by_user = world.those(lambda one: one.event.user_identity.user_name == USER)

    assert [(one.kind, one.value, one.to) for one in page.made] == [
        ("user", USER, ""),
        ("key", NEW_KEY, USER),
        ("policy", "AdministratorAccess", USER),
        ("user", USER, ""),
    ]
    assert {(one.kind, one.value): (one.events, one.generation) for one in page.heirs} == {
        ("user", USER): (len(by_user), 1),
        ("key", NEW_KEY): (len(by_key), 1),
    }


def test_where_a_key_came_from_is_told(world: World, page: Activity) -> None:
    """The new key's page leads back to the leaked one."""
    made = activity(world.ground(), NEW_KEY, Span(None, None)).origin

    assert made is not None
    assert (made.event_name, made.who.access_key_id, page.origin) == ("CreateAccessKey", LEAKED_KEY, None)


def test_calls_that_were_denied_are_told_apart_from_mistakes(page: Activity) -> None:
    """A thief tries doors; a robot makes typing errors."""
    assert {one.error_code: one.denied for one in page.refused}["NoPermission"]
    assert [
        is_denial(code) for code in ("Forbidden.RAM", "AccessDenied", "Throttling", "InvalidParameter")
    ] == [
        True,
        True,
        False,
        False,
    ]


def test_a_key_that_nobody_used_is_an_empty_page(world: World) -> None:
    """And costs no error."""
    page = activity(world.ground(), "LTAInobody", Span(None, None))

    assert (page.events, page.writes, page.heirs, page.first_seen) == (0, (), (), "")


def test_the_morning_after_an_intrusion_is_alarming(world: World) -> None:
    """The page has to show what the night left: a new user, a new address, a sign-in without a second factor."""
    end = int(NOW.timestamp() * 1000)
    page = overview(
        world.ground(), Span(end - 3 * 86_400_000, end), end, recorded=lambda: NOW - timedelta(seconds=5)
    )

    assert "svc-backup-agent" in {one.value for one in page.new_actors}
    assert {"203.0.113.66", "203.0.113.67"} <= {one.value for one in page.new_addresses}
    assert "svc-backup-agent" in {one.who.value for one in page.signins_without_mfa}
    assert "DeleteTrail" in {one.event_name for one in page.sensitive}
    assert (page.proof.size, page.proof.age_seconds) == (len(world.events), 5)


def test_sources_are_told_with_when_they_were_last_heard(world: World) -> None:
    """Silence is the first thing that an intruder makes."""
    end = int(NOW.timestamp() * 1000)
    page = overview(world.ground(), Span(end - 86_400_000, end), end, recorded=lambda: None)

    assert [(one.source, one.format, one.total) for one in page.sources] == [
        ("key:LTAIexample", "actiontrail", len(world.events))
    ]
