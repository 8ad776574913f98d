"""What the tree and one event's evidence cost, in a log of ten million entries: `python -m bench.proofs`.

Prints one row per figure. The tiles are made in memory, so reading them from disk is not in the figures.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable

from actiontrail.event import record
from actiontrail.event.record import Record
from actiontrail.evidence import receipt
from actiontrail.ledger import checkpoint, tree
from actiontrail.ledger.checkpoint import Checkpoint
from actiontrail.ledger.note import Signer
from actiontrail.ledger.tiles import subtree_from_tiles

ORIGIN = "actiontrail.local/0123456789abcdef"
ROUND = 1_000


def main() -> None:
    """Build the tree, then time what is done with it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--size", type=int, default=10_000_000, help="entries in the log")
    options.add_argument("--events", help="NDJSON of ActionTrail events; without it, one made up of 1.4 kB")
    given = options.parse_args()
    lines = _lines(given.events)
    levels, edge = _grown(given.size, record.entry(lines[len(lines) // 2]))
    signer = Signer(ORIGIN, bytes(32))
    note = checkpoint.sign(Checkpoint(ORIGIN, edge.size, edge.root()), signer)

    def read_tile(level: int, number: int, width: int) -> bytes:
        start = number * 8192
        return bytes(memoryview(levels[level])[start : start + 32 * width])

    index = given.size // 2
    line = lines[len(lines) // 2]

    def make() -> bytes:
        return receipt.make(
            line, index, note, tree.inclusion(index, edge.size, subtree_from_tiles(read_tile, edge.size))
        )

    file = make()
    old = given.size // 3
    _row("evidence of one event: record", len(line), "B")
    _row("evidence of one event: file", len(file), "B")
    sizes = sorted(len(receipt.make(each, index, note, [bytes(32)] * 24)) for each in lines)
    _row(
        f"evidence of {len(lines)} events: file, p50 / p99",
        f"{sizes[len(sizes) // 2]} / {sizes[len(sizes) * 99 // 100]}",
        "B",
    )
    _row("evidence made", _ms(make), "ms")
    _row("evidence checked", _ms(lambda: receipt.verify(file, [signer.vkey])), "ms")
    _row(
        "consistency proof made",
        _ms(lambda: tree.consistency(old, edge.size, subtree_from_tiles(read_tile, edge.size))),
        "ms",
    )
    _row(
        "checkpoint signed",
        _ms(lambda: checkpoint.sign(Checkpoint(ORIGIN, edge.size, edge.root()), signer)),
        "ms",
    )


def _grown(size: int, entry: bytes) -> tuple[list[bytearray], tree.Edge]:
    """A tree of `size` entries in rounds, `entry` in its middle; prints what a leaf costs."""
    levels: list[bytearray] = []
    edge = tree.Edge()
    entries = [os.urandom(32) for _ in range(ROUND)]
    hashing = appending = 0.0
    for start in range(0, size, ROUND):
        batch = list(entries[: size - start])
        if start <= size // 2 < start + ROUND:
            batch[size // 2 - start] = entry
        began = time.perf_counter()
        leaves = tree.leaf_hashes(batch)
        hashed = time.perf_counter()
        grown = edge.append(leaves)
        appending += time.perf_counter() - hashed
        hashing += hashed - began
        edge = grown.edge
        for level, new in enumerate(grown.tiles):
            if level == len(levels):
                levels.append(bytearray())
            levels[level] += new
    _row(f"leaf hash, rounds of {ROUND}", f"{hashing / size * 1e6:.2f}", "µs")
    _row(f"Merkle append, rounds of {ROUND}", f"{appending / size * 1e6:.2f}", "µs")
    return levels, edge


def _lines(path: str | None) -> list[bytes]:
    raws = [json.dumps(_event(), separators=(",", ":")).encode()]
    if path:
        with open(path, "rb") as file:  # noqa: PTH123 - a stream
            raws = [raw.strip() for raw in file if raw.strip()]
    return [
        record.encode(
            Record(
                "1000000000000001", 4711, "2026-01-02T03:04:05.678901Z", "key:LTAI5tBench", "actiontrail", raw
            )
        )  # type: ignore[arg-type]
        for raw in raws
    ]


def _event() -> dict[str, object]:
    """An event of about 1.4 kB, with as many ids in it that do not compress as real ones have."""
    ids = [os.urandom(16).hex() for _ in range(6)]
    return {
        "eventId": ids[0],
        "eventVersion": 1,
        "eventName": "AuthorizeSecurityGroup",
        "eventTime": "2026-01-02T03:04:05Z",
        "eventSource": "ecs-openapi-share.cn-hangzhou.aliyuncs.com",
        "eventType": "ApiCall",
        "eventRW": "Write",
        "eventCategory": "Management",
        "serviceName": "Ecs",
        "apiVersion": "2014-05-26",
        "acsRegion": "cn-hangzhou",
        "sourceIpAddress": "203.0.113.77",
        "userAgent": "AlibabaCloud (Linux; amd64) Java/1.8.0_152-b187 Core/4.5.17 HTTPClient/ApacheHttpClient terraform-provider-alicloud/1.209.1",
        "requestId": ids[1],
        "requestParameters": {
            "RegionId": "cn-hangzhou",
            "SecurityGroupId": f"sg-bp1{ids[2][:14]}",
            "IpProtocol": "tcp",
            "PortRange": "22/22",
            "SourceCidrIp": "203.0.113.0/24",
            "Policy": "accept",
            "Priority": "1",
            "NicType": "intranet",
            "Description": "temporary access for the maintenance of the database hosts",
            "ClientToken": ids[3],
        },
        "responseElements": {"RequestId": ids[1], "SecurityGroupRuleSet": [f"sgr-bp1{ids[4][:14]}"]},
        "resourceType": "ACS::ECS::SecurityGroup",
        "resourceName": f"sg-bp1{ids[2][:14]}",
        "referencedResources": {"ACS::ECS::SecurityGroup": [f"sg-bp1{ids[2][:14]}"]},
        "userIdentity": {
            "type": "assumed-role",
            "accountId": "1000000000000001",
            "principalId": "300000000000000003:terraform-ci",
            "userName": "deploy:terraform-ci",
            "accessKeyId": "STS.NT" + ids[5][:20],
            "sessionContext": {
                "attributes": {"mfaAuthenticated": "false", "creationDate": "2026-01-02T02:59:11Z"}
            },
        },
    }


def _ms(action: Callable[[], object]) -> str:
    """The median of two hundred runs."""
    times = []
    for _ in range(200):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return f"{statistics.median(times) * 1e3:.2f}"


def _row(what: str, value: object, unit: str) -> None:
    print(f"{what:<50} {value} {unit}")


if __name__ == "__main__":
    main()
