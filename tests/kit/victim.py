"""A recorder in a process of its own that records without end, and says on its output what was acknowledged.

Run as `python -m tests.kit.victim DATA FIRST SIZE`: batches of SIZE events numbered from FIRST on. Each line it
writes, `NUMBER INDEX COUNT`, came after the acknowledgement, so whoever reads it may rely on it.
"""

import sys
from collections import deque
from concurrent.futures import Future
from pathlib import Path

from tests.kit.ledger import SIGNER, SMALL, candidates

from actiontrail.ledger.candidate import Receipt
from actiontrail.ledger.sequencer import Sequencer
from actiontrail.store.lock import SqliteLock

IN_FLIGHT = 4


def main(data: Path, number: int, size: int, rounds: int) -> None:
    """Record until killed, or for `rounds` batches."""
    sequencer = Sequencer.open(data, lock=SqliteLock.open(data / "lock.sqlite"), signer=SIGNER, limits=SMALL)
    waiting: deque[tuple[int, Future[Receipt]]] = deque()
    while rounds or waiting:
        while rounds and len(waiting) < IN_FLIGHT:
            waiting.append((number, sequencer.submit(candidates(number, number + size))))
            number, rounds = number + size, rounds - 1
        first, answer = waiting.popleft()
        places = answer.result().places
        sys.stdout.write(f"{first} {places[0].index} {len(places)}\n")
        sys.stdout.flush()
    sequencer.close()


if __name__ == "__main__":
    main(
        Path(sys.argv[1]),
        int(sys.argv[2]),
        int(sys.argv[3]),
        int(sys.argv[4]) if len(sys.argv) > 4 else 1 << 60,
    )
