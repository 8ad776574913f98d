"""A signed client of the service, for the commands that ask a server.

Whatever the server or the network does ends as an answer, as `Refused` or as `Unanswered`. Secrets
sign requests and never travel.
"""

import contextlib
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Self

import httpx
import msgspec

from actiontrail import __version__
from actiontrail.api.signature import Sent, sign_acs3
from actiontrail.cli.failure import Refused, Unanswered
from actiontrail.cli.profile import BadProfile, Profile
from actiontrail.errors import Refusal

VERSION = "2020-07-06"
AGENT = f"actiontrail-cli/{__version__}"
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 120.0
LATER = frozenset({429, 502, 503, 504})
ERROR_BYTES_MAX = 1 << 20

Query = Mapping[str, str | int | list[str]]


class TooLong(Refusal):
    """A question that does not fit into an address."""


class Client:
    """One server, asked as one caller. A context manager; not to be shared between threads."""

    def __init__(self, profile: Profile, *, transport: httpx.BaseTransport | None = None) -> None:
        _check_endpoint(profile.endpoint)
        self._profile = profile
        self._http = httpx.Client(
            base_url=profile.endpoint,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            transport=transport,
            trust_env=not profile.endpoint.startswith(("http://127.", "http://localhost", "http://[::1]")),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def operation(self, action: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """The answer of an operation of the public API."""
        headers = {"x-acs-action": action, "x-acs-version": VERSION}
        return self.answer("POST", "/", query=parameters, headers=headers)

    def answer(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> dict[str, Any]:
        """The JSON object that the server answers."""
        response = self.response(method, path, query=query, headers=headers, body=body)
        return _object(response)

    def response(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        accept: frozenset[int] = frozenset(),
    ) -> httpx.Response:
        """The whole response; raises for an error status, except those in `accept`."""
        request = self._request(method, path, query or {}, headers or {}, body)
        try:
            response = self._http.send(request)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        if response.status_code >= 400 and response.status_code not in accept:
            raise _error(response)
        return response

    @contextlib.contextmanager
    def stream(
        self,
        path: str,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        quiet_seconds: float = ANSWER_SECONDS,
    ) -> Iterator[httpx.Response]:
        """A response whose body is read as it arrives; an outage if nothing does for `quiet_seconds`."""
        request = self._request("GET", path, query or {}, headers or {}, b"")
        request.extensions["timeout"] = httpx.Timeout(quiet_seconds, connect=CONNECT_SECONDS).as_dict()
        try:
            response = self._http.send(request, stream=True)
            try:
                if response.status_code >= 400:
                    response.read()
                    raise _error(response)
                yield response
            finally:
                response.close()
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def _request(
        self, method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes
    ) -> httpx.Request:
        given = {"user-agent": AGENT, "accept": "application/json", **headers}
        try:
            request = self._http.build_request(method, path, params=dict(query), headers=given, content=body)
        except httpx.InvalidURL as error:  # `_check_endpoint` has seen the rest of it
            raise TooLong(
                f"what is asked is too long for an address: {error}; ask for less at once"
            ) from error
        profile = self._profile
        if profile.access_key_id:
            request.headers.update(self._signed(request, given, body))
        elif profile.token:
            request.headers["authorization"] = f"Bearer {profile.token}"
        elif path.startswith("/v1/") or path == "/":
            raise BadProfile(
                "no access key: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET,"
                " or write a profile. `actiontrail keys create --data DIR` makes a key."
            )
        return request

    def _signed(self, request: httpx.Request, given: Mapping[str, str], body: bytes) -> dict[str, str]:
        profile = self._profile
        signing = {name.lower(): value for name, value in given.items()}
        signing |= {
            "host": request.headers["host"],
            "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": secrets.token_hex(16),
        }
        if profile.security_token:
            signing |= {
                "x-acs-accesskey-id": profile.access_key_id,
                "x-acs-security-token": profile.security_token,
            }
        target = request.url.raw_path.decode("ascii")
        signed = sign_acs3(
            profile.access_key_id, profile.access_key_secret, Sent(request.method, target, signing, body)
        )
        return {**signing, **signed}

    def _unreachable(self, error: httpx.HTTPError) -> Unanswered:
        what = str(error) or type(error).__name__
        return Unanswered(
            "Unreachable",
            f"no answer from {self._profile.endpoint}: {what}",
            remedy="Is it running (`actiontrail serve --data DIR`), and is ACTIONTRAIL_ENDPOINT right?",
        )


def _check_endpoint(endpoint: str) -> None:
    """Raise `BadProfile` for what is no server's address. One that holds a password is not said back."""
    if not endpoint.startswith(("http://", "https://")):
        raise BadProfile(f"the endpoint {endpoint!r} must begin with http:// or https://")
    try:
        url = httpx.URL(endpoint)
    except httpx.InvalidURL as error:
        raise BadProfile(f"the endpoint {endpoint!r} is no address: {error}") from error
    if url.userinfo:
        raise BadProfile(
            "the endpoint holds a name or a password; requests are signed with an access key instead"
        )
    if not url.host:
        raise BadProfile(f"the endpoint {endpoint!r} names no host; like http://127.0.0.1:8770")


def retry_after(response: httpx.Response) -> float | None:
    """How many seconds the server says to wait."""
    text = response.headers.get("retry-after", "")
    return min(float(text), 3600.0) if text.isdigit() else None


def _error(response: httpx.Response) -> Exception:
    """The error that `response` is, in the server's own words."""
    status = response.status_code
    code, message, request_id = (
        f"HTTP{status}",
        response.reason_phrase,
        response.headers.get("x-acs-request-id", ""),
    )
    remedy = ""
    try:
        told = msgspec.json.decode(response.content[:ERROR_BYTES_MAX])
    except msgspec.MsgspecError:
        told = None
    if isinstance(told, dict):
        code, message = str(told.get("Code", code)), str(told.get("Message", message))
        remedy = str(told.get("Remedy", "") or told.get("Detail", ""))
        request_id = str(told.get("RequestId", request_id))
    if status in LATER or status >= 500 or code.startswith("Throttling"):
        return Unanswered(code, message, retry_after=retry_after(response), remedy=remedy)
    return Refused(code, message, request_id=request_id, remedy=remedy)


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = msgspec.json.decode(response.content)
    except msgspec.MsgspecError as error:
        raise Unanswered(
            "NotJSON", f"{response.url} did not answer in JSON; is it an ActionTrail server?"
        ) from error
    if not isinstance(answer, dict):
        raise Unanswered("NotJSON", f"{response.url} answered something else than a JSON object")
    return answer
