"""Every operation that the official clients have, called through them, on a server that really runs.

The operations are asked of the clients' own classes, so one that a client learns tomorrow is missed here. What
comes back, as the client understood it, is held to the operation's row.
"""

import importlib
import inspect
import json
import pkgutil
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

import aliyunsdkactiontrail.request.v20200706 as old_requests
import pytest
from alibabacloud_actiontrail20171204 import models as m2017
from alibabacloud_actiontrail20171204.client import Client as Client2017
from alibabacloud_actiontrail20200706 import models as m2020
from alibabacloud_actiontrail20200706.client import Client as Client2020
from tests.kit.answers import misfits_of
from tests.kit.house import Endpoint
from tests.kit.lookup import an_event
from tests.sdk.clients import Credentials, New, Old

from actiontrail.api.operations import SPECS

SPEC = {(spec.version, spec.name): spec for spec in SPECS}
KEY = "LTAISDKSUITE"
REQUEST_ID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
SELECTOR = json.dumps(
    [{"ServiceName": "Oss", "ReadWriteType": "All", "EventName": {"Equals": ["GetObject"]}}]
)
_numbers = count(1)


def operations_of(client: type) -> list[str]:
    """The names of a new client's operations, as its methods are called."""
    methods = (name for name, _ in inspect.getmembers(client, inspect.isfunction))
    return sorted(name.removesuffix("_with_options") for name in methods if name.endswith("_with_options"))


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


class World:
    """An account, as a script of its owner sees it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        credentials = Credentials(endpoint.access_key_id, endpoint.access_key_secret)
        self.new, self.old = New(endpoint, credentials), Old(endpoint, credentials)

    def call(self, name: str, /, **parameters: Any) -> dict[str, Any]:
        """What the new client makes of the answer."""
        return self._ask(self.new.client, m2020, name, parameters)

    def call_2017(self, name: str, /, **parameters: Any) -> dict[str, Any]:
        return self._ask(self.new.client_2017, m2017, name, parameters)

    def _ask(self, client: Any, models: Any, name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        kind = getattr(models, f"{camel(name)}Request", None)
        response = getattr(client, name)(*([kind(**parameters)] if kind else []))
        return response.body.to_map()  # type: ignore[no-any-return]

    def call_old(self, name: str, /, **parameters: Any) -> dict[str, Any]:
        module = importlib.import_module(f"{old_requests.__name__}.{camel(name)}Request")
        request = getattr(module, f"{camel(name)}Request")()
        setters = {method.lower(): getattr(request, method) for method in dir(request)}
        for key, value in parameters.items():
            setters[f"set_{camel(key)}".lower()](value)
        return self.old.do(request)  # type: ignore[no-any-return]

    @contextmanager
    def trail(self, **more: Any) -> Iterator[str]:
        """A trail to a bucket and a project of its own; gone in the end."""
        name = f"sdk-suite-{next(_numbers)}"
        project = f"acs:log:cn-hangzhou:{self.endpoint.account}:project/{name}"
        made = {"oss_bucket_name": f"{name}-bucket", "sls_project_arn": project} | more
        self.call("create_trail", name=name, **made)
        try:
            yield name
        finally:
            self.call("delete_trail", name=name)

    def of_a_trail(self, operation: str, **parameters: Any) -> dict[str, Any]:
        field = "name" if operation in BY_NAME else "trail_name"
        with self.trail() as name:
            return self.call(operation, **{field: name}, **parameters)

    def template(self) -> str:
        made = self.call(
            "create_advanced_query_template", simple_query=True, template_name="t", template_sql="*"
        )
        return str(made["TemplateId"])

    def made_trail(self, call: Callable[..., dict[str, Any]], **parameters: Any) -> dict[str, Any]:
        name = f"sdk-made-{next(_numbers)}"
        answer = call("create_trail", name=name, oss_bucket_name=f"{name}-bucket", **parameters)
        self.call("delete_trail", name=name)
        return answer

    def job(self, operation: str, call: Callable[..., dict[str, Any]]) -> dict[str, Any]:
        """What an operation on a backfill answers; the job is gone in the end."""
        with self.trail() as name:
            made = call("create_delivery_history_job", trail_name=name)
            answer = made if operation.startswith("create") else {}
            if operation.startswith("get"):
                answer = call(operation, job_id=made["JobId"])
            if operation.startswith("list"):
                answer = call(operation)
            gone = call("delete_delivery_history_job", job_id=made["JobId"])
            return answer or gone

    def selected(self, operation: str) -> dict[str, Any]:
        with self.trail() as name:
            put = self.call("put_data_event_selector", trail_name=name, event_selectors=SELECTOR)
            if operation.startswith("put"):
                return put
            return self.call(operation, **({} if operation.startswith("list") else {"trail_name": name}))


BY_NAME = {"get_trail_status", "start_logging", "stop_logging", "update_trail"}
TRAILS = ["get_trail_status", "start_logging", "stop_logging"]
JOBS = [f"{verb}_delivery_history_job" for verb in ("create", "get", "delete")] + [
    "list_delivery_history_jobs"
]
SELECTORS = ["put_data_event_selector", "get_data_event_selector", "delete_data_event_selector", "list_data_event_selectors"]  # fmt: skip
USES = ["events", "ips", "resources"]
Call = Callable[[World], dict[str, Any]]

CALLS: dict[str, Call] = {
    "create_trail": lambda w: w.made_trail(w.call, event_rw="All", is_organization_trail=False),
    "update_trail": lambda w: w.of_a_trail("update_trail", event_rw="All"),
    "delete_trail": lambda w: _deleted(w, w.call),
    "describe_trails": lambda w: _described(w, w.call),
    **{name: lambda w, name=name: w.of_a_trail(name) for name in TRAILS},  # type: ignore[misc]
    **{name: lambda w, name=name: w.job(name, w.call) for name in JOBS},  # type: ignore[misc]
    **{name: lambda w, name=name: w.selected(name) for name in SELECTORS},  # type: ignore[misc]
    "list_data_event_services": lambda w: w.call("list_data_event_services"),
    "put_insight_selectors": lambda w: w.of_a_trail("put_insight_selectors", insight_selectors='[{"insightType":"AkInsight"}]'),
    "get_insight_selectors": lambda w: w.of_a_trail("get_insight_selectors"),
    "get_global_events_storage_region": lambda w: w.call("get_global_events_storage_region"),
    "update_global_events_storage_region": lambda w: w.call("update_global_events_storage_region", storage_region="cn-hangzhou"),
    "lookup_events": lambda w: w.call("lookup_events", max_results="5"),
    "lookup_insight_events": lambda w: w.call("lookup_insight_events", max_results="5"),
    "get_insights_events_count": lambda w: w.call("get_insights_events_count"),
    "enable_insight": lambda w: w.call("enable_insight", insight_type="IpInsight"),
    "disable_insight": lambda w: w.call("disable_insight", insight_type="IpInsight"),
    "get_insight_types": lambda w: w.call("get_insight_types"),
    "get_access_key_last_used_info": lambda w: w.call("get_access_key_last_used_info", access_key=KEY),
    "get_access_key_last_used_products": lambda w: w.call("get_access_key_last_used_products", access_key=KEY),
    **{
        f"get_access_key_last_used_{what}": lambda w, what=what: w.call(  # type: ignore[misc]
            f"get_access_key_last_used_{what}", access_key=KEY, service_name="Ecs", page_size="5"
        )
        for what in USES
    },
    "create_advanced_query_template": lambda w: w.call("create_advanced_query_template", simple_query=False, template_sql="*"),
    "update_advanced_query_template": lambda w: w.call("update_advanced_query_template", template_id=w.template(), simple_query=True, template_name="u"),
    "get_advanced_query_template": lambda w: w.call("get_advanced_query_template", template_id=w.template()),
    "describe_advanced_query_template": lambda w: w.call("describe_advanced_query_template", page_number=1, page_size=5),
    "delete_advanced_query_template": lambda w: w.call("delete_advanced_query_template", template_id=w.template()),
    "create_advanced_query_history": lambda w: w.call("create_advanced_query_history", simple_query=True, query_sql="*"),
    "describe_advanced_query_history": lambda w: w.call("describe_advanced_query_history"),
    "delete_advanced_query_history": lambda w: w.call("delete_advanced_query_history", query_id="query-x"),
    "describe_scenes": lambda w: w.call("describe_scenes", search_code="ak"),
    "describe_search_templates": lambda w: w.call("describe_search_templates", scene_id=w.call("describe_scenes")["SceneList"][0]["SceneId"]),
    "describe_regions": lambda w: w.call("describe_regions", accept_language="zh-CN"),
    "describe_resource_life_cycle_events": lambda w: w.call("describe_resource_life_cycle_events", service_name="ECS"),
    "describe_user_log_count": lambda w: w.call("describe_user_log_count"),
    "describe_user_alert_count": lambda w: w.call("describe_user_alert_count", start_date="2026-01-01", end_date="2026-01-02"),
    "get_governance_metrics": lambda w: w.call("get_governance_metrics"),
}  # fmt: skip
CALLS_2017: dict[str, Call] = {
    "create_trail": lambda w: w.made_trail(w.call_2017),
    "update_trail": lambda w: _on_a_trail(w, "update_trail", w.call_2017, event_rw="All"),
    "delete_trail": lambda w: _deleted(w, w.call_2017),
    "describe_trails": lambda w: _described(w, w.call_2017),
    **{name: lambda w, name=name: _on_a_trail(w, name, w.call_2017) for name in TRAILS},  # type: ignore[misc]
    "lookup_events": lambda w: w.call_2017("lookup_events", event_name="RunInstances", max_results="5"),
    "describe_regions": lambda w: w.call_2017("describe_regions"),
}
CALLS_OLD: dict[str, Call] = {
    "create_trail": lambda w: w.made_trail(w.call_old),
    "update_trail": lambda w: _on_a_trail(w, "update_trail", w.call_old, event_rw="All"),
    "delete_trail": lambda w: _deleted(w, w.call_old),
    "describe_trails": lambda w: _described(w, w.call_old),
    **{name: lambda w, name=name: _on_a_trail(w, name, w.call_old) for name in TRAILS},  # type: ignore[misc]
    **{name: lambda w, name=name: w.job(name, w.call_old) for name in JOBS},  # type: ignore[misc]
    "lookup_events": lambda w: w.call_old("lookup_events", max_results="5"),
    "describe_regions": lambda w: w.call_old("describe_regions"),
    "get_access_key_last_used_info": lambda w: w.call_old("get_access_key_last_used_info", access_key=KEY),
    "get_access_key_last_used_products": lambda w: w.call_old("get_access_key_last_used_products", access_key=KEY),
    **{
        f"get_access_key_last_used_{what}": lambda w, what=what: w.call_old(  # type: ignore[misc]
            f"get_access_key_last_used_{what}", access_key=KEY, service_name="Ecs"
        )
        for what in USES
    },
}  # fmt: skip


def _on_a_trail(
    world: World, operation: str, call: Callable[..., dict[str, Any]], **more: Any
) -> dict[str, Any]:
    with world.trail() as name:
        return call(operation, name=name, **more)


def _deleted(world: World, call: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    name = f"sdk-gone-{next(_numbers)}"
    world.call("create_trail", name=name, oss_bucket_name=f"{name}-bucket")
    return call("delete_trail", name=name)


def _described(world: World, call: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    with world.trail() as name:
        found = call("describe_trails", name_list=f"{name},no-such-trail")
        assert [trail["Name"] for trail in found["TrailList"]] == [name]
        return found


@pytest.fixture(scope="module")
def world(endpoint: Endpoint) -> World:
    """With two uses of a key in its record."""
    at = datetime.fromtimestamp(time.time() - 60, UTC)
    who = {"accessKeyId": KEY, "userName": "alice", "type": "ram-user", "principalId": "2", "accountId": "1"}
    found = {"ACS::ECS::Instance": ["i-1"]}
    endpoint.record(
        [
            an_event(
                f"sdk-{number}",
                at=at,
                eventName="RunInstances",
                userIdentity=who,
                sourceIpAddress="203.0.113.7",
                referencedResources=found,
            )
            for number in range(2)
        ]
    )
    return World(endpoint)


@pytest.mark.parametrize("name", operations_of(Client2020))
def test_every_operation_of_the_new_client(world: World, name: str) -> None:
    """Whatever a script of today calls is answered, and understood."""
    answer = CALLS[name](world)

    assert misfits_of(SPEC["2020-07-06", camel(name)], answer) == []
    assert REQUEST_ID.fullmatch(answer["RequestId"])


@pytest.mark.parametrize("name", operations_of(Client2017))
def test_every_operation_of_the_client_of_2017(world: World, name: str) -> None:
    """Scripts that nobody has touched for years."""
    answer = CALLS_2017[name](world)

    assert misfits_of(SPEC["2017-12-04", camel(name)], answer) == []


@pytest.mark.parametrize(
    "name",
    sorted(module.name.removesuffix("Request") for module in pkgutil.iter_modules(old_requests.__path__)),
)
def test_every_operation_of_the_old_client(world: World, name: str) -> None:
    """Its signature stands in the query, its answers are plain JSON."""
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    answer = CALLS_OLD[snake](world)

    assert misfits_of(SPEC["2020-07-06", name], answer) == []


def test_no_call_is_made_of_an_operation_that_no_client_has() -> None:
    """A name that was mistyped would be called by nobody."""
    assert (set(CALLS), set(CALLS_2017)) == (set(operations_of(Client2020)), set(operations_of(Client2017)))


def test_the_two_operations_of_the_newest_clients_are_here(world: World) -> None:
    """The Python client does not have them yet; others do, and send GET."""
    with world.trail() as name:
        figures = _common(
            world,
            "DescribeTrailDeliveryMetricData",
            TrailName=name,
            MetricName="delivery_oss_success_count",
            Period="3600",
            StartTime="2026-01-01T00:00:00Z",
            EndTime="2026-01-01T02:00:00Z",
        )
        trails = _common(world, "DescribeUserTrailCount")

    assert (
        misfits_of(SPEC["2020-07-06", "DescribeTrailDeliveryMetricData"], figures),
        misfits_of(SPEC["2020-07-06", "DescribeUserTrailCount"], trails),
    ) == ([], [])


def _common(world: World, action: str, **parameters: str) -> dict[str, Any]:
    from aliyunsdkcore.request import CommonRequest

    request = CommonRequest(domain=world.endpoint.host, version="2020-07-06", action_name=action)
    request.set_method("GET")
    for name, value in parameters.items():
        request.add_query_param(name, value)
    return world.old.do(request)  # type: ignore[no-any-return]
