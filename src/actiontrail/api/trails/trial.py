"""Trails tried before they are made, and looked at closely afterwards: destinations asked, events chosen, deliveries verified.

None of this changes anything. Asking a destination reaches out with somebody's credentials, so it is let in by an action of
its own, recorded, and seldom: the rules by which a trail may deliver somewhere hold for it too.
"""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from actiontrail.api.operations.trails import when
from actiontrail.api.rest import at_moment
from actiontrail.api.selection import Selection, Selector
from actiontrail.api.throttle import Throttle
from actiontrail.api.trails.rest import TrailsRest, Visit, data_regions, data_selectors, means_of, settings_of
from actiontrail.api.trails.values import (
    CheckShown,
    DataServicesAnswer,
    DataServiceShown,
    DueShown,
    FindingShown,
    Nothing,
    ProbeAnswer,
    ProbeAsk,
    ProbedShown,
    SelectionAsk,
    VerificationAnswer,
    VerificationAsk,
    VolumeAnswer,
    VolumeAsk,
)
from actiontrail.delivery import figures, inspection, probing, selectors
from actiontrail.delivery.changes import New, would_be
from actiontrail.delivery.inspection import Inspections
from actiontrail.delivery.probing import Prober
from actiontrail.delivery.services import SERVICES
from actiontrail.delivery.trails import OTHERS_MAX, BadTrail, Settings, check_regions
from actiontrail.query.pages.ground import Ground, Span
from actiontrail.query.search import Search

TEST = "TestTrailDestination"
VERIFY = "VerifyTrailDelivery"
PREVIEW = "PreviewTrailSelection"
TESTS_A_SECOND = 2
PARTS_A_SECOND = 4
DAY_MS = 86_400_000
PREVIEW_DAYS_MAX = 31


class Looking(NamedTuple):
    """Who asks destinations, and who looks what is there."""

    prober: Prober
    inspections: Inspections


class Selecting(NamedTuple):
    """Who knows what rules choose, and where events are found."""

    selector: Selector
    search: Search


class Trial:
    """Answers. Safe to share between threads."""

    def __init__(
        self,
        rest: TrailsRest,
        *,
        looking: Looking,
        selecting: Selecting,
        throttle: Throttle,
        now: Callable[[], float],
    ) -> None:
        self._rest = rest
        self._prober, self._inspections = looking
        self._selector, self._search = selecting
        self._throttle, self._now = throttle, now

    def probe(self, visit: Visit, ask: ProbeAsk) -> ProbeAnswer:
        """Destinations, really asked."""
        account = visit.caller.account
        self._throttle.take(account, TEST, TESTS_A_SECOND)
        if len(ask.destinations) > OTHERS_MAX:
            raise BadTrail(f"a trail has at most {OTHERS_MAX} further destinations")
        before = self._rest.trails.find(account, ask.trail) if ask.trail else None
        settings = msgspec.structs.replace(Settings(event_rw="All"), **settings_of(ask))
        wanted = probing.Wanted(
            account, self._rest.region, ask.name, settings, means_of(ask.destinations), before
        )
        return ProbeAnswer(
            destinations=[
                ProbedShown(
                    kind=one.kind,
                    address=one.address,
                    good=one.good,
                    checks=[
                        CheckShown(name=name, state=state, code=code, message=message)
                        for name, state, code, message in one.checks
                    ],
                )
                for one in self._prober.probe(wanted)
            ]
        )

    def select(self, visit: Visit, ask: SelectionAsk) -> Selection:
        """What would have been chosen."""
        chosen = data_selectors(ask.data_selectors)
        if chosen:
            selectors.check_data(chosen)
        settings = Settings(
            event_rw=ask.event_rw,
            trail_region=ask.trail_region,
            data=chosen,
            data_regions=data_regions(ask.data_regions),
            insights=selectors.check_insights(ask.insight_types),
        )
        check_regions(settings)
        now_ms = int(self._now() * 1000)
        end = at_moment(ask.end, "end")
        end = now_ms if end is None else end
        start = at_moment(ask.start, "start")
        span = Span(end - DAY_MS if start is None else start, end)
        assert span.start is not None
        if end - span.start > PREVIEW_DAYS_MAX * DAY_MS:
            raise BadTrail(f"a selection is tried on {PREVIEW_DAYS_MAX} days at most")
        new = New(visit.caller.account, probing.UNNAMED, self._rest.region, settings)
        rules = self._rest.trails.rules(would_be(new, int(self._now())))
        return self._selector.select(Ground(self._search, visit.caller.account, mark=visit.mark), rules, span)

    def volume(self, visit: Visit, ask: VolumeAsk) -> VolumeAnswer:
        """What was delivered, over time."""
        trail = self._rest.trails.find(visit.caller.account, visit.name)
        end_ms, start_ms = at_moment(ask.end, "end"), at_moment(ask.start, "start")
        end = int(self._now()) + 1 if end_ms is None else -(-end_ms // 1000)
        start = end - DAY_MS // 1000 if start_ms is None else start_ms // 1000
        found = figures.volume(self._rest.trails.database, (trail.account, trail.id), start, end, ask.period)
        return VolumeAnswer(
            start=when(found.start),
            period=found.period,
            delivered=found.delivered,
            failed=found.failed,
            bytes=found.bytes,
        )

    def verify(self, visit: Visit, ask: VerificationAsk) -> VerificationAnswer:
        """One part of a check of what is there."""
        account = visit.caller.account
        self._throttle.take(account, VERIFY, PARTS_A_SECOND)
        trail = self._rest.trails.find(account, visit.name)
        start, end = at_moment(ask.start, "start"), at_moment(ask.end, "end")
        wanted = inspection.Wanted(ask.address, start, end, ask.after)
        part = self._inspections.part(trail, wanted, stopped=visit.gone.is_set)
        return VerificationAnswer(
            address=part.address,
            start=part.start,
            end=part.end,
            until=part.until,
            next=part.next,
            manifests=part.manifests,
            objects=part.objects,
            bytes=part.bytes,
            events=part.events,
            damages=part.damages,
            findings=[
                FindingShown(
                    kind=one.kind,
                    key=one.key,
                    problem=one.problem,
                    indices=one.indices,
                    events=-1 if one.events is None else one.events,
                )
                for one in part.findings
            ],
            arriving=[*part.arriving],
            due=[DueShown(start=one.start, end=one.end) for one in part.due],
            unread=part.unread,
        )

    def data_services(self, _visit: Visit, _ask: Nothing) -> DataServicesAnswer:
        """Services that are known to have data events."""
        return DataServicesAnswer(
            services=[
                DataServiceShown(service_name=name, event_names=[*SERVICES[name]])
                for name in sorted(SERVICES)
            ]
        )

    def stop(self, visit: Visit) -> None:
        """Nobody waits for it any more."""
        visit.gone.set()
        self._search.cancel(visit.mark)
