"""The control database and the followers' cursors."""

import ast
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from actiontrail.store import migrations
from actiontrail.store.cursors import Cursors
from actiontrail.store.database import HEAD, BadDatabaseUrl, Database, DatabaseOutage


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path)
    yield database
    database.close()


def test_a_cursor_moves_forward_only(database: Database) -> None:
    """A follower that was slow to die must not take a newer one back."""
    cursors = Cursors(database)
    before = cursors.position("projector")
    cursors.advance("projector", 9)
    cursors.advance("projector", 4)

    assert (before, cursors.positions()) == (0, {"projector": 9})


def test_a_rewound_follower_begins_again(database: Database) -> None:
    """Rebuilding a projection starts at entry 0."""
    cursors = Cursors(database)
    cursors.advance("projector", 9)
    cursors.rewind("projector")

    assert cursors.position("projector") == 0


def test_what_was_written_is_there_after_reopening(tmp_path: Path) -> None:
    """And opening an up-to-date database changes nothing."""
    first = Database.open(tmp_path)
    Cursors(first).advance("projector", 9)
    first.close()
    second = Database.open(tmp_path)

    positions = Cursors(second).positions()
    second.close()

    assert positions == {"projector": 9}


def test_processes_that_open_a_new_database_at_once_do_not_collide(tmp_path: Path) -> None:
    """The recorder and the reader start together on the first run."""
    problems: list[BaseException] = []

    def run() -> None:
        try:
            Database.open(tmp_path).close()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test shows it
            problems.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []


def test_a_watch_sees_every_write_and_nothing_else(tmp_path: Path) -> None:
    """Copies in memory are dropped exactly when they may be wrong."""
    one, two = Database.open(tmp_path), Database.open(tmp_path)
    stamps = [one.watch.stamp(), one.watch.stamp()]
    Cursors(two).advance("a", 1)
    stamps.append(one.watch.stamp())
    Cursors(one).advance("a", 2)
    stamps.append(one.watch.stamp())
    one.close()
    two.close()

    assert [stamps.index(stamp) for stamp in stamps] == [0, 0, 2, 3]


def test_the_newest_migration_is_the_one_we_name() -> None:
    """Opening compares with `HEAD` alone: a forgotten number would leave the schema behind."""
    files = sorted(path.name for path in (Path(migrations.__path__[0]) / "versions").glob("m*.py"))

    assert (files[-1][1:5], [name[1:5] for name in files]) == (
        HEAD,
        [f"{n:04d}" for n in range(1, len(files) + 1)],
    )


def test_each_migration_follows_the_one_before() -> None:
    """Two with the same parent would stop every start."""
    chain = []
    for path in sorted((Path(migrations.__path__[0]) / "versions").glob("m*.py")):
        names = {
            node.targets[0].id: ast.literal_eval(node.value)
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.Assign)
        }  # type: ignore[attr-defined]
        chain.append((names["down_revision"], names["revision"]))

    assert [parent for parent, _ in chain] == [None, *(own for _, own in chain[:-1])]


@pytest.mark.parametrize("url", ["nonsense", "mysql://localhost/at"])
def test_a_url_we_cannot_use_is_refused_before_anything_is_opened(tmp_path: Path, url: str) -> None:
    """The mistake is in the settings, and told there."""
    with pytest.raises(BadDatabaseUrl):
        Database.open(tmp_path, url)


def test_a_database_that_is_away_is_an_outage(tmp_path: Path) -> None:
    """Trying again may help; the caller is told so."""
    with pytest.raises(DatabaseOutage):
        Database.open(tmp_path / "absent")
