"""A trail: its name, its settings, its states, and which places they mean. Pure.

Fresh, then by StartLogging Enable, by StopLogging Disable, and back. Which records belong to a trail is
decided by places of the ledger, never by the clock: see `changes.py`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import msgspec

from actiontrail.delivery.destination import Means
from actiontrail.delivery.rules import EVENT_RW, Rules
from actiontrail.delivery.selectors import DataSelector
from actiontrail.errors import Refusal

Status = Literal["Fresh", "Enable", "Disable"]
FRESH, ENABLE, DISABLE = "Fresh", "Enable", "Disable"
ALL_REGIONS = "All"
TRAILS_MAX = 5  # of a single account in a home region
OTHERS_MAX = 10  # further places of one trail
NAME = re.compile(r"[a-z][a-z0-9_-]{5,35}", re.ASCII)
BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{2,62}", re.ASCII)
PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9/_-]{5,31}", re.ASCII)
REGION = re.compile(r"[a-z]{2,}(-[a-z0-9]+)+", re.ASCII)
SLS_ARN = re.compile(r"acs:log:([a-z0-9-]+):(\d*):project/([a-z0-9][a-z0-9-]{1,61}[a-z0-9])", re.ASCII)
ODPS_ARN = re.compile(r"acs:odps:([a-z0-9-]+):(\d*):project/(actiontrail_[A-Za-z0-9_]{1,100})", re.ASCII)
SERVICE_ROLE = "aliyunserviceroleforactiontrail"
ROLE_NAME = "AliyunServiceRoleForActionTrail"


class BadTrail(Refusal):
    """A setting of a trail is not what it may be."""


class BadTrailName(Refusal):
    """A trail's name has 6 to 36 characters: small letters first, then also digits, `-` and `_`."""


class BadPrefix(Refusal):
    """An OSS prefix is empty, or has 6 to 32 characters: a letter first, then also digits, `/`, `_` and `-`."""


class NoDestination(Refusal):
    """A trail delivers to at least one place."""


class TrailExists(Refusal):
    """The account has a trail of this name."""


class NoSuchTrail(Refusal):
    """The account has no trail of this name in the region that was asked."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no trail {name[:64]!r} here")


class BucketTaken(Refusal):
    """Another trail of the account delivers to this bucket under the same prefix."""


class TooManyTrails(Refusal):
    """The account has as many trails in this region as it may have."""


class TooManyOrganizationTrails(Refusal):
    """An account has one trail of its whole organization."""


class NoOrganization(Refusal):
    """The account does not manage an organization."""


class NoSuchBucket(Refusal):
    """The OSS bucket does not exist."""


class BucketDenied(Refusal):
    """The OSS bucket exists and does not let us write."""


class NoSuchLogProject(Refusal):
    """The project of the log service does not exist."""


class LogProjectDenied(Refusal):
    """The project of the log service exists and does not let us write."""


class NoSuchMaxComputeProject(Refusal):
    """The MaxCompute project does not exist."""


class MaxComputeDenied(Refusal):
    """The MaxCompute project exists and does not let us write."""


class Organization(NamedTuple):
    """The accounts that a management account manages, itself among them."""

    id: str
    accounts: tuple[str, ...]


Directory = Callable[
    [str], Organization | None
]  # the organization that an account manages; None if it manages none


class Other(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place beyond those of the public API. How it is written to is sealed elsewhere."""

    address: str


class Settings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the owner of a trail chose. Empty means not chosen."""

    event_rw: str = "Write"
    trail_region: str = ALL_REGIONS
    oss_bucket: str = ""
    oss_prefix: str = ""
    oss_role: str = ""
    sls_project: str = ""
    sls_role: str = ""
    odps_project: str = ""
    odps_role: str = ""
    role_name: str = ""
    mns_topic: str = ""
    others: tuple[Other, ...] = ()
    data: tuple[DataSelector, ...] = ()
    data_regions: tuple[str, ...] = ()  # none: all of them
    data_since: int = 0  # when selectors were put last
    insights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trail:
    """A trail of an account. Times are seconds since 1970."""

    id: str
    account: str
    name: str
    home_region: str
    organization: str
    status: Status
    created: int
    updated: int
    started: int | None
    stopped: int | None
    revision: int
    settings: Settings

    @property
    def arn(self) -> str:
        """Its name among everything that there is."""
        return f"acs:actiontrail:{self.home_region}:{self.account}:trail/{self.name}"

    @property
    def logging(self) -> bool:
        """Whether what is recorded now will be delivered."""
        return self.status == ENABLE

    def in_region(self, region: str) -> bool:
        """Whether its rules take events of `region`."""
        chosen = regions_of(self.settings.trail_region)
        return not chosen or region in chosen


class Slot(NamedTuple):
    """One place that a trail's settings mean: of a kind, `slot` telling places of one kind apart."""

    kind: str
    slot: str
    address: str
    means: Means = Means()


def check_name(name: str) -> None:
    """Raises `BadTrailName`."""
    if not NAME.fullmatch(name):
        raise BadTrailName(f"{name[:64]!r} does not match {NAME.pattern}")


def check(settings: Settings) -> None:
    """Raises `BadTrail`, `BadPrefix` or `NoDestination` for the first rule that `settings` break."""
    if settings.event_rw not in EVENT_RW:
        raise BadTrail(f"EventRW is {', '.join(EVENT_RW)}, not {settings.event_rw[:40]!r}")
    check_regions(settings)
    if not (settings.oss_bucket or settings.sls_project or settings.odps_project or settings.others):
        raise NoDestination("a trail needs a bucket, a project, or another place to deliver to")
    if settings.oss_bucket and not BUCKET.fullmatch(settings.oss_bucket):
        raise BadTrail(f"no bucket can be called {settings.oss_bucket[:64]!r}")
    if settings.oss_prefix and not PREFIX.fullmatch(settings.oss_prefix):
        raise BadPrefix(f"{settings.oss_prefix[:64]!r} does not match {PREFIX.pattern}")
    if settings.sls_project and not SLS_ARN.fullmatch(settings.sls_project):
        raise BadTrail("SlsProjectArn has the form acs:log:REGION:ACCOUNT:project/NAME")
    if settings.odps_project and not ODPS_ARN.fullmatch(settings.odps_project):
        raise BadTrail("MaxComputeProjectArn has the form acs:odps:REGION:ACCOUNT:project/actiontrail_NAME")
    addresses = [one.address for one in settings.others]
    if len(addresses) > OTHERS_MAX or len(set(addresses)) < len(addresses):
        raise BadTrail(f"a trail has at most {OTHERS_MAX} further destinations, each once")


def check_regions(settings: Settings) -> None:
    """Raises `BadTrail` if a region that they name can be none."""
    for region in regions_of(settings.trail_region):
        if not REGION.fullmatch(region):
            raise BadTrail(f"TrailRegion names {region[:40]!r}, which is no region")


def regions_of(trail_region: str) -> tuple[str, ...]:
    """The regions that `TrailRegion` names; none for all of them."""
    named = tuple(dict.fromkeys(part.strip() for part in trail_region.split(",") if part.strip()))
    return () if ALL_REGIONS in named else named


def with_roles(settings: Settings, account: str) -> Settings:
    """`settings` with the service's own role wherever a place needs one and none was named."""
    default = f"acs:ram::{account}:role/{SERVICE_ROLE}"
    if settings.role_name and settings.role_name != ROLE_NAME:
        default = f"acs:ram::{account}:role/{settings.role_name.lower()}"
    return msgspec.structs.replace(
        settings,
        oss_role=(settings.oss_role or default) if settings.oss_bucket else "",
        oss_prefix=settings.oss_prefix if settings.oss_bucket else "",
        sls_role=(settings.sls_role or default) if settings.sls_project else "",
        odps_role=(settings.odps_role or default) if settings.odps_project else "",
    )


def slots(trail: Trail, all_regions: tuple[str, ...]) -> list[Slot]:
    """The places that `trail` delivers to now; of `all_regions` where its data events come from all."""
    settings = trail.settings
    logstore = f"actiontrail_{trail.name}"
    found: list[Slot] = []
    if settings.oss_bucket:
        address = f"oss://{settings.oss_bucket}/{settings.oss_prefix}".rstrip("/")
        found.append(Slot("oss", "", address, Means(role=settings.oss_role)))
    if arn := SLS_ARN.fullmatch(settings.sls_project):
        means = Means(role=settings.sls_role, region=arn[1])
        found.append(Slot("sls", "", f"sls://{arn[3]}/{logstore}", means))
    if arn := ODPS_ARN.fullmatch(settings.odps_project):
        table = logstore.replace("-", "_")
        means = Means(role=settings.odps_role, region=arn[1])
        found.append(Slot("maxcompute", "", f"maxcompute://{arn[3]}/{table}", means))
    found += [Slot("other", one.address, one.address) for one in settings.others]
    if settings.data:
        for region in settings.data_regions or all_regions:
            project = data_project(trail.account, region)
            found.append(Slot("data", region, f"sls://{project}/{logstore}", Means(region=region)))
    return found


def global_region(region: str) -> str:
    """Where global events are stored by a service in `region`: one place in China, one elsewhere."""
    return "cn-hangzhou" if region.startswith("cn-") else "ap-southeast-1"


def data_project(account: str, region: str) -> str:
    """The project of the log service that gets the data events of `region`."""
    return f"actiontrail-log-{account}-{region}"


def rules(trail: Trail, organization: Organization | None, global_region: str) -> Rules:
    """What `trail` delivers from now on."""
    settings = trail.settings
    several = bool(trail.organization)
    accounts = organization.accounts if several and organization else ()
    return Rules(
        accounts=tuple(sorted({trail.account, *accounts})),
        home_region=trail.home_region,
        event_rw=settings.event_rw,
        regions=regions_of(settings.trail_region),
        global_region=global_region,
        organization=several,
        data=settings.data,
        data_regions=settings.data_regions,
        insights=settings.insights,
    )
