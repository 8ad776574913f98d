"""The addresses under `/v1/access/`: one row each, and the handlers made from the rows.

A row's action and resource are what a policy must allow; both are RAM's own where RAM has them, so that its policies
mean the same here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from litestar import Request, Response, route
from litestar.concurrency import sync_to_thread
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler

from actiontrail.access import accounts, consoles, directory, grants, keys, names, policy, roles, users
from actiontrail.api.deeds import Deed, password_reset
from actiontrail.api.gate import Admitted, Gate, Planned
from actiontrail.api.people import acts, rights, signin, values
from actiontrail.api.people.acts import Desk, Visit
from actiontrail.api.routes import Answered, Asked, Method, Route, content
from actiontrail.api.served import BadQuestion, answered, asked, asking, in_path, received, request_id
from actiontrail.api.signature import Sent

_PLACE = re.compile(r"\{(\w+)\}")
_PLACES = {
    "user": "The user's name.",
    "role": "The role's name.",
    "policy": "The policy's name.",
    "key": "The access key's id.",
    "token": "The token's id, `token-…`.",
    "account": "The account's id.",
    "session": "The session's id.",
}
_TYPES = {
    "user": "ACS::RAM::User",
    "role": "ACS::RAM::Role",
    "policy": "ACS::RAM::Policy",
    "key": "ACS::RAM::AccessKey",
    "token": "ACS::ActionTrail::IngestToken",
    "account": "ACS::ResourceManager::Account",
    "session": "ACS::ActionTrail::ConsoleSession",
}
_USER = "acs:ram:*:{account}:user/{user}"
_ROLE = "acs:ram:*:{account}:role/{role}"
_POLICY = "acs:ram:*:{account}:policy/{policy}"
_MANY = "acs:ram:*:{account}:*"


@dataclass(frozen=True, slots=True)
class Way:
    """One address with one method, and who answers. In `resource`, {account} and what stands in the path is filled in."""

    name: str
    method: Method
    path: str
    action: str
    resource: str
    summary: str
    asks: type[Any]
    answers: type[Answered]
    run: Callable[[Desk, Visit[Any]], Answered]
    errors: tuple[type[Exception], ...] = ()
    quiet: bool = False  # as in `Deed`


_N = values.Nothing
_OF_USERS = (users.UnknownUser,)
_OF_ROLES = (roles.UnknownRole,)
_OF_POLICIES = (grants.UnknownPolicy,)
_USERS, _ROLES, _POLICIES = "/v1/access/users", "/v1/access/roles", "/v1/access/policies"
_KEYS, _TOKENS = "/v1/access/keys", "/v1/access/tokens"
_ACCOUNTS, _DIRECTORY = "/v1/access/accounts", "/v1/access/directory"
WAYS: tuple[Way, ...] = (
    Way("me", "GET", "/v1/access/me", "sts:GetCallerIdentity", "*", "Who asks, and what counts for them. Whoever signs may ask.", _N, values.Me, acts.me),
    Way("listUsers", "GET", _USERS, "ram:ListUsers", _MANY, "The account's users.", _N, values.UsersAnswer, acts.list_users),
    Way("createUser", "POST", _USERS, "ram:CreateUser", "acs:ram:*:{account}:user/*", "Make a user, who may do nothing yet.", values.NewUser, values.UserAnswer, acts.create_user, (users.UserExists, users.TooManyUsers, names.BadName)),
    Way("getUser", "GET", f"{_USERS}/{{user}}", "ram:GetUser", _USER, "One user, with policies and keys.", _N, values.UserAnswer, acts.get_user, _OF_USERS),
    Way("updateUser", "PATCH", f"{_USERS}/{{user}}", "ram:UpdateUser", _USER, "Change a user. An inactive user's keys are inactive too.", values.UserChanges, values.UserAnswer, acts.update_user, (*_OF_USERS, users.UserExists, names.BadName)),
    Way("deleteUser", "DELETE", f"{_USERS}/{{user}}", "ram:DeleteUser", _USER, "Delete a user who has neither keys nor policies.", _N, values.Done, acts.delete_user, (*_OF_USERS, users.UserInUse)),
    Way("attachPolicyToUser", "PUT", f"{_USERS}/{{user}}/policies/{{policy}}", "ram:AttachPolicyToUser", _USER, "Give a user a policy; it holds for the next request.", _N, values.AttachedAnswer, acts.attach_to_user, (*_OF_USERS, *_OF_POLICIES, grants.TooManyPolicies)),
    Way("detachPolicyFromUser", "DELETE", f"{_USERS}/{{user}}/policies/{{policy}}", "ram:DetachPolicyFromUser", _USER, "Take a policy from a user; it holds for the next request.", _N, values.AttachedAnswer, acts.detach_from_user, (*_OF_USERS, *_OF_POLICIES, grants.NotAttached)),
    Way("getSignIn", "GET", f"{_USERS}/{{user}}/signin", "ram:GetLoginProfile", _USER, "How a user gets in to the console, what keeps them out, and their sessions.", _N, values.SignInAnswer, signin.get_signin, _OF_USERS),
    Way("deleteSignIn", "DELETE", f"{_USERS}/{{user}}/signin", "ram:DeleteLoginProfile", _USER, "A user cannot sign in any more: no password, no app, no link, no session. Keys and policies stay.", _N, values.SignInAnswer, signin.forget_signin, (*_OF_USERS, signin.OwnSignIn)),
    Way("givePassword", "POST", f"{_USERS}/{{user}}/password", "ram:UpdateLoginProfile", _USER, "Give a user a first password, to be changed at the first sign-in; it is answered this once, and their sessions are over. Recorded as `PasswordReset`.", _N, values.PasswordGiven, signin.give_password, (*_OF_USERS, signin.OwnSignIn)),
    Way("unlockUser", "POST", f"{_USERS}/{{user}}/unlock", "ram:UnlockUser", _USER, "Let a user try again at once, after too many wrong passwords.", _N, values.SignInAnswer, signin.unlock, _OF_USERS),
    Way("resetTotp", "DELETE", f"{_USERS}/{{user}}/totp", "ram:UnbindMFADevice", _USER, "Take a lost authenticator app away; their sessions are over.", _N, values.SignInAnswer, signin.reset_totp, (*_OF_USERS, signin.OwnSignIn)),
    Way("endUserSessions", "DELETE", f"{_USERS}/{{user}}/sessions", "ram:EndConsoleSession", _USER, "End all sessions of a user.", _N, values.SignInAnswer, signin.end_sessions, _OF_USERS),
    Way("endUserSession", "DELETE", f"{_USERS}/{{user}}/sessions/{{session}}", "ram:EndConsoleSession", _USER, "End one session of a user.", _N, values.SignInAnswer, signin.end_session, (*_OF_USERS, consoles.UnknownSession)),
    Way("checkPolicy", "POST", "/v1/access/check-policy", "ram:ValidatePolicy", _MANY, "The mistakes of a policy that is being written, by line.", values.PolicyText, values.MistakesAnswer, rights.check_policy, quiet=True),
    Way("simulate", "POST", "/v1/access/simulate", "ram:SimulatePrincipalPolicy", _MANY, "Whether a user or a role may do something, and why: every statement that counts for them.", values.Supposed, values.SimulatedAnswer, rights.simulate, (*_OF_USERS, *_OF_ROLES)),
    Way("listRoles", "GET", _ROLES, "ram:ListRoles", _MANY, "The account's roles.", _N, values.RolesAnswer, acts.list_roles),
    Way("createRole", "POST", _ROLES, "ram:CreateRole", "acs:ram:*:{account}:role/*", "Make a role, which may do nothing yet.", values.NewRole, values.RoleAnswer, acts.create_role, (roles.RoleExists, roles.TooManyRoles, names.BadName, policy.BadPolicy)),
    Way("getRole", "GET", f"{_ROLES}/{{role}}", "ram:GetRole", _ROLE, "One role, with its policies.", _N, values.RoleAnswer, acts.get_role, _OF_ROLES),
    Way("updateRole", "PATCH", f"{_ROLES}/{{role}}", "ram:UpdateRole", _ROLE, "Change a role; sessions that run go on.", values.RoleChanges, values.RoleAnswer, acts.update_role, (*_OF_ROLES, names.BadName, policy.BadPolicy)),
    Way("deleteRole", "DELETE", f"{_ROLES}/{{role}}", "ram:DeleteRole", _ROLE, "Delete a role that has no policies; its sessions end at once.", _N, values.Done, acts.delete_role, (*_OF_ROLES, roles.RoleInUse)),
    Way("attachPolicyToRole", "PUT", f"{_ROLES}/{{role}}/policies/{{policy}}", "ram:AttachPolicyToRole", _ROLE, "Give a role a policy; it holds for the next request of every session.", _N, values.AttachedAnswer, acts.attach_to_role, (*_OF_ROLES, *_OF_POLICIES, grants.TooManyPolicies)),
    Way("detachPolicyFromRole", "DELETE", f"{_ROLES}/{{role}}/policies/{{policy}}", "ram:DetachPolicyFromRole", _ROLE, "Take a policy from a role; it holds for the next request of every session.", _N, values.AttachedAnswer, acts.detach_from_role, (*_OF_ROLES, *_OF_POLICIES, grants.NotAttached)),
    Way("listPolicies", "GET", _POLICIES, "ram:ListPolicies", _MANY, "The system's policies and the account's own.", _N, values.PoliciesAnswer, acts.list_policies),
    Way("createPolicy", "POST", _POLICIES, "ram:CreatePolicy", "acs:ram:*:{account}:policy/*", "Make a policy. All mistakes of its document are told at once.", values.NewPolicy, values.PolicyAnswer, acts.create_policy, (grants.PolicyExists, grants.TooManyPolicies, names.BadName, policy.BadPolicy)),
    Way("getPolicy", "GET", f"{_POLICIES}/{{policy}}", "ram:GetPolicy", _POLICY, "One policy, and who has it.", _N, values.PolicyAnswer, acts.get_policy, _OF_POLICIES),
    Way("updatePolicy", "PATCH", f"{_POLICIES}/{{policy}}", "ram:UpdatePolicy", _POLICY, "Change a policy of the account's own; it holds for the next request.", values.PolicyChanges, values.PolicyAnswer, acts.update_policy, (*_OF_POLICIES, names.BadName, policy.BadPolicy)),
    Way("deletePolicy", "DELETE", f"{_POLICIES}/{{policy}}", "ram:DeletePolicy", _POLICY, "Delete a policy of the account's own that nobody has.", _N, values.Done, acts.delete_policy, (*_OF_POLICIES, grants.PolicyInUse)),
    Way("listAccessKeys", "GET", _KEYS, "ram:ListAccessKeys", "acs:ram:*:{account}:user/{user}", "Access keys of the account, or of one user.", values.OfUser, values.KeysAnswer, acts.list_keys, _OF_USERS),
    Way("createAccessKey", "POST", _KEYS, "ram:CreateAccessKey", "acs:ram:*:{account}:user/{user}", "Make an access key; its secret is answered this once. A key of the account itself only the account makes.", values.NewKey, values.KeyMade, acts.create_key, (*_OF_USERS, keys.TooManyCredentials, keys.BadNote)),
    Way("updateAccessKey", "PATCH", f"{_KEYS}/{{key}}", "ram:UpdateAccessKey", "acs:ram:*:{account}:user/{user}", "Stop an access key, or let it work again; at once and everywhere.", values.StateChange, values.Done, acts.update_key, (keys.UnknownCredential,)),
    Way("deleteAccessKey", "DELETE", f"{_KEYS}/{{key}}", "ram:DeleteAccessKey", "acs:ram:*:{account}:user/{user}", "Delete an access key for good; at once and everywhere.", _N, values.Done, acts.delete_key, (keys.UnknownCredential,)),
    Way("listIngestTokens", "GET", _TOKENS, "actiontrail:ListIngestTokens", "*", "The account's ingest tokens.", _N, values.TokensAnswer, acts.list_tokens),
    Way("createIngestToken", "POST", _TOKENS, "actiontrail:CreateIngestToken", "*", "Make an ingest token, which records and reads nothing; it is answered this once.", values.NewToken, values.TokenMade, acts.create_token, (keys.TooManyCredentials, keys.BadNote)),
    Way("updateIngestToken", "PATCH", f"{_TOKENS}/{{token}}", "actiontrail:UpdateIngestToken", "*", "Stop an ingest token, or let it work again; at once and everywhere.", values.StateChange, values.Done, acts.update_token, (keys.UnknownCredential,)),
    Way("deleteIngestToken", "DELETE", f"{_TOKENS}/{{token}}", "actiontrail:DeleteIngestToken", "*", "Delete an ingest token for good; at once and everywhere.", _N, values.Done, acts.delete_token, (keys.UnknownCredential,)),
    Way("listAccounts", "GET", _ACCOUNTS, "resourcemanager:ListAccounts", "*", "The caller's account, and for a management account the members of its directory.", _N, values.AccountsAnswer, acts.list_accounts),
    Way("createAccount", "POST", _ACCOUNTS, "resourcemanager:CreateResourceAccount", "*", "Make an account that is a member of the caller's directory.", values.NamedAccount, values.AccountAnswer, acts.create_account, (directory.NoDirectory, directory.TooManyMembers, accounts.TooManyAccounts, names.BadName)),
    Way("updateAccount", "PATCH", f"{_ACCOUNTS}/{{account}}", "resourcemanager:UpdateAccount", "*", "Give one's own account, or a member, another name.", values.NamedAccount, values.AccountAnswer, acts.update_account, (directory.NotAMember, names.BadName)),
    Way("getDirectory", "GET", _DIRECTORY, "resourcemanager:GetResourceDirectory", "*", "The directory that the account manages or belongs to.", _N, values.DirectoryAnswer, acts.get_directory),
    Way("createDirectory", "POST", _DIRECTORY, "resourcemanager:InitResourceDirectory", "*", "Make a directory that the caller's account manages.", _N, values.DirectoryAnswer, acts.create_directory, (directory.InDirectory,)),
    Way("deleteDirectory", "DELETE", _DIRECTORY, "resourcemanager:DestroyResourceDirectory", "*", "Delete the directory, if it has no members.", _N, values.Done, acts.delete_directory, (directory.NoDirectory, directory.DirectoryInUse)),
    Way("removeMember", "DELETE", f"{_DIRECTORY}/members/{{account}}", "resourcemanager:RemoveCloudAccount", "*", "Let a member out of the directory; the account stays.", _N, values.DirectoryAnswer, acts.remove_member, (directory.NoDirectory, directory.NotAMember)),
)  # fmt: skip

ROUTES = tuple(
    Route(
        name=way.name,
        method=way.method,
        path=way.path,
        action=way.action,
        summary=way.summary,
        group="access",
        query=way.asks if way.method == "GET" and way.asks is not _N else None,
        body=way.asks if way.method != "GET" and way.asks is not _N else None,
        places={name: _PLACES[name] for name in _PLACE.findall(way.path)},
        answer=way.answers,
        errors=(BadQuestion, *way.errors),
    )
    for way in WAYS
)


def described(ways: tuple[Way, ...] = WAYS) -> str:
    """The rows as the reference page shows them."""
    return "\n".join(f"| `{way.method} {way.path}` | `{way.action}` | {way.summary} |" for way in ways)


def routes(gate: Gate, desk: Desk) -> list[HTTPRouteHandler]:
    """The handlers: one for each path, which answers all its methods."""
    paths = dict.fromkeys(way.path for way in WAYS)
    return [_handler(gate, desk, {way.method: way for way in WAYS if way.path == path}) for path in paths]


def _handler(gate: Gate, desk: Desk, ways: dict[Method, Way]) -> HTTPRouteHandler:
    path = next(iter(ways.values())).path
    served = _PLACE.sub(r"{\1:str}", path)
    wanted = [number for number, part in enumerate(path.split("/")[1:]) if part.startswith("{")]
    names_ = _PLACE.findall(path)

    @route(
        served,
        http_method=[HttpMethod(method) for method in ways],
        include_in_schema=False,
        name=path,
        status_code=200,
    )
    async def answer(request: Request[Any, Any, Any]) -> Response[bytes]:
        sent, identity = await received(request), request_id(request)
        parts = in_path(request)
        places = dict(zip(names_, (parts[number] for number in wanted), strict=True))
        way = ways[request.method]  # type: ignore[index]  # no other method is served
        found = await sync_to_thread(
            gate.perform, sent, identity, lambda account: _plan(desk, way, sent, account, places)
        )
        return answered(found, identity)

    return answer


def _plan(desk: Desk, way: Way, sent: Sent, account: str, places: dict[str, str]) -> Planned[Answered]:
    said = asking(way.action, sent, places)
    user = places.get("user") or str(said.parameters.get("user") or "") or _owner(desk, account, places)
    resource = way.resource.format_map({"account": account, **places, "user": user or "*"})
    deed = Deed(
        action=way.action,
        resource=resource,
        parameters=said.parameters,
        references=_references(way, said, places),
        quiet=way.quiet,
    )
    if way.run is signin.give_password:
        deed = replace(password_reset(places["user"]), resource=resource)

    def run(admitted: Admitted) -> Answered:
        ask: Asked = asked(sent, way.asks)
        return way.run(desk, Visit(admitted.caller, ask, places))

    return Planned(deed, run, content)


def _owner(desk: Desk, account: str, places: dict[str, str]) -> str:
    """Whose key stands in the path, so that a policy may speak of that user."""
    found = desk.keys.credential(places["key"]) if "key" in places else None
    return (
        found.caller.user_name if found and found.caller.account == account and found.caller.user_id else ""
    )


def _references(way: Way, said: Deed, places: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """What it is done to: what stands in the path, or the name of what is made."""
    found: dict[str, tuple[str, ...]] = {_TYPES[kind]: (name,) for kind, name in places.items()}
    made = str(said.parameters.get("name") or "")
    kind = {"createUser": "user", "createRole": "role", "createPolicy": "policy"}.get(way.name)
    if kind and made:
        found[_TYPES[kind]] = (made[:200],)
    return found
