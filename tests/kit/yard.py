"""Trails over places in memory: buckets, projects and others that exist, refuse or hang as their names say.

A place whose name begins with `missing`, `denied` or `dead` is that from the first moment; `break_` makes any
other one fail for a while. An auditor's count is `held`: every event at an address, by its index.
"""

import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from actiontrail.delivery.batch import Batch
from actiontrail.delivery.changes import Surroundings, Trails
from actiontrail.delivery.destination import Aim, NoSuchPlace, Open, PlaceDenied, PlaceOutage
from actiontrail.delivery.trails import Organization
from actiontrail.store.database import FILE_NAME, Database

ACCOUNT = "1000000000000001"
_NAMED: Mapping[str, type[Exception]] = {"missing": NoSuchPlace, "denied": PlaceDenied, "dead": PlaceOutage}


class PlainSeal:
    """Seals by writing the name in front, and opens only under that name."""

    def seal(self, secret: bytes, name: str) -> bytes:
        return name.encode() + b"\n" + secret

    def unseal(self, sealed: bytes, name: str) -> bytes:
        assert sealed.startswith(name.encode() + b"\n")
        return sealed.partition(b"\n")[2]


class Yard:
    """All places that there are. `content` is what stands at an address: batches by their names, last one wins."""

    def __init__(self) -> None:
        self.content: defaultdict[str, dict[tuple[str, int, int], Batch]] = defaultdict(dict)
        self.puts: Counter[str] = Counter()
        self.differing: list[str] = []  # addresses at which a batch came again with other bytes
        self.aims: dict[str, Aim] = {}
        self.broken: dict[str, Callable[[str], None]] = {}
        self._lock = threading.Lock()

    def open(self, aim: Aim) -> "Spot":
        self.aims[aim.address] = aim
        return Spot(self, aim.address)

    def break_(self, address: str, how: Callable[[str], None]) -> None:
        """`how` is called with "probe", "before" or "after" each time, and may raise."""
        self.broken[address] = how

    def mend(self, address: str) -> None:
        self.broken.pop(address, None)

    def held(self, address: str) -> list[int]:
        """The index of every event at `address`, as often as it is there."""
        with self._lock:
            batches = list(self.content[address].values())
        return sorted(event.index for batch in batches for event in batch.events)

    def ranges(self, address: str) -> list[tuple[int, int]]:
        """The ranges that were brought there, in order."""
        return sorted((batch.start, batch.end) for batch in self.content[address].values())

    def touch(self, address: str, moment: str) -> None:
        name = address.partition("://")[2].partition("-")[0]
        if kind := _NAMED.get(name):
            raise kind(f"{address} is {name}")
        if how := self.broken.get(address):
            how(moment)

    def keep(self, address: str, batch: Batch) -> None:
        name = (batch.run, batch.start, batch.end)
        with self._lock:
            self.puts[address] += 1
            if self.content[address].setdefault(name, batch) != batch:
                self.differing.append(address)


class Spot:
    """One place of a yard, open."""

    def __init__(self, yard: Yard, address: str) -> None:
        self._yard, self._address = yard, address

    def probe(self) -> None:
        self._yard.touch(self._address, "probe")

    def put(self, batch: Batch) -> None:
        self._yard.touch(self._address, "before")
        self._yard.keep(self._address, batch)
        self._yard.touch(self._address, "after")

    def close(self) -> None:
        pass


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Farm(NamedTuple):
    """Trails with their yard, a ledger's size, a clock and a directory that a test may change."""

    trails: Trails
    yard: Yard
    size: list[int]
    clock: Clock
    directory: dict[str, Organization]
    database: Database

    def grow(self, count: int) -> None:
        self.size[0] += count


@cache
def _migrated() -> bytes:
    """An empty control database, up to date: made once, because tests want many."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(Path(folder))
        with database.begin() as connection:
            connection.execute(sa.text("SELECT 1"))
        database.close()
        return (Path(folder) / FILE_NAME).read_bytes()


def a_farm(
    folder: Path,
    *,
    url: str = "",
    size: Callable[[], int] | None = None,
    account: str = ACCOUNT,
    open_: Open | None = None,
) -> Farm:
    """No trails yet. The ledger is as long as `size` says, or as the test makes it; places are real ones by `open_`."""
    folder.mkdir(parents=True, exist_ok=True)
    if not url and not (folder / FILE_NAME).exists():
        (folder / FILE_NAME).write_bytes(_migrated())
    database = Database.open(folder, url)
    yard, length, clock, directory = Yard(), [0], Clock(), dict[str, Organization]()
    around = Surroundings(
        database=database,
        seal=PlainSeal(),
        open=open_ or yard.open,
        size=size or (lambda: length[0]),
        now=clock,
        directory=directory.get,
        global_region="cn-hangzhou",
    )
    with database.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO accounts (id, name, created) VALUES (:id, '', 0) ON CONFLICT DO NOTHING"),
            {"id": account},
        )
    return Farm(Trails(around), yard, length, clock, directory, database)
