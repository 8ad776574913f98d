"""The benchmark: everything in one run on one machine, ours and the peers' rounds in turn.

    python -m bench.run            a million events, some ten minutes        (make bench)
    FULL=1 python -m bench.run     ten million, about an hour                (make bench FULL=1)
    python -m bench.run --page     the reference page from the committed result, and nothing measured

`EVENTS=` and `PEER_EVENTS=` choose other sizes. Each run leaves a file in bench/results/; a run to
be kept is renamed to committed.json. Peers hold a million events at most, for ten million would take
PostgreSQL 27 GB and most of an hour, and none of them gets faster with more.
"""

import contextlib
import os
import platform
import statistics
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec

from bench import rows
from bench.events import BATCH
from bench.peers import Peer, peers
from bench.report import GOALS, Machine, Result, number, page, unmet, verdict
from bench.rows import Plan
from bench.service import Service, Watch

HERE = Path(__file__).parent
COMMITTED = HERE / "results" / "committed.json"
PAGE = HERE.parent / "docs" / "reference" / "performance.md"
OURS = "ActionTrail"
SHORT, LONG, PEERS_MOST = 1_000_000, 10_000_000, 1_000_000
ALONE = 2000
NEEDLES_EACH = 20
PROOFS = 200


def main() -> int:
    """Measure, or make the page; 1 if a row could not be measured. A goal that is missed is told."""
    if "--page" in sys.argv:
        PAGE.write_text(page(msgspec.json.decode(COMMITTED.read_bytes(), type=Result)))
        return 0
    result = run(_plan())
    COMMITTED.parent.mkdir(exist_ok=True)
    path = COMMITTED.parent / f"{result.when.replace(':', '').replace(' ', '-')}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    print(page(result))
    print(f"kept in {path}")
    if missed := unmet(result):
        print(f"not reached: {', '.join(missed)}")
    return 1 if result.notes else 0


def run(plan: Plan) -> Result:
    """One whole run."""
    with contextlib.ExitStack() as stack:
        service = Service()
        stack.callback(service.close)
        service.start()
        others = peers()
        for peer in others:
            stack.callback(peer.close)
        return _Run(plan, service, others).all()


class _Run:
    """The rows, one after another; a row that fails is told and left unmeasured."""

    def __init__(self, plan: Plan, service: Service, others: list[Peer]) -> None:
        self._plan, self._service, self._peers = plan, service, others
        self._world = plan.world(service.account)
        self._theirs = plan._replace(events=plan.peer_events).world(service.account)
        self._figures: dict[str, float] = {}
        self._beside: dict[str, dict[str, float]] = {OURS: {}, **{peer.name: {} for peer in others}}
        self._details: dict[str, dict[str, float]] = {}
        self._notes: list[str] = []
        self._stored = plan.events

    def all(self) -> Result:
        """Every row in the order in which the record must be for it."""
        for row in (
            self._ingest,
            self._alone,
            self._searchable,
            self._needles,
            self._facets,
            self._proofs,
            self._start,
            self._disk,
            self._fsck,
        ):
            self._row(row)
        return Result(
            when=datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
            command=_command(),
            machine=_machine(),
            events=self._stored,
            peer_events=self._plan.peer_events,
            figures=self._figures,
            peers=self._beside,
            details=self._details,
            notes=tuple(self._notes),
        )

    def _row(self, row: Callable[[], None]) -> None:
        name = row.__name__.strip("_")
        _say(f"{name} …")
        before = set(self._figures)
        try:
            row()
        except Exception as error:  # noqa: BLE001 - the other rows are still worth having
            self._notes.append(f"{name} was not measured: {type(error).__name__}: {error}")
            _say(self._notes[-1])
        for goal in GOALS:
            if goal.name in self._figures and goal.name not in before:
                figure = self._figures[goal.name]
                _say(f"  {goal.says}: {number(figure)} {goal.unit} ({verdict(goal, figure)})")

    def _ingest(self) -> None:
        """Rounds in turn; the peers' turn comes only when our projection has caught up and the machine is still."""
        plan, rates, lags = self._plan, {name: list[float]() for name in self._beside}, list[float]()
        ours, theirs = plan.events // BATCH // plan.rounds, plan.peer_events // BATCH // plan.rounds
        with Watch(self._service) as watch:
            for turn in range(plan.rounds):
                outcome = rows.fill(self._service, plan, turn * ours, (turn + 1) * ours)
                rates[OURS].append(outcome.accepted / outcome.seconds)
                lags.append(rows.caught_up(self._service, (turn + 1) * ours * BATCH))
                for peer in self._peers:
                    rates[peer.name].append(
                        rows.load_peer(peer, self._theirs, turn * theirs, (turn + 1) * theirs)
                    )
                _say("  " + ", ".join(f"{name} {number(rate[-1])}/s" for name, rate in rates.items()))
        for peer in self._peers:
            peer.settle()
            self._beside[peer.name]["bytes on disk per event"] = peer.size() / plan.peer_events
        medians = {name: statistics.median(rate) for name, rate in rates.items()}
        for name, rate in medians.items():
            self._beside[name]["ingest, events/s"] = rate
            self._beside[name]["ingest, ActionTrail is … times as fast"] = medians[OURS] / rate
        self._figures["ingest"] = medians[OURS]
        if "PostgreSQL" in medians:
            self._figures["ingest_postgres"] = medians[OURS] / medians["PostgreSQL"]
        self._figures["memory"] = watch.highest["together"]
        self._details["Memory while taking in, MB, highest"] = watch.highest
        self._details["Search behind the record after a round at full speed, s"] = {
            "median": statistics.median(lags),
            "highest": max(lags),
        }

    def _alone(self) -> None:
        waits = rows.alone(self._service, self._plan, ALONE)
        self._stored += ALONE
        self._figures["alone_p50"] = rows.percentile(waits, 0.5)
        self._figures["alone_p99"] = rows.percentile(waits, 0.99)
        self._details["One event alone, ms"] = _spread(waits)

    def _searchable(self) -> None:
        rows.caught_up(self._service, self._stored)
        with Watch(self._service) as watch:
            waits, load = rows.searchable(self._service, self._plan)
        self._stored += load.accepted + rows.PROBES
        self._figures["searchable_p99"] = rows.percentile(waits, 0.99)
        self._figures["memory"] = max(self._figures.get("memory", 0.0), watch.highest["together"])
        self._details["Acknowledged → searchable at 5 000 events/s, ms"] = _spread(waits)
        self._details["Batches of 50 at 5 000 events/s, acknowledged, ms"] = _spread(load.waits_ms)

    def _needles(self) -> None:
        """Our answers over the whole record; beside the peers only where all hold the same events."""
        rows.caught_up(self._service, self._stored)
        caller, end = self._service.caller(), self._plan.end
        askers: dict[str, rows.Ask] = {OURS: lambda what, value: rows.lookup(caller, what, value, end)}
        values = self._values()
        theirs: dict[str, rows.Ask] = {peer.name: peer.newest for peer in self._peers}
        if self._plan.peer_events == self._plan.events:
            times = rows.needles({**askers, **theirs}, values, repeats=3)
        else:
            times = {**rows.needles(askers, values, repeats=3), **rows.needles(theirs, values, repeats=3)}
        self._figures["needle_p50"] = max(times[OURS].values())
        for name, kinds in times.items():
            for what, spent in kinds.items():
                self._beside[name][f"needle by {what}, p50, ms"] = spent

    def _facets(self) -> None:
        """Thirty days of what each holds."""
        caller, end = self._service.caller(), self._plan.end
        asks: dict[str, Callable[[], object]] = {OURS: lambda: rows.ask_facets(caller, end)}
        start = end - timedelta(days=30)
        for peer in self._peers:
            asks[peer.name] = partial(peer.facets, start, end)
        for name, spent in rows.facets(asks, repeats=5).items():
            self._beside[name]["facets and histogram of 30 days, ms"] = spent
        self._figures["facets_p50"] = self._beside[OURS]["facets and histogram of 30 days, ms"]

    def _proofs(self) -> None:
        batch = self._world.batch(self._plan.events // BATCH // 2)
        ids = [msgspec.json.decode(event)["eventId"] for event in batch[:PROOFS]]
        made, checked, sizes = rows.proofs(self._service, ids)
        self._figures["proof_made"] = statistics.median(made)
        self._figures["proof_checked"] = statistics.median(checked)
        self._figures["proof_bytes"] = max(sizes)
        self._details["Proof made, ms"] = _spread(made)

    def _start(self) -> None:
        seconds = rows.restarts(self._service, 3)
        self._figures["start"] = statistics.median(seconds)

    def _disk(self) -> None:
        rows.caught_up(self._service, self._stored)
        self._service.stop()
        parts = rows.disk(self._service, self._stored)
        self._figures["bytes_per_event"] = parts["together"]
        self._beside[OURS]["bytes on disk per event"] = parts["together"]
        self._details["Bytes on disk per event"] = parts

    def _fsck(self) -> None:
        self._service.stop()
        self._figures["fsck"] = rows.fsck(self._service.data, self._stored)

    def _values(self) -> dict[str, list[str]]:
        """What to look for: ids from all over, the rest from loud to rare."""
        found = self._world.needles(NEEDLES_EACH)
        batches = range(
            0, self._plan.peer_events // BATCH, max(self._plan.peer_events // BATCH // NEEDLES_EACH, 1)
        )
        ids = [
            msgspec.json.decode(self._world.batch(number)[number % BATCH])["eventId"] for number in batches
        ]
        return {
            "id": ids,
            "key": found.keys,
            "user": found.users,
            "ip": found.ips,
            "resource": found.resources,
        }


def _plan() -> Plan:
    full = os.environ.get("FULL") == "1"
    events = int(os.environ.get("EVENTS", LONG if full else SHORT))
    peer_events = int(os.environ.get("PEER_EVENTS", min(events, PEERS_MOST)))
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return Plan(seed=20, end=end, events=events, peer_events=peer_events, rounds=5)


def _spread(values: list[float]) -> dict[str, float]:
    return {f"p{part}": rows.percentile(values, part / 100) for part in (50, 90, 99)} | {
        "highest": max(values)
    }


def _command() -> str:
    chosen = [
        f"{name}={os.environ[name]}" for name in ("FULL", "EVENTS", "PEER_EVENTS") if name in os.environ
    ]
    return " ".join([*chosen, "python -m bench.run"])


def _machine() -> Machine:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return Machine(
        os.cpu_count() or 0,
        round(memory),
        f"{platform.system()} {platform.release()}",
        platform.python_version(),
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
