"""The policies of an account, and who was given which.

What was attached, changed or detached holds for the next request, in every process. A policy that
somebody still has is not deleted.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actiontrail.access.accounts import need_account
from actiontrail.access.evaluate import Granted, PolicyType
from actiontrail.access.names import POLICY_NAME_CHARS_MAX, check_name, check_remark
from actiontrail.access.policy import parse
from actiontrail.access.roles import Role
from actiontrail.access.system_policies import SYSTEM
from actiontrail.access.users import User
from actiontrail.errors import Refusal
from actiontrail.store.copies import Copies, changed
from actiontrail.store.database import Database

POLICIES_MAX = 1500  # of its own, per account
ATTACHED_MAX = 20  # per user or role
TOPIC = "grants"


class UnknownPolicy(Refusal):
    """There is no policy of this name and type."""


class PolicyExists(Refusal):
    """The account, or the system, has a policy of this name already; names are compared without case."""


class PolicyInUse(Refusal):
    """Somebody still has the policy."""


class TooManyPolicies(Refusal):
    """The account, the user or the role has as many policies as it may have."""


class NotAttached(Refusal):
    """The user or the role does not have this policy."""


class Policy(NamedTuple):
    """One policy. Times are seconds since 1970, 0 for the system's; `document` is JSON as it was given."""

    type: PolicyType
    name: str
    description: str
    document: str
    created: int
    updated: int


class Attachment(NamedTuple):
    """That `principal`, the id of a user or a role, has a policy."""

    principal: str
    policy_type: PolicyType
    policy_name: str
    created: int


_COLUMNS = "name, description, document, created, updated"
_BY_NAME = sa.text(
    f"SELECT {_COLUMNS} FROM policies WHERE account = :account AND lower(name) = lower(:name)"  # noqa: S608 - a constant
)
_ALL = sa.text(f"SELECT {_COLUMNS} FROM policies WHERE account = :account ORDER BY lower(name)")  # noqa: S608 - a constant
_COUNT = sa.text("SELECT count(*) FROM policies WHERE account = :account")
_INSERT = sa.text(
    "INSERT INTO policies (account, name, description, document, created, updated)"
    " VALUES (:account, :name, :description, :document, :created, :updated)"
)
_UPDATE = sa.text(
    "UPDATE policies SET description = :description, document = :document, updated = :updated"
    " WHERE account = :account AND name = :name"
)
_DELETE = sa.text("DELETE FROM policies WHERE account = :account AND name = :name")
_ATTACHED = sa.text(
    "SELECT principal, policy_type, policy_name, created FROM attachments WHERE account = :account"
    " AND (:principal = '' OR principal = :principal) AND (:name = '' OR (policy_type = :type AND policy_name = :name))"
    " ORDER BY principal, policy_type, lower(policy_name)"
)
_ATTACH = sa.text(
    "INSERT INTO attachments (account, principal, policy_type, policy_name, created)"
    " VALUES (:account, :principal, :type, :name, :created) ON CONFLICT DO NOTHING"
)
_DETACH = sa.text(
    "DELETE FROM attachments WHERE account = :account AND principal = :principal"
    " AND policy_type = :type AND policy_name = :name"
)
_GRANTED = sa.text(
    "SELECT a.policy_type, a.policy_name, p.document FROM attachments a LEFT JOIN policies p"
    " ON a.policy_type = 'Custom' AND p.account = a.account AND p.name = a.policy_name"
    " WHERE a.account = :account AND a.principal = :principal"
)


class Grants:
    """The tables `policies` and `attachments`. Safe to share between threads."""

    def __init__(self, database: Database, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now
        self._copies: Copies[tuple[str, str], tuple[Granted, ...]] = Copies(database, TOPIC)

    # Policies

    def create(self, account: str, name: str, document: str, *, description: str = "") -> Policy:
        """A policy of the account's own. Raises `BadPolicy`, `BadName`, `PolicyExists`, `TooManyPolicies`."""
        now = int(self._now())
        made = Policy("Custom", name, description, document, now, now)
        _check(made)
        with self._database.begin() as connection:
            need_account(connection, account)
            if _system(name) or _custom(connection, account, name):
                raise PolicyExists(f"there is a policy {name} already")
            if connection.execute(_COUNT, {"account": account}).scalar_one() >= POLICIES_MAX:
                raise TooManyPolicies(f"account {account} has {POLICIES_MAX} policies; delete some")
            connection.execute(_INSERT, made._asdict() | {"account": account})
        return made

    def get(self, account: str, type: PolicyType, name: str) -> Policy:  # noqa: A002 - RAM's word
        """The policy of this name. Raises `UnknownPolicy`."""
        with self._database.read() as connection:
            return _need_policy(connection, account, type, name)

    def find(self, account: str, name: str) -> Policy:
        """The policy of this name, the system's or the account's: no name is both. Raises `UnknownPolicy`."""
        return self.get(account, "System" if _system(name) else "Custom", name)

    def policies(self, account: str) -> list[Policy]:
        """The system's policies, then the account's own, by name."""
        with self._database.read() as connection:
            rows = connection.execute(_ALL, {"account": account}).all()
        return [
            *(_of_the_system(name) for name in SYSTEM),
            *(Policy("Custom", *row) for row in rows),
        ]

    def update(
        self, account: str, name: str, *, document: str | None = None, description: str | None = None
    ) -> Policy:
        """Change a policy of the account's own; it holds for the next request. Raises `UnknownPolicy`, `BadPolicy`."""
        with self._database.begin() as connection:
            before = _need_policy(connection, account, "Custom", name)
            after = before._replace(
                document=before.document if document is None else document,
                description=before.description if description is None else description,
                updated=int(self._now()),
            )
            _check(after)
            connection.execute(_UPDATE, after._asdict() | {"account": account})
            changed(connection, TOPIC)
        return after

    def delete(self, account: str, name: str) -> Policy:
        """A policy of the account's own is gone. Raises `UnknownPolicy`, `PolicyInUse`."""
        with self._database.begin() as connection:
            policy = _need_policy(connection, account, "Custom", name)
            having = {"account": account, "principal": "", "type": "Custom", "name": policy.name}
            if count := len(connection.execute(_ATTACHED, having).all()):
                raise PolicyInUse(f"policy {policy.name} is attached {count} times; detach it first")
            connection.execute(_DELETE, {"account": account, "name": policy.name})
        return policy

    # Who has them

    def attach(self, to: User | Role, type: PolicyType, name: str) -> Attachment:  # noqa: A002 - RAM's word
        """`to` has the policy from now on; having it already is well. Raises `UnknownPolicy`, `TooManyPolicies`."""
        with self._database.begin() as connection:
            return self.give(connection, to, type, name)

    def give(
        self,
        connection: Connection,
        to: User | Role,
        type: PolicyType,  # noqa: A002 - RAM's word
        name: str,
    ) -> Attachment:
        """The same, inside the caller's transaction."""
        now = int(self._now())
        policy = _need_policy(connection, to.account, type, name)
        row = {"account": to.account, "principal": to.id, "type": type, "name": policy.name}
        connection.execute(_ATTACH, row | {"created": now})
        if len(connection.execute(_ATTACHED, row | {"name": ""}).all()) > ATTACHED_MAX:
            raise TooManyPolicies(f"{to.name} has {ATTACHED_MAX} policies; detach some, or join them in one")
        changed(connection, TOPIC)
        return Attachment(to.id, type, policy.name, now)

    def detach(self, of: User | Role, type: PolicyType, name: str) -> None:  # noqa: A002 - RAM's word
        """`of` has the policy no more. Raises `UnknownPolicy`, `NotAttached`."""
        with self._database.begin() as connection:
            policy = _need_policy(connection, of.account, type, name)
            row = {"account": of.account, "principal": of.id, "type": type, "name": policy.name}
            if connection.execute(_DETACH, row).rowcount == 0:
                raise NotAttached(f"{of.name} does not have the policy {policy.name}")
            changed(connection, TOPIC)

    def attached(self, account: str, principal: str = "") -> list[Attachment]:
        """What was attached in the account, or to the user or role with the id `principal`."""
        asked = {"account": account, "principal": principal, "type": "", "name": ""}
        with self._database.read() as connection:
            return [Attachment._make(row) for row in connection.execute(_ATTACHED, asked)]

    def holders(self, account: str, type: PolicyType, name: str) -> list[Attachment]:  # noqa: A002 - RAM's word
        """Who has the policy. Raises `UnknownPolicy`."""
        with self._database.read() as connection:
            policy = _need_policy(connection, account, type, name)
            asked = {"account": account, "principal": "", "type": type, "name": policy.name}
            return [Attachment._make(row) for row in connection.execute(_ATTACHED, asked)]

    def granted(self, account: str, principal: str) -> tuple[Granted, ...]:
        """What the user or role may do, ready to be asked. From memory, unless something changed."""
        return self._copies.get(
            (account, principal), lambda connection: _granted(connection, account, principal)
        )


def _granted(connection: Connection, account: str, principal: str) -> tuple[Granted, ...]:
    rows = connection.execute(_GRANTED, {"account": account, "principal": principal}).all()
    found = []
    for kind, name, document in rows:
        if kind == "System":
            if name in SYSTEM:
                found.append(Granted(name, "System", SYSTEM[name].document))
        else:
            found.append(Granted(name, "Custom", parse(document)))
    return tuple(found)


def _system(name: str) -> str:
    """The system's policy of this name as it spells it; empty if there is none."""
    return next((known for known in SYSTEM if known.lower() == name.lower()), "")


def _of_the_system(name: str) -> Policy:
    policy = SYSTEM[name]
    return Policy("System", policy.name, policy.description, policy.text, 0, 0)


def _custom(connection: Connection, account: str, name: str) -> Policy | None:
    row = connection.execute(_BY_NAME, {"account": account, "name": name}).first()
    return None if row is None else Policy("Custom", *row)


def _need_policy(connection: Connection, account: str, type: PolicyType, name: str) -> Policy:  # noqa: A002
    if type == "System":
        found = _of_the_system(known) if (known := _system(name)) else None
    else:
        found = _custom(connection, account, name)
    if found is None:
        raise UnknownPolicy(f"there is no {type} policy {name[:80]!r}")
    return found


def _check(policy: Policy) -> None:
    check_name("policy name", policy.name, most=POLICY_NAME_CHARS_MAX)
    check_remark("description", policy.description)
    parse(policy.document)
