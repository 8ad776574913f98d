"""What one question may take, asked of the real service: a clear refusal, and nobody else waits for it."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from tests.kit.service import Answer, House, a_service, events

SETTINGS = "query_seconds_max = 3\nquery_memory_bytes_max = 134217728\nquery_rows_max = 50\n"
EVENTS = 60


def crossed(times: int) -> str:
    """Every event beside every other, so many times over."""
    return " ".join(f"join (select eventId as e{n} from log) as l{n} on true" for n in range(times))


SLOW = f"* | select count_if(concat(eventId, e0, e1, e2, e3, e4, e5) = 'x') as c from log {crossed(6)}"
GREEDY = f"* | select count(distinct concat(e2, e1, e0, eventId)) as c from log {crossed(3)}"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_service(tmp_path_factory.mktemp("limits") / "data", settings=SETTINGS) as found:
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
    [
        (SLOW, "Narrow the time range"),
        (GREEDY, "more memory"),
        ("* | select eventId from log limit 1000", "LIMIT"),
    ],
    ids=["time", "memory", "rows"],
)
def test_a_question_that_is_too_heavy_is_refused_with_a_remedy(house: House, text: str, remedy: str) -> None:
    """It is the caller's to change: a 5xx would be tried again, and again."""
    answer = sql(house, text)

    assert (answer.status, answer.json["Code"], remedy in answer.json["Message"]) == (
        400,
        "QueryTooHeavy",
        True,
    ), answer.json


def test_a_heavy_question_stops_neither_other_questions_nor_what_becomes_searchable(house: House) -> None:
    """One account's curiosity must not be everybody's blindness."""
    before = total(house)
    answers: list[Answer] = []
    heavy = threading.Thread(target=lambda: answers.append(sql(house, SLOW)))
    heavy.start()
    house.client.post("/v1/events", events("meanwhile"), content_type="application/x-ndjson")
    house.running.until(lambda: total(house) > before, "an event of meanwhile", seconds=20)
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
    with a_service(tmp_path / "data", settings="query_seconds_max = 60\n") as house:
        ids = [f"limit-{number}" for number in range(EVENTS)]
        house.client.post("/v1/events", events(*ids), content_type="application/x-ndjson")
        house.running.until(lambda: total(house) >= EVENTS, "searchable events")
        reader = house.running.child("read")
        idle = processor_seconds(reader)
        house.client._http.timeout = httpx.Timeout(1.5)
        with pytest.raises(httpx.ReadTimeout):
            sql(house, SLOW)
        house.client._http.timeout = httpx.Timeout(30)
        worked = processor_seconds(reader) - idle
        house.running.until(lambda: rests(reader), "the reader rests again", seconds=8)

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
