"""Objects for data lakes, read by an engine that has never heard of us."""

import io
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from tests.kit.delivered import Delivered, told
from tests.kit.delivery import ACCOUNT, HAPPENED_MS, a_batch, chosen
from tests.kit.places import aim

from actiontrail.delivery import lake
from actiontrail.delivery.destinations import Ground, Reach, open_destination

LAYOUTS = {
    "ocsf-ndjson": "read_json('{}/**/*.json.zst', hive_partitioning=true)",
    "ocsf-parquet": "read_parquet('{}/**/*.parquet', hive_partitioning=true)",
}


@pytest.fixture(params=sorted(LAYOUTS))
def query(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], list[tuple[object, ...]]]:
    """Asks DuckDB about what a trail delivered in that layout."""
    (tmp_path / "lake").mkdir()
    destination = open_destination(
        aim(f"file://{tmp_path}/lake", layout=request.param), Ground(tmp_path, {"file": Reach(str(tmp_path))})
    )
    events = [
        chosen(
            index, region=("cn-beijing", "us-west-1")[index % 2], happened_ms=HAPPENED_MS + (7 - index) * 1000
        )
        for index in range(6)
    ]
    strange = chosen(6, requestParameters={"Odd": [1, {"deep": "值"}]}, sourceIpAddress="ecs.aliyuncs.com")
    destination.put(a_batch(*events, strange))
    destination.close()
    source = LAYOUTS[request.param].format(tmp_path / "lake" / "ocsf")
    return lambda text: duckdb.connect().execute(text.replace("LAKE", source)).fetchall()


def test_an_engine_reads_partitions_from_the_path(query: Callable[[str], list[tuple[object, ...]]]) -> None:
    """Account, region and day are columns without being in any file."""
    asked = "SELECT account::VARCHAR, region, day::VARCHAR, count(*) FROM LAKE GROUP BY ALL ORDER BY region"

    assert query(asked) == [
        (ACCOUNT, "cn-beijing", "2026-09-25", 3),
        (ACCOUNT, "cn-hangzhou", "2026-09-25", 1),
        (ACCOUNT, "us-west-1", "2026-09-25", 3),
    ]


def test_an_engine_reaches_into_structures(query: Callable[[str], list[tuple[object, ...]]]) -> None:
    """The names of OCSF work as they stand in its schema."""
    asked = "SELECT metadata.uid, actor.user.name, api.operation, src_endpoint.svc_name FROM LAKE WHERE metadata.sequence = 6"

    assert query(asked) == [("E-6", "alice", "DeleteInstance", "ecs.aliyuncs.com")]


def test_rows_stand_in_the_order_of_time_and_groups_are_bounded() -> None:
    """An engine skips row groups by their first and last time."""
    events = [chosen(index, happened_ms=HAPPENED_MS + (index * 7919) % 20_011) for index in range(20_000)]
    (piece,) = lake.parquet(a_batch(*events))
    file = pq.ParquetFile(io.BytesIO(piece.body))
    times = file.read(["time"]).column("time").to_pylist()
    groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]

    assert (
        times == sorted(times),
        [group.num_rows for group in groups],
        groups[0].column(0).compression,
    ) == (
        True,
        [8192, 8192, 3616],
        "ZSTD",
    )


@pytest.mark.parametrize("pieces", [lake.ndjson, lake.parquet])
def test_the_same_batch_gives_the_same_bytes(pieces: Callable[..., object]) -> None:
    """A courier that crashed makes the very same objects again."""
    assert list(pieces(a_batch())) == list(pieces(a_batch()))  # type: ignore[call-overload]


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_a_lake_is_checked_like_any_delivery(tmp_path: Path, layout: str) -> None:
    """Manifests are the same for every layout."""
    bucket = Delivered(tmp_path / "bucket", layout=layout)
    clean = bucket.check(until=40).clean
    bucket.objects_of(1)[1].unlink()
    forged = bucket.objects()[0].with_name("forged.parquet")
    forged.write_bytes(b"PAR1")

    assert (clean, told(bucket.check())) == (True, [("missing", "12,18", 2), ("added", "", None)])
