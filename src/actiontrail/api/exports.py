"""Exports of any size over HTTP: asked for, written in the background, and fetched with ranges, so that nothing is fetched twice.

Asking takes the right to export; so does fetching. What is asked and fetched is recorded like every other look.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from litestar import Request, route
from litestar.concurrency import sync_to_thread
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream
from msgspec import Meta

from actiontrail.access.keys import Caller
from actiontrail.api.gate import Gate
from actiontrail.api.questions import Ask, Form, Zone
from actiontrail.api.rest import EXPORT, PIECE, asked
from actiontrail.api.routes import Answered, Route
from actiontrail.api.served import BadQuestion, asking, in_path, planning, received, request_id
from actiontrail.api.steps import Nothing, Step, handler, row
from actiontrail.event.moment import rfc3339
from actiontrail.event.selector.parser import SelectorError
from actiontrail.query.export import TYPES, Wanted
from actiontrail.query.exportjobs import Asker, Exports, Job, NoSuchExport, NotDone, TooManyExports
from actiontrail.query.search import OutOfRange

GROUP = "search"
# Failures of an export that other answers call by another name.
_CODES = {"TooHeavy": "QueryTooHeavy", "OSError": "InternalError"}
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{1,18})?$")


class WholeExportAsk(Ask, frozen=True):
    """All events of a question, as one file."""

    format: Form = "jsonl"
    zone: Zone = ""
    bom: Annotated[bool, Meta(description="A byte order mark before CSV.")] = False


class ExportShown(Answered, frozen=True):
    """An export. `state`: `waiting`, `running`, `done` or `failed`. `sha256` is of the whole file, in hexadecimal.

    Of one that failed: `error` and `code` say why, `request_id` is of the request that asked for it.
    """

    id: str
    state: str
    query: str
    start: str
    end: str
    format: str
    zone: str
    by: str
    asked: str
    rows: int
    size: int
    sha256: str
    error: str
    code: str
    request_id: str
    expires: str


class ExportAnswer(Answered, frozen=True):
    """One export."""

    export: ExportShown


class ExportsAnswer(Answered, frozen=True):
    """The account's exports, newest first."""

    exports: list[ExportShown]


class ExportGone(Answered, frozen=True):
    """It is not kept any more."""


class ExportsRest:
    """Answers about exports. Safe to share between threads."""

    def __init__(self, gate: Gate, exports: Exports) -> None:
        self.gate = gate
        self._exports = exports

    def begin(self, caller: Caller, identity: str, ask: WholeExportAsk) -> ExportAnswer:
        """A new one."""
        wanted, by = Wanted(ask.format, bom=ask.bom, zone=ask.zone), Asker(caller.user_name, identity)
        return ExportAnswer(export=_shown(self._exports.begin(asked(caller, ask), wanted, by)))

    def list(self, caller: Caller, _: str, _ask: Nothing) -> ExportsAnswer:
        """All of them."""
        return ExportsAnswer(exports=[_shown(job) for job in self._exports.jobs(caller.account)])

    def get(self, caller: Caller, export_id: str, _: Nothing) -> ExportAnswer:
        """One of them. Raises `NoSuchExport`."""
        return ExportAnswer(export=_shown(self._exports.job(caller.account, export_id)))

    def drop(self, caller: Caller, export_id: str, _: Nothing) -> ExportGone:
        """Stop and delete it."""
        self._exports.drop(caller.account, export_id)
        return ExportGone()

    def file(self, caller: Caller, export_id: str) -> tuple[Job, Path]:
        """Its file. Raises `NoSuchExport`, `NotDone`."""
        return self._exports.file(caller.account, export_id)


_ALL, _ONE, _FILE = "/v1/exports", "/v1/exports/{id}", "/v1/exports/{id}/file"
_ID = {"id": "The export's id."}
STEPS: tuple[Step[ExportsRest], ...] = (
    Step("beginExport", "POST", _ALL, EXPORT, "All events of a question are written to a file, in the background.", WholeExportAsk, ExportAnswer, ExportsRest.begin, (BadQuestion, SelectorError, OutOfRange, TooManyExports), traced=True),
    Step("exports", "GET", _ALL, "actiontrail:ListExports", "The account's exports, newest first; kept for a day.", Nothing, ExportsAnswer, ExportsRest.list),
    Step("exportState", "GET", _ONE, "actiontrail:GetExport", "How far an export is, its count and its hash.", Nothing, ExportAnswer, ExportsRest.get, (NoSuchExport,)),
    Step("dropExport", "DELETE", _ONE, "actiontrail:DeleteExport", "An export is stopped and deleted.", Nothing, ExportGone, ExportsRest.drop),
)  # fmt: skip
ROUTES = (
    *(row(step, GROUP, _ID["id"]) for step in STEPS),
    Route(
        name="exportFile",
        method="GET",
        path=_FILE,
        action=EXPORT,
        summary="The file of an export, or the rest of it from any byte on.",
        group=GROUP,
        places=_ID,
        answer=tuple(media.partition(";")[0] for media in TYPES.values()),
        request_headers={
            "range": "`bytes=N-`: from the Nth byte on, or up to another. The status is 206 then."
        },
        headers={
            "x-actiontrail-rows": "How many events the whole file holds.",
            "x-actiontrail-sha256": "The SHA-256 of the whole file, in hexadecimal.",
            "content-range": "Which bytes of how many these are, where only some were asked for.",
        },
        errors=(NoSuchExport, NotDone, BadQuestion),
    ),
)


def routes(rest: ExportsRest) -> list[HTTPRouteHandler]:
    """The handlers of exports."""

    @route(
        "/v1/exports/{id:str}/file", http_method=[HttpMethod.GET], include_in_schema=False, name="exportFile"
    )
    async def file(request: Request[Any, Any, Any]) -> Stream:
        sent, identity = await received(request), request_id(request)
        wanted = in_path(request)[2]
        deed = asking(EXPORT, sent, {"id": wanted})
        plan = planning(sent, Nothing, deed, lambda caller, _: rest.file(caller, wanted))
        job, path = await sync_to_thread(rest.gate.perform, sent, identity, plan)
        start, end = _span(job, request.headers.get("range", ""), request.headers.get("if-range", ""))
        whole = (start, end) == (0, job.size)
        headers = {
            "x-actiontrail-rows": str(job.rows),
            "x-actiontrail-sha256": job.sha256,
            "content-length": str(end - start),
            "content-disposition": f'attachment; filename="{job.id}.{job.form}"',
            "accept-ranges": "bytes",
            "etag": f'"{job.sha256}"',
            "cache-control": "no-store",
            "x-acs-request-id": identity,
        }
        if not whole:
            headers["content-range"] = f"bytes {start}-{end - 1}/{job.size}"
        return Stream(
            _pieces(path, start, end),
            status_code=200 if whole else 206,
            headers=headers,
            media_type=TYPES[job.form].partition(";")[0],
        )

    return [*(handler(rest, step) for step in STEPS), file]


def _span(job: Job, asked_for: str, unless: str) -> tuple[int, int]:
    """The half-open range of bytes that is wanted. Raises `BadQuestion` for one that the file has not."""
    if not asked_for or (unless and unless.strip('"') != job.sha256):
        return 0, job.size
    found = _RANGE.match(asked_for)
    if found is None:
        return 0, job.size  # as RFC 9110 has it: a range that is not understood is none
    start, last = int(found.group(1)), int(found.group(2) or job.size - 1)
    if not start <= min(last, job.size - 1):
        raise BadQuestion(f"the file has {job.size} bytes; it has none from {start} to {last}")
    return start, min(last + 1, job.size)


async def _pieces(path: Path, start: int, end: int) -> AsyncIterator[bytes]:
    with path.open("rb") as file:  # an export that is dropped meanwhile is read to its end
        file.seek(start)
        left = end - start
        while left > 0 and (piece := await sync_to_thread(file.read, min(PIECE, left))):
            left -= len(piece)
            yield piece


def _shown(job: Job) -> ExportShown:
    return ExportShown(
        id=job.id,
        state=job.state,
        query=job.query,
        start=_moment(job.start_ms),
        end=_moment(job.end_ms),
        format=job.form,
        zone=job.zone,
        by=job.by_user,
        asked=rfc3339(int(job.asked * 1000)),
        rows=job.rows,
        size=job.size,
        sha256=job.sha256,
        error=job.error,
        code=_CODES.get(job.fault, job.fault),
        request_id=job.request,
        expires=rfc3339(int(job.expires * 1000)) if job.expires else "",
    )


def _moment(milliseconds: int | None) -> str:
    return "" if milliseconds is None else rfc3339(milliseconds)
