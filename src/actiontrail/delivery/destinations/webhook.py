"""A webhook: events as CloudEvents 1.0 in batches, each request signed (Standard Webhooks, HMAC-SHA256).

The body and the id of a request follow from the batch, so a receiver knows a repeat by `webhook-id`, or
an event by its `source` and `id` as CloudEvents has it. Only the timestamp, and with it the signature, is
of the moment.
"""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import httpx
import msgspec

from actiontrail.delivery.batch import Batch, Chosen
from actiontrail.delivery.destination import (
    BadAddress,
    NoSuchPlace,
    NotAllowedHere,
    PlaceDenied,
    PlaceOutage,
)
from actiontrail.delivery.destinations.ground import Address, Ground
from actiontrail.delivery.identity import source
from actiontrail.delivery.partition import bounded

REQUEST_BYTES_MAX = 1 << 20
REQUEST_EVENTS_MAX = 1000
CONTENT_TYPE = "application/cloudevents-batch+json; charset=utf-8"
_AGAIN = {408, 409, 425, 429}
_GONE = {404, 410}


def open_webhook(address: Address, ground: Ground) -> "Webhook":
    """The receiver at an `https://` or `http://` address. Raises `BadAddress` or `NoCredentials`."""
    reach = ground.of(address.scheme)
    if not address.text.startswith(reach.endpoint):
        raise NotAllowedHere(f"webhooks of the settings begin with {reach.endpoint}, and this one does not")
    secret = address.credentials(reach).secret
    if not secret:
        raise BadAddress(
            f"{address.place}: a webhook needs a secret to sign with; give credentials with the address, or in the settings"
        )
    import ssl

    verify = ssl.create_default_context(cafile=reach.ca_file) if reach.ca_file else True
    client = httpx.Client(timeout=reach.timeout_s, verify=verify, follow_redirects=False, trust_env=False)
    return Webhook(client, address.text, key_of(secret), time.time)


class Call(NamedTuple):
    """One request: what it is known by, and its body."""

    identity: str
    body: bytes


class Webhook:
    """One receiver."""

    def __init__(self, client: httpx.Client, url: str, key: bytes, clock: Callable[[], float]) -> None:
        self._client, self._url, self._key, self._clock = client, url, key, clock
        self._told = url.split("?", maxsplit=1)[0].split("/", 3)[
            2
        ]  # the host alone: paths and queries may be secret

    def probe(self) -> None:
        """As `Destination.probe`: sends a signed batch of no events."""
        self._send(Call("probe", b"[]"))

    def put(self, batch: Batch) -> None:
        """As `Destination.put`; a receiver that got a request before knows it by its id."""
        for call in calls(batch):
            self._send(call)

    def close(self) -> None:
        """Give connections back."""
        self._client.close()

    def _send(self, call: Call) -> None:
        headers = {"content-type": CONTENT_TYPE, **signed(call, self._key, int(self._clock()))}
        try:
            answer = self._client.post(self._url, content=call.body, headers=headers)
        except httpx.HTTPError as error:
            raise PlaceOutage(f"{self._told} did not answer: {type(error).__name__}") from error
        if answer.is_success:
            return
        told = f"{self._told} answered {answer.status_code}"
        if answer.status_code in _GONE:
            raise NoSuchPlace(told)
        if answer.status_code >= 500 or answer.status_code in _AGAIN:
            after = answer.headers.get("retry-after", "")
            raise PlaceOutage(told, retry_after=float(after) if after.isdigit() else None)
        raise PlaceDenied(told)


def calls(batch: Batch) -> Iterator[Call]:
    """`batch` in requests of a bounded size. Pure."""
    told = source(batch)
    for number, run in enumerate(bounded(list(batch.events), REQUEST_BYTES_MAX, REQUEST_EVENTS_MAX)):
        body = b"[" + b",".join([_cloud_event(event, batch, told) for event in run]) + b"]"
        yield Call(f"{told}/{batch.start}-{batch.end}/{number}", body)


def signed(call: Call, key: bytes, now: int) -> dict[str, str]:
    """The headers that sign `call` at the second `now`. Pure."""
    text = f"{call.identity}.{now}.".encode() + call.body
    digest = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return {"webhook-id": call.identity, "webhook-timestamp": str(now), "webhook-signature": f"v1,{digest}"}


def key_of(secret: str) -> bytes:
    """The bytes of a secret: base64 behind `whsec_`, as Standard Webhooks writes it, or the text itself. Pure."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error as error:
            raise BadAddress("a webhook's secret that begins with whsec_ goes on in base64") from error
    return secret.encode()


def _cloud_event(event: Chosen, batch: Batch, told: str) -> bytes:
    try:
        moment = datetime.fromtimestamp(event.happened_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        moment = batch.sealed_at.astimezone(UTC)
    told_of = {
        "specversion": "1.0",
        "id": str(event.index),
        "source": f"/actiontrail/{told}",
        "type": f"actiontrail.event.{event.category.lower()}",
        "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "account": event.account,
        "region": event.region,
    }
    return msgspec.json.encode(told_of)[:-1] + b',"data":' + event.event + b"}"
