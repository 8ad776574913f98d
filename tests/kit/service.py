"""The real service, its two processes, on a folder of its own and a free port; and a small signed client of it."""

import datetime as dt
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import httpx
from tests.kit.processes import children

from actiontrail import service
from actiontrail.api.signature import Sent, sign_acs3

START_SECONDS = 150  # a busy machine is no fault of the service
SOURCE = str(Path(__file__).parents[2] / "src")


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    json: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class Client:
    """Asks the service as one caller, signing each request with ACS3-HMAC-SHA256."""

    def __init__(self, endpoint: str, key: str, secret: str) -> None:
        self._http = httpx.Client(base_url=endpoint, timeout=30)
        self._host = endpoint.removeprefix("http://")
        self._key, self._secret = key, secret

    def close(self) -> None:
        self._http.close()

    def post(self, target: str, body: bytes = b"", **headers: str) -> Answer:
        return self.request(
            "POST", target, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )

    def rpc(self, action: str, *, version: str = "2020-07-06", **parameters: str) -> Answer:
        query = urlencode(parameters)
        return self.request("POST", f"/?{query}", b"", {"x-acs-action": action, "x-acs-version": version})

    def file(self, target: str) -> bytes:
        """What stands at `target`, which is no JSON."""
        response = self.raw("GET", target)
        assert response.status_code == 200, response.text
        return response.content

    def request(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        response = self.raw(method, target, body, headers)
        return Answer(response.status_code, response.json(), response.headers)

    def raw(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        sent = {
            "host": self._host,
            "x-acs-date": now,
            "x-acs-signature-nonce": secrets.token_hex(16),
            **(headers or {}),
        }
        signed = sign_acs3(self._key, self._secret, Sent(method, target, sent, body))
        return self._http.request(method, target, content=body, headers=dict(sent) | signed)


class Running:
    """The service at work. `log` is what it wrote on standard error so far."""

    def __init__(self, data: Path, *, port: int = 0) -> None:
        self.data = data
        self.port = port or free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._log = data.parent / f"{data.name}.log"
        code = (
            "import sys; from pathlib import Path; from actiontrail.console import serve;"
            "sys.exit(serve.run(Path(sys.argv[1]), host='127.0.0.1', port=int(sys.argv[2]), roles='all'))"
        )
        environment = {**os.environ, "PYTHONPATH": SOURCE}
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code, str(data), str(self.port)],
                stderr=log,
                stdout=log,
                env=environment,
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    def __enter__(self) -> Self:
        try:
            self.until(self.ready, "the service is ready")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.endpoint}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            assert self.process.poll() is None, self.log
            return False

    def until(self, holds: Callable[[], bool], what: str, *, seconds: float = START_SECONDS) -> None:
        """Ask again and again until it holds."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"not within {seconds} s: {what}\n{self.log}"
            threading.Event().wait(0.05)

    def child(self, role: str) -> int:
        """The process id of the recorder (`record`) or the reader (`read`)."""
        for pid in children(self.process.pid):
            if Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")[-1] == role.encode():
                return pid
        raise AssertionError(f"there is no {role} process")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it, and its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True)
class House:
    """A new record, the service at work on it, and a client with its first key."""

    created: service.Created
    running: Running
    client: Client


@contextmanager
def a_service(
    data: Path,
    *,
    settings: str = "",
    port: int = 0,
    before: Callable[[service.Created], None] = lambda _: None,
) -> Iterator[House]:
    """The whole house on the empty folder `data`, with further lines of its configuration; `before` it starts.

    Reads are not recorded unless a test says so: most tests count events that they sent, while they look.
    """
    created = service.create(data)
    quiet = "" if "record_own_operations" in settings else 'record_own_operations = "changes"\n'
    with (data / "config.toml").open("a") as file:
        file.write(quiet + settings)
    before(created)
    with Running(data, port=port) as running:
        client = Client(running.endpoint, created.access_key_id, created.access_key_secret)
        try:
            yield House(created, running, client)
        finally:
            client.close()


def events(*ids: str, **fields: Any) -> bytes:
    """Events with these ids, of now, one per line."""
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = [
        {
            "eventId": name,
            "eventName": "RunInstances",
            "eventTime": now,
            "serviceName": "Ecs",
            "eventRW": "Write",
        }
        | fields
        for name in ids
    ]
    return b"\n".join(json.dumps(line).encode() for line in lines)
