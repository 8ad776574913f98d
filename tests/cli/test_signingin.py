"""`actiontrail users`: the way back in for somebody who cannot sign in."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest

from actiontrail import service
from actiontrail.access.guesses import FREE, SigninLocked
from actiontrail.access.signin import SignIn, WrongSignin
from actiontrail.cli import main, operate, signingin

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


def given(command: Command, account: str = "") -> dict[str, object]:
    of = ["--account", account] if account else []
    command("create", "alice", *of)
    return command("password", "alice", *of)


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


def test_a_password_for_somebody_inactive_is_given_with_what_keeps_them_out(
    record: tuple[Path, str], command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """It may be given before they are let in again; that it opens nothing yet must not be a riddle."""
    given(command)
    command("disable", "alice")
    told = command("password", "alice")["state"]
    assert main.main(["users", "password", "alice", "--data", str(record[0])]) == 0

    assert (told, "`actiontrail users enable alice`" in capsys.readouterr().out) == ("Inactive", True)


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
    (served,), more = signingin.offers(record[0], "http://127.0.0.1:8770")
    given(command)

    assert before.startswith("/console/setup#token=")
    assert (served.account, served.link.partition("#")[0], more) == (record[1], "http://127.0.0.1:8770/console/setup", 0)  # fmt: skip
    assert (signingin.offers(record[0], "http://127.0.0.1:8770"), command("setup-link")["path"]) == (([], 0), None)  # fmt: skip


def accounts(record: tuple[Path, str], names: list[str]) -> list[str]:
    made: list[str] = []
    signing_in(record, lambda signin, _: made.extend(signin.accounts.create(name).id for name in names))
    return made


def test_serve_prints_a_link_for_each_account_of_which_nobody_can_sign_in(
    record: tuple[Path, str], command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new member of a directory is let in like the first account; each link opens its own account and no other."""
    given(command, record[1])
    mine = accounts(record, ["one", "two"])
    operate.show_console(record[0], "http://trail.test")
    told = capsys.readouterr().out
    links = re.findall(r"account (\d+) \((\w+)\).*\n  http://trail.test/console/setup#token=(\S+)", told)
    users: list[str] = []

    def take(signin: SignIn, _: str) -> None:
        for account, name, token in links:
            users.append(
                signin.take_setup(signin.ready_setup(token, f"{name}-admin", "correct horse 7")).account
            )
            assert users[-1] == account

    signing_in(record, take)

    assert sorted((account, name) for account, name, _ in links) == sorted(
        zip(mine, ["one", "two"], strict=True)
    )
    assert sorted(users) == sorted(mine)
    assert signingin.offers(record[0], "") == ([], 0)


def test_serve_prints_a_handful_and_says_how_many_more(
    record: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A directory of a thousand accounts fills no screen, and nobody is left without a way in."""
    accounts(record, [f"member-{number}" for number in range(7)])
    operate.show_console(record[0], "http://trail.test")
    told = capsys.readouterr().out

    assert (told.count("#token="), "And 3 more accounts" in told, "users setup-link --account ACCOUNT" in told) == (5, True, True)  # fmt: skip


def test_a_set_up_link_is_whole_where_its_address_can_be_known(
    record: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """By the option, by the setting; otherwise what to put before it is said."""

    def said(*more: str) -> str:
        assert main.main(["users", "setup-link", "--data", str(record[0]), *more]) == 0
        return capsys.readouterr().out

    bare, by_option = said(), said("--endpoint", "http://192.0.2.1:8770/console/")
    with (record[0] / "config.toml").open("a") as file:
        file.write('console_url = "https://trail.example.com"\n')
    by_setting = said()
    as_json = json.loads(said("--json"))

    assert [text.partition("#")[0] for text in (bare, by_option, by_setting, as_json["url"])] == [
        "/console/setup",
        "http://192.0.2.1:8770/console/setup",
        "https://trail.example.com/console/setup",
        "https://trail.example.com/console/setup",
    ]
    assert ("Put before it" in bare, "Put before it" in by_option, as_json["accountId"]) == (True, False, record[1])  # fmt: skip
    assert main.main(["users", "setup-link", "--data", str(record[0]), "--endpoint", "trail.test"]) == 2
