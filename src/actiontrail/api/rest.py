"""Our own search over HTTP: `/v1/search`, `/v1/facets`, `/v1/histogram`, `/v1/sql`, `/v1/export`, `/v1/tail`, `/v1/events/{id}`.

Questions are the same as GET with a query string or as POST with a JSON object. A caller reads their own
account's events; a caller who hangs up has their question stopped.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, TypeVar
from urllib.parse import parse_qs, unquote

import msgspec
from litestar import Request, Response, route
from litestar.concurrency import sync_to_thread
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from actiontrail.access.keys import Caller
from actiontrail.api import wire
from actiontrail.api.door import Door
from actiontrail.api.rpc import sent_headers, sent_target
from actiontrail.errors import Outage, Refusal
from actiontrail.event import moment
from actiontrail.event.formats import BUILT_IN, Formats
from actiontrail.event.selector import parse
from actiontrail.query import export as exports
from actiontrail.query.engine import new_mark
from actiontrail.query.place import NoSuchEvent
from actiontrail.query.search import Asked, Found, Search
from actiontrail.query.tail import Ledger, Tail

T = TypeVar("T")
BODY_BYTES_MAX = 256 * 1024
TAILS_MAX = 32
HEARTBEAT_SECONDS = 10.0
SPOOL_BYTES = 8 * 1024 * 1024
PIECE = 256 * 1024
_METHODS = [HttpMethod.GET, HttpMethod.POST]


class BadQuestion(Refusal):
    """The request's parameters are not what this address takes."""


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Everything that a question may say. Times are RFC 3339; the range is half-open."""

    query: str = ""
    start: str = ""
    end: str = ""
    limit: int = 50
    order: str = "newest"
    token: str = ""
    fields: str = "eventName,serviceName,userIdentity.userName,sourceIpAddress,errorCode"
    top: int = 10
    buckets: int = 60
    format: str = "jsonl"
    rows: int = 100_000
    bom: bool = False

    def asked(self, caller: Caller) -> Asked:
        """The question, of the caller's account."""
        return Asked(
            account=caller.account,
            query=self.query,
            start_ms=_time(self.start, "start"),
            end_ms=_time(self.end, "end"),
        )


class Rest:
    """Answers questions. Safe to share between threads."""

    def __init__(self, door: Door, search: Search, ledger: Ledger, formats: Formats = BUILT_IN) -> None:
        self.door = door
        self.search = search
        self.ledger = ledger
        self.formats = formats
        self.tails = ThreadPoolExecutor(TAILS_MAX, "tail")
        self.listening = 0

    def page(self, caller: Caller, ask: Ask, mark: str) -> dict[str, Any]:
        """One page of events."""
        if ask.order not in {"newest", "oldest"}:
            raise BadQuestion("order is newest or oldest")
        found = self.search.page(
            ask.asked(caller), limit=ask.limit, newest_first=ask.order == "newest", token=ask.token, mark=mark
        )
        return {
            "events": [_shown(one) for one in found.events],
            "nextToken": found.next_token,
            "seen": found.seen,
        }

    def facets(self, caller: Caller, ask: Ask, mark: str) -> dict[str, Any]:
        """The commonest values of some fields."""
        names = [name.strip() for name in ask.fields.split(",") if name.strip()]
        found, seen = self.search.facets(ask.asked(caller), names, top=ask.top, mark=mark)
        shown = {
            name: [{"value": value, "count": count} for value, count in top] for name, top in found.items()
        }
        return {"facets": shown, "seen": seen}

    def histogram(self, caller: Caller, ask: Ask, mark: str) -> dict[str, Any]:
        """Counts over time."""
        found = self.search.histogram(ask.asked(caller), buckets=ask.buckets, mark=mark)
        buckets = [{"start": _rfc3339(one.start_ms), "count": one.events} for one in found.buckets]
        return {
            "stepSeconds": found.step_ms // 1000,
            "total": found.total,
            "buckets": buckets,
            "seen": found.seen,
        }

    def sql(self, caller: Caller, ask: Ask, mark: str) -> dict[str, Any]:
        """The answer to SQL after a selector."""
        found = self.search.sql(ask.asked(caller), mark=mark)
        return {"columns": found.columns, "rows": found.rows, "seen": found.seen}

    def export(self, caller: Caller, ask: Ask, file: IO[bytes]) -> exports.Part:
        """One part of an export, written to `file`. The first part fixes what all of them see."""
        wanted = exports.Wanted(ask.format, ask.rows, ask.token, ask.bom)
        return exports.write(self.search, ask.asked(caller), file, wanted)

    def event(self, caller: Caller, event_id: str) -> dict[str, Any]:
        """One event by its id. Raises `NoSuchEvent`."""
        found = self.search.event(caller.account, event_id)
        if found is None:
            raise NoSuchEvent(event_id, self.search.seen().since)
        return {"event": _shown(found), "seen": self.search.seen()}


def routes(rest: Rest) -> list[HTTPRouteHandler]:
    """The handlers of our own search."""
    answers: dict[str, Callable[[Caller, Ask, str], dict[str, Any]]] = {
        "/v1/search": rest.page,
        "/v1/facets": rest.facets,
        "/v1/histogram": rest.histogram,
        "/v1/sql": rest.sql,
    }
    made: list[HTTPRouteHandler] = [_question(rest, path, answer) for path, answer in answers.items()]

    @route("/v1/export", http_method=_METHODS, include_in_schema=False, name="export")
    async def export(request: Request[Any, Any, Any]) -> Stream:
        caller, ask = await _read(rest.door, request)
        file: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOL_BYTES)  # noqa: SIM115 - closed by the stream
        try:
            part = await sync_to_thread(rest.export, caller, ask, file)
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
        return Stream(_pieces(file), headers=headers, media_type=exports.TYPES[ask.format])

    @route("/v1/tail", http_method=_METHODS, include_in_schema=False, name="tail")
    async def tail(request: Request[Any, Any, Any]) -> Stream:
        caller, ask = await _read(rest.door, request)
        if rest.listening >= TAILS_MAX:
            raise Outage(f"{TAILS_MAX} listeners are the most", retry_after=10)
        since = request.headers.get("last-event-id", "")
        if since and not (since.isascii() and since.isdigit() and len(since) < 19):
            raise BadQuestion("Last-Event-ID is the index of the last event that was seen")
        listener = Tail(
            rest.ledger,
            caller.account,
            parse(ask.query),
            start=int(since) + 1 if since else None,
            formats=rest.formats,
        )
        return Stream(
            _told(rest, listener), headers={"cache-control": "no-store"}, media_type="text/event-stream"
        )

    @route("/v1/events/{event_id:str}", http_method=[HttpMethod.GET], include_in_schema=False, name="event")
    async def event(request: Request[Any, Any, Any], event_id: str) -> Response[bytes]:
        target = sent_target(request)
        caller = rest.door.reader(request.method, target, sent_headers(request), b"")
        found = await sync_to_thread(rest.event, caller, unquote(event_id) if "%" in event_id else event_id)
        return _answer(found)

    return [*made, export, tail, event]


def _question(
    rest: Rest, path: str, answer: Callable[[Caller, Ask, str], dict[str, Any]]
) -> HTTPRouteHandler:
    @route(path, http_method=_METHODS, include_in_schema=False, name=path)
    async def question(request: Request[Any, Any, Any]) -> Response[bytes]:
        caller, ask = await _read(rest.door, request)
        mark = new_mark()
        found = await _unless_gone(
            request, lambda: answer(caller, ask, mark), lambda: rest.search.cancel(mark)
        )
        return _answer(found)

    return question


async def _read(door: Door, request: Request[Any, Any, Any]) -> tuple[Caller, Ask]:
    """Who asks, and what. Raises a `Refusal`."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES_MAX:
            raise BadQuestion(f"a question has at most {BODY_BYTES_MAX} bytes")
    target = sent_target(request)
    caller = door.reader(request.method, target, sent_headers(request), body)
    return caller, _ask(target.partition("?")[2], body)


def _ask(query: str, body: bytes) -> Ask:
    try:
        if body.strip():
            return msgspec.json.decode(body, type=Ask)
        given = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
        return msgspec.convert(given, Ask, strict=False)
    except (msgspec.MsgspecError, ValueError) as error:
        raise BadQuestion(f"the parameters cannot be read: {error}") from error


async def _unless_gone(request: Request[Any, Any, Any], work: Callable[[], T], stop: Callable[[], None]) -> T:
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


async def _told(rest: Rest, listener: Tail) -> AsyncIterator[bytes]:
    """Server-sent events; the id of each is its index, by which a listener resumes."""
    rest.listening += 1
    quiet = time.monotonic()
    try:
        yield f": from {listener.next}\n\n".encode()
        while True:
            told = await asyncio.get_running_loop().run_in_executor(rest.tails, listener.more)
            if told:
                yield b"".join(b"id: %d\nevent: event\ndata: %b\n\n" % (one.index, one.event) for one in told)
            elif time.monotonic() - quiet < HEARTBEAT_SECONDS:
                continue
            else:
                yield f": seen {listener.next}\n\n".encode()
            quiet = time.monotonic()
    finally:
        rest.listening -= 1


def _answer(found: dict[str, Any]) -> Response[bytes]:
    reply = wire.answer(found, wire.new_request_id())
    headers = dict(reply.headers)
    return Response(
        reply.body, status_code=reply.status, media_type=headers.pop("content-type"), headers=headers
    )


def _shown(found: Found) -> dict[str, Any]:
    return {
        "index": found.index,
        "seq": found.seq,
        "received": found.received,
        "channel": found.channel,
        "event": msgspec.Raw(found.event),
    }


def _time(text: str, name: str) -> int | None:
    if not text:
        return None
    try:
        return int(moment.parse(text).timestamp() * 1000)
    except moment.BadTime as error:
        raise BadQuestion(f"{name} {error}") from error


def _rfc3339(milliseconds: int) -> str:
    return moment.text(moment.parse(milliseconds / 1000 if abs(milliseconds) < 10**11 else milliseconds))
