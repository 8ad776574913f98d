"""Who may do what, judged for one request at a time.

The account itself may do everything in it. A user or a session may do what their policies allow, and a
session that was narrowed no more than that. An ingest token may record, and nothing else.
"""

from typing import Protocol

from actiontrail.access.conditions import Context
from actiontrail.access.evaluate import Asked, Granted, Verdict, decide
from actiontrail.access.keys import Caller
from actiontrail.access.policy import parse
from actiontrail.errors import Refusal

RECORD = "actiontrail:PutEvents"
EVERYBODY = frozenset({"sts:GetCallerIdentity"})  # of those who sign
_PRINCIPAL = {"root-account": "Account", "ram-user": "SubUser", "assumed-role": "AssumedRoleUser"}
_BY_POLICY = "AccountLevelIdentityBasedPolicy"
_BY_SESSION = "SessionPolicy"
_BY_KIND = "CredentialKind"
ROOT_ONLY = "RootOnly"
BY_TRUST = "AssumeRolePolicy"


class Policies(Protocol):
    """What is asked of the grants."""

    def granted(self, account: str, principal: str) -> tuple[Granted, ...]:
        """What the user or role with this id has."""
        ...


class NotAllowed(Refusal):
    """The caller may not do this: `detail` says what was missing, under the names that clients know."""

    def __init__(
        self, caller: Caller, action: str, resource: str, policy_type: str, *, explicit: bool
    ) -> None:
        why = "a policy denies it" if explicit else "no policy allows it"
        if policy_type == _BY_KIND:
            why = "an ingest token records and reads nothing; sign with an access key"
        elif policy_type == _BY_SESSION:
            why += " (the policy that the session was narrowed with)"
        elif policy_type == BY_TRUST:
            why = "the role's trust policy does not let the caller assume it"
        elif policy_type == ROOT_ONLY:
            why = "only the account itself may, whatever policies say"
        super().__init__(f"{action} on {resource}: {why}")
        self.action = action
        self.resource = resource
        self.detail = {
            "AuthAction": action,
            "AuthResource": resource,
            "AuthPrincipalDisplayName": caller.user_name if caller.role_id else caller.principal_id,
            "AuthPrincipalType": "IngestToken" if caller.kind == "token" else _PRINCIPAL[caller.type],
            "AuthPrincipalOwnerId": caller.account,
            "NoPermissionType": "ExplicitDeny" if explicit else "ImplicitDeny",
            "PolicyType": policy_type,
        }


class Authority:
    """Judges. Safe to share between threads; asks memory, as a rule."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    def check(
        self, caller: Caller, action: str, resource: str, context: Context, *, any_region: bool = False
    ) -> None:
        """Return if `caller` may do `action` on `resource`; raise `NotAllowed` otherwise.

        With `any_region` the region in `resource` is only supposed: the request addresses none.
        """
        if caller.kind == "token":
            if action != RECORD:
                raise NotAllowed(caller, action, resource, _BY_KIND, explicit=False)
            return
        principal = caller.role_id or caller.user_id
        if not principal or action in EVERYBODY:
            return
        asked = Asked(action, resource, context, any_region)
        verdict = decide(self._policies.granted(caller.account, principal), asked)
        if not verdict.allowed:
            raise NotAllowed(caller, action, resource, _BY_POLICY, explicit=verdict.explicit)
        if caller.policy:
            narrowed = _by_session(caller.policy, asked)
            if not narrowed.allowed:
                raise NotAllowed(caller, action, resource, _BY_SESSION, explicit=narrowed.explicit)


def _by_session(policy: str, asked: Asked) -> Verdict:
    return decide((Granted("the session's own", "Custom", parse(policy)),), asked)


def refused_by_trust(caller: Caller, role: str, *, explicit: bool) -> NotAllowed:
    """What is raised for a role that does not trust `caller`."""
    return NotAllowed(caller, "sts:AssumeRole", role, BY_TRUST, explicit=explicit)
