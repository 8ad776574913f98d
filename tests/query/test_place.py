"""Where in the ledger an event is, asked of the projection."""

from collections.abc import Iterator

import pytest
from tests.kit.projection import ACCOUNT, Paper, a_projection, an_event

from actiontrail.errors import Outage
from actiontrail.query.place import NoSuchEvent, index_of
from actiontrail.query.projection import Projection

OTHER = "9999999999999999"
IDS = ["E-1", "E-2", "E-1", "---", "words and:more/of them", "é"]


@pytest.fixture(scope="module")
def projection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Projection]:
    ledger = Paper([an_event(eventId=event_id) for event_id in IDS])
    ledger.write([an_event(eventId="theirs")], OTHER)
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
    projection: Projection,
) -> None:
    """It may be among them."""
    with pytest.raises(Outage, match="1 are not yet"):
        index_of(projection, ACCOUNT, "E-3", size=len(IDS) + 2)
