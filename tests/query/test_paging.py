"""Pages that hold still while events arrive."""

from pathlib import Path

import pytest
from tests.kit.projection import ACCOUNT, Paper, a_projection, an_event

from actiontrail.query import search as searches
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


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_page_of_long_events_is_short_and_the_walk_is_whole(
    tmp_path: Path, newest_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever fills the record with values of 256 kB must not stop those who read it; one that is larger than a page is one page."""
    monkeypatch.setattr(searches, "PAGE_BYTES_MAX", 20_000)
    lengths = [100, 9_000, 9_000, 9_000, 50_000, 100, 50_000, 9_000, *[100] * 30]
    ledger = Paper(
        [
            an_event(
                f"Call{number}",
                eventTime=f"2026-03-01T08:{number:02}:00Z",
                requestParameters={"V": "x" * length},
            )
            for number, length in enumerate(lengths)
        ]
    )
    projection = a_projection(tmp_path, ledger)
    search = Search(projection, limits=Limits(), rows_max=1000)
    pages, token = [], "start"
    while token:
        given = "" if token == "start" else token
        page = search.page(Asked(account=ACCOUNT), limit=50, newest_first=newest_first, token=given)
        pages.append(page.events)
        token = page.next_token
    projection.close()
    order = [one.index for events in pages for one in events]

    assert order == sorted(range(len(lengths)), reverse=newest_first)
    assert all(sum(len(one.event) for one in events) <= 20_000 or len(events) == 1 for events in pages)
