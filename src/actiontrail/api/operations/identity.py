"""GetCallerIdentity of STS: who one is, which many tools ask before anything else. Pure."""

from collections.abc import Mapping
from typing import Any

from actiontrail.api.operations.table import Call, Field, Operation, Spec

GET_CALLER_IDENTITY = Spec(
    name="GetCallerIdentity",
    version="2015-04-01",
    summary="The account and the identity behind the credentials that signed.",
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
SPECS = (GET_CALLER_IDENTITY,)


def operations() -> tuple[Operation, ...]:
    """The operations of this module."""
    return (Operation(GET_CALLER_IDENTITY, _get_caller_identity),)


def _get_caller_identity(call: Call) -> Mapping[str, Any]:
    caller = call.caller
    if caller.kind == "session":
        role = caller.user_name.replace(":", "/")
        identity = {
            "IdentityType": "AssumedRoleUser",
            "RoleId": caller.principal_id.partition(":")[0],
            "Arn": f"acs:ram::{caller.account}:assumed-role/{role}",
        }
    else:
        identity = {"IdentityType": "Account", "Arn": f"acs:ram::{caller.account}:root"}
    return {
        **identity,
        "AccountId": caller.account,
        "UserId": caller.principal_id,
        "PrincipalId": caller.principal_id,
    }
