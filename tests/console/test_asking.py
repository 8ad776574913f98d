"""Asking the record: channels, completion, surroundings, what explains nothing, and what is kept of a search."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.kit.window import Look

Open = Callable[..., Look]


def total(page: Page) -> int:
    """How many events the page says it found, once it has settled."""
    told = page.locator(".total").first
    expect(told).to_have_attribute("data-total", re.compile(r"\d"))
    return int(told.get_attribute("data-total") or -1)


def settled(page: Page, count: int) -> None:
    expect(page.locator(".total").first).to_have_attribute("data-total", str(count))


def test_channels_are_counted_chosen_and_typed(look: Open, span: str) -> None:
    """How a call came, by console, API, SDK or CLI, is a question like any other."""
    page = look(f"/events?{span}").page
    value = page.locator(".facet", has_text="channel").locator("button.facet-value", has_text="terraform")
    value.click()
    expect(page.locator(".chip")).to_contain_text("channel")
    chosen = total(page)
    expect(page.locator(".list .row").first).to_contain_text("with Terraform")

    page = look(f"/events?{span}&q=channel%3A%20terraform").page
    settled(page, chosen)
