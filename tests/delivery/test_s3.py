"""S3's protocol against a server in another process: object lock, encryption, wrong buckets, reading back."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit import s3
from tests.kit.delivery import a_batch, texts
from tests.kit.places import Peer, aim, outages, s3_bucket

from actiontrail.delivery.destination import BadAddress, NoSuchPlace
from actiontrail.delivery.destinations import Ground, Reach, open_bucket, open_destination

LOCK = b"""<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>
<Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>"""


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    with s3_bucket(tmp_path) as opened:
        yield opened


def test_a_bucket_with_object_lock_takes_a_batch_twice(peer: Peer) -> None:
    """A second version of the same bytes does no harm; nothing that was there is gone."""
    name, url = f"locked-{secrets.token_hex(8)}", peer.double.url
    s3.make_bucket(url, name, locked=True)
    s3.call(url, "PUT", f"/{name}?object-lock", LOCK)
    destination = open_destination(aim(f"s3://{name}/p"), peer.ground)
    destination.probe()
    destination.put(a_batch())
    destination.put(a_batch())
    destination.close()
    versions = s3.call(url, "GET", f"/{name}?versions").decode()
    bucket = open_bucket(f"s3://{name}/p", peer.ground)
    held = {entry.key: bucket.read(entry.key) for entry in bucket.entries("")}

    assert (len(held), versions.count("<Version>"), versions.count("<DeleteMarker>")) == (3, 6, 0)


def test_what_is_sent_names_its_sha256_and_how_it_is_encrypted(peer: Peer) -> None:
    """The service then refuses what lost its end on the way."""
    destination = open_destination(aim(peer.address, sse="KMS", kms_key_id="key-1"), peer.ground)
    destination.put(a_batch())
    destination.close()
    puts = [request.headers for request in peer.double.seen if request.method == "PUT"]

    assert {
        (
            "x-amz-checksum-sha256" in headers,
            headers.get("x-amz-server-side-encryption"),
            headers.get("x-amz-server-side-encryption-aws-kms-key-id"),
        )
        for headers in puts
    } == {(True, "aws:kms", "key-1")}


@pytest.mark.parametrize("fault", ["cut", "lost", "500", "503", "429"])
def test_any_broken_call_is_an_outage_and_the_next_try_makes_it_whole(peer: Peer, fault: str) -> None:
    """Each of the three puts of a batch is broken in turn."""
    broken = outages(peer, fault, calls=3)
    destination = peer.open()
    destination.put(a_batch())
    destination.close()

    assert (len(broken), peer.held()) == (3, texts(a_batch()))


def test_reading_a_bucket_that_is_not_there_says_so(peer: Peer) -> None:
    """An empty answer would look like everything deleted."""
    bucket = open_bucket("s3://nobody-has-this", peer.ground)
    with pytest.raises(NoSuchPlace):
        list(bucket.entries(""))
    with pytest.raises(NoSuchPlace):
        bucket.read("x")


def test_an_object_that_is_not_there_is_none(peer: Peer) -> None:
    """Which is what a check asks about."""
    assert open_bucket(peer.address, peer.ground).read("x") is None


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ("s3://A_B", {}),
        ("s3://audit", {"sse": "x"}),
        ("s3://audit", {"kms_key_id": "k"}),
        ("gs://audit", {"sse": "KMS"}),
    ],
)
def test_a_wrong_address_is_refused(tmp_path: Path, address: str, options: dict[str, str]) -> None:
    """Before any network."""
    with pytest.raises(BadAddress):
        open_destination(aim(address, **options), Ground(tmp_path, {"s3": Reach(), "gs": Reach()}))
