"""Signing in as a person does it: a first user by a link, a wrong password, a lock, an authenticator app."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pyotp
import pytest
from playwright.sync_api import Browser, expect
from tests.kit.browser import RIGHT, People
from tests.kit.browser import Browser as Tab
from tests.kit.letters import lettered, press
from tests.kit.provider import CLIENT, SECRET, a_provider
from tests.kit.service import House, a_service, free_port
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
        expect(page.locator(".ant-btn-loading")).to_have_count(
            0
        )  # a press while the last is judged does nothing
        with page.expect_response(lambda one: one.url.endswith("/v1/session")):
            page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("try again")
    window.shot("sign-in-locked")
    people.signin.guesses.unlock(house.created.account_id, "hasty")
    enter(page, "hasty", RIGHT)

    expect(page.locator(".list .row").first).to_be_visible()
    assert "#/events" in page.url


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
    page.get_by_label("One-time code").wait_for()
    window.still()
    letters, barriers = lettered(page), window.barriers()
    window.shot("one-time-code")
    press(page, page.get_by_label("One-time code"))
    page.keyboard.type(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".badge", has_text="MFA").first).to_be_visible()
    assert (letters.wrong, barriers) == ([], [])
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


def test_whoever_needs_an_app_sets_one_up_before_anything_else(browser: Browser, tmp_path: Path) -> None:
    """`console_totp_required`: nothing is served before, over HTTP either; then the page that was asked for is there."""
    with a_service(tmp_path / "data", settings="console_totp_required = true\n") as house:
        people = People(house.running.data)
        people.user(house.created.account_id, "second", "AdministratorAccess")
        people.close()
        tab = Tab(house.running.endpoint)
        bound = tab.sign_in("second").json()["bound"]
        kept_out = {
            tab.send(method, path, body).json()["Code"]
            for method, path, body in (
                ("GET", "/v1/search", None),
                ("POST", "/v1/search", {}),
                ("GET", "/v1/access/users", None),
                ("POST", "/v1/access/users", {"name": "made"}),
                ("DELETE", "/v1/access/users/second/totp", None),
            )
        }
        tab.close()
        with a_look(browser, house.running.endpoint) as window:
            page = window.go("/settings/account")
            enter(page, "second", RIGHT)
            expect(page.get_by_role("heading", level=1)).to_have_text("Authenticator app")
            expect(page.locator(".nav")).to_have_count(0)
            barriers = window.barriers()
            page.get_by_label("Current password").fill(RIGHT)
            page.get_by_role("button", name="Set up an app").click()
            app = pyotp.TOTP(page.locator("[data-secret]").inner_text().replace(" ", ""))
            window.shot("bound-totp")
            page.get_by_label("One-time code").fill(app.now())
            page.get_by_role("button", name="Confirm").click()
            page.get_by_role("button", name="I have kept them").click()
            expect(page.locator(".badge", has_text="MFA").first).to_be_visible()
            secure = page.url.endswith("#/settings/account")

    assert (bound, kept_out, barriers, secure) == ("totp", {"MustSetUpTotp"}, [], True)


def test_a_provider_signs_somebody_in_and_leads_back_to_where_they_were(
    browser: Browser, tmp_path: Path
) -> None:
    """The button, the provider, the page that was asked for; and somebody whom nobody here knows is told so."""
    port = free_port()
    with a_provider() as provider:
        secret = tmp_path / "secret"
        secret.write_text(SECRET)
        settings = (
            f'console_url = "http://127.0.0.1:{port}"\noidc_issuer = "{provider.issuer}"\noidc_client_id = "{CLIENT}"\n'
            f'oidc_client_secret_file = "{secret}"\noidc_name = "Company sign-on"\n'
        )
        with a_service(tmp_path / "data", settings=settings, port=port) as house:
            people = People(house.running.data)
            people.user(house.created.account_id, "alice", "AdministratorAccess")
            people.close()
            with a_look(browser, house.running.endpoint) as window:
                page = window.go("/trails?from=a-link")
                window.shot("sign-in-sso")
                provider.person = {"sub": "subject-9", "preferred_username": "mallory"}
                page.get_by_role("button", name="Sign in with Company sign-on").click()
                expect(page.get_by_role("alert")).to_contain_text("this account has no user of that name")
                window.shot("sign-in-sso-stranger")
                provider.person = {"sub": "subject-1", "preferred_username": "alice"}
                page.get_by_role("button", name="Sign in with Company sign-on").click()
                expect(page.locator(".who")).to_have_text("alice")

                expect(page.get_by_role("heading", level=1)).to_have_text("Trails")
                assert (page.url.partition("#")[2], window.complaints) == ("/trails?from=a-link", [])


def test_a_session_says_that_it_ends_and_the_page_outlives_it(
    window: Look, house: House, people: People
) -> None:
    """Before, with a way to stay; after, with the way back to the very same search."""
    user = people.user(house.created.account_id, "resting", "AdministratorAccess")
    search = "/events?q=StopLogging+svc-backup-agent&from=-30d&order=oldest"
    page = window.page
    page.clock.install()
    window.go(search)
    enter(page, "resting", RIGHT)
    page.locator(".list .row").first.wait_for()
    page.clock.fast_forward((57 * 60 + 36) * 1000)  # the warning comes at 57:30, and the clock goes on
    page.clock.run_for(2000)
    expect(page.locator(".expiry")).to_contain_text("Nobody has used this session for a while")
    window.shot("session-ends")
    barriers = window.barriers()
    page.locator(".expiry").get_by_role("button", name="Stay signed in").click()
    expect(page.locator(".expiry")).to_have_count(0)
    with people.database.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM console_sessions WHERE user_id = '{user.id}'")
    page.locator(".facet-value").first.click()
    expect(page.locator("form")).to_contain_text("Your session is over")
    window.shot("session-over")
    enter(page, "resting", RIGHT)

    expect(page.locator(".list .row").first).to_be_visible()
    assert ("q=StopLogging" in page.url, "order=oldest" in page.url, barriers) == (True, True, [])


def test_a_session_is_rotated_whenever_its_worth_changes(window: Look, house: House, people: People) -> None:
    """At sign-in, with a new password, with an app: an id that was seen before opens nothing."""
    people.user(house.created.account_id, "rotated", "AdministratorAccess")

    def held() -> str:
        return next((one["value"] for one in window.context.cookies() if one["name"] == "actiontrail-session"), "")  # fmt: skip

    window.context.add_cookies(
        [{"name": "actiontrail-session", "value": "planted", "url": house.running.endpoint}]
    )
    page = window.go("/settings/account")
    enter(page, "rotated", RIGHT)
    page.locator(".who").wait_for()
    ids = ["planted", held()]
    card = page.locator(".card", has=page.get_by_role("button", name="Change the password"))
    card.get_by_label("Current password").fill(RIGHT)
    card.get_by_label("New password").fill(f"{RIGHT} again")
    card.get_by_role("button", name="Change the password").click()
    expect(card).to_contain_text("The password is changed")
    ids.append(held())
    old = httpx.get(f"{house.running.endpoint}/v1/session", cookies={"actiontrail-session": ids[1]})

    assert (len(set(ids)), old.status_code, window.complaints) == (3, 401, [])
