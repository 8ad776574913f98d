"""Google Cloud Audit Logs: log entries whose payload is an AuditLog. Pure."""

from collections.abc import Mapping
from typing import Any

from actiontrail.event import effect
from actiontrail.event.formats.form import Format
from actiontrail.event.model import NO_TIME, Event, UserIdentity, read_time
from actiontrail.event.reading import UnmappableEvent, as_mapping, dig, first_text, rest

_CATEGORIES = {
    "activity": "Management",
    "system_event": "Management",
    "data_access": "Data",
    "policy": "Management",
}
_EFFECTS = {"ADMIN_READ": "Read", "DATA_READ": "Read", "ADMIN_WRITE": "Write", "DATA_WRITE": "Write"}
_CODES = (
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
    "UNAUTHENTICATED",
)  # fmt: skip
_TAKEN = ("protoPayload", "insertId", "timestamp")
_PAYLOAD_TAKEN = (
    "@type",
    "serviceName",
    "methodName",
    "resourceName",
    "request",
    "response",
    "status",
    "authenticationInfo",
)


def _matches(obj: Mapping[str, Any]) -> bool:
    return "protoPayload" in obj


def _read(obj: dict[str, Any]) -> Event:
    payload = as_mapping(obj.get("protoPayload"))
    name = _name(payload)
    log = first_text(obj.get("logName")).rpartition("cloudaudit.googleapis.com%2F")[2]
    labels = as_mapping(dig(obj, "resource", "labels"))
    asked = as_mapping(payload.get("requestMetadata"))
    code, message = _failure(as_mapping(payload.get("status")))
    resource = first_text(payload.get("resourceName"))
    return Event(
        event_id=first_text(obj.get("insertId")),
        event_name=name,
        event_time=_time(obj, asked) or NO_TIME,
        event_category=_CATEGORIES.get(log, ""),
        event_rw=_effect(payload.get("authorizationInfo"), name),
        event_source=first_text(payload.get("serviceName")),
        event_type=log if log in _CATEGORIES else "",
        acs_region=_region(labels, payload),
        service_name=first_text(payload.get("serviceName")).removesuffix(".googleapis.com"),
        request_parameters=as_mapping(payload.get("request")),
        response_elements=as_mapping(payload.get("response")),
        referenced_resources={first_text(dig(obj, "resource", "type")) or "resource": [resource]}
        if resource
        else {},
        source_ip_address=first_text(asked.get("callerIp")),
        user_agent=first_text(asked.get("callerSuppliedUserAgent")),
        user_identity=_who(as_mapping(payload.get("authenticationInfo"))),
        additional_event_data=rest(obj, _TAKEN) | rest(payload, _PAYLOAD_TAKEN),
        error_code=code,
        error_message=message,
        recipient_account_id=first_text(labels.get("project_id"))
        or _project(first_text(obj.get("logName")) or resource),
    )


def _name(payload: Mapping[str, Any]) -> str:
    """The method, or what the request calls itself."""
    name = (
        first_text(payload.get("methodName"))
        or first_text(dig(payload, "request", "@type")).rpartition("/")[2]
    )
    if not name:
        raise UnmappableEvent(
            "protoPayload.methodName",
            "is missing, so nothing says what was done",
            "Send the log entry as it came.",
        )
    return name


def _time(obj: Mapping[str, Any], asked: Mapping[str, Any]) -> Any:  # noqa: ANN401 - datetime or None
    return (
        read_time(obj.get("timestamp"), "timestamp")
        or read_time(
            dig(asked, "requestAttributes", "time"), "protoPayload.requestMetadata.requestAttributes.time"
        )
        or read_time(obj.get("receiveTimestamp"), "receiveTimestamp")
    )


def _effect(permissions: object, name: str) -> str:
    """A Write if any permission that was needed writes; told from the name where none says."""
    kinds = {
        _EFFECTS.get(first_text(dig(one, "permissionType")))
        for one in (permissions if isinstance(permissions, list) else ())
    }
    if "Write" in kinds:
        return effect.WRITE
    return effect.READ if "Read" in kinds else effect.of(name)


def _region(labels: Mapping[str, Any], payload: Mapping[str, Any]) -> str:
    places = dig(payload, "resourceLocation", "currentLocations")
    return first_text(
        labels.get("location"),
        labels.get("region"),
        labels.get("zone"),
        *(places if isinstance(places, list) else ()),
    )


def _project(path: str) -> str:
    """`p` of `projects/p/…`."""
    kind, _, name = path.partition("/")
    project = name.partition("/")[0]
    return project if kind == "projects" and project not in {"-", "_"} else ""


def _failure(status: Mapping[str, Any]) -> tuple[str, str]:
    code = status.get("code")
    if not code:
        return "", ""
    known = isinstance(code, int) and 0 < code < len(_CODES)
    return (_CODES[code] if known else first_text(code)), first_text(status.get("message"))


def _who(info: Mapping[str, Any]) -> UserIdentity:
    email, subject = first_text(info.get("principalEmail")), first_text(info.get("principalSubject"))
    kind = "service-account" if email.endswith("gserviceaccount.com") else "user" if "@" in email else ""
    return UserIdentity(
        type=kind,
        principal_id=subject,
        user_name=email or subject,
        access_key_id=first_text(info.get("serviceAccountKeyName")).rpartition("/")[2],
        extra=rest(info, ("principalEmail", "principalSubject")),
    )


FORMAT = Format("gcp", _matches, _read)
