"""The real service, started as an operator would start it, and seen from outside.

Two processes, fsync on, its own defaults but one: the quota of LookupEvents is lifted, because a
benchmark asks more often than an account may.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import msgspec

from actiontrail.api.signature import Sent, sign_acs3

SETTINGS = "calls_per_second = {LookupEvents = 100000}\n"
READY_S = 120
FILES = "pages of files among them"
STOP_S = 60


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What one must know of a record to use it."""

    account: str
    vkey: str
    origin: str
    key_id: str
    key_secret: str
    token: str


class Service:
    """A record, and the service on it. In a folder of its own that goes when it is closed, or in `kept`, which stays."""

    def __init__(self, kept: Path | None = None) -> None:
        self._kept = kept is not None
        self.folder = kept or Path(tempfile.mkdtemp(prefix="bench-service-"))
        self.data = self.folder / "data"
        made = self._made()
        self.account, self.vkey, self.origin = made.account, made.vkey, made.origin
        self.key_id, self.key_secret, self.token = made.key_id, made.key_secret, made.token
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def _made(self) -> Made:
        """The record that is there, or a new one."""
        about = self.folder / "record.json"
        if about.exists():
            return msgspec.json.decode(about.read_bytes(), type=Made)
        made = command("init", "--data", str(self.data), "--json")
        with (self.data / "config.toml").open("a") as file:
            file.write(f"\n{SETTINGS}")
        found = Made(
            account=made["accountId"],
            vkey=made["vkey"],
            origin=made["origin"],
            key_id=made["accessKeyId"],
            key_secret=made["accessKeySecret"],
            token=command("keys", "token", "--data", str(self.data), "--json")["token"],
        )
        about.write_bytes(msgspec.json.encode(found))
        return found

    def start(self) -> float:
        """Serve; how many seconds it took until it was ready."""
        begun = time.perf_counter()
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "actiontrail",
                "serve",
                "--data",
                str(self.data),
                "--port",
                str(self.port),
            ],
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("ab"),
        )
        while time.perf_counter() - begun < READY_S:
            if self._process.poll() is not None:
                raise ChildProcessError(f"the service ended: {self.log()}")
            if _ready(self.port):
                return time.perf_counter() - begun
            time.sleep(0.02)
        raise TimeoutError(f"not ready after {READY_S} s: {self.log()}")

    def stop(self) -> None:
        """Let it drain and end."""
        if self._process:
            self._process.terminate()
            self._process.wait(STOP_S)
            self._process = None

    def close(self) -> None:
        """Stop, and leave nothing behind but what is to be kept."""
        self.stop()
        if not self._kept:
            shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        """The end of what it said."""
        return (self.folder / "log").read_text()[-2000:]

    def memory_mb(self) -> dict[str, float]:
        """What each of its processes holds in memory now, by role; of it, pages of files, which the kernel takes back at need."""
        assert self._process
        members = family(self._process.pid)
        files = sum(resident_mb(pid, "Pss_File:") for pid in members)
        return {role(pid): resident_mb(pid) for pid in members} | {FILES: files}

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time of each of its processes so far, by role."""
        assert self._process
        return {role(pid): cpu_seconds(pid) for pid in family(self._process.pid)}

    def caller(self) -> "Caller":
        """A connection that signs as the record's own account."""
        return Caller(self.port, self.key_id, self.key_secret)


class Caller:
    """One kept-alive connection that signs each request with an AccessKey."""

    def __init__(self, port: int, key_id: str, key_secret: str) -> None:
        self._key = (key_id, key_secret)
        self._host = f"127.0.0.1:{port}"
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, target: str, extra: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """The status and the body that `target` answers."""
        headers = {
            "host": self._host,
            "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": secrets.token_hex(16),
            **(extra or {}),
        }
        headers |= sign_acs3(*self._key, Sent("GET", target, headers, b""))
        self._connection.request("GET", target, headers=headers)
        response = self._connection.getresponse()
        return response.status, response.read()

    def operation(self, action: str, parameters: Mapping[str, str]) -> Any:  # noqa: ANN401 - whatever was answered
        """What an operation of the public API answers."""
        return self.json(
            f"/?{urlencode(parameters)}", {"x-acs-action": action, "x-acs-version": "2020-07-06"}
        )

    def json(self, target: str, extra: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - whatever was answered
        """What `target` answers, which must be a success."""
        status, body = self.get(target, extra)
        if status != 200:
            raise ConnectionError(f"{target}: {status} {body[:300]!r}")
        return json.loads(body)

    def close(self) -> None:
        self._connection.close()


class Watch:
    """Looks at the memory of a service twice a second and keeps the highest."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.highest: dict[str, float] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.5):
            now = self._service.memory_mb()
            now["together"] = sum(value for name, value in now.items() if name != FILES)
            for name, value in now.items():
                self.highest[name] = max(self.highest.get(name, 0.0), value)


def command(*arguments: str) -> Any:  # noqa: ANN401 - whatever was answered
    """What an `actiontrail` command answers with `--json`."""
    done = subprocess.run(
        [sys.executable, "-m", "actiontrail", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ChildProcessError(
            f"actiontrail {' '.join(arguments[:2])}: {done.returncode} {done.stderr[-2000:]}"
        )
    return json.loads(done.stdout)


def family(pid: int) -> list[int]:
    """`pid` and every process under it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(member for child in children for member in family(int(child)))]


def role(pid: int) -> str:
    """What a process of the service is there for, by its command line."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
    except OSError:
        return "gone"
    return {b"record": "recorder", b"read": "reader"}.get(words[-1], "supervisor")


def cpu_seconds(pid: int) -> float:
    """Processor time that `pid` has used so far."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int, what: str = "Pss:") -> float:
    """Memory that `pid` alone would give back: its share of what is shared, counted once."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(what):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def _ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
