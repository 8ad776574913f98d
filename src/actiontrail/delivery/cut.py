"""An event that is too large for a destination, made small enough without losing who, what and when. Pure.

Its largest fields are taken out, and the event says so: which fields, how large it was, and its place in
the ledger, where it stands whole. The same event is always cut in the same way.
"""

from typing import Any

import msgspec

from actiontrail.delivery.batch import Chosen

KEPT_LONGEST = ("eventId", "eventTime", "eventName", "serviceName", "acsRegion", "userIdentity")


def fitted(event: Chosen, bytes_max: int) -> bytes:
    """The JSON of `event` in at most `bytes_max` bytes, which are at least 1 KiB."""
    if len(event.event) <= bytes_max:
        return event.event
    whole: dict[str, Any] = msgspec.json.decode(event.event)
    sizes = {name: len(msgspec.json.encode(value)) for name, value in whole.items()}
    by_size = sorted(sizes, key=lambda name: (name in KEPT_LONGEST, -sizes[name], name))
    for count in range(1, len(by_size) + 1):
        out = set(by_size[:count])
        kept = {name: value for name, value in whole.items() if name not in out}
        note = {"index": event.index, "bytes": len(event.event), "fields": by_size[:count]}
        found = msgspec.json.encode({**kept, "actiontrailCut": note})
        if len(found) <= bytes_max:
            return found
    return msgspec.json.encode({"actiontrailCut": {"index": event.index, "bytes": len(event.event)}})
