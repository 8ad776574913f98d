"""The built pages: small enough for a first look, and they ask nobody but the service."""

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "src/actiontrail/console/pages"
LOCK = ROOT / "console-ui/package-lock.json"
FIRST_PAGE_BYTES_MAX = 400_000
VIEWER_BYTES_MAX = 100_000  # it is in every pack


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    if not (PAGES / "manifest.json").is_file():
        pytest.skip("the console is not built: make console")
    found: dict[str, Any] = json.loads((PAGES / "manifest.json").read_text())
    return found


def needed(manifest: dict[str, Any], *entries: str) -> set[str]:
    """The files that a browser loads before it shows one of `entries`."""
    files: set[str] = set()
    waiting, seen = list(entries), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        chunk = manifest[name]
        files |= {chunk["file"], *chunk.get("css", ())}
        waiting += chunk.get("imports", ())
    return files


@pytest.mark.parametrize(
    "page", ["src/pages/Overview.tsx", "src/pages/events/Events.tsx", "src/pages/SignIn.tsx"]
)
def test_a_first_page_is_small(manifest: dict[str, Any], page: str) -> None:
    """Whoever opens the console over a slow line sees it soon: 400 kB, compressed, are the most."""
    files = needed(manifest, "index.html", page)

    size = sum(len(gzip.compress((PAGES / name).read_bytes(), 6)) for name in files)

    assert size <= FIRST_PAGE_BYTES_MAX


def test_charts_are_not_loaded_before_a_chart_is_looked_at(manifest: dict[str, Any]) -> None:
    """The library of charts is larger than all the rest."""
    chart = manifest["src/parts/Chart.tsx"]["file"]

    assert chart not in needed(
        manifest, "index.html", "src/pages/Overview.tsx", "src/pages/events/Events.tsx"
    )


def test_the_pages_load_nothing_from_another_host(manifest: dict[str, Any]) -> None:
    """An audit console that asks a stranger for a font tells the stranger that an audit is going on."""
    loads = re.compile(rb"""(?:src|href)=["']?https?:|url\(["']?https?:|@import|importScripts\(["']https?:""")

    found = [
        path.name
        for path in PAGES.rglob("*")
        if path.suffix in {".html", ".css"} and loads.search(path.read_bytes())
    ]

    assert found == []


def test_the_viewer_of_evidence_packs_is_one_page_that_its_own_policy_lets_run(
    manifest: dict[str, Any],
) -> None:
    """Its hashes are those of the one script and the one style in it, and nothing else is allowed; the first page does not load it."""
    page = (PAGES / "viewer.html").read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    script, style = (re.findall(f"<{name}>(.*?)</{name}>", page, re.DOTALL) for name in ("script", "style"))
    hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in (*script, *style)]
    named = [chunk["file"] for chunk in manifest.values()]

    assert (len(script), len(style)) == (1, 1)
    assert policy[1] == (
        f"default-src 'none'; script-src 'sha256-{hashes[0]}'; style-src 'sha256-{hashes[1]}'; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(
        r"""<(?:link|img|iframe|base)|(?:src|href)=["']|\bfetch\(|XMLHttpRequest|import\(""", page
    )
    assert page.count('"data of the pack"') == 1
    assert ("viewer.html" in named, len(page) < VIEWER_BYTES_MAX) == (False, True)


def test_the_lock_names_no_registry() -> None:
    """Whoever uses a mirror installs the very same packages: by their hashes, wherever they come from."""
    packages = json.loads(LOCK.read_text())["packages"]
    loose = [name for name, package in packages.items() if name and "integrity" not in package]

    assert ("resolved" in LOCK.read_text(), loose) == (False, [])
