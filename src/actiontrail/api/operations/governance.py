"""GetGovernanceMetrics: how well the account keeps its audit log, computed from its trails.

Score: 40 for a trail that is enabled, and 20 each for one that brings reads and writes, that brings all regions, and
whose places all took what they were last given. The best trail counts; an account without trails has 0.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from actiontrail.api.operations.table import Call, Field, Operation, Spec
from actiontrail.delivery.changes import Trails
from actiontrail.delivery.tables import Place
from actiontrail.delivery.trails import ALL_REGIONS, ENABLE, Trail

ITEM = "actiontrail_storage_audit_log"
FOR_EVER = "999"  # days, as the public API writes "without an end"

GET_METRICS = Spec(
    name="GetGovernanceMetrics",
    version="2020-07-06",
    summary="How well the account keeps its audit log, by its best trail.",
    action="actiontrail:GetGovernanceMetrics",
    answer=(
        Field(
            name="Data",
            kind="object",
            fields=(
                Field(name="AccountId", note="The account."),
                Field(
                    name="GovernanceMetrics",
                    kind="object",
                    many=True,
                    fields=(
                        Field(name="GovernanceItem", note=f"`{ITEM}`."),
                        Field(name="GovernanceScore", note="0 to 100, as a string."),
                        Field(
                            name="ColumnsSchema",
                            always=False,
                            note="The trail that the score is of, a JSON string; missing if there is no trail."
                            " A life cycle is empty where the bucket is elsewhere and we do not know it.",
                        ),
                    ),
                ),
            ),
        ),
    ),
)
SPECS = (GET_METRICS,)


def operations(trails: Trails, *, kept_here: bool) -> tuple[Operation, ...]:
    """The operations of this module. `kept_here`: OSS buckets are folders of this service, which never expire."""
    return (Operation(GET_METRICS, partial(_get_metrics, trails, FOR_EVER if kept_here else "")),)


def _get_metrics(trails: Trails, life_cycle: str, call: Call) -> Mapping[str, Any]:
    account = call.caller.account
    found = [(trail, trails.places(trail)) for trail in trails.all(account)]
    metric: dict[str, Any] = {"GovernanceItem": ITEM, "GovernanceScore": "0"}
    if found:
        trail, places = max(found, key=lambda pair: (score(*pair), pair[0].name))
        metric["GovernanceScore"] = str(score(trail, places))
        metric["ColumnsSchema"] = _columns(trail, places, life_cycle, count=len(found))
    return {"Data": {"AccountId": account, "GovernanceMetrics": [metric]}}


def score(trail: Trail, places: list[Place]) -> int:
    """How good a trail is, 0 to 100; see the head of this module."""
    if trail.status != ENABLE:
        return 0
    good = (
        trail.settings.event_rw == "All",
        trail.settings.trail_region == ALL_REGIONS,
        bool(places) and not any(place.error for place in places),
    )
    return 40 + 20 * sum(good)


def _columns(trail: Trail, places: list[Place], life_cycle: str, *, count: int) -> str:
    oss = [place for place in places if place.kind == "oss"]
    delivering = "" if not oss else "abnormal" if any(place.error for place in oss) else "normal"
    kept = life_cycle if oss else ""
    return msgspec.json.encode(
        {
            "trailName": trail.name,
            "homeRegion": trail.home_region,
            "trailRegion": trail.settings.trail_region,
            "trailStatus": trail.status,
            "eventRW": trail.settings.event_rw,
            "isOrganizationTrail": bool(trail.organization),
            "ossDeliveryStatus": delivering,
            "deliveryObjectLifeCycle": kept,
            "ossBucketLifeCycle": kept,
            "trailTotal": count,
        }
    ).decode()
