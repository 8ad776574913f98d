"""How it stands with a trail and each of its places, in a word and in figures, for those who look at it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from actiontrail.delivery.backfill import Ledger, received_ms
from actiontrail.delivery.courier import Trouble, Waiting
from actiontrail.delivery.tables import Place
from actiontrail.delivery.trails import Trail

Health = Literal["fresh", "paused", "delivering", "lagging", "failing"]
SLACK_SECONDS = 30.0  # beside what a batch may wait, and twice that: a busy machine is no lag
_WORST: tuple[Health, ...] = ("failing", "lagging", "delivering", "paused", "fresh")


class Standing(NamedTuple):
    """How far a place is behind.

    `events` were chosen and are not there yet; `records` nobody has looked through yet; `seconds` is for how long the
    first of either has been here.
    """

    health: Health
    events: int
    records: int
    seconds: int
    trouble: Trouble = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookout:
    """Sees how far all places are. `waiting` is what their couriers say, `batch_seconds` how long a batch may wait."""

    ledger: Ledger
    waiting: Callable[[], Mapping[str, Waiting]]
    batch_seconds: float
    now: Callable[[], float]

    def look(self, trail: Trail, places: Sequence[Place]) -> list[Standing]:
        """How it stands with each of `places`, which are the trail's."""
        told = self.waiting()
        return [self._standing(trail, place, told.get(place.id)) for place in places]

    def _standing(self, trail: Trail, place: Place, waiting: Waiting | None) -> Standing:
        if waiting is None:  # no courier serves it yet
            seen = max(place.scanned, place.position or 0)
            at_work = trail.logging and place.position is not None
            waiting = Waiting(0, max(0, self.ledger.size() - seen) if at_work else 0, 0, seen, begun=False)
        since = waiting.oldest_ms
        if not since and (waiting.events or waiting.records or waiting.begun):
            first = (place.position or 0) if waiting.begun else waiting.seen
            since = received_ms(self.ledger, first) if first < self.ledger.size() else 0
        seconds = max(0, int(self.now() - since / 1000)) if since else 0
        trouble = waiting.trouble or ("Unknown" if place.error else "")
        health = self._health(trail, place, waiting, seconds)
        told = trouble if health == "failing" else ""
        return Standing(health, waiting.events, waiting.records, seconds, told)

    def _health(self, trail: Trail, place: Place, waiting: Waiting, seconds: int) -> Health:
        if not (trail.logging or waiting.events or waiting.records or waiting.begun):
            return _idle(trail)
        if place.error:
            return "failing"
        return "lagging" if seconds > 2 * self.batch_seconds + SLACK_SECONDS else "delivering"


def worst(found: Iterable[Standing], trail: Trail) -> Health:
    """How it stands with a whole trail: as with the place that is worst off."""
    kinds = {one.health for one in found}
    return next((one for one in _WORST if one in kinds), _idle(trail))


def _idle(trail: Trail) -> Health:
    return "fresh" if trail.started is None else "paused"
