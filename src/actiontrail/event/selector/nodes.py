"""The tree of a selector, and its text. Pure.

Words are lower-case tokens as `match.tokens` cuts them, in which `*` stands for any run of characters
and `?` for one. A path is the field's steps without a leading `event`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from actiontrail.event import moment

KEYWORDS = frozenset({"and", "or", "not", "in", "is"})
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*", re.ASCII)
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_.*\-][A-Za-z0-9_.*?\-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Everything:
    """Every event: an empty query, or `*`."""


@dataclass(frozen=True, slots=True)
class Text:
    """The words stand one after the other in some value of the event."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """The words stand one after the other in a value at or below `path`."""

    path: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exists:
    """There is something at `path`: a leaf that is not null and not an empty string."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """A value at or below `path` lies between the ends; None is no end. Ends are times for `eventTime`, else numbers."""

    path: tuple[str, ...]
    low: float | datetime | None
    high: float | datetime | None
    low_inclusive: bool
    high_inclusive: bool


@dataclass(frozen=True, slots=True)
class Not:
    """What `part` does not choose."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """What all parts choose; there are at least two, and none is an And."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """What any part chooses; there are at least two, and none is an Or."""

    parts: tuple["Node", ...]


Node: TypeAlias = Everything | Text | Field | Exists | Range | Not | And | Or


def all_of(parts: Iterable[Node]) -> Node:
    """What every one of `parts` chooses; everything if there are none."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, And) else (part,))]
    return And(tuple(flat)) if len(flat) > 1 else flat[0] if flat else Everything()


def any_of(parts: Iterable[Node]) -> Node:
    """What at least one of `parts`, of which there is one or more, chooses."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, Or) else (part,))]
    return Or(tuple(flat)) if len(flat) > 1 else flat[0]


def unparse(node: Node) -> str:
    """The text that `parse` reads as `node`."""
    match node:
        case Everything():
            return "*"
        case Text(words):
            return _words(words)
        case Field(path, words):
            return f"{_name(path)}: {_words(words)}"
        case Exists(path):
            return f"{_name(path)}: *"
        case Range():
            return _range(node)
        case Not(part):
            return f"not {_inside(part)}"
        case And(parts):
            return " and ".join(_inside(part) for part in parts)
        case Or(parts):
            return " or ".join(_inside(part) for part in parts)


def _inside(node: Node) -> str:
    return f"({unparse(node)})" if isinstance(node, And | Or) else unparse(node)


def _name(path: tuple[str, ...]) -> str:
    name = ".".join(("event", *path) if path[0] == "event" else path)
    return name if _PLAIN_NAME.fullmatch(name) and name.lower() not in KEYWORDS else _quoted(name)


def _words(words: tuple[str, ...]) -> str:
    value = " ".join(words)
    plain = _PLAIN_WORD.fullmatch(value) and value.strip("*?") and value not in KEYWORDS
    return value if plain else _quoted(value)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _range(node: Range) -> str:
    opening, closing = "[" if node.low_inclusive else "(", "]" if node.high_inclusive else ")"
    return f"{_name(node.path)} in {opening}{_bound(node.low)} {_bound(node.high)}{closing}"


def _bound(end: float | datetime | None) -> str:
    if end is None:
        return "*"
    return moment.text(end) if isinstance(end, datetime) else repr(end)
