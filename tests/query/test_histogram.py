"""Counts over time, against a count by hand: of a second, of a lifetime, with an open range and with a closed one."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.kit.projection import Paper, a_projection, an_event

from actiontrail.query.engine import Limits
from actiontrail.query.search import STEPS_MS, Asked, Bucket, Search

BEGIN = 1_000_000_000
LENGTHS = [1, 90, 4_000, 70_000, 80 * 3600, 9 * 86_400, 400 * 86_400, 30_000 * 86_400]


def seconds(length: int) -> list[int]:
    """When the events of so long a time happened."""
    dice = random.Random(length)
    return sorted({BEGIN + dice.randrange(length) for _ in range(40)} | {BEGIN, BEGIN + length - 1})


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    ledger = Paper()
    for length in LENGTHS:
        moments = [datetime.fromtimestamp(one, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for one in seconds(length)]
        ledger.write(
            [an_event(eventId=f"{length}-{at}", eventTime=one) for at, one in enumerate(moments)], str(length)
        )
    projection = a_projection(tmp_path_factory.mktemp("histogram"), ledger)
    yield Search(projection, limits=Limits(), rows_max=10)
    projection.close()


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize(
    ("closed_start", "closed_end"), [(False, False), (True, False), (False, True), (True, True)]
)
def test_it_is_the_same_however_its_range_is_told(
    search: Search, length: int, closed_start: bool, closed_end: bool
) -> None:
    """An open range is as long as what is found in it; only how often the record is read differs."""
    times = seconds(length)
    first, last = times[0] * 1000, times[-1] * 1000
    found = search.histogram(
        Asked(
            account=str(length),
            start_ms=first if closed_start else None,
            end_ms=last + 1 if closed_end else None,
        )
    )
    step = next(one for one in STEPS_MS if last + 1 - first <= one * 60 or one == STEPS_MS[-1])
    by_hand = Counter(int(one * 1000 / step) * step for one in times)

    assert (found.step_ms, found.buckets, found.total) == (
        step,
        [Bucket(*one) for one in sorted(by_hand.items())],
        len(times),
    )


def test_of_nothing_it_is_empty(search: Search) -> None:
    """No step, no bar."""
    found = search.histogram(Asked(account="nobody"))

    assert (found.total, found.buckets) == (0, [])
