"""How commands end: exit codes, errors in words or JSON, and how quickly they start."""

import json
import os
import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from actiontrail.access import accounts, directory, grants, keys, roles, users
from actiontrail.cli import failure, main, moments
from actiontrail.cli.failure import printable
from actiontrail.errors import Corruption, Outage, Refusal

ROOT = Path(__file__).parents[2]


def python(*arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refusal("no"), failure.REFUSED),
        (Outage("gone"), failure.OUT),
        (Corruption("bent"), failure.CORRUPT),
        (KeyboardInterrupt(), failure.INTERRUPTED),
        (FileNotFoundError(2, "No such file", "x"), failure.REFUSED),
    ],
)
def test_each_kind_of_failure_has_an_exit_code_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    """A script decides by it whether to go on, to wait or to call somebody."""

    def fails(**_: object) -> None:
        raise error

    monkeypatch.setattr(main, "app", fails)

    assert (main.main(["version"]), capsys.readouterr().out) == (code, "")


def test_a_command_line_is_told_which_command_helps() -> None:
    """A page would be told nothing by it, so the rooms leave it out. Each name is an error's, each command there."""
    commands = (ROOT / "docs" / "reference" / "cli.md").read_text()
    named = {re.findall("`(.*)`", remedy)[0] for remedy in failure.REMEDIES.values()}
    errors = {name for room in (accounts, directory, grants, keys, roles, users) for name in vars(room)}

    assert (
        failure.describe(accounts.UnknownAccount("7")).remedy
        == "`actiontrail accounts list` shows those that there are."
    )
    assert ([one for one in named if f"## `{one}`" not in commands], failure.REMEDIES.keys() - errors) == (
        [],
        set(),
    )


def test_a_bug_shows_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug must not look like a refusal."""

    def fails(**_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(main, "app", fails)

    with pytest.raises(AssertionError):
        main.main(["version"])


def test_with_json_an_error_is_one_object_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard output stays empty, so that nobody takes an error for an answer."""

    def fails(**_: object) -> None:
        raise Outage("the server is busy", retry_after=3)

    monkeypatch.setattr(main, "app", fails)
    main.main(["lookup", "--json"])
    told = capsys.readouterr()
    error = {"code": "Outage", "message": "the server is busy", "remedy": "Try again in 3 seconds."}

    assert (told.out, json.loads(told.err)) == ("", {"error": error})


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["lookup", "--limit", "none"], ["import"], ["keys", "create", "extra"]]
)
def test_a_wrong_command_line_is_told_apart_from_a_refusal(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 means that the script is wrong, not the world."""
    assert (main.main(arguments), main.main([*arguments, "--json"])) == (failure.USAGE, failure.USAGE)
    assert json.loads(capsys.readouterr().err.splitlines()[-1])["error"]["code"] == "Usage"


def test_text_from_events_cannot_rewrite_the_terminal() -> None:
    """An attacker chooses user agents and names; they are shown, not obeyed."""
    assert printable("a\x1b[2Jb\u202ec\td") == "a\\x1b[2Jb\\x202ec\td"


def test_starting_imports_nothing_heavy() -> None:
    """Shell completion runs the command at each press of the tab key, and these are what would make it slow."""
    program = (
        "import sys, actiontrail.cli.main;"
        "print([m for m in ('httpx','chdb','litestar','sqlalchemy','rich','pyarrow','cryptography') if m in sys.modules])"
    )

    assert python("-c", program).strip() == "[]"


NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02", datetime(2026, 1, 2, tzinfo=UTC)),
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T11:04:05+08:00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("36h", NOW - timedelta(hours=36)),
        ("2w ago", NOW - timedelta(weeks=2)),
        ("now", NOW),
    ],
)
def test_moments_are_read_as_people_type_them(text: str, moment: datetime) -> None:
    """Without a time zone it is UTC, as everything else is."""
    assert moments.parse(text, NOW) == moment


@pytest.mark.parametrize("text", ["yesterday", "", "2026-13-01", "999999w", "5"])
def test_a_text_that_names_no_moment_is_refused(text: str) -> None:
    """A window of time that is not what was meant would hide events."""
    with pytest.raises(moments.BadMoment, match="36h"):
        moments.parse(text, NOW)


FORMATS = """
[formats.myapp]
eventName = "what"
eventTime = ["when", "at"]
"userIdentity.userName" = "actor.name"
"""


def test_config_prints_declared_formats_as_toml_that_says_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it prints is copied into the next machine's file."""
    (tmp_path / "config.toml").write_text(FORMATS)

    assert main.main(["config", "--data", str(tmp_path)]) == 0
    assert tomllib.loads(capsys.readouterr().out)["formats"] == tomllib.loads(FORMATS)["formats"]


@pytest.mark.parametrize("line", ['colour = "a"', 'eventSource = ""'])
def test_a_bad_mapping_is_refused_by_its_key_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    """The key tells an operator which line to mend."""
    (tmp_path / "config.toml").write_text(FORMATS + line)

    assert main.main(["config", "--data", str(tmp_path), "--json"]) == failure.REFUSED
    error = json.loads(capsys.readouterr().err)["error"]
    assert (error["code"], f"formats.myapp.{line.split(maxsplit=1)[0]}: " in error["message"]) == (
        "BadConfig",
        True,
    )
