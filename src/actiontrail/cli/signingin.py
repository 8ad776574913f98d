"""`actiontrail users password`, `unlock`, `totp-reset` and `setup-link`: how people get in to the console again.

These commands open the record's control database; a running server sees each change at once, and records it. A
password that is given here has to be changed at the first sign-in.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from actiontrail.cli import output
from actiontrail.cli.keys import Account
from actiontrail.cli.operate import DATA, Data, Json
from actiontrail.cli.people import USER, Name, users
from actiontrail.cli.recording import Operating, operating, the_account

if TYPE_CHECKING:
    from actiontrail.access.signin import SignIn


OFFERS_MAX = 5  # links that `serve` prints


class Opened(NamedTuple):
    """A record, signing in to it, and the account that is meant."""

    record: Operating
    signin: "SignIn"
    account: str


def register(_app: typer.Typer) -> None:
    """The commands are of the family `users`; importing this module put them there."""


@users.command()
def password(name: Name, *, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """Give a user a first password for the console, to be changed at once; their sessions are over."""
    from actiontrail.api.deeds import password_reset

    with opened(data, account) as (record, signin, whose):
        user = signin.users.get(whose, name)
        with record.doing(password_reset(user.name), whose):
            given = signin.give_password(user)
    if as_json:
        output.one({"accountId": whose, "user": user.name, "password": given, "state": user.state})
    else:
        output.line(f"account   {whose}\nuser      {user.name}")
        output.line(f"password  {given}   (shown this once; to be changed at the first sign-in)")
        if user.state != "Active":
            output.line(
                f"{user.name} is inactive and cannot sign in before `actiontrail users enable {user.name}`"
            )


@users.command()
def unlock(name: Name, *, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """Let a user try again at once, after too many wrong passwords."""
    with opened(data, account) as (record, signin, whose):
        user = signin.users.get(whose, name)
        with record.deed("ram:UnlockUser", whose, {"UserName": user.name}, {USER: user.name}):
            was = signin.guesses.unlock(whose, user.name)
    if as_json:
        output.one({"accountId": whose, "user": user.name, "hadMistakes": was})
    else:
        output.line(f"{user.name} may try again" if was else f"{user.name} was not locked")


@users.command("totp-reset")
def totp_reset(name: Name, *, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """Take a lost authenticator app away: the password alone signs in again; their sessions are over."""
    with opened(data, account) as (record, signin, whose):
        user = signin.users.get(whose, name)
        had = signin.ways(user).totp
        with record.deed("ram:UnbindMFADevice", whose, {"UserName": user.name}, {USER: user.name}):
            signin.drop_totp(user)
    if as_json:
        output.one({"accountId": whose, "user": user.name, "hadTotp": had})
    else:
        output.line(f"{user.name} needs no code any more" if had else f"{user.name} had no authenticator app")


@users.command("setup-link")
def setup_link(
    *,
    data: Data = DATA,
    account: Account = "",
    endpoint: Annotated[
        str,
        typer.Option(
            "--endpoint", help="Where browsers find the service; otherwise the setting `console_url`."
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Print the link that makes the first administrator of an account: good once, for a day. `serve` prints it, too."""
    from actiontrail import config

    before = _checked(endpoint or config.load(data).console_url)
    with opened(data, account) as (record, signin, whose):
        token = _offered(record, signin, whose)
    if as_json:
        url = f"{before}{path_of(token)}" if token and before else None
        output.one({"accountId": whose, "path": path_of(token) if token else None, "url": url})
    elif not token:
        output.line(
            f"account {whose} has a user with a way to sign in: `actiontrail users list` shows who is inactive,"
            " `users enable` lets them in again, `users password` gives a new password"
        )
    else:
        output.line(f"{before}{path_of(token)}")
        if not before:
            output.line(
                "Put before it where browsers find the service, as in http://127.0.0.1:8770; or name that with --endpoint"
                " or the setting console_url."
            )


def _offered(record: Operating, signin: "SignIn", account: str) -> str | None:
    """A token of a set-up link, which is told: whoever has the link can become an administrator."""
    from actiontrail.access.signin import SETUP_SECONDS

    if signin.is_opened(account):
        return None

    with record.deed("ram:CreateSetupLink", account, {"DurationSeconds": SETUP_SECONDS}):
        return signin.offer_setup(account)


def _checked(endpoint: str) -> str:
    """An address without the slash at its end. Raises `BadParameter` for one that no browser opens."""
    if endpoint and not endpoint.startswith(("http://", "https://")):
        raise typer.BadParameter("it begins with http:// or https://", param_hint="--endpoint")
    return endpoint.rstrip("/").removesuffix("/console")


def path_of(token: str) -> str:
    """Where the first administrator is made. What stands after # never reaches a server, nor a log."""
    return f"/console/setup#token={token}"


class Offer(NamedTuple):
    """A set-up link, and whose."""

    account: str
    name: str
    link: str


def offers(data: Path, endpoint: str, *, most: int = OFFERS_MAX) -> tuple[list[Offer], int]:
    """A link for each of the first `most` accounts of which nobody can sign in, and how many more there are."""
    with opened(data, "", first=True) as (record, signin, _account):
        having_none = signin.with_nobody()
        told = [
            Offer(one.id, one.name, f"{endpoint.rstrip('/')}{path_of(token)}")
            for one in having_none[:most]
            if (token := _offered(record, signin, one.id))
        ]
    return told, max(0, len(having_none) - most)


@contextmanager
def opened(data: Path, account: str, *, first: bool = False) -> Iterator[Opened]:
    """Signing in to the record in `data`; its first account, if that is wanted. Raises where there is no record."""
    from actiontrail import config
    from actiontrail.access.seal import Sealer, read_passphrase
    from actiontrail.access.signin import SignIn

    with operating(data) as record:
        settings = config.load(data)
        sealer = Sealer.open(data / "keys", read_passphrase(settings.passphrase_file))
        signin = SignIn(record.database, sealer, need_totp=settings.console_totp_required)
        chosen = signin.accounts.list()[0].id if first else the_account(record.keys, account)
        yield Opened(record, signin, chosen)
