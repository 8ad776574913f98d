r"""All of an event's values as one line of words, made so that SQL can ask what the selector asks. Pure.

A leaf (a string, a number, true or false) is written `\x02 path \x03`, then its tokens, each with a space
on both sides: `\x02eventname\x03 describeinstances \x02user...`. Two promises rest on the two marks: a token
of a value never looks like a path, and a run of tokens never reaches over the end of its value. Paths are
escaped so that cutting the line into tokens, which is one pass over it, leaves them alone.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import msgspec

from actiontrail.event.selector.match import DELIMITERS

OPEN, SHUT, TRUTH = "\x02", "\x03", "\x04"
STAND_IN = "\ufdd0"  # for a mark inside a value; Unicode gives this character no meaning
SHAPES_MAX, SHAPE_NAMES_MAX = 5_000, 200  # what is remembered; hostile events may bring new shapes for ever
_STAND_INS = {ord(mark): STAND_IN for mark in (OPEN, SHUT, TRUTH)}
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789._-")


_TRUTHS = (f"{TRUTH}false", f"{TRUTH}true")


def _cutter() -> bytes:
    table = bytearray(range(256))
    for character in DELIMITERS.encode():
        table[character] = ord(" ")
    for letter in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        table[letter] = letter + 32
    return bytes(table)


_CUT = _cutter()


class Words(NamedTuple):
    """The line, and whether the event holds a leaf at or inside a column's field that the column does not hold."""

    line: bytes
    odd: bool


_Place = tuple[str, str, bool, bool]  # a leaf's path, what stands before it in the line, and when it is odd


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
        self._shapes: dict[tuple[str, tuple[str, ...]], tuple[_Place, ...]] = {}
        self._truths = 0

    def words(self, document: Mapping[str, Any]) -> Words:
        """Every leaf of `document` that is not null or an empty string, in its order."""
        parts: list[str] = []
        self._truths = 0
        odd = self._object("", document, parts)
        text = "".join(parts)
        ours = (len(parts), len(parts), 2 * self._truths)
        if ours != (
            2 * text.count(OPEN),
            2 * text.count(SHUT),
            2 * text.count(TRUTH),
        ):  # a value has a mark in it
            text = "".join(
                part if at % 2 == 0 or any(part is one for one in _TRUTHS) else clean(part)
                for at, part in enumerate(parts)
            )
        line = text.encode("utf-8", "replace").translate(_CUT) + b" "
        while b"  " in line:
            line = line.replace(b"  ", b" ")
        return Words(line, odd)

    def _shape(self, above: str, names: tuple[str, ...]) -> tuple[_Place, ...]:
        """The places of an object's leaves. Objects of one kind come by the million and share them."""
        if len(self._shapes) >= SHAPES_MAX:
            self._shapes.clear()
        found = tuple(self._place(f"{above}.{name}" if above else name, name) for name in names)
        if len(names) <= SHAPE_NAMES_MAX:
            self._shapes[above, names] = found
        return found

    def _place(self, path: str, name: str) -> _Place:
        """Odd as text: what lies inside a column's field, or is spelled like one. Odd as anything else: a column's field itself."""
        inside = any(path.startswith(f"{column}.") for column in self._columns)
        named = path in self._columns
        return path, f" {OPEN}{escape_path(path)}{SHUT} ", inside or (named and "." in name), inside or named

    def _object(self, above: str, value: Mapping[str, Any], parts: list[str]) -> bool:
        odd = False
        add = parts.append
        names = tuple(value)
        shape = self._shapes.get((above, names)) or self._shape(above, names)
        for (path, head, odd_text, odd_other), inner in zip(shape, value.values(), strict=True):
            kind = type(inner)
            if kind is str:
                if inner:
                    add(head)
                    add(inner)
                    odd |= odd_text
            elif kind is dict:
                odd |= self._object(path, inner, parts) | odd_text
            elif kind is list:
                odd |= self._list(path, head, inner, parts) | odd_other
            elif inner is not None:
                add(head)
                add(self._text(inner))
                odd |= odd_other
        return odd

    def _list(self, path: str, head: str, value: list[Any], parts: list[str]) -> bool:
        """Elements of a list have the list's own path."""
        odd = False
        for one in value:
            if isinstance(one, dict):
                odd |= self._object(path, one, parts)
            elif isinstance(one, list):
                odd |= self._list(path, head, one, parts)
            elif one is not None and one != "":
                parts += (head, one if isinstance(one, str) else self._text(one))
        return odd

    def _text(self, value: object) -> str:
        """A number as JSON writes it; a truth value with its mark, so that bare words, which look for text, pass over it."""
        if isinstance(value, bool):
            self._truths += 1
            return _TRUTHS[value]
        return str(value) if type(value) is int else msgspec.json.encode(value).decode()
