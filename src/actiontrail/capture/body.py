"""The body of a request, unpacked: gzip and zstd within a limit, whatever they claim. Pure.

A compressed body that would grow beyond the limit is refused when it reaches it, so a bomb costs
as much memory as an honest body.
"""

import zlib
from typing import Final

import zstandard

from actiontrail.errors import Refusal

ZSTD_WINDOW_MAX: Final = (
    128 * 1024 * 1024
)  # what `zstd --long=27` makes; more would let a header ask for memory
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_GZIP_WBITS = 31
_CHUNK = 64 * 1024


class BodyTooLarge(Refusal):
    """The body is larger than this service takes."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"the body is larger than {most} bytes after decompression. Send it in smaller parts, "
            "or raise body_bytes_max."
        )
        self.most = most


class BadEncoding(Refusal):
    """The body is not what its Content-Encoding says."""

    def __init__(self, encoding: str, problem: str) -> None:
        super().__init__(
            f"the body is no whole {encoding} stream: {problem}. Compress it again and send all of it."
        )
        self.encoding = encoding


class UnknownEncoding(Refusal):
    """The body is compressed in a way that this service does not read."""

    def __init__(self, encoding: str) -> None:
        super().__init__(f"Content-Encoding {encoding[:40]!r} is not known. Use gzip, zstd, or none.")
        self.encoding = encoding


def unpack(body: bytes, encoding: str, *, most: int) -> bytes:
    """What `body` stands for, at most `most` bytes. Compression is told by `encoding` or by its first bytes.

    Raises `BodyTooLarge`, `BadEncoding` or `UnknownEncoding`.
    """
    named = encoding.strip().lower()
    if named not in ("", "identity", "gzip", "x-gzip", "zstd"):
        raise UnknownEncoding(encoding)
    if named in ("gzip", "x-gzip") or body.startswith(_GZIP_MAGIC):
        return _gunzip(body, most)
    if named == "zstd" or body.startswith(_ZSTD_MAGIC):
        return _unzstd(body, most)
    if len(body) > most:
        raise BodyTooLarge(most)
    return body


def _gunzip(body: bytes, most: int) -> bytes:
    """All members of a gzip stream, one after the other, as gzip(1) reads them."""
    parts: list[bytes] = []
    size = 0
    while True:
        member = zlib.decompressobj(wbits=_GZIP_WBITS)
        try:
            part = member.decompress(body, most - size + 1)
        except zlib.error as error:
            raise BadEncoding("gzip", str(error)) from error
        parts.append(part)
        size += len(part)
        if size > most:
            raise BodyTooLarge(most)
        if not member.eof:
            raise BadEncoding("gzip", "it ends in the middle")
        body = member.unused_data
        if not body:
            return b"".join(parts)


def _unzstd(body: bytes, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        while body:
            frame = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_MAX).decompressobj(
                write_size=_CHUNK, read_across_frames=False
            )
            for start in range(0, len(body), _CHUNK):
                part = frame.decompress(body[start : start + _CHUNK])
                parts.append(part)
                size += len(part)
                if size > most:
                    raise BodyTooLarge(most)
                if frame.eof:
                    body = frame.unused_data + body[start + _CHUNK :]
                    break
            else:
                raise BadEncoding("zstd", "it ends in the middle")
    except zstandard.ZstdError as error:
        raise BadEncoding("zstd", str(error)) from error
    return b"".join(parts)
