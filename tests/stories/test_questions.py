"""Our own search over HTTP, asked of the real service."""

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from tests.kit.service import House, a_service, events


def asked(house: House, path: str, **parameters: str) -> Any:
    answer = house.client.request("GET", f"/v1/{path}?{urlencode(parameters)}", b"", {})
    assert answer.status == 200, answer.json
    return answer.json


def count(house: House) -> int:
    return int(asked(house, "histogram")["total"])


def test_every_question_is_answered_through_the_front_door(tmp_path: Path) -> None:
    """Signed by the caller at the recorder, answered by the reader, about the caller's own events."""
    ids = [f"q-{number}" for number in range(12)]
    with a_service(tmp_path / "data") as house:
        house.client.post("/v1/events", events(*ids), content_type="application/x-ndjson")
        house.running.until(lambda: count(house) == 12, "12 searchable events")
        page = asked(house, "search", query="q-7")
        facets = asked(house, "facets", fields="eventName", top="3")["facets"]
        rows = asked(house, "sql", query="* | select count(*) as c")["rows"]
        one = asked(house, "events/q-3")["event"]
        part = house.client.raw("GET", "/v1/export?format=jsonl&rows=100")
        wrong = house.client.request("GET", "/v1/search?query=%28", b"", {})
        nobody = httpx.get(f"{house.running.endpoint}/v1/search")

    assert [event["event"]["eventId"] for event in page["events"]] == ["q-7"]
    assert (rows, sum(found["count"] for found in facets["eventName"]), one["event"]["eventId"]) == (
        [[12]],
        12,
        "q-3",
    )
    assert (part.headers["x-actiontrail-rows"], part.headers["x-actiontrail-sha256"]) == (
        "12",
        hashlib.sha256(part.content).hexdigest(),
    )
    assert (wrong.status, wrong.json["Code"], nobody.status_code) == (400, "InvalidQuery", 400)
    assert len({json.loads(line)["eventId"] for line in part.content.splitlines()}) == 12
