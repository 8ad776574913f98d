"""An event in the Open Cybersecurity Schema Framework, version 1.3. Pure.

Sign-ins are Authentication (3002), what RAM does to users is Account Change (3001), everything else is API
Activity (6003). What has no place there stays in `unmapped`, so nothing of an event is lost. An event that
cannot be read at all is a Base Event (0) that holds it whole.
"""

import ipaddress
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from actiontrail.delivery.batch import Chosen
from actiontrail.event import model, resources
from actiontrail.event.model import Event
from actiontrail.event.reading import UnmappableEvent

VERSION = "1.3.0"


class Class(NamedTuple):
    """One class of OCSF: its number, its category, and its activities by number."""

    uid: int
    name: str
    category_uid: int
    category_name: str
    activities: Mapping[int, str]


BASE = Class(0, "Base Event", 0, "Uncategorized", {0: "Unknown"})
API_ACTIVITY = Class(
    6003,
    "API Activity",
    6,
    "Application Activity",
    {0: "Unknown", 1: "Create", 2: "Read", 3: "Update", 4: "Delete", 99: "Other"},
)
AUTHENTICATION = Class(
    3002, "Authentication", 3, "Identity & Access Management", {1: "Logon", 2: "Logoff", 99: "Other"}
)
ACCOUNT_CHANGE = Class(
    3001,
    "Account Change",
    3,
    "Identity & Access Management",
    {
        1: "Create",
        2: "Enable",
        3: "Password Change",
        4: "Password Reset",
        5: "Disable",
        6: "Delete",
        7: "Attach Policy",
        8: "Detach Policy",
        10: "MFA Factor Enable",
        11: "MFA Factor Disable",
        99: "Other",
    },
)

ACCOUNT_CHANGES: Mapping[str, int] = {  # operations of RAM and IMS whose object is a user
    "AttachPolicyToUser": 7,
    "BindMFADevice": 10,
    "ChangePassword": 3,
    "CreateLoginProfile": 2,
    "CreateUser": 1,
    "DeleteLoginProfile": 5,
    "DeleteUser": 6,
    "DetachPolicyFromUser": 8,
    "DisableVirtualMFA": 11,
    "UnbindMFADevice": 11,
    "UpdateLoginProfile": 99,
    "UpdateUser": 99,
}
CREATING = frozenset(
    "add allocate apply authorize copy create generate import issue launch open publish purchase register restore run submit upload".split()
)
DELETING = frozenset(
    "abandon cancel clear close delete deregister destroy drop erase purge release remove revoke terminate unregister".split()
)
USER_TYPES: Mapping[str, int] = {  # of an identity, by ActionTrail's word for it
    "root-account": 2,
    "ram-user": 1,
    "saml-user": 1,
    "cloudsso-user": 1,
    "alibaba-cloud-account": 2,
    "system": 3,
    "AliyunServiceRole": 3,
}
_TYPE_NAMES = {0: "Unknown", 1: "User", 2: "Admin", 3: "System", 99: "Other"}
_SIGN_IN = re.compile(r"(?:Aws)?ConsoleSign-?in$", re.IGNORECASE)
_SIGN_OUT = re.compile(r"(?:Aws)?ConsoleSign-?out$", re.IGNORECASE)
_FIRST_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PROVIDERS = {"amazonaws.com": "AWS", "googleapis.com": "GCP", "azure.com": "Azure"}


def document(chosen: Chosen) -> dict[str, Any]:
    """`chosen` in OCSF, as one JSON object."""
    try:
        event = model.parse(chosen.event)
    except UnmappableEvent:
        whole = {"event": chosen.event.decode(errors="replace")}
        return {**_head(BASE, 0, chosen), "metadata": _metadata(chosen, None), "unmapped": whole}
    kind, activity = classify(event)
    target = {"user": _target(event, kind)} if kind in (AUTHENTICATION, ACCOUNT_CHANGE) else {}
    failed = bool(event.error_code)
    return _full(
        {
            **_head(kind, activity, chosen),
            "metadata": _metadata(chosen, event),
            "status_id": 2 if failed else 1,
            "status": "Failure" if failed else "Success",
            "status_code": event.error_code,
            "status_detail": event.error_message,
            "actor": {"user": _actor(event), "session": _session(event)},
            **target,
            **(
                {"is_mfa": _mfa(event), "service": {"name": event.service_name}}
                if kind is AUTHENTICATION
                else {}
            ),
            "api": _api(event),
            "cloud": _cloud(event, chosen),
            "src_endpoint": _source(event),
            "http_request": {"user_agent": event.user_agent},
            "resources": _resources(event),
            "unmapped": _unmapped(event, kind),
        }
    )


def classify(event: Event) -> tuple[Class, int]:
    """The class of `event`, and which of its activities it is."""
    if _SIGN_IN.match(event.event_type) or _SIGN_IN.match(event.event_name):
        return AUTHENTICATION, 1
    if _SIGN_OUT.match(event.event_type) or _SIGN_OUT.match(event.event_name):
        return AUTHENTICATION, 2
    if event.event_type == "PasswordReset":
        return ACCOUNT_CHANGE, 4
    if event.service_name in {"Ram", "Ims"} and event.event_name in ACCOUNT_CHANGES:
        return ACCOUNT_CHANGE, ACCOUNT_CHANGES[event.event_name]
    return API_ACTIVITY, _crud(event)


def _crud(event: Event) -> int:
    if event.event_rw == "Read":
        return 2
    found = _FIRST_WORD.search(event.event_name)
    verb = found[0].lower() if found else ""
    if verb in CREATING:
        return 1
    if verb in DELETING:
        return 4
    return 3 if event.event_rw == "Write" else 99


def _head(kind: Class, activity: int, chosen: Chosen) -> dict[str, Any]:
    name = kind.activities[activity]
    return {
        "category_uid": kind.category_uid,
        "category_name": kind.category_name,
        "class_uid": kind.uid,
        "class_name": kind.name,
        "activity_id": activity,
        "activity_name": name,
        "type_uid": kind.uid * 100 + activity,
        "type_name": f"{kind.name}: {name}",
        "time": chosen.happened_ms,
        "severity_id": 1,
        "severity": "Informational",
    }


def _metadata(chosen: Chosen, event: Event | None) -> dict[str, Any]:
    told = {
        "version": VERSION,
        "product": {"name": "ActionTrail", "vendor_name": "Alibaba Cloud"},
        "profiles": ["cloud"],
        "sequence": chosen.index,
        "tenant_uid": chosen.account,
    }
    if event is None:
        return told
    return told | {"uid": event.event_id, "event_code": event.event_name, "log_name": event.event_category}


def _actor(event: Event) -> dict[str, Any]:
    who = event.user_identity
    number = USER_TYPES.get(who.type, 99 if who.type else 0)
    return {
        "type_id": number,
        "type": who.type or _TYPE_NAMES[number],
        "uid": who.principal_id,
        "name": who.user_name,
        "credential_uid": who.access_key_id,
        "account": {"uid": who.account_id},
    }


def _target(event: Event, kind: Class) -> dict[str, Any]:
    """Who signed in, or whose account was changed."""
    if kind is AUTHENTICATION or event.event_type == "PasswordReset":
        return _actor(event)
    asked = event.request_parameters or _object(event.request_parameter_json)
    name = asked.get("UserName") or asked.get("UserPrincipalName") or event.resource_name
    return {
        "name": str(name or ""),
        "type_id": 1,
        "type": "User",
        "account": {"uid": event.recipient_account_id},
    }


def _session(event: Event) -> dict[str, Any]:
    attributes = event.user_identity.session_context.get("attributes")
    told = attributes if isinstance(attributes, dict) else {}
    created = told.get("creationDate")
    return {
        "is_mfa": _truth(told.get("mfaAuthenticated")),
        "created_time_dt": created if isinstance(created, str) else "",
    }


def _mfa(event: Event) -> bool | None:
    return _truth(event.additional_event_data.get("mfaChecked"))


def _api(event: Event) -> dict[str, Any]:
    return {
        "operation": event.event_name,
        "version": event.api_version,
        "service": {"name": event.service_name, "uid": event.event_source},
        "request": {
            "uid": event.request_id,
            "data": event.request_parameters or _object(event.request_parameter_json),
        },
        "response": {
            "error": event.error_code,
            "error_message": event.error_message,
            "data": event.response_elements,
        },
    }


def _cloud(event: Event, chosen: Chosen) -> dict[str, Any]:
    provider = next(
        (name for host, name in _PROVIDERS.items() if event.event_source.endswith(host)), "Alibaba Cloud"
    )
    account = event.recipient_account_id or event.user_identity.account_id or chosen.account
    return {"provider": provider, "region": event.acs_region, "account": {"uid": account}}


def _source(event: Event) -> dict[str, Any]:
    told: dict[str, Any] = {"vpc_uid": event.vpc_id}
    address = event.source_ip_address
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return {**told, "svc_name": address or "unknown"}
    return {**told, "ip": address}


def _resources(event: Event) -> list[dict[str, Any]]:
    referenced = event.referenced_resources or resources.unflatten(event.resource_type, event.resource_name)
    return [{"type": kind, "name": name} for kind, names in referenced.items() for name in names]


def _unmapped(event: Event, kind: Class) -> dict[str, Any]:
    """What has no place in the schema, under its own names."""
    told = dict(event.extra)
    document = model.document(event)
    left = [
        "eventTime",
        "eventVersion",
        "eventType",
        "eventRW",
        "isGlobal",
        "additionalEventData",
        "eventAttributes",
    ]
    if event.request_parameters or not _object(event.request_parameter_json):
        left.append("requestParameterJson")
    if not _resources(event):
        left += ["resourceType", "resourceName", "referencedResources"]
    told |= {name: document[name] for name in left if name in document}
    who = {"sessionContext": event.user_identity.session_context, **event.user_identity.extra}
    if who := {name: value for name, value in who.items() if value}:
        told["userIdentity"] = who
    if event.recipient_account_id and event.recipient_account_id != event.user_identity.account_id:
        told["recipientAccountId"] = event.recipient_account_id
    if kind is BASE:
        told["event"] = document
    return told


def _object(text: str) -> dict[str, Any]:
    """The JSON object in `text`; empty if it is none."""
    try:
        found = msgspec.json.decode(text) if text else {}
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def _full(told: dict[str, Any], *, open_under: tuple[str, ...] = ("unmapped", "data")) -> dict[str, Any]:
    """`told` without what is empty; what a source said itself stays as it is."""
    found: dict[str, Any] = {}
    for name, value in told.items():
        kept = _full(value) if isinstance(value, dict) and name not in open_under else value
        if kept is not None and kept not in ("", {}, []):
            found[name] = kept
    return found
