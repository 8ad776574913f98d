"""Single sign-on: OpenID Connect's code flow with PKCE, at the provider that the operator named.

The browser is sent to the provider with a state, a nonce and a challenge, all of this one attempt; what they are is in
a sealed cookie that only this browser has, for ten minutes. What comes back counts only if the state is that
cookie's, the token is signed by a key of the provider, and its issuer, audience, time and nonce are right. Who that
is here, `access/signin.py` says.
"""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from litestar import Request, Response, get
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler

from actiontrail.access.seal import Sealer
from actiontrail.api.rpc import sent_headers, sent_target
from actiontrail.api.session import Desk, session_cookie
from actiontrail.api.signature import Sent
from actiontrail.api.visits import SIGN_IN
from actiontrail.config import BadConfig, Config
from actiontrail.errors import Corruption, Outage, Refusal

START, BACK = "/signin/oidc", "/signin/oidc/back"
COOKIE = "actiontrail-oidc"
ATTEMPT_SECONDS = 600
CONFIGURATION_SECONDS = 600  # for which what the provider says of itself is kept
HTTP_SECONDS = 10.0
ANSWER_BYTES_MAX = 1024 * 1024
LEEWAY_SECONDS = 60
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
_SEALED_AS = "oidc attempt"


class SignOnFailed(Refusal):
    """Single sign-on came back with something that proves nothing; the message says what."""


class ProviderOutage(Outage):
    """The provider did not answer, or not as providers do."""


class Provider(NamedTuple):
    """Which provider, and as whom we are known there. `address`: where browsers find this service."""

    issuer: str
    client_id: str
    client_secret: str
    address: str
    user_claim: str
    account: str


def named(settings: Config) -> Provider | None:
    """The provider that the settings name; None if they name none. Raises `BadConfig`."""
    if not settings.oidc_issuer:
        return None
    if not settings.console_url or not settings.oidc_client_id:
        raise BadConfig("oidc_issuer is set, so console_url and oidc_client_id have to be")
    secret = ""
    if settings.oidc_client_secret_file:
        try:
            secret = Path(settings.oidc_client_secret_file).read_text().strip()
        except OSError as error:
            raise BadConfig(f"oidc_client_secret_file: {error.strerror}") from error
    return Provider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        secret,
        settings.console_url.rstrip("/"),
        settings.oidc_user_claim,
        settings.oidc_account,
    )


class Attempt(msgspec.Struct, frozen=True):
    """One browser on its way to the provider and back."""

    state: str
    nonce: str
    verifier: str
    ends: int


class Told(NamedTuple):
    """Whom the provider named: by its own subject, and by the name that is known here."""

    subject: str
    user_name: str
    mfa: bool


@dataclass
class SignOn:
    """Talks to the provider. Safe to share between threads."""

    provider: Provider
    http: httpx.Client = field(
        default_factory=lambda: httpx.Client(timeout=HTTP_SECONDS, follow_redirects=False)
    )
    now: Callable[[], float] = time.time
    _kept: dict[str, Any] = field(default_factory=dict)
    _kept_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def back(self) -> str:
        """Where the provider sends the browser back to; it has to be registered there."""
        return f"{self.provider.address}{BACK}"

    def begin(self) -> tuple[str, Attempt]:
        """Where to send the browser, and what it has to bring back. Raises `ProviderOutage`."""
        attempt = Attempt(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            ends=int(self.now()) + ATTEMPT_SECONDS,
        )
        uri = prepare_grant_uri(
            self._configuration()["authorization_endpoint"],
            client_id=self.provider.client_id,
            response_type="code",
            redirect_uri=self.back,
            scope="openid profile email",
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return str(uri), attempt

    def finish(self, said: Mapping[str, str], attempt: Attempt) -> Told:
        """Whom the provider named, from what the browser brought back. Raises `SignOnFailed`, `ProviderOutage`."""
        if self.now() >= attempt.ends:
            raise SignOnFailed("this took too long; begin again")
        if not secrets.compare_digest(said.get("state", "").encode(), attempt.state.encode()):
            raise SignOnFailed("the answer belongs to another attempt; begin again")
        if said.get("iss", self.provider.issuer) != self.provider.issuer:
            raise SignOnFailed("the answer is of another provider")
        if "error" in said:
            raise SignOnFailed(f"the provider says: {said['error'][:100]}")
        if not said.get("code"):
            raise SignOnFailed("the answer holds no code")
        tokens = self._exchange(said["code"], attempt)
        claims = self._verified(tokens, attempt)
        named = claims.get(self.provider.user_claim)
        if not isinstance(named, str) or not named:
            raise SignOnFailed(f"the provider tells no {self.provider.user_claim} (oidc_user_claim)")
        if self.provider.user_claim == "email" and claims.get("email_verified") is not True:
            raise SignOnFailed("the provider has not verified this address")
        amr = claims.get("amr")
        return Told(str(claims["sub"]), named.partition("@")[0], isinstance(amr, list) and "mfa" in amr)

    def _exchange(self, code: str, attempt: Attempt) -> dict[str, Any]:
        """The tokens that the code stands for; it is good once, and only with this attempt's verifier."""
        body = prepare_token_request(
            "authorization_code",
            redirect_uri=self.back,
            code=code,
            code_verifier=attempt.verifier,
            client_id=self.provider.client_id,
        )
        secret = self.provider.client_secret
        auth = httpx.BasicAuth(self.provider.client_id, secret) if secret else None
        try:
            answer = self.http.post(
                self._configuration()["token_endpoint"],
                content=body,
                auth=auth or httpx.USE_CLIENT_DEFAULT,
                headers={"content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
            )
        except httpx.HTTPError as error:
            raise ProviderOutage(f"the provider does not answer: {type(error).__name__}") from error
        if answer.status_code != httpx.codes.OK:
            raise SignOnFailed(f"the provider does not take the code back ({answer.status_code})")
        return _object(answer.content)

    def _verified(self, tokens: Mapping[str, Any], attempt: Attempt) -> CodeIDToken:
        """The claims of the id token, once its signature and all that has to be right are. Raises `SignOnFailed`."""
        raw = tokens.get("id_token")
        if not isinstance(raw, str):
            raise SignOnFailed("the provider gave no id token")
        try:
            try:
                token = jwt.decode(raw, self._keys(), algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                token = jwt.decode(raw, self._keys(fresh=True), algorithms=ALGORITHMS)  # it may have new keys
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": self.provider.issuer},
                    "aud": {"essential": True, "value": self.provider.client_id},
                    "nonce": {"essential": True, "value": attempt.nonce},
                },
                params={
                    "client_id": self.provider.client_id,
                    "nonce": attempt.nonce,
                    "access_token": tokens.get("access_token"),
                },
            )
            claims.validate(now=int(self.now()), leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise SignOnFailed(f"the id token proves nothing: {type(error).__name__}") from error
        if not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise SignOnFailed("the id token names nobody")
        return claims

    def _keys(self, *, fresh: bool = False) -> KeySet:
        if fresh:
            with self._lock:
                self._kept_until = 0.0
        return KeySet.import_key_set(self._configuration()["jwks"])

    def _configuration(self) -> dict[str, Any]:
        """What the provider says of itself, and its keys. Its issuer has to be the one that was named."""
        with self._lock:
            if self.now() < self._kept_until:
                return self._kept
            said = self._get(f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration")
            if said.get("issuer") != self.provider.issuer:
                raise ProviderOutage("the provider calls itself by another issuer than oidc_issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not isinstance(said.get(name), str):
                    raise ProviderOutage(f"the provider does not tell its {name}")
            self._kept = {**said, "jwks": self._get(said["jwks_uri"])}
            self._kept_until = self.now() + CONFIGURATION_SECONDS
            return self._kept

    def _get(self, address: str) -> dict[str, Any]:
        try:
            answer = self.http.get(address, headers={"accept": "application/json"})
        except httpx.HTTPError as error:
            raise ProviderOutage(f"the provider does not answer: {type(error).__name__}") from error
        if answer.status_code != httpx.codes.OK:
            raise ProviderOutage(f"the provider answers {answer.status_code}")
        return _object(answer.content)


def routes(desk: Desk, sign_on: SignOn, sealer: Sealer) -> list[HTTPRouteHandler]:
    """The two addresses that a browser goes to: there, and back. They are pages, and no interface."""

    @get(START, include_in_schema=False, name="oidc")
    async def start(request: Request[Any, Any, Any]) -> Response[bytes]:  # noqa: ARG001
        try:
            uri, attempt = await sync_to_thread(sign_on.begin)
        except Outage:
            return _to("/console/signin#problem=provider")
        response = _to(uri)
        response.set_cookie(
            _attempt_cookie(desk, sealer.seal(msgspec.json.encode(attempt), _SEALED_AS).hex())
        )
        return response

    @get(BACK, include_in_schema=False, name="oidcBack")
    async def back(request: Request[Any, Any, Any]) -> Response[bytes]:
        sent = Sent("GET", sent_target(request), sent_headers(request), b"")
        try:
            secret = await sync_to_thread(_finish, desk, sign_on, sealer, sent)
        except Outage:
            response = _to("/console/signin#problem=provider")
        except Refusal as error:
            response = _to(f"/console/signin#problem={type(error).__name__}")
        else:
            response = _to("/console/")
            response.set_cookie(session_cookie(desk.visitors, secret))
        response.set_cookie(_attempt_cookie(desk, ""))  # whatever came of it, this attempt is over
        return response

    return [start, back]


def _finish(desk: Desk, sign_on: SignOn, sealer: Sealer, sent: Sent) -> str:
    """A new session's secret. Raises a `Refusal` or an `Outage`."""
    attempt = _attempt(sealer, desk.visitors.cookie_of(sent.headers, COOKIE))
    said = {name: values[-1] for name, values in parse_qs(sent.target.partition("?")[2]).items()}
    told = sign_on.finish(said, attempt)
    provider = sign_on.provider
    account = provider.account or desk.signin.accounts.list()[0].id
    proven = desk.signin.by_identity(provider.issuer, told.subject, account, told.user_name)
    proven = proven._replace(mfa=told.mfa)
    _, secret = desk.enter(proven, "oidc", sent)
    desk.tell(desk.visit(SIGN_IN, proven.user, sent, mfa=told.mfa, method="oidc"))
    return secret


def _attempt(sealer: Sealer, sealed: str) -> Attempt:
    try:
        return msgspec.json.decode(sealer.unseal(bytes.fromhex(sealed), _SEALED_AS), type=Attempt)
    except (ValueError, Corruption, msgspec.MsgspecError) as error:
        raise SignOnFailed("this browser did not begin to sign in here, or too long ago") from error


def _attempt_cookie(desk: Desk, value: str) -> Cookie:
    """Lax, because the way back comes from the provider's site; and for these two addresses alone."""
    return Cookie(
        key=COOKIE,
        value=value,
        path=START,
        httponly=True,
        secure=desk.visitors.secure,
        samesite="lax",
        max_age=ATTEMPT_SECONDS if value else 0,
    )


def _to(address: str) -> Response[bytes]:
    headers = {"location": address, "cache-control": "no-store", "referrer-policy": "no-referrer"}
    return Response(b"", status_code=302, headers=headers, media_type="text/plain")


def _object(body: bytes) -> dict[str, Any]:
    if len(body) > ANSWER_BYTES_MAX:
        raise ProviderOutage("the provider's answer is too long")
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise ProviderOutage("the provider's answer is no JSON object") from error
