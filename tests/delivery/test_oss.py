"""OSS by its own client: encryption, retention, answers that break off, and rights that are missing."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.delivery import a_batch, texts
from tests.kit.places import Peer, aim, oss_bucket

from actiontrail.delivery.destination import BadAddress, PlaceDenied, PlaceOutage
from actiontrail.delivery.destinations import Ground, Reach, open_bucket, open_destination


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    with oss_bucket(tmp_path) as opened:
        yield opened


def put(peer: Peer, **options: str) -> None:
    destination = open_destination(aim(peer.address, **options), peer.ground)
    try:
        destination.put(a_batch())
    finally:
        destination.close()


def test_every_object_is_encrypted_as_the_trail_says(peer: Peer) -> None:
    """Manifests too: a key that must be used for all is used for all."""
    put(peer, sse="KMS", kms_key_id="9468da86-3509-4f8d-a61e-6eab1eac****")

    told = {
        (
            one.headers.get("x-oss-server-side-encryption"),
            one.headers.get("x-oss-server-side-encryption-key-id"),
        )
        for one in peer.double.buckets["audit"].objects.values()
    }
    assert told == {("KMS", "9468da86-3509-4f8d-a61e-6eab1eac****")}


def test_every_put_names_the_md5_of_what_it_brings(peer: Peer) -> None:
    """A body that lost its end on the way is refused by the service, not stored."""
    put(peer)

    puts = [request for request in peer.double.seen if request.method == "PUT"]
    assert [request.headers["content-md5"] for request in puts] == [
        base64.b64encode(hashlib.md5(request.body).digest()).decode() for request in puts
    ]


def test_a_batch_put_again_under_retention_is_found_to_be_there(peer: Peer) -> None:
    """A bucket that lets nothing be written over must not stop a courier that lost an answer."""
    peer.double.buckets["audit"].retained = True
    put(peer)
    put(peer)

    assert peer.held() == texts(a_batch())


def test_another_object_under_retention_is_told(peer: Peer) -> None:
    """Somebody was there first with the very name; nobody can put it right but a person."""
    put(peer)
    shelf = peer.double.buckets["audit"]
    shelf.retained = True
    key = next(key for key in shelf.objects if key.endswith(".gz"))
    shelf.objects[key].body = b"something else"

    with pytest.raises(PlaceDenied, match="another object"):
        put(peer)


def test_a_role_that_may_only_put_is_enough(peer: Peer) -> None:
    """The delivery policy of the service gives no right to read."""
    shelf = peer.double.buckets["audit"]
    shelf.readable, shelf.retained = False, True
    destination = peer.open()
    destination.probe()
    destination.put(a_batch())
    destination.put(a_batch())
    destination.close()

    assert peer.held() == texts(a_batch())


@pytest.mark.parametrize("fault", ["cut", "lost", "hang", "429", "500", "503"])
def test_any_broken_call_is_an_outage_and_the_next_try_makes_it_whole(
    peer: Peer, tmp_path: Path, fault: str
) -> None:
    """Each of the four puts of a batch is broken in turn."""
    reach = Reach(peer.double.url, "cn-hangzhou", f"file:{tmp_path}/oss.key", path_style=True, timeout_s=0.3)
    ground = Ground(tmp_path, {"oss": reach}, peer.ground.signer)
    outcomes = []
    for place in range(3):
        peer.double.faults.extend([""] * place + [fault])
        destination = open_destination(aim(peer.address), ground)
        try:
            destination.put(a_batch())
        except PlaceOutage as error:
            outcomes.append(error.retry_after)
        destination.close()
    put(peer)

    assert (outcomes, peer.held()) == ([7.0 if fault in {"429", "503"} else None] * 3, texts(a_batch()))


def test_a_download_that_breaks_off_is_an_outage_and_not_a_short_object(peer: Peer) -> None:
    """A check that took half an object for the object would accuse somebody of tampering."""
    put(peer)
    bucket = open_bucket(peer.address, peer.ground)
    (first, *_) = bucket.entries("AliyunLogs/Actiontrail/")
    peer.double.faults.append("half")
    with pytest.raises(PlaceOutage):
        bucket.read(first.key)
    bucket.close()


def test_a_listing_is_read_to_its_last_page(peer: Peer) -> None:
    """The peer tells of two objects a page."""
    put(peer)
    bucket = open_bucket(peer.address, peer.ground)
    found = [entry.key for entry in bucket.entries("")]
    bucket.close()

    assert [f"some/prefix/{key}" for key in found] == sorted(peer.double.buckets["audit"].objects)


def test_what_is_read_is_what_was_put(peer: Peer) -> None:
    """An object that is not there is none, and no error."""
    bucket = open_bucket(peer.address, peer.ground)
    bucket.put("a/b ü+", b"body", "text/plain")
    found = bucket.read("a/b ü+"), bucket.read("a/c")
    bucket.close()

    assert found == (b"body", None)


def test_a_wrong_secret_is_denied_and_never_told(peer: Peer) -> None:
    """The message stands in GetTrailStatus, where many read it."""
    wrong = aim(peer.address, ("LTAI5tOssPeer", "a-secret-nobody-may-see"))
    destination = open_destination(wrong, peer.ground)
    with pytest.raises(PlaceDenied, match="SignatureDoesNotMatch") as told:
        destination.probe()
    destination.close()

    assert "a-secret-nobody-may-see" not in f"{told.value} {wrong!r}"


def test_credentials_are_read_anew_for_each_call(peer: Peer, tmp_path: Path) -> None:
    """A role's key lives for an hour; whoever renews it writes the file, and nothing is restarted."""
    destination = peer.open()
    good = (tmp_path / "oss.key").read_text()
    (tmp_path / "oss.key").write_text('id = "LTAI5tOssPeer"\nsecret = "stale"\n')
    with pytest.raises(PlaceDenied):
        destination.put(a_batch())
    (tmp_path / "oss.key").write_text(good)
    destination.put(a_batch())
    destination.close()

    assert peer.held() == texts(a_batch())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"sse": "ROT13"}, "sse is one of"),
        ({"kms_key_id": "k"}, "goes with sse=KMS"),
        ({"layout": "tar"}, "layout is one of"),
        ({"colour": "red"}, "no option colour"),
    ],
)
def test_a_wrong_option_is_named(peer: Peer, options: dict[str, str], told: str) -> None:
    """Who typed it must find it."""
    with pytest.raises(BadAddress, match=told):
        open_destination(aim(peer.address, **options), peer.ground)
