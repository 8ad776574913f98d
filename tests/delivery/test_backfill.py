"""Backfills: what was recorded before the trail, brought once, in spite of crashes and of the trail itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.kit.pavement import BUCKET, POINTS, Street, crashing
from tests.kit.yard import ACCOUNT

from actiontrail.delivery.backfill import (
    DONE,
    FAILED,
    BackfillRuns,
    BadRange,
    Job,
    NoBackfill,
    NoSuchJob,
    Range,
)
from actiontrail.delivery.changes import New
from actiontrail.delivery.courier import JOB_TRIES
from actiontrail.delivery.destination import NoSuchPlace, PlaceOutage
from actiontrail.delivery.trails import Organization, Settings

DAY = 86_400


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path)
    yield made
    made.close()


def backfill(street: Street, name: str = "audit-1", **asked: Any) -> Job:
    return street.backfills.create(street.trails.find(ACCOUNT, name), now=street.clock.now, **asked)


def job(street: Street, made: Job) -> Job:
    return street.backfills.get(ACCOUNT, made.number)


def test_the_past_comes_to_the_trail_once(street: Street) -> None:
    """What was recorded before it was started, and while it was stopped; the rest it brings itself."""
    street.put(3)
    street.trail()
    street.put(3)
    street.trails.stop(ACCOUNT, "audit-1")
    street.put(3)
    street.trails.start(ACCOUNT, "audit-1")
    street.put(3)
    made = backfill(street)
    street.later()

    assert (
        street.yard.held(BUCKET),
        job(street, made).status,
        street.backfills.progress(job(street, made)),
    ) == (
        list(range(12)),
        DONE,
        (made.stop - made.first, made.stop - made.first),
    )


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_at_any_step_of_a_backfill_leaves_each_event_there_once(street: Street, point: str) -> None:
    """It goes on where it was; the trail's own courier works beside it."""
    street.put(9)
    street.trail()
    street.put(5)
    made = backfill(street)
    with crashing(street, point):
        street.later()
    street.restart()
    street.put(2)
    street.later()
    street.later()

    assert (street.yard.held(BUCKET), street.yard.differing, job(street, made).status) == (
        list(range(16)),
        [],
        DONE,
    )


def test_only_events_of_the_range_are_brought(street: Street) -> None:
    """By their own times: 90 days, or what was asked for."""
    street.clock.now -= 100 * DAY
    street.put(2)
    street.clock.now += 50 * DAY
    street.put(2)
    street.clock.now += 50 * DAY
    street.put(1, eventTime="2026-01-01T00:00:00Z")
    street.put(1)
    street.clock.now += 1
    street.trail(started=False)
    backfill(street)
    street.later()
    first = street.yard.held(BUCKET)
    wanted = Range(int((street.clock.now - 101 * DAY) * 1000), int((street.clock.now - 99 * DAY) * 1000))
    backfill(street, wanted=wanted)
    street.later()

    assert (first, street.yard.held(BUCKET)) == ([2, 3, 5], [0, 1, 2, 3, 5])


def test_a_second_job_brings_only_what_the_first_did_not(street: Street) -> None:
    """Unless the first was deleted: that is how one asks for it again."""
    street.put(5)
    street.trail(started=False)
    first = backfill(street)
    street.later()
    street.put(2)
    street.clock.now += 1
    second = backfill(street)
    street.later()
    once = street.yard.held(BUCKET)
    for one in (first, second):
        street.backfills.delete(ACCOUNT, one.number)
    backfill(street)
    street.later()

    assert (once, street.yard.held(BUCKET)) == (list(range(7)), sorted([*range(7), *range(7)]))


def test_a_trail_that_moved_gets_all_of_it_at_its_new_place(street: Street) -> None:
    """What is in the old bucket is not in the new one."""
    street.trail()
    street.put(3)
    backfill(street)
    street.later()
    trail = street.trails.find(ACCOUNT, "audit-1")
    street.trails.update(trail, lambda before: msgspec.structs.replace(before, oss_bucket="bucket-2"))
    street.clock.now += 1
    backfill(street)
    street.later()

    assert (street.yard.held(BUCKET), street.yard.held("oss://bucket-2")) == ([0, 1, 2], [0, 1, 2])


def test_one_job_of_an_account_runs_at_a_time_and_a_token_makes_one(street: Street) -> None:
    """A client that repeats itself gets the job that it made."""
    street.put(3)
    street.trail(started=False)
    street.trail("audit-2", started=False, oss_bucket="bucket-2")
    made = backfill(street, token="once")
    again = backfill(street, token="once")
    with pytest.raises(BackfillRuns):
        backfill(street, "audit-2")
    street.later()
    second = backfill(street, "audit-2")

    assert (
        made.number,
        again.number,
        second.number,
        [one.number for one in street.backfills.all(ACCOUNT)],
    ) == (
        1,
        1,
        2,
        [2, 1],
    )


def test_a_job_tells_regions_and_progress(street: Street) -> None:
    """Where it has been so far."""
    street.put(4)
    street.put(4, acsRegion="cn-beijing")
    street.put(400, account="2000000000000002")
    street.trail(started=False)
    made = backfill(street)
    before = (job(street, made).status, street.backfills.progress(made))
    place = next(orders for orders in street.orders() if orders.place.job)
    street.step(place)
    first = (
        job(street, made).status,
        job(street, made).regions,
        street.backfills.progress(job(street, made)).done > 0,
    )
    street.later()

    assert (before, first, job(street, made).status, job(street, made).regions) == (
        (0, (0, 408)),
        (1, ("cn-hangzhou",), True),
        DONE,
        ("cn-beijing", "cn-hangzhou"),
    )


def test_a_place_that_refuses_for_good_fails_the_job_and_frees_the_account(street: Street) -> None:
    """An outage is waited for; a bucket that was deleted is not."""
    street.put(3)
    street.trail(started=False)
    made = backfill(street)

    def away(_moment: str) -> None:
        raise PlaceOutage("away")

    def gone(_moment: str) -> None:
        raise NoSuchPlace("deleted")

    street.yard.break_(BUCKET, away)
    for _ in range(JOB_TRIES + 2):
        street.later()
    waiting = job(street, made).status
    street.yard.break_(BUCKET, gone)
    for _ in range(JOB_TRIES):
        street.later()
    failed = job(street, made)
    street.yard.mend(BUCKET)
    backfill(street)
    street.later()

    assert (waiting, failed.status, "deleted" in failed.error, street.yard.held(BUCKET)) == (
        1,
        FAILED,
        True,
        [0, 1, 2],
    )


def test_a_deleted_job_brings_nothing_more(street: Street) -> None:
    """Its number is not given again."""
    street.put(3)
    street.trail(started=False)
    made = backfill(street)
    street.backfills.delete(ACCOUNT, made.number)
    street.later()
    with pytest.raises(NoSuchJob):
        job(street, made)

    assert (street.yard.held(BUCKET), backfill(street).number) == ([], 2)


def test_a_deleted_trails_job_has_failed(street: Street) -> None:
    """Who waits for it is told, and the account may begin another."""
    street.put(3)
    street.trail(started=False)
    made = backfill(street)
    street.trails.delete(ACCOUNT, "audit-1")
    street.later()

    assert (job(street, made).status, job(street, made).error) == (FAILED, "the trail was deleted")


def test_what_cannot_be_brought_is_refused(street: Street) -> None:
    """A trail of an organization, a range that ends before it begins, somebody else's job."""
    street.farm.directory[ACCOUNT] = Organization("rd-1", (ACCOUNT, "2"))
    new = New(ACCOUNT, "of-all-of-us", "cn-hangzhou", Settings(oss_bucket="bucket-o"), True)
    street.trails.create(new)
    street.trail()
    with pytest.raises(NoBackfill):
        backfill(street, "of-all-of-us")
    with pytest.raises(BadRange):
        backfill(street, wanted=Range(5, 5))
    made = backfill(street)

    with pytest.raises(NoSuchJob):
        street.backfills.get("2", made.number)


def test_each_account_counts_its_own_jobs(street: Street) -> None:
    """Or anybody could tell from their own how many others have; and a deleted job's number is not given again."""
    street.trail()
    street.trails.create(New("2", "theirs", "cn-hangzhou", Settings(oss_bucket="bucket-2")))
    backfill(street)
    street.later()
    street.backfills.delete(ACCOUNT, backfill(street).number)
    theirs = street.backfills.create(street.trails.find("2", "theirs"), now=street.clock.now)
    ours = backfill(street)
    street.backfills.delete("2", theirs.number)

    assert ([ours.number, theirs.number], [one.number for one in street.backfills.all(ACCOUNT)]) == (
        [3, 1],
        [3, 1],
    )
