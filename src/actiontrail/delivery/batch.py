"""A batch: the events of one trail in one range of the ledger, as a destination is given them. Pure.

A batch never changes once its range was written down: the range, `sealed_at` and what the trail chose
decide every byte and every name that a destination makes of it. A courier that crashed makes the same
batch again, and putting it again changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

Category = Literal["Management", "Data", "Insight"]


class Chosen(msgspec.Struct, frozen=True, gc=False):
    """One event that a trail delivers.

    `index` is its place in the ledger, `account` whose event it is, `region` the event's own (the trail's
    home region where it names none), `event` the JSON object that LookupEvents answers, in one line.
    """

    index: int
    account: str
    region: str
    happened_ms: int
    category: Category
    event: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """The events that a trail chose from the records `start` (in) to `end` (out), in the ledger's order.

    The ranges of a trail's batches join without gaps, also where nothing was chosen. `organization` is
    `rd-…` for a trail of several accounts, else empty. `checkpoint` is the signed note that covers `end`.

    `run` names the row of ranges that join: a trail that is made again under its name, one that moved to
    another place, and each backfill begin a run of their own, at `run_start`. Both stand in every
    manifest, so that an auditor sees when the first batches are missing; None says that nobody knows.
    """

    trail: str
    account: str
    home_region: str
    organization: str
    start: int
    end: int
    sealed_at: datetime
    checkpoint: bytes
    events: tuple[Chosen, ...]
    run: str = ""
    run_start: int | None = None
