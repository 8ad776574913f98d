"""Roles: what may be acted as for a while, by whom, and for how long at most.

A role's trust policy says who may assume it; its policies say what the session may do then. A role that
is deleted ends its sessions at once.
"""

import json
import time
from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actiontrail.access.accounts import need_account
from actiontrail.access.names import BadName, check_name, check_remark, new_id, role_arn
from actiontrail.access.policy import parse_trust
from actiontrail.errors import Refusal
from actiontrail.store.copies import changed
from actiontrail.store.database import Database

ROLES_MAX = 1000  # per account
SESSION_SECONDS_MIN = 3600  # of what a role may allow at most
SESSION_SECONDS_MAX = 12 * 3600


class UnknownRole(Refusal):
    """The account has no role of this name."""


class RoleExists(Refusal):
    """The account has a role of this name already; names are compared without case."""


class RoleInUse(Refusal):
    """The role still has policies."""


class TooManyRoles(Refusal):
    """The account has as many roles as it may have."""


class Role(NamedTuple):
    """One role. Times are seconds since 1970; `trust` is JSON as it was given."""

    id: str
    account: str
    name: str
    description: str
    trust: str
    session_seconds_max: int
    created: int
    updated: int

    @property
    def arn(self) -> str:
        """How policies and AssumeRole name it."""
        return role_arn(self.account, self.name)


class RoleChange(NamedTuple):
    """What is to be another way; None leaves it as it is."""

    description: str | None = None
    trust: str | None = None
    session_seconds_max: int | None = None


_COLUMNS = "id, account, name, description, trust, session_seconds_max, created, updated"
_BY_NAME = sa.text(f"SELECT {_COLUMNS} FROM roles WHERE account = :account AND lower(name) = lower(:name)")  # noqa: S608 - a constant
_ALL = sa.text(f"SELECT {_COLUMNS} FROM roles WHERE account = :account ORDER BY lower(name)")  # noqa: S608 - a constant
_COUNT = sa.text("SELECT count(*) FROM roles WHERE account = :account")
_INSERT = sa.text(
    "INSERT INTO roles (id, account, name, description, trust, session_seconds_max, created, updated)"
    " VALUES (:id, :account, :name, :description, :trust, :session_seconds_max, :created, :updated)"
)
_UPDATE = sa.text(
    "UPDATE roles SET description = :description, trust = :trust, session_seconds_max = :session_seconds_max,"
    " updated = :updated WHERE id = :id"
)
_DELETE = sa.text("DELETE FROM roles WHERE id = :id")
_END_SESSIONS = sa.text("DELETE FROM credentials WHERE role_id = :id")
_POLICIES = sa.text("SELECT count(*) FROM attachments WHERE account = :account AND principal = :id")


class Roles:
    """The table `roles`. Safe to share between threads."""

    def __init__(self, database: Database, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    def create(
        self,
        account: str,
        name: str,
        *,
        trust: str = "",
        description: str = "",
        session_seconds_max: int = SESSION_SECONDS_MIN,
    ) -> Role:
        """A new role, which may do nothing yet; without a trust policy whoever its own account lets may assume it.

        Raises `RoleExists`, `TooManyRoles`, `BadName`, or `BadPolicy` for a trust policy that is none.
        """
        now = int(self._now())
        trust = trust or own_account(account)
        made = Role(new_id("3"), account, name, description, trust, session_seconds_max, now, now)
        _check(made)
        with self._database.begin() as connection:
            need_account(connection, account)
            if connection.execute(_BY_NAME, {"account": account, "name": name}).first() is not None:
                raise RoleExists(f"account {account} has a role {name} already")
            if connection.execute(_COUNT, {"account": account}).scalar_one() >= ROLES_MAX:
                raise TooManyRoles(f"account {account} has {ROLES_MAX} roles; delete some")
            connection.execute(_INSERT, made._asdict())
        return made

    def get(self, account: str, name: str) -> Role:
        """The role called `name`. Raises `UnknownRole`."""
        with self._database.read() as connection:
            return need_role(connection, account, name)

    def list(self, account: str) -> list[Role]:
        """The roles of `account`, by name."""
        with self._database.read() as connection:
            return [Role._make(row) for row in connection.execute(_ALL, {"account": account})]

    def update(self, account: str, name: str, change: RoleChange) -> Role:
        """Change a role; sessions that run go on. Raises `UnknownRole`, `BadPolicy`, `BadName`."""
        said = {field: value for field, value in change._asdict().items() if value is not None}
        with self._database.begin() as connection:
            after = need_role(connection, account, name)._replace(**said, updated=int(self._now()))
            _check(after)
            connection.execute(_UPDATE, after._asdict())
        return after

    def delete(self, account: str, name: str) -> Role:
        """It is gone, and so are its sessions. Raises `UnknownRole`, `RoleInUse`."""
        with self._database.begin() as connection:
            role = need_role(connection, account, name)
            count = connection.execute(_POLICIES, {"account": account, "id": role.id}).scalar_one()
            if count:
                raise RoleInUse(f"role {role.name} still has {count} policies; detach them first")
            connection.execute(_END_SESSIONS, {"id": role.id})
            connection.execute(_DELETE, {"id": role.id})
            changed(connection, "credentials")
        return role


def own_account(account: str) -> str:
    """The trust policy that lets `account` decide by its own policies who assumes the role."""
    principal = {"RAM": [f"acs:ram::{account}:root"]}
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return json.dumps({"Version": "1", "Statement": [statement]})


def need_role(connection: Connection, account: str, name: str) -> Role:
    """The role, inside the caller's transaction. Raises `UnknownRole`."""
    row = connection.execute(_BY_NAME, {"account": account, "name": name}).first()
    if row is None:
        raise UnknownRole(f"account {account} has no role {name[:80]!r}")
    return Role._make(row)


def _check(role: Role) -> None:
    check_name("role name", role.name)
    check_remark("description", role.description)
    parse_trust(role.trust)
    if not SESSION_SECONDS_MIN <= role.session_seconds_max <= SESSION_SECONDS_MAX:
        raise BadName(
            f"the longest session of a role is {SESSION_SECONDS_MIN} to {SESSION_SECONDS_MAX} seconds,"
            f" not {role.session_seconds_max}"
        )
