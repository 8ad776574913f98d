"""The projection is a copy that heals itself and can always be made again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.projection import Paper, a_line, a_projection, an_event

from actiontrail.errors import Outage
from actiontrail.event.formats import declaring
from actiontrail.query import projection as projections
from actiontrail.query import schema
from actiontrail.query.engine import Engine
from actiontrail.query.projection import Projection

EVERY_ROW = f"SELECT * FROM {schema.TABLE} ORDER BY idx"


@pytest.fixture
def ledger() -> Paper:
    return Paper([an_event(f"Call{number}") for number in range(20)])


@pytest.fixture
def projection(tmp_path: Path, ledger: Paper) -> Iterator[Projection]:
    found = a_projection(tmp_path / "projection", ledger)
    yield found
    found.close()


def reopened(projection: Projection, folder: Path) -> Projection:
    projection.close()
    return a_projection(folder / "projection")


def test_every_record_is_searchable_once(projection: Projection, ledger: Paper) -> None:
    """The first promise of a copy."""
    found = projection.engine.rows(f"SELECT idx, event_name FROM {schema.TABLE} ORDER BY idx")

    assert found == [(number, f"Call{number}") for number in range(20)]


def test_what_is_offered_again_is_passed_over(projection: Projection, ledger: Paper) -> None:
    """A follower that crashed before its cursor moved is offered the same entries again."""
    ledger.write([an_event("Late")])

    projection.take(10, ledger.lines(10, limit=100))

    assert projection.engine.rows(f"SELECT count(), uniqExact(idx) FROM {schema.TABLE}") == [(21, 21)]


def test_after_a_restart_it_goes_on_where_its_rows_end(
    projection: Projection, ledger: Paper, tmp_path: Path
) -> None:
    """The rows are the cursor, so nothing beside them can disagree with them."""
    again = reopened(projection, tmp_path)
    try:
        assert (again.size(), again.position()) == (20, 20)
    finally:
        again.close()


@pytest.mark.parametrize("damage", ["idx = 7", "idx >= 15", "idx < 3", "idx % 2 = 0"])
def test_lost_rows_are_found_at_the_start_and_come_back(
    projection: Projection, ledger: Paper, tmp_path: Path, damage: str
) -> None:
    """The engine detaches a broken part without a word, and its commits are not synced to disk."""
    before = projection.engine.rows(EVERY_ROW)
    projection.engine.command(f"ALTER TABLE {schema.TABLE} DELETE WHERE {damage}", {"mutations_sync": 2})
    again = reopened(projection, tmp_path)
    try:
        again.follow(ledger)

        assert again.engine.rows(EVERY_ROW) == before
    finally:
        again.close()


def test_doubled_rows_are_found_at_the_start_and_taken_out(
    projection: Projection, ledger: Paper, tmp_path: Path
) -> None:
    """A double beside a loss leaves the count as it should be; the sum of the indices gives it away."""
    before = projection.engine.rows(EVERY_ROW)
    table = schema.TABLE
    projection.engine.command(f"INSERT INTO {table} SELECT * FROM {table} WHERE idx = 4")
    projection.engine.command(f"ALTER TABLE {table} DELETE WHERE idx = 9", {"mutations_sync": 2})
    again = reopened(projection, tmp_path)
    try:
        again.follow(ledger)

        assert again.engine.rows(EVERY_ROW) == before
    finally:
        again.close()


def test_a_rebuild_from_entry_0_gives_the_same_rows(projection: Projection, ledger: Paper) -> None:
    """Row for row: this is what makes the projection worth nothing, and so safe to delete."""
    before = projection.engine.rows(EVERY_ROW)

    projection.rebuild(ledger)

    assert projection.engine.rows(EVERY_ROW) == before


def test_an_older_table_is_brought_up_to_date_with_its_rows_in_it(
    ledger: Paper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for a million events to be read again because columns are kept in another way."""
    with monkeypatch.context() as before:
        before.setattr(schema, "STEPS", schema.STEPS[:2])
        a_projection(tmp_path / "projection", ledger).close()
    again = a_projection(tmp_path / "projection")
    kinds = again.engine.rows(
        "SELECT DISTINCT type FROM system.columns WHERE table = 'events' AND name IN"
        " ('user_name', 'source_ip', 'access_key_id', 'principal_id')"
    )
    found = (kinds, again.size(), again.differences(0, ledger.held))
    again.close()

    assert found == ([("LowCardinality(String)",)], 20, [])


def test_an_altered_row_is_named(projection: Projection, ledger: Paper) -> None:
    """`fsck --projection` compares every row with what its record gives."""
    projection.engine.command(
        f"ALTER TABLE {schema.TABLE} UPDATE user_name = 'mallory' WHERE idx = 11", {"mutations_sync": 2}
    )

    assert projection.differences(0, ledger.held) == [11]


def test_an_insert_that_fails_leaves_the_cursor_and_can_be_tried_again(
    projection: Projection, ledger: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk must not lose an event from search."""
    ledger.write([an_event("Late")])

    def full(table: str, rows: object) -> None:
        raise Outage("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(projection.engine, "insert", full)
        with pytest.raises(Outage):
            projection.follow(ledger)
    projection.follow(ledger)

    assert projection.engine.rows(f"SELECT count(), uniqExact(idx) FROM {schema.TABLE}") == [(21, 21)]


@pytest.mark.parametrize("stride", [20, 1000])
def test_a_backlog_of_many_batches_arrives_in_order(
    projection: Projection, ledger: Paper, monkeypatch: pytest.MonkeyPatch, stride: int
) -> None:
    """Batches overlap in time, never in place, be they of one size or, far behind, of the other."""
    monkeypatch.setattr(projections, "BATCH", 7)
    monkeypatch.setattr(projections, "STRIDE", stride)
    ledger.write([an_event(f"Later{number}") for number in range(50)])

    projection.follow(ledger)

    assert projection.engine.rows(f"SELECT count(), max(idx), sum(idx) FROM {schema.TABLE}") == [
        (70, 69, 69 * 70 // 2)
    ]


def test_a_record_that_no_longer_maps_stays_findable(projection: Projection, ledger: Paper) -> None:
    """A stricter parser must not stop the projection, nor hide what an older one took."""
    ledger.held.append(a_line(21, {"nothing": "we know"}))

    projection.follow(ledger)

    assert projection.engine.rows(
        f"SELECT event_name, position(doc, 'we know') > 0 FROM {schema.TABLE} WHERE idx = 20"
    ) == [("Unmapped", 1)]


def test_a_record_of_a_declared_format_is_searchable_by_it_and_outlives_it(
    projection: Projection, ledger: Paper, tmp_path: Path
) -> None:
    """A format taken out of the settings is counted, read by the generic mapping, and stops nothing."""
    sold = {"what": "SellCow", "action": "sell", "who": "jack"}
    ledger.held += [a_line(21 + at, sold, format="shop") for at in range(2)]
    ledger.write([an_event("After")])
    projection.follow(ledger)
    rows = f"SELECT event_name FROM {schema.TABLE} WHERE idx >= 20 ORDER BY idx"
    assert projection.engine.rows(rows) == [("sell",), ("sell",), ("After",)]
    assert (projection.undeclared(), projection.differences(0, ledger.held)) == ({"shop": 2}, [])
    projection.close()

    formats = declaring({"shop": {"eventName": "what", "userIdentity.userName": "who"}})
    again = Projection(Engine(tmp_path / "projection", memory_bytes=512 << 20, connections=2), formats)
    try:
        assert again.differences(0, ledger.held) == [20, 21]
        again.rebuild(ledger)
        assert again.engine.rows(rows) == [("SellCow",), ("SellCow",), ("After",)]
        assert (again.undeclared(), again.differences(0, ledger.held)) == ({}, [])
    finally:
        again.close()
