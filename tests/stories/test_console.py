"""The console's pages through the front door of the real service."""

from pathlib import Path

import httpx
from tests.kit.service import a_service


def test_the_pages_come_through_the_front_door(tmp_path: Path) -> None:
    """Passed on to the reader, with their headers."""
    with a_service(tmp_path / "data") as house:
        at = house.running.endpoint
        page = httpx.get(f"{at}/console/")
        moved = httpx.get(f"{at}/console")
        posted = httpx.post(f"{at}/console/", content=b"x")

    assert (page.status_code in {200, 503}, page.headers["content-type"]) == (
        True,
        "text/html; charset=utf-8",
    )
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert (moved.status_code, moved.headers["location"], posted.status_code) == (308, "/console/", 405)
