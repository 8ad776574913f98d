"""Whether a selector chooses an event, and the few rules on which that rests. Pure.

`query` compiles the same tree to SQL and must agree on every event, so the rules are exported: how
text is cut into tokens, what stands at a path, what counts as a number.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from actiontrail.event import moment
from actiontrail.event.selector.nodes import And, Everything, Exists, Field, Node, Not, Or, Range, Text

DELIMITERS = ", '\";=()[]{}?@&<>/:\n\t\r"
_CUT = re.compile("[" + re.escape(DELIMITERS) + "]+")
_CUT_QUERY = re.compile(
    "[" + re.escape(DELIMITERS.replace("?", "")) + "]+"
)  # there `?` stands for one character
_LOWER = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
CHANNEL = "channel"  # a field that stands in no event: it is told of each, from the whole of it
NUMBER = r"-?\d{1,300}(?:\.\d{1,300})?(?:e[+-]?\d{1,3})?"  # in small letters, as tokens are
_NUMBER = re.compile(NUMBER, re.ASCII)


def tokens(text: str) -> list[str]:
    """`text` cut at the delimiters, the letters A to Z made small."""
    return [one for one in _CUT.split(_lower(text)) if one]


def query_words(text: str) -> tuple[str, ...]:
    """`text` of a query cut as `tokens` cuts a value, but for `?`, which stays."""
    return tuple(one for one in _CUT_QUERY.split(_lower(text)) if one)


def _lower(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_LOWER)


def leaf_texts(document: Mapping[str, Any]) -> list[str]:
    """Every string and number in `document`, as text; names, truth values and null are not among them."""
    found: list[str] = []
    waiting: list[object] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, Mapping):
            waiting.extend(reversed(list(value.values())))
        elif isinstance(value, list | tuple):
            waiting.extend(reversed(value))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.append(compact(value))
    return found


def compact(value: object) -> str:
    """`value` as JSON without spaces; a string as it is."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def resolve(document: Mapping[str, Any], path: Sequence[str]) -> Any:  # noqa: ANN401 - JSON
    """What stands at `path`, or None. A name that holds dots itself is found; of two ways the longer name wins."""
    if not path:
        return document
    for length in range(len(path), 0, -1):
        name = ".".join(path[:length])
        if name not in document:
            continue
        value = document[name]
        if length == len(path):
            return value
        if isinstance(value, Mapping) and (found := resolve(value, path[length:])) is not None:
            return found
    return None


def leaves_at(value: object, name: str) -> Iterator[object]:
    """The leaves whose dotted name is `name`, or begins with it and a dot; lists give their elements their own name.

    A leaf is a string that is not empty, a number or a truth value: an object or a list is what is in it.
    """
    if isinstance(value, list | tuple):
        for one in value:
            yield from leaves_at(one, name)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key == name or key.startswith(f"{name}."):
                yield from _leaves(inner)
            elif name.startswith(f"{key}."):
                yield from leaves_at(inner, name[len(key) + 1 :])


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from _leaves(one)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif value is not None and value != "":
        yield value


def number(value: object) -> float | None:
    """A leaf as a number: one token that is written as one, such as `-12.5`; else None."""
    if isinstance(value, bool):
        return None
    found = tokens(compact(value))
    if len(found) != 1 or not _NUMBER.fullmatch(found[0]):
        return None
    parsed = float(found[0])
    return parsed if math.isfinite(parsed) else None


def word_matches(word: str, token: str) -> bool:
    """Whether `token` is `word`, whose `*` stands for any run of characters and `?` for one."""
    if "*" not in word and "?" not in word:
        return word == token
    return _pattern(word).fullmatch(token) is not None


@lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern[str]:
    """`word` as an expression that never goes back: each piece is taken where it first fits."""
    head, *pieces = [re.escape(piece).replace(r"\?", ".") for piece in re.split(r"\*+", word)]
    if not pieces:
        return re.compile(head, re.DOTALL)
    middle = "".join(f"(?>.*?{piece})" for piece in pieces[:-1] if piece)
    return re.compile(f"{head}{middle}.*{pieces[-1]}", re.DOTALL)


def matches(node: Node, document: Mapping[str, Any], *, channel: str = "") -> bool:
    """Whether `node` chooses the event whose document this is, and which came through `channel`."""
    return _holds(node, _View(document, channel))


class _View:
    """A document, its values' tokens cut once however many words ask."""

    __slots__ = ("_channel", "_leaves", "document")

    def __init__(self, document: Mapping[str, Any], channel: str) -> None:
        self.document = document
        self._channel = channel
        self._leaves: list[list[str]] | None = None

    def at(self, path: Sequence[str]) -> Iterator[object]:
        """The leaves at or below `path`; the channel has no other, should the event have a field of its name."""
        name = ".".join(path)
        if name == CHANNEL:
            return iter((self._channel,) if self._channel else ())
        return leaves_at(self.document, name)

    def leaves(self) -> list[list[str]]:
        if self._leaves is None:
            self._leaves = [tokens(text) for text in leaf_texts(self.document)]
        return self._leaves


def _holds(node: Node, view: _View) -> bool:
    match node:
        case Everything():
            return True
        case Text(words):
            return any(_run(words, leaf) for leaf in view.leaves())
        case Field(path, words):
            return any(_run(words, tokens(compact(leaf))) for leaf in view.at(path))
        case Exists(path):
            return any(True for _ in view.at(path))
        case Range(path):
            return _timed(node, view.document.get("eventTime")) or any(
                _between(node, number(leaf)) for leaf in view.at(path)
            )
        case Not(part):
            return not _holds(part, view)
        case And(parts):
            return all(_holds(part, view) for part in parts)
        case Or(parts):
            return any(_holds(part, view) for part in parts)


def _run(words: tuple[str, ...], found: list[str]) -> bool:
    """Whether `words` match tokens of `found` that stand one after the other."""
    return any(
        all(word_matches(word, token) for word, token in zip(words, found[start:], strict=False))
        for start in range(len(found) - len(words) + 1)
    )


def _timed(node: Range, value: object) -> bool:
    if not isinstance(node.low, datetime) and not isinstance(node.high, datetime):
        return False
    return _between(node, _moment(value))


def _between(node: Range, found: Any) -> bool:  # noqa: ANN401 - a number or a time, as the ends are
    if found is None or (isinstance(found, float) and isinstance(node.low or node.high, datetime)):
        return False
    if node.low is not None and not (found > node.low or (node.low_inclusive and found == node.low)):
        return False
    return node.high is None or found < node.high or (node.high_inclusive and found == node.high)


def _moment(value: object) -> datetime | None:
    try:
        return moment.parse(value)
    except moment.BadTime:
        return None
