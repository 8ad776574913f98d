"""Questions that callers keep, on both kinds of database, as two processes see them."""

import pytest
import sqlalchemy as sa

from actiontrail.query import saved
from actiontrail.query.saved import DONE, RUNNING, By, Change, Saved, TooManyTemplates, UnknownTemplate
from actiontrail.store.database import Database

MINE, THEIRS = "1000000000000001", "1000000000000002"


@pytest.fixture
def kept(pair: tuple[Database, Database]) -> tuple[Saved, Saved]:
    """What one process writes and another reads."""
    with pair[0].begin() as connection:
        for account in (MINE, THEIRS):
            connection.execute(
                sa.text("INSERT INTO accounts (id, name, created) VALUES (:id, '', 0)"), {"id": account}
            )
    clock = iter(range(1_000_000))
    return Saved(pair[0], now=lambda: float(next(clock))), Saved(pair[1])


def test_a_template_is_kept_changed_and_dropped(kept: tuple[Saved, Saved]) -> None:
    """What is not given stays as it was."""
    writes, reads = kept
    made = writes.keep(MINE, "Root", "a", simple=True)
    writes.change(MINE, made.id, Change(sql="b", simple=False))
    seen = reads.template(MINE, made.id)
    writes.drop(MINE, made.id)

    assert (seen, reads.template(MINE, made.id)) == (made._replace(sql="b", simple=False), None)


def test_templates_are_found_by_a_part_of_their_name_to_the_letter(kept: tuple[Saved, Saved]) -> None:
    """`%` and `_` are letters here, and case is none."""
    writes, reads = kept
    for name in ("100%", "100 per cent", "Über_uns", "überall"):
        writes.keep(MINE, name, "a", simple=True)
    found = {
        part: [one.name for one in reads.templates(MINE, part, limit=9, offset=0)[1]]
        for part in ("0%", "R_", "ÜBER", "!")
    }

    assert found == {"0%": ["100%"], "R_": ["Über_uns"], "ÜBER": ["überall", "Über_uns"], "!": []}


def test_pages_of_templates_are_newest_first(kept: tuple[Saved, Saved]) -> None:
    """The count is of all, whatever the page."""
    writes, reads = kept
    for number in range(5):
        writes.keep(MINE, f"t{number}", "a", simple=True)
    count, page = reads.templates(MINE, "", limit=2, offset=2)

    assert (count, [one.name for one in page]) == (5, ["t2", "t1"])


def test_nobody_reaches_anothers_questions(kept: tuple[Saved, Saved]) -> None:
    """Not by their ids either."""
    writes, reads = kept
    made, asked = writes.keep(MINE, "Root", "a", simple=True), writes.ask(MINE, "a", simple=True)
    writes.drop(THEIRS, made.id)
    writes.forget(THEIRS, asked.id)
    with pytest.raises(UnknownTemplate):
        writes.change(THEIRS, made.id, Change(name="x", simple=True))

    assert (
        reads.template(THEIRS, made.id),
        reads.templates(THEIRS, "", limit=9, offset=0),
        reads.history(THEIRS),
        reads.template(MINE, made.id),
        reads.history(MINE),
    ) == (None, (0, []), [], made, [asked])


def test_templates_and_history_have_an_end(
    kept: tuple[Saved, Saved], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script in a loop fills no database: templates are refused, and old questions forgotten."""
    writes, reads = kept
    monkeypatch.setattr(saved, "TEMPLATES_MAX", 2)
    monkeypatch.setattr(saved, "HISTORY_MAX", 3)
    for number in range(5):
        writes.ask(MINE, f"q{number}", simple=True)
    writes.ask(THEIRS, "theirs", simple=True)
    for _ in range(2):
        writes.keep(MINE, "", "a", simple=True)
    with pytest.raises(TooManyTemplates):
        writes.keep(MINE, "", "a", simple=True)

    assert ([one.sql for one in reads.history(MINE)], len(reads.history(THEIRS))) == (["q4", "q3", "q2"], 1)


def test_how_a_question_ended_is_remembered(kept: tuple[Saved, Saved]) -> None:
    """Who asked, how long it took, how many rows it gave; and how a page showed it."""
    writes, reads = kept
    asked = writes.ask(MINE, "a", simple=True, by=By("alice", "chart=bar"), status=RUNNING)
    running = reads.history(MINE)
    writes.ended(THEIRS, asked, "stolen")
    writes.ended(MINE, asked, DONE, rows=7)

    assert (running, [(one.status, one.rows, one.took_ms > 0) for one in reads.history(MINE)]) == (
        [asked],
        [(DONE, 7, True)],
    )


def test_a_template_keeps_how_it_was_shown(kept: tuple[Saved, Saved]) -> None:
    """A change by somebody who knows no views leaves it."""
    writes, reads = kept
    made = writes.keep(MINE, "Root", "a", simple=True, by=By("alice", "chart=bar"))
    writes.change(MINE, made.id, Change(sql="b"))
    seen = reads.template(MINE, made.id)

    assert seen == made._replace(sql="b")
