"""What may stand where a request's parameters cannot be read: the decoder's complaint, and the way out of it. Pure."""

import re
from typing import Any

import msgspec
from msgspec import inspect

CHARS_MAX = 500
_COMPLAINT = re.compile(
    r"(?P<what>Invalid enum value|Object contains unknown field) .*?(?: - at `\$(?P<path>[^`]*)`)?", re.DOTALL
)
_STEPS = re.compile(r"\.([^.\[]+)|\[[^\]]*\]")


def told(error: Exception, kind: type[msgspec.Struct]) -> str:
    """The complaint about a `kind`; with the values, or the names, that it takes there if it says neither."""
    said = str(error)
    if len(said) > CHARS_MAX:  # it holds what was sent
        return f"{said[:CHARS_MAX]}…"
    found = _COMPLAINT.fullmatch(said)
    if found is None:
        return said
    names = _fields if found["what"].startswith("Object") else _values
    there = [name for place in _at(inspect.type_info(kind), found["path"] or "") for name in names(place)]
    if not there:
        return said
    return f"{said}; it takes {', '.join(dict.fromkeys(there))}"


def _values(place: inspect.Type) -> list[str]:
    return (
        [str(value) or "an empty text" for value in place.values]
        if isinstance(place, inspect.LiteralType)
        else []
    )


def _fields(place: inspect.Type) -> list[str]:
    return [field.encode_name for field in place.fields] if isinstance(place, inspect.StructType) else []


def _at(place: inspect.Type, path: str) -> list[inspect.Type]:
    """The types that may stand at `path` inside `place`."""
    places = _plain(place)
    for step in _STEPS.finditer(path):
        places = [inner for outer in places for one in _inside(outer, step[1]) for inner in _plain(one)]
    return places


def _inside(place: Any, name: str | None) -> list[inspect.Type]:  # noqa: ANN401 - one of many kinds
    """What stands in `place`: its field `name`, or any item."""
    if isinstance(place, inspect.StructType):
        return [field.type for field in place.fields if field.encode_name == name]
    inner = getattr(place, "item_type", getattr(place, "value_type", None))
    return [] if inner is None or name is not None else [inner]


def _plain(place: inspect.Type) -> list[inspect.Type]:
    """`place` without what only describes it, and every way it may be."""
    if isinstance(place, inspect.Metadata):
        return _plain(place.type)
    if isinstance(place, inspect.UnionType):
        return [one for inner in place.types for one in _plain(inner)]
    return [place]
