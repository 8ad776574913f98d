"""What cannot be read as a request is refused in the interface's own form, over a real socket."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uvicorn

from actiontrail.api import http1

HOST = b" HTTP/1.1\r\nhost: localhost\r\n"
LONGEST = b"/" + b"a" * (http1.ADDRESS_BYTES_MAX - 1)


async def yes(_scope: Any, receive: Any, send: Any) -> None:
    """An application that answers anything, once it has heard all of it."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3")]})
    await send({"type": "http.response.body", "body": b"yes"})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where a server listens that reads as ours do."""
    path = tmp_path_factory.mktemp("http1") / "socket"
    ready = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready.set()

    server = Server(
        uvicorn.Config(yes, uds=str(path), http=http1.Protocol, ws="none", lifespan="off", log_config=None)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    assert ready.wait(30)
    yield path
    server.should_exit = True
    thread.join()


def answers(place: Path, *pieces: bytes) -> tuple[list[bytes], bytes]:
    """The lines of the last answer's head, and its body, when `pieces` are sent one by one and the server hung up."""
    heard = b""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(place))
        for piece in pieces:
            connection.sendall(piece)
        while piece := connection.recv(65536):
            heard += piece
    head, _, body = heard[heard.rindex(b"HTTP/1.1 ") :].partition(b"\r\n\r\n")
    return head.split(b"\r\n"), body


@pytest.mark.parametrize(
    ("pieces", "status", "code", "told"),
    [
        ((b"GET " + LONGEST + b"a" + HOST + b"\r\n",), b"414", "RequestUriTooLong", "65535 bytes"),
        ((b"GET /", b"a" * 40_000, b"a" * 40_000), b"414", "RequestUriTooLong", "body of a POST"),
        ((b"GET /" + HOST, b"x: " + b"a" * http1.HEAD_BYTES_MAX), b"431", "RequestHeadersTooLarge", "262144"),
        ((b"GET /" + HOST, *[b"x: a\r\n" * 10_000] * 5), b"431", "RequestHeadersTooLarge", "shorter headers"),
        ((b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",), b"400", "MalformedRequest", "HTTP/1.1"),
        ((b"GET / HTTP/1.1\r\nno colon\r\n\r\n",), b"400", "MalformedRequest", "HTTP/1.1: "),
        ((b"POST /" + HOST + b"content-length: 1\r\ncontent-length: 2\r\n\r\n",), b"400", "MalformedRequest", "HTTP/1.1: "),
        ((b"GET /" + HOST + b"\r\n", b"nonsense\r\n\r\n"), b"400", "MalformedRequest", "HTTP/1.1: "),
    ],
    ids=["address", "endless address", "one header", "many headers", "tls", "no colon", "two lengths", "after a good one"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_as_anything_else_is(
    place: Path, pieces: tuple[bytes, ...], status: bytes, code: str, told: str
) -> None:
    """A client decides by the code, and whoever runs it finds the request by its id."""
    head, body = answers(place, *pieces)
    answer = msgspec.json.decode(body)

    assert (head[0].split()[1], answer["Code"]) == (status, code)
    assert told in answer["Message"]
    assert b"x-acs-request-id: " + answer["RequestId"].encode() in head
    assert {b"connection: close", b"x-content-type-options: nosniff"} <= set(head)


@pytest.mark.parametrize(
    "pieces",
    [
        (b"GET " + LONGEST + HOST + b"connection: close\r\n\r\n",),
        (b"GET /" + HOST + b"x: " + b"a" * 200_000 + b"\r\nconnection: close\r\n\r\n",),
        (b"GET /" + HOST + b"x: " + b"a" * 200_000 + b"\r\n\r\n", b"GET /" + HOST + b"x: " + b"a" * 200_000 + b"\r\nconnection: close\r\n\r\n"),
        (b"POST /" + HOST + b"connection: close\r\ncontent-length: 900000\r\n\r\n" + b"a" * 900_000,),
    ],
    ids=["address", "header", "each request by itself", "body"],
)  # fmt: skip
def test_what_is_within_the_limits_is_read(place: Path, pieces: tuple[bytes, ...]) -> None:
    """A limit that is met early would refuse what was always served."""
    head, body = answers(place, *pieces)

    assert (head[0], body) == (b"HTTP/1.1 200 OK", b"yes")
