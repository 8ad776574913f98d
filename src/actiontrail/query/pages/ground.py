"""What the pages' questions stand on: one account, one horizon, one allowance of time; and how a row becomes a line.

All statements of one answer see the same size of the projection, and together they may take as long as
one question may; a few of them run at once. Nothing here reads outside the account: every statement begins
with `mine`.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ParamSpec, Protocol, TypeVar

import msgspec

from actiontrail.event.moment import rfc3339
from actiontrail.event.resources import unflatten
from actiontrail.query import schema
from actiontrail.query.compile import Bindings
from actiontrail.query.engine import TooHeavy
from actiontrail.query.groupings import Groupings
from actiontrail.query.search import OutOfRange, Search, Seen

P = ParamSpec("P")
T = TypeVar("T")
AT_ONCE = 2  # statements of one answer: as many as there are cores, and half of the engine's connections
TOP = 20  # values of one field that an answer shows
SPAN_DAYS_MAX = 3660
_LINE = (
    "idx, toUnixTimestamp64Milli(happened), event_id, event_name, service_name, event_rw, region, user_type,"
    " user_name, role_name, principal_id, access_key_id, source_ip, channel, user_agent, error_code, doc"
)
# Who acted, as a kind and a value by which their page is found. The first that an event tells wins.
ACTOR_KIND = (
    "multiIf(role_name != '', 'role', user_name != '', 'user', principal_id != '', 'principal',"
    " access_key_id != '', 'key', source_ip != '', 'address', '')"
)
ACTOR_VALUE = (
    "multiIf(role_name != '', toString(role_name), user_name != '', user_name, principal_id != '', principal_id,"
    " access_key_id != '', access_key_id, source_ip)"
)
_FLAT = (
    "arrayMap(i -> (splitByChar(';', resource_type)[i], splitByChar(',', splitByChar(';', resource_name)[i])), range(1, 1 +"
    " if(length(splitByChar(';', resource_type)) = length(splitByChar(';', resource_name)), length(splitByChar(';', resource_type)), 0)))"
)
_LISTS = "JSONExtractKeysAndValues(doc, 'referencedResources', 'Array(String)')"
_ALIGNED = (
    f"arrayFlatten(arrayMap(kv -> arrayMap(v -> (kv.1, v), kv.2), if(empty({_LISTS}), {_FLAT}, {_LISTS})))"
)
_ONE = "arrayMap(n -> (if(empty(resource_types), '', toString(resource_types[1])), n), resource_names)"
_SEVERAL = (
    f"arrayFilter(p -> p.2 != '' AND has(resource_names, p.2), arrayDistinct(arrayConcat({_ALIGNED},"
    f" arrayMap(n -> ('', n), arrayFilter(n -> NOT has(arrayMap(p -> p.2, {_ALIGNED}), n), resource_names)))))"
)


def pairs(where: str) -> str:
    """A table of what each chosen event is about, one (type, id) in a row, named `resource`, beside the event's columns.

    Only events with several types are opened for it: reading whole events is what costs.
    """
    columns = "happened, idx, event_rw, error_code"
    return (
        f"(SELECT {columns}, arrayJoin({_ONE}) AS resource FROM {schema.TABLE} WHERE {where} AND length(resource_types) < 2"
        f" UNION ALL SELECT {columns}, arrayJoin({_SEVERAL}) AS resource FROM {schema.TABLE} WHERE {where} AND length(resource_types) > 1)"
    )


HIT = "toUnixTimestamp64Milli(min(happened)), toUnixTimestamp64Milli(max(happened))"


class Answer(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What a page is told; its fields' names in camel case are the public ones. Times are RFC 3339, in UTC."""


class Resource(Answer, frozen=True, kw_only=True):
    """One thing that an event is about. Its type is empty where the event does not tell."""

    type: str
    id: str


class Who(Answer, frozen=True, kw_only=True):
    """By whom: the kind and value of an actor's page."""

    kind: str
    value: str
    type: str = ""
    principal_id: str = ""
    access_key_id: str = ""


class Line(Answer, frozen=True, kw_only=True):
    """One event, short."""

    index: int
    event_id: str
    time: str
    event_name: str
    service_name: str
    rw: str
    region: str
    who: Who
    address: str
    channel: str
    user_agent: str
    error_code: str
    resources: tuple[Resource, ...]


class Count(Answer, frozen=True, kw_only=True):
    """A value, how many events hold it, and when it was first and last there."""

    value: str
    count: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range in Unix milliseconds; None is no end. Raises `OutOfRange` if it holds nothing."""

    start: int | None
    end: int | None

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise OutOfRange("the range is empty: start must be earlier than end")

    def fixed(self, now_ms: int, *, days: float) -> "Span":
        """The range with both ends: up to now, and `days` long where it has no start."""
        end = now_ms + 1 if self.end is None else self.end
        start = end - int(days * 86_400_000) if self.start is None else self.start
        return Span(start, end)

    def before(self) -> "Span":
        """The equal range that ends where this begins."""
        assert self.start is not None and self.end is not None  # noqa: PT018
        return Span(2 * self.start - self.end, self.start)


class Aside(Protocol):
    """Begins to ask, and gives a way to wait for what was asked."""

    def __call__(self, ask: Callable[P, T], /, *args: P.args, **more: P.kwargs) -> Callable[[], T]:
        """What `ask` answers, or raises, when it is called for."""
        ...


@contextmanager
def asides() -> Iterator[Aside]:
    """Questions that are asked beside each other, a few at once, in the order in which they are given.

    When one fails, those that did not begin never do.
    """
    pool = ThreadPoolExecutor(AT_ONCE, "aside")

    def aside(ask: Callable[P, T], /, *args: P.args, **more: P.kwargs) -> Callable[[], T]:
        return pool.submit(ask, *args, **more).result

    try:
        yield aside
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


class Ground:
    """One account as one answer sees it."""

    def __init__(self, search: Search, account: str, *, mark: str = "") -> None:
        self.search = search
        self.account = account
        self.seen: Seen = search.seen()
        self._mark = mark
        self._until = time.monotonic() + search.limits.seconds

    def mine(self, bound: Bindings, span: Span | None = None) -> str:
        """The condition of a row that is the account's, in `span`, and below the answer's horizon."""
        parts = [f"account = {bound.text(self.account)}", f"idx < {bound.whole(self.seen.size)}"]
        if span is not None and span.start is not None:
            parts.append(f"happened >= {at(span.start, bound)}")
        if span is not None and span.end is not None:
            parts.append(f"happened < {at(span.end, bound)}")
        return " AND ".join(parts)

    def rows(self, sql: str, bound: Bindings) -> list[tuple[Any, ...]]:
        """The answer to a statement, within what is left of the time. Raises `TooHeavy`."""
        left = int(self._until - time.monotonic())
        if left < 0:
            raise TooHeavy("the question took longer than it may. Narrow the time range.")
        limits = replace(self.search.limits, seconds=max(left, 1))
        return self.search.projection.engine.rows(sql, bound.values, limits=limits, mark=self._mark)

    def by_value(
        self,
        columns: Sequence[str],
        where: str,
        bound: Bindings,
        *,
        limit: int = TOP,
        since: int | None = None,
    ) -> list[tuple[Count, ...]]:
        """Of each column the commonest values; with `since`, those that were never there before it, earliest first."""
        groupings = Groupings(columns)
        fresh = f" AND min(happened) >= {at(since, bound)}" if since is not None else ""
        order = "min(happened), v" if since is not None else "c DESC, v"
        sql = (
            f"SELECT {groupings.which} AS g, {groupings.value} AS v, count() AS c, {HIT} FROM {TABLE} WHERE {where}"
            f" GROUP BY {groupings.sets} HAVING v != ''{fresh} ORDER BY g, {order} LIMIT {limit} BY g"
        )
        found: list[list[tuple[Any, ...]]] = [[] for _ in columns]
        for group, *row in self.rows(sql, bound):
            found[groupings.at(group)].append(tuple(row))
        return [counts(rows) for rows in found]

    def lines(self, where: str, bound: Bindings, *, limit: int, newest_first: bool = False) -> list[Line]:
        """The first `limit` events for which `where` holds, in order of time."""
        return [line for line, _ in self.documents(where, bound, limit=limit, newest_first=newest_first)]

    def documents(
        self, where: str, bound: Bindings, *, limit: int, newest_first: bool = False
    ) -> list[tuple[Line, Mapping[str, Any]]]:
        """As `lines`, each with the whole event."""
        way = "DESC" if newest_first else "ASC"
        order = f"ORDER BY account {way}, happened {way}, idx {way} LIMIT {limit}"
        return [_line(row) for row in self.rows(f"SELECT {_LINE} FROM {TABLE} WHERE {where} {order}", bound)]


TABLE = schema.TABLE


def at(milliseconds: int, bound: Bindings) -> str:
    """A moment as a row's column has it."""
    return f"fromUnixTimestamp64Milli({bound.whole(milliseconds)}, 'UTC')"


def counts(rows: Iterable[tuple[Any, ...]]) -> tuple[Count, ...]:
    """Rows of value, count, first and last."""
    return tuple(
        Count(value=value, count=count, first=rfc3339(first), last=rfc3339(last))
        for value, count, first, last in rows
    )


def resources_of(event: Mapping[str, Any]) -> tuple[Resource, ...]:
    """Everything that an event, as a JSON object in ActionTrail's shape, is about; each once.

    Types and names that are told as lists win, then the flat pair. A name that nothing aligns has the
    event's type if that is the only one, and none otherwise. `pairs` says the same in SQL.
    """
    told = event.get("referencedResources")
    lists = (
        {kind: names for kind, names in told.items() if isinstance(names, list)}
        if isinstance(told, dict)
        else {}
    )
    types, names = text_at(event, "resourceType"), text_at(event, "resourceName")
    found = [
        (kind, name) for kind, listed in (lists or unflatten(types, names)).items() for name in listed if name
    ]
    kinds = {kind for kind in (*lists, *types.split(";")) if kind}
    only = kinds.pop() if len(kinds) == 1 else ""
    known = {name for _, name in found}
    loose = [name for name in names.replace(";", ",").split(",") if name and name not in known]
    every = dict.fromkeys([*found, *((only, name) for name in loose)])
    return tuple(Resource(type=kind, id=name) for kind, name in every)


def text_at(event: Mapping[str, Any], *path: str) -> str:
    """The text at `path`, whose steps are matched without regard to case; empty if there is none."""
    value: Any = event
    for step in path:
        if not isinstance(value, Mapping):
            return ""
        value = next((inner for name, inner in value.items() if name.lower() == step.lower()), None)
    return value if isinstance(value, str) else ""


def _line(row: tuple[Any, ...]) -> tuple[Line, Mapping[str, Any]]:
    (index, time_ms, event_id, name, service, rw, region, user_type, user, role, principal, key, address, channel,
     agent, code, doc) = row  # fmt: skip
    event: dict[str, Any] = msgspec.json.decode(doc)
    ways = (("role", role), ("user", user), ("principal", principal), ("key", key), ("address", address))
    kind, value = next((way for way in ways if way[1]), ("", ""))
    who = Who(kind=kind, value=value, type=user_type, principal_id=principal, access_key_id=key)
    return Line(
        index=index,
        event_id=event_id,
        time=rfc3339(time_ms),
        event_name=name,
        service_name=service,
        rw=rw,
        region=region,
        who=who,
        address=address,
        channel=channel,
        user_agent=agent,
        error_code=code,
        resources=resources_of(event),
    ), event
