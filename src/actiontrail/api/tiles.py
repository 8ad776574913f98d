"""The log for everybody, and proofs for those whose events they are.

Under `/log/` nobody is asked who they are: checkpoints, tiles and entries are digests, and say nothing of
anybody's events. What can never change may be cached for ever; what is not there yet must not be cached.
Under `/v1/` the caller is known: a proof holds the record itself.
"""

import base64
import gzip
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Protocol
from urllib.parse import parse_qsl, unquote

import msgspec
from litestar import Request, Response, route
from litestar.concurrency import sync_to_thread
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from actiontrail.api import wire
from actiontrail.api.deeds import Deed
from actiontrail.api.gate import Gate, Planned
from actiontrail.api.operations.table import InvalidParameter
from actiontrail.api.routes import Answered, Asked, Route
from actiontrail.api.rpc import response, sent_headers, sent_target
from actiontrail.api.signature import Sent
from actiontrail.api.wire import Reply
from actiontrail.event import record
from actiontrail.evidence import receipt
from actiontrail.ledger import checkpoint as checkpoints
from actiontrail.ledger import note, tiles
from actiontrail.ledger.tiles import BadTile, NoSuchTile
from actiontrail.query.place import NoSuchEvent

PREFIX = "/log/"
CHECKPOINT_SECONDS = 2
FOREVER = "public, max-age=31536000, immutable"
BRIEFLY = f"public, max-age={CHECKPOINT_SECONDS}"
TEXT = "text/plain; charset=utf-8"
OCTETS = "application/octet-stream"
_PROOF = "/v1/proof/"
_RUN = "/v1/proofs"
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
RUN_MAX = 500
RUN_BYTES = 4 << 20
_METHODS = [HttpMethod.GET, HttpMethod.HEAD]

PROOF = "actiontrail:GetEventProof"
CONSISTENCY = "actiontrail:GetConsistencyProof"
Failed = Callable[[str, Exception], None]


class RunAsk(Asked, frozen=True):
    """Which records, and in the log of which size they are to be proved."""

    index: Annotated[int, Meta(ge=0, description="The place of the first record.")]
    count: Annotated[int, Meta(ge=1, le=RUN_MAX, description="How many records, at most.")] = 1
    size: Annotated[int, Meta(ge=0, description="The log's size; not given: what is published.")] = 0


class RunAnswer(Answered, frozen=True):
    """The records in base64, fewer than were asked for if they are large; the hashes beside them, from the left to the right."""

    index: int
    size: int
    records: list[str]
    hashes: list[str]


class ConsistencyAsk(Asked, frozen=True):
    """Two sizes of the log."""

    old: Annotated[int, Meta(ge=0, description="The smaller size.")]
    new: Annotated[int, Meta(ge=0, description="The larger size; not given: what is published.")] = 0


class ConsistencyAnswer(Answered, frozen=True):
    """The hashes that prove it, in base64; with the signed checkpoint, if `new` is its size."""

    old: int
    new: int
    hashes: list[str]
    checkpoint: str | msgspec.UnsetType = msgspec.UNSET


ROUTES = (
    Route(
        name="proof",
        method="GET",
        path="/v1/proof/{event_id}",
        action=PROOF,
        summary="The evidence file of one event: the record, its place in the log, and a signed checkpoint.",
        group="evidence",
        places={"event_id": "The event's id."},
        answer=("text/plain",),
        headers={"content-disposition": "A name for the file."},
        errors=(NoSuchEvent,),
    ),
    Route(
        name="run-proof",
        method="GET",
        path="/v1/proofs",
        action=PROOF,
        summary="Records that follow one another, all of this account, and the one proof that a log of a given size holds them.",
        group="evidence",
        query=RunAsk,
        answer=RunAnswer,
        errors=(InvalidParameter, NoSuchEvent),
    ),
    Route(
        name="consistency",
        method="GET",
        path="/v1/consistency",
        action=CONSISTENCY,
        summary="The proof that a log of one size begins with the log of a smaller one.",
        group="evidence",
        query=ConsistencyAsk,
        answer=ConsistencyAnswer,
        errors=(InvalidParameter,),
    ),
)


class Ledger(Protocol):
    """What is asked of the ledger's reader."""

    def checkpoint(self) -> bytes:
        """The signed checkpoint as published."""
        ...

    def size(self) -> int:
        """How many records are published."""
        ...

    def line(self, index: int) -> bytes:
        """The record at `index`."""
        ...

    def lines(self, start: int, *, limit: int, bytes_max: int) -> list[bytes]:
        """The records from `start` on."""
        ...

    def run(self, start: int, end: int, size: int) -> list[bytes]:
        """The proof that the records [start, end) are in the tree of `size`."""
        ...

    def tile(self, level: int, n: int, width: int) -> bytes:
        """Hashes of a tile."""
        ...

    def entries(self, n: int, width: int) -> bytes:
        """A bundle of entries."""
        ...

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The proof that the record at `index` is in the tree of `size`."""
        ...

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `new` begins with the tree of `old`."""
        ...


class Log:
    """Answers requests under `/log/`. `handovers` reads the hand-over notes; `failed` is told of bugs."""

    def __init__(
        self,
        ledger: Ledger,
        vkey: str,
        handovers: Callable[[], Sequence[bytes]],
        *,
        failed: Failed | None = None,
    ) -> None:
        self._ledger = ledger
        self._vkey = vkey
        self._handovers = handovers
        self._failed = failed

    def reply(self, path: str, headers: Mapping[str, str]) -> Reply:
        """The answer for `path`, without `/log/`. Never raises; may block."""
        try:
            answer = self._answer(path, headers)
        except Exception as error:  # noqa: BLE001 - the caller is told by the table; a bug is told to the log
            answer = _refused(error, headers, self._failed)
        answer.headers["access-control-allow-origin"] = "*"
        return answer

    def _answer(self, path: str, headers: Mapping[str, str]) -> Reply:
        match path:
            case "checkpoint":
                return _reply(self._ledger.checkpoint(), TEXT, BRIEFLY)
            case "vkey":
                return _reply(f"{self._vkey}\n".encode(), TEXT, BRIEFLY)
            case "handover":
                notes = [handover.decode() for handover in self._handovers()]
                return _reply(msgspec.json.encode({"handovers": notes}), wire.JSON, BRIEFLY)
            case _:
                return self._tile(path, headers)

    def _tile(self, path: str, headers: Mapping[str, str]) -> Reply:
        try:
            level, number, width = tiles.parse_path(path)
        except BadTile as error:
            raise NoSuchTile(str(error)) from error
        size = self._ledger.size()
        if width > tiles.width(level, number, size):
            raise NoSuchTile(f"a log of {size} entries has no {path}")
        if level is not None:
            return _reply(self._ledger.tile(level, number, width), OCTETS, FOREVER)
        answer = _reply(self._ledger.entries(number, width), OCTETS, FOREVER)
        answer.headers["vary"] = "accept-encoding"
        if _accepts_gzip(headers.get("accept-encoding", "")):
            answer.headers["content-encoding"] = "gzip"
            return answer._replace(body=gzip.compress(answer.body, 1, mtime=0))
        return answer


class Proofs:
    """Answers requests for proofs. `index_of` finds the record of an account's event, or raises `NoSuchEvent`."""

    def __init__(
        self,
        gate: Gate,
        ledger: Ledger,
        index_of: Callable[[str, str], int],
        *,
        failed: Failed | None = None,
    ) -> None:
        self._gate = gate
        self._ledger = ledger
        self._index_of = index_of
        self._failed = failed

    def reply(self, target: str, path: str, headers: Mapping[str, str]) -> Reply:
        """The answer to a GET of `target`, whose decoded path is `path`. Never raises; may block."""
        request_id = wire.new_request_id()
        try:
            sent = Sent("GET", target, headers, b"")
            return self._gate.perform(sent, request_id, lambda _: self._plan(target, path, request_id))
        except Exception as error:  # noqa: BLE001 - as above
            return _refused(error, headers, self._failed, request_id)

    def _plan(self, target: str, path: str, request_id: str) -> Planned[Reply]:
        if path.startswith(_PROOF):
            event_id = path.removeprefix(_PROOF)
            deed = Deed(action=PROOF, parameters={"eventId": event_id})
            return Planned(deed, lambda admitted: self._proof(admitted.caller.account, event_id))
        if path == _RUN:
            deed = Deed(action=PROOF, parameters=dict(parse_qsl(target.partition("?")[2])))
            return Planned(
                deed, lambda admitted: wire.answer(self._run(admitted.caller.account, target), request_id)
            )
        deed = Deed(action=CONSISTENCY, parameters=dict(parse_qsl(target.partition("?")[2])))
        return Planned(deed, lambda _: wire.answer(self._consistency(target), request_id))

    def _proof(self, account: str, event_id: str) -> Reply:
        index = self._index_of(account, event_id)
        line = self._ledger.line(index)
        if record.parse(line).account != account:  # whatever the projection says
            raise NoSuchEvent(event_id)
        signed = self._ledger.checkpoint()
        hashes = self._ledger.inclusion(index, _size(signed))
        answer = _reply(receipt.make(line, index, signed, hashes), receipt.MEDIA_TYPE, "no-store")
        answer.headers["content-disposition"] = f'attachment; filename="entry-{index}{receipt.SUFFIX}"'
        return answer

    def _run(self, account: str, target: str) -> dict[str, Any]:
        """Records of the account from `index` on, as many of `count` as fit, in the log of `size`."""
        given = dict(parse_qsl(target.partition("?")[2]))
        published = self._ledger.size()
        size = _number({"size": str(published)} | given, "size", published)
        start = _number(given, "index", max(size - 1, 0))
        count = _number({"count": "1"} | given, "count", RUN_MAX)
        if not 0 < count <= size - start:
            raise InvalidParameter(f"a log of {size} entries has no {count} entries from {start} on")
        lines = self._ledger.lines(start, limit=count, bytes_max=RUN_BYTES)[:count]
        for index, line in enumerate(lines, start):
            if record.parse(line).account != account:
                raise NoSuchEvent(f"entry {index}")
        hashes = self._ledger.run(start, start + len(lines), size)
        return {
            "index": start,
            "size": size,
            "records": [base64.b64encode(line).decode() for line in lines],
            "hashes": [base64.b64encode(value).decode() for value in hashes],
        }

    def _consistency(self, target: str) -> dict[str, Any]:
        """The hashes from the size `old` to `new`; with the published checkpoint, if that is its size."""
        given = dict(parse_qsl(target.partition("?")[2]))
        signed = self._ledger.checkpoint()
        size = _size(signed)
        old = _number(given, "old", size)
        new = _number({"new": str(size)} | given, "new", size)
        if old > new:
            raise InvalidParameter(f"old is {old} and new is {new}: a log never gets shorter")
        hashes = [base64.b64encode(value).decode() for value in self._ledger.consistency(old, new)]
        shown = {"checkpoint": signed.decode()} if new == size else {}
        return {"old": old, "new": new, "hashes": hashes, **shown}


def log_routes(log: Log) -> list[HTTPRouteHandler]:
    """The handlers under `/log/`, open to everybody."""

    @route(["/log/{path:path}"], http_method=_METHODS, include_in_schema=False, name="log")
    async def public(request: Request[Any, Any, Any]) -> Response[bytes]:
        path = request.scope["path"].removeprefix(PREFIX)
        return response(await sync_to_thread(log.reply, path, sent_headers(request)))

    return [public]


def routes(proofs: Proofs) -> list[HTTPRouteHandler]:
    """The handlers for proofs, which want a signed request."""

    @route(
        ["/v1/proof/{event_id:path}", _RUN, "/v1/consistency"],
        http_method=[HttpMethod.GET],
        include_in_schema=False,
        name="proofs",
    )
    async def prove(request: Request[Any, Any, Any]) -> Response[bytes]:
        target = sent_target(request)
        # The scope's path keeps a slash within an id apart from those between; here they are one.
        path = unquote(target.partition("?")[0])
        return response(await sync_to_thread(proofs.reply, target, path, sent_headers(request)))

    return [prove]


def _size(signed: bytes) -> int:
    return checkpoints.parse(note.parse(signed).text).size


def _number(given: Mapping[str, str], name: str, most: int) -> int:
    text = given.get(name, "")
    if not _SIZE.fullmatch(text) or int(text) > most:
        raise InvalidParameter(f"{name} is {text[:40]!r}, not a size of the log from 0 to {most}")
    return int(text)


def _accepts_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        coding, *parameters = (piece.strip().replace(" ", "") for piece in part.split(";"))
        if coding == "gzip":
            return not any(re.fullmatch(r"q=0(\.0*)?", each) for each in parameters)
    return False


def _reply(body: bytes, media_type: str, cached: str) -> Reply:
    return Reply(200, {"content-type": media_type, "cache-control": cached}, body)


def _refused(
    error: Exception, headers: Mapping[str, str], failed: Failed | None, request_id: str = ""
) -> Reply:
    request_id = request_id or wire.new_request_id()
    if failed is not None:
        failed(request_id, error)
    return wire.refusal(error, request_id, host=headers.get("host", ""))
