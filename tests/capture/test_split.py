"""Bodies of every shape are taken apart into the events they hold, with their places and bytes."""

import json

import pytest

from actiontrail.capture.nesting import too_deep
from actiontrail.capture.split import NoEvents, NotJson, Piece, TooManyEvents, UnsupportedContentType, split

ONE, TWO = b'{"eventName":"A", "n":1.50}', b'{"eventName":"B"}'
BOTH = [ONE, TWO]

SHAPES = [
    ("lines", ONE + b"\n" + TWO + b"\n", [1, 2]),
    ("lines of Windows, with blank ones", b"\r\n" + ONE + b"\r\n\r\n" + TWO + b"\r\n", [2, 4]),
    ("lines after a byte order mark", b"\xef\xbb\xbf" + ONE + b"\n" + TWO, [1, 2]),
    ("an array in one line", b"[" + ONE + b"," + TWO + b"]", [1, 1]),
    ("an array over lines", b"[\n  " + ONE + b",\n\n  " + TWO + b"\n]\n", [2, 4]),
    ("CloudTrail's file", b'{"Records":[' + ONE + b",\n" + TWO + b"]}", [1, 2]),
    ("Azure's file", b'{"records": [' + ONE + b"," + TWO + b"]}", [1, 1]),
    ("Kubernetes' list", b'{"kind":"EventList",\n"items":[' + ONE + b"," + TWO + b"]}", [2, 2]),
    ("a LookupEvents answer", b'{"RequestId":"x","Events":[' + ONE + b"," + TWO + b"]}", [1, 1]),
]


@pytest.mark.parametrize(("name", "body", "lines"), SHAPES, ids=[name for name, _, _ in SHAPES])
def test_every_shape_gives_the_same_events(name: str, body: bytes, lines: list[int]) -> None:
    """Whoever sends need not know how we like it; the bytes stay as they came, each with its line."""
    assert split(body) == [
        Piece(line, n, raw) for n, (line, raw) in enumerate(zip(lines, BOTH, strict=True), 1)
    ]


def test_one_pretty_printed_object_is_one_event() -> None:
    """It is how people paste an event."""
    body = json.dumps({"eventName": "A", "requestParameters": {"x": [1, 2]}}, indent=2).encode()

    assert split(body + b"\n") == [Piece(1, 1, body)]


@pytest.mark.parametrize("content_type", ["", "application/x-ndjson; charset=utf-8"])
def test_a_broken_line_leaves_its_neighbours_alone(content_type: str) -> None:
    """Lines are not parsed here: the broken one is found when its turn comes, whichever it is."""
    pieces = split(b'{"broken":\n' + ONE + b"\nnonsense\n" + TWO, content_type)

    assert [piece.raw for piece in pieces] == [b'{"broken":', ONE, b"nonsense", TWO]


@pytest.mark.parametrize(
    ("body", "line"), [(b'[\n{"a":1},\n{"a":}\n]', 3), (b'{\n  "a": 1,\n  "b": oops\n}', 3), (b'[{"a":1}', 1)]
)
def test_a_broken_document_is_refused_with_its_line(body: bytes, line: int) -> None:
    """An error without a place sends people through megabytes by eye."""
    with pytest.raises(NotJson) as refusal:
        split(body)
    assert refusal.value.line == line


def test_a_document_nested_without_end_is_refused() -> None:
    """A stack that overflows would take the recorder down with it."""
    with pytest.raises(NotJson):
        split(b"[" * 1_000_000 + b"]" * 1_000_000)


@pytest.mark.parametrize("body", [b"", b" \n ", b"[]", b'{"Records":[]}'])
def test_a_body_without_events_says_so(body: bytes) -> None:
    """200 for nothing would look like success."""
    with pytest.raises(NoEvents):
        split(body)


def test_a_body_of_a_million_lines_is_refused() -> None:
    """Each line costs a place in memory and in the answer."""
    with pytest.raises(TooManyEvents):
        split(b"{}\n" * 1_000_000)


def test_a_body_of_no_json_is_refused_by_its_type() -> None:
    """A form or a picture has no events, whatever is in it."""
    with pytest.raises(UnsupportedContentType):
        split(ONE, "multipart/form-data; boundary=x")


@pytest.mark.parametrize(
    ("text", "most", "deep"),
    [
        (b"[" * 8 + b"]" * 8, 8, False),
        (b"[" * 9 + b"]" * 9, 8, True),
        (b'{"a":' * 9 + b"1" + b"}" * 9, 8, True),
        (b"[" + b"[],{}," * 500 + b"1]", 2, False),
        (b'["' + b"[{" * 500 + b'\\"[["]', 1, False),
        (b"[{" * 50_000 + b"}]" * 50_000, 64, True),
        (b"[" * 100_000, 64, False),
    ],
)
def test_depth_is_found_without_going_down(text: bytes, most: int, deep: bool) -> None:
    """Brackets in strings are none, siblings are not deep; text that is no JSON is the parser's to refuse."""
    assert too_deep(text, most) is deep
