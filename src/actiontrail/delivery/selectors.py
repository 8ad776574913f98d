"""Selectors of data events and of insights: read from the public API's JSON, asked of an event. Pure.

A data event is delivered only if one selector of its trail chooses it. Within a selector everything must
hold; `Equals` lists what is wanted, `NotEquals` what is not. `*` in a value of `ResourceArn` stands for
any characters, as in a policy.
"""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from actiontrail.errors import Refusal
from actiontrail.event.model import Event

SELECTORS_MAX = 20
VALUES_MAX = 10
INSIGHT_TYPES = (
    "IpInsight",
    "ApiCallRateInsight",
    "ApiErrorRateInsight",
    "AkInsight",
    "PolicyChangeInsight",
    "PasswordChangeInsight",
    "TrailConcealmentInsight",
)


class BadSelectors(Refusal):
    """Selectors that cannot be read, are too many, or choose by what there is not."""


class Condition(msgspec.Struct, frozen=True, rename="pascal", forbid_unknown_fields=True, omit_defaults=True):
    """Values that are wanted, and values that are not."""

    equals: tuple[str, ...] = ()
    not_equals: tuple[str, ...] = ()


class DataSelector(
    msgspec.Struct, frozen=True, rename="pascal", forbid_unknown_fields=True, omit_defaults=True
):
    """One selector of data events."""

    service_name: str
    read_write_type: str = "All"
    event_name: Condition = Condition()
    resource_arn: Condition = Condition()


class _InsightSelector(msgspec.Struct, frozen=True, rename="camel"):
    insight_type: str


def parse_data(text: str) -> tuple[DataSelector, ...]:
    """The selectors that `text`, a JSON array, holds. Raises `BadSelectors`."""
    try:
        found = msgspec.json.decode(text, type=tuple[DataSelector, ...])
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise BadSelectors(f"EventSelectors cannot be read: {error}") from error
    check_data(found)
    return found


def check_data(found: Sequence[DataSelector]) -> None:
    """Raises `BadSelectors` for none, too many, or one that chooses by what there is not."""
    if not 1 <= len(found) <= SELECTORS_MAX:
        raise BadSelectors(f"EventSelectors holds 1 to {SELECTORS_MAX} selectors, not {len(found)}")
    for one in found:
        _check(one)


def _check(one: DataSelector) -> None:
    if not one.service_name:
        raise BadSelectors("a selector names a service in ServiceName")
    if one.read_write_type not in ("All", "Read", "Write"):
        raise BadSelectors(f"ReadWriteType is All, Read or Write, not {one.read_write_type[:40]!r}")
    for name, condition in (("EventName", one.event_name), ("ResourceArn", one.resource_arn)):
        count = len(condition.equals) + len(condition.not_equals)
        if count > VALUES_MAX:
            raise BadSelectors(f"{name} has {count} values; at most {VALUES_MAX} are taken")


def parse_insights(text: str) -> tuple[str, ...]:
    """The types of insight that `text`, a JSON array of `{"insightType": …}`, names. Raises `BadSelectors`."""
    try:
        found = msgspec.json.decode(text, type=tuple[_InsightSelector, ...])
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise BadSelectors(f"InsightSelectors cannot be read: {error}") from error
    return check_insights([one.insight_type for one in found])


def check_insights(found: Iterable[str]) -> tuple[str, ...]:
    """These types of insight, each once. Raises `BadSelectors`."""
    names = tuple(dict.fromkeys(found))
    if unknown := [name for name in names if name not in INSIGHT_TYPES]:
        raise BadSelectors(f"there is no insight {unknown[0][:40]!r}; there are {', '.join(INSIGHT_TYPES)}")
    return names


def encode_data(selectors: Sequence[DataSelector]) -> str:
    """`selectors` as the JSON array that `parse_data` reads; empty text for none."""
    return msgspec.json.encode(selectors).decode() if selectors else ""


def chooses(selectors: Iterable[DataSelector], event: Event) -> bool:
    """Whether one of `selectors` chooses the data event `event`."""
    return any(_holds(one, event) for one in selectors)


def _holds(one: DataSelector, event: Event) -> bool:
    if one.service_name != event.service_name:
        return False
    if one.read_write_type not in ("All", event.event_rw):
        return False
    names = one.event_name
    if (names.equals and event.event_name not in names.equals) or event.event_name in names.not_equals:
        return False
    arns = one.resource_arn
    if not arns.equals and not arns.not_equals:
        return True
    own = resources_of(event)
    wanted = not arns.equals or any(fnmatchcase(name, form) for form in arns.equals for name in own)
    return wanted and not any(fnmatchcase(name, form) for form in arns.not_equals for name in own)


def resources_of(event: Event) -> tuple[str, ...]:
    """Everything that `event` calls its resources: ARNs where it names them, ids and names otherwise."""
    named: dict[str, None] = {}
    for value in (event.extra.get("resourceArn"), event.additional_event_data.get("resourceArn")):
        if isinstance(value, str):
            named[value] = None
    for names in event.referenced_resources.values():
        named.update(dict.fromkeys(names))
    named.update(dict.fromkeys(part for part in event.resource_name.replace(";", ",").split(",") if part))
    return tuple(named)


def insight_of(event: Event) -> str:
    """The type of insight that `event` tells of; empty if it says none."""
    details: Any = event.extra.get("insightDetails")
    found = details.get("insightType") if isinstance(details, dict) else None
    return found if isinstance(found, str) else ""
