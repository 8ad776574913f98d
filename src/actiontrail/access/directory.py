"""Directories: accounts that belong together, one of which manages the others.

`organization_of` is what a trail of the whole organization asks. A directory says whose events a
management account's trails may hold; it does not let that account look into a member.
"""

import secrets
import string
import time
from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actiontrail.access.accounts import Account, need_account, new_account
from actiontrail.errors import Refusal
from actiontrail.store.copies import Copies, changed
from actiontrail.store.database import Database

MEMBERS_MAX = 1000
_ALPHABET = string.ascii_lowercase + string.digits


class NoDirectory(Refusal):
    """The account manages no directory."""


class InDirectory(Refusal):
    """The account belongs to a directory already."""


class NotAMember(Refusal):
    """The account is no member of the directory."""


class DirectoryInUse(Refusal):
    """The directory still has members."""


class TooManyMembers(Refusal):
    """The directory has as many members as it may have."""


class Organization(NamedTuple):
    """A directory: its id (`rd-…`), the account that manages it, and its members without that one, by id."""

    id: str
    management_account: str
    members: tuple[str, ...]
    created: int

    @property
    def accounts(self) -> tuple[str, ...]:
        """All of it: the management account, then the members."""
        return (self.management_account, *self.members)


_OF = sa.text(
    "SELECT id, management_account, created FROM directories WHERE management_account = :account"
    " OR id = (SELECT directory FROM members WHERE account = :account)"
)
_MEMBERS = sa.text("SELECT account FROM members WHERE directory = :id ORDER BY account")
_INSERT = sa.text(
    "INSERT INTO directories (id, management_account, created) VALUES (:id, :account, :created)"
)
_JOIN = sa.text("INSERT INTO members (account, directory, joined) VALUES (:account, :id, :joined)")
_LEAVE = sa.text("DELETE FROM members WHERE account = :account AND directory = :id")
_DELETE = sa.text("DELETE FROM directories WHERE id = :id")


class Directories:
    """The tables `directories` and `members`. Safe to share between threads."""

    def __init__(self, database: Database, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now
        self._copies: Copies[str, Organization | None] = Copies(database, "grants")

    def organization_of(self, account: str) -> Organization | None:
        """The organization that `account` manages or belongs to. From memory, unless something changed."""
        return self._copies.get(account, lambda connection: _organization(connection, account))

    def create(self, account: str) -> Organization:
        """A directory that `account` manages. Raises `InDirectory` if it belongs to one."""
        identity = "rd-" + "".join(secrets.choice(_ALPHABET) for _ in range(6))
        with self._database.begin() as connection:
            need_account(connection, account)
            _need_outside(connection, account)
            connection.execute(_INSERT, {"id": identity, "account": account, "created": int(self._now())})
            changed(connection, "grants")
            return _managed(connection, account)

    def add(self, management: str, account: str) -> Organization:
        """`account` becomes a member. Raises `NoDirectory`, `InDirectory`, `UnknownAccount`, `TooManyMembers`."""
        with self._database.begin() as connection:
            self._join(connection, management, account)
            return _managed(connection, management)

    def found(self, management: str, name: str) -> Account:
        """A new account that is a member from the beginning. Raises `NoDirectory`, `TooManyMembers`, `BadName`."""
        with self._database.begin() as connection:
            made = new_account(connection, name, int(self._now()))
            self._join(connection, management, made.id)
        return made

    def _join(self, connection: Connection, management: str, account: str) -> None:
        directory = _managed(connection, management)
        need_account(connection, account)
        _need_outside(connection, account)
        if len(directory.members) >= MEMBERS_MAX:
            raise TooManyMembers(f"directory {directory.id} has {MEMBERS_MAX} members")
        joined = {"account": account, "id": directory.id, "joined": int(self._now())}
        connection.execute(_JOIN, joined)
        changed(connection, "grants")

    def remove(self, management: str, account: str) -> Organization:
        """`account` is a member no more. Raises `NoDirectory`, `NotAMember`."""
        with self._database.begin() as connection:
            directory = _managed(connection, management)
            left = connection.execute(_LEAVE, {"account": account, "id": directory.id})
            if left.rowcount == 0:
                raise NotAMember(f"account {account[:40]} is no member of directory {directory.id}")
            changed(connection, "grants")
            return _managed(connection, management)

    def delete(self, management: str) -> Organization:
        """The directory is gone. Raises `NoDirectory`, `DirectoryInUse`."""
        with self._database.begin() as connection:
            directory = _managed(connection, management)
            if directory.members:
                raise DirectoryInUse(
                    f"directory {directory.id} still has {len(directory.members)} members; remove them first"
                )
            connection.execute(_DELETE, {"id": directory.id})
            changed(connection, "grants")
        return directory


def _organization(connection: Connection, account: str) -> Organization | None:
    row = connection.execute(_OF, {"account": account}).first()
    if row is None:
        return None
    members = connection.execute(_MEMBERS, {"id": row.id}).scalars()
    return Organization(row.id, row.management_account, tuple(members), int(row.created))


def _managed(connection: Connection, account: str) -> Organization:
    found = _organization(connection, account)
    if found is None or found.management_account != account:
        raise NoDirectory(f"account {account} manages no directory")
    return found


def _need_outside(connection: Connection, account: str) -> None:
    found = _organization(connection, account)
    if found is not None:
        raise InDirectory(f"account {account} belongs to directory {found.id} already")
