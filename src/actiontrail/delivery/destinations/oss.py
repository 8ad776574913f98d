"""OSS buckets, by the official client.

An object goes up in one request that names its MD5, so the service takes it whole or refuses it, and the
client compares the CRC-64 of what was stored. No retries here: they are the courier's, who knows the trail.
"""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any, Never

import alibabacloud_oss_v2 as oss
from alibabacloud_oss_v2 import exceptions
from alibabacloud_oss_v2.transport import RequestsHttpClient

from actiontrail.delivery.destination import BadAddress, NoSuchPlace, PlaceDenied, PlaceOutage
from actiontrail.delivery.destinations.ground import Address, Ground
from actiontrail.delivery.destinations.objects import Entry
from actiontrail.delivery.destinations.role import credentials_of

PROBE = ".actiontrail-probe"
_AGAIN = {408, 425, 429}
_SSE = ("", "AES256", "KMS", "SM4")


def open_oss(address: Address, ground: Ground) -> "OssBucket":
    """The bucket that `address` names. Raises `BadAddress`."""
    reach = ground.of("oss")
    if not reach.region:
        raise BadAddress(
            f"{address.text}: the settings name an endpoint of OSS and no region; V4 signatures need one"
        )
    sse = {"server_side_encryption": address.option("sse", among=_SSE)}
    if key := address.option("kms_key_id"):
        if sse["server_side_encryption"] != "KMS":
            raise BadAddress(f"{address.text}: the option kms_key_id goes with sse=KMS")
        sse["server_side_encryption_key_id"] = key

    read = credentials_of(address, reach)
    read()  # what is missing is told at once

    def credentials() -> Any:  # noqa: ANN401 - the client's own type
        known = read()
        return oss.credentials.Credentials(known.id, known.secret, known.token or None)

    http = RequestsHttpClient(connect_timeout=reach.timeout_s, readwrite_timeout=reach.timeout_s)
    config = oss.config.Config(
        region=reach.region,
        endpoint=reach.endpoint,
        signature_version=address.option("signature", "v4", among=("v4", "v1")),
        credentials_provider=oss.credentials.CredentialsProviderFunc(credentials),
        retry_max_attempts=1,
        use_path_style=reach.path_style,
        http_client=http,
    )
    sse = {name: value for name, value in sse.items() if value}
    return OssBucket(oss.Client(config), http, address.needs_bucket(), address.path, sse)


class OssBucket:
    """One bucket and a prefix in it; `sse` are the headers by which objects are encrypted there."""

    def __init__(
        self, client: oss.Client, http: RequestsHttpClient, bucket: str, prefix: str, sse: dict[str, str]
    ) -> None:
        self._client, self._http, self._bucket, self._sse = client, http, bucket, sse
        self._prefix = f"{prefix}/" if prefix else ""

    def probe(self) -> None:
        """As `Destination.probe`: offers an object whose MD5 is false.

        The service asks who we are and whether we may write before it looks at what came, and then
        refuses it. So this needs no right but the one to put objects, and leaves nothing.
        """
        false = base64.b64encode(hashlib.md5(b"another", usedforsecurity=False).digest()).decode()
        request = oss.PutObjectRequest(
            bucket=self._bucket, key=self._prefix + PROBE, body=b"", content_md5=false, **self._sse
        )
        try:
            self._client.put_object(request)
        except exceptions.BaseError as error:
            if _code(error) not in {"InvalidDigest", "BadDigest"}:
                self._raise(error)
        else:  # a store that does not look at MD5s
            self._call(
                self._client.delete_object,
                oss.DeleteObjectRequest(bucket=self._bucket, key=self._prefix + PROBE),
            )

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """As `Bucket.put`. In a bucket under retention an object that is there already is compared, not written."""
        digest = hashlib.md5(body, usedforsecurity=False).digest()
        request = oss.PutObjectRequest(
            bucket=self._bucket,
            key=self._prefix + key,
            body=body,
            content_md5=base64.b64encode(digest).decode(),
            content_type=content_type,
            **self._sse,
        )
        try:
            self._client.put_object(request)
        except exceptions.BaseError as error:
            if _code(error) != "FileImmutable":
                self._raise(error)
            self._same(key, body, error)

    def read(self, key: str) -> bytes | None:
        """As `Bucket.read`."""
        try:
            found = self._client.get_object(oss.GetObjectRequest(bucket=self._bucket, key=self._prefix + key))
            content: bytes = found.body.content if hasattr(found.body, "content") else found.body.read()
        except exceptions.BaseError as error:
            if _code(error) == "NoSuchKey":
                return None
            self._raise(error)
        except OSError as error:
            raise PlaceOutage(f"the bucket {self._bucket} stopped in the middle of an object") from error
        return content

    def entries(self, under: str) -> Iterator[Entry]:
        """As `Bucket.entries`."""
        token = None
        while True:
            request = oss.ListObjectsV2Request(
                bucket=self._bucket, prefix=self._prefix + under, continuation_token=token, max_keys=1000
            )
            page = self._call(self._client.list_objects_v2, request)
            for one in page.contents or ():
                yield Entry(one.key.removeprefix(self._prefix), int(one.size))
            token = page.next_continuation_token
            if not page.is_truncated or not token:
                return

    def close(self) -> None:
        """Give connections back."""
        self._http.close()

    def _same(self, key: str, body: bytes, immutable: exceptions.BaseError) -> None:
        """`key`, which nobody can change, holds `body`; or `PlaceDenied`. Without the right to read, its name is believed."""
        try:
            there = self.read(key)
        except PlaceDenied:
            return
        if there != body:
            raise PlaceDenied(
                f"the bucket {self._bucket} holds another object as {key}, and its retention forbids to write over it"
            ) from immutable

    def _call(self, call: Any, request: Any) -> Any:  # noqa: ANN401 - the client has no types
        try:
            return call(request)
        except exceptions.BaseError as error:
            self._raise(error)

    def _raise(self, error: exceptions.BaseError) -> Never:
        inner = _inner(error)
        if not isinstance(inner, exceptions.ServiceError):
            raise PlaceOutage(
                f"OSS did not answer for the bucket {self._bucket}: {str(inner)[:300]}"
            ) from error
        status, code = int(inner.status_code), str(inner.code)
        told = f"the bucket {self._bucket}: {status} {code} {inner.message} (request {inner.request_id})"
        if code == "NoSuchBucket":
            raise NoSuchPlace(told) from error
        if status >= 500 or status in _AGAIN:
            after = (inner.headers or {}).get("Retry-After", "")
            raise PlaceOutage(told, retry_after=float(after) if after.isdigit() else None) from error
        raise PlaceDenied(told) from error


def _inner(error: BaseException) -> BaseException:
    """The error at the bottom of those that the client wraps around it."""
    while isinstance(error, exceptions.OperationError) and error.unwrap():
        error = error.unwrap()
    return error


def _code(error: BaseException) -> str:
    return str(getattr(_inner(error), "code", ""))
