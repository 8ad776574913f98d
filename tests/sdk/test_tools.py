"""Tools that were written for the managed service, and what they take for granted.

Each speaks as the real one does: Terraform's provider signs in the query and sends its parameters as a form;
auditors ask STS who they are, go through all regions and read every field without a default; the command line
sends everything in the query of a GET.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from alibabacloud_actiontrail20200706 import models
from alibabacloud_sts20150401.client import Client as StsClient
from alibabacloud_tea_openapi.utils_models import Config
from tests.kit.house import Endpoint
from tests.sdk.clients import Credentials, New, Old

from actiontrail.api import signature

TEXTS = (
    "name home_region region trail_region trail_arn status event_rw oss_bucket_name oss_key_prefix oss_bucket_location"
    " oss_write_role_arn sls_project_arn sls_write_role_arn max_compute_project_arn max_compute_write_role_arn"
    " create_time update_time"
).split()
_numbers = count(1)


class GoRpc:
    """The Go client of the provider: the signature's parameters in the query, the caller's own in a form."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    def ask(self, method: str, action: str, version: str = "2020-07-06", **own: Any) -> httpx.Response:
        said = {name: _go_text(value) for name, value in own.items()}
        outer = {
            "Action": action,
            "Format": "json",
            "Version": version,
            "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "SignatureNonce": f"{hashlib.md5(str(next(_numbers)).encode()).hexdigest()}",
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "AccessKeyId": self.endpoint.access_key_id,
        }
        text = signature.rpc_string_to_sign(method, outer | said)
        outer["Signature"] = signature.rpc_signature(self.endpoint.access_key_secret, text)
        url = f"http://{self.endpoint.address}/"
        headers = {
            "user-agent": "AlibabaCloud (linux; amd64) Golang/1.22.4 Core/0.01 TeaDSL/1 Terraform/1.9.2"
        }
        if method == "GET":
            return httpx.get(f"{url}?{urlencode(outer | said)}", headers=headers)
        return httpx.post(f"{url}?{urlencode(outer)}", data=said, headers=headers)

    def post(self, action: str, **own: Any) -> dict[str, Any]:
        answer = self.ask("POST", action, **own)
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def trail(self, name: str) -> dict[str, Any] | None:
        """As the provider reads one: absent is an empty list, never an error."""
        listed = self.post("DescribeTrails", RegionId="cn-hangzhou", NameList=name)["TrailList"]
        assert isinstance(listed, list)
        if not listed or listed[0]["Name"] != name:
            return None
        found: dict[str, Any] = listed[0]
        return found


def _go_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@contextmanager
def a_trail(endpoint: Endpoint) -> Iterator[str]:
    """One in the region of the service, at work."""
    provider, name = GoRpc(endpoint), f"tools-{next(_numbers):04}"
    provider.post("CreateTrail", Name=name, OssBucketName=f"{name}-bucket")
    provider.post("StartLogging", Name=name)
    yield name
    provider.post("DeleteTrail", Name=name)


def test_terraform_makes_a_trail_reads_it_changes_it_and_takes_it_away(endpoint: Endpoint) -> None:
    """It waits for `Fresh`, then starts; what it reads afterwards it compares with its plan, field by field."""
    provider, name = GoRpc(endpoint), f"terraform-{next(_numbers)}"
    project = f"acs:log:cn-hangzhou:{endpoint.account}:project/{name}"
    before = provider.trail(name)
    made = provider.post(
        "CreateTrail",
        Name=name,
        EventRW="Write",
        IsOrganizationTrail=False,
        OssBucketName=f"{name}-bucket",
        SlsProjectArn=project,
        TrailRegion="All",
    )
    fresh = provider.trail(name) or {}
    provider.post("StartLogging", Name=name)
    started = provider.trail(name) or {}
    provider.post(
        "UpdateTrail",
        Name=name,
        RegionId="cn-hangzhou",
        EventRW="All",
        SlsProjectArn=project,
        OssBucketName=f"{name}-bucket",
    )
    provider.ask("GET", "StopLogging", Name=name).raise_for_status()
    stopped = provider.trail(name) or {}
    provider.post("DeleteTrail", Name=name)
    again = provider.ask("POST", "DeleteTrail", Name=name)

    assert (
        before,
        made["Name"],
        fresh["Status"],
        started["Status"],
        stopped["Status"],
        provider.trail(name),
    ) == (
        None,
        name,
        "Fresh",
        "Enable",
        "Disable",
        None,
    )
    assert {key: started[key] for key in PLANNED} == {
        "EventRW": "Write",
        "IsOrganizationTrail": False,
        "OssBucketName": f"{name}-bucket",
        "OssKeyPrefix": "",
        "SlsProjectArn": project,
        "TrailRegion": "All",
    }
    assert (stopped["EventRW"], again.status_code, again.json()["Code"]) == (
        "All",
        404,
        "TrailNotFoundException",
    )


PLANNED = ("EventRW", "IsOrganizationTrail", "OssBucketName", "OssKeyPrefix", "SlsProjectArn", "TrailRegion")  # fmt: skip


def test_terraform_takes_missing_things_for_missing(endpoint: Endpoint) -> None:
    """A state refresh after somebody deleted a thing by hand must not fail, but plan it anew."""
    provider = GoRpc(endpoint)
    template = provider.post("GetAdvancedQueryTemplate", TemplateId="utpl-gone")
    job = provider.ask("POST", "GetDeliveryHistoryJob", JobId=4711)
    region = provider.ask("GET", "GetGlobalEventsStorageRegion").json()

    assert ("SimpleQuery" in template, job.json()["Code"], region["StorageRegion"]) == (
        False,
        "DeliveryHistoryJobNotFound",
        "cn-hangzhou",
    )


def test_terraform_asks_sts_for_its_account_first(endpoint: Endpoint) -> None:
    """The provider's `alicloud_account` and every ARN in a module stand on this answer."""
    answer = (
        GoRpc(endpoint).ask("POST", "GetCallerIdentity", version="2015-04-01", RegionId="cn-hangzhou").json()
    )

    assert (answer["AccountId"], answer["IdentityType"], answer["Arn"]) == (
        endpoint.account,
        "Account",
        f"acs:ram::{endpoint.account}:root",
    )


def test_an_auditor_goes_through_all_regions_and_reads_every_field(endpoint: Endpoint) -> None:
    """As Prowler does: STS, then DescribeTrails in each region; a field that is null would end its run."""
    credentials = Credentials(endpoint.access_key_id, endpoint.access_key_secret)
    config = Config(
        access_key_id=credentials.key_id,
        access_key_secret=credentials.secret,
        region_id="cn-hangzhou",
        endpoint=endpoint.address,
        protocol="http",
    )
    identity = StsClient(config).get_caller_identity().body
    client = New(endpoint, credentials).client
    with a_trail(endpoint) as name:
        seen: dict[str, Any] = {}
        for region in client.describe_regions(models.DescribeRegionsRequest()).body.regions.region[:3]:
            client._region_id = region.region_id
            for trail in client.describe_trails(models.DescribeTrailsRequest()).body.trail_list:
                seen[f"acs:actiontrail::{identity.account_id}:trail/{trail.name}"] = trail
        status = client.get_trail_status(models.GetTrailStatusRequest(name=name)).body
    trail = seen[f"acs:actiontrail::{endpoint.account}:trail/{name}"]
    created = datetime.strptime(trail.create_time.replace("Z", "+00:00"), "%Y-%m-%dT%H:%M:%S%z")

    assert [field for field in TEXTS if not isinstance(getattr(trail, field), str)] == []
    assert (trail.status, trail.trail_region, trail.is_organization_trail, created.tzinfo is not None) == (
        "Enable",
        "All",
        False,
        True,
    )
    assert (status.is_logging, status.latest_delivery_error, status.stop_logging_time) == (True, "", "")


@pytest.mark.parametrize(("shadows", "found"), [(False, False), (True, True)])
def test_a_trail_is_seen_from_another_region_as_a_shadow(
    endpoint: Endpoint, shadows: bool, found: bool
) -> None:
    """An auditor of another region asks with shadow trails, or believes that nothing is recorded there."""
    from aliyunsdkactiontrail.request.v20200706.DescribeTrailsRequest import DescribeTrailsRequest

    old = Old(endpoint, Credentials(endpoint.access_key_id, endpoint.access_key_secret))
    old.client.set_region_id("eu-central-1")
    request = DescribeTrailsRequest()
    request.set_IncludeShadowTrails(shadows)
    with a_trail(endpoint) as name:
        listed = {trail["Name"]: trail for trail in old.do(request)["TrailList"]}

    assert (name in listed) is found
    assert not found or listed[name]["HomeRegion"] == "cn-hangzhou"


def test_the_command_line_sends_all_in_the_query_of_a_get(endpoint: Endpoint) -> None:
    """`aliyun actiontrail LookupEvents --LookupAttribute.1.Key …`; it shows the answer as it comes."""
    answer = GoRpc(endpoint).ask(
        "GET",
        "LookupEvents",
        RegionId="cn-hangzhou",
        **{"LookupAttribute.1.Key": "ServiceName", "LookupAttribute.1.Value": "Ecs"},
        MaxResults=5,
    )

    assert (answer.status_code, isinstance(answer.json()["Events"], list)) == (200, True)


@pytest.mark.parametrize("action", ["StopLogging", "GetGlobalEventsStorageRegion"])
def test_what_is_read_with_get_alone_is_not_posted(endpoint: Endpoint, action: str) -> None:
    """As the service's own description says; the official clients send GET for these two."""
    answer = GoRpc(endpoint).ask("POST", action, Name="any-trail")

    assert (answer.status_code, answer.json()["Code"]) == (405, "UnsupportedHTTPMethod")
