"""Signatures: the published worked examples, and every way of not being signed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kit.caller import acs3, rpc

from actiontrail.api import signature
from actiontrail.api.signature import (
    Acs3Claim,
    AmbiguousParameter,
    BearerClaim,
    BodyMismatch,
    IncompleteSignature,
    MalformedParameters,
    NoCredentials,
    RpcClaim,
    Sent,
    SignatureMismatch,
    UnsupportedAlgorithm,
)

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
SHARED = os.environ.get("ACTIONTRAIL_TEST_DATA", "")


def published(kind: str) -> list[Any]:
    """The published vectors of this kind; none where the shared data is absent."""
    path = Path(SHARED) / "signature-vectors" / "vectors.json"
    return json.loads(path.read_text())[kind] if SHARED and path.exists() else []


@pytest.mark.skipif(not SHARED, reason="ACTIONTRAIL_TEST_DATA is not set")
@pytest.mark.parametrize("vector", published("v3"), ids=lambda vector: vector["id"])
def test_acs3_vectors_that_were_published_come_out(vector: dict[str, Any]) -> None:
    """Clients we have never seen sign as the documentation shows."""
    target = vector["path"] + "?" + "&".join(f"{k}={signature.encode(v)}" for k, v in vector["query"].items())
    sent = Sent(vector["method"], target, vector["headers"], vector["body"].encode())
    claimed = Acs3Claim(vector["ak"], tuple(sorted(vector["headers"])), vector["expect_signature"])

    signed = signature.verify_acs3(claimed, vector["sk"], sent)

    assert signed.partition("\n")[2] == vector["expect_hashed_canonical"]


@pytest.mark.skipif(not SHARED, reason="ACTIONTRAIL_TEST_DATA is not set")
@pytest.mark.parametrize("vector", published("rpc"), ids=lambda vector: vector["id"])
def test_rpc_vectors_that_were_published_come_out(vector: dict[str, Any]) -> None:
    """Twenty years of clients sign this way."""
    signed = signature.rpc_string_to_sign(vector["method"], vector["params"])

    assert signature.rpc_signature(vector["sk"], signed) == vector["expect_signature"]


BUSINESS = {
    "LookupAttribute.1.Key": "ServiceName",
    "LookupAttribute.1.Value": "Ecs",
    "LookupAttribute.2.Key": "EventName",
    "LookupAttribute.2.Value": "a b*~中",
    "MaxResults": "20",
}
COMMON = {
    "AccessKeyId": "LTAITESTKEYID",
    "Action": "LookupEvents",
    "Version": "2020-07-06",
    "Timestamp": "2026-01-02T03:04:05Z",
    "SignatureMethod": "HMAC-SHA1",
    "SignatureVersion": "1.0",
    "SignatureNonce": "0123456789abcdef0123456789abcdef",
}


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"Format": "JSON", "RegionId": "cn-hangzhou", "SignatureType": ""}, "zadG3KpZ0P6q6HvNwGnjre+5TTE="),
        ({"Format": "json"}, "pg6fRC/eJSVRvFI5yZhXdJCJwWE="),
        ({"Format": "json", "SecurityToken": "TOK"}, "LbPhU+3ZHOqaQq5INRG5A86XQXQ="),
    ],
    ids=["old core client", "new client, v2", "new client, v2, session"],
)
def test_what_the_official_clients_sign_the_rpc_way_comes_out(extra: dict[str, str], expected: str) -> None:
    """Measured from the clients: an empty parameter counts, and UTF-8 is percent-encoded byte by byte."""
    signed = signature.rpc_string_to_sign("POST", BUSINESS | COMMON | extra)

    assert signature.rpc_signature("TESTSECRET", signed) == expected


def test_what_the_official_client_signs_with_acs3_comes_out() -> None:
    """Measured from the client: it signs every header it sets, and sends a space as `+`."""
    headers = {
        "accept": "application/json",
        "host": "127.0.0.1:35533",
        "user-agent": "test-agent/1.0",
        "x-acs-action": "LookupEvents",
        "x-acs-content-sha256": EMPTY,
        "x-acs-credentials-provider": "static_ak",
        "x-acs-date": "2026-01-02T03:04:05Z",
        "x-acs-signature-nonce": "0123456789abcdef0123456789abcdef",
        "x-acs-version": "2020-07-06",
    }
    target = "/?MaxResults=20&LookupAttribute.2.Value=a+b%2A~%E4%B8%AD&LookupAttribute.1.Key=ServiceName&LookupAttribute.1.Value=Ecs&LookupAttribute.2.Key=EventName"
    claimed = Acs3Claim(
        "LTAITESTKEYID",
        tuple(headers),
        "5be34552ff98b59ed58dd40fbc8708038676b0804fd24442e8a74c0cc8f25b5a",
    )

    signed = signature.verify_acs3(claimed, "TESTSECRET", Sent("POST", target, headers, b""))

    assert signed == "ACS3-HMAC-SHA256\nb75e3a985f2033444d5c1c93d32709a7024939f774651b2d69d379bd4aaf5fff"


@given(
    target=st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=4),
    body=st.binary(max_size=40),
)
def test_what_we_sign_we_accept(target: list[tuple[str, str]], body: bytes) -> None:
    """Our command line signs with the code that the server verifies with."""
    query = "&".join(f"{signature.encode(name)}={signature.encode(value)}" for name, value in target)
    sent = acs3("POST", f"/v1/events?{query}", body)
    claimed = signature.claim(sent.target, sent.headers, sent.body)
    assert isinstance(claimed, Acs3Claim)

    signature.verify_acs3(claimed, "TESTSECRET", sent)


def altered(sent: Sent, what: str) -> Sent:
    match what:
        case "method":
            return sent._replace(method="PUT")
        case "path":
            return sent._replace(target=sent.target.replace("/v1/events", "/v1/search"))
        case "query":
            return sent._replace(target=sent.target + "&b=2")
        case _:
            return sent._replace(headers={**sent.headers, what: sent.headers[what] + "0"})


@pytest.mark.parametrize(
    "what", ["method", "path", "query", "host", "x-acs-date", "x-acs-signature-nonce", "x-acs-action"]
)
def test_whatever_was_altered_on_the_way_is_noticed(what: str) -> None:
    """The signature covers the method, the path, the query and every header that carries meaning."""
    sent = acs3("POST", "/v1/events?a=1", x_acs_action="LookupEvents")
    claimed = signature.claim(sent.target, sent.headers, sent.body)
    assert isinstance(claimed, Acs3Claim)

    with pytest.raises(SignatureMismatch):
        signature.verify_acs3(claimed, "TESTSECRET", altered(sent, what))


def test_another_body_is_noticed_and_named() -> None:
    """A proxy that recompresses bodies is the usual cause; the message says where to look."""
    sent = acs3("POST", "/v1/events", b"one")
    claimed = signature.claim(sent.target, sent.headers, sent.body)
    assert isinstance(claimed, Acs3Claim)

    with pytest.raises(BodyMismatch):
        signature.verify_acs3(claimed, "TESTSECRET", sent._replace(body=b"two"))


@pytest.mark.parametrize(
    "name", ["x-acs-action", "x-acs-version", "x-acs-security-token", "x-acs-content-sha256"]
)
def test_a_header_with_meaning_cannot_be_added_unsigned(name: str) -> None:
    """Otherwise whoever relays a request could choose its operation."""
    sent = acs3()
    claimed = signature.claim(sent.target, sent.headers, sent.body)
    assert isinstance(claimed, Acs3Claim)
    signed = tuple(header for header in claimed.signed_headers if header != name)

    with pytest.raises(IncompleteSignature, match=name):
        signature.verify_acs3(
            Acs3Claim(claimed.access_key_id, signed, claimed.signature),
            "TESTSECRET",
            sent._replace(headers={**sent.headers, name: "x"}),
        )


@pytest.mark.parametrize(
    ("headers", "target", "body", "refusal"),
    [
        ({}, "/", b"", NoCredentials),
        ({"authorization": "Basic dXNlcjpwYXNz"}, "/", b"", UnsupportedAlgorithm),
        (
            {"authorization": "ACS3-HMAC-SM3 Credential=a,SignedHeaders=host,Signature=00"},
            "/",
            b"",
            UnsupportedAlgorithm,
        ),
        (
            {"authorization": "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host"},
            "/",
            b"",
            IncompleteSignature,
        ),
        (
            {"authorization": "ACS3-HMAC-SHA256 Credential=a,Credential=b,SignedHeaders=host,Signature=0"},
            "/",
            b"",
            IncompleteSignature,
        ),
        (
            {"authorization": "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host;;date,Signature=00"},
            "/",
            b"",
            IncompleteSignature,
        ),
        (
            {"authorization": "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host;host,Signature=00"},
            "/",
            b"",
            IncompleteSignature,
        ),
        ({}, "/?AccessKeyId=a", b"", IncompleteSignature),
        ({}, "/?AccessKeyId=a&AccessKeyId=b", b"", AmbiguousParameter),
        ({"content-type": signature.FORM}, "/?AccessKeyId=a", b"AccessKeyId=b", AmbiguousParameter),
        ({"content-type": signature.FORM}, "/", b"a=\xff", MalformedParameters),
        ({}, "/?a=%ff", b"", MalformedParameters),
        ({}, "/?" + "&".join(f"a{n}=1" for n in range(2001)), b"", MalformedParameters),
        (
            {},
            "/?AccessKeyId=a&Signature=b&SignatureMethod=HMAC-SHA1&SignatureVersion=2.0&SignatureNonce=n&Timestamp=t",
            b"",
            UnsupportedAlgorithm,
        ),
        (
            {},
            "/?AccessKeyId=a&Signature=b&SignatureMethod=HMAC-MD5&SignatureVersion=1.0&SignatureNonce=n&Timestamp=t",
            b"",
            UnsupportedAlgorithm,
        ),
    ],
)
def test_a_claim_that_cannot_be_read_is_refused_by_name(
    headers: dict[str, str], target: str, body: bytes, refusal: type[Exception]
) -> None:
    """A stranger with a half-configured client must be able to see what to change."""
    with pytest.raises(refusal):
        signature.claim(target, headers, body)


def test_an_rpc_form_is_signed_with_its_parameters() -> None:
    """Terraform's provider and the Go client send their parameters in a form."""
    sent = rpc({"Action": "DescribeRegions"}, form=True)
    claimed = signature.claim(sent.target, sent.headers, sent.body)
    assert isinstance(claimed, RpcClaim)

    signature.verify_rpc(claimed, "TESTSECRET", sent.method)


def test_an_altered_rpc_parameter_is_noticed() -> None:
    """All parameters are covered, and the method."""
    sent = rpc({"Action": "DescribeRegions"})
    claimed = signature.claim(sent.target + "&MaxResults=50", sent.headers, sent.body)
    assert isinstance(claimed, RpcClaim)

    with pytest.raises(SignatureMismatch):
        signature.verify_rpc(claimed, "TESTSECRET", sent.method)


@pytest.mark.parametrize("headers", [{"authorization": "Bearer at_x"}, {"x-acs-bearer-token": "at_x"}])
def test_a_bearer_token_is_read_and_not_shown(headers: dict[str, str]) -> None:
    """A claim may end up in a log."""
    claimed = signature.claim("/", headers, b"")

    assert (claimed, "at_x" in repr(claimed)) == (BearerClaim("at_x"), False)
