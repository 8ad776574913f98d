"""Any JSON object, by a mapping that is declared as data: where each of our fields stands in theirs. Pure.

The built-in mapping `generic` tries the names that most programs use. `declared` makes a format of an
operator's own mapping. What no field took stays under `additionalEventData`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from actiontrail.errors import Refusal
from actiontrail.event.formats.form import Format
from actiontrail.event.model import WHO_WIRE_NAMES, WIRE_NAMES, Event, from_document
from actiontrail.event.reading import as_mapping, text
from actiontrail.event.selector.match import resolve

FieldMap = Mapping[
    str, str | Sequence[str]
]  # our field, such as `userIdentity.userName`, to their path or paths: the first that has text

BUILT_IN: FieldMap = {
    "eventId": ("eventId", "event_id", "id", "uuid", "_document_id", "log_id", "_id"),
    "eventName": (
        "eventName", "event_name", "action", "operation", "eventType", "event_type", "event", "event.action", "type", "method", "verb", "name",
    ),
    "eventTime": (
        "eventTime", "event_time", "time", "timestamp", "@timestamp", "ts", "published", "created_at", "createdAt", "date_create", "datetime", "date",
    ),
    "userIdentity.userName": (
        "userIdentity.userName", "actor", "actor.alternateId", "actor.name", "actor.login", "actor.email", "actor.user.email", "actor.user.name",
        "user_name", "username", "userName", "user", "user.name", "user.email", "email", "principal", "caller", "subject",
    ),
    "userIdentity.principalId": ("actor.id", "actor.user.id", "actor_id", "user_id", "userId", "user.id", "principal_id"),
    "userIdentity.type": ("actor.type", "user.type", "actor_type"),
    "userIdentity.accessKeyId": ("access_key_id", "accessKeyId", "access_key"),
    "sourceIpAddress": (
        "sourceIpAddress", "source_ip", "sourceIp", "src_ip", "client_ip", "clientIp", "remote_addr", "remote_ip", "ip", "ip_address", "actor_ip",
        "client.ipAddress", "context.ip_address", "client.ip", "source.ip",
    ),
    "userAgent": ("userAgent", "user_agent", "ua", "client.userAgent.rawUserAgent", "context.ua", "user_agent.original"),
    "serviceName": ("serviceName", "service_name", "service", "application", "app", "product"),
    "eventSource": ("eventSource", "host", "hostname", "source"),
    "acsRegion": ("acsRegion", "region"),
    "requestId": ("requestId", "request_id", "trace_id", "traceId", "correlation_id"),
    "resourceName": ("resourceName", "resource_name", "resource_id", "resource", "resource.name", "resource.id", "target", "target.id", "object", "entity.id", "repo"),
    "resourceType": ("resourceType", "resource_type", "resource.type", "target.type", "object_type", "entity.type"),
    "recipientAccountId": ("recipientAccountId", "account_id", "accountId", "account", "tenant_id", "tenant", "org_id", "org", "project"),
    "errorCode": ("errorCode", "error_code", "error.code"),
    "errorMessage": ("errorMessage", "error_message", "error", "error.message"),
}  # fmt: skip
_OBJECTS = frozenset(
    {
        "requestParameters",
        "responseElements",
        "additionalEventData",
        "referencedResources",
        "eventAttributes",
        "userIdentity.sessionContext",
    }
)
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_NAMES, _TIMES = BUILT_IN["eventName"], BUILT_IN["eventTime"]


class BadFieldMap(Refusal):
    """A declared mapping that names a field which events do not have, or a place that cannot be."""

    def __init__(self, name: str, field: str, problem: str) -> None:
        key = ".".join(json.dumps(one) if "." in one else one for one in ("formats", name, field) if one)
        super().__init__(f"{key}: {problem}")
        self.name = name
        self.field = field


class _Step(NamedTuple):
    """One of our fields, and the places where it may stand: each its path and the path as one name."""

    field: str
    who: str
    text_only: bool
    places: list[tuple[tuple[str, ...], str]]


def declared(name: str, fields: FieldMap) -> Format:
    """The format of that name in which each of our fields stands where `fields` says. Raises `BadFieldMap`."""
    if not _NAME.fullmatch(name):
        raise BadFieldMap(
            name,
            "",
            "a format's name begins with a small letter; up to 31 small letters, digits, - and _ follow",
        )
    for ours, theirs in fields.items():
        if problem := _problem(ours, theirs):
            raise BadFieldMap(name, ours, problem)
    if "eventName" not in fields:
        raise BadFieldMap(name, "eventName", "is not mapped, so nothing would say what was done")
    plan = _plan(fields)
    names = next(step.places for step in plan if step.field == "eventName")
    return Format(
        name, lambda obj: any(text(resolve(obj, path)) for path, _ in names), lambda obj: _read(obj, plan)
    )


def flat(fields: Mapping[str, Any]) -> FieldMap:
    """`fields` by dotted names: TOML reads `userIdentity.userName` without quotes as a table in a table."""
    found: dict[str, Any] = {}
    for ours, theirs in fields.items():
        if isinstance(theirs, Mapping):
            found |= {f"{ours}.{part}": places for part, places in theirs.items()}
        else:
            found[ours] = theirs
    return found


def _problem(ours: str, theirs: str | Sequence[str]) -> str:
    """What is wrong with saying that our field stands there; empty if nothing is."""
    head, _, tail = ours.partition(".")
    if ours == "userIdentity":
        return f"map its parts, such as userIdentity.userName; they are {', '.join(sorted(WHO_WIRE_NAMES))}"
    if head == "userIdentity" and tail not in WHO_WIRE_NAMES:
        return f"is no part of userIdentity; they are {', '.join(sorted(WHO_WIRE_NAMES))}"
    if head != "userIdentity" and ours not in WIRE_NAMES:
        return f"is no field of an event; fields are {', '.join(sorted(WIRE_NAMES))}"
    places = theirs if isinstance(theirs, list | tuple) else [theirs]
    if not places or not all(isinstance(place, str) and all(place.split(".")) for place in places):
        return "a place is one or more names with dots between them, such as actor.name; none may be empty"
    return ""


def _plan(fields: FieldMap) -> list[_Step]:
    found = []
    for ours, theirs in fields.items():
        head, _, tail = ours.partition(".")
        places = [(tuple(one.split(".")), one) for one in ([theirs] if isinstance(theirs, str) else theirs)]
        found.append(_Step(head, tail, ours not in _OBJECTS, places))
    return found


def _matches(obj: Mapping[str, Any]) -> bool:
    """Only what has both a name and a time is guessed to be an event; with the format named, a name is enough."""
    return any(obj.get(name) for name in _TIMES) and any(
        isinstance(obj.get(name), str) and obj[name] for name in _NAMES
    )


def _find(obj: Mapping[str, Any], step: _Step) -> tuple[str, Any]:
    """The first of the step's places that holds something fit, and what; no place if none does."""
    for path, name in step.places:
        if path[0] not in obj and name not in obj and len(path) < 3:
            continue
        value = resolve(obj, path)
        if value not in (None, "") and (not step.text_only or text(value) is not None):
            return name, value
    return "", None


def _read(obj: dict[str, Any], plan: Sequence[_Step]) -> Event:
    document: dict[str, Any] = {}
    taken: set[str] = set()
    who: dict[str, Any] = {}
    for step in plan:
        place, value = _find(obj, step)
        if place:
            taken.add(place)
            if step.who:
                who[step.who] = value
            else:
                document[step.field] = value
    if who:
        document["userIdentity"] = who
    left = {key: value for key, value in obj.items() if key not in taken and value not in (None, "", {}, [])}
    if left:
        document["additionalEventData"] = as_mapping(document.get("additionalEventData")) | left
    return from_document(document, timeless=True)


_BUILT_IN_PLAN = _plan(BUILT_IN)
FORMAT = Format("generic", _matches, lambda obj: _read(obj, _BUILT_IN_PLAN))
