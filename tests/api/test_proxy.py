"""What the recorder passes on to the reader, over a real socket to a real server."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from actiontrail.api.proxy import Forward

Ask = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


class Reader:
    """A small reader: echoes what it was asked, or ticks until its caller hangs up, and notes that."""

    def __init__(self) -> None:
        self.hung_up = threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 207, "headers": [(b"x-echo", b"yes")]})
        if scope["path"] != "/endless":
            headers = dict(scope["headers"])
            heard = [scope["method"].encode(), scope["raw_path"], scope["query_string"]]
            heard += [headers[b"host"], headers[b"x-actiontrail-peer"], body]
            await send({"type": "http.response.body", "body": b"|".join(heard)})
            return
        gone = asyncio.ensure_future(receive())
        while not gone.done():
            await send({"type": "http.response.body", "body": b"tick\n", "more_body": True})
            await asyncio.wait({gone}, timeout=0.01)
        self.hung_up.set()


def until(met: Callable[[], bool]) -> None:
    """Wait for `met`, for a bounded time."""
    waiting = threading.Event()
    for _ in range(6000):
        if met():
            return
        waiting.wait(0.01)
    pytest.fail("it never came")


@contextmanager
def served(app: Any, socket: Path) -> Iterator[None]:
    """`app` on a real uvicorn at `socket`, in a thread."""
    server = uvicorn.Server(uvicorn.Config(app, uds=str(socket), log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started)
        yield
    finally:
        server.should_exit = True
        thread.join(10)


def through(socket: Path, ask: Ask) -> httpx.Response:
    """What a client hears who asks the reader at `socket` by way of the recorder."""

    async def run() -> httpx.Response:
        forward = Forward(socket, body_bytes_max=1000)
        transport = httpx.ASGITransport(forward, client=("203.0.113.9", 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://front:8770") as client:
            try:
                return await ask(client)
            finally:
                await forward.aclose()

    return asyncio.run(run())


def test_a_request_arrives_as_it_was_signed(tmp_path: Path) -> None:
    """Method, path, query, host and body are under the caller's signature: a changed byte would refuse them."""
    target, forged = "/v1/a%2Fb?x=1+2&y=%E4%B8%AD&z=", {"x-actiontrail-peer": "127.0.0.1"}
    with served(Reader(), tmp_path / "s"):
        response = through(
            tmp_path / "s", lambda client: client.post(target, content=b"hello", headers=forged)
        )

    assert (response.status_code, response.headers["x-echo"], response.content) == (
        207,
        "yes",
        b"POST|/v1/a%2Fb|x=1+2&y=%E4%B8%AD&z=|front:8770|203.0.113.9|hello",
    )


def test_a_reader_that_is_down_costs_a_503_and_a_time_to_come_back(tmp_path: Path) -> None:
    """A client that is told when to come back does; one that hangs or crashes asks a person."""
    response = through(tmp_path / "nobody", lambda client: client.get("/v1/search"))

    assert (response.status_code, response.headers["retry-after"], response.json()["Code"]) == (
        503,
        "1",
        "ServiceUnavailable",
    )


def test_a_body_that_is_too_long_for_a_question_is_refused(tmp_path: Path) -> None:
    """The recorder holds no large body for the reader's sake, whether or not its length was announced."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100

    with served(Reader(), tmp_path / "s"):
        response = through(tmp_path / "s", lambda client: client.post("/", content=pieces()))

    assert (response.status_code, response.json()["Code"]) == (413, "RequestEntityTooLarge")


def test_a_caller_who_goes_away_stops_the_readers_work(tmp_path: Path) -> None:
    """An abandoned export or tail must not keep the reader busy."""
    reader, socket, front = Reader(), tmp_path / "s", tmp_path / "front"
    with served(reader, socket), served(Forward(socket), front):
        client = httpx.Client(transport=httpx.HTTPTransport(uds=str(front)), base_url="http://front")
        with client, client.stream("GET", "/endless") as response:
            first = next(response.iter_bytes())
        until(reader.hung_up.is_set)

    assert first.startswith(b"tick")
