"""`actiontrail policies`: what users and roles may do, in a record on this machine."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from actiontrail.cli import output
from actiontrail.cli.keys import Account
from actiontrail.cli.operate import DATA, Data, Json
from actiontrail.cli.people import ROLE, USER, Description, File, Name, Shown, done, held, show
from actiontrail.cli.recording import WhichAccount, of_account
from actiontrail.cli.texts import text_in

if TYPE_CHECKING:
    from actiontrail.access.grants import Policy
    from actiontrail.access.roles import Role
    from actiontrail.access.users import User

ToUser = Annotated[str, typer.Option("--user", help="The user who is to have it, or has it.")]
ToRole = Annotated[str, typer.Option("--role", help="The role that is to have it, or has it.")]

POLICY = "ACS::RAM::Policy"
policies = typer.Typer(no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Put this family's commands into `app`."""
    app.add_typer(policies, name="policies", help="Make, change, show, attach, detach and delete policies.")


@policies.command("create")
def create_policy(
    name: Name,
    file: File,
    *,
    data: Data = DATA,
    account: Account = "",
    description: Description = "",
    as_json: Json = False,
) -> None:
    """Make a policy. All mistakes of the file are told at once, each with its place in the JSON."""
    from actiontrail.access.grants import Grants

    document = text_in(file)
    with of_account(data, account) as (record, whose):
        said = {"PolicyName": name, "PolicyDocument": document}
        with record.deed("ram:CreatePolicy", whose, said, {POLICY: name}):
            made = Grants(record.database).create(whose, name, document, description=description)
    show([made], POLICIES, as_json=as_json, one=True)


@policies.command("update")
def update_policy(
    name: Name, file: File, *, data: Data = DATA, account: Account = "", as_json: Json = False
) -> None:
    """Change what a policy says; it holds for the next request."""
    from actiontrail.access.grants import Grants

    document = text_in(file)
    with of_account(data, account) as (record, whose):
        said = {"PolicyName": name, "PolicyDocument": document}
        with record.deed("ram:UpdatePolicy", whose, said, {POLICY: name}):
            changed = Grants(record.database).update(whose, name, document=document)
    show([changed], POLICIES, as_json=as_json, one=True)


@policies.command("list")
def list_policies(*, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """The system's policies and the account's own."""
    from actiontrail.access.grants import Grants

    with of_account(data, account) as (record, whose):
        found = Grants(record.database).policies(whose)
    show(found, POLICIES, as_json=as_json)


@policies.command("show")
def show_policy(name: Name, *, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """What a policy says."""
    from actiontrail.access.grants import Grants

    with of_account(data, account) as (record, whose):
        found = Grants(record.database).find(whose, name)
    if as_json:
        output.one(_policy(found))
    else:
        output.line(found.document)


@policies.command("attach")
def attach(
    name: Name,
    *,
    user: ToUser = "",
    role: ToRole = "",
    data: Data = DATA,
    account: Account = "",
    as_json: Json = False,
) -> None:
    """Give a user or a role a policy; it holds for the next request."""
    _grant("Attach", name, (user, role), data, account, as_json=as_json)


@policies.command("detach")
def detach(
    name: Name,
    *,
    user: ToUser = "",
    role: ToRole = "",
    data: Data = DATA,
    account: Account = "",
    as_json: Json = False,
) -> None:
    """Take a policy from a user or a role; it holds for the next request."""
    _grant("Detach", name, (user, role), data, account, as_json=as_json)


@policies.command("delete")
def delete_policy(name: Name, *, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """Delete a policy of the account's own that nobody has."""
    from actiontrail.access.grants import Grants

    with (
        of_account(data, account) as (record, whose),
        record.deed("ram:DeletePolicy", whose, {"PolicyName": name}, {POLICY: name}),
    ):
        gone = Grants(record.database).delete(whose, name)
    done({"name": gone.name, "state": "Deleted"}, as_json=as_json)


def _grant(
    verb: Literal["Attach", "Detach"],
    name: str,
    to: tuple[str, str],
    data: Path,
    account: str,
    *,
    as_json: bool,
) -> None:
    from actiontrail.access.grants import Grants
    from actiontrail.access.roles import Roles
    from actiontrail.access.users import Users

    user, role = to
    if bool(user) == bool(role):
        raise WhichAccount("say who: --user NAME or --role NAME")
    with of_account(data, account) as (record, whose):
        grants = Grants(record.database)
        kind, named = (USER, user) if user else (ROLE, role)
        word = "User" if user else "Role"
        action = f"ram:{verb}Policy{'To' if verb == 'Attach' else 'From'}{word}"
        with record.deed(
            action, whose, {"PolicyName": name, f"{word}Name": named}, {kind: named, POLICY: name}
        ):
            who: User | Role = (
                Users(record.database).get(whose, user) if user else Roles(record.database).get(whose, role)
            )
            policy = grants.find(whose, name)
            if verb == "Attach":
                grants.attach(who, policy.type, policy.name)
            else:
                grants.detach(who, policy.type, policy.name)
        has = held(record, who)
    if as_json:
        output.one({"name": who.name, "policies": has})
    else:
        output.line(f"{who.name}: {', '.join(has) or 'no policies'}")


def _policy(policy: "Policy") -> dict[str, Any]:
    return {
        "type": policy.type,
        "name": policy.name,
        "description": policy.description,
        "document": policy.document,
        "created": policy.created,
        "updated": policy.updated,
    }


POLICIES: "Shown[Policy]" = Shown(
    _policy, ("NAME", "TYPE", "DESCRIPTION"), lambda policy: (policy.name, policy.type, policy.description)
)
