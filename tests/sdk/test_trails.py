"""Trails by the official clients: the new one, the old core, and that of 2017-12-04."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alibabacloud_actiontrail20171204 import models as m2017
from alibabacloud_actiontrail20200706 import models as m
from alibabacloud_tea_openapi import exceptions as new
from aliyunsdkactiontrail.request.v20200706.CreateDeliveryHistoryJobRequest import (
    CreateDeliveryHistoryJobRequest,
)
from aliyunsdkactiontrail.request.v20200706.CreateTrailRequest import CreateTrailRequest
from aliyunsdkactiontrail.request.v20200706.DeleteDeliveryHistoryJobRequest import (
    DeleteDeliveryHistoryJobRequest,
)
from aliyunsdkactiontrail.request.v20200706.DeleteTrailRequest import DeleteTrailRequest
from aliyunsdkactiontrail.request.v20200706.DescribeTrailsRequest import DescribeTrailsRequest
from aliyunsdkactiontrail.request.v20200706.GetDeliveryHistoryJobRequest import GetDeliveryHistoryJobRequest
from aliyunsdkactiontrail.request.v20200706.GetTrailStatusRequest import GetTrailStatusRequest
from aliyunsdkactiontrail.request.v20200706.ListDeliveryHistoryJobsRequest import (
    ListDeliveryHistoryJobsRequest,
)
from aliyunsdkactiontrail.request.v20200706.StartLoggingRequest import StartLoggingRequest
from aliyunsdkactiontrail.request.v20200706.StopLoggingRequest import StopLoggingRequest
from aliyunsdkactiontrail.request.v20200706.UpdateTrailRequest import UpdateTrailRequest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.request import CommonRequest
from tests.kit.house import Endpoint, live
from tests.sdk.clients import Credentials, New, Old

SELECTORS = '[{"ServiceName":"Oss","ReadWriteType":"Write","EventName":{"Equals":["PutObject"]}}]'
SLS = "acs:log:cn-hangzhou::project/sdk-audit"


def key(endpoint: Endpoint) -> Credentials:
    return Credentials(endpoint.access_key_id, endpoint.access_key_secret)


@pytest.fixture
def asked(endpoint: Endpoint) -> Iterator[Any]:
    """The new client, and no trails left behind."""
    client = New(endpoint, key(endpoint)).client
    yield client
    everything = m.DescribeTrailsRequest(include_organization_trail=True, include_shadow_trails=True)
    for trail in client.describe_trails(everything).body.trail_list:
        client.delete_trail(m.DeleteTrailRequest(name=trail.name))


def test_a_trails_life_by_the_new_client(asked: Any) -> None:
    """What Terraform does: create, wait for Fresh, start, wait for Enable, update, stop, delete."""
    made = asked.create_trail(
        m.CreateTrailRequest(
            name="sdk-trail",
            oss_bucket_name="sdk-bucket",
            oss_key_prefix="from-sdk",
            sls_project_arn=SLS,
            is_organization_trail=False,
        )
    ).body
    seen = []
    for step in (
        lambda: asked.start_logging(m.StartLoggingRequest(name="sdk-trail")),
        lambda: asked.update_trail(
            m.UpdateTrailRequest(
                name="sdk-trail", oss_bucket_name="sdk-bucket", oss_key_prefix="from-sdk", event_rw="All"
            )
        ),
        lambda: asked.stop_logging(m.StopLoggingRequest(name="sdk-trail")),
    ):
        [trail] = asked.describe_trails(m.DescribeTrailsRequest(name_list="sdk-trail")).body.trail_list
        seen.append((trail.status, trail.event_rw, trail.sls_project_arn, trail.max_compute_project_arn))
        step()
    status = asked.get_trail_status(
        m.GetTrailStatusRequest(name="sdk-trail", is_organization_trail=False)
    ).body
    asked.delete_trail(m.DeleteTrailRequest(name="sdk-trail"))
    left = asked.describe_trails(m.DescribeTrailsRequest(name_list="sdk-trail")).body.trail_list

    assert (made.event_rw, made.home_region, made.oss_write_role_arn.rpartition("/")[2]) == (
        "Write",
        "cn-hangzhou",
        "aliyunserviceroleforactiontrail",
    )
    assert (seen, status.is_logging, bool(status.stop_logging_time), left) == (
        [("Fresh", "Write", SLS, ""), ("Enable", "Write", SLS, ""), ("Enable", "All", SLS, "")],
        False,
        True,
        [],
    )


def test_selectors_by_the_new_client(asked: Any) -> None:
    """Of data events, of insights, and where global events are stored."""
    asked.create_trail(m.CreateTrailRequest(name="sdk-trail", oss_bucket_name="sdk-bucket"))
    put = asked.put_data_event_selector(
        m.PutDataEventSelectorRequest(
            trail_name="sdk-trail",
            event_selectors=SELECTORS,
            trail_region_ids="cn-hangzhou,cn-beijing",
            is_trail_all_region=False,
        )
    ).body
    got = asked.get_data_event_selector(m.GetDataEventSelectorRequest(trail_name="sdk-trail")).body
    listed = asked.list_data_event_selectors(m.ListDataEventSelectorsRequest(max_results=10)).body.data
    asked.delete_data_event_selector(m.DeleteDataEventSelectorRequest(trail_name="sdk-trail"))
    gone = asked.get_data_event_selector(m.GetDataEventSelectorRequest(trail_name="sdk-trail")).body
    services = asked.list_data_event_services(m.ListDataEventServicesRequest()).body.data.service_infos
    insights = asked.put_insight_selectors(
        m.PutInsightSelectorsRequest(
            trail_name="sdk-trail", insight_selectors='[{"insightType":"AkInsight"}]'
        )
    ).body
    kept = asked.get_insight_selectors(m.GetInsightSelectorsRequest(trail_name="sdk-trail")).body
    asked.update_global_events_storage_region(
        m.UpdateGlobalEventsStorageRegionRequest(storage_region="ap-southeast-1")
    )
    stored = asked.get_global_events_storage_region().body.storage_region

    assert (put.data_event_selectors, got.data_event_selectors, got.is_trail_all_region) == (
        SELECTORS,
        SELECTORS,
        False,
    )
    assert (
        [one.trail_region for one in got.sls_delivery_configs],
        len(listed.data_event_selector_infos),
    ) == (
        ["cn-beijing", "cn-hangzhou"],
        1,
    )
    assert (gone.data_event_selectors, "Oss" in [one.service_name for one in services]) == ("", True)
    assert (insights.insight_selectors, kept.insight_selectors, stored) == (
        ["AkInsight"],
        ["AkInsight"],
        "ap-southeast-1",
    )


def test_history_jobs_by_the_new_client(asked: Any) -> None:
    """Made, looked at, listed and deleted."""
    asked.create_trail(m.CreateTrailRequest(name="sdk-trail", oss_bucket_name="sdk-bucket"))
    request = m.CreateDeliveryHistoryJobRequest(trail_name="sdk-trail", client_token="sdk-token")
    made = asked.create_delivery_history_job(request).body.job_id
    again = asked.create_delivery_history_job(request).body.job_id
    got = asked.get_delivery_history_job(m.GetDeliveryHistoryJobRequest(job_id=made)).body
    listed = asked.list_delivery_history_jobs(
        m.ListDeliveryHistoryJobsRequest(page_number=1, page_size=5)
    ).body
    asked.delete_delivery_history_job(m.DeleteDeliveryHistoryJobRequest(job_id=made))
    with pytest.raises(new.AlibabaCloudException) as raised:
        asked.get_delivery_history_job(m.GetDeliveryHistoryJobRequest(job_id=made))

    assert (
        again,
        got.trail_name,
        [one.job_id for one in listed.delivery_history_jobs],
        raised.value.code,
    ) == (
        made,
        "sdk-trail",
        [made],
        "DeliveryHistoryJobNotFound",
    )


REFUSED: list[tuple[Callable[[Any], Any], str, int]] = [
    (
        lambda c: c.create_trail(m.CreateTrailRequest(name="sdk-trail")),
        "InvalidDeliveryConfigurationException",
        400,
    ),
    (
        lambda c: c.create_trail(m.CreateTrailRequest(name="x", oss_bucket_name="b-1")),
        "InvalidTrailNameException",
        400,
    ),
    (
        lambda c: c.create_trail(m.CreateTrailRequest(name="sdk-trail", oss_bucket_name="missing-1")),
        "BucketDoesNotExistException",
        404,
    ),
    (
        lambda c: c.create_trail(m.CreateTrailRequest(name="sdk-trail", oss_bucket_name="denied-1")),
        "InsufficientBucketPolicyException",
        403,
    ),
    (
        lambda c: c.create_trail(m.CreateTrailRequest(name="sdk-trail", oss_bucket_name="dead-1")),
        "ServiceUnavailable",
        503,
    ),
    (lambda c: c.update_trail(m.UpdateTrailRequest(name="nowhere")), "TrailNotFoundException", 404),
    (lambda c: c.start_logging(m.StartLoggingRequest(name="nowhere")), "TrailNotFoundException", 404),
    (lambda c: c.stop_logging(m.StopLoggingRequest(name="nowhere")), "TrailNotFoundException", 404),
    (lambda c: c.get_trail_status(m.GetTrailStatusRequest(name="nowhere")), "TrailNotFoundException", 404),
]


def test_a_refusal_is_raised_with_its_code() -> None:
    """Scripts catch it by code and status; Terraform's provider retries on some."""
    seen = []
    with live() as endpoint:
        client = New(endpoint, key(endpoint)).client
        for ask, _, _ in REFUSED:
            with pytest.raises(new.AlibabaCloudException) as raised:
                ask(client)
            seen.append((raised.value.code, raised.value.status_code))

    assert seen == [(code, status) for _, code, status in REFUSED]


def old(endpoint: Endpoint, request: Any, **parameters: Any) -> Any:
    for name, value in parameters.items():
        getattr(request, f"set_{name}")(value)
    return Old(endpoint, key(endpoint)).do(request)


def test_a_trails_life_by_the_old_core(endpoint: Endpoint, asked: Any) -> None:
    """It adds RegionId to everything, which is the trail's home then."""
    made = old(endpoint, CreateTrailRequest(), Name="core-trail", OssBucketName="core-bucket", EventRW="Read")
    old(endpoint, StartLoggingRequest(), Name="core-trail")
    old(endpoint, UpdateTrailRequest(), Name="core-trail", OssBucketName="core-bucket", EventRW="All")
    job = old(endpoint, CreateDeliveryHistoryJobRequest(), TrailName="core-trail")["JobId"]
    jobs = old(endpoint, ListDeliveryHistoryJobsRequest())["DeliveryHistoryJobs"]
    got = old(endpoint, GetDeliveryHistoryJobRequest(), JobId=job)
    old(endpoint, DeleteDeliveryHistoryJobRequest(), JobId=job)
    [trail] = old(endpoint, DescribeTrailsRequest(), NameList="core-trail")["TrailList"]
    old(endpoint, StopLoggingRequest(), Name="core-trail")
    status = old(endpoint, GetTrailStatusRequest(), Name="core-trail")
    old(endpoint, DeleteTrailRequest(), Name="core-trail")
    with pytest.raises(ServerException) as raised:
        old(endpoint, GetTrailStatusRequest(), Name="core-trail")

    assert (made["HomeRegion"], trail["Status"], trail["EventRW"], status["IsLogging"]) == (
        "cn-hangzhou",
        "Enable",
        "All",
        False,
    )
    assert ([one["JobId"] for one in jobs], got["TrailName"], raised.value.error_code) == (
        [job],
        "core-trail",
        "TrailNotFoundException",
    )


def common(endpoint: Endpoint, action: str, method: str = "GET", **parameters: str) -> Any:
    request = CommonRequest(domain=endpoint.host, version="2020-07-06", action_name=action)
    request.set_method(method)
    for name, value in parameters.items():
        request.add_query_param(name, value)
    return Old(endpoint, key(endpoint)).do(request)


def test_operations_that_no_client_has_yet(endpoint: Endpoint, asked: Any) -> None:
    """Two are in no released Python client: figures of delivery, and how many trails there are."""
    asked.create_trail(m.CreateTrailRequest(name="sdk-trail", oss_bucket_name="sdk-bucket"))
    asked.start_logging(m.StartLoggingRequest(name="sdk-trail"))
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    figures = common(
        endpoint,
        "DescribeTrailDeliveryMetricData",
        TrailName="sdk-trail",
        MetricName="delivery_oss_fail_count",
        Period="60",
        StartTime=f"{now - timedelta(minutes=2):%Y-%m-%dT%H:%M:%SZ}",
        EndTime=f"{now:%Y-%m-%dT%H:%M:%SZ}",
    )
    counts = common(endpoint, "DescribeUserTrailCount", "POST")["Data"]["Counts"]

    assert ([one["Count"] for one in figures["MetricList"]], counts[-1]) == ([0, 0], 1)


def test_a_trails_life_by_the_client_of_2017(endpoint: Endpoint, asked: Any) -> None:
    """It sends a JSON copy of its parameters, names roles by name, and starts by GET."""
    client = New(endpoint, key(endpoint)).client_2017
    made = client.create_trail(
        m2017.CreateTrailRequest(
            name="old-trail", oss_bucket_name="old-bucket", role_name="Writer", mns_topic_arn="acs:mns:x"
        )
    ).body
    client.start_logging(m2017.StartLoggingRequest(name="old-trail"))
    client.update_trail(m2017.UpdateTrailRequest(name="old-trail", event_rw="All"))
    [trail] = client.describe_trails(m2017.DescribeTrailsRequest(name_list="old-trail")).body.trail_list
    client.stop_logging(m2017.StopLoggingRequest(name="old-trail"))
    status = client.get_trail_status(m2017.GetTrailStatusRequest(name="old-trail")).body
    seen = asked.describe_trails(m.DescribeTrailsRequest(name_list="old-trail")).body.trail_list[0]
    client.delete_trail(m2017.DeleteTrailRequest(name="old-trail"))

    assert (made.role_name, made.mns_topic_arn, trail.status, trail.event_rw, status.is_logging) == (
        "Writer",
        "acs:mns:x",
        "Enable",
        "All",
        False,
    )
    assert seen.oss_write_role_arn.endswith(":role/writer")


def test_an_auditing_tool_reads_what_it_expects(endpoint: Endpoint, asked: Any) -> None:
    """Such tools ask who they are, then for all trails, and read every field without looking whether it is there."""
    asked.create_trail(m.CreateTrailRequest(name="sdk-trail", oss_bucket_name="sdk-bucket", event_rw="All"))
    asked.start_logging(m.StartLoggingRequest(name="sdk-trail"))
    identity = CommonRequest(domain=endpoint.host, version="2015-04-01", action_name="GetCallerIdentity")
    account = Old(endpoint, key(endpoint)).do(identity)["AccountId"]
    listed = common(endpoint, "DescribeTrails", "POST", IncludeShadowTrails="true")["TrailList"]
    whole = [
        trail
        for trail in listed
        if trail["Status"] == "Enable"
        and trail["TrailRegion"] == "All"
        and trail["EventRW"] == "All"
        and (trail["OssBucketName"] or trail["SlsProjectArn"])
        and trail["TrailArn"] == f"acs:actiontrail:{trail['HomeRegion']}:{account}:trail/{trail['Name']}"
    ]
    empty = [name for name in ("SlsProjectArn", "SlsWriteRoleArn", "StopLoggingTime") if whole[0][name] == ""]

    assert (len(whole), len(empty), json.dumps(listed).count("null")) == (1, 3, 0)
