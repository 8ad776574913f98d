"""The pages' files and their headers: what a browser may do with them, and what it may keep."""

import gzip
import re
from pathlib import Path

import pytest

from actiontrail.console.site import Site, reply

SCRIPT = b"console.log(1)" * 40


@pytest.fixture
def site(tmp_path: Path) -> Site:
    pages = tmp_path / "pages"
    (pages / "assets").mkdir(parents=True)
    (pages / "index.html").write_text(
        '<!doctype html><html><head><title>x</title></head><body><script type="module" src="/console/assets/main-ab12.js"></script></body></html>'
    )
    (pages / "assets" / "main-ab12.js").write_bytes(SCRIPT)
    (pages / "assets" / "main-ab12.js.gz").write_bytes(gzip.compress(SCRIPT))
    (pages / "assets" / "main-ab12.js.br").write_bytes(b"brotli's")
    (pages / "mark.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (pages / "manifest.json").write_text("{}")
    (tmp_path / "secret.txt").write_text("not yours")
    (pages / "link.txt").symlink_to(tmp_path / "secret.txt")
    return Site(pages)


def got(site: Site, name: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return reply(
        site, "GET", f"/console/{name}", {key.replace("_", "-"): value for key, value in headers.items()}
    )


@pytest.mark.parametrize(
    "name", ["", "index.html", "events", "actors/user/alice", "resources/ACS%3A%3AECS%3A%3ADisk/d-1"]
)
def test_every_page_is_the_one_page(site: Site, name: str) -> None:
    """The browser's own program shows the rest; an address can be sent to a colleague."""
    status, headers, body = got(site, name)

    assert (status, headers["content-type"], headers["cache-control"], b"main-ab12.js" in body) == (
        200,
        "text/html; charset=utf-8",
        "no-store",
        True,
    )


def test_the_page_is_told_the_nonce_of_its_own_policy_and_each_page_another(site: Site) -> None:
    """Styles are made in the browser; a nonce that stays the same would be a password on the wall."""
    pages = [got(site, "") for _ in range(2)]
    told = [re.search(rb'name="csp-nonce" content="([^"]+)"', body) for _, _, body in pages]
    nonces = [found.group(1).decode() for found in told if found]

    assert [f"'nonce-{nonce}'" in headers["content-security-policy"] for nonce, (_, headers, _) in zip(nonces, pages, strict=True)] == [True, True]  # fmt: skip
    assert len(set(nonces)) == 2


def test_a_page_may_do_nothing_that_the_console_does_not_need(site: Site) -> None:
    """No inline script, no other host, no frame around it, no plug-in."""
    headers = got(site, "")[1]
    rules = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))

    assert (
        rules["default-src"],
        rules["script-src"],
        rules["connect-src"],
        rules["frame-ancestors"],
        rules["base-uri"],
    ) == (
        "'none'",
        "'self'",
        "'self'",
        "'none'",
        "'none'",
    )
    assert "unsafe" not in headers["content-security-policy"]
    assert {name: headers[name] for name in ("x-content-type-options", "referrer-policy", "cross-origin-opener-policy", "x-frame-options")} == {
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "x-frame-options": "DENY",
    }  # fmt: skip


def test_a_hashed_file_is_kept_for_ever_and_any_other_is_asked_for_again(site: Site) -> None:
    """A new build has new names; a picture has the old one."""
    assert [got(site, name)[1]["cache-control"] for name in ("assets/main-ab12.js", "mark.svg")] == [
        "public, max-age=31536000, immutable",
        "no-cache",
    ]


@pytest.mark.parametrize(
    ("accepted", "encoding", "body"),
    [
        ("gzip, deflate, br", "br", b"brotli's"),
        ("gzip", "gzip", gzip.compress(SCRIPT)),
        ("br;q=0, gzip;q=0.5", "gzip", gzip.compress(SCRIPT)),
        ("identity", None, SCRIPT),
        ("", None, SCRIPT),
    ],
)
def test_what_was_compressed_beforehand_is_sent_to_those_who_take_it(
    site: Site, accepted: str, encoding: str | None, body: bytes
) -> None:
    """A first look over a slow line; and nobody gets what they cannot read."""
    status, headers, sent = got(site, "assets/main-ab12.js", accept_encoding=accepted)

    assert (status, headers.get("content-encoding"), headers["vary"]) == (200, encoding, "accept-encoding")
    assert gzip.decompress(sent) == SCRIPT if encoding == "gzip" else sent == body


def test_a_text_that_the_build_did_not_compress_is_compressed_once(site: Site) -> None:
    """The build may be anybody's."""
    (site.folder / "assets" / "plain-ef56.css").write_text("a { color: red }\n" * 200)
    _, headers, body = got(site, "assets/plain-ef56.css", accept_encoding="gzip")

    assert (headers["content-encoding"], gzip.decompress(body)[:16]) == ("gzip", b"a { color: red }")


def test_what_a_browser_has_is_not_sent_again(site: Site) -> None:
    """By its digest, so a touched file of the same content is the same."""
    etag = got(site, "mark.svg")[1]["etag"]

    assert got(site, "mark.svg", if_none_match=f'"other", W/{etag}')[0] == 304


@pytest.mark.parametrize(
    "name",
    [
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "assets/../../secret.txt",
        "link.txt",
        "manifest.json",
        "assets/none.js",
        "//etc/passwd.txt",
    ],
)
def test_nothing_outside_the_build_is_ever_sent(site: Site, name: str) -> None:
    """An address is looked up in a table and never on the disk."""
    status, _, body = got(site, name)

    assert (status, b"not yours" in body) == (404, False)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE"])
def test_pages_are_only_read(site: Site, method: str) -> None:
    """Whatever changes something is asked of the interface."""
    assert reply(site, method, "/console/", {})[0] == 405


def test_without_a_build_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    """A newcomer without Node should not see an error of ours."""
    status, headers, body = got(Site(tmp_path / "nothing"), "")

    assert (status, b"make console" in body, "default-src 'none'" in headers["content-security-policy"]) == (
        503,
        True,
        True,
    )


def test_a_new_build_is_served_without_a_restart(site: Site) -> None:
    """Whoever works on the pages builds them often."""
    got(site, "")
    (site.folder / "assets" / "new-cd34.js").write_text("1")
    (site.folder / "index.html").write_text("<html><head></head>new</html>")
    import os

    os.utime(site.folder / "index.html", (1, 1))

    assert (b"new" in got(site, "")[2], got(site, "assets/new-cd34.js")[0]) == (True, 200)
