"""Who we are to OSS, SLS and MaxCompute: our own key, or a role that it assumes (STS AssumeRole).

A role's key lives for an hour and is renewed before it ends. The service-linked role of the managed
service can be assumed by nobody else; a trail that names it, or none, is written with our own key.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

import httpx
import msgspec

from actiontrail.delivery.destination import PlaceDenied, PlaceOutage
from actiontrail.delivery.destinations.ground import Address, Credentials, Reach

SERVICE_LINKED = "role/aliyunserviceroleforactiontrail"
SECONDS = 3600
EARLY_S = 600  # a key is renewed so long before it ends


class _Key(msgspec.Struct, rename="pascal"):
    access_key_id: str
    access_key_secret: str
    security_token: str
    expiration: datetime


class _Answer(msgspec.Struct, rename="pascal"):
    credentials: _Key


def credentials_of(
    address: Address, reach: Reach, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Callable[[], Credentials]:
    """A function that gives the credentials that are good now. It raises `NoCredentials`, `PlaceDenied` or `PlaceOutage`."""
    role = address.role
    if not role or role.lower().endswith(SERVICE_LINKED) or not reach.sts_endpoint:
        return lambda: address.credentials(reach)
    held: list[_Key] = []

    def assumed() -> Credentials:
        if not held or (held[0].expiration - now()).total_seconds() < EARLY_S:
            held[:] = [_assume(role, address.credentials(reach), reach, now())]
        return Credentials(held[0].access_key_id, held[0].access_key_secret, held[0].security_token)

    return assumed


def signed(parameters: dict[str, str], secret: str) -> dict[str, str]:
    """`parameters` of a GET request with their signature (HMAC-SHA1, as RPC calls are signed). Pure."""
    query = "&".join(f"{_quoted(name)}={_quoted(parameters[name])}" for name in sorted(parameters))
    text = f"GET&{_quoted('/')}&{_quoted(query)}"
    digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return {**parameters, "Signature": base64.b64encode(digest).decode()}


def _assume(role: str, key: Credentials, reach: Reach, now: datetime) -> _Key:
    parameters = {
        "Action": "AssumeRole",
        "Version": "2015-04-01",
        "Format": "JSON",
        "RoleArn": role,
        "RoleSessionName": "actiontrail",
        "DurationSeconds": str(SECONDS),
        "AccessKeyId": key.id,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": secrets.token_hex(16),
        "Timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **({"SecurityToken": key.token} if key.token else {}),
    }
    try:
        answer = httpx.get(reach.sts_endpoint, params=signed(parameters, key.secret), timeout=reach.timeout_s)
    except httpx.HTTPError as error:
        raise PlaceOutage(f"STS did not answer at {reach.sts_endpoint}: {type(error).__name__}") from error
    if answer.status_code >= 500 or answer.status_code == 429:
        raise PlaceOutage(f"STS answered {answer.status_code} for the role {role}")
    if answer.status_code != 200:
        raise PlaceDenied(f"the role {role} cannot be assumed: {answer.status_code} {answer.text[:300]}")
    try:
        return msgspec.json.decode(answer.content, type=_Answer).credentials
    except msgspec.MsgspecError as error:
        raise PlaceOutage(f"STS gave no key for the role {role}: {error}") from error


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
