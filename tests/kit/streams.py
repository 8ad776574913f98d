"""Receivers of streams for tests: syslog over TCP and TLS, a Kafka cluster, a webhook."""

import datetime as dt
import hashlib
import hmac
import ipaddress
import json
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.kit.http_peer import Answer, HttpPeer, Request
from tests.kit.processes import stopped

_FRAME = re.compile(rb"(\d+) ")
_HEAD = re.compile(
    r"<110>1 (\S+) actiontrail actiontrail - (\w+) "
    r'\[actiontrail@32473 source="((?:[^"\\\]]|\\.)*)" index="(\d+)" account="((?:[^"\\\]]|\\.)*)" region="((?:[^"\\\]]|\\.)*)"\] (\{.*\})',
    re.DOTALL,
)


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert, secret = folder / f"{name}.pem", folder / f"{name}.key"
    cert.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return cert, secret


class SyslogPeer:
    """Reads octet-counted messages to the end of each connection; `messages` are those of connections that ended well.

    `how` breaks connections: see `failing`.
    """

    def __init__(
        self, sealed: tuple[Path, Path] | None = None, unknown: tuple[Path, Path] | None = None
    ) -> None:
        self.messages: list[str] = []
        self.how = ""
        self._contexts = [_server_context(pair) if pair else None for pair in (sealed, unknown)]
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._closing.set()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        self._thread.join()
        self._socket.close()

    @contextmanager
    def failing(self, how: str) -> Iterator[None]:
        """Every connection fails so while this is entered."""
        self.how = how
        try:
            yield
        finally:
            self.how = ""

    def _run(self) -> None:
        while not self._closing.is_set():
            connection, _ = self._socket.accept()
            if self._closing.is_set():
                connection.close()
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        how = self.how
        with suppress(OSError), connection:
            if how == "no effect":
                _reset(connection)
                return
            if how == "outage":
                self._closing.wait(10)
                return
            context = self._contexts[1 if how == "denied" else 0]
            with context.wrap_socket(connection, server_side=True) if context else connection as talk:
                data = b""
                while part := talk.recv(65536):
                    data += part
                self.messages += list(split(data))
                if how == "with effect":
                    _reset(talk)
                elif isinstance(talk, ssl.SSLSocket):
                    talk.unwrap()


def split(data: bytes) -> Iterator[str]:
    """The messages in octet-counted `data`."""
    place = 0
    while found := _FRAME.match(data, place):
        end = found.end() + int(found[1])
        assert end <= len(data), "a message was cut short"
        yield data[found.end() : end].decode()
        place = end
    assert place == len(data)


def facts(message: str) -> tuple[tuple[str, str], str]:
    """What a syslog message is known by, and its event."""
    found = _HEAD.fullmatch(message)
    assert found, message[:300]
    return (found[3], found[4]), found[7]


def _server_context(pair: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    return context


def _reset(connection: socket.socket) -> None:
    """End the connection as a crashing program does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


_CLUSTER = """
import sys
from confluent_kafka import Producer
holder = Producer({"test.mock.num.brokers": 1, "log_level": 0})
brokers = holder.list_topics(timeout=20).brokers.values()
print(",".join(f"{one.host}:{one.port}" for one in brokers), flush=True)
sys.stdin.read()
"""


class KafkaPeer:
    """librdkafka's own mock cluster in a process, which can be stopped dead and woken."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CLUSTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self.brokers = self._process.stdout.readline().strip()

    def close(self) -> None:
        """Let the process end."""
        self._process.send_signal(signal.SIGCONT)
        self._process.communicate("", timeout=20)

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """No broker answers while this is entered."""
        with stopped(self._process.pid):
            yield

    def read(self, topic: str) -> list[tuple[bytes, bytes, list[tuple[str, bytes]]]]:
        """Every message of `topic`: key, value, headers."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.brokers,
                "group.id": "tests",
                "enable.partition.eof": True,
                "log_level": 0,
            }
        )
        found = []
        try:
            partitions = consumer.list_topics(topic, 20).topics[topic].partitions
            consumer.assign([TopicPartition(topic, number, 0) for number in partitions])
            ended = 0
            while ended < len(partitions):
                message = consumer.poll(20)
                assert message is not None
                if message.error():
                    ended += 1
                else:
                    found.append((message.key(), message.value(), message.headers()))
        finally:
            consumer.close()
        return found


class WebhookPeer(HttpPeer):
    """Takes batches whose signature is good (Standard Webhooks); repeats are kept."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.taken: list[tuple[str, list[dict[str, object]]]] = []
        super().__init__(self._take)

    def _take(self, request: Request) -> Answer:
        if request.path != "/hook":
            return Answer(404)
        identity, moment = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        text = f"{identity}.{moment}.".encode() + request.body
        good = b64encode(hmac.new(self._secret, text, hashlib.sha256).digest()).decode()
        if request.headers["webhook-signature"] != f"v1,{good}":
            return Answer(401)
        if not request.headers["content-type"].startswith("application/cloudevents-batch+json"):
            return Answer(415)
        if events := json.loads(request.body):
            self.taken.append((identity, events))
        return Answer(204)
