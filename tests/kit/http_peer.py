"""A small HTTP server for tests, in a thread, that answers as told and breaks as told.

A fault is one of: a status such as `500`, `lost` (the request is carried out and the answer never
comes), `cut` (the connection ends before the request was read), `hang` (nothing comes until the peer is
closed), `half` (the answer ends half way).
"""

import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Request:
    """What came: `target` as it stood in the request line, `path` decoded, header names in small letters."""

    method: str
    target: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """What goes back."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class HttpPeer:
    """`answer` carries a request out, `refuse` spells the answer of a status that a fault asks for."""

    def __init__(
        self,
        answer: Callable[[Request], Answer],
        refuse: Callable[[int], Answer] = Answer,
    ) -> None:
        self.faults: deque[str] = deque()  # the next requests break in these ways; an empty one is none
        self.always = ""  # every request does, while it is set
        self.seen: list[Request] = []
        self._answer, self._refuse = answer, refuse
        self._closing = threading.Event()
        peer = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                peer.serve(self)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_OPTIONS = _serve  # noqa: N815

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Let go of whoever hangs, and stop."""
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @contextmanager
    def failing(self, how: str) -> Iterator[None]:
        """Every request fails so while this is entered, in the words of `tests.kit.places.FAILURES`."""
        self.always = {"no effect": "cut", "with effect": "lost", "denied": "403", "outage": "503"}[how]
        try:
            yield
        finally:
            self.always = ""

    def serve(self, door: BaseHTTPRequestHandler) -> None:
        """One request."""
        fault = self.faults.popleft() if self.faults else self.always
        size = int(door.headers.get("Content-Length") or 0)
        chunked = door.headers.get("Transfer-Encoding") == "chunked"
        if fault == "cut":
            door.rfile.read(size // 2)
            self._hang_up(door)
            return
        parts = urlsplit(door.path)
        headers = {name.lower(): value for name, value in door.headers.items()}
        request = Request(
            door.command or "",
            door.path,
            unquote(parts.path),
            parts.query,
            headers,
            _chunks(door) if chunked else door.rfile.read(size),
        )
        self.seen.append(request)
        if fault == "hang":
            self._closing.wait(60)
            self._hang_up(door)
            return
        answer = self._refuse(int(fault)) if fault.isdigit() else self._answer(request)
        if fault == "lost":
            self._hang_up(door)
            return
        door.send_response(answer.status)
        for name, value in answer.headers.items():
            door.send_header(name, value)
        if "Content-Length" not in answer.headers:
            door.send_header("Content-Length", str(len(answer.body)))
        door.end_headers()
        if request.method != "HEAD":
            door.wfile.write(answer.body[: len(answer.body) // 2] if fault == "half" else answer.body)
        if fault == "half":
            door.wfile.flush()
            self._hang_up(door)

    @staticmethod
    def _hang_up(door: BaseHTTPRequestHandler) -> None:
        door.close_connection = True
        with suppress(OSError):
            door.connection.shutdown(socket.SHUT_RDWR)


def _chunks(door: BaseHTTPRequestHandler) -> bytes:
    """A body that comes in pieces, each behind its length."""
    body = b""
    while size := int(door.rfile.readline().split(b";")[0], 16):
        body += door.rfile.read(size)
        door.rfile.readline()
    door.rfile.readline()
    return body
