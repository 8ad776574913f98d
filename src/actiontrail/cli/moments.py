"""Moments as people type them: `2026-01-02`, `2026-01-02T03:04:05Z`, or `36h` for 36 hours ago. Pure."""

import re
from datetime import UTC, datetime, timedelta

from actiontrail.errors import Refusal

_AGO = re.compile(r"(\d{1,6})(s|m|h|d|w)(?: ago)?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class BadMoment(Refusal):
    """A text that names no moment."""


def parse(text: str, now: datetime) -> datetime:
    """The moment that `text` names, in UTC; without a time zone it means UTC. Raises `BadMoment`."""
    if text == "now":
        return now.astimezone(UTC)
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            return now.astimezone(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise BadMoment(
            f"{text!r} is no moment; write 2026-01-02, 2026-01-02T03:04:05Z, or 36h, 7d, 2w for so long ago"
        ) from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def seconds_text(moment: datetime) -> str:
    """As the public API writes it: `2026-01-02T03:04:05Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
