"""Times as sources write them, into one moment in UTC and back to text. Pure.

A time without an offset is UTC. Digits beyond microseconds are cut, never rounded, so a moment is
never later than what the source said.
"""

import re
from datetime import UTC, datetime, timedelta

YEARS = range(1970, 2262)  # what every engine behind us can hold in nanoseconds
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?\s*([Zz]|UTC|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_NUMBER = re.compile(r"\d{9,19}(?:\.\d{1,9})?", re.ASCII)
_SECONDS_BELOW = 10**11  # more cannot be seconds before the year 5138: it is milli-, micro- or nanoseconds


class BadTime(ValueError):
    """Text or a number that names no moment we can keep; the caller says where it stood."""


def parse(value: object) -> datetime:
    """The moment that `value` names: RFC 3339 and its common variants, or a number since 1970.

    Numbers are seconds, milliseconds, microseconds or nanoseconds, told apart by their size.
    Raises `BadTime`.
    """
    if isinstance(value, str):
        return _from_text(value.strip())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(value)
    raise BadTime("is not a time")


def _from_text(text: str) -> datetime:
    if _NUMBER.fullmatch(text):
        return _from_number(float(text) if "." in text else int(text))
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise BadTime(f"{text[:40]!r} is not a time such as 2026-01-31T23:59:59Z")
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            min(int(second or 0), 59) if second == "60" else int(second or 0),
            int((fraction or "0").ljust(6, "0")[:6]),
            tzinfo=UTC,
        )
        return in_range(moment - _offset(offset))
    except (ValueError, OverflowError) as error:
        raise BadTime(f"{text[:40]!r} is not a time on the calendar from 1970 to 2261") from error


def _offset(text: str | None) -> timedelta:
    if not text or text[0] not in "+-":
        return timedelta()
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        raise BadTime(f"{text} is not an offset from UTC")
    span = timedelta(hours=hours, minutes=minutes)
    return -span if text[0] == "-" else span


def _from_number(number: float) -> datetime:
    unit = 1
    while number / unit >= _SECONDS_BELOW:
        unit *= 1000
    try:
        whole = int(number // unit)
        micros = int((number - whole * unit) * 1_000_000 // unit)
        return in_range(datetime.fromtimestamp(whole, UTC) + timedelta(microseconds=micros))
    except (ValueError, OverflowError, OSError) as error:
        raise BadTime(f"{str(number)[:40]} is not a time since 1970") from error


def in_range(moment: datetime) -> datetime:
    """`moment` in UTC, if every engine can hold it. Raises `BadTime`."""
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if moment.year not in YEARS:
        raise BadTime(f"the year {moment.year} is outside {YEARS.start} to {YEARS.stop - 1}")
    return moment


def text(moment: datetime) -> str:
    """`2026-01-31T23:59:59Z`; with a fraction, its closing zeros cut, only where there is one."""
    plain = moment.replace(tzinfo=None).isoformat()
    return (plain.rstrip("0") if moment.microsecond else plain) + "Z"
