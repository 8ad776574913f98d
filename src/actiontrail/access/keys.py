"""Accounts and their credentials: access keys, ingest tokens, short-lived sessions.

A secret is shown once, when it is made; at rest it is sealed, a token only hashed. What was
disabled or deleted by any process stops working at once in every other: copies in memory are dropped
as soon as the database was changed (half a second later on PostgreSQL).
"""

import hashlib
import hmac
import secrets
import string
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actiontrail.access.accounts import Accounts, need_account
from actiontrail.access.names import role_arn, user_arn
from actiontrail.access.roles import Role
from actiontrail.access.seal import Sealer
from actiontrail.access.users import State, User
from actiontrail.errors import Outage, Refusal
from actiontrail.store.copies import Copies, changed
from actiontrail.store.database import Database

Kind = Literal["key", "session", "token", "console"]

KEY_PREFIX = "LTAI"
SESSION_PREFIX = "STS."
TOKEN_PREFIX = "at_"  # noqa: S105 - how every token begins
SECRET_CHARS = 30
SESSION_SECONDS_MAX = 12 * 3600
SESSION_SECONDS_MIN = 60
SESSION_CHARS_MAX = 64
CREDENTIALS_MAX = 1000  # per account, sessions not counted
USER_KEYS_MAX = 2  # as RAM has it: one in use, and the one that takes its place
NOTE_CHARS_MAX = 200
TOPIC = "credentials"
_USED_EVERY_SECONDS = 60
_ALPHABET = string.ascii_letters + string.digits
_SESSION_NAME = frozenset(string.ascii_letters + string.digits + "-_.@=")


class UnknownCredential(Refusal):
    """No access key, session or token has this id."""


class TooManyCredentials(Refusal):
    """The account has as many keys and tokens as it may have."""


class BadSession(Refusal):
    """A session cannot be made with this name or duration."""


class BadNote(Refusal):
    """The note on a credential is longer than it may be."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as far as their credential tells.

    Of an account itself `user_id` and `role_id` are empty, and so are they of an ingest token.
    """

    account: str
    kind: Kind
    principal_id: str
    user_name: str
    access_key_id: str
    any_account: bool
    user_id: str = ""
    role_id: str = ""
    policy: str = ""  # JSON that narrows a session; empty if nothing does
    since: int = 0  # when the session began, in seconds since 1970
    mfa: bool = False

    @property
    def type(self) -> Literal["root-account", "ram-user", "assumed-role"]:
        """What events call it. Meant for those that sign or sign in; a token records for its account."""
        if self.role_id:
            return "assumed-role"
        return "ram-user" if self.user_id else "root-account"

    @property
    def arn(self) -> str:
        """How policies name them; of a session, the role and the session."""
        if self.role_id:
            role, _, session = self.user_name.partition(":")
            return f"acs:ram::{self.account}:assumed-role/{role.lower()}/{session}"
        return user_arn(self.account, self.user_name) if self.user_id else f"acs:ram::{self.account}:root"

    @property
    def trusted_as(self) -> str:
        """How trust policies name them: a session is its role."""
        return role_arn(self.account, self.user_name.partition(":")[0]) if self.role_id else self.arn


def signed_in(who: User | str, *, since: int, mfa: bool) -> Caller:
    """Whoever signed in to the console: a user, or with the id of an account that account itself."""
    if isinstance(who, str):
        return Caller(who, "console", who, "root", "", any_account=False, since=since, mfa=mfa)
    return Caller(
        account=who.account,
        kind="console",
        principal_id=who.id,
        user_name=who.name,
        access_key_id="",
        any_account=False,
        user_id=who.id,
        since=since,
        mfa=mfa,
    )


@dataclass(frozen=True, slots=True)
class Credential:
    """What a signature is checked against. Its text form holds no secret."""

    caller: Caller
    state: State
    secret: str
    token_digest: bytes | None
    expires: int | None

    def __repr__(self) -> str:
        return f"Credential({self.caller.access_key_id}, {self.state})"


class NewKey(NamedTuple):
    """An access key, with its secret for the only time."""

    access_key_id: str
    access_key_secret: str
    account: str


class NewToken(NamedTuple):
    """An ingest token for the only time, and the id by which it is listed."""

    token: str
    token_id: str
    account: str


class NewSession(NamedTuple):
    """Short-lived credentials, for the only time."""

    access_key_id: str
    access_key_secret: str
    security_token: str
    expires: int
    account: str


class Listed(NamedTuple):
    """A credential as its owner may see it again. Times are seconds since 1970."""

    id: str
    account: str
    kind: Kind
    state: State
    user_name: str
    any_account: bool
    note: str
    created: int
    expires: int | None
    last_used: int | None


_SELECT = (
    "SELECT c.id, c.account, c.kind, c.state, c.principal_id, c.user_name, c.any_account, c.secret, c.digest,"
    " c.expires, c.created, c.user_id, c.role_id, c.policy, u.name AS name_now, u.state AS user_state, r.id AS role"
    " FROM credentials c LEFT JOIN users u ON u.id = c.user_id LEFT JOIN roles r ON r.id = c.role_id"
)
_BY_ID = sa.text(f"{_SELECT} WHERE c.id = :id")
_BY_DIGEST = sa.text(f"{_SELECT} WHERE c.digest = :digest AND c.kind = 'token'")
_LIST = sa.text(
    "SELECT c.id, c.account, c.kind, c.state, coalesce(u.name, c.user_name), c.any_account, c.note, c.created,"
    " c.expires, c.last_used FROM credentials c LEFT JOIN users u ON u.id = c.user_id"
    " WHERE (:account = '' OR c.account = :account) AND (:user_id = '' OR c.user_id = :user_id)"
    " AND (c.expires IS NULL OR c.expires > :now) ORDER BY c.created, c.id"
)
_COUNT = sa.text("SELECT count(*) FROM credentials WHERE account = :account AND expires IS NULL")
_COUNT_OF_USER = sa.text("SELECT count(*) FROM credentials WHERE user_id = :user_id")
_INSERT = sa.text(
    "INSERT INTO credentials (id, account, kind, state, principal_id, user_name, any_account, note,"
    " secret, digest, created, expires, user_id, role_id, policy) VALUES (:id, :account, :kind, 'Active',"
    " :principal_id, :user_name, :any_account, :note, :secret, :digest, :created, :expires, :user_id, :role_id, :policy)"
)
_SET_STATE = sa.text(
    "UPDATE credentials SET state = :state WHERE id = :id AND (:account = '' OR account = :account)"
)
_DELETE = sa.text("DELETE FROM credentials WHERE id = :id AND (:account = '' OR account = :account)")
_FORGET_OLD = sa.text("DELETE FROM credentials WHERE expires < :before")
_USED = sa.text(
    "UPDATE credentials SET last_used = :at WHERE id = :id AND (last_used IS NULL OR last_used < :at)"
)


_ABSENT: dict[str, Any] = {
    "secret": None,
    "digest": None,
    "expires": None,
    "note": "",
    "any_account": False,
    "user_id": "",
    "role_id": "",
    "policy": "",
}


class Keys:
    """The table `credentials`. Safe to share between threads."""

    def __init__(self, database: Database, sealer: Sealer, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._sealer = sealer
        self._now = now
        self._accounts = Accounts(database, now=now)
        self._copies: Copies[str | bytes, Credential | None] = Copies(database, TOPIC)
        self._lock = threading.Lock()
        self._used: dict[str, int] = {}
        self._flushed = now()

    # Making

    def create_account(self, name: str = "") -> str:
        """A new account's id: 16 digits."""
        return self._accounts.create(name).id

    def create_key(
        self, account: str, *, user: User | None = None, any_account: bool = False, note: str = ""
    ) -> NewKey:
        """An access key of `account` itself, or of one of its users.

        With `any_account` it records for the account that an event names. Raises `TooManyCredentials`.
        """
        made = NewKey(KEY_PREFIX + _random(20), _random(SECRET_CHARS), account)
        self._insert(
            id=made.access_key_id,
            account=account,
            kind="key",
            principal_id=user.id if user else account,
            user_name=user.name if user else "root",
            user_id=user.id if user else "",
            any_account=any_account,
            note=note,
            secret=self._sealer.seal(made.access_key_secret.encode(), made.access_key_id),
        )
        return made

    def create_token(self, account: str, *, any_account: bool = False, note: str = "") -> NewToken:
        """A token that records and reads nothing. Only its hash is kept: it has 256 random bits."""
        token = TOKEN_PREFIX + _random(43)
        token_id = f"token-{_random(12).lower()}"
        self._insert(
            id=token_id,
            account=account,
            kind="token",
            principal_id=token_id,
            user_name="",
            any_account=any_account,
            note=note,
            digest=_digest(token),
        )
        return NewToken(token, token_id, account)

    def create_session(
        self, role: Role, session: str, *, seconds: int = 3600, policy: str = ""
    ) -> NewSession:
        """Credentials that act as `role` and end by themselves, after 12 hours at most.

        `policy`, in JSON, takes away what it does not allow. Whether whoever asks may have them, and for so
        long, was asked before. Raises `BadSession` for a name or a duration that cannot be.
        """
        _check_session(session, seconds)
        made = NewSession(
            access_key_id=SESSION_PREFIX + _random(25),
            access_key_secret=_random(44),
            security_token=_random(120),
            expires=self._seconds() + seconds,
            account=role.account,
        )
        self._insert(
            id=made.access_key_id,
            account=role.account,
            kind="session",
            principal_id=f"{role.id}:{session}",
            user_name=f"{role.name}:{session}",
            role_id=role.id,
            policy=policy,
            secret=self._sealer.seal(made.access_key_secret.encode(), made.access_key_id),
            digest=_digest(made.security_token),
            expires=made.expires,
        )
        return made

    def _insert(self, **row: Any) -> None:  # noqa: ANN401 - a row
        if len(row.get("note", "")) > NOTE_CHARS_MAX:
            raise BadNote(f"a note has at most {NOTE_CHARS_MAX} characters")
        with self._database.begin() as connection:
            need_account(connection, row["account"])
            self._make_room(connection, row)
            connection.execute(_INSERT, _ABSENT | row | {"created": self._seconds()})
            changed(connection, TOPIC)

    def _make_room(self, connection: Connection, row: dict[str, Any]) -> None:
        """Forget sessions long over; raise `TooManyCredentials` for one credential too many."""
        if row["kind"] == "session":
            connection.execute(_FORGET_OLD, {"before": self._seconds() - SESSION_SECONDS_MAX})
            return
        if connection.execute(_COUNT, {"account": row["account"]}).scalar_one() >= CREDENTIALS_MAX:
            raise TooManyCredentials(
                f"account {row['account']} has {CREDENTIALS_MAX} keys and tokens; delete some"
            )
        user = row.get("user_id", "")
        if user and connection.execute(_COUNT_OF_USER, {"user_id": user}).scalar_one() >= USER_KEYS_MAX:
            raise TooManyCredentials(
                f"user {row['user_name']} has {USER_KEYS_MAX} access keys; delete one of them first"
            )

    # Asking

    def credential(self, access_key_id: str) -> Credential | None:
        """The key or session with this id, whatever its state; None if there is none."""
        found = self._copies.get(access_key_id, lambda link: self._found(link, _BY_ID, {"id": access_key_id}))
        return None if found is None or found.caller.kind == "token" else found

    def token(self, text: str) -> Credential | None:
        """The ingest token that `text` is, whatever its state; None if it is none."""
        digest = _digest(text)
        return self._copies.get(digest, lambda link: self._found(link, _BY_DIGEST, {"digest": digest}))

    def accounts(self) -> list[tuple[str, str, int]]:
        """Every account: id, name, when it was made."""
        return [(account.id, account.name, account.created) for account in self._accounts.list()]

    def list(self, account: str = "", *, user: User | None = None) -> list[Listed]:
        """Every credential of `account`, of one of its users, or of all accounts, that has not ended; oldest first."""
        asked = {"account": account, "user_id": user.id if user else "", "now": self._seconds()}
        with self._database.read() as connection:
            rows = connection.execute(_LIST, asked).all()
        return [Listed._make(row)._replace(any_account=bool(row.any_account)) for row in rows]

    def _found(
        self, connection: Connection, query: sa.TextClause, values: dict[str, Any]
    ) -> Credential | None:
        row = connection.execute(query, values).first()
        return None if row is None else self._load(row)

    def _load(self, row: Any) -> Credential:  # noqa: ANN401 - a row
        caller = Caller(
            account=row.account,
            kind=row.kind,
            principal_id=row.principal_id,
            user_name=row.name_now or row.user_name,
            access_key_id=row.id,
            any_account=bool(row.any_account),
            user_id=row.user_id,
            role_id=row.role_id,
            policy=row.policy,
            since=row.created if row.kind == "session" else 0,
        )
        secret = "" if row.secret is None else self._sealer.unseal(bytes(row.secret), row.id).decode()
        digest = None if row.digest is None else bytes(row.digest)
        gone = (row.user_id and row.user_state != "Active") or (row.kind == "session" and row.role is None)
        return Credential(caller, "Inactive" if gone else row.state, secret, digest, row.expires)

    # Changing

    def set_state(self, credential_id: str, state: State, *, account: str = "") -> None:
        """Enable or disable it, of `account` alone if that is given, at once and everywhere. Raises `UnknownCredential`."""
        self._change(_SET_STATE, {"id": credential_id, "state": state, "account": account})

    def delete(self, credential_id: str, *, account: str = "") -> None:
        """It is gone; its id is never given again. Raises `UnknownCredential`."""
        self._change(_DELETE, {"id": credential_id, "account": account})

    def _change(self, statement: sa.TextClause, values: dict[str, Any]) -> None:
        with self._database.begin() as connection:
            if connection.execute(statement, values).rowcount == 0:
                raise UnknownCredential(f"there is no credential {values['id'][:64]}")
            changed(connection, TOPIC)

    # Last used

    def used(self, credential_id: str) -> None:
        """Remember that it was used now. Written about once a minute, in another thread."""
        now = self._seconds()
        with self._lock:
            self._used[credential_id] = now
            due = now - self._flushed >= _USED_EVERY_SECONDS
            if due:
                self._flushed = now
        if due:
            threading.Thread(target=self.flush, name="last-used", daemon=True).start()

    def flush(self) -> None:
        """Write what `used` remembers. An outage costs only the remark, so it is not passed on."""
        with self._lock:
            used, self._used = self._used, {}
        if not used:
            return
        try:
            with self._database.begin() as connection:
                connection.execute(_USED, [{"id": key, "at": at} for key, at in used.items()])
        except Outage:
            return

    def _seconds(self) -> int:
        return int(self._now())


def token_matches(credential: Credential, text: str) -> bool:
    """Whether `text` is the security token of this session, told in constant time."""
    return credential.token_digest is not None and hmac.compare_digest(credential.token_digest, _digest(text))


def _check_session(session: str, seconds: int) -> None:
    if not 2 <= len(session) <= SESSION_CHARS_MAX or not _SESSION_NAME.issuperset(session):
        raise BadSession(
            f"the session name {session[:80]!r} must have 2 to {SESSION_CHARS_MAX} letters, digits or one of - _ . @ ="
        )
    if not SESSION_SECONDS_MIN <= seconds <= SESSION_SECONDS_MAX:
        raise BadSession(
            f"a session lasts {SESSION_SECONDS_MIN} to {SESSION_SECONDS_MAX} seconds, not {seconds}"
        )


def _random(count: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(count))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
