"""A trail's life on the whole service: made with the name of a bucket, on a laptop."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.kit.service import House, a_service, events
from tests.stories.test_commands import command

from actiontrail.api.trails.rest import STATES

SETTINGS = "delivery_seconds = 0.2\ndelivery_events_max = 50\n"


def in_bucket(data: Path, bucket: str) -> Counter[str]:
    """Every event in the embedded bucket, as often as it is there."""
    return in_objects(data / "buckets" / bucket)


def in_objects(folder: Path) -> Counter[str]:
    """Every event in the objects under `folder`."""
    found: Counter[str] = Counter()
    for path in sorted(folder.rglob("*.gz")):
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


def test_trails_by_our_own_interface(tmp_path: Path) -> None:
    """Any destination, changed and backfilled; what is secret goes in and never comes out, not even as an event."""
    data, shelf = tmp_path / "data", tmp_path / "shelf"
    shelf.mkdir()

    def ask(method: str, path: str, **said: object) -> dict[str, Any]:
        body = json.dumps(said).encode() if said else b""
        answer = house.client.request(method, f"/v1/trails{path}", body, {})
        assert answer.status == 200, answer.json
        return answer.json  # type: ignore[no-any-return]

    allowed = f'{SETTINGS}[destinations.file]\nendpoint = "{shelf}"\n'
    with a_service(data, settings=allowed) as house:
        post(house, *(f"t-before-{number}" for number in range(7)))
        secret = {"address": f"file://{shelf}", "credentials": {"id": "K", "secret": "never-shown"}}
        made = ask("POST", "", name="my-trail", destinations=[secret])["trail"]
        wrong = house.client.request(
            "POST",
            "/v1/trails",
            json.dumps({"name": "your-trail", "destinations": [{"address": "moon://"}]}).encode(),
            {},
        )
        post(house, *(f"t-in-{number}" for number in range(7)))
        job = ask("POST", "/my-trail/backfills", start="2020-01-01T00:00:00Z")["job"]
        wanted = once("t-before", "t-in", count=7)
        house.running.until(
            lambda: own(in_objects(shelf), "t-") == wanted, "the past and the present are there"
        )
        jobs = ask("GET", "/my-trail/backfills")["jobs"]
        changed = ask("PATCH", "/my-trail", eventRW="Write")["trail"]
        stopped = ask("POST", "/my-trail/stop")["trail"]["status"]
        started = ask("POST", "/my-trail/start")["trail"]["status"]
        shown = json.dumps(ask("GET", "")) + json.dumps(ask("GET", "/my-trail"))
        listed = run(house, "trails", "list")
        added = run(house, "trails", "update", "my-trail", "--bucket", "audit-log")
        run(house, "trails", "delete", "my-trail")
        none = run(house, "trails", "list")
        told = str(house.client.raw("GET", "/v1/search?limit=100").content)

    assert (made["status"], made["eventRW"], made["destinations"][0]["address"]) == (
        "Enable",
        "All",
        f"file://{shelf}",
    )
    assert (wrong.json["Code"], job["state"] in STATES, jobs[0]["id"], changed["eventRW"]) == (
        "InvalidDestination",
        True,
        job["id"],
        "Write",
    )
    assert (stopped, started, "never-shown" in shown + told) == ("Disable", "Enable", False)
    assert (
        [one["name"] for one in listed["trails"]],
        len(added["trail"]["destinations"]),
        none["trails"],
    ) == (
        ["my-trail"],
        2,
        [],
    )


def run(house: House, *arguments: str) -> Any:
    """What the command says with `--json`."""
    environment = {
        "ACTIONTRAIL_ENDPOINT": house.running.endpoint,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": house.created.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": house.created.access_key_secret,
    }
    done = command(*arguments, "--json", **environment)
    assert done.code == 0, done.err
    return done.json
