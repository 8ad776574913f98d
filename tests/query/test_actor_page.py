"""The actor's page, counted by hand over the same events."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from tests.kit.pages import Seen as One
from tests.kit.pages import World, a_world, at, fortnight, ms

from actiontrail.query.pages.actor import Actor, actor
from actiontrail.query.pages.ground import Span, resources_of
from actiontrail.query.search import OutOfRange

SPAN = Span(ms(7), ms(14))
WHO: dict[str, tuple[str, Callable[[One], bool]]] = {
    "user": ("alice", lambda one: one.event.user_identity.user_name == "alice"),
    "principal": ("3001:ci", lambda one: one.event.user_identity.principal_id == "3001:ci"),
    "role": ("deployer", lambda one: one.role == "deployer"),
    "key": ("LTAIalice", lambda one: one.event.user_identity.access_key_id == "LTAIalice"),
    "address": ("203.0.113.7", lambda one: one.event.source_ip_address == "203.0.113.7"),
}
STORY: list[dict[str, Any]] = [
    {
        "eventId": "assume-1", "eventName": "AssumeRole", "serviceName": "Sts", "eventRW": "Write", "eventTime": at(8),
        "userIdentity": {"type": "ram-user", "userName": "alice", "accessKeyId": "LTAIalice"},
        "requestParameters": {"RoleArn": "acs:ram::1234567890123456:role/deployer", "RoleSessionName": "ci"},
        "responseElements": {"Credentials": {"AccessKeyId": "STS.ci1"}},
    },
    {
        "eventId": "assume-2", "eventName": "AssumeRole", "serviceName": "Sts", "eventRW": "Write", "eventTime": at(9),
        "userIdentity": {"type": "ram-user", "userName": "alice", "accessKeyId": "LTAIalice"},
        "requestParameters": {"RoleArn": "acs:ram::1234567890123456:role/admin", "RoleSessionName": "x"},
        "errorCode": "NoPermission",
    },
    {
        "eventId": "new-1", "eventName": "StopLogging", "serviceName": "Actiontrail", "eventRW": "Write", "eventTime": at(10),
        "sourceIpAddress": "198.51.100.66", "userIdentity": {"type": "ram-user", "userName": "alice", "accessKeyId": "LTAIalice"},
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = a_world(tmp_path_factory.mktemp("actor"), [*fortnight(), *STORY], fortnight(2, 60))
    yield made
    made.projection.close()


def top(values: list[str]) -> list[tuple[str, int]]:
    counted = Counter(value for value in values if value)
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:20]


@pytest.mark.parametrize("kind", WHO)
def test_what_an_actor_did_is_counted_as_by_hand(world: World, kind: str) -> None:
    """Each figure of the page, for each of the five ways to name somebody."""
    value, holds = WHO[kind]
    page = actor(world.ground(), kind, value, SPAN)
    mine, ever = world.those(holds, SPAN), world.those(holds, Span(None, SPAN.end))
    fields: dict[str, Callable[[One], str]] = {
        "services": lambda one: one.event.service_name,
        "events": lambda one: one.event.event_name,
        "errorCodes": lambda one: one.event.error_code,
        "channels": lambda one: one.channel,
        "addresses": lambda one: one.event.source_ip_address,
        "regions": lambda one: one.event.acs_region,
        "keys": lambda one: one.event.user_identity.access_key_id,
        "users": lambda one: one.event.user_identity.user_name,
        "agents": lambda one: one.event.user_agent,
    }

    assert {name: [(one.value, one.count) for one in found] for name, found in page.counts.items()} == {
        name: top([read(one) for one in mine]) for name, read in fields.items()
    }
    assert page.distinct == {name: len({read(one) for one in mine} - {""}) for name, read in fields.items()}
    assert (page.events, page.writes, page.failures, page.sensitive, page.past.events) == (
        len(mine),
        len([one for one in mine if one.event.event_rw == "Write"]),
        len([one for one in mine if one.event.error_code]),
        len([one for one in mine if one.event.event_attributes]),
        len(ever) - len(mine),
    )


@pytest.mark.parametrize("kind", WHO)
def test_the_resources_of_an_actor_are_counted_as_by_hand(world: World, kind: str) -> None:
    """However a source tells its resources, each has its own type."""
    value, holds = WHO[kind]
    page = actor(world.ground(), kind, value, SPAN)
    writes: Counter[tuple[str, str]] = Counter()
    reads: Counter[tuple[str, str]] = Counter()
    for one in world.those(holds, SPAN):
        for each in resources_of(one.document):
            (writes if one.event.event_rw == "Write" else reads)[each.type, each.id] += 1
    expected = sorted(
        ((kind, name, writes[kind, name], reads[kind, name]) for kind, name in {*writes, *reads}),
        key=lambda row: (-row[2], -row[3], row[0], row[1]),
    )[:20]

    assert [(one.type, one.id, one.writes, one.reads) for one in page.resources] == expected


def test_the_heat_map_counts_each_hour_of_the_week_where_the_reader_lives(world: World) -> None:
    """Three in the morning is suspicious only in somebody's own time."""
    page = actor(world.ground(), "user", "alice", SPAN, offset_minutes=480)
    counted: Counter[tuple[int, int]] = Counter()
    for one in world.those(WHO["user"][1], SPAN):
        local = one.event.event_time.timestamp() + 480 * 60
        counted[(int(local // 86_400) + 3) % 7 + 1, int(local // 3600) % 24] += 1

    assert {(cell.weekday, cell.hour): cell.count for cell in page.heat} == dict(counted)


def test_what_is_new_was_never_there_before(world: World) -> None:
    """A key that calls a service for the first time is the first thing one wants to see."""
    page = actor(world.ground(), "user", "alice", SPAN)

    assert {name: [one.value for one in found] for name, found in page.new.items()} == {
        "services": ["Sts", "Actiontrail"],
        "events": ["AssumeRole", "StopLogging"],
        "addresses": ["198.51.100.66"],
        "regions": [],
        "keys": [],
        "agents": [],
    }


def test_roles_that_were_assumed_are_told_with_what_their_sessions_did(world: World) -> None:
    """From the person to the role to what was done as it, and back."""
    mine = actor(world.ground(), "user", "alice", SPAN).roles_assumed
    role = actor(world.ground(), "role", "deployer", SPAN).assumed_by
    key = actor(world.ground(), "key", "STS.ci1", SPAN).assumed_by
    used = world.count(lambda one: one.event.user_identity.access_key_id == "STS.ci1")

    assert [
        (one.event_id, one.role, one.session, one.access_key_id, one.error_code, one.events) for one in mine
    ] == [
        ("assume-2", "admin", "x", "", "NoPermission", 0),
        ("assume-1", "deployer", "ci", "STS.ci1", "", used),
    ]
    assert [(one.event_id, one.by) for one in (*role, *key)] == [("assume-1", "alice")] * 2


def test_an_actor_that_nobody_knows_is_an_empty_page(world: World) -> None:
    """Another account's actors among them: not even their number is told."""
    page: Actor = actor(world.ground(), "user", "nobody", SPAN)

    assert (page.events, page.first_seen, page.counts["events"], page.past.events) == (0, "", (), 0)


def test_a_kind_that_there_is_none_of_is_refused(world: World) -> None:
    """A misspelled kind would otherwise look like an innocent actor."""
    with pytest.raises(OutOfRange, match="user, principal, role, key, address"):
        actor(world.ground(), "usr", "alice", SPAN)


def test_an_answer_is_json_with_public_names(world: World) -> None:
    """Structs are the schema: programs are made from it."""
    told = msgspec.json.decode(msgspec.json.encode(actor(world.ground(), "user", "alice", SPAN)))

    assert {"firstSeen", "rolesAssumed", "assumedBy", "seen"} <= told.keys()
