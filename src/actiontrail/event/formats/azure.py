"""Azure Activity Log: as its API writes it, and as diagnostic settings export it. Pure.

The API writes names as objects (`{"value": …, "localizedValue": …}`), the export as plain text; one
reading takes both. Resource logs of the export form (storage, key vault) are read too.
"""

import re
from collections.abc import Mapping
from typing import Any

from actiontrail.event import effect
from actiontrail.event.formats.form import Format
from actiontrail.event.model import NO_TIME, Event, UserIdentity, read_time
from actiontrail.event.reading import UnmappableEvent, as_mapping, dig, first_text, rest

_SIGNS = frozenset(
    {
        "eventTimestamp",
        "time",
        "category",
        "resultType",
        "resourceId",
        "resourceProviderName",
        "caller",
        "eventDataId",
        "properties",
    }
)
_CLAIMS = "http://schemas.microsoft.com/identity/claims/"
_SOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_FAILED = frozenset(
    {"failed", "failure", "error", "clienterror", "servererror", "authorizationerror", "rejected"}
)
_SUBSCRIPTION = re.compile(r"/subscriptions/([^/]+)", re.IGNORECASE)
_PROVIDER = re.compile(r".*/providers/([^/]+)/([^/]+)", re.IGNORECASE)
_TAKEN = (
    "eventDataId", "operationName", "eventTimestamp", "time", "resourceId", "correlationId", "caller", "callerIpAddress", "claims", "resultDescription",
)  # fmt: skip


def _matches(obj: Mapping[str, Any]) -> bool:
    return "operationName" in obj and "eventName" not in obj and not _SIGNS.isdisjoint(obj)


def _said(value: object) -> str:
    """A name, written as text or as an object with `value`."""
    return first_text(value, dig(value, "value"), dig(value, "localizedValue"))


def _read(obj: dict[str, Any]) -> Event:
    name = _said(obj.get("operationName"))
    if not name:
        raise UnmappableEvent(
            "operationName", "is missing, so nothing says what was done", "Send the log entry as it came."
        )
    properties = as_mapping(obj.get("properties"))
    resource = first_text(obj.get("resourceId"), obj.get("resourceUri"), properties.get("entity"))
    provider = _PROVIDER.match(resource)
    kind = _said(obj.get("resourceType")) or ("/".join(provider.groups()) if provider else "")
    service = _said(obj.get("resourceProviderName")) or (
        provider.group(1) if provider else name.partition("/")[0] if "/" in name else ""
    )
    subscription = _SUBSCRIPTION.search(resource)
    category = _said(obj.get("category"))
    code, message = _failure(obj, properties)
    return Event(
        event_id=first_text(obj.get("eventDataId"), properties.get("eventDataId"), obj.get("id")),
        event_name=name,
        event_time=read_time(obj.get("eventTimestamp"), "eventTimestamp")
        or read_time(obj.get("time"), "time")
        or NO_TIME,
        event_category="Data" if category.startswith("Storage") or category == "AuditEvent" else "Management",
        event_rw=_effect(name, category),
        event_source=service,
        event_type=category or first_text(properties.get("eventCategory")),
        acs_region=first_text(obj.get("location"), obj.get("resourceLocation")),
        service_name=service,
        request_id=first_text(obj.get("correlationId"), obj.get("operationId")),
        referenced_resources={kind or "resource": [resource]} if resource else {},
        source_ip_address=_address(obj),
        user_agent=first_text(properties.get("userAgentHeader"), properties.get("userAgent")),
        user_identity=_who(obj),
        additional_event_data=rest(obj, _TAKEN),
        error_code=code,
        error_message=message,
        recipient_account_id=first_text(obj.get("subscriptionId"))
        or (subscription.group(1) if subscription else ""),
    )


def _address(obj: Mapping[str, Any]) -> str:
    found = first_text(
        obj.get("callerIpAddress"), dig(obj, "httpRequest", "clientIpAddress"), dig(obj, "claims", "ipaddr")
    )
    address, colon, port = found.rpartition(":")
    return (
        address if colon and port.isdigit() and address.count(".") == 3 else found
    )  # exports may name the port


def _effect(name: str, category: str) -> str:
    last = name.rpartition("/")[2].lower()
    if last == "read" or category.endswith("Read"):
        return effect.READ
    if last in {"write", "delete", "action"} or category in {"StorageWrite", "StorageDelete"}:
        return effect.WRITE
    return effect.of(name)


def _failure(obj: Mapping[str, Any], properties: Mapping[str, Any]) -> tuple[str, str]:
    result = first_text(_said(obj.get("status")), obj.get("resultType"))
    status = obj.get("statusCode")
    if result.lower() not in _FAILED and not (isinstance(status, int) and status >= 400):
        return "", ""
    code = first_text(
        _said(obj.get("subStatus")), properties.get("statusCode"), obj.get("resultSignature"), status, result
    )
    return code, first_text(
        properties.get("statusMessage"), obj.get("resultDescription"), obj.get("statusText")
    )


def _who(obj: Mapping[str, Any]) -> UserIdentity:
    claims = as_mapping(obj.get("claims")) or as_mapping(dig(obj, "identity", "claims"))
    caller = first_text(
        obj.get("caller"),
        claims.get(_SOAP + "upn"),
        claims.get(_SOAP + "name"),
        claims.get("name"),
        claims.get("appid"),
    )
    return UserIdentity(
        type="user" if "@" in caller else "service-principal" if caller else "",
        principal_id=first_text(claims.get(_CLAIMS + "objectidentifier"), claims.get("oid")),
        user_name=caller,
        extra={"claims": claims} if claims else {},
    )


FORMAT = Format("azure", _matches, _read)
