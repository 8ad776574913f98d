"""Sessions of the console: random ids of which only the hash is kept, with an idle and a last moment.

A session says who signed in, how and from where. What it may do is judged at each request, by what its user may do
then: whoever is deleted, disabled or renamed is so at once.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actiontrail.access.users import User, Users
from actiontrail.errors import Refusal
from actiontrail.store.database import Database

Method = Literal["password", "oidc", "setup"]
Bound = Literal["", "password", "totp"]
SEEN_EVERY_SECONDS = 30
SESSIONS_MAX = 20  # of one user; the oldest ends
AGENT_CHARS_MAX = 300


class NotSignedIn(Refusal):
    """There is no session, or it is over."""

    def __init__(self) -> None:
        super().__init__("you are not signed in, or your session is over")


class UnknownSession(Refusal):
    """The user has no session of this id."""


class Limits(NamedTuple):
    """How long a session may be idle, and how long it may be."""

    idle_seconds: int
    longest_seconds: int


class Whence(NamedTuple):
    """From where somebody signs in."""

    address: str = ""
    agent: str = ""


NOWHERE = Whence()


class Opened(NamedTuple):
    """A session's id, for the only time."""

    secret: str
    id: str


@dataclass(frozen=True, slots=True)
class Session:
    """One session. Times are seconds since 1970. `bound`: what has to be done before anything else may be."""

    id: str
    user: User
    begun: int
    seen: int
    ends: int
    mfa: bool
    method: str
    bound: str
    address: str
    agent: str


_COLUMNS = "id, user_id, begun, seen, ends, mfa, method, bound, address, agent"
_BY_SECRET = sa.text(f"SELECT {_COLUMNS} FROM console_sessions WHERE secret = :secret")  # noqa: S608 - a constant
_OF_USER = sa.text(
    f"SELECT {_COLUMNS} FROM console_sessions WHERE user_id = :user AND ends > :now AND seen > :idle ORDER BY begun DESC, id"  # noqa: S608 - a constant
)
_INSERT = sa.text(
    "INSERT INTO console_sessions (secret, id, user_id, begun, seen, ends, mfa, method, bound, address, agent)"
    " VALUES (:secret, :id, :user_id, :begun, :seen, :ends, :mfa, :method, :bound, :address, :agent)"
)
_SEEN = sa.text("UPDATE console_sessions SET seen = :now WHERE id = :id AND seen < :now")
_END = sa.text("DELETE FROM console_sessions WHERE id = :id AND user_id = :user")
_END_ALL = sa.text("DELETE FROM console_sessions WHERE user_id = :user")
_END_OLD = sa.text("DELETE FROM console_sessions WHERE ends < :now OR seen < :idle")
_END_MANY = sa.text(
    "DELETE FROM console_sessions WHERE user_id = :user AND id NOT IN"
    " (SELECT id FROM console_sessions WHERE user_id = :user ORDER BY begun DESC, id LIMIT :most)"
)


class Sessions:
    """The table `console_sessions`. Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        users: Users,
        csrf_key: bytes,
        *,
        limits: Limits,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._users = users
        self._csrf_key = csrf_key
        self.limits = limits
        self._now = now

    def open(
        self, user: User, *, mfa: bool, method: Method, bound: Bound = "", whence: Whence = NOWHERE
    ) -> Opened:
        """A new session with a new id, whatever id the browser had before."""
        secret, now = secrets.token_urlsafe(32), int(self._now())
        row = {
            "secret": _digest(secret),
            "id": secrets.token_hex(8),
            "user_id": user.id,
            "begun": now,
            "seen": now,
            "ends": now + self.limits.longest_seconds,
            "mfa": mfa,
            "method": method,
            "bound": bound,
            "address": whence.address,
            "agent": whence.agent[:AGENT_CHARS_MAX],
        }
        with self._database.begin() as connection:
            connection.execute(_END_OLD, {"now": now, "idle": now - self.limits.idle_seconds})
            connection.execute(_INSERT, row)
            connection.execute(_END_MANY, {"user": user.id, "most": SESSIONS_MAX})
        return Opened(secret, str(row["id"]))

    def find(self, secret: str) -> Session:
        """The session with this secret, which is used now. Raises `NotSignedIn`."""
        now = int(self._now())
        with self._database.read() as connection:
            row = connection.execute(_BY_SECRET, {"secret": _digest(secret)}).first()
        if row is None or row.ends <= now or row.seen <= now - self.limits.idle_seconds:
            raise NotSignedIn
        user = self._users.by_id(row.user_id)
        if user is None or user.state != "Active":
            raise NotSignedIn
        if now - row.seen >= SEEN_EVERY_SECONDS:
            with self._database.begin() as connection:
                connection.execute(_SEEN, {"id": row.id, "now": now})
        return _session(row, user)

    def of(self, user: User) -> list[Session]:
        """Their sessions, the latest first."""
        now = int(self._now())
        with self._database.read() as connection:
            rows = connection.execute(
                _OF_USER, {"user": user.id, "now": now, "idle": now - self.limits.idle_seconds}
            ).all()
        return [_session(row, user) for row in rows]

    def end(self, user: User, session_id: str) -> None:
        """It is over. Raises `UnknownSession`."""
        with self._database.begin() as connection:
            if connection.execute(_END, {"id": session_id, "user": user.id}).rowcount == 0:
                raise UnknownSession(f"{user.name} has no session {session_id[:40]!r}")

    def end_every(self, user: User) -> int:
        """All of them are over; how many there were."""
        with self._database.begin() as connection:
            return end_all(connection, user.id)

    def csrf(self, secret: str) -> str:
        """The token that a page of this session sends with each change; it tells nothing of the session's id."""
        return hmac.digest(self._csrf_key, secret.encode(), "sha256").hex()

    def csrf_matches(self, secret: str, token: str) -> bool:
        """Whether `token` is this session's, told in constant time."""
        return hmac.compare_digest(self.csrf(secret), token)


def end_all(connection: Connection, user_id: str) -> int:
    """All sessions of a user are over, inside the caller's transaction; how many there were."""
    return connection.execute(_END_ALL, {"user": user_id}).rowcount


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _session(row: sa.Row[tuple[object, ...]], user: User) -> Session:
    return Session(
        row.id,
        user,
        row.begun,
        row.seen,
        row.ends,
        bool(row.mfa),
        row.method,
        row.bound,
        row.address,
        row.agent,
    )
