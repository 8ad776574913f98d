"""Every attack on delivered objects that we claim to find, by its name, and what cannot be found without help."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.delivered import LOG, Delivered, kept, told
from tests.kit.log import LogKit

from actiontrail.delivery import audit, manifest
from actiontrail.delivery.audit import Listed
from actiontrail.delivery.destinations.folder import Folder
from actiontrail.delivery.manifest import BadManifest
from actiontrail.ledger import checkpoint
from actiontrail.ledger.checkpoint import Checkpoint
from actiontrail.ledger.note import BadNote

ALTERATIONS = 2000 if os.environ.get("ACTIONTRAIL_SOAK") else 120


@pytest.fixture
def bucket(tmp_path: Path) -> Delivered:
    return Delivered(tmp_path / "bucket")


def test_a_sound_delivery_is_clean_and_says_how_far_it_reaches(bucket: Delivered) -> None:
    """Its figures are what an auditor writes down."""
    report = bucket.check(until=40, checkpoint=kept(40))

    assert (
        report.clean,
        report.manifests,
        report.objects,
        report.events,
        [(row.start, row.end) for row in report.runs],
    ) == (
        True,
        4,
        len(bucket.objects()),
        27,
        [(0, 40)],
    )


def test_a_missing_object_is_found_with_its_events(bucket: Delivered) -> None:
    """Who deletes one file deletes the events in it, and those are named."""
    victim = bucket.objects_of(1)[1]
    victim.unlink()

    assert told(bucket.check()) == [("missing", "12,18", 2)]


def test_an_altered_object_is_found_with_its_events(bucket: Delivered) -> None:
    """One bit is enough."""
    victim = bucket.objects_of(1)[1]
    body = bytearray(victim.read_bytes())
    body[len(body) // 2] ^= 1
    victim.write_bytes(body)

    assert told(bucket.check()) == [("altered", "12,18", 2)]


def test_a_truncated_object_is_found_with_its_events(bucket: Delivered) -> None:
    """A copy that broke off looks like this too."""
    victim = bucket.objects_of(1)[1]
    victim.write_bytes(victim.read_bytes()[:-7])

    assert told(bucket.check()) == [("truncated", "12,18", 2)]


def test_an_object_that_grew_is_found(bucket: Delivered) -> None:
    """A second gzip member behind the first would be read as more events."""
    victim = bucket.objects_of(1)[1]
    victim.write_bytes(victim.read_bytes() * 2)

    assert told(bucket.check()) == [("altered", "12,18", 2)]


def test_an_added_object_is_found(bucket: Delivered) -> None:
    """Events that never happened, under a name like any other."""
    model = bucket.objects()[0]
    forged = model.with_name(model.name.replace("_1002_", "_1002_9_"))
    forged.write_bytes(model.read_bytes())
    report = bucket.check()

    assert [(one.kind, one.key) for one in report.findings] == [("added", bucket.key(forged))]


def test_two_swapped_objects_are_found_and_told_from_altered_ones(bucket: Delivered) -> None:
    """Each is whole, and in the other's place: the day that somebody is asked about shows another."""
    one, other = bucket.objects_of(1)[0], bucket.objects_of(2)[0]
    first = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(first)

    assert [finding.kind for finding in bucket.check().findings] == ["swapped", "swapped"]


def test_an_object_under_another_name_is_missing_and_added(bucket: Delivered) -> None:
    """Moved to another day, it is not where anybody looks for it."""
    victim = bucket.objects_of(1)[1]
    victim.rename(victim.with_name("Actiontrail_x.gz"))

    assert sorted(finding.kind for finding in bucket.check().findings) == ["added", "missing"]


def test_a_batch_removed_from_the_middle_is_found_with_its_range(bucket: Delivered) -> None:
    """Objects and manifest together: the ranges of the others no longer join."""
    bucket.remove_batch(1)

    assert told(bucket.check()) == [("missing manifest", "10-19", None)]


def test_the_first_batch_removed_is_found_with_its_range(bucket: Delivered) -> None:
    """Every manifest says where its run began."""
    bucket.remove_batch(0)

    assert told(bucket.check()) == [("missing manifest", "0-9", None)]


def test_the_newest_batch_removed_cannot_be_known_from_the_bucket_alone(bucket: Delivered) -> None:
    """What is left is exactly what there was an hour ago, and the check says so instead of nothing."""
    bucket.remove_batch(3)
    report = bucket.check()

    assert (report.clean, "main 30" in report.not_shown[0]) == (True, True)


@pytest.mark.parametrize("asked", [{"until": 40}, {"checkpoint": kept(40)}, {"until": 40, "trail": "main"}])
def test_the_newest_batch_removed_is_found_by_what_was_kept_elsewhere(
    bucket: Delivered, asked: dict[str, object]
) -> None:
    """An index from GetTrailStatus, or the log's checkpoint, kept where the bucket's owner cannot reach."""
    bucket.remove_batch(3)

    assert told(bucket.check(**asked)) == [("missing newest", "30-39", None)]


def test_everything_removed_is_found_by_what_was_kept_elsewhere(bucket: Delivered) -> None:
    """An empty bucket agrees with itself perfectly."""
    for number in (3, 2, 1, 0):
        bucket.remove_batch(number)

    assert told(bucket.check(until=40)) == [("missing newest", "0-39", None)]


def test_a_bucket_rolled_back_is_found_by_what_was_kept_elsewhere(tmp_path: Path) -> None:
    """Yesterday's copy in today's place."""
    old = Delivered(tmp_path / "bucket", batches=2)

    assert told(old.check(checkpoint=kept(40))) == [("missing newest", "20-39", None)]


def test_the_newest_manifest_removed_alone_leaves_objects_that_nobody_names(bucket: Delivered) -> None:
    """Its objects give it away."""
    objects = bucket.objects_of(3)
    bucket.manifests()[3].unlink()

    assert [finding.kind for finding in bucket.check().findings] == ["added"] * len(objects)


def test_an_altered_manifest_is_found_with_its_range(bucket: Delivered) -> None:
    """To hide an object, its line was taken out; the signature does not allow it."""
    victim = bucket.manifests()[1]
    lines = victim.read_text().splitlines(keepends=True)
    victim.write_text("".join(lines[:2] + lines[3:]))
    kinds = [(finding.kind, finding.indices) for finding in bucket.check().findings]

    assert kinds[0] == ("altered manifest", "10-19")
    assert {kind for kind, _ in kinds[1:]} == {"added"}


def test_reordered_manifests_are_found(bucket: Delivered) -> None:
    """Two true manifests under each other's names."""
    one, other = bucket.manifests()[1:3]
    first = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(first)
    report = bucket.check()

    assert [finding.kind for finding in report.findings[:2]] == ["altered manifest"] * 2
    assert "belongs at" in report.findings[0].problem


def test_a_manifest_by_another_key_is_not_believed(bucket: Delivered, tmp_path: Path) -> None:
    """Anybody can sign, and only the trusted key counts."""
    stranger = LogKit(seed=b"\x01" * 32).signer
    victim = bucket.manifests()[1]
    victim.write_bytes(stranger.sign(victim.read_text().split("\n\n")[0] + "\n"))

    assert bucket.check().findings[0].kind == "altered manifest"


def test_a_manifest_of_another_trail_does_not_fill_a_gap(bucket: Delivered, tmp_path: Path) -> None:
    """Signed by the same key, over the same records, and of no use here."""
    other = Delivered(tmp_path / "other", trail="other")
    bucket.remove_batch(1)
    bucket.manifests()[0].with_name(other.manifests()[1].name).write_bytes(other.manifests()[1].read_bytes())
    report = bucket.check()

    assert {finding.kind for finding in report.findings} == {"altered manifest"}


def test_a_checkpoint_cannot_pass_for_a_manifest_nor_a_manifest_for_a_checkpoint(bucket: Delivered) -> None:
    """One key signs both; their first lines keep them apart."""
    signed = bucket.manifests()[0].read_bytes()
    with pytest.raises(checkpoint.BadCheckpoint):
        checkpoint.verify(signed, [LOG.verifier], LOG.origin)
    with pytest.raises(BadManifest):
        manifest.verify(LogKit().add(b"x").checkpoint(), [LOG.verifier])


def test_a_manifest_of_a_forked_log_is_found(bucket: Delivered) -> None:
    """The key's holder wrote another history: its checkpoint contradicts the one that was kept."""
    other = LogKit().add(*(b"other %d" % number for number in range(40)))
    forked = checkpoint.verify(other.checkpoint(), [LOG.verifier], LOG.origin)
    report = bucket.check(checkpoint=forked)

    assert [
        (finding.kind, "forked" in finding.problem) for finding in report.findings if finding.kind != "added"
    ] == [
        ("altered manifest", True),
        ("missing newest", False),
    ]


def test_overlapping_manifests_are_found(tmp_path: Path) -> None:
    """Two couriers of one trail at once would deliver events twice; one run tells of each record once."""
    Delivered(tmp_path / "bucket", batches=2)
    both = Delivered(tmp_path / "bucket", batches=1, first=5, run_start=0)

    assert [(finding.kind, finding.indices) for finding in both.check().findings] == [
        ("overlap", "5-9"),
        ("overlap", "10-14"),
    ]


def test_runs_and_trails_side_by_side_are_no_gap_and_no_overlap(tmp_path: Path) -> None:
    """A backfill of records that were delivered before, a second trail, and one made again under its name."""
    Delivered(tmp_path / "bucket", batches=3)
    Delivered(tmp_path / "bucket", batches=2, run="backfill-7")
    both = Delivered(tmp_path / "bucket", batches=2, first=100, trail="other", run="r9")

    assert (both.check().clean, [(row.trail, row.run, row.start, row.end) for row in both.check().runs]) == (
        True,
        [("main", "backfill-7", 0, 20), ("main", "r1", 0, 30), ("other", "r9", 100, 120)],
    )


def test_what_lies_beside_the_roots_is_somebody_elses(bucket: Delivered) -> None:
    """A bucket may hold other things."""
    (bucket.root / "readme.txt").write_text("hello")

    assert bucket.check().clean


def test_a_batch_that_arrives_while_one_looks_is_no_finding(bucket: Delivered) -> None:
    """Checking a bucket in use must not cry wolf."""
    late = bucket.manifests()[3]
    body = late.read_bytes()
    late.unlink()

    class Busy:
        """The manifest comes after the manifests were listed."""

        def __init__(self, inner: object) -> None:
            self.inner, self.listings = inner, 0

        def read(self, key: str) -> bytes | None:
            return self.inner.read(key)  # type: ignore[attr-defined, no-any-return]

        def entries(self, under: str) -> Iterator[Listed]:
            found = list(self.inner.entries(under))  # type: ignore[attr-defined]
            self.listings += 1
            if self.listings == 2:
                late.write_bytes(body)
            return iter(found)

    report = audit.check(Busy(Folder(bucket.root, create=False)), audit.Question((LOG.verifier,)))

    assert report.findings == ()


def test_no_random_alteration_goes_unseen(tmp_path: Path) -> None:
    """Bits, bytes, cuts, removals, copies, exchanges: each is found, and the sound copy raises no alarm."""
    sound = Delivered(tmp_path / "sound", batches=6)
    seed = int(os.environ.get("ACTIONTRAIL_SEED", "0")) or random.randrange(1 << 32)
    chance = random.Random(seed)
    files = [sound.key(path) for path in [*sound.objects(), *sound.manifests()]]
    bodies = {name: (sound.root / name).read_bytes() for name in files}
    unseen = []
    for number in range(ALTERATIONS):
        what, names = _alter(sound.root, chance, files, bodies)
        if sound.check(until=60).clean:
            unseen.append((number, what, names))
        for name in sound.root.rglob("*"):
            if name.is_file() and sound.key(name) not in bodies:
                name.unlink()
        for name in names:
            (sound.root / name).write_bytes(bodies[name])

    assert (unseen, sound.check(until=60).clean, f"seed {seed}") == ([], True, f"seed {seed}")


def _alter(
    root: Path, chance: random.Random, files: list[str], bodies: dict[str, bytes]
) -> tuple[str, list[str]]:
    """One alteration of one or two files: what it was, and which files it touched."""
    name = chance.choice(files)
    path, body = root / name, bodies[name]
    what = chance.choice(["bit", "byte", "cut", "grow", "remove", "copy", "exchange", "rename"])
    place = chance.randrange(len(body))
    if what == "bit":
        path.write_bytes(body[:place] + bytes([body[place] ^ (1 << chance.randrange(8))]) + body[place + 1 :])
    elif what == "byte":
        path.write_bytes(body[:place] + body[place + 1 :])
    elif what == "cut":
        path.write_bytes(body[:place])
    elif what == "grow":
        path.write_bytes(body + chance.randbytes(1 + chance.randrange(40)))
    elif what == "remove":
        path.unlink()
    elif what == "copy":
        path.with_name(f"x{path.name}").write_bytes(body)
    elif what == "rename":
        path.rename(path.with_name(f"x{path.name}"))
    else:
        other = chance.choice([one for one in files if bodies[one] != body])
        path.write_bytes(bodies[other])
        (root / other).write_bytes(body)
        return what, [name, other]
    return what, [name]


def test_a_manifest_says_what_it_says_in_one_way_only() -> None:
    """Text that could be read in two ways could be signed in one and believed in the other."""
    signed = LOG.signer.sign("actiontrail delivery manifest v1\n{}\n")
    with pytest.raises(BadManifest):
        manifest.verify(signed, [LOG.verifier])
    with pytest.raises(BadNote):
        manifest.verify(b"nothing", [LOG.verifier])


@pytest.mark.parametrize(
    ("text", "ranges"), [("5", [(5, 6)]), ("5-9", [(5, 10)]), ("0-1,3,7-8", [(0, 2), (3, 4), (7, 9)])]
)
def test_indices_are_written_and_read_alike(text: str, ranges: list[tuple[int, int]]) -> None:
    """Both directions from one table."""
    spelled = manifest.spans(index for start, end in ranges for index in range(start, end))

    assert (list(manifest.spread(text)), spelled) == (ranges, text)


@pytest.mark.parametrize("text", ["", "5-4", "5,5", "9,3", "5-5", "5-6,7", "05", "-1", "1-", "1;2"])
def test_indices_in_any_other_way_are_refused(text: str) -> None:
    """Also those that mean the same: a text has one spelling."""
    with pytest.raises(BadManifest):
        list(manifest.spread(text))


def test_checkpoints_in_manifests_must_cover_their_range(bucket: Delivered) -> None:
    """A manifest that tells of more than its checkpoint was signed too early, or is a forgery by the key's holder."""
    victim = bucket.manifests()[3]
    facts, items = manifest.verify(victim.read_bytes(), [LOG.verifier])
    short = LogKit().add(b"0").checkpoint().decode()
    forged = manifest.Manifest(facts.__class__(**{**_told(facts), "checkpoint": short}), items)
    victim.write_bytes(LOG.signer.sign(manifest.encode(forged)))

    assert "its checkpoint covers 1 records" in bucket.check().findings[0].problem


def _told(facts: manifest.Facts) -> dict[str, object]:
    return {name: getattr(facts, name) for name in facts.__struct_fields__}


def test_the_check_reads_only_checkpoints_of_its_log(bucket: Delivered) -> None:
    """Kept from another log, it says nothing of this one."""
    note = checkpoint.sign(Checkpoint("log.example/two", 1, b"\x00" * 32), LOG.signer)
    with pytest.raises(checkpoint.BadCheckpoint):
        checkpoint.verify(note, [LOG.verifier], LOG.origin)
