"""A trail that writes with a role: the key that STS gives is used, renewed in time, and its denial told."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from tests.kit.http_peer import Answer, HttpPeer, Request

from actiontrail.delivery.destination import PlaceDenied, PlaceOutage
from actiontrail.delivery.destinations.ground import Address, Credentials, Reach
from actiontrail.delivery.destinations.role import credentials_of, signed

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
OWN = Credentials("LTAI5tOwn", "own-secret")
ROLE = "acs:ram::1000000000000001:role/writer"


class Sts(HttpPeer):
    """Gives a numbered key for an hour to whoever signs with our own."""

    def __init__(self) -> None:
        self.given = 0
        super().__init__(self._answer_for)

    def _answer_for(self, request: Request) -> Answer:
        told = dict(parse_qsl(request.query))
        signature = told.pop("Signature")
        if signed(told, OWN.secret)["Signature"] != signature or told["RoleArn"] != ROLE:
            return Answer(403, b'{"Code":"NoPermission"}')
        self.given += 1
        key = {
            "AccessKeyId": f"STS.{self.given}",
            "AccessKeySecret": "s",
            "SecurityToken": "t",
            "Expiration": (NOW + timedelta(hours=self.given)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return Answer(200, json.dumps({"RequestId": "1", "Credentials": key}).encode())


@pytest.fixture
def sts() -> Iterator[Sts]:
    peer = Sts()
    yield peer
    peer.close()


def address(role: str = ROLE) -> Address:
    return Address("oss://audit", "oss", "audit", "", given=OWN, role=role)


def test_a_signature_is_that_of_the_documentation() -> None:
    """The example of the page on RPC signatures."""
    parameters = {
        "AccessKeyId": "testid",
        "Action": "DescribeRegions",
        "Format": "XML",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
        "SignatureVersion": "1.0",
        "Timestamp": "2016-02-23T12:46:24Z",
        "Version": "2014-05-26",
    }

    assert signed(parameters, "testsecret")["Signature"] == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="


def test_a_role_is_assumed_once_and_renewed_before_its_key_ends(sts: Sts) -> None:
    """A batch that begins with a good key must not end with a stale one."""
    clock = [NOW]
    key = credentials_of(address(), Reach(sts_endpoint=sts.url), lambda: clock[0])
    found = [key().id, key().id]
    clock[0] = NOW + timedelta(minutes=51)
    found.append(key().id)

    assert found == ["STS.1", "STS.1", "STS.2"]


def test_the_service_linked_role_means_our_own_key(sts: Sts) -> None:
    """Only the managed service can assume that one."""
    role = "acs:ram::1000000000000001:role/aliyunserviceroleforactiontrail"

    assert credentials_of(address(role), Reach(sts_endpoint=sts.url))() == OWN


@pytest.mark.parametrize(
    ("fault", "kind"), [("403", PlaceDenied), ("500", PlaceOutage), ("cut", PlaceOutage)]
)
def test_a_role_that_is_not_to_be_had_is_told(sts: Sts, fault: str, kind: type[Exception]) -> None:
    """CreateTrail and GetTrailStatus then say why."""
    sts.faults.append(fault)
    with pytest.raises(kind):
        credentials_of(address(), Reach(sts_endpoint=sts.url), lambda: NOW)()


def test_credentials_come_from_a_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are named in the settings, never written there."""
    (tmp_path / "key").write_text('id = "a"\nsecret = "b"\n')
    monkeypatch.setenv("AT_OSS_ID", "c")
    monkeypatch.setenv("AT_OSS_SECRET", "d")
    monkeypatch.setenv("AT_OSS_TOKEN", "e")
    plain = Address("oss://audit", "oss", "audit", "")

    assert [
        plain.credentials(Reach(credentials=name)) for name in (f"file:{tmp_path}/key", "env:AT_OSS")
    ] == [
        Credentials("a", "b"),
        Credentials("c", "d", "e"),
    ]


@pytest.mark.parametrize("reference", ["file:/nowhere/at/all", "env:AT_NOBODY", "plain-secret", "file:"])
def test_credentials_that_are_not_there_are_named_without_being_told(reference: str) -> None:
    """A secret that was typed where a name belongs is not repeated."""
    with pytest.raises(PlaceDenied) as told:
        Address("oss://audit", "oss", "audit", "").credentials(Reach(credentials=reference))

    assert "plain-secret" not in str(told.value)
