"""The searchable copy may be shortened: what went on purpose is told, never called a loss, and never comes back by itself."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from tests.kit.projection import ACCOUNT, Paper, a_projection, an_event

from actiontrail.config import Config
from actiontrail.errors import Outage
from actiontrail.query import place, retention, schema
from actiontrail.query.engine import Engine, Limits
from actiontrail.query.place import NoSuchEvent
from actiontrail.query.projection import Projection
from actiontrail.query.search import Asked, BadToken, Search

NOW = datetime(2026, 4, 20, tzinfo=UTC)
DAYS = 30  # what was received from March on stays
INDICES = f"SELECT idx FROM {schema.TABLE} ORDER BY idx"
SINCE = "2026-03-01T00:00:00Z"


@pytest.fixture
def ledger() -> Paper:
    """Ten records of January, ten of February, ten of March; the turn to March is mixed, as callers overlap."""
    found = Paper()
    days = ["2026-01-10"] * 10 + ["2026-02-10"] * 9 + ["2026-03-01", "2026-02-28"] + ["2026-03-10"] * 9
    for number, day in enumerate(days):
        found.write([an_event(f"Call{number}", eventId=f"id-{number}")], day=day)
    return found


@pytest.fixture
def projection(tmp_path: Path, ledger: Paper) -> Iterator[Projection]:
    found = a_projection(tmp_path / "projection", ledger, searchable_days=DAYS)
    yield found
    found.close()


def indices(projection: Projection) -> list[int]:
    return [index for (index,) in projection.engine.rows(INDICES)]


def reopened(projection: Projection, folder: Path, ledger: Paper) -> Projection:
    projection.close()
    return a_projection(folder / "projection", ledger, searchable_days=DAYS)


def test_whole_months_go_and_nothing_that_must_stay(projection: Projection, ledger: Paper) -> None:
    """Index 19 is of March and stays; so 20, of February but behind it, stays too: what goes is a beginning."""
    gone = projection.expire(ledger, NOW)

    assert (gone, indices(projection)) == (19, list(range(19, 30)))
    assert (projection.reach.first, projection.reach.told(), projection.size()) == (19, SINCE, 30)


def test_without_a_limit_nothing_goes(tmp_path: Path, ledger: Paper) -> None:
    """The default: an auditor asks about the year before last."""
    projection = a_projection(tmp_path / "projection", ledger)
    gone = projection.expire(ledger, datetime(2040, 1, 1, tzinfo=UTC))
    found = indices(projection)
    projection.close()

    assert (gone, found) == (0, list(range(30)))


def test_what_went_on_purpose_is_no_loss_at_the_next_start(
    projection: Projection, ledger: Paper, tmp_path: Path
) -> None:
    """Else every start would make again what the operator let go."""
    projection.expire(ledger, NOW)
    again = reopened(projection, tmp_path, ledger)
    found = (again.reach.first, again.size(), indices(again), again.differences(19, ledger.held[19:]))
    again.close()

    assert found == (19, 30, list(range(19, 30)), [])


@pytest.mark.parametrize("damage", ["idx = 25", "idx < 22", "idx >= 28", "idx >= 19"])
def test_a_loss_in_what_stays_is_still_found_and_filled(
    projection: Projection, ledger: Paper, tmp_path: Path, damage: str
) -> None:
    """A copy that was shortened heals like a whole one, and only as far back as it reaches."""
    projection.expire(ledger, NOW)
    projection.engine.command(f"ALTER TABLE {schema.TABLE} DELETE WHERE {damage}", {"mutations_sync": 2})
    again = reopened(projection, tmp_path, ledger)
    found = indices(again)
    again.close()

    assert found == list(range(19, 30))


def test_a_crash_between_the_promise_and_the_deed_ends_at_the_next_start(
    projection: Projection, ledger: Paper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reach is written first; the rows before it go now or later."""

    def crash(*_: object) -> None:
        raise Outage("killed")

    with monkeypatch.context() as broken:
        broken.setattr(retention, "let_go", crash)
        with pytest.raises(Outage):
            projection.expire(ledger, NOW)
    left = indices(projection)
    again = reopened(projection, tmp_path, ledger)
    found = indices(again)
    again.close()

    assert (left, found) == (list(range(30)), list(range(19, 30)))


def test_a_rebuild_goes_back_as_far_as_is_wanted_now(
    projection: Projection, ledger: Paper, tmp_path: Path
) -> None:
    """With the same days the same rows; with more days those of January are back."""
    projection.expire(ledger, NOW)
    projection.rebuild(ledger, now=NOW)
    same = (projection.reach.first, indices(projection))
    projection.close()
    longer = a_projection(tmp_path / "projection", searchable_days=100)
    longer.rebuild(ledger, now=NOW)
    more = (longer.reach, indices(longer))
    longer.close()

    assert (same, more) == ((19, list(range(19, 30))), (retention.Reach(), list(range(30))))


def test_one_wrong_clock_neither_empties_the_copy_nor_keeps_it_for_ever(tmp_path: Path) -> None:
    """A record dated 1971 among today's, and one dated 2099 among the oldest."""
    ledger = Paper()
    for day in ("2099-01-01", "2026-01-10", "2026-03-10", "1971-01-01", "2026-03-11"):
        ledger.write([an_event()], day=day)
    projection = a_projection(tmp_path / "projection", ledger, searchable_days=DAYS)
    projection.expire(ledger, NOW)
    found = indices(projection)
    projection.close()

    assert found == [2, 3, 4]


def test_when_everything_is_too_old_it_goes_on_where_it_was(projection: Projection, ledger: Paper) -> None:
    """A service that was quiet for a year: nothing is searchable, and the next event is."""
    projection.expire(ledger, datetime(2027, 6, 1, tzinfo=UTC))
    empty = (indices(projection), projection.size())
    ledger.write([an_event("Late")], day="2027-06-01")
    projection.follow(ledger)

    assert (empty, indices(projection)) == (([], 30), [30])


@pytest.mark.parametrize("taken", [0, 5])
def test_a_copy_that_lags_skips_what_it_would_let_go(tmp_path: Path, ledger: Paper, taken: int) -> None:
    """Made anew over years of records, it must not fill with what nobody wants searchable."""
    copy = a_projection(tmp_path / "projection", searchable_days=DAYS)
    copy.take(0, ledger.held[:taken])
    copy.expire(ledger, NOW)
    copy.follow(ledger)
    found = indices(copy)
    copy.close()

    assert found == list(range(19, 30))


def test_every_answer_says_from_when_on_it_could_see(projection: Projection, ledger: Paper) -> None:
    """An empty answer must not look like `it never happened`."""
    search = Search(projection, limits=Limits(), rows_max=10)
    before = search.seen()
    projection.expire(ledger, NOW)
    seen = search.page(Asked(account=ACCOUNT, query="Call3")).seen
    with pytest.raises(NoSuchEvent, match=f"since {SINCE}; older ones are not searchable"):
        place.index_of(projection, ACCOUNT, "id-3", size=30)

    assert ((before.first, before.since), (seen.first, seen.since)) == ((0, ""), (19, SINCE))


@pytest.mark.parametrize(
    "ask",
    [
        lambda search, asked: search.page(asked),
        lambda search, asked: search.facets(asked, ["serviceName"]),
        lambda search, asked: search.histogram(asked),
        lambda search, asked: search.sql(replace(asked, query="* | select count(*) as c")),
    ],
    ids=["page", "facets", "histogram", "sql"],
)
def test_an_answer_over_what_was_let_go_meanwhile_is_not_given(
    projection: Projection,
    ledger: Paper,
    monkeypatch: pytest.MonkeyPatch,
    ask: Callable[[Search, Asked], object],
) -> None:
    """It would say that it saw what was gone when it looked."""
    search = Search(projection, limits=Limits(), rows_max=1000)
    connection = Engine._connection

    def late(engine: Engine) -> object:
        monkeypatch.setattr(Engine, "_connection", connection)
        projection.expire(ledger, NOW)
        return connection(engine)

    monkeypatch.setattr(Engine, "_connection", late)
    with pytest.raises(Outage, match="shortened"):
        ask(search, Asked(account=ACCOUNT))
    ask(search, Asked(account=ACCOUNT))


def test_a_walk_that_lost_its_beginning_is_told(projection: Projection, ledger: Paper) -> None:
    """An export must not end early and look whole."""
    search = Search(projection, limits=Limits(), rows_max=10)
    token = search.page(Asked(account=ACCOUNT), limit=5, newest_first=False).next_token
    projection.expire(ledger, NOW)

    with pytest.raises(BadToken, match="begin again"):
        search.page(Asked(account=ACCOUNT), limit=5, newest_first=False, token=token)


def test_search_may_not_reach_less_far_than_lookups_promise() -> None:
    """LookupEvents says that it answers for `lookback_days`."""
    with pytest.raises(msgspec.ValidationError, match="lookback_days"):
        msgspec.convert({"searchable_days": 30}, Config)

    assert msgspec.convert({"searchable_days": 30, "lookback_days": 30}, Config).searchable_days == 30


def test_a_part_that_the_engine_put_aside_is_told_and_its_rows_come_back(
    projection: Projection, ledger: Paper, tmp_path: Path
) -> None:
    """The engine starts without a broken part and does not say so; we do."""
    path = projection.engine.rows(
        "SELECT path FROM system.parts WHERE concat(database, '.', table) = {table:String} AND active AND partition = '202602'",
        {"table": schema.TABLE},
    )[0][0]
    projection.close()
    data = Path(path)
    file = max((one for one in data.iterdir() if one.suffix == ".bin"), key=lambda one: one.stat().st_size)
    file.write_bytes(file.read_bytes()[:-7])
    again = a_projection(tmp_path / "projection", ledger)
    told, found = again.detached, indices(again)
    again.close()
    quiet = a_projection(tmp_path / "projection")
    later = quiet.detached
    quiet.close()

    assert (len(told), found, later) == (1, list(range(30)), ())
