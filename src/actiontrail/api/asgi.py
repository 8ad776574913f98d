"""The least of ASGI that the recorder's own answers need: a request read within limits, a reply sent.

The front door takes thousands of small requests a second, each of which a framework would cost more
than recording it does.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import unquote

from actiontrail.errors import Outage

Message = MutableMapping[str, Any]  # ASGI's own: what is in it depends on its type
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

RETRY_SECONDS = 1.0


class Gone(Exception):
    """The caller hung up before the whole request was here; nobody is left to be told."""


class TooMuchInFlight(Outage):
    """As many bytes of requests are in memory as may be."""

    def __init__(self) -> None:
        super().__init__(
            "the service is taking in as much as it can hold; come back soon", retry_after=RETRY_SECONDS
        )


class Flight:
    """How many bytes of requests are in memory. Used on the event loop alone."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.bytes = 0

    def take(self, count: int) -> None:
        """Make room for `count` more. Raises `TooMuchInFlight`; a request that is alone is always let in."""
        if self.bytes and self.bytes + count > self.most:
            raise TooMuchInFlight
        self.bytes += count

    def give(self, count: int) -> None:
        """`count` bytes are gone again."""
        self.bytes -= count


def headers_of(scope: Message) -> dict[str, str]:
    """The request's headers, names in lower case; a repeated one is joined with commas."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        found[key] = f"{found[key]},{text}" if key in found else text
    return found


def peer_of(scope: Message) -> str:
    """The address that the connection comes from; empty where nobody knows it."""
    return str(scope["client"][0]) if scope.get("client") else ""


def target_of(scope: Message) -> str:
    """Path and query as they came: they are signed."""
    path: bytes = scope["raw_path"] or b"/"
    query: bytes = scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")


def slashes_kept(scope: Message) -> Message:
    """`scope` with a path in which a slash that was sent as %2F is no slash: routes are found by parts."""
    raw: bytes = scope.get("raw_path") or b""
    if scope["type"] != "http" or b"%2f" not in raw.lower():
        return scope
    parts = raw.partition(b"?")[0].decode("latin-1").split("/")
    return {**scope, "path": "/".join(unquote(part).replace("/", "%2F") for part in parts)}


async def read_body(
    receive: Receive, *, first: int, most: int, flight: Flight, too_large: Exception
) -> bytes:
    """The request's body, of which `flight` already counts the `first` bytes that its length announced.

    Raises `too_large` beyond `most` bytes, `Gone` when the caller hangs up. Whatever came is counted in
    `flight`, and given back if this raises; the caller gives back the body's length, or `first` if that is more.
    """
    parts: list[bytes] = []
    size, counted = 0, first
    try:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Gone
            part = message.get("body", b"")
            size += len(part)
            if size > most:
                raise too_large
            if size > counted:
                flight.take(size - counted)
                counted = size
            parts.append(part)
            if not message.get("more_body", False):
                return parts[0] if len(parts) == 1 else b"".join(parts)
    except BaseException:
        flight.give(counted)
        raise


async def send_reply(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """The whole answer at once."""
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    raw.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
