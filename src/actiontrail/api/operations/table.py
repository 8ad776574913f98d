"""What an operation of the public API is: its row, its parameters, its answer, its call. Pure.

A row says everything that the one door, the documents and the access check need to know; the
function beside it computes the answer from values that are already of the right type. Adding an
operation is one function, one row and one transcript.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from actiontrail.access.conditions import Context
from actiontrail.access.keys import Caller
from actiontrail.errors import Refusal

Kind = Literal["string", "boolean", "integer", "list"]
FieldKind = Literal["string", "boolean", "integer", "object", "map"]
LIST_MAX = 100  # items of one list that are looked at
TEXT_CHARS = 64 * 1024  # of the longest text, where the row says nothing else
CALLS_PER_SECOND = 100  # of an account and operation, where the row says nothing else
_BOOLEANS = {"true": True, "false": False}
_TRAIL = "ACS::ActionTrail::Trail"
_TRAIL_NAMES = ("Name", "TrailName")
_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)


class MissingParameter(Refusal):
    """A parameter that the operation needs was not given; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the parameter {name} is missing")
        self.name = name


class InvalidParameter(Refusal):
    """A parameter's value breaks its rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter: its type, its rule, and what is raised when the rule is broken.

    An empty value counts as not given, unless `empty` says that it means something. Of a list, `fields` names what each item has:
    `Name.1.Field`, `Name.2.Field`, …; a list without fields is `Name.1`, `Name.2`, ….
    """

    name: str
    note: str
    kind: Kind = "string"
    required: bool = False
    default: str | int | bool | None = None
    allowed: tuple[str, ...] = ()
    pattern: str = ""
    least: int = 0
    most: int = 2**31 - 1
    chars: int = TEXT_CHARS  # of the longest text
    fields: tuple[str, ...] = ()
    refusal: type[Refusal] = InvalidParameter
    empty: bool = False

    def rule(self) -> str:
        """The rule in a few words, for the reference page."""
        match self.kind:
            case "integer":
                return f"{self.least} to {self.most}"
            case "boolean":
                return "`true` or `false`, in any case"
            case "list":
                return f"`{self.name}.N.{{{', '.join(self.fields)}}}`" if self.fields else f"`{self.name}.N`"
            case _ if self.allowed:
                return ", ".join(f"`{value}`" for value in self.allowed)
            case _ if self.pattern:
                return f"`{self.pattern}`"
            case _:
                return f"at most {self.chars} characters" if self.chars != TEXT_CHARS else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of an answer. `many`: a list of them. An `object` has the fields named here, or any if none is; a
    `map` has names that callers made. A field that is not `always` there may be missing.
    """

    name: str
    note: str = ""
    kind: FieldKind = "string"
    many: bool = False
    always: bool = True
    fields: tuple["Field", ...] = ()

    def type(self) -> str:
        """Its type as the reference page says it."""
        return f"list of {self.kind}" if self.many else self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One operation's row. `answer` is without `RequestId`, which every answer has."""

    name: str
    version: str
    summary: str
    parameters: tuple[Parameter, ...] = ()
    methods: tuple[str, ...] = ("GET", "POST")
    action: str  # what a policy must allow
    resource: str = "*"  # on what; {account}, {region} and the parameters' names are filled in
    references: tuple[
        tuple[str, str], ...
    ] = ()  # type of a resource that events name, and the parameter that holds it
    answer: tuple[Field, ...] = ()
    errors: tuple[type[Refusal], ...] = ()  # beside those that any operation can answer
    calls_per_second: int = CALLS_PER_SECOND  # of one account, unless the operator says otherwise


class Values(NamedTuple):
    """The parameters of one call, of the types that their rows say."""

    by_name: Mapping[str, Any]

    def given(self, name: str) -> bool:
        """Whether the caller gave it, or it has a default."""
        return self.by_name.get(name) is not None

    def text(self, name: str) -> str:
        """A string; empty if it was not given."""
        return str(self.by_name.get(name) or "")

    def number(self, name: str) -> int:
        """An integer; 0 if it was not given."""
        return int(self.by_name.get(name) or 0)

    def flag(self, name: str) -> bool:
        """A boolean; false if it was not given."""
        return bool(self.by_name.get(name))

    def items(self, name: str) -> tuple[Mapping[str, str], ...]:
        """A list's items, in the order of their numbers; empty if it was not given."""
        return tuple(self.by_name.get(name) or ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that was let in: who asks, what for, under which id, and when.

    `region` is the one that was addressed, by the name of the endpoint or by RegionId; empty if none was.
    """

    caller: Caller
    values: Values
    request_id: str
    now: float
    region: str = ""
    context: Context = field(default_factory=dict)  # what conditions of policies may ask of the request


Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """A row, and the function that answers. It may block: it is called off the event loop."""

    spec: Spec
    run: Callable[[Call], Answer]


def read(spec: Spec, given: Mapping[str, str]) -> Values:
    """The values of `spec`'s parameters in `given`; whatever else is there is ignored, as clients expect.

    Raises `MissingParameter`, or the row's refusal for the first value that breaks its rule.
    """
    return Values({parameter.name: _value(parameter, given) for parameter in spec.parameters})


def resource(spec: Spec, given: Mapping[str, str], *, account: str, region: str) -> str:
    """On what `spec` is done, as policies name it; what was not given stands there as `*`."""
    said = {parameter.name: given.get(parameter.name, "").strip() or "*" for parameter in spec.parameters}
    return spec.resource.format_map({"account": account, "region": region, **said})


def references(spec: Spec, given: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    """The names of what is done something to, by type, as events name it."""
    wanted = (*spec.references, *((_TRAIL, name) for name in _TRAIL_NAMES if ":trail/" in spec.resource))
    return {kind: (said,) for kind, name in wanted if (said := given.get(name, "").strip())}


def _value(parameter: Parameter, given: Mapping[str, str]) -> Any:  # noqa: ANN401 - as the row says
    if parameter.kind == "list":
        return _items(parameter, given)
    text = given.get(parameter.name, "").strip()
    if not text:
        if parameter.required:
            raise MissingParameter(parameter.name)
        return "" if parameter.empty and parameter.name in given else parameter.default
    match parameter.kind:
        case "boolean":
            return _boolean(parameter, text)
        case "integer":
            return _integer(parameter, text)
        case _:
            return _string(parameter, text)


def _boolean(parameter: Parameter, text: str) -> bool:
    if text.lower() not in _BOOLEANS:
        raise parameter.refusal(f"{parameter.name} must be true or false, not {text[:40]!r}")
    return _BOOLEANS[text.lower()]


def _integer(parameter: Parameter, text: str) -> int:
    if not _INTEGER.fullmatch(text) or not parameter.least <= int(text) <= parameter.most:
        raise parameter.refusal(
            f"{parameter.name} must be a whole number from {parameter.least} to {parameter.most}, not {text[:40]!r}"
        )
    return int(text)


def _string(parameter: Parameter, text: str) -> str:
    if len(text) > parameter.chars:
        raise parameter.refusal(f"{parameter.name} has {len(text)} characters; it may have {parameter.chars}")
    if parameter.allowed and text not in parameter.allowed:
        raise parameter.refusal(
            f"{parameter.name} must be {' or '.join(parameter.allowed)}, not {text[:40]!r}"
        )
    if parameter.pattern and not re.fullmatch(parameter.pattern, text):
        raise parameter.refusal(
            f"{parameter.name} must match {parameter.pattern}, which {text[:40]!r} does not"
        )
    return text


def _items(parameter: Parameter, given: Mapping[str, str]) -> tuple[Mapping[str, str], ...]:
    """Items by number, gaps closed; fields that no row names are ignored."""
    items: dict[int, dict[str, str]] = {}
    prefix = parameter.name + "."
    for name, value in given.items():
        number, _, field = name.removeprefix(prefix).partition(".")
        wanted = name.startswith(prefix) and (field in parameter.fields if parameter.fields else not field)
        if wanted and _INTEGER.fullmatch(number) and int(number) > 0:
            items.setdefault(int(number), {})[field] = value
    if parameter.required and not items:
        raise MissingParameter(parameter.name)
    if len(items) > LIST_MAX:
        raise parameter.refusal(f"{parameter.name} has {len(items)} items; at most {LIST_MAX} are taken")
    return tuple(items[number] for number in sorted(items))
