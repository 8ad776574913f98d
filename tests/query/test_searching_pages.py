"""The small questions of the search bar: surroundings, completion, what a pasted string is, why nothing was found."""

from collections.abc import Callable, Iterator

import pytest
from tests.kit.pages import Seen as One
from tests.kit.pages import World, a_world, at, fortnight, ms

from actiontrail.errors import Refusal
from actiontrail.query.pages.around import surroundings
from actiontrail.query.pages.empty import why
from actiontrail.query.pages.find import candidates, find, looks_like
from actiontrail.query.pages.ground import Span
from actiontrail.query.pages.suggest import suggest

EVER = Span(None, None)
DAY = 86_400


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    theirs = [event | {"eventId": f"T-{number}", "userIdentity": {"userName": "mallory"}} for number, event in enumerate(fortnight(2, 60))]  # fmt: skip
    given = {"PolicyName": "ReadOnly", "Tag.1.Key": "cost", "Hours": [{"From": 9}], "Odd~ Näme": "yes"}
    oldest = fortnight(3, 1)[0] | {"eventId": "oldest", "eventTime": at(0.001), "requestParameters": given}
    made = a_world(tmp_path_factory.mktemp("bar"), [*fortnight(), oldest], theirs)
    yield made
    made.projection.close()


def an_event(world: World, holds: Callable[[One], bool]) -> One:
    found = world.those(holds)
    return found[len(found) // 2]


SAME: dict[str, tuple[Callable[[One], bool], Callable[[One, One], bool]]] = {
    "actor": (
        lambda one: one.role == "deployer",
        lambda one, other: one.role == other.role,
    ),
    "session": (
        lambda one: one.event.user_identity.access_key_id == "STS.ci1",
        lambda one, other: one.event.user_identity.access_key_id == other.event.user_identity.access_key_id,
    ),
    "resource": (
        lambda one: len(one.names) > 1,
        lambda one, other: bool({*one.names} & {*other.names}),
    ),
    "address": (
        lambda one: one.event.source_ip_address == "2001:db8::1",
        lambda one, other: one.event.source_ip_address == other.event.source_ip_address,
    ),
}


@pytest.mark.parametrize("by", SAME)
def test_the_surroundings_of_an_event_are_those_found_by_hand(world: World, by: str) -> None:
    """On each of the four axes, in order, and no further than the window."""
    holds, same = SAME[by]
    center = an_event(world, holds)
    found = surroundings(world.ground(), center.event.event_id, by, window_seconds=DAY, limit=500)
    near = world.those(
        lambda one: one is not center and same(center, one) and abs(one.ms - center.ms) <= DAY * 1000
    )
    place = (center.ms, center.index)

    assert [one.event_id for one in found.before] == [
        one.event.event_id for one in near if (one.ms, one.index) < place
    ]
    assert [one.event_id for one in found.after] == [
        one.event.event_id for one in near if (one.ms, one.index) > place
    ]


def test_a_session_without_a_key_is_a_principal_and_when_it_began(world: World) -> None:
    """People on a console have no key; their session is told by its beginning."""
    center = an_event(world, lambda one: one.event.user_identity.user_name == "bob")
    found = surroundings(world.ground(), center.event.event_id, "session", window_seconds=20 * DAY, limit=500)
    bobs = world.count(lambda one: one.event.user_identity.user_name == "bob")

    assert (len(found.before) + len(found.after), found.values) == (
        bobs - 1,
        ("2002", "2026-03-01T00:00:00Z"),
    )


def test_the_nearest_come_first_when_there_are_too_many(world: World) -> None:
    """What happened a second before matters more than what happened a day before."""
    center = an_event(world, lambda one: one.role == "deployer")
    few = surroundings(world.ground(), center.event.event_id, "actor", window_seconds=20 * DAY, limit=2)
    many = surroundings(world.ground(), center.event.event_id, "actor", window_seconds=20 * DAY, limit=500)

    assert (few.before, few.after, few.more_before, few.more_after) == (
        many.before[-2:],
        many.after[:2],
        True,
        True,
    )


@pytest.mark.parametrize(("event_id", "by"), [("F-1", "planet"), ("T-1", "actor"), ("nothing", "actor")])
def test_what_has_no_surroundings_is_refused(world: World, event_id: str, by: str) -> None:
    """Another account's event among them."""
    with pytest.raises(Refusal):
        surroundings(world.ground(), event_id, by)


@pytest.mark.parametrize(
    ("field", "prefix", "expected"),
    [
        ("", "userid", ["userIdentity.accessKeyId", "userIdentity.accountId", "userIdentity.principalId"]),
        ("", "requestParameters.s", ["requestParameters.Size"]),
        ("userIdentity.userName", "AL", ["alice"]),
        ("event.serviceName", "r", ["Ram", "Rds"]),
        ("resourceType", "acs::ecs::d", ["ACS::ECS::Disk"]),
        ("channel", "t", ["terraform"]),
        ("requestParameters.Size", "", ["0", "1", "2"]),
        ("userIdentity.userName", "mallory", []),
    ],
)
def test_completion_proposes_what_there_is(
    world: World, field: str, prefix: str, expected: list[str]
) -> None:
    """Names of fields and their values, in any case, of this account alone."""
    found = suggest(world.ground(), field, prefix, EVER, limit=20)

    assert sorted(one.text for one in found.proposals)[: len(expected) or None] == expected


def test_values_that_only_old_events_have_are_proposed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attached policy is one event among a day's ten thousand reads, and the one that is looked for."""
    monkeypatch.setattr("actiontrail.query.pages.suggest.OPENED", 5)
    found = {
        name: [(one.text, one.count) for one in suggest(world.ground(), f"requestParameters.{name}", "", EVER).proposals]
        for name in ("PolicyName", "Tag.1.Key", "Odd~ Näme", "policyname", "Hours")
    }  # fmt: skip

    assert found == {
        "PolicyName": [("ReadOnly", 1)],
        "Tag.1.Key": [("cost", 1)],
        "Odd~ Näme": [("yes", 1)],
        "policyname": [],
        "Hours": [],
    }


def test_names_that_only_old_events_have_are_proposed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each operation the first and the last call are looked at; what only they hold is not counted among the latest."""
    monkeypatch.setattr("actiontrail.query.pages.suggest.OPENED", 5)

    def names(prefix: str) -> list[tuple[str, int]]:
        return [(one.text, one.count) for one in suggest(world.ground(), "", f"requestParameters.{prefix}", EVER).proposals]  # fmt: skip

    assert (names("Pol"), names("odd")) == (
        [("requestParameters.PolicyName", 0)],
        [("requestParameters.Odd~ Näme", 0)],
    )
    monkeypatch.setattr("actiontrail.query.pages.suggest.OPENED", 100_000)
    assert names("Pol") == [("requestParameters.PolicyName", 1)]


def test_values_are_proposed_by_how_common_they_are(world: World) -> None:
    """And counted, as by hand."""
    found = suggest(world.ground(), "eventName", "", EVER)
    names = {one.event.event_name for one in world.events}

    assert [(one.text, one.count) for one in found.proposals] == sorted(
        ((name, world.count(lambda one, name=name: one.event.event_name == name)) for name in names),  # type: ignore[misc]
        key=lambda pair: (-pair[1], pair[0]),
    )


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("F-7", "event", "F-7"),
        (" R-7\n", "request", "R-7"),
        ("LTAIalice", "key", "LTAIalice"),
        ("203.0.113.7", "address", "203.0.113.7"),
        ("alice", "user", "alice"),
        ("alice@1234567890123456.onaliyun.com", "user", "alice"),
        ("deployer", "role", "deployer"),
        ("acs:ram::1234567890123456:role/deployer", "role", "deployer"),
        ("acs:ram::1234567890123456:user/alice", "user", "alice"),
        ("acs:ecs:cn-hangzhou:1234567890123456:instance/i-1", "resource", "i-1"),
        ("d-9", "resource", "d-9"),
        ("StopLogging", "", ""),
        ("mallory", "", ""),
        ("T-1", "", ""),
    ],
)
def test_a_pasted_string_is_what_it_is(world: World, text: str, kind: str, value: str) -> None:
    """The first proposal of the palette is where one wants to go; another account's ids are nothing here."""
    found = [one for one in find(world.ground(), text).matches if one.exact]

    assert (found[0].kind, found[0].value) == (kind, value) if kind else found == []


def test_the_beginning_of_a_name_is_enough_for_a_proposal(world: World) -> None:
    """Half a key id is what one remembers."""
    assert ("key", "LTAIalice", False) in [
        (one.kind, one.value, one.exact) for one in find(world.ground(), "ltaial").matches
    ]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2001:db8::1", "address"),
        ("LTAI5tSampleDeployBot001", "key"),
        ("57EBBCF9-59F7-43ED-A43A-6723F646D06B", "event"),
        ("acs:ram::1:user/x", "arn"),
        ("ACS::ECS::Disk", "resourceType"),
        ("i-bp1example0001", "resource"),
        ("what", ""),
    ],
)
def test_a_form_says_what_a_string_may_be(text: str, form: str) -> None:
    """Even if no event holds it, the palette can say what was pasted."""
    assert (looks_like(text), next(candidates(text))) == (form, text)


def codes(world: World, query: str, span: Span = EVER) -> list[tuple[str, str]]:
    return [(one.code, one.condition) for one in why(world.ground(), query, span).reasons]


def test_a_search_that_finds_something_needs_no_reason(world: World) -> None:
    """It says how many, and nothing else."""
    found = why(world.ground(), "alice", EVER)

    assert (found.events, found.reasons) == (
        world.count(lambda one: one.event.user_identity.user_name == "alice"),
        (),
    )


@pytest.mark.parametrize(
    ("query", "span", "expected"),
    [
        ("serviceName: Oss", EVER, ("NoSuchSource", "serviceName: oss")),
        ("serviceName: Ecs and errorCode: Nowhere", EVER, ("NoSuchValue", "errorCode: nowhere")),
        ("serviceName: Ecs and eventName: ListUsers", EVER, ("Without", "serviceName: ecs")),
        ("evntName: ListUsers", EVER, ("UnknownField", "evntName")),
        ("alice", Span(ms(-20), ms(-10)), ("Later", "")),
        ("alice", Span(ms(20), ms(30)), ("Earlier", "")),
        ("alice", Span(ms(20), ms(30)), ("EmptyRange", "")),
        ("mallory", EVER, ("OwnAccount", "1234567890123456")),
        ("recipientAccountId: 42", EVER, ("OtherAccount", "recipientAccountId: 42")),
    ],
)
def test_an_empty_answer_says_why(world: World, query: str, span: Span, expected: tuple[str, str]) -> None:
    """Nothing found is an answer only if one knows what was looked at."""
    assert expected in codes(world, query, span)


def test_a_misspelled_field_is_met_with_the_likely_one(world: World) -> None:
    """Nobody remembers the spelling at three in the morning."""
    found = why(world.ground(), "evntName: ListUsers", EVER).reasons

    assert [one.suggestion for one in found if one.code == "UnknownField"] == ["eventName"]
