"""Recall: the memory of repeats made again from the records, as far as it is missing."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

from actiontrail.event import formats
from actiontrail.event.record import parse, received_text
from actiontrail.ledger import repeats as memory
from actiontrail.ledger import segment as segments
from actiontrail.ledger.places import Places
from actiontrail.ledger.reader import Reader
from actiontrail.ledger.repeats import Repeats


def recall(repeats: Repeats, places: Places, since: float, size: int) -> None:
    """`repeats` knows every event id of the record, which has `size` records, that was received after `since`."""
    if repeats.size > size:  # the memory of another record, or of a longer past
        repeats.forget()
    if repeats.size < size:
        reader = Reader(places.data)
        try:
            start = max(repeats.size, _first_since(places, since))
            memory.fill(repeats, _remembered(reader, start, size), size)
        finally:
            reader.close()


def _first_since(places: Places, since: float) -> int:
    """The first index of the oldest segment that may hold a record received after `since`."""
    border = received_text(datetime.fromtimestamp(since, UTC))
    start = 0
    for one in segments.listing(places.segments):
        if not one.sealed:
            return one.first
        handle = os.open(one.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            footer = segments.read_footer(handle)
        finally:
            os.close(handle)
        if footer.received_last >= border:
            return one.first
        start = one.first + footer.count
    return start


def _remembered(reader: Reader, start: int, size: int) -> Iterator[tuple[int, bytes, bytes]]:
    """What the memory keeps of the records [start, size)."""
    while start < size:
        for line in reader.lines(start, limit=size - start):
            record = parse(line)
            event = bytes(record.event)
            event_id = formats.identify(record.format, event).event_id
            yield start, memory.key(record.account, event_id), memory.digest(event)
            start += 1
