"""The processes: a supervisor, the recorder with the front door, the reader behind it.

The recorder is the one that must not fall: when it ends, the service ends, and says so by its exit
code. The reader may: it is started again, a little later each time. Whoever kills the supervisor
ends both, because each child holds a pipe from it and drains when the pipe closes.
"""

import gc
import os
import select
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
from types import FrameType
from typing import TYPE_CHECKING, Any, Literal, Self

import structlog

from actiontrail import config
from actiontrail.api import logs

if TYPE_CHECKING:
    import uvicorn

    from actiontrail.api.asgi import Application
    from actiontrail.service import Reading

Roles = Literal["all", "record", "read"]

LIFELINE = "ACTIONTRAIL_LIFELINE"
DRAIN_SECONDS = 20  # from SIGTERM to the end, before a child is killed
REQUEST_SECONDS = 8  # how long a request that runs when SIGTERM comes may still take
BACKOFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
COLLECT = (50_000, 20, 50)  # new values between two looks for circles of garbage; looks between larger ones
STEADY_SECONDS = 30.0  # a reader that ran this long has recovered
READER_NICE = 5  # where both want a processor, recording comes first

log = structlog.get_logger("actiontrail.serve")


def supervise(data: Path, *, host: str, port: int, child: str) -> int:
    """Serve the record in `data` until SIGTERM or SIGINT, each role in a process of the module `child`; the exit code.

    0 after a drained stop; otherwise the recorder failed, and its own message says why.
    """
    logs.set_up_logs(config.load(data).log_level, process="supervisor")
    return _Supervisor(data, host=host, port=port, child=child).run()


def run_recorder(data: Path, *, host: str, port: int) -> int:
    """The front door: signatures, intake, sequencer, tiles; everything else is passed to the reader."""
    from actiontrail import service
    from actiontrail.api import app

    stop = _Stop("recorder", data)
    with service.open_recorder(data) as recorder:
        stop.serve(app.recorder_app(recorder), host=host, port=port)
    return 0


def run_reader(data: Path, application: Callable[["Reading"], "Application"]) -> int:
    """The projection and all followers, and what answers from them, on a Unix socket that only this user can reach."""
    from actiontrail import service

    os.nice(READER_NICE)
    stop = _Stop("reader", data)
    with service.open_reader(data) as reader:
        reader.socket.parent.mkdir(exist_ok=True)
        stop.serve(application(reader), uds=str(reader.socket))
    return 0


def _calm_the_collector() -> None:
    """Look for circles of garbage seldom, and never among what is there for good.

    A batch is thousands of small values that live until it is answered; at Python's own thresholds each
    made the collector walk them, and all that the process holds, for a ninth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)


class _Stop:
    """Serves until it is told to stop: by a signal, or by the end of the supervisor, at any moment from now on.

    Signals only ask: the ledger is closed in good order after the last request, not cut off by the signal.
    """

    def __init__(self, process: str, data: Path) -> None:
        logs.set_up_logs(config.load(data).log_level, process=process)
        self._asked = False
        self._server: uvicorn.Server | None = None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._heard)
        if os.environ.get(LIFELINE):
            threading.Thread(target=self._hold_lifeline, name="lifeline", daemon=True).start()

    def serve(
        self, application: "Application", *, host: str = "", port: int = 0, uds: str | None = None
    ) -> None:
        """Run `application` in this process until told to stop; requests under way are finished first."""
        import uvicorn

        from actiontrail.api import http1

        class Server(uvicorn.Server):
            @contextmanager
            def capture_signals(self) -> Iterator[None]:
                yield  # the signals are ours

        settings = uvicorn.Config(
            application,
            loop="uvloop",
            http=http1.Protocol,
            ws="none",
            lifespan="on" if uds is None else "auto",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=REQUEST_SECONDS,
            backlog=2048,
            host=host,
            port=port,
            uds=uds,
        )
        self._server = Server(settings)
        _calm_the_collector()
        if not self._asked:
            self._server.run()

    def _heard(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self._ask()

    def _ask(self) -> None:
        self._asked = True
        if self._server is not None:
            self._server.should_exit = True

    def _hold_lifeline(self) -> None:
        """Drain when the supervisor is gone: its end of our standard input closes with it."""
        while os.read(sys.stdin.fileno(), 1):
            pass
        self._ask()


@dataclass(slots=True)
class _Child:
    """One role as a process. `start_at` is when it is to be started, on the monotonic clock."""

    role: Roles
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float = 0.0
    failures: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)

    def start(self, now: float) -> None:
        """Start the process."""
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, env={**os.environ, **self.environment, LIFELINE: "1"}
        )
        self.started = now

    def ended(self) -> int | None:
        """The exit code, if the process has ended."""
        return None if self.process is None else self.process.poll()

    def delay(self, now: float) -> float:
        """How long to wait before starting it again, having noted this failure."""
        self.failures = 0 if now - self.started > STEADY_SECONDS else self.failures + 1
        return BACKOFF_SECONDS[min(self.failures, len(BACKOFF_SECONDS) - 1)]

    def terminate(self) -> None:
        """Ask it to drain and end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def reap(self, deadline: float) -> int:
        """Its exit code; killed if it has not ended by `deadline`."""
        if self.process is None:
            return 0
        try:
            return self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("killed: it did not drain in time", role=self.role, seconds=DRAIN_SECONDS)
            self.process.kill()
            return self.process.wait()


class _Supervisor:
    """Keeps the reader running as long as the recorder runs."""

    def __init__(self, data: Path, *, host: str, port: int, child: str) -> None:
        def command(role: Roles) -> list[str]:
            return [sys.executable, "-m", child, str(data), host, str(port), role]

        self._recorder = _Child("record", command("record"))
        self._reader = _Child("read", command("read"))
        self._stop = False

    def run(self) -> int:
        """Until a signal, or the end of the recorder."""
        with _Alarm((signal.SIGTERM, signal.SIGINT), on=self._asked_to_stop) as alarm:
            self._recorder.start(time.monotonic())
            while not self._stop:
                now = time.monotonic()
                code = self._recorder.ended()
                if code is not None:
                    log.error("the recorder has ended; so does the service", exit_code=code)
                    self._drain()
                    return code or 1
                self._keep_reader(now)
                alarm.wait(1.0)
            return self._drain()

    def _asked_to_stop(self) -> None:
        self._stop = True

    def _keep_reader(self, now: float) -> None:
        code = self._reader.ended()
        if code is not None:
            wait = self._reader.delay(now)
            log.warning("the reader has ended; recording goes on", exit_code=code, restart_seconds=wait)
            self._reader.process, self._reader.start_at = None, now + wait
        if self._reader.process is None and now >= self._reader.start_at:
            self._reader.start(now)

    def _drain(self) -> int:
        """Both stop together: the recorder answers what it has taken, the reader what was passed on."""
        deadline = time.monotonic() + DRAIN_SECONDS
        self._recorder.terminate()
        self._reader.terminate()
        code = self._recorder.reap(deadline)
        self._reader.reap(deadline)
        return code


class _Alarm:
    """Waits for a signal, the end of a child, or the time, whichever comes first; misses none of them."""

    def __init__(self, signals: tuple[signal.Signals, ...], *, on: Callable[[], None]) -> None:
        self._signals = signals
        self._on = on
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._hear, self._ring = socket.socketpair()
        for end in (self._hear, self._ring):
            end.setblocking(False)  # noqa: FBT003
        self._fd_before = signal.set_wakeup_fd(self._ring.fileno(), warn_on_full_buffer=False)
        for number in self._signals:
            self._before[number] = signal.signal(number, self._heard)
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._fd_before)
        self._hear.close()
        self._ring.close()

    def _heard(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self._on()

    def wait(self, seconds: float) -> None:
        """Until something happens, but no longer than `seconds`."""
        if select.select([self._hear], [], [], seconds)[0]:
            self._hear.recv(4096)
