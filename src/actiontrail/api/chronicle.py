"""The chronicle: what was done through the faces of the service, or tried in vain, becomes an event in the record.

A change and its event commit together. Reads and refused tries are told in the background, a quarter of a second
later, so that nobody who reads waits for a disk; what does not fit any more is counted, never silently dropped. What a page
of the console asks in one go is told as one look (`looks.py`).
`tell` is for faces that have deeds of their own, such as signing in to the console.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

import msgspec
import structlog

from actiontrail.api import wire
from actiontrail.api.deeds import Telling, event_of
from actiontrail.api.looks import Looks
from actiontrail.api.throttle import Throttled
from actiontrail.capture.masking import Masker
from actiontrail.errors import Outage
from actiontrail.store.outbox import Outbox, Parcel

Scope = Literal["all", "changes"]
WAITING_MAX = 20_000  # events of reads and refused tries in memory
WRITE_SECONDS = 0.25
TRIES_BURST = 10  # refused tries of one key that are told at once
TRIES_SECONDS = 6.0  # and then one each so many seconds
KEYS_MAX = 10_000

log = structlog.get_logger("actiontrail.chronicle")


class Doing:
    """A deed under way. `answered` is told how it went well; an exception tells the rest."""

    def __init__(self, told: Telling) -> None:
        self.told = told

    def answered(self, answer: Mapping[str, Any]) -> None:
        """It is done, and this was answered."""
        self.told = self.told.answered(answer)


class Chronicle:
    """Tells deeds. Safe to share between threads."""

    def __init__(
        self,
        outbox: Outbox,
        masker: Masker,
        *,
        region: str,
        scope: Scope,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._outbox = outbox
        self._masker = masker
        self._region = region
        self._scope = scope
        self._now = now
        self._lock = threading.Lock()
        self._waiting: deque[Parcel] = deque()
        self._looks = Looks(now=now)
        self._tries: dict[str, float] = {}  # when the key's bucket will be full again
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chronicle", daemon=True)
        self.unrecorded: Counter[str] = Counter()

    def start(self) -> None:
        """Begin to write what was told in the background."""
        self._thread.start()

    def close(self) -> None:
        """Write what waits, and end."""
        self._stop.set()
        self._thread.join()

    @contextmanager
    def doing(self, told: Telling) -> Iterator[Doing]:
        """The deed is recorded however it ends; if it changes anything, together with that change."""
        doing = Doing(told)
        try:
            with self._looks.asking(told), self._outbox.along(lambda: self._parcel(told)) as along:
                yield doing
        except Exception as error:
            failed = told.failed(*wire.told(error))
            if along.written:
                self._outbox.put([self._parcel(failed)])
            elif not isinstance(error, Throttled):
                self._later(failed, refused=wire.row(error).status in (401, 403))
            raise
        if along.written or told.deed.writes:
            self._outbox.put([self._parcel(doing.told)])
        elif not told.deed.quiet and not (self._scope == "all" and self._looks.take(told)):
            self._later(doing.told, refused=False)

    def tell(self, *told: Telling, durable: bool = True) -> None:
        """Record `told`: on its way whatever happens when this returns, or with `durable=False` in the background."""
        if durable:
            self._outbox.put([self._parcel(one) for one in told])
        else:
            for one in told:
                self._later(one, refused=True)

    def tried(self, told: Telling) -> None:
        """Record a request that was not believed to be the caller's. Few of each key: anybody can name a key."""
        now = self._now()
        with self._lock:
            if len(self._tries) >= KEYS_MAX:
                self._tries = {key: full for key, full in self._tries.items() if full > now}
            key = told.caller.access_key_id
            full_at = max(self._tries.get(key, now), now) + TRIES_SECONDS
            if full_at - now > TRIES_BURST * TRIES_SECONDS or len(self._tries) >= KEYS_MAX:
                self.unrecorded["flood"] += 1
                return
            self._tries[key] = full_at
        self._later(told, refused=True)

    def _later(self, told: Telling, *, refused: bool, at: float | None = None) -> None:
        if self._scope == "changes" and not refused and not told.deed.writes:
            return
        parcel = self._parcel(told, at)
        with self._lock:
            if len(self._waiting) >= WAITING_MAX:
                self.unrecorded["full"] += 1
                return
            self._waiting.append(parcel)

    def _parcel(self, told: Telling, at: float | None = None) -> Parcel:
        event = msgspec.json.encode(
            event_of(told, region=self._region, now=self._now() if at is None else at)
        )
        return Parcel(told.request_id, told.caller.account, self._masker.mask(event).event)

    def _run(self) -> None:
        while not self._stop.wait(WRITE_SECONDS):
            self._write()
        self._write(ending=True)
        self.unrecorded["stopped"] += len(self._waiting)

    def _write(self, *, ending: bool = False) -> None:
        """Put what waits into the outbox; when it is `ending`, looks that are not over too. An outage leaves it waiting."""
        for told, at in self._looks.over(all_=ending):
            self._later(told, refused=False, at=at)
        with self._lock:
            parcels = list(self._waiting)
        if not parcels:
            return
        try:
            self._outbox.put(parcels)
        except Outage as error:
            log.warning("events of reads and refused tries wait", count=len(parcels), why=str(error))
            return
        with self._lock:
            for _ in parcels:
                self._waiting.popleft()
