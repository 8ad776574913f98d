"""The pages' questions over HTTP, asked of the real service on the sample account's intrusion."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import msgspec
import pytest
from tests.kit.service import Client, House, a_service

from actiontrail.access.keys import Keys
from actiontrail.access.seal import Sealer
from actiontrail.cli import sample
from actiontrail.cli.sample.company import LEAKED_KEY
from actiontrail.cli.sample.story import NEW_KEY, SNAPSHOT, TRAIL
from actiontrail.store.database import Database

STOP_LOGGING = "A198D101-B5A2-46E1-B0EB-3E70F65A4FC7"
ADDRESSES = (
    "overview",
    "figures",
    "highlights",
    "actors/user/alice",
    f"keys/{LEAKED_KEY}/activity",
    f"resources/{quote(TRAIL)}",
    f"surroundings/{STOP_LOGGING}?by=actor",
    "suggest?field=eventName",
    "find?text=alice",
    "why-empty?query=nothingatall",
    "places?addresses=10.0.0.1",
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_service(tmp_path_factory.mktemp("pages") / "data") as opened:
        events = sample.events(dt.datetime.now(dt.UTC), account=opened.created.account_id)
        for first in range(0, len(events), 1000):
            body = b"\n".join(msgspec.json.encode(event) for event in events[first : first + 1000])
            assert opened.client.post("/v1/events", body, content_type="application/x-ndjson").status == 200
        opened.running.until(lambda: asked(opened, "histogram")["total"] == len(events), "all is searchable")
        yield opened


def asked(house: House, path: str, **parameters: str) -> Any:
    answer = house.client.request(
        "GET", f"/v1/{path}{'?' if parameters else ''}{urlencode(parameters)}", b"", {}
    )
    assert answer.status == 200, answer.json
    return answer.json


def test_the_alarming_morning_leads_to_the_leaked_key_and_what_it_did(house: House) -> None:
    """The way an investigator goes, each step from what the one before it showed."""
    start = (dt.datetime.now(dt.UTC) - dt.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    morning = asked(house, "overview", start=start)
    stranger = next(one for one in morning["newActors"] if one["value"] == "svc-backup-agent")
    around = asked(house, f"surroundings/{STOP_LOGGING}", by="address", window="7200")
    origin = asked(house, f"keys/{around['event']['who']['accessKeyId']}/activity")["origin"]
    key = asked(house, f"keys/{origin['who']['accessKeyId']}/activity")
    snapshot = asked(house, f"resources/{quote('ACS::ECS::Snapshot', safe='')}/{SNAPSHOT}")

    assert (stranger["kind"], around["event"]["who"]["accessKeyId"]) == ("user", NEW_KEY)
    assert (key["accessKeyId"], {one["value"] for one in key["heirs"]}) == (
        LEAKED_KEY,
        {"svc-backup-agent", NEW_KEY},
    )
    assert [step["event"]["eventName"] for step in snapshot["steps"]] == [
        "CreateSnapshot",
        "ModifySnapshotAttribute",
    ]


def test_a_value_in_a_path_may_hold_any_character(house: House) -> None:
    """Sessions have colons, object keys have slashes; they are encoded, and meant as they are."""
    found = asked(house, f"actors/user/{quote('terraform:ci-main', safe='')}")
    slashed = asked(house, f"resources/{quote('a/b c', safe='')}")

    assert (found["value"], found["events"] > 0, slashed["id"], slashed["events"]) == (
        "terraform:ci-main",
        True,
        "a/b c",
        0,
    )


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("actors/alice", "InvalidAction.NotFound"),
        ("actors/planet/alice", "InvalidParameter.Range"),
        ("keys/LTAI/passwords", "InvalidAction.NotFound"),
        ("resources/a/b/c", "InvalidAction.NotFound"),
        ("surroundings/F?by=planet", "InvalidQueryParameter"),
        ("surroundings/nothing", "EntityNotExist.Event"),
        ("suggest?field=nothing", "InvalidParameter.Range"),
        ("find", "InvalidParameter.Range"),
        ("overview?start=2026-01-02&end=2026-01-01", "InvalidParameter.Range"),
        ("overview?strat=2026-01-02", "InvalidQueryParameter"),
    ],
)
def test_a_wrong_question_is_told_why(house: House, path: str, code: str) -> None:
    """In the shape of every refusal."""
    assert house.client.request("GET", f"/v1/{path}", b"", {}).json["Code"] == code


def test_a_source_is_called_by_the_note_of_its_credential(house: House) -> None:
    """`token-1fkt…` says nothing to anybody; a credential that is gone, or another account's, has no name here."""
    database = Database.open(house.running.data)
    keys = Keys(database, Sealer.open(house.running.data / "keys"))
    account = house.created.account_id
    mine = keys.create_token(account, note="the build machines")
    others = keys.create_token(keys.create_account("elsewhere"), any_account=True, note="not for you")
    for token in (mine, others):
        body = msgspec.json.encode({"eventId": token.token_id, "eventName": "Built", "eventTime": "2026-01-02T03:04:05Z", "recipientAccountId": account})  # fmt: skip
        answer = httpx.post(
            f"{house.running.endpoint}/v1/events",
            content=body,
            headers={"authorization": f"Bearer {token.token}"},
        )
        assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    database.close()

    def labels() -> dict[str, str]:
        return {one["source"]: one["label"] for one in asked(house, "overview")["sources"]}

    house.running.until(lambda: f"token:{others.token_id}" in labels(), "both are searchable")
    assert (labels()[f"token:{mine.token_id}"], labels()[f"token:{others.token_id}"]) == (
        "the build machines",
        "",
    )


def test_nobody_asks_without_a_signature(house: House) -> None:
    """Not one of the addresses."""
    answers = [httpx.get(f"{house.running.endpoint}/v1/{path}").status_code for path in ADDRESSES]

    assert answers == [400] * len(ADDRESSES)


def test_another_account_sees_none_of_it(house: House, tmp_path: Path) -> None:
    """Asked with its own key, every page is empty or refused."""
    data = house.running.data
    database = Database.open(data)
    keys = Keys(database, Sealer.open(data / "keys"))
    other = keys.create_key(keys.create_account("other"))
    database.close()
    client = Client(house.running.endpoint, other.access_key_id, other.access_key_secret)
    told = [client.raw("GET", f"/v1/{path}").text for path in ADDRESSES]
    client.close()

    assert [
        name
        for name in ("svc-backup-agent", "203.0.113.66", "DescribeInstances")
        for one in told
        if name in one
    ] == []


def test_it_is_told_what_is_kept_and_what_it_takes(house: House) -> None:
    """The account's own months add up to what it finds; what a record takes is somebody's and nobody's."""
    said = asked(house, "retention")
    found = asked(house, "histogram")["total"]

    assert (said["searchableDays"], said["lookbackDays"], said["seen"]["first"]) == (0, 90, 0)
    assert (sum(one["records"] for one in said["months"]), said["searchableBytesARecord"] > 0, said["ledgerBytesARecord"] > 0) == (found, True, True)  # fmt: skip
