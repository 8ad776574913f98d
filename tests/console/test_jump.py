"""To a moment that one types, and to now: the range goes there as wide as it is."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.kit.window import Look, seen_in

Open = Callable[..., Look]
HOUR = "/events?from=2026-01-10T00:00:00Z&to=2026-01-10T02:00:00Z"


def test_a_typed_moment_is_the_middle_of_the_range(look: Open) -> None:
    """`d`, the moment, Enter; in the zone that is shown; back is where one was."""
    window = look(HOUR)
    page = window.page
    page.locator(".range-button").wait_for()
    page.keyboard.press("d")
    field = page.get_by_role("textbox", name=re.compile("Jump to"))
    expect(field).to_be_focused()
    page.keyboard.type("some day")
    page.keyboard.press("Enter")
    expect(page.locator(".jump-form [role=alert]")).to_contain_text("names no moment")
    field.fill("2026-01-05 11:02")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("from=2026-01-05T02%3A02%3A00Z&to=2026-01-05T04%3A02%3A00Z"))
    expect(page.locator(".jump-form")).to_be_hidden()
    page.go_back()
    expect(page).to_have_url(re.compile("from=2026-01-10T00%3A00%3A00Z|from=2026-01-10T00:00:00Z"))
    assert window.complaints == []


def test_a_key_jumps_to_now(look: Open) -> None:
    """As wide as it was, and going on with the clock."""
    page = look(HOUR).page
    page.locator(".total[data-total]").first.wait_for()
    page.keyboard.press(">")
    expect(page).to_have_url(re.compile(r"from=-2h(&|$)"))
    expect(page.locator(".range-button")).to_contain_text("Last 2 hours")
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile("from=2026-01-10"))


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "dark", 1440), ("zh", "light", 390)])
def test_it_is_readable_in_both_languages_and_looks(
    look: Open, language: str, theme: str, width: int
) -> None:
    """With what is wrong told."""
    window = look(HOUR, **seen_in(language, theme, width))
    page = window.page
    page.locator(".range-button").click()
    page.locator(".jump-form input").fill("?")
    page.keyboard.press("Enter")
    page.locator(".jump-form [role=alert]").wait_for()
    window.still()
    window.shot(f"jump-{language}-{theme}-{width}")

    assert (window.barriers(), window.complaints) == ([], [])
