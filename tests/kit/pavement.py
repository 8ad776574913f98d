"""Couriers over records in memory, one step at a time, with crashes where a test wants them."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.kit.yard import ACCOUNT, Farm, a_farm

from actiontrail.delivery import courier as couriers
from actiontrail.delivery.backfill import Backfills
from actiontrail.delivery.changes import New
from actiontrail.delivery.courier import Courier, Depot, Limits, Orders, orders_of
from actiontrail.delivery.destination import Open
from actiontrail.delivery.sheets import Sheets
from actiontrail.delivery.trails import Other, Settings, Trail
from actiontrail.event import record
from actiontrail.event.record import Record, received_text

BUCKET = "oss://bucket-1"


class Crash(BaseException):
    """The process is gone at this line."""


class Shelf:
    """Records in memory, each received when it was put."""

    def __init__(self) -> None:
        self.lines_: list[bytes] = []

    def size(self) -> int:
        return len(self.lines_)

    def lines(self, start: int, *, limit: int) -> list[bytes]:
        return self.lines_[start : start + limit]

    def checkpoint(self) -> bytes:
        return b"checkpoint of %d" % len(self.lines_)

    def put(self, *, at: float, account: str = ACCOUNT, **fields: Any) -> int:
        """One event of that moment; its index."""
        index = len(self.lines_)
        moment = datetime.fromtimestamp(at, UTC)
        event = {
            "eventId": f"E-{index}",
            "eventName": "DeleteInstance",
            "eventTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            "eventVersion": "1",
            "serviceName": "Ecs",
            "eventRW": "Write",
            "acsRegion": "cn-hangzhou",
            **fields,
        }
        text = json.dumps(event).encode()
        one = Record(account, index + 1, received_text(moment), "key:K", "actiontrail", text)  # type: ignore[arg-type]
        self.lines_.append(record.encode(one))
        return index


class Street:
    """A farm whose ledger has records, and whose couriers step when a test says so."""

    def __init__(
        self,
        folder: Path,
        *,
        limits: Limits | None = None,
        url: str = "",
        shelf: Shelf | None = None,
        open_: Open | None = None,
    ) -> None:
        """Places are those of a yard, or real ones by `open_`."""
        self.shelf = shelf or Shelf()
        self.farm: Farm = a_farm(folder, size=self.shelf.size, url=url, open_=open_)
        self.open = open_ or self.farm.yard.open
        self.trails, self.yard, self.clock = self.farm.trails, self.farm.yard, self.farm.clock
        self.limits = limits or Limits(events=4, bytes=1 << 20, seconds=60.0)
        self.backfills = Backfills(self.trails, self.shelf)
        self.couriers: dict[str, Courier] = {}
        self.restart()

    def restart(self) -> None:
        """A new process: nothing is left in memory."""
        self.depot = Depot(
            trails=self.trails,
            open=self.open,
            ledger=self.shelf,
            sheets=Sheets(self.shelf),
            limits=self.limits,
            now=self.clock,
            jitter=lambda: 1.0,
        )
        self.couriers = {}

    def put(self, count: int = 1, **fields: Any) -> list[int]:
        """So many events, now."""
        return [self.shelf.put(at=self.clock.now, **fields) for _ in range(count)]

    def trail(
        self, name: str = "audit-1", *, started: bool = True, others: tuple[str, ...] = (), **settings: Any
    ) -> Trail:
        chosen = Settings(
            **{"oss_bucket": "bucket-1", "event_rw": "All", **settings}, others=tuple(map(Other, others))
        )
        made = self.trails.create(New(ACCOUNT, name, "cn-hangzhou", chosen))
        if started:
            self.trails.start(ACCOUNT, name)
        return made

    def orders(self) -> list[Orders]:
        with self.farm.database.read() as connection:
            return orders_of(connection)

    def settle(self, *, rounds: int = 200) -> None:
        """Every courier steps until none has anything to do at this moment."""
        for _ in range(rounds):
            waits = [self.step(orders) for orders in self.orders()]
            if all(wait > 0 for wait in waits):
                return
        raise AssertionError("the couriers never come to rest")

    def step(self, orders: Orders) -> float:
        known = self.couriers.get(orders.place.id)
        if known is None:
            known = self.couriers[orders.place.id] = Courier(self.depot, orders)
        else:
            known.take(orders)
        return 1.0 if known.over else known.step()

    def wait(self, seconds: float) -> None:
        self.clock.now += seconds
        self.settle()

    def later(self) -> None:
        """So much later that everything that was gathered is sealed."""
        self.wait(self.limits.seconds + 1)

    def error(self, address: str = BUCKET) -> str:
        return next(one.place.error for one in self.orders() if one.place.address == address)

    def close(self) -> None:
        self.farm.database.close()


POINTS = (
    "before it is sealed",
    "while it is sealed",
    "after it was sealed",
    "before it is put",
    "after it was put",
    "before the cursor moves",
    "while the cursor moves",
    "after the cursor moved",
)


@contextmanager
def crashing(street: Street, point: str, *, address: str = BUCKET) -> Iterator[None]:
    """The process is gone at that point, the next time that a courier comes there."""
    gone: list[str] = []

    def crash(*_: Any, **__: Any) -> Any:
        gone.append(point)
        raise Crash(point)

    def placed(sealed: bool) -> Callable[..., None]:
        real = Courier._place

        def place(self: Courier, **changed: Any) -> None:
            if "sealed" in changed and (changed["sealed"] is not None) == sealed:
                crash()
            real(self, **changed)

        return place

    def after(name: str) -> Callable[..., Any]:
        real = getattr(couriers.tables, name)

        def done(*args: Any, **kwargs: Any) -> Any:
            real(*args, **kwargs)
            return crash()

        return done

    def put(when: str) -> Callable[[str], None]:
        return lambda moment: crash() if moment == when else None

    broken = {
        "before it is sealed": lambda: patch.object(couriers.tables, "seal", crash),
        "while it is sealed": lambda: patch.object(couriers.tables, "seal", after("seal")),
        "after it was sealed": lambda: patch.object(Courier, "_place", placed(sealed=True)),
        "before it is put": lambda: patch.dict(street.yard.broken, {address: put("before")}),
        "after it was put": lambda: patch.dict(street.yard.broken, {address: put("after")}),
        "before the cursor moves": lambda: patch.object(couriers.tables, "finish", crash),
        "while the cursor moves": lambda: patch.object(couriers.tables, "finish", after("finish")),
        "after the cursor moved": lambda: patch.object(Courier, "_place", placed(sealed=False)),
    }
    with broken[point](), suppress(Crash):
        yield
    assert gone, f"nobody came to the point {point}"
