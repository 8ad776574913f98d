"""Batches to the server, over several connections, until each is answered.

"Come back later" is obeyed: the batch waits as long as the server said, and is sent again, for as
long as `patience` allows. Sending a batch twice does no harm, because a repeat is stored once.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from actiontrail.cli.client import Client
from actiontrail.cli.failure import Refused, Unanswered
from actiontrail.cli.importing.reading import Batch
from actiontrail.errors import Outage

TOO_LARGE = 413
WITH_RESULTS = frozenset({400, TOO_LARGE})
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0


class Turned(NamedTuple):
    """An event that was not taken: where it stands in the batch (from 1), and why."""

    number: int
    code: str
    reason: str
    remedy: str


class Outcome(NamedTuple):
    """What became of a batch. `turned` names the refused, as far as the server does; `refused` counts all."""

    batch: Batch
    stored: int
    repeated: int
    refused: int
    turned: tuple[Turned, ...]


@dataclass(slots=True)
class Sender:
    """Sends batches with clients that `connect` makes, one for each thread."""

    connect: Callable[[], Client]
    format: str = ""
    patience: float = 300.0
    _threads: threading.local = field(default_factory=threading.local)
    _clients: list[Client] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def send_all(self, batches: Iterable[Batch], *, connections: int) -> Iterator[Outcome]:
        """Send each batch; outcomes come in any order. At most twice `connections` batches are in memory.

        The first failure that waiting does not cure ends it and is raised.
        """
        running: set[Future[Outcome]] = set()
        with contextlib.ExitStack() as stack:
            stack.callback(self._close)
            pool = stack.enter_context(ThreadPoolExecutor(connections, thread_name_prefix="import"))
            stack.callback(self._stop.set)
            for batch in batches:
                running.add(pool.submit(self.send, batch))
                if len(running) >= 2 * connections:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in done)
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)

    def send(self, batch: Batch) -> Outcome:
        """Send `batch` until it is answered, in halves where the server finds it too large."""
        waited, pause = 0.0, FIRST_WAIT_SECONDS
        while True:
            try:
                return self._once(batch)
            except Outage as error:
                pause = (
                    min(2 * pause, LONGEST_WAIT_SECONDS) if error.retry_after is None else error.retry_after
                )
                if waited + pause > self.patience or self._stop.is_set():
                    raise
                begun = time.monotonic()
                self._stop.wait(pause)
                waited += time.monotonic() - begun

    def _once(self, batch: Batch) -> Outcome:
        kind = {"content-type": "application/x-ndjson"}
        name = self.format or batch.source.format
        response = self._client().response(
            "POST",
            "/v1/events",
            query={"format": name} if name else {},
            headers=kind,
            body=batch.body,
            accept=WITH_RESULTS,
        )
        try:
            answer = msgspec.json.decode(response.content)
        except msgspec.MsgspecError as error:
            raise Unanswered(
                "NotJSON", "the server did not answer in JSON; is it an ActionTrail server?"
            ) from error
        if response.status_code == TOO_LARGE:
            return self._halves(batch, answer)
        if "results" not in answer:
            raise Refused(
                answer.get("Code", "HTTP400"), answer.get("Message", "the server refused the batch")
            )
        return _outcome(batch, answer)

    def _halves(self, batch: Batch, answer: dict[str, Any]) -> Outcome:
        if batch.events == 1:
            turned = Turned(1, answer.get("Code", ""), answer.get("Message", ""), answer.get("Remedy", ""))
            return Outcome(batch, 0, 0, 1, (turned,))
        lines = [line + b"\n" for line in batch.body.removesuffix(b"\n").split(b"\n")]
        middle = batch.events // 2
        first = self.send(batch._replace(events=middle, body=b"".join(lines[:middle])))
        rest = self.send(
            batch._replace(
                first=batch.first + middle, events=batch.events - middle, body=b"".join(lines[middle:])
            )
        )
        later = tuple(turned._replace(number=turned.number + middle) for turned in rest.turned)
        return Outcome(
            batch,
            first.stored + rest.stored,
            first.repeated + rest.repeated,
            first.refused + rest.refused,
            first.turned + later,
        )

    def _client(self) -> Client:
        client: Client | None = getattr(self._threads, "client", None)
        if client is None:
            client = self._threads.client = self.connect()
            self._clients.append(client)
        return client

    def _close(self) -> None:
        for client in self._clients:
            client.close()


def _outcome(batch: Batch, answer: dict[str, Any]) -> Outcome:
    turned = tuple(
        Turned(
            int(result.get("line", 0)),
            str(result.get("code", "")),
            str(result.get("reason", "")),
            str(result.get("remedy", "")),
        )
        for result in answer["results"]
        if result.get("status") == "refused"
    )
    return Outcome(batch, int(answer["accepted"]), int(answer["repeated"]), int(answer["refused"]), turned)
