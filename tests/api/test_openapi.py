"""The document of our own interface: complete, and true to what is served."""

import re

import msgspec
import pytest

from actiontrail import service
from actiontrail.api import app, openapi, routes, wire
from actiontrail.api.ingest import PATH as INGEST


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """Every method and address under `/v1/` that the two processes answer."""
    data = tmp_path_factory.mktemp("service") / "data"
    service.create(data)
    with service.open_reader(data) as reading:
        found = {
            (str(method), re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path))
            for route in app._reader_routes(reading, app._chronicle(reading)).routes
            for method in getattr(route, "methods", ())
            if method != "OPTIONS" and route.path.startswith("/v1/")
        }
    return found | {("POST", INGEST)}


def test_every_address_that_is_served_is_in_the_document_and_no_other(served: set[tuple[str, str]]) -> None:
    """An address that is not in it is in nobody's client; one that nobody serves breaks them.

    If this fails: add a `Route` to the `ROUTES` beside the handler, and those to `openapi.ROUTES`.
    """
    rows = {(route.method, route.path) for route in openapi.ROUTES}

    assert rows == served


def test_every_address_has_its_own_name_and_a_group_that_is_told() -> None:
    """Generated clients are called by these names."""
    names = [route.name for route in openapi.ROUTES]

    assert (sorted(names), {route.group for route in openapi.ROUTES} - set(openapi.GROUPS)) == (
        sorted(set(names)),
        set(),
    )


def test_every_refusal_of_an_address_has_a_public_code() -> None:
    """The document says the code by which programs decide."""
    errors = {error for route in openapi.ROUTES for error in route.errors}

    assert [error for error in errors if wire.row_of(error) == wire.UNTOLD] == []


def test_an_answer_leaves_out_what_is_unset() -> None:
    """`null` and missing are two things to a strict client."""

    class Some(routes.Answered, frozen=True):
        next_token: str
        place: int | msgspec.UnsetType = msgspec.UNSET

    assert routes.content(Some(next_token="")) == {"nextToken": ""}


def test_every_reference_in_the_document_leads_somewhere() -> None:
    """A generator stops at the first that does not."""
    text = openapi.encoded().decode()
    known = set(openapi.document()["components"]["schemas"])

    assert set(re.findall(r"#/components/schemas/(\w+)", text)) <= known
