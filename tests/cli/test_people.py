"""The operator's commands for users, roles, policies and accounts: what they change, and that each is an event."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.access.test_policy import a_statement, text

from actiontrail import service
from actiontrail.cli import main as cli
from actiontrail.cli.keys import opened_record
from actiontrail.store.outbox import Outbox

READ_ONLY = "AliyunActionTrailReadOnlyAccess"


class House:
    """A record without a service, and its commands."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.data = data
        self.created = service.create(data)
        self._capsys = capsys

    def run(self, *arguments: str, code: int = 0) -> Any:
        """What a command answers, or says of why it does not."""
        got = cli.main([*arguments, "--data", str(self.data), "--json"])
        said = self._capsys.readouterr()
        assert got == code, said.err
        return json.loads(said.err)["error"] if code else json.loads(said.out or "null")

    def told(self) -> list[dict[str, Any]]:
        """The events that wait for the service to run."""
        with opened_record(self.data) as record:
            return [json.loads(parcel.event) for parcel in Outbox(record.database).waiting()]


@pytest.fixture
def house(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> House:
    return House(tmp_path / "data", capsys)


def test_a_user_is_given_access_as_the_how_to_page_does(house: House, tmp_path: Path) -> None:
    """Made, given a policy and a key, shown, disabled, and refused to be deleted while they have something."""
    file = tmp_path / "lookup-only.json"
    file.write_text(text(a_statement(Action="actiontrail:LookupEvents")))
    house.run("users", "create", "alice", "--display-name", "Alice Li")
    house.run("policies", "create", "LookupOnly", str(file))
    house.run("policies", "attach", READ_ONLY, "--user", "alice")
    attached = house.run("policies", "attach", "lookuponly", "--user", "ALICE")
    key = house.run("keys", "create", "--user", "alice", "--note", "laptop")
    shown = house.run("users", "show", "alice")
    disabled = house.run("users", "disable", "alice")
    refused = house.run("users", "delete", "alice", code=3)
    listed = [one["userName"] for one in house.run("keys", "list")]

    assert (shown["keys"], shown["displayName"], sorted(shown["policies"])) == (
        [key["accessKeyId"]],
        "Alice Li",
        sorted(attached["policies"]),
    )
    assert (sorted(attached["policies"]), disabled["state"], refused["code"], sorted(listed)) == (
        sorted([READ_ONLY, "LookupOnly"]),
        "Inactive",
        "UserInUse",
        ["alice", "root"],
    )


def test_a_policy_file_with_mistakes_is_told_all_of_them(house: House, tmp_path: Path) -> None:
    """Each with its place; nothing is made."""
    file = tmp_path / "wrong.json"
    file.write_text('{"Version": "2", "Statement": [{"Effect": "allow", "Action": "x", "Resource": "*"}]}')
    refused = house.run("policies", "create", "Wrong", str(file), code=3)
    names = [one["name"] for one in house.run("policies", "list")]

    assert [
        place in refused["message"]
        for place in ("$.Version", "$.Statement[0].Effect", "$.Statement[0].Action[0]")
    ] == [True] * 3
    assert "Wrong" not in names


def test_a_role_is_made_trusted_and_assumed(house: House, tmp_path: Path) -> None:
    """The operator needs nobody's trust; everybody else does."""
    trust = tmp_path / "trust.json"
    trust.write_text(
        text(
            a_statement(
                Action="sts:AssumeRole", Resource=None, Principal={"RAM": "acs:ram::1000000000000009:root"}
            )
        )
    )
    house.run("roles", "create", "auditor", "--session-seconds-max", "7200")
    changed = house.run("roles", "trust", "auditor", str(trust))
    session = house.run("keys", "assume-role", "auditor", "alice")
    unknown = house.run("keys", "assume-role", "nobody", "alice", code=3)
    house.run("roles", "delete", "auditor")

    assert (changed["trust"], session["accessKeyId"][:4], unknown["code"], house.run("roles", "list")) == (
        trust.read_text(),
        "STS.",
        "UnknownRole",
        [],
    )


def test_accounts_belong_together(house: House) -> None:
    """A second account, a directory, and out again."""
    main = house.created.account_id
    other = house.run("accounts", "create", "subsidiary")["id"]
    ambiguous = house.run("directory", "create", code=3)["code"]
    house.run("directory", "create", "--account", main)
    members = house.run("directory", "add", other, "--account", main)["members"]
    shown = house.run("directory", "show", "--account", other)["managementAccount"]
    house.run("directory", "remove", other, "--account", main)
    house.run("directory", "delete", "--account", main)
    renamed = house.run("accounts", "rename", other, "daughter")["name"]

    assert (ambiguous, members, shown, renamed, house.run("directory", "show", "--account", main)) == (
        "WhichAccount",
        [other],
        main,
        "daughter",
        None,
    )


def test_each_change_of_the_operator_is_an_event_and_each_refused_one(house: House) -> None:
    """It waits for the service; it says who of the machine did it, and it holds no secret."""
    house.run("users", "create", "alice")
    house.run("users", "create", "alice", code=3)
    secret = house.run("keys", "create", "--user", "alice")["accessKeySecret"]
    token = house.run("keys", "token")
    house.run("keys", "disable", token["tokenId"])
    house.run("keys", "list")
    told = house.told()

    assert [(event["eventName"], event["serviceName"], event.get("errorCode", "")) for event in told] == [
        ("CreateUser", "Ram", ""),
        ("CreateUser", "Ram", "EntityAlreadyExists.User"),
        ("CreateAccessKey", "Ram", ""),
        ("CreateIngestToken", "Actiontrail", ""),
        ("UpdateIngestToken", "Actiontrail", ""),
    ]
    assert [hidden in json.dumps(told) for hidden in (secret, token["token"])] == [False, False]
    first = told[0]
    assert (
        first["userIdentity"],
        first["sourceIpAddress"],
        first["resourceName"],
        bool(first["additionalEventData"]["operator"]),
    ) == (
        {"type": "system", "accountId": house.created.account_id, "userName": "actiontrail-cli"},
        "Internal",
        "alice",
        True,
    )
