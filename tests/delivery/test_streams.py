"""Kafka, syslog and webhooks to the letter: what a message holds, how it is signed, what each failure means."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import KafkaError
from tests.kit.delivery import ACCOUNT, a_batch, chosen
from tests.kit.places import Peer, aim, kafka_topic, webhook
from tests.kit.streams import facts, split

from actiontrail.delivery.destination import BadAddress, NoSuchPlace, PlaceDenied, PlaceOutage
from actiontrail.delivery.destinations import Ground, Reach, kafka, open_destination, syslog
from actiontrail.delivery.destinations import webhook as hooks
from actiontrail.delivery.destinations.webhook import Call


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Peer]:
    with webhook(tmp_path) as opened:
        yield opened


def test_a_message_of_kafka_is_keyed_by_its_account_and_says_which_event_it_is(tmp_path: Path) -> None:
    """One account's events stay in order, and a reader drops repeats by run and index."""
    with kafka_topic(tmp_path) as peer:
        destination = peer.open()
        destination.put(a_batch(chosen(41), start=40))
        destination.close()
        ((key, value, headers),) = peer.double.read(peer.address.rsplit("/", 1)[1])

    assert (key, json.loads(value)["eventId"], headers) == (
        ACCOUNT.encode(),
        "E-41",
        [
            ("actiontrail-source", f"{ACCOUNT}/main/r1".encode()),
            ("ledger-index", b"41"),
            ("event-id", b"E-41"),
        ],
    )


def test_a_batch_larger_than_what_may_wait_is_all_there(tmp_path: Path) -> None:
    """The producer's queue is bounded, and waiting for room loses nothing."""
    batch = a_batch(*(chosen(index) for index in range(25_000)))
    with kafka_topic(tmp_path) as peer:
        destination = peer.open()
        destination.put(batch)
        destination.close()
        found = {
            int(dict(headers)["ledger-index"])
            for _, _, headers in peer.double.read(peer.address.rsplit("/", 1)[1])
        }

    assert found == set(range(25_000))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (KafkaError.UNKNOWN_TOPIC_OR_PART, NoSuchPlace),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, PlaceDenied),
        (KafkaError.SASL_AUTHENTICATION_FAILED, PlaceDenied),
        (KafkaError.MSG_SIZE_TOO_LARGE, PlaceDenied),
        (KafkaError.NOT_ENOUGH_REPLICAS, PlaceOutage),
        (KafkaError._MSG_TIMED_OUT, PlaceOutage),
    ],
)
def test_an_error_of_kafka_is_of_one_kind(code: int, kind: type[Exception]) -> None:
    """A trail that is denied tells a person; one whose place is out tries again."""
    assert type(kafka.failure(KafkaError(code), "audit")) is kind


def test_an_event_with_an_id_that_is_none_is_sent_all_the_same() -> None:
    """Sources are strange, and a batch may not stick on one of them."""
    ((_, _, headers),) = kafka.messages(a_batch(chosen(1, eventId=[1])))

    assert dict(headers)["event-id"] == b""


def test_a_frame_of_syslog_counts_octets_and_says_which_event_it_is() -> None:
    """Characters are not octets: a reader that trusts the count must not lose the next message."""
    data = b"".join(syslog.frames(a_batch(chosen(1, errorMessage="拒绝"), chosen(2)), 1 << 16))

    assert [(identity, json.loads(event)["eventId"]) for identity, event in map(facts, split(data))] == [
        ((f"{ACCOUNT}/main/r1", "1"), "E-1"),
        ((f"{ACCOUNT}/main/r1", "2"), "E-2"),
    ]


def test_what_a_source_says_cannot_end_the_data_of_a_frame() -> None:
    """A region of `"] ` would forge the rest of the message."""
    (message,) = split(b"".join(syslog.frames(a_batch(chosen(1, region='x"] \\')), 1 << 16)))

    assert 'region="x\\"\\] \\\\"' in message


def test_a_frame_of_syslog_is_bounded() -> None:
    """Receivers cut longer messages off."""
    (frame,) = syslog.frames(a_batch(chosen(1, requestParameterJson="x" * 100_000)), 4096)

    assert len(frame) <= 4096 + len("4096 ")


@pytest.mark.parametrize(
    "address",
    ["syslog+tcp://h:0", "syslog+tcp://h/p", "syslog+tcp://h?bytes_max=1", "kafka://b", "kafka://b/x/y"],
)
def test_an_address_of_a_stream_that_says_too_little_or_too_much_is_refused(
    tmp_path: Path, address: str
) -> None:
    """Whoever typed it is told before a trail is made."""
    with pytest.raises(BadAddress):
        open_destination(aim(address), Ground(tmp_path, {"kafka": Reach(), "syslog+tcp": Reach()}))


def test_a_call_is_signed_as_standard_webhooks_has_it() -> None:
    """The example of the specification's page."""
    call = Call("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}')
    headers = hooks.signed(call, hooks.key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), 1614265330)

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_call_put_again_has_the_same_id_and_body(receiver: Peer) -> None:
    """By the id a receiver knows a repeat without looking into it."""
    assert list(hooks.calls(a_batch())) == list(hooks.calls(a_batch()))


def test_an_event_is_a_cloud_event(receiver: Peer) -> None:
    """Every attribute that the specification asks for, and those by which we route."""
    destination = receiver.open()
    destination.put(a_batch(chosen(7), start=5))
    destination.close()
    ((identity, (event,)),) = receiver.double.taken
    event.pop("data")

    assert (identity, event) == (
        f"{ACCOUNT}/main/r1/5-8/0",
        {
            "specversion": "1.0",
            "id": "7",
            "source": f"/actiontrail/{ACCOUNT}/main/r1",
            "type": "actiontrail.event.management",
            "time": "2026-09-25T07:04:05.000Z",
            "datacontenttype": "application/json",
            "account": ACCOUNT,
            "region": "cn-hangzhou",
        },
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("302", PlaceDenied),
        ("400", PlaceDenied),
        ("401", PlaceDenied),
        ("404", NoSuchPlace),
        ("410", NoSuchPlace),
        ("408", PlaceOutage),
        ("429", PlaceOutage),
        ("500", PlaceOutage),
        ("503", PlaceOutage),
    ],
)
def test_a_status_of_a_receiver_is_of_one_kind(receiver: Peer, status: str, kind: type[Exception]) -> None:
    """A redirect is not followed: it would take signed events to a place that nobody named."""
    receiver.double.faults.append(status)
    destination = receiver.open()
    with pytest.raises(kind):
        destination.put(a_batch())
    destination.close()


def test_a_receiver_that_hangs_or_breaks_off_is_an_outage(receiver: Peer, tmp_path: Path) -> None:
    """A time-out is no answer, and neither is half a one."""
    receiver.double.faults.extend(["hang", "lost", "cut"])
    destination = open_destination(
        aim(receiver.address, ("", "a shared secret")),
        Ground(tmp_path, {"http": Reach(timeout_s=0.2)}),
    )
    outages = 0
    for _ in range(3):
        try:
            destination.put(a_batch())
        except PlaceOutage:
            outages += 1
    destination.close()

    assert outages == 3


def test_a_webhook_without_a_secret_is_refused_and_its_path_not_told(tmp_path: Path) -> None:
    """An unsigned event could be anybody's; and the path of such an address is often the only password."""
    with pytest.raises(BadAddress) as told:
        open_destination(aim("https://hooks.example/T000/B000/secret"), Ground(tmp_path, {"https": Reach()}))

    assert "secret/" not in str(told.value).replace("a secret", "")
    assert "T000" not in str(told.value)
