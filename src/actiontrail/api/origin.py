"""From where a request came: address, transport, host and agent. Pure.

What a proxy says of the address behind it is believed of proxies that the operator named
(`trusted_proxies`), and of nobody else: anybody can write a header.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from actiontrail.access.conditions import Context
from actiontrail.access.keys import Caller
from actiontrail.event.moment import of_seconds

PEER_HEADER = "x-actiontrail-peer"  # from the front door to the reader; never from a caller
TEXT_CHARS_MAX = 512
Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]


class Origin(NamedTuple):
    """Whence a request came. `address` is empty where nobody knows it."""

    address: str = ""
    secure: bool = False
    host: str = ""
    agent: str = ""


def networks(texts: Iterable[str]) -> Networks:
    """The ranges that `texts` name. Raises `ValueError`."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def origin(peer: str, headers: Mapping[str, str], trusted: Networks) -> Origin:
    """The origin of a request that `peer` sent. Header names are lower-case."""
    address, secure = _plain(peer), False
    if _is_in(address, trusted):
        secure = headers.get("x-forwarded-proto", "").rsplit(",", 1)[-1].strip().lower() == "https"
        for hop in reversed(headers.get("x-forwarded-for", "").split(",")):
            said = _plain(hop.strip())
            if not said:
                break
            address = said
            if not _is_in(address, trusted):
                break
    host = _text(headers.get("host", "")).partition("@")[2] or _text(headers.get("host", ""))
    return Origin(address, secure, host, _text(headers.get("user-agent", "")))


def context(where: Origin, caller: Caller, now: float) -> Context:
    """What the conditions of policies may ask of the request, under their keys in lower case."""
    known = {
        "acs:currenttime": of_seconds(now),
        "acs:securetransport": "true" if where.secure else "false",
        "acs:mfapresent": "true" if caller.mfa else "false",
        "acs:principalarn": caller.trusted_as,
    }
    return {**known, "acs:sourceip": where.address} if where.address else known


def _plain(text: str) -> str:
    """An address without port and brackets; empty if it is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _is_in(address: str, ranges: Networks) -> bool:
    if not address:
        return False
    parsed = ipaddress.ip_address(address)
    return any(parsed in one for one in ranges if one.version == parsed.version)


def _text(said: str) -> str:
    return "".join(char for char in said[:TEXT_CHARS_MAX] if char.isprintable())
