"""Couriers: what arrives, once, whatever breaks; counted as an auditor counts."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.kit.pavement import BUCKET, POINTS, Street, crashing
from tests.kit.yard import ACCOUNT

from actiontrail.delivery import figures
from actiontrail.delivery.courier import NEVER, SILENCE_SECONDS, Limits
from actiontrail.delivery.destination import NoSuchPlace, PlaceDenied, PlaceOutage
from actiontrail.delivery.figures import Series
from actiontrail.delivery.selectors import Condition, DataSelector
from actiontrail.delivery.sheets import RECORDS

SLS = "acs:log:cn-hangzhou::project/audit"
LOGS = "sls://audit/actiontrail_audit-1"


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path)
    yield made
    made.close()


def change(**fields: Any) -> Any:
    return lambda before: msgspec.structs.replace(before, **fields)


def update(street: Street, **fields: Any) -> None:
    street.trails.update(street.trails.find(ACCOUNT, "audit-1"), change(**fields))


def down(error: Exception) -> Callable[[str], None]:
    def fail(_moment: str) -> None:
        raise error

    return fail


def test_a_batch_is_brought_when_it_is_full(street: Street) -> None:
    """Nobody waits for a minute when four events are as many as fit."""
    street.trail()
    street.put(9)
    street.settle()

    assert (street.yard.held(BUCKET), street.yard.ranges(BUCKET)) == (list(range(8)), [(0, 4), (4, 8)])


def test_a_batch_is_full_by_bytes_too(tmp_path: Path) -> None:
    """Memory is bounded by bytes, not by how many events somebody made large."""
    street = Street(tmp_path, limits=Limits(events=100, bytes=1000, seconds=60))
    street.trail()
    street.put(5, errorMessage="x" * 600)
    street.settle()
    street.close()

    assert street.yard.ranges(BUCKET) == [(0, 2), (2, 4)]


def test_a_batch_is_brought_when_its_first_event_is_old_enough(street: Street) -> None:
    """A quiet account sees its events a minute later."""
    street.trail()
    street.put(1)
    street.wait(30)
    street.put(1)
    street.wait(29)
    before = street.yard.held(BUCKET)
    street.wait(2)

    assert (before, street.yard.ranges(BUCKET)) == ([], [(0, 2)])


def test_ranges_join_where_nothing_was_chosen(street: Street) -> None:
    """An auditor sees from the ranges alone that nothing is missing between two batches."""
    street.trail(event_rw="Write")
    street.put(3, eventRW="Read")
    street.put(1)
    street.later()
    street.put(7, account="2000000000000002")
    street.put(1)
    street.later()

    assert (street.yard.held(BUCKET), street.yard.ranges(BUCKET)) == ([3, 11], [(0, 4), (4, 12)])


def test_silence_is_told_after_an_hour(street: Street) -> None:
    """A trail that has nothing to say and a courier that is dead look the same otherwise."""
    street.trail()
    street.put(3, account="2000000000000002")
    street.settle()
    street.wait(SILENCE_SECONDS - 10)
    before = street.yard.ranges(BUCKET)
    street.wait(20)

    assert (
        before,
        street.yard.ranges(BUCKET),
        street.trails.places(street.orders()[0].trail)[0].delivered,
    ) == (
        [],
        [(0, 3)],
        None,
    )


def test_what_was_recorded_while_stopped_is_not_in_the_trail(street: Street) -> None:
    """And what was recorded before is, though the courier comes later. Ranges join all the same."""
    street.put(2)
    street.trail()
    street.put(2)
    street.trails.stop(ACCOUNT, "audit-1")
    street.put(3)
    street.settle()
    street.trails.start(ACCOUNT, "audit-1")
    street.put(2)
    street.trails.stop(ACCOUNT, "audit-1")
    street.put(5)
    street.settle()

    assert (street.yard.held(BUCKET), street.yard.ranges(BUCKET)) == ([2, 3, 7, 8], [(2, 4), (4, 9)])


def test_a_stopped_trail_that_has_delivered_all_has_nothing_to_do(street: Street) -> None:
    """It costs nothing however the ledger grows."""
    street.trail()
    street.put(2)
    street.trails.stop(ACCOUNT, "audit-1")
    street.settle()
    street.put(100)
    [orders] = street.orders()

    assert street.step(orders) == NEVER


def test_each_event_is_chosen_by_the_rules_of_its_time(street: Street) -> None:
    """An update counts from where it was made, not from when a courier comes by."""
    street.trail(event_rw="Write")
    street.put(1)
    street.put(1, eventRW="Read")
    update(street, event_rw="Read")
    street.put(1)
    street.put(1, eventRW="Read")
    street.later()

    assert street.yard.held(BUCKET) == [0, 3]


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_at_any_step_leaves_each_event_there_once(street: Street, point: str) -> None:
    """More has come meanwhile: the batch that was sealed is made again to the byte, the rest follows."""
    street.trail()
    street.put(6)
    with crashing(street, point):
        street.settle()
    street.restart()
    street.put(3)
    street.later()

    assert (street.yard.held(BUCKET), street.yard.differing) == (list(range(9)), [])


@pytest.mark.parametrize("second", POINTS)
@pytest.mark.parametrize("first", POINTS)
def test_two_crashes_leave_each_event_there_once(street: Street, first: str, second: str) -> None:
    """What mends the first crash may be cut off by the second."""
    street.trail()
    street.put(5)
    for point in (first, second):
        with crashing(street, point):
            street.later()
        street.restart()
        street.put(5)
    street.later()

    assert (street.yard.held(BUCKET), street.yard.differing) == (list(range(15)), [])


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_between_two_rules_changes_nothing(street: Street, point: str) -> None:
    """The batch was sealed under the old rules; it is made again by them."""
    street.trail()
    street.put(3)
    street.put(1, eventRW="Read")
    with crashing(street, point):
        street.later()
    street.restart()
    update(street, event_rw="Write", trail_region="cn-beijing")
    street.put(2)
    street.put(1, acsRegion="cn-beijing")
    street.later()

    assert (street.yard.held(BUCKET), street.yard.differing) == ([0, 1, 2, 3, 6], [])


@pytest.mark.parametrize(
    "error", [PlaceOutage("away"), PlaceDenied("no"), NoSuchPlace("where?"), ValueError("bug")]
)
def test_a_place_that_fails_is_tried_until_it_takes_everything(street: Street, error: Exception) -> None:
    """The owner sees what is wrong, and nothing is lost while it is."""
    street.trail()
    street.yard.break_(BUCKET, down(error))
    street.put(5)
    street.later()
    told = street.error()
    street.put(5)
    for _ in range(20):
        street.later()
    tried = street.yard.puts[BUCKET]
    street.yard.mend(BUCKET)
    street.later()

    assert (told, tried, street.yard.held(BUCKET), street.error()) == (
        f"write oss failed, exception: {error}, itemscount: 4",
        0,
        list(range(10)),
        "",
    )


def test_a_failure_that_had_done_it_all_is_no_second_delivery(street: Street) -> None:
    """The answer was lost on the way, the batch was not."""
    street.trail()

    def lost(moment: str) -> None:
        if moment == "after":
            raise PlaceOutage("no answer")

    street.yard.break_(BUCKET, lost)
    street.put(4)
    for _ in range(3):
        street.later()
    street.yard.mend(BUCKET)
    street.later()

    assert (street.yard.held(BUCKET), street.yard.differing, street.yard.puts[BUCKET] > 1) == (
        [0, 1, 2, 3],
        [],
        True,
    )


def test_attempts_grow_rare_and_a_place_may_say_when(street: Street) -> None:
    """A place that is down is not helped by being asked more often; jitter keeps many from asking at once."""
    street.trail()
    street.put(4)
    street.yard.break_(BUCKET, down(PlaceOutage("away")))
    waits = [street.step(street.orders()[0]) for _ in range(9)]
    street.yard.break_(BUCKET, down(PlaceOutage("away", retry_after=120)))
    waits.append(street.step(street.orders()[0]))

    assert waits == [1, 2, 4, 8, 15, 30, 60, 60, 60, 120]


def test_a_dead_place_keeps_no_other_of_the_same_trail(street: Street) -> None:
    """The bucket is gone, the log service gets its events all the same."""
    street.trail(sls_project=SLS)
    street.yard.break_(BUCKET, down(NoSuchPlace("gone")))
    street.put(5)
    street.later()

    assert (street.yard.held(LOGS), street.yard.held(BUCKET)) == ([0, 1, 2, 3, 4], [])


def test_a_trail_that_moves_leaves_nothing_out_and_nothing_twice(street: Street) -> None:
    """What was sealed is finished at the old place, the rest goes to the new one."""
    street.trail()
    street.put(6)
    with crashing(street, "after it was put"):
        street.settle()
    street.restart()
    update(street, oss_bucket="bucket-2")
    street.put(3)
    street.later()

    assert (street.yard.held(BUCKET), street.yard.held("oss://bucket-2"), len(street.orders())) == (
        [0, 1, 2, 3],
        [4, 5, 6, 7, 8],
        1,
    )


def test_what_a_vanished_place_was_to_get_goes_to_its_heir(street: Street) -> None:
    """The old bucket was deleted: the batch that was under way to it is in no place, so it goes to the new one."""
    street.trail()
    street.put(6)
    with crashing(street, "before it is put"):
        street.settle()
    street.restart()
    street.yard.break_(BUCKET, down(NoSuchPlace("deleted")))
    update(street, oss_bucket="bucket-2")
    street.later()

    assert (street.yard.held(BUCKET), street.yard.held("oss://bucket-2"), len(street.orders())) == (
        [],
        [0, 1, 2, 3, 4, 5],
        1,
    )


def test_a_place_that_was_taken_away_gets_the_rest_and_is_forgotten(street: Street) -> None:
    """Events that were recorded while it was a destination belong there."""
    street.trail(sls_project=SLS)
    street.put(2)
    update(street, sls_project="")
    street.put(2)
    street.later()

    assert (street.yard.held(LOGS), street.yard.held(BUCKET), len(street.orders())) == (
        [0, 1],
        [0, 1, 2, 3],
        1,
    )


def test_a_deleted_trail_has_no_courier_at_once(street: Street) -> None:
    """Even one that was just about to bring something finds that nothing is to be done."""
    street.trail()
    street.put(8)
    [orders] = street.orders()
    street.step(orders)
    street.trails.delete(ACCOUNT, "audit-1")
    wait = street.couriers[orders.place.id].step()

    assert (wait, street.couriers[orders.place.id].over, street.orders()) == (0.0, True, [])


def test_a_batch_on_the_way_while_the_trail_changes_is_the_old_rules(street: Street) -> None:
    """Gathered under the old rules, not sealed yet: what counts is decided where it is sealed."""
    street.trail()
    street.put(2)
    [orders] = street.orders()
    street.step(orders)
    update(street, event_rw="Read")
    street.put(2)
    street.clock.now += 100
    street.couriers[orders.place.id].step()
    street.settle()

    assert (street.yard.held(BUCKET), street.yard.differing) == ([0, 1], [])


def test_data_events_go_to_the_project_of_their_region_alone(street: Street) -> None:
    """The bucket gets none; a region without a project of ours gets none."""
    street.trail(sls_project=SLS)
    selector = DataSelector("Oss", event_name=Condition(equals=("PutObject",)))
    update(street, data=(selector,), data_regions=("cn-hangzhou", "cn-beijing"))
    data = {"eventCategory": "Data", "serviceName": "Oss"}
    street.put(1, eventName="PutObject", **data)
    street.put(1, eventName="GetObject", **data)
    street.put(1, eventName="PutObject", acsRegion="cn-beijing", **data)
    street.put(1, eventName="PutObject", acsRegion="cn-shanghai", **data)
    street.put(1)
    street.later()
    project = f"sls://actiontrail-log-{ACCOUNT}-cn-%s/actiontrail_audit-1"

    assert [street.yard.held(one) for one in (BUCKET, LOGS, project % "hangzhou", project % "beijing")] == [
        [4],
        [4],
        [0],
        [2],
    ]


def test_a_project_of_data_events_tells_how_it_is_before_there_is_any(street: Street) -> None:
    """Nobody was asked when the selectors were put."""
    street.trail()
    address = f"sls://actiontrail-log-{ACCOUNT}-cn-hangzhou/actiontrail_audit-1"
    street.yard.break_(address, down(PlaceDenied("no")))
    update(street, data=(DataSelector("Oss"),), data_regions=("cn-hangzhou",))
    street.put(1)
    street.settle(rounds=3)
    told = street.error(address)
    street.yard.mend(address)
    street.later()

    assert (told, street.error(address)) == ("write data failed, exception: no, itemscount: 0", "")


def test_other_places_get_data_events_too(street: Street) -> None:
    """They have no project for each region."""
    street.trail(others=("s3://archive",))
    update(street, data=(DataSelector("Oss"),), data_regions=("cn-hangzhou",))
    street.put(1, eventCategory="Data", serviceName="Oss")
    street.put(1)
    street.later()

    assert street.yard.held("s3://archive") == [0, 1]


def test_deliveries_and_failures_are_counted_minute_by_minute(street: Street) -> None:
    """Events, not attempts; an attempt that failed counts its events as failed."""
    trail = street.trail()
    start = int(street.clock.now)
    street.put(4)
    street.yard.break_(BUCKET, down(PlaceOutage("away")))
    street.step(street.orders()[0])
    street.clock.now += 60
    street.yard.mend(BUCKET)
    street.settle()
    found = [
        [
            one.count
            for one in figures.windows(
                street.trails.database, ACCOUNT, trail.id, Series(name, start, start + 180, 60)
            )
        ]
        for name in ("delivery_oss_fail_count", "delivery_oss_success_count")
    ]

    assert found == [[4, 0, 0], [0, 4, 0]]


def test_a_long_stretch_without_an_event_is_not_looked_through_again(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quiet account on a busy ledger restarts in no time."""
    monkeypatch.setattr("actiontrail.delivery.courier.NOTED_EVERY", 1000)
    street.trail()
    street.put(2500, account="2000000000000002")
    street.settle()
    street.restart()
    street.put(1)
    street.later()

    assert (street.depot.sheets.mapped < 600, street.yard.ranges(BUCKET)) == (True, [(0, 2501)])


def test_while_a_batch_is_brought_the_next_one_is_mapped(tmp_path: Path) -> None:
    """Of a long way to go only: so compressing and mapping have a processor each. Nothing is mapped twice for it."""
    street = Street(tmp_path, limits=Limits(events=RECORDS, seconds=60.0))
    sheets, seen = street.depot.sheets, list[int]()

    def bringing(moment: str) -> None:
        if moment == "before":
            ready = (street.yard.puts[BUCKET] + 2) * RECORDS
            give_up = time.monotonic() + 2 * (ready <= 3 * RECORDS)
            while sheets.mapped < ready and time.monotonic() < give_up:
                time.sleep(0.001)
            seen.append(sheets.mapped)

    street.trail()
    street.put(3 * RECORDS + 1)
    street.yard.break_(BUCKET, bringing)
    street.later()
    street.close()

    assert (seen, sheets.mapped) == (
        [2 * RECORDS, 3 * RECORDS, 3 * RECORDS, 3 * RECORDS + 1],
        3 * RECORDS + 1,
    )
