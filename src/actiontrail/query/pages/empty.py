"""Why a search found nothing: the range or a gap in it, one of its conditions, a source that never came or comes by
half, a misspelled field, somebody else's events, or what is not searchable (yet).

An empty page is an answer only if it says what it looked at.
"""

import difflib
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from actiontrail.event.moment import milliseconds, rfc3339
from actiontrail.event.moment import parse as parse_moment
from actiontrail.event.selector import (
    And,
    Exists,
    Field,
    Node,
    Not,
    Or,
    Range,
    all_of,
    parse,
    split_sql,
    unparse,
)
from actiontrail.query import fields
from actiontrail.query.compile import Bindings
from actiontrail.query.pages.ground import TABLE, Answer, Ground, Span
from actiontrail.query.rows import BY_PATH
from actiontrail.query.search import Asked, Seen

PARTS_MAX = 12
SOURCES_MAX = 2_000
_SOURCES = {("serviceName",), ("eventSource",)}
_ACCOUNTS = {("recipientAccountId",), ("userIdentity", "accountId")}


class Reason(Answer, frozen=True, kw_only=True):
    """One reason, by a code that a program knows and in words. What it needs beyond words stands beside it.

    `condition` is the part of the selector at fault, `suggestion` what to try, `nearest` a moment at which
    something is found, `until` where a silence that began at `nearest` ended. Of `OutsideSearchable`: `nearest` is since
    when everything is searchable, `until` where the part of the range ends that is not. What other reasons call never is
    never in what is searchable: `seen.since` says since when that is.
    """

    code: str
    message: str
    condition: str = ""
    suggestion: str = ""
    nearest: str = ""
    until: str = ""
    count: int = 0


class Why(Answer, frozen=True, kw_only=True):
    """How many events were found, and if none, why: the most likely reason first."""

    events: int
    reasons: tuple[Reason, ...]
    seen: Seen


def why(ground: Ground, query: str, span: Span) -> Why:
    """Why `query` finds nothing in `span`. Raises `SelectorError`."""
    selector, _ = split_sql(query)
    tree = parse(selector)
    asked = Asked(
        account=ground.account, query=selector, start_ms=span.start, end_ms=span.end, as_of=ground.seen.size
    )
    found, _, _ = _count(ground, asked)
    if found:
        return Why(events=found, reasons=(), seen=ground.seen)
    return Why(events=0, reasons=tuple(_reasons(ground, asked, tree)), seen=ground.seen)


def _reasons(ground: Ground, asked: Asked, tree: Node) -> Iterator[Reason]:
    account = replace(asked, query="", start_ms=None, end_ms=None)
    every, first, last = _count(ground, account)
    outside = _outside(ground, asked)
    if outside is not None:
        yield outside.reason
    if not every:
        yield Reason(code="NoEvents", message="This account has no searchable events at all.")
    elif outside is not None and outside.whole:
        yield from _fields(tree)
        yield from _near(ground, asked)
        yield from _others(ground, tree)
    else:
        yield from _fields(tree)
        yield from _sources(ground, asked, tree)
        yield from _elsewhere(ground, asked, rfc3339(first), rfc3339(last), whole=outside is None)
        yield from _conditions(ground, asked, tree)
        yield from _others(ground, tree)
    yield from _horizon(ground)


class Outside(NamedTuple):
    """That a range, in `whole` or in part, is before what is searchable."""

    reason: Reason
    whole: bool


def _outside(ground: Ground, asked: Asked) -> Outside | None:
    """That a part of the range, or all of it, is before what is searchable; such a part is no evidence of anything."""
    since = ground.seen.since
    if not since:
        return None
    since_ms = milliseconds(parse_moment(since))
    if asked.start_ms is not None and asked.start_ms >= since_ms:
        return None
    whole = asked.end_ms is not None and asked.end_ms <= since_ms
    until = rfc3339(since_ms if asked.end_ms is None else min(asked.end_ms, since_ms))
    reason = Reason(
        code="OutsideSearchable",
        message=f"The range up to {until} is not searchable any more: everything received since {since} is."
        " The ledger holds what is older.",
        nearest=since,
        until=until,
    )
    return Outside(reason, whole)


def _fields(tree: Node) -> Iterator[Reason]:
    """Fields that no event of ours has a place for."""
    known = {name.removeprefix("event."): name for name in (*fields.EVERYTHING, *BY_PATH)}
    for path in dict.fromkeys(_paths(tree)):
        name = ".".join(path)
        above = any(one.startswith(f"{name}.") for one in known)
        if name in known or above or fields.resolve(name) is not None:
            continue
        low = {one.lower(): one for one in known}
        likely = difflib.get_close_matches(name.lower(), low, n=1, cutoff=0.6)
        yield Reason(
            code="UnknownField",
            message=f"No field of events is called {name}, unless a source has one of its own.",
            condition=name,
            suggestion=low[likely[0]] if likely else "",
        )


def _paths(node: Node) -> Iterator[tuple[str, ...]]:
    match node:
        case Field(path, _) | Exists(path) | Range(path=path):
            yield path
        case Not(part):
            yield from _paths(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _paths(part)


def _elsewhere(ground: Ground, asked: Asked, first: str, last: str, *, whole: bool) -> Iterator[Reason]:
    """The same question without its range, and what else happened. `whole`: all of the range is searchable."""
    yield from _near(ground, asked)
    if _count(ground, replace(asked, query=""))[0]:
        return
    before, after = _around(ground, asked, "")
    if before and after and whole:
        yield Reason(
            code="Gap",
            message=f"Nothing at all was recorded between {before} and {after}.",
            nearest=before,
            until=after,
        )
    else:
        yield Reason(
            code="EmptyRange",
            message=f"Nothing at all happened in the range; this account's events happened from {first} to {last}.",
            nearest=last,
        )


def _near(ground: Ground, asked: Asked) -> Iterator[Reason]:
    """The nearest hit before the range, and the nearest after it."""
    if asked.start_ms is not None:
        count, _, at = _count(ground, replace(asked, start_ms=None, end_ms=asked.start_ms))
        if count:
            yield Reason(
                code="Earlier",
                message="Such events happened before the range.",
                nearest=rfc3339(at),
                count=count,
            )
    if asked.end_ms is not None:
        count, at, _ = _count(ground, replace(asked, start_ms=asked.end_ms, end_ms=None))
        if count:
            yield Reason(
                code="Later",
                message="Such events happened after the range.",
                nearest=rfc3339(at),
                count=count,
            )


def _around(ground: Ground, asked: Asked, query: str) -> tuple[str, str]:
    """When such an event last happened before the range, and first after it; empty where none did."""
    before = after = (0, 0, 0)
    if asked.start_ms is not None:
        before = _count(ground, replace(asked, query=query, start_ms=None, end_ms=asked.start_ms))
    if asked.end_ms is not None:
        after = _count(ground, replace(asked, query=query, start_ms=asked.end_ms, end_ms=None))
    return rfc3339(before[2]) if before[0] else "", rfc3339(after[1]) if after[0] else ""


def _sources(ground: Ground, asked: Asked, tree: Node) -> Iterator[Reason]:
    """A source that never came, that was silent in the range, or of which somebody selects one half."""
    for part in _parts(tree):
        if not (isinstance(part, Field) and part.path in _SOURCES):
            continue
        text = unparse(part)
        if not _count(ground, replace(asked, query=text, start_ms=None, end_ms=None))[0]:
            yield Reason(
                code="NoSuchSource",
                message="Nothing of this source was ever recorded: it is not connected, or what it comes by leaves it out.",
                condition=text,
                suggestion=_likely_source(ground, part),
            )
        elif not _count(ground, replace(asked, query=text))[0]:
            yield _silent(text, *_around(ground, asked, text))
    yield from _halves(ground, asked, tree)


def _silent(text: str, before: str, after: str) -> Reason:
    if not before:
        return Reason(
            code="NewSource",
            message=f"Nothing of this source came before {after}.",
            condition=text,
            nearest=after,
        )
    return Reason(
        code="SilentSource",
        message=f"This source was silent from {before} to {after or 'now'}.",
        condition=text,
        nearest=before,
        until=after,
    )


def _halves(ground: Ground, asked: Asked, tree: Node) -> Iterator[Reason]:
    """Only reads, or only writes, ever came of what is asked for: a trail's selector leaves the others out."""
    wanted = next((kind for part in _parts(tree) if (kind := _effect(part))), "")
    if not wanted:
        return
    other = "Write" if wanted == "Read" else "Read"
    source = [part for part in _parts(tree) if isinstance(part, Field) and part.path in _SOURCES]
    always = replace(asked, start_ms=None, end_ms=None)
    halves = [
        _count(
            ground, replace(always, query=unparse(all_of([*source, Field(("eventRW",), (kind.lower(),))])))
        )[0]
        for kind in (wanted, other)
    ]
    if halves[0] == 0 and halves[1] > 0:
        yield Reason(
            code="SelectedAway",
            message=f"Of what is asked for only {other} events ever came: the selector of the trail that they come by leaves {wanted} events out.",
            condition=" and ".join(unparse(part) for part in source),
            suggestion=other,
            count=halves[1],
        )


def _effect(part: Node) -> str:
    """`Read` or `Write`, if `part` asks for no other events than those."""
    if isinstance(part, Not):
        refused = _effect(part.part)
        return {"Read": "Write", "Write": "Read"}.get(refused, "")
    if isinstance(part, Field) and part.path == ("eventRW",) and part.words in {("read",), ("write",)}:
        return part.words[0].capitalize()
    return ""


def _likely_source(ground: Ground, part: Field) -> str:
    """The source that is there and is written most like what was asked for."""
    bound = Bindings()
    column = BY_PATH[".".join(part.path)].name
    sql = f"SELECT DISTINCT toString({column}) FROM {TABLE} WHERE {ground.mine(bound)} LIMIT {SOURCES_MAX}"
    low = {str(name).lower(): str(name) for (name,) in ground.rows(sql, bound) if name}
    close = difflib.get_close_matches(" ".join(part.words), low, n=1, cutoff=0.6)
    return low[close[0]] if close else ""


def _others(ground: Ground, tree: Node) -> Iterator[Reason]:
    """Somebody else's events, whether or not there are any."""
    for part in _parts(tree):
        if isinstance(part, Field) and part.path in _ACCOUNTS and part.words != (ground.account,):
            yield Reason(
                code="OtherAccount",
                message=f"Events of another account are nobody's to see but its own; yours is {ground.account}.",
                condition=unparse(part),
            )


def _parts(tree: Node) -> tuple[Node, ...]:
    """What must hold, all of it."""
    return tree.parts[:PARTS_MAX] if isinstance(tree, And) else (tree,)


def _conditions(ground: Ground, asked: Asked, tree: Node) -> Iterator[Reason]:
    """Which part of a conjunction is at fault: one that nothing fits alone, or one without which something is found."""
    parts = tree.parts if isinstance(tree, And) else (tree,)
    for part in parts[:PARTS_MAX]:
        text = unparse(part)
        never = not _count(ground, replace(asked, query=text, start_ms=None, end_ms=None))[0]
        if never and isinstance(part, Field) and part.path in _SOURCES:
            continue  # told already
        if never:
            yield Reason(code="NoSuchValue", message="No event at all fits this condition.", condition=text)
        elif len(parts) > 1:
            rest = unparse(all_of(one for one in parts if one is not part))
            count = _count(ground, replace(asked, query=rest))[0]
            if count:
                yield Reason(
                    code="Without",
                    message="Without this condition there are events in the range.",
                    condition=text,
                    suggestion=rest,
                    count=count,
                )


def _horizon(ground: Ground) -> Iterator[Reason]:
    seen = ground.seen
    if seen.lag:
        yield Reason(
            code="Lag",
            message=f"{seen.lag} records are not searchable yet; ask again in a moment.",
            count=seen.lag,
        )
    yield Reason(
        code="OwnAccount",
        message=f"Only events of account {ground.account} were looked at.",
        condition=ground.account,
    )


def _count(ground: Ground, asked: Asked) -> tuple[int, int, int]:
    """How many events, and when the first and the last of them happened."""
    bound = Bindings()
    where = ground.search.where(asked, bound)
    sql = f"SELECT count(), toUnixTimestamp64Milli(min(happened)), toUnixTimestamp64Milli(max(happened)) FROM {TABLE} WHERE {where}"
    count, first, last = ground.rows(sql, bound)[0]
    return int(count), int(first), int(last)
