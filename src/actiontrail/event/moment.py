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
EPOCH = datetime(YEARS.start, 1, 1, tzinfo=UTC)
_END = datetime(YEARS.stop, 1, 1, tzinfo=UTC)
_MILLISECOND, _MICROSECOND = timedelta(milliseconds=1), timedelta(microseconds=1)
_SECONDS_BELOW = 10**11  # more cannot be seconds before the year 5138: it is milli-, micro- or nanoseconds
_NANOSECONDS = 10**9


class BadTime(ValueError):
    """Text or a number that names no moment we can keep; the caller says where it stood."""


class OutsideYears(BadTime):
    """A moment that we cannot keep. `nearest` is the edge of what we can."""

    def __init__(self, said: str, *, early: bool) -> None:
        super().__init__(f"{said[:40]} is outside the years {YEARS.start} to {YEARS.stop - 1}")
        self.nearest = EPOCH if early else _END


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
    except ValueError as error:
        raise BadTime(f"{text[:40]!r} is not on the calendar") from error
    try:
        moment -= _offset(offset)
    except OverflowError as error:
        raise OutsideYears(repr(text), early=moment.year < YEARS.start) from error
    return _kept(moment, repr(text))


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
    while number / unit >= _SECONDS_BELOW and unit < _NANOSECONDS:
        unit *= 1000
    try:
        whole = int(number // unit)
        micros = int((number - whole * unit) * 1_000_000 // unit)
        moment = datetime.fromtimestamp(whole, UTC) + timedelta(microseconds=micros)
    except (ValueError, OverflowError, OSError) as error:
        raise OutsideYears(str(number), early=number < 0) from error
    return _kept(moment, str(number))


def _kept(moment: datetime, said: str) -> datetime:
    if moment.year not in YEARS:
        raise OutsideYears(said, early=moment < EPOCH)
    return moment


def edge(value: object) -> int:
    """The end of a range that `value` names, in milliseconds since 1970, cut. Raises `BadTime`.

    A range may reach further than events can: beyond the years that we keep it stands at their edge.
    """
    try:
        return milliseconds(parse(value))
    except OutsideYears as error:
        return milliseconds(error.nearest)


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970, cut; exact, as seconds in floating point are not."""
    return (moment - EPOCH) // _MILLISECOND


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - EPOCH) // _MICROSECOND


def rfc3339(milliseconds: int) -> str:
    """The moment so many milliseconds after 1970, as text."""
    return text(EPOCH + timedelta(milliseconds=milliseconds))


def of_seconds(seconds: float) -> str:
    """The moment so many seconds after 1970, as text, cut to a whole one."""
    return text(EPOCH + timedelta(seconds=int(seconds)))


def text(moment: datetime) -> str:
    """`2026-01-31T23:59:59Z`; with a fraction, its closing zeros cut, only where there is one."""
    plain = moment.replace(tzinfo=None).isoformat()
    return (plain.rstrip("0") if moment.microsecond else plain) + "Z"
