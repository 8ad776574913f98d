"""Times as sources write them: which are moments, which are refused and why, and how they are counted."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrail.event import moment
from actiontrail.event.formats import to_event
from actiontrail.event.reading import UnmappableEvent

LAST = 9_214_646_400_000  # where the year 2262 begins
OUTSIDE = [
    ("1969-12-31T23:59:59.999999Z", "'1969-12-31T23:59:59.999999Z'", 0),
    ("1970-01-01T00:00:00+00:01", "'1970-01-01T00:00:00+00:01'", 0),
    ("1900-01-01", "'1900-01-01'", 0),
    ("0001-01-01T00:00:00+01:00", "'0001-01-01T00:00:00+01:00'", 0),
    (-1, "-1", 0),
    ("2262-01-01T00:00:00Z", "'2262-01-01T00:00:00Z'", LAST),
    ("2261-12-31T23:59:59-00:01", "'2261-12-31T23:59:59-00:01'", LAST),
    ("9999-12-31T23:59:59-01:00", "'9999-12-31T23:59:59-01:00'", LAST),
    (99_999_999_999, "99999999999", LAST),
    (10**19, "10000000000000000000", LAST),
    (1e300, "1e+300", LAST),
]


@pytest.mark.parametrize(("said", "shown", "_nearest"), OUTSIDE)
def test_an_event_of_a_time_that_cannot_be_kept_is_refused_by_name(
    said: object, shown: str, _nearest: int
) -> None:
    """It would be recorded, and then found under another time or none."""
    with pytest.raises(UnmappableEvent) as refused:
        to_event("actiontrail", b'{"eventName":"A","eventTime":%s}' % _json(said))

    assert (refused.value.field, refused.value.problem) == (
        "eventTime",
        f"{shown} is outside the years 1970 to 2261",
    )


@pytest.mark.parametrize(("said", "_shown", "nearest"), OUTSIDE)
def test_a_range_may_reach_further_than_events_can(said: object, _shown: str, nearest: int) -> None:
    """Half an hour around an event of the year 1970 begins in 1969, and whoever asks from 1900 on means all there is."""
    assert moment.edge(said) == nearest


@pytest.mark.parametrize("said", ["0000-01-01T00:00:00Z", "2026-02-30", "soon", "-1h", True, None, "10000-01-01T00:00:00Z"])  # fmt: skip
def test_what_names_no_moment_is_no_end_of_a_range(said: object) -> None:
    """A mistyped month must not quietly mean the beginning of time."""
    with pytest.raises(moment.BadTime):
        moment.edge(said)


@given(st.integers(0, LAST - 1))
def test_every_millisecond_is_counted_as_it_is_written(count: int) -> None:
    """Through floating point one in a hundred came out one less, and a range that began with an event lost it."""
    written = moment.rfc3339(count)

    assert (moment.edge(written), moment.parse(written)) == (
        count,
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=count),
    )


def _json(said: object) -> bytes:
    return b'"%s"' % said.encode() if isinstance(said, str) else str(said).encode()
