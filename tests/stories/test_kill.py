"""Killed again and again at random moments, under load: what was acknowledged stays, once, where it was said to be."""

import json
import os
import platform
import random
import signal
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.kit.processes import children
from tests.kit.promises import Promises, Senders, insist
from tests.kit.service import Client, Running, free_port

from actiontrail import service
from actiontrail.event.record import parse
from actiontrail.evidence.check import check
from actiontrail.ledger import fsck
from actiontrail.ledger.reader import Reader
from actiontrail.store.lock import open_lock

KILLS = 6
KILLS_SOAK = 200
SENDERS = 4
SAMPLE = 25
EVENT_NAME = "KilledUnderLoad"
SOAK = os.environ.get("ACTIONTRAIL_SOAK") == "1"
SEED = int(os.environ.get("ACTIONTRAIL_KILL_SEED", "20"))


class Campaign:
    """One record through many deaths. Everything it asserts, it asserts over the promises of all lives."""

    def __init__(self, data: Path, rng: random.Random) -> None:
        self.created = service.create(data)
        with (data / "config.toml").open("a") as config:
            config.write(
                "\ncalls_per_second = {LookupEvents = 100000}\nsegment_bytes_max = 4194304\n"  # many are sealed
                'record_own_operations = "changes"\n'  # what is asked in the end adds nothing to what was promised
            )
        self.data, self.rng, self.port = data, rng, free_port()
        self.promises = Promises()
        self.starts_s: list[float] = []
        self.running = self._start()

    def _start(self) -> Running:
        begun = time.perf_counter()
        running = Running(self.data, port=self.port).__enter__()
        self.starts_s.append(time.perf_counter() - begun)
        return running

    def client(self) -> Client:
        return Client(self.running.endpoint, self.created.access_key_id, self.created.access_key_secret)

    def kill(self) -> None:
        """Kill the recorder, or all there is, in the midst of its work; then start again.

        Half of the kills come at any moment, half at the moment of an acknowledgement: what is said too
        early is caught only then.
        """
        recorder, supervisor = self.running.child("record"), self.running.process.pid
        everyone = [recorder, supervisor, *children(supervisor)]
        condemned = everyone if self.rng.random() < 0.5 else [recorder]
        self.promises.next()
        threading.Event().wait(0.05 + 0.6 * self.rng.random())
        if self.rng.random() < 0.5:
            self.promises.next()
        for pid in condemned:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert self.running.process.wait(40) != 0
        self.running = self._start()

    def caught_up(self) -> bool:
        """Whether search sees all that was acknowledged."""
        client = self.client()
        answer = insist(lambda: client.request("GET", "/v1/search?limit=1", b"", {}))
        client.close()
        return bool(answer.json["seen"]["size"] >= len(self.promises))

    def found(self) -> list[str]:
        """Every event that LookupEvents finds by the name that all of ours have."""
        client, ids, token = self.client(), [], ""
        end = datetime.now(UTC) + timedelta(minutes=1)
        span = {
            "StartTime": f"{end - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
            "EndTime": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        }
        asked = {
            **span,
            "LookupAttribute.1.Key": "EventName",
            "LookupAttribute.1.Value": EVENT_NAME,
            "MaxResults": "50",
        }
        while True:
            page = insist(
                lambda token=token: client.rpc(
                    "LookupEvents", **asked, **({"NextToken": token} if token else {})
                )
            )
            assert page.status == 200, page.json
            ids += [event["eventId"] for event in page.json["Events"]]
            token = page.json.get("NextToken") or ""
            if not token:
                client.close()
                return ids

    def recorded(self) -> list[str]:
        """The ids in the ledger, by index."""
        reader = Reader(self.data)
        ids: list[str] = []
        while len(ids) < reader.size():
            ids += [
                json.loads(bytes(parse(line).event))["eventId"] for line in reader.lines(len(ids), limit=1000)
            ]
        reader.close()
        return ids

    def unproven(self, ids: list[str]) -> list[str]:
        """Those of `ids` whose proof does not show that they stand where they were said to stand."""
        client, bad = self.client(), []
        for event_id in ids:
            response = client.file(f"/v1/proof/{event_id}")
            facts = check(response, [self.created.vkey]).facts
            if (facts["index"], facts["event"]["eventId"]) != (self.promises.index_of[event_id], event_id):
                bad.append(event_id)
        client.close()
        return bad

    def damage(self) -> list[object]:
        """What the check of the whole record, at rest, finds wrong; an unfinished round is nothing wrong."""
        lock = open_lock(self.data, "", self.created.origin, read_only=True)
        try:
            report = fsck.check(self.data, lock=lock, vkey=self.created.vkey)
        finally:
            lock.close()
        assert report.records == len(self.promises)
        return [*report.findings]


@contextmanager
def a_campaign(data: Path, kills: int) -> Iterator[Campaign]:
    """A record that has been killed `kills` times under load and is at work again; stopped in the end."""
    campaign = Campaign(data, random.Random(SEED))
    clients = [campaign.client() for _ in range(SENDERS)]
    try:
        with Senders(clients, campaign.promises, campaign.rng, eventName=EVENT_NAME):
            for _ in range(kills):
                campaign.kill()
        yield campaign
    finally:
        campaign.running.stop(signal.SIGKILL)
        for client in clients:
            client.close()


def hold_to_its_promises(campaign: Campaign) -> None:
    """Every promise of every life is kept, by every way to ask."""
    promises = campaign.promises
    assert promises.broken == []
    by_index = sorted(promises.index_of, key=promises.index_of.__getitem__)
    # none lost, none twice, none elsewhere, and nothing that nobody was told of
    assert campaign.recorded() == by_index
    campaign.running.until(campaign.caught_up, "search has caught up", seconds=300)
    assert sorted(campaign.found()) == sorted(by_index)
    assert campaign.unproven(campaign.rng.sample(by_index, min(SAMPLE, len(by_index)))) == []
    assert campaign.running.stop() == 0
    assert campaign.damage() == []


@pytest.mark.timeout(1800)
def test_what_was_acknowledged_survives_being_killed_under_load(tmp_path: Path) -> None:
    """What an audit trail is for: whoever was told "recorded" can rely on it, whatever happens next."""
    with a_campaign(tmp_path / "data", KILLS) as campaign:
        hold_to_its_promises(campaign)


@pytest.mark.timeout(7200)
@pytest.mark.skipif(not SOAK, reason="the long form runs with ACTIONTRAIL_SOAK=1 (make soak)")
def test_two_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    """Six kills hit the wide windows; the narrow ones, between two system calls, take hundreds."""
    with a_campaign(tmp_path / "data", KILLS_SOAK) as campaign:
        hold_to_its_promises(campaign)
    told = {
        "when": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "machine": f"{os.cpu_count()} CPUs, {platform.system()} {platform.release()}, Python {platform.python_version()}",
        "kills": KILLS_SOAK,
        "acknowledged": len(campaign.promises),
        "answered_as_repeats": campaign.promises.resent,
        "start_median_s": round(statistics.median(campaign.starts_s), 2),
        "start_highest_s": round(max(campaign.starts_s), 2),
    }
    output = Path("test-output")
    output.mkdir(exist_ok=True)
    (output / "kill.json").write_text(json.dumps(told, indent=1) + "\n")
