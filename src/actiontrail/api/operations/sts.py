"""STS: who one is, which many tools ask before anything else, and acting as a role for a while.

A role is assumed if the caller's own policies allow it and the role's trust policy does. Who may not assume a role
of another account is not told whether it exists.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from actiontrail.access.authority import refused_by_trust
from actiontrail.access.evaluate import Principal, trusts
from actiontrail.access.keys import NewSession
from actiontrail.access.names import role_arn
from actiontrail.access.policy import BadPolicy, parse, parse_trust
from actiontrail.access.roles import Role, UnknownRole
from actiontrail.api.operations.table import Call, Field, Operation, Parameter, Spec
from actiontrail.errors import Refusal
from actiontrail.event.moment import of_seconds

VERSION = "2015-04-01"
SECONDS_MIN, SECONDS_DEFAULT, SECONDS_MAX = 900, 3600, 12 * 3600
POLICY_CHARS_MAX = 2048
_ROLE_ARN = re.compile(r"acs:ram::(\d{1,20}):role/([A-Za-z0-9._-]{1,64})", re.ASCII)


class BadRoleArn(Refusal):
    """The role is not named as `acs:ram::ACCOUNT:role/NAME`."""


class BadSessionName(Refusal):
    """The session's name is not of the form that it may have."""


class BadDuration(Refusal):
    """The session would last longer than the role allows, or not long enough."""


class BadSessionPolicy(Refusal):
    """The policy that is to narrow the session is none."""


class BadExternalId(Refusal):
    """The external id is not of the form that it may have."""


class RootMayNotAssume(Refusal):
    """An account's own key cannot act as a role; its users can."""


GET_CALLER_IDENTITY = Spec(
    name="GetCallerIdentity",
    version=VERSION,
    summary="The account and the identity behind the credentials that signed. Whoever signs may ask, whatever policies say.",
    action="sts:GetCallerIdentity",
    answer=(
        Field(name="IdentityType", note="`Account`, `RAMUser` or `AssumedRoleUser`."),
        Field(name="AccountId", note="The account that the identity belongs to."),
        Field(name="Arn", note="The identity as an ARN."),
        Field(name="PrincipalId", note="The id of the user, or of the role and its session."),
        Field(name="UserId", note="The same, under the name that some clients read."),
        Field(name="RoleId", always=False, note="The id of the role, of a session."),
    ),
)
ASSUME_ROLE = Spec(
    name="AssumeRole",
    version=VERSION,
    summary="Short-lived credentials that act as a role. A user or another role calls it, never the account's own key.",
    parameters=(
        Parameter(name="RoleArn", required=True, note="The role, as `acs:ram::ACCOUNT:role/NAME`."),
        Parameter(
            name="RoleSessionName",
            required=True,
            pattern=r"[A-Za-z0-9.@_=-]{2,64}",
            refusal=BadSessionName,
            note="Who or what acts; it stands in every event of the session.",
        ),
        Parameter(
            name="DurationSeconds",
            kind="integer",
            default=SECONDS_DEFAULT,
            least=SECONDS_MIN,
            most=SECONDS_MAX,
            refusal=BadDuration,
            note="How long it lasts; no longer than the role's longest session.",
        ),
        Parameter(
            name="Policy", note="A policy, at most 2,048 characters, that takes away what it does not allow."
        ),
        Parameter(
            name="ExternalId",
            pattern=r"[\w+=,.@:/-]{2,1224}",
            refusal=BadExternalId,
            note="What the role's trust policy may ask for (`sts:ExternalId`).",
        ),
        Parameter(
            name="SourceIdentity",
            pattern=r"[\w+=,.@-]{2,64}",
            note="Who is behind the caller; answered as it was given, and recorded.",
        ),
    ),
    action="sts:AssumeRole",
    resource="{RoleArn}",
    references=(("ACS::RAM::Role", "RoleArn"),),
    answer=(
        Field(
            name="AssumedRoleUser",
            kind="object",
            note="Who acts from now on.",
            fields=(
                Field(name="Arn", note="`acs:ram::ACCOUNT:role/NAME/SESSION`."),
                Field(name="AssumedRoleId", note="The role's id and the session's name."),
            ),
        ),
        Field(
            name="Credentials",
            kind="object",
            note="What the session signs with, for the only time.",
            fields=(
                Field(name="AccessKeyId"),
                Field(name="AccessKeySecret"),
                Field(name="SecurityToken"),
                Field(name="Expiration", note="When it is over, in UTC."),
            ),
        ),
        Field(name="SourceIdentity", always=False, note="As it was given."),
    ),
    errors=(
        BadRoleArn,
        BadSessionName,
        BadDuration,
        BadSessionPolicy,
        BadExternalId,
        RootMayNotAssume,
        UnknownRole,
    ),
)
SPECS = (GET_CALLER_IDENTITY, ASSUME_ROLE)


class Roles(Protocol):
    """Where roles are."""

    def get(self, account: str, name: str) -> Role:
        """The role called `name`. Raises `UnknownRole`."""
        ...


class Sessions(Protocol):
    """Who makes sessions."""

    def create_session(self, role: Role, session: str, *, seconds: int, policy: str) -> NewSession:
        """Credentials that act as `role`."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What acting as a role needs."""

    roles: Roles
    sessions: Sessions


def operations(roles: Roles, sessions: Sessions) -> tuple[Operation, ...]:
    """The operations of this module."""
    desk = Desk(roles, sessions)
    assume: Callable[[Call], Mapping[str, Any]] = lambda call: _assume_role(desk, call)  # noqa: E731
    return (Operation(GET_CALLER_IDENTITY, _get_caller_identity), Operation(ASSUME_ROLE, assume))


def _get_caller_identity(call: Call) -> Mapping[str, Any]:
    caller = call.caller
    kinds = {"assumed-role": "AssumedRoleUser", "ram-user": "RAMUser", "root-account": "Account"}
    identity = {
        "IdentityType": kinds[caller.type],
        "Arn": caller.arn,
        "AccountId": caller.account,
        "UserId": caller.principal_id,
        "PrincipalId": caller.principal_id,
    }
    return {**identity, "RoleId": caller.role_id} if caller.role_id else identity


def _assume_role(desk: Desk, call: Call) -> Mapping[str, Any]:
    values, caller = call.values, call.caller
    if caller.type == "root-account":
        raise RootMayNotAssume("sign as a RAM user, or as another role")
    session, seconds, policy = (
        values.text("RoleSessionName"),
        values.number("DurationSeconds"),
        values.text("Policy"),
    )
    _check_policy(policy)
    role = _trusting_role(desk, call)
    if seconds > role.session_seconds_max:
        raise BadDuration(
            f"sessions of {role.name} last at most {role.session_seconds_max} seconds, not {seconds}"
        )
    made = desk.sessions.create_session(role, session, seconds=seconds, policy=policy)
    answer: dict[str, Any] = {
        "AssumedRoleUser": {"Arn": f"{role.arn}/{session}", "AssumedRoleId": f"{role.id}:{session}"},
        "Credentials": {
            "AccessKeyId": made.access_key_id,
            "AccessKeySecret": made.access_key_secret,
            "SecurityToken": made.security_token,
            "Expiration": of_seconds(made.expires),
        },
    }
    if values.given("SourceIdentity"):
        answer["SourceIdentity"] = values.text("SourceIdentity")
    return answer


def _trusting_role(desk: Desk, call: Call) -> Role:
    """The role that is to be assumed, if it trusts the caller. Of a stranger's role nothing else is told."""
    caller = call.caller
    form = _ROLE_ARN.fullmatch(call.values.text("RoleArn"))
    if form is None:
        raise BadRoleArn("RoleArn must read acs:ram::ACCOUNT:role/NAME")
    account, name = form.groups()
    try:
        role = desk.roles.get(account, name)
    except UnknownRole:
        if account == caller.account:
            raise
        raise refused_by_trust(caller, role_arn(account, name), explicit=False) from None
    context = dict(call.context)
    if call.values.given("ExternalId"):
        context["sts:externalid"] = call.values.text("ExternalId")
    verdict = trusts(parse_trust(role.trust), Principal(caller.account, caller.trusted_as), context)
    if not verdict.allowed:
        explicit = verdict.explicit and account == caller.account
        raise refused_by_trust(caller, role.arn, explicit=explicit)
    return role


def _check_policy(policy: str) -> None:
    if len(policy) > POLICY_CHARS_MAX:
        raise BadSessionPolicy(f"Policy has {len(policy)} characters; at most {POLICY_CHARS_MAX} are taken")
    if policy:
        try:
            parse(policy)
        except BadPolicy as error:
            raise BadSessionPolicy(str(error)) from error
