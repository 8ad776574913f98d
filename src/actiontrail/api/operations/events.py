"""LookupEvents, of 2020-07-06 and of 2017-12-04: an account's events by exact conditions, page by page.

A `NextToken` holds the place and the range of the first page, so that pages neither overlap nor
leave gaps while events arrive; it is bound to the account and to every other parameter by an HMAC.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from actiontrail.api.door import parse_time
from actiontrail.api.operations.table import Call, Field, InvalidParameter, Operation, Parameter, Spec, Values
from actiontrail.errors import Refusal
from actiontrail.event.moment import of_seconds
from actiontrail.query.question import KEYS as ASKED
from actiontrail.query.question import Page, Position, Question

RESULTS_DEFAULT = 20
RESULTS_MAX = 50
RANGE_DEFAULT_SECONDS = 7 * 86_400
ATTRIBUTES_MAX = 2  # further ones are ignored, as the public API does
TOKEN_CHARS_MAX = 1024
KEYS = tuple(key for key in ASKED if key != "RequestId")  # that one is for 2017-12-04 alone
PAIRS = frozenset(
    frozenset(pair)
    for first, seconds in {
        "ServiceName": "EventName User PrincipalId RoleName ResourceName EventRW SensitiveAction EventType",
        "ResourceName": "ResourceType EventName User RoleName ServiceName",
        "EventType": "EventName",
    }.items()
    for pair in ((first, second) for second in seconds.split())
)
FLAT = {  # the filters of 2017-12-04, and what they are called today
    "Event": "EventId",
    "Request": "RequestId",
    "EventType": "EventType",
    "ServiceName": "ServiceName",
    "EventName": "EventName",
    "User": "User",
    "ResourceType": "ResourceType",
    "ResourceName": "ResourceName",
    "EventRW": "EventRW",
    "EventAccessKeyId": "EventAccessKeyId",
}


class InvalidStartTime(Refusal):
    """The beginning of the range cannot be read, or is missing beside its end."""


class InvalidEndTime(Refusal):
    """The end of the range cannot be read, is missing beside its beginning, or lies before what is kept."""


class EmptyRange(Refusal):
    """The end of the range is not later than its beginning."""


class InvalidNextToken(Refusal):
    """The token is not one of ours, or belongs to another question."""


class UnknownAttribute(Refusal):
    """Events cannot be looked up by this key, or not by these two together."""


_COMMON = (
    Parameter(name="StartTime", note="Beginning of the range, in UTC. Give both times or neither."),
    Parameter(name="EndTime", note="End of the range, itself not in it. Neither given: the last 7 days."),
    Parameter(
        name="MaxResults",
        kind="integer",
        default=RESULTS_DEFAULT,
        most=RESULTS_MAX,
        note="Events in one answer; 0 means the default, 20.",
    ),
    Parameter(name="NextToken", note="From the answer before; all other parameters as they were."),
)
_ERRORS = (InvalidParameter, InvalidStartTime, InvalidEndTime, EmptyRange, InvalidNextToken)

_ANSWER = (
    Field(name="StartTime", note="Beginning of the range that was really looked through."),
    Field(name="EndTime", note="End of that range, itself not in it."),
    Field(
        name="Events", kind="object", many=True, note="Events as they were recorded, with all their fields."
    ),
    Field(name="NextToken", always=False, note="For the next page; missing when this is the last."),
)

LOOKUP_EVENTS = Spec(
    name="LookupEvents",
    version="2020-07-06",
    summary="Events of the caller's account by at most two exact conditions, newest first.",
    parameters=(
        *_COMMON,
        Parameter(
            name="LookupAttribute",
            kind="list",
            fields=("Key", "Value"),
            note="Conditions, compared exactly. The first two count; of two with one key, the second.",
        ),
        Parameter(
            name="Direction",
            allowed=("FORWARD", "BACKWARD"),
            default="BACKWARD",
            note="Oldest first or newest first; newest first is the default.",
        ),
    ),
    action="actiontrail:LookupEvents",
    answer=_ANSWER,
    errors=(*_ERRORS, UnknownAttribute),
)
LOOKUP_EVENTS_2017 = Spec(
    name="LookupEvents",
    version="2017-12-04",
    summary="Events of the caller's account by any of the flat conditions, newest first.",
    parameters=(
        *_COMMON,
        *(Parameter(name=old, note=f"Condition on {new}, compared exactly.") for old, new in FLAT.items()),
    ),
    action="actiontrail:LookupEvents",
    answer=_ANSWER,
    errors=_ERRORS,
)
SPECS = (LOOKUP_EVENTS, LOOKUP_EVENTS_2017)


class Range(NamedTuple):
    """Seconds since 1970; `end` is not in it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Desk:
    """What looking up needs: who finds, how far back, and the key that page tokens are bound with."""

    lookup: Callable[[Question], Page]
    token_key: bytes
    lookback_seconds: int


def operations(
    lookup: Callable[[Question], Page], *, token_key: bytes, lookback_days: int
) -> tuple[Operation, ...]:
    """The operations of this module."""
    desk = Desk(lookup, token_key, lookback_days * 86_400)
    return (
        Operation(LOOKUP_EVENTS, lambda call: _look_up(desk, call, _attributes(call.values))),
        Operation(LOOKUP_EVENTS_2017, lambda call: _look_up(desk, call, _flat(call.values))),
    )


def _look_up(desk: Desk, call: Call, conditions: tuple[tuple[str, str], ...]) -> Mapping[str, Any]:
    values = call.values
    binding = _binding(call)
    if values.given("NextToken"):
        span, after = _open_token(desk.token_key, binding, values.text("NextToken"))
    else:
        span, after = effective_range(values, call.now, desk.lookback_seconds), None
    page = desk.lookup(
        Question(
            account=call.caller.account,
            start=span.start * 1000,
            end=span.end * 1000,
            conditions=conditions,
            newest_first=values.text("Direction") != "FORWARD",
            limit=values.number("MaxResults") or RESULTS_DEFAULT,
            after=after,
        )
    )
    answer: dict[str, Any] = {
        "StartTime": of_seconds(span.start),
        "EndTime": of_seconds(span.end),
        "Events": [msgspec.Raw(event) for event in page.events],
    }
    if page.next is not None:
        answer["NextToken"] = _seal_token(desk.token_key, binding, span, page.next)
    return answer


def effective_range(values: Values, now: float, lookback_seconds: int) -> Range:
    """The range that is really looked through. Nothing given: the last 7 days, this second included.

    A beginning before what is kept is moved up to it; a range wholly before it is refused rather than
    answered with nothing.
    """
    oldest = int(now) - lookback_seconds
    if not values.given("StartTime") and not values.given("EndTime"):
        now_included = int(now) + 1  # an event of this very second is in
        return Range(max(now_included - RANGE_DEFAULT_SECONDS, oldest), now_included)
    start = parse_time(values.text("StartTime"))
    if start is None:
        raise InvalidStartTime(_time_problem("StartTime", values, other="EndTime"))
    end = parse_time(values.text("EndTime"))
    if end is None:
        raise InvalidEndTime(_time_problem("EndTime", values, other="StartTime"))
    if end <= start:
        raise EmptyRange(f"EndTime {of_seconds(end)} is not later than StartTime {of_seconds(start)}")
    if end <= oldest:
        raise InvalidEndTime(
            f"EndTime {of_seconds(end)} lies before {of_seconds(oldest)}, where looking up begins; search has no such limit"
        )
    return Range(max(start, oldest), end)


def _time_problem(name: str, values: Values, *, other: str) -> str:
    if values.given(name):
        return f"{name} must be UTC in the form 2026-01-02T03:04:05Z, not {values.text(name)[:40]!r}"
    return f"{other} is given without {name}; give both or neither"


def _attributes(values: Values) -> tuple[tuple[str, str], ...]:
    """The conditions of 2020-07-06. Raises `UnknownAttribute` for what cannot be asked."""
    chosen: dict[str, str] = {}
    for item in values.items("LookupAttribute")[:ATTRIBUTES_MAX]:
        key, value = item.get("Key", ""), item.get("Value", "")
        if key not in KEYS:
            raise UnknownAttribute(f"events are not looked up by {key[:40]!r}; keys are {', '.join(KEYS)}")
        if not value:
            raise UnknownAttribute(f"the attribute {key} has no value")
        chosen[key] = value
    if len(chosen) > 1 and frozenset(chosen) not in PAIRS:
        raise UnknownAttribute(f"{' and '.join(chosen)} cannot be combined here; search combines anything")
    return tuple(chosen.items())


def _flat(values: Values) -> tuple[tuple[str, str], ...]:
    """The conditions of 2017-12-04: any number, all of them."""
    return tuple((new, values.text(old)) for old, new in FLAT.items() if values.given(old))


# The token: base64 of JSON, as the public API's, with an HMAC over it and over all that it is bound to.


class _Token(msgspec.Struct, frozen=True):
    account: str
    time: int
    index: int
    start: int
    end: int
    check: str = ""


class _Binding(NamedTuple):
    account: str
    question: bytes


def _binding(call: Call) -> _Binding:
    others = {name: value for name, value in call.values.by_name.items() if name != "NextToken"}
    return _Binding(call.caller.account, hashlib.sha256(msgspec.json.encode(others, order="sorted")).digest())


def _check(key: bytes, binding: _Binding, token: _Token) -> str:
    place = msgspec.json.encode((token.account, token.time, token.index, token.start, token.end))
    return hmac.digest(key, binding.question + place, "sha256").hex()[:32]


def _seal_token(key: bytes, binding: _Binding, span: Range, position: Position) -> str:
    token = _Token(binding.account, position.time_ms, position.index, span.start, span.end)
    sealed = msgspec.structs.replace(token, check=_check(key, binding, token))
    return base64.b64encode(msgspec.json.encode(sealed)).decode()


def _open_token(key: bytes, binding: _Binding, text: str) -> tuple[Range, Position]:
    try:
        token = msgspec.json.decode(base64.b64decode(text[:TOKEN_CHARS_MAX], validate=True), type=_Token)
    except (binascii.Error, msgspec.MsgspecError, UnicodeError, ValueError) as error:
        raise InvalidNextToken("NextToken is none that we gave") from error
    same = hmac.compare_digest(token.check.encode(), _check(key, binding, token).encode())
    if not same or token.account != binding.account:
        raise InvalidNextToken(
            "NextToken belongs to another question; leave all other parameters as they were"
        )
    return Range(token.start, token.end), Position(token.time, token.index)
