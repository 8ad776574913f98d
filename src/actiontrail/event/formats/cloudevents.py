"""CloudEvents in their structured form; an audit event under `data` is mapped as what it is. Pure.

EventBridge carries ActionTrail's events so: the type ends in `:ActionTrail:ApiCall` and its like, and
`data` is the event. What the envelope says goes under `additionalEventData.cloudEvent`.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from actiontrail.event.formats import actiontrail, azure, cloudtrail, gcp, kubernetes
from actiontrail.event.formats.form import Format
from actiontrail.event.model import NO_TIME, Event, UserIdentity, read_time
from actiontrail.event.reading import UnmappableEvent, first_text, mapping, rest

_INNER: tuple[Format, ...] = (
    actiontrail.FORMAT,
    cloudtrail.FORMAT,
    kubernetes.FORMAT,
    gcp.FORMAT,
    azure.FORMAT,
)
_TAKEN = ("specversion", "data", "data_base64", "datacontenttype")


def _matches(obj: Mapping[str, Any]) -> bool:
    return "specversion" in obj and "type" in obj


def _read(obj: dict[str, Any]) -> Event:
    data = _data(obj)
    inner = mapping(data)
    read = _reader(inner) if inner else None
    event = read(inner) if read and inner else _plain(obj, data)
    when = read_time(obj.get("time"), "time") or NO_TIME
    return msgspec.structs.replace(
        event,
        event_id=event.event_id or first_text(obj.get("id")),
        event_time=when if event.event_time == NO_TIME else event.event_time,
        acs_region=event.acs_region or first_text(obj.get("aliyunregionid")),
        recipient_account_id=event.recipient_account_id or first_text(obj.get("aliyunaccountid")),
        additional_event_data=event.additional_event_data | {"cloudEvent": rest(obj, _TAKEN)},
    )


def _reader(inner: Mapping[str, Any]) -> Callable[[dict[str, Any]], Event] | None:
    return next((one.read for one in _INNER if one.matches(inner)), None)


def _data(obj: Mapping[str, Any]) -> object:
    if "data" in obj or not isinstance(obj.get("data_base64"), str):
        return obj.get("data")
    try:
        return base64.b64decode(obj["data_base64"], validate=True).decode()
    except (binascii.Error, ValueError):
        return obj["data_base64"]


def _plain(obj: Mapping[str, Any], data: object) -> Event:
    """An event of which only the envelope is known to us."""
    name = first_text(obj.get("type"))
    if not name:
        raise UnmappableEvent(
            "type", "is missing, so nothing says what was done", "Send `type` as CloudEvents 1.0 requires."
        )
    subject, source = first_text(obj.get("subject")), first_text(obj.get("source"))
    return Event(
        event_id="",
        event_name=name,
        event_time=NO_TIME,
        event_source=source,
        service_name=source,
        referenced_resources={"subject": [subject]} if subject else {},
        user_identity=UserIdentity(
            user_name=first_text(obj.get("authid"), obj.get("actor")), type=first_text(obj.get("authtype"))
        ),
        additional_event_data={"data": data} if data not in (None, "") else {},
    )


FORMAT = Format("cloudevents", _matches, _read)
