"""The door: who sends this request, or why it is turned away.

`Door.caller` returns only for a request that was signed with the secret of an active credential, now,
and not seen before; or that carries an active ingest token. What they may do is the gate's to ask. It asks the
keys' memory, so it may be called on the event loop.
"""

import calendar
import re
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from actiontrail.access.keys import TOKEN_PREFIX, Caller, Credential, token_matches
from actiontrail.api import signature
from actiontrail.api.nonces import Nonces
from actiontrail.api.signature import Acs3Claim, BearerClaim, RpcClaim, Sent
from actiontrail.errors import Refusal
from actiontrail.event.moment import of_seconds

NONCE_CHARS_MAX = 128
TIME_FORM = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", re.ASCII)


class UnknownAccessKey(Refusal):
    """No access key has this id."""


class InactiveAccessKey(Refusal):
    """The access key, session or token was disabled."""


class UnknownToken(Refusal):
    """The bearer token is not an ingest token of ours."""


class SecurityTokenMissing(Refusal):
    """A session's request came without its security token."""


class SecurityTokenWrong(Refusal):
    """The security token is not the session's."""


class SecurityTokenExpired(Refusal):
    """The session is over."""


class MalformedTime(Refusal):
    """The request's time is missing or not in the form `2026-01-02T03:04:05Z`."""


class ClockSkew(Refusal):
    """The request's time is too far from ours."""


class NonceMissing(Refusal):
    """The request has no nonce, or too long a one."""


class RpcElsewhere(Refusal):
    """A signature that covers neither path nor body was sent to a place where both matter."""


class Credentials(Protocol):
    """What the door asks of the keys."""

    def credential(self, access_key_id: str) -> Credential | None:
        """The key or session with this id."""
        ...

    def token(self, text: str) -> Credential | None:
        """The ingest token that `text` is."""
        ...

    def used(self, credential_id: str) -> None:
        """Remember that it was used now."""
        ...


class Door:
    """Knows callers by what they signed. Safe to share between threads."""

    def __init__(
        self,
        keys: Credentials,
        *,
        clock_skew_seconds: int = 900,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._skew = clock_skew_seconds
        self._now = now
        self._nonces = Nonces(window_seconds=clock_skew_seconds)

    def caller(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Caller:
        """Who sends it. Raises a `Refusal` that says why nobody is believed.

        `target` is path and query as on the wire, header names are lower-case, `body` is as it came.
        """
        claimed = signature.claim(target, headers, body)
        match claimed:
            case BearerClaim():
                credential = self._bearer(claimed)
            case Acs3Claim():
                credential = self._acs3(claimed, Sent(method, target, headers, body))
            case RpcClaim():
                credential = self._rpc(claimed, method, target)
        self._keys.used(credential.caller.access_key_id)
        return credential.caller

    def claimed(self, target: str, headers: Mapping[str, str], body: bytes) -> Caller | None:
        """Whose key or token the request names, without believing that it comes from them; None if nobody's."""
        try:
            claimed = signature.claim(target, headers, body)
        except Refusal:
            return None
        if isinstance(claimed, BearerClaim):
            found = self._keys.token(claimed.token) if claimed.token.startswith(TOKEN_PREFIX) else None
        else:
            found = self._keys.credential(claimed.access_key_id)
        return None if found is None else found.caller

    def _bearer(self, claimed: BearerClaim) -> Credential:
        if not claimed.token.startswith(TOKEN_PREFIX):
            raise UnknownToken(f"bearer tokens begin with {TOKEN_PREFIX}; `actiontrail keys token` makes one")
        credential = self._keys.token(claimed.token)
        if credential is None:
            raise UnknownToken("there is no such ingest token; `actiontrail keys token` makes one")
        return _active(credential)

    def _acs3(self, claimed: Acs3Claim, sent: Sent) -> Credential:
        dated = self._within_window(sent.headers.get("x-acs-date", ""), "the header x-acs-date")
        nonce = _nonce(sent.headers.get("x-acs-signature-nonce", ""), "the header x-acs-signature-nonce")
        credential = self._find(claimed.access_key_id)
        signature.verify_acs3(claimed, credential.secret, sent)
        self._check_session(credential, sent.headers.get("x-acs-security-token", ""))
        self._nonces.take(claimed.access_key_id, nonce, dated=dated, now=self._now())
        return credential

    def _rpc(self, claimed: RpcClaim, method: str, target: str) -> Credential:
        if target.partition("?")[0] not in ("/", ""):
            raise RpcElsewhere(
                "an RPC signature covers neither the path nor the body, so it counts at / alone;"
                f" sign this request with {signature.ACS3}"
            )
        dated = self._within_window(claimed.parameters["Timestamp"], "the parameter Timestamp")
        nonce = _nonce(claimed.parameters["SignatureNonce"], "the parameter SignatureNonce")
        credential = self._find(claimed.access_key_id)
        signature.verify_rpc(claimed, credential.secret, method)
        self._check_session(credential, claimed.parameters.get("SecurityToken", ""))
        self._nonces.take(claimed.access_key_id, nonce, dated=dated, now=self._now())
        return credential

    def _find(self, access_key_id: str) -> Credential:
        credential = self._keys.credential(access_key_id)
        if credential is None:
            raise UnknownAccessKey(f"there is no access key {access_key_id[:64]!r}")
        return credential

    def _check_session(self, credential: Credential, token: str) -> None:
        """After the signature: only whoever has the secret learns more about the credential."""
        _active(credential)
        if credential.caller.kind != "session":
            if token:
                raise SecurityTokenWrong("this access key is no session's, and has no security token")
            return
        if not token:
            raise SecurityTokenMissing("a session signs with its security token as well")
        if not token_matches(credential, token):
            raise SecurityTokenWrong("the security token is not this session's")
        if credential.expires is None or self._now() >= credential.expires:
            raise SecurityTokenExpired("the session is over; make a new one")

    def _within_window(self, text: str, where: str) -> int:
        dated = parse_time(text)
        if dated is None:
            raise MalformedTime(f"{where} must be UTC in the form 2026-01-02T03:04:05Z, not {text[:40]!r}")
        if abs(dated - self._now()) > self._skew:
            ours = of_seconds(self._now())
            raise ClockSkew(f"{where} is {text}, our clock says {ours}; they may differ by {self._skew} s")
        return dated


def parse_time(text: str) -> int | None:
    """Seconds since 1970 of `2026-01-02T03:04:05Z`; None for any other form or a moment that is none."""
    form = TIME_FORM.fullmatch(text)
    if form is None:
        return None
    try:
        parsed = time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return None
    return calendar.timegm(parsed) if parsed.tm_sec < 60 else None


def _active(credential: Credential) -> Credential:
    if credential.state != "Active":
        raise InactiveAccessKey(f"{credential.caller.access_key_id} was disabled")
    return credential


def _nonce(text: str, where: str) -> str:
    if not 1 <= len(text) <= NONCE_CHARS_MAX:
        raise NonceMissing(f"{where} must have 1 to {NONCE_CHARS_MAX} characters, new for each request")
    return text
