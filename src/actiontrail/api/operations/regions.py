"""DescribeRegions: the regions of the cloud that an event or a trail may name. Pure."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from actiontrail.api.operations.table import Call, Field, Operation, Parameter, Spec
from actiontrail.event.regions import REGIONS, Region


def _answer(*fields: Field) -> tuple[Field, ...]:
    region = Field(name="Region", kind="object", many=True, note="The regions, by id.", fields=fields)
    return (Field(name="Regions", kind="object", fields=(region,)),)


DESCRIBE_REGIONS = Spec(
    name="DescribeRegions",
    version="2020-07-06",
    summary="The regions that events and trails may name.",
    parameters=(
        Parameter(name="AcceptLanguage", note="Language of the names; anything but `zh-CN` means English."),
    ),
    action="actiontrail:DescribeRegions",
    answer=_answer(
        Field(name="RegionId", note="The region's id."),
        Field(name="RegionEndpoint", note="Where the managed service answers for it."),
        Field(name="LocalName", note="Its name in the language that was asked for."),
    ),
)
DESCRIBE_REGIONS_2017 = Spec(
    name="DescribeRegions",
    version="2017-12-04",
    summary="The regions that events and trails may name, by id alone.",
    action="actiontrail:DescribeRegions",
    answer=_answer(Field(name="RegionId", note="The region's id.")),
)
SPECS = (DESCRIBE_REGIONS, DESCRIBE_REGIONS_2017)


def operations(region: str) -> tuple[Operation, ...]:
    """The operations of this module; `region` is where this service is, in case the table lacks it."""
    regions = dict(sorted({region: Region(region, region), **REGIONS}.items()))
    return (
        Operation(DESCRIBE_REGIONS, partial(_describe, regions)),
        Operation(DESCRIBE_REGIONS_2017, partial(_describe_2017, regions)),
    )


def _describe(regions: Mapping[str, Region], call: Call) -> Mapping[str, Any]:
    chinese = call.values.text("AcceptLanguage").lower().startswith("zh")
    items = [
        {
            "RegionId": region_id,
            "RegionEndpoint": f"actiontrail.{region_id}.aliyuncs.com",
            "LocalName": names.chinese if chinese else names.english,
        }
        for region_id, names in regions.items()
    ]
    return {"Regions": {"Region": items}}


def _describe_2017(regions: Mapping[str, Region], _call: Call) -> Mapping[str, Any]:
    return {"Regions": {"Region": [{"RegionId": region_id} for region_id in regions]}}
