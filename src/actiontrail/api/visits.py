"""Signing in and out, as events in ActionTrail's shape. Pure. (Another password is a deed: `api/deeds.py`.)

Who failed to sign in is named as they named themselves; nothing of what they typed beside is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actiontrail.api.origin import Origin

SIGN_IN, SIGN_OUT = "ConsoleSignin", "ConsoleSignout"
SERVICE = "AasSub"  # sub-users' logon, as the public service has it
SOURCE = "signin.aliyun.com"
_NAME_CHARS_MAX = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One of the two, of one account: who, from where, how, and why not, if it failed."""

    name: str
    account: str
    user_name: str
    principal_id: str
    where: Origin
    region: str
    mfa: bool = False
    method: str = "password"
    error_code: str = ""
    error_message: str = ""


def event(visit: Visit, event_id: str, moment: str) -> dict[str, Any]:
    """`visit` as an event."""
    more: Mapping[str, Any] = {
        "callbackUrl": f"//{visit.where.host}/console/",
        "mfaChecked": "true" if visit.mfa else "false",
        "loginMethod": visit.method,
    }
    found: dict[str, Any] = {
        "eventId": event_id,
        "requestId": event_id,
        "eventVersion": "1",
        "eventCategory": "Management",
        "eventType": visit.name,
        "eventName": visit.name,
        "eventRW": "Write",
        "eventTime": moment,
        "eventSource": SOURCE,
        "serviceName": SERVICE,
        "acsRegion": visit.region,
        "isGlobal": True,
        "sourceIpAddress": visit.where.address,
        "userAgent": visit.where.agent,
        "recipientAccountId": visit.account,
        "userIdentity": {
            "type": "ram-user",
            "accountId": visit.account,
            "principalId": visit.principal_id,
            "userName": visit.user_name[:_NAME_CHARS_MAX],
        },
        "referencedResources": {"ACS::RAM::User": [visit.user_name[:_NAME_CHARS_MAX]]},
        "additionalEventData": more,
    }
    if not visit.principal_id:
        del found["userIdentity"]["principalId"]
    if visit.error_code:
        found |= {"errorCode": visit.error_code, "errorMessage": visit.error_message}
    return found
