"""What is handed to the sequencer, and what it answers. Pure."""

from typing import NamedTuple


class Candidate(NamedTuple):
    """An admitted event on its way into the record; `event` is one line of JSON."""

    account: str
    event_id: str
    event: bytes
    received: str
    source: str
    format: str
    masked: tuple[str, ...] = ()


class Placed(NamedTuple):
    """Where an event stands; a repeat stands where it first stood.

    `differs` if its bytes are not those that the record holds under the same id: of a repeat, the first
    stand; another event that only has the same id is kept too.
    """

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks of a place
    repeated: bool = False
    differs: bool = False


class Receipt(NamedTuple):
    """A place for each candidate, in their order, and a signed checkpoint that covers them all."""

    places: tuple[Placed, ...]
    checkpoint: bytes
