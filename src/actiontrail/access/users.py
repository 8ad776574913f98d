"""The people and programs of an account: RAM users.

A user does nothing by being there: keys, a way to sign in and policies are given one by one. An
inactive user's keys are inactive too. A user who still has keys or policies is not deleted.
"""

import time
from collections.abc import Callable
from typing import Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actiontrail.access.accounts import need_account
from actiontrail.access.names import BadName, check_name, check_remark, new_id, user_arn
from actiontrail.errors import Refusal
from actiontrail.store.copies import changed
from actiontrail.store.database import Database

State = Literal["Active", "Inactive"]
USERS_MAX = 1000  # per account
DISPLAY_CHARS_MAX = 128


class UnknownUser(Refusal):
    """The account has no user of this name."""


class UserExists(Refusal):
    """The account has a user of this name already; names are compared without case."""


class UserInUse(Refusal):
    """The user still has keys or policies."""


class TooManyUsers(Refusal):
    """The account has as many users as it may have."""


class User(NamedTuple):
    """One user. Times are seconds since 1970; `last_login` is when they signed in to the console."""

    id: str
    account: str
    name: str
    display_name: str
    comments: str
    state: State
    created: int
    updated: int
    last_login: int | None

    @property
    def arn(self) -> str:
        """How policies name them."""
        return user_arn(self.account, self.name)


class UserChange(NamedTuple):
    """What is to be another way; None leaves it as it is."""

    name: str | None = None
    display_name: str | None = None
    comments: str | None = None
    state: State | None = None


_COLUMNS = "id, account, name, display_name, comments, state, created, updated, last_login"
_BY_NAME = sa.text(f"SELECT {_COLUMNS} FROM users WHERE account = :account AND lower(name) = lower(:name)")  # noqa: S608 - a constant
_BY_ID = sa.text(f"SELECT {_COLUMNS} FROM users WHERE id = :id")  # noqa: S608 - a constant
_ALL = sa.text(f"SELECT {_COLUMNS} FROM users WHERE account = :account ORDER BY lower(name)")  # noqa: S608 - a constant
_COUNT = sa.text("SELECT count(*) FROM users WHERE account = :account")
_INSERT = sa.text(
    "INSERT INTO users (id, account, name, display_name, comments, state, created, updated)"
    " VALUES (:id, :account, :name, :display_name, :comments, :state, :created, :updated)"
)
_UPDATE = sa.text(
    "UPDATE users SET name = :name, display_name = :display_name, comments = :comments, state = :state,"
    " updated = :updated WHERE id = :id"
)
_SIGNED_IN = sa.text("UPDATE users SET last_login = :at WHERE id = :id")
_DELETE = sa.text("DELETE FROM users WHERE id = :id")
_KEYS = sa.text("SELECT count(*) FROM credentials WHERE user_id = :id")
_POLICIES = sa.text("SELECT count(*) FROM attachments WHERE account = :account AND principal = :id")


class Users:
    """The table `users`. Safe to share between threads."""

    def __init__(self, database: Database, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    def new(self, account: str, name: str, *, display_name: str = "", comments: str = "") -> User:
        """A user as they would be, with an id that nobody has. Nothing is changed. Raises `BadName`."""
        now = int(self._now())
        made = User(new_id("2"), account, name, display_name or name, comments, "Active", now, now, None)
        _check(made)
        return made

    def create(self, account: str, name: str, *, display_name: str = "", comments: str = "") -> User:
        """A new user of `account`, who may do nothing yet. Raises `UserExists`, `TooManyUsers`, `BadName`."""
        made = self.new(account, name, display_name=display_name, comments=comments)
        with self._database.begin() as connection:
            self.add(connection, made)
        return made

    def add(self, connection: Connection, user: User) -> None:
        """`user` is there, inside the caller's transaction. Raises `UserExists`, `TooManyUsers`."""
        need_account(connection, user.account)
        _need_free(connection, user)
        if connection.execute(_COUNT, {"account": user.account}).scalar_one() >= USERS_MAX:
            raise TooManyUsers(f"account {user.account} has {USERS_MAX} users; delete some")
        connection.execute(_INSERT, user._asdict())

    def get(self, account: str, name: str) -> User:
        """The user called `name`. Raises `UnknownUser`."""
        with self._database.read() as connection:
            return need_user(connection, account, name)

    def by_id(self, user_id: str) -> User | None:
        """The user with this id, of whichever account."""
        with self._database.read() as connection:
            row = connection.execute(_BY_ID, {"id": user_id}).first()
        return None if row is None else User._make(row)

    def list(self, account: str) -> list[User]:
        """The users of `account`, by name."""
        with self._database.read() as connection:
            return [User._make(row) for row in connection.execute(_ALL, {"account": account})]

    def update(self, account: str, name: str, change: UserChange) -> User:
        """Change a user; a state holds for their keys at once. Raises `UnknownUser`, `UserExists`, `BadName`."""
        said = {field: value for field, value in change._asdict().items() if value is not None}
        with self._database.begin() as connection:
            before = need_user(connection, account, name)
            after = before._replace(**said, updated=int(self._now()))
            _check(after)
            if after.name.lower() != before.name.lower():
                _need_free(connection, after)
            connection.execute(_UPDATE, after._asdict())
            changed(connection, "credentials")
        return after

    def signed_in(self, user_id: str) -> None:
        """Remember that they signed in now."""
        with self._database.begin() as connection:
            connection.execute(_SIGNED_IN, {"id": user_id, "at": int(self._now())})

    def delete(self, account: str, name: str) -> User:
        """They are gone; their id is never given again. Raises `UnknownUser`, `UserInUse`."""
        with self._database.begin() as connection:
            user = need_user(connection, account, name)
            kept = {
                "access keys": connection.execute(_KEYS, {"id": user.id}).scalar_one(),
                "policies": connection.execute(_POLICIES, {"account": account, "id": user.id}).scalar_one(),
            }
            if any(kept.values()):
                told = " and ".join(f"{count} {what}" for what, count in kept.items() if count)
                raise UserInUse(f"user {user.name} still has {told}; take these away first")
            connection.execute(_DELETE, {"id": user.id})
        return user


def need_user(connection: Connection, account: str, name: str) -> User:
    """The user, inside the caller's transaction. Raises `UnknownUser`."""
    row = connection.execute(_BY_NAME, {"account": account, "name": name}).first()
    if row is None:
        raise UnknownUser(f"account {account} has no user {name[:80]!r}")
    return User._make(row)


def _need_free(connection: Connection, user: User) -> None:
    if connection.execute(_BY_NAME, {"account": user.account, "name": user.name}).first() is not None:
        raise UserExists(f"account {user.account} has a user {user.name} already")


def _check(user: User) -> None:
    check_name("user name", user.name)
    if user.name.lower() == "root":
        raise BadName("no user is called root: events call the account itself so")
    check_remark("display name", user.display_name, most=DISPLAY_CHARS_MAX)
    check_remark("comments", user.comments)
    if user.state not in ("Active", "Inactive"):
        raise ValueError(user.state)
