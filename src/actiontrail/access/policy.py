"""A policy in RAM's own JSON, read to its end: statements, or every mistake with its place and its remedy. Pure.

What is not understood is refused, never passed over: a statement that we read more widely than it was
written would let somebody in. Names are exact, a key may stand once, and an unknown operator is an error.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from actiontrail.access.conditions import OPERATORS, BadValue, Condition
from actiontrail.errors import Refusal

VERSION = "1"
DOCUMENT_CHARS_MAX = 6144
TRUST_CHARS_MAX = 2048
STATEMENTS_MAX = 100
VALUES_MAX = 500  # in one list
PROBLEMS_MAX = 20  # told at once
_ACTION = re.compile(r"\*|[A-Za-z0-9*?_-]+:[A-Za-z0-9*?_.-]+", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9_-]+:[A-Za-z0-9_./-]+", re.ASCII)
_STATEMENT = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"})
_TRUST = frozenset({"Sid", "Effect", "Action", "Principal", "Condition"})
_PRINCIPALS = ("RAM", "Service", "Federated")
_ARN_PARTS = 5


class BadPolicy(Refusal):
    """The policy is none. `problems` are its mistakes, each with the JSON path where it stands."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("the policy cannot be used: " + "; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Statement:
    """Who may, or may not, do what on what. Of each pair (`…`, `not_…`) one is empty; actions are in lower case."""

    effect: Literal["Allow", "Deny"]
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: tuple[tuple[str, str], ...] = ()  # of a trust policy: kind and name
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What a policy says."""

    statements: tuple[Statement, ...]


def parse(text: str) -> Document:
    """The policy that `text` is. Raises `BadPolicy`, which tells all its mistakes."""
    return _Reading(trust=False).document(text)


def parse_trust(text: str) -> Document:
    """The trust policy of a role: who may assume it. Raises `BadPolicy`."""
    return _Reading(trust=True).document(text)


class _Reading:
    """One document while it is read. Goes on after a mistake, to find the next."""

    def __init__(self, *, trust: bool) -> None:
        self._trust = trust
        self._problems: list[str] = []

    def document(self, text: str) -> Document:
        most = TRUST_CHARS_MAX if self._trust else DOCUMENT_CHARS_MAX
        if len(text) > most:
            raise BadPolicy((f"$: it has {len(text)} characters; at most {most} are taken",))
        try:
            whole = json.loads(text, object_pairs_hook=self._object, parse_constant=self._constant)
        except (ValueError, RecursionError) as error:
            raise BadPolicy((f"$: it is not JSON: {error}",)) from error
        statements = tuple(self._statements(whole))
        if self._problems:
            raise BadPolicy(tuple(self._problems[:PROBLEMS_MAX]))
        return Document(statements)

    def _say(self, path: str, problem: str) -> None:
        self._problems.append(f"{path}: {problem}")

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._say("$", f"the key {name[:40]!r} stands twice in one object; keep one")
        return dict(pairs)

    @staticmethod
    def _constant(name: str) -> Any:  # noqa: ANN401 - it never returns
        raise ValueError(f"{name} is no value of JSON")

    def _statements(self, whole: Any) -> Iterator[Statement]:  # noqa: ANN401 - any JSON
        if not isinstance(whole, dict):
            self._say("$", 'a policy is an object: {"Version": "1", "Statement": […]}')
            return
        for name in sorted(whole.keys() - {"Version", "Statement"}):
            self._say(f"$.{name[:40]}", "a policy has Version and Statement, and nothing else")
        if whole.get("Version") != VERSION:
            self._say("$.Version", f'it must be "{VERSION}"')
        listed = whole.get("Statement")
        if isinstance(listed, dict):
            listed = [listed]
        if not isinstance(listed, list) or not 1 <= len(listed) <= STATEMENTS_MAX:
            self._say("$.Statement", f"it must be a list of 1 to {STATEMENTS_MAX} statements")
            return
        for number, each in enumerate(listed):
            statement = self._statement(each, f"$.Statement[{number}]")
            if statement is not None:
                yield statement

    def _statement(self, said: Any, path: str) -> Statement | None:  # noqa: ANN401 - any JSON
        if not isinstance(said, dict):
            self._say(path, "a statement is an object")
            return None
        known = _TRUST if self._trust else _STATEMENT
        for name in sorted(said.keys() - known):
            self._say(f"{path}.{name[:40]}", f"a statement here has {', '.join(sorted(known))}")
        effect = said.get("Effect")
        if effect not in ("Allow", "Deny"):
            self._say(f"{path}.Effect", "it must be Allow or Deny, spelled so")
        actions, not_actions = self._pair(said, "Action", path)
        resources, not_resources = ((), ()) if self._trust else self._pair(said, "Resource", path)
        return Statement(
            effect="Allow" if effect == "Allow" else "Deny",
            actions=tuple(action.lower() for action in actions),
            not_actions=tuple(action.lower() for action in not_actions),
            resources=resources,
            not_resources=not_resources,
            principals=tuple(self._principals(said.get("Principal"), path)) if self._trust else (),
            conditions=tuple(self._conditions(said.get("Condition"), f"{path}.Condition")),
        )

    def _pair(self, said: dict[str, Any], name: str, path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The values of `name` and of its opposite; exactly one of the two must be there."""
        opposite = f"Not{name}"
        if (name in said) == (opposite in said):
            expected = name if self._trust else f"{name} or {opposite}"
            self._say(f"{path}.{name}", f"a statement has one {expected}")
            return (), ()
        given = name if name in said else opposite
        values = self._texts(said[given], f"{path}.{given}")
        for number, value in enumerate(values):
            problem = _action_problem(value) if name == "Action" else _resource_problem(value)
            if problem:
                self._say(f"{path}.{given}[{number}]", problem)
        return (values, ()) if given == name else ((), values)

    def _texts(self, said: Any, path: str) -> tuple[str, ...]:  # noqa: ANN401 - any JSON
        listed = said if isinstance(said, list) else [said]
        if not 1 <= len(listed) <= VALUES_MAX or not all(isinstance(each, str) and each for each in listed):
            self._say(path, f"it must be a text, or a list of 1 to {VALUES_MAX} texts")
            return ()
        return tuple(listed)

    def _principals(self, said: Any, path: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any JSON
        if not isinstance(said, dict) or not said or said.keys() - set(_PRINCIPALS):
            self._say(
                f"{path}.Principal",
                'it must say who may assume the role: {"RAM": ["acs:ram::ACCOUNT:root"]} (or Service, Federated)',
            )
            return
        for kind in said:
            for number, name in enumerate(self._texts(said[kind], f"{path}.Principal.{kind}")):
                if kind == "RAM" and not _is_ram_principal(name):
                    self._say(
                        f"{path}.Principal.RAM[{number}]",
                        "it must be acs:ram::ACCOUNT:root, …:user/NAME or …:role/NAME, without wildcards",
                    )
                yield kind, name

    def _conditions(self, said: Any, path: str) -> Iterator[Condition]:  # noqa: ANN401 - any JSON
        if said is None:
            return
        if not isinstance(said, dict):
            self._say(path, 'it must be an object: {"IpAddress": {"acs:SourceIp": ["203.0.113.0/24"]}}')
            return
        for name, keys in said.items():
            if name not in OPERATORS:
                self._say(
                    f"{path}.{name[:40]}", f"there is no such operator; there are {', '.join(OPERATORS)}"
                )
            elif not isinstance(keys, dict) or not keys:
                self._say(f"{path}.{name}", "an operator holds an object of condition keys and their values")
            else:
                for key, values in keys.items():
                    yield from self._condition(name, key, values, f"{path}.{name}.{key[:60]}")

    def _condition(self, operator: str, key: str, said: Any, path: str) -> Iterator[Condition]:  # noqa: ANN401
        if not _KEY.fullmatch(key):
            self._say(path, "a condition key reads service:Name, such as acs:SourceIp")
        listed = said if isinstance(said, list) else [said]
        if not 1 <= len(listed) <= VALUES_MAX:
            self._say(path, f"it must have 1 to {VALUES_MAX} values")
            return
        values = []
        for number, each in enumerate(listed):
            try:
                values.append(OPERATORS[operator].read(_text(each)))
            except BadValue as error:
                self._say(f"{path}[{number}]", str(error))
        yield Condition(operator, key.lower(), tuple(values))


def _text(said: Any) -> str:  # noqa: ANN401 - any JSON
    """A value as text: RAM takes "true" and true, "5" and 5."""
    if isinstance(said, bool):
        return "true" if said else "false"
    if isinstance(said, str | int | float):
        return str(said)
    raise BadValue("must be a text, a number, true or false")


def _action_problem(value: str) -> str:
    if _ACTION.fullmatch(value):
        return ""
    return f"{value[:60]!r} is no action; write service:Operation, such as actiontrail:LookupEvents, or *"


def _resource_problem(value: str) -> str:
    parts = value.split(":", _ARN_PARTS - 1)
    if value == "*" or (parts[0] == "acs" and len(parts) == _ARN_PARTS and parts[1] and parts[4]):
        return ""
    return (
        f"{value[:60]!r} is no resource; write acs:SERVICE:REGION:ACCOUNT:NAME, where each may hold *, or *"
    )


def _is_ram_principal(name: str) -> bool:
    parts = name.split(":", _ARN_PARTS - 1)
    if len(parts) != _ARN_PARTS or parts[:3] != ["acs", "ram", ""] or "*" in name or "?" in name:
        return False
    kind, _, rest = parts[4].partition("/")
    return parts[3].isdigit() and (parts[4] == "root" or (kind in ("user", "role") and bool(rest)))
