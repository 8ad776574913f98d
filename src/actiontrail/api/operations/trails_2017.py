"""Trails in 2017-12-04: the same trails, by the parameters and in the shapes of that version.

One role, `RoleName`, writes to the bucket; `MnsTopicArn` is kept and answered, and nothing is sent there.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from actiontrail.api.operations import trails as newer
from actiontrail.api.operations.table import Call, Field, InvalidParameter, Operation, Parameter
from actiontrail.api.operations.trails import Desk, by_name, latest, times, trouble, when
from actiontrail.delivery import trails as model
from actiontrail.delivery.changes import Trails
from actiontrail.delivery.trails import Trail

VERSION: Final = "2017-12-04"
_OLD = (
    Parameter(
        name="RoleName", note="The role that writes to the bucket; the service's own if it was never said."
    ),
    Parameter(name="MnsTopicArn", note="Kept and answered; nothing is sent there."),
)
_CHOICE = (newer.EVENT_RW, newer.TRAIL_REGION)

_SETTINGS = tuple(
    Field(name=name)
    for name in (
        "Name",
        "HomeRegion",
        "EventRW",
        "TrailRegion",
        "OssBucketName",
        "OssKeyPrefix",
        "RoleName",
        "SlsProjectArn",
        "SlsWriteRoleArn",
        "MnsTopicArn",
    )
)
_LISTED = Field(
    name="TrailList",
    kind="object",
    many=True,
    fields=(*_SETTINGS, *newer.TIMES, Field(name="IsOrganizationTrail", kind="boolean")),
)

CREATE_TRAIL = replace(
    newer.CREATE_TRAIL,
    version=VERSION,
    parameters=(newer.NAME, *newer.OSS, *_OLD, *newer.SLS, *_CHOICE, newer.ORGANIZATION),
    answer=_SETTINGS,
)
UPDATE_TRAIL = replace(
    newer.UPDATE_TRAIL,
    version=VERSION,
    parameters=(newer.NAME, *newer.OSS, *_OLD, *newer.SLS, *_CHOICE),
    answer=_SETTINGS,
)
DELETE_TRAIL = replace(newer.DELETE_TRAIL, version=VERSION)
START_LOGGING = replace(newer.START_LOGGING, version=VERSION, methods=("GET",))
STOP_LOGGING = replace(newer.STOP_LOGGING, version=VERSION)
DESCRIBE_TRAILS = replace(
    newer.DESCRIBE_TRAILS, version=VERSION, answer=(_LISTED,), errors=(InvalidParameter,)
)
GET_TRAIL_STATUS = replace(newer.GET_TRAIL_STATUS, version=VERSION, answer=newer.STATUS[:5])
SPECS = (
    CREATE_TRAIL,
    UPDATE_TRAIL,
    DELETE_TRAIL,
    START_LOGGING,
    STOP_LOGGING,
    DESCRIBE_TRAILS,
    GET_TRAIL_STATUS,
)


def operations(trails: Trails, *, region: str) -> tuple[Operation, ...]:
    """The operations of this module."""
    desk = Desk(trails, region)
    return (
        Operation(CREATE_TRAIL, lambda call: _settings(desk.create(call))),
        Operation(UPDATE_TRAIL, lambda call: _settings(desk.update(call))),
        Operation(DELETE_TRAIL, by_name(trails.delete)),
        Operation(START_LOGGING, by_name(trails.start)),
        Operation(STOP_LOGGING, by_name(trails.stop)),
        Operation(DESCRIBE_TRAILS, lambda call: {"TrailList": [_listed(one) for one in desk.describe(call)]}),
        Operation(GET_TRAIL_STATUS, lambda call: _status(desk, call)),
    )


def _settings(trail: Trail) -> Mapping[str, Any]:
    settings = trail.settings
    return {
        "Name": trail.name,
        "HomeRegion": trail.home_region,
        "EventRW": settings.event_rw,
        "TrailRegion": settings.trail_region,
        "OssBucketName": settings.oss_bucket,
        "OssKeyPrefix": settings.oss_prefix,
        "RoleName": _role_name(trail),
        "SlsProjectArn": settings.sls_project,
        "SlsWriteRoleArn": settings.sls_role,
        "MnsTopicArn": settings.mns_topic,
    }


def _role_name(trail: Trail) -> str:
    """As it was given, or the name in the ARN that the newer version was given."""
    if trail.settings.role_name:
        return trail.settings.role_name
    name = (trail.settings.oss_role or trail.settings.sls_role).rpartition("/")[2]
    return model.ROLE_NAME if name in ("", model.SERVICE_ROLE) else name


def _listed(trail: Trail) -> Mapping[str, Any]:
    return {**_settings(trail), **times(trail), "IsOrganizationTrail": bool(trail.organization)}


def _status(desk: Desk, call: Call) -> Mapping[str, Any]:
    trail = desk.found(call)
    places = desk.trails.places(trail)
    return {
        "IsLogging": trail.logging,
        "StartLoggingTime": when(trail.started),
        "StopLoggingTime": when(trail.stopped),
        "LatestDeliveryTime": when(latest(places)),
        "LatestDeliveryError": trouble(places),
    }
