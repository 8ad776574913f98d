"""Is everything recorded, who was active, what failed, what changed, what is new: the first page.

Counts stand beside those of the equal range before. A source is quiet if it used to speak and has now
been silent for longer than it ever was: nobody has to tell how often each should be heard.
"""

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from actiontrail.event.moment import rfc3339
from actiontrail.query.compile import Bindings
from actiontrail.query.pages.ground import (
    ACTOR_KIND,
    ACTOR_VALUE,
    HIT,
    TABLE,
    Answer,
    Ground,
    Line,
    Span,
    asides,
    at,
)
from actiontrail.query.search import Seen

TOP = 10
LINES_MAX = 20
SOURCES_MAX = 200
HOUR_MS = 3_600_000
WATCHED_DAYS = 28  # how far back one looks to learn how often a source speaks
SPEAKS_HOURS = 6  # heard in fewer hours than these, a source has no habit that it could break
PATIENCE = 1.5  # times the longest silence it had before


class Source(Answer, frozen=True, kw_only=True):
    """Where events come from: a credential and a format. Silences are in seconds. `label` is the credential's note, if it is still there."""

    source: str
    format: str
    label: str = ""
    first_received: str
    last_received: str
    events: int
    total: int
    silent_seconds: int
    longest_silence_seconds: int
    quiet: bool


class Tally(Answer, frozen=True, kw_only=True):
    """What happened in a range."""

    start: str
    end: str
    events: int
    writes: int
    failures: int
    sensitive: int
    signins: int
    signins_failed: int
    signins_without_mfa: int
    actors: int
    addresses: int


class Active(Answer, frozen=True, kw_only=True):
    """Somebody, or an address, and what they did."""

    kind: str
    value: str
    events: int
    writes: int
    failures: int
    first: str
    last: str


class Failing(Answer, frozen=True, kw_only=True):
    """An error, how often it came, and to how many."""

    error_code: str
    count: int
    actors: int
    previous: int


class Changed(Answer, frozen=True, kw_only=True):
    """What was changed: a type of resource in a service."""

    service_name: str
    resource_type: str
    count: int
    resources: int


class Sensitive(Answer, frozen=True, kw_only=True):
    """An operation that its service calls sensitive."""

    service_name: str
    event_name: str
    count: int
    failures: int


class LogState(Answer, frozen=True, kw_only=True):
    """The state of the log: its size, and when the record was received that it signed last."""

    size: int
    searchable: int
    lag: int
    checkpoint: str
    last_recorded: str
    age_seconds: int


class Figures(Answer, frozen=True, kw_only=True):
    """What of the first page is counted soonest: the range, the one before it, and the log."""

    now: str
    current: Tally
    previous: Tally
    proof: LogState
    seen: Seen


class Highlights(Answer, frozen=True, kw_only=True):
    """All of the first page but its figures. `begins` is the time of the first event that is searchable: in a range that
    reaches back to it everything would be new, so nothing is called so.
    """

    now: str
    begins: str
    sources: tuple[Source, ...]
    actors: tuple[Active, ...]
    errors: tuple[Failing, ...]
    changes: tuple[Changed, ...]
    new_actors: tuple[Active, ...]
    new_addresses: tuple[Active, ...]
    sensitive: tuple[Sensitive, ...]
    sensitive_events: tuple[Line, ...]
    signins_without_mfa: tuple[Line, ...]
    seen: Seen


class Overview(Highlights, frozen=True, kw_only=True):
    """The first page: its figures and its highlights."""

    current: Tally
    previous: Tally
    proof: LogState


def overview(ground: Ground, span: Span, now_ms: int, *, recorded: Callable[[], datetime | None]) -> Overview:
    """The first page for `span`, which has both ends; `recorded` tells when the last record was received."""
    counted = figures(ground, span, now_ms, recorded=recorded)
    told = msgspec.structs.asdict(highlights(ground, span, now_ms))
    return Overview(**told, current=counted.current, previous=counted.previous, proof=counted.proof)


def figures(ground: Ground, span: Span, now_ms: int, *, recorded: Callable[[], datetime | None]) -> Figures:
    """What is counted soonest: nothing of it has to read the whole record."""
    with asides() as aside:
        current, previous = aside(_tally, ground, span), aside(_tally, ground, span.before())
        return Figures(
            now=rfc3339(now_ms),
            current=current(),
            previous=previous(),
            proof=_proof(ground, now_ms, recorded()),
            seen=ground.seen,
        )


def highlights(ground: Ground, span: Span, now_ms: int) -> Highlights:
    """What is told beside the figures."""
    bound = Bindings()
    inside = ground.mine(bound, span)
    no_mfa = f"{inside} AND {_IS_SIGNIN} AND {_WITHOUT_MFA} AND {_SUCCEEDED}"
    alarming = f"{inside} AND sensitive = 'true'"
    begins = _begins(ground)
    known = begins is not None and begins < (span.start or 0)
    with asides() as aside:  # those that read the whole record begin first
        new_actors = aside(_new, ground, span, ACTOR_KIND, ACTOR_VALUE) if known else tuple
        new_addresses = aside(_new, ground, span, "'address'", "source_ip") if known else tuple
        sources = aside(_sources, ground, span, now_ms)
        actors = aside(_active, ground, inside, bound, "c DESC")
        errors = aside(_errors, ground, span)
        changes = aside(_changes, ground, inside, bound)
        sensitive = aside(_sensitive, ground, inside, bound)
        lines = aside(ground.lines, alarming, bound, limit=LINES_MAX, newest_first=True)
        signins = aside(ground.lines, no_mfa, bound, limit=LINES_MAX, newest_first=True)
        return Highlights(
            now=rfc3339(now_ms),
            begins=rfc3339(begins) if begins is not None else "",
            sources=sources(),
            actors=actors(),
            errors=errors(),
            changes=changes(),
            new_actors=new_actors(),
            new_addresses=new_addresses(),
            sensitive=sensitive(),
            sensitive_events=tuple(lines()),
            signins_without_mfa=tuple(signins()),
            seen=ground.seen,
        )


_IS_SIGNIN = "event_name = 'ConsoleSignin'"
_SUCCEEDED = "error_code = '' AND (error_message = '' OR lower(error_message) IN ('success', 'null'))"
# Either name, in either type: the two kinds of sign-in spell it differently. Nothing said is not "without".
_WITHOUT_MFA = (
    "(lower(replaceAll(JSONExtractRaw(doc, 'additionalEventData', 'mfaChecked'), '\"', '')) = 'false'"
    " OR lower(replaceAll(JSONExtractRaw(doc, 'additionalEventData', 'isMFAChecked'), '\"', '')) = 'false'"
    " OR lower(replaceAll(JSONExtractRaw(doc, 'additionalEventData', 'MFAUsed'), '\"', '')) = 'no')"
)


def _begins(ground: Ground) -> int | None:
    bound = Bindings()
    sql = f"SELECT toUnixTimestamp64Milli(happened) FROM {TABLE} WHERE {ground.mine(bound)} ORDER BY account, happened LIMIT 1"
    return next((int(row[0]) for row in ground.rows(sql, bound)), None)


def _tally(ground: Ground, span: Span) -> Tally:
    bound = Bindings()
    inside = ground.mine(bound, span)
    sql = (
        f"SELECT count(), countIf(event_rw = 'Write'), countIf(error_code != ''), countIf(sensitive = 'true'),"
        f" countIf({_IS_SIGNIN}), countIf({_IS_SIGNIN} AND NOT ({_SUCCEEDED})),"
        f" uniqExactIf(({ACTOR_KIND}, {ACTOR_VALUE}), {ACTOR_KIND} != ''), uniqExactIf(source_ip, source_ip != '')"
        f" FROM {TABLE} WHERE {inside}"
    )
    events, writes, failures, sensitive, signins, failed, actors, addresses = ground.rows(sql, bound)[0]
    sql = f"SELECT count() FROM {TABLE} WHERE {inside} AND {_IS_SIGNIN} AND {_SUCCEEDED} AND {_WITHOUT_MFA}"
    return Tally(
        start=rfc3339(span.start or 0),
        end=rfc3339(span.end or 0),
        events=events,
        writes=writes,
        failures=failures,
        sensitive=sensitive,
        signins=signins,
        signins_failed=failed,
        signins_without_mfa=ground.rows(sql, bound)[0][0] if signins else 0,
        actors=actors,
        addresses=addresses,
    )


def _sources(ground: Ground, span: Span, now_ms: int) -> tuple[Source, ...]:
    bound = Bindings()
    mine = ground.mine(bound)
    watched = f"received >= {at(now_ms - WATCHED_DAYS * 24 * HOUR_MS, bound)}"
    start, end = at(span.start or 0, bound), at(span.end or 0, bound)
    sql = (
        "SELECT source, format, toUnixTimestamp64Milli(toDateTime64(min(received), 3, 'UTC')),"
        " toUnixTimestamp64Milli(toDateTime64(max(received), 3, 'UTC')),"
        f" countIf(happened >= {start} AND happened < {end}), count(),"
        f" arraySort(groupUniqArrayIf(intDiv(toUnixTimestamp(received), 3600), {watched}))"
        f" FROM {TABLE} WHERE {mine} GROUP BY source, format ORDER BY max(received) DESC, source, format LIMIT {SOURCES_MAX}"
    )
    found = []
    for name, kind, first, last, events, total, hours in ground.rows(sql, bound):
        silent = max(now_ms - last, 0)
        longest, quiet = habit(hours, silent)
        found.append(
            Source(
                source=name,
                format=kind,
                first_received=rfc3339(first),
                last_received=rfc3339(last),
                events=events,
                total=total,
                silent_seconds=silent // 1000,
                longest_silence_seconds=longest // 1000,
                quiet=quiet,
            )
        )
    return tuple(found)


def habit(hours: Sequence[int], silent_ms: int) -> tuple[int, bool]:
    """The longest silence between the hours in which a source spoke, and whether `silent_ms` now breaks its habit. Pure."""
    if len(hours) < 2:
        return 0, False
    longest = max(later - earlier for earlier, later in itertools.pairwise(hours)) * HOUR_MS
    return longest, len(hours) >= SPEAKS_HOURS and silent_ms > max(longest, HOUR_MS) * PATIENCE


def _proof(ground: Ground, now_ms: int, recorded: datetime | None) -> LogState:
    last = int(recorded.timestamp() * 1000) if recorded else None
    return LogState(
        size=ground.seen.ledger_size,
        searchable=ground.seen.size,
        lag=ground.seen.lag,
        checkpoint=ground.seen.checkpoint,
        last_recorded=rfc3339(last) if last is not None else "",
        age_seconds=max(now_ms - last, 0) // 1000 if last is not None else 0,
    )


def _active(ground: Ground, where: str, bound: Bindings, order: str) -> tuple[Active, ...]:
    sql = (
        f"SELECT {ACTOR_KIND} AS k, {ACTOR_VALUE} AS v, count() AS c, countIf(event_rw = 'Write'), countIf(error_code != ''), {HIT}"
        f" FROM {TABLE} WHERE {where} GROUP BY k, v HAVING k != '' ORDER BY {order}, k, v LIMIT {TOP}"
    )
    return _actives(ground.rows(sql, bound))


def _actives(rows: Sequence[tuple[Any, ...]]) -> tuple[Active, ...]:
    return tuple(
        Active(
            kind=kind, value=value, events=events, writes=writes, failures=failures, first=rfc3339(first), last=rfc3339(last)
        )
        for kind, value, events, writes, failures, first, last in rows
    )  # fmt: skip


def _new(ground: Ground, span: Span, kind: str, value: str) -> tuple[Active, ...]:
    """Who was never there before the range. Asks all that is searchable, and groups it by one narrow column."""
    assert span.start is not None
    bound = Bindings()
    where = ground.mine(bound, Span(None, span.end))
    sql = (
        f"SELECT {kind} AS k, {value} AS v, count() AS c, countIf(event_rw = 'Write'), countIf(error_code != ''), {HIT}"
        f" FROM {TABLE} WHERE {where} GROUP BY k, v HAVING k != '' AND v != '' AND min(happened) >= {at(span.start, bound)}"
        f" ORDER BY min(happened) DESC, k, v LIMIT {LINES_MAX}"
    )
    return _actives(ground.rows(sql, bound))


def _errors(ground: Ground, span: Span) -> tuple[Failing, ...]:
    bound = Bindings()
    both = ground.mine(bound, Span(span.before().start, span.end))
    now = f"happened >= {at(span.start or 0, bound)}"
    sql = (
        f"SELECT toString(error_code) AS e, countIf({now}) AS c, uniqExactIf(({ACTOR_KIND}, {ACTOR_VALUE}), {now}), countIf(NOT ({now}))"
        f" FROM {TABLE} WHERE {both} AND error_code != '' GROUP BY e HAVING c > 0 ORDER BY c DESC, e LIMIT {TOP}"
    )
    return tuple(
        Failing(error_code=code, count=count, actors=actors, previous=previous)
        for code, count, actors, previous in ground.rows(sql, bound)
    )


def _changes(ground: Ground, where: str, bound: Bindings) -> tuple[Changed, ...]:
    """Successful writes, by what they were about; those about nothing that is told are counted by service."""
    sql = (
        f"SELECT toString(service_name) AS s, arrayJoin(if(empty(resource_types), [''], arrayMap(t -> toString(t), resource_types))) AS t,"
        f" count() AS c, uniqExact(resource_names) FROM {TABLE} WHERE {where} AND event_rw = 'Write' AND error_code = ''"
        f" AND NOT ({_IS_SIGNIN}) GROUP BY s, t ORDER BY c DESC, s, t LIMIT {TOP}"
    )
    return tuple(
        Changed(service_name=service, resource_type=kind, count=count, resources=resources)
        for service, kind, count, resources in ground.rows(sql, bound)
    )


def _sensitive(ground: Ground, where: str, bound: Bindings) -> tuple[Sensitive, ...]:
    sql = (
        f"SELECT toString(service_name) AS s, toString(event_name) AS n, count() AS c, countIf(error_code != '') FROM {TABLE}"
        f" WHERE {where} AND sensitive = 'true' GROUP BY s, n ORDER BY c DESC, s, n LIMIT {LINES_MAX}"
    )
    return tuple(
        Sensitive(service_name=service, event_name=name, count=count, failures=failures)
        for service, name, count, failures in ground.rows(sql, bound)
    )
