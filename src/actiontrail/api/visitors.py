"""People at the console: known by their session's cookie, where programs are known by what they signed.

A session's request that may change something comes from a page of ours (its `Origin`), and that page knows the
session's token (`x-actiontrail-csrf`). What a session may then do is what its user may: the same gate judges both. At
`/`, where the public API is, a cookie counts for nothing.
"""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple
from urllib.parse import urlsplit

from actiontrail.access.consoles import NotSignedIn, Session, Sessions
from actiontrail.access.keys import Caller, signed_in
from actiontrail.api.door import Door
from actiontrail.errors import Refusal

CSRF_HEADER = "x-actiontrail-csrf"
_PLAIN, _SECURE = "actiontrail-session", "__Host-actiontrail-session"
_READS = frozenset({"GET", "HEAD"})
_SIGNED = ("signature=", "accesskeyid=")


class ForeignPage(Refusal):
    """The request was made by a page of another site, or does not say by which."""


class CsrfMismatch(Refusal):
    """The request does not hold its session's token."""


class MustChangePassword(Refusal):
    """The first password has to be changed before anything else is done."""


class MustSetUpTotp(Refusal):
    """An authenticator app has to be set up before anything else is done."""


class Seat(NamedTuple):
    """A session, and its secret."""

    secret: str
    session: Session


class Visitors:
    """Tells callers apart, people and programs. Safe to share between threads.

    `address` is where browsers find the console (`https://trail.example.com`); empty: at the host that a request names.
    """

    def __init__(self, door: Door, sessions: Sessions, *, address: str = "") -> None:
        self._door = door
        self.sessions = sessions
        self._address = address.rstrip("/")
        self.secure = address.startswith("https://")
        self.cookie = _SECURE if self.secure else _PLAIN

    def caller(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Caller:
        """Who sends this. Raises a `Refusal` that says why nobody is believed."""
        if not self._is_a_browser(target, headers):
            return self._door.caller(method, target, headers, body)
        session = self.seat(method, headers).session
        match session.bound:
            case "password":
                raise MustChangePassword("change your first password before anything else")
            case "totp":
                raise MustSetUpTotp("set up an authenticator app before anything else")
        return signed_in(session.user, since=session.begun, mfa=session.mfa)

    def claimed(self, target: str, headers: Mapping[str, str], body: bytes) -> Caller | None:
        """Whose credentials the request names, without believing that it comes from them; None if nobody's."""
        if not self._is_a_browser(target, headers):
            return self._door.claimed(target, headers, body)
        try:
            session = self.sessions.find(self.secret(headers))
        except NotSignedIn:
            return None
        return signed_in(session.user, since=session.begun, mfa=session.mfa)

    def seat(self, method: str, headers: Mapping[str, str]) -> Seat:
        """The session that the request comes with. Raises `NotSignedIn`, `ForeignPage`, `CsrfMismatch`."""
        secret = self.secret(headers)
        if not secret:
            raise NotSignedIn
        session = self.sessions.find(secret)
        if method not in _READS:
            self.need_own_page(headers)
            if not self.sessions.csrf_matches(secret, headers.get(CSRF_HEADER, "")):
                raise CsrfMismatch(
                    f"the header {CSRF_HEADER} is not this session's token; load the page again"
                )
        return Seat(secret, session)

    def secret(self, headers: Mapping[str, str]) -> str:
        """What the browser holds; empty if it holds nothing of ours."""
        return self.cookie_of(headers, self.cookie)

    def cookie_of(self, headers: Mapping[str, str], name: str) -> str:
        """The cookie called `name`; empty if there is none."""
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(name)
        except CookieError:
            return ""
        return found.value if found else ""

    def need_own_page(self, headers: Mapping[str, str]) -> None:
        """Return if a page of ours made the request. Raises `ForeignPage`."""
        origin = headers.get("origin", "")
        if not origin:
            if headers.get("sec-fetch-site") == "same-origin":
                return
            raise ForeignPage("a request that changes something says from which page it comes (Origin)")
        ours = self._address.lower() if self._address else headers.get("host", "").lower()
        said = origin.lower() if self._address else urlsplit(origin.lower()).netloc
        if not ours or said != ours:
            raise ForeignPage(f"a page of {origin[:100]} may not do this")

    def _is_a_browser(self, target: str, headers: Mapping[str, str]) -> bool:
        """A signature always counts before a cookie; whoever has neither, and is a browser, is to sign in."""
        if "authorization" in headers or any(one in target.lower() for one in _SIGNED):
            return False
        return bool(self.secret(headers)) or CSRF_HEADER in headers or "sec-fetch-site" in headers
