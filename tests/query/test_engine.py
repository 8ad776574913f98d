"""Questions that are asked at once, on fewer connections than there are askers: each has its own answer."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from actiontrail.query.engine import BadQuestion, Cancelled, Engine, Limits, TooHeavy, new_mark

ASKERS, TIMES, ROWS = 6, 12, 20_000
MIB = 1024 * 1024


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = Engine(tmp_path / "projection", memory_bytes=512 * MIB, connections=2)
    yield opened
    opened.close()


def test_nobody_reads_the_rows_of_another_question(engine: Engine) -> None:
    """A connection's memory belongs to one question until the last of its rows was read."""

    def ask(asker: int) -> int:
        wrong = 0
        for _ in range(TIMES):
            rows = engine.rows(
                f"SELECT concat('asker {asker}, row ', toString(number)) AS t{asker} FROM numbers({ROWS})"
            )
            wrong += rows != [(f"asker {asker}, row {number}",) for number in range(ROWS)]
        return wrong

    with ThreadPoolExecutor(ASKERS) as pool:
        assert list(pool.map(ask, range(ASKERS))) == [0] * ASKERS


@pytest.mark.skipif(os.cpu_count() == 1, reason="there is one core")
def test_a_question_is_worked_at_by_several_threads(engine: Engine) -> None:
    """Also where there is little memory, which is where this service runs; by itself the engine would take one."""
    engine.command("CREATE TABLE many (n UInt64) ENGINE = MergeTree ORDER BY n")
    engine.command("INSERT INTO many SELECT number FROM numbers(2000000)")
    plan = engine.rows("EXPLAIN PIPELINE SELECT n % 7, count() FROM many GROUP BY 1")

    assert "AggregatingTransform × " in str(plan)


def test_an_answer_without_rows_has_the_names_of_its_columns(engine: Engine) -> None:
    """A table of nothing still has a head."""
    assert engine.answer("SELECT 1 AS one, 'x' AS two WHERE 0", None, limits=Limits()) == (("one", "two"), [])


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT concat('secret ', toString(number)) AS t FROM numbers(40000000)", TooHeavy),
        (
            "SELECT concat('secret ', toString(number)) AS t, throwIf(number = 300000) FROM numbers(400000)",
            Exception,
        ),
        ("SELECT nothing", BadQuestion),
    ],
)
def test_what_a_failed_question_had_answered_so_far_is_in_nobody_elses_answer(
    tmp_path: Path, sql: str, kind: type[Exception]
) -> None:
    """The next question on that connection may be another account's."""
    engine = Engine(tmp_path / "projection", memory_bytes=512 * MIB, connections=1)
    found = []
    for _ in range(3):
        with pytest.raises(kind):
            engine.rows(sql, limits=Limits(5, 256 * MIB, 350_000))
        found += [engine.rows("SELECT 'mine' AS t") for _ in range(2)]
    engine.close()

    assert found == [[("mine",)]] * 6


def test_a_cancelled_question_is_in_nobody_elses_answer(engine: Engine) -> None:
    """A page that is left has its questions stopped, many times an hour."""
    stopped, over = [0], threading.Event()

    def leave() -> None:
        while not over.is_set():
            mark = new_mark()
            timer = threading.Timer(0.02, engine.cancel, [mark])
            timer.start()
            try:
                engine.rows(
                    "SELECT concat('secret ', toString(number)) AS t FROM numbers(2000000)", mark=mark
                )
            except Cancelled:
                stopped[0] += 1
            timer.join()
            if stopped[0] >= TIMES:
                over.set()

    def ask() -> int:
        wrong = 0
        while not over.is_set():
            wrong += engine.rows(f"SELECT concat('mine ', toString(number)) AS t FROM numbers({ROWS})") != [
                (f"mine {number}",) for number in range(ROWS)
            ]
        return wrong

    with ThreadPoolExecutor(3) as pool:
        leaving = pool.submit(leave)
        asking = [pool.submit(ask) for _ in range(2)]
        leaving.result()
        assert [one.result() for one in asking] == [0, 0]
    assert stopped[0] >= TIMES


def test_a_question_that_was_cancelled_is_not_begun(engine: Engine) -> None:
    """Nobody waits any more; there may be nothing to stop yet when they leave."""
    mark = new_mark()
    engine.cancel(mark)

    with pytest.raises(Cancelled):
        engine.rows("SELECT count() FROM numbers(100000000000)", mark=mark)
    assert engine.rows("SELECT 1", mark=new_mark()) == [(1,)]


def test_a_question_that_was_cancelled_has_no_answer_even_if_the_engine_gives_one(tmp_path: Path) -> None:
    """What was stopped on the way would look like a count; and whoever cancelled is told that it was cancelled."""
    with closing(Engine(tmp_path / "projection", memory_bytes=512 * MIB, connections=1)) as engine:
        mark, (reader,) = new_mark(), engine._readers
        query = reader.query

        def late(*asked: object, **how: object) -> object:
            found = query(*asked, **how)
            engine.cancel(mark)
            return found

        reader.query = late
        with pytest.raises(Cancelled):
            engine.answer("SELECT 1 AS c", None, limits=Limits(), mark=mark)
        assert engine.rows("SELECT 2", mark=new_mark()) == [(2,)]


@pytest.mark.parametrize("read_only", [False, True])
def test_a_question_is_not_answered_with_what_there_was_when_its_time_was_up(
    tmp_path: Path, read_only: bool
) -> None:
    """A server may be set up to do that. A count of half of the events looks like a count of all."""
    sql = "SELECT count() FROM numbers(100000000000) WHERE NOT ignore(number)"
    with closing(Engine(tmp_path / "projection", memory_bytes=512 * MIB, connections=1)) as engine:
        (reader,) = engine._readers
        reader.command("SET timeout_overflow_mode = 'break'")
        with pytest.raises(TooHeavy):
            engine.rows(sql, limits=Limits(1, read_only=read_only))


def test_a_failed_change_does_not_stand_before_the_next(engine: Engine) -> None:
    """The connection that writes is a new one after a failure, too."""
    for _ in range(3):
        with pytest.raises(BadQuestion):
            engine.command("CREATE TABLE")
        engine.command("CREATE TABLE IF NOT EXISTS kept (one UInt8) ENGINE = Memory")

    assert engine.rows("SELECT count() FROM kept") == [(0,)]
