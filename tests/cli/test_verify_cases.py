"""`actiontrail verify` over the table that the console is held to as well: the same files, the same steps."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from actiontrail.cli import failure
from actiontrail.cli.main import main
from actiontrail.errors import Corruption
from actiontrail.evidence import acknowledgement, check
from actiontrail.evidence.acknowledgement import STEPS, Beside

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "evidence" / "cases.json").read_text())
BY_ERROR = {"BadNote": "signature", "BadHandover": "handover", "BadCheckpoint": "signature"}
FILE_STEPS = {
    "read",
    "unpack",
    "entry",
    "path",
    "root",
}  # one step for this command, of which the page makes several


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_each_case_holds_or_fails_at_its_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], case: dict[str, Any]
) -> None:
    """Whoever checks with the command and whoever checks with the page is told the same."""
    arguments = [
        "verify",
        _file(tmp_path, "file", base64.b64decode(case["file"])),
        "--key",
        case["key"],
        "--json",
    ]
    if case["handovers"]:
        shown = json.dumps({"handovers": case["handovers"]}).encode()
        arguments += ["--handover", _file(tmp_path, "handover.json", shown)]
    if "evidence" in case:
        arguments += ["--evidence", _file(tmp_path, "evidence", json.dumps(case["evidence"]).encode())]
    if "sent" in case:
        arguments += ["--sent", _file(tmp_path, "sent", base64.b64decode(case["sent"]))]
    code = main(arguments)
    told = capsys.readouterr()

    wanted = "file" if case["step"] in FILE_STEPS and "evidence" not in case else case["step"]
    assert (code, _step(told.err)) == (failure.CORRUPT if wanted else failure.OK, wanted), told


def _file(folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


def _step(err: str) -> str:
    """At which step it ended, from what was said."""
    if not err:
        return ""
    error = json.loads(err)["error"]
    if error["code"] == "BadReceipt":
        assert error["remedy"]
        return next(step for step, words in STEPS.items() if error["message"].startswith(words))
    return BY_ERROR.get(error["code"], "file")


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.get("everyByte")], ids=lambda case: str(case["name"])
)
def test_attack_any_one_byte_changed(case: dict[str, Any]) -> None:
    """Each byte in turn. What still holds shows the very same: a bit that fills up the compressed record, or a request's name."""
    file = base64.b64decode(case["file"])
    true = _facts(file, case)
    unseen = []
    for at in range(len(file)):
        altered = file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :]
        try:
            if _facts(altered, case) != true:
                unseen.append(at)
        except Corruption:
            continue

    assert (bool(true), unseen) == (True, [])


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.get("everyByte") and "sent" in case],
    ids=lambda case: str(case["name"]),
)
def test_attack_any_one_byte_of_the_evidence_of_a_receipt_changed(case: dict[str, Any]) -> None:
    """The evidence comes from the service, which nobody has to believe."""
    file = base64.b64decode(case["file"])
    whole = json.dumps(case["evidence"], separators=(",", ":"), ensure_ascii=False).encode()
    unseen = []
    for at in range(len(whole)):
        altered = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        try:
            acknowledgement.verify(file, [case["key"]], beside=Beside(altered))
        except Corruption:
            continue
        unseen.append(at)

    assert unseen == []


def _facts(file: bytes, case: dict[str, Any]) -> dict[str, Any]:
    if "evidence" not in case:
        return check.check(file, [case["key"]]).facts
    beside = Beside(json.dumps(case["evidence"]).encode(), base64.b64decode(case["sent"]))
    return acknowledgement.verify(file, [case["key"]], beside=beside).facts
