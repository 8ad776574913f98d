"""How a request says who sends it: ACS3-HMAC-SHA256, RPC HMAC-SHA1 and HMAC-SHA256, or a bearer token. Pure.

`claim` reads what a request claims, without believing it; `verify_acs3` and `verify_rpc` raise
unless the claim was signed with the secret, comparing in constant time. `sign_acs3` is the other side.
"""

import base64
import hashlib
import hmac
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qsl, quote

from actiontrail.errors import Refusal

ACS3 = "ACS3-HMAC-SHA256"
RPC_METHODS = {"HMAC-SHA1": "sha1", "HMAC-SHA256": "sha256"}
FIELDS_MAX = 2000  # parameters in one request
FORM = "application/x-www-form-urlencoded"
_HEADER_NAME = frozenset(string.ascii_lowercase + string.digits + "-_")
# Headers that change what a request means or when it counts: they must be signed where they are present.
_MUST_BE_SIGNED = (
    "host",
    "x-acs-action",
    "x-acs-version",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-content-sha256",
    "x-acs-security-token",
)


class NoCredentials(Refusal):
    """The request does not say who sends it."""


class IncompleteSignature(Refusal):
    """The request is signed in no form that we know, or a part of the form is missing."""


class UnsupportedAlgorithm(Refusal):
    """The signature's algorithm is one that we do not check."""


class AmbiguousParameter(Refusal):
    """One parameter is given twice with different values."""


class MalformedParameters(Refusal):
    """The query or the form cannot be read."""


class SignatureMismatch(Refusal):
    """The secret that we know gives another signature. `string_to_sign` is ours, to compare."""

    def __init__(self, string_to_sign: str) -> None:
        super().__init__("the signature is not the one that the access key's secret gives for this request")
        self.string_to_sign = string_to_sign


class BodyMismatch(Refusal):
    """The body is not the one that `x-acs-content-sha256` was computed from."""


@dataclass(frozen=True, slots=True)
class Acs3Claim:
    """An `Authorization: ACS3-HMAC-SHA256 …` header, taken apart."""

    access_key_id: str
    signed_headers: tuple[str, ...]
    signature: str


@dataclass(frozen=True, slots=True)
class RpcClaim:
    """Signed parameters, in the query and the form. `parameters` are without `Signature`."""

    access_key_id: str
    algorithm: str
    signature: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BearerClaim:
    """A token that speaks for itself. Its text form does not show it."""

    token: str

    def __repr__(self) -> str:
        return "BearerClaim(…)"


class Sent(NamedTuple):
    """A request as it was on the wire: path and query in `target`, header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


Claim = Acs3Claim | RpcClaim | BearerClaim


def claim(target: str, headers: Mapping[str, str], body: bytes) -> Claim:
    """What the request claims. Header names are lower-case; `target` is path and query as on the wire.

    Raises `NoCredentials` if it claims nothing, `IncompleteSignature`, `UnsupportedAlgorithm`,
    `AmbiguousParameter` or `MalformedParameters` if the claim cannot be read.
    """
    authorization = headers.get("authorization", "")
    if authorization:
        return _from_authorization(authorization)
    if "x-acs-bearer-token" in headers:
        return BearerClaim(headers["x-acs-bearer-token"].strip())
    given = parameters(target, headers, body)
    if "Signature" in given or "AccessKeyId" in given:
        return _from_parameters(given)
    raise NoCredentials(
        "sign the request with an access key, or send an ingest token as `Authorization: Bearer at_…`"
    )


def parameters(target: str, headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    """The parameters of the query and, where the body is a form, of the body."""
    pairs = query_pairs(target)
    if headers.get("content-type", "").partition(";")[0].strip().lower() == FORM:
        try:
            pairs += _pairs(body.decode())
        except UnicodeDecodeError as error:
            raise MalformedParameters(f"the form is not UTF-8 at byte {error.start}") from error
    given: dict[str, str] = {}
    for name, value in pairs:
        if given.setdefault(name, value) != value:
            raise AmbiguousParameter(f"parameter {name} is given twice, with different values; give it once")
    return given


def query_pairs(target: str) -> list[tuple[str, str]]:
    """The query of `target`, decoded, in its order; `+` is a space."""
    return _pairs(target.partition("?")[2])


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX)
    except UnicodeDecodeError as error:
        raise MalformedParameters("a parameter is not UTF-8 after percent-decoding") from error
    except ValueError as error:
        raise MalformedParameters(f"more than {FIELDS_MAX} parameters") from error


def _from_authorization(value: str) -> Claim:
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() == "bearer":
        return BearerClaim(rest.strip())
    if scheme != ACS3:
        raise UnsupportedAlgorithm(
            f"Authorization uses {scheme[:40]!r}; we check {ACS3}, RPC parameters and Bearer"
        )
    fields: dict[str, str] = {}
    for part in rest.split(","):
        name, equals, content = part.strip().partition("=")
        if not equals or name in fields:
            raise IncompleteSignature(
                "Authorization must read: Credential=…,SignedHeaders=…,Signature=…, each once"
            )
        fields[name] = content
    missing = [name for name in ("Credential", "SignedHeaders", "Signature") if not fields.get(name)]
    if missing:
        raise IncompleteSignature(f"Authorization lacks {', '.join(missing)}")
    signed = tuple(fields["SignedHeaders"].lower().split(";"))
    if not all(name and _HEADER_NAME.issuperset(name) for name in signed) or len(set(signed)) != len(signed):
        raise IncompleteSignature("SignedHeaders must be header names joined by `;`, each once")
    return Acs3Claim(fields["Credential"], signed, fields["Signature"])


def _from_parameters(given: dict[str, str]) -> RpcClaim:
    wanted = (
        "AccessKeyId",
        "Signature",
        "SignatureMethod",
        "SignatureVersion",
        "SignatureNonce",
        "Timestamp",
    )
    missing = [name for name in wanted if not given.get(name)]
    if missing:
        raise IncompleteSignature(f"the request lacks the parameter {', '.join(missing)}")
    if given["SignatureVersion"] != "1.0":
        raise UnsupportedAlgorithm(f"SignatureVersion is {given['SignatureVersion'][:40]!r}; we check 1.0")
    if given["SignatureMethod"] not in RPC_METHODS:
        raise UnsupportedAlgorithm(
            f"SignatureMethod is {given['SignatureMethod'][:40]!r}; we check {' and '.join(RPC_METHODS)}"
        )
    rest = {name: value for name, value in given.items() if name != "Signature"}
    return RpcClaim(given["AccessKeyId"], given["SignatureMethod"], given["Signature"], rest)


def verify_acs3(claimed: Acs3Claim, secret: str, sent: Sent) -> str:
    """Return the string that was signed. Raises `SignatureMismatch`, `BodyMismatch` or `IncompleteSignature`."""
    headers = sent.headers
    absent = [name for name in claimed.signed_headers if name not in headers]
    if absent:
        raise IncompleteSignature(f"SignedHeaders names {', '.join(absent)}, which the request does not have")
    unsigned = [name for name in _MUST_BE_SIGNED if name in headers and name not in claimed.signed_headers]
    if unsigned:
        raise IncompleteSignature(f"the header {', '.join(unsigned)} must be among SignedHeaders")
    payload = hashlib.sha256(sent.body).hexdigest()
    if headers.get("x-acs-content-sha256", payload).strip().lower() != payload:
        raise BodyMismatch("x-acs-content-sha256 is not the SHA-256 of the body that arrived")
    signed = acs3_string_to_sign(acs3_canonical(sent, claimed.signed_headers, payload))
    if not _same(acs3_signature(secret, signed), claimed.signature.strip().lower()):
        raise SignatureMismatch(signed)
    return signed


def verify_rpc(claimed: RpcClaim, secret: str, method: str) -> str:
    """Return the string that was signed. Raises `SignatureMismatch`."""
    signed = rpc_string_to_sign(method, claimed.parameters)
    expected = rpc_signature(secret, signed, claimed.algorithm)
    if not _same(expected, claimed.signature):
        raise SignatureMismatch(signed)
    return signed


def sign_acs3(access_key_id: str, secret: str, sent: Sent) -> dict[str, str]:
    """The headers that sign this request: `x-acs-content-sha256` and `authorization`.

    Its headers hold at least host, `x-acs-date` and `x-acs-signature-nonce`; all of them are signed, so
    they must be sent as given.
    """
    payload = hashlib.sha256(sent.body).hexdigest()
    signing = sent._replace(headers={**sent.headers, "x-acs-content-sha256": payload})
    names = tuple(sorted(signing.headers))
    signature = acs3_signature(secret, acs3_string_to_sign(acs3_canonical(signing, names, payload)))
    fields = f"Credential={access_key_id},SignedHeaders={';'.join(names)},Signature={signature}"
    return {"x-acs-content-sha256": payload, "authorization": f"{ACS3} {fields}"}


def acs3_canonical(sent: Sent, signed_headers: Iterable[str], payload: str) -> str:
    """The request as both sides write it before hashing; the path stays as it was on the wire."""
    names = tuple(signed_headers)
    lines = "".join(f"{name}:{sent.headers[name].strip()}\n" for name in sorted(names))
    path = sent.target.partition("?")[0] or "/"
    return "\n".join(
        (sent.method, path, _canonical(query_pairs(sent.target)), lines, ";".join(names), payload)
    )


def acs3_string_to_sign(canonical: str) -> str:
    """The algorithm, and the hash of the canonical request."""
    return f"{ACS3}\n{hashlib.sha256(canonical.encode()).hexdigest()}"


def acs3_signature(secret: str, string_to_sign: str) -> str:
    """In lower-case hexadecimal."""
    return hmac.digest(secret.encode(), string_to_sign.encode(), "sha256").hex()


def rpc_string_to_sign(method: str, given: Mapping[str, str]) -> str:
    """All parameters but `Signature`, empty ones too."""
    return f"{method}&%2F&{encode(_canonical(given.items()))}"


def rpc_signature(secret: str, string_to_sign: str, algorithm: str = "HMAC-SHA1") -> str:
    """In base64; `algorithm` is one of `RPC_METHODS`."""
    digest = hmac.digest(f"{secret}&".encode(), string_to_sign.encode(), RPC_METHODS[algorithm])
    return base64.b64encode(digest).decode()


def encode(text: str) -> str:
    """Percent-encoded: all but letters, digits and `-_.~`."""
    return quote(text, safe="~")


def _canonical(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{encode(name)}={encode(value)}" for name, value in sorted(pairs))


def _same(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "surrogateescape"))
