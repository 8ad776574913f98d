"""Which data events and which insights a trail delivers, and where global events are stored."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from actiontrail.api.operations.events import InvalidNextToken
from actiontrail.api.operations.table import Call, Field, InvalidParameter, Operation, Parameter, Spec
from actiontrail.api.operations.trails import ANY_TRAIL, VERSION, when
from actiontrail.delivery import selectors
from actiontrail.delivery.changes import Trails
from actiontrail.delivery.selectors import BadSelectors
from actiontrail.delivery.services import SERVICES
from actiontrail.delivery.trails import REGION, BadTrail, NoSuchTrail, Trail, data_project

TRAIL: Final = "acs:actiontrail:{region}:{account}:trail/{TrailName}"
PAGE = 20
STORAGE_REGIONS = ("cn-hangzhou", "ap-southeast-1")
_NAME = Parameter(name="TrailName", required=True, note="The trail's name.")
_PAGE = (
    Parameter(
        name="MaxResults", kind="integer", default=PAGE, most=100, note="Entries in one answer; 0 means 20."
    ),
    Parameter(name="NextToken", note="From the answer before."),
)

_ARN = Field(name="TrailArn")
_CONFIGS = Field(
    name="SlsDeliveryConfigs",
    kind="object",
    many=True,
    note="How delivery goes in each region.",
    fields=(
        Field(name="TrailRegion"),
        Field(name="RegionSlsProjectArn"),
        Field(name="Status", note="`success` or `failure`."),
        Field(name="ErrorCode"),
        Field(name="ErrorMessage"),
        Field(name="CreateTime"),
    ),
)
_EVERYWHERE = Field(name="IsTrailAllRegion", kind="boolean")
_PAGED = (
    Field(name="MaxResults", kind="integer"),
    Field(name="NextToken", note="Empty after the last page."),
)
_INSIGHTS = Field(name="InsightSelectors", many=True, note="The types that are delivered.")

PUT_DATA = Spec(
    name="PutDataEventSelector",
    version=VERSION,
    summary="Deliver data events that one of the selectors chooses, from now on, instead of those before.",
    parameters=(
        _NAME,
        Parameter(
            name="EventSelectors",
            required=True,
            note="A JSON array of up to 20 selectors: ServiceName, ReadWriteType, and EventName and ResourceArn with Equals and NotEquals, up to 10 values each.",
        ),
        Parameter(
            name="IsTrailAllRegion",
            kind="boolean",
            default=False,
            note="Whether data events of all regions are delivered.",
        ),
        Parameter(
            name="TrailRegionIds",
            note="Of which regions, separated by commas; neither given: the trail's home region.",
        ),
    ),
    action="actiontrail:PutDataEventSelector",
    resource=TRAIL,
    answer=(Field(name="DataEventSelectors", note="The JSON array as it is kept."), _ARN),
    errors=(InvalidParameter, BadSelectors, BadTrail, NoSuchTrail),
)
GET_DATA = Spec(
    name="GetDataEventSelector",
    version=VERSION,
    summary="The selectors of a trail's data events, and how delivery goes in each region.",
    parameters=(_NAME,),
    action="actiontrail:GetDataEventSelector",
    resource=TRAIL,
    answer=(
        Field(name="DataEventSelectors", note="A JSON array; empty text for none."),
        _EVERYWHERE,
        _ARN,
        _CONFIGS,
    ),
    errors=(NoSuchTrail,),
)
LIST_DATA = Spec(
    name="ListDataEventSelectors",
    version=VERSION,
    summary="The selectors of data events of all the caller's trails that have any.",
    parameters=_PAGE,
    action="actiontrail:ListDataEventSelectors",
    resource=ANY_TRAIL,
    answer=(
        Field(
            name="Data",
            kind="object",
            fields=(
                Field(
                    name="DataEventSelectorInfos",
                    kind="object",
                    many=True,
                    fields=(
                        Field(name="TrailName"),
                        _ARN,
                        Field(name="EventSelectors"),
                        _EVERYWHERE,
                        _CONFIGS,
                    ),
                ),
                *_PAGED,
            ),
        ),
    ),
    errors=(InvalidParameter, InvalidNextToken),
)
DELETE_DATA = Spec(
    name="DeleteDataEventSelector",
    version=VERSION,
    summary="Deliver no data events that are recorded from now on.",
    parameters=(_NAME,),
    action="actiontrail:DeleteDataEventSelector",
    resource=TRAIL,
    errors=(NoSuchTrail,),
)
LIST_SERVICES = Spec(
    name="ListDataEventServices",
    version=VERSION,
    summary="The services that are known to have data events, and which. Selectors may name others.",
    parameters=_PAGE,
    action="actiontrail:ListDataEventServices",
    answer=(
        Field(
            name="Data",
            kind="object",
            fields=(
                Field(
                    name="ServiceInfos",
                    kind="object",
                    many=True,
                    fields=(Field(name="ServiceName"), Field(name="EventNames", many=True)),
                ),
                *_PAGED,
            ),
        ),
    ),
    errors=(InvalidParameter, InvalidNextToken),
)
PUT_INSIGHTS = Spec(
    name="PutInsightSelectors",
    version=VERSION,
    summary="Deliver insights of these types from now on, instead of those before.",
    parameters=(
        _NAME,
        Parameter(
            name="InsightSelectors",
            required=True,
            note='A JSON array such as `[{"insightType":"AkInsight"}]`; an empty one delivers none.',
        ),
    ),
    action="actiontrail:PutInsightSelectors",
    resource=TRAIL,
    answer=(_INSIGHTS, _ARN),
    errors=(BadSelectors, NoSuchTrail),
)
GET_INSIGHTS = Spec(
    name="GetInsightSelectors",
    version=VERSION,
    summary="The types of insight that a trail delivers.",
    parameters=(_NAME,),
    action="actiontrail:GetInsightSelectors",
    resource=TRAIL,
    answer=(_INSIGHTS, _ARN),
    errors=(NoSuchTrail,),
)
GET_STORAGE = Spec(
    name="GetGlobalEventsStorageRegion",
    version=VERSION,
    summary="Where the account's global events are stored: trails of that region deliver them.",
    methods=("GET",),
    action="actiontrail:GetGlobalEventsStorageRegion",
    answer=(Field(name="StorageRegion"),),
)
UPDATE_STORAGE = Spec(
    name="UpdateGlobalEventsStorageRegion",
    version=VERSION,
    summary="Store global events that are recorded from now on in another region.",
    parameters=(
        Parameter(
            name="StorageRegion",
            required=True,
            allowed=STORAGE_REGIONS,
            note="One of the two that there are.",
        ),
    ),
    action="actiontrail:UpdateGlobalEventsStorageRegion",
    errors=(InvalidParameter,),
)
SPECS = (
    PUT_DATA,
    GET_DATA,
    LIST_DATA,
    DELETE_DATA,
    LIST_SERVICES,
    PUT_INSIGHTS,
    GET_INSIGHTS,
    GET_STORAGE,
    UPDATE_STORAGE,
)


def operations(trails: Trails) -> tuple[Operation, ...]:
    """The operations of this module."""
    return (
        Operation(PUT_DATA, lambda call: _put_data(trails, call)),
        Operation(GET_DATA, lambda call: _get_data(trails, _found(trails, call))),
        Operation(LIST_DATA, lambda call: _list_data(trails, call)),
        Operation(DELETE_DATA, lambda call: _delete_data(trails, call)),
        Operation(LIST_SERVICES, _list_services),
        Operation(PUT_INSIGHTS, lambda call: _put_insights(trails, call)),
        Operation(GET_INSIGHTS, lambda call: _insights(_found(trails, call))),
        Operation(GET_STORAGE, lambda call: {"StorageRegion": trails.global_region(call.caller.account)}),
        Operation(UPDATE_STORAGE, lambda call: _update_storage(trails, call)),
    )


def _found(trails: Trails, call: Call) -> Trail:
    return trails.find(call.caller.account, call.values.text("TrailName"), call.region)


def _put_data(trails: Trails, call: Call) -> Mapping[str, Any]:
    trail = _found(trails, call)
    chosen = selectors.parse_data(call.values.text("EventSelectors"))
    named = [part.strip() for part in call.values.text("TrailRegionIds").split(",") if part.strip()]
    if unknown := [region for region in named if not REGION.fullmatch(region)]:
        raise BadTrail(f"TrailRegionIds names {unknown[0][:40]!r}, which is no region")
    everywhere = call.values.flag("IsTrailAllRegion")
    regions = () if everywhere else tuple(dict.fromkeys(named or [trail.home_region]))
    trail = trails.update(
        trail,
        lambda before: msgspec.structs.replace(
            before, data=chosen, data_regions=regions, data_since=int(call.now)
        ),
    )
    return {"DataEventSelectors": selectors.encode_data(trail.settings.data), "TrailArn": trail.arn}


def _get_data(trails: Trails, trail: Trail) -> Mapping[str, Any]:
    return {
        "DataEventSelectors": selectors.encode_data(trail.settings.data),
        "IsTrailAllRegion": _everywhere(trail),
        "TrailArn": trail.arn,
        "SlsDeliveryConfigs": _configs(trails, trail),
    }


def _everywhere(trail: Trail) -> bool:
    return bool(trail.settings.data) and not trail.settings.data_regions


def _configs(trails: Trails, trail: Trail) -> list[Mapping[str, str]]:
    found = []
    for place in trails.places(trail):
        if place.kind != "data" or place.leaving:
            continue
        arn = f"acs:log:{place.slot}:{trail.account}:project/{data_project(trail.account, place.slot)}"
        found.append(
            {
                "TrailRegion": place.slot,
                "RegionSlsProjectArn": arn,
                "Status": "failure" if place.error else "success",
                "ErrorCode": "LogServiceException" if place.error else "",
                "ErrorMessage": place.error,
                "CreateTime": when(place.created),
            }
        )
    return sorted(found, key=lambda one: one["TrailRegion"])


def _list_data(trails: Trails, call: Call) -> Mapping[str, Any]:
    chosen = [trail for trail in trails.all(call.caller.account) if trail.settings.data]
    page, following = _page(chosen, call)
    infos = [
        {
            "TrailName": trail.name,
            "TrailArn": trail.arn,
            "EventSelectors": selectors.encode_data(trail.settings.data),
            "IsTrailAllRegion": _everywhere(trail),
            "SlsDeliveryConfigs": _configs(trails, trail),
        }
        for trail in page
    ]
    return {"Data": {"DataEventSelectorInfos": infos, **following}}


def _delete_data(trails: Trails, call: Call) -> Mapping[str, Any]:
    trails.update(
        _found(trails, call),
        lambda before: msgspec.structs.replace(before, data=(), data_regions=(), data_since=0),
    )
    return {}


def _list_services(call: Call) -> Mapping[str, Any]:
    page, following = _page(sorted(SERVICES), call)
    infos = [{"ServiceName": name, "EventNames": list(SERVICES[name])} for name in page]
    return {"Data": {"ServiceInfos": infos, **following}}


def _put_insights(trails: Trails, call: Call) -> Mapping[str, Any]:
    chosen = selectors.parse_insights(call.values.text("InsightSelectors"))
    trail = trails.update(
        _found(trails, call), lambda before: msgspec.structs.replace(before, insights=chosen)
    )
    return _insights(trail)


def _insights(trail: Trail) -> Mapping[str, Any]:
    return {"InsightSelectors": list(trail.settings.insights), "TrailArn": trail.arn}


def _update_storage(trails: Trails, call: Call) -> Mapping[str, Any]:
    trails.set_global_region(call.caller.account, call.values.text("StorageRegion"))
    return {}


def _page(entries: Sequence[Any], call: Call) -> tuple[Sequence[Any], Mapping[str, Any]]:
    """One page of `entries`, and what an answer says of it. The token is where the next page begins."""
    size = call.values.number("MaxResults") or PAGE
    start = _opened(call.values.text("NextToken"))
    more = start + size < len(entries)
    token = base64.b64encode(f"V1:{start + size}".encode()).decode() if more else ""
    return entries[start : start + size], {"MaxResults": size, "NextToken": token}


def _opened(token: str) -> int:
    if not token:
        return 0
    try:
        version, _, place = base64.b64decode(token, validate=True).decode("ascii").partition(":")
        if version == "V1" and place.isdecimal() and len(place) < 10:
            return int(place)
    except (binascii.Error, UnicodeError, ValueError):
        pass
    raise InvalidNextToken("NextToken is none that we gave")
