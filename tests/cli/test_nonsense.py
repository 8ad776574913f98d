"""What makes no sense is refused with what is wrong, where, and what to do; nothing is half done, and nobody sees a traceback."""

import errno
import json
import os
from pathlib import Path

import pytest

from actiontrail import service
from actiontrail.cli import main
from actiontrail.cli.failure import CORRUPT, OUT, REFUSED, USAGE
from actiontrail.cli.keys import opened_record
from actiontrail.store.database import Database, DatabaseDamaged

VKEY = "log.example/one+bae2f189+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record, and beside it what nobody should name."""
    folder = tmp_path_factory.mktemp("nonsense")
    service.create(folder / "data")
    (folder / "bin").write_bytes(b"first\n\xff\xfe")
    (folder / "empty").write_bytes(b"")
    (folder / "event.json").write_text('{"eventName": "Knock", "eventTime": "2026-01-02T03:04:05Z"}')
    (folder / "deep.json").write_bytes(b"[" * 200_000)
    return folder


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ("users create a\udcff DATA", USAGE, r"argument 3 is not UTF-8: 'a\udcff'"),
        ("accounts rename \udcff x DATA", USAGE, "argument 3 is not UTF-8"),
        ("users list --account 999 DATA", REFUSED, "there is no account 999"),
        ("users setup-link --account 999 DATA", REFUSED, "`actiontrail accounts list`"),
        ("keys list --account 999 DATA", REFUSED, "there is no account 999"),
        ("keys create --account 999 DATA", REFUSED, "there is no account 999"),
        ("policies list --account 999 DATA", REFUSED, "there is no account 999"),
        ("directory show --account 999 DATA", REFUSED, "there is no account 999"),
        ("policies create p HERE/bin DATA", REFUSED, "HERE/bin is not UTF-8 in line 2"),
        ("policies create p HERE DATA", REFUSED, "HERE: Is a directory"),
        ("roles create r --trust HERE/none DATA", REFUSED, "Is the path right?"),
        ("roles create r --trust HERE/bin DATA", REFUSED, "HERE/bin is not UTF-8 in line 2"),
        ("init --data HERE/bin", REFUSED, "HERE/bin: Not a directory"),
        ("init --data HERE/new --origin a+b", REFUSED, "a log cannot be called 'a+b'"),
        (f"init --data HERE/new --name {'x' * 101}", REFUSED, "at most 100"),
        ("fsck --key x DATA", REFUSED, "--key: not a verifier key"),
        ("fsck --key HERE/empty DATA", REFUSED, "holds no key"),
        (f"verify HERE/bin --key {VKEY}", CORRUPT, "without its checkpoint"),
        ("verify HERE/bin --key HERE/bin", REFUSED, "HERE/bin is not UTF-8 in line 2"),
        (f"verify HERE/empty --key {VKEY}", CORRUPT, ""),
        ("import --dry-run HERE/deep.json", REFUSED, "nested too deeply"),
        ("import --resume --state HERE/none/state HERE/event.json", REFUSED, "HERE/none/state: No such file or directory"),
        ("lookup --event-rw both", USAGE, "it is Read or Write"),
        ("show", USAGE, "Missing argument"),
        ("trails create goodname --bucket abc --option a=b", REFUSED, "--to"),
        ("trails update goodname --credentials HERE/empty", REFUSED, "--to"),
        ("trails create goodname --to s3://a --credentials HERE/bin", REFUSED, "HERE/bin is not UTF-8 in line 2"),
        ("trails stop ''", REFUSED, "an empty name names nothing"),
        ("export * -o HERE/none/file", REFUSED, "HERE/none: No such file or directory"),
    ],
)  # fmt: skip
def test_nonsense_is_refused(
    record: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: str,
    code: int,
    words: str,
) -> None:
    """By its exit code for a program, by its words for a person; and the accounts' things are as they were."""
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret")
    given = ["" if word == "''" else word.replace("HERE", str(record)) for word in arguments.split()]
    given = [*given[:-1], "--data", str(record / "data")] if given[-1] == "DATA" else given
    before = things(record)
    done = main.main(given)
    told = capsys.readouterr()

    assert (done, words.replace("HERE", str(record)) in " ".join((told.err + told.out).split())) == (
        code,
        True,
    ), told
    assert things(record) == before


def things(record: Path) -> tuple[list[str], list[str], bool]:
    """What could be half done."""
    with opened_record(record / "data") as opened, opened.database.read() as connection:
        named = [
            str(row)
            for table in ("users", "roles", "policies", "accounts", "credentials", "setups")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        ]
    return sorted(named), sorted(path.name for path in record.iterdir()), (record / "new").exists()


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ("nonsense", "must begin with http"),
        ("http://", "names no host"),
        ("http://[::bad", "is no address"),
        ("http://alice:s3cret@127.0.0.1", "holds a name or a password"),
    ],
)
def test_an_endpoint_that_is_none_is_refused_and_its_password_not_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], endpoint: str, words: str
) -> None:
    """What stands in an address lands in logs."""
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret")
    monkeypatch.setenv("ACTIONTRAIL_ENDPOINT", endpoint)
    code, told = main.main(["lookup"]), capsys.readouterr().err

    assert (code, words in told, "s3cret" in told) == (REFUSED, True, False)


def test_a_question_that_fits_into_no_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The client's own limit, before anything is sent."""
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret")

    assert (main.main(["search", "x" * 100_000]), "too long for an address" in capsys.readouterr().err) == (REFUSED, True)  # fmt: skip


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("\udcff", "is not UTF-8 in line"),
        ('trusted_proxies = ["abc"]', "trusted_proxies: 'abc'"),
        ("[destinations.nope]", "there is no destination nope"),
        ("port = -1", "$.port"),
        ("nope = 1", "`nope`"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, words: str
) -> None:
    """`actiontrail config` is how one looks before one restarts."""
    (tmp_path / "config.toml").write_bytes(os.fsencode(line))

    assert (main.main(["config", "--data", str(tmp_path)]), words in capsys.readouterr().err) == (
        REFUSED,
        True,
    )


@pytest.mark.parametrize("at", ["note.key", "seal.key", "control.sqlite", "lock.sqlite", "ledger"])
def test_a_record_that_could_not_be_made_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], at: str
) -> None:
    """A disk that fills up half way: free some space, and the same command makes the record."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "config.toml").write_text("port = 0\n")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(data / at))

    what = {
        "note.key": "actiontrail.ledger.notekey.create",
        "seal.key": "actiontrail.service.Sealer.create",
        "control.sqlite": "actiontrail.service.Keys.create_key",
        "lock.sqlite": "actiontrail.service.make_lock",
        "ledger": "actiontrail.ledger.sequencer.create",
    }
    with monkeypatch.context() as patched:
        patched.setattr(what[at], full)
        code = main.main(["init", "--data", str(data)])
    told = capsys.readouterr()
    left = sorted(path.name for path in data.iterdir())

    assert (code, told.out, "No space left" in told.err, "Free some space" in told.err) == (
        OUT,
        "",
        True,
        True,
    )
    assert (left, (data / "config.toml").read_text()) == (["config.toml"], "port = 0\n")
    assert main.main(["init", "--data", str(data)]) == 0


def test_a_full_disk_is_told_with_the_file_and_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that failed names no file by itself."""
    from actiontrail.store import files

    (tmp_path / "key").write_bytes(b"before")

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space left") as told:
            files.replace(tmp_path / "key", b"after")

    assert (told.value.filename, [path.name for path in tmp_path.iterdir()], (tmp_path / "key").read_bytes()) == (str(tmp_path / "key"), ["key"], b"before")  # fmt: skip


def test_a_control_database_that_is_damaged_is_no_outage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """To be told to try again in a second would have somebody try for days."""
    service.create(tmp_path / "data")
    (tmp_path / "data" / "control.sqlite").write_bytes(b"junk" * 4096)
    code = main.main(["users", "list", "--data", str(tmp_path / "data"), "--json"])
    error = json.loads(capsys.readouterr().err)["error"]

    assert (code, error["code"], "restore it" in error["message"]) == (CORRUPT, "DatabaseDamaged", True)
    with pytest.raises(DatabaseDamaged):
        Database.open(tmp_path / "data")


def test_a_control_database_that_cannot_be_opened_says_what_to_look_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its folder is gone, or belongs to somebody else."""
    service.create(tmp_path / "data")
    (tmp_path / "data" / "control.sqlite").unlink()
    (tmp_path / "data" / "control.sqlite").mkdir()

    assert (main.main(["users", "list", "--data", str(tmp_path / "data")]), "read and write the file and its folder?" in capsys.readouterr().err) == (OUT, True)  # fmt: skip
