"""How it stands with a trail, as its owner is told: in a word, in events, and in seconds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.pavement import BUCKET, Street
from tests.kit.yard import ACCOUNT

from actiontrail.delivery import figures
from actiontrail.delivery.destination import PlaceOutage
from actiontrail.delivery.standing import Lookout, Standing, worst


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path)
    yield made
    made.close()


def look(street: Street) -> tuple[str, list[Standing]]:
    """The trail in a word, and each of its places."""
    trail = street.trails.find(ACCOUNT, "audit-1")
    lookout = Lookout(
        ledger=street.shelf,
        waiting=lambda: {name: courier.waiting() for name, courier in street.couriers.items()},
        batch_seconds=60.0,
        now=street.clock,
    )
    found = lookout.look(trail, street.trails.places(trail))
    return worst(found, trail), found


def away(_: str) -> None:
    raise PlaceOutage("away")


def test_a_trail_that_never_began_is_fresh(street: Street) -> None:
    """Whatever was recorded before is nothing to it."""
    street.put(3)
    street.trail(started=False)

    assert look(street) == ("fresh", [Standing("fresh", 0, 0, 0)])


def test_what_is_gathered_waits_for_its_batch_and_that_is_no_lag(street: Street) -> None:
    """Three events, ten seconds old, of a minute."""
    street.trail()
    street.put(3)
    street.settle()
    street.clock.now += 10

    assert look(street) == ("delivering", [Standing("delivering", 3, 0, 10)])


def test_records_that_nobody_has_looked_through_are_a_lag(street: Street) -> None:
    """Told as what they are: nobody knows yet how many of them the trail chooses."""
    street.trail()
    street.settle()
    street.put(5)
    street.clock.now += 500

    assert look(street) == ("lagging", [Standing("lagging", 0, 5, 500)])


def test_without_a_courier_the_same_is_told_from_what_was_written_down(street: Street) -> None:
    """A service that has just begun."""
    street.trail()
    street.put(5)
    street.clock.now += 7

    assert look(street) == ("delivering", [Standing("delivering", 0, 5, 7)])


def test_a_place_that_fails_makes_its_trail_fail_and_catches_up(street: Street) -> None:
    """One bad place of two is what the owner must know of."""
    street.trail(others=("s3://well",))
    street.yard.break_(BUCKET, away)
    street.put(4)
    street.clock.now += 90
    for orders in street.orders() * 3:
        street.step(orders)
    failing = look(street)
    street.yard.mend(BUCKET)
    street.later()

    assert (
        failing[0],
        {(one.health, one.events, one.seconds, one.trouble) for one in failing[1]},
        look(street)[0],
    ) == (
        "failing",
        {("failing", 4, 90, "NoAnswer"), ("delivering", 0, 0, "")},
        "delivering",
    )


def test_a_trail_that_was_stopped_is_paused_once_all_is_there(street: Street) -> None:
    """What was recorded before still goes out."""
    street.trail()
    street.put(2)
    street.settle()
    street.trails.stop(ACCOUNT, "audit-1")
    before = look(street)[0]
    street.later()

    assert (before, look(street)) == ("delivering", ("paused", [Standing("paused", 0, 0, 0)]))


def test_what_was_delivered_is_told_over_time_with_its_bytes(street: Street) -> None:
    """Every kind of place is counted, by its group."""
    trail = street.trail(others=("s3://well", "kafka://well/x"))
    start = int(street.clock.now)
    street.put(4)
    street.settle()
    street.clock.now += 3600
    street.put(2)
    street.later()
    size = sum(
        len(event.event)
        for batches in street.yard.content.values()
        for batch in batches.values()
        for event in batch.events
    )
    found = figures.volume(
        street.trails.database, (ACCOUNT, trail.id), start, int(street.clock.now) + 1, 1800
    )
    lately = figures.lately(street.trails.database, ACCOUNT, street.clock.now, hours=3)

    assert (found.delivered, found.failed, sum(found.bytes), lately) == (
        {"oss": [4, 0, 2], "other": [8, 0, 4]},
        {},
        size,
        {trail.id: [0, 12, 6]},
    )


def test_a_backfill_counts_what_it_has_brought(street: Street) -> None:
    """At each of its places."""
    street.put(6)
    street.trail(started=False, others=("s3://well",))
    made = street.backfills.create(street.trails.find(ACCOUNT, "audit-1"), now=street.clock.now)
    street.later()
    job = street.backfills.get(ACCOUNT, made.number)
    size = sum(len(event.event) for batch in street.yard.content[BUCKET].values() for event in batch.events)

    assert (job.events, job.bytes, street.backfills.progress(job)) == (12, 2 * size, (6, 6))
