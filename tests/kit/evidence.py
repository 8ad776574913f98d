"""Records, logs that hold them, and their evidence."""

import json
from typing import Any

import msgspec
from tests.kit.log import LogKit

from actiontrail.event import record
from actiontrail.event.record import Record
from actiontrail.evidence import receipt
from actiontrail.ledger import tree

EVENT: dict[str, Any] = {
    "eventId": "11111111-2222-3333-4444-555555555555",
    "eventVersion": 1,
    "eventName": "DeleteInstance",
    "eventTime": "2026-01-02T03:04:05Z",
    "eventSource": "ecs.cn-hangzhou.aliyuncs.com",
    "eventType": "ApiCall",
    "serviceName": "Ecs",
    "acsRegion": "cn-hangzhou",
    "sourceIpAddress": "192.0.2.7",
    "userAgent": "aliyun-cli/3.0.200",
    "requestId": "99999999-8888-7777-6666-555555555555",
    "requestParameters": {"InstanceId": "i-bp1example", "RegionId": "cn-hangzhou"},
    "userIdentity": {
        "type": "ram-user",
        "accountId": "1000000000000001",
        "principalId": "200000000000000001",
        "userName": "alice",
        "accessKeyId": "LTAI5tExample",
    },
}


def line_of(
    seq: int,
    *,
    event: dict[str, Any] | None = None,
    masked: tuple[str, ...] = (),
    format: str = "actiontrail",  # noqa: A002
    padding: int = 0,
) -> bytes:
    """The line of a record; `padding` makes its event longer by that many bytes, half of them random-looking."""
    told = dict(event or EVENT)
    if padding:
        digits = "".join(format_hex(number) for number in range(padding // 32 + 1))
        told["additionalEventData"] = {
            "trace": digits[: padding // 2],
            "message": ("not allowed by policy " * 99)[: padding // 2],
        }
    raw = msgspec.Raw(json.dumps(told, separators=(",", ":")).encode())
    return record.encode(
        Record(
            "1000000000000001", seq, "2026-01-02T03:04:05.678901Z", "key:LTAI5tExample", format, raw, masked
        )
    )


def format_hex(number: int) -> str:
    """Sixteen digits that do not compress."""
    return tree.leaf_hash(b"%d" % number).hex()[:16]


def log_with(line: bytes, *, at: int, size: int) -> LogKit:
    """A log of `size` entries that holds `line` at `at`."""
    entries = [record.entry(b"record %d" % number) for number in range(size)]
    entries[at] = record.entry(line)
    return LogKit().add(*entries)


def evidence(log: LogKit, line: bytes, index: int) -> bytes:
    """The evidence file of `line`, which `log` holds at `index`."""
    whole = log.proof(index)
    return receipt.make(line, index, whole.checkpoint, whole.hashes)
