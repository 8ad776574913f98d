"""Kubernetes audit events, `audit.k8s.io/v1`. Pure.

One request makes an event at each stage, all with one audit id. The final stage keeps that id; an
earlier one has its stage after it, or it would look like a repeat.
"""

from collections.abc import Mapping
from typing import Any

from actiontrail.event.formats.form import Format
from actiontrail.event.model import NO_TIME, Event, UserIdentity, read_time
from actiontrail.event.reading import UnmappableEvent, as_mapping, first_text, rest

_READS = frozenset({"get", "list", "watch", "proxy"})
_FINAL = frozenset({"", "ResponseComplete"})
_TAKEN = (
    "auditID", "verb", "user", "sourceIPs", "userAgent", "objectRef", "responseStatus", "requestObject", "responseObject",
    "requestReceivedTimestamp", "kind",
)  # fmt: skip
_WHO_TAKEN = ("username", "uid")


def _matches(obj: Mapping[str, Any]) -> bool:
    return str(obj.get("apiVersion", "")).startswith("audit.k8s.io/") or ("auditID" in obj and "verb" in obj)


def _read(obj: dict[str, Any]) -> Event:
    if obj.get("kind") == "EventList":
        raise UnmappableEvent(
            "kind", "this is an EventList, which holds many events", "Send each of its items as one event."
        )
    verb, audit_id, stage = (first_text(obj.get(key)) for key in ("verb", "auditID", "stage"))
    if not verb:
        raise UnmappableEvent(
            "verb", "is missing, so nothing says what was done", "Send the audit event as it came."
        )
    target = as_mapping(obj.get("objectRef"))
    resource = "/".join(
        one for one in (first_text(target.get("resource")), first_text(target.get("subresource"))) if one
    )
    where = "/".join(
        one for one in (first_text(target.get("namespace")), first_text(target.get("name"))) if one
    )
    code, message = _failure(as_mapping(obj.get("responseStatus")))
    addresses = obj.get("sourceIPs")
    return Event(
        event_id=audit_id if stage in _FINAL or not audit_id else f"{audit_id}/{stage}",
        event_name=f"{verb} {resource or first_text(obj.get('requestURI')).partition('?')[0]}".rstrip(),
        event_time=_time(obj) or NO_TIME,
        event_category="Management",
        event_rw="Read" if verb in _READS else "Write",
        event_source=first_text(target.get("apiGroup")) or ("core" if target else ""),
        event_type="ApiCall",
        api_version=first_text(target.get("apiVersion")),
        service_name="Kubernetes",
        request_id=audit_id,
        request_parameters=as_mapping(obj.get("requestObject")),
        response_elements=as_mapping(obj.get("responseObject")),
        referenced_resources={resource: [where]} if resource and where else {},
        source_ip_address=first_text(*(addresses if isinstance(addresses, list) else [addresses])),
        user_agent=first_text(obj.get("userAgent")),
        user_identity=_who(as_mapping(obj.get("user"))),
        additional_event_data=rest(obj, _TAKEN) | ({"objectRef": target} if target else {}),
        error_code=code,
        error_message=message,
    )


def _time(obj: Mapping[str, Any]) -> Any:  # noqa: ANN401 - datetime or None
    return (
        read_time(obj.get("requestReceivedTimestamp"), "requestReceivedTimestamp")
        or read_time(obj.get("stageTimestamp"), "stageTimestamp")
        or read_time(obj.get("timestamp"), "timestamp")
    )


def _failure(status: Mapping[str, Any]) -> tuple[str, str]:
    code = status.get("code")
    if not isinstance(code, int) or code < 400:
        return "", ""
    return first_text(status.get("reason")) or str(code), first_text(
        status.get("message")
    ) or f"status {code}"


def _who(user: Mapping[str, Any]) -> UserIdentity:
    name = first_text(user.get("username"))
    if name.startswith("system:serviceaccount:"):
        kind = "service-account"
    elif name.startswith("system:") and name != "system:anonymous":
        kind = "system"
    else:
        kind = "user" if name else ""
    return UserIdentity(
        type=kind, user_name=name, principal_id=first_text(user.get("uid")), extra=rest(user, _WHO_TAKEN)
    )


FORMAT = Format("kubernetes", _matches, _read)
