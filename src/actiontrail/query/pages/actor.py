"""Who somebody is, told by what they did: a user, a principal, a role, an access key or an address.

Counts are of the range; `first_seen` and what is new look at everything that is searchable before its end.
"""

from collections.abc import Sequence
from typing import Any

from actiontrail.event.moment import rfc3339
from actiontrail.query.compile import Bindings, hint
from actiontrail.query.pages.ground import (
    HIT,
    TABLE,
    TOP,
    Answer,
    Count,
    Ground,
    Line,
    Resource,
    Span,
    asides,
    at,
    counts,
    pairs,
    text_at,
)
from actiontrail.query.search import OutOfRange, Seen

KINDS = {
    "user": "user_name",
    "principal": "principal_id",
    "role": "role_name",
    "key": "access_key_id",
    "address": "source_ip",
}
_COUNTED = {
    "services": "service_name",
    "events": "event_name",
    "errorCodes": "error_code",
    "channels": "channel",
    "addresses": "source_ip",
    "regions": "region",
    "keys": "access_key_id",
    "users": "user_name",
    "agents": "user_agent",
}
_NEWS = ("services", "events", "addresses", "regions", "keys", "agents")
ASSUMING = ("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithOIDC", "AssumeRoleWithWebIdentity")
ASSUMED_MAX = 500
SIGNINS_MAX = 20


class Touched(Answer, frozen=True, kw_only=True):
    """A resource, and how often it was changed and read."""

    type: str
    id: str
    writes: int
    reads: int
    first: str
    last: str


class Hour(Answer, frozen=True, kw_only=True):
    """A cell of the heat map: weekday 1 (Monday) to 7, hour 0 to 23."""

    weekday: int
    hour: int
    count: int


class Past(Answer, frozen=True, kw_only=True):
    """How much there is to compare with: events before the range, and the first of all."""

    events: int
    first: str


class Issued(Answer, frozen=True, kw_only=True):
    """A session that was given out: to whom, as which role, and what was done with it since."""

    event_id: str
    time: str
    role: str
    session: str
    access_key_id: str
    error_code: str
    by: str
    events: int


class Actor(Answer, frozen=True, kw_only=True):
    """The page of one actor."""

    kind: str
    value: str
    start: str
    end: str
    first_seen: str
    last_seen: str
    types: tuple[str, ...]
    events: int
    writes: int
    failures: int
    sensitive: int
    counts: dict[str, tuple[Count, ...]]
    distinct: dict[str, int]
    resources: tuple[Touched, ...]
    heat: tuple[Hour, ...]
    past: Past
    new: dict[str, tuple[Count, ...]]
    sessions: tuple[Count, ...]
    signins: tuple[Line, ...]
    roles_assumed: tuple[Issued, ...]
    assumed_by: tuple[Issued, ...]
    seen: Seen


def is_who(kind: str, value: str, bound: Bindings) -> str:
    """The condition of a row that this actor made. Raises `OutOfRange` for a kind that there is none of."""
    if kind not in KINDS:
        raise OutOfRange(f"there is no kind of actor {kind[:40]!r}; there are {', '.join(KINDS)}")
    return f"{KINDS[kind]} = {bound.text(value)}{hint(value, bound)}"


def actor(ground: Ground, kind: str, value: str, span: Span, *, offset_minutes: int = 0) -> Actor:
    """Everything about one actor. `span` has both ends; the heat map is told `offset_minutes` from UTC."""
    assert span.start is not None and span.end is not None  # noqa: PT018
    if abs(offset_minutes) > 14 * 60:
        raise OutOfRange("offsetMinutes is at most 14 hours to either side")
    bound = Bindings()
    mine = f"{ground.mine(bound, Span(None, span.end))} AND {is_who(kind, value, bound)}"
    inside = f"{mine} AND happened >= {at(span.start, bound)}"
    start = at(span.start, bound)
    distinct = ", ".join(
        f"uniqExactIf({column}, {column} != '' AND {_in(start)})" for column in _COUNTED.values()
    )
    sql = (
        f"SELECT count(), {HIT}, countIf({_in(start)}), countIf(event_rw = 'Write' AND {_in(start)}),"
        f" countIf(error_code != '' AND {_in(start)}), countIf(sensitive = 'true' AND {_in(start)}),"
        f" arraySort(groupUniqArray(10)(user_type)), {distinct} FROM {TABLE} WHERE {mine}"
    )
    signed_in = f"{inside} AND event_name = 'ConsoleSignin'"
    with asides() as aside:  # those that read all of the actor's past begin first
        told = aside(ground.rows, sql, bound)
        new = aside(_by_value, ground, _NEWS, mine, bound, since=span.start)
        assumed_by = aside(_assumed_by, ground, kind, value, span)
        roles_assumed = aside(issued, ground, inside, bound)
        by_value = aside(_by_value, ground, tuple(_COUNTED), inside, bound)
        resources = aside(touched, ground, inside, bound)
        heat = aside(_heat, ground, inside, offset_minutes, bound)
        sessions = aside(_sessions, ground, inside, bound)
        signins = aside(ground.lines, signed_in, bound, limit=SIGNINS_MAX, newest_first=True)
        total, first, last, events, writes, failures, sensitive, types, *distinct_counts = told()[0]
        return Actor(
            kind=kind,
            value=value,
            start=rfc3339(span.start),
            end=rfc3339(span.end),
            first_seen=rfc3339(first) if total else "",
            last_seen=rfc3339(last) if total else "",
            types=tuple(one for one in types if one),
            events=events,
            writes=writes,
            failures=failures,
            sensitive=sensitive,
            counts=by_value(),
            distinct=dict(zip(_COUNTED, distinct_counts, strict=True)),
            resources=resources(),
            heat=heat(),
            past=Past(events=total - events, first=rfc3339(first) if total - events else ""),
            new=new(),
            sessions=sessions(),
            signins=tuple(signins()),
            roles_assumed=roles_assumed(),
            assumed_by=assumed_by(),
            seen=ground.seen,
        )


def _in(start: str) -> str:
    return f"happened >= {start}"


def _by_value(
    ground: Ground, names: Sequence[str], where: str, bound: Bindings, *, since: int | None = None
) -> dict[str, tuple[Count, ...]]:
    found = ground.by_value([_COUNTED[name] for name in names], where, bound, since=since)
    return dict(zip(names, found, strict=True))


def touched(ground: Ground, where: str, bound: Bindings, *, limit: int = TOP) -> tuple[Touched, ...]:
    """What the chosen events were about; what was changed most comes first."""
    sql = (
        f"SELECT resource.1 AS t, resource.2 AS i, countIf(event_rw = 'Write') AS w, countIf(event_rw != 'Write') AS r, {HIT}"
        f" FROM {pairs(where)} GROUP BY t, i ORDER BY w DESC, r DESC, t, i LIMIT {limit}"
    )
    return tuple(
        Touched(type=kind, id=name, writes=writes, reads=reads, first=rfc3339(first), last=rfc3339(last))
        for kind, name, writes, reads, first, last in ground.rows(sql, bound)
    )


def _heat(ground: Ground, where: str, offset: int, bound: Bindings) -> tuple[Hour, ...]:
    local = f"addMinutes(happened, {int(offset)})"
    sql = f"SELECT toDayOfWeek({local}) AS d, toHour({local}) AS h, count() FROM {TABLE} WHERE {where} GROUP BY d, h ORDER BY d, h"
    return tuple(Hour(weekday=day, hour=hour, count=count) for day, hour, count in ground.rows(sql, bound))


def _sessions(ground: Ground, where: str, bound: Bindings) -> tuple[Count, ...]:
    """The short-lived keys that were used, the latest first."""
    sql = (
        f"SELECT access_key_id, count(), {HIT} FROM {TABLE} WHERE {where}"
        f" AND (startsWith(access_key_id, 'STS.') OR startsWith(access_key_id, 'TMP.') OR startsWith(access_key_id, 'ASIA'))"
        f" GROUP BY access_key_id ORDER BY max(happened) DESC, access_key_id LIMIT {TOP}"
    )
    return counts(ground.rows(sql, bound))


def _assumed_by(ground: Ground, kind: str, value: str, span: Span) -> tuple[Issued, ...]:
    """Who became this role, or to whom this short-lived key was given."""
    bound = Bindings()
    mine = ground.mine(bound, span if kind == "role" else Span(None, span.end))
    if kind == "role":
        found = issued(ground, f"{mine}{hint(value, bound)}", bound)
        return tuple(one for one in found if one.role == value)
    if kind != "key":
        return ()
    found = issued(ground, f"{mine}{hint(value, bound)}", bound)
    return tuple(one for one in found if one.access_key_id == value)


def issued(ground: Ground, where: str, bound: Bindings) -> tuple[Issued, ...]:
    """The sessions that the chosen events gave out, latest first, and how often each was used."""
    called = f"{where} AND event_name IN {bound.texts(ASSUMING)}"
    told = ground.documents(called, bound, limit=ASSUMED_MAX, newest_first=True)
    keys = [key for _, event in told if (key := _new_key(event))]
    asked = Bindings()
    sql = (
        f"SELECT access_key_id, count() FROM {TABLE} WHERE {ground.mine(asked)}"
        f" AND access_key_id IN {asked.texts(keys)} GROUP BY access_key_id"
    )
    used: dict[str, int] = dict(ground.rows(sql, asked)) if keys else {}
    return tuple(
        Issued(
            event_id=line.event_id,
            time=line.time,
            role=_role(event),
            session=text_at(event, "requestParameters", "RoleSessionName"),
            access_key_id=_new_key(event),
            error_code=line.error_code,
            by=line.who.value,
            events=used.get(_new_key(event), 0),
        )
        for line, event in told
    )


def _new_key(event: Any) -> str:  # noqa: ANN401 - JSON
    return text_at(event, "responseElements", "Credentials", "AccessKeyId")


def _role(event: Any) -> str:  # noqa: ANN401 - JSON
    arn = text_at(event, "requestParameters", "RoleArn")
    return arn.rpartition("/")[2] or text_at(event, "requestParameters", "RoleName")


__all__ = [
    "ASSUMING",
    "KINDS",
    "Actor",
    "Issued",
    "Resource",
    "Touched",
    "actor",
    "is_who",
    "issued",
    "touched",
]
