"""A destination of objects: a batch becomes objects and a manifest in a bucket, whatever kind of bucket.

Objects go first and the manifest last, so that a manifest never speaks of what is not there. All names
and bytes follow from the batch, so a batch that is put again writes the same over the same.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from actiontrail.delivery import manifest, partition
from actiontrail.delivery.batch import Batch
from actiontrail.delivery.destinations.ground import Address
from actiontrail.delivery.partition import Piece
from actiontrail.ledger.note import Signer

NOTE_TYPE = "text/plain; charset=utf-8"


class Entry(NamedTuple):
    """One object as a listing tells of it; `key` is under the prefix."""

    key: str
    bytes: int


class Bucket(Protocol):
    """Objects under one prefix of one bucket. Keys are told without the prefix."""

    def probe(self) -> None:
        """As `Destination.probe`."""
        ...

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """The object `key` holds `body`, wholly or not at all. Again with the same changes nothing. Errors as `Destination.put`."""
        ...

    def read(self, key: str) -> bytes | None:
        """What `key` holds; None if there is no such object."""
        ...

    def entries(self, under: str) -> Iterator[Entry]:
        """Every object whose key begins with `under`, by name."""
        ...

    def close(self) -> None:
        """Give connections back."""
        ...


class Layout(NamedTuple):
    """How a batch becomes objects."""

    name: str
    pieces: Callable[[Batch], Iterator[Piece]]


class Objects:
    """Batches as objects of one layout in one bucket."""

    def __init__(self, bucket: Bucket, layout: Layout, signer: Signer | None) -> None:
        self._bucket, self._layout, self._signer = bucket, layout, signer

    def probe(self) -> None:
        """As `Destination.probe`."""
        self._bucket.probe()

    def put(self, batch: Batch) -> None:
        """As `Destination.put`. One object is in memory at a time."""
        items = []
        for piece in self._layout.pieces(batch):
            self._bucket.put(piece.key, piece.body, piece.content_type)
            items.append(manifest.item(piece))
        if self._signer:
            signed = manifest.sign(batch, self._layout.name, items, self._signer)
            self._bucket.put(manifest.key(batch), signed, NOTE_TYPE)

    def close(self) -> None:
        """Give connections back."""
        self._bucket.close()


def layout_of(address: Address) -> Layout:
    """The layout that `address` asks for: `actiontrail` unless it says otherwise. Raises `BadAddress`."""
    name = address.option("layout", "actiontrail", among=("actiontrail", "ocsf-ndjson", "ocsf-parquet"))
    if name == "actiontrail":
        return Layout(name, partition.pieces)
    from actiontrail.delivery import lake

    return Layout(name, lake.ndjson if name == "ocsf-ndjson" else lake.parquet)
