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

from actiontrail.access.seal import Sealer
from actiontrail.errors import Outage, Refusal
from actiontrail.store.database import Database

Kind = Literal["key", "session", "token"]
State = Literal["Active", "Inactive"]

KEY_PREFIX = "LTAI"
SESSION_PREFIX = "STS."
TOKEN_PREFIX = "at_"  # noqa: S105 - how every token begins
SECRET_CHARS = 30
SESSION_SECONDS_MAX = 12 * 3600
SESSION_SECONDS_MIN = 60
CREDENTIALS_MAX = 1000  # per account, sessions not counted
NOTE_CHARS_MAX = 200
_CACHE_MAX = 10_000  # credentials kept in memory; unknown ids count too, so that guessing them fills nothing
_USED_EVERY_SECONDS = 60
_ALPHABET = string.ascii_letters + string.digits
_NAME = frozenset(string.ascii_letters + string.digits + "-_.@=")


class UnknownAccount(Refusal):
    """No account has this id."""


class UnknownCredential(Refusal):
    """No access key, session or token has this id."""


class TooManyCredentials(Refusal):
    """The account has as many keys and tokens as it may have."""


class BadSession(Refusal):
    """A session cannot be made with this role, name or duration."""


class BadNote(Refusal):
    """The note on a credential is longer than it may be."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as far as their credential tells."""

    account: str
    kind: Kind
    principal_id: str
    user_name: str
    access_key_id: str
    any_account: bool
    may_read: bool
    may_record: bool


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


_COLUMNS = "id, account, kind, state, principal_id, user_name, any_account, secret, digest, expires"
_BY_ID = sa.text(f"SELECT {_COLUMNS} FROM credentials WHERE id = :id")  # noqa: S608 - a constant
_BY_DIGEST = sa.text(f"SELECT {_COLUMNS} FROM credentials WHERE digest = :digest AND kind = 'token'")  # noqa: S608
_LIST = sa.text(
    "SELECT id, account, kind, state, user_name, any_account, note, created, expires, last_used"
    " FROM credentials WHERE (:account = '' OR account = :account) AND (expires IS NULL OR expires > :now)"
    " ORDER BY created, id"
)
_COUNT = sa.text("SELECT count(*) FROM credentials WHERE account = :account AND expires IS NULL")
_INSERT = sa.text(
    "INSERT INTO credentials (id, account, kind, state, principal_id, user_name, any_account, note,"
    " secret, digest, created, expires) VALUES (:id, :account, :kind, 'Active', :principal_id, :user_name,"
    " :any_account, :note, :secret, :digest, :created, :expires)"
)
_SET_STATE = sa.text("UPDATE credentials SET state = :state WHERE id = :id")
_DELETE = sa.text("DELETE FROM credentials WHERE id = :id")
_FORGET_OLD = sa.text("DELETE FROM credentials WHERE expires < :before")
_USED = sa.text(
    "UPDATE credentials SET last_used = :at WHERE id = :id AND (last_used IS NULL OR last_used < :at)"
)
_ACCOUNT = sa.text("SELECT id FROM accounts WHERE id = :id")
_ACCOUNTS = sa.text("SELECT id, name, created FROM accounts ORDER BY created, id")
_NEW_ACCOUNT = sa.text("INSERT INTO accounts (id, name, created) VALUES (:id, :name, :created)")
_STAMP = sa.text("SELECT count FROM stamps WHERE topic = 'credentials'")
_CHANGED = sa.text("UPDATE stamps SET count = count + 1 WHERE topic = 'credentials'")


class Keys:
    """The tables `accounts` and `credentials`. Safe to share between threads."""

    def __init__(self, database: Database, sealer: Sealer, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._sealer = sealer
        self._now = now
        self._lock = threading.Lock()
        self._cache: dict[str | bytes, Credential | None] = {}
        self._watched: int | None = None
        self._stamp = -1
        self._used: dict[str, int] = {}
        self._flushed = now()

    # Making

    def create_account(self, name: str = "") -> str:
        """A new account's id: 16 digits."""
        account = str(secrets.randbelow(9 * 10**15) + 10**15)
        with self._database.begin() as connection:
            connection.execute(_NEW_ACCOUNT, {"id": account, "name": name, "created": self._seconds()})
        return account

    def create_key(self, account: str, *, any_account: bool = False, note: str = "") -> NewKey:
        """An access key of `account` itself; with `any_account` it records for the account an event names."""
        made = NewKey(KEY_PREFIX + _random(20), _random(SECRET_CHARS), account)
        self._insert(
            id=made.access_key_id,
            account=account,
            kind="key",
            principal_id=account,
            user_name="root",
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

    def create_session(self, account: str, role: str, session: str, *, seconds: int = 3600) -> NewSession:
        """Credentials that act as `role:session` of `account` and end by themselves, after 12 hours at most.

        Raises `BadSession` for a name or a duration that cannot be.
        """
        _check_session(role, session, seconds)
        made = NewSession(
            access_key_id=SESSION_PREFIX + _random(25),
            access_key_secret=_random(44),
            security_token=_random(120),
            expires=self._seconds() + seconds,
            account=account,
        )
        self._insert(
            id=made.access_key_id,
            account=account,
            kind="session",
            principal_id=f"{role_id(account, role)}:{session}",
            user_name=f"{role}:{session}",
            secret=self._sealer.seal(made.access_key_secret.encode(), made.access_key_id),
            digest=_digest(made.security_token),
            expires=made.expires,
        )
        return made

    def _insert(self, **row: Any) -> None:  # noqa: ANN401 - a row
        if len(row.get("note", "")) > NOTE_CHARS_MAX:
            raise BadNote(f"a note has at most {NOTE_CHARS_MAX} characters")
        now = self._seconds()
        absent = {"secret": None, "digest": None, "expires": None, "note": "", "any_account": False}
        with self._database.begin() as connection:
            if connection.execute(_ACCOUNT, {"id": row["account"]}).first() is None:
                raise UnknownAccount(
                    f"there is no account {row['account']}; `actiontrail keys list` shows them"
                )
            if row["kind"] == "session":
                connection.execute(_FORGET_OLD, {"before": now - SESSION_SECONDS_MAX})
            elif connection.execute(_COUNT, {"account": row["account"]}).scalar_one() >= CREDENTIALS_MAX:
                raise TooManyCredentials(
                    f"account {row['account']} has {CREDENTIALS_MAX} keys and tokens; delete some"
                )
            connection.execute(_INSERT, absent | row | {"created": now})
            connection.execute(_CHANGED)

    # Asking

    def credential(self, access_key_id: str) -> Credential | None:
        """The key or session with this id, whatever its state; None if there is none."""
        found = self._cached(access_key_id, _BY_ID, {"id": access_key_id})
        return None if found is None or found.caller.kind == "token" else found

    def token(self, text: str) -> Credential | None:
        """The ingest token that `text` is, whatever its state; None if it is none."""
        digest = _digest(text)
        return self._cached(digest, _BY_DIGEST, {"digest": digest})

    def accounts(self) -> list[tuple[str, str, int]]:
        """Every account: id, name, when it was made."""
        with self._database.read() as connection:
            return [(row[0], row[1], int(row[2])) for row in connection.execute(_ACCOUNTS)]

    def list(self, account: str = "") -> list[Listed]:
        """Every credential of `account`, or of all accounts, that has not ended; oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(_LIST, {"account": account, "now": self._seconds()}).all()
        return [Listed._make(row)._replace(any_account=bool(row.any_account)) for row in rows]

    def _cached(self, key: str | bytes, query: sa.TextClause, values: dict[str, Any]) -> Credential | None:
        with self._lock:
            self._drop_what_changed()
            if key in self._cache:
                return self._cache[key]
            watched = self._watched
        with self._database.read() as connection:
            row = connection.execute(query, values).first()
        found = None if row is None else self._load(row)
        with self._lock:
            if watched == self._watched:  # nothing was dropped while we read
                if len(self._cache) >= _CACHE_MAX:
                    self._cache.clear()
                self._cache[key] = found
        return found

    def _drop_what_changed(self) -> None:
        """Called with the lock held. Most writes are cursors: only a new stamp empties the cache."""
        watched = self._database.watch.stamp()
        if watched == self._watched:
            return
        with self._database.read() as connection:
            stamp = int(connection.execute(_STAMP).scalar_one())
        if stamp != self._stamp:
            self._cache.clear()
        self._watched, self._stamp = watched, stamp

    def _load(self, row: Any) -> Credential:  # noqa: ANN401 - a row
        caller = Caller(
            account=row.account,
            kind=row.kind,
            principal_id=row.principal_id,
            user_name=row.user_name,
            access_key_id=row.id,
            any_account=bool(row.any_account),
            may_read=row.kind != "token",
            may_record=True,
        )
        secret = "" if row.secret is None else self._sealer.unseal(bytes(row.secret), row.id).decode()
        digest = None if row.digest is None else bytes(row.digest)
        return Credential(caller, row.state, secret, digest, row.expires)

    # Changing

    def set_state(self, credential_id: str, state: State) -> None:
        """Enable or disable it, at once and everywhere. Raises `UnknownCredential`."""
        self._change(_SET_STATE, {"id": credential_id, "state": state})

    def delete(self, credential_id: str) -> None:
        """It is gone; its id is never given again. Raises `UnknownCredential`."""
        self._change(_DELETE, {"id": credential_id})

    def _change(self, statement: sa.TextClause, values: dict[str, Any]) -> None:
        with self._database.begin() as connection:
            if connection.execute(statement, values).rowcount == 0:
                raise UnknownCredential(
                    f"there is no credential {values['id']}; `actiontrail keys list` shows them"
                )
            connection.execute(_CHANGED)

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


def role_id(account: str, role: str) -> str:
    """The id of a role: 18 digits, the same each time."""
    digest = hashlib.sha256(f"role\n{account}\n{role}".encode()).digest()
    return f"3{int.from_bytes(digest[:8]) % 10**17:017d}"


def token_matches(credential: Credential, text: str) -> bool:
    """Whether `text` is the security token of this session, told in constant time."""
    return credential.token_digest is not None and hmac.compare_digest(credential.token_digest, _digest(text))


def _check_session(role: str, session: str, seconds: int) -> None:
    for field, value, most in (("role", role, 64), ("session name", session, 64)):
        if not 2 <= len(value) <= most or not _NAME.issuperset(value):
            raise BadSession(
                f"the {field} {value!r} must have 2 to {most} letters, digits or one of - _ . @ ="
            )
    if not SESSION_SECONDS_MIN <= seconds <= SESSION_SECONDS_MAX:
        raise BadSession(
            f"a session lasts {SESSION_SECONDS_MIN} to {SESSION_SECONDS_MAX} seconds, not {seconds}"
        )


def _random(count: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(count))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
