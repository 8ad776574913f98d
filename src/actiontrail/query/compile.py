"""A selector's tree as a condition in SQL that chooses the same events. Pure.

The rules are those of `event.selector.match`, said over the columns and the line of words (`words.py`);
a property test holds the two together. What a caller wrote is bound as parameters and never pasted.
Where a column holds the whole field it is asked; the words give the index something to jump by.
"""

import itertools
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from actiontrail.event.moment import microseconds
from actiontrail.event.selector import (
    CHANNEL,
    And,
    Everything,
    Exists,
    Field,
    Node,
    Not,
    Or,
    Range,
    Text,
    tokens,
)
from actiontrail.event.selector.match import DELIMITERS, NUMBER
from actiontrail.query.rows import BY_PATH, DICTIONARIES
from actiontrail.query.words import OPEN, clean, escape_path

HINTS_MAX = 16  # words of a phrase that the index is asked for
_CUTS = "[" + re.escape(DELIMITERS) + "]+"
_ONE = r"[^ \x02\x03\x04]"  # of a token among the words, where these three are marks
_ONE_OF_COLUMN = "[^ ]"  # a column holds the value as it came, and there they are characters like any other


class Bindings:
    """Values on their way into a statement, each under a name of ours. Statements that are made beside each other may share them."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._numbers = itertools.count()  # no two threads are given the same

    def text(self, value: str) -> str:
        """The placeholder of a string."""
        return self._bind(value, "String")

    def texts(self, values: Iterable[str]) -> str:
        """The placeholder of a list of strings."""
        return self._bind(list(values), "Array(String)")

    def whole(self, value: int) -> str:
        """The placeholder of an integer."""
        return self._bind(value, "Int64")

    def real(self, value: float) -> str:
        """The placeholder of a number, exact to the last bit."""
        return self._bind(float(value), "Float64")

    def _bind(self, value: object, kind: str) -> str:
        name = f"b{next(self._numbers)}"
        self.values[name] = value
        return f"{{{name}:{kind}}}"


def condition(node: Node, bound: Bindings, *, columns: bool = True, jump: bool = True) -> str:
    """`node` as a condition over a row. Without `columns` only the words are asked: slower, and always true.

    Without `jump` the index finds nothing for the whole, as below a `not`: columns are asked without it.
    """
    match node:
        case Everything():
            return "1"
        case Text(words):
            return _text(words, bound)
        case Field(path, words):
            return _field(".".join(path), words, bound, columns=columns, jump=jump)
        case Exists(path):
            return _exists(".".join(path), bound, columns=columns)
        case Range():
            return _range(node, bound)
        case Not(part):
            return f"NOT ({condition(part, bound, columns=columns, jump=False)})"
        case And(parts):
            return " AND ".join(f"({condition(part, bound, columns=columns, jump=jump)})" for part in parts)
        case Or(parts):
            return " OR ".join(f"({condition(part, bound, columns=columns, jump=jump)})" for part in parts)


def holds(path: str, bound: Bindings) -> str:
    """That an event has a value at `path` itself, asked of the index alone."""
    return f"hasAllTokens(words, {bound.texts([f'{OPEN}{escape_path(path)}'])})"


def hint(text: str, bound: Bindings) -> str:
    """What any event that holds `text` in a field must have, for the index; to be joined to an exact test."""
    words = [clean(word) for word in tokens(text)][:HINTS_MAX]
    return f" AND hasAllTokens(words, {bound.texts(words)})" if words else ""


def _plain(word: str) -> bool:
    return "*" not in word and "?" not in word


def _text(words: tuple[str, ...], bound: Bindings) -> str:
    words = tuple(clean(word) for word in words)
    index = _hint(words, bound)
    if len(words) == 1 and index:
        return index
    exact = f"match(words, {bound.text(_pattern(words))})"
    if all(_plain(word) for word in words):
        phrase = " ".join(words)
        exact = f"position(words, {bound.text(f' {phrase} ')}) > 0"
    return _both(index, exact)


def _field(path: str, words: tuple[str, ...], bound: Bindings, *, columns: bool, jump: bool) -> str:
    cleaned = tuple(clean(word) for word in words)
    column = _column(path, columns=columns)
    if column is not None:
        index = _hint(_worth_asking(column, cleaned), bound) if jump and path != CHANNEL else ""
        cut = f"replaceRegexpAll(concat(' ', lower({column}), ' '), {bound.text(_CUTS)}, ' ')"
        return _both(index, f"match({cut}, {bound.text(_pattern(words, one=_ONE_OF_COLUMN))})")
    head = rf"{_head(path)}[^\x02]*"
    truth = r"\x04?" if len(words) == 1 else ""
    index = "" if words[0] in {"true", "false"} else _hint(cleaned, bound)
    return _both(index, f"match(words, {bound.text(head + _pattern(cleaned, truth))})")


def _exists(path: str, bound: Bindings, *, columns: bool) -> str:
    column = _column(path, columns=columns)
    return f"{column} != ''" if column else f"match(words, {bound.text(_head(path))})"


def _column(path: str, *, columns: bool) -> str | None:
    """The column that holds the whole of a field. The channel is in no event, and so among no event's words."""
    if path == CHANNEL:
        return "channel"
    return BY_PATH[path].name if columns and path in BY_PATH else None


def _head(path: str) -> str:
    """What stands before a value at or below `path`, as an expression."""
    return rf"\x02{re.escape(escape_path(path))}(?:\.[^\x03]*)?\x03"


def _hint(words: tuple[str, ...], bound: Bindings) -> str:
    """The index's part: any event that is chosen has all of these tokens somewhere."""
    sure = [word for word in words if _plain(word)][:HINTS_MAX]
    return f"hasAllTokens(words, {bound.texts(sure)})" if sure else ""


def _worth_asking(column: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a column's value that the index is asked for.

    Each costs the more, the more events hold it, and a dictionary is read in no time: there only the longest, likely the rarest.
    """
    return tuple(sorted(filter(_plain, words), key=len)[-1:]) if column in DICTIONARIES else words


def _both(index: str, exact: str) -> str:
    return f"{index} AND {exact}" if index else exact


def _pattern(words: tuple[str, ...], before: str = "", *, one: str = _ONE) -> str:
    """An expression for tokens that stand one after the other, a space around each; `one` is what `?` stands for."""
    return f" {before}{' '.join(_word(word, one) for word in words)} "


def _word(word: str, one: str) -> str:
    pieces = re.split(r"(\*+|\?)", word)
    return "".join(
        f"{one}*" if piece.startswith("*") else one if piece == "?" else _literal(piece) for piece in pieces
    )


def _literal(text: str) -> str:
    return "".join(
        character
        if character.isalnum() or ord(character) > 127 or character in "_- "
        else f"\\x{ord(character):02x}"
        for character in text
    )


def _range(node: Range, bound: Bindings) -> str:
    if isinstance(node.low, datetime) or isinstance(node.high, datetime):
        return _times(node, bound)
    if node.path == (CHANNEL,):
        return "0"  # no channel is a number
    value = "toFloat64OrZero(substring(v, 2, length(v) - 2))"
    ends = ((node.low, ">", node.low_inclusive), (node.high, "<", node.high_inclusive))
    parts = [
        f"{value} {sign}{'=' if closed else ''} {bound.real(end)}"
        for end, sign, closed in ends
        if isinstance(end, float | int)
    ]
    number = f"match(v, {bound.text(f'^ {NUMBER} $')}) AND isFinite({value})"
    body = _head(".".join(node.path)) + r"([^\x02]*)"
    values = f"extractAll(words, {bound.text(body)})"
    return f"arrayExists(v -> {' AND '.join([number, *parts])}, {values})"


def _times(node: Range, bound: Bindings) -> str:
    parts = [
        f"(toUnixTimestamp64Milli(happened), toInt64(happened_us)) {sign}{'=' if closed else ''} ({bound.whole(us // 1000)}, {bound.whole(us % 1000)})"
        for end, sign, closed in ((node.low, ">", node.low_inclusive), (node.high, "<", node.high_inclusive))
        if isinstance(end, datetime)
        for us in [microseconds(end)]
    ]
    return " AND ".join(parts)
