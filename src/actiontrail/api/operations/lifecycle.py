"""DescribeResourceLifeCycleEvents: by which events resources come to be and end, of every service we know. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from actiontrail.api.operations.table import Call, Field, Operation, Parameter, Spec
from actiontrail.event.services import Name, ResourceType, Service, services

DESCRIBE_LIFE_CYCLES = Spec(
    name="DescribeResourceLifeCycleEvents",
    version="2020-07-06",
    summary="By which events resources come to be, change and end, by service and type of resource.",
    parameters=(
        Parameter(name="ServiceName", note="One service, in any case; not given: all."),
        Parameter(
            name="ResourceType", note="One type, such as `ACS::ECS::Instance`, in any case; not given: all."
        ),
        Parameter(name="AcceptLanguage", note="Language of the labels; anything but `zh-CN` means English."),
    ),
    action="actiontrail:DescribeResourceLifeCycleEvents",
    answer=(
        Field(
            name="Data",
            note="A JSON string: services, in them types of resources, in them kinds of events with the events' names"
            " by commas; each with `label`, `labelEn`, `value` and, above the last, `children`.",
        ),
    ),
)
SPECS = (DESCRIBE_LIFE_CYCLES,)
_KINDS = (
    ("create", Name("Create Events", "创建事件")),
    ("delete", Name("Delete Events", "删除事件")),
    ("change", Name("Change Events", "变更事件")),
)


def operations() -> tuple[Operation, ...]:
    """The operations of this module."""
    return (Operation(DESCRIBE_LIFE_CYCLES, _describe),)


def _describe(call: Call) -> Mapping[str, Any]:
    wanted = call.values.text("ServiceName").lower()
    language = call.values.text("AcceptLanguage")
    found = (
        (one, _types(one, call.values.text("ResourceType").lower(), language))
        for code, one in services().items()
        if not wanted or code == wanted
    )
    data = [_node(one.name, one.code, language) | {"children": types} for one, types in found if types]
    return {"Data": msgspec.json.encode(data).decode()}


def _types(service: Service, wanted: str, language: str) -> list[dict[str, Any]]:
    return [
        _node(one.name, one.type, language) | {"children": _kinds(one, language)}
        for one in service.type
        if not wanted or one.type.lower() == wanted
    ]


def _kinds(one: ResourceType, language: str) -> list[dict[str, Any]]:
    kinds = ((label, getattr(one, name)) for name, label in _KINDS)
    return [_node(label, events, language) for label, events in kinds if events]


def _node(name: Name, value: str, language: str) -> dict[str, Any]:
    return {"label": name.within(language), "labelEn": name.english, "value": value}
