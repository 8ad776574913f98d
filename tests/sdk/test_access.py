"""Users, roles and policies as the official clients meet them: refusals with their detail, and STS first."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alibabacloud_sts20150401 import models as sts
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi import exceptions as new
from alibabacloud_tea_openapi.utils_models import Config
from tests.access.test_policy import a_statement, text
from tests.kit.house import Endpoint, live
from tests.kit.people import a_role, a_user
from tests.sdk.clients import Credentials, New, Old

from actiontrail.access.roles import RoleChange, Roles
from actiontrail.access.users import User

READ_ONLY, ASSUMES = "AliyunActionTrailReadOnlyAccess", "AliyunSTSAssumeRoleAccess"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with live() as made:
        yield made


def key_of(endpoint: Endpoint, user: User) -> Credentials:
    made = endpoint.keys.create_key(user.account, user=user)
    return Credentials(made.access_key_id, made.access_key_secret)


def an_sts(endpoint: Endpoint, credentials: Credentials) -> Sts:
    return Sts(
        Config(
            access_key_id=credentials.key_id,
            access_key_secret=credentials.secret,
            security_token=credentials.token or None,
            region_id="cn-hangzhou",
            endpoint=endpoint.address,
            protocol="http",
        )
    )


def assumed(endpoint: Endpoint, credentials: Credentials, arn: str, **parameters: Any) -> Credentials:
    request = sts.AssumeRoleRequest(role_arn=arn, role_session_name="alice", **parameters)
    made = an_sts(endpoint, credentials).assume_role(request).body.credentials
    return Credentials(made.access_key_id, made.access_key_secret, made.security_token)


def test_a_refusal_is_raised_with_what_was_missing(endpoint: Endpoint) -> None:
    """Tools show `access_denied_detail` to whoever has to write the policy."""
    bob = a_user(endpoint.database, endpoint.account, "bob")
    client = New(endpoint, key_of(endpoint, bob))
    with pytest.raises(new.ClientException) as refused:
        client.page()

    error = refused.value
    assert (error.code, error.status_code, error.access_denied_detail) == (
        "NoPermission",
        403,
        {
            "AuthAction": "actiontrail:LookupEvents",
            "AuthResource": f"acs:actiontrail:cn-hangzhou:{endpoint.account}:*",
            "AuthPrincipalDisplayName": bob.id,
            "AuthPrincipalType": "SubUser",
            "AuthPrincipalOwnerId": endpoint.account,
            "NoPermissionType": "ImplicitDeny",
            "PolicyType": "AccountLevelIdentityBasedPolicy",
        },
    )


def test_the_old_client_raises_a_refusal_too(endpoint: Endpoint) -> None:
    """By the code that scripts look for."""
    raised = Old(endpoint, key_of(endpoint, a_user(endpoint.database, endpoint.account, "bob"))).raised()

    assert (raised.kind, raised.code, raised.status) == ("ServerException", "NoPermission", 403)


def test_what_is_attached_is_allowed_at_once(endpoint: Endpoint) -> None:
    """A user that was refused a moment ago need not sign in again."""
    alice = a_user(endpoint.database, endpoint.account, "alice", READ_ONLY)

    assert New(endpoint, key_of(endpoint, alice)).lookup() == []


def test_a_role_is_assumed_and_acts(endpoint: Endpoint) -> None:
    """The answer has the shape that the official client reads, and its credentials sign."""
    alice = key_of(endpoint, a_user(endpoint.database, endpoint.account, "alice", ASSUMES))
    role = a_role(endpoint.database, endpoint.account, policy=READ_ONLY)
    request = sts.AssumeRoleRequest(role_arn=role.arn, role_session_name="alice", duration_seconds=900)
    body = an_sts(endpoint, alice).assume_role(request).body
    session = Credentials(
        body.credentials.access_key_id, body.credentials.access_key_secret, body.credentials.security_token
    )
    ends = datetime.fromisoformat(body.credentials.expiration) - datetime.now(UTC)
    who = an_sts(endpoint, session).get_caller_identity().body

    assert (body.assumed_role_user.to_map(), timedelta(seconds=890) < ends <= timedelta(seconds=900)) == (
        {"Arn": f"{role.arn}/alice", "AssumedRoleId": f"{role.id}:alice"},
        True,
    )
    assert (who.identity_type, who.role_id, who.principal_id, who.account_id) == (
        "AssumedRoleUser",
        role.id,
        f"{role.id}:alice",
        endpoint.account,
    )
    assert New(endpoint, session).lookup() == []
    assert New(endpoint, session, algorithm="v2").lookup() == []


def test_a_session_may_be_narrowed(endpoint: Endpoint) -> None:
    """It may do what its role may, and what its own policy allows; neither alone is enough."""
    alice = key_of(endpoint, a_user(endpoint.database, endpoint.account, "alice", ASSUMES))
    role = a_role(endpoint.database, endpoint.account)
    narrow = text(a_statement(Action="actiontrail:DescribeRegions"))
    client = New(endpoint, assumed(endpoint, alice, role.arn, policy=narrow))
    with pytest.raises(new.ClientException) as refused:
        client.page()

    assert (len(client.regions()) > 10, refused.value.access_denied_detail["PolicyType"]) == (
        True,
        "SessionPolicy",
    )


@pytest.mark.parametrize(
    ("external_id", "code"), [("partner-7", ""), ("partner-8", "NoPermission"), (None, "NoPermission")]
)
def test_an_external_id_is_asked_for_by_the_trust_policy(
    endpoint: Endpoint, external_id: str | None, code: str
) -> None:
    """So that nobody makes a partner act on a stranger's account."""
    theirs = endpoint.keys.create_account()
    role = Roles(endpoint.database).create(theirs, "partner")
    trust = json.loads(role.trust)
    trust["Statement"][0]["Principal"] = {"RAM": f"acs:ram::{endpoint.account}:root"}
    trust["Statement"][0]["Condition"] = {"StringEquals": {"sts:ExternalId": "partner-7"}}
    Roles(endpoint.database).update(theirs, "partner", RoleChange(trust=json.dumps(trust)))
    alice = key_of(endpoint, a_user(endpoint.database, endpoint.account, "alice", ASSUMES))

    try:
        session = assumed(endpoint, alice, role.arn, external_id=external_id)
        answer = an_sts(endpoint, session).get_caller_identity().body.account_id
    except new.ClientException as error:
        answer = error.code
    assert answer == (code or theirs)


def test_a_user_who_may_not_assume_roles_is_told_so(endpoint: Endpoint) -> None:
    """Trust is one half, the caller's own policies are the other."""
    alice = key_of(endpoint, a_user(endpoint.database, endpoint.account, "alice", READ_ONLY))
    role = a_role(endpoint.database, endpoint.account)

    with pytest.raises(new.ClientException) as refused:
        assumed(endpoint, alice, role.arn)
    assert (refused.value.code, refused.value.access_denied_detail["AuthAction"]) == (
        "NoPermission",
        "sts:AssumeRole",
    )
