"""A resource's life: found by hand and by question alike, with each change beside the one before it."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.kit.pages import World, a_world, at, fortnight, ms

from actiontrail.query.pages.changes import observations
from actiontrail.query.pages.ground import Resource, Span, resources_of
from actiontrail.query.pages.resource import resource

EVER = Span(None, None)
DISK, SNAPSHOT = "ACS::ECS::Disk", "ACS::ECS::Snapshot"
PLUMBING = {"AcsHost": "ecs.aliyuncs.com", "RequestId": "x", "X-Acs-Client-Tls-Version": "TLSv1.3"}


def a_step(number: int, name: str, resources: dict[str, list[str]], **fields: Any) -> dict[str, Any]:
    return {
        "eventId": f"L-{number}",
        "eventName": name,
        "eventRW": "Read" if name.startswith("Describe") else "Write",
        "serviceName": "Ecs",
        "eventTime": at(number / 10),
        "referencedResources": resources,
        "userIdentity": {"type": "ram-user", "userName": "alice"},
    } | fields


LIFE = [
    a_step(1, "CreateDisk", {DISK: ["d-life"]}, requestParameters={"Size": 20, "Name": "a", **PLUMBING}),
    a_step(2, "ModifyDiskAttribute", {DISK: ["d-life"]}, requestParameters={"Name": "b", **PLUMBING, "RequestId": "y"}),
    a_step(3, "ModifyDiskAttribute", {DISK: ["d-life"]}, requestParameters={"Name": "c"}, errorCode="NoPermission"),
    a_step(4, "CreateSnapshot", {SNAPSHOT: ["s-life"], DISK: ["d-life"]}, requestParameters={"DiskId": "d-life"}),
    a_step(5, "DescribeDisks", {DISK: ["d-life"]}),
    a_step(6, "ResizeDisk", {DISK: ["d-life"]}, requestParameters={"Size": 40}, additionalEventData={"oldSize": 20, "newSize": 40}),
    a_step(7, "ModifyDiskAttribute", {DISK: ["d-life"]}, requestParameters={"Name": "a", "Size": 40}),
    a_step(8, "DeleteDisk", {DISK: ["d-life"]}, requestParameters={"DiskId": "d-life"}),
    a_step(9, "TagResources", {"ACS::ECS::Tag": ["t-1"]}, requestParameters={"ResourceId.1": "d-life"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = a_world(tmp_path_factory.mktemp("resource"), [*fortnight(), *LIFE], fortnight(2, 60))
    yield made
    made.projection.close()


def test_a_life_is_told_in_order_from_creation_to_deletion(world: World) -> None:
    """With its type, a snapshot's creation is not the disk's."""
    page = resource(world.ground(), Resource(type=DISK, id="d-life"), EVER)

    assert [(one.event.event_id, one.phase, one.failed) for one in page.steps] == [
        ("L-1", "create", False),
        ("L-2", "change", False),
        ("L-3", "change", True),
        ("L-4", "change", False),
        ("L-6", "change", False),
        ("L-7", "change", False),
        ("L-8", "delete", False),
    ]
    assert page.created is not None
    assert page.deleted is not None
    assert (page.created.event.event_id, page.deleted.event.event_id, page.exists) == ("L-1", "L-8", False)
    assert (page.events, page.writes, page.reads, page.failures, page.mentions, page.complete) == (
        8,
        7,
        1,
        1,
        1,
        True,
    )


@pytest.mark.parametrize(("name", "mentions"), [("d-life", 1), ("d-lif", 0), ("nobody", 0), ("D-LIFE", 9)])
def test_a_mention_is_the_whole_id_somewhere_else(world: World, name: str, mentions: int) -> None:
    """`i-1` is not mentioned wherever `i-12` is; an id in other letters is no resource's name, but it is told of."""
    page = resource(world.ground(), Resource(type="", id=name), EVER)

    assert page.mentions == mentions


def test_each_change_stands_beside_the_one_before_it(world: World) -> None:
    """Inferred from what was asked before; observed where one event carries both; a failed call, and naming it, change nothing."""
    page = resource(world.ground(), Resource(type=DISK, id="d-life"), EVER)

    assert [
        (one.event.event_id, one.compared_with, [(each.field, each.before, each.after, each.mark, each.since_event_id) for each in one.changes])
        for one in page.steps
    ] == [
        ("L-1", "", [("Size", None, "20", "inferred", ""), ("Name", None, "a", "inferred", "")]),
        ("L-2", "L-1", [("Name", "a", "b", "inferred", "L-1")]),
        ("L-3", "", []),
        ("L-4", "L-2", []),
        ("L-6", "L-4", [("Size", "20", "40", "observed", "")]),
        ("L-7", "L-6", [("Name", "b", "a", "inferred", "L-2")]),
        ("L-8", "L-7", []),
    ]  # fmt: skip


def test_reads_are_told_if_they_are_wanted(world: World) -> None:
    """Who looked is a question too."""
    page = resource(world.ground(), Resource(type=DISK, id="d-life"), EVER, reads=True)

    assert [one.event.event_id for one in page.steps if one.phase == "read"] == ["L-5"]


def test_a_range_shows_a_part_and_knows_the_rest(world: World) -> None:
    """What changed in March is told against February, which the page does not show."""
    page = resource(world.ground(), Resource(type=DISK, id="d-life"), Span(ms(0.65), None))

    assert [(one.event.event_id, [each.before for each in one.changes]) for one in page.steps] == [
        ("L-7", ["b"]),
        ("L-8", []),
    ]


def test_what_is_related_comes_from_the_same_events(world: World) -> None:
    """The snapshot of a disk that is gone is what an intruder took."""
    page = resource(world.ground(), Resource(type="", id="d-life"), EVER)

    assert [(one.type, one.id) for one in page.related] == [(SNAPSHOT, "s-life")]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("ACS::ECS::Instance", "i-1"),
        ("ACS::ECS::Disk", "d-1"),
        ("", "i-1"),
        ("ACS::ECS::Disk", "i-1"),
        ("ACS::ECS::Disk", "d-9"),
    ],
)
def test_a_resource_is_found_however_it_is_told(world: World, kind: str, name: str) -> None:
    """As lists by type, as the flat pair, as a bare name; and under its own type only."""
    page = resource(world.ground(), Resource(type=kind, id=name), EVER, reads=True, limit=2000)
    by_hand = world.those(
        lambda one: any(each.id == name and kind in {"", each.type} for each in resources_of(one.document))
    )

    assert [one.event.event_id for one in page.steps] == [one.event.event_id for one in by_hand]
    assert (page.events, page.failures) == (
        len(by_hand),
        len([one for one in by_hand if one.event.error_code]),
    )


OBSERVED: list[tuple[str, dict[str, Any], list[tuple[str, str | None, str | None]]]] = [
    ("old and new as prefixes", {"requestParameters": {"OldName": "a", "NewName": "b"}}, [("Name", "a", "b")]),
    ("before and after", {"additionalEventData": {"before": {"x": 1, "y": 2}, "after": {"x": 1, "y": 3}}}, [("y", "2", "3")]),
    ("a list of named pairs", {"additionalEventData": {"changes": [{"field": "role", "from": "user", "to": "admin"}]}}, [("changes.role", "user", "admin")]),
    ("old and new values", {"responseElements": {"props": [{"Name": "ip", "OldValue": "", "NewValue": "0.0.0.0/0"}]}}, [("props.ip", None, "0.0.0.0/0")]),
    ("the same value twice", {"requestParameters": {"oldSize": 1, "newSize": 1}}, []),
    ("only one side", {"requestParameters": {"newSize": 1}}, []),
    ("hostile nesting", {"requestParameters": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": {"j": {"k": {"l": {"m": {"n": {"from": 1, "to": 2}}}}}}}}}}}}}}}}, []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("event", "changes"), [row[1:] for row in OBSERVED], ids=[row[0] for row in OBSERVED]
)
def test_a_pair_of_values_in_one_event_is_observed(event: dict[str, Any], changes: list[Any]) -> None:
    """In each of the ways in which sources spell it."""
    assert [(one.field, one.before, one.after) for one in observations(event)] == changes
