"""An operator's own program is recorded: declared in a file, sent, watched, found, proved; and outlives its declaration."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.kit.processes import stopped
from tests.kit.service import SOURCE, Client, Running, a_service

MYAPP = """
[formats.myapp]
eventId = "no"
eventName = "what"
eventTime = "ts"
"userIdentity.userName" = "actor.name"
"""
WHEN = "2026-03-01T08:00:00Z"


def sold(number: int, **more: Any) -> dict[str, Any]:
    return {"no": f"s-{number}", "what": "SellCow", "ts": WHEN, "actor": {"name": "jack"}} | more


def found(client: Client) -> dict[str, dict[str, Any]]:
    """The account's events by id."""
    answer = client.raw("GET", "/v1/search?start=2026-01-01T00:00:00Z&order=oldest")
    events = answer.json()["events"] if answer.status_code == 200 else []
    return {one["event"]["eventId"]: one for one in events}


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "actiontrail", *arguments],
        env={**os.environ, "PYTHONPATH": SOURCE, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_applications_own_events_are_recorded_by_a_declared_mapping(tmp_path: Path) -> None:
    """What the how-to promises, over the real service; with the declaration gone, nothing stops and nothing is lost."""
    data = tmp_path / "data"
    with a_service(data, settings=MYAPP) as house:
        client, running = house.client, house.running
        posted = client.post("/v1/events?format=myapp", json.dumps(sold(1)).encode())
        again = client.post("/v1/events?format=myapp", json.dumps(sold(1)).encode())
        assert (posted.status, posted.json["accepted"], again.json["repeated"]) == (200, 1, 1)
        assert client.post("/v1/events?format=other", b"{}").status == 400

        file = tmp_path / "more.jsonl"
        file.write_text(json.dumps(sold(2)) + "\n")
        key = {
            "ACTIONTRAIL_ENDPOINT": running.endpoint,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": house.created.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": house.created.access_key_secret,
        }
        imported = command("import", str(file), "--format", "myapp", "--json", **key)
        assert (imported.returncode, json.loads(imported.stdout)["stored"]) == (0, 1), imported

        running.until(lambda: found(client).keys() == {"s-1", "s-2"}, "both are searchable")
        event = found(client)["s-1"]["event"]
        assert (event["eventName"], event["userIdentity"]) == ("SellCow", {"userName": "jack"})

        proof = tmp_path / "s-1.tlog-proof"
        proof.write_bytes(client.file("/v1/proof/s-1"))
        verify = ("verify", str(proof), "--key", house.created.vkey, "--json")
        told = command(*verify, "--formats-of", str(data))
        assert json.loads(told.stdout)["facts"]["event"]["eventName"] == "SellCow", told
        untold = command(*verify)
        assert (untold.returncode, json.loads(untold.stdout)["facts"]["event"]) == (0, {})

        client.post("/v1/events?format=myapp", json.dumps(sold(3, action="sell")).encode())
        running.until(lambda: len(found(client)) == 3, "the third is searchable")
        running.stop(signal.SIGTERM)

    settings = data / "config.toml"
    settings.write_text(settings.read_text().replace(MYAPP, ""))
    rebuilt = command("fsck", "--data", str(data), "--rebuild-projection", "--json")
    assert (rebuilt.returncode, json.loads(rebuilt.stdout)["clean"]) == (0, True), rebuilt
    with Running(data, port=house.running.port):
        client = Client(running.endpoint, house.created.access_key_id, house.created.access_key_secret)
        names = sorted(one["event"]["eventName"] for one in found(client).values())
        assert names == ["Unmapped", "Unmapped", "sell"]
        assert client.post("/v1/events?format=myapp", json.dumps(sold(4)).encode()).status == 400
        client.close()


def test_records_of_a_format_that_is_gone_are_searchable_and_told_once(tmp_path: Path) -> None:
    """The reader that lags when the declaration goes must neither stop nor fill the log."""
    data = tmp_path / "data"
    with a_service(data, settings=MYAPP) as house:
        reader = house.running.child("read")
        with stopped(reader):
            body = "\n".join(json.dumps(sold(number, action="sell", id=f"i-{number}")) for number in range(3))
            assert house.client.post("/v1/events?format=myapp", body.encode()).json["accepted"] == 3
            os.kill(reader, signal.SIGKILL)
        settings = data / "config.toml"
        settings.write_text(settings.read_text().replace(MYAPP, ""))
        house.running.until(lambda: found(house.client).keys() == {"i-0", "i-1", "i-2"}, "all are searchable")
        told = [line for line in house.running.log.splitlines() if "no such format is declared" in line]
        assert (len(told), '"myapp"' in told[0]) == (1, True)
        metrics = house.client.raw("GET", "/metrics").text
        assert "actiontrail_undeclared_format_records_total 3.0" in metrics
