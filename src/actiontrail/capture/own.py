"""The service's own deeds, recorded through the same intake as everybody's events.

A thread of the recorder empties the outbox: an event leaves it when it is durable in the ledger, and is offered
again for ever until then. Offered twice it is recorded once, by its id. What the intake refuses is counted and
logged, and leaves the outbox too: offering it again would change nothing.
"""

import threading
from collections.abc import Callable

import structlog

from actiontrail.capture.intake import Intake, Pending, Sender, Shape
from actiontrail.errors import Outage
from actiontrail.store.outbox import Outbox, Parcel

SOURCE = "service:actiontrail"
LOOK_SECONDS = 0.25
ANYWAY_SECONDS = 5.0  # a look even if nothing seems to have changed: what was held may go by now
ACKNOWLEDGED_SECONDS = 60.0
_SHAPE = Shape("application/x-ndjson", "", "actiontrail")

log = structlog.get_logger("actiontrail.own")


class Own:
    """Empties `outbox` into `intake`. `stamp` differs once anything in the control database has changed."""

    def __init__(self, outbox: Outbox, intake: Intake, stamp: Callable[[], int]) -> None:
        self._outbox = outbox
        self._intake = intake
        self._stamp = stamp
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="own-events", daemon=True)
        self.recorded = 0
        self.refused = 0
        self.failures = 0  # in a row

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Record what waits, and end."""
        self._stop.set()
        self._thread.join()

    def step(self) -> int:
        """Record what waits now; how many events left the outbox. Raises an `Outage` if they could not."""
        parcels = self._outbox.waiting()
        if not parcels:
            return 0
        pending = self._intake.take(
            b"\n".join(parcel.event for parcel in parcels), _SHAPE, Sender("", SOURCE, any_account=True)
        )
        if pending.receipt is not None:
            pending.receipt.result(ACKNOWLEDGED_SECONDS)
        self._tell_refused(pending, parcels)
        self._outbox.done([parcel.id for parcel in parcels])
        self.recorded += len(pending.taken)
        return len(parcels)

    def _tell_refused(self, pending: Pending, parcels: list[Parcel]) -> None:
        for turned in pending.refused:
            self.refused += 1
            identity = parcels[turned.line - 1].id
            log.error(
                "an event of our own was refused", event_id=identity, code=turned.code, why=turned.reason
            )

    def _run(self) -> None:
        seen = -1
        quiet = 0.0
        while not self._stop.wait(LOOK_SECONDS):
            quiet += LOOK_SECONDS
            try:
                stamp = self._stamp()
            except Outage:
                continue
            if (stamp != seen or self.failures or quiet >= ANYWAY_SECONDS) and self._empty():
                seen, quiet = stamp, 0.0
        self._empty()

    def _empty(self) -> bool:
        """Record all that waits; whether that went well."""
        try:
            while self.step():
                pass
        except (Outage, TimeoutError) as error:
            log.warning("events of our own wait: the record or the control database is away", why=str(error))
        except Exception:
            log.exception("events of our own could not be recorded")
        else:
            self.failures = 0
            return True
        self.failures += 1
        return False
