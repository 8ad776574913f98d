"""The generator of events that every figure rests on."""

import json
import statistics
from datetime import UTC, datetime

from bench.events import DAYS, World

END = datetime(2026, 11, 1, tzinfo=UTC)


def _world(seed: int = 7) -> World:
    return World(seed, account="1000000000000001", end=END, total=20_000)


def test_the_same_seed_gives_the_same_bytes_batch_by_batch() -> None:
    """A later process must be able to ask for what an earlier one sent, without making all before it."""
    first = list(_world().batches(0, 3))[2]

    assert first == _world().batch(2)


def test_another_seed_gives_other_events() -> None:
    """Two runs against one record must not send each other's repeats."""
    assert not set(_world(1).batch(0)) & set(_world(2).batch(0))


def test_events_are_json_of_the_promised_size() -> None:
    """The goals speak of events of about 1.4 to 1.6 kB; smaller ones would flatter us."""
    events = [event for batch in _world().batches(0, 5) for event in batch]

    assert all(json.loads(event)["recipientAccountId"] == "1000000000000001" for event in events)
    assert 1400 <= statistics.mean(map(len, events)) <= 1600


def test_ids_differ_and_times_stay_within_the_days() -> None:
    """Repeats would be taken once, and an event older than the look-back would not be found."""
    events = [json.loads(event) for batch in _world().batches(0, 20) for event in batch]
    times = [datetime.fromisoformat(event["eventTime"]) for event in events]

    assert len({event["eventId"] for event in events}) == len(events)
    assert (END - min(times)).days <= DAYS
    assert max(times) < END
