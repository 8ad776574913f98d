"""One function for each row of the table: what is done, and what is counted.

Times are wall clock on the machine that also runs the load client and, in the ingest rows, the
projection that follows: that is how a small installation runs, and it costs us, not the peers.
"""

import json
import queue
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from bench.client import Job, Load, Outcome, post
from bench.events import World
from bench.peers import Peer, folder_bytes
from bench.service import Caller, Service, command

LOOKUP_KEYS = {
    "id": "EventId",
    "key": "EventAccessKeyId",
    "user": "User",
    "ip": "SourceIpAddress",
    "resource": "ResourceName",
}
PAGE = 50
READY_MADE = 500  # batches whose bodies are made before the clock starts
CATCH_UP_S = 3600
PROBES = 100
PACE = 5000
PACE_BATCH = 50
PACE_S = 20


class Plan(NamedTuple):
    """Which world is sent, and how much of it."""

    seed: int
    end: datetime
    events: int
    peer_events: int
    rounds: int

    def world(self, account: str) -> World:
        """The world that the record is filled from."""
        return World(self.seed, account=account, end=self.end, total=self.events)


def percentile(values: Sequence[float], part: float) -> float:
    """The value that `part` of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


def fill(service: Service, plan: Plan, start: int, stop: int) -> Outcome:
    """Post batches `start` to `stop` of a thousand each, as fast as they are taken.

    Some are repeats if an earlier try was broken off.
    """
    job = Job(
        port=service.port,
        token=service.token,
        seed=plan.seed,
        account=service.account,
        end=plan.end,
        total=plan.events,
        start=start,
        stop=stop,
        ready_made=stop - start <= READY_MADE,
    )
    outcome = Load(job).go().outcome()
    sent = (stop - start) * job.size
    assert outcome.accepted + outcome.repeated == sent, f"{outcome.accepted} of {sent} accepted"
    return outcome


def load_peer(peer: Peer, world: World, start: int, stop: int) -> float:
    """Load batches `start` to `stop` of a thousand each; events a second."""
    spent = 0.0
    for batch in world.batches(start, stop):
        prepared = peer.prepare(batch)
        begun = time.perf_counter()
        peer.load(prepared)
        spent += time.perf_counter() - begun
    return (stop - start) * 1000 / spent


def caught_up(service: Service, size: int) -> float:
    """Wait until search sees `size` events; how many seconds that took."""
    caller = service.caller()
    begun = time.perf_counter()
    while caller.json("/v1/search?limit=1")["seen"]["size"] < size:
        if time.perf_counter() - begun > CATCH_UP_S:
            raise TimeoutError(f"search does not see {size} events after {CATCH_UP_S} s")
        time.sleep(0.25)
    caller.close()
    return time.perf_counter() - begun


def recorded(service: Service) -> int:
    """How many events the record holds."""
    caller = service.caller()
    size = int(caller.json("/v1/search?limit=1")["seen"]["ledgerSize"])
    caller.close()
    return size


def alone(service: Service, plan: Plan, count: int) -> list[float]:
    """Milliseconds until one event is acknowledged, one after another on one connection."""
    job = Job(
        port=service.port,
        token=service.token,
        seed=plan.seed + 1,
        account=service.account,
        end=plan.end,
        total=count,
        start=0,
        stop=count,
        size=1,
        connections=1,
    )
    return Load(job).go().outcome().waits_ms


def searchable(service: Service, plan: Plan) -> tuple[list[float], Outcome]:
    """Milliseconds from an acknowledgement until search by id finds the event, at a steady 5 000 events/s."""
    job = Job(
        port=service.port,
        token=service.token,
        seed=plan.seed + 2,
        account=service.account,
        end=plan.end,
        total=PACE * PACE_S,
        start=0,
        stop=PACE * PACE_S // PACE_BATCH,
        size=PACE_BATCH,
        rate=PACE,
        connections=4,
    )
    world = World(plan.seed + 3, account=service.account, end=plan.end, total=PROBES)
    probes = [world.batch(number, 1)[0] for number in range(PROBES)]
    told: queue.Queue[tuple[float, str]] = queue.Queue()
    load = Load(job).go()
    prober = threading.Thread(target=_post_probes, args=(service, probes, told), daemon=True)
    prober.start()
    waits = _until_found(service, plan.end, told)
    prober.join()
    return waits, load.outcome()


def _post_probes(service: Service, probes: Sequence[bytes], told: "queue.Queue[tuple[float, str]]") -> None:
    """Post one event after another at its appointed time, whether or not those before can be found yet."""
    connection = HTTPConnection("127.0.0.1", service.port, timeout=60)
    begun = time.perf_counter()
    for number, event in enumerate(probes):
        time.sleep(max(0.0, begun + number * PACE_S / PROBES - time.perf_counter()))
        post(connection, service.token, event)
        told.put((time.perf_counter(), json.loads(event)["eventId"]))
    connection.close()


def _until_found(service: Service, end: datetime, told: "queue.Queue[tuple[float, str]]") -> list[float]:
    """Ask for the oldest that is not found yet, again and again; milliseconds since each was acknowledged."""
    caller, waits = service.caller(), []
    for _ in range(PROBES):
        acknowledged, event_id = told.get(timeout=120)
        while not lookup(caller, "id", event_id, end):
            time.sleep(0.005)
        waits.append((time.perf_counter() - acknowledged) * 1000)
    caller.close()
    return waits


def lookup(caller: Caller, what: str, value: str, end: datetime) -> list[str]:
    """Ids of the newest fifty, by LookupEvents over the whole look-back."""
    query = {
        "StartTime": _text(end - timedelta(days=89)),
        "EndTime": _text(end + timedelta(minutes=1)),
        "LookupAttribute.1.Key": LOOKUP_KEYS[what],
        "LookupAttribute.1.Value": value,
        "MaxResults": str(PAGE),
    }
    return [event["eventId"] for event in caller.operation("LookupEvents", query)["Events"]]


Ask = Callable[[str, str], list[str]]


def needles(
    askers: dict[str, Ask], values: dict[str, list[str]], repeats: int
) -> dict[str, dict[str, float]]:
    """Median milliseconds for each kind of needle, each asker in turn for each value, once asked before.

    Raises if two answer differently: a wrong answer has no time.
    """
    times: dict[str, dict[str, list[float]]] = {name: {} for name in askers}
    for what, wanted in values.items():
        for value in wanted:
            answers = {name: ask(what, value) for name, ask in askers.items()}
            _agree(what, value, answers)
            for _ in range(repeats):
                for name, ask in askers.items():
                    begun = time.perf_counter()
                    ask(what, value)
                    times[name].setdefault(what, []).append((time.perf_counter() - begun) * 1000)
    return {
        name: {what: statistics.median(spent) for what, spent in kinds.items()}
        for name, kinds in times.items()
    }


def _agree(what: str, value: str, answers: dict[str, list[str]]) -> None:
    """All answered as many, and the same unless a page was cut inside one second."""
    seen = {name: sorted(answer) for name, answer in answers.items()}
    first = next(iter(seen.values()))
    for name, answer in seen.items():
        same = len(answer) == PAGE == len(first) or answer == first
        assert same, f"{name} answers {len(answer)} events for {what} {value}, others {len(first)}"


def facets(asks: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median milliseconds of facets and histogram, each asker in turn, once asked before."""
    times: dict[str, list[float]] = {name: [] for name in asks}
    for ask in asks.values():
        ask()
    for _ in range(repeats):
        for name, ask in asks.items():
            begun = time.perf_counter()
            ask()
            times[name].append((time.perf_counter() - begun) * 1000)
    return {name: statistics.median(spent) for name, spent in times.items()}


def ask_facets(caller: Caller, end: datetime, days: int = 30) -> None:
    """Counts by service, event and user, and by day, of the newest `days`."""
    span = {"start": _text(end - timedelta(days=days)), "end": _text(end)}
    caller.json(f"/v1/facets?{urlencode({**span, 'fields': 'serviceName,eventName,userIdentity.userName'})}")
    caller.json(f"/v1/histogram?{urlencode(span)}")


def disk(service: Service, events: int) -> dict[str, float]:
    """Bytes on disk for each event, by part."""
    parts = {
        "segments": service.data / "ledger" / "segments",
        "hash files": service.data / "ledger" / "tile",
        "memory of ids": service.data / "repeats",
        "projection": service.data / "projection",
    }
    sizes = {name: folder_bytes(folder) for name, folder in parts.items()}
    sizes["everything else"] = folder_bytes(service.data) - sum(sizes.values())
    sizes["together"] = sum(sizes.values())
    return {name: size / events for name, size in sizes.items()}


def proofs(service: Service, ids: Sequence[str]) -> tuple[list[float], list[float], list[int]]:
    """Milliseconds to make and to check the proof of each event, and its bytes."""
    from actiontrail.evidence import receipt

    caller = service.caller()
    made, checked, sizes = [], [], []
    for event_id in ids:
        begun = time.perf_counter()
        status, text = caller.get(f"/v1/proof/{event_id}")
        made.append((time.perf_counter() - begun) * 1000)
        assert status == 200, text[:300]
        begun = time.perf_counter()
        receipt.verify(text, [service.vkey])
        checked.append((time.perf_counter() - begun) * 1000)
        sizes.append(len(text))
    caller.close()
    return made, checked, sizes


def fsck(data: Path, events: int) -> float:
    """Records a second of `actiontrail fsck` on a record at rest, its start included."""
    begun = time.perf_counter()
    command("fsck", "--data", str(data), "--json")
    return events / (time.perf_counter() - begun)


def restarts(service: Service, times: int) -> list[float]:
    """Seconds from a start to being ready, a clean stop before each."""
    seconds = []
    for _ in range(times):
        service.stop()
        seconds.append(service.start())
    return seconds


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
