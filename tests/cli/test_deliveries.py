"""`actiontrail verify-delivery`: places, exit codes, what is told to people and to programs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.delivered import LOG, Delivered
from tests.kit.delivery import a_batch
from tests.kit.log import LogKit
from tests.kit.places import Peer, oss_bucket, s3_bucket

from actiontrail.cli import failure, main
from actiontrail.ledger import handover

KEY = ["--key", LOG.verifier.vkey]


@pytest.fixture
def bucket(tmp_path: Path) -> Delivered:
    return Delivered(tmp_path / "bucket")


def test_a_sound_folder_is_verified_and_what_is_not_shown_is_said(
    bucket: Delivered, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody may take a clean check for more than it is."""
    code = main.main(["verify-delivery", str(bucket.root), *KEY])
    told = capsys.readouterr().out

    assert (code, "VERIFIED: 27 events" in told, "could have been removed" in told) == (
        failure.OK,
        True,
        True,
    )


def test_a_damaged_folder_ends_with_the_code_of_corruption(
    bucket: Delivered, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scripts go by the code, people by the first line."""
    bucket.objects_of(1)[1].unlink()
    code = main.main(["verify-delivery", str(bucket.root), *KEY])
    told = capsys.readouterr().out

    assert (code, "[records 12,18, 2 events]" in told, "DAMAGED: 1 findings" in told) == (
        failure.CORRUPT,
        True,
        True,
    )


def test_with_json_everything_is_one_value(bucket: Delivered, capsys: pytest.CaptureFixture[str]) -> None:
    """For whoever keeps the answers."""
    bucket.remove_batch(3)
    code = main.main(["verify-delivery", str(bucket.root), *KEY, "--until", "40", "--json"])
    told = json.loads(capsys.readouterr().out)

    assert (code, told["clean"], told["findings"][0]["kind"], told["findings"][0]["indices"]) == (
        failure.CORRUPT,
        False,
        "missing newest",
        "30-39",
    )


def test_a_checkpoint_kept_in_a_file_shows_the_newest_batch_missing(
    bucket: Delivered, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`curl …/log/checkpoint` once a day is all that it takes."""
    (tmp_path / "kept").write_bytes(LogKit().add(*(b"%d" % number for number in range(40))).checkpoint())
    asked = ["verify-delivery", str(bucket.root), *KEY, "--checkpoint", str(tmp_path / "kept")]
    before = main.main(asked)
    bucket.remove_batch(3)

    assert (before, main.main(asked)) == (failure.OK, failure.CORRUPT)


def test_a_place_without_manifests_is_refused_and_not_called_clean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong prefix would otherwise be the cleanest bucket of all."""
    codes = [
        main.main(["verify-delivery", str(tmp_path), *KEY]),
        main.main(["verify-delivery", str(tmp_path / "x"), *KEY]),
    ]

    assert (codes, "is the prefix right?" in capsys.readouterr().err) == ([failure.REFUSED] * 2, True)


def test_a_prefix_may_stand_beside_the_place(bucket: Delivered, capsys: pytest.CaptureFixture[str]) -> None:
    """A tree that was downloaded whole has the trail's prefix in it."""
    name = bucket.root.name

    assert main.main(["verify-delivery", str(bucket.root.parent), "--prefix", name, *KEY]) == failure.OK


def test_another_key_believes_nothing(bucket: Delivered, capsys: pytest.CaptureFixture[str]) -> None:
    """Trust comes from outside."""
    stranger = LogKit(seed=b"\x01" * 32).verifier.vkey

    assert main.main(["verify-delivery", str(bucket.root), "--key", stranger]) == failure.CORRUPT


@pytest.mark.parametrize("trusted", ["old", "new"])
def test_a_delivery_across_a_handover_of_keys_is_verified(
    tmp_path: Path, trusted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Objects from before the new key stay good to whoever knows either key and the note between them."""
    bucket = Delivered(tmp_path / "bucket")
    new = LogKit(seed=b"\x02" * 32)
    (tmp_path / "note").write_bytes(handover.sign(LOG.origin, 0, b"\x00" * 32, LOG.signer, new.signer))
    key = LOG.verifier.vkey if trusted == "old" else new.verifier.vkey

    assert (
        main.main(["verify-delivery", str(bucket.root), "--key", key, "--handover", str(tmp_path / "note")])
        == failure.OK
    )


@pytest.fixture(params=["oss", "s3"])
def remote(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Peer]:
    with {"oss": oss_bucket, "s3": s3_bucket}[request.param](tmp_path) as opened:
        destination = opened.open()
        destination.put(a_batch())
        destination.close()
        yield opened


def options(remote: Peer) -> list[str]:
    """How the command reaches `remote`."""
    (reach,) = remote.ground.reach.values()
    told = ["--endpoint", reach.endpoint, "--region", reach.region, "--credentials", reach.credentials]
    return [remote.address, *KEY, *told, *(["--path-style"] if reach.path_style else [])]


def test_a_bucket_is_checked_where_it_is(remote: Peer, capsys: pytest.CaptureFixture[str]) -> None:
    """No download by hand."""
    assert main.main(["verify-delivery", *options(remote), "--until", "3"]) == failure.OK


def test_a_bucket_that_does_not_answer_is_no_clean_one(
    remote: Peer, capsys: pytest.CaptureFixture[str]
) -> None:
    """A check that could not look has shown nothing: an outage, and no verdict."""
    with remote.failing("outage"):
        assert main.main(["verify-delivery", *options(remote)]) == failure.OUT


def test_an_oss_bucket_without_a_region_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """It could be anywhere."""
    assert main.main(["verify-delivery", "oss://audit", *KEY]) == failure.REFUSED


def test_a_bucket_is_made_under_the_data_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a setting forbids that CreateTrail makes them."""
    data = tmp_path / "data"
    main.main(["init", "--data", str(data)])
    codes = [main.main(["bucket", name, "--data", str(data)]) for name in ("audit", "audit", "A/B")]

    assert (codes, (data / "buckets" / "audit").is_dir()) == ([failure.OK, failure.OK, failure.REFUSED], True)
