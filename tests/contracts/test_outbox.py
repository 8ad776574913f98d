"""The outbox: a change and its event commit together, and an event leaves when it is recorded."""

from concurrent.futures import Future
from typing import Any

import pytest
import sqlalchemy as sa
from tests.kit.sequencing import MemorySequencer

from actiontrail.access.users import Users
from actiontrail.capture.intake import Intake, Limits
from actiontrail.capture.masking import Masker
from actiontrail.capture.own import Own
from actiontrail.errors import Outage
from actiontrail.ledger.candidate import Receipt
from actiontrail.store.database import Database
from actiontrail.store.outbox import HOLD_MS, Outbox, Parcel

ACCOUNT = "1000000000000001"


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def a_parcel(identity: str, **fields: str) -> Parcel:
    import json

    event = {
        "eventId": identity,
        "eventName": "CreateUser",
        "eventTime": "2027-01-15T08:00:00Z",
        "recipientAccountId": ACCOUNT,
        **fields,
    }
    return Parcel(identity, ACCOUNT, json.dumps(event).encode())


class House:
    """An outbox as two processes have it, and a recorder that empties it into memory."""

    def __init__(self, one: Database, two: Database) -> None:
        self.clock = Clock()
        self.database = one
        self.outbox, self.seen = Outbox(one, now=self.clock), Outbox(two, now=self.clock)
        self.sequencer = MemorySequencer()
        intake = Intake(self.sequencer, Limits(4096, 1 << 20, 16), Masker())
        self.own = Own(self.seen, intake, two.watch.stamp)
        with one.begin() as connection:
            connection.execute(
                sa.text("INSERT INTO accounts (id, name, created) VALUES (:id, '', 0)"), {"id": ACCOUNT}
            )

    def recorded(self) -> list[str]:
        return [candidate.event_id for candidate in self.sequencer.candidates]


@pytest.fixture
def house(pair: tuple[Database, Database]) -> House:
    return House(*pair)


def test_an_event_is_recorded_and_leaves(house: House) -> None:
    """In the order in which things were done, for the account that they were done in."""
    house.outbox.put([a_parcel("b"), a_parcel("a")])
    house.clock.now += 1
    house.outbox.put([a_parcel("0")])
    left = house.own.step()

    assert (
        left,
        house.recorded(),
        house.outbox.count(),
        {c.account for c in house.sequencer.candidates},
    ) == (
        3,
        ["a", "b", "0"],
        0,
        {ACCOUNT},
    )


def test_a_change_takes_its_event_along(house: House) -> None:
    """Whoever is killed right after the change has told of it."""
    users = Users(house.database)
    with house.outbox.along(lambda: a_parcel("draft")) as along:
        users.create(ACCOUNT, "alice")
        users.create(ACCOUNT, "bob")  # the same deed
    before = [parcel.id for parcel in house.seen.waiting()]
    house.clock.now += HOLD_MS / 1000

    assert (along.written, before, [parcel.id for parcel in house.seen.waiting()]) == (True, [], ["draft"])


def test_a_change_that_fails_leaves_no_event(house: House) -> None:
    """Nothing was done, so nothing is told by the change; the refusal is told by its own way."""
    users = Users(house.database)
    users.create(ACCOUNT, "alice")
    with house.outbox.along(lambda: a_parcel("draft")) as along, pytest.raises(Exception, match="already"):
        users.create(ACCOUNT, "alice")

    assert (along.written, house.outbox.count()) == (False, 0)


def test_a_deed_inside_another_takes_both_events_along(house: House) -> None:
    """They are one change; neither may be there without the other, nor the change without them."""
    with (
        house.outbox.along(lambda: a_parcel("outer")) as outer,
        house.outbox.along(lambda: a_parcel("inner")) as inner,
    ):
        Users(house.database).list(ACCOUNT)
        before = house.outbox.count()
        Users(house.database).create(ACCOUNT, "alice")
    house.clock.now += HOLD_MS / 1000

    assert (outer.written, inner.written, before) == (True, True, 0)
    assert sorted(parcel.id for parcel in house.seen.waiting()) == ["inner", "outer"]


def test_what_is_read_takes_nothing_along(house: House) -> None:
    """Reading must not wait for a disk."""
    with house.outbox.along(lambda: a_parcel("draft")) as along:
        Users(house.database).list(ACCOUNT)
    Users(house.database).create(ACCOUNT, "later")

    assert (along.written, house.outbox.count()) == (False, 0)


def test_how_it_ended_replaces_the_draft(house: House) -> None:
    """And goes at once."""
    with house.outbox.along(lambda: a_parcel("deed")):
        Users(house.database).create(ACCOUNT, "alice")
    house.outbox.put([a_parcel("deed", errorCode="Oops")])
    house.own.step()

    assert [b"Oops" in candidate.event for candidate in house.sequencer.candidates] == [True]


class Away:
    """A sequencer that does not take anything now."""

    def submit(self, candidates: Any) -> "Future[Receipt]":
        raise Outage("the queue is full")


def test_what_cannot_be_recorded_now_waits(house: House) -> None:
    """For ever, if need be."""
    house.outbox.put([a_parcel("a")])
    away = Own(house.seen, Intake(Away(), Limits(4096, 1 << 20, 16), Masker()), lambda: 0)
    with pytest.raises(Outage):
        away.step()
    waited = house.outbox.count()
    house.own.step()

    assert (waited, house.recorded(), house.outbox.count()) == (1, ["a"], 0)


def test_what_can_never_be_recorded_does_not_hold_up_the_rest(house: House) -> None:
    """It is counted and logged; its neighbours go in."""
    broken = Parcel("broken", ACCOUNT, b'{"eventId": 7}')
    house.outbox.put([a_parcel("a"), broken, a_parcel("c")])
    house.own.step()

    assert (house.recorded(), house.own.refused, house.own.recorded, house.outbox.count()) == (
        ["a", "c"],
        1,
        2,
        0,
    )
