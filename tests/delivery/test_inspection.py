"""The check by the server: every attack that it claims to find, in every part of it, and what it must leave in peace."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.log import LogKit
from tests.kit.pavement import Shelf, Street

from actiontrail.delivery import inspection
from actiontrail.delivery.courier import Courier, Limits
from actiontrail.delivery.destination import NoObjects, PlaceOutage
from actiontrail.delivery.destinations import Ground, Reach, opener, reader
from actiontrail.delivery.destinations.folder import Folder
from actiontrail.delivery.inspection import BadPart, Inspections, Part, Stopped, Wanted
from actiontrail.delivery.trails import Trail

LOG = LogKit()
HOUR = 3600.0


class Signed(Shelf):
    """Records with true checkpoints."""

    def checkpoint(self) -> bytes:
        return LogKit().add(*self.lines_).checkpoint()


class Checked(Street):
    """A trail to a folder, whose batches hold four events, and who checks it."""

    def __init__(self, folder: Path, *, layout: str = "") -> None:
        self.bucket = folder / "shelf"
        self.bucket.mkdir(parents=True)
        ground = Ground(folder, {"file": Reach(endpoint=str(folder)), "kafka": Reach()}, LOG.signer)
        super().__init__(
            folder, limits=Limits(events=4, bytes=1 << 20, seconds=60), shelf=Signed(), open_=opener(ground)
        )
        self.address = f"file://{self.bucket}" + (f"?layout={layout}" if layout else "")
        self.inspections = Inspections(self.trails, self.shelf, reader(ground), (LOG.verifier,))
        self.made = self.trail(oss_bucket="", others=(self.address,))

    def whole(self, *, trail: Trail | None = None, **asked: object) -> list[Part]:
        """Every part of one check."""
        parts: list[Part] = []
        while not parts or parts[-1].next:
            after = parts[-1].next if parts else ""
            wanted = Wanted(after=after, **asked)  # type: ignore[arg-type] # a test's words
            parts.append(self.inspections.part(trail or self.made, wanted))
        return parts

    def objects(self) -> list[Path]:
        return sorted(path for path in self.bucket.rglob("*.gz"))

    def notes(self) -> list[Path]:
        return sorted(self.bucket.rglob("*.note"))


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Checked]:
    made = Checked(tmp_path)
    for _ in range(4):
        made.put(4)
        made.later()
        made.clock.now += HOUR
    yield made
    made.close()


def told(parts: list[Part]) -> list[tuple[str, str, str]]:
    """Kind, key and records of each finding."""
    return [(one.kind, one.key, one.indices) for part in parts for one in part.findings]


def test_a_sound_delivery_is_clean(street: Checked) -> None:
    """And its figures are those of what was delivered."""
    parts = street.whole()

    assert (
        told(parts),
        sum(part.objects for part in parts),
        sum(part.events for part in parts),
        sum(part.manifests for part in parts),
        [part.next for part in parts],
        parts[-1].until,
    ) == ([], 4, 16, 4, ["strangers", ""], 16)


@pytest.mark.parametrize("layout", ["ocsf-ndjson"])
def test_a_lake_is_checked_too(tmp_path: Path, layout: str) -> None:
    """Its objects have other names and the same manifests."""
    street = Checked(tmp_path, layout=layout)
    street.put(4)
    street.later()
    [victim] = street.bucket.rglob("*.zst")
    before = told(street.whole())
    victim.write_bytes(victim.read_bytes()[:-1])
    after = told(street.whole())
    street.close()

    assert (before, [kind for kind, _, _ in after]) == ([], ["truncated"])


def test_an_altered_object_is_named(street: Checked) -> None:
    """One bit is enough, and the records that it touches are told."""
    victim = street.objects()[2]
    body = bytearray(victim.read_bytes())
    body[-9] ^= 1
    victim.write_bytes(body)

    assert told(street.whole()) == [("altered", victim.relative_to(street.bucket).as_posix(), "8-11")]


def test_a_missing_object_is_named(street: Checked) -> None:
    """Whoever deletes one deletes the events in it."""
    victim = street.objects()[0]
    victim.unlink()

    assert told(street.whole()) == [("missing", victim.relative_to(street.bucket).as_posix(), "0-3")]


def test_an_added_object_is_named(street: Checked) -> None:
    """It lies among the others, and no manifest tells of it."""
    stranger = street.objects()[0].with_name("planted.gz")
    stranger.write_bytes(b"anything")

    assert told(street.whole()) == [("added", stranger.relative_to(street.bucket).as_posix(), "")]


def test_the_newest_batch_is_missed_with_its_manifest(street: Checked) -> None:
    """What nothing in the bucket can show: the courier knows that it was there."""
    street.objects()[3].unlink()
    street.notes()[3].unlink()

    assert [(kind, indices) for kind, _, indices in told(street.whole())] == [("missing newest", "12-15")]


def test_all_that_a_trail_delivered_is_missed(street: Checked) -> None:
    """Even where not one object is left."""
    for path in [*street.objects(), *street.notes()]:
        path.unlink()

    assert [(kind, indices) for kind, _, indices in told(street.whole())] == [("missing newest", "0-15")]


def test_a_manifest_between_others_is_missed(street: Checked) -> None:
    """Ranges join."""
    street.notes()[1].unlink()

    assert [(kind, indices) for kind, _, indices in told(street.whole())] == [
        ("missing manifest", "4-7"),
        ("added", ""),
    ]


def test_part_by_part_the_same_is_found(street: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what lies between two parts."""
    street.notes()[1].unlink()
    street.objects()[3].unlink()
    at_once = told(street.whole())
    monkeypatch.setattr(inspection, "PART_OBJECTS", 1)
    parts = street.whole()

    assert (sorted(told(parts)), len(parts) > 3, [part.until for part in parts]) == (
        sorted(at_once),
        True,
        [4, 12, 16, 16],
    )


def test_only_the_range_is_looked_at(street: Checked) -> None:
    """What was received in the second hour, and no other."""
    first, second = street.objects()[:2]
    first.unlink()
    start_ms = int((street.clock.now - 3 * HOUR - 61 * 3) * 1000)
    clean = street.whole(start_ms=start_ms - 1000, end_ms=start_ms + 1000)
    second.unlink()
    found = street.whole(start_ms=start_ms - 1000, end_ms=start_ms + 1000)

    assert (told(clean), sum(part.objects for part in clean), told(found)) == (
        [],
        1,
        [("missing", second.relative_to(street.bucket).as_posix(), "4-7")],
    )


def test_what_others_deliver_to_the_same_place_is_left_in_peace(street: Checked) -> None:
    """Another trail, and a backfill of this one, whose runs are their own."""
    other = street.trail("other-1", oss_bucket="", others=(street.address,))
    street.backfills.create(street.made, now=street.clock.now)
    street.put(4)
    street.later()

    assert (told(street.whole()), told(street.whole(trail=other))) == ([], [])


def test_a_batch_on_its_way_is_not_yet_due(street: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its objects are there before their manifest: no finding, but named."""
    put = Folder.put

    def broken(self: Folder, key: str, body: bytes, content_type: str) -> None:
        if key.endswith(".note"):
            raise PlaceOutage("away")
        put(self, key, body, content_type)

    monkeypatch.setattr(Folder, "put", broken)
    street.put(4)
    street.clock.now += 61
    [orders] = street.orders()
    courier = Courier(street.depot, orders)
    for _ in range(4):
        courier.step()
    parts = street.whole()
    arriving = set(parts[-1].arriving)

    assert (
        told(parts),
        len(arriving),
        arriving <= {one.relative_to(street.bucket).as_posix() for one in street.objects()},
        [(due.start, due.end) for due in parts[-1].due],
    ) == ([], 1, True, [(16, 20)])


def test_a_place_without_objects_cannot_be_checked(street: Checked) -> None:
    """Nothing that was sent to a topic comes back."""
    with pytest.raises(NoObjects):
        street.inspections.part(street.made, Wanted(address="kafka://broker:9092/audit"))


@pytest.mark.parametrize("after", ["../../etc/passwd", "AliyunLogs/Actiontrail-Manifest/2/other/x"])
def test_a_check_goes_on_from_its_own_places_alone(street: Checked, after: str) -> None:
    """Whoever asks chooses no other folder."""
    with pytest.raises(BadPart):
        street.inspections.part(street.made, Wanted(after=after))


def test_a_check_that_nobody_waits_for_ends(street: Checked) -> None:
    """In both of its parts."""
    for after in ("", "strangers"):
        with pytest.raises(Stopped):
            street.inspections.part(street.made, Wanted(after=after), stopped=lambda: True)
