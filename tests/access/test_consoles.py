"""Sessions of the console: random, hashed, short, and over when anything says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from actiontrail.access.accounts import Accounts
from actiontrail.access.consoles import SESSIONS_MAX, Limits, NotSignedIn, Sessions, UnknownSession, Whence
from actiontrail.access.users import User, UserChange, Users
from actiontrail.store.database import Database


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Room:
    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.folder = folder
        self.database = Database.open(folder)
        self.users = Users(self.database, now=self.clock)
        self.account = Accounts(self.database).create().id
        self.sessions = Sessions(
            self.database, self.users, b"c" * 32, limits=Limits(600, 3600), now=self.clock
        )

    def user(self, name: str = "alice") -> User:
        return self.users.create(self.account, name)

    def is_in(self, secret: str) -> bool:
        try:
            self.sessions.find(secret)
        except NotSignedIn:
            return False
        return True


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    yield made
    made.database.close()


def test_a_session_says_who_how_and_from_where(room: Room) -> None:
    """That is what its owner sees in the list of them."""
    user = room.user()
    secret, session_id = room.sessions.open(
        user, mfa=True, method="password", whence=Whence("192.0.2.1", "Firefox")
    )
    found = room.sessions.find(secret)

    assert (found.id, found.user, found.mfa, found.method, found.address, found.agent) == (
        session_id, user, True, "password", "192.0.2.1", "Firefox",
    )  # fmt: skip


def test_only_the_hash_of_a_session_is_kept(room: Room) -> None:
    """A copy of the database is nobody's session."""
    secret, _ = room.sessions.open(room.user(), mfa=False, method="password")
    room.database.close()
    kept = b"".join(path.read_bytes() for path in room.folder.iterdir() if path.is_file())

    assert (len(secret) >= 43, secret.encode() in kept) == (True, False)


def test_a_session_ends_when_it_is_idle(room: Room) -> None:
    """Use keeps it; a walk to lunch ends it."""
    secret, _ = room.sessions.open(room.user(), mfa=False, method="password")
    kept = []
    for wait in (599, 599, 601):
        room.clock.now += wait
        kept.append(room.is_in(secret))

    assert kept == [True, True, False]


def test_a_session_ends_however_much_it_is_used(room: Room) -> None:
    """A stolen one is not good for ever."""
    secret, _ = room.sessions.open(room.user(), mfa=False, method="password")
    kept = []
    for _ in range(12):
        room.clock.now += 300
        kept.append(room.is_in(secret))

    assert kept == [True] * 11 + [False]


@pytest.mark.parametrize("what", ["disabled", "deleted", "ended"])
def test_a_session_is_over_at_once(room: Room, what: str) -> None:
    """When its user is disabled or deleted, or it is ended from another place."""
    user = room.user()
    secret, session_id = room.sessions.open(user, mfa=False, method="password")
    if what == "disabled":
        room.users.update(room.account, "alice", UserChange(state="Inactive"))
    elif what == "deleted":
        room.users.delete(room.account, "alice")
    else:
        room.sessions.end(user, session_id)

    assert room.is_in(secret) is False


def test_nobody_ends_or_sees_the_session_of_another(room: Room) -> None:
    """Not by its id."""
    alice, bob = room.user(), room.user("bob")
    secret, session_id = room.sessions.open(alice, mfa=False, method="password")

    with pytest.raises(UnknownSession):
        room.sessions.end(bob, session_id)
    assert (room.is_in(secret), room.sessions.of(bob), [one.id for one in room.sessions.of(alice)]) == (
        True,
        [],
        [session_id],
    )


def test_the_oldest_session_makes_way(room: Room) -> None:
    """A script that signs in for ever fills nothing."""
    user = room.user()
    secrets = []
    for _ in range(SESSIONS_MAX + 2):
        room.clock.now += 1
        secrets.append(room.sessions.open(user, mfa=False, method="password").secret)

    assert [room.is_in(secret) for secret in secrets] == [False] * 2 + [True] * SESSIONS_MAX


def test_a_csrf_token_belongs_to_one_session(room: Room) -> None:
    """And is not the session's own secret."""
    user = room.user()
    one, other = (room.sessions.open(user, mfa=False, method="password").secret for _ in range(2))
    token = room.sessions.csrf(one)

    assert [room.sessions.csrf_matches(secret, token) for secret in (one, other)] == [True, False]
    assert (one in token, room.sessions.csrf_matches(one, "")) == (False, False)


@pytest.mark.parametrize("secret", ["", "x", "\ud800", "a" * 100_000])
def test_what_is_no_session_is_not_signed_in(room: Room, secret: str) -> None:
    """Whatever a browser sends."""
    assert room.is_in(secret) is False
