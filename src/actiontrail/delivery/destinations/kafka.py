"""A Kafka topic: one message for each event, keyed by its account, by librdkafka.

The producer is idempotent and waits for all replicas. A batch that is put again is there twice; headers
say which event of which run a message is, and `key_of` is what a reader drops repeats by.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from confluent_kafka import KafkaError, KafkaException, Producer

from actiontrail.delivery.batch import Batch
from actiontrail.delivery.cut import fitted
from actiontrail.delivery.destination import BadAddress, NoSuchPlace, PlaceDenied, PlaceOutage
from actiontrail.delivery.destinations.ground import Address, Ground
from actiontrail.delivery.identity import source

MESSAGE_BYTES_MAX = 900_000  # brokers take a million by default, headers included
WAITING_MAX = 10_000
SOURCE, INDEX, EVENT_ID = "actiontrail-source", "ledger-index", "event-id"
_GONE = {KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION}  # noqa: SLF001
_DENIED = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    KafkaError.SASL_AUTHENTICATION_FAILED,
    KafkaError._AUTHENTICATION,  # noqa: SLF001 - so they are called
    KafkaError.MSG_SIZE_TOO_LARGE,
    KafkaError.RECORD_LIST_TOO_LARGE,
    KafkaError.POLICY_VIOLATION,
    KafkaError.TOPIC_EXCEPTION,
}
_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


class _Id(msgspec.Struct):
    eventId: str = ""  # noqa: N815 - as it is on the wire


def open_kafka(address: Address, ground: Ground) -> "Topic":
    """The topic that `kafka://broker:9092,broker:9092/topic` names. Raises `BadAddress` or `NoCredentials`."""
    if not address.path or "/" in address.path:
        raise BadAddress(f"{address.text}: it is kafka://BROKER[,BROKER…]/TOPIC")
    reach = ground.of("kafka")
    known = address.credentials(reach)
    tls = address.option("tls", "false", among=("true", "false")) == "true"
    config: dict[str, Any] = {
        "bootstrap.servers": address.place,
        "client.id": "actiontrail",
        "enable.idempotence": True,
        "acks": "all",
        "compression.type": "zstd",
        "message.timeout.ms": round(reach.timeout_s * 1000),
        "socket.timeout.ms": max(10, round(reach.timeout_s * 1000)),
        "linger.ms": 5,
        "log_level": 0,
    }
    if known.secret:
        config |= {"sasl.username": known.id, "sasl.password": known.secret}
        config["sasl.mechanism"] = address.option("sasl", "PLAIN", among=_MECHANISMS)
    config["security.protocol"] = ("SASL_" if known.secret else "") + ("SSL" if tls else "PLAINTEXT")
    if tls and reach.ca_file:
        config["ssl.ca.location"] = reach.ca_file
    return Topic(config, address.path, reach.timeout_s)


class Topic:
    """One topic."""

    def __init__(self, config: dict[str, Any], topic: str, timeout_s: float) -> None:
        self._config, self._topic, self._timeout_s = config, topic, timeout_s
        self._producer: Producer | None = None

    def probe(self) -> None:
        """As `Destination.probe`; whether we may write is known only when we do, since a message cannot be taken back."""
        try:
            found = self._open().list_topics(self._topic, self._timeout_s).topics[self._topic]
        except KafkaException as error:
            raise failure(error.args[0], self._topic) from error
        if found.error is not None:
            raise failure(found.error, self._topic)

    def put(self, batch: Batch) -> None:
        """As `Destination.put`; what was put before is there twice, and droppable."""
        producer = self._open()
        failures: list[KafkaError] = []

        def answered(error: KafkaError | None, _message: object) -> None:
            if error is not None:
                failures.append(error)

        try:
            for key, value, headers in messages(batch):
                while len(producer) >= WAITING_MAX and not failures:
                    producer.poll(0.1)
                if failures:
                    break
                producer.produce(self._topic, value, key, headers=headers, on_delivery=answered)
                producer.poll(0)
            waiting = producer.flush(self._timeout_s + 5)
        except KafkaException as error:
            self.close()
            raise failure(error.args[0], self._topic) from error
        if failures or waiting:
            self.close()  # what still waits in it must not arrive behind a later try
            if failures:
                raise failure(failures[0], self._topic)
            raise PlaceOutage(f"the topic {self._topic} did not answer for {waiting} messages")

    def close(self) -> None:
        """Give connections back; what waits is dropped."""
        if self._producer is not None:
            self._producer.purge()
            self._producer.flush(0)
            self._producer = None

    def _open(self) -> Producer:
        if self._producer is None:
            self._producer = Producer(self._config)
        return self._producer


def messages(batch: Batch) -> Iterator[tuple[bytes, bytes, list[tuple[str, str | bytes | None]]]]:
    """Key, value and headers of each event of `batch`. Pure."""
    told = source(batch).encode()
    for event in batch.events:
        try:
            event_id = msgspec.json.decode(event.event, type=_Id).eventId
        except msgspec.ValidationError:
            event_id = ""
        headers: list[tuple[str, str | bytes | None]] = [
            (SOURCE, told),
            (INDEX, b"%d" % event.index),
            (EVENT_ID, event_id.encode()),
        ]
        yield event.account.encode(), fitted(event, MESSAGE_BYTES_MAX), headers


def key_of(headers: Iterable[tuple[str, bytes]]) -> tuple[bytes, bytes]:
    """What a message is known by: two with the same are one event, sent twice. Pure."""
    found = dict(headers)
    return found[SOURCE], found[INDEX]


def failure(error: KafkaError, topic: str) -> NoSuchPlace | PlaceDenied | PlaceOutage:
    """What `error` of a broker, or of the client, means to a trail. Pure."""
    told = f"the topic {topic}: {error.name()}: {error.str()}"
    if error.code() in _GONE:
        return NoSuchPlace(told)
    return PlaceDenied(told) if error.code() in _DENIED else PlaceOutage(told)
