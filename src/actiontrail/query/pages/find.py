"""What a pasted string is: an event, a request, a key, a resource, an address, a user, a role, an ARN, a trail.

The string is looked for as it stands, in every field that has a page; and for an ARN or a URL, what it names.
"""

import ipaddress
import re
from collections.abc import Iterator

from actiontrail.event.moment import rfc3339
from actiontrail.query.compile import Bindings, hint
from actiontrail.query.pages.ground import HIT, TABLE, Answer, Ground
from actiontrail.query.search import OutOfRange, Seen

TEXT_CHARS_MAX = 2048
NEAR_MAX = 5
_ARN = re.compile(r"(?:acs|arn):([^:\s]*):([^:\s]*):([^:\s]*):([^:\s]*:)?([^\s]+)")
# What it may be, by the column that would hold it.
_KINDS: tuple[tuple[str, str], ...] = (
    ("event", "event_id = {0}"),
    ("request", "request_id = {0}"),
    ("key", "access_key_id = {0}"),
    ("address", "source_ip = {0}"),
    ("user", "user_name = {0}"),
    ("role", "role_name = {0}"),
    ("principal", "principal_id = {0}"),
    ("resource", "has(resource_names, {0})"),
    ("resourceType", "has(resource_types, {0})"),
    ("eventName", "event_name = {0}"),
    ("service", "service_name = {0}"),
    ("errorCode", "error_code = {0}"),
)
_NEAR: tuple[tuple[str, str], ...] = (
    ("user", "user_name"),
    ("role", "toString(role_name)"),
    ("key", "access_key_id"),
    ("address", "source_ip"),
    ("resource", "arrayJoin(resource_names)"),
    ("eventName", "toString(event_name)"),
    ("service", "toString(service_name)"),
)


class Match(Answer, frozen=True, kw_only=True):
    """What the string is. `exact`: it stands so in events; otherwise it only begins so."""

    kind: str
    value: str
    exact: bool
    events: int
    first: str
    last: str
    event_id: str


class Matches(Answer, frozen=True, kw_only=True):
    """Everything that the string may be, the most telling first; `looks_like` is what its form says."""

    text: str
    looks_like: str
    matches: tuple[Match, ...]
    seen: Seen


def find(ground: Ground, text: str) -> Matches:
    """What `text` is in this account. Raises `OutOfRange` if it is empty or too long."""
    text = text.strip().strip("\"'`,;")
    if not text or len(text) > TEXT_CHARS_MAX:
        raise OutOfRange(f"text has 1 to {TEXT_CHARS_MAX} characters")
    found: dict[tuple[str, str], Match] = {}
    for candidate in candidates(text):
        for one in _exact(ground, candidate):
            found.setdefault((one.kind, one.value), one)
    if not found:
        for one in _near(ground, text):
            found.setdefault((one.kind, one.value), one)
    return Matches(text=text, looks_like=looks_like(text), matches=tuple(found.values()), seen=ground.seen)


def looks_like(text: str) -> str:
    """What the form of `text` says that it is; empty if nothing. Pure."""
    try:
        ipaddress.ip_address(text)
        return "address"
    except ValueError:
        pass
    if _ARN.fullmatch(text):
        return "arn"
    forms = (
        (r"(LTAI|AKIA)[A-Za-z0-9]{8,}", "key"),
        (r"(STS\.|TMP\.|ASIA)[A-Za-z0-9.]{8,}", "key"),
        (r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", "event"),
        (r"ACS::\w+::\w+|AWS::\w+::\w+", "resourceType"),
        (r"(i|d|s|sg|vpc|vsw|eip|eni|lb|rm|ami|vol|snap|subnet)-[0-9a-z]{6,}", "resource"),
        (r"[^@\s]+@[^@\s]+", "user"),
    )
    return next((kind for form, kind in forms if re.fullmatch(form, text)), "")


def candidates(text: str) -> Iterator[str]:
    """`text`, and what it names if it is an ARN: the last part of its path, and its path. Pure."""
    yield text
    arn = _ARN.fullmatch(text)
    if arn:
        tail = arn.group(5)
        for one in (tail.rpartition("/")[2], tail.rpartition(":")[2], tail.partition("/")[2], tail):
            if one and one != text:
                yield one
    elif "@" in text and looks_like(text) == "user":
        yield text.partition("@")[0]


def _exact(ground: Ground, text: str) -> list[Match]:
    bound = Bindings()
    value = bound.text(text)
    tests = [test.format(value) for _, test in _KINDS]
    each = ", ".join(
        f"countIf({test}), toUnixTimestamp64Milli(minIf(happened, {test})), toUnixTimestamp64Milli(maxIf(happened, {test}))"
        for test in tests
    )
    held = hint(text, bound)
    if not held:
        return []
    sql = (
        f"SELECT argMaxIf(event_id, (happened, idx), event_id = {value} OR request_id = {value}), {each} FROM {TABLE}"
        f" WHERE {ground.mine(bound)}{held} AND ({' OR '.join(tests)})"
    )
    event_id, *figures = ground.rows(sql, bound)[0]
    found = []
    for number, (kind, _) in enumerate(_KINDS):
        count, first, last = figures[3 * number : 3 * number + 3]
        if count:
            found.append(
                Match(
                    kind=kind,
                    value=text,
                    exact=True,
                    events=count,
                    first=rfc3339(first),
                    last=rfc3339(last),
                    event_id=event_id if kind in {"event", "request"} else "",
                )
            )
    return found


def _near(ground: Ground, text: str) -> Iterator[Match]:
    """What begins with `text`, in any case."""
    for kind, column in _NEAR:
        bound = Bindings()
        sql = (
            f"SELECT {column} AS v, count() AS c, {HIT} FROM {TABLE} WHERE {ground.mine(bound)}"
            f" GROUP BY v HAVING v != '' AND startsWith(lowerUTF8(v), {bound.text(text.lower())}) ORDER BY c DESC, v LIMIT {NEAR_MAX}"
        )
        for value, count, first, last in ground.rows(sql, bound):
            yield Match(
                kind=kind, value=value, exact=False, events=count, first=rfc3339(first), last=rfc3339(last), event_id=""
            )  # fmt: skip
