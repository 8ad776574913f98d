"""All couriers of a house at work: who is to do something now, and threads that do it.

A place that hangs keeps the thread that serves it and no other: places that fail have a number of threads of their
own, so that however many of them are dead, those that are well find one. Threads are made when they are
needed; a quiet house has none but the one that looks who is next.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from actiontrail.delivery import figures
from actiontrail.delivery.courier import NEVER, Courier, Depot, Waiting, orders_of
from actiontrail.errors import Outage

WELL_THREADS = 32  # batches that are brought at once, each at most `delivery_bytes_max` in memory
FAILING_THREADS = 16
TICK_SECONDS = 1.0
REFRESH_SECONDS = 1.0
DIRECTORY_SECONDS = 30.0
FORGET_SECONDS = 3600.0
STOP_SECONDS = 5.0
_THREADS = {False: WELL_THREADS, True: FAILING_THREADS}

log = structlog.get_logger("actiontrail.delivery")


class Wake:
    """Tells the couriers that a trail was changed. Made before both."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.changed = True

    def ring(self) -> None:
        """A trail has changed."""
        self.changed = True
        self._event.set()

    def nudge(self) -> None:
        """Nothing has changed, but somebody may have something to do."""
        self._event.set()

    def wait(self, seconds: float) -> None:
        """Until somebody rings or nudges, and `seconds` at most."""
        self._event.wait(seconds)
        self._event.clear()


@dataclass(frozen=True, slots=True)
class Standing:
    """How the couriers are, for the operator's figures."""

    places: int
    failing: int
    behind: int  # records, of the place furthest behind
    delivered: int  # events, since the start


@dataclass(slots=True)
class _Post:
    """One courier, and when it is to do its next step."""

    courier: Courier
    due: float = 0.0
    rested: float = 0.0  # until then it need not look whether the ledger has grown
    running: bool = False


class Couriers:
    """Every courier of this house. `start` sets them to work, `stop` lets what is under way end."""

    def __init__(
        self,
        depot: Depot,
        wake: Wake,
        *,
        tick: float = TICK_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._depot = depot
        self._wake = wake
        self._tick = tick
        self._clock = clock
        self._posts: dict[str, _Post] = {}
        self._guard = threading.Lock()
        self._busy = {True: 0, False: 0}  # threads at work, by whether they serve those that fail
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="couriers", daemon=True)
        self._read = -NEVER
        self._stamp: int | None = None
        self._done = 0  # events, by couriers that are over
        self._next_directory = self._next_forget = 0.0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Let what is under way end, for a few seconds; what hangs longer is made again at the next start."""
        self._stopping.set()
        self._wake.ring()
        if self._thread.is_alive():
            self._thread.join()
        deadline = self._clock() + STOP_SECONDS
        while any(post.running for post in self._posts.values()) and self._clock() < deadline:
            self._wake.wait(0.05)
        for post in self._posts.values():
            if not post.running:
                post.courier.close()

    def standing(self) -> Standing:
        """How they are now."""
        with self._guard:
            couriers = [post.courier for post in self._posts.values()]
            done = self._done
        return Standing(
            len(couriers),
            sum(1 for one in couriers if one.failures),
            max((one.behind() for one in couriers), default=0),
            done + sum(one.delivered for one in couriers),
        )

    def waiting(self) -> dict[str, Waiting]:
        """What each place still waits for, by its id. Places that no courier serves yet are left out."""
        with self._guard:
            couriers = [post.courier for post in self._posts.values()]
        return {one.orders.place.id: one.waiting() for one in couriers}

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._refresh()
                self._housekeeping()
            except Outage as error:
                log.warning("the trails could not be read", why=str(error))
            except Exception:
                log.exception("the couriers could not be told what to do")
            self._send()
            self._wake.wait(self._pause())

    def _refresh(self) -> None:
        """Couriers as the control database says: new ones, changed ones, and none for what is gone."""
        if not self._stale():
            return
        with self._depot.trails.database.read() as connection:
            found = {orders.place.id: orders for orders in orders_of(connection)}
        with self._guard:
            for name, post in list(self._posts.items()):
                if post.running:
                    self._stamp = None  # it is told the next time
                    continue
                if name not in found or post.courier.over:
                    self._dismiss(name)
                else:
                    fresh, had = found[name], post.courier.orders
                    if (fresh.place.position or 0) >= (had.place.position or 0) and fresh != had:
                        moved = (
                            fresh.place.address != had.place.address or fresh.place.means != had.place.means
                        )
                        post.courier.take(fresh)
                        if moved or not post.courier.failures:
                            post.due = 0.0
            for name, orders in found.items():
                if name not in self._posts:
                    self._posts[name] = _Post(Courier(self._depot, orders))

    def _stale(self) -> bool:
        """Whether the control database is to be read: a trail was changed here, or anything anywhere a while ago."""
        now = self._clock()
        if self._wake.changed:
            self._wake.changed = False
        elif now < self._read + REFRESH_SECONDS:
            return False
        stamp = self._depot.trails.database.watch.stamp()
        stale, self._stamp, self._read = stamp != self._stamp, stamp, now
        return stale

    def _dismiss(self, name: str) -> None:
        courier = self._posts.pop(name).courier
        self._done += courier.delivered
        courier.close()

    def _housekeeping(self) -> None:
        now = self._clock()
        if now >= self._next_directory:
            self._next_directory = now + DIRECTORY_SECONDS
            self._depot.trails.follow_directory()
        if now >= self._next_forget:
            self._next_forget = now + FORGET_SECONDS
            figures.forget(self._depot.trails.database, self._depot.now())

    def _send(self) -> None:
        """Everybody who has something to do is on the way, as far as there are threads; who waited longest goes first."""
        now = self._clock()
        with self._guard:
            for post in sorted(self._posts.values(), key=lambda post: post.due):
                failing = post.courier.failures > 0
                if post.running or post.courier.over or self._busy[failing] >= _THREADS[failing]:
                    continue
                rested = not failing and now >= post.rested
                if post.due <= now or (rested and post.courier.behind() > 0):
                    post.running = True
                    self._busy[failing] += 1
                    name = f"courier-{post.courier.orders.trail.name}"
                    threading.Thread(target=self._serve, args=(post, failing), name=name, daemon=True).start()

    def _serve(self, post: _Post, failing: bool) -> None:  # noqa: FBT001 - which of the two
        wait = 0.0
        try:
            if not self._stopping.is_set():
                wait = post.courier.step()
        except Exception:
            log.exception("a courier broke", place=post.courier.orders.place.address)
            wait = self._tick
        finally:
            with self._guard:
                post.due = self._clock() + wait
                post.rested = self._clock() + self._tick
                post.running = False
                self._busy[failing] -= 1
            self._wake.nudge()

    def _pause(self) -> float:
        """How long nobody has anything to do, as far as is known."""
        now = self._clock()
        with self._guard:
            due = min((post.due for post in self._posts.values() if not post.running), default=NEVER)
        return min(self._tick, max(0.005, due - now))
