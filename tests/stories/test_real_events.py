"""Events that others made, through the whole house: none is lost, and each is found by whatever it says."""

import itertools
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.kit.lookup import values
from tests.kit.service import House, a_service

from actiontrail.event import formats, model

DATA = os.environ.get("ACTIONTRAIL_TEST_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="ACTIONTRAIL_TEST_DATA is not set")
FOLDER = Path(DATA or ".")
NOW = datetime.now(UTC)

KEYS = (
    "ServiceName",
    "EventName",
    "User",
    "EventId",
    "ResourceType",
    "ResourceName",
    "EventRW",
    "EventAccessKeyId",
    "SensitiveAction",
    "SourceIpAddress",
    "EventType",
    "RoleName",
)
PAIRS = (
    *itertools.product(
        ["ServiceName"],
        [
            "EventName",
            "User",
            "PrincipalId",
            "RoleName",
            "ResourceName",
            "EventRW",
            "SensitiveAction",
            "EventType",
        ],
    ),
    *itertools.product(["ResourceName"], ["ResourceType", "EventName", "User", "RoleName"]),
    ("EventType", "EventName"),
)
LONG_MEMORY = "\nlookback_days = 36500\ncalls_per_second = {LookupEvents = 100000}\n"  # the samples are years old, and the questions many


def samples() -> Iterator[tuple[bytes, dict[str, Any]]]:
    """Every sample that holds an audit event: its bytes, and the document that it becomes."""
    lines = [
        json.dumps(json.loads(line)["event"])
        for path in [FOLDER / "actiontrail/events.jsonl", *sorted(FOLDER.glob("other/stratus/*.jsonl"))]
        for line in path.read_text().splitlines()
    ]
    for text in [*lines, *(path.read_text() for path in sorted(FOLDER.glob("other/c7n/*/*.json")))]:
        raw = json.dumps(json.loads(text)).encode()
        try:
            told = formats.detect(json.loads(raw))
        except formats.UnknownFormat:
            continue  # which these are, and why, is told in tests/event/test_shared_samples.py
        yield raw, model.document(formats.to_event(told, raw))


def questions(document: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Every documented question that `document` must be an answer to."""
    for keys in [*((key,) for key in KEYS), *PAIRS]:
        said = [[value for value in values(document, key) if value] for key in keys]
        # one value of each will do: that all are kept is shown in tests/query
        for chosen in itertools.islice(itertools.product(*said), 1):
            yield {
                f"LookupAttribute.{number}.{part}": text
                for number, pair in enumerate(zip(keys, chosen, strict=True), 1)
                for part, text in zip(("Key", "Value"), pair, strict=True)
            }


def who_and_what(document: Mapping[str, Any]) -> tuple[object, ...]:
    """Enough to tell two events apart that carry one id."""
    return document["eventId"], document["eventName"], document.get("userIdentity")


def found(house: House, document: Mapping[str, Any], attributes: Mapping[str, str]) -> bool:
    """Whether LookupEvents, asked for the time around the event, answers with it."""
    start = datetime.fromisoformat(document["eventTime"])
    end = start + timedelta(seconds=2)
    if start == formats.EPOCH:  # the source gave no time: the event stands where it was received
        start, end = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    token = ""
    while True:
        answer = house.client.rpc(
            "LookupEvents",
            StartTime=start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            EndTime=end.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            MaxResults="50",
            **({"NextToken": token} if token else {}),
            **attributes,
        )
        assert answer.status == 200, answer.json
        if who_and_what(document) in map(who_and_what, answer.json["Events"]):
            return True
        token = answer.json.get("NextToken", "")
        if not token:
            return False


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_service(tmp_path / "data", settings=LONG_MEMORY) as running:
        yield running


def test_none_is_lost_each_is_found_and_a_second_import_stores_nothing(house: House) -> None:
    """The promise in one line, on events that were not made to fit."""
    known = list(samples())
    body = b"\n".join(raw for raw, _ in known)
    first = house.client.post("/v1/events", body, content_type="application/x-ndjson")
    second = house.client.post("/v1/events", body, content_type="application/x-ndjson")
    documents = dict(known)  # two are there twice, and two share an id with another
    last = known[-1][1]
    house.running.until(lambda: found(house, last, {}), "the last event can be found")
    missed = [
        (document["eventId"], attributes)
        for document in documents.values()
        for attributes in questions(document)
        if not found(house, document, attributes)
    ]

    assert (
        (first.status, first.json["accepted"], first.json["repeated"], first.json["refused"]),
        (second.json["accepted"], second.json["repeated"], second.json["refused"]),
        missed,
    ) == ((200, len(documents), len(known) - len(documents), 0), (0, len(known), 0), [])


def test_each_is_found_by_search_for_its_id_and_for_a_word_of_its_own(house: House) -> None:
    """Search is what an investigator uses; it must know every event that the lookup knows."""
    known = list(samples())
    house.client.post("/v1/events", b"\n".join(raw for raw, _ in known), content_type="application/x-ndjson")
    house.running.until(lambda: found(house, known[-1][1], {}), "the last event can be found")

    def answers(query: str) -> list[tuple[object, ...]]:
        body = json.dumps({"query": query, "limit": 1000}).encode()
        answer = house.client.post("/v1/search", body, content_type="application/json")
        assert answer.status == 200, answer.json
        return [who_and_what(found["event"]) for found in answer.json["events"]]

    missed = [
        document["eventId"]
        for _, document in known
        for query in (
            f'eventId: "{document["eventId"]}"',
            f'"{document["eventId"]}" and eventName: "{document["eventName"]}"',
        )
        if who_and_what(document) not in answers(query.replace("*", "?"))
    ]
    assert missed == []
