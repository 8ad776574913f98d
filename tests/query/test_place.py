"""Where in the ledger an event is, asked of the projection."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from tests.kit.projection import ACCOUNT, Paper, a_projection, an_event

from actiontrail.errors import Outage
from actiontrail.query import place
from actiontrail.query.place import NoSuchEvent, index_of
from actiontrail.query.projection import Projection

OTHER = "9999999999999999"
IDS = ["E-1", "E-2", "E-1", "---", "words and:more/of them", "é"]


@pytest.fixture(scope="module")
def ledger() -> Paper:
    made = Paper([an_event(eventId=event_id) for event_id in IDS])
    made.write([an_event(eventId="theirs")], OTHER)
    return made


@pytest.fixture(scope="module")
def projection(ledger: Paper, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Projection]:
    found = a_projection(tmp_path_factory.mktemp("place"), ledger)
    yield found
    found.close()


@pytest.mark.parametrize(
    ("event_id", "index"), [("E-1", 0), ("E-2", 1), ("---", 3), ("words and:more/of them", 4), ("é", 5)]
)
def test_an_event_is_found_by_its_id_at_its_first_index(
    projection: Projection, event_id: str, index: int
) -> None:
    """A repeat that came after the memory of repeats had ended proves nothing more than the first."""
    assert index_of(projection, ACCOUNT, event_id, size=len(IDS) + 1) == index


@pytest.mark.parametrize("event_id", ["theirs", "E-3", "E", "e-1", ""])
def test_an_event_of_another_account_or_of_nobody_is_not_there(projection: Projection, event_id: str) -> None:
    """Ids are exact, and accounts are apart."""
    with pytest.raises(NoSuchEvent, match="no event with the id"):
        index_of(projection, ACCOUNT, event_id, size=len(IDS) + 1)


def test_while_records_are_not_searchable_yet_nobody_is_told_that_an_event_is_not_there(
    projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be among them."""
    monkeypatch.setattr(place, "PATIENCE_SECONDS", 0.1)
    with pytest.raises(Outage, match="1 are not yet"):
        index_of(projection, ACCOUNT, "E-3", size=projection.size() + 1)


@pytest.mark.parametrize(("event_id", "there"), [("late", True), ("never", False)])
def test_what_was_recorded_before_somebody_asked_is_waited_for(
    projection: Projection, ledger: Paper, monkeypatch: pytest.MonkeyPatch, *, event_id: str, there: bool
) -> None:
    """On a service that is never idle something is always not searchable yet; a wrong id is told all the same."""
    monkeypatch.setattr(place, "PATIENCE_SECONDS", 20)
    index = len(ledger.held)
    ledger.write([an_event(eventId=event_id if there else "another")], ACCOUNT)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(index_of, projection, ACCOUNT, event_id, size=index + 1)
        waits = not wait([asked], 0.2).done
        projection.follow(ledger)
        error = asked.exception(20)
    found = None if error else asked.result()

    assert (waits, found, type(error)) == (
        True,
        index if there else None,
        type(None) if there else NoSuchEvent,
    )
