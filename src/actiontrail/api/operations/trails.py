"""Trails in 2020-07-06: made, changed, started, stopped, deleted, and looked at.

A trail is managed in its home region: the one that was addressed when it was made, by the endpoint's name or
by RegionId, or else the service's own. Who addresses no region sees the trails of all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from actiontrail.api.operations.table import (
    Call,
    Field,
    InvalidParameter,
    Operation,
    Parameter,
    Spec,
    Values,
)
from actiontrail.delivery import trails as model
from actiontrail.delivery.changes import New, Trails
from actiontrail.delivery.destination import BadAddress
from actiontrail.delivery.tables import Place
from actiontrail.delivery.trails import Settings, Trail
from actiontrail.event import moment

VERSION: Final = "2020-07-06"
TRAIL: Final = "acs:actiontrail:{region}:{account}:trail/{Name}"
ANY_TRAIL: Final = "acs:actiontrail:{region}:{account}:trail/*"
NAMES_MAX = 100

NAME = Parameter(name="Name", required=True, note="The trail's name.")
EVENT_RW = Parameter(
    name="EventRW",
    allowed=("Write", "Read", "All"),
    note="Which management events it delivers; `Write` if it was never said.",
)
TRAIL_REGION = Parameter(
    name="TrailRegion",
    note="Events of which regions it delivers: `All` (the default), or region ids, separated by commas.",
)
OSS = (
    Parameter(
        name="OssBucketName", empty=True, note="The bucket to deliver to. It must exist and let us write."
    ),
    Parameter(
        name="OssKeyPrefix",
        empty=True,
        note="What the names of objects begin with: 6 to 32 letters, digits, `/`, `_` and `-`, a letter first.",
    ),
)
OSS_ROLE = Parameter(
    name="OssWriteRoleArn", note="The role that writes to the bucket; the service's own if it was never said."
)
SLS = (
    Parameter(
        name="SlsProjectArn",
        empty=True,
        note="The project of the log service to deliver to, as `acs:log:REGION:ACCOUNT:project/NAME`.",
    ),
    Parameter(
        name="SlsWriteRoleArn",
        note="The role that writes to the project; the service's own if it was never said.",
    ),
)
MAXCOMPUTE = (
    Parameter(
        name="MaxComputeProjectArn",
        empty=True,
        note="The MaxCompute project to deliver to, as `acs:odps:REGION:ACCOUNT:project/actiontrail_NAME`.",
    ),
    Parameter(
        name="MaxComputeWriteRoleArn",
        note="The role that writes there; the service's own if it was never said.",
    ),
)
ORGANIZATION = Parameter(
    name="IsOrganizationTrail",
    kind="boolean",
    default=False,
    note="Whether it delivers the events of all accounts of the organization that the caller manages.",
)
SETTINGS_ERRORS = (
    InvalidParameter,
    BadAddress,
    model.BadTrail,
    model.BadPrefix,
    model.NoDestination,
    model.BucketTaken,
    model.NoSuchBucket,
    model.BucketDenied,
    model.NoSuchLogProject,
    model.LogProjectDenied,
    model.NoSuchMaxComputeProject,
    model.MaxComputeDenied,
)
CREATE_ERRORS = (
    *SETTINGS_ERRORS,
    model.BadTrailName,
    model.TrailExists,
    model.TooManyTrails,
    model.TooManyOrganizationTrails,
    model.NoOrganization,
)

SETTINGS = tuple(
    Field(name=name)
    for name in (
        "Name",
        "HomeRegion",
        "EventRW",
        "TrailRegion",
        "OssBucketName",
        "OssKeyPrefix",
        "OssWriteRoleArn",
        "SlsProjectArn",
        "SlsWriteRoleArn",
        "MaxComputeProjectArn",
        "MaxComputeWriteRoleArn",
    )
)
TIMES = (
    Field(name="Status", note="`Fresh`, `Enable` or `Disable`."),
    Field(name="CreateTime"),
    Field(name="UpdateTime"),
    Field(name="StartLoggingTime", note="Empty before the first start."),
    Field(name="StopLoggingTime", note="Empty before the first stop."),
)
LISTED = Field(
    name="TrailList",
    kind="object",
    many=True,
    fields=(
        *SETTINGS,
        *TIMES,
        Field(name="Region"),
        Field(name="TrailArn"),
        Field(name="OssBucketLocation", note="Empty without a bucket."),
        Field(name="IsOrganizationTrail", kind="boolean"),
        Field(name="OrganizationId", note="Empty for a trail of one account."),
    ),
)
STATUS = (
    Field(name="IsLogging", kind="boolean"),
    Field(name="StartLoggingTime"),
    Field(name="StopLoggingTime"),
    Field(name="LatestDeliveryTime", note="When something was put into the bucket last."),
    Field(name="LatestDeliveryError", note="Why the last attempt failed; empty if it did not."),
    Field(name="LatestDeliveryLogServiceTime"),
    Field(name="LatestDeliveryLogServiceError"),
    Field(name="OssBucketStatus", kind="boolean", note="Whether there is a bucket and all is well with it."),
    Field(name="SlsLogStoreStatus", kind="boolean"),
)

CREATE_TRAIL = Spec(
    name="CreateTrail",
    version=VERSION,
    summary="Make a trail. It delivers nothing before StartLogging. Its places are asked whether they exist and let us write.",
    parameters=(
        NAME,
        *OSS,
        OSS_ROLE,
        *SLS,
        *MAXCOMPUTE,
        EVENT_RW,
        TRAIL_REGION,
        ORGANIZATION,
    ),
    action="actiontrail:CreateTrail",
    resource=ANY_TRAIL,
    answer=SETTINGS,
    errors=CREATE_ERRORS,
)
UPDATE_TRAIL = Spec(
    name="UpdateTrail",
    version=VERSION,
    summary="Change a trail from now on. What is not given stays; an empty destination is taken away.",
    parameters=(NAME, *OSS, OSS_ROLE, *SLS, *MAXCOMPUTE, EVENT_RW, TRAIL_REGION),
    action="actiontrail:UpdateTrail",
    resource=TRAIL,
    answer=SETTINGS,
    errors=(*SETTINGS_ERRORS, model.NoSuchTrail),
)
DELETE_TRAIL = Spec(
    name="DeleteTrail",
    version=VERSION,
    summary="Delete a trail. What it has not delivered yet is not delivered any more; what it has, stays.",
    parameters=(NAME,),
    action="actiontrail:DeleteTrail",
    resource=TRAIL,
    errors=(model.NoSuchTrail,),
)
START_LOGGING = Spec(
    name="StartLogging",
    version=VERSION,
    summary="Deliver what is recorded from now on. Starting twice changes nothing.",
    parameters=(NAME,),
    action="actiontrail:StartLogging",
    resource=TRAIL,
    errors=(model.NoSuchTrail,),
)
STOP_LOGGING = Spec(
    name="StopLogging",
    version=VERSION,
    summary="Deliver nothing that is recorded from now on; what was recorded before is still delivered.",
    parameters=(NAME,),
    methods=("GET",),
    action="actiontrail:StopLogging",
    resource=TRAIL,
    errors=(model.NoSuchTrail,),
)
DESCRIBE_PARAMETERS = (
    Parameter(
        name="NameList",
        note=f"Only these, separated by commas, at most {NAMES_MAX}. Names that there are not are left out.",
    ),
    Parameter(
        name="IncludeShadowTrails",
        kind="boolean",
        default=False,
        note="Whether to show trails of other home regions that deliver events of the region addressed.",
    ),
    Parameter(
        name="IncludeOrganizationTrail",
        kind="boolean",
        default=False,
        note="Whether to show the trail of the organization; one that is named is shown anyway.",
    ),
)
DESCRIBE_TRAILS = Spec(
    name="DescribeTrails",
    version=VERSION,
    summary="The caller's trails.",
    parameters=DESCRIBE_PARAMETERS,
    action="actiontrail:DescribeTrails",
    resource=ANY_TRAIL,
    answer=(LISTED,),
    errors=(InvalidParameter, model.BadTrailName),
)
GET_TRAIL_STATUS = Spec(
    name="GetTrailStatus",
    version=VERSION,
    summary="Whether a trail is started, when it delivered last, and what went wrong.",
    parameters=(
        NAME,
        Parameter(
            name="IsOrganizationTrail",
            kind="boolean",
            default=False,
            note="Borne: an account has no two trails of one name.",
        ),
    ),
    action="actiontrail:GetTrailStatus",
    resource=TRAIL,
    answer=STATUS,
    errors=(InvalidParameter, model.NoSuchTrail),
)
SPECS = (
    CREATE_TRAIL,
    UPDATE_TRAIL,
    DELETE_TRAIL,
    START_LOGGING,
    STOP_LOGGING,
    DESCRIBE_TRAILS,
    GET_TRAIL_STATUS,
)
WIRE: Mapping[str, str] = {  # parameters and what they set
    "OssBucketName": "oss_bucket",
    "OssKeyPrefix": "oss_prefix",
    "OssWriteRoleArn": "oss_role",
    "SlsProjectArn": "sls_project",
    "SlsWriteRoleArn": "sls_role",
    "MaxComputeProjectArn": "odps_project",
    "MaxComputeWriteRoleArn": "odps_role",
    "EventRW": "event_rw",
    "TrailRegion": "trail_region",
    "RoleName": "role_name",
    "MnsTopicArn": "mns_topic",
}
PLACES: Mapping[str, str] = {
    "OssBucketName": "oss",
    "SlsProjectArn": "sls",
    "MaxComputeProjectArn": "maxcompute",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What operations on trails need: the trails, and the region where this service is."""

    trails: Trails
    region: str

    def create(self, call: Call) -> Trail:
        """The trail that the call asks for."""
        values = call.values
        chosen = {name: text for name, text in settings_given(values).items() if text}
        new = New(
            call.caller.account,
            values.text("Name"),
            call.region or self.region,
            msgspec.structs.replace(Settings(), **chosen),
            values.flag("IsOrganizationTrail"),
        )
        return self.trails.create(new)

    def update(self, call: Call) -> Trail:
        """The trail as the call wants it."""
        values = call.values
        given = settings_given(values)
        asked = [kind for name, kind in PLACES.items() if values.text(name)]
        return self.trails.update(
            self.found(call), lambda before: msgspec.structs.replace(before, **given), asked=asked
        )

    def found(self, call: Call, parameter: str = "Name") -> Trail:
        """The trail that the call names. Raises `NoSuchTrail`."""
        return self.trails.find(call.caller.account, call.values.text(parameter), call.region)

    def describe(self, call: Call) -> list[Trail]:
        """The trails that the call asks for."""
        values = call.values
        names = [name.strip() for name in values.text("NameList").split(",") if name.strip()]
        if len(names) > NAMES_MAX:
            raise InvalidParameter(f"NameList holds at most {NAMES_MAX} names")
        shown = []
        for trail in self.trails.all(call.caller.account):
            if names and trail.name not in names:
                continue
            if trail.organization and not (names or values.flag("IncludeOrganizationTrail")):
                continue
            at_home = not call.region or trail.home_region == call.region
            if at_home or (values.flag("IncludeShadowTrails") and trail.in_region(call.region)):
                shown.append(trail)
        return shown


def operations(trails: Trails, *, region: str) -> tuple[Operation, ...]:
    """The operations of this module."""
    desk = Desk(trails, region)
    return (
        Operation(CREATE_TRAIL, lambda call: _settings(desk.create(call))),
        Operation(UPDATE_TRAIL, lambda call: _settings(desk.update(call))),
        Operation(DELETE_TRAIL, by_name(trails.delete)),
        Operation(START_LOGGING, by_name(trails.start)),
        Operation(STOP_LOGGING, by_name(trails.stop)),
        Operation(
            DESCRIBE_TRAILS, lambda call: {"TrailList": [_listed(trail) for trail in desk.describe(call)]}
        ),
        Operation(GET_TRAIL_STATUS, lambda call: _status(desk, call)),
    )


def by_name(change: Callable[[str, str, str], None]) -> Callable[[Call], Mapping[str, Any]]:
    """What answers an operation that takes nothing but a trail's name."""

    def run(call: Call) -> Mapping[str, Any]:
        change(call.caller.account, call.values.text("Name"), call.region)
        return {}

    return run


def settings_given(values: Values) -> dict[str, str]:
    """The settings that a call names; an empty destination is one that is taken away."""
    given = {field: values.text(name) for name, field in WIRE.items() if values.given(name)}
    if "role_name" in given:
        given = {"oss_role": "", **given}  # the older version's role is the one that writes
    return given


def _settings(trail: Trail) -> Mapping[str, Any]:
    settings = trail.settings
    return {
        "Name": trail.name,
        "HomeRegion": trail.home_region,
        "EventRW": settings.event_rw,
        "TrailRegion": settings.trail_region,
        "OssBucketName": settings.oss_bucket,
        "OssKeyPrefix": settings.oss_prefix,
        "OssWriteRoleArn": settings.oss_role,
        "SlsProjectArn": settings.sls_project,
        "SlsWriteRoleArn": settings.sls_role,
        "MaxComputeProjectArn": settings.odps_project,
        "MaxComputeWriteRoleArn": settings.odps_role,
    }


def _listed(trail: Trail) -> Mapping[str, Any]:
    return {
        **_settings(trail),
        **times(trail),
        "Region": trail.home_region,
        "TrailArn": trail.arn,
        "OssBucketLocation": f"oss-{trail.home_region}" if trail.settings.oss_bucket else "",
        "IsOrganizationTrail": bool(trail.organization),
        "OrganizationId": trail.organization,
    }


def times(trail: Trail) -> Mapping[str, str]:
    """The status of `trail` and its times; a time that did not come yet is empty."""
    return {
        "Status": trail.status,
        "CreateTime": when(trail.created),
        "UpdateTime": when(trail.updated),
        "StartLoggingTime": when(trail.started),
        "StopLoggingTime": when(trail.stopped),
    }


def when(seconds: int | None) -> str:
    """`2021-03-01T06:27:28Z`; empty for none."""
    return "" if seconds is None else moment.of_seconds(seconds)


def _status(desk: Desk, call: Call) -> Mapping[str, Any]:
    trail = desk.found(call)
    places = desk.trails.places(trail)
    oss = [place for place in places if place.kind == "oss"]
    logs = [place for place in places if place.kind in ("sls", "data")]
    return {
        "IsLogging": trail.logging,
        "StartLoggingTime": when(trail.started),
        "StopLoggingTime": when(trail.stopped),
        "LatestDeliveryTime": when(latest(oss)),
        "LatestDeliveryError": trouble(
            oss or [place for place in places if place.kind not in ("sls", "data")]
        ),
        "LatestDeliveryLogServiceTime": when(latest(logs)),
        "LatestDeliveryLogServiceError": trouble(logs),
        "OssBucketStatus": bool(oss) and not trouble(oss),
        "SlsLogStoreStatus": bool(logs) and not trouble(logs),
    }


def latest(places: list[Place]) -> int | None:
    """When one of `places` was delivered to last."""
    return max((place.delivered for place in places if place.delivered is not None), default=None)


def trouble(places: list[Place]) -> str:
    """The error of the place among `places` that failed last; empty if all is well."""
    failing = [place for place in places if place.error]
    return max(failing, key=lambda place: place.failed or 0).error if failing else ""
