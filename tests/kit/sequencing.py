"""A small ledger writer in memory, with the sequencer's promises: first index for a repeat, pushback when full."""

from collections.abc import Sequence
from concurrent.futures import Future

from actiontrail.errors import Outage
from actiontrail.ledger.candidate import Candidate, Placed, Receipt


class MemorySequencer:
    """Places candidates at once. `full` makes it push back."""

    def __init__(self) -> None:
        self.candidates: list[Candidate] = []
        self.full = False
        self._first: dict[tuple[str, str], int] = {}

    def submit(self, candidates: Sequence[Candidate]) -> "Future[Receipt]":
        if self.full:
            raise Outage("the queue is full", retry_after=1.0)
        future: Future[Receipt] = Future()
        future.set_result(Receipt(tuple(map(self._place, candidates)), b"a checkpoint"))
        return future

    def _place(self, candidate: Candidate) -> Placed:
        key = (candidate.account, candidate.event_id)
        if key in self._first:
            index = self._first[key]
            return Placed(index, repeated=True, differs=self.candidates[index].event != candidate.event)
        self._first[key] = len(self.candidates)
        self.candidates.append(candidate)
        return Placed(self._first[key], repeated=False, differs=False)
