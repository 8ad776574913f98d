"""Events of the first and the last moments that can be kept are found by every way of asking, as all others are."""

import csv
import io
import json
from collections.abc import Iterator

import pytest
from tests.kit.projection import ACCOUNT, Paper, a_projection, an_event

from actiontrail.event import moment
from actiontrail.query import export
from actiontrail.query.engine import Limits
from actiontrail.query.lookup import lookup
from actiontrail.query.pages.around import surroundings
from actiontrail.query.pages.ground import Ground
from actiontrail.query.question import Question
from actiontrail.query.search import Asked, Search

TIMES = {
    "first": "1970-01-01T00:00:00Z",
    "soon": "1970-01-01T00:00:00.001Z",
    "32 bits": "2038-01-19T03:14:08Z",
    "33 bits": "2106-02-07T06:28:16Z",
    "last": "2261-12-31T23:59:59.999999Z",
}
OF_OLD = "1969-07-20T20:17:40Z"  # what no recorder takes any longer
END = 9_214_646_400_000


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    events = [an_event(eventId=name, eventTime=time) for name, time in TIMES.items()]
    ledger = Paper([*events, an_event("Landing", eventId="of-old", eventTime=OF_OLD)])
    projection = a_projection(tmp_path_factory.mktemp("edges"), ledger)
    yield Search(projection, limits=Limits(), rows_max=100)
    projection.close()


@pytest.mark.parametrize("name", TIMES)
def test_each_is_found_by_its_own_moment(search: Search, name: str) -> None:
    """By a range, in the histogram, by a condition, in SQL, by LookupEvents, in an export and among its neighbours."""
    time = TIMES[name]
    start = moment.milliseconds(moment.parse(time))
    asked = Asked(account=ACCOUNT, start_ms=start, end_ms=start + 1)
    file = io.BytesIO()
    export.write(search, asked, file, export.Wanted("csv", rows_max=10))

    assert {
        "range": [json.loads(one.event)["eventTime"] for one in search.page(asked).events],
        "histogram": search.histogram(asked).total,
        "condition": len(search.page(Asked(account=ACCOUNT, query=f"eventTime: '{time}'")).events),
        "sql": search.sql(
            Asked(account=ACCOUNT, query=f"* | select eventTime from log where __time__ = {start // 1000} and eventId = '{name}'")
        ).rows,
        "lookup": [json.loads(one)["eventId"] for one in lookup(search.projection, Question(account=ACCOUNT, start=start, end=start + 1, conditions=(), newest_first=True, limit=9)).events],
        "export": [row["eventId"] for row in csv.DictReader(io.StringIO(file.getvalue().decode()))],
        "neighbours": surroundings(Ground(search, ACCOUNT), name, "actor").event.event_id,
    } == {
        "range": [time],
        "histogram": 1,
        "condition": 1,
        "sql": [(time,)],
        "lookup": [name],
        "export": [name],
        "neighbours": name,
    }  # fmt: skip


@pytest.mark.parametrize(("start", "end"), [(None, None), (0, None), (None, END), (0, END), (0, END - 1000)])
def test_the_whole_of_time_is_one_histogram(search: Search, start: int | None, end: int | None) -> None:
    """A step that began before 1970 could not be written down."""
    found = search.histogram(Asked(account=ACCOUNT, start_ms=start, end_ms=end), buckets=2000)

    assert (found.total, found.buckets[0].start_ms) == (5 if end == END - 1000 else 6, 0)


def test_what_was_recorded_of_a_time_that_is_refused_today_is_found_by_when_it_came(search: Search) -> None:
    """An older reader took it. It cannot stand at its own time, so it stands under a name of its own, with all it said."""
    found = search.page(
        Asked(
            account=ACCOUNT,
            query="Landing",
            start_ms=moment.edge("2026-03-01"),
            end_ms=moment.edge("2026-03-02"),
        )
    ).events
    shown = json.loads(found[0].event)

    assert (len(found), shown["eventName"], OF_OLD in shown["additionalEventData"]["original"]) == (1, "Unmapped", True)  # fmt: skip
