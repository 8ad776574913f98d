"""A trail, made on its page and seen delivering."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.kit.service import House, events
from tests.kit.window import Look


def test_a_trail_is_made_and_seen_delivering(look: Callable[..., Look], house: House) -> None:
    """The place is really asked; then what is recorded goes there, and the page says how far it is."""
    if house.client.request("GET", "/v1/trails", b"", {}).status == 404:
        pytest.skip("this service offers no trails over its own interface")
    window = look("/trails")
    page = window.page
    page.get_by_role("button", name="New trail").click()
    page.get_by_label("Name").fill("console-made")
    page.get_by_label("Destination").fill("file:///nowhere/at/all")
    page.get_by_label("Reads and writes").select_option("Write")
    expect(
        page.get_by_text(re.compile(r"Yesterday this would have chosen [\d,]+ of [\d,]+ events"))
    ).to_be_visible()
    window.shot("trail-new")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("alert")).to_be_visible()

    place = house.running.data.parent / "places" / "audit"
    place.mkdir()
    page.get_by_label("Destination").fill(f"file://{place}")
    page.get_by_role("button", name="Create").click()
    card = page.locator(".card", has_text="console-made")
    expect(card.get_by_text("delivering")).to_be_visible()
    house.client.post("/v1/events", events("delivered-1"), content_type="application/x-ndjson")
    house.running.until(lambda: any(place.rglob("*.gz")), "something was delivered")
    page.get_by_role("button", name="Look again").click()
    expect(card.get_by_text("Delivered")).to_be_visible(timeout=20_000)
    window.shot("trail-delivering")

    card.get_by_role("button", name="Switch off").click()
    expect(card.get_by_text("switched off")).to_be_visible()
    assert (window.barriers(), window.complaints) == ([], [])
