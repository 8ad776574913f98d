"""One address with one method, that does one thing to what its path names: its row, and its handler.

For addresses whose path names at most one thing, as `{id}` in the third place: `/v1/queries/{id}`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from litestar import Request, Response, route
from litestar.concurrency import sync_to_thread
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler

from actiontrail.access.keys import Caller
from actiontrail.api.gate import Gate
from actiontrail.api.routes import Answered, Asked, Method, Route
from actiontrail.api.served import answered, asking, in_path, planning, received, request_id


class Behind(Protocol):
    """Who answers stands behind a gate."""

    gate: Gate


R = TypeVar("R", bound=Behind)


class Nothing(Asked, frozen=True):
    """Nothing is asked but what the path says."""


@dataclass(frozen=True, slots=True)
class Step(Generic[R]):
    """What is asked, under which right, and who answers it from what the path names."""

    name: str
    method: Method
    path: str
    action: str  # as policies name it
    summary: str
    asks: type[Any]
    answers: type[Answered]
    run: Callable[[R, Caller, str, Any], Answered]
    errors: tuple[type[Exception] | str, ...] = ()
    traced: bool = False  # `run` gets the request's id instead: what it begins may fail after the answer


def row(step: Step[Any], group: str, what: str) -> Route:
    """The row of its address; `what` says what `{id}` stands for."""
    reads = step.method == "GET"
    asks = None if step.asks is Nothing else step.asks
    return Route(
        name=step.name,
        method=step.method,
        path=step.path,
        action=step.action,
        summary=step.summary,
        group=group,
        places={"id": what} if "{id}" in step.path else {},
        query=asks if reads else None,
        body=None if reads else asks,
        answer=step.answers,
        errors=step.errors,
    )


def handler(rest: R, step: Step[R]) -> HTTPRouteHandler:
    """What serves it."""
    named = "{id}" in step.path

    @route(
        step.path.replace("{id}", "{id:str}"),
        http_method=[HttpMethod(step.method)],
        status_code=200,
        include_in_schema=False,
        name=step.name,
    )
    async def serve(request: Request[Any, Any, Any]) -> Response[bytes]:
        sent, identity = await received(request), request_id(request)
        place = in_path(request)[2] if named else ""
        deed = asking(step.action, sent, {"id": place} if named else {})
        said = identity if step.traced else place
        plan = planning(sent, step.asks, deed, lambda caller, ask: step.run(rest, caller, said, ask))
        return answered(await sync_to_thread(rest.gate.perform, sent, identity, plan), identity)

    return serve
