"""A small ledger writer in memory, with the sequencer's promises: first index for a repeat, pushback when full."""

from collections.abc import Sequence
from concurrent.futures import Future

from actiontrail.errors import Outage
from actiontrail.event.formats import BUILT_IN
from actiontrail.ledger.candidate import Candidate, Placed, Receipt
from actiontrail.ledger.repeats import content


class MemorySequencer:
    """Places candidates at once. `full` makes it push back."""

    def __init__(self) -> None:
        self.candidates: list[Candidate] = []
        self.full = False
        self._first: dict[tuple[str, str], int] = {}
        self._same: dict[tuple[str, str, bytes], int] = {}

    def submit(self, candidates: Sequence[Candidate]) -> "Future[Receipt]":
        if self.full:
            raise Outage("the queue is full", retry_after=1.0)
        future: Future[Receipt] = Future()
        future.set_result(Receipt(tuple(map(self._place, candidates)), b"a checkpoint"))
        return future

    def _place(self, candidate: Candidate) -> Placed:
        named = (candidate.account, candidate.event_id)
        said = (*named, content(candidate.format, candidate.event, BUILT_IN))
        if said in self._same:
            place = self._same[said]
            return Placed(place, repeated=True, differs=self.candidates[place].event != candidate.event)
        place = self._same[said] = len(self.candidates)
        self.candidates.append(candidate)
        return Placed(place, differs=self._first.setdefault(named, place) != place)
