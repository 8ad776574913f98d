"""Small doubles of Google Cloud Storage (its XML interface) and of Azure Blob, objects in memory.

They take what the client sends and keep conditions as the services do. Signatures are not looked at: Google's are
tokens of another service, and the shared key of Azure is only asked for, not computed.
"""

from urllib.parse import parse_qsl, quote
from xml.sax.saxutils import escape

from tests.kit.http_peer import Answer, HttpPeer, Request

_CODES = {403: "AccessDenied", 500: "InternalError", 503: "ServerBusy"}


class Blobs(HttpPeer):
    """Buckets by name, objects by key."""

    def __init__(self, *names: str) -> None:
        self.buckets: dict[str, dict[str, bytes]] = {name: {} for name in names}
        super().__init__(self._carry_out, lambda status: _error(status, _CODES.get(status, "Refused")))

    def _split(self, path: str) -> tuple[str, str]:
        name, _, key = path.lstrip("/").partition("/")
        return name, key

    def _carry_out(self, request: Request) -> Answer:
        name, key = self._split(request.path)
        objects = self.buckets.get(name)
        if not self._signed(request):
            return _error(403, "AuthenticationFailed")
        if objects is None:
            return _error(404, self._no_bucket)
        if not key:
            prefix = dict(parse_qsl(request.query)).get("prefix", "")
            return self._list({one: body for one, body in sorted(objects.items()) if one.startswith(prefix)})
        if request.method == "PUT":
            if self._condition(request.headers) and key not in objects:
                return _error(412, "ConditionNotMet")
            objects[key] = request.body
            return Answer(201, b"", {"ETag": '"1"', "x-goog-generation": "7", "x-ms-version": "2023-11-03"})
        if request.method == "DELETE":
            objects.pop(key, None)
            return Answer(204)
        if key not in objects:
            return _error(404, self._no_key)
        headers = {"ETag": '"1"', "Last-Modified": "Fri, 27 Nov 2026 00:00:00 GMT", "x-goog-generation": "7"}
        return Answer(200, objects[key], headers)

    _no_bucket, _no_key = "NoSuchBucket", "NoSuchKey"

    def _signed(self, request: Request) -> bool:
        return True

    def _condition(self, headers: dict[str, str]) -> bool:
        return "x-goog-if-generation-match" in headers

    def _list(self, found: dict[str, bytes]) -> Answer:
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(body)}</Size><ETag>1</ETag>"
            "<LastModified>2026-11-27T00:00:00.000Z</LastModified></Contents>"
            for key, body in found.items()
        )
        return Answer(
            200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>".encode()
        )


class AzureBlobs(Blobs):
    """The same as a storage account called `account`, whose containers stand behind its name in the path."""

    _no_bucket, _no_key = "ContainerNotFound", "BlobNotFound"

    def _split(self, path: str) -> tuple[str, str]:
        return super()._split(path.removeprefix("/account"))

    def _signed(self, request: Request) -> bool:
        return request.headers.get("authorization", "").startswith("SharedKey account:")

    def _condition(self, headers: dict[str, str]) -> bool:
        return "if-match" in headers

    def _list(self, found: dict[str, bytes]) -> Answer:
        rows = "".join(
            f"<Blob><Name>{escape(quote(key, safe='/=_.-'))}</Name><Properties><Last-Modified>Fri, 27 Nov 2026 00:00:00 GMT</Last-Modified>"
            f"<Content-Length>{len(body)}</Content-Length><Content-Type>x</Content-Type><Etag>1</Etag></Properties></Blob>"
            for key, body in found.items()
        )
        return Answer(
            200, f"<EnumerationResults><Blobs>{rows}</Blobs><NextMarker /></EnumerationResults>".encode()
        )


def _error(status: int, code: str) -> Answer:
    return Answer(
        status, f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>".encode()
    )
