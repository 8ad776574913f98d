"""An auditor's day: what a trail of the whole service delivered, checked with the public key while all goes on."""

import json
from pathlib import Path

import pytest
from tests.kit.service import House, a_service, events

from actiontrail.cli import failure, main

SETTINGS = "delivery_seconds = 0.2\ndelivery_events_max = 50\n"


def asked(house: House, action: str, **parameters: str) -> None:
    method = "GET" if action == "StopLogging" else "POST"
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    headers = {"x-acs-action": action, "x-acs-version": "2020-07-06"}
    answer = house.client.request(method, f"/?{query}", b"", headers)
    assert answer.status == 200, answer.json


def manifests(bucket: Path) -> list[Path]:
    return sorted(bucket.rglob("*.note"))


def reach(bucket: Path) -> int:
    """Where the newest manifest ends."""
    found = manifests(bucket)
    return int(found[-1].stem.split("-")[1]) if found else 0


def test_what_a_trail_delivered_is_verified_and_a_batch_taken_away_is_missed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The key, the folder and a checkpoint that somebody kept: nothing else, and no server."""
    data, kept = tmp_path / "data", tmp_path / "kept"
    bucket = data / "buckets" / "audit-log" / "trails"
    with a_service(data, settings=SETTINGS) as house:
        asked(
            house,
            "CreateTrail",
            Name="my-trail",
            OssBucketName="audit-log",
            OssKeyPrefix="trails",
            EventRW="All",
        )
        asked(house, "StartLogging", Name="my-trail")
        for number in range(3):
            names = [f"v-{number}-{one}" for one in range(60)]
            assert (
                house.client.post("/v1/events", events(*names), content_type="application/x-ndjson").status
                == 200
            )
        checkpoint = house.client.file("/log/checkpoint")
        kept.write_bytes(checkpoint)
        size = int(checkpoint.decode().split("\n")[1])
        house.running.until(lambda: reach(bucket) >= size, "all that was recorded by then is delivered")
        asked(house, "StopLogging", Name="my-trail")
        vkey = house.created.vkey
    command = ["verify-delivery", str(bucket), "--key", vkey, "--checkpoint", str(kept), "--json"]
    sound = main.main(command)
    told = json.loads(capsys.readouterr().out)
    newest = [path for path in manifests(bucket) if int(path.stem.split("-")[1]) > size - 20]
    for path in newest:
        for line in path.read_text().split("\n\n")[0].splitlines()[2:]:
            (bucket / json.loads(line)["key"]).unlink(missing_ok=True)
        path.unlink()
    taken = main.main(command)
    found = json.loads(capsys.readouterr().out)["findings"]

    assert (sound, told["events"] >= 180, taken, [one["kind"] for one in found]) == (
        failure.OK,
        True,
        failure.CORRUPT,
        ["missing newest"],
    )
