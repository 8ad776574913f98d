"""Our own interface under requests that nobody thought of, made from its document, on the real service."""

import datetime as dt
import os
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import checks
from tests.kit import service

from actiontrail.api import openapi
from actiontrail.api.signature import Sent, sign_acs3

SOAK = os.environ.get("ACTIONTRAIL_SOAK") == "1"
ENDLESS = ("tail", "tailByBody")  # answers that never end
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
schemathesis.serializer.alias("application/cloudevents-batch+json", "application/json")
schema = schemathesis.openapi.from_dict(openapi.document())


@schemathesis.serializer("application/x-ndjson")
def _as_lines(_context: Any, value: Any) -> bytes:
    return b"\n".join(msgspec.json.encode(one) for one in (value if isinstance(value, list) else [value]))


class Signed(requests.auth.AuthBase):
    """Signs whatever is sent, as late as can be."""

    def __init__(self, house: service.House) -> None:
        self.made = house.created
        self.host = house.running.endpoint.removeprefix("http://")

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        parts = urlsplit(request.url or "")
        body = request.body or b""
        raw = body.encode() if isinstance(body, str) else body
        headers = {
            "host": self.host,
            "x-acs-date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": secrets.token_hex(16),
        }
        target = f"{parts.path}?{parts.query}" if parts.query else str(parts.path)
        sent = Sent(str(request.method), target, headers, raw)
        request.headers.update(
            headers | sign_acs3(self.made.access_key_id, self.made.access_key_secret, sent)
        )
        return request


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[service.House]:
    with service.a_service(tmp_path_factory.mktemp("fuzz") / "data") as house:
        house.client.post("/v1/events", service.events("E1", "E2", "E3"))
        yield house


@schema.exclude(operation_id=list(ENDLESS)).parametrize()
@settings(
    max_examples=200 if SOAK else 12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_an_address_and_every_answer_is_as_the_document_says(
    case: Any, house: service.House
) -> None:
    """Whoever generates a client trusts the document; whoever attacks sends what it forbids."""
    case.call_and_validate(base_url=house.running.endpoint, auth=Signed(house), timeout=60, checks=CHECKS)


def test_the_document_is_served_to_anybody(house: service.House) -> None:
    """A generator has no key."""
    answer = httpx.get(f"{house.running.endpoint}{openapi.PATH}")

    told = msgspec.json.decode(msgspec.json.encode(openapi.document()))

    assert (answer.status_code, msgspec.json.decode(answer.content)) == (200, told)
