"""What happened around an event: by the same actor, in the same session, to the same resource, from the same address."""

from typing import Literal

from actiontrail.event.moment import milliseconds, parse, rfc3339
from actiontrail.query.compile import Bindings, hint
from actiontrail.query.pages.ground import (
    Answer,
    Ground,
    Line,
    Span,
    at,
    text_at,
)
from actiontrail.query.place import NoSuchEvent
from actiontrail.query.search import OutOfRange, Seen

By = Literal["actor", "session", "resource", "address"]
WAYS: tuple[By, ...] = ("actor", "session", "resource", "address")
LIMIT_MAX = 500
WINDOW_SECONDS_MAX = 31 * 86_400


class Surroundings(Answer, frozen=True, kw_only=True):
    """Events on both sides of one, in order of time. `more_before` and `more_after`: the window holds more."""

    event: Line
    by: str
    values: tuple[str, ...]
    start: str
    end: str
    before: tuple[Line, ...]
    after: tuple[Line, ...]
    more_before: bool
    more_after: bool
    seen: Seen


def surroundings(
    ground: Ground, event_id: str, by: str, *, window_seconds: int = 300, limit: int = 50
) -> Surroundings:
    """Up to `limit` events on each side of the event, that share with it what `by` says. Raises `NoSuchEvent`, `OutOfRange`."""
    if by not in WAYS:
        raise OutOfRange(f"by is {by[:40]!r}; it may be {', '.join(WAYS)}")
    if not 1 <= limit <= LIMIT_MAX or not 1 <= window_seconds <= WINDOW_SECONDS_MAX:
        raise OutOfRange(f"limit may be 1 to {LIMIT_MAX}, and window 1 to {WINDOW_SECONDS_MAX} seconds")
    bound = Bindings()
    where = f"{ground.mine(bound)} AND event_id = {bound.text(event_id)}{hint(event_id, bound)}"
    found = ground.documents(where, bound, limit=1)
    if not found:
        raise NoSuchEvent(event_id, ground.seen.since)
    line, event = found[0]
    time_ms = milliseconds(parse(line.time))
    span = Span(time_ms - window_seconds * 1000, time_ms + window_seconds * 1000 + 1)
    bound = Bindings()
    values, same = _same(by, line, event, bound)
    place = f"({at(time_ms, bound)}, {bound.whole(line.index)})"
    mine = f"{ground.mine(bound, span)} AND {same}"
    before = ground.lines(f"{mine} AND (happened, idx) < {place}", bound, limit=limit + 1, newest_first=True)
    after = ground.lines(f"{mine} AND (happened, idx) > {place}", bound, limit=limit + 1)
    return Surroundings(
        event=line,
        by=by,
        values=values,
        start=rfc3339(span.start or 0),
        end=rfc3339(span.end or 0),
        before=tuple(reversed(before[:limit])),
        after=tuple(after[:limit]),
        more_before=len(before) > limit,
        more_after=len(after) > limit,
        seen=ground.seen,
    )


def _same(by: str, line: Line, event: object, bound: Bindings) -> tuple[tuple[str, ...], str]:
    """What the event has of `by`, and the condition of a row that shares it. Raises `OutOfRange` if it has nothing."""
    match by:
        case "actor":
            return _actor(line, bound)
        case "session":
            return _session(line, event, bound)
        case "resource":
            names = tuple(dict.fromkeys(one.id for one in line.resources))[:100]
            if not names:
                raise OutOfRange("the event names no resource")
            return names, f"hasAny(resource_names, {bound.texts(names)})"
        case _:
            if not line.address:
                raise OutOfRange("the event tells no address")
            return (line.address,), f"source_ip = {bound.text(line.address)}{hint(line.address, bound)}"


def _actor(line: Line, bound: Bindings) -> tuple[tuple[str, ...], str]:
    columns = {"role": "role_name", "user": "user_name", "principal": "principal_id", "key": "access_key_id", "address": "source_ip"}  # fmt: skip
    if not line.who.kind:
        raise OutOfRange("the event does not tell who acted")
    value = line.who.value
    return (value,), f"{columns[line.who.kind]} = {bound.text(value)}{hint(value, bound)}"


def _session(line: Line, event: object, bound: Bindings) -> tuple[tuple[str, ...], str]:
    """A session is a short-lived key; without a key, one principal's sign-in of one moment; else one long-lived key."""
    begun = (
        text_at(event, "userIdentity", "sessionContext", "attributes", "creationDate")
        if isinstance(event, dict)
        else ""
    )
    key, principal = line.who.access_key_id, line.who.principal_id
    if key:
        return (key,), f"access_key_id = {bound.text(key)}{hint(key, bound)}"
    if principal and begun:
        stood = "JSONExtractString(doc, 'userIdentity', 'sessionContext', 'attributes', 'creationDate')"
        same = f"principal_id = {bound.text(principal)} AND access_key_id = ''{hint(begun, bound)} AND {stood} = {bound.text(begun)}"
        return (principal, begun), same
    raise OutOfRange("the event belongs to no session that it tells of")
