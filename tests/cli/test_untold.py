"""What is changed in files beside the service, and what founds a record: each is an event, wherever the process dies."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.kit.earlier import recorded_then

from actiontrail import service
from actiontrail.access.accounts import Accounts
from actiontrail.cli import demo, main, operate, recording, signingin, untold
from actiontrail.cli.keys import opened_record
from actiontrail.ledger import handover, notekey
from actiontrail.ledger.places import Places
from actiontrail.ledger.reader import Reader
from actiontrail.store.outbox import HOLD_MS, Outbox
from actiontrail.store.told import Told


class Killed(BaseException):
    """The process is gone: nothing after this line runs."""


def die(*_: object, **__: object) -> None:
    raise Killed


class House:
    """A record without a service, of two accounts."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.created = service.create(data)
        with opened_record(data) as record:
            self.accounts = [self.created.account_id, record.keys.create_account("two")]
            self.first = Accounts(record.database).list()[0].id  # both may be of the same second

    def run(self, *arguments: str) -> None:
        assert main.main([*arguments, "--data", str(self.data)]) == 0

    def set(self, text: str) -> None:
        with (self.data / "config.toml").open("a") as file:
            file.write(f"{text}\n")

    def recorded(self, name: str) -> list[dict[str, Any]]:
        """The events of this name that are in the record, once a recorder has run."""
        with service.open_recorder(self.data):
            pass
        reader = Reader(self.data)
        try:
            lines = [json.loads(line) for line in reader.lines(0, limit=1_000)]
        finally:
            reader.close()
        return [one["event"] for one in lines if one["event"]["eventName"] == name]

    def waiting(self) -> list[dict[str, Any]]:
        """The events that wait, drafts as well, when nobody will come back to say how it ended."""
        with opened_record(self.data) as record:
            late = Outbox(record.database, now=lambda: 4e9 + HOLD_MS / 1000)
            return [json.loads(one.event) for one in late.waiting()]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "data")


def test_a_new_signing_key_is_told_to_each_account(house: House) -> None:
    """It vouches for the events of all; the record itself says from which size on it signs, and who rotated."""
    house.run("keys", "rotate")
    told = house.recorded("RotateLogKey")
    (note,) = notekey.kept_handovers(Places(house.data).handover)
    step = handover.verify(note)

    assert sorted(one["recipientAccountId"] for one in told) == sorted(house.accounts)
    assert [
        {name: one["requestParameters"][name] for name in ("Origin", "Size", "OldKey", "NewKey")}
        for one in told
    ] == [{"Origin": step.origin, "Size": step.size, "OldKey": house.created.vkey, "NewKey": step.new}] * 2
    assert {(one["eventRW"], one["serviceName"], one["userIdentity"]["type"]) for one in told} == {
        ("Write", "Actiontrail", "system")
    }
    assert {one["additionalEventData"]["operator"] for one in told} == {recording.operator_here()}


def test_each_rotation_is_told_once(house: House) -> None:
    """And not again by whoever looks later."""
    for _ in range(3):
        house.run("keys", "rotate")
    untold.tell(house.data)
    mine = [
        one["requestParameters"]["NewKey"]
        for one in house.recorded("RotateLogKey")
        if one["recipientAccountId"] == house.created.account_id
    ]

    assert mine == [handover.verify(note).new for note in notekey.kept_handovers(Places(house.data).handover)]


def test_a_rotation_that_died_before_it_was_told_is_told_by_the_next_start(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killing the command at the right moment must not hide that the key was changed; by whom is not known then."""
    with monkeypatch.context() as patched:
        patched.setattr(untold, "tell", die)
        with pytest.raises(Killed):
            house.run("keys", "rotate")
    before = house.recorded("RotateLogKey")
    untold.tell(house.data)
    told = house.recorded("RotateLogKey")

    assert (before, sorted(one["recipientAccountId"] for one in told)) == ([], sorted(house.accounts))
    assert {one["additionalEventData"]["operator"] for one in told} == {"unknown"}


def test_a_rotation_that_was_told_and_died_before_it_was_remembered_is_recorded_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event of a hand-over has an id of its own: telling it again is a repeat."""
    with monkeypatch.context() as patched:
        patched.setattr(Told, "put", die)
        with pytest.raises(Killed):
            house.run("keys", "rotate")
    once = house.recorded("RotateLogKey")
    untold.tell(house.data)

    assert len(once) == len(house.accounts)
    assert house.recorded("RotateLogKey") == once


def test_a_rotation_that_was_broken_off_is_not_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its note is there, but the old key signs on; the next rotation takes it up, and that is told."""
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", die)
        with pytest.raises(Killed):
            house.run("keys", "rotate")
    untold.tell(house.data)
    before = house.recorded("RotateLogKey")
    house.run("keys", "rotate")

    assert (before, len(house.recorded("RotateLogKey"))) == ([], len(house.accounts))


def test_settings_that_were_changed_are_told_once_and_hold_no_password(house: House) -> None:
    """Whoever stops the masking of secrets, or searching the past, does it in a file; the operator's account is told."""
    house.set('mask = ["pin"]\ndatabase = ""')
    untold.tell(house.data)
    untold.tell(house.data)
    config = house.data / "config.toml"
    config.write_text(config.read_text().replace('mask = ["pin"]', "searchable_days = 365"))
    untold.tell(house.data)
    told = house.recorded("UpdateSettings")

    assert [one["requestParameters"]["Settings"] for one in told] == [
        {"mask": {"Before": "[]", "Now": '["pin"]'}},
        {"mask": {"Before": '["pin"]', "Now": "[]"}, "searchable_days": {"Before": "0", "Now": "365"}},
    ]
    assert {one["recipientAccountId"] for one in told} == {house.first}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("", '""'),
        ("postgresql://audit:s3cret@db/trail", '"postgresql://audit@db/trail"'),
        ("postgresql://audit:s@cret@db:5432/trail", '"postgresql://audit@db:5432/trail"'),
        ("postgresql://db/trail?password=s3cret", '"postgresql://db/trail?…"'),
        ("https://[s3cret/", '"…"'),
    ],
)
def test_the_password_of_a_url_is_not_told(url: str, shown: str) -> None:
    """Settings name files of secrets; only addresses of databases can hold one."""
    from actiontrail.config import Config

    assert untold.shown(Config(database=url))["database"] == shown


def test_init_tells_of_the_account_and_of_its_first_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first events of a record say who may do everything, and which key vouches for it; never the secret."""
    assert main.main(["init", "--data", str(tmp_path / "data"), "--name", "acme", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    house = object.__new__(House)
    house.data = tmp_path / "data"
    account, key = house.waiting()

    assert [
        (account["eventName"], account["resourceName"], account["requestParameters"]["LogKey"]),
        (key["eventName"], key["recipientAccountId"], key["responseElements"]["AccessKey"]["AccessKeyId"]),
    ] == [
        ("CreateAccount", made["accountId"], made["vkey"]),
        ("CreateAccessKey", made["accountId"], made["accessKeyId"]),
    ]
    assert made["accessKeySecret"] not in json.dumps([account, key])


def test_no_secret_is_shown_before_the_founding_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key that nobody ever saw needs no event."""
    monkeypatch.setattr(Outbox, "put", die)
    with pytest.raises(Killed):
        main.main(["init", "--data", str(tmp_path / "data")])

    assert capsys.readouterr().out == ""


def test_an_account_and_its_event_are_one_commit(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies right after it leaves no account that nobody told of."""
    with monkeypatch.context() as patched:
        patched.setattr(Outbox, "put", die)
        with pytest.raises(Killed):
            house.run("accounts", "create", "three")
    with opened_record(house.data) as record:
        made = [account for account, _, _ in record.keys.accounts() if account not in house.accounts]

    assert [(one["eventName"], one["resourceName"]) for one in house.waiting()] == [
        ("CreateAccount", account) for account in made
    ]


def test_each_set_up_link_is_told_without_its_token(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever has it may become an administrator; of `serve` as of the command."""
    house.run("users", "setup-link", "--account", house.accounts[1])
    token = capsys.readouterr().out.partition("#token=")[2].split()[0]
    operate.show_console(house.data, "http://trail.test")
    with signingin.opened(house.data, house.accounts[1]) as opened:
        opened.signin.give_password(opened.signin.users.create(house.accounts[1], "ops"))
    house.run("users", "setup-link", "--account", house.accounts[1])
    told = house.waiting()

    assert sorted((one["eventName"], one["recipientAccountId"]) for one in told) == sorted(
        ("CreateSetupLink", account) for account in (house.accounts[1], *house.accounts)
    )
    assert token not in json.dumps(told)


def test_a_record_with_nothing_but_its_own_events_gets_the_sample(house: House) -> None:
    """`demo` fills in an empty record; that it was founded does not make it one in use."""
    recording.tell_founding(house.data, house.created, "demo")
    founded = len(house.recorded("CreateAccount"))
    empty = demo._is_empty(house.data)
    recorded_then(house.data, house.created.account_id, datetime(2026, 1, 2, tzinfo=UTC), "knock")

    assert (founded, empty, demo._is_empty(house.data)) == (1, True, False)
