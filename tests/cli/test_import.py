"""`actiontrail import` against a small server that keeps what it is sent."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from actiontrail.cli import failure
from actiontrail.cli.main import main


class Recorder:
    """Keeps events by id, and refuses those whose id begins with `bad`. `moods` are answered first, one each."""

    def __init__(self) -> None:
        self.events: dict[str, bytes] = {}
        self.requests = 0
        self.formats: set[str] = set()
        self.moods: list[tuple[int, dict[str, str]]] = []
        self.lines_max = 10_000
        self._lock = threading.Lock()

    def take(self, path: str, body: bytes) -> tuple[int, dict[str, str], dict[str, object]]:
        with self._lock:
            self.requests += 1
            if self.moods:
                status, headers = self.moods.pop(0)
                return status, headers, {"Code": "Busy", "Message": "come back later"}
            if body.count(b"\n") > self.lines_max:
                return 413, {}, {"Code": "BodyTooLarge", "Message": "smaller, please"}
            self.formats.add(path.partition("format=")[2])
            return self._record(body)

    def _record(self, body: bytes) -> tuple[int, dict[str, str], dict[str, object]]:
        accepted, repeated, results = 0, 0, []
        for number, line in enumerate(body.split(b"\n"), 1):
            if not line.strip():
                continue
            name = json.loads(line)["eventId"]
            if name.startswith("bad"):
                told = {
                    "line": number,
                    "status": "refused",
                    "code": "Unmappable",
                    "reason": "no",
                    "remedy": "yes",
                }
                results.append(told)
            elif name in self.events:
                repeated += 1
            else:
                accepted += 1
                self.events[name] = line
        answer = {"accepted": accepted, "repeated": repeated, "refused": len(results), "results": results}
        return (207 if results else 200), {}, answer


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Recorder]:
    kept = Recorder()

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status, headers, answer = kept.take(self.path, body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("ACTIONTRAIL_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("ACTIONTRAIL_TOKEN", "at_test")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("ALIBABA_CLOUD_ACCESS_KEY_ID", raising=False)
    monkeypatch.chdir(tmp_path)
    yield kept
    server.shutdown()
    server.server_close()
    thread.join()


def lines(folder: Path, *ids: str, name: str = "events.jsonl") -> str:
    path = folder / name
    path.write_text("".join(json.dumps({"eventId": one}) + "\n" for one in ids))
    return str(path)


def counts(told: str) -> tuple[int, int, int]:
    summary = json.loads(told)
    return summary["stored"], summary["repeated"], summary["refused"]


def test_the_same_import_twice_stores_nothing_new(
    recorder: Recorder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """People import the same folder again, and nobody should have to remember what is in."""
    path = lines(tmp_path, *(f"id-{number}" for number in range(2500)))
    summaries = []
    for _ in range(2):
        assert main(["import", path, "--json"]) == failure.OK
        summaries.append(counts(capsys.readouterr().out))

    assert (summaries, len(recorder.events)) == ([(2500, 0, 0), (0, 2500, 0)], 2500)


def test_what_is_refused_is_named_by_file_and_line(
    recorder: Recorder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody has to find that line and put it right; its neighbours are in."""
    path = lines(tmp_path, *(f"id-{number}" for number in range(1500)), "bad-1", "last")
    code = main(["import", path, "--json"])
    summary = json.loads(capsys.readouterr().out)

    assert (code, summary["reasons"], len(recorder.events)) == (
        failure.REFUSED,
        [{"place": f"{path}:1501", "code": "Unmappable", "reason": "no", "remedy": "yes"}],
        1501,
    )


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_waited_for(
    recorder: Recorder, tmp_path: Path, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    """Pushback is obeyed and costs no event."""
    recorder.moods = [(status, {"retry-after": "0"})] * 3
    main(["import", lines(tmp_path, "a", "b"), "--json"])

    assert (counts(capsys.readouterr().out), recorder.requests) == ((2, 0, 0), 4)


def test_a_server_that_stays_busy_is_given_up_as_an_outage(
    recorder: Recorder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script must be able to tell "later" from "never"."""
    recorder.moods = [(503, {"retry-after": "60"})] * 9
    code = main(["import", lines(tmp_path, "a"), "--json", "--patience", "1"])

    assert (code, json.loads(capsys.readouterr().err)["error"]["code"]) == (failure.OUT, "Busy")


def test_a_batch_that_is_too_large_is_sent_in_halves(
    recorder: Recorder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The server's limit is the operator's choice, and the import does not know it."""
    recorder.lines_max = 3
    path = lines(tmp_path, *(f"id-{number}" for number in range(9)), "bad-1")
    main(["import", path, "--json"])
    summary = json.loads(capsys.readouterr().out)

    assert (summary["stored"], summary["reasons"][0]["place"]) == (9, f"{path}:10")


def test_a_resumed_import_does_not_send_again_what_is_done(
    recorder: Recorder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An archive of a year is imported over several evenings."""
    lines(tmp_path, "a", "b", name="1.jsonl")
    main(["import", str(tmp_path), "--json", "--resume"])
    lines(tmp_path, "c", name="2.jsonl")
    before = recorder.requests
    capsys.readouterr()
    main(["import", str(tmp_path), "--json", "--resume"])
    summary = json.loads(capsys.readouterr().out)

    assert (summary["doneBefore"], counts(json.dumps(summary)), recorder.requests - before) == (
        1,
        (1, 0, 0),
        1,
    )


def test_a_file_that_has_changed_is_read_again(
    recorder: Recorder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The state knows a file by its size and time of change, not by its name."""
    path = lines(tmp_path, "a")
    main(["import", path, "--resume", "--json"])
    lines(tmp_path, "a", "b")
    capsys.readouterr()
    main(["import", path, "--resume", "--json"])

    assert counts(capsys.readouterr().out) == (1, 1, 0)


def test_a_dry_run_sends_nothing(
    recorder: Recorder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One looks before one leaps."""
    main(["import", lines(tmp_path, "a", "b"), "--dry-run", "--json"])

    assert (json.loads(capsys.readouterr().out)["events"], recorder.requests) == (2, 0)


def test_a_damaged_file_costs_the_others_nothing(
    recorder: Recorder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named at the end, and the exit code says that not everything was read."""
    (tmp_path / "a.json.gz").write_bytes(b"\x1f\x8b damaged")
    lines(tmp_path, "x", name="b.jsonl")
    code = main(["import", str(tmp_path), "--json"])
    summary = json.loads(capsys.readouterr().out)

    assert (code, len(summary["unreadable"]), list(recorder.events)) == (failure.REFUSED, 1, ["x"])


def test_the_format_of_a_delivered_tree_is_told_to_the_server(
    recorder: Recorder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The path knows it already."""
    folder = tmp_path / "AWSLogs" / "1" / "CloudTrail"
    folder.mkdir(parents=True)
    lines(folder, "a", name="a.json")
    main(["import", str(tmp_path / "AWSLogs"), "--json"])

    assert (recorder.formats, counts(capsys.readouterr().out)) == ({"cloudtrail"}, (1, 0, 0))


def test_nobody_at_the_other_end_is_an_outage(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a remedy, because it happens to everyone once."""
    monkeypatch.setenv("ACTIONTRAIL_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("ACTIONTRAIL_TOKEN", "at_test")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    code = main(["import", lines(tmp_path, "a"), "--json", "--patience", "0"])
    error = json.loads(capsys.readouterr().err)["error"]

    assert (code, error["code"], "serve" in error["remedy"]) == (failure.OUT, "Unreachable", True)
