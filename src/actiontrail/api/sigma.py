"""A search as a Sigma rule: `/v1/sigma`. Nothing is searched for it."""

import time
from typing import Annotated, Any

from litestar import Request, Response, route
from litestar.concurrency import sync_to_thread
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from actiontrail.access.keys import Caller
from actiontrail.api.gate import Gate
from actiontrail.api.questions import Query
from actiontrail.api.routes import Asked, Route
from actiontrail.api.served import BadQuestion, asking, planning, received, request_id
from actiontrail.event.selector.parser import SelectorError
from actiontrail.query.sigma import CannotSay, rule

ACTION = "actiontrail:GetSigmaRule"
PATH = "/v1/sigma"
YAML = "application/yaml"


class SigmaAsk(Asked, frozen=True):
    """The search, and what the rule is called."""

    query: Query = ""
    title: Annotated[str, Meta(description="Of the rule; empty: the search itself.", max_length=256)] = ""


ROUTES = (
    Route(
        name="sigma",
        method="POST",
        path=PATH,
        action=ACTION,
        summary="A search as a Sigma rule; what Sigma cannot say is refused.",
        group="search",
        body=SigmaAsk,
        answer=(YAML,),
        errors=(BadQuestion, SelectorError, CannotSay),
    ),
)


def routes(gate: Gate) -> list[HTTPRouteHandler]:
    """The handler."""

    def made(_: Caller, ask: SigmaAsk) -> str:
        return rule(ask.query, title=ask.title, day=time.strftime("%Y-%m-%d", time.gmtime()))

    @route(PATH, http_method=[HttpMethod.POST], status_code=200, include_in_schema=False, name="sigma")
    async def sigma(request: Request[Any, Any, Any]) -> Response[bytes]:
        sent, identity = await received(request), request_id(request)
        plan = planning(sent, SigmaAsk, asking(ACTION, sent, quiet=True), made)
        text = await sync_to_thread(gate.perform, sent, identity, plan)
        headers = {"x-acs-request-id": identity, "cache-control": "no-store"}
        return Response(text.encode(), media_type=YAML, headers=headers)

    return [sigma]
