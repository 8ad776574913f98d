"""The service records itself: what was done through it, what was looked at, and what was refused."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.kit.people import a_user
from tests.kit.service import Client, House, a_service, events

from actiontrail.cli.keys import opened_record


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_service(
        tmp_path_factory.mktemp("own") / "data", settings='record_own_operations = "all"\n'
    ) as made:
        yield made


def recorded(house: House) -> list[dict[str, Any]]:
    """The record's lines, as the owner of the disk reads them."""
    from actiontrail.ledger.reader import Reader

    reader = Reader(house.running.data)
    try:
        return [json.loads(line) for line in reader.lines(0, limit=10_000)]
    finally:
        reader.close()


def found(house: House, request_id: str) -> list[dict[str, Any]]:
    """The records of a request, once there are any."""
    lines: list[dict[str, Any]] = []

    def there() -> bool:
        lines[:] = [line for line in recorded(house) if line["event"].get("requestId") == request_id]
        return bool(lines)

    house.running.until(there, "the request is recorded")
    return lines


def test_a_look_is_recorded_like_any_other_event(house: House) -> None:
    """In the caller's own account, through the same intake, with an address and an agent."""
    answer = house.client.rpc("DescribeRegions")
    (line,) = found(house, answer.json["RequestId"])
    event = line["event"]

    assert (line["account"], line["source"], line["format"]) == (
        house.created.account_id,
        "service:actiontrail",
        "actiontrail",
    )
    assert (event["eventName"], event["sourceIpAddress"], event["userIdentity"]["accessKeyId"]) == (
        "DescribeRegions",
        "127.0.0.1",
        house.created.access_key_id,
    )


def test_what_is_recorded_of_us_is_found_by_us(house: House) -> None:
    """An auditor asks who looked, with LookupEvents itself."""
    request_id = house.client.post("/v1/search", b'{"query": "eventName: RunInstances"}').json["RequestId"]
    wanted = {"LookupAttribute.1.Key": "EventId", "LookupAttribute.1.Value": request_id}
    house.running.until(
        lambda: bool(house.client.rpc("LookupEvents", **wanted).json["Events"]),
        "the search is found",
    )
    (event,) = house.client.rpc("LookupEvents", **wanted).json["Events"]

    assert (event["eventName"], event["eventRW"], event["requestParameters"]["query"]) == (
        "SearchEvents",
        "Read",
        "eventName: RunInstances",
    )


def test_a_refused_try_to_read_and_one_to_record_are_recorded(house: House) -> None:
    """With the code that the caller saw."""
    with opened_record(house.running.data) as record:
        user = a_user(record.database, house.created.account_id, "bob")
        key = record.keys.create_key(user.account, user=user)
    client = Client(house.running.endpoint, key.access_key_id, key.access_key_secret)
    answers = [client.rpc("DescribeTrails"), client.post("/v1/events", events("never"))]
    client.close()
    told = [found(house, answer.json["RequestId"])[0]["event"] for answer in answers]

    assert [
        (event["eventName"], event["errorCode"], event["userIdentity"]["userName"]) for event in told
    ] == [
        ("DescribeTrails", "NoPermission", "bob"),
        ("PutEvents", "NoPermission", "bob"),
    ]


def test_a_change_is_recorded_though_the_reader_is_killed_at_once(house: House) -> None:
    """The event commits with the change; whoever answers need not live to tell it."""
    answer = house.client.rpc("CreateTrail", Name="killed-trail", OssBucketName="audit-log-killed")
    os.kill(house.running.child("read"), signal.SIGKILL)
    assert answer.status == 200, answer.json
    (line,) = found(house, answer.json["RequestId"])
    house.running.until(house.running.ready, "the reader is back")

    assert (
        line["event"]["eventName"],
        line["event"]["resourceName"],
        line["event"]["responseElements"]["Name"],
    ) == (
        "CreateTrail",
        "killed-trail",
        "killed-trail",
    )


def test_stopping_the_service_loses_no_look(tmp_path: Path) -> None:
    """What was answered a moment before the stop is told before the end, or after the next start."""
    with a_service(tmp_path / "data", settings='record_own_operations = "all"\n') as first:
        answers = [first.client.rpc("DescribeRegions").json["RequestId"] for _ in range(20)]
        first.running.stop()
        from tests.kit.service import Running

        with Running(tmp_path / "data") as again:
            second = House(first.created, again, first.client)
            for request_id in answers:
                found(second, request_id)

    told = [
        line["event"]["requestId"]
        for line in recorded(second)
        if line["event"]["eventName"] == "DescribeRegions"
    ]
    assert sorted(told) == sorted(answers)
