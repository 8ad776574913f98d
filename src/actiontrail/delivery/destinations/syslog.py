"""Syslog (RFC 5424) over TCP or TLS, octet-counted (RFC 6587, RFC 5425).

Syslog has no acknowledgement. So each batch has a connection of its own that is closed in good order: the
receiver ends it only when it has read to the end, and until then the batch is not put. That shows that
its program has all of it, not that it is on its disk.
"""

import os
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

from actiontrail.delivery.batch import Batch, Chosen
from actiontrail.delivery.cut import fitted
from actiontrail.delivery.destination import BadAddress, NoSuchPlace, PlaceDenied, PlaceOutage
from actiontrail.delivery.destinations.ground import Address, Ground
from actiontrail.delivery.identity import source

PORT = {"syslog+tcp": 601, "syslog+tls": 6514}
PRIORITY = 13 * 8 + 6  # log audit, informational
ENTERPRISE = 32473  # the number that RFC 5612 keeps for examples; we have none of our own
BYTES_MAX = 64 << 10
_CHUNK = 64 << 10


def open_syslog(address: Address, ground: Ground) -> "Syslog":
    """The receiver that `syslog+tcp://host[:port]` or `syslog+tls://…` names. Raises `BadAddress`."""
    host, _, port = address.place.rpartition(":")
    if not host:
        host, port = address.place, str(PORT[address.scheme])
    if address.path or not port.isdigit() or not 0 < int(port) < 1 << 16:
        raise BadAddress(f"{address.text}: it is {address.scheme}://HOST or {address.scheme}://HOST:PORT")
    reach = ground.of(address.scheme)
    context = None
    if address.scheme == "syslog+tls":
        try:
            context = ssl.create_default_context(cafile=reach.ca_file or None)
        except OSError as error:
            raise BadAddress(
                f"{address.text}: the certificates in {reach.ca_file} cannot be read: {error}"
            ) from error
    bytes_max = address.option("bytes_max", str(BYTES_MAX))
    if not bytes_max.isdigit() or int(bytes_max) < 2048:
        raise BadAddress(f"{address.text}: bytes_max is a number of bytes, at least 2048")
    return Syslog((host.strip("[]"), int(port)), context, reach.timeout_s, int(bytes_max))


class Syslog:
    """One receiver."""

    def __init__(
        self, place: tuple[str, int], context: ssl.SSLContext | None, timeout_s: float, bytes_max: int
    ) -> None:
        self._place, self._context, self._timeout_s, self._bytes_max = place, context, timeout_s, bytes_max

    def probe(self) -> None:
        """As `Destination.probe`: connects, and leaves without a word."""
        self._send(iter(()))

    def put(self, batch: Batch) -> None:
        """As `Destination.put`; what was put before is there twice, and droppable."""
        if batch.events:
            self._send(frames(batch, self._bytes_max))

    def close(self) -> None:
        """Nothing is held between batches."""

    def _send(self, parts: Iterator[bytes]) -> None:
        told = f"{self._place[0]}:{self._place[1]}"
        try:
            with socket.create_connection(self._place, self._timeout_s) as plain:
                if self._context is None:
                    _written(plain, parts)
                    plain.shutdown(socket.SHUT_WR)
                    _to_the_end(plain)
                    return
                with self._context.wrap_socket(plain, server_hostname=self._place[0]) as sealed:
                    _written(sealed, parts)
                    sealed.unwrap()  # returns when the receiver says that it has read to the end
        except ssl.SSLCertVerificationError as error:
            raise PlaceDenied(
                f"{told}: its certificate is not to be believed: {error.verify_message}"
            ) from error
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                raise PlaceOutage(f"{told}: its name was not to be found out: {error.strerror}") from error
            raise NoSuchPlace(f"{told}: there is no such host: {error.strerror}") from error
        except OSError as error:
            reason = error.strerror or (os.strerror(error.errno) if error.errno else str(error))
            raise PlaceOutage(f"{told}: the receiver did not take all of it: {reason}") from error


def frames(batch: Batch, bytes_max: int) -> Iterator[bytes]:
    """Each event of `batch` as one octet-counted message. Pure."""
    told = source(batch)
    for event in batch.events:
        head = _head(event, batch, told)
        message = head + fitted(event, max(1024, bytes_max - len(head)))
        yield b"%d %b" % (len(message), message)


def _head(event: Chosen, batch: Batch, told: str) -> bytes:
    try:
        moment = datetime.fromtimestamp(event.happened_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        moment = batch.sealed_at.astimezone(UTC)
    when = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    facts = {"source": told, "index": str(event.index), "account": event.account, "region": event.region}
    data = " ".join(f'{name}="{_escaped(value)}"' for name, value in facts.items())
    kind = event.category
    return (
        f"<{PRIORITY}>1 {when} actiontrail actiontrail - {kind} [actiontrail@{ENTERPRISE} {data}] ".encode()
    )


def _escaped(value: str) -> str:
    for char in '\\"]':
        value = value.replace(char, "\\" + char)
    return value


def _written(connection: socket.socket, parts: Iterator[bytes]) -> None:
    waiting = bytearray()
    for part in parts:
        waiting += part
        if len(waiting) >= _CHUNK:
            connection.sendall(waiting)
            waiting.clear()
    if waiting:
        connection.sendall(waiting)


def _to_the_end(connection: socket.socket) -> None:
    while connection.recv(_CHUNK):
        pass
