"""Destinations by scheme: `open_destination` gives the one that an address names.

Each kind is a module of its own, imported only when an address asks for it: the clients of services are
heavy, and an installation uses few of them. Where the settings name no endpoint for OSS, SLS or MaxCompute,
buckets, logstores and tables live under the data folder, with the same promises.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from actiontrail.delivery.destination import Aim, BadAddress, Destination, NoObjects, NotAllowedHere, Open
from actiontrail.delivery.destinations.encryption import Encryption, encryption
from actiontrail.delivery.destinations.ground import (
    Address,
    Credentials,
    Ground,
    NoCredentials,
    Reach,
    parse_address,
)

if TYPE_CHECKING:
    from actiontrail.delivery.destinations.objects import Bucket

__all__ = [
    "KINDS",
    "Credentials",
    "Ground",
    "NoCredentials",
    "Reach",
    "open_bucket",
    "open_destination",
    "opener",
    "reader",
    "secrecy",
]

EMBEDDED = (
    "oss",
    "sls",
    "maxcompute",
)  # open to every trail; all other kinds only where the settings name them
OBJECT_OPTIONS = ("layout", "sse", "kms_key_id")


class Kind(NamedTuple):
    """How an address of one scheme is opened, and which options it may have."""

    open: Callable[[Address, Ground], Destination]
    options: tuple[str, ...] = ()


def open_destination(aim: Aim, ground: Ground) -> Destination:
    """The destination that `aim` names, asked nothing yet: `probe` does that.

    Raises `BadAddress`, which names what is wrong, or `NoCredentials`.
    """
    address = address_of(aim, ground)
    return KINDS[address.scheme].open(address, ground)


def address_of(aim: Aim, ground: Ground) -> Address:
    """The address that `aim` names, of a kind that there is, and that trails may deliver to. Raises `BadAddress`."""
    means = aim.means
    parsed = parse_address(aim.address, means.options)
    kind = KINDS.get(parsed.scheme)
    if kind is not None and parsed.scheme not in (*EMBEDDED, *ground.reach):
        raise NotAllowedHere(
            f"no trail may deliver to {parsed.scheme}:// here: who runs this service allows it with a table"
            f' [destinations."{parsed.scheme}"] in the settings'
        )
    if kind is None:
        raise BadAddress(
            f"{aim.address}: there is no destination {parsed.scheme}://; there are {', '.join(KINDS)}"
        )
    if unknown := sorted(set(parsed.options) - set(kind.options)):
        known = ", ".join(kind.options) or "none"
        raise BadAddress(f"{aim.address}: {parsed.scheme} has no option {', '.join(unknown)}; it has {known}")
    key = [means.credentials.get(name, "") for name in ("id", "secret", "token")]
    given = Credentials(*key) if any(key) else None
    return replace(parsed, given=given, region=means.region, role=means.role)


def opener(ground: Ground) -> Open:
    """`open_destination` for those who know nothing of `ground`."""
    return lambda aim: open_destination(aim, ground)


def open_bucket(address: str, ground: Ground) -> "Bucket":
    """The objects at `address`, for one who reads and checks them. Raises `BadAddress` for a place without objects."""
    parsed = parse_address(address)
    opener = _BUCKETS.get(parsed.scheme)
    if opener is None:
        raise BadAddress(f"{address}: {parsed.scheme} holds no objects; {', '.join(_BUCKETS)} do")
    return opener(parsed, ground)


def secrecy(ground: Ground) -> Callable[[Aim], Encryption]:
    """Tells how what goes to an address is encrypted."""
    return lambda aim: encryption(address_of(aim, ground), ground)


def reader(ground: Ground) -> "Callable[[Aim], Bucket]":
    """Opens what a trail delivered to, for one who reads it: with the trail's own means, and where it may deliver.

    What it opens raises `NoObjects` for a place without objects, and else what `open_destination` raises.
    """

    def opened(aim: Aim) -> "Bucket":
        address = address_of(aim, ground)
        found = _BUCKETS.get(address.scheme)
        if found is None:
            kinds = ", ".join(_BUCKETS)
            raise NoObjects(f"{aim.address}: {address.scheme} keeps no objects to be checked; {kinds} do")
        return found(address, ground)

    return opened


def _objects(address: Address, ground: Ground) -> Destination:
    from actiontrail.delivery.destinations.objects import Objects, layout_of

    layout = layout_of(address)
    return Objects(_BUCKETS[address.scheme](address, ground), layout, ground.signer)


def _folder(address: Address, ground: Ground) -> "Bucket":
    from actiontrail.delivery.destinations.folder import open_folder

    return open_folder(address, ground)


def _oss(address: Address, ground: Ground) -> "Bucket":
    if not ground.of("oss").endpoint:
        return _folder(address, ground)
    from actiontrail.delivery.destinations.oss import open_oss

    return open_oss(address, ground)


def _sls(address: Address, ground: Ground) -> Destination:
    if not ground.of("sls").endpoint:
        from actiontrail.delivery.destinations.logfolder import open_logfolder

        return open_logfolder(address, ground)
    from actiontrail.delivery.destinations.sls import open_sls

    return open_sls(address, ground)


def _store(address: Address, ground: Ground) -> "Bucket":
    from actiontrail.delivery.destinations.objectstore import open_objectstore

    return open_objectstore(address, ground)


def _maxcompute(address: Address, ground: Ground) -> Destination:
    from actiontrail.delivery.destinations.maxcompute import open_maxcompute

    return open_maxcompute(address, ground)


def _kafka(address: Address, ground: Ground) -> Destination:
    from actiontrail.delivery.destinations.kafka import open_kafka

    return open_kafka(address, ground)


def _syslog(address: Address, ground: Ground) -> Destination:
    from actiontrail.delivery.destinations.syslog import open_syslog

    return open_syslog(address, ground)


def _webhook(address: Address, ground: Ground) -> Destination:
    from actiontrail.delivery.destinations.webhook import open_webhook

    return open_webhook(address, ground)


_BUCKETS: dict[str, Callable[[Address, Ground], "Bucket"]] = {
    "oss": _oss,
    "s3": _store,
    "gs": _store,
    "az": _store,
    "file": _folder,
}

KINDS: dict[str, Kind] = {
    "oss": Kind(_objects, (*OBJECT_OPTIONS, "signature")),
    "sls": Kind(_sls, ("signature",)),
    "s3": Kind(_objects, OBJECT_OPTIONS),
    "gs": Kind(_objects, ("layout",)),
    "az": Kind(_objects, ("layout",)),
    "file": Kind(_objects, ("layout",)),
    "maxcompute": Kind(_maxcompute),
    "kafka": Kind(_kafka, ("tls", "sasl")),
    "syslog+tcp": Kind(_syslog, ("bytes_max",)),
    "syslog+tls": Kind(_syslog, ("bytes_max",)),
    "https": Kind(_webhook),
    "http": Kind(_webhook),
}
