"""Couriers as a process of their own, over a record and a real OSS client: something to kill.

`python -m tests.kit.carrier DATA URL` carries until it is killed. `a_depot` is what it carries with.
"""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.kit import oss

from actiontrail.access.seal import Sealer
from actiontrail.delivery.changes import Surroundings, Trails
from actiontrail.delivery.courier import Depot, Limits
from actiontrail.delivery.couriers import Couriers, Wake
from actiontrail.delivery.destinations import Ground, Reach, opener
from actiontrail.delivery.sheets import Sheets
from actiontrail.ledger import notekey
from actiontrail.ledger.reader import Reader
from actiontrail.store.database import Database

ROOT = Path(__file__).parents[2]


def a_ground(data: Path, url: str) -> Ground:
    """The peer at `url`, which is given up after a second."""
    key = data / "oss.key"
    if not key.exists():
        key.write_text(f'id = "{oss.KEY_ID}"\nsecret = "{oss.KEY_SECRET}"\n')
    reach = Reach(url, oss.REGION, f"file:{key}", path_style=True, timeout_s=1.0)
    return Ground(data, {"oss": reach}, notekey.load(data / "keys", None))


def a_depot(data: Path, url: str, wake: Wake, *, events: int, from_start: bool = False) -> Depot:
    """Trails and couriers of the record in `data`; trails start at entry 0 if that is wanted."""
    ledger = Reader(data)
    open_ = opener(a_ground(data, url))
    around = Surroundings(
        database=Database.open(data),
        seal=Sealer.open(data / "keys"),
        open=open_,
        size=(lambda: 0) if from_start else ledger.size,
        now=time.time,
        directory=lambda _account: None,
        global_region="cn-hangzhou",
        changed=wake.ring,
    )
    limits = Limits(events=events, bytes=4 << 20, seconds=0.0)
    return Depot(
        trails=Trails(around),
        open=open_,
        ledger=ledger,
        sheets=Sheets(ledger),
        limits=limits,
        now=time.time,
        jitter=lambda: 0.0,
    )


class Carrier:
    """A process that carries. It has begun when it is made."""

    def __init__(self, data: Path, url: str, *, events: int) -> None:
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kit.carrier", str(data), url, str(events)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path},
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == b"carrying\n"

    def kill(self) -> None:
        """Gone at once, whatever it was doing."""
        assert self._process.stdout
        self._process.kill()
        self._process.wait(30)
        self._process.stdout.close()


def main(arguments: list[str]) -> None:
    """Carry until killed."""
    data, url, events = Path(arguments[0]), arguments[1], int(arguments[2])
    wake = Wake()
    couriers = Couriers(a_depot(data, url, wake, events=events), wake, tick=0.02)
    couriers.start()
    sys.stdout.write("carrying\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])
