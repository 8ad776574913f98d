"""What one question may take, asked of the real service: a clear refusal, and nobody else waits for it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from tests.kit.service import Answer, House, a_service, events

SETTINGS = "query_memory_bytes_max = 134217728\nquery_rows_max = 50\n"
SHORT, LONG = "query_seconds_max = 2\n", "query_seconds_max = 15\n"  # long: what else happens, happens before
EVENTS = 60


def crossed(times: int) -> str:
    """Every event beside every other, so many times over."""
    return " ".join(f"join (select eventId as e{n} from log) as l{n} on true" for n in range(times))


SLOW = f"* | select count_if(concat(eventId, e0, e1, e2, e3, e4, e5) = 'x') as c from log {crossed(6)}"
GREEDY = f"* | select count(distinct concat(e2, e1, e0, eventId)) as c from log {crossed(3)}"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """No question is stopped by its time before something else is the matter with it, however busy the machine is."""
    with with_events(tmp_path_factory.mktemp("limits") / "data", SETTINGS + LONG) as found:
        yield found


@contextmanager
def with_events(data: Path, settings: str) -> Iterator[House]:
    with a_service(data, settings=settings) as found:
        ids = [f"limit-{number}" for number in range(EVENTS)]
        found.client.post("/v1/events", events(*ids), content_type="application/x-ndjson")
        found.running.until(lambda: total(found) >= EVENTS, "searchable events")
        yield found


def total(house: House) -> int:
    answer = house.client.request("GET", "/v1/histogram", b"", {})
    assert answer.status == 200, answer.json
    return int(answer.json["total"])


def sql(house: House, text: str) -> Answer:
    return house.client.request("GET", f"/v1/sql?query={quote(text, safe='')}", b"", {})


@pytest.mark.parametrize(
    ("text", "remedy"),
    [(GREEDY, "more memory"), ("* | select eventId from log limit 1000", "LIMIT")],
    ids=["memory", "rows"],
)
def test_a_question_that_is_too_heavy_is_refused_with_a_remedy(house: House, text: str, remedy: str) -> None:
    """It is the caller's to change: a 5xx would be tried again, and again."""
    answer = sql(house, text)

    assert (answer.status, answer.json["Code"], remedy in answer.json["Message"]) == (
        400,
        "QueryTooHeavy",
        True,
    ), answer.json


def test_a_question_that_takes_too_long_is_refused_with_a_remedy(tmp_path: Path) -> None:
    """As one that is too large."""
    with with_events(tmp_path / "data", SETTINGS + SHORT) as house:
        answer = sql(house, SLOW)

    assert (answer.status, answer.json["Code"]) == (400, "QueryTooHeavy"), answer.json
    assert "Narrow the time range" in answer.json["Message"]


def test_a_heavy_question_stops_neither_other_questions_nor_what_becomes_searchable(house: House) -> None:
    """One account's curiosity must not be everybody's blindness."""
    before = total(house)
    answers: list[Answer] = []
    heavy = threading.Thread(target=lambda: answers.append(sql(house, SLOW)))
    heavy.start()
    house.client.post("/v1/events", events("meanwhile"), content_type="application/x-ndjson")
    house.running.until(lambda: total(house) > before, "an event of meanwhile")
    running = heavy.is_alive()
    heavy.join()

    assert (running, answers[0].json["Code"]) == (True, "QueryTooHeavy")


def test_more_questions_than_the_engine_takes_wait_their_turn(house: House) -> None:
    """Twelve at once, of which few run: each is answered or told to come back, and none breaks anything."""
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda: answers.append(sql(house, "* | select count(*) as c")))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {answer.status for answer in answers} == {200}


def test_who_hangs_up_stops_their_question(tmp_path: Path) -> None:
    """Through both processes: the front door hangs up on the reader, and the reader stops the engine."""
    with with_events(tmp_path / "data", "query_seconds_max = 120\n") as house:
        reader = house.running.child("read")
        idle, worked = processor_seconds(reader), 0.0
        for patience in (1.5, 3, 6, 12, 24):  # on a busy machine it is a while before the reader has its turn
            house.client._http.timeout = httpx.Timeout(patience)
            with pytest.raises(httpx.ReadTimeout):
                sql(house, SLOW)
            if (worked := processor_seconds(reader) - idle) > 0.3:
                break
        house.client._http.timeout = httpx.Timeout(30)
        house.running.until(lambda: rests(reader), "the reader rests, long before its time is up", seconds=60)

    assert worked > 0.3


def processor_seconds(pid: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def rests(pid: int) -> bool:
    """Whether a process uses next to nothing for half a second."""
    before, started = processor_seconds(pid), time.monotonic()
    threading.Event().wait(0.5)
    return (processor_seconds(pid) - before) / (time.monotonic() - started) < 0.2
