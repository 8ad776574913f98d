"""Looking after how others get in: first passwords, locks, lost apps, open browsers; and why somebody may do something."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from tests.access.test_policy import a_statement, text
from tests.kit.access import AccessHouse, an_access_house
from tests.kit.browser import RIGHT

from actiontrail.access.guesses import FREE
from actiontrail.access.signin import WrongSignin
from actiontrail.access.users import User


@pytest.fixture
def house(tmp_path: Path) -> Iterator[AccessHouse]:
    with an_access_house(tmp_path) as made:
        yield made


def alice(house: AccessHouse) -> User:
    """A user who can sign in, has an app, and is in at two browsers."""
    user = house.desk.users.create(house.account, "alice")
    house.desk.signin.set_password(user, RIGHT)
    secret = house.desk.signin.begin_totp(user)
    house.desk.signin.confirm_totp(user, pyotp.TOTP(secret).now())
    for _ in range(2):
        house.desk.sessions.open(user, mfa=True, method="password")
    return user


def test_an_administrator_sees_how_somebody_gets_in(house: AccessHouse) -> None:
    """Before anything is reset; no secret is among it."""
    alice(house)
    _, said = house.ask("GET", "users/alice/signin")
    sessions = said.pop("sessions")

    assert said == {
        "user": "alice",
        "password": True,
        "mustChange": False,
        "totp": True,
        "recoveryCodes": 10,
        "linked": False,
        "mistakes": 0,
    }
    assert [(one["mfa"], one["method"]) for one in sessions] == [(True, "password")] * 2


def test_a_first_password_is_given_once_and_ends_every_session(house: AccessHouse) -> None:
    """It is random, has to be changed, and opens a name that guesses had locked."""
    user = alice(house)
    house.desk.signin.drop_totp(user)
    for number in range(FREE):
        with pytest.raises(WrongSignin):
            house.desk.signin.by_password(user.account, "alice", "wrong", "", f"192.0.2.{number}")
    before = house.ask("GET", "users/alice/signin")[1]
    given = [house.ask("POST", "users/alice/password")[1]["password"] for _ in range(2)]
    after = house.ask("GET", "users/alice/signin")[1]
    proven = house.desk.signin.by_password(user.account, "alice", given[1], "", "192.0.2.200")

    assert (before["mistakes"], before["lockedSeconds"] > 0, len(set(given))) == (FREE, True, 2)
    assert (after["mustChange"], after["sessions"], after["mistakes"], proven.bound) == (True, [], 0, "password")  # fmt: skip
    assert given[1] not in json.dumps(after)


@pytest.mark.parametrize(
    ("method", "target", "left"),
    [
        ("POST", "users/alice/unlock", (True, True, 2)),
        ("DELETE", "users/alice/totp", (True, False, 0)),
        ("DELETE", "users/alice/sessions", (True, True, 0)),
        ("DELETE", "users/alice/signin", (False, False, 0)),
    ],
)
def test_what_is_taken_away_is_gone_and_nothing_else(
    house: AccessHouse, method: str, target: str, left: tuple[bool, bool, int]
) -> None:
    """Password, app, and how many sessions there are afterwards."""
    alice(house)
    _, said = house.ask(method, target)

    assert (said["password"], said["totp"], len(said["sessions"])) == left


def test_one_session_of_somebody_is_ended(house: AccessHouse) -> None:
    """A browser that was left open in an airport."""
    user = alice(house)
    ended = house.desk.sessions.of(user)[0].id
    _, said = house.ask("DELETE", f"users/alice/sessions/{ended}")

    assert ended not in [one["id"] for one in said["sessions"]]
    assert house.code("DELETE", f"users/alice/sessions/{ended}") == "EntityNotExist.Session"


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "users/alice/signin"),
        ("DELETE", "users/alice/signin"),
        ("POST", "users/alice/password"),
        ("POST", "users/alice/unlock"),
        ("DELETE", "users/alice/totp"),
        ("DELETE", "users/alice/sessions"),
    ],
)
def test_nobody_looks_after_users_of_another_account_or_without_leave(
    house: AccessHouse, method: str, target: str
) -> None:
    """A root of a neighbour finds no such user; a user without a policy is told so."""
    alice(house)
    neighbour = house.key_of(house.keys.create_account("other"))
    bob = house.a_user("bob")

    assert (house.code(method, target, key=neighbour), house.code(method, target, key=bob)) == (
        "EntityNotExist.User",
        "NoPermission",
    )


def test_a_policy_is_checked_while_it_is_written(house: AccessHouse) -> None:
    """By line, and nothing is made of it."""
    wrong = '{\n "Version": "2",\n "Statement": []\n}'
    _, said = house.ask("POST", "check-policy", {"document": wrong})
    _, right = house.ask("POST", "check-policy", {"document": text(a_statement())})

    assert [(one["line"], one["path"]) for one in said["mistakes"]] == [(2, "$.Version"), (3, "$.Statement")]
    assert right == {"mistakes": []}


@pytest.mark.parametrize(
    ("action", "resource", "context", "expected"),
    [
        ("oss:GetObject", "*", {}, (False, False, "", ["action", "action", "action"])),
        ("ecs:RunInstances", "acs:ecs:cn-hangzhou:1:instance/i-1", {}, (True, False, "Works", ["", "resource", "action"])),
        ("ecs:RunInstances", "acs:ecs:cn-hangzhou:1:instance/prod", {}, (False, True, "Works", ["", "", "action"])),
        ("sts:AssumeRole", "*", {"acs:SourceIp": "198.51.100.1"}, (False, False, "", ["action", "action", "condition"])),
        ("sts:AssumeRole", "*", {"acs:SourceIp": "192.0.2.7"}, (True, False, "Works", ["action", "action", ""])),
    ],
)  # fmt: skip
def test_it_is_told_whether_somebody_may_and_why(
    house: AccessHouse,
    action: str,
    resource: str,
    context: dict[str, str],
    expected: tuple[bool, bool, str, list[str]],
) -> None:
    """Each statement: by what it speaks of something else, or that it counts."""
    house.a_user("bob")
    document = text(
        a_statement(Action="ecs:*"),
        a_statement(Effect="Deny", Action="ecs:*", Resource="acs:ecs:*:*:instance/prod"),
        a_statement(Action="sts:AssumeRole", Condition={"IpAddress": {"acs:SourceIp": ["192.0.2.0/24"]}}),
    )
    house.ask("POST", "policies", {"name": "Works", "document": document})
    house.ask("PUT", "users/bob/policies/Works")
    asked = {"user": "bob", "action": action, "resource": resource, "context": context}
    _, said = house.ask("POST", "simulate", asked)

    assert (said["allowed"], said["explicit"], said["policy"], [one["missed"] for one in said["statements"]]) == expected  # fmt: skip


@pytest.mark.parametrize("who", [{}, {"user": "a", "role": "b"}, {"user": "nobody"}])
def test_a_simulation_is_of_somebody(house: AccessHouse, who: dict[str, str]) -> None:
    """One user or one role, who is there."""
    assert house.code("POST", "simulate", {"action": "oss:GetObject", **who}) in (
        "InvalidQueryParameter",
        "EntityNotExist.User",
    )
