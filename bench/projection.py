"""What a row of the projection costs, stage by stage, and what other tables would cost: decision 50's figures.

`python -m bench.projection [events] [folder]`. Stages are processor time of this thread, best of five.
Tables are filled one from another in the same engine, and asked in turn, so a busy machine slows all alike.
"""

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from actiontrail.event import formats, record, selector
from actiontrail.event.model import document
from actiontrail.query import schema
from actiontrail.query.compile import Bindings, condition
from actiontrail.query.engine import Engine
from actiontrail.query.rows import BY_PATH, Mapper
from actiontrail.query.words import Writer
from bench.events import World

ACCOUNT = "1234567890123456"
END = datetime(2026, 11, 1, tzinfo=UTC)
STEP = 20_000
DDL = schema.STEPS[-1].statements[-1]
OTHERS = {
    "granules of 256": lambda ddl: ddl,
    "granules of 2048": lambda ddl: ddl.replace("= 256", "= 2048"),
    "JSON type": lambda ddl: ddl.replace("doc String CODEC(ZSTD(3))", "doc JSON CODEC(ZSTD(3))"),
    "no index": lambda ddl: "\n".join(line for line in ddl.splitlines() if "INDEX by_words" not in line),
}


def lines(world: World, start: int, stop: int) -> list[bytes]:
    """Records `start` to `stop` (in thousands) as the ledger holds them."""
    events = [event for batch in world.batches(start, stop) for event in batch]
    return [
        record.encode(
            record.Record(
                ACCOUNT, at + 1, "2026-11-01T00:00:00.000001Z", "token:b", "actiontrail", msgspec.Raw(event)
            )
        )
        for at, event in enumerate(events, start * 1000)
    ]


def stages(some: list[bytes]) -> Iterator[tuple[str, float]]:
    """Microseconds for each event, by stage."""
    raws = [bytes(record.parse(line).event) for line in some]
    events = [formats.to_event("actiontrail", raw) for raw in raws]
    documents = [document(event) for event in events]
    writer, mapper = Writer(BY_PATH), Mapper()
    todo: dict[str, Callable[[], object]] = {
        "the record read": lambda: [record.parse(line) for line in some],
        "its event read": lambda: [formats.to_event("actiontrail", raw) for raw in raws],
        "as a document": lambda: [document(event) for event in events],
        "as JSON": lambda: [msgspec.json.encode(one) for one in documents],
        "as words": lambda: [writer.words(one, marked=False) for one in documents],
        "all, as a table": lambda: mapper.table(0, some),
    }
    for name, do in todo.items():
        times = []
        for _ in range(5):
            begun = time.thread_time()
            do()
            times.append(time.thread_time() - begun)
        yield name, min(times) / len(some) * 1e6


def questions(some: list[bytes]) -> dict[str, tuple[str, dict[str, object]]]:
    """What is asked of each table: `{table}` stands for its name."""
    event = msgspec.json.decode(record.parse(some[len(some) // 2]).event)
    newest = "SELECT idx FROM {table} WHERE account = '%s' AND (%s) ORDER BY happened DESC, idx DESC LIMIT 50"
    found: dict[str, tuple[str, dict[str, object]]] = {}
    for name, text in {
        "id": f"eventId: {event['eventId']}",
        "user": f"userIdentity.userName: {event['userIdentity']['userName']}",
        "a field without a column": "requestParameters.PageSize: 50 and eventName: DescribeDisks",
    }.items():
        bound = Bindings()
        found[name] = (newest % (ACCOUNT, condition(selector.parse(text), bound)), bound.values)
    for field in ("service_name", "event_name", "user_name"):
        found[f"facet {field}"] = (f"SELECT {field}, count() FROM {{table}} GROUP BY 1", {})
    return found


def ask(engine: Engine, sql: str, bound: dict[str, object], rounds: int = 15) -> dict[str, float]:
    """Median milliseconds of a question, table by table in turn."""
    times: dict[str, list[float]] = {name: [] for name in OTHERS}
    for _ in range(rounds):
        for at, name in enumerate(OTHERS):
            begun = time.perf_counter()
            engine.rows(sql.replace("{table}", f"actiontrail.t{at}"), bound)
            times[name].append((time.perf_counter() - begun) * 1000)
    return {name: statistics.median(spent) for name, spent in times.items()}


def fill(engine: Engine, events: int) -> list[bytes]:
    """The product's table with `events` rows; the last of its lines."""
    world, mapper, made = World(1, account=ACCOUNT, end=END, total=events), Mapper(), []
    engine.command("CREATE DATABASE IF NOT EXISTS actiontrail")
    engine.command(DDL)
    cpu = {"mapping": 0.0, "inserting": 0.0}
    for start in range(0, events, STEP):
        made = lines(world, start // 1000, min(start + STEP, events) // 1000)
        begun = time.process_time()
        table = mapper.table(start, made)
        mapped = time.process_time()
        engine.insert(schema.TABLE, table)
        cpu["mapping"] += mapped - begun
        cpu["inserting"] += time.process_time() - mapped
    for name, spent in cpu.items():
        print(f"{name:28}{spent / events * 1e6:8.1f} µs of processor, merges that ran meanwhile included")
    return made


def compare(engine: Engine, events: int) -> None:
    """Fill each of the other tables from the product's, in one part, and print what it cost."""
    for at, (name, change) in enumerate(OTHERS.items()):
        table = f"actiontrail.t{at}"
        engine.command(change(DDL).replace(schema.TABLE, table))
        begun = time.process_time()
        engine.command(f"INSERT INTO {table} SELECT * FROM {schema.TABLE}")
        engine.command(f"OPTIMIZE TABLE {table} FINAL")
        spent = (time.process_time() - begun) / events * 1e6
        sql = f"SELECT sum(bytes_on_disk) / {events} FROM system.parts WHERE active AND table = 't{at}'"
        print(f"{name:28}{engine.rows(sql)[0][0]:8.0f} B {spent:8.1f} µs to fill and merge", flush=True)


def main(events: int, folder: Path) -> None:
    """Print every figure."""
    world = World(1, account=ACCOUNT, end=END, total=events)
    for stage, spent in stages(lines(world, 0, 3)):
        print(f"{stage:28}{spent:8.1f} µs", flush=True)
    engine = Engine(folder / "projection")
    made = fill(engine, events)
    compare(engine, events)
    for question, (sql, bound) in questions(made).items():
        print(
            f"{question:28}", {name: round(ms, 1) for name, ms in ask(engine, sql, bound).items()}, flush=True
        )
    exact = "SELECT countIf(toString(a.doc) = b.doc) FROM actiontrail.t2 a JOIN actiontrail.t0 b USING idx"
    print(
        "documents that the JSON type gives back as they came:",
        engine.rows(exact + " WHERE idx < 5000")[0][0],
    )
    path = "requestParameters.PageSize"
    ways = {
        "a path, of the JSON type": f"SELECT countIf(doc.{path}::String = '50') FROM actiontrail.t2",
        "a path, by JSONExtract": "SELECT countIf(JSONExtractRaw(doc, 'requestParameters', 'PageSize') = '50') FROM actiontrail.t0",
    }
    bound_words = Bindings()
    words = condition(selector.parse(f"{path}: 50"), bound_words)
    ways["a path, by words"] = f"SELECT countIf({words}) FROM actiontrail.t0"
    for name, sql in ways.items():
        values = bound_words.values if "words" in name else {}
        times = []
        for _ in range(5):
            begun = time.perf_counter()
            answer = engine.rows(sql, values)[0][0]
            times.append((time.perf_counter() - begun) * 1000)
        print(f"{name:28}{statistics.median(times):8.1f} ms for {answer}")
    engine.close()


if __name__ == "__main__":
    at = Path(tempfile.mkdtemp(prefix="projection-", dir=sys.argv[2] if len(sys.argv) > 2 else None))
    try:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, at)
    finally:
        shutil.rmtree(at)
