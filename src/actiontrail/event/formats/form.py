"""What a format is, and how an event is brought out of the wrappings that tools put around it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from actiontrail.event.model import Event
from actiontrail.event.reading import mapping

WRAPPINGS_MAX = 4
_WRAPPERS = ("event", "detail", "data")
_SIGNS_OF_AN_EVENT = frozenset({"eventName", "EventName", "protoPayload", "operationName", "auditID"})


@dataclass(frozen=True, slots=True)
class Format:
    """One source's way to write an event.

    `matches` is cheap and looks at the keys alone. `read` maps an object that is said to be of this
    format; the event's id may be empty and its time `NO_TIME` where the source does not say.
    """

    name: str
    matches: Callable[[Mapping[str, Any]], bool]
    read: Callable[[dict[str, Any]], Event]


class Unwrapped(NamedTuple):
    """An object without its wrappings, and the wrappings, outermost first."""

    inner: dict[str, Any]
    wrappings: tuple[Mapping[str, Any], ...]


def layers(obj: Mapping[str, Any]) -> list[Unwrapped]:
    """`obj`, then what it wraps, and so on: an SLS row's `event`, an EventBridge `detail`, a CloudEvent's `data`."""
    found = [Unwrapped(dict(obj), ())]
    while len(found) <= WRAPPINGS_MAX:
        outer = found[-1]
        if not _SIGNS_OF_AN_EVENT.isdisjoint(outer.inner):
            break
        inner = next((one for key in _WRAPPERS if (one := mapping(outer.inner.get(key)))), None)
        if inner is None:
            break
        found.append(Unwrapped(inner, (*outer.wrappings, outer.inner)))
    return found
