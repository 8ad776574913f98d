"""Trails and couriers on both kinds of control database, and with two machines at one trail."""

from collections.abc import Iterator

import msgspec
import pytest
import sqlalchemy as sa
from tests.contracts.conftest import Place
from tests.kit.pavement import BUCKET, POINTS, Street, crashing
from tests.kit.yard import ACCOUNT

from actiontrail.delivery import figures, tables
from actiontrail.delivery.backfill import DONE
from actiontrail.delivery.changes import New
from actiontrail.delivery.courier import Courier
from actiontrail.delivery.figures import Series
from actiontrail.delivery.tables import Sealed
from actiontrail.delivery.trails import Settings


@pytest.fixture
def street(place: Place) -> Iterator[Street]:
    made = Street(place.folder, url=place.url)
    yield made
    made.close()


def test_a_trails_life(street: Street) -> None:
    """Every statement of every table, once."""
    street.put(3)
    trail = street.trail(sls_project="acs:log:cn-hangzhou::project/audit")
    street.put(3)
    street.trails.update(trail, lambda before: msgspec.structs.replace(before, event_rw="Write"))
    street.trails.set_global_region(ACCOUNT, "ap-southeast-1")
    made = street.backfills.create(street.trails.find(ACCOUNT, "audit-1"), now=street.clock.now)
    street.later()
    street.trails.stop(ACCOUNT, "audit-1")
    street.later()
    delivered = figures.windows(
        street.trails.database,
        ACCOUNT,
        trail.id,
        Series("delivery_oss_success_count", int(street.clock.now) - 3600, int(street.clock.now) + 60, 60),
    )
    figures.forget(street.trails.database, street.clock.now)
    counts = list(figures.enabled_by_day(street.trails.database, ACCOUNT, street.clock.now).values())
    job = street.backfills.get(ACCOUNT, made.number)
    street.backfills.delete(ACCOUNT, made.number)
    street.trails.delete(ACCOUNT, "audit-1")

    assert (street.yard.held(BUCKET), sum(one.count for one in delivered), job.status, counts[-1]) == (
        list(range(6)),
        6,
        DONE,
        0,
    )


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_leaves_each_event_there_once(street: Street, point: str) -> None:
    """What a transaction promises, on either database."""
    street.trail()
    street.put(6)
    with crashing(street, point):
        street.settle()
    street.restart()
    street.put(2)
    street.later()

    assert (street.yard.held(BUCKET), street.yard.differing) == (list(range(8)), [])


def test_two_machines_at_one_place_bring_the_same_batches(street: Street) -> None:
    """Whoever seals first decides; the other brings that batch too, which changes nothing."""
    street.trail()
    street.put(12)
    [orders] = street.orders()
    one, two = Courier(street.depot, orders), Courier(street.depot, orders)
    for _ in range(8):
        one.step()
        two.step()
    street.later()

    assert (street.yard.held(BUCKET), street.yard.differing) == (list(range(12)), [])


def test_a_batch_is_sealed_once_and_finished_once(street: Street) -> None:
    """The second try is told no, and changes nothing."""
    trail = street.trail()
    [place] = street.trails.places(trail)
    database = street.trails.database
    told = []
    for sealed in (Sealed(4, 1, b"note"), Sealed(5, 2, b"other")):
        with database.begin() as connection:
            told.append(tables.seal(connection, place.id, 0, sealed))
    for end in (5, 4, 4):
        with database.begin() as connection:
            told.append(tables.finish(connection, place.id, 0, end, None))

    assert told == [True, False, False, True, False]


def test_two_who_make_one_trail_at_once_make_one(street: Street) -> None:
    """The second is told so, whatever it saw when it looked."""
    new = New(ACCOUNT, "audit-1", "cn-hangzhou", Settings(oss_bucket="bucket-1"))
    trail = street.trails.create(new)
    with pytest.raises(sa.exc.IntegrityError), street.trails.database.begin() as connection:
        tables.insert_trail(connection, trail)
