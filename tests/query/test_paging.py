"""Pages that hold still while events arrive."""

from pathlib import Path

import pytest
from tests.kit.projection import ACCOUNT, Paper, a_projection, an_event

from actiontrail.query.engine import Limits
from actiontrail.query.search import Asked, Search

EVENTS = [an_event(f"Call{number}", eventTime=f"2026-03-01T08:{number // 4:02}:00Z") for number in range(40)]


@pytest.mark.parametrize("newest_first", [True, False])
def test_pages_neither_miss_nor_repeat_while_events_arrive(tmp_path: Path, newest_first: bool) -> None:
    """An investigator who pages through a busy account must see each event once."""
    ledger = Paper(EVENTS)
    projection = a_projection(tmp_path, ledger)
    search = Search(projection, limits=Limits(), rows_max=1000)
    seen: list[int] = []
    token = "start"
    while token:
        given = "" if token == "start" else token
        page = search.page(Asked(account=ACCOUNT), limit=7, newest_first=newest_first, token=given)
        seen += [found.index for found in page.events]
        ledger.write([an_event("Late", eventTime="2026-03-01T08:05:00Z")])
        projection.follow(ledger)
        token = page.next_token
    projection.close()

    assert (sorted(seen), len(seen)) == (list(range(40)), 40)
