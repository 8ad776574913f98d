r"""All of an event's values as one line of words, made so that SQL can ask what the selector asks. Pure.

A leaf (a string, a number, true or false) is written `\x02 path \x03`, then its tokens, each with a space
on both sides: `\x02eventname\x03 describeinstances \x02user...`. Two promises rest on the two marks: a token
of a value never looks like a path, and a run of tokens never reaches over the end of its value. Paths are
escaped so that cutting the line into tokens, which is one pass over it, leaves them alone.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import msgspec

from actiontrail.event.selector.match import DELIMITERS

OPEN, SHUT, TRUTH = "\x02", "\x03", "\x04"
STAND_IN = "\ufdd0"  # for a mark inside a value; Unicode gives this character no meaning
SHAPES_MAX, SHAPE_NAMES_MAX = 5_000, 200  # what is remembered; hostile events may bring new shapes for ever
_STAND_INS = {ord(mark): STAND_IN for mark in (OPEN, SHUT, TRUTH)}
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789._-")


def _cutter() -> bytes:
    table = bytearray(range(256))
    for character in DELIMITERS.encode():
        table[character] = ord(" ")
    for letter in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        table[letter] = letter + 32
    return bytes(table)


_CUT = _cutter()
_GAPS = re.compile(b"  +")


class Words(NamedTuple):
    """The line, and whether the event holds a leaf at or inside a column's field that the column does not hold."""

    line: bytes
    odd: bool


class _Leaf(NamedTuple):
    """Where a value stands: its path, what stands before it in the line, and when an event is odd for it."""

    path: str
    head: str
    odd_text: bool
    odd_other: bool


class _Plan(NamedTuple):
    """How objects with these names, holding values of these types, are written."""

    template: str
    inner: tuple[tuple[int, _Leaf], ...]  # values that are not written as they are
    odd: bool


_Shape = tuple[str, tuple[str, ...], tuple[type, ...]]


def escape_path(path: str) -> str:
    """`path` as it stands between the marks: small letters, digits, `.`, `_`, `-`; any other byte as `~` and two digits."""
    return "".join(
        chr(byte) if byte in _PLAIN else f"~{byte:02x}" for byte in path.encode("utf-8", "replace")
    )


def clean(word: str) -> str:
    """A token as the line holds it."""
    return word.translate(_STAND_INS)


class Writer:
    """Writes documents as lines of words. `columns` are the paths of fields that have a column of their own.

    It remembers the shapes of the objects it has met, so it belongs to one thread.
    """

    def __init__(self, columns: Collection[str]) -> None:
        self._columns = frozenset(columns)
        self._plans: dict[_Shape, _Plan] = {}
        self._odd = False

    def words(self, document: Mapping[str, Any], *, marked: bool = True) -> Words:
        """Every leaf of `document` that is not null or an empty string, in its order.

        Not `marked` promises that no string in it holds one of the three marks, and is twice as fast.
        """
        self._odd = False
        text = self._object("", _cleaned(document) if marked else document)
        line = text.encode("utf-8", "replace").translate(_CUT)
        return Words(_GAPS.sub(b" ", line + b" "), self._odd)

    def _object(self, above: str, value: Mapping[str, Any]) -> str:
        """One call for each level of nesting and no more: events nest as deep as half our stack."""
        values = tuple(value.values())
        if "" in values:
            value = {name: inner for name, inner in value.items() if inner != ""}
            values = tuple(value.values())
        shape = (above, tuple(value), tuple(map(type, values)))
        plan = self._plans.get(shape) or self._plan(shape)
        if plan.odd:
            self._odd = True
        if not plan.inner:
            return plan.template % values
        changed: list[Any] = list(values)
        for at, leaf in plan.inner:
            inner = values[at]
            if type(inner) is dict:
                changed[at] = self._object(leaf.path, inner)
            elif type(inner) is list:
                changed[at] = self._list(leaf, inner)
            else:
                changed[at] = _text(inner)
        return plan.template % tuple(changed)

    def _list(self, leaf: _Leaf, value: list[Any]) -> str:
        """Elements of a list have the list's own path."""
        parts: list[str] = []
        for one in value:
            if type(one) is dict:
                parts.append(self._object(leaf.path, one))
            elif type(one) is list:
                parts.append(self._list(leaf, one))
            elif one is not None and one != "":
                parts += (leaf.head, one if type(one) is str else _text(one))
        return "".join(parts)

    def _plan(self, shape: _Shape) -> _Plan:
        """How to write an object. Objects of one shape come by the million and share it."""
        above, names, types = shape
        leaves = [self._leaf(f"{above}.{name}" if above else name, name) for name in names]
        each = list(zip(leaves, types, strict=True))
        plan = _Plan(
            template="".join(_slot(leaf, kind) for leaf, kind in each),
            inner=tuple((at, leaf) for at, (leaf, kind) in enumerate(each) if kind not in _AS_THEY_ARE),
            odd=any(_is_odd(leaf, kind) for leaf, kind in each),
        )
        if len(self._plans) >= SHAPES_MAX:
            self._plans.clear()
        if len(names) <= SHAPE_NAMES_MAX:
            self._plans[shape] = plan
        return plan

    def _leaf(self, path: str, name: str) -> _Leaf:
        """Odd as text: what lies inside a column's field, or is spelled like one. Odd as anything else: a column's field itself."""
        inside = any(path.startswith(f"{column}.") for column in self._columns)
        named = path in self._columns
        head = f" {OPEN}{escape_path(path)}{SHUT} "
        return _Leaf(path, head, inside or (named and "." in name), inside or named)


_AS_THEY_ARE = frozenset({str, int, type(None)})


def _slot(leaf: _Leaf, kind: type) -> str:
    """A value's part of a template; escaped paths have no per cent sign."""
    if kind is type(None):
        return "%.0s"
    return "%s" if kind is dict or kind is list else f"{leaf.head}%s"


def _is_odd(leaf: _Leaf, kind: type) -> bool:
    if kind is type(None):
        return False
    return leaf.odd_text if kind is str or kind is dict else leaf.odd_other


def _text(value: object) -> str:
    """A number as JSON writes it; a truth value with its mark, so that bare words, which look for text, pass over it."""
    if isinstance(value, bool):
        return f"{TRUTH}true" if value else f"{TRUTH}false"
    return str(value) if type(value) is int else msgspec.json.encode(value).decode()


def _cleaned(value: Any) -> Any:  # noqa: ANN401 - JSON
    """`value` without our marks in any of its strings."""
    if type(value) is str:
        return clean(value)
    if type(value) is dict:
        return dict(zip(value, map(_cleaned, value.values()), strict=True))
    return list(map(_cleaned, value)) if type(value) is list else value
