"""By what a reader knows a delivered event again, so that what was sent twice counts once. Pure.

Streams keep what they are sent twice. An event of a trail is known by its run and its index in the
ledger: `source` and the index are the same whenever a batch is sent, and no other event has both.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from actiontrail.delivery.batch import Batch

Message = TypeVar("Message")


def source(batch: Batch) -> str:
    """The run that `batch` belongs to: account, trail and run."""
    return f"{batch.account}/{batch.trail}/{batch.run}"


def distinct(messages: Iterable[Message], known_by: Callable[[Message], Hashable]) -> Iterator[Message]:
    """`messages`, each identity once, in the order in which they came first."""
    seen: set[Hashable] = set()
    for message in messages:
        identity = known_by(message)
        if identity not in seen:
            seen.add(identity)
            yield message
