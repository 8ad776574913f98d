"""The console's pages at `/console/`: files that the front-end build left, each with its headers.

The files are known before anybody asks: an address is looked up in a table, and never on the disk. No script
may run but ours, no style but ours and those with this answer's own nonce, nothing may frame the pages, and
they may talk to this service alone.
"""

import gzip
import hashlib
import mimetypes
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from actiontrail.api.asgi import Application, Message, Receive, Send, headers_of, send_reply

PREFIX = "/console/"
FOLDER = Path(__file__).parent / "pages"
INDEX = "index.html"
NONCE = '<meta name="csp-nonce" content="{nonce}">'
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
_HASHED = "assets/"  # the build puts a hash into each of these names
_ENCODINGS = ((".br", "br"), (".gz", "gzip"))  # the smaller first
SMALL_BYTES = 1024  # not worth compressing
_PRIVATE = frozenset({"manifest.json"})  # the build's own
_COMMON = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-frame-options": "DENY",  # for those that do not know frame-ancestors
}
_MISSING = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>ActionTrail</title></head>
<body><h1>The console is not built here</h1>
<p>The service works, and so does everything at <code>/v1/</code>. To build the pages, with Node 20.19 or newer:</p>
<pre>make console</pre>
<p>and load this page again. A wheel that was built with them needs nothing.</p></body></html>
"""


class _File(NamedTuple):
    content: Mapping[str, bytes]  # by encoding; as it is under the empty name
    media_type: str
    etag: str
    modified: str


@dataclass(slots=True)
class Site:
    """The files in `folder`, read again when the build has made others."""

    folder: Path = FOLDER
    _files: dict[str, _File] = field(default_factory=dict)
    _built: float = -1.0

    def find(self, name: str) -> _File | None:
        """The file called `name`; None if there is none."""
        try:
            built = (self.folder / INDEX).stat().st_mtime
        except OSError:
            built = 0.0
        if built != self._built:
            self._files, self._built = (_read(self.folder) if built else {}), built
        return self._files.get(name)


def with_pages(inner: Application, site: Site | None = None) -> Application:
    """An application that answers for the pages, and leaves everything else to `inner`."""
    pages = site or Site()

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        if path == PREFIX.rstrip("/"):
            await send_reply(send, 308, {"location": PREFIX, **_COMMON}, b"")
        elif path.startswith(PREFIX):
            status, headers, body = reply(pages, scope["method"], path, headers_of(scope))
            await send_reply(send, status, headers, body)
        else:
            await inner(scope, receive, send)

    return answer


def reply(site: Site, method: str, path: str, asked: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body for one request below `PREFIX`."""
    if method not in ("GET", "HEAD"):
        return _plain(405, b"Pages are read with GET.", {"allow": "GET, HEAD"})
    name = unquote(path.removeprefix(PREFIX))
    found = site.find(name) if name not in {"", INDEX, *_PRIVATE} else None
    if found is not None:
        return _file(found, name, asked)
    if "." in name.rsplit("/", 1)[-1] and name != INDEX:  # a file, and not the address of a page
        return _plain(404, b"There is no such file.")
    return _index(site)


def policy(nonce: str) -> str:
    """What the pages may do."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _index(site: Site) -> tuple[int, dict[str, str], bytes]:
    """The one page, with a nonce that is new each time: so it is never kept."""
    nonce = secrets.token_urlsafe(18)
    page = site.find(INDEX)
    headers = {
        **_COMMON,
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy": policy(nonce),
    }
    if page is None:
        return 503, headers, _MISSING.encode()
    head = b"<head>" + NONCE.format(nonce=nonce).encode()
    return 200, headers, page.content[""].replace(b"<head>", head, 1)


def _file(found: _File, name: str, asked: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
    headers = {
        **_COMMON,
        "content-type": found.media_type,
        "cache-control": FOR_EVER if name.startswith(_HASHED) else ASK_AGAIN,
        "etag": found.etag,
        "last-modified": found.modified,
        "vary": "accept-encoding",
        # A picture with a script in it, opened by itself, runs nothing.
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        if found.media_type.startswith("image/")
        else "default-src 'none'",
    }
    if found.etag in [one.strip().removeprefix("W/") for one in asked.get("if-none-match", "").split(",")]:
        return 304, headers, b""
    taken = {part.split(";")[0].strip() for part in asked.get("accept-encoding", "").split(",") if "q=0" not in part.replace("q=0.", "")}  # fmt: skip
    for _, encoding in _ENCODINGS:
        if encoding in taken and encoding in found.content:
            return 200, {**headers, "content-encoding": encoding}, found.content[encoding]
    return 200, headers, found.content[""]


def _plain(
    status: int, text: bytes, more: Mapping[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    headers = {**_COMMON, "content-type": "text/plain; charset=utf-8", "cache-control": "no-store"}
    return status, {**headers, **(more or {})}, text


def _read(folder: Path) -> dict[str, _File]:
    """Every file of the build by its address; texts compressed, once, if the build did not."""
    found: dict[str, _File] = {}
    endings = tuple(ending for ending, _ in _ENCODINGS)
    for path in sorted(folder.rglob("*")):
        if (
            not path.is_file()
            or path.is_symlink()
            or (path.suffix in endings and path.with_suffix("").is_file())
        ):
            continue
        content = {"": path.read_bytes()}
        for ending, encoding in _ENCODINGS:
            beside = path.with_name(path.name + ending)
            if beside.is_file():
                content[encoding] = beside.read_bytes()
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if media_type.startswith("text/") or media_type in {"application/javascript", "image/svg+xml"}:
            media_type = f"{media_type}; charset=utf-8"
            if len(content[""]) > SMALL_BYTES:
                content.setdefault("gzip", gzip.compress(content[""], mtime=0))
        digest = hashlib.sha256(content[""]).hexdigest()[:32]
        modified = formatdate(path.stat().st_mtime, usegmt=True)
        found[path.relative_to(folder).as_posix()] = _File(content, media_type, f'"{digest}"', modified)
    return found
