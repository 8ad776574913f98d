"""Somebody else's JSON, read with patience: the values that every format module takes from it. Pure.

A value that cannot be what a field wants is never thrown away: the reader says so with None, and
the caller keeps the value where it has room. Only what makes an event no event at all is refused.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Never

import msgspec

from actiontrail.errors import Refusal

NESTING_MAX = 512
_decoder = msgspec.json.Decoder()
_OPENERS = (b"{", b"[")
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"{}[]")


class UnmappableEvent(Refusal):
    """These bytes are no event of that format, and here is the field that says so."""

    def __init__(self, field: str, problem: str, remedy: str) -> None:
        super().__init__(f"{field}: {problem}. {remedy}" if field else f"{problem}. {remedy}")
        self.field = field
        self.problem = problem
        self.remedy = remedy


def decode(raw: bytes) -> dict[str, Any]:
    """The JSON object that `raw` is. Raises `UnmappableEvent`.

    A number too large for any machine type stays as its digits, in a string.
    """
    if sum(raw.count(opener) for opener in _OPENERS) > NESTING_MAX and _depth(raw) > NESTING_MAX:
        raise UnmappableEvent(
            "", f"the JSON is nested deeper than {NESTING_MAX}", "Flatten it at the source."
        )
    try:
        value = _decoder.decode(raw)
    except msgspec.ValidationError:
        value = _decode_large_numbers(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _not_json(error) from error
    if not isinstance(value, dict):
        raise UnmappableEvent(
            "", f"an event is a JSON object, and this is {_kind(value)}", "Send one object per event."
        )
    return value


def _decode_large_numbers(raw: bytes) -> object:
    try:
        value = json.loads(raw, parse_int=_integer, parse_float=_float, parse_constant=_constant)
        msgspec.json.encode(value)
    except (ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise _not_json(error) from error
    return value


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= 19 else digits


def _float(digits: str) -> float | str:
    number = float(digits)
    return digits if number in {float("inf"), float("-inf")} else number


def _constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


def _not_json(error: Exception) -> UnmappableEvent:
    return UnmappableEvent("", f"not valid JSON: {error}", "Check it with a JSON parser; text is UTF-8.")


def _kind(value: object) -> str:
    names = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _depth(raw: bytes) -> int:
    """The deepest nesting of brackets in `raw` outside strings."""
    depth = deepest = 0
    for byte in _STRINGS.sub(b"", raw).translate(None, _NO_BRACKETS):
        if byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


def text(value: object) -> str | None:
    """`value` as text: null is empty, numbers and truth values are their JSON; None if it is a list or object."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return msgspec.json.encode(value).decode()
    return None


def mapping(value: object) -> dict[str, Any] | None:
    """`value` as an object: null and "" are empty, a string may hold one as JSON; None if it is neither."""
    if isinstance(value, dict):
        return value
    if value is None or value == "":
        return {}
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        try:
            return decode(value.encode())
        except (UnmappableEvent, UnicodeError):
            return None
    return None


def dig(value: object, *path: str) -> Any:  # noqa: ANN401 - JSON
    """What stands at `path` in `value`, or None."""
    for step in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def first_text(*values: object) -> str:
    """The first of `values` that has text; empty if none has."""
    for value in values:
        found = text(value)
        if found:
            return found
    return ""


def as_mapping(value: object) -> dict[str, Any]:
    """`value` if it is an object with something in it; else empty, or what it is under `value`."""
    found = mapping(value)
    return {"value": value} if found is None else found


def rest(obj: Mapping[str, Any], taken: Iterable[str]) -> dict[str, Any]:
    """What of `obj` has found no place: all but `taken`, and nothing that is empty."""
    gone = frozenset(taken)
    return {key: value for key, value in obj.items() if key not in gone and value not in (None, "", {}, [])}
