"""fsck: nothing altered goes unseen, nothing sound is accused."""

import dataclasses
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.ledger import SMALL, LedgerKit, candidates, fsck_of

from actiontrail.event.record import order
from actiontrail.ledger import fsck
from actiontrail.ledger import segment as segments
from actiontrail.ledger.walk import UNFINISHED

ROUNDS = 2000 if os.environ.get("ACTIONTRAIL_SOAK") else 60


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record of 1,500 events of three accounts in sealed and open segments, closed in good order."""
    kit = LedgerKit(tmp_path_factory.mktemp("sound") / "data", limits=SMALL)
    for start in range(0, 1500, 300):
        if start == 1200:  # the last segment is to hold many rounds
            kit.limits = dataclasses.replace(SMALL, segment_bytes=1 << 24)
        sequencer = kit.open()
        for at in range(start, start + 300, 100):
            kit.record(
                candidates(at, at + 50, account="1"),
                candidates(at + 50, at + 90, account="2"),
                candidates(at + 90, at + 100, account="3"),
            )
        if start < 1200:
            while sequencer.stats().sealing and sequencer._sealer:
                sequencer._sealer.join()
                sequencer._seal_soon()
        kit.close()
    return kit.data


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "data"))


def stored(data: Path) -> list[Path]:
    """The files whose every byte fsck answers for."""
    return sorted([*(data / "ledger").rglob("*"), data / "lock.sqlite"])


def test_a_sound_record_is_clean(copy: Path) -> None:
    """An alarm without a cause teaches people to ignore the next."""
    report = fsck_of(copy)
    assert (report.clean, report.findings, report.records, report.closed) == (True, (), 1500, True)


def test_a_large_record_is_checked_by_several_processes_with_the_same_result(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How fast it is must not change what it finds."""
    path = sorted((copy / "ledger" / "segments").glob("*.seg"))[1]
    path.write_bytes(path.read_bytes().replace(b"ATR1", b"ATR2", 1))
    alone = fsck_of(copy)
    monkeypatch.setattr(fsck, "_SPAWN_BYTES", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert (fsck_of(copy), alone.clean) == (alone, False)


def test_the_record_has_sealed_and_open_segments(copy: Path) -> None:
    """The other tests of this module would show less without both."""
    kinds = {one.sealed for one in segments.listing(copy / "ledger" / "segments")}
    assert kinds == {True, False}


def _alterations(rng: random.Random, data: Path) -> Iterator[str]:
    """One random alteration of one stored file; yields what was done."""
    path = rng.choice([path for path in stored(data) if path.is_file() and path.stat().st_size])
    content = bytearray(path.read_bytes())
    at = rng.randrange(len(content))
    if path.name == "lock.sqlite":
        while (
            24 <= at < 28 or 92 <= at < 100
        ):  # SQLite's own counters and version: they say nothing of the lock
            at = rng.randrange(len(content))
    kind = rng.choice(["bit", "bit", "bit", "swap", "cut", "add", "zero", "lose"])
    if kind == "swap":
        other = rng.randrange(len(content))
        if content[at] == content[other] or path.name == "lock.sqlite":
            kind = "bit"
        else:
            content[at], content[other] = content[other], content[at]
    if kind == "bit":
        content[at] ^= 1 << rng.randrange(8)
    elif kind == "cut":
        del content[at:]
    elif kind == "add":
        content += rng.randbytes(rng.randrange(1, 50))
    elif kind == "zero":
        content[at] = (content[at] + 1 + rng.randrange(255)) % 256
    if kind == "lose":
        path.unlink()
    else:
        path.write_bytes(content)
    yield f"{kind} of {path.relative_to(data)} at {at}"


def test_random_alterations_of_any_stored_file_are_all_found(sound: Path, tmp_path: Path) -> None:
    """A bit, two bytes exchanged, a cut, bytes added, a file lost: wherever it is."""
    rng = random.Random(os.environ.get("ACTIONTRAIL_SEED", "7"))
    missed = []
    copy = Path(shutil.copytree(sound, tmp_path / "data"))
    for _ in range(ROUNDS):
        before = {path: path.read_bytes() for path in stored(copy) if path.is_file()}
        done = list(_alterations(rng, copy))
        if fsck_of(copy).clean:
            missed += done
        for path, content in before.items():
            path.write_bytes(content)
    assert (missed, fsck_of(copy).findings) == ([], ())


def test_two_segments_exchanged_are_found(copy: Path) -> None:
    """Each is true in itself; their places are not."""
    first, second = sorted((copy / "ledger" / "segments").glob("*.seg"))[:2]
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    assert not fsck_of(copy).clean


def test_two_frames_exchanged_are_found(copy: Path) -> None:
    """Each is true in itself; their order is not."""
    path = sorted((copy / "ledger" / "segments").glob("*.open"))[-1]
    data = path.read_bytes()
    first = segments.parse_header(data).bytes
    second = segments.parse_header(data[first:]).bytes
    path.write_bytes(data[first : first + second] + data[:first] + data[first + second :])
    assert not fsck_of(copy).clean


def test_a_record_taken_out_is_found_and_its_account_named(copy: Path) -> None:
    """Whoever can write a true frame still cannot hide that one record is gone."""
    path = sorted((copy / "ledger" / "segments").glob("*.open"))[-1]
    data = path.read_bytes()
    frame = segments.parse_header(data)
    lines = segments.lines_of(data[: frame.bytes], frame)
    account, _ = order(lines.pop(5))
    raw = b"\n".join(lines) + b"\n"
    path.write_bytes(segments.encode(frame.first, raw, len(lines)) + data[frame.bytes :])
    report = fsck_of(copy)
    told = [(finding.start, account.decode() in finding.problem) for finding in report.findings]
    assert (report.clean, (frame.first, True) in told) == (False, True)


def test_a_damaged_frame_names_its_place_its_records_and_the_accounts_touched(copy: Path) -> None:
    """One flipped bit costs one frame, and the finding says which records that were and whose."""
    path = sorted((copy / "ledger" / "segments").glob("*.seg"))[0]
    data = bytearray(path.read_bytes())
    frame = segments.parse_header(bytes(data))
    data[frame.bytes - 1] ^= 1
    path.write_bytes(data)
    finding = fsck_of(copy).findings[0]
    assert (finding.place, finding.offset, finding.start, finding.end) == (
        f"segments/{path.name}",
        0,
        frame.first,
        frame.end,
    )
    assert finding.accounts


@pytest.mark.parametrize("place", ["ledger/segments", "ledger/tile", "ledger/checkpoint", "lock.sqlite"])
def test_one_place_put_back_to_an_older_state_is_found(sound: Path, tmp_path: Path, place: str) -> None:
    """Everything in it is signed and true, and older than the rest."""
    kit = LedgerKit(tmp_path / "data")
    kit.open()
    kit.record(candidates(0, 300))
    kit.close()
    older = tmp_path / "older"
    shutil.copytree(kit.data, older)
    kit.open()
    kit.record(candidates(300, 301))
    kit.close()
    path = kit.data / place
    if path.is_dir():
        shutil.rmtree(path)
        shutil.copytree(older / place, path)
    else:
        shutil.copy(older / place, path)
    assert not kit.fsck().clean


def test_tiles_are_rebuilt_when_asked_and_only_then(copy: Path) -> None:
    """Everything in them follows from the records."""
    (copy / "ledger" / "tile" / "0").write_bytes(b"x" * 77)
    (copy / "ledger" / "tile" / "1").unlink()
    (copy / "ledger" / "tile" / "9").write_bytes(b"")
    reports = [fsck_of(copy), fsck_of(copy, rebuild_tiles=True), fsck_of(copy)]
    assert [(report.clean, report.rebuilt) for report in reports] == [
        (False, False),
        (False, True),
        (True, False),
    ]


def test_an_unfinished_round_is_told_apart_from_damage(tmp_path: Path) -> None:
    """A frame that the lock does not know of was never acknowledged."""
    kit = LedgerKit(tmp_path / "data")
    kit.open()
    kit.record(candidates(0, 30), candidates(30, 60))
    shutil.copytree(kit.data, tmp_path / "copy")
    kit.close()
    path = next((tmp_path / "copy" / "ledger" / "segments").glob("*.open"))
    with path.open("ab") as file:
        file.write(segments.encode(60, b"{}\n", 1)[:-1])
    report = fsck_of(tmp_path / "copy")
    assert (report.clean, {finding.kind for finding in report.findings}) == (True, {UNFINISHED})
