"""Who may do what: the account, its users, its sessions, its tokens."""

from typing import Any

import pytest
from tests.access.test_policy import a_statement, text

from actiontrail.access.authority import RECORD, Authority, NotAllowed
from actiontrail.access.evaluate import Granted
from actiontrail.access.keys import Caller
from actiontrail.access.policy import parse

ACCOUNT = "1000000000000001"
LOOKUP, DELETE = "actiontrail:LookupEvents", "actiontrail:DeleteTrail"
ANY = f"acs:actiontrail:cn-hangzhou:{ACCOUNT}:*"
READING = text(a_statement(Action="actiontrail:Lookup*"))
ALL_BUT_DELETING = text(a_statement(), a_statement(Effect="Deny", Action=DELETE))


def a_caller(kind: str, *, policy: str = "") -> Caller:
    """One of each kind; `policy` narrows a session."""
    user = "200000000000000001" if kind == "user" else ""
    role = "300000000000000001" if kind == "session" else ""
    name = {"user": "alice", "session": "auditor:alice"}.get(kind, "root")
    credential: Any = kind if kind in ("token", "session") else "key"
    principal = f"{role}:alice" if role else user or ACCOUNT
    return Caller(
        ACCOUNT, credential, principal, name, "LTAI", False, user_id=user, role_id=role, policy=policy
    )


class Given:
    """Everybody has this one policy."""

    def __init__(self, policy: str) -> None:
        self._policy = policy

    def granted(self, account: str, principal: str) -> tuple[Granted, ...]:
        return (Granted("given", "Custom", parse(self._policy)),) if self._policy else ()


def told(caller: Caller, action: str, given: str) -> str:
    """`yes`, or the kind of no."""
    try:
        Authority(Given(given)).check(caller, action, ANY, {})
    except NotAllowed as error:
        return f"{error.detail['NoPermissionType']} by {error.detail['PolicyType']}"
    return "yes"


IDENTITY, SESSION, KIND = "AccountLevelIdentityBasedPolicy", "SessionPolicy", "CredentialKind"


@pytest.mark.parametrize(
    ("kind", "given", "narrowed", "expected"),
    [
        ("root", "", "", ["yes", "yes", "yes"]),
        ("user", "", "", [f"ImplicitDeny by {IDENTITY}"] * 3),
        ("user", READING, "", ["yes", *[f"ImplicitDeny by {IDENTITY}"] * 2]),
        ("user", ALL_BUT_DELETING, "", ["yes", f"ExplicitDeny by {IDENTITY}", "yes"]),
        ("session", READING, "", ["yes", *[f"ImplicitDeny by {IDENTITY}"] * 2]),
        (
            "session",
            ALL_BUT_DELETING,
            READING,
            ["yes", f"ExplicitDeny by {IDENTITY}", f"ImplicitDeny by {SESSION}"],
        ),
        ("session", text(a_statement()), ALL_BUT_DELETING, ["yes", f"ExplicitDeny by {SESSION}", "yes"]),
        ("session", "", text(a_statement()), [f"ImplicitDeny by {IDENTITY}"] * 3),
        ("token", text(a_statement()), "", [*[f"ImplicitDeny by {KIND}"] * 2, "yes"]),
    ],
)
def test_each_kind_of_caller_may_do_what_it_was_given(
    kind: str, given: str, narrowed: str, expected: list[str]
) -> None:
    """To look up, to delete a trail, and to record."""
    caller = a_caller(kind, policy=narrowed)

    assert [told(caller, action, given) for action in (LOOKUP, DELETE, RECORD)] == expected


def test_who_signs_may_ask_who_they_are() -> None:
    """Tools do so first, to find out that nothing else is allowed."""
    answers = [
        told(a_caller(kind), "sts:GetCallerIdentity", "") for kind in ("root", "user", "session", "token")
    ]

    assert answers == ["yes", "yes", "yes", f"ImplicitDeny by {KIND}"]


def test_a_refusal_says_what_was_missing() -> None:
    """Whoever writes the policy copies it from there."""
    with pytest.raises(NotAllowed) as refused:
        Authority(Given("")).check(a_caller("session"), DELETE, ANY, {})

    assert (str(refused.value), refused.value.detail) == (
        f"{DELETE} on {ANY}: no policy allows it",
        {
            "AuthAction": DELETE,
            "AuthResource": ANY,
            "AuthPrincipalDisplayName": "auditor:alice",
            "AuthPrincipalType": "AssumedRoleUser",
            "AuthPrincipalOwnerId": ACCOUNT,
            "NoPermissionType": "ImplicitDeny",
            "PolicyType": IDENTITY,
        },
    )
