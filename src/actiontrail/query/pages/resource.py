"""The life of a resource: what was done to it, by whom, in order, and what each event changed.

An id may be asked for with its type or alone; alone, every type under which the id occurs is told.
"""

from collections.abc import Sequence

from actiontrail.event.moment import milliseconds, parse, rfc3339
from actiontrail.event.selector import tokens
from actiontrail.query.compile import Bindings, hint
from actiontrail.query.pages.actor import Touched
from actiontrail.query.pages.changes import Life, Step
from actiontrail.query.pages.ground import (
    HIT,
    TABLE,
    TOP,
    Answer,
    Count,
    Ground,
    Resource,
    Span,
    asides,
    at,
    counts,
    pairs,
)
from actiontrail.query.search import OutOfRange, Seen

HISTORY_MAX = 2000  # events that are read to tell what changed; a page of them is shown


class Lived(Answer, frozen=True, kw_only=True):
    """The page of one resource. `complete` is false if it has more events than are told here: narrow the range."""

    type: str
    id: str
    types: tuple[Count, ...]
    first_seen: str
    last_seen: str
    events: int
    writes: int
    reads: int
    failures: int
    created: Step | None
    deleted: Step | None
    exists: bool | None
    steps: tuple[Step, ...]
    complete: bool
    actors: tuple[Count, ...]
    related: tuple[Touched, ...]
    mentions: int
    seen: Seen


def resource(ground: Ground, which: Resource, span: Span, *, reads: bool = False, limit: int = 200) -> Lived:
    """The life of a resource; an empty type stands for any. Its last `limit` steps are shown, oldest first.

    What changed is told from all of its writes from the beginning of the record, whatever `span` shows.
    """
    if not 1 <= limit <= HISTORY_MAX:
        raise OutOfRange(f"limit is {limit}; it may be 1 to {HISTORY_MAX}")
    kind, name = which.type, which.id
    bound = Bindings()
    about = f"{ground.mine(bound, Span(None, span.end))} AND {is_about(kind, name, bound)}"
    inside = f"{about} AND happened >= {at(span.start, bound)}" if span.start is not None else about
    sql = f"SELECT count(), {HIT}, countIf(event_rw = 'Write'), countIf(error_code != '') FROM {TABLE} WHERE {inside}"
    with asides() as aside:
        lived = aside(_steps, ground, which, about, bound, reads=reads)
        tally = aside(ground.rows, sql, bound)
        mentions = aside(_mentions, ground, name, span)
        types = aside(_types, ground, name)
        related = aside(_related, ground, name, inside, bound)
        actors = aside(_actors, ground, inside, bound)
        events, first, last, writes, failures = tally()[0]
        steps, whole = lived()
        shown = [
            one for one in steps if span.start is None or milliseconds(parse(one.event.time)) >= span.start
        ]
        created = next((one for one in steps if one.phase == "create" and not one.failed), None)
        deleted = next((one for one in reversed(steps) if one.phase == "delete" and not one.failed), None)
        return Lived(
            type=kind,
            id=name,
            types=types(),
            first_seen=rfc3339(first) if events else "",
            last_seen=rfc3339(last) if events else "",
            events=events,
            writes=writes,
            reads=events - writes,
            failures=failures,
            created=created,
            deleted=deleted,
            exists=_exists(steps),
            steps=tuple(shown[-limit:]),
            complete=whole and len(shown) <= limit,
            actors=actors(),
            related=related(),
            mentions=mentions(),
            seen=ground.seen,
        )


def is_about(kind: str, name: str, bound: Bindings) -> str:
    """The condition of a row whose event names the resource; with a type, names it under that type."""
    told = bound.text(name)
    every = f"has(resource_names, {told}){hint(name, bound)}"
    if not kind:
        return every
    under = bound.text(kind)
    one = f"(length(resource_types) = 1 AND resource_types[1] = {under})"
    lists = f"has(JSONExtract(doc, 'referencedResources', {under}, 'Array(String)'), {told})"
    flat = (
        "JSONLength(doc, 'referencedResources') = 0"
        " AND length(splitByChar(';', resource_type)) = length(splitByChar(';', resource_name))"
        f" AND arrayExists((t, n) -> t = {under} AND has(splitByChar(',', n), {told}),"
        f" splitByChar(';', resource_type), arrayResize(splitByChar(';', resource_name), length(splitByChar(';', resource_type))))"
    )
    return f"{every} AND has(resource_types, {under}) AND ({one} OR {lists} OR ({flat}))"


def _steps(
    ground: Ground, which: Resource, about: str, bound: Bindings, *, reads: bool
) -> tuple[list[Step], bool]:
    """All steps in order, and whether these are all: the earliest are told, so that what changed is right."""
    where = about if reads else f"{about} AND event_rw = 'Write'"
    told = ground.documents(where, bound, limit=HISTORY_MAX + 1)
    life = Life(which.type or _likely_type(told[0][0].resources if told else ()), which.id)
    return [life.step(line, event) for line, event in told[:HISTORY_MAX]], len(told) <= HISTORY_MAX


def _likely_type(resources: Sequence[object]) -> str:
    return str(getattr(resources[0], "type", "")) if len(resources) == 1 else ""


def _exists(steps: Sequence[Step]) -> bool | None:
    """Whether it is there at the end of what was seen; None if no event says."""
    for step in reversed(steps):
        if step.failed or step.phase == "read":
            continue
        return step.phase != "delete"
    return None


def _types(ground: Ground, name: str) -> tuple[Count, ...]:
    bound = Bindings()
    where = f"{ground.mine(bound)} AND {is_about('', name, bound)}"
    sql = (
        f"SELECT resource.1 AS t, count() AS c, {HIT} FROM {pairs(where)} WHERE resource.2 = {bound.text(name)}"
        f" GROUP BY t ORDER BY c DESC, t LIMIT {TOP}"
    )
    return counts(ground.rows(sql, bound))


def _actors(ground: Ground, where: str, bound: Bindings) -> tuple[Count, ...]:
    sql = (
        f"SELECT if(role_name != '', toString(role_name), user_name) AS v, count() AS c, {HIT} FROM {TABLE} WHERE {where}"
        f" GROUP BY v HAVING v != '' ORDER BY c DESC, v LIMIT {TOP}"
    )
    return counts(ground.rows(sql, bound))


def _related(ground: Ground, name: str, where: str, bound: Bindings) -> tuple[Touched, ...]:
    """What the same events are about besides, the most often first."""
    sql = (
        f"SELECT resource.1 AS t, resource.2 AS i, countIf(event_rw = 'Write') AS w, countIf(event_rw != 'Write') AS r, {HIT}"
        f" FROM {pairs(where)} WHERE i != {bound.text(name)} GROUP BY t, i ORDER BY w + r DESC, t, i LIMIT {TOP}"
    )
    return tuple(
        Touched(type=kind, id=one, writes=writes, reads=reads, first=rfc3339(first), last=rfc3339(last))
        for kind, one, writes, reads, first, last in ground.rows(sql, bound)
    )


def _mentions(ground: Ground, name: str, span: Span) -> int:
    """How many events hold the id somewhere, and do not name it as their resource."""
    bound = Bindings()
    held = hint(name, bound)
    if not held:
        return 0
    if (
        len(tokens(name)) > 1
    ):  # one token is itself in the index; that several stand together is seen in the event alone
        held += f" AND position(doc, {bound.text(name)}) > 0"
    sql = (
        f"SELECT count() FROM {TABLE} WHERE {ground.mine(bound, span)}{held}"
        f" AND NOT has(resource_names, {bound.text(name)})"
    )
    return int(ground.rows(sql, bound)[0][0])
