"""The official clients, pointed at a server of ours, and one shape for what they answer or raise."""

import json
from dataclasses import dataclass
from typing import Any

from alibabacloud_actiontrail20171204 import models as m2017
from alibabacloud_actiontrail20171204.client import Client as Client2017
from alibabacloud_actiontrail20200706 import models as m2020
from alibabacloud_actiontrail20200706.client import Client as Client2020
from alibabacloud_tea_openapi import exceptions as new
from alibabacloud_tea_openapi.utils_models import Config
from aliyunsdkactiontrail.request.v20200706.DescribeRegionsRequest import DescribeRegionsRequest
from aliyunsdkactiontrail.request.v20200706.LookupEventsRequest import LookupEventsRequest
from aliyunsdkcore.acs_exception.exceptions import ServerException as OldRefusal
from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.client import AcsClient
from tests.kit.house import Endpoint

Attribute = m2020.LookupEventsRequestLookupAttribute


@dataclass(frozen=True)
class Credentials:
    """What a client signs with."""

    key_id: str
    secret: str
    token: str = ""


@dataclass(frozen=True)
class Raised:
    """What a client made of a refusal."""

    kind: str
    code: str
    status: int
    request_id: str
    message: str


class New:
    """The new client, of either version and either signature."""

    def __init__(self, endpoint: Endpoint, credentials: Credentials, *, algorithm: str = "") -> None:
        config = Config(
            access_key_id=credentials.key_id,
            access_key_secret=credentials.secret,
            security_token=credentials.token or None,
            region_id="cn-hangzhou",
            endpoint=endpoint.address,
            protocol="http",
        )
        if algorithm:
            config.signature_algorithm = algorithm
        self.client = Client2020(config)
        self.client_2017 = Client2017(config)

    def lookup(self, *attributes: tuple[str, str], **parameters: str) -> list[dict[str, Any]]:
        return self.page(*attributes, **parameters).events or []

    def page(self, *attributes: tuple[str, str], **parameters: str) -> m2020.LookupEventsResponseBody:
        wanted = [Attribute(key=key, value=value) for key, value in attributes]
        request = m2020.LookupEventsRequest(lookup_attribute=wanted, **parameters)
        return self.client.lookup_events(request).body

    def lookup_2017(self, **filters: str) -> list[dict[str, Any]]:
        return self.client_2017.lookup_events(m2017.LookupEventsRequest(**filters)).body.events or []

    def regions(self) -> list[str]:
        answer = self.client.describe_regions(m2020.DescribeRegionsRequest()).body
        return [region.region_id for region in answer.regions.region]

    def raised(self, *attributes: tuple[str, str], **parameters: str) -> Raised:
        try:
            self.page(*attributes, **parameters)
        except new.AlibabaCloudException as error:
            return Raised(
                type(error).__name__, error.code, error.status_code, error.request_id, error.message
            )
        raise AssertionError("it was let in")


class Old:
    """The old core client."""

    def __init__(self, endpoint: Endpoint, credentials: Credentials) -> None:
        if credentials.token:
            session = StsTokenCredential(credentials.key_id, credentials.secret, credentials.token)
            self.client = AcsClient(region_id="cn-hangzhou", credential=session, port=endpoint.port)
        else:
            self.client = AcsClient(credentials.key_id, credentials.secret, "cn-hangzhou", port=endpoint.port)
        self.host = endpoint.host

    def lookup(self, *attributes: tuple[str, str], **parameters: str) -> list[dict[str, Any]]:
        request = LookupEventsRequest()
        if attributes:
            request.set_LookupAttributes([{"Key": key, "Value": value} for key, value in attributes])
        for name, value in parameters.items():
            request.add_query_param("".join(part.capitalize() for part in name.split("_")), value)
        return self.do(request)["Events"]  # type: ignore[no-any-return]

    def regions(self) -> list[str]:
        return [region["RegionId"] for region in self.do(DescribeRegionsRequest())["Regions"]["Region"]]

    def do(self, request: Any) -> Any:
        request.set_endpoint(self.host)
        request.set_protocol_type("http")
        return json.loads(self.client.do_action_with_exception(request))

    def raised(self, *attributes: tuple[str, str], **parameters: str) -> Raised:
        try:
            self.lookup(*attributes, **parameters)
        except OldRefusal as error:
            return Raised(
                type(error).__name__, error.error_code, error.http_status, error.request_id, error.message
            )
        raise AssertionError("it was let in")
