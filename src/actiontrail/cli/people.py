"""`actiontrail users` and `actiontrail roles`: who there is, in a record on this machine.

These commands open the record's control database; a running server sees each change at once, and records it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, NamedTuple, TypeVar

import typer

from actiontrail.cli import output
from actiontrail.cli.keys import Account, moment
from actiontrail.cli.operate import DATA, Data, Json
from actiontrail.cli.recording import Operating, of_account
from actiontrail.cli.texts import text_in

if TYPE_CHECKING:
    from actiontrail.access.roles import Role
    from actiontrail.access.users import User

Name = Annotated[str, typer.Argument(help="The name.", metavar="NAME")]
File = Annotated[
    Path,
    typer.Argument(help="A file with the policy in RAM's JSON, or `-` for standard input.", metavar="FILE"),
]
Display = Annotated[str, typer.Option("--display-name", help="The name that people read.")]
Comments = Annotated[str, typer.Option("--comments", help="A remark.")]
Description = Annotated[str, typer.Option("--description", help="What it is for.")]
Trust = Annotated[
    Path | None,
    typer.Option(
        "--trust", help="A file with the trust policy: who may assume it. Otherwise whoever the account lets."
    ),
]
Seconds = Annotated[int, typer.Option("--session-seconds-max", help="The longest session, at most 12 hours.")]

USER, ROLE = "ACS::RAM::User", "ACS::RAM::Role"
users = typer.Typer(no_args_is_help=True)
roles = typer.Typer(no_args_is_help=True)

T = TypeVar("T")


class Shown(NamedTuple, Generic[T]):
    """How things of one kind are shown: as JSON, and as the rows of a table."""

    shape: Callable[[T], dict[str, Any]]
    heads: tuple[str, ...]
    row: Callable[[T], tuple[str, ...]]


def register(app: typer.Typer) -> None:
    """Put these families' commands into `app`."""
    app.add_typer(
        users, name="users", help="An account's users: make, change and delete them, and how they sign in."
    )
    app.add_typer(roles, name="roles", help="Make, list, change and delete an account's roles.")


@users.command("create")
def create_user(
    name: Name,
    *,
    data: Data = DATA,
    account: Account = "",
    display_name: Display = "",
    comments: Comments = "",
    as_json: Json = False,
) -> None:
    """Make a user, who may do nothing before a policy is attached."""
    from actiontrail.access.users import Users

    with of_account(data, account) as (record, whose):
        said = {"UserName": name, "DisplayName": display_name, "Comments": comments}
        with record.deed("ram:CreateUser", whose, said, {USER: name}):
            made = Users(record.database).create(whose, name, display_name=display_name, comments=comments)
    show([made], USERS, as_json=as_json, one=True)


@users.command("list")
def list_users(*, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """The account's users."""
    from actiontrail.access.users import Users

    with of_account(data, account) as (record, whose):
        found = Users(record.database).list(whose)
    show(found, USERS, as_json=as_json)


@users.command("show")
def show_user(name: Name, *, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """One user, with policies and keys."""
    from actiontrail.access.users import Users

    with of_account(data, account) as (record, whose):
        user = Users(record.database).get(whose, name)
        has = held(record, user)
        keys = [one.id for one in record.keys.list(user.account, user=user)]
    if as_json:
        output.one({**_user(user), "policies": has, "keys": keys})
        return
    show([user], USERS, as_json=False, one=True)
    output.line(f"policies      {', '.join(has) or 'none'}\naccess keys   {', '.join(keys) or 'none'}")


@users.command("disable")
def disable_user(name: Name, *, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """Stop a user and all their keys, at once and everywhere; `enable` undoes it."""
    _set_state(name, "Inactive", data, account, as_json=as_json)


@users.command("enable")
def enable_user(name: Name, *, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """Let a disabled user and their keys work again."""
    _set_state(name, "Active", data, account, as_json=as_json)


@users.command("delete")
def delete_user(name: Name, *, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """Delete a user who has neither keys nor policies."""
    from actiontrail.access.users import Users

    with (
        of_account(data, account) as (record, whose),
        record.deed("ram:DeleteUser", whose, {"UserName": name}, {USER: name}),
    ):
        gone = Users(record.database).delete(whose, name)
    done({"id": gone.id, "name": gone.name, "state": "Deleted"}, as_json=as_json)


@roles.command("create")
def create_role(
    name: Name,
    *,
    data: Data = DATA,
    account: Account = "",
    trust: Trust = None,
    description: Description = "",
    session_seconds_max: Seconds = 3600,
    as_json: Json = False,
) -> None:
    """Make a role, which may do nothing before a policy is attached."""
    from actiontrail.access.roles import Roles

    document = "" if trust is None else text_in(trust)
    with of_account(data, account) as (record, whose):
        said = {
            "RoleName": name,
            "AssumeRolePolicyDocument": document,
            "MaxSessionDuration": session_seconds_max,
        }
        with record.deed("ram:CreateRole", whose, said, {ROLE: name}):
            made = Roles(record.database).create(
                whose, name, trust=document, description=description, session_seconds_max=session_seconds_max
            )
    show([made], ROLES, as_json=as_json, one=True)


@roles.command("list")
def list_roles(*, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """The account's roles."""
    from actiontrail.access.roles import Roles

    with of_account(data, account) as (record, whose):
        found = Roles(record.database).list(whose)
    show(found, ROLES, as_json=as_json)


@roles.command("show")
def show_role(name: Name, *, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """One role, with its trust policy and its policies."""
    from actiontrail.access.roles import Roles

    with of_account(data, account) as (record, whose):
        role = Roles(record.database).get(whose, name)
        has = held(record, role)
    if as_json:
        output.one({**_role(role), "policies": has})
        return
    show([role], ROLES, as_json=False, one=True)
    output.line(f"policies      {', '.join(has) or 'none'}\ntrust         {role.trust}")


@roles.command("trust")
def trust_role(
    name: Name, file: File, *, data: Data = DATA, account: Account = "", as_json: Json = False
) -> None:
    """Change who may assume a role; sessions that run go on."""
    from actiontrail.access.roles import RoleChange, Roles

    document = text_in(file)
    with of_account(data, account) as (record, whose):
        said = {"RoleName": name, "NewAssumeRolePolicyDocument": document}
        with record.deed("ram:UpdateRole", whose, said, {ROLE: name}):
            changed = Roles(record.database).update(whose, name, RoleChange(trust=document))
    show([changed], ROLES, as_json=as_json, one=True)


@roles.command("delete")
def delete_role(name: Name, *, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """Delete a role that has no policies; its sessions end at once."""
    from actiontrail.access.roles import Roles

    with (
        of_account(data, account) as (record, whose),
        record.deed("ram:DeleteRole", whose, {"RoleName": name}, {ROLE: name}),
    ):
        gone = Roles(record.database).delete(whose, name)
    done({"id": gone.id, "name": gone.name, "state": "Deleted"}, as_json=as_json)


def _set_state(
    name: str, state: Literal["Active", "Inactive"], data: Path, account: str, *, as_json: bool
) -> None:
    from actiontrail.access.users import UserChange, Users

    with (
        of_account(data, account) as (record, whose),
        record.deed("ram:UpdateUser", whose, {"UserName": name, "State": state}, {USER: name}),
    ):
        changed = Users(record.database).update(whose, name, UserChange(state=state))
    done({"id": changed.id, "name": changed.name, "state": changed.state}, as_json=as_json)


def held(record: Operating, who: "User | Role") -> list[str]:
    """The names of the policies that a user or a role has."""
    from actiontrail.access.grants import Grants

    return [one.policy_name for one in Grants(record.database).attached(who.account, who.id)]


def show(found: Sequence[T], shown: Shown[T], *, as_json: bool, one: bool = False) -> None:
    """Print what was found, or the `one` thing that was made or changed."""
    if as_json:
        output.one(shown.shape(found[0]) if one else [shown.shape(each) for each in found])
    else:
        output.table(shown.heads, (shown.row(each) for each in found))


def done(said: dict[str, str], *, as_json: bool) -> None:
    """Print what became of somebody or something."""
    if as_json:
        output.one(said)
    else:
        output.line(f"{said['name']}: {said['state']}")


def _user(user: "User") -> dict[str, Any]:
    return {
        "id": user.id,
        "account": user.account,
        "name": user.name,
        "displayName": user.display_name,
        "comments": user.comments,
        "state": user.state,
        "arn": user.arn,
        "created": user.created,
        "lastLogin": user.last_login,
    }


def _role(role: "Role") -> dict[str, Any]:
    return {
        "id": role.id,
        "account": role.account,
        "name": role.name,
        "description": role.description,
        "arn": role.arn,
        "trust": role.trust,
        "sessionSecondsMax": role.session_seconds_max,
        "created": role.created,
    }


USERS: "Shown[User]" = Shown(
    _user,
    ("NAME", "ID", "STATE", "CREATED", "SIGNED IN", "DISPLAY NAME"),
    lambda user: (
        user.name,
        user.id,
        user.state,
        moment(user.created),
        moment(user.last_login),
        user.display_name,
    ),
)
ROLES: "Shown[Role]" = Shown(
    _role,
    ("NAME", "ARN", "CREATED", "DESCRIPTION"),
    lambda role: (role.name, role.arn, moment(role.created), role.description),
)
