"""Trails as their owners change them: what is refused, what a place of the ledger decides, and what is asked really."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.kit.yard import ACCOUNT, Farm, a_farm

from actiontrail.delivery import figures, tables, trails
from actiontrail.delivery.changes import New
from actiontrail.delivery.destination import Means, PlaceOutage
from actiontrail.delivery.rules import Span
from actiontrail.delivery.tables import Sealed
from actiontrail.delivery.trails import Organization, Other, Settings, Trail
from actiontrail.errors import Refusal

SLS = "acs:log:cn-shanghai::project/audit"


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    made = a_farm(tmp_path)
    yield made
    made.database.close()


def create(farm: Farm, name: str = "audit-1", *, region: str = "cn-hangzhou", **settings: Any) -> Trail:
    chosen = Settings(**{"oss_bucket": f"bucket-{name}", **settings})
    return farm.trails.create(New(ACCOUNT, name, region, chosen))


def spans(farm: Farm, trail: Trail) -> list[tuple[int, int | None, str]]:
    with farm.database.read() as connection:
        return [(one.start, one.stop, one.rules.event_rw) for one in tables.spans_of(connection, trail.id)]


def places(farm: Farm, trail: Trail) -> list[tuple[str, int | None, int | None]]:
    found = farm.trails.places(farm.trails.find(ACCOUNT, trail.name))
    return sorted((place.address, place.position, place.until) for place in found)


def change(**fields: Any) -> Any:
    return lambda before: msgspec.structs.replace(before, **fields)


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        ({"oss_bucket": ""}, trails.NoDestination),
        ({"oss_bucket": "No_Bucket"}, trails.BadTrail),
        ({"oss_prefix": "1-digit-first"}, trails.BadPrefix),
        ({"oss_prefix": "short"}, trails.BadPrefix),
        ({"sls_project": "audit"}, trails.BadTrail),
        ({"odps_project": "acs:odps:cn-hangzhou::project/other"}, trails.BadTrail),
        ({"event_rw": "Both"}, trails.BadTrail),
        ({"trail_region": "cn-hangzhou,Mars"}, trails.BadTrail),
        ({"others": (Other("s3://a"), Other("s3://a"))}, trails.BadTrail),
        ({"oss_bucket": "missing-1"}, trails.NoSuchBucket),
        ({"oss_bucket": "denied-1"}, trails.BucketDenied),
        ({"oss_bucket": "dead-1"}, PlaceOutage),
        ({"sls_project": "acs:log:cn-hangzhou::project/missing-1"}, trails.NoSuchLogProject),
        ({"sls_project": "acs:log:cn-hangzhou::project/denied-1"}, trails.LogProjectDenied),
    ],
)
def test_a_trail_that_could_not_deliver_is_not_made(
    farm: Farm, settings: dict[str, Any], refusal: type[Exception]
) -> None:
    """It would be found out when somebody needs the events."""
    with pytest.raises(refusal) as raised:
        create(farm, **settings)

    assert (type(raised.value), farm.trails.all(ACCOUNT)) == (refusal, [])


@pytest.mark.parametrize("name", ["short", "Upper-case", "1-digit-first", "a" * 37, "with space", "ünïcode"])
def test_a_name_that_breaks_the_rule_is_refused(farm: Farm, name: str) -> None:
    """It becomes part of objects' and logstores' names."""
    with pytest.raises(trails.BadTrailName):
        create(farm, name, oss_bucket="bucket-1")


def test_two_trails_have_neither_one_name_nor_one_place(farm: Farm) -> None:
    """Their objects could not be told apart."""
    create(farm, oss_bucket="bucket-1")
    refused = []
    for name, prefix in (("audit-1", "another-prefix"), ("audit-2", ""), ("audit-3", "another-prefix")):
        try:
            create(farm, name, oss_bucket="bucket-1", oss_prefix=prefix)
        except Refusal as refusal:
            refused.append(type(refusal))

    assert refused == [trails.TrailExists, trails.BucketTaken]


def test_a_home_region_has_five_trails_and_another_region_has_its_own_five(farm: Farm) -> None:
    """As the public service counts; the organization's trail does not."""
    farm.directory[ACCOUNT] = Organization("rd-1", (ACCOUNT, "2"))
    farm.trails.create(New(ACCOUNT, "of-all-of-us", "cn-hangzhou", Settings(oss_bucket="bucket-o"), True))
    for number in range(5):
        create(farm, f"audit-{number}")
    create(farm, "audit-abroad", region="cn-beijing")

    with pytest.raises(trails.TooManyTrails):
        create(farm, "audit-6")


def test_only_who_manages_an_organization_has_a_trail_of_it_and_only_one(farm: Farm) -> None:
    """It holds the events of others."""
    new = New(ACCOUNT, "of-all-of-us", "cn-hangzhou", Settings(oss_bucket="bucket-o"), True)
    with pytest.raises(trails.NoOrganization):
        farm.trails.create(new)
    farm.directory[ACCOUNT] = Organization("rd-1", (ACCOUNT, "2"))
    made = farm.trails.create(new)
    with pytest.raises(trails.TooManyOrganizationTrails):
        farm.trails.create(new._replace(name="another-one", settings=Settings(oss_bucket="bucket-p")))

    assert (made.organization, farm.trails.rules(made).accounts) == ("rd-1", (ACCOUNT, "2"))


def test_a_trail_is_fresh_then_enabled_then_disabled_and_back(farm: Farm) -> None:
    """Terraform waits for exactly these words. Starting and stopping twice changes nothing."""
    create(farm)
    seen = []
    for number, step in enumerate((farm.trails.start, farm.trails.stop, farm.trails.start)):
        seen.append(farm.trails.find(ACCOUNT, "audit-1"))
        farm.clock.now = 100.0 + number
        step(ACCOUNT, "audit-1")
        step(ACCOUNT, "audit-1")
    last = farm.trails.find(ACCOUNT, "audit-1")

    assert [(one.status, one.started, one.stopped) for one in (*seen, last)] == [
        ("Fresh", None, None),
        ("Enable", 100, None),
        ("Disable", 100, 101),
        ("Enable", 102, 101),
    ]


def test_starting_and_stopping_are_places_in_the_ledger(farm: Farm) -> None:
    """What was recorded in between is in the trail, nothing else, however late a courier comes."""
    trail = create(farm)
    farm.grow(10)
    farm.trails.start(ACCOUNT, "audit-1")
    farm.grow(5)
    farm.trails.stop(ACCOUNT, "audit-1")
    farm.grow(100)
    farm.trails.start(ACCOUNT, "audit-1")

    assert (spans(farm, trail), places(farm, trail)) == (
        [(10, 15, "Write"), (115, None, "Write")],
        [("oss://bucket-audit-1", 10, None)],
    )


def test_new_rules_count_from_where_they_were_made(farm: Farm) -> None:
    """A batch of what was recorded before is made by the old ones, even after a crash next year."""
    trail = create(farm)
    farm.trails.start(ACCOUNT, "audit-1")
    farm.grow(7)
    farm.trails.update(farm.trails.find(ACCOUNT, "audit-1"), change(event_rw="All"))
    farm.trails.update(farm.trails.find(ACCOUNT, "audit-1"), change(event_rw="Read"))
    farm.grow(1)
    farm.trails.update(farm.trails.find(ACCOUNT, "audit-1"), change(mns_topic="no rule"))

    assert spans(farm, trail) == [(0, 7, "Write"), (7, None, "Read")]


def test_no_boundary_is_laid_into_what_is_sealed(farm: Farm) -> None:
    """Another machine may have seen more of the ledger than the one that is told to stop."""
    trail = create(farm)
    farm.trails.start(ACCOUNT, "audit-1")
    place = farm.trails.places(trail)[0]
    with farm.database.begin() as connection:
        tables.seal(connection, place.id, 0, Sealed(20, 0, b"note"))
    farm.grow(10)
    farm.trails.stop(ACCOUNT, "audit-1")

    assert spans(farm, trail) == [(0, 20, "Write")]


def test_a_trail_that_moves_delivers_the_rest_to_its_new_place(farm: Farm) -> None:
    """Nothing was under way, so the new place begins where the old one stood."""
    trail = create(farm)
    farm.trails.start(ACCOUNT, "audit-1")
    farm.grow(9)
    farm.trails.update(farm.trails.find(ACCOUNT, "audit-1"), change(oss_bucket="bucket-new"))

    assert places(farm, trail) == [("oss://bucket-new", 0, None)]


def test_a_batch_under_way_is_finished_where_it_was_sealed(farm: Farm) -> None:
    """Some of it may be there already; put elsewhere it would be counted twice."""
    trail = create(farm)
    farm.trails.start(ACCOUNT, "audit-1")
    place = farm.trails.places(trail)[0]
    farm.grow(9)
    with farm.database.begin() as connection:
        tables.seal(connection, place.id, 0, Sealed(4, 0, b"note"))
    farm.trails.update(farm.trails.find(ACCOUNT, "audit-1"), change(oss_bucket="bucket-new"))

    assert places(farm, trail) == [("oss://bucket-audit-1", 0, 4), ("oss://bucket-new", 4, None)]


def test_a_place_that_is_taken_away_still_gets_what_was_recorded_before(farm: Farm) -> None:
    """It was in the trail when it happened; a new place gets what comes from now on."""
    trail = create(farm, sls_project=SLS)
    farm.trails.start(ACCOUNT, "audit-1")
    farm.grow(9)
    asked = change(sls_project="", odps_project="acs:odps:cn-hangzhou::project/actiontrail_x")
    farm.trails.update(farm.trails.find(ACCOUNT, "audit-1"), asked)

    assert places(farm, trail) == [
        ("maxcompute://actiontrail_x/actiontrail_audit_1", 9, None),
        ("oss://bucket-audit-1", 0, None),
        ("sls://audit/actiontrail_audit-1", 0, 9),
    ]


def test_a_refused_change_changes_nothing(farm: Farm) -> None:
    """Neither a bucket that is not there nor one that is another trail's."""
    trail = create(farm)
    create(farm, "audit-2", oss_bucket="bucket-2")
    for bucket, refusal in (("missing-1", trails.NoSuchBucket), ("bucket-2", trails.BucketTaken)):
        with pytest.raises(refusal):
            farm.trails.update(trail, change(oss_bucket=bucket))

    assert farm.trails.find(ACCOUNT, "audit-1") == trail


def test_a_change_asks_the_places_that_are_named_and_no_others(farm: Farm) -> None:
    """A dead project may not keep anybody from moving to another bucket."""
    trail = create(farm, sls_project=SLS)

    def dead(_moment: str) -> None:
        raise PlaceOutage("away")

    farm.yard.break_("sls://audit/actiontrail_audit-1", dead)
    moved = farm.trails.update(trail, change(oss_bucket="bucket-new"), asked=["oss"])
    with pytest.raises(PlaceOutage):
        farm.trails.update(moved, change(sls_project=SLS), asked=["sls"])

    assert farm.trails.find(ACCOUNT, "audit-1").settings.oss_bucket == "bucket-new"


def test_two_who_change_a_trail_at_once_both_have_their_way(farm: Farm) -> None:
    """The second one's change is made again on what the first one left."""
    trail = create(farm)
    farm.trails.update(trail, change(event_rw="All"))
    farm.trails.update(trail, change(trail_region="cn-beijing"))
    found = farm.trails.find(ACCOUNT, "audit-1").settings

    assert (found.event_rw, found.trail_region) == ("All", "cn-beijing")


def test_roles_are_the_services_own_unless_they_are_named(farm: Farm) -> None:
    """Only for places that there are: tools read an empty string as "none"."""
    made = create(farm, sls_project=SLS, sls_role="acs:ram::1:role/mine").settings

    assert (made.oss_role, made.sls_role, made.odps_role) == (
        f"acs:ram::{ACCOUNT}:role/aliyunserviceroleforactiontrail",
        "acs:ram::1:role/mine",
        "",
    )


def test_means_are_sealed_under_the_name_of_their_place(farm: Farm) -> None:
    """A secret laid into another row would open nothing, and no listing shows it."""
    means = {"s3://a": Means(credentials={"id": "K", "secret": "S"})}
    trail = farm.trails.create(
        New(ACCOUNT, "audit-1", "cn-hangzhou", Settings(others=(Other("s3://a"),))), means
    )
    [place] = farm.trails.places(trail)

    assert (farm.trails.aim(trail, place).means, "S" in repr(farm.trails.aim(trail, place))) == (
        means["s3://a"],
        False,
    )


def test_deleting_leaves_no_row_behind(farm: Farm) -> None:
    """Couriers go with it; the name is free again."""
    trail = create(farm)
    farm.trails.start(ACCOUNT, "audit-1")
    farm.trails.delete(ACCOUNT, "audit-1")
    with farm.database.read() as connection:
        left = [
            tables.all_trails(connection),
            tables.all_places(connection),
            tables.spans_of(connection, trail.id),
        ]

    assert (left, create(farm).status) == ([[], [], ()], "Fresh")


def test_a_trail_is_managed_in_its_home_region_alone(farm: Farm) -> None:
    """Who addresses another region is told that there is none; who addresses none sees all."""
    create(farm, region="cn-beijing")

    with pytest.raises(trails.NoSuchTrail):
        farm.trails.start(ACCOUNT, "audit-1", "cn-hangzhou")
    assert [farm.trails.find(ACCOUNT, "audit-1", region).name for region in ("", "cn-beijing")] == [
        "audit-1"
    ] * 2


def test_members_that_join_and_leave_count_from_then_on(farm: Farm) -> None:
    """An organization's trail holds whose events were its members' when they were recorded."""
    farm.directory[ACCOUNT] = Organization("rd-1", (ACCOUNT, "2"))
    trail = farm.trails.create(
        New(ACCOUNT, "of-all-of-us", "cn-hangzhou", Settings(oss_bucket="bucket-o"), True)
    )
    farm.trails.start(ACCOUNT, "of-all-of-us")
    farm.grow(3)
    farm.directory[ACCOUNT] = Organization("rd-1", (ACCOUNT, "2", "3"))
    farm.trails.follow_directory()
    farm.trails.follow_directory()
    with farm.database.read() as connection:
        found = tables.spans_of(connection, trail.id)

    assert [(one.start, one.stop, one.rules.accounts) for one in found] == [
        (0, 3, (ACCOUNT, "2")),
        (3, None, (ACCOUNT, "2", "3")),
    ]


def test_global_events_move_from_a_place_of_the_ledger_on(farm: Farm) -> None:
    """A trail of one region delivers them while they are stored there."""
    trail = create(farm, trail_region="cn-hangzhou")
    farm.trails.start(ACCOUNT, "audit-1")
    farm.grow(2)
    farm.trails.set_global_region(ACCOUNT, "ap-southeast-1")
    with farm.database.read() as connection:
        found: tuple[Span, ...] = tables.spans_of(connection, trail.id)

    assert (farm.trails.global_region(ACCOUNT), [(one.stop, one.rules.global_region) for one in found]) == (
        "ap-southeast-1",
        [(2, "cn-hangzhou"), (None, "ap-southeast-1")],
    )


def test_enabled_trails_are_counted_day_by_day(farm: Farm) -> None:
    """A day on which nothing changed is like the day before."""
    day = 86_400
    create(farm)
    create(farm, "audit-2")
    farm.trails.start(ACCOUNT, "audit-1")
    farm.clock.now += 2 * day
    farm.trails.start(ACCOUNT, "audit-2")
    farm.clock.now += day
    farm.trails.delete(ACCOUNT, "audit-1")
    counts = list(figures.enabled_by_day(farm.database, ACCOUNT, farm.clock.now + day).values())

    assert counts[-6:] == [0, 1, 1, 2, 1, 1]
