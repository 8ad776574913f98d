"""The benchmark: everything in one run on one machine, ours and the peers' rounds in turn.

    python -m bench.run            a million events, some ten minutes        (make bench)
    FULL=1 python -m bench.run     ten million, an hour or more              (make bench FULL=1)
    python -m bench.run --page     the reference page from the committed results, and nothing measured

`EVENTS=` and `PEER_EVENTS=` choose other sizes, `PEERS=` some of the peers (`PEERS=none`: none). With `KEEP=`, a
folder, the record stays there, and a run that was broken off goes on where it was when it is called again.
Each run leaves a file in bench/results/; one to be kept is renamed to committed.json, or long.json for ten million.
PostgreSQL and SQLite hold a million events at most, for ten million would take PostgreSQL 27 GB and most of
an hour, and neither gets faster with more.
"""

import contextlib
import os
import platform
import signal
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
from bench.progress import Progress, begun
from bench.report import GOALS, Looked, Machine, Result, number, page, unmet, verdict
from bench.rows import Plan
from bench.service import Service, Watch

HERE = Path(__file__).parent
COMMITTED = HERE / "results" / "committed.json"
LONG_RUN = HERE / "results" / "long.json"
CONSOLE = HERE / "results" / "console.json"
PAGE = HERE.parent / "docs" / "reference" / "performance.md"
OURS = "ActionTrail"
SHORT, LONG = 1_000_000, 10_000_000
MOST = {"PostgreSQL": 1_000_000, "SQLite": 1_000_000}
ROUNDS = 5
ALONE = 2000
NEEDLES_EACH = 20
PROOFS = 200


def main() -> int:
    """Measure, or make the page; 1 if a row could not be measured. A goal that is missed is told."""
    if "--page" in sys.argv:
        write_page()
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    kept = os.environ.get("KEEP")
    result = run(_plan(), Path(kept) if kept else None, os.environ.get("PEERS", ""))
    COMMITTED.parent.mkdir(exist_ok=True)
    path = COMMITTED.parent / f"{result.when.replace(':', '').replace(' ', '-')}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    print(page(result))
    print(f"kept in {path}")
    if missed := unmet(result):
        print(f"not reached: {', '.join(missed)}")
    return 1 if result.notes else 0


def write_page() -> None:
    """The reference page is what the committed results say."""
    short, long = (
        msgspec.json.decode(path.read_bytes(), type=Result) if path.exists() else None
        for path in (COMMITTED, LONG_RUN)
    )
    looked = msgspec.json.decode(CONSOLE.read_bytes(), type=Looked) if CONSOLE.exists() else None
    assert short, "there is no committed result"
    PAGE.write_text(page(short, long, looked))


def run(plan: Plan, kept: Path | None = None, chosen: str = "") -> Result:
    """One whole run, or the rest of the one that was broken off in `kept`, beside the peers that are `chosen`."""
    progress = begun(plan, kept)
    with contextlib.ExitStack() as stack:
        service = Service(kept)
        stack.callback(service.close)
        service.start()
        others = peers(chosen)
        for peer in others:
            stack.callback(peer.close)
        return _Run(progress, service, others).all()


class _Run:
    """The rows, one after another; a row that fails is told and left unmeasured."""

    def __init__(self, progress: Progress, service: Service, others: list[Peer]) -> None:
        self._progress, self._plan = progress, progress.plan
        self._service, self._peers = service, others
        self._world = self._plan.world(service.account)
        self._figures, self._details, self._notes = progress.figures, progress.details, progress.notes
        self._beside = progress.beside
        for name in (OURS, *(peer.name for peer in others)):
            self._beside.setdefault(name, {})
            progress.rates.setdefault(name, [])
        self._held = {peer.name: min(self._plan.peer_events, MOST.get(peer.name, LONG)) for peer in others}
        self._worlds = {
            name: self._plan._replace(events=held).world(service.account) for name, held in self._held.items()
        }

    def all(self) -> Result:
        """Every row in the order in which the record must be for it."""
        for peer in self._peers:  # what it held when the run was broken off
            self._load(peer, 0, self._progress.turns)
            peer.settle()
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
        for name, held in self._held.items():
            self._beside[name]["events held"] = held
        self._beside[OURS]["events held"] = self._progress.stored
        return Result(
            when=datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
            command=_command(),
            machine=machine(),
            events=self._progress.stored,
            peer_events=self._plan.peer_events,
            figures=self._figures,
            peers=self._beside,
            details=self._details,
            notes=tuple(self._notes),
        )

    def _row(self, row: Callable[[], None]) -> None:
        name = row.__name__.strip("_")
        if name in self._progress.done:
            return
        say(f"{name} …")
        before = set(self._figures)
        self._details.setdefault("Load of the machine when each row began, our own included", {})[name] = (
            os.getloadavg()[0]
        )
        try:
            row()
        except Exception as error:  # noqa: BLE001 - the other rows are still worth having
            self._notes.append(f"{name} was not measured: {type(error).__name__}: {error}")
            say(self._notes[-1])
        for goal in GOALS:
            if goal.name in self._figures and goal.name not in before:
                figure = self._figures[goal.name]
                say(f"  {goal.says}: {number(figure)} {goal.unit} ({verdict(goal, figure)})")
        self._progress.done.append(name)
        self._progress.save()

    def _ingest(self) -> None:
        """Rounds in turn; the peers' turn comes only when our projection has caught up and the machine is still."""
        plan, progress = self._plan, self._progress
        for turn in range(progress.turns, plan.rounds):
            self._round(turn)
            progress.turns += 1
            progress.save()
        for peer in self._peers:
            peer.settle()
            self._beside[peer.name]["bytes on disk per event"] = peer.size() / self._held[peer.name]
        medians = {name: statistics.median(rates) for name, rates in progress.rates.items() if rates}
        for name, rate in medians.items():
            self._beside[name]["ingest, events/s"] = rate
            self._beside[name]["ingest, ActionTrail is … times as fast"] = medians[OURS] / rate
        self._figures["ingest"] = medians[OURS]
        if "PostgreSQL" in medians:
            self._figures["ingest_postgres"] = medians[OURS] / medians["PostgreSQL"]
        self._figures["memory"] = progress.memory["together"]
        self._details["Memory while taking in, MB, highest"] = progress.memory
        if self._peers:  # without them, search is not waited for between the rounds
            self._details["Search behind the record after a round at full speed, s"] = {
                "median": statistics.median(progress.lags),
                "highest": max(progress.lags),
            }

    def _round(self, turn: int) -> None:
        """One round of taking in: ours, then each peer."""
        plan, progress = self._plan, self._progress
        each = plan.events // BATCH // plan.rounds
        with Watch(self._service) as watch:
            outcome = rows.fill(self._service, plan, turn * each, (turn + 1) * each)
            last = turn + 1 == plan.rounds
            lag = rows.caught_up(self._service, (turn + 1) * each * BATCH) if self._peers or last else 0.0
        progress.remember(watch.highest)
        progress.stored = (turn + 1) * each * BATCH
        if not outcome.repeated:  # a round that was broken off before is no round
            progress.rates[OURS].append(outcome.accepted / outcome.seconds)
            progress.lags += [lag] if lag else []
        for peer in self._peers:
            progress.rates[peer.name].append(self._load(peer, turn, turn + 1))
        told = [f"{name} {number(rates[-1])}/s" for name, rates in progress.rates.items() if rates]
        say(f"  {turn + 1}/{plan.rounds}: {', '.join(told)}; waited for search {number(lag)} s")

    def _load(self, peer: Peer, start: int, stop: int) -> float:
        """The peer's share of rounds `start` to `stop`; events a second."""
        each = self._held[peer.name] // BATCH // self._plan.rounds
        if start == stop:
            return 0.0
        return rows.load_peer(peer, self._worlds[peer.name], start * each, stop * each)

    def _alone(self) -> None:
        waits = rows.alone(self._service, self._plan, ALONE)
        self._progress.stored = rows.recorded(self._service)
        self._figures["alone_p50"] = rows.percentile(waits, 0.5)
        self._figures["alone_p99"] = rows.percentile(waits, 0.99)
        self._details["One event alone, ms"] = _spread(waits)

    def _searchable(self) -> None:
        rows.caught_up(self._service, self._progress.stored)
        with Watch(self._service) as watch:
            waits, load = rows.searchable(self._service, self._plan)
        self._progress.stored = rows.recorded(self._service)
        self._progress.remember(watch.highest)
        self._figures["searchable_p99"] = rows.percentile(waits, 0.99)
        self._figures["memory"] = self._progress.memory["together"]
        self._details["Acknowledged → searchable at 5 000 events/s, ms"] = _spread(waits)
        self._details["Batches of 50 at 5 000 events/s, acknowledged, ms"] = _spread(load.waits_ms)

    def _needles(self) -> None:
        """Our answers over the whole record; compared with those of the peers that hold the same events."""
        rows.caught_up(self._service, self._progress.stored)
        caller, end = self._service.caller(), self._plan.end
        alike: dict[str, rows.Ask] = {OURS: lambda what, value: rows.lookup(caller, what, value, end)}
        others: list[dict[str, rows.Ask]] = []
        for peer in self._peers:
            if self._held[peer.name] == self._plan.events:
                alike[peer.name] = peer.newest
            else:
                others.append({peer.name: peer.newest})
        values = self._values()
        times: dict[str, dict[str, float]] = {}
        for group in (alike, *others):
            times |= rows.needles(group, values, repeats=3)
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
        rows.caught_up(self._service, self._progress.stored)
        self._service.stop()
        parts = rows.disk(self._service, self._progress.stored)
        self._figures["bytes_per_event"] = parts["together"]
        self._beside[OURS]["bytes on disk per event"] = parts["together"]
        self._details["Bytes on disk per event"] = parts

    def _fsck(self) -> None:
        self._service.stop()
        self._figures["fsck"] = rows.fsck(self._service.data, self._progress.stored)

    def _values(self) -> dict[str, list[str]]:
        """What to look for: ids from all over, the rest from loud to rare."""
        found = self._world.needles(NEEDLES_EACH)
        shared = min([self._plan.events, *self._held.values()]) // BATCH
        batches = range(0, shared, max(shared // NEEDLES_EACH, 1))
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
    peer_events = int(os.environ.get("PEER_EVENTS", events))
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    rounds = max(ROUNDS, events // (BATCH * rows.READY_MADE))
    return Plan(seed=20, end=end, events=events, peer_events=peer_events, rounds=rounds)


def _spread(values: list[float]) -> dict[str, float]:
    return {f"p{part}": rows.percentile(values, part / 100) for part in (50, 90, 99)} | {
        "highest": max(values)
    }


def _command() -> str:
    chosen = [
        f"{name}={os.environ[name]}"
        for name in ("FULL", "EVENTS", "PEER_EVENTS", "PEERS")
        if name in os.environ
    ]
    return " ".join([*chosen, "python -m bench.run"])


def machine() -> Machine:
    """The one that this runs on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return Machine(
        os.cpu_count() or 0,
        round(memory),
        f"{platform.system()} {platform.release()}",
        platform.python_version(),
    )


def say(text: str) -> None:
    """How far it is, to whoever waits."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
