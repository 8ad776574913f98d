"""Events of one sort: left alone, or put out of sight, from the open event and from the list."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.kit.events_page import INTRUDER, STOPPED, counted, settled, total
from tests.kit.service import House
from tests.kit.window import Look, seen_in

Open = Callable[..., Look]
STOP = '(serviceName: "Actiontrail" and eventName: "StopLogging")'


def test_what_is_like_an_open_event_is_hidden_and_comes_back(
    look: Open, house: House, fortnight: tuple[str, str]
) -> None:
    """Operation and service together, by one chip: neither the rest of the service nor the name elsewhere goes with it."""
    window = look(f"/events?from={fortnight[0]}&to={fortnight[1]}&open={STOPPED}")
    page = window.page
    everything = total(page)
    opened = page.locator(f'[data-event="{STOPPED}"].open')
    alike = counted(house, STOP, fortnight)
    assert 0 < alike < counted(house, "serviceName: Actiontrail", fortnight)

    opened.get_by_role("button", name="Hide similar").click()
    settled(page, counted(house, f"not {STOP}", fortnight))
    assert total(page) == everything - alike
    expect(page.locator(".chip.not")).to_have_text(re.compile("sort Actiontrail StopLogging"))
    expect(opened).to_have_count(0)
    window.shot("similar-hidden")
    page.reload()
    settled(page, everything - alike)
    page.go_back()
    settled(page, everything)
    expect(opened).to_be_visible()

    opened.get_by_role("button", name="Similar only").click()
    settled(page, alike)
    expect(opened.get_by_role("button", name="Similar only")).to_have_attribute("aria-pressed", "true")
    page.locator(".chip-remove").click()
    settled(page, everything)
    assert window.complaints == []


def test_the_row_that_is_meant_takes_its_like_away_by_a_key(look: Open, house: House) -> None:
    """`j` and `0` go down a list and clear it; `1` turns it round; the same once more takes it back."""
    window = look(f"{INTRUDER}&to=now&order=oldest&runs=open")
    page = window.page
    settled(page, 11)
    rows = page.locator(".list .row")
    name = rows.nth(1).locator(".row-toggle").get_attribute("aria-label")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_class(re.compile("focused"))
    page.keyboard.press("0")
    expect(page.locator(".chip.not")).to_have_count(1)
    expect(page.locator(f".list [aria-label={name!r}]")).to_have_count(0)
    left = total(page)
    assert 0 < left < 11
    expect(rows.nth(1)).to_have_class(re.compile("focused"))
    page.keyboard.press("0")
    expect(page.locator(".chip.not")).to_have_count(2)
    page.keyboard.press("u")
    expect(page.locator(".chip.not")).to_have_count(1)
    settled(page, left)
    page.keyboard.press("j")
    page.keyboard.press("1")
    expect(page.locator(".chip")).to_have_count(3)
    expect(page).to_have_url(re.compile("f=sort%3D"))
    assert 0 < total(page) < left
    assert window.complaints == []


def test_a_folded_run_goes_with_all_that_is_like_it(look: Open, house: House) -> None:
    """Five hundred Describe… calls are the first that one wants gone."""
    window = look("/events?f=userIdentity.userName%3Dmonitoring%3Aprobe&from=-14d")
    page = window.page
    page.locator(".row.run").first.wait_for()
    before = total(page)
    for _ in range(20):
        page.keyboard.press("j")
        if page.locator(".row.run.focused").count():
            break
    page.keyboard.press("0")

    expect(page.locator(".chip.not").first).to_be_visible()
    expect(page.locator(".total").first).not_to_have_attribute("data-total", str(before))
    assert total(page) < before
    assert window.complaints == []


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1440), ("zh", "dark", 1440), ("zh", "light", 390)])  # fmt: skip
def test_it_is_readable_in_both_languages_and_looks(
    look: Open, fortnight: tuple[str, str], language: str, theme: str, width: int
) -> None:
    """Buttons, pressed and not, and the chip."""
    window = look(
        f"/events?from={fortnight[0]}&to={fortnight[1]}&open={STOPPED}&f=sort%3DActiontrail%2FStopLogging&x=sort%3DEcs%2FDescribeInstances",
        **seen_in(language, theme, width),
    )
    opened = window.page.locator(f'[data-event="{STOPPED}"].open')
    expect(opened.get_by_role("button", name={"en": "Similar only", "zh": "仅同类"}[language])).to_be_visible()  # fmt: skip
    window.still()
    window.shot(f"similar-{language}-{theme}-{width}")

    assert (window.barriers(), window.complaints) == ([], [])
