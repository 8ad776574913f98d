"""Destinations asked before there is a trail: each answer told apart, no place reached that no trail may reach, nothing kept."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.yard import ACCOUNT, Farm, a_farm

from actiontrail.delivery.changes import New
from actiontrail.delivery.destination import Means
from actiontrail.delivery.destinations import Ground, Reach, opener, secrecy
from actiontrail.delivery.probing import Probed, Prober, Wanted
from actiontrail.delivery.trails import Other, Settings, Trail
from actiontrail.errors import Outage


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    made = a_farm(tmp_path)
    yield made
    made.database.close()


def a_prober(farm: Farm, at_once: int = 4) -> Prober:
    return Prober(farm.trails, farm.yard.open, lambda _: ("tls", "bucket"), now=farm.clock, at_once=at_once)


def wanted(
    *addresses: str, before: Trail | None = None, means: dict[str, Means] | None = None, **settings: str
) -> Wanted:
    chosen = Settings(event_rw="All", others=tuple(map(Other, addresses)), **settings)  # type: ignore[arg-type] # texts
    return Wanted(ACCOUNT, "cn-hangzhou", "new-trail", chosen, means or {}, before)


def told(found: list[Probed]) -> list[tuple[str, str, str]]:
    """Each check that was not well, by its place."""
    return [
        (one.address, check.name, check.code)
        for one in found
        for check in one.checks
        if check.state == "failed"
    ]


@pytest.mark.parametrize(
    ("address", "failed"),
    [
        ("s3://well", None),
        ("s3://missing", ("reachable", "NoSuchPlace")),
        ("s3://denied", ("writable", "PlaceDenied")),
        ("s3://dead", ("reachable", "NoAnswer")),
    ],
)
def test_each_answer_of_a_place_is_told_apart(
    farm: Farm, address: str, failed: tuple[str, str] | None
) -> None:
    """Whoever types sees at which step it ends."""
    [found] = a_prober(farm).probe(wanted(address))

    assert (told([found]), found.good) == ([(address, *failed)] if failed else [], failed is None)


def test_all_places_of_a_trail_are_asked(farm: Farm) -> None:
    """Also those that the public API knows: a bucket, a project of the log service and one of MaxCompute."""
    found = a_prober(farm).probe(
        wanted(
            "s3://denied",
            oss_bucket="missing-1",
            sls_project="acs:log:cn-hangzhou::project/well",
            odps_project="acs:odps:cn-hangzhou::project/actiontrail_well",
        )
    )

    assert ([(one.kind, one.good) for one in found], told(found)) == (
        [("oss", False), ("sls", True), ("maxcompute", True), ("other", False)],
        [("oss://missing-1", "reachable", "NoSuchPlace"), ("s3://denied", "writable", "PlaceDenied")],
    )


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"oss_bucket": "No Bucket"}, "BadTrail"),
        ({"oss_bucket": "audit", "oss_prefix": "x"}, "BadPrefix"),
        ({"sls_project": "acs:log"}, "BadTrail"),
        ({}, "NoDestination"),
    ],
)
def test_what_cannot_be_read_is_asked_nowhere(farm: Farm, settings: dict[str, str], code: str) -> None:
    """Half an address is no address."""
    [found] = a_prober(farm).probe(wanted(**settings))

    assert (found.checks[0][:3], dict(farm.yard.aims)) == (
        ("address", "failed", code),
        {},
    )


@pytest.mark.parametrize(
    ("address", "step", "code"),
    [
        ("moon://x", "address", "BadAddress"),
        ("no address", "address", "BadAddress"),
        ("kafka://127.0.0.1:22/topic", "allowed", "NotAllowedHere"),
        ("http://169.254.169.254/latest", "allowed", "NotAllowedHere"),
        ("https://127.0.0.1:9/hook", "allowed", "NotAllowedHere"),
        ("file:///etc", "allowed", "NotAllowedHere"),
        ("file:///allowed/../etc", "allowed", "NotAllowedHere"),
    ],
)
def test_no_place_is_reached_that_no_trail_may_reach(
    farm: Farm, tmp_path: Path, address: str, step: str, code: str
) -> None:
    """The settings decide, for a probe as for a trail: else it would be a way into the network behind."""
    ground = Ground(
        tmp_path, {"file": Reach(endpoint="/allowed"), "https": Reach(endpoint="https://hooks.example/")}
    )
    prober = Prober(farm.trails, opener(ground), secrecy(ground), now=farm.clock)
    [found] = prober.probe(wanted(address))
    rest = [one.state for one in found.checks if one.name in ("reachable", "writable")]

    assert (told([found]), rest) == ([(address, step, code)], ["skipped", "skipped"])


def test_how_it_is_encrypted_is_told_and_not_claimed(farm: Farm, tmp_path: Path) -> None:
    """On the way by the address, at rest by what objects ask for; a folder leaves no machine."""
    (tmp_path / "shelf").mkdir()
    ground = Ground(tmp_path, {"file": Reach(endpoint=str(tmp_path))})
    prober = Prober(farm.trails, opener(ground), secrecy(ground), now=farm.clock)
    [found] = prober.probe(wanted(f"file://{tmp_path}/shelf"))

    assert (
        [(one.name, one.state, one.code) for one in found.checks],
        [path.name for path in (tmp_path / "shelf").iterdir()],
    ) == (
        [
            ("address", "passed", ""),
            ("allowed", "passed", ""),
            ("reachable", "passed", ""),
            ("writable", "passed", ""),
            ("transit", "told", "local"),
            ("rest", "told", "theirs"),
        ],
        [],
    )


def test_a_bucket_of_another_trail_is_taken_and_ones_own_is_not(farm: Farm) -> None:
    """As CreateTrail and UpdateTrail see it."""
    farm.trails.create(New(ACCOUNT, "first-1", "cn-hangzhou", Settings(oss_bucket="audit")))
    own = farm.trails.find(ACCOUNT, "first-1")
    prober = a_prober(farm)

    assert (
        told(prober.probe(wanted(oss_bucket="audit"))),
        told(prober.probe(wanted(oss_bucket="audit", before=own))),
    ) == ([("oss://audit", "free", "BucketTaken")], [])


def test_a_trail_that_is_changed_lends_its_credentials_for_its_own_places_alone(farm: Farm) -> None:
    """They are sealed: nobody can type them again. And nobody can take them elsewhere."""
    kept = Means(credentials={"id": "K", "secret": "S"})
    settings = Settings(others=(Other("s3://well"),))
    farm.trails.create(New(ACCOUNT, "first-1", "cn-hangzhou", settings), {"s3://well": kept})
    own = farm.trails.find(ACCOUNT, "first-1")
    farm.yard.aims.clear()
    a_prober(farm).probe(wanted("s3://well", "s3://elsewhere", before=own))

    assert {address: aim.means for address, aim in farm.yard.aims.items()} == {
        "s3://well": kept,
        "s3://elsewhere": Means(),
    }


def test_few_ask_at_once(farm: Farm) -> None:
    """A place that hangs keeps one asker, not the house."""
    asking, go_on = threading.Event(), threading.Event()

    def hang(_: str) -> None:
        asking.set()
        assert go_on.wait(30)

    farm.yard.break_("s3://slow", hang)
    prober = a_prober(farm, at_once=1)
    thread = threading.Thread(target=prober.probe, args=(wanted("s3://slow"),))
    thread.start()
    assert asking.wait(30)
    with pytest.raises(Outage) as caught:
        prober.probe(wanted("s3://well"))
    go_on.set()
    thread.join(30)

    assert (caught.value.retry_after, told(prober.probe(wanted("s3://well")))) == (1, [])


def test_nothing_is_kept_here(farm: Farm) -> None:
    """No trail, no place."""
    a_prober(farm).probe(wanted("s3://well", oss_bucket="audit"))

    assert farm.trails.all(ACCOUNT) == []
