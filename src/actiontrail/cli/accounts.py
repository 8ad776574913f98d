"""`actiontrail accounts` and `actiontrail directory`: the accounts of a record on this machine, and who manages whom."""

from typing import TYPE_CHECKING, Annotated

import typer

from actiontrail.cli import output
from actiontrail.cli.keys import Account, moment
from actiontrail.cli.operate import DATA, Data, Json
from actiontrail.cli.recording import ACCOUNT, of_account, operating

if TYPE_CHECKING:
    from actiontrail.access.directory import Organization

Member = Annotated[str, typer.Argument(help="The id of the member's account.", metavar="ACCOUNT")]
Managing = Annotated[
    str,
    typer.Option("--account", help="The account that manages it; may be left out where the record has one."),
]
accounts = typer.Typer(no_args_is_help=True)
directory = typer.Typer(no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Put these families' commands into `app`."""
    app.add_typer(accounts, name="accounts", help="Make, list and rename accounts.")
    app.add_typer(
        directory, name="directory", help="Accounts that belong together, one of which manages the others."
    )


@accounts.command("create")
def create_account(
    name: Annotated[str, typer.Argument(help="A name for it.", metavar="NAME")] = "",
    *,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Make an account, with its own events, users and trails. `keys create --account ID` makes its first key."""
    from actiontrail.access.accounts import Accounts, new_id

    whose = new_id()  # the event belongs to the account that is made
    with (
        operating(data) as record,
        record.deed("resourcemanager:CreateAccount", whose, {"DisplayName": name}, {ACCOUNT: whose}),
    ):
        made = Accounts(record.database).create(name, account=whose)
    if as_json:
        output.one({"id": made.id, "name": made.name, "created": made.created})
    else:
        output.line(f"account  {made.id}")


@accounts.command("list")
def list_accounts(*, data: Data = DATA, as_json: Json = False) -> None:
    """Every account of the record."""
    from actiontrail.access.accounts import Accounts

    with operating(data) as record:
        found = Accounts(record.database).list()
    if as_json:
        output.one([{"id": one.id, "name": one.name, "created": one.created} for one in found])
        return
    output.table(("ID", "NAME", "CREATED"), ((one.id, one.name, moment(one.created)) for one in found))


@accounts.command("rename")
def rename_account(
    account: Annotated[str, typer.Argument(help="The account's id.", metavar="ACCOUNT")],
    name: Annotated[str, typer.Argument(help="Its new name.", metavar="NAME")],
    *,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Give an account another name."""
    from actiontrail.access.accounts import Accounts

    with operating(data) as record:
        Accounts(record.database).get(account)
        with record.deed(
            "resourcemanager:UpdateAccount", account, {"NewDisplayName": name}, {ACCOUNT: account}
        ):
            renamed = Accounts(record.database).rename(account, name)
    if as_json:
        output.one({"id": renamed.id, "name": renamed.name, "created": renamed.created})
    else:
        output.line(f"{renamed.id}: {renamed.name}")


@directory.command("create")
def create_directory(*, data: Data = DATA, account: Managing = "", as_json: Json = False) -> None:
    """Make a directory, which the account manages."""
    from actiontrail.access.directory import Directories

    with (
        of_account(data, account) as (record, whose),
        record.deed("resourcemanager:InitResourceDirectory", whose, {}),
    ):
        made = Directories(record.database).create(whose)
    _show(made, as_json=as_json)


@directory.command("show")
def show_directory(*, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """The directory that the account manages or belongs to."""
    from actiontrail.access.directory import Directories

    with of_account(data, account) as (record, whose):
        found = Directories(record.database).organization_of(whose)
    if found is not None:
        _show(found, as_json=as_json)
    elif as_json:
        output.one(None)
    else:
        output.line("the account belongs to no directory")


@directory.command("add")
def add_member(member: Member, *, data: Data = DATA, account: Managing = "", as_json: Json = False) -> None:
    """Make an account a member of the directory; its events may go into the organization's trails then."""
    from actiontrail.access.directory import Directories

    with (
        of_account(data, account) as (record, whose),
        record.deed("resourcemanager:AddMember", whose, {"AccountId": member}, {ACCOUNT: member}),
    ):
        changed = Directories(record.database).add(whose, member)
    _show(changed, as_json=as_json)


@directory.command("remove")
def remove_member(
    member: Member, *, data: Data = DATA, account: Managing = "", as_json: Json = False
) -> None:
    """Let a member out of the directory; the account stays."""
    from actiontrail.access.directory import Directories

    with (
        of_account(data, account) as (record, whose),
        record.deed("resourcemanager:RemoveCloudAccount", whose, {"AccountId": member}, {ACCOUNT: member}),
    ):
        changed = Directories(record.database).remove(whose, member)
    _show(changed, as_json=as_json)


@directory.command("delete")
def delete_directory(*, data: Data = DATA, account: Managing = "", as_json: Json = False) -> None:
    """Delete the directory, if it has no members."""
    from actiontrail.access.directory import Directories

    with (
        of_account(data, account) as (record, whose),
        record.deed("resourcemanager:DestroyResourceDirectory", whose, {}),
    ):
        gone = Directories(record.database).delete(whose)
    if as_json:
        output.one({"id": gone.id, "state": "Deleted"})
    else:
        output.line(f"{gone.id}: Deleted")


def _show(found: "Organization", *, as_json: bool) -> None:
    if as_json:
        output.one(
            {
                "id": found.id,
                "managementAccount": found.management_account,
                "members": list(found.members),
                "created": found.created,
            }
        )
        return
    output.line(f"directory  {found.id}\nmanaged by {found.management_account}")
    for member in found.members:
        output.line(f"member     {member}")
