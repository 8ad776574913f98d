"""On which line of a policy's text a mistake stands. Pure.

`BadPolicy` names mistakes by their JSON path, which is right for programs; whoever types a policy looks for a line.
"""

import re
from collections.abc import Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]  # it is there, if not in the stubs
from typing import NamedTuple

from actiontrail.access.policy import BadPolicy, parse

_SPACE = re.compile(r"[ \t\r\n]*")
_PLAIN = re.compile(r"[^,\]}\s]+")
_LINE = re.compile(r": line (\d+) column \d+ \(char \d+\)")
_LAST = re.compile(r"(\.[^.\[]*|\[\d+\])$")


class Mistake(NamedTuple):
    """One mistake: its line from 1, its JSON path, and what is wrong."""

    line: int
    path: str
    problem: str


def mistakes(text: str) -> list[Mistake]:
    """What is wrong with the policy `text`, by line; nothing if it can be used."""
    try:
        parse(text)
    except BadPolicy as error:
        known = dict(_places(text))
        return sorted(_mistake(text, problem, known) for problem in error.problems)
    return []


def _mistake(text: str, problem: str, known: dict[str, int]) -> Mistake:
    path, _, said = problem.partition(": ")
    if told := _LINE.search(said):  # it is not JSON at all, and the decoder says where
        return Mistake(int(told.group(1)), path, _LINE.sub("", said))
    at = path
    while at not in known and (parent := _LAST.sub("", at)) != at:
        at = parent
    return Mistake(text.count("\n", 0, known.get(at, 0)) + 1, path, said)


def _places(text: str) -> Iterator[tuple[str, int]]:
    """Where each key and each element of a list stands, as far as the text can be read."""
    try:
        yield from _value(text, _SPACE.match(text, 0).end(), "$")  # type: ignore[union-attr]  # it always fits
    except (ValueError, IndexError, RecursionError):
        return


def _value(text: str, at: int, path: str) -> Iterator[tuple[str, int]]:
    """What stands in the value at `at`; the last pair is of no path, and says where the value ends."""
    if text[at] == "{":
        yield from _members(text, at + 1, path)
    elif text[at] == "[":
        yield from _elements(text, at + 1, path)
    elif text[at] == '"':
        yield "", scanstring(text, at + 1)[1]
    elif found := _PLAIN.match(text, at):
        yield "", found.end()
    else:
        raise ValueError(f"no value at {at}")


def _members(text: str, at: int, path: str) -> Iterator[tuple[str, int]]:
    at = _skip(text, at)
    while text[at] != "}":
        key, end = scanstring(text, at + 1)
        inner = f"{path}.{key[:40]}"
        yield inner, at
        at = _skip(text, _skip(text, end) + 1)  # over the colon
        for name, place in _value(text, at, inner):
            if name:
                yield name, place
            at = place
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
    yield "", at + 1


def _elements(text: str, at: int, path: str) -> Iterator[tuple[str, int]]:
    at, number = _skip(text, at), 0
    while text[at] != "]":
        inner = f"{path}[{number}]"
        yield inner, at
        for name, place in _value(text, at, inner):
            if name:
                yield name, place
            at = place
        at, number = _skip(text, at), number + 1
        if text[at] == ",":
            at = _skip(text, at + 1)
    yield "", at + 1


def _skip(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]  # it always fits
