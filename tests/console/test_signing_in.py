"""Signing in as a person does it: a first user by a link, a wrong password, a lock, an authenticator app."""

from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, expect
from tests.kit.browser import RIGHT, People
from tests.kit.service import House, a_service
from tests.kit.window import Look, a_look, enter

PASSWORD = "a long way to tipperary 7"


@pytest.fixture
def window(browser: Browser, house: House) -> Iterator[Look]:
    """Nobody is signed in."""
    with a_look(browser, house.running.endpoint) as opened:
        yield opened


def test_a_wrong_password_is_told_and_too_many_lock(window: Look, house: House, people: People) -> None:
    """Whoever guesses has to wait, and is told for how long; whoever knows comes in."""
    people.user(house.created.account_id, "hasty", "AdministratorAccess")
    page = window.go("/events")
    enter(page, "hasty", "wrong")
    expect(page.get_by_role("alert").first).to_be_visible()
    assert window.barriers() == []
    window.shot("sign-in")
    for _ in range(6):
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_timeout(300)
    expect(page.get_by_role("alert").first).to_contain_text("try again")
    window.shot("sign-in-locked")
    people.signin.guesses.unlock(house.created.account_id, "hasty")
    enter(page, "hasty", RIGHT)

    expect(page.locator(".list .row").first).to_be_visible()
    assert page.url.endswith("#/events")


def test_an_authenticator_is_set_up_and_asked_for(window: Look, house: House, people: People) -> None:
    """From the picture in the settings to the code at the next sign-in."""
    people.user(house.created.account_id, "careful", "AdministratorAccess")
    page = window.go("/settings/account")
    enter(page, "careful", RIGHT)
    card = page.locator(".card", has_text="Authenticator app")
    card.get_by_label("Current password").fill(RIGHT)
    card.get_by_role("button", name="Set up an app").click()
    expect(card.locator("img.qr")).to_be_visible()
    window.shot("totp")
    app = pyotp.TOTP(card.locator("[data-secret]").inner_text().replace(" ", ""))
    card.get_by_label("One-time code").fill(app.now())
    card.get_by_role("button", name="Confirm").click()
    codes = card.locator("[data-recovery]").inner_text().split()
    card.get_by_role("button", name="I have kept them").click()
    page.locator(".sign-out").click()

    enter(page, "careful", RIGHT)
    page.get_by_label("One-time code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".badge", has_text="MFA").first).to_be_visible()
    assert window.complaints == []


def test_signing_out_ends_the_session(window: Look, house: House, people: People) -> None:
    """After that, the cookie opens nothing, and the page shows nothing."""
    people.user(house.created.account_id, "leaving", "AdministratorAccess")
    page = window.go("/events")
    enter(page, "leaving", RIGHT)
    page.locator(".list .row").first.wait_for()
    page.locator(".sign-out").click()
    expect(page.get_by_label("User", exact=True)).to_be_visible()
    page.reload()

    expect(page.get_by_label("User", exact=True)).to_be_visible()
    expect(page.locator(".list")).to_have_count(0)


def test_the_first_user_is_made_by_a_link_that_is_good_once(browser: Browser, tmp_path: Path) -> None:
    """There is no default password: `serve` prints a link."""
    with a_service(tmp_path / "data") as house:
        people = People(house.running.data)
        token = people.signin.offer_setup(house.created.account_id)
        people.close()
        with a_look(browser, house.running.endpoint) as window:
            page = window.page
            page.goto(f"{house.running.endpoint}/console/setup#token={token}")
            page.get_by_label("User", exact=True).fill("first")
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            window.shot("set-up")
            page.get_by_role("button", name="Set up and sign in").click()
            expect(page.locator(".who")).to_have_text("first")
            page.locator(".sign-out").click()
            expect(page.locator(".who")).to_have_count(0)
            page.goto("about:blank")
            page.goto(f"{house.running.endpoint}/console/setup#token={token}")
            page.get_by_label("User", exact=True).fill("second")
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Set up and sign in").click()

            expect(page.get_by_role("alert").first).to_be_visible()
