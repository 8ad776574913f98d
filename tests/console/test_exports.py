"""Exports that fail, really: what a person sees then, and by which request it is found again."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect
from tests.kit.service import House, a_service, events
from tests.kit.window import as_administrator

from actiontrail.query.exportjobs import KEPT_MAX

REQUEST = re.compile(r"Request ([0-9A-F-]{36})")


@pytest.fixture(scope="module")
def full(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A service that has to leave free more than any disk has. (The browser first: without one nothing is started.)"""
    data: Path = tmp_path_factory.mktemp("exports") / "data"
    with a_service(
        data, settings=f'export_free_bytes_min = {1 << 59}\nrecord_own_operations = "all"\n'
    ) as house:
        house.client.post("/v1/events", events("a", "b"), content_type="application/x-ndjson")
        house.running.until(lambda: found(house, "eventName: RunInstances") == 2, "they are searchable")
        yield house


def found(house: House, query: str) -> int:
    total: int = house.client.request("GET", f"/v1/histogram?query={quote(query)}", b"", {}).json["total"]
    return total


@pytest.mark.parametrize(
    ("name", "options"),
    [("en", {}), ("zh-dark-narrow", {"locale": "zh-CN", "color_scheme": "dark", "viewport": {"width": 390, "height": 844}})],
)  # fmt: skip
def test_an_export_that_fails_tells_why_and_its_request(
    browser: Browser, full: House, name: str, options: dict[str, object]
) -> None:
    """The very request that the record has of it and that the service's log names."""
    with as_administrator(browser, full, **options) as window:
        page = window.go("/events?from=-1d&q=eventName%3A%20RunInstances")
        expect(page.locator(".total").first).to_have_attribute("data-total", "2")
        page.keyboard.press("Escape")
        page.locator("body").click(position={"x": 5, "y": 300})
        page.keyboard.press("e")
        page.locator(".export .ant-btn-primary").click()
        row = page.locator('[data-export][data-state="failed"]').first
        expect(row.get_by_role("alert")).to_contain_text({"en": "the disk has"}.get(name, "磁盘剩余空间"))
        expect(row.get_by_role("alert")).to_contain_text("DiskFull")
        expect(row.get_by_role("link")).to_have_count(0)
        window.shot(f"export-failed-{name}")
        barriers = window.barriers()
        told = re.search(r"[0-9A-F]{8}-[0-9A-F-]{27}", row.inner_text())
        assert told, row.inner_text()

        full.running.until(lambda: found(full, f"requestId: {told[0]}") == 1, "the record has the request")
        assert f'"request_id":"{told[0]}"' in full.running.log.replace(": ", ":")
        assert (barriers, window.complaints) == ([], [])


def test_an_export_that_is_refused_tells_why_and_its_request(browser: Browser, full: House) -> None:
    """An account keeps so many exports and no more; one is deleted there and then, and the next is taken."""
    with as_administrator(browser, full) as window:
        body = json.dumps({"query": "eventName: RunInstances"}).encode()
        while full.client.request("POST", "/v1/exports", body, {}).status == 200:
            pass
        page = window.go("/events?from=-1d&q=eventName%3A%20RunInstances")
        expect(page.locator(".total").first).to_have_attribute("data-total", "2")
        page.get_by_role("button", name="Export", exact=True).click()
        page.get_by_role("button", name="Export 2 events").click()
        refused = page.locator(".export > .ant-alert")
        expect(refused).to_contain_text(f"at most {KEPT_MAX} exports")
        expect(refused).to_contain_text("LimitExceeded.Export")
        expect(refused).to_contain_text(REQUEST)
        window.shot("export-refused")
        rows = page.locator("[data-export]")
        expect(rows).to_have_count(KEPT_MAX)
        rows.first.get_by_role("button", name="Stop and delete this export").click()
        window.shot("export-drop")
        page.locator(".ant-popconfirm:visible .ant-btn-primary").click()
        expect(rows).to_have_count(KEPT_MAX - 1)
        page.get_by_role("button", name="Export 2 events").click()

        expect(refused).to_have_count(0)
        expect(rows).to_have_count(KEPT_MAX)
        assert window.complaints == []
