"""A selector as a Sigma rule, for detection elsewhere. Pure.

The rule chooses what the selector chooses, over events as they are delivered. What Sigma cannot say is refused and
not left out: a rule that is wider or narrower than it looks is worse than none. The range of time is not part of it, for a
rule looks at what comes.
"""

import re
import uuid
from collections.abc import Mapping
from datetime import datetime

from actiontrail.errors import Refusal
from actiontrail.event.selector import And, Everything, Exists, Field, Node, Not, Or, Range, Text, parse
from actiontrail.event.selector.match import CHANNEL, DELIMITERS

# All that is not printable in YAML 1.2 (section 5.1), and what it, or its older version, takes for the end of a line or of a document.
_NO_TEXT = re.compile(r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
TITLE_CHARS_MAX = 110
_NAMESPACE = uuid.UUID("5a0e6a3e-3a57-4b6e-9c2b-1f7a6c1d9b11")
_OBJECTS = frozenset(
    {"requestParameters", "responseElements", "additionalEventData", "eventAttributes", "referencedResources", "userIdentity", "insightDetails"}
)  # fmt: skip
# Fields whose values are one word, so that the word is the value.
_ONE_WORD = frozenset(
    {
        "eventName", "eventRW", "eventType", "eventCategory", "eventId", "serviceName", "errorCode", "acsRegion", "requestId", "apiVersion",
        "userIdentity.type", "userIdentity.accessKeyId", "userIdentity.principalId", "userIdentity.accountId", "recipientAccountId", "vpcId",
    }
)  # fmt: skip
_DELIMITER = (
    "[" + re.escape(DELIMITERS).replace("\\\n", r"\n").replace("\\\t", r"\t").replace("\\\r", r"\r") + "]"
)
_INSIDE = "[^" + _DELIMITER[1:]


class CannotSay(Refusal):
    """Sigma has no words for a part of the selector."""


class _Rule:
    """Gathers the selections of one rule, each under a name."""

    def __init__(self, query: str) -> None:
        self._query = query
        self.selections: dict[str, Mapping[str, str] | list[str]] = {}

    def condition(self, node: Node) -> str:
        """`node` as a condition over named selections. Raises `CannotSay`."""
        match node:
            case Everything():
                return self._selection({"eventId": "*"})
            case Text(words):
                return self._selection([self._as_typed(" ".join(words))])
            case Field(path, words):
                return self._field(".".join(path), words)
            case Exists(path):
                return self._selection({_sayable(".".join(path)): "?*"})
            case Range():
                return self._range(node)
            case Not(part):
                return f"not {self._inside(part)}"
            case And(parts):
                return " and ".join(self._inside(part) for part in parts)
            case Or(parts):
                return " or ".join(self._inside(part) for part in parts)

    def _inside(self, node: Node) -> str:
        said = self.condition(node)
        return f"({said})" if isinstance(node, And | Or) else said

    def _selection(self, selection: Mapping[str, str] | list[str]) -> str:
        name = f"selection{len(self.selections) + 1}"
        self.selections[name] = selection
        return name

    def _field(self, path: str, words: tuple[str, ...]) -> str:
        field = _sayable(path)
        if len(words) == 1 and path in _ONE_WORD:
            return self._selection({field: self._as_typed(words[0])})
        body = f"{_DELIMITER}+".join(_word(word) for word in words)
        return self._selection({f"{field}|re": f"(?i)^(.*{_DELIMITER})?{body}({_DELIMITER}.*)?$"})

    def _range(self, node: Range) -> str:
        field = _sayable(".".join(node.path))
        if isinstance(node.low, datetime) or isinstance(node.high, datetime):
            raise CannotSay("a rule looks at what comes: leave `eventTime` out of it")
        ends = {
            f"{field}|{'gte' if node.low_inclusive else 'gt'}": node.low,
            f"{field}|{'lte' if node.high_inclusive else 'lt'}": node.high,
        }
        return self._selection({name: f"{end:g}" for name, end in ends.items() if isinstance(end, float)})

    def _as_typed(self, text: str) -> str:
        """The words in the letters in which they were typed; Sigma passes over capital and small as we do."""
        found = re.search(re.escape(text), self._query, re.IGNORECASE)
        return found.group() if found else text


def rule(query: str, *, title: str, day: str) -> str:
    """The Sigma rule of `query`, in YAML, made on `day`. Raises `SelectorError`, `CannotSay`."""
    made = _Rule(query)
    condition = made.condition(parse(query))
    lines = [
        f"title: {_scalar((title or query or 'All events')[:TITLE_CHARS_MAX])}",
        f"id: {uuid.uuid5(_NAMESPACE, query)}",
        "status: experimental",
        f"description: {_scalar('Finds what this search finds: ' + (query or '*'))}",
        f"date: {day}",
        "logsource:",
        "    product: alibabacloud",
        "    service: actiontrail",
        "detection:",
    ]
    for name, selection in made.selections.items():
        lines.append(f"    {name}:")
        if isinstance(selection, list):
            lines += [f"        - {_scalar(word)}" for word in selection]
        else:
            lines += [f"        {_key(field)}: {_value(field, value)}" for field, value in selection.items()]
    return "\n".join([*lines, f"    condition: {condition}", "level: medium", ""])


def _sayable(path: str) -> str:
    if path == CHANNEL:
        raise CannotSay(
            "`channel` is told from the whole event and stands in none: ask for `userAgent` or `eventType`"
        )
    if path in _OBJECTS:
        raise CannotSay(
            f"Sigma asks for one field, and `{path}` holds many: name the one, such as `{path}.Name`"
        )
    return path


def _word(word: str) -> str:
    pieces = re.split(r"(\*+|\?)", word)
    return "".join(
        f"{_INSIDE}*" if piece.startswith("*") else _INSIDE if piece == "?" else re.escape(piece)
        for piece in pieces
    )


def _value(field: str, value: str) -> str:
    if re.search(r"\|(?:gte?|lte?)$", field):
        return value
    if field.endswith("|re"):
        return _scalar(value)
    return _scalar(re.sub(r"\\(?=[*?\\])", r"\\\\", value))


def _key(field: str) -> str:
    return field if re.fullmatch(r"[A-Za-z_][\w.|-]*", field) else _scalar(field)


def _scalar(text: str) -> str:
    """In single quotes, in which YAML reads nothing but the doubled quote; what it takes for no text is escaped, in double ones."""
    if not _NO_TEXT.search(text):
        return "'" + text.replace("'", "''") + "'"
    safe = re.sub(r'[\\"]', r"\\\g<0>", text)
    return '"' + _NO_TEXT.sub(lambda found: f"\\U{ord(found.group()):08x}", safe) + '"'
