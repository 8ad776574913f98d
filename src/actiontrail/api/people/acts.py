"""Who may do what, over HTTP: `/v1/access/users`, `…/keys`, `…/roles`, `…/policies`, `…/tokens`, `…/accounts`, `…/directory`.

One function for each address; their rows are in `routes.py`. A caller sees and changes their own account alone. What belongs to the account itself (its keys) only the account may touch,
so that nobody who may manage users can make themselves the account.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from msgspec import UNSET, UnsetType

from actiontrail.access import accounts, directory, grants, keys, roles, users
from actiontrail.access.authority import ROOT_ONLY, NotAllowed
from actiontrail.access.consoles import Sessions
from actiontrail.access.keys import Caller
from actiontrail.access.signin import SignIn
from actiontrail.api.people import values
from actiontrail.api.routes import Asked
from actiontrail.event.moment import of_seconds

A = TypeVar("A", bound=Asked)


@dataclass(frozen=True, slots=True)
class Desk:
    """What is looked at and changed."""

    accounts: accounts.Accounts
    users: users.Users
    roles: roles.Roles
    grants: grants.Grants
    keys: keys.Keys
    directories: directory.Directories
    signin: SignIn
    sessions: Sessions


class Visit(NamedTuple, Generic[A]):
    """One request that was let in."""

    caller: Caller
    ask: A
    places: Mapping[str, str]

    @property
    def account(self) -> str:
        """Whose desk it is."""
        return self.caller.account


# Users


def list_users(desk: Desk, visit: Visit[values.Nothing]) -> values.UsersAnswer:
    """All of the account's."""
    return values.UsersAnswer(users=[_user(one) for one in desk.users.list(visit.account)])


def create_user(desk: Desk, visit: Visit[values.NewUser]) -> values.UserAnswer:
    """Who may do nothing yet."""
    ask = visit.ask
    made = desk.users.create(visit.account, ask.name, display_name=ask.display_name, comments=ask.comments)
    return _user_answer(desk, made)


def get_user(desk: Desk, visit: Visit[values.Nothing]) -> values.UserAnswer:
    """With policies and keys."""
    return _user_answer(desk, desk.users.get(visit.account, visit.places["user"]))


def update_user(desk: Desk, visit: Visit[values.UserChanges]) -> values.UserAnswer:
    """An inactive user's keys are inactive too."""
    ask = visit.ask
    change = users.UserChange(ask.name, ask.display_name, ask.comments, ask.state)
    return _user_answer(desk, desk.users.update(visit.account, visit.places["user"], change))


def delete_user(desk: Desk, visit: Visit[values.Nothing]) -> values.Done:
    """Only without keys and policies."""
    return values.Done(id=desk.users.delete(visit.account, visit.places["user"]).id)


def attach_to_user(desk: Desk, visit: Visit[values.Nothing]) -> values.AttachedAnswer:
    """Having it already is well."""
    return _attach(desk, desk.users.get(visit.account, visit.places["user"]), visit.places["policy"])


def detach_from_user(desk: Desk, visit: Visit[values.Nothing]) -> values.AttachedAnswer:
    """It holds for the next request."""
    return _detach(desk, desk.users.get(visit.account, visit.places["user"]), visit.places["policy"])


# Roles


def list_roles(desk: Desk, visit: Visit[values.Nothing]) -> values.RolesAnswer:
    """All of the account's."""
    return values.RolesAnswer(roles=[_role(one) for one in desk.roles.list(visit.account)])


def create_role(desk: Desk, visit: Visit[values.NewRole]) -> values.RoleAnswer:
    """Which may do nothing yet."""
    ask = visit.ask
    made = desk.roles.create(
        visit.account,
        ask.name,
        trust=ask.trust,
        description=ask.description,
        session_seconds_max=ask.session_seconds_max,
    )
    return _role_answer(desk, made)


def get_role(desk: Desk, visit: Visit[values.Nothing]) -> values.RoleAnswer:
    """With its policies."""
    return _role_answer(desk, desk.roles.get(visit.account, visit.places["role"]))


def update_role(desk: Desk, visit: Visit[values.RoleChanges]) -> values.RoleAnswer:
    """Sessions that run go on."""
    ask = visit.ask
    change = roles.RoleChange(ask.description, ask.trust, ask.session_seconds_max)
    return _role_answer(desk, desk.roles.update(visit.account, visit.places["role"], change))


def delete_role(desk: Desk, visit: Visit[values.Nothing]) -> values.Done:
    """Its sessions end at once."""
    return values.Done(id=desk.roles.delete(visit.account, visit.places["role"]).id)


def attach_to_role(desk: Desk, visit: Visit[values.Nothing]) -> values.AttachedAnswer:
    """It holds for the next request of every session."""
    return _attach(desk, desk.roles.get(visit.account, visit.places["role"]), visit.places["policy"])


def detach_from_role(desk: Desk, visit: Visit[values.Nothing]) -> values.AttachedAnswer:
    """It holds for the next request of every session."""
    return _detach(desk, desk.roles.get(visit.account, visit.places["role"]), visit.places["policy"])


# Policies


def list_policies(desk: Desk, visit: Visit[values.Nothing]) -> values.PoliciesAnswer:
    """The system's and the account's own."""
    return values.PoliciesAnswer(policies=[_policy(one) for one in desk.grants.policies(visit.account)])


def create_policy(desk: Desk, visit: Visit[values.NewPolicy]) -> values.PolicyAnswer:
    """All mistakes of the document are told at once."""
    ask = visit.ask
    made = desk.grants.create(visit.account, ask.name, ask.document, description=ask.description)
    return values.PolicyAnswer(policy=_policy(made), holders=[])


def get_policy(desk: Desk, visit: Visit[values.Nothing]) -> values.PolicyAnswer:
    """With who has it."""
    found = desk.grants.find(visit.account, visit.places["policy"])
    return values.PolicyAnswer(policy=_policy(found), holders=list(_holders(desk, visit.account, found)))


def update_policy(desk: Desk, visit: Visit[values.PolicyChanges]) -> values.PolicyAnswer:
    """It holds for the next request."""
    ask = visit.ask
    changed = desk.grants.update(
        visit.account, visit.places["policy"], document=ask.document, description=ask.description
    )
    return values.PolicyAnswer(policy=_policy(changed), holders=list(_holders(desk, visit.account, changed)))


def delete_policy(desk: Desk, visit: Visit[values.Nothing]) -> values.Done:
    """Only if nobody has it."""
    return values.Done(id=desk.grants.delete(visit.account, visit.places["policy"]).name)


# Access keys and ingest tokens


def list_keys(desk: Desk, visit: Visit[values.OfUser]) -> values.KeysAnswer:
    """Without their secrets."""
    user = desk.users.get(visit.account, visit.ask.user) if visit.ask.user else None
    listed = desk.keys.list(visit.account, user=user)
    return values.KeysAnswer(keys=[_key(one) for one in listed if one.kind == "key"])


def create_key(desk: Desk, visit: Visit[values.NewKey]) -> values.KeyMade:
    """The secret is answered this once."""
    user = desk.users.get(visit.account, visit.ask.user) if visit.ask.user else None
    if user is None:
        _need_the_account(visit.caller, "ram:CreateAccessKey")
    made = desk.keys.create_key(visit.account, user=user, note=visit.ask.note)
    return values.KeyMade(
        access_key_id=made.access_key_id,
        access_key_secret=made.access_key_secret,
        user=user.name if user else "",
    )


def update_key(desk: Desk, visit: Visit[values.StateChange]) -> values.Done:
    """At once and everywhere."""
    key = _a_key(desk, visit.caller, visit.places["key"], "ram:UpdateAccessKey")
    desk.keys.set_state(key, visit.ask.state, account=visit.account)
    return values.Done(id=key)


def delete_key(desk: Desk, visit: Visit[values.Nothing]) -> values.Done:
    """At once and everywhere; for good."""
    key = _a_key(desk, visit.caller, visit.places["key"], "ram:DeleteAccessKey")
    desk.keys.delete(key, account=visit.account)
    return values.Done(id=key)


def list_tokens(desk: Desk, visit: Visit[values.Nothing]) -> values.TokensAnswer:
    """Without what they are."""
    return values.TokensAnswer(
        tokens=[
            values.TokenShown(
                id=one.id,
                state=one.state,
                note=one.note,
                any_account=one.any_account,
                created=of_seconds(one.created),
                last_used=_moment(one.last_used),
            )
            for one in desk.keys.list(visit.account)
            if one.kind == "token"
        ]
    )


def create_token(desk: Desk, visit: Visit[values.NewToken]) -> values.TokenMade:
    """It is answered this once."""
    made = desk.keys.create_token(visit.account, note=visit.ask.note)
    return values.TokenMade(token_id=made.token_id, token=made.token)


def update_token(desk: Desk, visit: Visit[values.StateChange]) -> values.Done:
    """At once and everywhere."""
    token = _a_token(desk, visit.account, visit.places["token"])
    desk.keys.set_state(token, visit.ask.state, account=visit.account)
    return values.Done(id=token)


def delete_token(desk: Desk, visit: Visit[values.Nothing]) -> values.Done:
    """At once and everywhere; for good."""
    token = _a_token(desk, visit.account, visit.places["token"])
    desk.keys.delete(token, account=visit.account)
    return values.Done(id=token)


# Accounts and the directory


def me(desk: Desk, visit: Visit[values.Nothing]) -> values.Me:
    """What pages show beside the caller's name."""
    caller = visit.caller
    principal = caller.role_id or caller.user_id
    return values.Me(
        account=caller.account,
        type=caller.type,
        name=caller.user_name,
        arn=caller.arn,
        mfa=caller.mfa,
        policies=_attached(desk, caller.account, principal) if principal else [],
    )


def list_accounts(desk: Desk, visit: Visit[values.Nothing]) -> values.AccountsAnswer:
    """Nobody else's are there."""
    found = [desk.accounts.get(account) for account in _seen(desk, visit.account)]
    return values.AccountsAnswer(accounts=[_account(one) for one in found])


def create_account(desk: Desk, visit: Visit[values.NamedAccount]) -> values.AccountAnswer:
    """A member of the directory that the caller's account manages."""
    made = desk.directories.found(visit.account, visit.ask.name)
    return values.AccountAnswer(account=_account(made))


def update_account(desk: Desk, visit: Visit[values.NamedAccount]) -> values.AccountAnswer:
    """One's own, or a member's."""
    account = visit.places["account"]
    if account not in _seen(desk, visit.account):
        raise directory.NotAMember(
            f"account {account[:40]} is neither yours nor a member of a directory that you manage"
        )
    return values.AccountAnswer(account=_account(desk.accounts.rename(account, visit.ask.name)))


def get_directory(desk: Desk, visit: Visit[values.Nothing]) -> values.DirectoryAnswer:
    """The one that the account manages or belongs to."""
    found = desk.directories.organization_of(visit.account)
    return values.DirectoryAnswer(directory=UNSET if found is None else _directory(found, visit.account))


def create_directory(desk: Desk, visit: Visit[values.Nothing]) -> values.DirectoryAnswer:
    """The caller's account manages it."""
    return values.DirectoryAnswer(directory=_directory(desk.directories.create(visit.account), visit.account))


def delete_directory(desk: Desk, visit: Visit[values.Nothing]) -> values.Done:
    """Only without members."""
    return values.Done(id=desk.directories.delete(visit.account).id)


def remove_member(desk: Desk, visit: Visit[values.Nothing]) -> values.DirectoryAnswer:
    """The account stays; it belongs to nobody's directory."""
    left = desk.directories.remove(visit.account, visit.places["account"])
    return values.DirectoryAnswer(directory=_directory(left, visit.account))


# What several of them need


def _need_the_account(caller: Caller, action: str) -> None:
    """Raise `NotAllowed` unless the account itself asks, whatever policies say."""
    if caller.type != "root-account":
        raise NotAllowed(caller, action, f"acs:ram::{caller.account}:root", ROOT_ONLY, explicit=False)


def _a_key(desk: Desk, caller: Caller, key: str, action: str) -> str:
    found = desk.keys.credential(key)
    if found is None or found.caller.account != caller.account or found.caller.kind != "key":
        raise keys.UnknownCredential(f"there is no access key {key[:64]!r}")
    if not found.caller.user_id:
        _need_the_account(caller, action)
    return key


def _a_token(desk: Desk, account: str, token: str) -> str:
    if not any(one.id == token and one.kind == "token" for one in desk.keys.list(account)):
        raise keys.UnknownCredential(f"there is no ingest token {token[:64]!r}")
    return token


def _seen(desk: Desk, account: str) -> tuple[str, ...]:
    """The accounts that `account` may know of."""
    found = desk.directories.organization_of(account)
    return found.accounts if found is not None and found.management_account == account else (account,)


def _attach(desk: Desk, to: users.User | roles.Role, name: str) -> values.AttachedAnswer:
    found = desk.grants.find(to.account, name)
    desk.grants.attach(to, found.type, found.name)
    return values.AttachedAnswer(policies=_attached(desk, to.account, to.id))


def _detach(desk: Desk, of: users.User | roles.Role, name: str) -> values.AttachedAnswer:
    found = desk.grants.find(of.account, name)
    desk.grants.detach(of, found.type, found.name)
    return values.AttachedAnswer(policies=_attached(desk, of.account, of.id))


def _attached(desk: Desk, account: str, principal: str) -> list[values.AttachedShown]:
    return [
        values.AttachedShown(type=one.policy_type, name=one.policy_name, attached=of_seconds(one.created))
        for one in desk.grants.attached(account, principal)
    ]


def _holders(desk: Desk, account: str, found: grants.Policy) -> Iterator[values.HolderShown]:
    people = {one.id: one.name for one in desk.users.list(account)}
    posts = {one.id: one.name for one in desk.roles.list(account)}
    for one in desk.grants.holders(account, found.type, found.name):
        if one.principal in people:
            yield values.HolderShown(
                kind="user", name=people[one.principal], attached=of_seconds(one.created)
            )
        elif one.principal in posts:
            yield values.HolderShown(kind="role", name=posts[one.principal], attached=of_seconds(one.created))


def _user_answer(desk: Desk, user: users.User) -> values.UserAnswer:
    return values.UserAnswer(
        user=_user(user),
        policies=_attached(desk, user.account, user.id),
        keys=[_key(one) for one in desk.keys.list(user.account, user=user)],
    )


def _user(user: users.User) -> values.UserShown:
    return values.UserShown(
        id=user.id,
        name=user.name,
        display_name=user.display_name,
        comments=user.comments,
        state=user.state,
        arn=user.arn,
        created=of_seconds(user.created),
        updated=of_seconds(user.updated),
        last_login=_moment(user.last_login),
    )


def _key(one: keys.Listed) -> values.KeyShown:
    return values.KeyShown(
        id=one.id,
        user="" if one.user_name == "root" else one.user_name,
        state=one.state,
        note=one.note,
        any_account=one.any_account,
        created=of_seconds(one.created),
        last_used=_moment(one.last_used),
    )


def _role_answer(desk: Desk, role: roles.Role) -> values.RoleAnswer:
    return values.RoleAnswer(role=_role(role), policies=_attached(desk, role.account, role.id))


def _role(role: roles.Role) -> values.RoleShown:
    return values.RoleShown(
        id=role.id,
        name=role.name,
        description=role.description,
        arn=role.arn,
        trust=role.trust,
        session_seconds_max=role.session_seconds_max,
        created=of_seconds(role.created),
        updated=of_seconds(role.updated),
    )


def _policy(one: grants.Policy) -> values.PolicyShown:
    return values.PolicyShown(
        type=one.type,
        name=one.name,
        description=one.description,
        document=one.document,
        created=_moment(one.created or None),
        updated=_moment(one.updated or None),
    )


def _account(one: accounts.Account) -> values.AccountShown:
    return values.AccountShown(id=one.id, name=one.name, created=of_seconds(one.created))


def _directory(found: directory.Organization, account: str) -> values.DirectoryShown:
    manages = found.management_account == account
    return values.DirectoryShown(
        id=found.id,
        management_account=found.management_account,
        created=of_seconds(found.created),
        members=list(found.members) if manages else [],
    )


def _moment(seconds: int | None) -> str | UnsetType:
    return UNSET if seconds is None else of_seconds(seconds)
