"""The text of a selector into its tree, or an error that points at the place. Pure.

    query  := any                     any   := all ("or" all)*
    all    := one ("and"? one)*       one   := "not" one | "(" any ")" | term
    term   := text | name (":" | "=" | "!=") value | name (">" | ">=" | "<" | "<=") end
            | name (":" | "in") range | name "is" ["not"] "null"
    range  := ("[" | "(") end end ("]" | ")")

Names and values may be quoted; a value runs to the next space or parenthesis, so that `ACS::ECS::Instance`
and `2026-01-01T00:00:00Z` need no quotes. Length, terms and nesting are bounded.
"""

import math
import re
from datetime import datetime
from fnmatch import fnmatchcase

from actiontrail.errors import Refusal
from actiontrail.event import moment
from actiontrail.event.selector.match import query_words
from actiontrail.event.selector.nodes import (
    KEYWORDS,
    Everything,
    Exists,
    Field,
    Node,
    Not,
    Range,
    Text,
    all_of,
    any_of,
)

QUERY_BYTES_MAX = 64 * 1024
TERMS_MAX = 2000
NESTING_MAX = 64
STEPS_MAX = 64
# What a log service writes beside each event. Queries that were made there begin with these; here all events have them.
LOG_FIELDS = {
    "__topic__": ("actiontrail_audit_event", "actiontrail_event"),
    "__source__": ("actiontrail_internal",),
}
_NAME = re.compile(r"(?:[^\s()\[\]\"|:=<>!,]|::|!(?!=))+")
_VALUE = re.compile(r"[^\s()\"|]+")
_END = re.compile(r"[^\s()\[\]\"|,]+")
_QUOTED = {quote: re.compile(rf"{quote}((?:[^{quote}\\]|\\.)*){quote}", re.DOTALL) for quote in "\"'"}
_OPERATOR = re.compile(r"!=|>=|<=|[:=<>]")
_IS_NULL = re.compile(r"is\s+(not\s+)?null(?![^\s()|])", re.IGNORECASE)
_IN = re.compile(r"in\s*(?=[\[(])", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_NUMBERS = "Only `eventTime` is compared with times, all else with numbers."
_TWO_ENDS = (
    "A range has two ends: [1 5], (1 5], [1 *]. For one of several values write `field: a or field: b`."
)
_PIECES = re.compile(r"\"(?:[^\"\\]|\\.)*\"?|(?<![^\s:=(])'(?:[^'\\]|\\.)*'|\|", re.DOTALL)


class SelectorError(Refusal):
    """A selector that cannot be read: where, what was expected there, and what to write instead."""

    def __init__(self, text: str, at: int, expected: str, *, found: str = "", remedy: str = "") -> None:
        before = text[:at]
        self.line = before.count("\n") + 1
        self.column = at - (before.rfind("\n") + 1) + 1
        self.expected = expected
        self.remedy = remedy
        start = max(self.column - 60, 0)
        shown = (text.split("\n")[self.line - 1])[start : start + 100].replace("\t", " ")
        place = f"line {self.line}, column {self.column}"
        pointer = " " * (self.column - 1 - start) + "^"
        said = f"{place}: expected {expected}" + (f", found {found}" if found else "")
        super().__init__("\n".join(part for part in (said, f"  {shown}", f"  {pointer}", remedy) if part))


def parse(text: str) -> Node:
    """The tree of `text`. Raises `SelectorError`."""
    if len(text.encode("utf-8", "surrogatepass")) > QUERY_BYTES_MAX:
        raise SelectorError(
            text[:80], 0, f"a query of at most {QUERY_BYTES_MAX} bytes", remedy="Split the question."
        )
    return _Parser(text).query()


def split_sql(text: str) -> tuple[str, str | None]:
    """The selector and the SQL of `text`, which stand before and after the first `|` outside quotes."""
    bar = next((found.start() for found in _PIECES.finditer(text) if found.group() == "|"), None)
    if bar is None:
        return text, None
    return text[:bar], text[bar + 1 :].strip() or None


class _Parser:
    """Reads from left to right, one place at a time; `_at` only grows."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._terms = 0

    def query(self) -> Node:
        """The whole text as one tree."""
        self._space()
        if self._ended():
            return Everything()
        node = self._any(0)
        if not self._ended():
            raise self._wrong("`and`, `or` or the end", self._remedy_here())
        return node

    def _any(self, depth: int) -> Node:
        parts = [self._all(depth)]
        while self._keyword("or"):
            parts.append(self._all(depth))
        return any_of(parts)

    def _all(self, depth: int) -> Node:
        parts = [self._one(depth)]
        while True:
            if not self._keyword("and") and (
                self._ended() or self._peek() in {")", "|", "]"} or self._sees("or")
            ):
                return all_of(parts)
            parts.append(self._one(depth))

    def _one(self, depth: int) -> Node:
        if depth > NESTING_MAX:
            raise self._wrong(f"at most {NESTING_MAX} levels of parentheses and `not`", "Write it flatter.")
        if self._keyword("not"):
            return Not(self._one(depth + 1))
        if self._peek() != "(":
            return self._term()
        opened = self._at
        self._skip(1)
        node = self._any(depth + 1)
        if self._peek() != ")":
            remedy = (
                f"The parenthesis at column {self._column(opened)} is still open."
                if self._ended()
                else self._remedy_here()
            )
            raise self._wrong("`)`", remedy)
        self._skip(1)
        return node

    def _term(self) -> Node:
        self._terms += 1
        if self._terms > TERMS_MAX:
            raise self._wrong(f"at most {TERMS_MAX} terms", "Split the question.")
        start = self._at
        for keyword in ("and", "or"):
            if self._sees(keyword):
                raise self._wrong(
                    "a word, a field or `(`",
                    f"To search for the word itself, write it in quotes: {keyword!r}.".replace("'", '"'),
                )
        word, quoted = self._word(_NAME, "a word, a field or `(`")
        if found := self._match(_IS_NULL):
            exists = Exists(self._path(word, start))
            return exists if found.group(1) else Not(exists)
        if self._match(_IN):
            return self._range(self._path(word, start))
        if operator := self._match(_OPERATOR):
            return self._compare(self._path(word, start), operator.group())
        return Everything() if _is_all(word) and not quoted else self._words_of(word, start)

    def _words_of(self, word: str, start: int) -> Node:
        words = query_words(word)
        if not words:
            raise self._wrong(
                "a word", "Between these quotes there are only characters at which words are cut.", at=start
            )
        return Everything() if words == ("*",) else Text(words)

    def _compare(self, path: tuple[str, ...], operator: str) -> Node:
        start = self._at
        if operator in {">", ">=", "<", "<="}:
            return _half(path, operator, self._end(path))
        if operator == ":" and self._peek() in {"[", "("}:
            return self._range(path)
        if any(self._sees(keyword) for keyword in KEYWORDS):
            raise self._wrong("a value", "A value that is a keyword is written in quotes.")
        value, quoted = self._word(_VALUE, "a value")
        if operator == "=" and not quoted and _NUMBER.fullmatch(value):
            end = self._bound(path, value, start)
            return Range(path, end, end, low_inclusive=True, high_inclusive=True)
        node = self._value(path, value, start)
        return Not(node) if operator == "!=" else node

    def _value(self, path: tuple[str, ...], value: str, start: int) -> Node:
        if value == "":
            return Not(Exists(path))
        words = query_words(value)
        if not words:
            raise self._wrong(
                "a value with a letter or digit in it",
                f"{value[:40]!r} holds only characters at which words are cut.",
                at=start,
            )
        if topics := LOG_FIELDS.get(".".join(path)):
            meant = any(fnmatchcase(topic, value.lower()) for topic in topics)
            return Everything() if meant else Not(Everything())
        return Exists(path) if len(words) == 1 and _is_all(words[0]) else Field(path, words)

    def _range(self, path: tuple[str, ...]) -> Range:
        opening = self._peek()
        self._skip(1)
        ends: list[float | datetime | None] = []
        start = self._at
        for _ in range(2):
            ends.append(self._end(path, _TWO_ENDS))
            if self._peek() == ",":
                self._skip(1)
        closing = self._peek()
        if closing not in {"]", ")"}:
            raise self._wrong("`]` or `)`", _TWO_ENDS)
        self._skip(1)
        low, high = ends
        if low is None and high is None:
            raise self._wrong("a range with at least one end", "For any value write `field: *`.", at=start)
        return Range(path, low, high, opening == "[" and low is not None, closing == "]" and high is not None)

    def _end(self, path: tuple[str, ...], remedy: str = _NUMBERS) -> float | datetime | None:
        start = self._at
        value, _ = self._word(_END, "a number" if path != ("eventTime",) else "a time")
        return None if value == "*" else self._bound(path, value, start, remedy)

    def _bound(
        self, path: tuple[str, ...], value: str, start: int, remedy: str = _NUMBERS
    ) -> float | datetime:
        if path == ("eventTime",):
            try:
                return moment.parse(value)
            except moment.BadTime as error:
                raise self._wrong(
                    "a time", f"Write it as 2026-01-31T23:59:59Z: it {error}.", at=start
                ) from error
        if not _NUMBER.fullmatch(value) or not math.isfinite(float(value)):
            raise self._wrong("a number", remedy, at=start)
        return float(value)

    def _path(self, name: str, start: int) -> tuple[str, ...]:
        steps = tuple(name.split("."))
        if len(steps) > 1 and steps[0] == "event":
            steps = steps[1:]
        if len(steps) > STEPS_MAX:
            raise self._wrong(f"a field of at most {STEPS_MAX} steps", "Name a shorter path.", at=start)
        if not all(steps):
            raise self._wrong(
                "a field such as event.userIdentity.userName", "Between two dots stands a name.", at=start
            )
        return steps

    def _word(self, pattern: re.Pattern[str], expected: str) -> tuple[str, bool]:
        """The quoted or bare word at this place, and whether it was quoted."""
        quote = self._peek()
        if quote in {'"', "'"}:
            if found := self._match(_QUOTED[quote]):
                return re.sub(r"\\(.)", r"\1", found.group(1), flags=re.DOTALL), True
            raise self._wrong(
                f"a closing {quote}",
                f"The quote that opens here is never closed; a quote inside is written \\{quote}.",
            )
        if found := self._match(pattern):
            return found.group(), False
        raise self._wrong(expected, self._remedy_here())

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        if found:
            self._skip(found.end() - self._at)
        return found

    def _sees(self, keyword: str) -> bool:
        found = _NAME.match(self._text, self._at)
        return found is not None and found.group().lower() == keyword

    def _keyword(self, keyword: str) -> bool:
        if not self._sees(keyword):
            return False
        self._skip(len(keyword))
        return True

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _ended(self) -> bool:
        return self._at >= len(self._text)

    def _skip(self, count: int) -> None:
        self._at += count
        self._space()

    def _space(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1

    def _column(self, at: int) -> int:
        return at - (self._text.rfind("\n", 0, at) + 1) + 1

    def _remedy_here(self) -> str:
        remedies = {
            ")": "No parenthesis is open here.",
            "|": "SQL follows a selector only where SQL is allowed.",
            "": "Something is missing at the end.",
        }
        return remedies.get(self._peek(), "Characters such as : = < > [ ] , in a word need quotes around it.")

    def _wrong(self, expected: str, remedy: str, *, at: int | None = None) -> SelectorError:
        place = self._at if at is None else at
        rest = self._text[place : place + 24].split()
        found = f"`{rest[0]}`" if rest else "the end"
        return SelectorError(self._text, place, expected, found=found, remedy=remedy)


def _is_all(value: str) -> bool:
    """Whether `value` asks for no more than that there is one: `*`, `?*`."""
    return "*" in value and not value.strip("*?") and value.count("?") <= 1


def _half(path: tuple[str, ...], operator: str, end: float | datetime | None) -> Node:
    if end is None:
        return Exists(path)
    closed = operator.endswith("=")
    if operator[0] == ">":
        return Range(path, end, None, closed, high_inclusive=False)
    return Range(path, None, end, low_inclusive=False, high_inclusive=closed)
