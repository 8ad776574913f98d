"""An evidence pack as its receiver has it: unzipped, its files by name, and its viewer opened from the disk."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route, expect
from tests.kit.window import Look

_BEFORE, _AFTER = '<script type="application/json" id="pack">', "</script>"


@dataclass(frozen=True)
class Pack:
    """The folder that was in the ZIP."""

    folder: Path

    @classmethod
    def saved(cls, window: Look, deed: Callable[[], None], to: Path) -> "Pack":
        """What `deed` let the browser save, unzipped below `to`."""
        with window.page.expect_download() as download:
            deed()
        name = download.value.suggested_filename
        kept = to / name
        download.value.save_as(kept)
        with zipfile.ZipFile(kept) as archive:
            assert archive.testzip() is None
            archive.extractall(to)
        return cls(to / name.removesuffix(".zip"))

    def names(self) -> set[str]:
        return {one.relative_to(self.folder).as_posix() for one in self.folder.rglob("*") if one.is_file()}

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def sums(self) -> dict[str, str]:
        """What the manifest says of each file."""
        return dict(reversed(line.split("  ", 1)) for line in self.text("manifest.sha256").splitlines())  # type: ignore[misc]

    def hashes(self) -> dict[str, str]:
        """What each file is, but for the manifest."""
        return {
            name: hashlib.sha256((self.folder / name).read_bytes()).hexdigest()
            for name in self.names() - {"manifest.sha256"}
        }

    def data(self) -> Any:
        """What the viewer was given."""
        page = self.text("index.html")
        return json.loads(page.partition(_BEFORE)[2].partition(_AFTER)[0])

    def altered(self, change: Callable[[Any], object]) -> None:
        """The viewer with other data in it."""
        page = self.text("index.html")
        before, _, rest = page.partition(_BEFORE)
        after = rest.partition(_AFTER)[2]
        data = self.data()
        change(data)
        written = json.dumps(data).replace("<", "\\u003c")
        (self.folder / "index.html").write_text(before + _BEFORE + written + _AFTER + after, encoding="utf-8")


@contextmanager
def viewer(browser: Browser, pack: Pack, **options: Any) -> Iterator[tuple[Look, list[str]]]:
    """The pack's page, from the disk, without network; and the addresses that it asked for besides itself."""
    context = browser.new_context(
        **{"viewport": {"width": 1200, "height": 1600}, "locale": "en-US", **options}, offline=True
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    look = Look(page, context, "")
    page.on("pageerror", lambda error: look.complaints.append(str(error)))
    page.on("console", lambda said: look.complaints.append(said.text) if said.type == "error" else None)
    asked: list[str] = []

    def refuse(route: Route) -> None:
        if not route.request.url.startswith("file://"):
            asked.append(route.request.url)
        route.continue_()

    page.route("**/*", refuse)
    try:
        page.goto((pack.folder / "index.html").as_uri())
        yield look, asked
    finally:
        context.close()


def verified(page: Page, kind: str) -> None:
    """Wait until the viewer's verdict on the whole pack is `kind`."""
    expect(page.locator("[data-verified]")).to_have_attribute("data-verified", kind)


def turned(text: str, at: int) -> str:
    """`text` with another letter of base64 at `at`."""
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
