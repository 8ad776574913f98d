"""The two applications: the recorder's front door, and the reader behind it.

The front door answers what must work when nothing else does (events coming in, the log's tiles, health,
figures) and passes everything else on to the reader.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
import structlog
from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from actiontrail.access.accounts import Accounts
from actiontrail.access.authority import Authority
from actiontrail.access.directory import Directories
from actiontrail.access.grants import Grants
from actiontrail.access.roles import Roles
from actiontrail.access.users import Users
from actiontrail.api import metrics, tiles, wire
from actiontrail.api.asgi import Application, Flight, Message, Receive, Send, send_reply, slashes_kept
from actiontrail.api.chronicle import Chronicle
from actiontrail.api.door import Door
from actiontrail.api.gate import Callers, Gate, Stands
from actiontrail.api.ingest import PATH, Ingest
from actiontrail.api.metrics import HttpMeters, RecorderMeters
from actiontrail.api.observe import Observed
from actiontrail.api.operations import (
    deliveries,
    events,
    governance,
    insights,
    keyaudit,
    lifecycle,
    queries,
    regions,
    selectors,
    sts,
    trails,
    trails_2017,
)
from actiontrail.api.origin import networks
from actiontrail.api.people.acts import Desk
from actiontrail.api.proxy import Forward
from actiontrail.api.rpc import Rpc, response, sent_target
from actiontrail.api.rpc import routes as rpc_routes
from actiontrail.api.served import request_id
from actiontrail.api.throttle import Throttle
from actiontrail.capture.masking import Masker
from actiontrail.config import Config
from actiontrail.errors import Outage, Refusal
from actiontrail.ledger import notekey
from actiontrail.ledger.places import Places
from actiontrail.ledger.stats import FSYNC_BUCKETS_S
from actiontrail.service import Reading, Recorder, geography_of
from actiontrail.store.outbox import Outbox

if TYPE_CHECKING:
    from actiontrail.api.pages import Pages
    from actiontrail.api.trails.routes import TrailDesk
    from actiontrail.query.search import Search, Seen

log = structlog.get_logger("actiontrail.api")

_READER_SECONDS = 2.0  # how long health and figures wait for the reader


class Front:
    """The recorder's ASGI application."""

    def __init__(self, recorder: Recorder) -> None:
        settings = recorder.settings
        self._recorder = recorder
        self._meters = RecorderMeters()
        metrics.add_live(self._meters.registry, self._readings)
        self._chronicle = _chronicle(recorder)
        self._chronicle.start()
        self._flight = Flight(settings.queue_bytes_max)
        self._ingest = Ingest(
            _gate(recorder, _door(recorder), self._chronicle),
            recorder.intake,
            self._meters,
            body_bytes_max=settings.body_bytes_max,
            flight=self._flight,
        )
        self._forward = Forward(recorder.socket)
        self._reader = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=str(recorder.socket)),
            base_url="http://reader",
            timeout=_READER_SECONDS,
        )
        self._log = _litestar(tiles.log_routes(_public_log(recorder)))
        self.application = Observed(self._answer, HttpMeters(self._meters.registry, "http"))

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send, self._close)
            return
        if scope["type"] != "http":
            return
        path = scope["path"]
        if path == PATH:
            await self._ingest(scope, receive, send)
        elif path in ("/healthz", "/readyz", "/metrics"):
            await self._about(path, send)
        elif path.startswith(tiles.PREFIX):
            await self._log(scope, receive, send)  # type: ignore[arg-type]  # ASGI, under another name
        else:
            await self._forward(scope, receive, send)

    async def _about(self, path: str, send: Send) -> None:
        if path == "/metrics":
            body = metrics.text(self._meters.registry) + await self._reader_says("/metrics")
            await send_reply(send, 200, {"content-type": metrics.CONTENT_TYPE}, body)
            return
        stopped = self._recorder.sequencer.stats().stopped
        state = {"recorder": stopped or "ok"}
        if path == "/readyz":
            state["reader"] = "ok" if await self._reader_says("/healthz") else "not answering"
        good = all(value == "ok" for value in state.values())
        await send_reply(send, 200 if good else 503, {"content-type": wire.JSON}, msgspec.json.encode(state))

    async def _reader_says(self, path: str) -> bytes:
        """The reader's answer; nothing if it has none."""
        try:
            response = await self._reader.get(path)
        except httpx.TransportError:
            return b""
        return response.content if response.status_code == 200 else b""

    async def _close(self) -> None:
        self._ingest.close()
        self._chronicle.close()
        await self._forward.aclose()
        await self._reader.aclose()

    def _readings(self) -> Iterator[Metric]:
        stats = self._recorder.sequencer.stats()
        yield metrics.gauge("actiontrail_ledger_size", {(): stats.size})
        with suppress(Outage):  # the figure is missing while the control database is away
            yield metrics.gauge("actiontrail_outbox_events", {(): self._recorder.outbox.count()})
        yield metrics.total("actiontrail_own_events_recorded_total", self._recorder.own.recorded)
        yield metrics.total("actiontrail_own_events_refused_total", self._recorder.own.refused)
        yield metrics.totals("actiontrail_ingest_tries_unrecorded_total", self._chronicle.unrecorded)
        yield metrics.gauge("actiontrail_queue_bytes", {(): stats.queue_bytes})
        yield metrics.gauge("actiontrail_inflight_bytes", {(): self._flight.bytes})
        yield metrics.total("actiontrail_rounds_total", stats.rounds)
        yield metrics.total("actiontrail_round_records_total", stats.records)
        yield metrics.total("actiontrail_round_bytes_total", stats.raw_bytes)
        yield metrics.buckets(
            "actiontrail_fsync_seconds", _cumulative(stats.fsync_buckets), stats.fsync_seconds
        )


def _cumulative(counts: Iterable[int]) -> Iterator[tuple[float, int]]:
    sum_ = 0
    for bound, count in zip(FSYNC_BUCKETS_S, counts, strict=True):
        sum_ += count
        yield bound, sum_


def recorder_app(recorder: Recorder) -> Application:
    """The front door."""
    return Front(recorder).application


def reader_app(reading: Reading) -> Application:
    """What answers questions, on the reader's socket."""
    registry = CollectorRegistry()
    metrics.add_live(registry, lambda: _reader_readings(reading, chronicle))
    chronicle = _chronicle(reading)
    inner = _reader_routes(reading, chronicle)

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/healthz":
            failing = reading.projector.failures > 0
            state = {"reader": "the projector fails" if failing else "ok", "lag": reading.projector.lag()}
            await send_reply(
                send, 503 if failing else 200, {"content-type": wire.JSON}, msgspec.json.encode(state)
            )
        elif scope["type"] == "http" and scope["path"] == "/metrics":
            await send_reply(send, 200, {"content-type": metrics.CONTENT_TYPE}, metrics.text(registry))
        else:
            await inner(slashes_kept(scope), receive, send)  # type: ignore[arg-type]  # ASGI, under another name

    return Observed(answer, HttpMeters(registry, "query"))


def _reader_readings(reading: Reading, chronicle: Chronicle) -> Iterator[Metric]:
    name = (reading.projection.name,)
    yield metrics.gauge("actiontrail_follower_lag", {name: reading.projector.lag()})
    yield metrics.gauge("actiontrail_follower_failures", {name: reading.projector.failures})
    standing = reading.couriers.standing()
    yield metrics.gauge("actiontrail_delivery_places", {(): standing.places})
    yield metrics.gauge("actiontrail_delivery_failing", {(): standing.failing})
    yield metrics.gauge("actiontrail_delivery_lag", {(): standing.behind})
    yield metrics.total("actiontrail_delivery_events_total", standing.delivered)
    yield metrics.totals("actiontrail_own_events_unrecorded_total", chronicle.unrecorded)
    yield metrics.total(
        "actiontrail_undeclared_format_records_total", sum(reading.projection.undeclared().values())
    )


def _chronicle(house: Recorder | Reading) -> Chronicle:
    """What is done through this process, on its way to the record."""
    settings = house.settings
    return Chronicle(
        Outbox(house.database),
        Masker(settings.mask),
        region=settings.region,
        scope=settings.record_own_operations,
        now=time.time,
    )


def _door(house: Recorder | Reading) -> Door:
    return Door(house.keys, clock_skew_seconds=house.settings.clock_skew_seconds)


def _gate(house: Recorder | Reading, callers: Callers, chronicle: Chronicle) -> Gate:
    """The gate of this process: what is changed through the other one's holds here at once."""
    settings = house.settings
    return Gate(
        callers,
        Authority(Grants(house.database)),
        stands=Stands(settings.region, networks(settings.trusted_proxies)),
        deeds=chronicle,
    )


def _public_log(recorder: Recorder) -> tiles.Log:
    vkey, kept = recorder.verifiers[0].vkey, Places(recorder.data).handover
    return tiles.Log(recorder.ledger, vkey, lambda: notekey.shown_handovers(kept, vkey), failed=_failed)


def _proofs(reading: Reading, gate: Gate) -> tiles.Proofs:
    from actiontrail.query.place import index_of  # the recorder does without the search engine

    def find(account: str, event_id: str) -> int:
        known = reading.lately.index_of(account, event_id)
        if known is not None:
            return known
        size = reading.ledger.size()
        return index_of(reading.projection, account, event_id, size=size, limits=reading.limits)

    return tiles.Proofs(gate, reading.ledger, find, failed=_failed)


def _reader_routes(reading: Reading, chronicle: Chronicle) -> Litestar:
    from actiontrail.api import (
        openapi,
        pages,
        reception,
        rest,
    )
    from actiontrail.api.people import routes as people_routes
    from actiontrail.api.trails import routes as trails_routes
    from actiontrail.api.trails import trial as trails_trial
    from actiontrail.query.insightevents import InsightEvents
    from actiontrail.query.keyuse import KeyUse
    from actiontrail.query.lookup import lookup
    from actiontrail.query.search import Search

    settings = reading.settings
    door = _door(reading)
    visitors = reception.visitors(reading, door)
    gate = _gate(reading, visitors, chronicle)
    throttle = Throttle(settings.calls_per_second, now=time.monotonic)
    search = Search(
        reading.projection,
        limits=reading.limits,
        rows_max=settings.query_rows_max,
        checkpoint=reading.ledger.checkpoint,
        ledger_size=reading.ledger.size,
    )
    operations = (
        *events.operations(
            lambda question: lookup(reading.projection, question, limits=reading.limits),
            token_key=reading.token_key,
            lookback_days=settings.lookback_days,
        ),
        *regions.operations(settings.region),
        *sts.operations(Roles(reading.database), reading.keys),
        *trails.operations(reading.trails, region=settings.region),
        *trails_2017.operations(reading.trails, region=settings.region),
        *selectors.operations(reading.trails),
        *deliveries.operations(reading.trails, reading.backfills),
        *queries.operations(reading.saved, search.try_out),
        *keyaudit.operations(KeyUse(reading.projection, reading.limits), token_key=reading.token_key),
        *insights.operations(
            reading.insight_types,
            InsightEvents(reading.projection, reading.limits),
            token_key=reading.token_key,
        ),
        *lifecycle.operations(),
        *governance.operations(reading.trails, kept_here=_oss_is_here(settings)),
    )
    rpc = Rpc(_gate(reading, door, chronicle), operations, throttle, failed=_failed)
    slow = {trails_trial.TEST, trails_trial.VERIFY}
    if strangers := settings.calls_per_second.keys() - {one.spec.name for one in operations} - slow:
        log.warning("calls_per_second names no operation", names=sorted(strangers))
    mine = rest.routes(rest.Rest(gate, search, reading.ledger, reading.formats, saved=reading.saved))

    mine += pages.routes(_pages(reading, gate, search))
    mine += _asking(reading, gate, search)
    mine += _retention(reading, gate, search.seen)
    mine += people_routes.routes(gate, _desk(reading))
    mine += trails_routes.routes(_trails_desk(reading, gate, search, throttle))
    mine += reception.routes(reading, visitors, chronicle)
    handlers = [*rpc_routes(rpc), *tiles.routes(_proofs(reading, gate)), *mine, *openapi.routes()]
    return _litestar(handlers, along=chronicle)


def _pages(reading: Reading, gate: Gate, search: "Search") -> "Pages":
    """Who answers the pages' questions."""
    from actiontrail.api.pages import Pages
    from actiontrail.query.retention import received

    def recorded() -> datetime | None:
        size = reading.ledger.size()
        return received(reading.ledger.line(size - 1)) if size else None

    geography = geography_of(reading.data, reading.settings)

    def notes(account: str) -> dict[str, str]:
        return {f"{one.kind}:{one.id}": one.note for one in reading.keys.list(account)}

    return Pages(gate, search, recorded=recorded, geography=geography, notes=notes)


def _trails_desk(reading: Reading, gate: Gate, search: "Search", throttle: Throttle) -> "TrailDesk":
    """Who answers about trails over our own interface."""
    from actiontrail.api.selection import Selector
    from actiontrail.api.trails.rest import TrailsRest
    from actiontrail.api.trails.routes import TrailDesk
    from actiontrail.api.trails.trial import Looking, Selecting, Trial
    from actiontrail.delivery.standing import Lookout

    settings = reading.settings
    lookout = Lookout(
        ledger=reading.ledger,
        waiting=reading.couriers.waiting,
        batch_seconds=settings.delivery_seconds,
        now=time.time,
    )
    rest = TrailsRest(
        reading.trails, reading.backfills, region=settings.region, now=time.time, lookout=lookout
    )
    trial = Trial(
        rest,
        looking=Looking(reading.prober, reading.inspections),
        selecting=Selecting(Selector(reading.ledger, reading.formats), search),
        throttle=throttle,
        now=time.time,
    )
    return TrailDesk(gate, rest, trial)


def _retention(reading: Reading, gate: Gate, seen: "Callable[[], Seen]") -> list[Any]:
    from actiontrail.api import retention
    from actiontrail.query.holding import holding

    ledger = Places(reading.data).ledger
    held = retention.Retention(
        reading.settings.searchable_days,
        reading.settings.lookback_days,
        lambda account: holding(reading.projection, account, reading.limits),
        seen,
        lambda: sum(one.stat().st_size for one in ledger.rglob("*") if one.is_file()),
    )
    return [*retention.routes(gate, held)]


def _asking(reading: Reading, gate: Gate, search: "Search") -> list[Any]:
    """What is kept of questions, and what is made of their answers."""
    from actiontrail.api import exports, kept, sigma

    return [
        *sigma.routes(gate),
        *exports.routes(exports.ExportsRest(gate, reading.exports)),
        *kept.routes(kept.KeptQuestions(gate, reading.saved, search.try_out)),
    ]


def _oss_is_here(settings: Config) -> bool:
    """Whether OSS buckets are folders under the data folder."""
    reached = settings.destinations.get("oss")
    return reached is None or not reached.endpoint


def _desk(reading: Reading) -> Desk:
    database = reading.database
    return Desk(
        Accounts(database),
        Users(database),
        Roles(database),
        Grants(database),
        reading.keys,
        Directories(database),
        reading.people.signin,
        reading.people.sessions,
    )


def _litestar(handlers: Sequence[Any], *, along: Chronicle | None = None) -> Litestar:
    return Litestar(
        route_handlers=handlers,
        on_startup=[] if along is None else [along.start],
        on_shutdown=[] if along is None else [along.close],
        exception_handlers={HTTPException: _http_refusal, Exception: _refusal},
        openapi_config=None,
        logging_config=None,
    )


def _failed(request_id: str, error: Exception) -> None:
    if isinstance(error, Refusal):
        return
    log.error("a request failed", request_id=request_id, error=type(error).__name__, exc_info=error)


def _refusal(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    reply = wire.refusal(error, request_id(request), host=request.headers.get("host", ""))
    _failed(reply.headers["x-acs-request-id"], error)
    return response(reply)


def _nobody(request: Request[Any, Any, Any], error: HTTPException) -> str:
    """What to say of an address, or of a method, that nobody answers."""
    where = f"{request.method} {sent_target(request).partition('?')[0][:200]}"
    if error.status_code == 404:
        return f"nothing is at this address: {where}; /v1/openapi.json and docs/reference/api.md tell those there are"
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        return f"the address takes another method: {where}" + (f"; {allowed}" if allowed else "")
    return error.detail


def _http_refusal(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """A path or a method that nobody answers, or a body that is not what it should be."""
    code = {404: "InvalidAction.NotFound", 405: "UnsupportedHTTPMethod"}.get(
        error.status_code, "InvalidParameter"
    )
    return response(
        wire.unanswered(
            error.status_code,
            code,
            _nobody(request, error),
            request_id(request),
            host=request.headers.get("host", ""),
        )
    )


async def _lifespan(receive: Receive, send: Send, close: Callable[[], Any]) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await close()
    await send({"type": "lifespan.shutdown.complete"})
