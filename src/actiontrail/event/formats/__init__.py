"""Every source's way to write an event, and the questions asked of it. Pure.

`detect` tells which format an object is; `to_event` maps bytes to an event; `identify` answers what
admission needs, and refuses exactly what `to_event` refuses; `Formats.recorded` reads what was taken
before, and refuses nothing. An event in the wrappings that tools put around it (a row of a log service,
an event bus, a CloudEvent) is found inside them.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
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
from actiontrail.event.moment import EPOCH
from actiontrail.event.reading import UnmappableEvent, decode, dig, first_text
from actiontrail.event.record import one_line

__all__ = [
    "BUILT_IN",
    "FORMATS",
    "Format",
    "Formats",
    "Identity",
    "UnknownFormat",
    "UnmappableEvent",
    "account",
    "declaring",
    "detect",
    "identify",
    "to_event",
]


_MODULES = (
    cloudevents,
    kubernetes,
    gcp,
    cloudtrail,
    actiontrail,
    azure,
    generic,
)  # in the order in which `detect` asks
FORMATS: Mapping[str, Format] = MappingProxyType({one.FORMAT.name: one.FORMAT for one in _MODULES})


class UnknownFormat(Refusal):
    """Nothing in this object says who did what in a form that we know."""

    def __init__(self, keys: tuple[str, ...], names: Sequence[str]) -> None:
        shown = ", ".join(key[:40] for key in keys[:8]) or "none"
        super().__init__(
            f"the format of an event with the fields {shown} is not known. "
            f"Name it (one of {', '.join(names)}), or declare a mapping for it."
        )
        self.keys = keys


class Identity(NamedTuple):
    """What admission needs of an event: its id, and the account that it names itself, if it does."""

    event_id: str
    account: str


@dataclass(frozen=True, slots=True)
class Formats:
    """The formats in force by their names: the built-in ones, and what an operator declared beside them.

    A declared format is never guessed, so declaring one changes nothing for who does not name it.
    """

    known: Mapping[str, Format]

    def __contains__(self, name: str) -> bool:
        """Whether there is a format of that name."""
        return name in self.known

    @property
    def names(self) -> tuple[str, ...]:
        """What a sender may name."""
        return tuple(self.known)

    def detect(self, obj: Mapping[str, Any]) -> str:
        """The name of the built-in format of `obj`. Raises `UnknownFormat`."""
        found = layers(obj)
        certain = [one for one in FORMATS.values() if one is not generic.FORMAT]
        for candidates in (certain, [generic.FORMAT]):
            for layer in found:
                for one in candidates:
                    if one.matches(layer.inner):
                        return one.name
        raise UnknownFormat(tuple(obj), self.names)

    def to_event(self, format: str, raw: bytes, *, received: datetime | None = None) -> Event:  # noqa: A002
        """The event that `raw` is, in the format of that name. Raises `UnmappableEvent`.

        An event without an id gets one from the digest of its bytes. Where a foreign source says no
        time, `received` stands in for it, and `additionalEventData.eventTimeSource` says so.
        """
        if format == actiontrail.FORMAT.name and (event := actiontrail.plain(raw)):
            return _complete(event, raw, (), received)
        chosen = self._format(format)
        obj = decode(raw)
        found = next((layer for layer in layers(obj) if chosen.matches(layer.inner)), Unwrapped(obj, ()))
        try:
            event = chosen.read(found.inner)
        except RecursionError as error:
            raise UnmappableEvent("", "the JSON is nested too deep", "Flatten it at the source.") from error
        return _complete(event, raw, found.wrappings, received)

    def identify(self, format: str, raw: bytes) -> Identity:  # noqa: A002
        """The id and account of the event that `raw` is. Raises `UnmappableEvent` exactly when `to_event` does."""
        if seen := quick.look(format, raw):
            return Identity(*seen)
        event = self.to_event(format, raw)
        return Identity(event.event_id, account(event))

    def recorded(self, format: str, raw: bytes, *, received: datetime | None = None) -> Event:  # noqa: A002
        """The event of a record, which was taken once and is refused no more.

        A format that nobody declares any longer is read by the generic mapping. What an older parser or
        mapping took and this one does not stays findable as it came, under the name `Unmapped`.
        """
        try:
            return self.to_event(
                format if format in self.known else generic.FORMAT.name, raw, received=received
            )
        except Refusal as refusal:
            said = {"unmapped": str(refusal), "original": raw.decode("utf-8", "replace")}
            return Event(
                event_id=hashlib.sha256(raw).hexdigest(),
                event_name="Unmapped",
                event_time=received or EPOCH,
                additional_event_data=said,
            )

    def recorded_id(self, format: str, raw: bytes) -> str:  # noqa: A002
        """The id of the event of a record, as `recorded` has it."""
        seen = quick.look(format, raw)
        return seen[0] if seen else self.recorded(format, raw).event_id

    def _format(self, name: str) -> Format:
        try:
            return self.known[name]
        except KeyError:
            raise UnmappableEvent(
                "", f"there is no format {name[:40]!r}", f"Name one of {', '.join(self.names)}."
            ) from None


def declaring(mappings: Mapping[str, Mapping[str, Any]]) -> Formats:
    """The built-in formats, and one by each of `mappings`, by name. Raises `BadFieldMap`."""
    if taken := sorted(mappings.keys() & FORMATS.keys()):
        raise generic.BadFieldMap(taken[0], "", "this is a built-in format; choose another name")
    made = {name: generic.declared(name, generic.flat(fields)) for name, fields in mappings.items()}
    return Formats(MappingProxyType({**FORMATS, **made}))


BUILT_IN = Formats(FORMATS)
detect, to_event, identify = BUILT_IN.detect, BUILT_IN.to_event, BUILT_IN.identify


def account(event: Event) -> str:
    """The account that `event` names as its own: who received it, or else whose caller it was."""
    return event.recipient_account_id or event.user_identity.account_id


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
