"""From where a request came, whatever its headers claim."""

import pytest
from tests.kit.caller import NOW, a_caller

from actiontrail.api.origin import Origin, context, networks, origin

TRUSTED = networks(["10.0.0.0/8", "2001:db8::/32", "192.0.2.1"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "6.6.6.6, nonsense, 10.0.0.2", "10.0.0.2"),
        ("192.0.2.1", "198.51.100.1:4711", "198.51.100.1"),
        ("2001:db8::1", "[2001:4860::8]:443", "2001:4860::8"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_a_forwarded_address_is_believed_of_named_proxies_alone(
    peer: str, forwarded: str, address: str
) -> None:
    """The record says where somebody came from; whoever could choose that would choose somebody else."""
    headers = {"x-forwarded-for": forwarded} if forwarded else {}

    assert origin(peer, headers, TRUSTED).address == address


@pytest.mark.parametrize(("peer", "secure"), [("10.0.0.1", True), ("203.0.113.7", False)])
def test_a_proxy_says_whether_the_way_to_it_was_encrypted(peer: str, secure: bool) -> None:
    """Policies ask for it as acs:SecureTransport."""
    assert origin(peer, {"x-forwarded-proto": "http, https"}, TRUSTED).secure is secure


def test_no_header_brings_control_characters_into_the_record() -> None:
    """Nor more text than anybody reads."""
    found = origin("", {"host": "a\x1bb", "user-agent": "x" * 9999}, TRUSTED)

    assert (found.host, len(found.agent)) == ("ab", 512)


def test_what_nobody_knows_is_not_said_to_policies() -> None:
    """An address that is missing meets no `IpAddress`, and every `NotIpAddress`."""
    known = context(Origin("203.0.113.7"), a_caller(), NOW)

    assert (known["acs:sourceip"], known["acs:currenttime"], context(Origin(), a_caller(), NOW).keys()) == (
        "203.0.113.7",
        "2027-01-15T08:00:00Z",
        known.keys() - {"acs:sourceip"},
    )
