"""Search over one account's events: any selector, pages, facets, a histogram, SQL. Our own, beyond LookupEvents.

A first page fixes how much of the ledger the whole walk sees, and the token carries that along: what
arrives while somebody pages is in the next search, never in the middle of this one. Each answer says
how far it saw: the projection's size beside the ledger's checkpoint.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, NamedTuple

import msgspec

from actiontrail.errors import Outage, Refusal
from actiontrail.event.selector import parse, split_sql
from actiontrail.query import fields, schema
from actiontrail.query.compile import Bindings, condition, hint
from actiontrail.query.engine import ONE_PAGE, Limits
from actiontrail.query.groupings import Groupings
from actiontrail.query.guard import guard
from actiontrail.query.projection import Projection
from actiontrail.query.rows import BY_PATH

PAGE_MAX = 10_000
PAGE_BYTES_MAX = 8 * 1024 * 1024  # of events on one page, unless the first alone is larger
FACETS_MAX, TOP_MAX = 16, 1000
BUCKETS_MAX = 2_000
STEPS_MS = tuple(
    1000 * seconds
    for seconds in (
        1,
        5,
        15,
        60,
        300,
        900,
        3600,
        3 * 3600,
        6 * 3600,
        43_200,
        86_400,
        7 * 86_400,
        30 * 86_400,
        365 * 86_400,
    )
)
HOUR_MS = 3_600_000
FACETS = (*BY_PATH, "channel")


class BadToken(Refusal):
    """The page token is not one of ours, or belongs to another question."""


class OutOfRange(Refusal):
    """A limit of a question is outside what may be asked."""


class Seen(msgspec.Struct, frozen=True, rename="camel"):
    """How far an answer saw: records from `first` up to `size` are searchable, of `ledger_size`.

    `since`: all that was received from then on; empty if nothing was let go. The checkpoint is the signed note.
    """

    size: int
    ledger_size: int
    lag: int
    checkpoint: str
    first: int = 0
    since: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One account's question: a selector, and a half-open time range in Unix milliseconds."""

    account: str
    query: str = ""
    start_ms: int | None = None
    end_ms: int | None = None
    as_of: int | None = None  # only records below this index; None: all that are searchable now


@dataclass(frozen=True, slots=True)
class Found:
    """One event with its place in the ledger."""

    index: int
    seq: int
    time_ms: int
    received: str
    channel: str
    event: bytes


class Results(NamedTuple):
    """One page, and the token of the next; empty if this is the last."""

    events: list[Found]
    next_token: str
    seen: Seen


class Bucket(NamedTuple):
    """How many events happened in the step that begins at `start_ms`."""

    start_ms: int
    events: int


class Histogram(NamedTuple):
    """Counts over time; steps without an event are left out."""

    step_ms: int
    total: int
    buckets: list[Bucket]
    seen: Seen


class Rows(NamedTuple):
    """The answer to SQL."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    seen: Seen


# When it begins, how many events it has, and when the first and the last of them happened.
_Step = tuple[int, int, int, int]


class _Token(msgspec.Struct, frozen=True, array_like=True):
    question: str
    as_of: int
    time_ms: int
    index: int
    first: int = 0


class Search:
    """Answers questions from `projection`. Any thread may ask.

    `checkpoint` gives the ledger's signed checkpoint as published, `ledger_size` the size that it stands for.
    """

    def __init__(
        self,
        projection: Projection,
        *,
        limits: Limits,
        rows_max: int,
        checkpoint: Callable[[], bytes] = lambda: b"",
        ledger_size: Callable[[], int] | None = None,
    ) -> None:
        self.projection = projection
        self.limits = replace(limits, rows=0)  # pages and facets have limits of their own
        self._rows_max = rows_max
        self._checkpoint = checkpoint
        self._ledger_size = ledger_size or projection.size

    def seen(self) -> Seen:
        """How far an answer that is given now can see."""
        size, whole = self.projection.size(), self._ledger_size()
        note = self._checkpoint().decode("utf-8", "replace")
        reach = self.projection.reach
        return Seen(size, whole, max(whole - size, 0), note, reach.first, reach.told())

    def _still_seen(self, seen: Seen) -> None:
        """Raise an `Outage` if what an answer says to have seen was let go while it was made: it may lack some of that."""
        if self.projection.reach.first != seen.first:
            raise Outage("the searchable copy was shortened while it was asked; ask again", retry_after=1)

    def page(
        self, asked: Asked, *, limit: int = 50, newest_first: bool = True, token: str = "", mark: str = ""
    ) -> Results:
        """One page of events. Raises `SelectorError`, `BadToken`, `OutOfRange`, `TooHeavy`."""
        _within("limit", limit, 1, PAGE_MAX)
        seen = self.seen()
        name = _name(asked, newest_first=newest_first)
        after = _read_token(token, name) if token else None
        if after is not None and after.first != seen.first:
            raise BadToken(
                f"the searchable copy now reaches back to {seen.since} only, less than when this walk began; begin again"
            )
        fixed = replace(asked, as_of=after.as_of if after else min(seen.size, asked.as_of or seen.size))
        bound = Bindings()
        where = self.where(fixed, bound)
        way, sign = ("DESC", "<") if newest_first else ("ASC", ">")
        if after is not None:
            moment = f"fromUnixTimestamp64Milli({bound.whole(after.time_ms)}, 'UTC')"
            where += f" AND happened {sign}= {moment} AND (happened, idx) {sign} ({moment}, {bound.whole(after.index)})"
        sql = (
            "SELECT idx, seq, toUnixTimestamp64Milli(happened), toString(received), channel, doc"
            f" FROM {schema.TABLE} WHERE {where}"
            f" ORDER BY account {way}, happened {way}, idx {way} LIMIT {limit + 1}"
        )
        rows = self.projection.engine.rows(
            sql, bound.values, limits=self.limits, settings=ONE_PAGE, mark=mark
        )
        self._still_seen(seen)
        events = _of_a_size([_found(row) for row in rows[:limit]])
        more = len(rows) > len(events)
        last = events[-1] if events else None
        following = (
            _write_token(_Token(name, fixed.as_of or 0, last.time_ms, last.index, seen.first))
            if more and last
            else ""
        )
        return Results(events, following, seen)

    def facets(
        self, asked: Asked, names: Sequence[str], *, top: int = 10, mark: str = ""
    ) -> tuple[dict[str, list[tuple[str, int]]], Seen]:
        """The commonest values of each field, with how many events hold them."""
        _within("the number of facets", len(names), 1, FACETS_MAX)
        _within("top", top, 1, TOP_MAX)
        columns = [_facet(name) for name in names]
        seen = self.seen()
        bound = Bindings()
        where = self.where(asked, bound)
        groupings = Groupings(columns)
        sql = (
            f"SELECT {groupings.which} AS g, {', '.join(columns)}, count() AS c FROM {schema.TABLE} WHERE {where}"
            f" GROUP BY {groupings.sets}"
            f" ORDER BY g, c DESC, {', '.join(columns)} LIMIT {top} BY g"
        )
        found: dict[str, list[tuple[str, int]]] = {name: [] for name in names}
        for group, *values, count in self.projection.engine.rows(
            sql, bound.values, limits=self.limits, mark=mark
        ):
            at = groupings.at(group)
            found[names[at]].append((values[at], count))
        self._still_seen(seen)
        return found, seen

    def histogram(self, asked: Asked, *, buckets: int = 60, mark: str = "") -> Histogram:
        """Counts over the range, in at most about `buckets` steps of a round length."""
        _within("buckets", buckets, 1, BUCKETS_MAX)
        seen = self.seen()
        step, counted = self._counted(asked, buckets, mark)
        self._still_seen(seen)
        return _histogram(step, counted, seen)

    def _counted(self, asked: Asked, buckets: int, mark: str) -> tuple[int, list[_Step]]:
        """The step that suits the range, or what happened if the range is open; and the counts, in such steps or finer ones."""
        if asked.start_ms is not None and asked.end_ms is not None:
            step = _step(asked.end_ms - asked.start_ms, buckets)
            return step, self._steps(asked, step, mark)
        hours = self._steps(asked, HOUR_MS, mark)
        if not hours:
            return STEPS_MS[0], hours
        first, last = hours[0][2], hours[-1][3]
        step = _step(last + 1 - first, buckets)
        if step >= HOUR_MS:  # whole hours: everything was read but once
            return step, hours
        return step, self._steps(replace(asked, start_ms=first, end_ms=last + 1), step, mark)

    def _steps(self, asked: Asked, step: int, mark: str) -> list[_Step]:
        """Each step that holds events: its begin, how many, and when the first and the last of them happened."""
        bound = Bindings()
        at = "toUnixTimestamp64Milli(happened)"
        sql = (
            f"SELECT intDiv({at}, {step}) * {step} AS at, count(), min({at}), max({at}) FROM {schema.TABLE}"
            f" WHERE {self.where(asked, bound)} GROUP BY at ORDER BY at"
        )
        rows = self.projection.engine.rows(sql, bound.values, limits=self.limits, mark=mark)
        return [(begin, count, first, last) for begin, count, first, last in rows]

    def sql(self, asked: Asked, *, mark: str = "") -> Rows:
        """The answer to `selector | SQL`, over the events that the selector chooses. Raises `BadSql`."""
        seen = self.seen()
        bound = Bindings()
        limits = replace(self.limits, rows=self._rows_max, read_only=True)
        names, rows = self.projection.engine.answer(
            self._spoken(asked, bound), bound.values, limits=limits, mark=mark
        )
        self._still_seen(seen)
        return Rows(tuple(names), rows, seen)

    def try_out(self, account: str, query: str) -> None:
        """Raise the `Refusal` of a question that cannot be run: it is read and planned, and no event is looked at."""
        bound = Bindings()
        plan = f"EXPLAIN {self._spoken(Asked(account=account, query=query), bound)}"
        self.projection.engine.rows(plan, bound.values, limits=replace(self.limits, read_only=True))

    def _spoken(self, asked: Asked, bound: Bindings) -> str:
        """`selector | SQL` as the engine's SQL, over the account's own events."""
        selector, text = split_sql(asked.query)
        guarded = guard(text or "select *", resolve=fields.resolve, everything=fields.EVERYTHING)
        where = self.where(replace(asked, query=selector), bound)
        columns = ", ".join(
            f'{fields.expression(name, bound)} AS "{_in_quotes(name)}"' for name in guarded.fields
        )
        return guarded.over(f"SELECT {columns or '1'} FROM {schema.TABLE} WHERE {where}")

    def index_of(self, account: str, event_id: str) -> int | None:
        """The ledger's index of an account's event: the first, should there be several."""
        found = self.event(account, event_id)
        return found.index if found else None

    def event(self, account: str, event_id: str) -> Found | None:
        """An account's event by its id."""
        bound = Bindings()
        sql = (
            "SELECT idx, seq, toUnixTimestamp64Milli(happened), toString(received), channel, doc"
            f" FROM {schema.TABLE} WHERE account = {bound.text(account)} AND event_id = {bound.text(event_id)}"
            f"{hint(event_id, bound)} ORDER BY idx LIMIT 1"
        )
        rows = self.projection.engine.rows(sql, bound.values, limits=self.limits)
        return _found(rows[0]) if rows else None

    def cancel(self, mark: str) -> None:
        """Stop the question asked under `mark`."""
        self.projection.engine.cancel(mark)

    def where(self, asked: Asked, bound: Bindings) -> str:
        """The condition of a row that is the account's, in the range, and chosen. Raises `SelectorError`."""
        tree = parse(asked.query)
        parts = [f"account = {bound.text(asked.account)}"]
        if asked.start_ms is not None:
            parts.append(f"happened >= fromUnixTimestamp64Milli({bound.whole(asked.start_ms)}, 'UTC')")
        if asked.end_ms is not None:
            parts.append(f"happened < fromUnixTimestamp64Milli({bound.whole(asked.end_ms)}, 'UTC')")
        if asked.as_of is not None:
            parts.append(f"idx < {bound.whole(asked.as_of)}")
        columns = not self.projection.has_odd(asked.account)
        parts.append(f"({condition(tree, bound, columns=columns)})")
        return " AND ".join(parts)


def _of_a_size(events: list[Found]) -> list[Found]:
    """The first of `events`, as many as one answer may hold: whoever fills a record with long values must not stop its readers."""
    held = accumulate(len(one.event) for one in events)
    return events[: max(1, sum(size <= PAGE_BYTES_MAX for size in held))]


def _step(span_ms: int, buckets: int) -> int:
    """The shortest round step of which `buckets` reach over the span."""
    return next((one for one in STEPS_MS if span_ms <= one * buckets), STEPS_MS[-1])


def _histogram(step: int, counted: Sequence[_Step], seen: Seen) -> Histogram:
    """Counts in steps of `step`, from those in steps that it is a multiple of."""
    found: Counter[int] = Counter()
    for begin, count, _, _ in counted:
        found[int(begin / step) * step] += count
    return Histogram(step, found.total(), [Bucket(*one) for one in sorted(found.items())], seen)


def _facet(name: str) -> str:
    bare = name.removeprefix("event.")
    if bare == "channel":
        return "channel"
    column = BY_PATH.get(bare)
    if column is None:
        raise OutOfRange(f"there is no facet {name[:60]!r}; there are {', '.join(FACETS)}")
    return column.name


def _within(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise OutOfRange(f"{name} is {value}; it may be {least} to {most}")


def _name(asked: Asked, *, newest_first: bool) -> str:
    """What a token must agree on: its question, whole."""
    text = msgspec.json.encode([asked.account, asked.query, asked.start_ms, asked.end_ms, newest_first])
    return hashlib.sha256(text).hexdigest()[:24]


def _write_token(token: _Token) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(token)).decode()


def _read_token(text: str, name: str) -> _Token:
    try:
        token = msgspec.json.decode(base64.urlsafe_b64decode(text.encode()), type=_Token)
    except (ValueError, msgspec.MsgspecError) as error:
        raise BadToken("the page token is not one of ours; begin again without it") from error
    if token.question != name or min(token.as_of, token.index) < 0 or abs(token.time_ms) > 2**53:
        raise BadToken(
            "the page token belongs to another question; selector, range and order must stay the same"
        )
    return token


def _in_quotes(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')


def _found(row: tuple[Any, ...]) -> Found:
    index, seq, time_ms, received, channel, doc = row
    return Found(index, seq, time_ms, received.replace(" ", "T") + "Z", channel, doc.encode())
