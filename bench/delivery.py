"""Delivery: how fast one courier brings a ledger to a local bucket, and fifty trails at once, one of them dead.

    python -m bench.delivery              200 000 events, a few minutes
    EVENTS=50000 python -m bench.delivery

A ledger is made first; then everything but the HTTP interface is as in the service: segments, mapping, control
database, couriers with their threads, buckets as folders. Memory is what the process grew by.
"""

import json
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from actiontrail import service
from actiontrail.access.seal import Sealer
from actiontrail.delivery.changes import New, Surroundings, Trails
from actiontrail.delivery.courier import Depot, Limits
from actiontrail.delivery.couriers import Couriers, Wake
from actiontrail.delivery.destination import Aim, Destination, PlaceOutage
from actiontrail.delivery.destinations import Ground, opener
from actiontrail.delivery.sheets import Sheets
from actiontrail.delivery.trails import Settings
from actiontrail.event.record import received_text
from actiontrail.ledger import notekey
from actiontrail.ledger.candidate import Candidate
from actiontrail.ledger.reader import Reader
from actiontrail.ledger.sequencer import NO_PAST, Sequencer
from actiontrail.ledger.sequencer import Limits as LedgerLimits
from actiontrail.store.database import Database
from actiontrail.store.lock import open_lock
from bench.events import BATCH, World

EVENTS = int(os.environ.get("EVENTS", "200000"))
TRAILS = 50
GOAL_RATE = 20_000
MIB = 1 << 20


class Figures(NamedTuple):
    """What one round took."""

    events: int
    seconds: float
    cpu_seconds: float
    grown_mib: float
    mapped: int  # how often a record was mapped, over all

    @property
    def rate(self) -> float:
        return self.events / self.seconds


class Dead:
    """A place that hangs for a second and then does not answer."""

    def probe(self) -> None:
        return

    def put(self, _batch: object) -> None:
        time.sleep(1.0)
        raise PlaceOutage("it hangs")

    def close(self) -> None:
        return


class Home:
    """A record with `events` events of one account."""

    def __init__(self, data: Path, events: int) -> None:
        self.data = data
        self.account = service.create(data).account_id
        self.signer = notekey.load(data / "keys", None)
        lock = open_lock(data, "", self.signer.name)
        limits = LedgerLimits(
            queue_bytes=64 * MIB,
            round_bytes=8 * MIB,
            segment_bytes=128 * MIB,
            repeats_hours=24,
            repeats_bytes=256 * MIB,
        )
        writer = Sequencer.open(data, lock=lock, signer=self.signer, limits=limits, past=NO_PAST)
        # a total of much more puts all of it into a few hours, as what is delivered day by day is
        world = World(7, account=self.account, end=datetime.now(UTC), total=500 * events)
        received = received_text(datetime.now(UTC))
        for number in range(events // BATCH):
            writer.submit([self._candidate(raw, received) for raw in world.batch(number)]).result(60)
        writer.close()
        lock.close()

    def _candidate(self, raw: bytes, received: str) -> Candidate:
        return Candidate(self.account, json.loads(raw)["eventId"], raw, received, "key:bench", "actiontrail")


def measure(home: Home, trails: int, *, dead: int = 0) -> Figures:
    """Every event brought to `trails` buckets of one account, beside `dead` ones that hang."""
    database = Database.open(home.data)
    ledger = Reader(home.data)
    sealer = Sealer.open(home.data / "keys", None)
    real = opener(Ground(home.data, {}, home.signer))

    def open_(aim: Aim) -> Destination:
        return Dead() if aim.address.startswith("oss://dead") else real(aim)

    wake = Wake()
    size = [0]  # trails start at entry 0
    around = Surroundings(
        database=database,
        seal=sealer,
        open=open_,
        size=lambda: size[0],
        now=time.time,
        directory=lambda _account: None,
        global_region="cn-hangzhou",
        changed=wake.ring,
    )
    office = Trails(around)
    for number in range(trails + dead):
        kind = "dead" if number < dead else "alive"
        name = f"{kind}-{number}"
        region = f"cn-bench-{number // 5}"  # five trails a home region
        bucket = f"{kind}-bucket-{trails}-{number}"
        office.create(New(home.account, name, region, Settings(oss_bucket=bucket, event_rw="All")))
        office.start(home.account, name)
    size[0] = ledger.size()
    sheets = Sheets(ledger)
    depot = Depot(
        trails=office, open=open_, ledger=ledger, sheets=sheets, limits=Limits(seconds=0.0), now=time.time
    )
    couriers = Couriers(depot, wake, tick=0.05)
    wanted = trails * ledger.size()
    before = _resident()
    grown = 0.0
    begun, cpu = time.perf_counter(), time.process_time()
    couriers.start()
    while couriers.standing().delivered < wanted:
        threading.Event().wait(0.05)
        grown = max(grown, _resident() - before)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    couriers.stop()
    for trail in office.all(home.account):
        office.delete(home.account, trail.name)
    ledger.close()
    database.close()
    return Figures(wanted, seconds, cpu, grown, sheets.mapped)


def _resident() -> float:
    """MiB of this process in memory now."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / MIB
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Both rounds, told; 1 if a goal is missed."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "data", EVENTS)
        few = Home(Path(folder) / "few", max(BATCH, EVENTS // 20))
        rounds: dict[str, Callable[[], Figures]] = {
            "one trail to a local bucket": lambda: measure(home, 1),
            f"{TRAILS} trails on one ledger": lambda: measure(few, TRAILS),
            f"{TRAILS} trails, and ten that hang": lambda: measure(few, TRAILS, dead=10),
        }
        found = {}
        for name, run in rounds.items():
            found[name] = run()
            one = found[name]
            print(
                f"{name}: {one.events} events in {one.seconds:.1f} s = {one.rate:,.0f}/s,"
                f" {one.cpu_seconds / one.events * 1e6:.0f} µs of processor each,"
                f" memory +{one.grown_mib:.0f} MiB, records mapped {one.mapped}"
            )
        first, well, beside = found.values()
        print(f"beside dead ones it took {beside.seconds / well.seconds:.2f} times as long")
        print(f"goal {GOAL_RATE}/s: {'reached' if first.rate >= GOAL_RATE else 'missed'}")
        return 0 if first.rate >= GOAL_RATE else 1


if __name__ == "__main__":
    sys.exit(main())
