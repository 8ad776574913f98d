"""Files taken apart into batches: every shape in which events are kept, packed or not, damaged or not."""

import gzip
import io
import json
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from actiontrail.cli.importing import reading
from actiontrail.cli.importing.reading import Start, Unreadable, batches
from actiontrail.cli.importing.sources import STDIN, NothingThere, Skipped, Source, find

BEGINNING = Start()
EVENTS = [
    {"eventId": f"id-{number}", "eventName": "Try", "n": 1.0, "text": "a\u2028b"} for number in range(3)
]
LINES = "".join(json.dumps(event) + "\n" for event in EVENTS)
SHAPES = {
    "an event on each line": LINES,
    "lines without a last line break": LINES.rstrip("\n"),
    "lines with blank lines between": LINES.replace("\n", "\n\n"),
    "lines from Windows": LINES.replace("\n", "\r\n"),
    "lines after a byte order mark": "\ufeff" + LINES,
    "an array on one line": json.dumps(EVENTS),
    "an array over many lines": json.dumps(EVENTS, indent=2),
    "Records": json.dumps({"Records": EVENTS}),
    "Records over many lines": json.dumps({"Records": EVENTS}, indent=1),
    "a Kubernetes list": json.dumps(
        {"kind": "EventList", "apiVersion": "v1", "metadata": {}, "items": EVENTS}
    ),
    "a list on each line": "".join(json.dumps({"Records": [event]}) + "\n" for event in EVENTS),
    "one document after another": "\n".join(json.dumps(event, indent=2) for event in EVENTS),
}


def written(folder: Path, content: bytes | str, name: str = "events.json") -> Source:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Source(str(path))


def events(source: Source, start: Start = BEGINNING) -> list[dict[str, object]]:
    return [
        json.loads(line)
        for batch in batches(source, start)
        for line in batch.body.decode("utf-8-sig").split("\n")
        if line.strip()
    ]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_file_gives_the_same_events(tmp_path: Path, shape: str) -> None:
    """People have what they have; they should not have to convert it."""
    assert events(written(tmp_path, SHAPES[shape])) == EVENTS


@pytest.mark.parametrize(
    "pack",
    [
        gzip.compress,
        zstandard.compress,
        lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:]),
        lambda data: zstandard.compress(data[:9]) + zstandard.compress(data[9:]),
    ],
)
def test_packed_files_are_told_by_their_first_bytes(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    """Delivered objects are often named without saying how they are packed; some are several members in a row."""
    assert events(written(tmp_path, pack(LINES.encode()), "delivered")) == EVENTS


def test_standard_input_is_read_as_a_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """`zcat … | actiontrail import -`."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(LINES.encode()))))

    assert events(Source(STDIN)) == EVENTS


def test_batches_are_bounded_and_say_where_they_stand(tmp_path: Path) -> None:
    """A refused event is named by file and line, so each batch must know its place."""
    source = written(tmp_path, '{"a":1}\n' * 2500)
    found = [(batch.first, batch.events, batch.end, batch.place(2)) for batch in batches(source)]

    assert found == [
        (1, 1000, 8000, f"{source.path}:2"),
        (1001, 1000, 16000, f"{source.path}:1002"),
        (2001, 500, 20000, f"{source.path}:2002"),
    ]


def test_a_batch_holds_no_more_bytes_than_a_request_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large events make small batches."""
    monkeypatch.setattr(reading, "BATCH_BYTES", 100)
    source = written(tmp_path, ('{"a":"' + "x" * 32 + '"}\n') * 5)

    assert [batch.events for batch in batches(source)] == [2, 2, 1]


def test_a_batch_gives_back_the_bytes_of_the_file(tmp_path: Path) -> None:
    """What is recorded is what was in the file: numbers, order of keys and all."""
    line = b'{"z":1.0, "a":1e5,"u":"\\u00e9"}\n'

    assert [batch.body for batch in batches(written(tmp_path, line * 3))] == [line * 3]


@pytest.mark.parametrize("text", [LINES, json.dumps(EVENTS)])
def test_reading_goes_on_where_an_earlier_run_has_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """An import of a large archive is not begun anew after each interruption."""
    monkeypatch.setattr(reading, "BATCH_EVENTS", 1)
    source = written(tmp_path, text)
    first = next(iter(batches(source)))

    assert events(source, Start(first.end, 1)) == EVENTS[1:]


def test_a_broken_line_stays_a_line(tmp_path: Path) -> None:
    """It is the server that refuses it, by its number, and its neighbours go in."""
    source = written(tmp_path, '{"broken\n' + LINES)

    assert [(batch.first, batch.events) for batch in batches(source)] == [(1, 4)]


def test_a_damaged_document_is_named_and_what_stands_before_the_damage_is_read(tmp_path: Path) -> None:
    """A file that ends in the middle still holds events."""
    source = written(tmp_path, json.dumps(EVENTS[0], indent=2) + '\n{\n "cut')
    read = batches(source)
    before = next(read).events

    with pytest.raises(Unreadable, match="line 7"):
        next(read)
    assert before == 1


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(LINES.encode())[:-20],
        zstandard.compress(LINES.encode())[:-5],
        b'{"a": [1,',
        b"[1, 2",
        b"[\xff]",
        b"[1" + b"[" * 100_000,
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    """One damaged file of a thousand is reported, not a traceback."""
    source = written(tmp_path, content)

    with pytest.raises(Unreadable, match=r"events\.json"):
        list(batches(source))


def test_an_empty_file_holds_no_events(tmp_path: Path) -> None:
    """Rotated logs are often empty."""
    assert [events(written(tmp_path, text)) for text in ("", "\n\n", "[]")] == [[], [], []]


def test_a_file_of_any_size_takes_little_memory(tmp_path: Path) -> None:
    """Lines are streamed: no more than a few batches are in memory at once."""
    path = tmp_path / "large.jsonl"
    line = b'{"eventId":"' + b"x" * 1000 + b'"}\n'
    with path.open("wb") as out:
        for _ in range(60):
            out.write(line * 1000)
    tracemalloc.start()
    count = sum(batch.events for batch in batches(Source(str(path))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert (count, peak < 24 << 20) == (60_000, True)


def test_delivered_trees_are_known_by_their_paths(tmp_path: Path) -> None:
    """Their folders say which format it is, and which objects hold no events."""
    names = [
        "p/AliyunLogs/Actiontrail/cn-hangzhou/2026/01/02/Actiontrail_cn-hangzhou_20260102_1002_1_9_aa.gz",
        "AWSLogs/123456789012/CloudTrail/us-east-1/2026/01/02/a.json.gz",
        "AWSLogs/123456789012/CloudTrail-Digest/us-east-1/2026/01/02/d.json.gz",
        "notes.txt",
        "plain.jsonl",
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    items = list(find([str(tmp_path), str(tmp_path / "*.jsonl")]))
    sources = {
        item.path.removeprefix(f"{tmp_path}/"): item.format for item in items if isinstance(item, Source)
    }
    skipped = {item.path.removeprefix(f"{tmp_path}/") for item in items if isinstance(item, Skipped)}

    assert sources == {names[0]: "actiontrail", names[1]: "cloudtrail", names[4]: ""}
    assert (skipped, len(items)) == ({names[2], names[3]}, len(names))


@pytest.mark.parametrize("path", ["nowhere.json", "nothing/*.json"])
def test_a_path_that_names_nothing_is_refused(tmp_path: Path, path: str) -> None:
    """A typing mistake must not look like an empty import."""
    with pytest.raises(NothingThere):
        list(find([str(tmp_path / path)]))
