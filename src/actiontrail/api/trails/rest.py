"""Trails over our own interface, under `/v1/trails`: with destinations of every kind, and backfills of any range.

The same trails as those of the public API, by the same policies. Credentials of destinations go in and never come
out: they are sealed at rest, and neither answers nor the events that these requests become hold them.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import UNSET

from actiontrail.access.keys import Caller
from actiontrail.api.operations.trails import when
from actiontrail.api.rest import at_moment
from actiontrail.api.trails.values import (
    BackfillAsk,
    Condition,
    DataEventsAsk,
    DataSelection,
    DestinationAsk,
    InsightsAsk,
    JobAnswer,
    JobGone,
    JobsAnswer,
    JobShown,
    JobState,
    Nothing,
    PlaceShown,
    TrailAnswer,
    TrailAsk,
    TrailChange,
    TrailGone,
    TrailsAnswer,
    TrailShown,
)
from actiontrail.delivery import figures, selectors
from actiontrail.delivery.backfill import BEGINNING, DONE, Backfills, Job, NoSuchJob, Range, usual_range
from actiontrail.delivery.changes import New, Trails
from actiontrail.delivery.destination import Means
from actiontrail.delivery.inspection import KINDS
from actiontrail.delivery.selectors import DataSelector
from actiontrail.delivery.standing import Lookout, Standing, worst
from actiontrail.delivery.tables import Place
from actiontrail.delivery.trails import REGION, BadTrail, Other, Settings, Trail
from actiontrail.query.engine import new_mark

STATES: tuple[JobState, ...] = ("beginning", "at work", "done", "failed")
HOURS = 24


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: who, about which trail and job, if the path names them, and how it is told that nobody waits any more."""

    caller: Caller
    name: str = ""
    job: str = ""
    mark: str = field(default_factory=new_mark)
    gone: threading.Event = field(default_factory=threading.Event)


class TrailsRest:
    """Answers. Safe to share between threads."""

    def __init__(
        self,
        trails: Trails,
        backfills: Backfills,
        *,
        region: str,
        now: Callable[[], float],
        lookout: Lookout,
    ) -> None:
        self.region = region
        self.trails = trails
        self._backfills, self._now, self._lookout = backfills, now, lookout

    def list(self, visit: Visit, _ask: Nothing) -> TrailsAnswer:
        """All of them."""
        account = visit.caller.account
        lately = self._lately(account)
        return TrailsAnswer(trails=[self._shown(one, lately) for one in self.trails.all(account)])

    def get(self, visit: Visit, _ask: Nothing) -> TrailAnswer:
        """One of them."""
        return self._one(visit.caller.account, visit.name)

    def create(self, visit: Visit, ask: TrailAsk) -> TrailAnswer:
        """A new one, started unless that was not wanted."""
        account = visit.caller.account
        settings = msgspec.structs.replace(Settings(), **settings_of(ask))
        new = New(account, ask.name, self.region, settings, ask.organization)
        trail = self.trails.create(new, means_of(ask.destinations))
        if ask.start:
            self.trails.start(account, trail.name)
        return self._one(account, trail.name)

    def change(self, visit: Visit, ask: TrailChange) -> TrailAnswer:
        """Another one from now on."""
        given = settings_of(ask)
        named = {"oss_bucket": "oss", "sls_project": "sls", "odps_project": "maxcompute"}
        self.trails.update(
            self.trails.find(visit.caller.account, visit.name),
            lambda before: msgspec.structs.replace(before, **given),
            asked=[kind for field_, kind in named.items() if given.get(field_)],
            means=means_of(ask.destinations or ()),
        )
        return self._one(visit.caller.account, visit.name)

    def delete(self, visit: Visit, _ask: Nothing) -> TrailGone:
        """Gone, with what it had not delivered."""
        self.trails.delete(visit.caller.account, visit.name)
        return TrailGone(deleted=visit.name)

    def start(self, visit: Visit, _ask: Nothing) -> TrailAnswer:
        """Started."""
        self.trails.start(visit.caller.account, visit.name)
        return self._one(visit.caller.account, visit.name)

    def stop(self, visit: Visit, _ask: Nothing) -> TrailAnswer:
        """Stopped."""
        self.trails.stop(visit.caller.account, visit.name)
        return self._one(visit.caller.account, visit.name)

    def put_data_events(self, visit: Visit, ask: DataEventsAsk) -> TrailAnswer:
        """Data events that one of the selectors chooses, from now on."""
        chosen = data_selectors(ask.selectors)
        selectors.check_data(chosen)
        regions = data_regions(ask.regions)
        since = int(self._now())
        return self._set(visit, data=chosen, data_regions=regions, data_since=since)

    def delete_data_events(self, visit: Visit, _ask: Nothing) -> TrailAnswer:
        """No data events that are recorded from now on."""
        return self._set(visit, data=(), data_regions=(), data_since=0)

    def put_insights(self, visit: Visit, ask: InsightsAsk) -> TrailAnswer:
        """Insights of these types, from now on."""
        return self._set(visit, insights=selectors.check_insights(ask.insight_types))

    def backfill(self, visit: Visit, ask: BackfillAsk) -> JobAnswer:
        """Begun."""
        trail, now = self.trails.find(visit.caller.account, visit.name), self._now()
        start, end = at_moment(ask.start, "start"), at_moment(ask.end, "end")
        usual = usual_range(now)
        wanted = Range(usual.start_ms if start is None else start, usual.end_ms if end is None else end)
        job = self._backfills.create(trail, now=now, token=ask.client_token, wanted=wanted)
        return JobAnswer(job=self._job(job))

    def jobs(self, visit: Visit, _ask: Nothing) -> JobsAnswer:
        """Those of one trail."""
        self.trails.find(visit.caller.account, visit.name)
        found = [job for job in self._backfills.all(visit.caller.account) if job.trail_name == visit.name]
        return JobsAnswer(jobs=[self._job(job) for job in found])

    def cancel(self, visit: Visit, _ask: Nothing) -> JobGone:
        """Stopped and forgotten."""
        account = visit.caller.account
        self.trails.find(account, visit.name)
        number = (
            int(visit.job) if visit.job.isdecimal() and len(visit.job) < 10 else 0
        )  # none has the number 0
        if self._backfills.get(account, number).trail_name != visit.name:
            raise NoSuchJob(number)
        self._backfills.delete(account, number)
        return JobGone(deleted=number)

    def _set(self, visit: Visit, **changed: object) -> TrailAnswer:
        trail = self.trails.find(visit.caller.account, visit.name)
        self.trails.update(trail, lambda before: msgspec.structs.replace(before, **changed))
        return self._one(visit.caller.account, visit.name)

    def _one(self, account: str, name: str) -> TrailAnswer:
        trail = self.trails.find(account, name)
        return TrailAnswer(trail=self._shown(trail, self._lately(account)))

    def _lately(self, account: str) -> Mapping[str, Sequence[int]]:
        return figures.lately(self.trails.database, account, self._now(), hours=HOURS)

    def _shown(self, trail: Trail, lately: Mapping[str, Sequence[int]]) -> TrailShown:
        places = self.trails.places(trail)
        found = self._lookout.look(trail, places)
        settings = trail.settings
        return TrailShown(
            name=trail.name,
            arn=trail.arn,
            home_region=trail.home_region,
            status=trail.status,
            health=worst(found, trail),
            event_rw=settings.event_rw,
            trail_region=settings.trail_region,
            organization_id=trail.organization,
            created=when(trail.created),
            updated=when(trail.updated),
            started=when(trail.started),
            stopped=when(trail.stopped),
            oss_bucket_name=settings.oss_bucket,
            oss_key_prefix=settings.oss_prefix,
            sls_project_arn=settings.sls_project,
            max_compute_project_arn=settings.odps_project,
            data_selectors=[_selection(one) for one in settings.data],
            data_regions=[*settings.data_regions],
            insight_types=[*settings.insights],
            destinations=[_place(place, one) for place, one in zip(places, found, strict=True)],
            lately=[*lately.get(trail.id, [0] * HOURS)],
        )

    def _job(self, job: Job) -> JobShown:
        done, total = self._backfills.progress(job)
        took = max((job.updated if job.status >= DONE else self._now()) - job.created, 1.0)
        speed = done / took
        over = job.status >= DONE
        left = 0 if over else -1 if not done or job.status == BEGINNING else round((total - done) / speed)
        return JobShown(
            id=job.number,
            trail=job.trail_name,
            state=STATES[job.status],
            progress=round(done / total, 4) if total else 1.0,
            records_done=done,
            records_total=total,
            events=job.events,
            bytes=job.bytes,
            events_per_second=round(job.events / took, 1),
            remaining_seconds=left,
            start=when(job.start_ms // 1000),
            end=when(job.end_ms // 1000),
            created=when(job.created),
            updated=when(job.updated),
            regions=[*job.regions],
            error=job.error,
        )


def _place(place: Place, stands: Standing) -> PlaceShown:
    return PlaceShown(
        kind=place.kind,
        address=place.address,
        delivered=when(place.delivered),
        error=place.error,
        trouble=stands.trouble,
        failed=when(place.failed),
        leaving=place.leaving,
        next=-1 if place.position is None else place.position,
        health=stands.health,
        waiting_events=stands.events,
        waiting_records=stands.records,
        lag_seconds=stands.seconds,
        keeps_objects=place.address.partition(":")[0] in KINDS,
    )


def data_selectors(given: Sequence[DataSelection]) -> tuple[DataSelector, ...]:
    """The selectors as trails have them."""
    return tuple(
        DataSelector(
            service_name=one.service_name,
            read_write_type=one.read_write_type,
            event_name=selectors.Condition(one.event_name.equals, one.event_name.not_equals),
            resource_arn=selectors.Condition(one.resource_arn.equals, one.resource_arn.not_equals),
        )
        for one in given
    )


def data_regions(given: Sequence[str]) -> tuple[str, ...]:
    """The regions of data events. Raises `BadTrail`."""
    if unknown := [region for region in given if not REGION.fullmatch(region)]:
        raise BadTrail(f"regions names {unknown[0][:40]!r}, which is no region")
    return tuple(dict.fromkeys(given))


def _selection(one: DataSelector) -> DataSelection:
    return DataSelection(
        service_name=one.service_name,
        read_write_type=one.read_write_type,  # type: ignore[arg-type] # checked when it was put
        event_name=Condition(one.event_name.equals, one.event_name.not_equals),
        resource_arn=Condition(one.resource_arn.equals, one.resource_arn.not_equals),
    )


_FIELDS = {
    "destinations": "others",
    "oss_bucket_name": "oss_bucket",
    "oss_key_prefix": "oss_prefix",
    "sls_project_arn": "sls_project",
    "max_compute_project_arn": "odps_project",
    "event_rw": "event_rw",
    "trail_region": "trail_region",
}


def settings_of(ask: msgspec.Struct) -> dict[str, Any]:
    """The settings that `ask` says."""
    said = {name: getattr(ask, name, UNSET) for name in _FIELDS}
    found = {_FIELDS[name]: value for name, value in said.items() if value is not UNSET}
    if "others" in found:
        found["others"] = tuple(Other(one.address) for one in found["others"])
    return found


def means_of(destinations: Sequence[DestinationAsk]) -> Mapping[str, Means]:
    """How those are written to that say anything of it; the others keep their means."""
    return {
        one.address: Means(options=one.options, credentials=one.credentials)
        for one in destinations
        if one.options or one.credentials
    }
