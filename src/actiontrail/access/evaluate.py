"""Whether policies allow a request. Pure.

Nothing is allowed unless a statement allows it, and a statement that denies wins over all that allow. A
session that was narrowed needs the leave of its role's policies and of its own.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from actiontrail.access.conditions import Context, wildcard
from actiontrail.access.policy import Document, Statement

PolicyType = Literal["System", "Custom"]
_ARN_PARTS = 5
_REGION, _ACCOUNT = 2, 3  # their places in a resource's name


class Granted(NamedTuple):
    """A policy that somebody was given."""

    name: str
    type: PolicyType
    document: Document


class Asked(NamedTuple):
    """One thing that somebody wants to do. `context` has its keys in lower case.

    A request that addresses no region may reach what is managed in any: a denial for whichever region means it then.
    """

    action: str
    resource: str
    context: Context
    any_region: bool = False


class Verdict(NamedTuple):
    """The answer: `explicit` tells a refusal that a statement asked for from one that nobody spoke against."""

    allowed: bool
    explicit: bool = False
    policy: str = ""  # the name of the policy that decided, where one did


class Principal(NamedTuple):
    """Who wants to assume a role, as a trust policy names them."""

    account: str
    arn: str


def decide(policies: Iterable[Granted], asked: Asked) -> Verdict:
    """What `policies` together say."""
    action, allowed_by = asked.action.lower(), ""
    for policy in policies:
        for statement in policy.document.statements:
            if (allowed_by and statement.effect == "Allow") or not _meant(statement, action, asked):
                continue
            if statement.effect == "Deny":
                return Verdict(allowed=False, explicit=True, policy=policy.name)
            allowed_by = policy.name
    return Verdict(allowed=bool(allowed_by), policy=allowed_by)


def trusts(document: Document, principal: Principal, context: Context) -> Verdict:
    """Whether a role with this trust policy may be assumed by `principal`."""
    allowed = False
    for statement in document.statements:
        if not any(wildcard(pattern, "sts:assumerole") for pattern in statement.actions):
            continue
        if not any(kind == "RAM" and _is(name, principal) for kind, name in statement.principals):
            continue
        if not all(condition.met(context) for condition in statement.conditions):
            continue
        if statement.effect == "Deny":
            return Verdict(allowed=False, explicit=True)
        allowed = True
    return Verdict(allowed)


Missed = Literal["", "action", "resource", "condition"]


class Weighed(NamedTuple):
    """What one statement has to say of a request: `missed` is the first thing by which it speaks of another."""

    policy: str
    type: PolicyType
    number: int  # of the statement in its policy, from 1
    effect: Literal["Allow", "Deny"]
    missed: Missed


def weigh(policies: Iterable[Granted], asked: Asked) -> list[Weighed]:
    """Every statement of `policies`, and whether it speaks of this request: why `decide` says what it says."""
    action = asked.action.lower()
    return [
        Weighed(policy.name, policy.type, number, statement.effect, _missed(statement, action, asked))
        for policy in policies
        for number, statement in enumerate(policy.document.statements, 1)
    ]


def _meant(statement: Statement, action: str, asked: Asked) -> bool:
    """Whether the statement speaks of this request."""
    return not _missed(statement, action, asked)


def _missed(statement: Statement, action: str, asked: Asked) -> Missed:
    """By what the statement speaks of another request than this; empty if it speaks of this one."""
    if statement.not_actions:
        if any(wildcard(pattern, action) for pattern in statement.not_actions):
            return "action"
    elif not any(wildcard(pattern, action) for pattern in statement.actions):
        return "action"
    parts = asked.resource.split(":", _ARN_PARTS - 1)
    if statement.not_resources:
        if any(_covers(pattern, parts) for pattern in statement.not_resources):
            return "resource"
    elif not any(
        _covers(pattern, parts, any_region=asked.any_region and statement.effect == "Deny")
        for pattern in statement.resources
    ):
        return "resource"
    return "" if all(condition.met(asked.context) for condition in statement.conditions) else "condition"


def _covers(pattern: str, resource: Sequence[str], *, any_region: bool = False) -> bool:
    """Whether a policy's resource means this one: part by part, so that `*` never reaches over a colon but in the name.

    An empty region or account in the policy means any.
    """
    if pattern == "*":
        return True
    if len(resource) != _ARN_PARTS:
        return False
    if resource[1] == "ram":  # whose names are without case, so that no other spelling gets around a denial
        pattern, resource = pattern.lower(), [part.lower() for part in resource]
    wanted = pattern.split(":", _ARN_PARTS - 1)
    return all(
        (place == _REGION and any_region)
        or wildcard(part or ("*" if place in (_REGION, _ACCOUNT) else ""), said)
        for place, (part, said) in enumerate(zip(wanted, resource, strict=True))
    )


def _is(name: str, principal: Principal) -> bool:
    """`…:root` stands for everybody of the account; roles and users are compared as RAM does, without case."""
    return name == f"acs:ram::{principal.account}:root" or name.lower() == principal.arn.lower()
