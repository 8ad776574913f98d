"""The session of somebody at the console: `/v1/session` and what belongs to it.

Signing in gives a cookie that no script can read, and a token that a page sends with each change. Every sign-in
makes a new session, and so does whatever changes what the session is worth (a password, a second factor).
Nobody needs a policy for their own session; everything else goes through the gate.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Request, Response, route
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from actiontrail.access import totp
from actiontrail.access.consoles import Method, NotSignedIn, Session, UnknownSession, Whence
from actiontrail.access.guesses import SigninLocked
from actiontrail.access.keys import signed_in
from actiontrail.access.names import BadName
from actiontrail.access.passwords import WeakPassword
from actiontrail.access.signin import (
    ADMINISTRATOR,
    CodeNeeded,
    InactiveFirst,
    NoTotp,
    Proven,
    SignIn,
    WrongCode,
    WrongSetup,
    WrongSignin,
)
from actiontrail.access.users import User
from actiontrail.api import opened, wire
from actiontrail.api.deeds import Deed, Telling, password_reset
from actiontrail.api.gate import CONSOLE, Deeds
from actiontrail.api.origin import PEER_HEADER, Networks, Origin, origin
from actiontrail.api.routes import Answered, Asked, Route
from actiontrail.api.served import BadQuestion, answered, asked, in_path, received, request_id
from actiontrail.api.signature import Sent
from actiontrail.api.visitors import CsrfMismatch, ForeignPage, Visitors
from actiontrail.api.visits import SIGN_IN, SIGN_OUT, Visit
from actiontrail.errors import Refusal
from actiontrail.event import moment

A = TypeVar("A", bound=Asked)
GROUP = "session"
Tell = Callable[[Visit], None]


class SignInAsk(Asked, frozen=True):
    """Who signs in. The account by its id or its name; it may stand in the name (`alice@…`), or be the only one."""

    user: str
    password: str
    account: str = ""
    totp: Annotated[str, Meta(description="A code of the authenticator app, or a recovery code.")] = ""


class SetupAsk(Asked, frozen=True):
    """The first administrator."""

    token: Annotated[str, Meta(description="From the link that `serve` printed.")]
    user: str
    password: str


class PasswordAsk(Asked, frozen=True):
    """A new password, by somebody who knows the old one."""

    current: str
    new: str


class TotpAsk(Asked, frozen=True):
    """Somebody who knows the password; to remove an app, a code of it or a recovery code besides."""

    password: str
    code: str = ""


class CodeAsk(Asked, frozen=True):
    """A code of the app."""

    code: str


class Nothing(Asked, frozen=True):
    """Nothing is asked."""


class SessionAnswer(Answered, frozen=True):
    """Who is signed in. `bound`: what has to be done first (`password`, `totp`), or nothing. Times are RFC 3339."""

    account: str
    account_name: str
    user: str
    user_id: str
    display_name: str
    session_id: str
    csrf_token: str
    begun: str
    ends: str
    idle_seconds: int
    mfa: bool
    method: str
    bound: str
    password: bool
    totp: bool
    recovery_codes: int


class Ended(Answered, frozen=True):
    """It is over."""


class Way(Answered, frozen=True):
    """Another place to sign in at."""

    name: str
    address: str


class WaysAnswer(Answered, frozen=True):
    """How one may sign in here. `setup`: nobody can yet."""

    password: bool
    setup: bool
    single_sign_on: list[Way]


class TotpAnswer(Answered, frozen=True):
    """A new secret for the app: to type, as a link, and as a picture (SVG). It counts once a code confirmed it."""

    secret: str
    uri: str
    picture: str


class CodesAnswer(Answered, frozen=True):
    """Codes for when the app is lost, for the only time."""

    recovery_codes: list[str]
    session: SessionAnswer


class SessionsAnswer(Answered, frozen=True):
    """One's own sessions, the latest first."""

    sessions: list[opened.OpenSession]


_SEATED = (NotSignedIn, ForeignPage, CsrfMismatch)
_GUESSED = (WrongSignin, WrongCode, SigninLocked, ForeignPage)


def _row(name: str, method: str, path: str, summary: str, answer: type[Any], **more: Any) -> Route:  # noqa: ANN401
    said: dict[str, Any] = {"known_by": "session", "errors": _SEATED, **more}
    return Route(name=name, method=method, path=path, summary=summary, group=GROUP, answer=answer, **said)  # type: ignore[arg-type]


ROUTES = (
    _row("session", "GET", "/v1/session", "Who is signed in.", SessionAnswer),
    _row("signIn", "POST", "/v1/session", "Sign in: a cookie, and the token for changes.", SessionAnswer, body=SignInAsk, known_by="nobody", errors=(*_GUESSED, CodeNeeded, BadQuestion)),
    _row("signOut", "DELETE", "/v1/session", "Sign out.", Ended),
    _row("signInWays", "GET", "/v1/session/ways", "How one may sign in here.", WaysAnswer, known_by="nobody", errors=()),
    _row("setUp", "POST", "/v1/session/setup", "Make the first administrator, and sign them in.", SessionAnswer, body=SetupAsk, known_by="nobody", errors=(WrongSetup, InactiveFirst, WeakPassword, BadName, ForeignPage, SigninLocked, BadQuestion)),
    _row("changePassword", "POST", "/v1/session/password", "Change one's password; every other session is over.", SessionAnswer, body=PasswordAsk, errors=(*_SEATED, *_GUESSED[:3], WeakPassword, BadQuestion)),
    _row("beginTotp", "POST", "/v1/session/totp", "Begin to set up an authenticator app.", TotpAnswer, body=TotpAsk, errors=(*_SEATED, *_GUESSED[:3], NoTotp, BadQuestion)),
    _row("confirmTotp", "POST", "/v1/session/totp/confirm", "The app works: it is needed from now on; every other session is over.", CodesAnswer, body=CodeAsk, errors=(*_SEATED, WrongCode, SigninLocked, NoTotp, BadQuestion)),
    _row("removeTotp", "POST", "/v1/session/totp/remove", "No app is needed any more; every other session is over.", SessionAnswer, body=TotpAsk, errors=(*_SEATED, *_GUESSED[:3], BadQuestion)),
    _row("sessions", "GET", "/v1/sessions", "One's own sessions.", SessionsAnswer),
    _row("endSession", "DELETE", "/v1/sessions/{id}", "End one of one's own sessions.", Ended, places={"id": "The session's id."}, errors=(*_SEATED, UnknownSession)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Desk:
    """What signing in needs. `tell` records a visit, `deeds` what is changed; `ways` are other places to sign in at."""

    signin: SignIn
    visitors: Visitors
    tell: Tell
    deeds: Deeds
    region: str
    trusted: Networks = ()
    ways: tuple[Way, ...] = ()
    now: Callable[[], float] = time.time

    def where(self, sent: Sent) -> Origin:
        """From where the request came."""
        return origin(sent.headers.get(PEER_HEADER, ""), sent.headers, self.trusted)

    def enter(self, proven: Proven, method: Method, sent: Sent) -> tuple[SessionAnswer, str]:
        """A new session; the one that the browser had is over."""
        self._leave_old(sent)
        where = self.where(sent)
        secret, _ = self.visitors.sessions.open(
            proven.user,
            mfa=proven.mfa,
            method=method,
            bound=proven.bound,
            whence=Whence(where.address, where.agent),
        )
        return self.shown(secret), secret

    def _leave_old(self, sent: Sent) -> None:
        try:
            old = self.visitors.sessions.find(self.visitors.secret(sent.headers))
        except NotSignedIn:
            return
        self.visitors.sessions.end(old.user, old.id)

    def shown(self, secret: str) -> SessionAnswer:
        """The session as its page sees it."""
        session = self.visitors.sessions.find(secret)
        user = session.user
        ways = self.signin.ways(user)
        return SessionAnswer(
            account=user.account,
            account_name=self.signin.accounts.get(user.account).name,
            user=user.name,
            user_id=user.id,
            display_name=user.display_name,
            session_id=session.id,
            csrf_token=self.visitors.sessions.csrf(secret),
            begun=moment.of_seconds(session.begun),
            ends=moment.of_seconds(session.ends),
            idle_seconds=self.visitors.sessions.limits.idle_seconds,
            mfa=session.mfa,
            method=session.method,
            bound=session.bound,
            password=ways.password,
            totp=ways.totp,
            recovery_codes=ways.recovery_codes,
        )

    def visit(
        self, name: str, user: User, sent: Sent, *, mfa: bool = False, method: str = "password"
    ) -> Visit:
        """A visit of `user` that went well."""
        return Visit(
            name=name,
            account=user.account,
            user_name=user.name,
            principal_id=user.id,
            where=self.where(sent),
            region=self.region,
            mfa=mfa,
            method=method,
        )

    # One function for each address

    def sign_in(self, sent: Sent) -> tuple[SessionAnswer, str]:
        """Sign in; whatever comes of it is told."""
        self.visitors.need_own_page(sent.headers)
        ask = asked(sent, SignInAsk)
        account, user_name = self._named(ask)
        try:
            proven = self.signin.by_password(
                account, user_name, ask.password, ask.totp, self.where(sent).address
            )
        except CodeNeeded:
            raise  # half-way in, and no failure
        except Refusal as error:
            self._tell_failure(error, account, user_name, sent)
            raise
        entered = self.enter(proven, "password", sent)
        self.tell(self.visit(SIGN_IN, proven.user, sent, mfa=proven.mfa))
        return entered

    def _tell_failure(self, error: Refusal, account: str, user_name: str, sent: Sent) -> None:
        if not account:
            return
        self.tell(
            Visit(
                name=SIGN_IN,
                account=account,
                user_name=user_name,
                principal_id="",
                where=self.where(sent),
                region=self.region,
                error_code=wire.row(error).code,
                error_message=str(error),
            )
        )

    def _named(self, ask: SignInAsk) -> tuple[str, str]:
        """The account's id, empty if it cannot be told, and the user's name."""
        user_name, at, named = ask.user.strip().partition("@")
        wanted = ask.account.strip() or named.removesuffix(".onaliyun.com")
        accounts = self.signin.accounts.list()
        if wanted:
            found = [one.id for one in accounts if wanted == one.id or wanted.lower() == one.name.lower()]
            return (found[0] if len(found) == 1 else ""), user_name
        if len(accounts) > 1 and not at:
            having = {one.account for each in accounts for one in self.signin.users.list(each.id) if one.name.lower() == user_name.lower()}  # fmt: skip
            return (having.pop() if len(having) == 1 else ""), user_name
        return (accounts[0].id if len(accounts) == 1 else ""), user_name

    def sign_out(self, sent: Sent) -> Ended:
        """The session is over."""
        session = self.visitors.seat(sent.method, sent.headers).session
        self.visitors.sessions.end(session.user, session.id)
        self.tell(self.visit(SIGN_OUT, session.user, sent, mfa=session.mfa, method=session.method))
        return Ended()

    def set_up(self, sent: Sent) -> tuple[SessionAnswer, str]:
        """The first administrator, signed in."""
        self.visitors.need_own_page(sent.headers)
        ask = asked(sent, SetupAsk)
        # Nobody guesses a link, so no mistake locks others out: only the address has its bounds.
        self.signin.guesses.try_from(self.where(sent).address)
        first = self.signin.ready_setup(ask.token, ask.user.strip(), ask.password)
        with ExitStack() as told:  # with the change, in one commit
            for deed in _of_setup(first.user.name, is_new=first.is_new):
                told.enter_context(self._doing(first.user, sent, deed))
            user = self.signin.take_setup(first)
        bound = self.signin.bound_of(user, mfa=False, method="setup")
        entered = self.enter(Proven(user, mfa=False, bound=bound), "setup", sent)
        self.tell(self.visit(SIGN_IN, user, sent, method="setup"))
        return entered

    def change_password(self, sent: Sent) -> tuple[SessionAnswer, str]:
        """A new password, and a new session for whoever changed it."""
        session = self.visitors.seat(sent.method, sent.headers).session
        ask = asked(sent, PasswordAsk)
        with self._doing(session, sent, password_reset(session.user.name)):
            self.signin.again(session.user, ask.current, self.where(sent).address)
            if ask.new == ask.current:
                raise WeakPassword("the new password is the old one")
            self.signin.set_password(session.user, ask.new)
        return self._anew(session, sent, mfa=session.mfa)

    def begin_totp(self, sent: Sent) -> TotpAnswer:
        """A secret for the app."""
        session = self.visitors.seat(sent.method, sent.headers).session
        ask = asked(sent, TotpAsk)
        self.signin.again(session.user, ask.password, self.where(sent).address)
        secret = self.signin.begin_totp(session.user)
        uri = totp.uri(secret, session.user.account, session.user.name)
        return TotpAnswer(secret=secret, uri=uri, picture=totp.picture(uri))

    def confirm_totp(self, sent: Sent) -> tuple[CodesAnswer, str]:
        """The app is needed from now on."""
        session = self.visitors.seat(sent.method, sent.headers).session
        ask = asked(sent, CodeAsk)
        with self._doing(session, sent, _own(session, "ram:BindMFADevice")):
            self.signin.guesses.begin(session.user.account, session.user.name, self.where(sent).address)
            codes = self.signin.confirm_totp(session.user, ask.code)
            self.signin.guesses.right(session.user.account, session.user.name)
        shown, secret = self._anew(session, sent, mfa=True)
        return CodesAnswer(recovery_codes=codes, session=shown), secret

    def remove_totp(self, sent: Sent) -> tuple[SessionAnswer, str]:
        """The app is not needed any more."""
        session = self.visitors.seat(sent.method, sent.headers).session
        ask = asked(sent, TotpAsk)
        with self._doing(session, sent, _own(session, "ram:UnbindMFADevice")):
            self.signin.again(session.user, ask.password, self.where(sent).address, code=ask.code)
            self.signin.drop_totp(session.user)
        return self._anew(session, sent, mfa=False)

    def _doing(self, by: Session | User, sent: Sent, deed: Deed) -> AbstractContextManager[object]:
        """What somebody changes about their own sign-in is told as what they do elsewhere, together with the change."""
        whose = by if isinstance(by, User) else by.user
        since, mfa = (0, False) if isinstance(by, User) else (by.begun, by.mfa)
        return self.deeds.doing(
            Telling(
                caller=signed_in(whose, since=since, mfa=mfa),
                where=self.where(sent),
                deed=deed,
                request_id=wire.new_request_id(),
                event_type="ConsoleOperation",
                additional=CONSOLE,
            )
        )

    def _anew(self, session: Session, sent: Sent, *, mfa: bool) -> tuple[SessionAnswer, str]:
        """The same person in a new session: what the old one was worth has changed."""
        bound = self.signin.bound_of(session.user, mfa=mfa, method=session.method)
        return self.enter(Proven(session.user, mfa, bound), session.method, sent)  # type: ignore[arg-type]

    def own(self, sent: Sent) -> SessionAnswer:
        """Who is signed in."""
        return self.shown(self.visitors.seat(sent.method, sent.headers).secret)

    def list(self, sent: Sent) -> SessionsAnswer:
        """One's own sessions."""
        current = self.visitors.seat(sent.method, sent.headers).session
        return SessionsAnswer(
            sessions=[opened.own(one, current=current) for one in self.visitors.sessions.of(current.user)]
        )

    def end(self, sent: Sent, session_id: str) -> Ended:
        """End one of one's own sessions."""
        session = self.visitors.seat(sent.method, sent.headers).session
        with self._doing(session, sent, _own(session, "ram:EndConsoleSession", sessionId=session_id[:40])):
            self.visitors.sessions.end(session.user, session_id)
        return Ended()

    def how(self) -> WaysAnswer:
        """How one may sign in here."""
        return WaysAnswer(password=True, setup=self.signin.is_empty(), single_sign_on=list(self.ways))


def _own(session: Session, action: str, **parameters: str) -> Deed:
    """A deed that somebody does to their own sign-in."""
    name = session.user.name
    return Deed(
        action=action,
        parameters={"UserName": name, **parameters},
        references={"ACS::RAM::User": (name,)},
    )


def _of_setup(user_name: str, *, is_new: bool) -> Iterator[Deed]:
    """What a set-up link does: its user is made, may do everything, and gets a password."""
    named = {"ACS::RAM::User": (user_name,)}
    if is_new:
        yield Deed(action="ram:CreateUser", parameters={"UserName": user_name}, references=named)
    yield Deed(
        action="ram:AttachPolicyToUser",
        parameters={"UserName": user_name, "PolicyName": ADMINISTRATOR},
        references={**named, "ACS::RAM::Policy": (ADMINISTRATOR,)},
    )
    yield password_reset(user_name)


def session_cookie(visitors: Visitors, secret: str) -> Cookie:
    """What the browser is to hold: no script reads it, no other site's page sends it. Empty: it is to forget it."""
    return Cookie(
        key=visitors.cookie,
        value=secret,
        path="/",
        httponly=True,
        secure=visitors.secure,
        samesite="strict",
        max_age=None if secret else 0,
    )


def routes(desk: Desk) -> list[HTTPRouteHandler]:
    """The handlers."""
    entering: dict[tuple[str, str], Callable[[Sent], tuple[msgspec.Struct, str]]] = {
        ("POST", "/v1/session"): desk.sign_in,
        ("POST", "/v1/session/setup"): desk.set_up,
        ("POST", "/v1/session/password"): desk.change_password,
        ("POST", "/v1/session/totp/confirm"): desk.confirm_totp,
        ("POST", "/v1/session/totp/remove"): desk.remove_totp,
    }
    plain: dict[tuple[str, str], Callable[[Sent], msgspec.Struct]] = {
        ("GET", "/v1/session"): desk.own,
        ("GET", "/v1/session/ways"): lambda _: desk.how(),
        ("POST", "/v1/session/totp"): desk.begin_totp,
        ("GET", "/v1/sessions"): desk.list,
    }

    @route("/v1/session", http_method=[HttpMethod.DELETE], status_code=200, include_in_schema=False)
    async def sign_out(request: Request[Any, Any, Any]) -> Response[bytes]:
        sent = await received(request)
        response = answered(await sync_to_thread(desk.sign_out, sent), request_id(request))
        response.set_cookie(session_cookie(desk.visitors, ""))
        return response

    @route("/v1/sessions/{id:str}", http_method=[HttpMethod.DELETE], status_code=200, include_in_schema=False)
    async def end(request: Request[Any, Any, Any]) -> Response[bytes]:
        sent = await received(request)
        return answered(await sync_to_thread(desk.end, sent, in_path(request)[-1]), request_id(request))

    return [
        *(_entering(desk, *place, run) for place, run in entering.items()),
        *(_plain(*place, run) for place, run in plain.items()),
        sign_out,
        end,
    ]


def _entering(
    desk: Desk, method: str, path: str, run: Callable[[Sent], tuple[msgspec.Struct, str]]
) -> HTTPRouteHandler:
    """An address whose answer comes with a new session."""

    @route(path, http_method=[HttpMethod(method)], status_code=200, include_in_schema=False)
    async def handler(request: Request[Any, Any, Any]) -> Response[bytes]:
        sent = await received(request)
        shown, secret = await sync_to_thread(run, sent)
        response = answered(shown, request_id(request))
        response.set_cookie(session_cookie(desk.visitors, secret))
        return response

    return handler


def _plain(method: str, path: str, run: Callable[[Sent], msgspec.Struct]) -> HTTPRouteHandler:
    @route(path, http_method=[HttpMethod(method)], status_code=200, include_in_schema=False)
    async def handler(request: Request[Any, Any, Any]) -> Response[bytes]:
        sent = await received(request)
        return answered(await sync_to_thread(run, sent), request_id(request))

    return handler
