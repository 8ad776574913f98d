"""`actiontrail users`: the way back in for somebody who cannot sign in."""

import json
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest

from actiontrail import service
from actiontrail.access.guesses import FREE, SigninLocked
from actiontrail.access.signin import SignIn, WrongSignin
from actiontrail.cli import main, signingin

Command = Callable[..., dict[str, object]]


@pytest.fixture
def record(tmp_path: Path) -> tuple[Path, str]:
    made = service.create(tmp_path / "data")
    return tmp_path / "data", made.account_id


@pytest.fixture
def command(record: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> Command:
    def run(*arguments: str) -> dict[str, object]:
        assert main.main(["users", *arguments, "--data", str(record[0]), "--json"]) == 0
        told: dict[str, object] = json.loads(capsys.readouterr().out)
        return told

    return run


def given(command: Command) -> dict[str, object]:
    command("create", "alice")
    return command("password", "alice")


def signing_in(record: tuple[Path, str], act: Callable[[SignIn, str], None]) -> None:
    with signingin.opened(record[0], record[1]) as opened:
        act(opened.signin, opened.account)


def test_a_user_is_made_with_a_password_that_has_to_be_changed(
    record: tuple[Path, str], command: Command
) -> None:
    """Whoever sits at the machine can always let somebody in."""
    made = given(command)

    def check(signin: SignIn, account: str) -> None:
        proven = signin.by_password(account, "alice", str(made["password"]), "", "")
        assert proven.bound == "password"

    signing_in(record, check)


def test_a_locked_user_is_unlocked(record: tuple[Path, str], command: Command) -> None:
    """And gets another password, if they want one."""
    made = given(command)

    def lock(signin: SignIn, account: str) -> None:
        for number in range(FREE):
            with pytest.raises(WrongSignin):
                signin.by_password(account, "alice", "wrong password", "", f"192.0.2.{number}")
        with pytest.raises(SigninLocked):
            signin.by_password(account, "alice", str(made["password"]), "", "")

    signing_in(record, lock)
    told = command("unlock", "alice")

    signing_in(
        record,
        lambda signin, account: signin.by_password(account, "alice", str(made["password"]), "", "") and None,
    )
    assert told == {"user": "alice", "accountId": record[1], "hadMistakes": True}


def test_a_lost_app_is_taken_away(record: tuple[Path, str], command: Command) -> None:
    """Telephones fall into lakes."""
    given(command)

    def set_up(signin: SignIn, account: str) -> None:
        user = signin.users.get(account, "alice")
        signin.confirm_totp(user, pyotp.TOTP(signin.begin_totp(user)).now())

    signing_in(record, set_up)
    told = [command("totp-reset", "alice")["hadTotp"], command("totp-reset", "alice")["hadTotp"]]

    assert told == [True, False]


def test_the_set_up_link_is_offered_while_nobody_can_sign_in(
    record: tuple[Path, str], command: Command
) -> None:
    """Its token stands after #, so no server and no log ever sees it."""
    before = str(command("setup-link")["path"])
    served = signingin.offer(record[0], "http://127.0.0.1:8770")
    given(command)

    assert before.startswith("/console/setup#token=")
    assert (served.partition("#")[0], signingin.offer(record[0], "http://127.0.0.1:8770")) == (
        "http://127.0.0.1:8770/console/setup",
        "",
    )
    assert command("setup-link")["path"] is None
