"""The conditions of a policy's statements: operators, and whether a request's context satisfies them. Pure.

A condition lists one or several values and is met when one of them fits; a negated one (`…Not…`) when
none does. Several conditions must all be met. A key that the request does not have meets no
condition but a negated one.
"""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

Context = Mapping[str, str]  # condition keys in lower case, and their values for one request


class BadValue(Exception):
    """A value is not of the kind that its operator compares."""


class Operator(NamedTuple):
    """How the values of one operator are read, and compared with what a request says."""

    read: Callable[[str], Any]
    meets: Callable[[Any, Any], bool]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key. `values` are as `Operator.read` gives them; `key` is in lower case."""

    operator: str
    key: str
    values: tuple[Any, ...]

    def met(self, context: Context) -> bool:
        """Whether a request with this context satisfies it."""
        operator = OPERATORS[self.operator]
        said = context.get(self.key)
        if said is None:
            return operator.negated
        try:
            value = operator.read(said)
        except BadValue:
            return operator.negated
        return any(operator.meets(value, wanted) for wanted in self.values) != operator.negated


def wildcard(pattern: str, text: str) -> bool:
    """Whether `text` is of the form `pattern`: `*` stands for any run of characters, `?` for any one.

    Takes time in proportion to both lengths multiplied, whatever the pattern.
    """
    at, place, star, resume = 0, 0, -1, 0
    while place < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, resume, at = at, place, at + 1
        elif at < len(pattern) and pattern[at] in ("?", text[place]):
            at, place = at + 1, place + 1
        elif star >= 0:
            resume += 1
            at, place = star + 1, resume
        else:
            return False
    return pattern[at:].strip("*") == ""


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadValue("must be a number, such as 10 or 0.5") from None
    if not number.is_finite():
        raise BadValue("must be a finite number")
    return number


def _date(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadValue("must be a time of ISO 8601, such as 2026-01-02T03:04:05Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise BadValue("must be true or false")
    return text.lower() == "true"


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise BadValue("must be an address or a range, such as 203.0.113.7 or 203.0.113.0/24") from None
    if isinstance(network, ipaddress.IPv6Network) and network.network_address.ipv4_mapped:
        mapped = f"{network.network_address.ipv4_mapped}/{max(0, network.prefixlen - 96)}"
        return ipaddress.IPv4Network(mapped, strict=False)
    return network


def _within(ours: Any, wanted: Any) -> bool:  # noqa: ANN401 - networks of both kinds
    return ours.version == wanted.version and bool(ours.subnet_of(wanted))


def _like(text: str, pattern: str) -> bool:
    return wildcard(pattern, text)


OPERATORS: Mapping[str, Operator] = {
    "StringEquals": Operator(str, lambda a, b: a == b),
    "StringNotEquals": Operator(str, lambda a, b: a == b, negated=True),
    "StringEqualsIgnoreCase": Operator(str.casefold, lambda a, b: a == b),
    "StringNotEqualsIgnoreCase": Operator(str.casefold, lambda a, b: a == b, negated=True),
    "StringLike": Operator(str, _like),
    "StringNotLike": Operator(str, _like, negated=True),
    "NumericEquals": Operator(_number, lambda a, b: a == b),
    "NumericNotEquals": Operator(_number, lambda a, b: a == b, negated=True),
    "NumericLessThan": Operator(_number, lambda a, b: a < b),
    "NumericLessThanEquals": Operator(_number, lambda a, b: a <= b),
    "NumericGreaterThan": Operator(_number, lambda a, b: a > b),
    "NumericGreaterThanEquals": Operator(_number, lambda a, b: a >= b),
    "DateEquals": Operator(_date, lambda a, b: a == b),
    "DateNotEquals": Operator(_date, lambda a, b: a == b, negated=True),
    "DateLessThan": Operator(_date, lambda a, b: a < b),
    "DateLessThanEquals": Operator(_date, lambda a, b: a <= b),
    "DateGreaterThan": Operator(_date, lambda a, b: a > b),
    "DateGreaterThanEquals": Operator(_date, lambda a, b: a >= b),
    "Bool": Operator(_flag, lambda a, b: a == b),
    "IpAddress": Operator(_network, _within),
    "NotIpAddress": Operator(_network, _within, negated=True),
}
