"""The delivery drill: a bucket that breaks in every way, couriers that are killed, and an auditor who counts.

The bucket is a peer over HTTP that checks signatures, asked by the official client; couriers are processes that are
killed with SIGKILL at random moments. In the end the union of the objects holds each event once, and the manifests agree.
"""

import gzip
import json
import os
import random
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from bench.delivery import Home
from tests.kit.carrier import Carrier, a_depot, a_ground
from tests.kit.oss import OssPeer

from actiontrail.delivery import audit
from actiontrail.delivery.changes import New
from actiontrail.delivery.couriers import Wake
from actiontrail.delivery.destinations import open_bucket
from actiontrail.delivery.trails import Settings
from actiontrail.ledger import notekey
from actiontrail.ledger.reader import Reader

SOAK = os.environ.get("ACTIONTRAIL_SOAK") == "1"
SEED = int(os.environ.get("ACTIONTRAIL_KILL_SEED", "21"))
FAULTS = ("403", "429", "500", "cut", "lost", "half", "hang", "503")
SOON = 600.0 if SOAK else 120.0


def counted(peer: OssPeer) -> Counter[str]:
    """What an auditor counts: every event of every object that is no manifest."""
    found: Counter[str] = Counter()
    for key, stored in list(peer.buckets["audit"].objects.items()):
        if "/Actiontrail-Manifest/" not in f"/{key}":
            found.update(event["eventId"] for event in json.loads(gzip.decompress(stored.body)))
    return found


def recorded(data: Path) -> list[str]:
    reader = Reader(data)
    ids: list[str] = []
    while lines := reader.lines(len(ids), limit=5000):
        ids += [json.loads(line)["event"]["eventId"] for line in lines]
    reader.close()
    return ids


def drill(data: Path, *, events: int, batch: int, kills: int) -> None:
    rng = random.Random(SEED)
    home = Home(data, events)
    peer = OssPeer("audit")
    depot = a_depot(data, peer.url, Wake(), events=batch, from_start=True)
    try:
        new = New(home.account, "my-trail", "cn-hangzhou", Settings(oss_bucket="audit", event_rw="All"))
        depot.trails.create(new)
        depot.trails.start(home.account, "my-trail")
        for _ in range(kills):
            carrier = Carrier(data, peer.url, events=batch)
            peer.faults.extend(rng.choice((*FAULTS, "", "", "", "")) for _ in range(8))
            threading.Event().wait(rng.random() * 1.5)
            carrier.kill()
        peer.faults.clear()
        carrier = Carrier(data, peer.url, events=batch)
        deadline = time.monotonic() + SOON
        while depot.trails.places(depot.trails.find(home.account, "my-trail"))[0].position != events:
            assert time.monotonic() < deadline, f"{len(counted(peer))} of {events} events are there"
            threading.Event().wait(0.1)
        carrier.kill()

        assert counted(peer) == Counter(recorded(data))
        signer = notekey.load(data / "keys", None)
        verifiers = notekey.trusted(signer.vkey, signer.name, data / "none")
        shelf = open_bucket("oss://audit", a_ground(data, peer.url))
        report = audit.check(shelf, audit.Question(verifiers, events))
        shelf.close()
        assert (report.clean, report.events) == (True, events)
    finally:
        peer.close()
        depot.trails.database.close()


def test_a_bucket_that_breaks_and_couriers_that_die_leave_each_event_there_once(tmp_path: Path) -> None:
    """403, 429, 500, answers that are lost, cut off or never come, and kills in between."""
    drill(tmp_path / "data", events=4_000, batch=150, kills=5)


@pytest.mark.skipif(not SOAK, reason="the long form runs with ACTIONTRAIL_SOAK=1 (make soak)")
def test_two_hundred_thousand_events_through_everything_that_can_break(tmp_path: Path) -> None:
    """What the short form shows, at a size at which rare moments come."""
    drill(tmp_path / "data", events=200_000, batch=2_000, kills=60)
