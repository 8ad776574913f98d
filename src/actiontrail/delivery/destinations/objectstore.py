"""Buckets of S3, Google Cloud Storage and Azure Blob, by one small client.

An object goes up in one request that names its SHA-256 where the service has that. No retries here: they
are the courier's. Tests run S3 against a server of others; Google and Azure only against doubles of ours.
"""

import re
from collections.abc import Iterator
from typing import Any, Never

import obstore
from obstore import exceptions
from obstore.store import AzureStore, GCSStore, S3Store

from actiontrail.delivery.destination import BadAddress, NoSuchPlace, PlaceDenied, PlaceOutage
from actiontrail.delivery.destinations.ground import Address, Ground, Reach
from actiontrail.delivery.destinations.objects import Entry

PROBE = ".actiontrail-probe"
_NOBODY: Any = {
    "e_tag": '"00000000000000000000000000000000"',
    "version": "1",
}  # a version that no object has
ERRORS = (exceptions.BaseError, OSError)
_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w+)</Code>")
_GONE = {"NoSuchBucket", "ContainerNotFound"}


def open_objectstore(address: Address, ground: Ground) -> "StoreBucket":
    """The bucket that an `s3://`, `gs://` or `az://` address names. Raises `BadAddress` or `NoCredentials`."""
    reach = ground.of(address.scheme)
    known = address.credentials(reach)
    timeout = f"{max(1, round(reach.timeout_s * 1000))}ms"
    client: dict[str, Any] = {
        "timeout": timeout,
        "connect_timeout": timeout,
        "allow_http": reach.endpoint.startswith("http://"),
    }
    common: dict[str, Any] = {
        "prefix": address.path or None,
        "client_options": client,
        "retry_config": {"max_retries": 0},
    }
    bucket = address.needs_bucket()
    config: Any  # a dictionary of another type for each service
    if address.scheme == "s3":
        config = _s3(address, reach)
        if known.secret:
            config |= {"access_key_id": known.id, "secret_access_key": known.secret}
            config |= {"session_token": known.token} if known.token else {}
        return StoreBucket(S3Store(bucket, config=config, **common), address.text)
    if address.option("sse"):
        raise BadAddress(
            f"{address.text}: the option sse is for S3 and OSS; this service encrypts by its own settings"
        )
    if address.scheme == "gs":
        config = {"service_account_key": known.secret} if known.secret else {}
        config |= {"base_url": reach.endpoint} if reach.endpoint else {}
        return StoreBucket(GCSStore(bucket, config=config, **common), address.text)
    config = {"account_name": known.id, "account_key": known.secret} if known.secret else {}
    config |= {"endpoint": reach.endpoint} if reach.endpoint else {}
    return StoreBucket(AzureStore(bucket, config=config, **common), address.text)


def _s3(address: Address, reach: Reach) -> dict[str, Any]:
    config: dict[str, Any] = {"region": reach.region or "us-east-1", "checksum_algorithm": "SHA256"}
    if reach.endpoint:
        config["endpoint"] = reach.endpoint
    config["virtual_hosted_style_request"] = not (reach.path_style or reach.endpoint)
    sse, key = address.option("sse", among=("", "AES256", "KMS")), address.option("kms_key_id")
    if key and sse != "KMS":
        raise BadAddress(f"{address.text}: the option kms_key_id goes with sse=KMS")
    if sse:
        config["server_side_encryption"] = {"AES256": "AES256", "KMS": "aws:kms"}[sse]
    if key:
        config["sse_kms_key_id"] = key
    return config


class StoreBucket:
    """One bucket and a prefix in it."""

    def __init__(self, store: S3Store | GCSStore | AzureStore, text: str) -> None:
        self._store, self._text = store, text

    def probe(self) -> None:
        """As `Destination.probe`: offers to write over a version of an object that never was.

        The service asks whether we may write, and then finds that there is no such version.
        """
        try:
            obstore.put(self._store, PROBE, b"", mode=_NOBODY, use_multipart=False)
        except ERRORS as error:
            refused = isinstance(error, exceptions.PreconditionError) and not _GONE & set(
                _CODE.findall(str(error))
            )
            if not refused:
                self._raise(error)
        else:  # a store that does not look at conditions
            self._removed(PROBE)

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """As `Bucket.put`."""
        try:
            obstore.put(
                self._store, key, body, attributes={"Content-Type": content_type}, use_multipart=False
            )
        except ERRORS as error:
            self._raise(error)

    def read(self, key: str) -> bytes | None:
        """As `Bucket.read`."""
        try:
            return bytes(obstore.get(self._store, key).bytes())
        except ERRORS as error:
            if isinstance(error, FileNotFoundError) and not _GONE & set(_CODE.findall(str(error))):
                return None
            self._raise(error)

    def entries(self, under: str) -> Iterator[Entry]:
        """As `Bucket.entries`. `under` ends with a slash, or is empty."""
        pages = obstore.list(self._store, under or None)
        while True:
            try:
                page = next(pages, None)
            except ERRORS as error:
                self._raise(error)
            if page is None:
                return
            for one in page:
                yield Entry(one["path"], one["size"])

    def close(self) -> None:
        """The client lets go by itself."""

    def _removed(self, key: str) -> None:
        try:
            obstore.delete(self._store, key)
        except ERRORS as error:
            self._raise(error)

    def _raise(self, error: Exception) -> Never:
        told = f"{self._text}: {_short(str(error))}"
        status = _STATUS.search(str(error))
        number = int(status[1]) if status else 0
        if _GONE & set(_CODE.findall(str(error))) or isinstance(error, FileNotFoundError):
            raise NoSuchPlace(told) from error
        if number >= 500 or number in {0, 408, 425, 429}:
            raise PlaceOutage(told) from error
        raise PlaceDenied(told) from error


def _short(text: str) -> str:
    """The first lines of what the client says, without its debugging output."""
    return " ".join(text.split("Debug source", maxsplit=1)[0].split())[:500]
