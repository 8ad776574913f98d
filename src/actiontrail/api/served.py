"""What every handler under `/v1/` does: a request read within limits, understood as its row says, and put to the gate."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote

import msgspec
from litestar import Request, Response

from actiontrail.access.keys import Caller
from actiontrail.api import misread, wire
from actiontrail.api.deeds import Deed
from actiontrail.api.gate import Planned
from actiontrail.api.routes import Asked, content
from actiontrail.api.rpc import response, sent_headers, sent_target
from actiontrail.api.signature import Sent
from actiontrail.errors import Refusal

T = TypeVar("T")
A = TypeVar("A", bound=Asked)
BODY_BYTES_MAX = 256 * 1024


class BadQuestion(Refusal):
    """The request's parameters are not what this address takes."""


async def received(request: Request[Any, Any, Any]) -> Sent:
    """The request as it was on the wire. Raises `BadQuestion` for a body that is too long."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES_MAX:
            raise BadQuestion(f"a question has at most {BODY_BYTES_MAX} bytes")
    return Sent(request.method, sent_target(request), sent_headers(request), body)


def request_id(request: Request[Any, Any, Any]) -> str:
    """The id under which the request is answered, logged and recorded."""
    scope: Any = request.scope
    return str(scope.setdefault("actiontrail.request_id", wire.new_request_id()))


def planning(
    sent: Sent, kind: type[A], deed: Deed, run: Callable[[Caller, A], T]
) -> Callable[[str], Planned[T]]:
    """A plan for the gate: `run` with what the request says in its query, or as JSON in its body."""
    return lambda _account: Planned(deed, lambda admitted: run(admitted.caller, asked(sent, kind)))


def asking(
    action: str, sent: Sent, places: Mapping[str, str] = MappingProxyType({}), *, quiet: bool = False
) -> Deed:
    """A question, with what it says as far as it can be read, and what stands in its path."""
    try:
        given = msgspec.json.decode(sent.body) if sent.body.strip() else said(sent.target)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        given = {}
    parameters = {**(given if isinstance(given, Mapping) else {}), **places}
    return Deed(action=action, parameters=parameters, quiet=quiet)


def in_path(request: Request[Any, Any, Any]) -> tuple[str, ...]:
    """The parts of the path as they were meant: what was sent between two slashes, then decoded."""
    return tuple(unquote(part) for part in sent_target(request).partition("?")[0].split("/")[1:])


def asked(sent: Sent, kind: type[A]) -> A:
    """What the request says. Raises `BadQuestion`."""
    try:
        if sent.body.strip():
            return msgspec.json.decode(sent.body, type=kind)
        return msgspec.convert(_once(sent.target), kind, strict=False)
    except RecursionError as error:
        raise BadQuestion("the parameters cannot be read: they are nested too deeply") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise BadQuestion(f"the parameters cannot be read: {misread.told(error, kind)}") from error


def said(target: str) -> Mapping[str, str]:
    """The query of `target`; of a name that comes several times, the last."""
    return {name: values[-1] for name, values in _pairs(target).items()}


def _once(target: str) -> Mapping[str, str]:
    """The query of `target`. Raises `BadQuestion` for a name with two values: one of them would be ignored."""
    pairs = _pairs(target)
    for name, values in pairs.items():
        if len(set(values)) > 1:
            raise BadQuestion(f"{name} is given twice, with different values; give it once")
    return {name: values[-1] for name, values in pairs.items()}


def _pairs(target: str) -> Mapping[str, list[str]]:
    return parse_qs(target.partition("?")[2], keep_blank_values=True)


def answered(found: msgspec.Struct, identity: str) -> Response[bytes]:
    """`found` as JSON, beside the request's id."""
    return response(wire.answer(content(found), identity))
