"""Records that were received long ago: a service cannot be told what time it is, but its ledger can have been written before."""

import datetime as dt
from pathlib import Path

from tests.kit.service import events

from actiontrail import service
from actiontrail.capture.intake import Intake, Limits, Sender, Shape
from actiontrail.capture.masking import Masker


def recorded_then(data: Path, account: str, received: dt.datetime, *ids: str, **fields: str) -> None:
    """Events with these ids, received and happened then; the service must not be at work on `data`."""
    at = received.strftime("%Y-%m-%dT%H:%M:%SZ")
    with service.open_recorder(data) as recorder:
        intake = Intake(recorder.sequencer, Limits(4096, 1 << 20, 16), Masker(), now=lambda: received)
        body = events(*ids, **{"eventTime": at, **fields})
        pending = intake.take(body, Shape("application/x-ndjson"), Sender(account, "test"))
        assert pending.receipt is not None, pending.refused
        assert not pending.refused
        pending.receipt.result(60)
