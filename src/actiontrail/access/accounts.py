"""The accounts of a record. Each sees its own events, users and trails, and nothing of another."""

import secrets
import time
from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actiontrail.access.names import check_remark
from actiontrail.errors import Refusal
from actiontrail.store.database import Database

NAME_CHARS_MAX = 100
ACCOUNTS_MAX = 10_000


class UnknownAccount(Refusal):
    """No account has this id."""

    def __init__(self, account: str) -> None:
        super().__init__(f"there is no account {account[:40]}")


class TooManyAccounts(Refusal):
    """There are as many accounts as there may be."""


class Account(NamedTuple):
    """One account. `created` is in seconds since 1970."""

    id: str
    name: str
    created: int


_ONE = sa.text("SELECT id, name, created FROM accounts WHERE id = :id")
_ALL = sa.text("SELECT id, name, created FROM accounts ORDER BY created, id")
_COUNT = sa.text("SELECT count(*) FROM accounts")
_INSERT = sa.text("INSERT INTO accounts (id, name, created) VALUES (:id, :name, :created)")
_RENAME = sa.text("UPDATE accounts SET name = :name WHERE id = :id")


class Accounts:
    """The table `accounts`. Safe to share between threads."""

    def __init__(self, database: Database, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    def create(self, name: str = "", *, account: str = "") -> Account:
        """A new account; its id has 16 digits, and is `account` where that was chosen before (`new_id`)."""
        with self._database.begin() as connection:
            return new_account(connection, name, int(self._now()), account)

    def get(self, account: str) -> Account:
        """The account of this id. Raises `UnknownAccount`."""
        with self._database.read() as connection:
            return need_account(connection, account)

    def list(self) -> list[Account]:
        """Every account, the oldest first."""
        with self._database.read() as connection:
            return [Account._make(row) for row in connection.execute(_ALL)]

    def rename(self, account: str, name: str) -> Account:
        """Give it another name. Raises `UnknownAccount`."""
        check_remark("account's name", name, most=NAME_CHARS_MAX)
        with self._database.begin() as connection:
            connection.execute(_RENAME, {"id": account, "name": name})
            return need_account(connection, account)


def new_id() -> str:
    """An id for an account that is about to be made."""
    return str(secrets.randbelow(9 * 10**15) + 10**15)


def new_account(connection: Connection, name: str, now: int, account: str = "") -> Account:
    """A new account, inside the caller's transaction. Raises `TooManyAccounts`, `BadName`."""
    check_remark("account's name", name, most=NAME_CHARS_MAX)
    made = Account(account or new_id(), name, now)
    if connection.execute(_COUNT).scalar_one() >= ACCOUNTS_MAX:
        raise TooManyAccounts(f"there are {ACCOUNTS_MAX} accounts, and no more may be made")
    connection.execute(_INSERT, made._asdict())
    return made


def need_account(connection: Connection, account: str) -> Account:
    """The account, inside the caller's transaction. Raises `UnknownAccount`."""
    row = connection.execute(_ONE, {"id": account}).first()
    if row is None:
        raise UnknownAccount(account)
    return Account._make(row)
