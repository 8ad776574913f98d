"""Our own search over HTTP: `/v1/search`, `/v1/facets`, `/v1/histogram`, `/v1/sql`, `/v1/export`, `/v1/tail`, `/v1/events/{id}`.

Questions are the same as GET with a query string or as POST with a JSON object (`api/questions.py`). A caller
reads their own account's events; a caller who hangs up has their question stopped.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO, Any, Generic, TypeVar

import msgspec
from litestar import Request, Response, route
from litestar.concurrency import sync_to_thread
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Stream

from actiontrail.access.keys import Caller
from actiontrail.api import wire
from actiontrail.api.deeds import Deed
from actiontrail.api.gate import Gate, Planned
from actiontrail.api.questions import (
    Ask,
    EventAnswer,
    EventFound,
    ExportAsk,
    FacetsAnswer,
    FacetsAsk,
    FacetValue,
    HistogramAnswer,
    HistogramAsk,
    HistogramStep,
    PageAnswer,
    PageAsk,
    SqlAnswer,
    SqlAsk,
    TailAsk,
)
from actiontrail.api.routes import Answered, Asked, Route
from actiontrail.api.served import BadQuestion, answered, asking, in_path, planning, received, request_id
from actiontrail.errors import Outage
from actiontrail.event import moment
from actiontrail.event.formats import BUILT_IN, Formats
from actiontrail.event.selector import parse, split_sql
from actiontrail.event.selector.parser import SelectorError
from actiontrail.query import export as exports
from actiontrail.query import search as searches
from actiontrail.query.engine import new_mark
from actiontrail.query.place import NoSuchEvent
from actiontrail.query.saved import DONE, RUNNING, By, Saved
from actiontrail.query.search import Found, Search
from actiontrail.query.tail import Ledger, Tail, Told

T = TypeVar("T")
A = TypeVar("A", bound=Asked)  # what a question asks
TAILS_MAX = 32
HEARTBEAT_SECONDS = 10.0
SPOOL_BYTES = 8 * 1024 * 1024
PIECE = 256 * 1024
EXPORT = "actiontrail:ExportEvents"
WATCH = "actiontrail:WatchEvents"
EVENT = "actiontrail:GetEvent"
METHODS = [HttpMethod.GET, HttpMethod.POST]


def asked(caller: Caller, ask: Ask) -> searches.Asked:
    """The question, of the caller's account."""
    start, end = bounds(ask.start, ask.end)
    return searches.Asked(account=caller.account, query=ask.query, start_ms=start, end_ms=end)


class Rest:
    """Answers questions. Safe to share between threads."""

    def __init__(
        self,
        gate: Gate,
        search: Search,
        ledger: Ledger,
        formats: Formats = BUILT_IN,
        *,
        saved: Saved | None = None,
    ) -> None:
        self.gate = gate
        self.search = search
        self.ledger = ledger
        self.formats = formats
        self.saved = saved
        self.tails = ThreadPoolExecutor(TAILS_MAX, "tail")
        self.listening = 0

    def page(self, caller: Caller, ask: PageAsk, mark: str) -> PageAnswer:
        """One page of events."""
        newest = ask.order == "newest"
        found = self.search.page(
            asked(caller, ask), limit=ask.limit, newest_first=newest, token=ask.token, mark=mark
        )
        return PageAnswer(
            events=[_shown(one) for one in found.events], next_token=found.next_token, seen=found.seen
        )

    def facets(self, caller: Caller, ask: FacetsAsk, mark: str) -> FacetsAnswer:
        """The commonest values of some fields."""
        names = [name.strip() for name in ask.fields.split(",") if name.strip()]
        found, seen = self.search.facets(asked(caller, ask), names, top=ask.top, mark=mark)
        shown = {
            name: [FacetValue(value=value, count=count) for value, count in top]
            for name, top in found.items()
        }
        return FacetsAnswer(facets=shown, seen=seen)

    def histogram(self, caller: Caller, ask: HistogramAsk, mark: str) -> HistogramAnswer:
        """Counts over time."""
        found = self.search.histogram(asked(caller, ask), buckets=ask.buckets, mark=mark)
        steps = [HistogramStep(start=moment.rfc3339(one.start_ms), count=one.events) for one in found.buckets]
        return HistogramAnswer(
            step_seconds=found.step_ms // 1000, total=found.total, buckets=steps, seen=found.seen
        )

    def sql(self, caller: Caller, ask: SqlAsk, mark: str) -> SqlAnswer:
        """The answer to SQL after a selector. The history says how it ended, whoever still waits for it."""
        with self._remembering(caller, ask) as ended:
            found = self.search.sql(asked(caller, ask), mark=mark)
            ended(len(found.rows))
        return SqlAnswer(columns=found.columns, rows=found.rows, seen=found.seen)

    @contextmanager
    def _remembering(self, caller: Caller, ask: SqlAsk) -> Iterator[Callable[[int], None]]:
        if not ask.remember or self.saved is None:
            yield lambda _: None
            return
        saved, by = self.saved, By(caller.user_name, ask.view)
        simple = split_sql(ask.query)[1] is None
        question = saved.ask(caller.account, ask.query, simple=simple, by=by, status=RUNNING)
        try:
            yield lambda rows: saved.ended(caller.account, question, DONE, rows=rows)
        except Exception as error:
            saved.ended(caller.account, question, wire.told(error)[0])
            raise

    def export(self, caller: Caller, ask: ExportAsk, file: IO[bytes]) -> exports.Part:
        """One part of an export, written to `file`. The first part fixes what all of them see."""
        wanted = exports.Wanted(ask.format, ask.rows, ask.token, ask.bom, ask.zone)
        return exports.write(self.search, asked(caller, ask), file, wanted)

    def tail(self, caller: Caller, ask: TailAsk, since: str) -> tuple[Tail, bool]:
        """Events from now on, or from the one after the index `since`."""
        if self.listening >= TAILS_MAX:
            raise Outage(f"{TAILS_MAX} listeners are the most", retry_after=10)
        if since and not (since.isascii() and since.isdigit() and len(since) < 19):
            raise BadQuestion("Last-Event-ID is the index of the last event that was seen")
        start = int(since) + 1 if since else None
        tail = Tail(self.ledger, caller.account, parse(ask.query), start=start, formats=self.formats)
        return tail, ask.whole

    def event(self, caller: Caller, event_id: str) -> EventAnswer:
        """One event by its id. Raises `NoSuchEvent`."""
        found = self.search.event(caller.account, event_id)
        if found is None:
            raise NoSuchEvent(event_id, self.search.seen().since)
        return EventAnswer(event=_shown(found), seen=self.search.seen())


@dataclass(frozen=True, slots=True)
class Question(Generic[A]):
    """A question that can be asked by GET and by POST, and who answers it."""

    name: str
    path: str
    action: str
    summary: str
    asks: type[A]
    answers: type[Answered]
    run: Callable[[Rest, Caller, A, str], Answered]


TOO_MUCH = ("actiontrail.query.engine.TooHeavy", "actiontrail.query.engine.Cancelled")
_ERRORS = (BadQuestion, SelectorError, "actiontrail.query.search.OutOfRange", *TOO_MUCH)
_TOKEN = "actiontrail.query.search.BadToken"  # noqa: S105 - the name of a class
QUESTIONS: tuple[Question[Any], ...] = (
    Question(
        "search",
        "/v1/search",
        "actiontrail:SearchEvents",
        "One page of events.",
        PageAsk,
        PageAnswer,
        Rest.page,
    ),
    Question(
        "facets",
        "/v1/facets",
        "actiontrail:GetEventFacets",
        "The commonest values of some fields.",
        FacetsAsk,
        FacetsAnswer,
        Rest.facets,
    ),
    Question(
        "histogram",
        "/v1/histogram",
        "actiontrail:GetEventHistogram",
        "Counts over time.",
        HistogramAsk,
        HistogramAnswer,
        Rest.histogram,
    ),
    Question(
        "sql",
        "/v1/sql",
        "actiontrail:QueryEvents",
        "SQL over the events that a selector chooses.",
        SqlAsk,
        SqlAnswer,
        Rest.sql,
    ),
)


def _rows() -> Iterator[Route]:
    """The rows of this module's addresses: what GET says in its query, POST says as JSON."""
    asked_twice = [
        *(
            Route(
                name=one.name,
                method="GET",
                path=one.path,
                action=one.action,
                summary=one.summary,
                group="search",
                query=one.asks,
                answer=one.answers,
                errors=(
                    *_ERRORS,
                    *((_TOKEN,) if one.name == "search" else ()),
                    *(("actiontrail.query.guard.BadSql",) if one.name == "sql" else ()),
                ),
            )
            for one in QUESTIONS
        ),
        Route(
            name="export",
            method="GET",
            path="/v1/export",
            action=EXPORT,
            summary="One part of an export, as a file; counted and hashed before its first byte is sent.",
            group="search",
            query=ExportAsk,
            answer=tuple(media.partition(";")[0] for media in exports.TYPES.values()),
            headers={
                "x-actiontrail-rows": "How many events the part holds.",
                "x-actiontrail-sha256": "The SHA-256 of the body, in hexadecimal.",
                "x-actiontrail-next-token": "With which the next part is asked for; empty after the last.",
            },
            errors=(*_ERRORS, _TOKEN),
        ),
        Route(
            name="tail",
            method="GET",
            path="/v1/tail",
            action=WATCH,
            summary="New events as they are recorded, as server-sent events; `id` is the event's index.",
            group="search",
            query=TailAsk,
            answer=("text/event-stream",),
            request_headers={"last-event-id": "The id of the last event that was seen, to miss none."},
            errors=(BadQuestion, SelectorError, Outage),
        ),
    ]
    for one in asked_twice:
        yield one
        yield replace(one, name=f"{one.name}ByBody", method="POST", query=None, body=one.query)
    yield Route(
        name="event",
        method="GET",
        path="/v1/events/{event_id}",
        action=EVENT,
        summary="One event by its id.",
        group="search",
        places={"event_id": "The event's id."},
        answer=EventAnswer,
        errors=(NoSuchEvent,),
    )


ROUTES = tuple(_rows())


def routes(rest: Rest) -> list[HTTPRouteHandler]:
    """The handlers of our own search."""
    made: list[HTTPRouteHandler] = [_question(rest, one) for one in QUESTIONS]

    @route("/v1/export", http_method=METHODS, include_in_schema=False, name="export")
    async def export(request: Request[Any, Any, Any]) -> Stream:
        sent = await received(request)
        file: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOL_BYTES)  # noqa: SIM115 - closed by the stream

        def write(caller: Caller, ask: ExportAsk) -> tuple[exports.Part, str]:
            return rest.export(caller, ask, file), ask.format

        plan = planning(sent, ExportAsk, asking(EXPORT, sent), write)
        try:
            part, form = await sync_to_thread(rest.gate.perform, sent, request_id(request), plan)
        except BaseException:
            file.close()
            raise
        headers = {
            "x-actiontrail-rows": str(part.rows),
            "x-actiontrail-sha256": part.sha256,
            "x-actiontrail-next-token": part.next_token,
            "content-length": str(part.size),
            "cache-control": "no-store",
        }
        media_type = exports.TYPES[form].partition(";")[0]  # the charset is added to texts
        return Stream(_pieces(file), status_code=200, headers=headers, media_type=media_type)

    @route("/v1/tail", http_method=METHODS, include_in_schema=False, name="tail")
    async def tail(request: Request[Any, Any, Any]) -> Stream:
        sent = await received(request)
        since = request.headers.get("last-event-id", "")
        plan = planning(sent, TailAsk, asking(WATCH, sent), lambda caller, ask: rest.tail(caller, ask, since))
        listener, whole = await sync_to_thread(rest.gate.perform, sent, request_id(request), plan)
        return Stream(
            _told(rest, listener, whole=whole),
            status_code=200,
            headers={"cache-control": "no-store"},
            media_type="text/event-stream",
        )

    @route("/v1/events/{event_id:str}", http_method=[HttpMethod.GET], include_in_schema=False, name="event")
    async def event(request: Request[Any, Any, Any], event_id: FromPath[str]) -> Response[bytes]:  # noqa: ARG001
        sent, identity = await received(request), request_id(request)
        wanted = in_path(request)[-1]
        planned = Planned(
            Deed(action=EVENT, parameters={"eventId": wanted}),
            lambda admitted: rest.event(admitted.caller, wanted),
        )
        return answered(await sync_to_thread(rest.gate.perform, sent, identity, lambda _: planned), identity)

    return [*made, export, tail, event]


def _question(rest: Rest, one: Question[Any]) -> HTTPRouteHandler:
    @route(one.path, http_method=METHODS, include_in_schema=False, name=one.name)
    async def question(request: Request[Any, Any, Any]) -> Response[bytes]:
        sent, identity = await received(request), request_id(request)
        mark = new_mark()
        plan = planning(
            sent, one.asks, asking(one.action, sent), lambda caller, ask: one.run(rest, caller, ask, mark)
        )
        found = await unless_gone(
            request, lambda: rest.gate.perform(sent, identity, plan), lambda: rest.search.cancel(mark)
        )
        return answered(found, identity)

    return question


async def unless_gone(request: Request[Any, Any, Any], work: Callable[[], T], stop: Callable[[], None]) -> T:
    """What `work` answers; `stop` is called if the caller hangs up before."""
    job = asyncio.ensure_future(sync_to_thread(work))
    gone = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait({job, gone}, return_when=asyncio.FIRST_COMPLETED)
        while not job.done():
            await sync_to_thread(stop)
            await asyncio.wait({job}, timeout=0.2)
        return job.result()
    finally:
        gone.cancel()


async def _hung_up(request: Request[Any, Any, Any]) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        await asyncio.sleep(0)


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        file.seek(0)
        while piece := await sync_to_thread(file.read, PIECE):
            yield piece
    finally:
        file.close()


async def _told(rest: Rest, listener: Tail, *, whole: bool) -> AsyncIterator[bytes]:
    """Server-sent events; the id of each is its index, by which a listener resumes."""
    rest.listening += 1
    quiet = time.monotonic()
    try:
        yield f": from {listener.next}\n\n".encode()
        while True:
            told = await asyncio.get_running_loop().run_in_executor(rest.tails, listener.more)
            if told:
                yield b"".join(
                    b"id: %d\nevent: event\ndata: %b\n\n" % (one.index, _placed(one) if whole else one.event)
                    for one in told
                )
            elif time.monotonic() - quiet < HEARTBEAT_SECONDS:
                continue
            else:
                yield f": seen {listener.next}\n\n".encode()
            quiet = time.monotonic()
    finally:
        rest.listening -= 1


def _placed(told: Told) -> bytes:
    """An event of the tail as search would show it."""
    shown = EventFound(
        index=told.index,
        seq=told.seq,
        received=told.received,
        channel=told.channel,
        event=msgspec.Raw(told.event),
    )
    return msgspec.json.encode(shown)


def _shown(found: Found) -> EventFound:
    return EventFound(
        index=found.index,
        seq=found.seq,
        received=found.received,
        channel=found.channel,
        event=msgspec.Raw(found.event),
    )


def bounds(start: str, end: str) -> tuple[int | None, int | None]:
    """A range, in Unix milliseconds. Raises `BadQuestion`, and `OutOfRange` for one that ends before it begins.

    An empty answer would look as if nothing had happened there.
    """
    begins, ends = at_moment(start, "start"), at_moment(end, "end")
    if begins is not None and ends is not None and ends < begins:
        raise searches.OutOfRange(f"end {end!r} is before start {start!r}; exchange them")
    return begins, ends


def at_moment(text: str, name: str) -> int | None:
    """The parameter `name`, an end of a range, in Unix milliseconds; None if it was not given. Raises `BadQuestion`."""
    if not text:
        return None
    try:
        return moment.edge(text)
    except moment.BadTime as error:
        raise BadQuestion(f"{name} {error}") from error
