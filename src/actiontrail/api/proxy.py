"""What the recorder does not answer itself, passed on to the reader over its Unix socket.

Both directions are streamed: an export or a live tail is never held in memory, and a caller who goes
away takes the reader's work with them. A reader that is down costs its callers a 503 with a time to
come back; it never costs the recorder anything.
"""

import asyncio
import math
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec

from actiontrail.api import origin

Message = MutableMapping[str, Any]  # ASGI's own: what is in it depends on its type
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PEER_HEADER = origin.PEER_HEADER.encode()
BODY_BYTES_MAX = 4 * 1024 * 1024  # questions are small; events have a door of their own
CONNECTIONS_MAX = 256
CONNECT_SECONDS = 2.0
RETRY_SECONDS = 1.0

# RFC 9110, section 7.6.1, and what names the caller's address: ours to say, not the caller's.
_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        PEER_HEADER,
    }
)


class _TooLarge(Exception):
    """The body is longer than a question may be."""


class _Gone(Exception):
    """The caller hung up before the whole request was here."""


class Forward:
    """An ASGI application that is the reader, seen from the recorder."""

    def __init__(self, socket: Path, *, body_bytes_max: int = BODY_BYTES_MAX) -> None:
        self._body_bytes_max = body_bytes_max
        self._transport = httpx.AsyncHTTPTransport(
            uds=str(socket),
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX, max_keepalive_connections=32),
        )

    async def aclose(self) -> None:
        """Hang up on the reader."""
        await self._transport.aclose()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request with the reader's answer."""
        assert scope["type"] == "http"
        request = _Request(scope, receive, body_bytes_max=self._body_bytes_max)
        relay = asyncio.ensure_future(self._relay(request, send))
        watch = asyncio.ensure_future(request.gone.wait())
        try:
            await asyncio.wait({relay, watch}, return_when=asyncio.FIRST_COMPLETED)
            if not relay.done():
                relay.cancel()  # nobody listens any more: the reader sees us hang up and stops
            with suppress(asyncio.CancelledError, _Gone):
                await relay
        finally:
            watch.cancel()
            relay.cancel()
            request.close()

    async def _relay(self, request: "_Request", send: Send) -> None:
        try:
            response = await self._transport.handle_async_request(request.for_reader())
        except _TooLarge:
            message = (
                f"The request body is longer than {self._body_bytes_max} bytes. Send events to /v1/events."
            )
            await _say(send, 413, "RequestEntityTooLarge", message)
            return
        except httpx.TransportError:
            message = (
                "The service is unavailable. Please try again later. "
                "Search is starting up or being restarted; recording goes on."
            )
            await _say(send, 503, "ServiceUnavailable", message, retry_after=RETRY_SECONDS)
            return
        request.watch()
        try:
            headers = [
                (name, value) for name, value in response.headers.raw if name.lower() not in _HOP_BY_HOP
            ]
            await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
            assert isinstance(response.stream, httpx.AsyncByteStream)
            async for piece in response.stream:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            await response.aclose()


class _Request:
    """The caller's request on its way to the reader, and whether the caller is still there."""

    def __init__(self, scope: Message, receive: Receive, *, body_bytes_max: int) -> None:
        self.gone = asyncio.Event()
        self._scope = scope
        self._receive = receive
        self._body_bytes_max = body_bytes_max
        self._watching: asyncio.Future[None] | None = None

    def for_reader(self) -> httpx.Request:
        """The same request, addressed to the reader. Path and query go as they came: they are signed."""
        headers = [(name, value) for name, value in self._scope["headers"] if name not in _HOP_BY_HOP]
        if any(name == b"transfer-encoding" for name, _ in self._scope["headers"]):
            headers.append((b"transfer-encoding", b"chunked"))  # its length is not known here either
        if self._scope.get("client"):
            headers.append((PEER_HEADER, str(self._scope["client"][0]).encode()))
        target = self._scope["raw_path"] or b"/"
        if self._scope["query_string"]:
            target += b"?" + self._scope["query_string"]
        return httpx.Request(
            self._scope["method"],
            httpx.URL("http://reader").copy_with(raw_path=target),
            headers=headers,
            stream=_Stream(self._body()),
            extensions={
                "timeout": {"connect": CONNECT_SECONDS, "read": None, "write": None, "pool": CONNECT_SECONDS}
            },
        )

    async def _body(self) -> AsyncIterator[bytes]:
        taken = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.gone.set()
                raise _Gone
            piece = message.get("body", b"")
            taken += len(piece)
            if taken > self._body_bytes_max:
                raise _TooLarge
            if piece:
                yield piece
            if not message.get("more_body", False):
                self.watch()  # while the reader thinks, long before it answers
                return

    def watch(self) -> None:
        """From here on, notice when the caller hangs up: the request is read, only that can still come."""
        if self._watching is None:
            self._watching = asyncio.ensure_future(self._until_gone())

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone.set()

    def close(self) -> None:
        """Stop watching."""
        if self._watching is not None:
            self._watching.cancel()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces


async def _say(send: Send, status: int, code: str, message: str, *, retry_after: float | None = None) -> None:
    """An answer of our own, in the shape that every client parses."""
    request_id = str(uuid.uuid4()).upper()
    body = msgspec.json.encode({"RequestId": request_id, "Code": code, "Message": message})
    headers = [
        (b"content-type", b"application/json;charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-acs-request-id", request_id.encode()),
    ]
    if retry_after is not None:
        headers.append((b"retry-after", str(math.ceil(retry_after)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
