"""Policies in RAM's JSON: what is read, what is refused and where, and what they allow."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrail.access.conditions import OPERATORS, wildcard
from actiontrail.access.evaluate import Asked, Granted, Principal, Verdict, decide, trusts
from actiontrail.access.policy import BadPolicy, parse, parse_trust
from actiontrail.access.system_policies import SYSTEM

TRAIL = "acs:actiontrail:cn-hangzhou:1000000000000001:trail/prod-1"
CONTEXT = {
    "acs:sourceip": "203.0.113.7",
    "acs:currenttime": "2026-03-01T12:00:00Z",
    "acs:securetransport": "true",
    "acs:mfapresent": "false",
    "acs:principalarn": "acs:ram::1000000000000001:user/alice",
    "app:size": "10",
}


def a_statement(**said: Any) -> dict[str, Any]:
    """One that allows everything, but for what a test says; None takes a key away."""
    whole = {"Effect": "Allow", "Action": "*", "Resource": "*", **said}
    return {name: value for name, value in whole.items() if value is not None}


def text(*statements: Any) -> str:
    return json.dumps({"Version": "1", "Statement": list(statements)})


def verdict(*policies: str, action: str = "actiontrail:GetTrailStatus", resource: str = TRAIL) -> Verdict:
    granted = [Granted(f"p{number}", "Custom", parse(policy)) for number, policy in enumerate(policies)]
    return decide(granted, Asked(action, resource, CONTEXT))


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        ({}, True),
        ({"Action": "actiontrail:*"}, True),
        ({"Action": ["ecs:*", "ActionTrail:get*"]}, True),
        ({"Action": "actiontrail:Get?railStatus"}, True),
        ({"Action": "actiontrail:GetTrail"}, False),
        ({"Action": "actiontrail:?"}, False),
        ({"Action": None, "NotAction": "ram:*"}, True),
        ({"Action": None, "NotAction": ["ram:*", "actiontrail:Get*"]}, False),
        ({"Resource": TRAIL}, True),
        ({"Resource": "acs:actiontrail:*:*:trail/prod-*"}, True),
        ({"Resource": "acs:actiontrail:::trail/prod-1"}, True),
        ({"Resource": "acs:actiontrail:*:*:trail/prod"}, False),
        ({"Resource": "acs:actiontrail:*:*:TRAIL/prod-1"}, False),
        ({"Resource": "acs:actiontrail:cn-beijing:*:trail/prod-1"}, False),
        ({"Resource": "acs:actiontrail:*:1000000000000002:trail/prod-1"}, False),
        ({"Resource": "acs:*:trail/prod-1:*:*"}, False),
        ({"Resource": "acs:ram:*:*:*"}, False),
        ({"Resource": ["acs:oss:*:*:x", "acs:actiontrail:*:*:*"]}, True),
        ({"Resource": None, "NotResource": "acs:actiontrail:*:*:trail/dev-*"}, True),
        ({"Resource": None, "NotResource": ["acs:oss:*:*:x", "acs:actiontrail:*:*:trail/*"]}, False),
        ({"Effect": "Deny"}, False),
    ],
)
def test_a_statement_means_what_it_says(said: dict[str, Any], allowed: bool) -> None:
    """Actions without case, resources with it; a wildcard never reaches into another part of a resource's name."""
    assert verdict(text(a_statement(**said))).allowed is allowed


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ([], Verdict(allowed=False)),
        ([text(a_statement(Action="ecs:*"))], Verdict(allowed=False)),
        ([text(a_statement()), text(a_statement())], Verdict(allowed=True, policy="p0")),
        ([text(a_statement()), text(a_statement(Effect="Deny"))], Verdict(False, True, "p1")),
        ([text(a_statement(Effect="Deny"), a_statement())], Verdict(False, True, "p0")),
        ([text(a_statement(), a_statement(Effect="Deny", Action="ecs:*"))], Verdict(True, policy="p0")),
    ],
)
def test_nothing_is_allowed_unless_said_and_a_denial_wins(policies: list[str], expected: Verdict) -> None:
    """Whatever the order; and the answer says which of the two it was."""
    assert verdict(*policies) == expected


@pytest.mark.parametrize(
    ("operator", "key", "values", "met"),
    [
        ("StringEquals", "acs:PrincipalARN", ["x", CONTEXT["acs:principalarn"]], True),
        ("StringEquals", "acs:PrincipalARN", CONTEXT["acs:principalarn"].upper(), False),
        ("StringNotEquals", "acs:PrincipalARN", "x", True),
        ("StringNotEquals", "acs:PrincipalARN", ["x", CONTEXT["acs:principalarn"]], False),
        ("StringEqualsIgnoreCase", "acs:PrincipalARN", CONTEXT["acs:principalarn"].upper(), True),
        ("StringNotEqualsIgnoreCase", "acs:PrincipalARN", CONTEXT["acs:principalarn"].upper(), False),
        ("StringLike", "acs:PrincipalARN", "acs:ram::*:user/a?ice", True),
        ("StringLike", "acs:PrincipalARN", "acs:ram::*:role/*", False),
        ("StringNotLike", "acs:PrincipalARN", "acs:ram::*:role/*", True),
        ("NumericEquals", "app:Size", 10, True),
        ("NumericNotEquals", "app:Size", "10.0", False),
        ("NumericLessThan", "app:Size", 10, False),
        ("NumericLessThanEquals", "app:Size", 10, True),
        ("NumericGreaterThan", "app:Size", 9.5, True),
        ("NumericGreaterThanEquals", "app:Size", 11, False),
        ("DateEquals", "acs:CurrentTime", "2026-03-01T20:00:00+08:00", True),
        ("DateNotEquals", "acs:CurrentTime", "2026-03-01T12:00:00", False),
        ("DateLessThan", "acs:CurrentTime", "2026-03-02T00:00:00Z", True),
        ("DateLessThanEquals", "acs:CurrentTime", "2026-03-01T11:59:59Z", False),
        ("DateGreaterThan", "acs:CurrentTime", "2026-03-01", True),
        ("DateGreaterThanEquals", "acs:CurrentTime", "2026-03-01T12:00:00Z", True),
        ("Bool", "acs:SecureTransport", True, True),
        ("Bool", "acs:MFAPresent", "true", False),
        ("IpAddress", "acs:SourceIp", ["198.51.100.0/24", "203.0.113.0/24"], True),
        ("IpAddress", "acs:SourceIp", "203.0.113.8", False),
        ("IpAddress", "acs:SourceIp", "::ffff:203.0.113.0/120", True),
        ("IpAddress", "acs:SourceIp", "2001:db8::/32", False),
        ("NotIpAddress", "acs:SourceIp", "203.0.113.0/24", False),
        ("NotIpAddress", "acs:SourceIp", ["198.51.100.0/24", "2001:db8::/32"], True),
        ("StringEquals", "acs:Unknown", "x", False),
        ("StringNotEquals", "acs:Unknown", "x", True),
        ("NumericEquals", "acs:SourceIp", 10, False),
    ],
)
def test_conditions_compare_as_their_names_say(operator: str, key: str, values: object, met: bool) -> None:
    """A key is looked up without case; what a request does not say meets no condition but a negated one."""
    policy = text(a_statement(Condition={operator: {key: values}}))

    assert verdict(policy).allowed is met


def test_every_operator_has_its_case() -> None:
    """An operator that nobody compared with anything is one that nobody knows to work."""
    mark = next(
        mark for mark in test_conditions_compare_as_their_names_say.pytestmark if mark.name == "parametrize"
    )

    assert {case[0] for case in mark.args[1]} == OPERATORS.keys()


@pytest.mark.parametrize("said", ["user/alice", "user/ALICE", "USER/Alice"])
def test_no_other_spelling_of_a_user_gets_around_a_denial(said: str) -> None:
    """Users and roles are found without case, so policies mean them without case."""
    policy = text(a_statement(), a_statement(Effect="Deny", Resource="acs:ram::*:user/Alice"))
    resource = f"acs:ram:*:1000000000000001:{said}"

    assert verdict(policy, action="ram:DeleteUser", resource=resource).explicit


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        ({"Effect": "Deny", "Resource": "acs:actiontrail:cn-beijing:*:trail/prod-1"}, False),
        ({"Effect": "Deny", "Resource": "acs:actiontrail:cn-beijing:*:trail/prod-2"}, True),
        ({"Effect": "Deny", "Resource": "acs:oss:cn-beijing:*:trail/prod-1"}, True),
    ],
)
def test_a_denial_for_a_region_holds_for_who_addresses_none(said: dict[str, Any], allowed: bool) -> None:
    """A trail of any region is found then; leaving the region out must not be a way around."""
    granted = [Granted("p", "Custom", parse(text(a_statement(), a_statement(**said))))]
    asked = Asked("actiontrail:GetTrailStatus", TRAIL, CONTEXT, any_region=True)

    assert decide(granted, asked).allowed is allowed


@pytest.mark.parametrize("resource", ["*", "garbage", "acs:ram::1:role", ""])
def test_what_is_no_resource_is_meant_by_nothing_but_everything(resource: str) -> None:
    """A caller may write anything where a resource's name is expected."""
    narrow = text(a_statement(Resource="acs:ram:*:*:role/auditor"))

    assert (
        verdict(text(a_statement()), resource=resource).allowed,
        verdict(narrow, resource=resource).allowed,
    ) == (
        True,
        False,
    )


def test_all_conditions_of_a_statement_must_be_met() -> None:
    """Two operators, and two keys of one, are all joined by `and`."""
    both = {
        "Bool": {"acs:SecureTransport": "true", "acs:MFAPresent": "false"},
        "IpAddress": {"acs:SourceIp": "::1"},
    }

    assert (
        verdict(text(a_statement(Condition={"Bool": both["Bool"]}))).allowed,
        verdict(text(a_statement(Condition=both))).allowed,
    ) == (True, False)


@pytest.mark.parametrize(
    ("document", "places"),
    [
        ("{", ["$"]),
        ("[]", ["$"]),
        ('{"Version":"1","Version":"1","Statement":[]}', ["$", "$.Statement"]),
        ('{"Statement":[]}', ["$.Version", "$.Statement"]),
        ('{"Version":"2","Statement":{},"Id":"x"}', ["$.Id", "$.Version", "$.Statement[0].Effect"]),
        (text(7), ["$.Statement[0]"]),
        (text(a_statement(Effect="allow")), ["$.Statement[0].Effect"]),
        (text(a_statement(Action=None)), ["$.Statement[0].Action"]),
        (text(a_statement(NotAction="a:b")), ["$.Statement[0].Action"]),
        (text(a_statement(Action=[])), ["$.Statement[0].Action"]),
        (text(a_statement(Action=["a:b", 1])), ["$.Statement[0].Action"]),
        (text(a_statement(), a_statement(Action=["a:b", "LookupEvents"])), ["$.Statement[1].Action[1]"]),
        (text(a_statement(Resource="trail/x")), ["$.Statement[0].Resource[0]"]),
        (text(a_statement(Resource="acs:actiontrail:*")), ["$.Statement[0].Resource[0]"]),
        (text(a_statement(Principal={"RAM": "x"})), ["$.Statement[0].Principal"]),
        (text(a_statement(Condition=[])), ["$.Statement[0].Condition"]),
        (text(a_statement(Condition={"Equals": {"a:b": "c"}})), ["$.Statement[0].Condition.Equals"]),
        (text(a_statement(Condition={"Bool": "x"})), ["$.Statement[0].Condition.Bool"]),
        (text(a_statement(Condition={"Bool": {"mfa": "true"}})), ["$.Statement[0].Condition.Bool.mfa"]),
        (
            text(a_statement(Condition={"Bool": {"acs:MFAPresent": ["true", "yes", None]}})),
            [
                "$.Statement[0].Condition.Bool.acs:MFAPresent[1]",
                "$.Statement[0].Condition.Bool.acs:MFAPresent[2]",
            ],
        ),
        (
            text(a_statement(Condition={"IpAddress": {"acs:SourceIp": "300.0.0.0/8"}})),
            ["$.Statement[0].Condition.IpAddress.acs:SourceIp[0]"],
        ),
        (
            text(a_statement(Condition={"NumericEquals": {"a:b": ["NaN"]}, "DateEquals": {"a:b": ["soon"]}})),
            ["$.Statement[0].Condition.NumericEquals.a:b[0]", "$.Statement[0].Condition.DateEquals.a:b[0]"],
        ),
        (" " * 6145, ["$"]),
        ("[" * 6000, ["$"]),
    ],
)
def test_every_mistake_is_told_with_its_place(document: str, places: list[str]) -> None:
    """Whoever wrote a policy mends it in one go, and nothing is passed over."""
    with pytest.raises(BadPolicy) as refused:
        parse(document)

    told = [problem.partition(": ")[0] for problem in refused.value.problems]
    assert [place for place in places if place not in told] == []


@given(st.text("ab*?", max_size=12), st.text("ab", max_size=12))
def test_wildcards_agree_with_regular_expressions(pattern: str, text_: str) -> None:
    """The matcher is ours because it takes no more than a product of lengths; it must still be right."""
    import re

    form = "".join({"*": ".*", "?": "."}.get(char, char) for char in pattern)

    assert wildcard(pattern, text_) == bool(re.fullmatch(form, text_))


def test_a_hostile_pattern_takes_no_longer_than_its_length() -> None:
    """`*a*a*a…` is what takes a regular expression down."""
    assert wildcard("*a" * 1000 + "b", "a" * 2000) is False


@pytest.mark.parametrize(
    ("principal", "condition", "expected"),
    [
        ({"RAM": "acs:ram::1000000000000001:root"}, None, True),
        ({"RAM": ["acs:ram::1:root", "acs:ram::1000000000000001:user/Alice"]}, None, True),
        ({"RAM": "acs:ram::1000000000000001:user/bob"}, None, False),
        ({"RAM": "acs:ram::1000000000000002:root"}, None, False),
        ({"Service": "actiontrail.aliyuncs.com"}, None, False),
        ({"RAM": "acs:ram::1000000000000001:root"}, {"StringEquals": {"sts:ExternalId": "x"}}, False),
        ({"RAM": "acs:ram::1000000000000001:root"}, {"IpAddress": {"acs:SourceIp": "203.0.113.0/24"}}, True),
    ],
)
def test_a_role_trusts_whom_its_policy_names(
    principal: dict[str, Any], condition: dict[str, Any] | None, expected: bool
) -> None:
    """The account's root there stands for everybody in it; nobody else gets in."""
    statement = a_statement(Action="sts:AssumeRole", Resource=None, Principal=principal, Condition=condition)
    alice = Principal("1000000000000001", "acs:ram::1000000000000001:user/alice")

    assert trusts(parse_trust(text(statement)), alice, CONTEXT).allowed is expected


@pytest.mark.parametrize("name", ["*", "acs:ram::*:root", "acs:ram::1:user/*", "acs:ram::1:group/x", "1"])
def test_a_trust_policy_names_no_wildcards(name: str) -> None:
    """A role that trusts everybody would be found by everybody."""
    with pytest.raises(BadPolicy, match=r"Principal\.RAM\[0\]"):
        parse_trust(text(a_statement(Action="sts:AssumeRole", Resource=None, Principal={"RAM": name})))


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        ("AdministratorAccess", [True, True, True, True]),
        ("AliyunActionTrailFullAccess", [True, True, True, False]),
        ("AliyunActionTrailReadOnlyAccess", [True, False, False, False]),
        ("AliyunRAMFullAccess", [False, False, False, True]),
    ],
)
def test_the_systems_policies_are_as_wide_as_their_names(policy: str, allowed: list[bool]) -> None:
    """What was attached elsewhere by name must not mean more here."""
    granted = [Granted(policy, "System", SYSTEM[policy].document)]
    actions = (
        "actiontrail:LookupEvents",
        "actiontrail:DeleteTrail",
        "actiontrail:PutEvents",
        "ram:CreateUser",
    )

    assert [decide(granted, Asked(action, TRAIL, CONTEXT)).allowed for action in actions] == allowed
