"""Names and bytes of delivered objects: ActionTrail's letter, and nothing but the batch decides them."""

import gzip
import hashlib
import json
import re

from tests.kit.delivery import HAPPENED_MS, SEALED, a_batch, chosen

from actiontrail.delivery import partition

DAY_MS = 86_400_000
NAME = re.compile(
    r"AliyunLogs/(Actiontrail|Actiontrail-Insight)/(?:(rd-[a-z0-9]+)/(\d+)/)?([a-z0-9-]+)/(\d{4})/(\d\d)/(\d\d)/"
    r"Actiontrail_([a-z0-9-]+)_(\d{14})_1002_(\d+)_(\d+)_([0-9a-f]{32})\.gz"
)


def test_a_name_says_region_moment_count_size_and_md5_of_its_object() -> None:
    """Tools that were written for the real service read all of it from the name."""
    (piece,) = partition.pieces(a_batch(chosen(0), chosen(1)))
    found = NAME.fullmatch(piece.key)

    assert found
    assert found.groups() == (
        "Actiontrail",
        None,
        None,
        "cn-hangzhou",
        "2026",
        "09",
        "25",
        "cn-hangzhou",
        f"{SEALED:%Y%m%d%H%M%S}",
        "2",
        str(len(piece.body)),
        hashlib.md5(piece.body).hexdigest(),
    )


def test_a_trail_of_several_accounts_has_a_folder_for_each() -> None:
    """`rd-…` and the account stand before the region, and only for such a trail."""
    keys = [
        piece.key.rsplit("/", 1)[0]
        for piece in partition.pieces(
            a_batch(chosen(0, account="11"), chosen(1, account="22"), organization="rd-abc")
        )
    ]

    assert keys == [
        "AliyunLogs/Actiontrail/rd-abc/11/cn-hangzhou/2026/09/25",
        "AliyunLogs/Actiontrail/rd-abc/22/cn-hangzhou/2026/09/25",
    ]


def test_an_object_is_a_gzipped_array_in_the_order_of_the_ledger() -> None:
    """What the documentation calls GZIP log files of events."""
    (piece,) = partition.pieces(a_batch(chosen(4), chosen(7), chosen(9)))

    assert [event["eventId"] for event in json.loads(gzip.decompress(piece.body))] == ["E-4", "E-7", "E-9"]


def test_regions_days_and_kinds_are_kept_apart() -> None:
    """An investigator lists one region and one day, and finds all of it and nothing else."""
    batch = a_batch(
        chosen(0),
        chosen(1, region="cn-beijing"),
        chosen(2, happened_ms=HAPPENED_MS - DAY_MS),
        chosen(3, category="Insight"),
        chosen(4, category="Data"),
    )

    assert [
        (piece.key.rsplit("/", 1)[0], [one.index for one in piece.events])
        for piece in partition.pieces(batch)
    ] == [
        ("AliyunLogs/Actiontrail/cn-beijing/2026/09/25", [1]),
        ("AliyunLogs/Actiontrail/cn-hangzhou/2026/09/24", [2]),
        ("AliyunLogs/Actiontrail/cn-hangzhou/2026/09/25", [0, 4]),
        ("AliyunLogs/Actiontrail-Insight/cn-hangzhou/2026/09/25", [3]),
    ]


def test_a_region_that_would_leave_its_folder_goes_nowhere() -> None:
    """Events are written by strangers; a region of `../..` must not choose where an object lies."""
    batch = a_batch(
        chosen(0, region="../../etc"), chosen(1, region=".."), chosen(2, account="a/b", region="x" * 99)
    )

    assert {piece.key.split("/")[2] for piece in partition.pieces(batch)} == {"unknown"}


def test_an_event_from_no_day_lies_under_the_day_on_which_it_was_sealed() -> None:
    """A source that names no time, or one that no calendar has, costs nobody the batch."""
    batch = a_batch(chosen(0, happened_ms=-62_135_596_800_000), chosen(1, happened_ms=10**18))

    assert [piece.key.split("/")[3:6] for piece in partition.pieces(batch)] == [["2026", "09", "25"]]


def test_the_same_batch_gives_the_same_bytes() -> None:
    """The name holds size and MD5: a courier that makes the batch again must hit the same name."""
    assert list(partition.pieces(a_batch())) == list(partition.pieces(a_batch()))


def test_a_gzip_header_says_nothing_of_time_or_machine() -> None:
    """Either would give the same events another name on the next try."""
    assert partition.gzipped(b"[]")[:10] == bytes.fromhex("1f8b08000000000000ff")


def test_a_large_part_becomes_several_objects_and_a_huge_event_one_of_its_own() -> None:
    """Readers load an object whole."""
    events = [
        chosen(index, requestParameterJson="x" * size) for index, size in enumerate((100, 100, 5000, 100))
    ]

    assert [[one.index for one in run] for run in partition.bounded(events, 1000)] == [[0, 1], [2], [3]]


def test_what_ends_in_one_folder_is_in_the_ledgers_order_there() -> None:
    """Whatever the events themselves called their region, and on either side of the first millisecond of time."""
    regions = [chosen(index, region=f"../{index % 2}") for index in range(4)]
    times = [chosen(4 + index, happened_ms=[0, 1, -1][index]) for index in range(3)]
    found = [[event.index for event in piece.events] for piece in partition.pieces(a_batch(*regions, *times))]

    assert sorted(found) == [[0, 1, 2, 3], [4, 6], [5]]
