"""A small OSS: buckets and objects in memory, signatures V4 and V1 checked as the service documents them.

It speaks what a delivery and its check need, path style: PutObject with Content-MD5 and CRC-64, GetObject,
HeadObject, DeleteObject, ListObjectsV2, GetBucketInfo, GetBucketLocation; retention (WORM) per bucket.
The checks are written from the documentation, not from the client's code.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote
from xml.sax.saxutils import escape

import crcmod
from tests.kit.http_peer import Answer, HttpPeer, Request

KEY_ID, KEY_SECRET, REGION = "LTAI5tOssPeer", "oss-peer-secret", "cn-hangzhou"
_crc64 = crcmod.mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, xorOut=0xFFFFFFFFFFFFFFFF, rev=True)
_CODES = {
    403: "AccessDenied",
    404: "NoSuchBucket",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
}
_SUBRESOURCES = {"acl", "bucketInfo", "location", "uploads", "uploadId", "partNumber", "continuation-token"}


@dataclass
class Stored:
    """One object."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Shelf:
    """One bucket. A retained one never gives an object up, and lets none be written over."""

    objects: dict[str, Stored] = field(default_factory=dict)
    retained: bool = False
    readable: bool = True


class OssPeer(HttpPeer):
    """Buckets by name; a request for any other is for a bucket that does not exist."""

    def __init__(self, *names: str) -> None:
        self.buckets = {name: Shelf() for name in names}
        super().__init__(self._carry_out, lambda status: _error(status, _CODES.get(status, "InvalidRequest")))

    def _carry_out(self, request: Request) -> Answer:
        _, name, key = [*request.path.split("/", 2), ""][:3]
        if wrong := wrong_signature(request):
            return _error(403, wrong)
        shelf = self.buckets.get(name)
        if shelf is None:
            return _error(404, "NoSuchBucket")
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        if key:
            return self._object(request, shelf, key)
        if "bucketInfo" in query or "location" in query:
            return Answer(200, f"<LocationConstraint>oss-{REGION}</LocationConstraint>".encode())
        if query.get("list-type") == "2":
            return _listing(shelf, query) if shelf.readable else _error(403, "AccessDenied")
        return _error(400, "InvalidArgument")

    def _object(self, request: Request, shelf: Shelf, key: str) -> Answer:
        if request.method == "PUT":
            return _put(request, shelf, key)
        found = shelf.objects.get(key)
        if request.method == "DELETE":
            if shelf.retained and found:
                return _error(409, "FileImmutable")
            shelf.objects.pop(key, None)
            return Answer(204)
        if not shelf.readable:
            return _error(403, "AccessDenied")
        if found is None:
            return _error(404, "NoSuchKey")
        return Answer(200, found.body, _told(found.body))


def wrong_signature(request: Request) -> str:
    """The code of what is wrong with the signature of `request`; empty if it is good."""
    given = request.headers.get("authorization", "")
    if given.startswith("OSS4-HMAC-SHA256 "):
        fields = dict(part.partition("=")[::2] for part in given.split(" ", 1)[1].split(","))
        key_id, date, region, product, end = fields["Credential"].split("/")
        if (product, end, region) != ("oss", "aliyun_v4_request", REGION):
            return "InvalidArgument"
        good = _v4(request, fields.get("AdditionalHeaders", ""), date, region)
        signature = fields["Signature"]
    elif given.startswith("OSS "):
        key_id, _, signature = given.removeprefix("OSS ").partition(":")
        good = _v1(request)
    else:
        return "AccessDenied"
    if key_id != KEY_ID:
        return "InvalidAccessKeyId"
    return "" if hmac.compare_digest(good, signature) else "SignatureDoesNotMatch"


def _v4(request: Request, additional: str, date: str, region: str) -> str:
    signed = {
        name: value.strip()
        for name, value in request.headers.items()
        if name.startswith("x-oss-")
        or name in {"content-type", "content-md5"}
        or name in additional.split(";")
    }
    pairs = sorted(
        (name, value) for name, _, value in (one.partition("=") for one in request.query.split("&") if one)
    )
    canonical = "\n".join(
        [
            request.method,
            quote(unquote(request.target.split("?")[0]), safe="/"),
            "&".join(f"{name}={value}" if value else name for name, value in pairs),
            "".join(f"{name}:{signed[name]}\n" for name in sorted(signed)),
            additional,
            request.headers["x-oss-content-sha256"],
        ]
    )
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    scope = f"{date}/{region}/oss/aliyun_v4_request"
    text = f"OSS4-HMAC-SHA256\n{request.headers['x-oss-date']}\n{scope}\n{hashed}"
    key = f"aliyun_v4{KEY_SECRET}".encode()
    for part in (date, region, "oss", "aliyun_v4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _v1(request: Request) -> str:
    own = sorted((name, value) for name, value in request.headers.items() if name.startswith("x-oss-"))
    asked = [
        (name, value)
        for name, value in parse_qsl(request.query, keep_blank_values=True)
        if name in _SUBRESOURCES
    ]
    resource = request.path + ("?" if asked else "")
    resource += "&".join(f"{name}={value}" if value else name for name, value in sorted(asked))
    text = "\n".join(
        [
            request.method,
            request.headers.get("content-md5", ""),
            request.headers.get("content-type", ""),
            request.headers["date"],
            "".join(f"{name}:{value}\n" for name, value in own) + resource,
        ]
    )
    return base64.b64encode(hmac.new(KEY_SECRET.encode(), text.encode(), hashlib.sha1).digest()).decode()


def _put(request: Request, shelf: Shelf, key: str) -> Answer:
    expected = request.headers.get("content-md5")
    if expected and base64.b64decode(expected) != hashlib.md5(request.body).digest():
        return _error(400, "InvalidDigest")
    if key in shelf.objects and request.headers.get("x-oss-forbid-overwrite") == "true":
        return _error(409, "FileAlreadyExists")
    if key in shelf.objects and shelf.retained:
        return _error(409, "FileImmutable")
    kept = {
        name: value
        for name, value in request.headers.items()
        if name.startswith("x-oss-server") or name == "content-type"
    }
    shelf.objects[key] = Stored(request.body, kept)
    return Answer(200, b"", _told(request.body))


def _told(body: bytes) -> dict[str, str]:
    return {
        "ETag": f'"{hashlib.md5(body).hexdigest().upper()}"',
        "x-oss-hash-crc64ecma": str(_crc64(body)),
        "x-oss-request-id": "5C3D9175B6FC201293AD****",
    }


def _listing(shelf: Shelf, query: dict[str, str]) -> Answer:
    """At most two a page, so that nobody forgets to ask for the next."""
    prefix, after = query.get("prefix", ""), query.get("continuation-token", "")
    names = sorted(name for name in shelf.objects if name.startswith(prefix) and name > after)
    page, more = names[:2], len(names) > 2
    objects = "".join(
        f"<Contents><Key>{quote(name)}</Key><Size>{len(shelf.objects[name].body)}</Size></Contents>"
        for name in page
    )
    token = f"<NextContinuationToken>{escape(quote(page[-1]))}</NextContinuationToken>" if more else ""
    text = f"<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>{str(more).lower()}</IsTruncated>{token}{objects}</ListBucketResult>"
    return Answer(200, text.encode(), {"Content-Type": "application/xml"})


def _error(status: int, code: str) -> Answer:
    text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message><RequestId>5C3D</RequestId><HostId>peer</HostId></Error>"
    headers = {"Content-Type": "application/xml", "x-oss-request-id": "5C3D"}
    return Answer(status, text.encode(), headers | ({"Retry-After": "7"} if status in {429, 503} else {}))
