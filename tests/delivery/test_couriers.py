"""All couriers at work, with their real threads: a dead place delays nobody, a hanging one keeps one thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.kit.pavement import BUCKET, Street
from tests.kit.yard import ACCOUNT

from actiontrail.delivery import couriers as office
from actiontrail.delivery.courier import Limits
from actiontrail.delivery.couriers import Couriers, Standing, Wake
from actiontrail.delivery.destination import PlaceOutage

SOON = 60.0


@contextmanager
def at_work(street: Street) -> Iterator[Couriers]:
    wake = Wake()
    made = Couriers(street.depot, wake, tick=0.05)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def until(holds: Callable[[], bool], what: str) -> None:
    waiting = threading.Event()
    for _ in range(int(SOON / 0.02)):
        if holds():
            return
        waiting.wait(0.02)
    raise AssertionError(f"not within {SOON} s: {what}")


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path, limits=Limits(events=4, bytes=1 << 20, seconds=0.0))
    yield made
    made.close()


def test_what_is_recorded_arrives_without_anybody_asking(street: Street) -> None:
    """Trails made, started and stopped while the couriers run."""
    with at_work(street):
        street.trail()
        street.put(6)
        until(lambda: street.yard.held(BUCKET) == list(range(6)), "all events are there")
        street.trails.stop(ACCOUNT, "audit-1")
        street.put(3)
        street.trail("audit-2", oss_bucket="bucket-2")
        street.put(1)
        until(lambda: street.yard.held("oss://bucket-2") == [9], "the second trail's event is there")

    assert street.yard.held(BUCKET) == list(range(6))


def test_places_that_hang_delay_no_other(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than there are threads for those that fail."""
    monkeypatch.setitem(office._THREADS, True, 2)
    released = threading.Event()

    def hang(moment: str) -> None:
        if moment == "before":
            released.wait(SOON)
            raise PlaceOutage("it hung")

    for number in range(5):
        street.yard.break_(f"oss://bucket-{number}", hang)
        street.trail(f"audit-{number}", oss_bucket=f"bucket-{number}") if number < 4 else None
    street.trail("audit-well", oss_bucket="bucket-well")
    with at_work(street):
        street.put(40)
        until(lambda: street.yard.held("oss://bucket-well") == list(range(40)), "the healthy trail has all")
        released.set()

    assert [street.yard.held(f"oss://bucket-{number}") for number in range(4)] == [[]] * 4


def test_a_place_that_was_dead_catches_up_by_itself(street: Street) -> None:
    """Nobody restarts anything."""
    street.trail()
    street.yard.break_(BUCKET, _away)
    with at_work(street) as couriers:
        street.put(10)
        until(lambda: couriers.standing().failing == 1, "it has failed")
        street.yard.mend(BUCKET)
        until(lambda: street.yard.held(BUCKET) == list(range(10)), "it has caught up")
        until(lambda: couriers.standing() == Standing(1, 0, 0, 10), "it is well, and says so")


def _away(_moment: str) -> None:
    raise PlaceOutage("away")


def test_stopping_does_not_wait_for_what_hangs(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """A restart is not held up by somebody else's server; the batch is made again."""
    monkeypatch.setattr(office, "STOP_SECONDS", 0.2)
    hanging, released = threading.Event(), threading.Event()

    def hang(moment: str) -> None:
        if moment == "before":
            hanging.set()
            released.wait(SOON)

    street.trail()
    street.yard.break_(BUCKET, hang)
    with at_work(street):
        street.put(4)
        assert hanging.wait(SOON)
    before = street.yard.held(BUCKET)
    released.set()

    assert before == []
