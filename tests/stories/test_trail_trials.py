"""Trails tried and looked at over our own interface, on the whole service: asked, previewed, measured, verified."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.kit.people import a_user
from tests.kit.service import Client, House, a_service
from tests.stories.test_trails import SETTINGS, in_objects, own, post

from actiontrail.cli.keys import opened_record

PROBE, SELECT = "/v1/trail-tests/destination", "/v1/trail-tests/selection"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("trials")
    (folder / "shelves").mkdir()
    allowed = f'{SETTINGS}record_own_operations = "all"\n[destinations.file]\nendpoint = "{folder}/shelves"\n'
    with a_service(folder / "data", settings=allowed) as started:
        yield started


def shelf(house: House, name: str) -> Path:
    made = house.running.data.parent / "shelves" / name
    made.mkdir()
    return made


def ask(client: Client, method: str, path: str, **said: object) -> Any:
    """What is answered; a refusal by its code."""
    body = json.dumps(said).encode() if said else b""
    answer = client.request(method, path, body, {})
    return answer.json if answer.status == 200 else answer.json["Code"]


def failed(answer: Any) -> list[tuple[str, str]]:
    return [
        (check["name"], check["code"])
        for one in answer["destinations"]
        for check in one["checks"]
        if check["state"] == "failed"
    ]


def probed(house: House, address: str, **more: object) -> list[tuple[str, str]]:
    """Which checks failed; asked again when it was too fast."""
    found: list[Any] = []

    def asked() -> bool:
        found[:] = [ask(house.client, "POST", PROBE, destinations=[{"address": address, **more}])]
        return bool(found[0] != "Throttling.User")

    house.running.until(asked, "it may ask")
    return failed(found[0])


def test_a_destination_is_asked_before_there_is_a_trail(house: House) -> None:
    """What is wrong is told at its step; nothing is left, no trail is made, and it is an event without its secret."""
    good = shelf(house, "asked")
    before = ask(house.client, "GET", "/v1/trails")["trails"]
    secret = {"credentials": {"id": "K", "secret": "never-shown"}}
    found = [
        probed(house, f"file://{good}", **secret),
        probed(house, f"file://{good}/not-there"),
        probed(house, "file:///etc"),
        probed(house, "http://169.254.169.254/latest/meta-data"),
        probed(house, "s3://bucket"),
        probed(house, "nonsense"),
    ]

    def told() -> str:
        return str(
            house.client.raw("GET", "/v1/search?limit=50&query=eventName:TestTrailDestination").content
        )

    house.running.until(lambda: "169.254.169.254" in told(), "asking is recorded")

    assert (
        found,
        list(good.iterdir()),
        len(ask(house.client, "GET", "/v1/trails")["trails"]) - len(before),
        "never-shown" in told(),
    ) == (
        [
            [],
            [("reachable", "NoSuchPlace")],
            [("allowed", "NotAllowedHere")],
            [("allowed", "NotAllowedHere")],
            [("allowed", "NotAllowedHere")],
            [("address", "BadAddress")],
        ],
        [],
        0,
        False,
    )


def test_asking_is_slow_and_not_for_everybody(house: House) -> None:
    """It reaches out from here: two a second, and who may only read may not."""
    with opened_record(house.running.data) as record:
        reader = a_user(record.database, house.created.account_id, "reads", "AliyunActionTrailReadOnlyAccess")
        key = record.keys.create_key(house.created.account_id, user=reader)
    client = Client(house.running.endpoint, key.access_key_id, key.access_key_secret)
    asked = {"destinations": [{"address": "moon://x"}]}
    refused = ask(client, "POST", PROBE, **asked)
    let_in = ask(client, "POST", SELECT, eventRW="Write")["chosen"] >= 0
    client.close()
    many = {str(ask(house.client, "POST", PROBE, **asked))[:15] for _ in range(12)}

    assert (refused, let_in, "Throttling.User" in many) == ("NoPermission", True, True)


def test_what_is_previewed_is_what_a_backfill_brings(house: House) -> None:
    """The same selection over the same events: the count before is the count after."""
    place = shelf(house, "brought")
    post(house, *(f"t-w-{number}" for number in range(30)))
    house.client.post(
        "/v1/events",
        b"\n".join(
            json.dumps(
                {
                    "eventId": f"t-r-{number}",
                    "eventName": "DescribeInstances",
                    "eventTime": "2020-01-02T03:04:05Z",
                    "serviceName": "Ecs",
                    "eventRW": "Read",
                    "acsRegion": "cn-beijing" if number % 3 else "cn-hangzhou",
                }
            ).encode()
            for number in range(21)
        ),
        content_type="application/x-ndjson",
    )
    day = {"start": "2020-01-02T00:00:00Z", "end": "2020-01-03T00:00:00Z"}
    chosen = {"eventRW": "Read", "trailRegion": "cn-beijing"}

    def preview() -> Any:
        return ask(house.client, "POST", SELECT, **chosen, **day)

    house.running.until(lambda: preview()["chosen"] + preview()["dropped"] == 21, "all are searchable")
    before = preview()
    name = "preview-1"
    made = ask(
        house.client,
        "POST",
        "/v1/trails",
        name=name,
        destinations=[{"address": f"file://{place}"}],
        start=False,
        **chosen,
    )["trail"]
    ask(house.client, "POST", f"/v1/trails/{name}/backfills", **day)

    def job() -> Any:
        return ask(house.client, "GET", f"/v1/trails/{name}/backfills")["jobs"][0]

    house.running.until(lambda: job()["state"] == "done", "it is brought")
    done = job()
    group = before["groups"][0]

    assert (
        before["chosen"],
        before["dropped"],
        (group["eventName"], group["chosen"], group["dropped"], group["why"]),
        {line["region"] for line in before["chosenSample"]},
        sum(own(in_objects(place), "t-").values()),
        (
            done["events"],
            done["progress"],
            done["recordsDone"] == done["recordsTotal"],
            done["remainingSeconds"],
        ),
        (made["health"], made["status"]),
    ) == (
        14,
        7,
        ("DescribeInstances", 14, 7, "region"),
        {"cn-beijing"},
        14,
        (14, 1.0, True, 0),
        ("fresh", "Fresh"),
    )


def test_a_delivery_is_measured_and_verified_and_an_altered_object_is_named(house: House) -> None:
    """Volume over time, health and lag; then every object against its manifest."""
    place, name = shelf(house, "verified"), "verified-1"
    ask(house.client, "POST", "/v1/trails", name=name, destinations=[{"address": f"file://{place}"}])
    post(house, *(f"t-v-{number}" for number in range(60)))
    house.running.until(lambda: sum(own(in_objects(place), "t-v").values()) == 60, "all are there")

    def counted() -> Any:
        return ask(house.client, "GET", f"/v1/trails/{name}")["trail"]

    house.running.until(lambda: sum(counted()["lately"]) >= 60, "it is counted, a moment after it is there")
    shown = counted()
    volume = ask(house.client, "GET", f"/v1/trails/{name}/volume?period=60")

    def verified() -> list[Any]:
        parts: list[Any] = []
        while not parts or (isinstance(parts[-1], dict) and parts[-1]["next"]):
            said = {"after": parts[-1]["next"]} if parts else {}
            part = ask(house.client, "POST", f"/v1/trails/{name}/verification", **said)
            if part != "Throttling.User":
                parts.append(part)
        return parts

    clean = verified()
    victim = max(place.rglob("*_1002_*.gz"), key=lambda path: path.stat().st_size)
    body = bytearray(victim.read_bytes())
    body[-9] ^= 1
    victim.write_bytes(body)
    found = [one for part in verified() for one in part["findings"]]

    assert (
        shown["health"],
        shown["destinations"][0]["keepsObjects"],
        sum(volume["delivered"]["other"]) >= 60,
        sum(volume["bytes"]) > 60 * 100,
        [one for part in clean for one in part["findings"]],
        sum(part["events"] for part in clean) >= 60,
        [(one["kind"], one["key"]) for one in found],
    ) == (
        "delivering",
        True,
        True,
        True,
        [],
        True,
        [("altered", victim.relative_to(place).as_posix())],
    )


def test_all_selectors_are_put_shown_kept_and_taken_away(house: House) -> None:
    """What one form does not show stays as it is."""
    place, name = shelf(house, "selected"), "selected-1"
    ask(
        house.client,
        "POST",
        "/v1/trails",
        name=name,
        destinations=[{"address": f"file://{place}"}],
        start=False,
    )
    one = {
        "serviceName": "Oss",
        "readWriteType": "Write",
        "eventName": {"equals": ["PutObject"], "notEquals": []},
        "resourceArn": {"equals": [], "notEquals": ["acs:oss:*:*:logs/*"]},
    }
    path = f"/v1/trails/{name}"
    wrong = [
        ask(house.client, "PUT", f"{path}/data-events", selectors=[]),
        ask(house.client, "PUT", f"{path}/data-events", selectors=[one], regions=["nowhere"]),
        ask(house.client, "PUT", f"{path}/insights", insightTypes=["WeatherInsight"]),
    ]
    ask(house.client, "PUT", f"{path}/data-events", selectors=[one], regions=["cn-hangzhou"])
    ask(house.client, "PUT", f"{path}/insights", insightTypes=["AkInsight"])
    changed = ask(house.client, "PATCH", path, eventRW="Write")["trail"]
    gone = ask(house.client, "DELETE", f"{path}/data-events")["trail"]
    services = [one["serviceName"] for one in ask(house.client, "GET", "/v1/data-event-services")["services"]]

    assert (
        wrong,
        [changed[name] for name in ("dataSelectors", "dataRegions", "insightTypes", "eventRW")],
        [gone[name] for name in ("dataSelectors", "dataRegions", "insightTypes")],
        "Oss" in services,
    ) == (
        ["InvalidQueryParameter"] * 3,
        [[one], ["cn-hangzhou"], ["AkInsight"], "Write"],
        [[], [], ["AkInsight"]],
        True,
    )


def test_a_backfill_is_cancelled_by_its_trail_alone(house: House) -> None:
    """Its number under another trail is none; another account's trail is no trail."""
    place = shelf(house, "cancelled")
    for name in ("cancelled-1", "cancelled-2"):
        ask(
            house.client,
            "POST",
            "/v1/trails",
            name=name,
            destinations=[{"address": f"file://{place}"}],
            start=False,
        )
    job = ask(house.client, "POST", "/v1/trails/cancelled-1/backfills", start="2000-01-01T00:00:00Z")["job"][
        "id"
    ]
    with opened_record(house.running.data) as record:
        key = record.keys.create_key(record.keys.create_account("other"))
    other = Client(house.running.endpoint, key.access_key_id, key.access_key_secret)
    stranger = [
        ask(other, "DELETE", f"/v1/trails/cancelled-1/backfills/{job}"),
        ask(other, "GET", "/v1/trails/cancelled-1/volume"),
        ask(other, "POST", "/v1/trails/cancelled-1/verification", after=""),
        ask(other, "POST", PROBE, trail="cancelled-1", destinations=[{"address": f"file://{place}"}]),
    ]
    other.close()
    wrong = [
        ask(house.client, "DELETE", f"/v1/trails/cancelled-2/backfills/{job}"),
        ask(house.client, "DELETE", "/v1/trails/cancelled-1/backfills/none"),
    ]
    gone = ask(house.client, "DELETE", f"/v1/trails/cancelled-1/backfills/{job}")
    left = ask(house.client, "GET", "/v1/trails/cancelled-1/backfills")["jobs"]

    assert (set(stranger), wrong, gone["deleted"], left) == (
        {"TrailNotFoundException"},
        ["DeliveryHistoryJobNotFound"] * 2,
        job,
        [],
    )
