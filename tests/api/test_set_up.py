"""The first administrator: what a set-up link does and the events of it are one commit, wherever the process dies."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.kit.browser import CHEAP, RIGHT
from tests.kit.caller import a_ring

from actiontrail.access.consoles import Limits, Sessions
from actiontrail.access.grants import Grants
from actiontrail.access.guesses import FREE, PER_ADDRESS, SigninLocked
from actiontrail.access.seal import Sealer
from actiontrail.access.signin import InactiveFirst, SignIn, WrongSetup
from actiontrail.access.users import UserChange
from actiontrail.api.chronicle import Chronicle
from actiontrail.api.door import Door
from actiontrail.api.session import Desk
from actiontrail.api.signature import Sent
from actiontrail.api.visitors import Visitors
from actiontrail.capture.masking import Masker
from actiontrail.store.database import Database
from actiontrail.store.outbox import HOLD_MS, Outbox

ORIGIN = "http://127.0.0.1:8770"
EVENTS = ["AttachPolicyToUser", "CreateUser", "PasswordReset"]


class Killed(BaseException):
    """The process is gone: nothing after this line runs."""


class House:
    """The session's desk over a real control database, with the chronicle that really keeps it."""

    def __init__(self, folder: Path) -> None:
        self.now = 1_800_000_000.0
        self.database = Database.open(folder)
        self.outbox = Outbox(self.database, now=self.clock)
        self.signin = SignIn(self.database, Sealer(b"k" * 32), passwords=CHEAP, now=self.clock)
        self.account = self.signin.accounts.create("one").id
        sessions = Sessions(self.database, self.signin.users, b"c" * 32, limits=Limits(600, 3600), now=self.clock)  # fmt: skip
        self.desk = Desk(
            self.signin,
            Visitors(Door(a_ring()), sessions),
            tell=lambda _: None,
            deeds=Chronicle(self.outbox, Masker(), region="cn-hangzhou", scope="all", now=self.clock),
            region="cn-hangzhou",
        )
        self.token = self.signin.offer_setup(self.account) or ""

    def clock(self) -> float:
        return self.now

    def set_up(self, user: str = "first") -> None:
        """As the page sends it."""
        body = json.dumps({"token": self.token, "user": user, "password": RIGHT}).encode()
        headers = {"host": "127.0.0.1:8770", "origin": ORIGIN, "content-type": "application/json"}
        self.desk.set_up(Sent("POST", "/v1/session/setup", headers, body))

    def told(self) -> list[dict[str, Any]]:
        """The events on their way, when nobody will come back to say how it ended."""
        self.now += HOLD_MS / 1000
        return sorted(
            (json.loads(one.event) for one in self.outbox.waiting()), key=lambda one: str(one["eventName"])
        )

    def made(self) -> list[tuple[str, list[str], bool]]:
        """Each user: their policies, and whether they have a password."""
        return [
            (
                user.name,
                [one.policy_name for one in Grants(self.database).attached(self.account, user.id)],
                self.signin.ways(user).password,
            )
            for user in self.signin.users.list(self.account)
        ]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = House(tmp_path)
    yield opened
    opened.database.close()


def test_wrong_links_lock_nobody_out_who_has_the_right_one(house: House) -> None:
    """Whoever finds an empty service may try links for ever; that must not keep its owner from setting it up."""
    right, house.token = house.token, "set-wrong"
    for _ in range(3 * FREE):
        with pytest.raises(WrongSetup):
            house.set_up()
    house.token = right
    house.set_up()

    assert [name for name, _, _ in house.made()] == ["first"]


def test_one_address_tries_so_many_links_and_no_more(house: House) -> None:
    """Each is a question to the database."""
    house.token = "set-wrong"
    for _ in range(PER_ADDRESS):
        with pytest.raises(WrongSetup):
            house.set_up()
    with pytest.raises(SigninLocked, match="1 seconds"):
        house.set_up()


def test_the_first_administrator_and_their_events_are_there(house: House) -> None:
    """Who was made, what they were given, that they got a password: each an event of theirs, and none with a secret."""
    house.set_up()
    told = house.told()

    assert house.made() == [("first", ["AdministratorAccess"], True)]
    assert [(one["eventName"], one["resourceName"], one["userIdentity"]["userName"], one.get("errorCode")) for one in told] == [
        ("AttachPolicyToUser", "first;AdministratorAccess", "first", None), ("CreateUser", "first", "first", None), ("PasswordReset", "first", "first", None),
    ]  # fmt: skip
    assert (house.token in str(told), RIGHT in str(told)) == (False, False)


def test_a_process_that_dies_right_after_the_commit_leaves_no_change_without_its_event(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator of whom no event tells would be the best hiding place there is."""

    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(house.outbox, "put", die)
    with pytest.raises(Killed):
        house.set_up()

    assert house.made() == [("first", ["AdministratorAccess"], True)]
    assert [one["eventName"] for one in house.told()] == EVENTS


@pytest.mark.parametrize("dies_at", ["SignIn._put_password", "Grants.give", "Users.add"])
def test_a_process_that_dies_before_the_commit_has_done_and_told_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    """And the link is as good as it was: no half-made user keeps its owner out."""

    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(f"actiontrail.access.signin.{dies_at}", die)
    with pytest.raises(Killed):
        house.set_up()
    after = (house.made(), house.told())
    monkeypatch.undo()
    house.set_up()

    assert after == ([], [])
    assert house.made() == [("first", ["AdministratorAccess"], True)]


def test_somebody_who_was_made_before_is_let_in_and_not_made_again(house: House) -> None:
    """A user without a way to sign in, such as one of programs."""
    house.signin.users.create(house.account, "first")
    house.set_up("FIRST")

    assert house.made() == [("first", ["AdministratorAccess"], True)]
    assert [one["eventName"] for one in house.told()] == ["AttachPolicyToUser", "PasswordReset"]


@pytest.mark.parametrize("disabled", ["before", "meanwhile"])
def test_a_link_lets_in_nobody_who_is_inactive_and_stays_good(
    house: House, monkeypatch: pytest.MonkeyPatch, disabled: str
) -> None:
    """They would get a password, use up the link, and could not sign in."""
    house.signin.users.create(house.account, "first")

    def disable() -> None:
        house.signin.users.update(house.account, "first", UserChange(state="Inactive"))

    with monkeypatch.context() as patched:
        if disabled == "before":
            disable()
        else:
            patched.setattr(house.signin, "take_setup", lambda first: (disable(), take(first))[1])
            take = type(house.signin).take_setup.__get__(house.signin)
        with pytest.raises(InactiveFirst) as refused:
            house.set_up("FIRST")
    after = house.made()
    house.signin.users.update(house.account, "first", UserChange(state="Active"))
    house.set_up()

    assert f"actiontrail users enable first --account {house.account}" in str(refused.value)
    assert (after, house.made()) == ([("first", [], False)], [("first", ["AdministratorAccess"], True)])
