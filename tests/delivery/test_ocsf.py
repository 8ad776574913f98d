"""Events in OCSF: the table of the mapping, and that nothing of an event is lost on the way."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.kit.delivery import HAPPENED_MS, chosen

from actiontrail.cli import sample
from actiontrail.delivery import ocsf
from actiontrail.delivery.batch import Chosen
from actiontrail.event import model

REQUIRED = {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"}
REQUIRED_OF = {
    0: set(),
    6003: {"actor", "api", "cloud", "src_endpoint"},
    3002: {"user", "service"},
    3001: {"user", "actor"},
}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"eventName": "CreateInstance", "eventRW": "Write"}, (6003, 1, 600301)),
        ({"eventName": "RunInstances", "eventRW": "Write"}, (6003, 1, 600301)),
        ({"eventName": "DescribeInstances", "eventRW": "Read"}, (6003, 2, 600302)),
        ({"eventName": "CreateReport", "eventRW": "Read"}, (6003, 2, 600302)),
        ({"eventName": "ModifyInstanceSpec", "eventRW": "Write"}, (6003, 3, 600303)),
        ({"eventName": "DeleteInstance", "eventRW": "Write"}, (6003, 4, 600304)),
        ({"eventName": "RevokeSecurityGroup", "eventRW": "Write"}, (6003, 4, 600304)),
        ({"eventName": "Frobnicate"}, (6003, 99, 600399)),
        ({"eventName": "ConsoleSignin", "eventType": "ConsoleSignin"}, (3002, 1, 300201)),
        ({"eventName": "ConsoleSignout", "eventType": "ConsoleSignout"}, (3002, 2, 300202)),
        ({"eventName": "PasswordReset", "eventType": "PasswordReset"}, (3001, 4, 300104)),
        ({"eventName": "CreateUser", "serviceName": "Ram"}, (3001, 1, 300101)),
        ({"eventName": "CreateUser", "serviceName": "Ims"}, (3001, 1, 300101)),
        ({"eventName": "CreateUser", "serviceName": "Rds", "eventRW": "Write"}, (6003, 1, 600301)),
        ({"eventName": "DeleteUser", "serviceName": "Ram"}, (3001, 6, 300106)),
        ({"eventName": "AttachPolicyToUser", "serviceName": "Ram"}, (3001, 7, 300107)),
        ({"eventName": "DetachPolicyFromUser", "serviceName": "Ram"}, (3001, 8, 300108)),
        ({"eventName": "ChangePassword", "serviceName": "Ram"}, (3001, 3, 300103)),
        ({"eventName": "BindMFADevice", "serviceName": "Ram"}, (3001, 10, 300110)),
        ({"eventName": "UnbindMFADevice", "serviceName": "Ram"}, (3001, 11, 300111)),
        ({"eventName": "CreateLoginProfile", "serviceName": "Ram"}, (3001, 2, 300102)),
    ],
    ids=lambda value: value.get("eventName", "") if isinstance(value, dict) else "",
)
def test_an_event_is_of_one_class_and_one_activity(
    fields: dict[str, str], told: tuple[int, int, int]
) -> None:
    """The table by which detections written for OCSF find ours."""
    document = ocsf.document(chosen(1, **fields))

    assert (document["class_uid"], document["activity_id"], document["type_uid"]) == told


def test_a_call_is_mapped_field_by_field() -> None:
    """One whole value, so that a field that wanders off is seen."""
    event = chosen(
        7,
        eventRW="Write",
        eventType="ApiCall",
        eventSource="ecs.cn-hangzhou.aliyuncs.com",
        apiVersion="2014-05-26",
        requestId="R-1",
        errorCode="Forbidden.RAM",
        errorMessage="not allowed",
        sourceIpAddress="192.0.2.7",
        vpcId="vpc-1",
        userAgent="aliyun-cli/3.0",
        requestParameters={"InstanceId": "i-1"},
        resourceType="ACS::ECS::Instance",
        resourceName="i-1",
        userIdentity={
            "type": "ram-user",
            "accountId": "1",
            "principalId": "2",
            "userName": "alice",
            "accessKeyId": "LTAI",
            "sessionContext": {
                "attributes": {"mfaAuthenticated": "true", "creationDate": "2026-09-25T07:00:00Z"}
            },
        },
    )
    account = {"uid": "1000000000000001"}

    assert ocsf.document(event) == {
        "category_uid": 6,
        "category_name": "Application Activity",
        "class_uid": 6003,
        "class_name": "API Activity",
        "activity_id": 4,
        "activity_name": "Delete",
        "type_uid": 600304,
        "type_name": "API Activity: Delete",
        "time": HAPPENED_MS,
        "severity_id": 1,
        "severity": "Informational",
        "status_id": 2,
        "status": "Failure",
        "status_code": "Forbidden.RAM",
        "status_detail": "not allowed",
        "metadata": {
            "version": "1.3.0",
            "product": {"name": "ActionTrail", "vendor_name": "Alibaba Cloud"},
            "profiles": ["cloud"],
            "sequence": 7,
            "tenant_uid": "1000000000000001",
            "uid": "E-7",
            "event_code": "DeleteInstance",
        },
        "actor": {
            "user": {
                "type_id": 1,
                "type": "ram-user",
                "uid": "2",
                "name": "alice",
                "credential_uid": "LTAI",
                "account": {"uid": "1"},
            },
            "session": {"is_mfa": True, "created_time_dt": "2026-09-25T07:00:00Z"},
        },
        "api": {
            "operation": "DeleteInstance",
            "version": "2014-05-26",
            "service": {"name": "Ecs", "uid": "ecs.cn-hangzhou.aliyuncs.com"},
            "request": {"uid": "R-1", "data": {"InstanceId": "i-1"}},
            "response": {"error": "Forbidden.RAM", "error_message": "not allowed"},
        },
        "cloud": {"provider": "Alibaba Cloud", "region": "cn-hangzhou", "account": account},
        "src_endpoint": {"ip": "192.0.2.7", "vpc_uid": "vpc-1"},
        "http_request": {"user_agent": "aliyun-cli/3.0"},
        "resources": [{"type": "ACS::ECS::Instance", "name": "i-1"}],
        "unmapped": {
            "eventTime": "2026-09-25T07:04:05Z",
            "eventVersion": "1",
            "eventType": "ApiCall",
            "eventRW": "Write",
            "recipientAccountId": "1000000000000001",
            "userIdentity": {
                "sessionContext": {
                    "attributes": {"mfaAuthenticated": "true", "creationDate": "2026-09-25T07:00:00Z"}
                }
            },
        },
    }


def test_whose_account_was_changed_is_told_apart_from_who_changed_it() -> None:
    """The question of every investigation of a takeover."""
    event = chosen(1, eventName="CreateUser", serviceName="Ram", requestParameters={"UserName": "mallory"})
    document = ocsf.document(event)

    assert (document["user"]["name"], document["actor"]["user"]["name"]) == ("mallory", "alice")


def test_a_sign_in_says_who_and_whether_with_a_second_factor() -> None:
    """The two facts that every rule about sign-ins asks for."""
    event = chosen(
        1, eventName="ConsoleSignin", eventType="ConsoleSignin", additionalEventData={"mfaChecked": "false"}
    )
    document = ocsf.document(event)

    assert (document["user"]["name"], document["is_mfa"]) == ("alice", False)


def test_a_service_that_calls_has_no_address_but_a_name() -> None:
    """`ecs.aliyuncs.com` in a field for addresses would break whoever parses it as one."""
    document = ocsf.document(chosen(1, sourceIpAddress="ecs.aliyuncs.com"))

    assert document["src_endpoint"] == {"svc_name": "ecs.aliyuncs.com"}


def test_what_cannot_be_read_is_kept_whole() -> None:
    """A batch may not stick on one event, nor lose it."""
    document = ocsf.document(Chosen(1, "1", "r", HAPPENED_MS, "Management", b'{"odd":1}'))

    assert (document["class_uid"], document["unmapped"]) == (0, {"event": '{"odd":1}'})


def samples() -> Iterator[Chosen]:
    """Events of the sample account, and real ones where there are any."""
    for index, event in enumerate(sample.events(datetime(2026, 9, 25, tzinfo=UTC))):
        yield Chosen(index, "1", "cn-hangzhou", HAPPENED_MS, "Management", json.dumps(event).encode())
    if folder := os.environ.get("ACTIONTRAIL_TEST_DATA"):
        for index, line in enumerate(
            (Path(folder) / "actiontrail" / "events.jsonl").read_bytes().splitlines()
        ):
            yield Chosen(
                index,
                "1",
                "cn-hangzhou",
                HAPPENED_MS,
                "Management",
                model.encode(model.from_document(json.loads(line)["event"])),
            )


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif value is not None and value != "":
        yield str(value)


def test_nothing_that_an_event_says_is_lost() -> None:
    """Every value is somewhere in the document: mapped, or unmapped under its own name."""
    lost = []
    for event in samples():
        whole = json.dumps(ocsf.document(event), ensure_ascii=False)
        flat = set(leaves(ocsf.document(event)))
        for leaf in leaves(json.loads(event.event)):
            parts = [part for group in leaf.split(";") for part in group.split(",")]
            spelled = json.dumps(leaf, ensure_ascii=False)[1:-1]
            there = leaf in flat or spelled in whole or all(part in flat for part in parts)
            if not there and not _json_is_there(leaf, flat):
                lost.append(leaf)

    assert lost == []


def _json_is_there(leaf: str, flat: set[str]) -> bool:
    try:
        return set(leaves(json.loads(leaf))) <= flat
    except ValueError:
        return False


def test_every_document_has_what_its_class_requires() -> None:
    """By the schema of version 1.3."""
    lacking = []
    for event in samples():
        document = ocsf.document(event)
        lacking += sorted((REQUIRED | REQUIRED_OF[document["class_uid"]]) - document.keys())

    assert lacking == []
