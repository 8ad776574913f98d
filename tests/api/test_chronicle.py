"""What is done, or tried in vain, becomes an event: complete, without secrets, and bounded."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.kit.caller import NOW, a_ring, acs3
from tests.kit.house import SmallAccess, an_rpc
from tests.kit.lookup import ACCOUNT, Shelf

from actiontrail.access.authority import Authority
from actiontrail.access.keys import Caller
from actiontrail.api import chronicle as chronicles
from actiontrail.api.chronicle import Chronicle
from actiontrail.api.deeds import Deed, Telling, event_of
from actiontrail.api.door import Door
from actiontrail.api.gate import Gate, Stands
from actiontrail.api.origin import PEER_HEADER, Origin, networks
from actiontrail.capture.masking import Masker
from actiontrail.errors import Outage
from actiontrail.event.formats import BUILT_IN
from actiontrail.store.database import Database
from actiontrail.store.outbox import Outbox

SESSION = Caller(
    ACCOUNT,
    "session",
    "300000000000000001:u1",
    "auditor:u1",
    "STS.X",
    False,
    role_id="300000000000000001",
    since=1_800_000_000,
)
WHERE = Origin("203.0.113.7", False, "actiontrail.test", "agent/1")


class House:
    """The public API with a chronicle that is written when the test says so."""

    def __init__(self, data: Path, scope: Any = "all") -> None:
        self.database = Database.open(data)
        self.outbox = Outbox(self.database, now=lambda: NOW)
        self.chronicle = Chronicle(self.outbox, Masker(), region="cn-hangzhou", scope=scope, now=lambda: NOW)
        few = SmallAccess()
        gate = Gate(
            Door(a_ring(), now=lambda: NOW),
            Authority(few),
            stands=Stands("cn-hangzhou", networks(["10.0.0.0/8"])),
            deeds=self.chronicle,
            now=lambda: NOW,
        )
        self.rpc = an_rpc(Shelf(), gate, roles=few, sessions=few, now=lambda: NOW)

    def ask(
        self, action: str, *, key: str = "LTAITESTKEYID", secret: str = "TESTSECRET", **parameters: str
    ) -> Any:
        version = "2015-04-01" if action in ("AssumeRole", "GetCallerIdentity") else "2020-07-06"
        query = urlencode({"Action": action, "Version": version, **parameters})
        sent = acs3("POST", f"/?{query}", key_id=key, secret=secret, user_agent="agent/1")
        headers = {**sent.headers, PEER_HEADER: "10.1.2.3", "x-forwarded-for": "203.0.113.7"}
        return json.loads(self.rpc.reply(sent.method, sent.target, headers, sent.body).body)

    def told(self) -> list[dict[str, Any]]:
        """Every event that is on its way."""
        self.chronicle._write()
        return [json.loads(parcel.event) for parcel in self.outbox.waiting()]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.database.close()


def test_a_read_is_told_as_actiontrail_tells_it(house: House) -> None:
    """Field by field what the public service writes of a LookupEvents call."""
    answer = house.ask(
        "LookupEvents", **{"LookupAttribute.1.Key": "EventRW", "LookupAttribute.1.Value": "Write"}
    )

    assert house.told() == [
        {
            "eventId": answer["RequestId"],
            "eventVersion": 1,
            "eventCategory": "Management",
            "eventName": "LookupEvents",
            "eventType": "ApiCall",
            "eventRW": "Read",
            "eventTime": "2027-01-15T08:00:00Z",
            "eventSource": "actiontrail.test",
            "serviceName": "Actiontrail",
            "apiVersion": "2020-07-06",
            "acsRegion": "cn-hangzhou",
            "requestId": answer["RequestId"],
            "sourceIpAddress": "203.0.113.7",
            "userAgent": "agent/1",
            "userIdentity": {
                "type": "root-account",
                "principalId": ACCOUNT,
                "accountId": ACCOUNT,
                "userName": "root",
                "accessKeyId": "LTAITESTKEYID",
                "sessionContext": {
                    "attributes": {"mfaAuthenticated": "false", "creationDate": "2027-01-15T08:00:00Z"}
                },
            },
            "recipientAccountId": ACCOUNT,
            "isGlobal": False,
            "requestParameters": {
                "AcsHost": "actiontrail.test",
                "AcsProduct": "Actiontrail",
                "HostId": "actiontrail.test",
                "RequestId": answer["RequestId"],
                "Region": "cn-hangzhou",
                "LookupAttribute.1.Key": "EventRW",
                "LookupAttribute.1.Value": "Write",
            },
            "additionalEventData": {"Scheme": "http"},
        }
    ]


def test_a_session_is_told_with_its_role() -> None:
    """An investigator finds out who was behind it by the session's name."""
    told = Telling(
        caller=SESSION, where=WHERE, deed=Deed(action="actiontrail:DescribeTrails"), request_id="R"
    )
    event = event_of(told, region="cn-hangzhou", now=NOW)

    assert (
        event["userIdentity"]["type"],
        event["userIdentity"]["principalId"],
        event["userIdentity"]["userName"],
    ) == (
        "assumed-role",
        "300000000000000001:u1",
        "auditor:u1",
    )
    assert (
        event["requestParameters"]["stsTokenPrincipalName"],
        event["requestParameters"]["stsTokenPlayerUid"],
    ) == (
        "auditor/u1",
        int(ACCOUNT),
    )


def test_what_is_told_of_a_trail_names_it() -> None:
    """In all three ways in which people look for a resource."""
    deed = Deed(action="actiontrail:UpdateTrail", references={"ACS::ActionTrail::Trail": ("prod",)})
    told = Telling(caller=SESSION, where=WHERE, deed=deed, request_id="R").answered({"Name": "prod"})
    event = event_of(told, region="cn-hangzhou", now=NOW)

    assert (
        event["referencedResources"],
        event["resourceType"],
        event["resourceName"],
        event["responseElements"],
    ) == (
        {"ACS::ActionTrail::Trail": ["prod"]},
        "ACS::ActionTrail::Trail",
        "prod",
        {"RequestId": "R", "Name": "prod"},
    )


def test_every_event_of_ours_is_one_that_we_understand() -> None:
    """Our own intake must take it as it is."""
    told = Telling(caller=SESSION, where=WHERE, deed=Deed(action="actiontrail:StopLogging"), request_id="R")
    event = json.dumps(event_of(told, region="cn-hangzhou", now=NOW)).encode()

    assert BUILT_IN.identify("actiontrail", event) == ("R", ACCOUNT)


def test_a_change_is_told_with_its_answer_and_without_its_secrets(house: House) -> None:
    """What lets somebody in is shown once, and recorded never."""
    arn = f"acs:ram::{ACCOUNT}:role/auditor"
    answer = house.ask("AssumeRole", key="LTAIALICE", RoleArn=arn, RoleSessionName="u1")
    (event,) = house.told()

    assert (
        event["eventRW"],
        event["serviceName"],
        event["userIdentity"]["userName"],
        event["responseElements"],
    ) == (
        "Write",
        "Sts",
        "alice",
        {
            "RequestId": answer["RequestId"],
            "AssumedRoleUser": answer["AssumedRoleUser"],
            "Credentials": {**answer["Credentials"], "AccessKeySecret": "***", "SecurityToken": "***"},
        },
    )


@pytest.mark.parametrize(
    ("key", "secret", "parameters", "code"),
    [
        ("LTAIBOB", "TESTSECRET", {}, "NoPermission"),
        ("LTAIDISABLED", "TESTSECRET", {}, "InvalidAccessKeyId.Inactive"),
        ("LTAIALICE", "WRONG", {"StartTime": "secret plans"}, "SignatureDoesNotMatch"),
        ("LTAIALICE", "TESTSECRET", {"MaxResults": "many"}, "InvalidQueryParameter"),
    ],
)
def test_a_refused_try_is_told(
    house: House, key: str, secret: str, parameters: dict[str, str], code: str
) -> None:
    """To the account whose key it was; of a request that nobody signed, nothing that it says."""
    answer = house.ask("LookupEvents", key=key, secret=secret, **parameters)
    (event,) = house.told()
    said = event["requestParameters"].keys() & parameters.keys()

    assert (
        event["errorCode"],
        event["eventId"],
        event["userIdentity"]["accessKeyId"],
        "responseElements" in event,
    ) == (
        code,
        answer["RequestId"],
        key,
        False,
    )
    assert said == (set() if code == "SignatureDoesNotMatch" else parameters.keys())


@pytest.mark.parametrize("action", ["LookupEvents", "MakeCoffee"])
def test_nobodys_key_and_no_operation_are_told_to_nobody(house: House, action: str) -> None:
    """There is no account that it would concern."""
    house.ask(action, key="LTAINOBODY" if action == "LookupEvents" else "LTAITESTKEYID")

    assert house.told() == []


def test_tries_with_a_known_key_cannot_flood_the_record(house: House) -> None:
    """A key's id is no secret; whoever knows one must not be able to fill a disk with it."""
    for _ in range(50):
        house.ask("LookupEvents", secret="WRONG")

    assert (len(house.told()), house.chronicle.unrecorded) == (10, {"flood": 40})


def test_what_does_not_fit_is_counted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never silently dropped."""
    monkeypatch.setattr(chronicles, "WAITING_MAX", 3)
    for _ in range(5):
        house.ask("LookupEvents")

    assert (len(house.told()), house.chronicle.unrecorded) == (3, {"full": 2})


def test_reads_wait_while_the_database_is_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are offered again."""
    house.ask("LookupEvents")

    def away(_: object) -> None:
        raise Outage("away")

    with monkeypatch.context() as patched:
        patched.setattr(house.outbox, "put", away)
        house.chronicle._write()

    assert [event["eventName"] for event in house.told()] == ["LookupEvents"]


def test_of_changes_alone_reads_are_left_out_and_refusals_are_not(tmp_path: Path) -> None:
    """The setting `record_own_operations`."""
    house = House(tmp_path, "changes")
    house.ask("LookupEvents")
    house.ask("LookupEvents", MaxResults="many")
    house.ask("LookupEvents", key="LTAIBOB")
    house.ask("AssumeRole", key="LTAIALICE", RoleArn=f"acs:ram::{ACCOUNT}:role/auditor", RoleSessionName="u1")
    told = [(event["eventName"], event.get("errorCode", "")) for event in house.told()]
    house.database.close()

    assert sorted(told) == [("AssumeRole", ""), ("LookupEvents", "NoPermission")]


def test_no_value_of_a_request_makes_an_event_too_large() -> None:
    """The intake has a limit, and an event that is over it would be lost."""
    huge = {"a" * 5000: "x" * 100_000, "deep": [[[[[[[[1]]]]]]]], "many": list(range(9999))}
    deed = Deed(action="actiontrail:SearchEvents", parameters=huge)
    event = event_of(Telling(caller=SESSION, where=WHERE, deed=deed, request_id="R"), region="r", now=NOW)

    assert len(json.dumps(event)) < 20_000
