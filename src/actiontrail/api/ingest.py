"""`POST /v1/events`: events come in; the answer says of each where it stands in the record, or why it does not.

200 means that every event of the body is durable; 207 that some are and the answer names the
others; any other status that none is. A 429 or 503 says when to come back, and coming back is always safe:
what was recorded already is answered as a repeat, with its first index.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from operator import attrgetter
from typing import Annotated, Any, Literal, Protocol
from urllib.parse import parse_qs

import msgspec
from msgspec import UNSET, Meta, UnsetType

from actiontrail.access.authority import RECORD
from actiontrail.access.keys import Caller
from actiontrail.api import wire
from actiontrail.api.asgi import (
    Flight,
    Gone,
    Message,
    Receive,
    Send,
    headers_of,
    peer_of,
    read_body,
    send_reply,
    target_of,
)
from actiontrail.api.deeds import Deed
from actiontrail.api.routes import Answered, Asked, Route
from actiontrail.api.signature import Sent
from actiontrail.api.wire import UnknownChoice, WrongIngestMethod
from actiontrail.capture.body import BadEncoding, BodyTooLarge, UnknownEncoding
from actiontrail.capture.intake import Pending, Sender, Shape, Taken, Turned
from actiontrail.capture.split import TooManyEvents, UnsupportedContentType
from actiontrail.errors import Outage, Refusal
from actiontrail.ledger.candidate import Placed, Receipt

PATH = "/v1/events"
MEDIA_TYPES = ("application/json", "application/x-ndjson", "application/cloudevents-batch+json")
_RECORDING = Deed(action=RECORD)
RESULTS_MAX = 1000  # lines told one by one where not all are asked for
SMALL_BYTES = 16 * 1024  # a body up to here is taken apart on the event loop; a larger one beside it
THREADS = 2  # large bodies unpacked at once
_repeated, _differs, _masked = attrgetter("repeated"), attrgetter("differs"), attrgetter("masked")


class Admits(Protocol):
    """Who lets callers in."""

    def admit(self, sent: Sent, deed: Deed, *, peer: str, request_id: str) -> Caller:
        """Who sends this, if they may record."""
        ...


class Takes(Protocol):
    """Who takes bodies in."""

    def take(self, body: bytes, shape: Shape, sender: Sender) -> Pending:
        """What becomes of `body`."""
        ...


class Told(Protocol):
    """Who counts what happened."""

    def taken(self, *, accepted: int, repeated: int, refused: Mapping[str, int]) -> None:
        """So many events of one body became this."""

    def turned_away(self, code: str) -> None:
        """A whole body was refused, or pushed back."""


class Choices(msgspec.Struct, frozen=True):
    """What the request's query asks for."""

    format: str = ""
    all_results: bool = False


class IngestAsk(Asked, frozen=True):
    """How the body is to be read, and what is to be told of it."""

    format: Annotated[str, Meta(description="The events' format; not given: told by their shape.")] = ""
    results: Annotated[
        Literal["some", "all"],
        Meta(description="Tell of every event, or only where there is something to say."),
    ] = "some"


class PlaceRun(Answered, frozen=True):
    """`count` events of the body from the number `item` on stand in the record from `index` on."""

    item: int
    index: int
    count: int
    repeated: bool | UnsetType = UNSET


class ItemResult(Answered, frozen=True):
    """What became of one event of the body."""

    line: int
    item: int
    status: Literal["accepted", "repeated", "refused"]
    event_id: str | UnsetType = UNSET
    index: int | UnsetType = UNSET
    masked: list[str] | UnsetType = UNSET
    differs: bool | UnsetType = UNSET
    code: str | UnsetType = UNSET
    field: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    remedy: str | UnsetType = UNSET


class IngestAnswer(Answered, frozen=True):
    """What became of the events of one body. The checkpoint is the signed note that holds the accepted ones."""

    accepted: int
    repeated: int
    refused: int
    places: list[PlaceRun]
    checkpoint: str
    results: list[ItemResult]
    unlisted: int | UnsetType = UNSET


class NothingTaken(Answered, frozen=True):
    """Why none of the events could be taken."""

    accepted: int
    repeated: int
    refused: int
    code: str = msgspec.field(name="Code")
    message: str = msgspec.field(name="Message")
    results: list[ItemResult]
    unlisted: int | UnsetType = UNSET


ROUTES = (
    Route(
        name="ingest",
        method="POST",
        path=PATH,
        summary="Take events in. 200: every one is durable; 207: some are; any other status: none is.",
        group="record",
        known_by="signature or token",
        action=RECORD,
        query=IngestAsk,
        body=MEDIA_TYPES,
        answer=IngestAnswer,
        others={207: IngestAnswer, 400: NothingTaken},
        errors=(
            BodyTooLarge,
            UnknownChoice,
            BadEncoding,
            UnknownEncoding,
            UnsupportedContentType,
            TooManyEvents,
        ),
    ),
)


class Ingest:
    """An ASGI application for one path. Bounded: by bytes in flight, and by the sequencer's queue."""

    def __init__(
        self, gate: Admits, intake: Takes, told: Told, *, body_bytes_max: int, flight: Flight
    ) -> None:
        self._gate = gate
        self._intake = intake
        self._told = told
        self._body_bytes_max = body_bytes_max
        self._flight = flight
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="intake")

    def close(self) -> None:
        """Wait for the bodies that are being taken apart."""
        self._threads.shutdown()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request_id = scope.get("actiontrail.request_id") or wire.new_request_id()
        try:
            status, content = await self._answer(scope, receive, request_id)
        except Gone:
            return
        except (Refusal, Outage) as error:
            reply = wire.refusal(error, request_id, host=headers_of(scope).get("host", ""))
            self._told.turned_away(msgspec.json.decode(reply.body)["Code"])
            await send_reply(send, *reply)
            return
        body = msgspec.json.encode({"RequestId": request_id, **content})
        headers = {"content-type": wire.JSON, "x-acs-request-id": request_id, "cache-control": "no-store"}
        await send_reply(send, status, headers, body)

    async def _answer(self, scope: Message, receive: Receive, request_id: str) -> tuple[int, dict[str, Any]]:
        if scope["method"] != "POST":
            raise WrongIngestMethod(f"{scope['method'][:16]} is not how events come in; POST them")
        headers = headers_of(scope)
        choices = _choices(scope["query_string"])
        length = headers.get("content-length", "")
        announced = int(length) if length.isdigit() else 0
        if announced > self._body_bytes_max:
            raise BodyTooLarge(self._body_bytes_max)
        self._flight.take(announced)
        body = await read_body(
            receive,
            first=announced,
            most=self._body_bytes_max,
            flight=self._flight,
            too_large=BodyTooLarge(self._body_bytes_max),
        )
        counted = max(announced, len(body))
        try:
            sent = Sent(scope["method"], target_of(scope), headers, body)
            caller = self._gate.admit(sent, _RECORDING, peer=peer_of(scope), request_id=request_id)
            del sent
            shape = Shape(
                headers.get("content-type", ""), headers.get("content-encoding", ""), choices.format
            )
            pending = await self._take(body, shape, _sender(caller))
            del body
            receipt: Receipt | None = None
            if pending.receipt is not None:
                receipt = await asyncio.wrap_future(pending.receipt)
        finally:
            self._flight.give(counted)
        return self._tell(pending, receipt, choices)

    async def _take(self, body: bytes, shape: Shape, sender: Sender) -> Pending:
        if len(body) <= SMALL_BYTES and not shape.encoding:
            return self._intake.take(body, shape, sender)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._intake.take, body, shape, sender)

    def _tell(
        self, pending: Pending, receipt: Receipt | None, choices: Choices
    ) -> tuple[int, dict[str, Any]]:
        repeated = sum(place.repeated for place in receipt.places) if receipt else 0
        accepted = len(receipt.places) - repeated if receipt else 0
        codes = Counter(turned.code for turned in pending.refused)
        self._told.taken(accepted=accepted, repeated=repeated, refused=codes)
        content: dict[str, Any] = {
            "accepted": accepted,
            "repeated": repeated,
            "refused": len(pending.refused),
        }
        if receipt is None:
            content |= {"Code": "NoEventTaken", "Message": "None of the events could be taken; see results."}
        else:
            content |= {"places": list(_runs(pending, receipt)), "checkpoint": receipt.checkpoint.decode()}
        results = list(_results(pending, receipt, everything=choices.all_results))
        if not choices.all_results and len(results) > RESULTS_MAX:
            content["unlisted"] = len(results) - RESULTS_MAX
            del results[RESULTS_MAX:]
        content["results"] = results
        return (400 if receipt is None else 207 if pending.refused else 200), content


def _sender(caller: Caller) -> Sender:
    return Sender(caller.account, f"{caller.kind}:{caller.access_key_id}", caller.any_account)


def _choices(query: bytes) -> Choices:
    given = parse_qs(query.decode("latin-1"), keep_blank_values=True, max_num_fields=16)
    if unknown := sorted(given.keys() - {"format", "results"}):
        raise UnknownChoice(f"there is no parameter {unknown[0][:40]!r} here; there are format and results")
    results = given.get("results", ["some"])[-1]
    if results not in ("some", "all"):
        raise UnknownChoice(f"results is some or all, not {results[:40]!r}")
    return Choices(given.get("format", [""])[-1], results == "all")


def _runs(pending: Pending, receipt: Receipt) -> Iterator[dict[str, Any]]:
    """Where the events stand: each run of events with following numbers and following indices is one line."""
    if (whole := _one_run(pending.taken, receipt.places)) is not None:
        yield whole
        return
    run: dict[str, Any] | None = None
    for taken, place in zip(pending.taken, receipt.places, strict=True):
        if (
            run is not None
            and run["item"] + run["count"] == taken.item
            and run["index"] + run["count"] == place.index
            and run.get("repeated", False) == place.repeated
        ):
            run["count"] += 1
            continue
        if run is not None:
            yield run
        run = {"item": taken.item, "index": place.index, "count": 1}
        if place.repeated:
            run["repeated"] = True
    if run is not None:
        yield run


def _one_run(taken: Sequence[Taken], places: Sequence[Placed]) -> dict[str, Any] | None:
    """The run that all events are, as nearly always: numbers and indices only rise where nothing is a repeat."""
    if not places or any(map(_repeated, places)):
        return None
    count = len(places)
    if taken[-1].item - taken[0].item != count - 1 or places[-1].index - places[0].index != count - 1:
        return None
    return {"item": taken[0].item, "index": places[0].index, "count": count}


def _results(pending: Pending, receipt: Receipt | None, *, everything: bool) -> Iterator[dict[str, Any]]:
    """One line for each event of which there is something to say, or for each, in the order of the body."""
    places = receipt.places if receipt else ()
    if not (everything or pending.refused or any(map(_masked, pending.taken)) or any(map(_differs, places))):
        return
    refused = iter(pending.refused)
    turned = next(refused, None)
    for taken, place in zip(pending.taken, places, strict=True):
        while turned is not None and turned.item < taken.item:
            yield _refused(turned)
            turned = next(refused, None)
        if not (everything or taken.masked or place.differs):
            continue
        told: dict[str, Any] = {
            "line": taken.line,
            "item": taken.item,
            "status": "repeated" if place.repeated else "accepted",
            "eventId": taken.event_id,
            "index": place.index,
        }
        if taken.masked:
            told["masked"] = taken.masked
        if place.differs:
            told["differs"] = True
        yield told
    while turned is not None:
        yield _refused(turned)
        turned = next(refused, None)


def _refused(turned: Turned) -> dict[str, Any]:
    told = {"line": turned.line, "item": turned.item, "status": "refused", "code": turned.code}
    if turned.field:
        told["field"] = turned.field
    return told | {"reason": turned.reason, "remedy": turned.remedy}
