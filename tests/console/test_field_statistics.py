"""The statistics of a field: how many events have it, which values there are, the commonest and the rarest."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.kit.events_page import settled, told_and_asked_again, total
from tests.kit.window import Look, seen_in

Open = Callable[..., Look]
ENDS = 10


def at(fortnight: tuple[str, str], more: str = "") -> str:
    return f"/events?from={fortnight[0]}&to={fortnight[1]}{more}"


def figures(page: Page) -> tuple[int, ...]:
    """Events that have the field, all events, and different values, as the open statistics tell them."""
    told = page.locator(".stats [data-has]")
    told.wait_for()
    return tuple(int(told.get_attribute(f"data-{name}") or -1) for name in ("has", "all", "kinds"))


def values(page: Page, end: str) -> list[tuple[str, int]]:
    found = page.locator(f".stats [data-end={end}] li")
    return [(str(value), int(events)) for value, events in found.evaluate_all("all => all.map(one => [one.dataset.value, one.dataset.events])")]  # fmt: skip


def value_of(event: dict[str, Any], path: str) -> str:
    found: Any = event
    for step in path.split("."):
        found = found.get(step, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, str) else ""


@pytest.mark.parametrize("field", ["errorCode", "eventName", "userIdentity.accessKeyId", "requestParameters.RegionId"])  # fmt: skip
def test_they_are_what_counting_by_hand_finds(
    look: Open, recorded: list[dict[str, Any]], fortnight: tuple[str, str], field: str
) -> None:
    """Of a field with a facet, and of one that callers gave; by the address alone."""
    counted = Counter(value for one in recorded if (value := value_of(one, field)))
    window = look(at(fortnight, f"&stats={field}"))
    page = window.page

    assert figures(page) == (counted.total(), len(recorded), len(counted))
    top = sorted(counted.items(), key=lambda one: (-one[1], one[0].encode()))
    rare = sorted(counted.items(), key=lambda one: (one[1], one[0].encode()))
    assert values(page, "top") == top[:ENDS]
    assert values(page, "rare") == (rare[:ENDS] if len(counted) > ENDS else [])
    assert window.complaints == []


def test_a_heading_opens_them_and_a_value_becomes_a_chip(look: Open, fortnight: tuple[str, str]) -> None:
    """Asked only now; by keys alone; back takes the chip away, and once more the window."""
    window = look(at(fortnight))
    page = window.page
    everything = total(page)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.url.endswith("/v1/sql") else None)
    page.locator("[data-field=errorCode] .facet-value").first.wait_for()
    page.locator("[data-field=errorCode] .facet-value").first.focus()
    assert asked == []
    page.keyboard.press("m")
    has, _, _ = figures(page)
    rarest, count = values(page, "top")[-1]
    window.shot("stats")
    page.locator(f'.stats li[data-value="{rarest}"] .facet-value').focus()
    page.keyboard.press("Enter")
    settled(page, count)
    expect(page.locator(".stats")).to_have_count(0)
    expect(page.locator(".chip")).to_contain_text(rarest)
    page.go_back()
    settled(page, everything)
    assert figures(page)[0] == has
    page.get_by_role("button", name="Only events that have it").click()
    settled(page, has)
    page.go_back()
    page.go_back()
    expect(page.locator(".stats")).to_have_count(0)
    settled(page, everything)
    assert (asked != [], window.complaints) == (True, [])


def test_any_field_can_be_named(look: Open, fortnight: tuple[str, str]) -> None:
    """Names are proposed, also below the objects that callers fill; one that there is not is told as such."""
    window = look(at(fortnight))
    page = window.page
    total(page)
    page.get_by_role("button", name="Statistics of another field").click()
    field = page.get_by_label("Field", exact=True)
    expect(field).to_be_focused()
    page.keyboard.type("requestParameters.Pol")
    expect(page.locator('.stats option[value="requestParameters.PolicyName"]')).to_have_count(1)
    page.keyboard.type("icyName")
    page.keyboard.press("Enter")
    assert [value for value, _ in values_once(page)] == ["AdministratorAccess"]
    expect(page).to_have_url(re.compile("stats=requestParameters.PolicyName"))
    field.fill("noSuchField")
    page.keyboard.press("Enter")
    expect(page.locator(".stats .failed")).to_contain_text("noSuchField")
    page.keyboard.press("Escape")
    expect(page.locator(".stats")).to_have_count(0)
    assert window.complaints == []


def values_once(page: Page) -> list[tuple[str, int]]:
    figures(page)
    return values(page, "top")


def test_a_failing_and_a_slow_question_are_told(look: Open, fortnight: tuple[str, str]) -> None:
    """In the window, with the request's id, a way to try again, and a way to give up."""
    window = look("/settings")
    page = told_and_asked_again(window, at(fortnight, "&stats=eventName"), ".stats")
    figures(page)
    assert window.complaints == []


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1440), ("zh", "dark", 1440), ("zh", "light", 390)])  # fmt: skip
def test_they_are_readable_in_both_languages_and_looks(
    look: Open, fortnight: tuple[str, str], language: str, theme: str, width: int
) -> None:
    """Both ends beside each other, or one above the other."""
    window = look(
        at(fortnight, "&stats=eventName"),
        **seen_in(language, theme, width),
    )
    figures(window.page)
    window.still()
    window.shot(f"stats-{language}-{theme}-{width}")

    assert (window.barriers(), window.complaints) == ([], [])
