"""Every source's way to write an event, and the three questions asked of it. Pure.

`detect` tells which format an object is; `to_event` maps bytes to an event; `identify` answers what
admission needs, and refuses exactly what `to_event` refuses. An event in the wrappings that tools
put around it (a row of a log service, an event bus, a CloudEvent) is found inside them.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from actiontrail.errors import Refusal
from actiontrail.event import effect, resources
from actiontrail.event.formats import (
    actiontrail,
    azure,
    cloudevents,
    cloudtrail,
    gcp,
    generic,
    kubernetes,
    quick,
)
from actiontrail.event.formats.form import Format, Unwrapped, layers
from actiontrail.event.model import NO_TIME, Event, read_time, settled
from actiontrail.event.reading import UnmappableEvent, decode, dig, first_text
from actiontrail.event.record import one_line

__all__ = [
    "FORMATS",
    "Format",
    "Identity",
    "UnknownFormat",
    "UnmappableEvent",
    "account",
    "detect",
    "identify",
    "to_event",
]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_MODULES = (
    cloudevents,
    kubernetes,
    gcp,
    cloudtrail,
    actiontrail,
    azure,
    generic,
)  # in the order in which `detect` asks
FORMATS: dict[str, Format] = {one.FORMAT.name: one.FORMAT for one in _MODULES}


class UnknownFormat(Refusal):
    """Nothing in this object says who did what in a form that we know."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        shown = ", ".join(key[:40] for key in keys[:8]) or "none"
        super().__init__(
            f"the format of an event with the fields {shown} is not known. "
            f"Name it (one of {', '.join(FORMATS)}), or declare a mapping for it."
        )
        self.keys = keys


class Identity(NamedTuple):
    """What admission needs of an event: its id, and the account that it names itself, if it does."""

    event_id: str
    account: str


def detect(obj: Mapping[str, Any]) -> str:
    """The name of the format of `obj`. Raises `UnknownFormat`."""
    found = layers(obj)
    certain = [one for one in FORMATS.values() if one is not generic.FORMAT]
    for candidates in (certain, [generic.FORMAT]):
        for layer in found:
            for one in candidates:
                if one.matches(layer.inner):
                    return one.name
    raise UnknownFormat(tuple(obj))


def to_event(format: str, raw: bytes, *, received: datetime | None = None) -> Event:  # noqa: A002
    """The event that `raw` is, in the format of that name. Raises `UnmappableEvent`.

    An event without an id gets one from the digest of its bytes. Where a foreign source says no
    time, `received` stands in for it, and `additionalEventData.eventTimeSource` says so.
    """
    if format == actiontrail.FORMAT.name and (event := actiontrail.plain(raw)):
        return _complete(event, raw, (), received)
    chosen = _format(format)
    obj = decode(raw)
    found = next((layer for layer in layers(obj) if chosen.matches(layer.inner)), Unwrapped(obj, ()))
    try:
        event = chosen.read(found.inner)
    except RecursionError as error:
        raise UnmappableEvent("", "the JSON is nested too deep", "Flatten it at the source.") from error
    return _complete(event, raw, found.wrappings, received)


def identify(format: str, raw: bytes) -> Identity:  # noqa: A002
    """The id and account of the event that `raw` is. Raises `UnmappableEvent` exactly when `to_event` does."""
    if seen := quick.look(format, raw):
        return Identity(*seen)
    event = to_event(format, raw)
    return Identity(event.event_id, account(event))


def account(event: Event) -> str:
    """The account that `event` names as its own: who received it, or else whose caller it was."""
    return event.recipient_account_id or event.user_identity.account_id


def _format(name: str) -> Format:
    try:
        return FORMATS[name]
    except KeyError:
        raise UnmappableEvent(
            "", f"there is no format {name[:40]!r}", f"Name one of {', '.join(FORMATS)}."
        ) from None


def _complete(
    event: Event, raw: bytes, wrappings: tuple[Mapping[str, Any], ...], received: datetime | None
) -> Event:
    """`event` with what it did not say and its wrapping, its bytes or its other fields do."""
    found: dict[str, Any] = {}
    if not event.event_id:
        found["event_id"] = (
            first_text(*(one.get("id") for one in reversed(wrappings)))
            or hashlib.sha256(one_line(raw)).hexdigest()
        )
    if event.event_time == NO_TIME:
        found |= _time_from_elsewhere(event, wrappings, received)
    if not event.event_rw:
        found["event_rw"] = effect.of(event.event_name)
    if event.referenced_resources and not event.resource_type and not event.resource_name:
        found["resource_type"], found["resource_name"] = resources.flatten(event.referenced_resources)
    elif event.resource_type and not event.referenced_resources:
        found["referenced_resources"] = resources.unflatten(event.resource_type, event.resource_name)
    if wrappings and not account(event):
        found["recipient_account_id"] = first_text(
            *(
                dig(one, key)
                for one in reversed(wrappings)
                for key in ("account", "aliyunaccountid", "owner_id")
            )
        )
    return settled(msgspec.structs.replace(event, **found) if found else event)


def _time_from_elsewhere(
    event: Event, wrappings: tuple[Mapping[str, Any], ...], received: datetime | None
) -> dict[str, Any]:
    for one in reversed(wrappings):
        for key in ("time", "__time__"):
            if moment := read_time(one.get(key), key):
                return {"event_time": moment}
    said = {**event.additional_event_data, "eventTimeSource": "received"}
    return {"event_time": received or EPOCH, "additional_event_data": said}
