"""The whole house: two real processes, real files, real signals."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from tests.kit.processes import stopped
from tests.kit.service import Answer, Client, House, Running, a_service, events

from actiontrail import service


def found(client: Client) -> set[str]:
    """The ids that LookupEvents answers."""
    answer = client.rpc("LookupEvents", MaxResults="50")
    return {event["eventId"] for event in answer.json["Events"]} if answer.status == 200 else set()


def test_an_event_that_was_acknowledged_is_found_and_survives_a_restart(tmp_path: Path) -> None:
    """The main job, end to end; and SIGTERM leaves a record that opens again with all that was said to be in it."""
    with a_service(tmp_path / "data") as house:
        posted = house.client.post(
            "/v1/events", events("a", "b") + b"\nrubbish", content_type="application/x-ndjson"
        )
        assert (posted.status, posted.json["accepted"], posted.json["refused"]) == (207, 2, 1)
        house.running.until(lambda: found(house.client) == {"a", "b"}, "both events are searchable")
        assert house.running.stop(signal.SIGTERM) == 0
        with Running(tmp_path / "data", port=house.running.port):
            repeated = house.client.post("/v1/events", events("b", "c"))
            assert (repeated.json["repeated"], repeated.json["accepted"]) == (1, 1)
            assert repeated.json["places"][0] == {"item": 1, "index": 1, "count": 1, "repeated": True}
            house.running.until(lambda: found(house.client) == {"a", "b", "c"}, "all events are searchable")


def test_recording_goes_on_while_the_reader_is_killed_and_comes_back(tmp_path: Path) -> None:
    """A crash of the query side must never cost an event, and mends itself."""
    with a_service(tmp_path / "data") as house:
        house.client.post("/v1/events", events("before"))
        killed = house.running.child("read")
        os.kill(killed, signal.SIGKILL)
        during = house.client.post("/v1/events", events("during"))
        assert during.status == 200
        house.running.until(lambda: found(house.client) == {"before", "during"}, "the reader is back")
        assert house.running.child("read") != killed


def test_where_both_want_a_processor_recording_comes_first(tmp_path: Path) -> None:
    """Search may lag; a sender that waits may give up."""
    with a_service(tmp_path / "data") as house:
        recorder, reader = (
            os.getpriority(os.PRIO_PROCESS, house.running.child(role)) for role in ("record", "read")
        )

    assert reader > recorder


def test_without_a_reader_questions_are_told_to_come_back(tmp_path: Path) -> None:
    """A question that hangs or gets a bare error looks like a lost record."""
    with a_service(tmp_path / "data") as house:
        reader = house.running.child("read")
        with stopped(reader):
            os.kill(reader, signal.SIGKILL)
        house.running.until(lambda: not house.running.ready(), "the reader is gone")
        answer = house.client.rpc("LookupEvents")
        if answer.status == 503:  # else it is back already, which is as good
            assert answer.json["Code"] == "ServiceUnavailable"
            assert int(answer.headers["retry-after"]) >= 1


def test_the_service_ends_when_the_recorder_is_killed_and_loses_nothing(tmp_path: Path) -> None:
    """A front door that is down must not look up; what was acknowledged is there after a restart."""
    with a_service(tmp_path / "data") as house:
        house.client.post("/v1/events", events("a"))
        os.kill(house.running.child("record"), signal.SIGKILL)
        assert house.running.process.wait(40) != 0
        with Running(tmp_path / "data", port=house.running.port):
            house.running.until(lambda: found(house.client) == {"a"}, "the event is there")


def test_the_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    """Orphans would hold the record's lock, and the next start would fail."""
    with a_service(tmp_path / "data") as house:
        orphans = [house.running.child("record"), house.running.child("read")]
        house.running.process.kill()
        house.running.process.wait(10)
        house.running.until(lambda: not any(map(_alive, orphans)), "both children have ended")


def _alive(pid: int) -> bool:
    """Whether a process with this id runs (one that waits to be reaped does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_one_record_is_served_once(tmp_path: Path) -> None:
    """Two writers would fork the record; the second is told so at once."""
    with a_service(tmp_path / "data"):
        second = Running(tmp_path / "data")
        assert second.process.wait(40) == 3


def test_serve_never_makes_a_record(tmp_path: Path) -> None:
    """A typing error in a path would otherwise start a second, empty record."""
    (tmp_path / "wrong").mkdir()
    with pytest.raises(service.NoRecordHere), service.open_recorder(tmp_path / "wrong"):
        pass
    assert list((tmp_path / "wrong").iterdir()) == []


def test_init_refuses_a_folder_that_holds_anything(tmp_path: Path) -> None:
    """A record made over another's files is two broken records."""
    service.create(tmp_path / "data")
    with pytest.raises(service.FolderNotEmpty):
        service.create(tmp_path / "data")


def test_no_log_line_holds_a_secret(tmp_path: Path) -> None:
    """Logs travel further than records do: keys, signatures, tokens and passwords stay out of them."""
    canary = "c4n4ry-hunter2"
    with a_service(tmp_path / "data") as house:
        house.client.post("/v1/events", events("a", requestParameters={"Password": canary}))
        house.client.post(f"/v1/events?format={canary}", events("b"))
        house.client.request("GET", f"/v1/none?SecurityToken={canary}", b"", {"cookie": canary})
        stranger = Client(house.running.endpoint, house.created.access_key_id, canary)
        stranger.post("/v1/events", events("c"))
        stranger.close()
        house.running.stop()
        said = house.running.log
    told = [secret for secret in (canary, house.created.access_key_secret, "Signature=") if secret in said]
    assert told == []
    assert '"status": 400' in said


def test_overload_is_pushed_back_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """More than the queue holds is told to come back, with a time; what got an answer is in the record, once."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "config.toml").write_text("queue_bytes_max = 1048576\nround_bytes_max = 65536\n")
    with a_service(data) as house:
        bodies = [events(*(f"{number}-{n}" for n in range(800)), note="x" * 800) for number in range(24)]
        with ThreadPoolExecutor(8) as senders:
            answers = list(senders.map(lambda body: _post_alone(house, body), bodies))
        pushed = [answer for answer in answers if answer.status != 200]
        assert {answer.status for answer in pushed} == {503}
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in pushed)
        again = [house.client.post("/v1/events", body) for body in bodies]
        size = int(httpx.get(f"{house.running.endpoint}/log/checkpoint").text.splitlines()[1])

    taken = sum(answer.json["accepted"] for answer in answers if answer.status == 200)
    assert (size, sum(answer.json["repeated"] for answer in again)) == (24 * 800, taken)


def _post_alone(house: House, body: bytes) -> Answer:
    """One post on a connection of its own."""
    client = Client(house.running.endpoint, house.created.access_key_id, house.created.access_key_secret)
    try:
        return client.post("/v1/events", body)
    finally:
        client.close()
