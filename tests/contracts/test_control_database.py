"""The control database keeps its promises on SQLite and on PostgreSQL."""

import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.contracts.conftest import Place

from actiontrail.access.keys import Keys, UnknownCredential, token_matches
from actiontrail.access.roles import Roles
from actiontrail.access.seal import Sealer
from actiontrail.store.cursors import Cursors
from actiontrail.store.database import FILE_NAME, Database, DatabaseOutage, NewerDatabase


def test_a_cursor_moves_forward_only_whoever_moves_it(pair: tuple[Database, Database]) -> None:
    """A follower that was slow to die must not take a newer one back."""
    one, two = Cursors(pair[0]), Cursors(pair[1])
    one.advance("projector", 5)
    two.advance("projector", 9)
    one.advance("projector", 7)
    seen = [one.position("projector"), two.positions()]
    one.rewind("projector")

    assert [*seen, two.position("projector")] == [9, {"projector": 9}, 0]


def test_what_failed_halfway_left_nothing(pair: tuple[Database, Database]) -> None:
    """A transaction is all or nothing."""
    with pytest.raises(RuntimeError), pair[0].begin() as connection:  # noqa: PT012 - the failure is inside
        connection.execute(sa.text("INSERT INTO cursors (name, position) VALUES ('a', 1)"))
        raise RuntimeError

    assert Cursors(pair[1]).positions() == {}


def test_a_broken_constraint_is_not_an_outage(pair: tuple[Database, Database]) -> None:
    """Trying again would not help."""
    with pytest.raises(sa.exc.IntegrityError), pair[0].begin() as connection:
        connection.execute(sa.text("INSERT INTO cursors (name, position) VALUES ('a', 1), ('a', 2)"))


def test_processes_that_open_it_at_once_do_not_collide(place: Place) -> None:
    """The recorder and the reader start together on the first run."""
    problems: list[BaseException] = []

    def run() -> None:
        try:
            place.open().close()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test shows it
            problems.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []


def test_a_new_file_that_another_is_writing_is_waited_for(tmp_path: Path) -> None:
    """SQLite refuses at once to turn write-ahead logging on while another writes, whatever its time limit."""
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    letting_go = threading.Timer(0.3, other.execute, ("ROLLBACK",))
    letting_go.start()

    Database.open(tmp_path).close()

    letting_go.join()
    other.close()


def test_a_newer_programs_database_is_left_alone(place: Place) -> None:
    """An old program would write rows that the new one does not understand."""
    database = place.open()
    with database.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()

    with pytest.raises(NewerDatabase, match="9999"):
        place.open()


def test_a_credential_lives_and_ends_for_both_processes(pair: tuple[Database, Database]) -> None:
    """Made by one, believed by the other; disabled, enabled and deleted likewise."""
    server, cli = (Keys(database, Sealer(b"k" * 32)) for database in pair)
    made = cli.create_key(cli.create_account(), any_account=True, note="collector")
    states: list[object] = []
    for act in (
        lambda: None,
        lambda: cli.set_state(made.access_key_id, "Inactive"),
        lambda: cli.set_state(made.access_key_id, "Active"),
        lambda: cli.delete(made.access_key_id),
    ):
        act()
        found = server.credential(made.access_key_id)
        states.append(
            found and (found.state, found.secret == made.access_key_secret, found.caller.any_account)
        )

    assert states == [("Active", True, True), ("Inactive", True, True), ("Active", True, True), None]


def test_tokens_and_sessions_are_found_by_what_they_are(pair: tuple[Database, Database]) -> None:
    """A token by its hash, a session by its id and its token."""
    server, cli = (Keys(database, Sealer(b"k" * 32)) for database in pair)
    account = cli.create_account()
    token = cli.create_token(account)
    session = cli.create_session(Roles(pair[1]).create(account, "auditor"), "alice")
    by_token, by_id = server.token(token.token), server.credential(session.access_key_id)
    assert by_token is not None
    assert by_id is not None

    assert (by_token.caller.account, token_matches(by_id, session.security_token)) == (account, True)


def test_what_is_listed_says_when_it_was_used(pair: tuple[Database, Database]) -> None:
    """And nothing that could be used."""
    server, cli = (Keys(database, Sealer(b"k" * 32), now=lambda: 1_800_000_000.0) for database in pair)
    account = cli.create_account()
    made = cli.create_key(account, note="deploy")
    server.used(made.access_key_id)
    server.flush()

    listed = cli.list(account)

    assert [(each.id, each.note, each.any_account, each.last_used) for each in listed] == [
        (made.access_key_id, "deploy", False, 1_800_000_000)
    ]


def test_what_is_not_there_cannot_be_changed(pair: tuple[Database, Database]) -> None:
    """A typo must not look like success."""
    with pytest.raises(UnknownCredential):
        Keys(pair[0], Sealer(b"k" * 32)).delete("LTAInone")


def test_a_server_that_is_away_is_an_outage(tmp_path: Path) -> None:
    """Trying again may help; the caller is told so."""
    with pytest.raises(DatabaseOutage):
        Database.open(tmp_path, f"postgresql://postgres@/postgres?host={tmp_path}")
