"""Objects for data lakes: events in OCSF, as NDJSON or Parquet, in Hive partitions. Pure.

`ocsf/account=…/region=…/day=…/TRAIL_RUN_START-END_NUMBER`: engines read account, region and day from the
path and skip what a question does not need. Rows stand in the order of time; columns keep one type for
ever, and what has no fixed shape (parameters, answers, the unmapped) is JSON in a string.
"""

import io
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import msgspec
import zstandard

from actiontrail.delivery import ocsf, partition
from actiontrail.delivery.batch import Batch, Chosen
from actiontrail.delivery.partition import Piece, safe

LAKE_ROOT = "ocsf"
ROW_GROUP = 8192
LEVEL = 3


def ndjson(batch: Batch) -> Iterator[Piece]:
    """`batch` as lines of JSON, compressed by zstd."""
    squeezer = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)

    def body(events: list[Chosen]) -> bytes:
        return squeezer.compress(
            b"".join([msgspec.json.encode(ocsf.document(event)) + b"\n" for event in events])
        )

    return _pieces(batch, "json.zst", "application/zstd", body)


def parquet(batch: Batch) -> Iterator[Piece]:
    """`batch` as Parquet, compressed by zstd, in row groups in the order of time."""
    return _pieces(batch, "parquet", "application/vnd.apache.parquet", _parquet)


def _pieces(
    batch: Batch, ending: str, content_type: str, body: Callable[[list[Chosen]], bytes]
) -> Iterator[Piece]:
    number = 0
    for folder, events in sorted(partition.split(batch).items()):
        for run in partition.bounded(events, partition.OBJECT_BYTES_MAX):
            by_time = sorted(run, key=lambda event: (event.happened_ms, event.index))
            name = f"{safe(batch.trail)}_{safe(batch.run or '0')}_{batch.start:020d}-{batch.end:020d}_{number}.{ending}"
            place = f"account={folder.account}/region={folder.region}/day={folder.day:%Y-%m-%d}"
            yield Piece(f"{LAKE_ROOT}/{place}/{name}", body(by_time), run, content_type)
            number += 1


def _parquet(events: list[Chosen]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [_flat(ocsf.document(event)) for event in events]
    table = pa.Table.from_pylist(rows, schema=schema())
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", row_group_size=ROW_GROUP, store_schema=False)
    return sink.getvalue()


@cache
def schema() -> Any:  # noqa: ANN401 - pyarrow's, imported only here
    """The columns, which only ever grow."""
    import pyarrow as pa

    text, number, truth = pa.string(), pa.int32(), pa.bool_()

    def struct(**fields: Any) -> Any:  # noqa: ANN401 - pyarrow's
        return pa.struct(list(fields.items()))

    account = struct(uid=text)
    user = struct(type_id=number, type=text, uid=text, name=text, credential_uid=text, account=account)
    product = struct(name=text, vendor_name=text)
    metadata = struct(
        version=text,
        product=product,
        profiles=pa.list_(text),
        sequence=pa.int64(),
        tenant_uid=text,
        uid=text,
        event_code=text,
        log_name=text,
    )
    api = struct(
        operation=text,
        version=text,
        service=struct(name=text, uid=text),
        request=struct(uid=text, data=text),
        response=struct(error=text, error_message=text, data=text),
    )
    columns = {
        "time": pa.int64(),
        "class_uid": number,
        "class_name": text,
        "category_uid": number,
        "category_name": text,
        "activity_id": number,
        "activity_name": text,
        "type_uid": pa.int64(),
        "type_name": text,
        "severity_id": number,
        "severity": text,
        "status_id": number,
        "status": text,
        "status_code": text,
        "status_detail": text,
        "metadata": metadata,
        "actor": struct(user=user, session=struct(is_mfa=truth, created_time_dt=text)),
        "user": user,
        "is_mfa": truth,
        "service": struct(name=text),
        "api": api,
        "cloud": struct(provider=text, region=text, account=account),
        "src_endpoint": struct(ip=text, svc_name=text, vpc_uid=text),
        "http_request": struct(user_agent=text),
        "resources": pa.list_(struct(type=text, name=text)),
        "unmapped": text,
    }
    return pa.schema(list(columns.items()))


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    """`document` with JSON in strings where it has no fixed shape."""
    if api := document.get("api"):
        for part in ("request", "response"):
            if "data" in api.get(part, {}):
                api[part]["data"] = msgspec.json.encode(api[part]["data"]).decode()
    if "unmapped" in document:
        document["unmapped"] = msgspec.json.encode(document["unmapped"]).decode()
    return document
