"""HTTP as our processes read it: uvicorn's protocol, with limits, and with refusals in the interface's own form.

What cannot be read as a request never reaches the application. Uvicorn answers it with a line of plain text,
takes a head of any length into memory, and its parser cannot read an address of more than 65 535 bytes.
"""

import sys
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from actiontrail.api import wire
from actiontrail.api.observe import GUARDS
from actiontrail.errors import Refusal

ADDRESS_BYTES_MAX: Final = 65_535  # path and query; the parser counts them in 16 bits
HEAD_BYTES_MAX: Final = 256 * 1024  # all before the body
LINGER_SECONDS: Final = 2.0  # a caller who was refused may go on sending: hung up on, they might not hear why


class MalformedRequest(Refusal):
    """What came is not a request of HTTP/1.1."""


class AddressTooLong(Refusal):
    """Path and query are longer than can be read."""

    def __init__(self) -> None:
        super().__init__(
            f"the address of the request is longer than {ADDRESS_BYTES_MAX} bytes; "
            "send the parameters in the body of a POST"
        )


class HeadersTooLong(Refusal):
    """The request's headers are longer than any that has a meaning here."""

    def __init__(self) -> None:
        super().__init__(
            f"address and headers of the request are longer than {HEAD_BYTES_MAX} bytes; send fewer or shorter headers"
        )


class Protocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own, passed on
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._head_bytes = 0
        self._refused = False

    def data_received(self, data: bytes) -> None:
        """Read on; give up on a head that does not end."""
        if self._refused:
            return
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_BYTES_MAX and not self._refused:
            self._refuse(HeadersTooLong())

    def on_url(self, url: bytes) -> None:
        """A piece of the address. What is raised here ends the parsing."""
        super().on_url(url)
        if len(self.url) > ADDRESS_BYTES_MAX:
            raise AddressTooLong

    def on_headers_complete(self) -> None:
        """The body begins, of which the application decides how long it may be."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next request's head is read from here on."""
        self._in_head = True
        self._head_bytes = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser could not read; called while its exception is handled."""
        error = sys.exc_info()[1]
        cause = error.__context__ if error else None
        self._refuse(
            cause
            if isinstance(cause, Refusal)
            else MalformedRequest(f"this is not a request of HTTP/1.1: {error or msg}")
        )

    def _refuse(self, error: Refusal) -> None:
        """Say why, and hang up: where the next request would begin is not known."""
        self._refused = True
        if self.cycle is not None:  # a request before it that is not answered yet is not answered any more
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        reply = wire.refusal(error, wire.new_request_id())
        headers = {name.encode(): value.encode() for name, value in reply.headers.items()}
        headers |= {**dict(GUARDS), b"content-length": b"%d" % len(reply.body), b"connection": b"close"}
        lines = b"".join(b"%s: %s\r\n" % header for header in headers.items())
        self.transport.write(STATUS_LINE[reply.status] + lines + b"\r\n" + reply.body)
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)
