"""The names by which SQL knows an event's fields, and where the projection has them. Pure.

A field is named as in the log service (`event.userIdentity.userName`, `__time__`), with or without
`event.`. A field with a column is read from it; any other, below the objects that callers fill, out of the
whole event: its text if it is a string, else its JSON. What the log service writes beside an event is there, too,
so that SQL which was written for it runs here.
"""

from actiontrail.query.compile import Bindings
from actiontrail.query.rows import BY_PATH

SPECIAL = {
    "__time__": "intDiv(toUnixTimestamp64Milli(happened), 1000)",
    "__index__": "idx",
    "__channel__": "channel",
    "__received__": "toString(received)",
}
_BESIDE = {"__topic__": "'actiontrail_audit_event'", "__source__": "'actiontrail_internal'", "event": "doc"}
_ALSO = {"channel": "__channel__", "event.channel": "__channel__"}  # as the search language calls it
_OBJECTS = ("requestParameters", "responseElements", "additionalEventData", "eventAttributes", "referencedResources", "userIdentity.sessionContext", "insightDetails")  # fmt: skip
_WHOLE = ("eventTime", "isGlobal", "requestParameterJson", "sharedEventId", *_OBJECTS)
EVERYTHING = (*SPECIAL, *(f"event.{path}" for path in sorted((*BY_PATH, *_WHOLE))))
PATH_CHARACTERS_MAX = 512


def resolve(name: str) -> str | None:
    """The full name of the field that a caller calls `name`; None if there is none."""
    if name in SPECIAL or name in _BESIDE:
        return name
    if name in _ALSO:
        return _ALSO[name]
    path = name.removeprefix("event.")
    known = path in BY_PATH or path in _WHOLE
    return f"event.{path}" if known or (given(path) and len(path) <= PATH_CHARACTERS_MAX) else None


def expression(name: str, bound: Bindings) -> str:
    """The SQL that reads the field with the full name `name` from a row."""
    if name in SPECIAL or name in _BESIDE:
        return SPECIAL.get(name) or _BESIDE[name]
    path = name.removeprefix("event.")
    if path in BY_PATH:
        return f"CAST({BY_PATH[path].name}, 'String')"
    places = _places(path)
    if path == "requestParameterJson":  # where an event has only the object, its text says the same
        places.append(("requestParameters",))
    ways = []
    for place in places:
        steps = ", ".join(bound.text(step) for step in place)
        ways.append(
            f"JSONHas(doc, {steps}), if(JSONType(doc, {steps}) = 'String', JSONExtractString(doc, {steps}), JSONExtractRaw(doc, {steps}))"
        )
    return f"multiIf({', '.join(ways)}, '')"


def given(name: str) -> str:
    """The path of a field below an object that callers fill; "" for any other field. `name` is full."""
    path = name.removeprefix("event.")
    return path if any(path.startswith(f"{one}.") for one in _OBJECTS) else ""


def _places(path: str) -> list[tuple[str, ...]]:
    """Where a dotted path may lie: step by step, or below its object under one name that holds dots."""
    root = next((one for one in _OBJECTS if path.startswith(f"{one}.")), "")
    steps = tuple(path.split("."))
    if not root or len(steps) <= root.count(".") + 2:
        return [steps]
    return [(*root.split("."), path[len(root) + 1 :]), steps]
