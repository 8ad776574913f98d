"""Exports in the background: whole, counted, hashed, taken up again, and gone in time."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.kit.projection import ACCOUNT, Paper, a_projection, an_event

from actiontrail.event.selector import SelectorError
from actiontrail.query import export, exportjobs
from actiontrail.query.engine import Limits
from actiontrail.query.export import Wanted
from actiontrail.query.exportjobs import (
    DONE,
    FAILED,
    KEPT_MAX,
    Asker,
    Exports,
    Job,
    NoSuchExport,
    NotDone,
    TooManyExports,
)
from actiontrail.query.search import Asked, OutOfRange, Search

OTHER = "9999999999999999"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def ledger() -> Paper:
    return Paper([an_event(f"Call{number % 7}", eventId=f"e-{number}") for number in range(5_000)])


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory, ledger: Paper) -> Iterator[Search]:
    projection = a_projection(tmp_path_factory.mktemp("jobs"), ledger)
    yield Search(projection, limits=Limits(), rows_max=1000)
    projection.close()


@pytest.fixture
def exports(search: Search, tmp_path: Path) -> Iterator[Exports]:
    made = Exports(search, tmp_path / "exports", now=Clock())
    yield made
    made.stop()


def ended(exports: Exports, job: Job) -> Job:
    pause = threading.Event()
    for _ in range(1200):
        if (found := exports.job(job.account, job.id)).ended:
            return found
        pause.wait(0.05)
    raise AssertionError(f"not within 60 s: {found}")


@pytest.mark.parametrize("form", export.TYPES)
def test_a_whole_export_is_counted_and_hashed(exports: Exports, form: str) -> None:
    """More than any part may hold is one file; whoever has it can count it and hash it."""
    exports.start()
    job = ended(
        exports, exports.begin(Asked(account=ACCOUNT, query="not Call0"), Wanted(form), Asker("alice"))
    )
    _, path = exports.file(ACCOUNT, job.id)
    data = path.read_bytes()

    assert (job.state, job.rows, job.size, job.sha256) == (
        DONE,
        5_000 - 715,
        len(data),
        hashlib.sha256(data).hexdigest(),
    )


def test_what_was_interrupted_begins_again_and_is_the_same(
    search: Search, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that was killed loses nobody's export; what arrived meanwhile is not in it."""
    first = Exports(search, tmp_path / "exports")
    asked = Asked(account=ACCOUNT)
    whole = ended_after(first, lambda: first.begin(asked, Wanted("jsonl"), Asker("")))
    second = Exports(search, tmp_path / "exports")
    monkeypatch.setattr(exportjobs, "TOLD_SECONDS", 0)
    broken = threading.Event()
    change = second._change

    def breaks(job: Job, **change_: Any) -> None:
        change(job, **change_)
        if change_.get("rows"):
            second._stopping = True
            broken.set()

    monkeypatch.setattr(second, "_change", breaks)
    job = second.begin(asked, Wanted("jsonl"), Asker(""))
    second.start()
    assert broken.wait(30)
    second.stop()
    left = second.job(ACCOUNT, job.id)
    third = Exports(search, tmp_path / "exports")
    again = ended_after(third, lambda: job)

    assert (left.state, left.rows > 0, left.ended) == ("running", True, 0.0)
    assert (again.state, again.sha256) == (DONE, whole.sha256)


def ended_after(exports: Exports, begin: Callable[[], Job]) -> Job:
    job = begin()
    exports.start()
    try:
        return ended(exports, job)
    finally:
        exports.stop()


def test_an_export_is_its_accounts_alone(exports: Exports) -> None:
    """Not by its id either."""
    exports.start()
    job = ended(exports, exports.begin(Asked(account=ACCOUNT, query="Call1"), Wanted("csv"), Asker("alice")))
    exports.drop(OTHER, job.id)
    with pytest.raises(NoSuchExport):
        exports.file(OTHER, job.id)

    assert (exports.jobs(OTHER), [one.id for one in exports.jobs(ACCOUNT)]) == ([], [job.id])


def test_exports_are_kept_for_a_day(search: Search, tmp_path: Path) -> None:
    """A forgotten export does not fill the disk for ever; one that is dropped goes at once."""
    clock = Clock()
    exports = Exports(search, tmp_path / "exports", now=clock)
    exports.start()
    jobs = [exports.begin(Asked(account=ACCOUNT, query=f"Call{n}"), Wanted(), Asker("")) for n in range(3)]
    for job in jobs:
        ended(exports, job)
    exports.drop(ACCOUNT, jobs[0].id)
    left = [len(exports.jobs(ACCOUNT))]
    clock.now += exportjobs.KEPT_SECONDS
    left.append(len(exports.jobs(ACCOUNT)))
    exports.stop()

    assert (left, list((tmp_path / "exports" / ACCOUNT).iterdir())) == ([2, 0], [])


def test_an_account_keeps_so_many_and_no_more(exports: Exports) -> None:
    """Nobody's exports take the disk of everybody."""
    for _ in range(KEPT_MAX):
        exports.begin(Asked(account=ACCOUNT), Wanted(), Asker(""))
    with pytest.raises(TooManyExports):
        exports.begin(Asked(account=ACCOUNT), Wanted(), Asker(""))

    assert exports.begin(Asked(account=OTHER), Wanted(), Asker("")).account == OTHER


@pytest.mark.parametrize(
    ("asked", "wanted", "error"),
    [
        (Asked(account=ACCOUNT, query="a: )"), Wanted(), SelectorError),
        (Asked(account=ACCOUNT), Wanted("xlsx"), OutOfRange),
        (Asked(account=ACCOUNT), Wanted("csv", zone="Asia/Atlantis"), OutOfRange),
        (Asked(account=ACCOUNT), Wanted("csv", zone="../../etc/passwd"), OutOfRange),
    ],
)
def test_what_cannot_be_exported_is_refused_at_once(
    exports: Exports, asked: Asked, wanted: Wanted, error: type[Exception]
) -> None:
    """Not an hour later."""
    with pytest.raises(error):
        exports.begin(asked, wanted, Asker(""))

    assert exports.jobs(ACCOUNT) == []


def test_an_export_that_fails_says_why_and_which_request_asked_for_it(search: Search, tmp_path: Path) -> None:
    """A full disk, for one; and there is no half a file to be taken for the whole."""
    full = Exports(search, tmp_path / "exports", free_bytes_min=2**62)
    job = ended_after(full, lambda: full.begin(Asked(account=ACCOUNT), Wanted(), Asker("alice", "R-1")))
    with pytest.raises(NotDone, match="the disk has"):
        full.file(ACCOUNT, job.id)

    assert (job.state, job.fault, job.request, "export_free_bytes_min" in job.error) == (FAILED, "DiskFull", "R-1", True)  # fmt: skip


def test_a_disk_that_fills_meanwhile_ends_the_export(
    search: Search, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it leaves is for the record, however long it is at work."""
    monkeypatch.setattr(exportjobs, "TOLD_SECONDS", 0)
    filling = Exports(search, tmp_path / "exports")
    change = filling._change

    def fills(job: Job, **told: Any) -> None:
        filling._free_bytes_min = 2**62 if told.get("state") == "running" else 0
        change(job, **told)

    need = filling._need_room
    looked: list[int] = []

    def looks() -> None:
        looked.append(1)
        if len(looked) > 1:
            need()

    monkeypatch.setattr(filling, "_change", fills)
    monkeypatch.setattr(filling, "_need_room", looks)
    job = ended_after(filling, lambda: filling.begin(Asked(account=ACCOUNT), Wanted(), Asker("alice")))

    assert (job.state, job.fault, len(looked)) == (FAILED, "DiskFull", 2)


def test_a_tables_columns_name_the_zones_of_their_times(search: Search, tmp_path: Path) -> None:
    """Nobody should have to guess which clock a column was read from."""
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        export.write(search, Asked(account=ACCOUNT, query="e-1"), file, Wanted("csv", zone="Asia/Shanghai"))
    names, row = (line.split(",")[:4] for line in path.read_text().splitlines()[:2])

    assert dict(zip(names, row, strict=True)) == {
        "index": "1",
        "eventTime (UTC)": "2026-03-01T08:00:00Z",
        "eventTime (Asia/Shanghai)": "2026-03-01T16:00:00+08:00",
        "receivedTime (UTC)": "2026-03-01T09:00:02.000000Z",
    }
