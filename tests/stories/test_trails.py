"""A trail's life on the whole service: made with the name of a bucket, on a laptop."""

import gzip
import json
from collections import Counter
from pathlib import Path

from tests.kit.service import House, a_service, events

SETTINGS = "delivery_seconds = 0.2\ndelivery_events_max = 50\n"


def in_bucket(data: Path, bucket: str) -> Counter[str]:
    """Every event in the embedded bucket, as often as it is there."""
    found: Counter[str] = Counter()
    for path in sorted((data / "buckets" / bucket).rglob("*.gz")):
        if "Actiontrail-Manifest" not in str(path):
            found.update(event["eventId"] for event in json.loads(gzip.decompress(path.read_bytes())))
    return found


def in_logstore(data: Path, project: str) -> Counter[str]:
    return Counter(
        json.loads(json.loads(line)["event"])["eventId"]
        for path in (data / "logstores" / project).rglob("*.jsonl")
        for line in path.read_text().splitlines()
    )


def post(house: House, *ids: str) -> None:
    answer = house.client.post("/v1/events", events(*ids), content_type="application/x-ndjson")
    assert answer.status == 200, answer.json


def rpc(house: House, action: str, **parameters: str) -> dict[str, str]:
    method = "GET" if action == "StopLogging" else "POST"
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    headers = {"x-acs-action": action, "x-acs-version": "2020-07-06"}
    answer = house.client.request(method, f"/?{query}", b"", headers)
    assert answer.status == 200, answer.json
    return answer.json  # type: ignore[no-any-return]


def own(found: Counter[str], prefix: str) -> Counter[str]:
    """Without the service's own events."""
    return Counter({name: count for name, count in found.items() if name.startswith(prefix)})


def once(*prefixes: str, count: int) -> Counter[str]:
    return Counter(f"{prefix}-{number}" for prefix in prefixes for number in range(count))


def test_a_trails_life_on_a_laptop(tmp_path: Path) -> None:
    """Created, started, events in, objects and log rows out; stopped, started, deleted: each event once."""
    data = tmp_path / "data"
    arn = "acs:log:cn-hangzhou::project/audit"
    with a_service(data, settings=SETTINGS) as house:
        post(house, *(f"t-before-{number}" for number in range(3)))
        rpc(
            house, "CreateTrail", Name="my-trail", OssBucketName="audit-log", SlsProjectArn=arn, EventRW="All"
        )
        rpc(house, "StartLogging", Name="my-trail")
        post(house, *(f"t-in-{number}" for number in range(120)))
        wanted = once("t-in", count=120)
        house.running.until(
            lambda: own(in_bucket(data, "audit-log"), "t-") == wanted, "all are in the bucket"
        )
        house.running.until(
            lambda: own(in_logstore(data, "audit"), "t-") == wanted, "all are in the logstore"
        )
        rpc(house, "StopLogging", Name="my-trail")
        post(house, *(f"t-stopped-{number}" for number in range(5)))
        rpc(house, "StartLogging", Name="my-trail")
        post(house, *(f"t-again-{number}" for number in range(5)))
        wanted += once("t-again", count=5)
        house.running.until(
            lambda: own(in_bucket(data, "audit-log"), "t-") == wanted, "what came again is there"
        )
        status = rpc(house, "GetTrailStatus", Name="my-trail")
        rpc(house, "DeleteTrail", Name="my-trail")

    assert (
        status["IsLogging"],
        status["OssBucketStatus"],
        status["LatestDeliveryError"],
        bool(status["LatestDeliveryTime"]),
    ) == (True, True, "", True)
