"""A real S3 protocol peer in a process of its own, and in front of it a proxy that breaks as told."""

import http.client
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.kit.http_peer import Answer, HttpPeer, Request

SERVER = Path(__file__).parents[2] / ".venv" / "peers" / "bin" / "moto_server"
_CODES = {403: "AccessDenied", 500: "InternalError", 503: "SlowDown"}


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of an S3 server with nothing in it. Skips where the peers are not installed."""
    if not SERVER.exists():
        pytest.skip("the peers are not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [str(SERVER), "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "MOTO_S3_CUSTOM_ENDPOINTS": ""},
    )
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the S3 peer did not come up")


class S3Proxy(HttpPeer):
    """Hands requests on to the server, byte for byte, unless told to break."""

    def __init__(self, url: str) -> None:
        self._behind = url.removeprefix("http://")
        super().__init__(self._hand_on, lambda status: Answer(status, _error(status)))

    def _hand_on(self, request: Request) -> Answer:
        connection = http.client.HTTPConnection(self._behind, timeout=30)
        headers = dict(request.headers)
        if (
            "x-amz-checksum-sha256" in headers
        ):  # enough for S3 under object lock; this server wants the name too
            headers["x-amz-sdk-checksum-algorithm"] = "SHA256"
        try:
            connection.request(request.method, request.target, request.body, headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        dropped = {"transfer-encoding", "connection", "server", "date"}
        headers = {name: value for name, value in answer.getheaders() if name.lower() not in dropped}
        return Answer(answer.status, body, headers)


def make_bucket(url: str, name: str, *, locked: bool = False) -> None:
    """An empty bucket, with object lock if asked."""
    headers = {"x-amz-bucket-object-lock-enabled": "true"} if locked else {}
    call(url, "PUT", f"/{name}", headers=headers)


def call(
    url: str, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> bytes:
    """One plain request to the server behind."""
    request = urllib.request.Request(
        url + path, data=body, headers={"Content-Type": "application/xml", **(headers or {})}, method=method
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: bytes = answer.read()
        return found


def _error(status: int) -> bytes:
    return f"<Error><Code>{_CODES.get(status, 'InvalidRequest')}</Code><Message>no</Message></Error>".encode()
