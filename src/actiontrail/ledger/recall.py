"""Recall: the memory of repeats made again from the records, as far as it is missing."""

import os
from datetime import UTC, datetime

from actiontrail.event.formats import Formats
from actiontrail.event.record import parse, received_text
from actiontrail.ledger import repeats as memory
from actiontrail.ledger import segment as segments
from actiontrail.ledger.places import Places
from actiontrail.ledger.reader import Reader
from actiontrail.ledger.repeats import Repeats, Seen

PIECE_RECORDS = 10_000


def recall(repeats: Repeats, places: Places, since: float, size: int, *, formats: Formats) -> None:
    """`repeats` knows every event id of the record, which has `size` records, that was received after `since`."""
    if repeats.size > size:  # the memory of another record, or of a longer past
        repeats.forget()
    if repeats.size < size:
        reader = Reader(places.data)
        try:
            start = max(repeats.size, _first_since(places, since))
            _fill(repeats, reader, start, size, formats)
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


def _fill(repeats: Repeats, reader: Reader, start: int, size: int, formats: Formats) -> None:
    """Remember the records [start, size), in bounded pieces. A `variant` stands under a key of its own."""
    while start < size:
        records = [parse(line) for line in reader.lines(start, limit=min(PIECE_RECORDS, size - start))]
        events = [bytes(record.event) for record in records]
        ids = [
            formats.recorded_id(record.format, event) for record, event in zip(records, events, strict=True)
        ]
        keys = [memory.key(record.account, name) for record, name in zip(records, ids, strict=True)]
        known, new = repeats.find(keys), dict[bytes, Seen]()
        for index, (record, event, name, key) in enumerate(
            zip(records, events, ids, keys, strict=True), start
        ):
            seen = Seen(index, memory.digest(event))
            if known.setdefault(key, seen) is seen:
                new[key] = seen
            else:
                said = memory.content(record.format, event, formats)
                new[memory.variant(record.account, name, said)] = seen
        start += len(records)
        repeats.remember(new, start)
