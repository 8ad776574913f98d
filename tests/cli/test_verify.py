"""`actiontrail verify`: evidence checked with a file and a key, and every way in which it can fail."""

import base64
import json
import zlib
from pathlib import Path

import pytest

from actiontrail.cli import failure
from actiontrail.cli.main import main
from actiontrail.event import record
from actiontrail.evidence import receipt
from actiontrail.ledger import checkpoint, handover, tree
from actiontrail.ledger.note import Signer

SIGNER = Signer("log.example/test", b"\x01" * 32)
STRANGER = Signer("log.example/test", b"\x02" * 32)
HANDOVER = handover.sign(SIGNER.name, 1, b"\2" * 32, STRANGER, SIGNER).decode()
LINE = (
    b'{"account":"1","seq":1,"received":"2026-01-02T03:04:05.000001Z","source":"key:LTAI","format":"actiontrail",'
    b'"event":{"eventId":"e-1","eventName":"StopLogging","eventTime":"2026-01-02T03:04:00Z","eventVersion":"1",'
    b'"eventSource":"actiontrail.aliyuncs.com","eventType":"ApiCall","serviceName":"Actiontrail","userIdentity":{"userName":"eve"}}}'
)


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    entry = record.entry(LINE)
    note = checkpoint.sign(checkpoint.Checkpoint(SIGNER.name, 1, tree.root([entry])), SIGNER)
    path = tmp_path / "event.tlog-proof"
    path.write_bytes(receipt.make(LINE, 0, note, []))
    return path


def test_true_evidence_is_told_in_plain_words(evidence: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An auditor reads what was shown, and what was not."""
    code = main(["verify", str(evidence), "--key", SIGNER.vkey])
    told = capsys.readouterr().out

    assert (code, "VERIFIED" in told, "StopLogging" in told, "does not show" in told) == (0, True, True, True)


def test_the_key_may_be_in_a_file(evidence: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Keys are kept in files, and shells are bad at typing them."""
    key = tmp_path / "log.vkey"
    key.write_text(SIGNER.vkey + "\n")
    code = main(["verify", str(evidence), "--key", str(key), "--json"])

    assert (code, json.loads(capsys.readouterr().out)["verified"]) == (0, True)


@pytest.mark.parametrize("key", ["garbage", "a+b+c", f"{SIGNER.vkey}x", "tests"])
def test_a_key_that_is_none_is_refused_and_the_evidence_not_blamed(
    evidence: Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    """A typing error must not read as an altered record."""
    code = main(["verify", str(evidence), "--key", key])

    assert (code, capsys.readouterr().out) == (failure.REFUSED, "")


def test_evidence_signed_by_somebody_else_shows_nothing(
    evidence: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name alone is no signature."""
    code = main(["verify", str(evidence), "--key", STRANGER.vkey])
    told = capsys.readouterr()

    assert (code, told.out) == (failure.CORRUPT, "")


def test_an_altered_record_shows_nothing(evidence: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One word changed in the record, everything else left as it was."""
    forged = base64.b64encode(zlib.compress(LINE.replace(b"eve", b"bob"), 9))
    lines = evidence.read_bytes().split(b"\n")
    lines[1] = b"extra " + forged
    evidence.write_bytes(b"\n".join(lines))
    code = main(["verify", str(evidence), "--key", SIGNER.vkey, "--json"])
    told = capsys.readouterr()

    assert (code, told.out, "error" in json.loads(told.err)) == (failure.CORRUPT, "", True)


def test_evidence_of_another_log_shows_nothing(evidence: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was not asked for is not shown."""
    arguments = ["verify", str(evidence), "--key", SIGNER.vkey, "--origin", "another.log"]
    assert (main(arguments), capsys.readouterr().out) == (failure.CORRUPT, "")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"handovers": [HANDOVER]}, failure.OK),
        ({"handovers": []}, failure.CORRUPT),
        ({"handovers": [HANDOVER.replace("size 1", "size 0")]}, failure.CORRUPT),
        ({"handovers": [HANDOVER, HANDOVER]}, failure.CORRUPT),
        ({"handovers": [1]}, failure.REFUSED),
        ({"notes": [HANDOVER]}, failure.REFUSED),
    ],
)
def test_the_list_that_a_log_shows_leads_from_the_first_key_to_the_one_that_signed(
    evidence: Path, tmp_path: Path, answer: dict[str, object], code: int
) -> None:
    """The answer of `GET /log/handover` as it is, with no note cut out of it by hand."""
    shown = tmp_path / "handover.json"
    shown.write_text(json.dumps(answer))

    assert main(["verify", str(evidence), "--key", STRANGER.vkey, "--handover", str(shown)]) == code


def test_verifying_without_a_key_is_a_wrong_command_line(evidence: Path) -> None:
    """There is no default key: whoever checks has to know whom they trust."""
    assert main(["verify", str(evidence)]) == failure.USAGE
