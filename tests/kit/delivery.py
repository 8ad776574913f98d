"""Batches for tests, and what a careful reader finds of them."""

import gzip
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.kit.log import LogKit

from actiontrail.delivery.batch import Batch, Category, Chosen

SEALED = datetime(2026, 9, 25, 7, 4, 51, tzinfo=UTC)
HAPPENED_MS = 1_790_319_845_000  # 2026-09-25T07:04:05Z
ACCOUNT = "1000000000000001"


def chosen(
    index: int,
    *,
    account: str = ACCOUNT,
    region: str = "cn-hangzhou",
    happened_ms: int = HAPPENED_MS,
    category: Category = "Management",
    **fields: Any,
) -> Chosen:
    """One event, told apart by its index."""
    event = {
        "eventId": f"E-{index}",
        "eventName": "DeleteInstance",
        "eventTime": "2026-09-25T07:04:05Z",
        "serviceName": "Ecs",
        "acsRegion": region,
        "recipientAccountId": account,
        "userIdentity": {"type": "ram-user", "accountId": account, "userName": "alice"},
        **fields,
    }
    text = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
    return Chosen(index, account, region, happened_ms, category, text)


def a_batch(*events: Chosen, start: int = 0, end: int | None = None, **fields: Any) -> Batch:
    """A batch of `events`, or of three, with a true checkpoint over its end."""
    given: Sequence[Chosen] = events or [
        chosen(start),
        chosen(start + 1, region="cn-beijing"),
        chosen(start + 2),
    ]
    behind = max([start, *(event.index + 1 for event in given)]) if end is None else end
    log = LogKit().add(*(b"%d" % number for number in range(behind)))
    told: dict[str, Any] = {
        "trail": "main",
        "account": ACCOUNT,
        "home_region": "cn-hangzhou",
        "organization": "",
        "sealed_at": SEALED,
        "run": "r1",
        "run_start": 0,
        **fields,
    }
    return Batch(start=start, end=behind, checkpoint=log.checkpoint(), events=tuple(given), **told)


def texts(batch: Batch) -> list[str]:
    """The events of `batch` in one order."""
    return sorted(event.event.decode() for event in batch.events)


def of_objects(objects: Mapping[str, bytes]) -> list[str]:
    """The events in `objects` of ActionTrail's layout, manifests passed over, in one order."""
    found = []
    for key, body in objects.items():
        if "/Actiontrail-Manifest/" not in f"/{key}":
            found += [
                json.dumps(event, separators=(",", ":"), ensure_ascii=False)
                for event in json.loads(gzip.decompress(body))
            ]
    return sorted(found)
