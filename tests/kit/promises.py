"""What a recorder has promised to its senders, and senders that do not give up.

Every acknowledgement is a promise: this event stands at this index, and nothing else ever will. `Promises`
holds all of them and fails at the first that contradicts another. A sender that got no answer sends the same
events again until it gets one, as a careful client does.
"""

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import httpx
from tests.kit.service import Answer, Client, events

LATER = (429, 503)
PAUSE_S = 0.02


class Promises:
    """Where each acknowledged event stands. Safe for several senders."""

    def __init__(self) -> None:
        self._guard = threading.Condition()
        self.index_of: dict[str, int] = {}
        self._id_at: dict[int, str] = {}
        self.resent = 0
        self.broken: list[str] = []

    def keep(self, ids: Sequence[str], answer: Mapping[str, Any]) -> None:
        """Take in the acknowledgement of `ids`, which were sent in one body in this order."""
        with self._guard:
            told = 0
            for run in answer["places"]:
                for step in range(run["count"]):
                    told += 1
                    self._one(
                        ids[run["item"] - 1 + step], run["index"] + step, repeated=run.get("repeated", False)
                    )
            if told != len(ids):
                self.broken.append(f"{told} of {len(ids)} events of a body were answered")
            self._guard.notify_all()

    def next(self, *, seconds: float = 60) -> None:
        """Returns at the moment at which something more is acknowledged."""
        with self._guard:
            before = len(self.index_of)
            told = self._guard.wait_for(lambda: self.broken or len(self.index_of) > before, seconds)
            assert told, f"nothing was acknowledged within {seconds} s"
            assert not self.broken, self.broken[:3]

    def _one(self, event_id: str, index: int, *, repeated: bool) -> None:
        known = self.index_of.setdefault(event_id, index)
        owner = self._id_at.setdefault(index, event_id)
        self.resent += repeated
        if known != index:
            self.broken.append(f"{event_id} stands at {known}, and now it is said to stand at {index}")
        if owner != event_id:
            self.broken.append(f"index {index} was given to {owner}, and now to {event_id}")

    def __len__(self) -> int:
        return len(self.index_of)


class Senders:
    """Threads that post small bodies without end; used as a context. Leaving it waits until all is acknowledged."""

    def __init__(
        self, clients: Sequence[Client], promises: Promises, rng: random.Random, **fields: Any
    ) -> None:
        self._promises = promises
        self._over = threading.Event()
        self._fields = fields
        self._threads = [
            threading.Thread(target=self._send, args=(name, client, random.Random(rng.random())))
            for name, client in enumerate(clients)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(120)

    def _send(self, name: int, client: Client, rng: random.Random) -> None:
        sent = 0
        while not self._over.is_set() and not self._promises.broken:
            count = rng.randrange(1, 40)
            ids = [f"{name}-{number:08}-{rng.getrandbits(48):012x}" for number in range(sent, sent + count)]
            sent += count
            body = events(*ids, **self._fields)
            answer = insist(
                lambda body=body: client.post("/v1/events", body, content_type="application/x-ndjson")
            )
            if answer.status == 200:
                self._promises.keep(ids, answer.json)
            else:
                self._promises.broken.append(f"{answer.status}: {answer.json}")
            self._over.wait(PAUSE_S * rng.random() ** 4)  # mostly at once


def insist(ask: Callable[[], Answer], *, times: int = 3000) -> Answer:
    """What `ask` answers in the end, asked again while nobody answers or we are told to come back."""
    for _ in range(times):
        try:
            answer = ask()
        except httpx.TransportError:
            answer = Answer(0, None)
        if answer.status and answer.status not in LATER:
            return answer
        threading.Event().wait(PAUSE_S)
    raise AssertionError(f"no answer in {times} times; the last was {answer}")
