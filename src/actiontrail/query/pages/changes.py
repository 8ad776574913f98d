"""What an event changed about a resource, told from what was asked beside what was asked before. Pure.

Most sources say only what was requested. A field that an earlier event set and this one sets otherwise
is *inferred* to have changed; where one event carries the old value and the new, that is *observed*, and
wins. What a failed call asked for never happened, and changes nothing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from actiontrail.query.pages.ground import Answer, Line

Phase = Literal["create", "change", "delete", "read"]
Mark = Literal["observed", "inferred"]
FIELDS_MAX = 200  # of one event
DEPTH_MAX = 12
VALUE_CHARS_MAX = 2000
_CREATES = (
    "create",
    "run",
    "allocate",
    "import",
    "put",
    "register",
    "add",
    "new",
    "insert",
    "buy",
    "clone",
    "copy",
    "restore",
    "request",
    "provision",
)
_DELETES = (
    "delete",
    "release",
    "terminate",
    "destroy",
    "remove",
    "deregister",
    "purge",
    "drop",
    "unregister",
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# What gateways add to the parameters of every call: it says how the call came, and nothing about the resource.
_PLUMBING = frozenset(
    {
        "acshost", "acsproduct", "hostid", "requestid", "acceptlanguage", "charset", "servicecode", "signaturetype",
        "clientport", "sourceregionid", "userclientip", "akproxysuffix", "clienttoken", "ststokenprincipalname",
        "ststokenplayeruid", "regionid", "region", "action", "version", "format", "timestamp", "signaturenonce",
        "signaturemethod", "signatureversion", "accesskeyid", "securitytoken", "callerbid", "dryrun", "ownerid",
        "resourceownerid", "resourceowneraccount", "owneraccount", "lang",
    }
)  # fmt: skip
# How sources name a pair of values: (before, after), as names or as what a name begins with.
_PAIRS = (("before", "after"), ("from", "to"), ("old", "new"), ("oldvalue", "newvalue"), ("previousvalue", "newvalue"), ("previous", "current"), ("previousvalue", "currentvalue"))  # fmt: skip
_PREFIXES = (("old", "new"), ("previous", "new"), ("previous", "current"), ("before", "after"), ("original", "new"), ("prior", "new"))  # fmt: skip
_TELLING = ("requestParameters", "responseElements", "additionalEventData", "serviceEventDetails")


class Change(Answer, frozen=True, kw_only=True):
    """One field: its value before (None: not known or not there) and after, and since which event it was so before."""

    field: str
    before: str | None
    after: str | None
    mark: Mark
    since_event_id: str


class Step(Answer, frozen=True, kw_only=True):
    """One event in the life of a resource, beside the one before it. A call that failed changed nothing."""

    event: Line
    phase: Phase
    failed: bool
    compared_with: str
    changes: tuple[Change, ...]
    unchanged: int


@dataclass(slots=True)
class Life:
    """The fields of one resource as its events, told in order, set them. A parameter that only names it changes nothing."""

    resource_type: str
    name: str = ""
    _set: dict[str, tuple[str, str]] = field(default_factory=dict)  # field → value, event id
    _last: str = ""

    def step(self, line: Line, event: Mapping[str, Any]) -> Step:
        """What this event, later than all before, did to the resource."""
        phase = phase_of(line, self.resource_type)
        failed = bool(line.error_code)
        if phase == "read" or failed:
            return Step(event=line, phase=phase, failed=failed, compared_with="", changes=(), unchanged=0)
        asked = {
            place: value
            for place, value in _leaves(event.get("requestParameters"))
            if value != self.name or not value
        }
        observed = {change.field: change for change in observations(event)}
        changes = [
            change
            for name, value in asked.items()
            if name not in observed and (change := self._inferred(name, value))
        ]
        compared, self._last = self._last, line.event_id
        same = sum(1 for name, value in asked.items() if self._set.get(name, (None,))[0] == value)
        for name, value in asked.items():
            if self._set.get(name, (None,))[0] != value:
                self._set[name] = (value, line.event_id)
        if phase == "delete":
            self._set.clear()
        return Step(
            event=line,
            phase=phase,
            failed=False,
            compared_with=compared,
            changes=(*observed.values(), *changes),
            unchanged=same,
        )

    def _inferred(self, name: str, value: str) -> Change | None:
        before, since = self._set.get(name, (None, ""))
        if before == value:
            return None
        return Change(field=name, before=before, after=value, mark="inferred", since_event_id=since)


def phase_of(line: Line, resource_type: str) -> Phase:
    """Whether the event made the resource, changed it, ended it or only looked.

    An operation that makes one thing often names others: `CreateSnapshot` makes a snapshot, and is a change to
    its disk. So the operation's noun has to be the resource's, unless the event is about one type alone.
    """
    if line.rw == "Read":
        return "read"
    words = [word.lower() for word in _WORD.findall(line.event_name.replace("/", ".").rsplit(".", 1)[-1])]
    verb = words[0] if words else ""
    if verb == "batch" and len(words) > 1:
        verb, words = words[1], words[1:]
    ends: tuple[tuple[Phase, tuple[str, ...]], ...] = (("create", _CREATES), ("delete", _DELETES))
    for phase, verbs in ends:
        if verb in verbs and _is_about("".join(words[1:]), resource_type, line):
            return phase
    return "change"


def _is_about(noun: str, resource_type: str, line: Line) -> bool:
    noun = noun.removesuffix("s")
    tail = re.split(r"[:./]+", resource_type)[-1].lower().removesuffix("s")
    if noun and tail:
        return noun in tail or tail in noun
    return len({one.type for one in line.resources}) <= 1


def observations(event: Mapping[str, Any]) -> Iterator[Change]:
    """The changes of which this one event carries both values."""
    found = 0
    for top in _TELLING:
        for change in _pairs(event.get(top), "", 0):
            found += 1
            if found > FIELDS_MAX:
                return
            yield change


def _pairs(value: Any, path: str, depth: int) -> Iterator[Change]:  # noqa: ANN401 - JSON
    if depth > DEPTH_MAX:
        return
    if isinstance(value, list):
        for inner in value[:FIELDS_MAX]:
            yield from _pairs(inner, path, depth + 1)
        return
    if not isinstance(value, Mapping):
        return
    names = {name.lower().replace("_", ""): name for name in value}
    taken: set[str] = set()
    for old, new in _PAIRS:
        if old in names and new in names and not taken & {names[old], names[new]}:
            label = next((text for key in ("name", "field", "property", "displayname", "path", "key") if key in names and isinstance(text := value[names[key]], str) and text), "")  # fmt: skip
            yield from _observed(_join(path, label), value[names[old]], value[names[new]])
            taken |= {names[old], names[new]}
    for key, name in names.items():
        if name in taken:
            continue
        for old, new in _PREFIXES:
            rest = key.removeprefix(old)
            other = names.get(new + rest) or names.get(rest)
            if rest and rest != key and other is not None and other not in taken:
                yield from _observed(_join(path, value_name(name, old)), value[name], value[other])
                taken |= {name, other}
                break
    for name, inner in value.items():
        if name not in taken:
            yield from _pairs(inner, _join(path, name), depth + 1)


def value_name(name: str, prefix: str) -> str:
    """`OldDescription` without its `Old`: the field that both values are of."""
    return name[len(prefix) :].lstrip("_") or name


def _observed(path: str, before: Any, after: Any) -> Iterator[Change]:  # noqa: ANN401 - JSON
    """One change; of two objects, one for each field that differs."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        olds, news = dict(_leaves(before)), dict(_leaves(after))
        for name in list(dict.fromkeys([*olds, *news]))[:FIELDS_MAX]:
            if olds.get(name) != news.get(name):
                yield _change(_join(path, name), olds.get(name), news.get(name))
        return
    old, new = _text(before), _text(after)
    if old != new:
        yield _change(path or "value", old, new)


def _change(name: str, before: str | None, after: str | None) -> Change:
    return Change(field=name, before=before, after=after, mark="observed", since_event_id="")


def _leaves(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    """Each value that says something about the resource, by its dotted path; lists are one value."""
    if not isinstance(value, Mapping) or depth > DEPTH_MAX:
        return
    left = FIELDS_MAX
    for name, inner in value.items():
        if depth == 0 and (name.lower() in _PLUMBING or name.lower().startswith("x-acs-")):
            continue
        if isinstance(inner, Mapping):
            yield from _leaves(inner, _join(path, name), depth + 1)
        elif (text := _text(inner)) is not None and left > 0:
            left -= 1
            yield _join(path, name), text


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    if value is None or value == "":
        return None
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= VALUE_CHARS_MAX else f"{text[:VALUE_CHARS_MAX]}…"
