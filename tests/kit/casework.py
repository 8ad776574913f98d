"""A case of three events of the told intrusion: pinned, noted and packed by the keys of the Events page."""

from typing import Any

from playwright.sync_api import Page, expect

THREE = ("CreateUser", "AttachPolicyToUser", "StopLogging")
TITLE = "The deploy key leaked"
SUMMARY = "One key, taken from a build log.\n\nWhat it did within twenty minutes."
NOTES = ("A user that nobody asked for.", "An administrator\nwithin half a minute.", "Then it was dark.")


def address(ids: list[str]) -> str:
    """The Events page with these pinned; nothing else is asked of it than one search."""
    return "/events?from=-30d&q=eventName%3A%20StopLogging" + "".join(f"&pin={one}" for one in ids)


def fields(page: Page) -> list[Any]:
    """Where notes are written, in the order of the pins, once there is one for each."""
    expect(page.locator(".pins [data-event]")).not_to_have_count(0)
    expect(page.locator(".pin textarea")).to_have_count(page.locator(".pins [data-event]").count())
    return page.locator(".pin textarea").all()


def write(page: Page, notes: tuple[str, ...] = NOTES) -> None:
    """Title, summary and three notes, by keys."""
    expect(page.locator(".pins [data-event]")).to_have_count(3)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+j")
    expect(page.get_by_label("Title of the case")).to_be_focused()
    page.keyboard.type(TITLE)
    page.get_by_label("Summary").fill(SUMMARY)
    for field, note in zip(fields(page), notes, strict=True):
        field.fill(note)


def make(page: Page) -> None:
    """Open the dialog by its key, and have the pack made."""
    expect(page.locator(".pins [data-event]")).not_to_have_count(0)
    page.keyboard.press("Control+s")
    expect(page.locator("[data-pack] .ant-btn-primary")).to_be_focused()
    page.keyboard.press("Enter")
