"""What every destination can do, and how it says no.

A destination knows its own place and credentials, and nothing of trails, cursors or retries.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import msgspec

from actiontrail.delivery.batch import Batch
from actiontrail.errors import Outage, Refusal


class BadAddress(Refusal):
    """The address of a destination cannot be understood, or names a kind that there is not."""


class NotAllowedHere(BadAddress):
    """Who runs the service does not allow trails to deliver to this kind of place, or to this one."""


class NoObjects(BadAddress):
    """A place of this kind keeps no objects that could be read again and checked."""


class NoSuchPlace(Refusal):
    """The bucket, project, topic or host of a destination does not exist."""


class PlaceDenied(Refusal):
    """The destination exists and does not let us write."""


class PlaceOutage(Outage):
    """The destination did not answer, or answered that it cannot now."""


class Means(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a place is written to; sealed at rest, never printed.

    `role` is the ARN that the public API was given, `region` where the project of a log service is. `options` are those
    of the address's kind; `credentials` (`id`, `secret`, `token`) win over those of the settings.
    """

    role: str = ""
    region: str = ""
    options: Mapping[str, str] = {}
    credentials: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return "Means(…)"


@dataclass(frozen=True, slots=True)
class Aim:
    """A place that a trail delivers to, before it is opened: whose trail, where, and by which means."""

    trail: str
    account: str
    home_region: str
    organization: str
    address: str
    means: Means


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


@runtime_checkable
class Furnished(Protocol):
    """A destination in which something stands before the first batch comes, as the real service has it."""

    def furnish(self) -> None:
        """It stands there; nothing changes where it did. Raises what `Destination.put` raises."""
        ...


Open = Callable[[Aim], Destination]  # touches no network; raises `BadAddress`
