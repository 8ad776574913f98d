"""An export in parts: joined, checked, taken up again. The server is a small one that knows four events."""

import hashlib
import json
import sys
from pathlib import Path

import httpx
import pytest

from actiontrail.cli.client import Client
from actiontrail.cli.exporting import Export, ExportDamaged, FileExists, OtherExport
from actiontrail.cli.failure import Unanswered
from actiontrail.cli.profile import Profile

ROWS = [f'{{"n":{number}}}\n'.encode() for number in range(5)]
HEADER = b"index,event\n"
SAID = ["", "7d", ""]


class Parts:
    """Answers with two events at a time. `faults` says how to spoil the answer with that number."""

    def __init__(self, **faults: int) -> None:
        self.faults = {number: kind for kind, number in faults.items()}
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        start = int(request.url.params.get("token", "0"))
        self.asked.append(request.url.params.get("token", ""))
        rows = ROWS[start : start + 2]
        body = (HEADER if request.url.params["format"] == "csv" else b"") + b"".join(rows)
        following = str(start + 2) if start + 2 < len(ROWS) else ""
        headers = {
            "x-actiontrail-rows": str(len(rows)),
            "x-actiontrail-sha256": hashlib.sha256(body).hexdigest(),
            "x-actiontrail-next-token": following,
        }
        fault = self.faults.pop(len(self.asked), None)
        if fault == "altered":
            body = body.replace(b"1", b"7")
        if fault == "longer":
            body += b"rubbish from a broken proxy"
        if fault == "fewer":
            headers["x-actiontrail-rows"] = str(len(rows) + 1)
        if fault == "gone":
            return httpx.Response(503, json={"Code": "ServiceUnavailable", "Message": "later"})
        return httpx.Response(200, headers=headers, content=body)


def client(parts: Parts) -> Client:
    profile = Profile(access_key_id="LTAI", access_key_secret="secret")
    return Client(profile, transport=httpx.MockTransport(parts))


def test_parts_are_joined_into_one_file_whose_digest_is_told(tmp_path: Path) -> None:
    """Nobody should have to know that it came in parts."""
    to = tmp_path / "events.jsonl"
    done = Export(client(Parts()), to, "jsonl").run({"query": ""}, SAID, shown=False)
    content = b"".join(ROWS)

    assert to.read_bytes() == content
    assert done == [
        {"file": str(to), "rows": 5, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["events.jsonl"]


def test_a_joined_csv_has_one_header(tmp_path: Path) -> None:
    """A header in the middle would be counted as an event."""
    to = tmp_path / "events.csv"
    Export(client(Parts()), to, "csv").run({"query": ""}, SAID, shown=False)

    assert to.read_bytes() == HEADER + b"".join(ROWS)


def test_forms_that_cannot_be_joined_become_several_files(tmp_path: Path) -> None:
    """Two Parquet files behind each other are none."""
    done = Export(client(Parts()), tmp_path / "events.json.gz", "json.gz").run(
        {"query": ""}, SAID, shown=False
    )

    assert [Path(str(file["file"])).name for file in done] == [
        "events.json.gz",
        "events-2.json.gz",
        "events-3.json.gz",
    ]
    assert [(tmp_path / name).read_bytes() for name in ("events.json.gz", "events-3.json.gz")] == [
        b"".join(ROWS[:2]),
        ROWS[4],
    ]


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_an_interrupted_export_goes_on_where_it_was(tmp_path: Path, form: str) -> None:
    """The server went away during the second part; the first is not fetched again."""
    parts = Parts(gone=2)
    export = Export(client(parts), tmp_path / "events.x", form)
    with pytest.raises(Unanswered):
        export.run({"query": ""}, SAID, shown=False)
    done = Export(client(parts), tmp_path / "events.x", form).run({"query": ""}, SAID, shown=False)

    assert (parts.asked, sum(int(file["rows"]) for file in done)) == (["", "2", "2", "4"], 5)


def test_a_run_that_was_killed_after_naming_a_part_is_taken_up_again(tmp_path: Path) -> None:
    """The file is there, the note of it is not: the same part comes again and is known by its digest."""
    to = tmp_path / "events.parquet"
    with pytest.raises(Unanswered):
        Export(client(Parts(gone=2)), to, "parquet").run({"query": ""}, SAID, shown=False)
    state = to.with_name("events.parquet.partial.json")
    noted = json.loads(state.read_bytes())
    state.write_text(
        json.dumps({"said": noted["said"], "asked": noted["asked"]})
    )  # as it was before that part
    done = Export(client(Parts()), to, "parquet").run({"query": ""}, SAID, shown=False)

    assert ([one["rows"] for one in done], to.read_bytes()) == ([2, 2, 1], b"".join(ROWS[:2]))


def test_a_part_that_is_not_what_was_sent_is_never_kept(tmp_path: Path) -> None:
    """A bit flipped on the way, in an export that is to be evidence."""
    parts = Parts(altered=1)
    to = tmp_path / "events.jsonl"
    with pytest.raises(ExportDamaged):
        Export(client(parts), to, "jsonl").run({"query": ""}, SAID, shown=False)
    before = to.exists()
    Export(client(parts), to, "jsonl").run({"query": ""}, SAID, shown=False)

    assert (before, to.read_bytes()) == (False, b"".join(ROWS))


def test_a_part_with_other_than_the_told_number_of_events_is_never_kept(tmp_path: Path) -> None:
    """The digest says that it arrived whole; the count, that it was whole when it was sent."""
    parts = Parts(fewer=2)
    to = tmp_path / "events.jsonl"
    with pytest.raises(ExportDamaged, match="3 events"):
        Export(client(parts), to, "jsonl").run({"query": ""}, SAID, shown=False)
    Export(client(parts), to, "jsonl").run({"query": ""}, SAID, shown=False)

    assert to.read_bytes() == b"".join(ROWS)


def test_what_arrived_of_a_part_that_failed_is_gone_from_the_file(tmp_path: Path) -> None:
    """The part that failed was longer than the one that came in its place."""
    parts = Parts(longer=3)
    to = tmp_path / "events.jsonl"
    with pytest.raises(ExportDamaged):
        Export(client(parts), to, "jsonl").run({"query": ""}, SAID, shown=False)
    Export(client(parts), to, "jsonl").run({"query": ""}, SAID, shown=False)

    assert to.read_bytes() == b"".join(ROWS)


def test_another_question_does_not_go_on_with_a_former_export(tmp_path: Path) -> None:
    """Half of one answer and half of another would be a file that is nobody's."""
    parts = Parts(gone=2)
    with pytest.raises(Unanswered):
        Export(client(parts), tmp_path / "e", "jsonl").run({"query": "a"}, ["a", "", ""], shown=False)
    with pytest.raises(OtherExport):
        Export(client(parts), tmp_path / "e", "jsonl").run({"query": "b"}, ["b", "", ""], shown=False)


def test_a_question_that_got_no_answer_at_all_leaves_nothing_behind(tmp_path: Path) -> None:
    """A query with a mistake in it must not stand in the way of the one without."""
    with pytest.raises(Unanswered):
        Export(client(Parts(gone=1)), tmp_path / "e", "jsonl").run({"query": "a"}, ["a", "", ""], shown=False)

    assert list(tmp_path.iterdir()) == []


def test_an_export_is_never_written_over(tmp_path: Path) -> None:
    """The file of last week may be the only one."""
    to = tmp_path / "kept"
    to.write_text("evidence")
    with pytest.raises(FileExists):
        Export(client(Parts()), to, "jsonl").run({"query": ""}, SAID, shown=False)

    assert to.read_text() == "evidence"


def test_the_secret_never_travels() -> None:
    """It signs requests; neither a header nor an address holds it."""
    sent: list[httpx.Request] = []

    def keep(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={})

    profile = Profile(access_key_id="LTAI", access_key_secret="canary-secret", security_token="token")
    with Client(profile, transport=httpx.MockTransport(keep)) as asking:
        asking.operation("LookupEvents", {"MaxResults": "1"})
    told = json.dumps([str(sent[0].url), *map(str, sent[0].headers.items())])

    assert ("canary-secret" in told, "canary-secret" in repr(profile), "x-acs-security-token" in told) == (
        False,
        False,
        True,
    )


def test_on_a_terminal_one_sees_what_arrives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A large export takes minutes, and silence looks like a hang; a pipe gets nothing of it."""
    Export(client(Parts()), tmp_path / "quiet", "jsonl").run({"query": ""}, SAID, shown=True)
    quiet = capsys.readouterr()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    Export(client(Parts()), tmp_path / "told", "jsonl").run({"query": ""}, SAID, shown=True)
    told = capsys.readouterr()

    assert (quiet.out, quiet.err, told.out, "MB arrived" in told.err) == ("", "", "", True)
