"""Signing in to the console: passwords, second factors, first passwords, links from single sign-on, and the first user.

Whatever is wrong, the answer is the same (`WrongSignin`), after the same work: neither a name nor a password is
confirmed to whoever does not have all of it. Only the right password learns that a code is wanted besides.
"""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actiontrail.access import totp
from actiontrail.access.accounts import Account, Accounts
from actiontrail.access.consoles import Bound, end_all
from actiontrail.access.grants import Grants
from actiontrail.access.guesses import Guesses
from actiontrail.access.names import BadName, check_name
from actiontrail.access.passwords import Passwords, check_new, new_password
from actiontrail.access.seal import Sealer
from actiontrail.access.users import UnknownUser, User, Users, need_user
from actiontrail.errors import Outage, Refusal
from actiontrail.store.database import Database

CHECKS_AT_ONCE = 2  # each takes 64 MiB and a core
CHECK_WAIT_SECONDS = 10.0
SETUP_SECONDS = 24 * 3600
SETUPS_MAX = 20  # links of an account that are good at the same time: a restart ends none
ADMINISTRATOR = "AdministratorAccess"


class WrongSignin(Refusal):
    """The account, the user or the password is wrong; which one is not said."""

    def __init__(self) -> None:
        super().__init__("the account, the user name or the password is wrong")


class CodeNeeded(Refusal):
    """The password is right, and a one-time code is needed besides."""

    def __init__(self) -> None:
        super().__init__("a code from the authenticator app is needed, or a recovery code")


class WrongCode(Refusal):
    """The one-time code is wrong, too old, or was used before."""

    def __init__(self) -> None:
        super().__init__("the code is wrong, too old, or was used before")


class NoTotp(Refusal):
    """The user has no authenticator app set up, or has not begun to set one up."""


class WrongSetup(Refusal):
    """The set-up link is not valid: it was used, it is over, or there is a console user already."""

    def __init__(self) -> None:
        super().__init__(
            "this set-up link is not valid any more: it works once, for a day, and only while nobody of its account"
            " can sign in; `actiontrail users setup-link` prints a new one"
        )


class InactiveFirst(Refusal):
    """A set-up link is to let in a user who was disabled: they would have a password, and could not sign in."""

    def __init__(self, user: User) -> None:
        super().__init__(
            f"user {user.name} of account {user.account} is inactive and could not sign in: choose another name, or let"
            f" them in again first: `actiontrail users enable {user.name} --account {user.account}`. The link stays good."
        )
        self.user = user


class NotLinked(Refusal):
    """Who was told by single sign-on is no user here."""


class Proven(NamedTuple):
    """Who signed in, whether with a second factor, and what they have to do first."""

    user: User
    mfa: bool
    bound: Bound


@dataclass(frozen=True, slots=True)
class FirstUser:
    """Who a set-up link is about to make, or to let in where somebody made them before. Nothing of it holds yet."""

    user: User
    is_new: bool
    link: str  # the digest of its token
    hash: str = field(repr=False)  # of the password


@dataclass(frozen=True, slots=True)
class Ways:
    """How a user may sign in."""

    password: bool
    must_change: bool
    totp: bool
    recovery_codes: int
    linked: bool  # to an identity of single sign-on


_PASSWORD = sa.text("SELECT hash, changed, must_change FROM passwords WHERE user_id = :user")
_PUT_PASSWORD = sa.text(
    "INSERT INTO passwords (user_id, hash, changed, must_change) VALUES (:user, :hash, :changed, :must_change)"
    " ON CONFLICT (user_id) DO UPDATE SET hash = :hash, changed = :changed, must_change = :must_change"
)
_REHASH = sa.text("UPDATE passwords SET hash = :hash WHERE user_id = :user AND hash = :before")
_DROP_PASSWORD = sa.text("DELETE FROM passwords WHERE user_id = :user")
_ANY = sa.text("SELECT (SELECT count(*) FROM passwords) + (SELECT count(*) FROM identities)")
_TOTP = sa.text("SELECT secret, confirmed, last_step, recovery FROM totp WHERE user_id = :user")
_PUT_TOTP = sa.text(
    "INSERT INTO totp (user_id, secret, confirmed, last_step, recovery) VALUES (:user, :secret, :no, 0, '[]')"
    " ON CONFLICT (user_id) DO UPDATE SET secret = :secret, confirmed = :no, last_step = 0, recovery = '[]'"
)
_CONFIRM = sa.text(
    "UPDATE totp SET confirmed = :yes, last_step = :step, recovery = :recovery WHERE user_id = :user"
)
_STEP = sa.text("UPDATE totp SET last_step = :step WHERE user_id = :user AND last_step < :step")
_RECOVER = sa.text("UPDATE totp SET recovery = :after WHERE user_id = :user AND recovery = :before")
_DROP_TOTP = sa.text("DELETE FROM totp WHERE user_id = :user")
_LINK = sa.text("SELECT user_id FROM identities WHERE issuer = :issuer AND subject = :subject")
_LINKED = sa.text("SELECT subject FROM identities WHERE issuer = :issuer AND user_id = :user")
_LINKS = sa.text("SELECT 1 FROM identities WHERE user_id = :user")
_PUT_LINK = sa.text(
    "INSERT INTO identities (issuer, subject, user_id, created) VALUES (:issuer, :subject, :user, :now)"
)
_DROP_LINKS = sa.text("DELETE FROM identities WHERE user_id = :user")
_ANY_OF = sa.text(
    "SELECT (SELECT count(*) FROM passwords JOIN users ON users.id = passwords.user_id WHERE users.account = :account)"
    " + (SELECT count(*) FROM identities JOIN users ON users.id = identities.user_id WHERE users.account = :account)"
)
_NOBODY = sa.text(
    "SELECT accounts.id, accounts.name, accounts.created FROM accounts WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.account = accounts.id"
    " AND (EXISTS (SELECT 1 FROM passwords WHERE passwords.user_id = users.id)"
    " OR EXISTS (SELECT 1 FROM identities WHERE identities.user_id = users.id))) ORDER BY accounts.created, accounts.id"
)
_DROP_SETUPS = sa.text("DELETE FROM setups WHERE account = :account")
_DROP_OLD_SETUPS = sa.text(
    "DELETE FROM setups WHERE ends <= :now OR (account = :account AND token NOT IN"
    " (SELECT token FROM setups WHERE account = :account ORDER BY ends DESC, token LIMIT :most))"
)
_PUT_SETUP = sa.text("INSERT INTO setups (token, account, ends) VALUES (:token, :account, :ends)")
_SETUP = sa.text("SELECT account FROM setups WHERE token = :token AND ends > :now")


class SignIn:
    """The tables `passwords`, `totp`, `identities` and `setups`. Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        *,
        passwords: Passwords | None = None,
        need_totp: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._passwords = passwords or Passwords()
        self._need_totp = need_totp
        self._now = now
        self._checking = threading.BoundedSemaphore(CHECKS_AT_ONCE)
        self.accounts = Accounts(database, now=now)
        self.users = Users(database, now=now)
        self.guesses = Guesses(database, now=now)
        self.grants = Grants(database, now=now)

    # Signing in

    def by_password(self, account: str, user_name: str, password: str, code: str, address: str) -> Proven:
        """Who this is. Raises `WrongSignin`, `CodeNeeded`, `WrongCode` or `SigninLocked`, each a try that counts."""
        self.guesses.begin(account, user_name, address)
        user = self._find(account, user_name)
        kept = self._kept(user)
        if not self._check(kept[0] if kept else None, password) or user is None or kept is None:
            raise WrongSignin
        if user.state != "Active":
            raise WrongSignin
        has_code = self._has_totp(user)
        if has_code:
            if not code:  # and the try still counts: else each such answer would buy another guess at a code
                raise CodeNeeded
            self._take_code(user, code)
        self.guesses.right(account, user_name)
        if self._passwords.is_dated(kept[0]):
            self._rehash(user, kept[0], password)
        self.users.signed_in(user.id)
        return Proven(user, has_code, self._bound(must_change=kept[1], mfa=has_code))

    def by_identity(self, issuer: str, subject: str, account: str, user_name: str) -> Proven:
        """Whoever single sign-on told us of: linked by their subject; at first, by the name that the provider tells.

        A user is linked to one subject for good, so that who takes over a name does not take over its user.
        Raises `NotLinked`.
        """
        with self._database.begin() as connection:
            found = connection.execute(_LINK, {"issuer": issuer, "subject": subject}).scalar()
            if found is None:
                found = self._link(connection, issuer, subject, account, user_name)
        user = self.users.by_id(found)
        if user is None or user.state != "Active":
            raise NotLinked("the user that this identity belongs to was deleted or disabled")
        self.users.signed_in(user.id)
        return Proven(user, mfa=False, bound="")

    def _link(self, connection: Connection, issuer: str, subject: str, account: str, user_name: str) -> str:
        user = self._find(account, user_name)
        if user is None:
            raise NotLinked(
                f"single sign-on says that you are {user_name[:80]!r}, and account {account} has no such user"
            )
        if connection.execute(_LINKED, {"issuer": issuer, "user": user.id}).first() is not None:
            raise NotLinked(f"user {user.name} belongs to another identity of this provider")
        connection.execute(
            _PUT_LINK,
            {"issuer": issuer, "subject": subject, "user": user.id, "now": int(self._now())},
        )
        return user.id

    def again(self, user: User, password: str, address: str, *, code: str | None = None) -> None:
        """The user proves once more who they are, before something that matters; with `code`, by that too.

        Raises `WrongSignin`, `WrongCode`, `SigninLocked`.
        """
        self.guesses.begin(user.account, user.name, address)
        kept = self._kept(user)
        if not self._check(kept[0] if kept else None, password):
            raise WrongSignin
        if code is not None:
            self._take_code(user, code)
        self.guesses.right(user.account, user.name)

    # Passwords

    def ways(self, user: User) -> Ways:
        """How they may sign in."""
        kept = self._kept(user)
        with self._database.read() as connection:
            row = connection.execute(_TOTP, {"user": user.id}).first()
            linked = connection.execute(_LINKS, {"user": user.id}).first() is not None
        confirmed = row is not None and bool(row.confirmed)
        left = len(msgspec.json.decode(row.recovery)) if row is not None and confirmed else 0
        return Ways(kept is not None, kept is not None and kept[1], confirmed, left, linked)

    def set_password(self, user: User, password: str, *, must_change: bool = False) -> None:
        """Theirs from now on; all their sessions are over. Raises `WeakPassword`."""
        check_new(password, user.name)
        with self._one_of_few():
            kept = self._passwords.hash(password)
        with self._database.begin() as connection:
            self._put_password(connection, user, kept, must_change=must_change)

    def _put_password(
        self, connection: Connection, user: User, kept: str, *, must_change: bool = False
    ) -> None:
        row = {"user": user.id, "hash": kept, "changed": int(self._now()), "must_change": must_change}
        connection.execute(_PUT_PASSWORD, row)
        end_all(connection, user.id)

    def give_password(self, user: User) -> str:
        """A first password that has to be changed at the first sign-in; mistakes made before are forgotten."""
        made = new_password()
        self.set_password(user, made, must_change=True)
        self.guesses.unlock(user.account, user.name)
        return made

    def forget(self, user: User) -> None:
        """They cannot sign in any more: no password, no code, no link, no session."""
        with self._database.begin() as connection:
            for statement in (_DROP_PASSWORD, _DROP_TOTP, _DROP_LINKS):
                connection.execute(statement, {"user": user.id})
            end_all(connection, user.id)

    def is_same(self, user: User, password: str) -> bool:
        """Whether this is the password that they have."""
        kept = self._kept(user)
        return kept is not None and self._check(kept[0], password)

    def bound_of(self, user: User, *, mfa: bool, method: str) -> Bound:
        """What a session of theirs has to do first, as things are now."""
        kept = self._kept(user)
        if method == "oidc":  # the provider answers for the second factor
            return ""
        return self._bound(must_change=kept is not None and kept[1], mfa=mfa)

    # Second factors

    def begin_totp(self, user: User) -> str:
        """A new secret, which counts once it was confirmed. Raises `NoTotp` if there is one already: that is removed first."""
        if self._has_totp(user):
            raise NoTotp("there is an authenticator app already; remove it first")
        secret = totp.new_secret()
        sealed = self._sealer.seal(secret.encode(), f"totp {user.id}")
        with self._database.begin() as connection:
            connection.execute(_PUT_TOTP, {"user": user.id, "secret": sealed, "no": False})
        return secret

    def confirm_totp(self, user: User, code: str) -> list[str]:
        """The app works: from now on it is needed. The recovery codes, for the only time. Raises `NoTotp`, `WrongCode`."""
        with self._database.begin() as connection:
            row = connection.execute(_TOTP, {"user": user.id}).first()
            if row is None or row.confirmed:
                raise NoTotp("setting up an authenticator app was not begun")
            step = totp.step_of(
                self._secret(user, bytes(row.secret)), code, self._now(), after=int(row.last_step)
            )
            if step is None:
                raise WrongCode
            codes = totp.new_recovery_codes()
            kept = msgspec.json.encode([totp.digest_of(one) for one in codes]).decode()
            connection.execute(_CONFIRM, {"user": user.id, "yes": True, "step": step, "recovery": kept})
            end_all(connection, user.id)
        return codes

    def drop_totp(self, user: User) -> None:
        """No code is needed any more; all their sessions are over."""
        with self._database.begin() as connection:
            connection.execute(_DROP_TOTP, {"user": user.id})
            end_all(connection, user.id)

    # The first user

    def is_empty(self) -> bool:
        """Whether nobody at all can sign in."""
        with self._database.read() as connection:
            return int(connection.execute(_ANY).scalar_one()) == 0

    def with_nobody(self) -> list[Account]:
        """The accounts of which nobody can sign in, the oldest first."""
        with self._database.read() as connection:
            return [Account._make(row) for row in connection.execute(_NOBODY)]

    def is_opened(self, account: str) -> bool:
        """Whether anybody of `account` has a way to sign in, be they active or not: no link makes a first user then."""
        with self._database.read() as connection:
            return bool(connection.execute(_ANY_OF, {"account": account}).scalar_one())

    def offer_setup(self, account: str) -> str | None:
        """A token that makes the first user of `account`, within a day; None if somebody of it can sign in.

        Tokens that were given before are good as well until one of them is used.
        """
        token, now = secrets.token_urlsafe(32), int(self._now())
        with self._database.begin() as connection:
            if connection.execute(_ANY_OF, {"account": account}).scalar_one():
                return None
            connection.execute(
                _PUT_SETUP, {"token": _digest(token), "account": account, "ends": now + SETUP_SECONDS}
            )
            connection.execute(_DROP_OLD_SETUPS, {"account": account, "now": now, "most": SETUPS_MAX})
        return token

    def ready_setup(self, token: str, user_name: str, password: str) -> FirstUser:
        """Who the link would make; nothing is changed. Raises `WrongSetup`, `WeakPassword`, `BadName`, `InactiveFirst`."""
        check_new(password, user_name)
        check_name("user name", user_name)
        link = _digest(token)
        with self._database.read() as connection:
            account = self._account_of(connection, link)
        found = self._find(account, user_name)
        if found is not None and found.state != "Active":
            raise InactiveFirst(found)
        with self._one_of_few():
            kept = self._passwords.hash(password)
        return FirstUser(found or self.users.new(account, user_name), found is None, link, kept)

    def take_setup(self, first: FirstUser) -> User:
        """The first user, who may do everything and can sign in: all of it at once, or nothing.

        Raises `WrongSetup` if the link was used meanwhile, `UserExists`, `UnknownUser`, `InactiveFirst` if somebody made,
        deleted or disabled them.
        """
        user = first.user
        with self._database.begin() as connection:
            account = self._account_of(connection, first.link)
            connection.execute(_DROP_SETUPS, {"account": account})
            if first.is_new:
                self.users.add(connection, user)
            else:
                user = need_user(connection, account, user.name)
                if user.state != "Active":
                    raise InactiveFirst(user)
            self.grants.give(connection, user, "System", ADMINISTRATOR)
            self._put_password(connection, user, first.hash)
        return user

    def _account_of(self, connection: Connection, link: str) -> str:
        """The account of a link that is still good."""
        account = connection.execute(_SETUP, {"token": link, "now": int(self._now())}).scalar()
        if account is None or connection.execute(_ANY_OF, {"account": account}).scalar_one():
            raise WrongSetup
        return str(account)

    # Inside

    def _find(self, account: str, user_name: str) -> User | None:
        if not (account.isascii() and account.isdigit()):
            return None
        try:
            check_name("user name", user_name)
            return self.users.get(account, user_name)
        except (BadName, UnknownUser):
            return None

    def _kept(self, user: User | None) -> tuple[str, bool] | None:
        if user is None:
            return None
        with self._database.read() as connection:
            row = connection.execute(_PASSWORD, {"user": user.id}).first()
        return None if row is None else (str(row.hash), bool(row.must_change))

    def _check(self, kept: str | None, password: str) -> bool:
        with self._one_of_few():
            return self._passwords.matches(kept, password)

    @contextmanager
    def _one_of_few(self) -> Iterator[None]:
        if not self._checking.acquire(timeout=CHECK_WAIT_SECONDS):
            raise Outage("too many people sign in at once", retry_after=5)
        try:
            yield
        finally:
            self._checking.release()

    def _rehash(self, user: User, before: str, password: str) -> None:
        with self._one_of_few():
            after = self._passwords.hash(password)
        with self._database.begin() as connection:
            connection.execute(_REHASH, {"user": user.id, "hash": after, "before": before})

    def _has_totp(self, user: User) -> bool:
        with self._database.read() as connection:
            row = connection.execute(_TOTP, {"user": user.id}).first()
        return row is not None and bool(row.confirmed)

    def _take_code(self, user: User, code: str) -> None:
        """A code counts once: the row is changed only if nobody took the code's step, or the recovery code, meanwhile."""
        code = code.strip().replace(" ", "")
        with self._database.begin() as connection:
            row = connection.execute(_TOTP, {"user": user.id}).first()
            if row is None or not row.confirmed:
                raise WrongCode
            secret = self._secret(user, bytes(row.secret))
            step = totp.step_of(secret, code, self._now(), after=int(row.last_step))
            if step is not None:
                if connection.execute(_STEP, {"user": user.id, "step": step}).rowcount != 1:
                    raise WrongCode
                return
            left: list[str] = msgspec.json.decode(row.recovery)
            digest = totp.digest_of(code)
            if digest not in left:
                raise WrongCode
            after = msgspec.json.encode([one for one in left if one != digest]).decode()
            changed = connection.execute(
                _RECOVER, {"user": user.id, "after": after, "before": row.recovery}
            ).rowcount
            if changed != 1:
                raise WrongCode

    def _secret(self, user: User, sealed: bytes) -> str:
        return self._sealer.unseal(sealed, f"totp {user.id}").decode()

    def _bound(self, *, must_change: bool, mfa: bool) -> Bound:
        if must_change:
            return "password"
        wanted: Literal["totp", ""] = "totp" if self._need_totp and not mfa else ""
        return wanted


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
