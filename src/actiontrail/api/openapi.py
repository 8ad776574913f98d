"""The document of our own interface, OpenAPI 3.1, made from the rows that handlers keep beside them.

`ROUTES` gathers the rows; a new module with addresses under `/v1/` adds its own here. The public RPC interface
at `/` is not in it: its clients exist, and its operations are in `docs/reference/api.md`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from actiontrail.api import (
    exports,
    ingest,
    kept,
    pages,
    rest,
    retention,
    session,
    sigma,
    tiles,
    wire,
)
from actiontrail.api.people import routes as people_routes
from actiontrail.api.routes import Answered, Route
from actiontrail.api.trails import routes as trails_routes

PATH = "/v1/openapi.json"
SPOKEN = "3.1.0"
_PLACE = re.compile(r"\{(\w+)\}")
_SCHEMA = "#/components/schemas/{name}"
_JSON = "application/json"

ROUTES: tuple[Route, ...] = (
    *ingest.ROUTES,
    *rest.ROUTES,
    *pages.ROUTES,
    *kept.ROUTES,
    *exports.ROUTES,
    *retention.ROUTES,
    *sigma.ROUTES,
    *session.ROUTES,
    *tiles.ROUTES,
    *people_routes.ROUTES,
    *trails_routes.ROUTES,
    Route(
        name="openapi",
        method="GET",
        path=PATH,
        summary="This document.",
        group="about",
        answer=(_JSON,),
        known_by="nobody",
    ),
)
GROUPS = {
    "record": "Events come in.",
    "search": "Questions about one's own events.",
    "deliver": "Trails: what goes where.",
    "evidence": "Proofs that stand without this service.",
    "access": "Who may do what.",
    "session": "Signing in to the console.",
    "about": "This interface itself.",
}
SECURITY = {
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`ACS3-HMAC-SHA256 Credential=…,SignedHeaders=…,Signature=…`, as the public API's clients sign: "
        "see docs/reference/api.md.",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An ingest token, `at_…`: it records, and reads nothing.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "actiontrail-session",
        "description": "The cookie that signing in gave (`__Host-actiontrail-session` where the console is at https). "
        "Requests other than GET also hold `x-actiontrail-csrf`, and come from a page of the console.",
    },
}


class Refused(Answered, frozen=True):
    """Why a request was refused. `Code` is for programs; all of them are in docs/reference/errors.md."""

    host_id: str = msgspec.field(name="HostId")
    code: str = msgspec.field(name="Code")
    message: str = msgspec.field(name="Message")
    recommend: str | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="Recommend")
    detail: str | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="Detail")


def document(routes: Iterable[Route] = ROUTES) -> dict[str, Any]:
    """The whole document, as JSON could hold it."""
    routes = tuple(routes)
    components = _components(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": SPOKEN,
        "info": {
            "title": "ActionTrail: search, record and proof",
            "version": "1",
            "description": "Our own interface, beside ActionTrail's public API at `/`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "tags": [{"name": name, "description": text} for name, text in GROUPS.items()],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": SECURITY},
    }


@cache
def encoded() -> bytes:
    """The document in bytes, the same on every machine."""
    return msgspec.json.format(msgspec.json.encode(document()), indent=1) + b"\n"


def routes() -> list[HTTPRouteHandler]:
    """The handler of the document. It says nothing about anybody, so anybody may read it."""

    @get(PATH, include_in_schema=False, name="openapi", sync_to_thread=False)
    def shown() -> Response[bytes]:
        return Response(encoded(), media_type=_JSON, headers={"cache-control": "public, max-age=60"})

    return [shown]


def _components(routes: Iterable[Route]) -> dict[str, Any]:
    """Every struct that is asked or answered. An answer as a whole has a `RequestId` beside its fields."""
    whole: dict[str, type[msgspec.Struct]] = {Refused.__name__: Refused}
    asked: dict[str, type[msgspec.Struct]] = {}
    for route in routes:
        for kind in (route.answer, *route.others.values()):
            if isinstance(kind, type):
                whole[kind.__name__] = kind
        if isinstance(route.body, type):
            asked[route.body.__name__] = route.body
    _, schemas = msgspec.json.schema_components([*whole.values(), *asked.values()], ref_template=_SCHEMA)
    for name in whole:
        properties = {"RequestId": {"type": "string", "format": "uuid"}, **schemas[name]["properties"]}
        schemas[name]["properties"] = properties
        schemas[name]["required"] = ["RequestId", *schemas[name].get("required", ())]
    return dict(sorted(schemas.items()))


def _operation(route: Route) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": route.name,
        "tags": [route.group],
        "summary": route.summary,
        "description": f"A policy allows it as `{route.action}`." if route.action else "",
        "parameters": [*_places(route), *_query(route), *_headers(route)],
        "responses": dict(_answers(route)),
        "security": _security(route),
    }
    if isinstance(route.body, type):
        said["requestBody"] = {"required": True, "content": {_JSON: {"schema": _ref(route.body)}}}
    elif route.body is not None:
        said["requestBody"] = {"required": True, "content": {media: _file(media) for media in route.body}}
    return {name: value for name, value in said.items() if value or name == "security"}


def _security(route: Route) -> list[dict[str, list[str]]]:
    match route.known_by:
        case "nobody":
            return []
        case "signature or token":
            return [{"signature": []}, {"token": []}]
        case "session":
            return [{"session": []}]
        case _:
            return [{"signature": []}, {"session": []}]


def _places(route: Route) -> Iterator[dict[str, Any]]:
    for name in _PLACE.findall(route.path):
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": route.places[name],
            "schema": {"type": "string", "minLength": 1},
        }


def _query(route: Route) -> Iterator[dict[str, Any]]:
    if route.query is None:
        return
    _, schemas = msgspec.json.schema_components([route.query], ref_template=_SCHEMA)
    schema = schemas[route.query.__name__]
    for name, said in schema["properties"].items():
        rule = {key: value for key, value in said.items() if key != "description"}
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "description": said.get("description", ""),
            "schema": rule,
        }


def _headers(route: Route) -> Iterator[dict[str, Any]]:
    for name, text in route.request_headers.items():
        yield {
            "name": name,
            "in": "header",
            "required": False,
            "description": text,
            "schema": {"type": "string"},
        }


def _answers(route: Route) -> Iterator[tuple[str, Any]]:
    """The good answer, those that are half good, and the refusals by status, each with its codes."""
    good: dict[str, Any] = {"description": route.summary, "content": _content(route.answer)}
    if route.headers:
        good["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in route.headers.items()
        }
    yield "200", good
    refused: dict[int, list[str]] = {}
    for error in route.errors:
        row = wire.row_of(error)
        if row.code not in refused.setdefault(row.status, []):
            refused[row.status].append(row.code)
    for status, kind in route.others.items():
        codes = refused.pop(status, [])
        content = _content(kind)
        if codes:
            content[_JSON]["schema"] = {"anyOf": [_ref(kind), _ref(Refused)]}
        yield str(status), {"description": " ".join((kind.__doc__ or "").split()), "content": content}
    for status, codes in sorted(refused.items()):
        said = f"Refused: {', '.join(f'`{code}`' for code in codes)}."
        yield str(status), {"description": said, "content": _content(Refused)}
    yield (
        "default",
        {"description": "Refused, for a reason that any address has.", "content": _content(Refused)},
    )


def _content(kind: type[msgspec.Struct] | tuple[str, ...]) -> dict[str, Any]:
    if isinstance(kind, tuple):
        return {media: _file(media) for media in kind}
    return {_JSON: {"schema": _ref(kind)}}


def _file(media: str) -> Mapping[str, Any]:
    if media == _JSON:
        return {"schema": {}}
    return {"schema": {"type": "string"} if media.startswith("text/") else {}}


def _ref(kind: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": _SCHEMA.format(name=kind.__name__)}
