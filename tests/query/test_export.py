"""Exports come in parts that are whole files; the tail follows the ledger."""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterator

import pyarrow.parquet as pq
import pytest
from tests.kit.projection import ACCOUNT, Paper, a_line, a_projection, an_event

from actiontrail.event.formats import declaring
from actiontrail.event.selector import parse
from actiontrail.query import export
from actiontrail.query.engine import Limits
from actiontrail.query.export import Wanted
from actiontrail.query.rows import BY_PATH
from actiontrail.query.search import Asked, Found, Search
from actiontrail.query.tail import Tail

EVENTS = [an_event(f"Call{number}", eventId=f"id-{number}", userAgent="=cmd()") for number in range(25)]
ALL = [f"Call{number}" for number in range(25)]


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    ledger = Paper(EVENTS)
    ledger.write([an_event("Theirs")], "9999999999999999")
    projection = a_projection(tmp_path_factory.mktemp("export"), ledger)
    yield Search(projection, limits=Limits(), rows_max=10)
    projection.close()


def read(form: str, data: bytes) -> list[str]:
    if form == "jsonl":
        return [json.loads(line)["eventName"] for line in data.splitlines()]
    if form == "json.gz":
        return [one["eventName"] for one in json.loads(gzip.decompress(data))]
    if form == "parquet":
        return [str(name) for name in pq.read_table(io.BytesIO(data))["eventName"].to_pylist()]
    return [row["eventName"] for row in csv.DictReader(io.StringIO(data.decode()))]


@pytest.mark.parametrize("form", sorted(export.TYPES))
def test_parts_join_to_everything_and_each_tells_its_rows_and_digest(search: Search, form: str) -> None:
    """An auditor counts, hashes and compares."""
    seen: list[str] = []
    wanted = Wanted(form, rows_max=10)
    while True:
        file = io.BytesIO()
        part = export.write(search, Asked(account=ACCOUNT), file, wanted)
        data = file.getvalue()
        found = read(form, data)
        assert (part.rows, part.size, part.sha256) == (
            len(found),
            len(data),
            hashlib.sha256(data).hexdigest(),
        )
        seen += found
        if not part.next_token:
            break
        wanted = Wanted(form, rows_max=10, token=part.next_token)

    assert seen == ALL


@pytest.mark.parametrize("form", sorted(export.TYPES))
def test_an_export_of_nothing_is_still_a_file(search: Search, form: str) -> None:
    """Nothing was found is an answer too."""
    file = io.BytesIO()
    export.write(search, Asked(account=ACCOUNT, query="nothing"), file, Wanted(form))

    assert read(form, file.getvalue()) == []


def test_no_cell_of_a_csv_is_a_formula(search: Search) -> None:
    """A user agent is written by anybody; a spreadsheet must not run it."""
    file = io.BytesIO()
    export.write(search, Asked(account=ACCOUNT), file, Wanted("csv", bom=True))
    data = file.getvalue()

    assert (data[:3], b",'=cmd()," in data, b",=cmd()," in data) == (export.BOM, True, False)


HOSTILE = [
    "=1+1", "+x", "-2", "@a", "\tz", "\rz", "a,b", 'q"q', "line\nbreak", "\r\n", "é漢字😀", " lead", "", "'", '""', "\\", "\x00", "\u202e", "x" * 5000,
    12, 1.5, True, None, ["=a", {"b": '"'}], {"a": "=", "b": [1]},
]  # fmt: skip


def hostile() -> Iterator[Found]:
    """An event with each of `HOSTILE` in a column, in the user, in what has no column, and as its channel."""
    for at, value in enumerate(HOSTILE):
        for name in ("userAgent", "errorCode", "userIdentity", "requestParameters"):
            whole = an_event(userIdentity={"userName": value, "type": "ram-user"}) | {name: value}
            channel = value if isinstance(value, str) else "cli"
            yield Found(at, 1, 0, "2026-03-01T09:00:00Z", channel, compact(whole).encode())


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def cell(whole: object, path: str) -> str:
    """What stands at `path`, text as it is and all else as JSON, so that no spreadsheet takes it for a formula."""
    for step in path.split("."):
        whole = whole.get(step, "") if isinstance(whole, dict) else ""
    text = whole if isinstance(whole, str) else compact(whole)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


@pytest.mark.parametrize("zone", ["", "Asia/Shanghai"])
def test_a_csv_is_to_the_byte_what_the_csv_module_writes(zone: str) -> None:
    """It is put together faster than that; whoever kept the digest of an export compares it with the next."""
    found = list(hostile())
    written, text = io.BytesIO(), io.StringIO()
    export._Csv(export._Hashing(written), Wanted("csv", zone=zone)).chunk(found)
    plain = csv.writer(text)
    plain.writerow(export.columns(zone))
    for one in found:
        whole = json.loads(one.event)
        times = [whole["eventTime"], *(["2026-03-01T16:00:00+08:00"] if zone else []), one.received]
        plain.writerow(
            [one.index, *times, cell({"": one.channel}, ""), *(cell(whole, path) for path in BY_PATH), one.event.decode()]
        )  # fmt: skip

    assert written.getvalue() == text.getvalue().encode()


class Growing(Paper):
    """A ledger whose `wait` never waits."""

    def wait(self, size: int, timeout_s: float) -> int:
        return self.size()


def test_a_tail_tells_what_is_wanted_of_ones_own_events_from_now_on() -> None:
    """Another account's event moves the place on, and is not told."""
    ledger = Growing([an_event("Old")])
    tail = Tail(ledger, ACCOUNT, parse("Call*"))
    ledger.write([an_event("Call1"), an_event("Other")])
    ledger.write([an_event("CallTheirs")], "9999999999999999")

    assert [(one.index, json.loads(one.event)["eventName"]) for one in tail.more()] == [(1, "Call1")]


def test_a_tail_may_be_asked_for_a_channel_and_tells_it() -> None:
    """The channel stands in no event; who watches the console's deeds asks for it as who searches does."""
    ledger = Growing()
    tail = Tail(ledger, ACCOUNT, parse("channel: console"))
    ledger.write([an_event("Call1", userAgent="aliyun-cli/3"), an_event("Call2", userAgent="Mozilla/5.0")])

    assert [(one.index, one.channel) for one in tail.more()] == [(1, "console")]


def test_a_tail_resumes_where_it_was_broken_off() -> None:
    """The id of a server-sent event is its index."""
    ledger = Growing([an_event(f"Call{number}") for number in range(5)])

    assert [one.index for one in Tail(ledger, ACCOUNT, parse(""), start=3).more()] == [3, 4]


def test_a_tail_tells_what_search_tells_of_declared_and_of_unmapped_events() -> None:
    """Who watches and who searches must not see two different records."""
    ledger = Growing()
    formats = declaring({"shop": {"eventName": "what"}})
    listener = Tail(ledger, ACCOUNT, parse(""), start=0, formats=formats)
    for seq, name in enumerate(("shop", "gone"), 1):
        ledger.held.append(a_line(seq, {"what": "SellCow"}, format=name))

    told = [json.loads(one.event)["eventName"] for one in listener.more()]

    assert told == ["SellCow", "Unmapped"]
