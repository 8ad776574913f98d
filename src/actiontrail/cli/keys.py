"""`actiontrail keys`: access keys and ingest tokens of a record on this machine.

These commands open the record's control database; a running server sees the change at once. A
secret is shown once, when it is made.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from actiontrail.cli import output
from actiontrail.cli.operate import DATA, Data, Json
from actiontrail.cli.recording import Operating, of_account, operating, the_account

if TYPE_CHECKING:
    from actiontrail.access.keys import Keys, NewSession
    from actiontrail.access.users import State
    from actiontrail.store.database import Database

Account = Annotated[
    str, typer.Option("--account", help="The account; may be left out where the record has one.")
]
Note = Annotated[str, typer.Option("--note", help="A remark, to know it again in the list.")]
AnyAccount = Annotated[
    bool,
    typer.Option("--any-account", help="For collecting: record each event for the account that it names."),
]
Id = Annotated[
    str, typer.Argument(help="The id of an access key (LTAI…) or of a token (token-…).", metavar="ID")
]

family = typer.Typer(no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Put this family's commands into `app`."""
    app.add_typer(
        family,
        name="keys",
        help="Access keys, ingest tokens and sessions of roles; and the key that signs the log.",
    )


@family.command()
def create(
    *,
    data: Data = DATA,
    account: Account = "",
    user: Annotated[
        str, typer.Option("--user", help="Whose; otherwise it is a key of the account itself.")
    ] = "",
    any_account: AnyAccount = False,
    note: Note = "",
    as_json: Json = False,
) -> None:
    """Make an access key. Its secret is shown now and never again."""
    from actiontrail.access.users import Users

    with (
        of_account(data, account) as (record, whose),
        record.deed("ram:CreateAccessKey", whose, {"UserName": user, "AnyAccount": any_account}) as doing,
    ):
        owner = Users(record.database).get(whose, user) if user else None
        made = record.keys.create_key(whose, user=owner, any_account=any_account, note=note)
        doing.answered({"AccessKey": {"AccessKeyId": made.access_key_id}})
    if as_json:
        output.one(
            {
                "accountId": made.account,
                "accessKeyId": made.access_key_id,
                "accessKeySecret": made.access_key_secret,
            }
        )
    else:
        output.line(f"account            {made.account}\naccess key id      {made.access_key_id}")
        output.line(f"access key secret  {made.access_key_secret}   (shown this once)")


@family.command()
def token(
    *,
    data: Data = DATA,
    account: Account = "",
    any_account: AnyAccount = False,
    note: Note = "",
    as_json: Json = False,
) -> None:
    """Make an ingest token: it records and reads nothing. It is shown now and never again."""
    with of_account(data, account) as (record, whose):
        said = {"Note": note, "AnyAccount": any_account}
        with record.deed("actiontrail:CreateIngestToken", whose, said) as doing:
            made = record.keys.create_token(whose, any_account=any_account, note=note)
            doing.answered({"TokenId": made.token_id})
    if as_json:
        output.one({"accountId": made.account, "tokenId": made.token_id, "token": made.token})
    else:
        output.line(f"account   {made.account}\ntoken id  {made.token_id}")
        output.line(f"token     {made.token}   (shown this once)")


@family.command("list")
def list_(*, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """Every access key, token and session: its state, and when it was used last."""
    with opened(data) as keys:
        listed = keys.list(the_account(keys, account) if account else "")
    if as_json:
        names = (
            "id",
            "account",
            "kind",
            "state",
            "userName",
            "anyAccount",
            "note",
            "created",
            "expires",
            "lastUsed",
        )
        output.one([dict(zip(names, item, strict=True)) for item in listed])
        return
    output.table(
        ("ID", "KIND", "STATE", "ACCOUNT", "CREATED", "LAST USED", "NOTE"),
        (
            (
                item.id,
                item.kind + (" (any account)" if item.any_account else ""),
                item.state,
                item.account,
                moment(item.created),
                moment(item.last_used),
                item.note,
            )
            for item in listed
        ),
    )


@family.command()
def disable(credential: Id, *, data: Data = DATA, as_json: Json = False) -> None:
    """Stop an access key or token, at once and everywhere; `enable` undoes it."""
    _set_state(credential, "Inactive", data)
    _done(credential, "Inactive", as_json=as_json)


@family.command()
def enable(credential: Id, *, data: Data = DATA, as_json: Json = False) -> None:
    """Let a disabled access key or token work again."""
    _set_state(credential, "Active", data)
    _done(credential, "Active", as_json=as_json)


@family.command()
def delete(credential: Id, *, data: Data = DATA, as_json: Json = False) -> None:
    """Delete an access key or token for good."""
    with operating(data) as record, _about(record, "Delete", credential, {}):
        record.keys.delete(credential)
    _done(credential, "Deleted", as_json=as_json)


@family.command("assume-role")
def assume_role(
    role: Annotated[str, typer.Argument(help="The name of the role.", metavar="ROLE")],
    session: Annotated[
        str, typer.Argument(help="The name of the session: who or what acts.", metavar="SESSION")
    ],
    *,
    data: Data = DATA,
    account: Account = "",
    seconds: Annotated[int, typer.Option(help="How long it lasts, at most 12 hours.")] = 3600,
    as_json: Json = False,
) -> None:
    """Make a short-lived key that acts as ROLE:SESSION and ends by itself. Whoever may run this needs no one's trust."""
    from actiontrail.access.roles import Roles

    with of_account(data, account) as (record, whose):
        said = {"RoleName": role, "RoleSessionName": session, "DurationSeconds": seconds}
        with record.deed("sts:AssumeRole", whose, said, {"ACS::RAM::Role": role}) as doing:
            wanted = Roles(record.database).get(whose, role)
            made = record.keys.create_session(wanted, session, seconds=seconds)
            doing.answered({"Credentials": {"AccessKeyId": made.access_key_id}})
    _show_session(made, as_json=as_json)


@family.command()
def rotate(*, data: Data = DATA, as_json: Json = False) -> None:
    """Hand the log over to a new signing key. The service must be stopped; the old key is gone afterwards.

    A note signed by both keys is kept with the record: who trusts the old key can follow it to the new one. An
    event of each account tells of it.
    """
    from actiontrail import config, service
    from actiontrail.access.seal import read_passphrase
    from actiontrail.api import logs
    from actiontrail.cli import untold
    from actiontrail.cli.recording import operator_here
    from actiontrail.ledger import checkpoint, note, notekey
    from actiontrail.ledger.places import Places

    logs.set_up_logs("warning", process="rotate")
    passphrase = read_passphrase(config.load(data).passphrase_file)
    with service.open_recorder(data) as recorder:  # the one writer: nobody else signs meanwhile
        old = recorder.verifiers[0].vkey
        recorder.own.stop()  # nothing is recorded behind the size that the note tells
        at = checkpoint.parse(note.parse(recorder.sequencer.checkpoint).text)
        new = notekey.rotate(data / "keys", Places(data).handover, at, passphrase)
    untold.tell(data, operator=operator_here())
    with service.open_recorder(data):
        pass  # publishes a checkpoint that the new key signed, over the events that tell of it
    if as_json:
        output.one({"origin": at.origin, "size": at.size, "oldVkey": old, "vkey": new.vkey})
    else:
        output.line(f"handed over at size {at.size}\nold key  {old}\nnew key  {new.vkey}")


def _show_session(made: "NewSession", *, as_json: bool) -> None:
    if as_json:
        output.one(
            {
                "accountId": made.account,
                "accessKeyId": made.access_key_id,
                "accessKeySecret": made.access_key_secret,
                "securityToken": made.security_token,
                "expires": made.expires,
            }
        )
        return
    output.line(f"export ALIBABA_CLOUD_ACCESS_KEY_ID={made.access_key_id}")
    output.line(f"export ALIBABA_CLOUD_ACCESS_KEY_SECRET={made.access_key_secret}")
    output.line(f"export ALIBABA_CLOUD_SECURITY_TOKEN={made.security_token}")
    output.line(f"# until {moment(made.expires)}")


def _set_state(credential: str, state: "State", data: Path) -> None:
    with operating(data) as record, _about(record, "Update", credential, {"Status": state}):
        record.keys.set_state(credential, state)


@contextmanager
def _about(record: Operating, verb: str, credential: str, said: dict[str, str]) -> Iterator[None]:
    """A change to a credential that is there, told to the account that it belongs to."""
    from actiontrail.access.keys import UnknownCredential

    found = next((one for one in record.keys.list() if one.id == credential), None)
    if found is None:
        raise UnknownCredential(f"there is no credential {credential}")
    kind = {"key": "AccessKey", "token": "IngestToken", "session": "Session"}[found.kind]
    action = f"{'actiontrail' if found.kind == 'token' else 'ram'}:{verb}{kind}"
    with record.deed(action, found.account, {f"{kind}Id": credential, **said}):
        yield


class Opened(NamedTuple):
    """The control database of a record, and its credentials."""

    database: "Database"
    keys: "Keys"


@contextmanager
def opened(data: Path) -> "Iterator[Keys]":
    """The credentials of the record in `data`. Raises where there is no record."""
    with opened_record(data) as record:
        yield record.keys


@contextmanager
def opened_record(data: Path) -> "Iterator[Opened]":
    """What the record in `data` says of who may do what. Raises where there is no record."""
    from actiontrail import config
    from actiontrail.access.keys import Keys
    from actiontrail.access.seal import Sealer, read_passphrase
    from actiontrail.cli.operate import need_record
    from actiontrail.store.database import Database

    need_record(data)
    settings = config.load(data)
    sealer = Sealer.open(data / "keys", read_passphrase(settings.passphrase_file))
    database = Database.open(data, settings.database)
    try:
        yield Opened(database, Keys(database, sealer))
    finally:
        database.close()


def _done(credential: str, state: str, *, as_json: bool) -> None:
    if as_json:
        output.one({"id": credential, "state": state})
    else:
        output.line(f"{credential}: {state}")


def moment(seconds: int | None) -> str:
    """A time as tables show it."""
    return "never" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
