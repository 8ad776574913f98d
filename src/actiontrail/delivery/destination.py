"""What every destination can do, and how it says no.

A destination knows its own place and credentials, and nothing of trails, cursors or retries.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from actiontrail.delivery.batch import Batch
from actiontrail.errors import Outage, Refusal


class BadAddress(Refusal):
    """The address of a destination cannot be understood, or names a kind that there is not."""


class NoSuchPlace(Refusal):
    """The bucket, project, topic or host of a destination does not exist."""


class PlaceDenied(Refusal):
    """The destination exists and does not let us write."""


class PlaceOutage(Outage):
    """The destination did not answer, or answered that it cannot now."""


@dataclass(frozen=True, slots=True)
class Aim:
    """A place that a trail delivers to, before it is opened.

    `address` is `oss://BUCKET/PREFIX`, `sls://REGION/PROJECT`, `maxcompute://REGION/PROJECT`, or of any other kind
    that there is (`s3://…`, `kafka://…`). `options` say how to write there, by name, credentials too
    (`access_key_id`, `access_key_secret`, `security_token`); the public API gives `role_arn`, and
    `create_project` = `true` for the projects of data events, which are ours to make.
    """

    trail: str
    account: str
    home_region: str
    organization: str
    address: str
    options: Mapping[str, str] = field(default_factory=dict, repr=False)


class Destination(Protocol):
    """One place that batches go to. Used by one thread at a time."""

    def probe(self) -> None:
        """Really ask whether the place exists and lets us write; leave nothing behind.

        Raises `NoSuchPlace`, `PlaceDenied` or `PlaceOutage`.
        """
        ...

    def put(self, batch: Batch) -> None:
        """All of `batch` is at its place when this returns. The same batch again changes nothing there.

        Raises `NoSuchPlace`, `PlaceDenied` or `PlaceOutage`; some of the batch may be there then.
        """
        ...

    def close(self) -> None:
        """Give connections back."""
        ...


Open = Callable[[Aim], Destination]  # touches no network; raises `BadAddress`
