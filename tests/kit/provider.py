"""A small, real OpenID Connect provider on loopback: codes that count once, PKCE, tokens signed with RSA.

`person` is whoever sits before it. It can be told to lie in one way at a time, as an attacker or a broken
provider would: `claims` replace those of the token, `sign` signs it otherwise.
"""

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "actiontrail", "the-client's-secret"


@dataclass
class Provider:
    """What it knows and how it behaves; `port` once it listens."""

    person: dict[str, Any] = field(
        default_factory=lambda: {"sub": "subject-1", "preferred_username": "alice"}
    )
    claims: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] | None = None
    issuer_told: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    port: int = 0
    asked: dict[str, dict[str, str]] = field(
        default_factory=dict
    )  # code → what the authorization was asked with

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer_told or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to, with a code."""
        code = secrets.token_urlsafe(16)
        self.asked[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str], client: str) -> tuple[int, dict[str, Any]]:
        """The answer to a code that is brought back."""
        asked = self.asked.pop(form.get("code", ""), None)  # good once
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()  # fmt: skip
        if (
            asked is None
            or client != f"{CLIENT}:{SECRET}"
            or form.get("redirect_uri") != asked["redirect_uri"]
            or asked["code_challenge_method"] != "S256"
            or challenge != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]} | self.person  # fmt: skip
        claims = {name: value for name, value in (claims | self.claims).items() if value is not None}
        signed = (
            self.sign(claims) if self.sign else jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        )
        return 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": signed}


@contextmanager
def a_provider() -> Iterator[Provider]:
    """The provider at work."""
    provider = Provider()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/.well-known/openid-configuration":
                self._json(200, provider.configuration())
            elif parts.path == "/jwks":
                self._json(200, {"keys": [provider.key.as_dict(private=False)]})
            elif parts.path == "/authorize":
                self.send_response(302)
                self.send_header("location", provider.authorize(query))
                self.send_header("content-length", "0")
                self.end_headers()
            else:
                self._json(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[-1] for name, values in parse_qs(body).items()}
            client = base64.b64decode(self.headers.get("authorization", "").removeprefix("Basic ")).decode()
            self._json(*provider.token(form, client))

        def _json(self, status: int, content: dict[str, Any]) -> None:
            body = msgspec.json.encode(content)
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
