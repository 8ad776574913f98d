"""Exports of any size over HTTP: the file is what was counted and hashed, and a fetch is taken up where it broke off."""

import hashlib
import os
import signal
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from tests.kit.service import House, a_service, events

COUNT = 3_000


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_service(tmp_path_factory.mktemp("exports") / "data") as opened:
        for first in range(0, COUNT, 1000):
            body = events(*(f"e-{number}" for number in range(first, first + 1000)))
            assert opened.client.post("/v1/events", body, content_type="application/x-ndjson").status == 200
        opened.running.until(lambda: asked(opened, "GET", "/v1/histogram")["total"] == COUNT, "searchable")
        yield opened


def asked(house: House, method: str, path: str, **body: Any) -> Any:
    sent = msgspec.json.encode(body) if body else b""
    answer = house.client.request(method, path, sent, {"content-type": "application/json"} if body else {})
    assert answer.status == 200, answer.json
    return answer.json


def done(house: House, export: Any) -> Any:
    path = f"/v1/exports/{export['id']}"
    house.running.until(lambda: asked(house, "GET", path)["export"]["state"] == "done", "it is done")
    return asked(house, "GET", path)["export"]


def test_the_file_is_what_was_told_of_it(house: House) -> None:
    """Counted and hashed by whoever has it, with nothing but `wc` and `sha256sum`."""
    begun = asked(house, "POST", "/v1/exports", query="serviceName: Ecs", format="jsonl")["export"]
    export = done(house, begun)
    answer = house.client.raw("GET", f"/v1/exports/{export['id']}/file")

    assert (export["rows"], export["size"], export["sha256"]) == (
        answer.content.count(b"\n"),
        len(answer.content),
        hashlib.sha256(answer.content).hexdigest(),
    )
    assert (export["rows"], answer.headers["x-actiontrail-rows"]) == (COUNT, str(COUNT))
    assert answer.headers["content-disposition"] == f'attachment; filename="{export["id"]}.jsonl"'


def test_a_fetch_is_taken_up_where_it_broke_off(house: House) -> None:
    """Nobody fetches the first gigabyte twice."""
    export = done(house, asked(house, "POST", "/v1/exports", query="e-1*", format="csv")["export"])
    path = f"/v1/exports/{export['id']}/file"
    whole = house.client.raw("GET", path).content
    rest = house.client.raw("GET", path, headers={"range": "bytes=1000-"})
    piece = house.client.raw("GET", path, headers={"range": "bytes=10-19"})
    other = house.client.raw("GET", path, headers={"range": "bytes=10-", "if-range": '"another"'})
    none = house.client.raw("GET", path, headers={"range": f"bytes={len(whole)}-"})

    assert (rest.status_code, whole[:1000] + rest.content) == (206, whole)
    assert (piece.content, piece.headers["content-range"]) == (whole[10:20], f"bytes 10-19/{len(whole)}")
    assert (other.status_code, other.content) == (200, whole)
    assert (none.status_code, none.json()["Code"]) == (400, "InvalidQueryParameter")


def test_an_export_outlives_the_reader(house: House) -> None:
    """A reader that is killed costs nobody their export."""
    begun = [
        asked(house, "POST", "/v1/exports", query="serviceName: Ecs", format="parquet")["export"]
        for _ in range(3)
    ]
    os.kill(house.running.child("read"), signal.SIGKILL)
    house.running.until(house.running.ready, "the reader is back")
    house.running.until(
        lambda: house.client.request("GET", "/v1/exports", b"", {}).status == 200, "it answers"
    )

    assert {done(house, one)["rows"] for one in begun} == {COUNT}


def test_what_is_not_there_is_refused(house: House) -> None:
    """In the shape of every refusal; what was dropped is not there."""
    export = done(house, asked(house, "POST", "/v1/exports", query="e-7", format="json.gz")["export"])
    asked(house, "DELETE", f"/v1/exports/{export['id']}")
    gone = house.client.request("GET", f"/v1/exports/{export['id']}/file", b"", {})
    wrong = house.client.request(
        "POST", "/v1/exports", b'{"zone": "Mars/Olympus"}', {"content-type": "application/json"}
    )

    assert (gone.status, gone.json["Code"], wrong.json["Code"]) == (
        404,
        "EntityNotExist.Export",
        "InvalidParameter.Range",
    )
