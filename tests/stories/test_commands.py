"""The five commands of the README, and what scripts rely on, against the real service."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from tests.kit.people import a_role
from tests.kit.service import Client, Running, events, free_port

from actiontrail.cli.keys import opened_record
from actiontrail.cli.sample import story

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"]}


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class House(NamedTuple):
    """A record made by `init`, served, with the sample account in it."""

    data: Path
    created: dict[str, str]
    running: Running
    environment: dict[str, str]

    def run(self, *arguments: str, stdin: str = "") -> Done:
        return command(*arguments, stdin=stdin, **self.environment)


def command(*arguments: str, stdin: str = "", **environment: str) -> Done:
    done = subprocess.run(
        [sys.executable, "-m", "actiontrail", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**ENVIRONMENT, "HOME": "/nonexistent", **environment},
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    data = tmp_path_factory.mktemp("house") / "data"
    created = command("init", "--data", str(data), "--json").json
    with Running(data) as running:
        environment = {
            "ACTIONTRAIL_ENDPOINT": running.endpoint,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": created["accessKeyId"],
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": created["accessKeySecret"],
        }
        house = House(data, created, running, environment)
        sample = house.run("sample", "--account", created["accountId"]).out
        imported = house.run("import", "-", "--json", stdin=sample)
        assert (imported.code, imported.json["refused"]) == (0, 0), imported
        running.until(
            lambda: (
                house.run("search", "*", "--limit", "1", "--json").json["seen"]["size"]
                >= imported.json["stored"]
            ),
            "the whole sample can be searched",
        )
        yield house


def test_init_answers_with_one_object_of_exactly_these_fields(house: House) -> None:
    """Scripts outside rely on the names."""
    assert set(house.created) == {"accountId", "accessKeyId", "accessKeySecret", "vkey", "origin"}


def test_init_refuses_a_folder_that_holds_something(house: House) -> None:
    """A second record over the first would be the end of the first."""
    done = command("init", "--data", str(house.data), "--json")

    assert (done.code, done.out, "not empty" in json.loads(done.err)["error"]["message"]) == (3, "", True)


def test_serve_refuses_a_folder_without_a_record(tmp_path: Path) -> None:
    """A wrong path must not start a second record."""
    done = command("serve", "--data", str(tmp_path / "typo"), "--port", "0")

    assert (done.code, "holds no record" in done.err) == (3, True)


def test_lookup_finds_the_event_that_switched_the_trail_off(house: House) -> None:
    """The first question of the tutorial."""
    answer = house.run("lookup", "--event-name", "StopLogging", "--json").json

    assert [event["userIdentity"]["userName"] for event in answer["Events"]] == [story.USER]


def test_lookup_pages_until_it_has_what_was_asked_for(house: House) -> None:
    """The API gives fifty at a time; nobody should have to count."""
    events = house.run("lookup", "--service-name", "Ecs", "--limit", "120", "--json").json["Events"]

    assert (len(events), len({event["eventId"] for event in events})) == (120, 120)


def test_one_event_becomes_evidence_that_verifies_alone(house: House, tmp_path: Path) -> None:
    """From the record to a file that an auditor checks with the server gone."""
    event_id = house.run("lookup", "--event-name", "StopLogging", "--json").json["Events"][0]["eventId"]
    file = tmp_path / "event.tlog-proof"
    taken = house.run("proof", event_id, "-o", str(file))
    verified = command("verify", str(file), "--key", house.created["vkey"], "--json")

    assert (taken.code, verified.code, verified.json["facts"]["event"]["eventId"]) == (0, 0, event_id)


def test_evidence_is_never_written_over(house: House, tmp_path: Path) -> None:
    """The file of last week may be the only one."""
    file = tmp_path / "kept"
    file.write_text("evidence")
    done = house.run("proof", "any", "-o", str(file))

    assert (done.code, file.read_text()) == (3, "evidence")


def test_an_event_that_is_not_there_is_a_refusal(house: House, tmp_path: Path) -> None:
    """Not an outage: asking again changes nothing."""
    done = house.run("proof", "no-such-event", "-o", str(tmp_path / "x"), "--json")

    assert (done.code, (tmp_path / "x").exists(), "error" in json.loads(done.err)) == (3, False, True)


def test_a_wrong_secret_is_a_refusal_and_a_server_that_is_gone_an_outage(house: House) -> None:
    """A script waits after the one and not after the other."""
    wrong = {**house.environment, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "wrong"}
    gone = {**house.environment, "ACTIONTRAIL_ENDPOINT": "http://127.0.0.1:9"}

    assert (command("lookup", **wrong).code, command("lookup", **gone).code) == (3, 4)


def test_a_disabled_key_stops_working_at_once_and_a_token_reads_nothing(house: House) -> None:
    """What is taken away is gone, on a running server."""
    data = str(house.data)
    made = house.run("keys", "create", "--data", data, "--json").json
    theirs = {
        **house.environment,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": made["accessKeyId"],
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": made["accessKeySecret"],
    }
    before = command("lookup", **theirs).code
    house.run("keys", "disable", made["accessKeyId"], "--data", data)
    after = command("lookup", **theirs).code
    token = house.run("keys", "token", "--data", data, "--json").json["token"]
    by_token = command("lookup", ACTIONTRAIL_ENDPOINT=house.running.endpoint, ACTIONTRAIL_TOKEN=token).code

    assert (before, after, by_token) == (0, 3, 3)


def test_a_short_lived_key_signs_with_its_security_token(house: House) -> None:
    """The ecosystem's third variable."""
    with opened_record(house.data) as record:
        a_role(record.database, house.created["accountId"])
    made = house.run("keys", "assume-role", "auditor", "alice", "--data", str(house.data), "--json").json
    theirs = {
        **house.environment,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": made["accessKeyId"],
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": made["accessKeySecret"],
        "ALIBABA_CLOUD_SECURITY_TOKEN": made["securityToken"],
    }

    assert command("lookup", "--event-name", "StopLogging", **theirs).code == 0


def test_a_profile_file_says_the_same_as_the_environment(house: House, tmp_path: Path) -> None:
    """Several servers, several names."""
    file = tmp_path / "actiontrail" / "config.toml"
    file.parent.mkdir()
    file.write_text(
        f'[prod]\nendpoint = "{house.running.endpoint}"\naccess_key_id = "{house.created["accessKeyId"]}"\n'
        f'access_key_secret = "{house.created["accessKeySecret"]}"\n'
    )

    assert command("lookup", "--profile", "prod", XDG_CONFIG_HOME=str(tmp_path)).code == 0


def _files_with(folder: Path, text: bytes) -> list[str]:
    """The files that hold it, all looked at in one pass: the search engine merges its parts meanwhile."""
    while True:
        try:
            return [str(path) for path in folder.rglob("*") if path.is_file() and text in path.read_bytes()]
        except FileNotFoundError:
            continue


def test_a_masked_secret_is_nowhere_in_the_record(house: House) -> None:
    """The sample holds made-up secrets for this; neither the ledger nor an answer may hold them."""
    found = _files_with(house.data, b"madeUpSampleSecretThatIsMasked")
    answer = house.run("lookup", "--event-name", "CreateAccessKey", "--json").out

    assert (found, "madeUpSampleSecret" in answer) == ([], False)


def test_a_receipt_of_many_events_is_proved_with_no_server(house: House, tmp_path: Path) -> None:
    """What was sent and what was answered; the evidence is fetched once, and everything else is done offline."""
    client = Client(house.running.endpoint, house.created["accessKeyId"], house.created["accessKeySecret"])
    sent, receipt, evidence = tmp_path / "sent.ndjson", tmp_path / "receipt.json", tmp_path / "evidence"
    sent.write_bytes(events(*(f"promised-{number}" for number in range(1_200))))
    answer = client.raw("POST", "/v1/events", sent.read_bytes(), {"content-type": "application/x-ndjson"})
    client.close()
    receipt.write_bytes(answer.content)
    made = house.run("proof", "--receipt", str(receipt), "-o", str(evidence), "--json")
    beside = ("--evidence", str(evidence), "--sent", str(sent))
    whole = command("verify", str(receipt), "--key", house.created["vkey"], *beside, "--json")
    alone = command("verify", str(receipt), "--key", house.created["vkey"])
    sent.write_bytes(sent.read_bytes().replace(b"promised-700", b"promised-007"))
    altered = command("verify", str(receipt), "--key", house.created["vkey"], *beside)

    facts = whole.json["facts"]
    assert (made.json["records"], facts["looked"], facts["compared"]) == (1_200, 1_200, 1_200)
    assert facts["steps"] == ["read", "signature", "places", "since", "entries", "compare"]
    assert (alone.code, "actiontrail proof --receipt" in alone.out) == (0, True)
    assert (altered.code, "line 701 of what was sent" in altered.err) == (5, True)


def test_old_evidence_verifies_and_the_old_key_is_followed_to_the_new_one(tmp_path: Path) -> None:
    """`keys rotate` on a stopped record: who kept the first key must not be left behind."""
    data = tmp_path / "data"
    created = command("init", "--data", str(data), "--json").json
    signed = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": created["accessKeyId"],
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": created["accessKeySecret"],
    }
    before = _evidence(data, tmp_path / "before", signed)
    command("keys", "create", "--data", str(data))  # its event waits, and is recorded first
    rotated = command("keys", "rotate", "--data", str(data), "--json").json
    size = int((data / "ledger" / "checkpoint").read_text().split("\n")[1])
    after = _evidence(data, tmp_path / "after", signed)
    handover = str(data / "ledger" / "handover" / "000000")
    old, new = created["vkey"], rotated["vkey"]
    codes = [
        command("verify", before, "--key", old).code,
        command("verify", after, "--key", new).code,
        command("verify", after, "--key", old).code,
        command("verify", after, "--key", old, "--handover", handover).code,
        command("verify", before, "--key", new, "--handover", handover).code,
    ]

    assert (rotated["oldVkey"], rotated["size"], codes) == (
        old,
        size - 1,
        [0, 0, 5, 0, 0],
    )  # its event is after it


def _evidence(data: Path, to: Path, signed: dict[str, str]) -> str:
    """Serve `data`, record an event named after `to`, and take it out as evidence."""
    event = {
        "eventId": to.name,
        "eventName": "Knock",
        "eventTime": "2026-01-02T03:04:05Z",
        "serviceName": "Door",
    }
    with Running(data) as running:
        environment = {**signed, "ACTIONTRAIL_ENDPOINT": running.endpoint}
        command("import", "-", stdin=json.dumps(event), **environment)
        running.until(
            lambda: command("proof", to.name, "-o", str(to), **environment).code == 0,
            "the event can be proved",
        )
    return str(to)


def test_serve_answers_when_it_is_ready_and_stops_when_it_is_told(tmp_path: Path) -> None:
    """What systemd does: start, ask, SIGTERM, look at the exit code."""
    data, port = tmp_path / "data", free_port()
    command("init", "--data", str(data))
    arguments = ["serve", "--data", str(data), "--port", str(port)]
    serving = subprocess.Popen(
        [sys.executable, "-m", "actiontrail", *arguments], stderr=subprocess.DEVNULL, env=ENVIRONMENT
    )
    try:
        ready, pause = f"http://127.0.0.1:{port}/readyz", threading.Event()
        for _ in range(600):
            if _status(ready) == 200:
                break
            pause.wait(0.1)
        status = _status(ready)
        serving.terminate()
        code = serving.wait(40)
    finally:
        serving.kill()
        serving.wait()

    assert (status, code) == (200, 0)


@pytest.mark.parametrize("verb", ["serve", "demo"])
def test_a_port_that_is_taken_is_refused_before_anything_is_made_or_shown(tmp_path: Path, verb: str) -> None:
    """A first key is shown once: not by a command that then fails, nor is a sample sent to whoever is there."""
    data = tmp_path / "data"
    if verb == "serve":
        assert command("init", "--data", str(data), "--json").code == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = command(verb, "--data", str(data), "--port", str(taken.getsockname()[1]))

    assert (done.code, done.out, "Choose another port" in done.err) == (3, "", True)
    assert data.exists() is (verb == "serve")


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code
    except httpx.TransportError:
        return 0


def test_fsck_finds_a_running_record_clean(house: House) -> None:
    """Checking must not need a night of downtime."""
    done = house.run("fsck", "--data", str(house.data), "--json")

    assert (done.code, done.json["clean"], done.json["records"] > 3000) == (0, True, True)


def test_fsck_finds_one_altered_byte_and_the_projection_is_made_again(tmp_path: Path) -> None:
    """The promise, from the outside: stop, check, alter, check."""
    data = tmp_path / "data"
    created = command("init", "--data", str(data), "--json").json
    with Running(data) as running:
        environment = {
            "ACTIONTRAIL_ENDPOINT": running.endpoint,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": created["accessKeyId"],
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": created["accessKeySecret"],
        }
        command("import", "-", stdin=command("sample").out, **environment)
    whole = command("fsck", "--data", str(data), "--projection", "--rebuild-projection", "--json")
    segment = next((data / "ledger" / "segments").iterdir())
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    altered = command("fsck", "--data", str(data), "--json")

    assert (whole.code, whole.json["projectionDiffers"]) == (0, [])
    assert (altered.code, altered.json["clean"], altered.json["findings"] != []) == (5, False, True)


def test_search_asks_by_anything_at_once(house: House) -> None:
    """What LookupEvents cannot: more than two conditions, words, negation."""
    query = f"sourceIpAddress: {story.ATTACKER_ADDRESS} and eventRW: Write and not serviceName: Ecs"
    answer = house.run("search", query, "--oldest-first", "--json").json

    assert [item["event"]["eventName"] for item in answer["events"]] == [
        "CreateUser",
        "CreateAccessKey",
        "AttachPolicyToUser",
        "CreateLoginProfile",
        "StopLogging",
        "DeleteTrail",
    ]


def test_search_pages_until_it_has_what_was_asked_for(house: House) -> None:
    """Two thousand events are two pages, and no event is in both."""
    events = house.run("search", "*", "--limit", "2000", "--json").json["events"]

    assert (len(events), len({item["index"] for item in events})) == (2000, 2000)


def test_sql_counts_behind_a_selector(house: House) -> None:
    """One line for people: how often, by whom."""
    query = "eventName: DeleteInstances | select count(*) as n from log"
    answer = house.run("search", query, "--json").json

    assert [int(cell) for cell in answer["rows"][0]] == [3]


def test_a_query_that_is_wrong_says_where(house: House) -> None:
    """Like a good compiler, and with the exit code of a refusal."""
    done = house.run("search", "eventName: (a or")

    assert (done.code, done.out, done.err.startswith("actiontrail: ")) == (3, "", True)


def test_one_event_is_shown_whole(house: House) -> None:
    """By its id, with its place in the record."""
    event_id = house.run("lookup", "--event-name", "StopLogging", "--json").json["Events"][0]["eventId"]
    answer = house.run("show", event_id, "--json").json

    assert (answer["event"]["event"]["eventName"], house.run("show", "no-such-event").code) == (
        "StopLogging",
        3,
    )


def test_an_export_holds_every_event_that_was_asked_for(house: House, tmp_path: Path) -> None:
    """All of them, in a file with a digest."""
    to = tmp_path / "writes.jsonl"
    told = house.run("export", "eventRW: Write", "-o", str(to), "--json").json
    names = [json.loads(line)["eventRW"] for line in to.read_text().splitlines()]

    assert (len(names), set(names)) == (told["rows"], {"Write"})


def test_the_tail_shows_an_event_as_it_is_recorded(house: House) -> None:
    """Somebody watches while somebody else acts."""
    watching = subprocess.Popen(
        [sys.executable, "-m", "actiontrail", "tail", "eventName: Knock", "--limit", "1", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env={**ENVIRONMENT, "HOME": "/nonexistent", **house.environment},
    )
    knocks = (f"knock-{number}" for number in range(1000))
    try:
        house.running.until(
            lambda: _knock(house, next(knocks)) and watching.poll() is not None, "the tail has ended"
        )
        told = watching.communicate(timeout=30)[0]
    finally:
        watching.kill()
        watching.wait()

    assert (watching.returncode, json.loads(told)["eventName"]) == (0, "Knock")


def _knock(house: House, name: str) -> bool:
    event = {
        "eventId": name,
        "eventName": "Knock",
        "eventTime": "2026-01-02T03:04:05Z",
        "serviceName": "Door",
    }
    return house.run("import", "-", stdin=json.dumps(event)).code == 0


def test_the_readme_names_only_commands_that_there_are() -> None:
    """What a stranger types first must work."""
    listed = re.findall(
        r"^## `actiontrail ([^`]+)`", (ROOT / "docs/reference/cli.md").read_text(), re.MULTILINE
    )
    families = "|".join(sorted({words.split()[0] for words in listed if " " in words}))
    pages = [ROOT / "README.md", *ROOT.glob("docs/tutorial/*.md"), *ROOT.glob("docs/how-to/*.md")]
    typed = {
        (page.name, words)
        for page in pages
        for words in re.findall(
            rf"^\s*(?:\$ )?actiontrail ((?:(?:{families}) )?[a-z-]+)", page.read_text(), re.MULTILINE
        )
    }

    assert {(page, words) for page, words in typed if words not in listed} == set()
