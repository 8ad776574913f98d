"""The load client: a process of its own that posts ready-made batches and times the answers.

Bodies are made before the clock starts, connections are kept alive, and an ingest token authorises
them, so that what is timed is the service. With a rate, each request has a moment at which it is
due and is timed from then: a service that stalls is charged for everyone who had to wait.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from http.client import HTTPConnection
from typing import Self

import msgspec

from bench.events import World

PUSHBACKS = (429, 503)
ATTEMPTS = 200


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What one client process sends: batches `start` up to `stop` of a world, `size` events each."""

    port: int
    token: str
    seed: int
    account: str
    end: datetime
    total: int
    start: int
    stop: int
    size: int = 1000
    connections: int = 4
    rate: float = 0.0  # events a second; 0: as fast as answers come
    ready_made: bool = True  # False: bodies are made on the way, for runs that do not fit in memory


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    accepted: int
    repeated: int
    refused: int
    pushed_back: int
    seconds: float
    waits_ms: list[float]  # one a request


class Load:
    """A client process, seen from the one that measures: made ready, let go, asked for its outcome."""

    def __init__(self, job: Job) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.client"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(msgspec.json.encode(job) + b"\n")
        self._process.stdin.flush()
        self._line()

    def go(self) -> Self:
        assert self._process.stdin
        self._process.stdin.write(b"go\n")
        self._process.stdin.flush()
        return self

    def outcome(self) -> Outcome:
        """Waits until all is sent and answered."""
        outcome = msgspec.json.decode(self._line(), type=Outcome)
        self._process.communicate()
        return outcome

    def _line(self) -> bytes:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise ChildProcessError(f"the load client ended early: {self._process.wait()}")
        return line


class _Sender:
    """Shares the bodies out among the connections and adds up what is answered."""

    def __init__(self, job: Job) -> None:
        self._job = job
        world = World(job.seed, account=job.account, end=job.end, total=job.total)
        bodies = (b"\n".join(world.batch(number, job.size)) for number in range(job.start, job.stop))
        self._bodies: Iterator[bytes] = iter(list(bodies)) if job.ready_made else bodies
        self._lock = threading.Lock()
        self._sent = 0
        self._counts = {"accepted": 0, "repeated": 0, "refused": 0, "pushed_back": 0}
        self._waits_ms: list[float] = []
        self._failures: list[BaseException] = []

    def run(self) -> Outcome:
        """Send everything."""
        self._begun = time.perf_counter()
        threads = [threading.Thread(target=self._connection) for _ in range(self._job.connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._failures:
            raise self._failures[0]
        return Outcome(seconds=time.perf_counter() - self._begun, waits_ms=self._waits_ms, **self._counts)

    def _next(self) -> tuple[float, bytes] | None:
        """The next body and the moment it is due."""
        with self._lock:
            body = next(self._bodies, None)
            if body is None or self._failures:
                return None
            due = self._begun + self._sent * self._job.size / self._job.rate if self._job.rate else 0.0
            self._sent += 1
            return due, body

    def _connection(self) -> None:
        connection = HTTPConnection("127.0.0.1", self._job.port, timeout=60)
        try:
            while (task := self._next()) is not None:
                due, body = task
                if (ahead := due - time.perf_counter()) > 0:
                    time.sleep(ahead)
                begun = due or time.perf_counter()
                answer, pushed_back = post(connection, self._job.token, body)
                wait_ms = (time.perf_counter() - begun) * 1000
                with self._lock:
                    self._waits_ms.append(wait_ms)
                    self._counts["pushed_back"] += pushed_back
                    for name in ("accepted", "repeated", "refused"):
                        self._counts[name] += answer[name]
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            self._failures.append(error)
        finally:
            connection.close()


def post(connection: HTTPConnection, token: str, body: bytes) -> tuple[dict[str, int], int]:
    """Post one body of lines, as often as we are told to come back; the answer, and how often that was."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    for attempt in range(ATTEMPTS):
        connection.request("POST", "/v1/events", body, headers)
        response = connection.getresponse()
        text = response.read()
        if response.status not in PUSHBACKS:
            if response.status != 200:
                raise ConnectionError(f"{response.status}: {text[:400]!r}")
            return json.loads(text), attempt
        time.sleep(float(response.headers.get("Retry-After", "1")))
    raise ConnectionError(f"told to come back {ATTEMPTS} times")


def main() -> None:
    """Read a job, say when ready, wait for the word, send, say what came of it."""
    job = msgspec.json.decode(sys.stdin.readline(), type=Job)
    sender = _Sender(job)
    print("ready", flush=True)
    sys.stdin.readline()
    print(msgspec.json.encode(sender.run()).decode(), flush=True)


if __name__ == "__main__":
    main()
