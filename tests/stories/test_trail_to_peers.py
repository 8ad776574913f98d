"""A trail's life on the whole service, by the official client, to servers that speak the protocols of OSS, SLS and S3."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from alibabacloud_actiontrail20200706 import models as m
from alibabacloud_actiontrail20200706.client import Client
from alibabacloud_tea_openapi.utils_models import Config
from tests.kit.places import Peer, oss_bucket, s3_bucket, sls_logstore
from tests.kit.service import House, a_service
from tests.stories.test_trails import SETTINGS, once, own, post

from actiontrail.cli import failure, main

LOGSTORE = "my-project", "actiontrail_my-life"


def table(kind: str, peer: Peer) -> str:
    """How an operator names the peer in `config.toml`."""
    reach = peer.ground.of(kind)
    return (
        f'[destinations.{kind}]\nendpoint = "{reach.endpoint}"\nregion = "{reach.region}"\n'
        f'credentials = "{reach.credentials}"\npath_style = {str(reach.path_style).lower()}\n'
    )


def ids(found: list[str]) -> Counter[str]:
    """The test's own events among those that a place holds."""
    return own(Counter(json.loads(event)["eventId"] for event in found), "t-")


def verified(address: str, peer: Peer, kind: str, vkey: str) -> int:
    """The exit code of `verify-delivery` over the bucket where it is."""
    reach = peer.ground.of(kind)
    told = ["--endpoint", reach.endpoint, "--region", reach.region, "--credentials", reach.credentials]
    return main.main(
        ["verify-delivery", address, "--key", vkey, *told, *(["--path-style"] if reach.path_style else [])]
    )


@pytest.fixture
def places(tmp_path: Path) -> Iterator[dict[str, Peer]]:
    """A bucket of OSS, a project of SLS and a bucket of S3."""
    with ExitStack() as opened:
        made = {"oss": oss_bucket, "sls": sls_logstore, "s3": s3_bucket}
        yield {kind: opened.enter_context(peer(_folder(tmp_path / kind))) for kind, peer in made.items()}


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def a_client(house: House) -> Client:
    """The official client of the service, as the account itself."""
    return Client(
        Config(
            access_key_id=house.created.access_key_id,
            access_key_secret=house.created.access_key_secret,
            region_id="cn-hangzhou",
            endpoint=house.running.endpoint.removeprefix("http://"),
            protocol="http",
        )
    )


def test_a_trails_life_at_real_protocols(tmp_path: Path, places: dict[str, Peer]) -> None:
    """Created and started by the official client; objects and rows come out once each; the manifests agree."""
    oss, sls, s3 = places["oss"], places["sls"], places["s3"]
    settings = SETTINGS + "".join(table(kind, peer) for kind, peer in places.items())
    with a_service(tmp_path / "data", settings=settings) as house:
        client = a_client(house)
        client.create_trail(
            m.CreateTrailRequest(
                name="my-life",
                oss_bucket_name="audit",
                oss_key_prefix="trails",
                sls_project_arn="acs:log:cn-hangzhou::project/my-project",
                event_rw="All",
            )
        )
        client.start_logging(m.StartLoggingRequest(name="my-life"))
        archive = {"name": "archive", "destinations": [{"address": s3.address}]}
        assert house.client.request("POST", "/v1/trails", json.dumps(archive).encode(), {}).status == 200
        post(house, *(f"t-in-{number}" for number in range(120)))
        wanted = once("t-in", count=120)

        def rows() -> list[str]:
            return [row["event"] for row in sls.double.rows(*LOGSTORE)]

        house.running.until(lambda: ids(oss.held()) == wanted, "all are at OSS")
        house.running.until(lambda: ids(rows()) == wanted, "all are at SLS")
        house.running.until(lambda: ids(s3.held()) == wanted, "all are at S3")
        client.stop_logging(m.StopLoggingRequest(name="my-life"))
        post(house, "t-stopped-0")
        house.running.until(lambda: "t-stopped-0" in ids(s3.held()), "the other trail has it")
        client.update_trail(m.UpdateTrailRequest(name="my-life", oss_bucket_name="audit", event_rw="Write"))
        status = client.get_trail_status(m.GetTrailStatusRequest(name="my-life")).body
        client.delete_trail(m.DeleteTrailRequest(name="my-life"))
        left = client.describe_trails(m.DescribeTrailsRequest(name_list="my-life")).body.trail_list
        vkey = house.created.vkey

    assert (ids(oss.held()), ids(rows())) == (wanted, wanted)
    assert (
        status.is_logging,
        status.latest_delivery_error,
        status.latest_delivery_log_service_error,
        bool(status.latest_delivery_time and status.latest_delivery_log_service_time),
        left,
    ) == (False, "", "", True, [])
    assert (verified("oss://audit/trails", oss, "oss", vkey), verified(s3.address, s3, "s3", vkey)) == (
        failure.OK,
        failure.OK,
    )
