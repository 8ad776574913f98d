"""The one door of the public API, at `/`: every version, every operation, GET and POST.

An operation's name and version stand in headers, query or form; where they stand twice they must
agree. A JSON copy of the parameters in the body, which some clients send, is borne and not read:
the query says the same and is what was signed.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from litestar import Request, Response, route
from litestar.concurrency import sync_to_thread
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler

from actiontrail.api import signature, wire
from actiontrail.api.deeds import Deed
from actiontrail.api.gate import Admitted, Gate, Planned
from actiontrail.api.operations.table import (
    Answer,
    Call,
    MissingParameter,
    Operation,
    read,
    references,
    resource,
)
from actiontrail.api.signature import AmbiguousParameter, Sent
from actiontrail.api.throttle import Throttle
from actiontrail.api.wire import Reply

BODY_BYTES_MAX = 1024 * 1024
NAMES_SHOWN = 80  # characters of what a caller sent that are said back
_ABOUT_THE_CALL = frozenset(
    """
    AccessKeyId Action Format SecurityToken Signature SignatureMethod SignatureNonce SignatureType
    SignatureVersion Timestamp Version
    """.split()
)  # parameters that say nothing of what is asked for
_METHODS = [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE, HttpMethod.PATCH]
_REGIONAL = re.compile(r"actiontrail(?:-vpc)?\.([a-z]{2,}(?:-[a-z0-9]+)+)\.", re.ASCII)
_REGION_ID = re.compile(r"[a-z]{2,}(?:-[a-z0-9]+)+", re.ASCII)


class _Found(NamedTuple):
    """What an operation answered, and in what it is to be wrapped."""

    content: Answer
    root: str
    as_xml: bool


class Rpc:
    """Answers requests at `/`. Safe to share between threads."""

    def __init__(
        self,
        gate: Gate,
        operations: Sequence[Operation],
        throttle: Throttle,
        *,
        now: Callable[[], float] = time.time,
        failed: Callable[[str, Exception], None] | None = None,
    ) -> None:
        self._gate = gate
        self._operations = {(each.spec.version, each.spec.name): each for each in operations}
        self._versions = {each.spec.version for each in operations}
        self._throttle = throttle
        self._now = now
        self._failed = failed

    def reply(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """The answer to a request, or what is told of why there is none. Never raises; may block.

        `failed`, if given, is told the request id and the error of whatever was not a refusal.
        """
        request_id = wire.new_request_id()
        try:
            return self._answer(method, target, headers, body, request_id)
        except Exception as error:  # noqa: BLE001 - the caller is told by the table; a bug is told to the log
            if self._failed is not None:
                self._failed(request_id, error)
            return wire.refusal(error, request_id, host=headers.get("host", ""), as_xml=_wants_xml(target))

    def too_large(self, target: str, headers: Mapping[str, str]) -> Reply:
        """The answer to a request whose body was not read to its end."""
        error = wire.BodyTooLarge(f"parameters take at most {BODY_BYTES_MAX} bytes; events go to /v1/events")
        return wire.refusal(
            error, wire.new_request_id(), host=headers.get("host", ""), as_xml=_wants_xml(target)
        )

    def _answer(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, request_id: str
    ) -> Reply:
        if method not in ("GET", "POST"):
            raise wire.WrongMethod(f"operations are called with GET or POST, not {method[:NAMES_SHOWN]}")
        sent = Sent(method, target, headers, body)
        found = self._gate.perform(sent, request_id, lambda account: self._plan(sent, account, request_id))
        return wire.answer(found.content, request_id, root=found.root, as_xml=found.as_xml)

    def _plan(self, sent: Sent, account: str, request_id: str) -> "Planned[_Found]":
        given = signature.parameters(sent.target, sent.headers, sent.body)
        operation = self._find(given, sent.headers)
        spec = operation.spec
        if sent.method not in spec.methods:
            raise wire.WrongMethod(
                f"{spec.name} is called with {' or '.join(spec.methods)}, not {sent.method}"
            )
        region = _addressed(sent.headers.get("host", ""), given.get("RegionId", ""))

        def run(admitted: Admitted) -> _Found:
            call = Call(
                caller=admitted.caller,
                values=read(spec, given),
                request_id=request_id,
                now=self._now(),
                region=region,
                context=admitted.context,
            )
            self._throttle.take(account, spec.name, spec.calls_per_second)
            as_xml = given.get("Format", "").upper() == "XML"
            return _Found(operation.run(call), f"{spec.name}Response", as_xml)

        deed = Deed(
            action=spec.action,
            resource=resource(spec, given, account=account, region=region or self._gate.region),
            any_region=not region,
            version=spec.version,
            parameters={name: value for name, value in given.items() if name not in _ABOUT_THE_CALL},
            references=references(spec, given),
        )
        return Planned(deed, run, lambda found: found.content)

    def _find(self, given: Mapping[str, str], headers: Mapping[str, str]) -> Operation:
        action = _agreed("Action", given.get("Action"), headers.get("x-acs-action"))
        version = _agreed("Version", given.get("Version"), headers.get("x-acs-version"))
        if version not in self._versions:
            raise wire.UnknownVersion(
                f"version {version[:NAMES_SHOWN]!r} is not spoken here; {', '.join(sorted(self._versions))} are"
            )
        operation = self._operations.get((version, action))
        if operation is None:
            raise wire.UnknownAction(f"version {version} has no operation {action[:NAMES_SHOWN]!r} here")
        return operation


def routes(rpc: Rpc) -> list[HTTPRouteHandler]:
    """The handler at `/`."""

    @route("/", http_method=_METHODS, include_in_schema=False, name="rpc")
    async def root(request: Request[Any, Any, Any]) -> Response[bytes]:
        target, headers = sent_target(request), sent_headers(request)
        body = await _bounded_body(request)
        if body is None:
            return response(rpc.too_large(target, headers))
        return response(await sync_to_thread(rpc.reply, request.method, target, headers, body))

    return [root]


def sent_target(request: Request[Any, Any, Any]) -> str:
    """Path and query as they were on the wire, which is what was signed."""
    scope: Any = request.scope
    path = bytes(scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0].decode("latin-1")
    query = bytes(scope.get("query_string", b"")).decode("latin-1")
    return f"{path}?{query}" if query else path


def sent_headers(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Header names in lower case; one that came several times is joined by commas, as HTTP has it."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in request.scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


def _addressed(host: str, region_id: str) -> str:
    """The region in the name of a regional endpoint, or else in RegionId; empty if there is neither."""
    if endpoint := _REGIONAL.match(host.lower()):
        return endpoint[1]
    return region_id if _REGION_ID.fullmatch(region_id) else ""


def _agreed(name: str, parameter: str | None, header: str | None) -> str:
    if parameter and header and parameter != header:
        raise AmbiguousParameter(
            f"{name} is {parameter[:NAMES_SHOWN]!r} as a parameter and {header[:NAMES_SHOWN]!r} as a header"
        )
    found = parameter or header
    if not found:
        raise MissingParameter(name)
    return found


def _wants_xml(target: str) -> bool:
    """As far as the query tells: a request that is refused may not be readable any further."""
    return any(part.lower() == "format=xml" for part in target.partition("?")[2].split("&"))


async def _bounded_body(request: Request[Any, Any, Any]) -> bytes | None:
    """The body; None if it is larger than parameters ever are."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_BYTES_MAX:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def response(reply: Reply) -> Response[bytes]:
    """`reply` as the framework sends it."""
    headers = dict(reply.headers)
    media_type = headers.pop("content-type")
    if media_type.startswith("text/"):
        media_type = media_type.partition(";")[0]  # the charset is added to texts
    return Response(reply.body, status_code=reply.status, headers=headers, media_type=media_type)
