"""Other clouds' audit events: one table of pairs per format, what they send and what is looked up."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from actiontrail.event import model
from actiontrail.event.formats import FORMATS, Identity, UnmappableEvent, account, detect, identify, to_event
from actiontrail.event.formats.generic import declared

WHEN = "2026-03-01T02:03:04Z"
TRAIL: dict[str, Any] = {
    "eventVersion": "1.08", "eventID": "c-1", "eventName": "StopInstances", "eventTime": WHEN, "eventSource": "ec2.amazonaws.com",
    "awsRegion": "us-east-1", "sourceIPAddress": "192.0.2.7", "userAgent": "aws-cli/2.1", "requestID": "r-1", "readOnly": False,
    "requestParameters": {"instancesSet": {"items": [{"instanceId": "i-1"}]}}, "responseElements": None, "eventType": "AwsApiCall",
    "managementEvent": True, "recipientAccountId": "111122223333",
    "resources": [{"ARN": "arn:aws:ec2:us-east-1:111122223333:instance/i-1", "accountId": "111122223333", "type": "AWS::EC2::Instance"}],
    "userIdentity": {
        "type": "AssumedRole", "principalId": "AROAX:bob", "accountId": "111122223333", "accessKeyId": "ASIAX", "arn": "arn:aws:sts::1:x",
        "sessionContext": {"sessionIssuer": {"userName": "Ops"}, "attributes": {"mfaAuthenticated": "true"}},
    },
}  # fmt: skip
TRAIL_MAPPED: dict[str, Any] = {
    "eventId": "c-1", "eventName": "StopInstances", "eventTime": WHEN, "eventVersion": "1", "eventCategory": "Management", "eventRW": "Write",
    "eventSource": "ec2.amazonaws.com", "serviceName": "ec2", "acsRegion": "us-east-1", "sourceIpAddress": "192.0.2.7", "userAgent": "aws-cli/2.1",
    "requestId": "r-1", "eventType": "AwsApiCall", "recipientAccountId": "111122223333",
    "requestParameters": {"instancesSet": {"items": [{"instanceId": "i-1"}]}},
    "referencedResources": {"AWS::EC2::Instance": ["arn:aws:ec2:us-east-1:111122223333:instance/i-1"]},
    "resourceType": "AWS::EC2::Instance", "resourceName": "arn:aws:ec2:us-east-1:111122223333:instance/i-1",
    "userIdentity": {
        "type": "AssumedRole", "principalId": "AROAX:bob", "accountId": "111122223333", "accessKeyId": "ASIAX", "userName": "Ops:bob",
        "sessionContext": {"sessionIssuer": {"userName": "Ops"}, "attributes": {"mfaAuthenticated": "true"}}, "arn": "arn:aws:sts::1:x",
    },
    "additionalEventData": {"eventVersion": "1.08", "managementEvent": True, "resources": TRAIL["resources"]},
}  # fmt: skip
ACTION: dict[str, Any] = {
    "eventId": "a-1",
    "eventName": "DeleteDisk",
    "eventTime": WHEN,
    "eventSource": "ecs.aliyuncs.com",
    "eventType": "ApiCall",
}
KUBE: dict[str, Any] = {
    "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Request", "auditID": "k-1", "stage": "ResponseComplete",
    "requestURI": "/api/v1/namespaces/shop/secrets/db", "verb": "delete", "user": {"username": "carol", "uid": "u-1", "groups": ["ops"]},
    "sourceIPs": ["192.0.2.8", "10.0.0.1"], "userAgent": "kubectl/v1.30", "requestReceivedTimestamp": "2026-03-01T02:03:04.123456Z",
    "objectRef": {"resource": "secrets", "namespace": "shop", "name": "db", "apiVersion": "v1"},
    "responseStatus": {"code": 403, "reason": "Forbidden", "message": "no"}, "annotations": {"authorization.k8s.io/decision": "forbid"},
}  # fmt: skip
GCP: dict[str, Any] = {
    "insertId": "g-1", "timestamp": WHEN, "severity": "NOTICE", "logName": "projects/shop/logs/cloudaudit.googleapis.com%2Fdata_access",
    "resource": {"type": "gcs_bucket", "labels": {"project_id": "shop", "location": "eu", "bucket_name": "b"}},
    "protoPayload": {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog", "serviceName": "storage.googleapis.com", "methodName": "storage.objects.delete",
        "resourceName": "projects/_/buckets/b/objects/o", "status": {"code": 7, "message": "denied"},
        "authenticationInfo": {"principalEmail": "ci@shop.iam.gserviceaccount.com", "serviceAccountKeyName": "//iam/keys/abc"},
        "authorizationInfo": [{"permission": "storage.objects.delete", "permissionType": "DATA_WRITE"}],
        "requestMetadata": {"callerIp": "192.0.2.9", "callerSuppliedUserAgent": "gcloud/1"}, "request": {"name": "o"},
    },
}  # fmt: skip
VM = "/subscriptions/s-1/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm"
AZURE: dict[str, Any] = {
    "eventTimestamp": "2026-03-01T02:03:04.9876543Z", "eventDataId": "z-1", "caller": "dave@example.com", "correlationId": "q-1",
    "operationName": {"value": "Microsoft.Compute/virtualMachines/delete", "localizedValue": "Delete"}, "category": {"value": "Administrative"},
    "resourceProviderName": {"value": "Microsoft.Compute"}, "resourceId": VM, "resourceType": {"value": "Microsoft.Compute/virtualMachines"},
    "status": {"value": "Failed"}, "subStatus": {"value": "Forbidden"}, "httpRequest": {"clientIpAddress": "192.0.2.10"},
    "claims": {"http://schemas.microsoft.com/identity/claims/objectidentifier": "o-1"}, "properties": {"statusMessage": "no"},
}  # fmt: skip

PAIRS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "cloudtrail": ("cloudtrail", TRAIL, TRAIL_MAPPED),
    "cloudtrail over EventBridge": (
        "cloudtrail", {"version": "0", "detail-type": "AWS API Call via CloudTrail", "source": "aws.ec2", "id": "x", "detail": TRAIL}, TRAIL_MAPPED,
    ),
    "cloudtrail over EventBridge that left the rest to the envelope": (
        "cloudtrail",
        {"id": "x-1", "time": WHEN, "account": "444455556666", "detail": {"eventName": "GetObject", "awsRegion": "us-east-1"}},
        {"eventId": "x-1", "eventTime": WHEN, "recipientAccountId": "444455556666", "eventName": "GetObject", "eventVersion": "1", "eventRW": "Read",
         "acsRegion": "us-east-1"},
    ),
    "cloudtrail insight": (
        "cloudtrail",
        {"eventVersion": "1.07", "eventTime": WHEN, "awsRegion": "us-east-1", "eventID": "n-1", "eventType": "AwsCloudTrailInsight",
         "recipientAccountId": "1", "insightDetails": {"state": "Start", "eventSource": "ssm.amazonaws.com", "eventName": "UpdateX",
         "insightType": "ApiCallRateInsight"}, "eventCategory": "Insight"},
        {"eventId": "n-1", "eventName": "UpdateX", "eventTime": WHEN, "eventVersion": "1", "eventCategory": "Insight", "eventRW": "Write",
         "eventSource": "ssm.amazonaws.com", "serviceName": "ssm", "eventType": "AwsCloudTrailInsight", "acsRegion": "us-east-1",
         "recipientAccountId": "1", "additionalEventData": {"eventVersion": "1.07", "insightDetails": {"state": "Start",
         "eventSource": "ssm.amazonaws.com", "eventName": "UpdateX", "insightType": "ApiCallRateInsight"}}},
    ),
    "kubernetes": (
        "kubernetes", KUBE,
        {"eventId": "k-1", "eventName": "delete secrets", "eventTime": "2026-03-01T02:03:04.123456Z", "eventVersion": "1", "eventRW": "Write",
         "eventCategory": "Management", "eventType": "ApiCall", "eventSource": "core", "apiVersion": "v1", "serviceName": "Kubernetes",
         "requestId": "k-1", "referencedResources": {"secrets": ["shop/db"]}, "resourceType": "secrets", "resourceName": "shop/db",
         "sourceIpAddress": "192.0.2.8", "userAgent": "kubectl/v1.30", "errorCode": "Forbidden", "errorMessage": "no",
         "userIdentity": {"type": "user", "userName": "carol", "principalId": "u-1", "groups": ["ops"]},
         "additionalEventData": {"apiVersion": "audit.k8s.io/v1", "level": "Request", "stage": "ResponseComplete",
         "requestURI": "/api/v1/namespaces/shop/secrets/db", "objectRef": KUBE["objectRef"],
         "annotations": {"authorization.k8s.io/decision": "forbid"}}},
    ),
    "kubernetes at an earlier stage, of no resource": (
        "kubernetes", {"apiVersion": "audit.k8s.io/v1", "auditID": "k-2", "stage": "RequestReceived", "verb": "get", "requestURI": "/healthz?x=1",
                       "stageTimestamp": WHEN, "user": {"username": "system:serviceaccount:a:b"}},
        {"eventId": "k-2/RequestReceived", "eventName": "get /healthz", "eventTime": WHEN, "eventVersion": "1", "eventRW": "Read",
         "eventCategory": "Management", "eventType": "ApiCall", "serviceName": "Kubernetes", "requestId": "k-2",
         "userIdentity": {"type": "service-account", "userName": "system:serviceaccount:a:b"},
         "additionalEventData": {"apiVersion": "audit.k8s.io/v1", "stage": "RequestReceived", "requestURI": "/healthz?x=1", "stageTimestamp": WHEN}},
    ),
    "gcp": (
        "gcp", GCP,
        {"eventId": "g-1", "eventName": "storage.objects.delete", "eventTime": WHEN, "eventVersion": "1", "eventCategory": "Data", "eventRW": "Write",
         "eventSource": "storage.googleapis.com", "eventType": "data_access", "acsRegion": "eu", "serviceName": "storage",
         "requestParameters": {"name": "o"}, "referencedResources": {"gcs_bucket": ["projects/_/buckets/b/objects/o"]},
         "resourceType": "gcs_bucket", "resourceName": "projects/_/buckets/b/objects/o", "sourceIpAddress": "192.0.2.9", "userAgent": "gcloud/1",
         "errorCode": "PERMISSION_DENIED", "errorMessage": "denied", "recipientAccountId": "shop",
         "userIdentity": {"type": "service-account", "userName": "ci@shop.iam.gserviceaccount.com", "accessKeyId": "abc",
                          "serviceAccountKeyName": "//iam/keys/abc"},
         "additionalEventData": {"severity": "NOTICE", "logName": GCP["logName"], "resource": GCP["resource"],
                                 "authorizationInfo": GCP["protoPayload"]["authorizationInfo"],
                                 "requestMetadata": GCP["protoPayload"]["requestMetadata"]}},
    ),
    "azure": (
        "azure", AZURE,
        {"eventId": "z-1", "eventName": "Microsoft.Compute/virtualMachines/delete", "eventTime": "2026-03-01T02:03:04.987654Z", "eventVersion": "1",
         "eventCategory": "Management", "eventRW": "Write", "eventSource": "Microsoft.Compute", "eventType": "Administrative",
         "serviceName": "Microsoft.Compute", "requestId": "q-1", "referencedResources": {"Microsoft.Compute/virtualMachines": [VM]},
         "resourceType": "Microsoft.Compute/virtualMachines", "resourceName": VM, "sourceIpAddress": "192.0.2.10", "errorCode": "Forbidden",
         "errorMessage": "no", "recipientAccountId": "s-1",
         "userIdentity": {"type": "user", "userName": "dave@example.com", "principalId": "o-1", "claims": AZURE["claims"]},
         "additionalEventData": {"category": {"value": "Administrative"}, "resourceProviderName": {"value": "Microsoft.Compute"},
                                 "resourceType": {"value": "Microsoft.Compute/virtualMachines"}, "status": {"value": "Failed"},
                                 "subStatus": {"value": "Forbidden"}, "httpRequest": {"clientIpAddress": "192.0.2.10"},
                                 "properties": {"statusMessage": "no"}}},
    ),
    "azure as exported": (
        "azure",
        {"time": WHEN, "operationName": "MICROSOFT.KEYVAULT/VAULTS/READ", "category": "Administrative", "resultType": "Success", "resourceId": VM,
         "callerIpAddress": "192.0.2.11:443", "id": "z-2"},
        {"eventId": "z-2", "eventName": "MICROSOFT.KEYVAULT/VAULTS/READ", "eventTime": WHEN, "eventVersion": "1", "eventCategory": "Management",
         "eventRW": "Read", "eventSource": "Microsoft.Compute", "eventType": "Administrative", "serviceName": "Microsoft.Compute",
         "referencedResources": {"Microsoft.Compute/virtualMachines": [VM]}, "resourceType": "Microsoft.Compute/virtualMachines",
         "resourceName": VM, "sourceIpAddress": "192.0.2.11", "recipientAccountId": "s-1",
         "additionalEventData": {"category": "Administrative", "resultType": "Success", "id": "z-2"}},
    ),
    "cloudevents from EventBridge": (
        "cloudevents",
        {"specversion": "1.0", "id": "e-1", "source": "acs.ecs", "type": "ecs:ActionTrail:ApiCall", "time": WHEN, "aliyunaccountid": "77",
         "aliyunregionid": "cn-beijing", "datacontenttype": "application/json", "data": ACTION},
        {**ACTION, "eventVersion": "1", "eventRW": "Write", "acsRegion": "cn-beijing", "recipientAccountId": "77",
         "additionalEventData": {"cloudEvent": {"id": "e-1", "source": "acs.ecs", "type": "ecs:ActionTrail:ApiCall", "time": WHEN,
                                                "aliyunaccountid": "77", "aliyunregionid": "cn-beijing"}}},
    ),
    "cloudevents of an unknown kind": (
        "cloudevents",
        {"specversion": "1.0", "id": "e-2", "source": "/shop", "type": "order.deleted", "subject": "o-1", "time": WHEN,
         "data_base64": base64.b64encode(b"hello").decode()},
        {"eventId": "e-2", "eventName": "order.deleted", "eventTime": WHEN, "eventVersion": "1", "eventRW": "Write", "eventSource": "/shop",
         "serviceName": "/shop", "referencedResources": {"subject": ["o-1"]}, "resourceType": "subject", "resourceName": "o-1",
         "additionalEventData": {"data": "hello", "cloudEvent": {"id": "e-2", "source": "/shop", "type": "order.deleted", "subject": "o-1", "time": WHEN}}},
    ),
    "generic": (
        "generic",
        {"uuid": "u-9", "@timestamp": 1772330584000, "action": "repo.destroy", "actor": {"name": "erin", "id": 5}, "ip": "192.0.2.12", "org": "shop",
         "repo": "shop/web", "extra_thing": [1]},
        {"eventId": "u-9", "eventName": "repo.destroy", "eventTime": WHEN, "eventVersion": "1", "eventRW": "Write", "sourceIpAddress": "192.0.2.12",
         "recipientAccountId": "shop", "resourceName": "shop/web", "userIdentity": {"userName": "erin", "principalId": "5"},
         "additionalEventData": {"actor": {"name": "erin", "id": 5}, "extra_thing": [1]}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PAIRS)
def test_a_foreign_event_is_told_and_mapped(case: str) -> None:
    """An investigator asks one question of all clouds; every field that has a place must be in it."""
    name, source, expected = PAIRS[case]
    document = model.document(to_event(name, json.dumps(source).encode()))
    assert (detect(source), document) == (name, expected)


@pytest.mark.parametrize("case", PAIRS)
def test_a_mapped_event_is_identified_and_read_back(case: str) -> None:
    """The same event at admission, in the projection and in an answer."""
    name, source, _ = PAIRS[case]
    raw = json.dumps(source).encode()
    event = to_event(name, raw)
    assert (identify(name, raw), model.parse(model.encode(event))) == (
        Identity(event.event_id, account(event)),
        event,
    )


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "a digest": (
        "cloudtrail",
        {"awsAccountId": "1", "digestStartTime": WHEN, "digestEndTime": WHEN},
        "digestStartTime",
    ),
    "cloudtrail without a name": ("cloudtrail", {"awsRegion": "us-east-1"}, "eventName"),
    "cloudtrail at no time": ("cloudtrail", {**TRAIL, "eventTime": "noon"}, "eventTime"),
    "a list of kubernetes events": (
        "kubernetes",
        {"apiVersion": "audit.k8s.io/v1", "kind": "EventList", "items": []},
        "kind",
    ),
    "kubernetes without a verb": ("kubernetes", {"apiVersion": "audit.k8s.io/v1", "kind": "Event"}, "verb"),
    "gcp without a method": ("gcp", {"protoPayload": {}}, "protoPayload.methodName"),
    "azure without an operation": ("azure", {"operationName": "", "time": WHEN}, "operationName"),
    "cloudevents without a type": ("cloudevents", {"specversion": "1.0", "type": ""}, "type"),
    "cloudevents at no time": ("cloudevents", {"specversion": "1.0", "type": "a", "time": "noon"}, "time"),
    "generic without a name": ("generic", {"ts": 1772330584}, "eventName"),
    "no such format": ("syslog", {}, ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_holds_no_event_is_refused_by_its_field(case: str) -> None:
    """A digest among log files is common; its refusal must not read like a fault."""
    name, source, field = REFUSED[case]
    with pytest.raises(UnmappableEvent) as refusal:
        identify(name, json.dumps(source).encode())
    assert refusal.value.field == field


def test_where_a_foreign_event_says_no_time_the_moment_of_receipt_stands_in_and_is_called_so() -> None:
    """Refusing would lose the event; a made-up time that looks like the source's would mislead."""
    received = datetime(2026, 5, 6, tzinfo=UTC)
    event = to_event("gcp", b'{"protoPayload":{"methodName":"a.b.delete"}}', received=received)
    assert (event.event_time, event.additional_event_data) == (received, {"eventTimeSource": "received"})


def test_a_declared_mapping_is_a_format_of_its_own() -> None:
    """A home-grown program's events need data, not code."""
    shop = declared(
        "shop",
        {
            "eventName": "what",
            "userIdentity.userName": "who.name",
            "eventTime": ["when", "at"],
            "requestParameters": "with",
        },
    )
    event = shop.read(
        {"what": "SellCow", "who": {"name": "jack"}, "at": WHEN, "with": {"price": "beans"}, "mood": "sad"}
    )
    assert model.document(event) == {
        "eventName": "SellCow", "eventTime": WHEN, "eventVersion": "1", "userIdentity": {"userName": "jack"},
        "requestParameters": {"price": "beans"}, "additionalEventData": {"who": {"name": "jack"}, "mood": "sad"},
    }  # fmt: skip


def test_every_format_has_a_pair() -> None:
    """A format without one is not known to work."""
    assert {name for name, _, _ in PAIRS.values()} | {"actiontrail"} == set(FORMATS)


def test_what_a_foreign_caller_says_under_a_name_of_ours_is_read_as_ours() -> None:
    """Else the event that is written and the one that is read back would not be the same."""
    raw = b'{"apiVersion": "audit.k8s.io/v1", "verb": "get", "user": {"type": false, "userName": "", "groups": []}}'
    event = to_event("kubernetes", raw)

    assert (model.parse(model.encode(event)), event.user_identity.type) == (event, "false")
