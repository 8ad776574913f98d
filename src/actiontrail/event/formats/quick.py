"""A first look at an event: its id and account without reading the rest. Pure.

Most events are plain, and admission reads each of them once; whatever is odd is left to the full
reading. A look that answers is right, which a property holds against the full reading.
"""

from datetime import datetime

import msgspec

from actiontrail.event.moment import YEARS
from actiontrail.event.reading import NESTING_MAX


class _Who(msgspec.Struct, gc=False):
    account_id: str = msgspec.field(default="", name="accountId")


class ActionTrailHead(msgspec.Struct, gc=False):
    """What admission needs; the decoder skips the rest, and still refuses malformed JSON there."""

    event_id: str = msgspec.field(name="eventId")
    event_name: str = msgspec.field(name="eventName")
    event_time: datetime = msgspec.field(name="eventTime")
    recipient: str = msgspec.field(default="", name="recipientAccountId")
    who: _Who | None = msgspec.field(default=None, name="userIdentity")


class CloudTrailHead(msgspec.Struct, gc=False):
    """The same for CloudTrail; a digest, which has a start, does not fit."""

    event_id: str = msgspec.field(name="eventID")
    event_name: str = msgspec.field(name="eventName")
    event_time: datetime = msgspec.field(name="eventTime")
    recipient: str = msgspec.field(default="", name="recipientAccountId")
    who: _Who | None = msgspec.field(default=None, name="userIdentity")
    digest: None = msgspec.field(default=None, name="digestStartTime")


_DECODERS: dict[str, msgspec.json.Decoder[ActionTrailHead] | msgspec.json.Decoder[CloudTrailHead]] = {
    "actiontrail": msgspec.json.Decoder(ActionTrailHead),
    "cloudtrail": msgspec.json.Decoder(CloudTrailHead),
}
_YEARS = range(YEARS.start + 1, YEARS.stop - 1)  # an offset moves a time by less than a year


def look(name: str, raw: bytes, *, brackets_max: int = NESTING_MAX) -> tuple[str, str] | None:
    """The event's id and account, if `raw` is a plain event of that format; None says nothing but "read it in full".

    The decoder does not look into what it skips for two things that a full reading refuses or
    mends: bytes that are no UTF-8, and nesting. Both are looked at here; `brackets_max` brackets cannot
    nest deeper than that.
    """
    decoder = _DECODERS.get(name)
    if decoder is None or raw.count(b"{") + raw.count(b"[") > brackets_max:
        return None
    try:
        head = decoder.decode(raw)
        if not raw.isascii():
            raw.decode()
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    account = head.recipient or (head.who.account_id if head.who else "")
    if not head.event_id or not head.event_name or not account or head.event_time.year not in _YEARS:
        return None
    return head.event_id, account
