"""Search: pages that hold still while events arrive, counts that add up, SQL over one's own events only."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.kit.projection import ACCOUNT, Paper, a_projection, an_event, names
from tests.query.test_guard import ATTACKS, HARMLESS

from actiontrail.errors import Refusal
from actiontrail.query import engine as engines
from actiontrail.query.engine import Limits
from actiontrail.query.guard import BadSql
from actiontrail.query.search import Asked, BadToken, Bucket, OutOfRange, Search

OTHER = "9999999999999999"
EVENTS = [
    an_event(
        f"Call{number % 3}",
        eventId=f"id-{number}",
        eventTime=f"2026-03-01T08:{number // 4:02}:00Z",
        requestParameters={"LookupAttribute.1.Key": "User", "Deep": {"er": number}},
        requestParameterJson=json.dumps({"X": f"v{number}"}),
        errorCode="NoPermission" if number % 5 == 0 else "",
    )
    for number in range(40)
]


HEAVY = "* | select count_if(concat(eventId, e0, e1, e2, e3, e4) = 'x') as c from log " + " ".join(
    f"join (select eventId as e{number} from log) as l{number} on true" for number in range(5)
)


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    ledger = Paper(EVENTS)
    ledger.write([an_event("Theirs", errorCode="Secret", requestParameters={"Name": "mine"})] * 3, OTHER)
    projection = a_projection(tmp_path_factory.mktemp("search"), ledger)
    yield Search(projection, limits=Limits(), rows_max=1000)
    projection.close()


def asked(query: str = "", **more: Any) -> Asked:
    return Asked(account=ACCOUNT, query=query, **more)


def test_a_token_of_another_question_is_refused(search: Search) -> None:
    """Else the second page would belong to no first page."""
    token = search.page(asked(), limit=5).next_token

    with pytest.raises(BadToken):
        search.page(asked("Call1"), limit=5, token=token)


@pytest.mark.parametrize("token", ["x", "e30=", "WyJhIiwxLDEsMV0=", "é"])
def test_a_token_that_is_none_is_refused(search: Search, token: str) -> None:
    """Whatever is sent, the answer is a refusal."""
    with pytest.raises(BadToken):
        search.page(asked(), token=token)


@pytest.mark.parametrize("limit", [0, -1, 10_001])
def test_a_page_has_a_limit(search: Search, limit: int) -> None:
    """Exports are for more."""
    with pytest.raises(OutOfRange):
        search.page(asked(), limit=limit)


def test_every_answer_says_how_far_it_saw(search: Search) -> None:
    """An answer without its horizon cannot be called complete."""
    seen = search.page(asked()).seen

    assert (seen.size, seen.ledger_size, seen.lag) == (43, 43, 0)


def test_facets_count_several_fields_in_one_question(search: Search) -> None:
    """The left column of any search page."""
    found, _ = search.facets(asked(), ["eventName", "errorCode", "channel"], top=2)

    assert found == {
        "eventName": [("Call0", 14), ("Call1", 13)],
        "errorCode": [("", 32), ("NoPermission", 8)],
        "channel": [("sdk", 40)],
    }


def test_a_histogram_counts_in_round_steps(search: Search) -> None:
    """Its total is the number of events found."""
    found = search.histogram(asked("errorCode: *"), buckets=10)

    assert (found.step_ms, found.total, found.buckets[0]) == (60_000, 8, Bucket(1_772_352_000_000, 1))


def test_an_event_is_found_by_its_id_in_its_account_only(search: Search) -> None:
    """Another account's id is not there, even for who knows it."""
    assert (
        search.index_of(ACCOUNT, "id-7"),
        search.index_of(ACCOUNT, "id-Theirs"),
        search.index_of(OTHER, "id-Theirs"),
    ) == (7, None, 40)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("* | select count(1) as c", [(40,)]),
        ("errorCode: NoPermission | select count(*) as c", [(8,)]),
        ('| select "event.eventName" as n, count(1) as c group by n order by n', [("Call0", 14), ("Call1", 13), ("Call2", 13)]),
        ("id-3 | select event.requestParameters.Deep.er as d, requestParameters.LookupAttribute.1.Key as k from log", [("3", "User")]),
        ("id-3 | select json_extract_scalar(\"event.requestParameterJson\", '$.X') as x", [("v3",)]),
        ("id-3 | select from_unixtime(__time__) > date '2026-01-01' as t", [(1,)]),
        ("* | select count_if(errorCode = 'NoPermission') as c, approx_distinct(eventName) as d", [(8, 3)]),
        ("* | with h as (select eventName as n, count(*) as c from log group by n) select max(c) as m from h", [(14,)]),
        ("nothing | select count(*) as c", [(0,)]),
        ("__topic__: actiontrail_audit_event and errorCode is not NULL and errorCode != '' | select count(1) as c", [(8,)]),
        ("__topic__: something_else | select count(1) as c", [(0,)]),
        ("* | select __topic__ as t, __source__ as s, count(1) as c group by t, s", [("actiontrail_audit_event", "actiontrail_internal", 40)]),
        ("* | select count(1) as c where \"event.errorCode\" is null", [(32,)]),
        ("* | select count(1) as c where \"event.errorCode\" is not null", [(8,)]),
        ("* | select time_series(__time__, '5m', '%H:%i', '0') as t, count(1) as c group by t order by t", [("08:00", 20), ("08:05", 20)]),
        ("* | select date_format(date_trunc('hour', __time__), '%H:%i') as t, count(1) as c group by t", [("08:00", 40)]),
        ("* | select histogram(\"event.eventName\") as h", [({"Call0": 14, "Call1": 13, "Call2": 13},)]),
        ("id-3 | select json_extract_scalar(event, '$.eventName') as n", [("Call0",)]),
        ("channel: sdk | select channel, count(1) as c group by channel", [("sdk", 40)]),
        ("channel: console | select count(1) as c", [(0,)]),
    ],
)  # fmt: skip
def test_sql_is_answered_over_ones_own_events(search: Search, query: str, rows: list[Any]) -> None:
    """The habits of the log service work."""
    assert search.sql(asked(query)).rows == rows


@pytest.mark.parametrize(
    "sql", ["select time_series(__time__) as t", "select time_series(__time__, 'hourly', '%H', '0') as t"]
)
def test_a_step_that_is_none_is_met_with_one(search: Search, sql: str) -> None:
    """The refusal says how to write it."""
    with pytest.raises(BadSql, match="such as '1h'"):
        search.sql(asked(f"* | {sql}"))


def test_a_question_is_tried_out_without_looking_at_an_event(search: Search) -> None:
    """Read by us, planned by the engine: what it would refuse is known before it is asked in earnest."""
    search.try_out(ACCOUNT, "errorCode: * | select eventName, count(1) as c group by eventName")
    search.try_out(ACCOUNT, "errorCode: *")

    for query in (
        "errorCode: ",
        "* | select nothing",
        "* | select date_trunc('hour', \"event.eventName\") as t",
    ):
        with pytest.raises(Refusal):
            search.try_out(ACCOUNT, query)


def test_request_parameters_have_a_text_where_the_event_has_only_the_object(search: Search) -> None:
    """Events delivered to a log service hold both, those that were looked up hold one."""
    found = search.sql(
        Asked(
            account=OTHER,
            query="* | select json_extract_scalar(\"event.requestParameterJson\", '$.Name') as n",
        )
    )

    assert found.rows == [("mine",)] * 3


@pytest.mark.parametrize("sql", [pair[1] for pair in HARMLESS], ids=[pair[0] for pair in HARMLESS])
def test_what_the_guard_lets_through_runs(search: Search, sql: str) -> None:
    """A promise of a dialect is kept by an engine or by nobody."""
    search.sql(asked(f"* | {sql}"))


@pytest.mark.parametrize("sql", ATTACKS, ids=range(len(ATTACKS)))
def test_attacks_stop_before_the_engine(search: Search, sql: str) -> None:
    """The same suite as the guard's, through the whole of search; no answer ever holds another account's event."""
    try:
        found = search.sql(asked(f"* | {sql}"))
    except Refusal:
        return
    assert "Theirs" not in str(found.rows) and "Secret" not in str(found.rows)  # noqa: PT018


def test_no_sql_counts_another_accounts_events(search: Search) -> None:
    """Not even their number."""
    tries = [
        "select count(*) as c",
        "select count(*) as c from log where 1 = 1 or eventName = 'Theirs'",
        "select count(*) as c from (select * from log) as x",
        "select count(distinct eventId) as c from log where eventName <> 'x' or true",
    ]

    assert [search.sql(asked(f"* | {one}")).rows for one in tries] == [[(40,)]] * 4


def test_the_compliance_queries_run(search: Search) -> None:
    """They are in use against the managed service."""
    data = os.environ.get("ACTIONTRAIL_TEST_DATA")
    if not data:
        pytest.skip("ACTIONTRAIL_TEST_DATA is not set")
    queries = json.loads((Path(data) / "actiontrail/cis_queries.json").read_bytes())

    assert [len(search.sql(asked(one["query"])).columns) > 0 for one in queries] == [True] * len(queries)


def test_too_many_rows_are_a_refusal_that_says_so(search: Search) -> None:
    """A limit that cuts silently would be a lie."""
    small = Search(search.projection, limits=Limits(), rows_max=5)

    with pytest.raises(engines.TooHeavy, match="rows"):
        small.sql(asked("* | select eventId from log"))


def test_too_long_a_question_is_stopped(search: Search) -> None:
    """One account's question must not be everybody's wait."""
    hasty = Search(search.projection, limits=Limits(seconds=1), rows_max=10)

    with pytest.raises(engines.TooHeavy):
        hasty.sql(asked(HEAVY))


def test_a_question_can_be_cancelled(search: Search) -> None:
    """Who closes the window should not leave the work behind."""
    import threading

    mark = engines.new_mark()
    stopper = threading.Event()

    def stop() -> None:
        while not stopper.wait(0.05):
            search.cancel(mark)

    thread = threading.Thread(target=stop)
    thread.start()
    try:
        with pytest.raises(engines.Cancelled):
            search.sql(
                asked(HEAVY),
                mark=mark,
            )
    finally:
        stopper.set()
        thread.join()


def test_a_range_is_half_open_and_words_narrow(search: Search) -> None:
    """Like every range here."""
    minute = 1_772_352_060_000
    page = search.page(asked("Call1", start_ms=minute, end_ms=minute + 60_000))

    assert names([found.event for found in page.events]) == ["Call1", "Call1"]


def test_a_wrong_field_in_sql_is_met_with_the_likely_one(search: Search) -> None:
    """Nobody remembers the spelling at three in the morning."""
    with pytest.raises(BadSql, match="did you mean"):
        search.sql(asked("* | select eventNmae from log"))
