"""Destinations asked before a trail is made of them: what CreateTrail would ask, each answer told apart.

The same rules as for a trail that is made decide where anybody may ask at all (`address_of`), so a probe reaches no
place that a trail could not deliver to. Nothing is kept, here or there. Few are under way at once.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal, NamedTuple

from actiontrail.delivery import trails
from actiontrail.delivery.changes import New, Trails, aim_at, would_be
from actiontrail.delivery.destination import (
    Aim,
    BadAddress,
    Means,
    NoSuchPlace,
    NotAllowedHere,
    Open,
    PlaceDenied,
)
from actiontrail.delivery.destinations.ground import NoCredentials
from actiontrail.delivery.trails import Settings, Slot, Trail
from actiontrail.errors import Outage, Refusal
from actiontrail.event.regions import REGIONS

AT_ONCE = 4  # in the whole house
SECONDS = 8.0  # that each may take; somebody waits
MESSAGE_CHARS_MAX = 500
UNNAMED = "trail-to-be"

Name = Literal["address", "allowed", "free", "reachable", "writable", "transit", "rest"]
State = Literal["passed", "failed", "told", "skipped"]


class Check(NamedTuple):
    """One thing that was looked at. `code` says what was found in a word, `message` what the place said."""

    name: Name
    state: State
    code: str = ""
    message: str = ""


class Probed(NamedTuple):
    """A place, and how it stands with it."""

    kind: str
    address: str
    checks: tuple[Check, ...]

    @property
    def good(self) -> bool:
        """Whether a trail may deliver there."""
        return all(check.state != "failed" for check in self.checks)


class Wanted(NamedTuple):
    """A trail as somebody is about to write it down. `means` are by address; a trail that is there lends its own."""

    account: str
    region: str
    name: str
    settings: Settings
    means: Mapping[str, Means]
    before: Trail | None = None


Secrecy = Callable[[Aim], tuple[str, str]]  # how it is encrypted on the way, and at rest


class Prober:
    """Asks destinations. Safe to share between threads."""

    def __init__(
        self, own: Trails, open_: Open, secrecy: Secrecy, *, now: Callable[[], float], at_once: int = AT_ONCE
    ) -> None:
        self._trails, self._open, self._secrecy, self._now = own, open_, secrecy, now
        self._free = threading.BoundedSemaphore(at_once)

    def probe(self, wanted: Wanted) -> list[Probed]:
        """How it stands with every place that `wanted` means, data events' own projects left out.

        Raises an `Outage` if too many ask at once.
        """
        trail = self._trail(wanted)
        try:
            trails.check(trail.settings)
        except Refusal as error:
            return [_misread(trail.settings, error)]
        places = [slot for slot in trails.slots(trail, tuple(REGIONS)) if slot.kind != "data"]
        kept = self._kept(wanted)
        with self._turn():
            return [self._asked(trail, slot, {**kept, **wanted.means}) for slot in places]

    def _trail(self, wanted: Wanted) -> Trail:
        settings = trails.with_roles(wanted.settings, wanted.account)
        if wanted.before is not None:
            return replace(wanted.before, settings=settings)
        name = wanted.name if trails.NAME.fullmatch(wanted.name) else UNNAMED
        return would_be(New(wanted.account, name, wanted.region, settings), int(self._now()))

    def _kept(self, wanted: Wanted) -> Mapping[str, Means]:
        if wanted.before is None:
            return {}
        places = self._trails.places(wanted.before)
        return {place.address: self._trails.means(place) for place in places if place.kind == "other"}

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._free.acquire(blocking=False):
            raise Outage("too many destinations are being asked at once; try again", retry_after=1)
        try:
            yield
        finally:
            self._free.release()

    def _asked(self, trail: Trail, slot: Slot, means: Mapping[str, Means]) -> Probed:
        aim = aim_at(trail, slot.address, means.get(slot.address, slot.means))
        checks: list[Check] = []
        try:
            destination = self._open(aim)
        except Refusal as error:
            checks += _unopened(error)
            return Probed(slot.kind, slot.address, tuple(checks))
        checks += [Check("address", "passed"), Check("allowed", "passed")]
        try:
            if slot.kind == "oss":
                checks.append(self._unshared(trail))
            destination.probe()
        except (Refusal, Outage) as error:
            checks += _unwritten(error)
        else:
            checks += [Check("reachable", "passed"), Check("writable", "passed")]
        finally:
            destination.close()
        transit, rest = self._secrecy(aim)
        checks += [Check("transit", "told", transit), Check("rest", "told", rest)]
        return Probed(slot.kind, slot.address, tuple(checks))

    def _unshared(self, trail: Trail) -> Check:
        try:
            self._trails.check_free(trail)
        except trails.BucketTaken as error:
            return Check("free", "failed", "BucketTaken", str(error))
        return Check("free", "passed")


def _misread(settings: Settings, error: Refusal) -> Probed:
    """What cannot be read is no place yet: told of what stood there."""
    told = (settings.oss_bucket, settings.sls_project, settings.odps_project)
    address = next((one for one in told if one), settings.others[0].address if settings.others else "")
    check = Check("address", "failed", type(error).__name__, _short(error))
    return Probed("", address, (check, *_skipped("allowed", "reachable", "writable")))


def _unopened(error: Refusal) -> list[Check]:
    if isinstance(error, NotAllowedHere):
        failed = Check("allowed", "failed", "NotAllowedHere", _short(error))
        return [Check("address", "passed"), failed, *_skipped("reachable", "writable")]
    if isinstance(error, BadAddress):
        failed = Check("address", "failed", "BadAddress", _short(error))
        return [failed, *_skipped("allowed", "reachable", "writable")]
    return [  # credentials that are not there
        Check("address", "passed"),
        Check("allowed", "passed"),
        Check("reachable", "skipped"),
        Check("writable", "failed", "NoCredentials", _short(error)),
    ]


def _unwritten(error: Exception) -> list[Check]:
    if isinstance(error, PlaceDenied):
        code = "NoCredentials" if isinstance(error, NoCredentials) else "PlaceDenied"
        return [Check("reachable", "passed"), Check("writable", "failed", code, _short(error))]
    code = "NoSuchPlace" if isinstance(error, NoSuchPlace) else "NoAnswer"
    return [Check("reachable", "failed", code, _short(error)), *_skipped("writable")]


def _skipped(*names: Name) -> list[Check]:
    return [Check(name, "skipped") for name in names]


def _short(error: Exception) -> str:
    return str(error)[:MESSAGE_CHARS_MAX]
