"""AWS CloudTrail: API calls, sign-ins, service events, data events and insights. Pure.

A digest file is no event but CloudTrail's own seal over its files; it is refused by name. An event
that came over EventBridge is found under `detail`.
"""

from collections.abc import Mapping
from typing import Any

from actiontrail.event import effect
from actiontrail.event.formats.form import Format
from actiontrail.event.model import NO_TIME, Event, UserIdentity, read_time
from actiontrail.event.reading import UnmappableEvent, as_mapping, dig, first_text, mapping, rest

_SUFFIX = ".amazonaws.com"
_TAKEN = (
    "eventID", "eventName", "eventTime", "eventCategory", "readOnly", "eventSource", "eventType", "awsRegion", "apiVersion", "requestID",
    "requestParameters", "responseElements", "sourceIPAddress", "userAgent", "userIdentity", "additionalEventData", "errorCode",
    "errorMessage", "recipientAccountId",
)  # fmt: skip
_WHO_TAKEN = ("type", "principalId", "accountId", "userName", "accessKeyId", "sessionContext")


def _matches(obj: Mapping[str, Any]) -> bool:
    if obj.get("digestStartTime") or ("insightDetails" in obj and "awsRegion" in obj):
        return True
    return "eventName" in obj and not _SIGNS.isdisjoint(obj)


_SIGNS = frozenset({"awsRegion", "sourceIPAddress", "eventID", "requestID", "managementEvent"})


def _read(obj: dict[str, Any]) -> Event:
    if obj.get("digestStartTime"):
        raise UnmappableEvent(
            "digestStartTime",
            "this is a CloudTrail digest, which seals log files and holds no events",
            "Send the log files that it names.",
        )
    insight = as_mapping(obj.get("insightDetails"))
    name = first_text(obj.get("eventName"), insight.get("eventName"))
    if not name:
        raise UnmappableEvent(
            "eventName", "is missing, so nothing says what was done", "Send the CloudTrail record as it came."
        )
    source = first_text(obj.get("eventSource"), insight.get("eventSource"))
    return Event(
        event_id=first_text(obj.get("eventID")),
        event_name=name,
        event_time=read_time(obj.get("eventTime")) or NO_TIME,
        event_category="Insight" if insight else _category(obj),
        event_rw=_effect(obj.get("readOnly"), name),
        event_source=source,
        event_type=first_text(obj.get("eventType")),
        acs_region=first_text(obj.get("awsRegion")),
        api_version=first_text(obj.get("apiVersion")),
        service_name=source.removesuffix(_SUFFIX),
        request_id=first_text(obj.get("requestID")),
        request_parameters=as_mapping(obj.get("requestParameters")),
        response_elements=as_mapping(obj.get("responseElements")),
        referenced_resources=_resources(obj.get("resources")),
        source_ip_address=first_text(obj.get("sourceIPAddress")),
        user_agent=first_text(obj.get("userAgent")),
        user_identity=_who(as_mapping(obj.get("userIdentity"))),
        additional_event_data=as_mapping(obj.get("additionalEventData")) | rest(obj, _TAKEN),
        error_code=first_text(obj.get("errorCode")),
        error_message=first_text(obj.get("errorMessage")),
        recipient_account_id=first_text(obj.get("recipientAccountId")),
    )


def _category(obj: Mapping[str, Any]) -> str:
    if said := first_text(obj.get("eventCategory")):
        return said
    return {"true": "Management", "false": "Data"}.get(first_text(obj.get("managementEvent")), "")


def _effect(read_only: object, name: str) -> str:
    said = {"true": effect.READ, "false": effect.WRITE}.get(first_text(read_only).lower())
    return said or effect.of(name)


def _who(given: Mapping[str, Any]) -> UserIdentity:
    """A role's session is named as ActionTrail does: the role, a colon, the session."""
    context = mapping(given.get("sessionContext")) or {}
    kind, principal = first_text(given.get("type")), first_text(given.get("principalId"))
    name = first_text(given.get("userName"))
    role = first_text(dig(context, "sessionIssuer", "userName"))
    if not name and role:
        session = principal.partition(":")[2]
        name = f"{role}:{session}" if session else role
    return UserIdentity(
        type=kind,
        principal_id=principal,
        account_id=first_text(given.get("accountId"), dig(context, "sessionIssuer", "accountId")),
        user_name=name or ("root" if kind == "Root" else first_text(given.get("invokedBy"))),
        access_key_id=first_text(given.get("accessKeyId")),
        session_context=context,
        extra=rest(given, _WHO_TAKEN),
    )


def _resources(listed: object) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in listed if isinstance(listed, list) else ():
        if name := first_text(dig(one, "ARN"), dig(one, "ARNPrefix"), dig(one, "arn")):
            found.setdefault(first_text(dig(one, "type")) or "AWS::Resource", []).append(name)
    return found


FORMAT = Format("cloudtrail", _matches, _read)
