"""`actiontrail users`, `roles` and `policies`: who may do what, in a record on this machine.

These commands open the record's control database; a running server sees each change at once, and records it.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from actiontrail.cli import output
from actiontrail.cli.keys import Account, WhichAccount, moment, the_account
from actiontrail.cli.operate import DATA, Data, Json
from actiontrail.cli.recording import Operating, operating

if TYPE_CHECKING:
    from actiontrail.access.grants import Policy
    from actiontrail.access.roles import Role
    from actiontrail.access.users import User

Name = Annotated[str, typer.Argument(help="The name.", metavar="NAME")]
File = Annotated[
    Path,
    typer.Argument(help="A file with the policy in RAM's JSON, or `-` for standard input.", metavar="FILE"),
]
ToUser = Annotated[str, typer.Option("--user", help="The user who is to have it, or has it.")]
ToRole = Annotated[str, typer.Option("--role", help="The role that is to have it, or has it.")]
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

USER, ROLE, POLICY = "ACS::RAM::User", "ACS::RAM::Role", "ACS::RAM::Policy"
users = typer.Typer(no_args_is_help=True)
roles = typer.Typer(no_args_is_help=True)
policies = typer.Typer(no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Put these families' commands into `app`."""
    app.add_typer(users, name="users", help="Make, list, change and delete an account's users.")
    app.add_typer(roles, name="roles", help="Make, list, change and delete an account's roles.")
    app.add_typer(policies, name="policies", help="Make, show, attach and detach policies.")


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

    with operating(data) as record:
        whose = the_account(record.keys, account)
        said = {"UserName": name, "DisplayName": display_name, "Comments": comments}
        with record.deed("ram:CreateUser", whose, said, {USER: name}):
            made = Users(record.database).create(whose, name, display_name=display_name, comments=comments)
    _show_users([made], as_json=as_json, one=True)


@users.command("list")
def list_users(*, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """The account's users."""
    from actiontrail.access.users import Users

    with operating(data) as record:
        found = Users(record.database).list(the_account(record.keys, account))
    _show_users(found, as_json=as_json)


@users.command("show")
def show_user(name: Name, *, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """One user, with policies and keys."""
    from actiontrail.access.users import Users

    with operating(data) as record:
        user = Users(record.database).get(the_account(record.keys, account), name)
        held = _held(record, user)
        keys = [one.id for one in record.keys.list(user.account, user=user)]
    if as_json:
        output.one({**_user(user), "policies": held, "keys": keys})
        return
    _show_users([user], as_json=False, one=True)
    output.line(f"policies      {', '.join(held) or 'none'}\naccess keys   {', '.join(keys) or 'none'}")


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

    with operating(data) as record:
        whose = the_account(record.keys, account)
        with record.deed("ram:DeleteUser", whose, {"UserName": name}, {USER: name}):
            gone = Users(record.database).delete(whose, name)
    _done({"id": gone.id, "name": gone.name, "state": "Deleted"}, as_json=as_json)


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

    document = "" if trust is None else _read(trust)
    with operating(data) as record:
        whose = the_account(record.keys, account)
        said = {
            "RoleName": name,
            "AssumeRolePolicyDocument": document,
            "MaxSessionDuration": session_seconds_max,
        }
        with record.deed("ram:CreateRole", whose, said, {ROLE: name}):
            made = Roles(record.database).create(
                whose, name, trust=document, description=description, session_seconds_max=session_seconds_max
            )
    _show_roles([made], as_json=as_json, one=True)


@roles.command("list")
def list_roles(*, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """The account's roles."""
    from actiontrail.access.roles import Roles

    with operating(data) as record:
        found = Roles(record.database).list(the_account(record.keys, account))
    _show_roles(found, as_json=as_json)


@roles.command("show")
def show_role(name: Name, *, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """One role, with its trust policy and its policies."""
    from actiontrail.access.roles import Roles

    with operating(data) as record:
        role = Roles(record.database).get(the_account(record.keys, account), name)
        held = _held(record, role)
    if as_json:
        output.one({**_role(role), "policies": held})
        return
    _show_roles([role], as_json=False, one=True)
    output.line(f"policies      {', '.join(held) or 'none'}\ntrust         {role.trust}")


@roles.command("trust")
def trust_role(
    name: Name, file: File, *, data: Data = DATA, account: Account = "", as_json: Json = False
) -> None:
    """Change who may assume a role; sessions that run go on."""
    from actiontrail.access.roles import RoleChange, Roles

    document = _read(file)
    with operating(data) as record:
        whose = the_account(record.keys, account)
        said = {"RoleName": name, "NewAssumeRolePolicyDocument": document}
        with record.deed("ram:UpdateRole", whose, said, {ROLE: name}):
            changed = Roles(record.database).update(whose, name, RoleChange(trust=document))
    _show_roles([changed], as_json=as_json, one=True)


@roles.command("delete")
def delete_role(name: Name, *, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """Delete a role that has no policies; its sessions end at once."""
    from actiontrail.access.roles import Roles

    with operating(data) as record:
        whose = the_account(record.keys, account)
        with record.deed("ram:DeleteRole", whose, {"RoleName": name}, {ROLE: name}):
            gone = Roles(record.database).delete(whose, name)
    _done({"id": gone.id, "name": gone.name, "state": "Deleted"}, as_json=as_json)


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

    document = _read(file)
    with operating(data) as record:
        whose = the_account(record.keys, account)
        said = {"PolicyName": name, "PolicyDocument": document}
        with record.deed("ram:CreatePolicy", whose, said, {POLICY: name}):
            made = Grants(record.database).create(whose, name, document, description=description)
    _show_policies([made], as_json=as_json, one=True)


@policies.command("update")
def update_policy(
    name: Name, file: File, *, data: Data = DATA, account: Account = "", as_json: Json = False
) -> None:
    """Change what a policy says; it holds for the next request."""
    from actiontrail.access.grants import Grants

    document = _read(file)
    with operating(data) as record:
        whose = the_account(record.keys, account)
        said = {"PolicyName": name, "PolicyDocument": document}
        with record.deed("ram:UpdatePolicy", whose, said, {POLICY: name}):
            changed = Grants(record.database).update(whose, name, document=document)
    _show_policies([changed], as_json=as_json, one=True)


@policies.command("list")
def list_policies(*, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """The system's policies and the account's own."""
    from actiontrail.access.grants import Grants

    with operating(data) as record:
        found = Grants(record.database).policies(the_account(record.keys, account))
    _show_policies(found, as_json=as_json)


@policies.command("show")
def show_policy(name: Name, *, data: Data = DATA, account: Account = "", as_json: Json = False) -> None:
    """What a policy says."""
    from actiontrail.access.grants import Grants

    with operating(data) as record:
        found = Grants(record.database).find(the_account(record.keys, account), name)
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

    with operating(data) as record:
        whose = the_account(record.keys, account)
        with record.deed("ram:DeletePolicy", whose, {"PolicyName": name}, {POLICY: name}):
            gone = Grants(record.database).delete(whose, name)
    _done({"name": gone.name, "state": "Deleted"}, as_json=as_json)


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
    with operating(data) as record:
        whose = the_account(record.keys, account)
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
        held = _held(record, who)
    if as_json:
        output.one({"name": who.name, "policies": held})
    else:
        output.line(f"{who.name}: {', '.join(held) or 'no policies'}")


def _set_state(
    name: str, state: Literal["Active", "Inactive"], data: Path, account: str, *, as_json: bool
) -> None:
    from actiontrail.access.users import UserChange, Users

    with operating(data) as record:
        whose = the_account(record.keys, account)
        with record.deed("ram:UpdateUser", whose, {"UserName": name, "State": state}, {USER: name}):
            changed = Users(record.database).update(whose, name, UserChange(state=state))
    _done({"id": changed.id, "name": changed.name, "state": changed.state}, as_json=as_json)


def _held(record: Operating, who: "User | Role") -> list[str]:
    from actiontrail.access.grants import Grants

    return [one.policy_name for one in Grants(record.database).attached(who.account, who.id)]


def _read(file: Path) -> str:
    return sys.stdin.read() if str(file) == "-" else file.read_text()


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


def _policy(policy: "Policy") -> dict[str, Any]:
    return {
        "type": policy.type,
        "name": policy.name,
        "description": policy.description,
        "document": policy.document,
        "created": policy.created,
        "updated": policy.updated,
    }


def _show_users(found: "list[User]", *, as_json: bool, one: bool = False) -> None:
    if as_json:
        output.one(_user(found[0]) if one else [_user(user) for user in found])
        return
    output.table(
        ("NAME", "ID", "STATE", "CREATED", "SIGNED IN", "DISPLAY NAME"),
        (
            (user.name, user.id, user.state, moment(user.created), moment(user.last_login), user.display_name)
            for user in found
        ),
    )


def _show_roles(found: "list[Role]", *, as_json: bool, one: bool = False) -> None:
    if as_json:
        output.one(_role(found[0]) if one else [_role(role) for role in found])
        return
    output.table(
        ("NAME", "ARN", "CREATED", "DESCRIPTION"),
        ((role.name, role.arn, moment(role.created), role.description) for role in found),
    )


def _show_policies(found: "list[Policy]", *, as_json: bool, one: bool = False) -> None:
    if as_json:
        output.one(_policy(found[0]) if one else [_policy(policy) for policy in found])
        return
    output.table(
        ("NAME", "TYPE", "DESCRIPTION"), ((policy.name, policy.type, policy.description) for policy in found)
    )


def _done(said: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        output.one(said)
    else:
        output.line(f"{said['name']}: {said['state']}")
