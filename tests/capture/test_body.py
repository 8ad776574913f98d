"""Compressed bodies are read whole, or refused; none takes more memory than the limit."""

import gzip

import pytest
import zstandard

from actiontrail.capture.body import BadEncoding, BodyTooLarge, UnknownEncoding, unpack

TEXT = b'{"a":1}\n' * 1000


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (gzip.compress(TEXT), "gzip"),
        (gzip.compress(TEXT), ""),
        (gzip.compress(TEXT[:800]) + gzip.compress(TEXT[800:]), "x-gzip"),
        (zstd(TEXT), "zstd"),
        (zstd(TEXT), ""),
        (zstd(TEXT[:800]) + zstd(TEXT[800:]), "zstd"),
    ],
)
def test_a_body_is_unpacked_whole(body: bytes, encoding: str) -> None:
    """Files made by appending compressed parts are common; a reader that stops at the first loses events."""
    assert unpack(body, encoding, most=len(TEXT)) == TEXT


@pytest.mark.parametrize(
    "body", [gzip.compress(TEXT)[:-1], gzip.compress(TEXT) + b"x", zstd(TEXT)[:-1], b"{}"]
)
def test_half_a_stream_is_refused(body: bytes) -> None:
    """Half a body would be half the events, with nobody told."""
    encoding = "zstd" if body.startswith(b"\x28") else "gzip"
    with pytest.raises(BadEncoding):
        unpack(body, encoding, most=len(TEXT))


@pytest.mark.parametrize("bomb", [gzip.compress(bytes(50_000_000)), zstd(bytes(50_000_000)), TEXT])
def test_a_bomb_is_refused_when_it_reaches_the_limit(bomb: bytes) -> None:
    """Fifty kilobytes that become fifty megabytes must cost what the limit says, no more."""
    with pytest.raises(BodyTooLarge):
        unpack(bomb, "", most=4096)


def test_a_compression_that_we_do_not_know_is_named() -> None:
    """A body read as if it were plain would give thousands of senseless refusals."""
    with pytest.raises(UnknownEncoding, match="br"):
        unpack(b"x", "br", most=10)
