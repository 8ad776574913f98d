"""The pages before and around access, opened as whom they are for: set-up links good and bad, what has to be done first, members."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.kit.browser import RIGHT, People
from tests.kit.service import House, a_service
from tests.kit.window import a_look, as_administrator, enter

LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "zh-dark": {"locale": "zh-CN", "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 390, "height": 844}},
    "zh-dark-narrow": {
        "locale": "zh-CN",
        "color_scheme": "dark",
        "viewport": {"width": 390, "height": 844},
    },
}
LOOK = pytest.mark.parametrize("look", LOOKS)


@pytest.fixture(scope="module")
def strict(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Nobody can sign in yet, and whoever does needs an app. (The browser first: without one nothing is started.)"""
    data: Path = tmp_path_factory.mktemp("first") / "data"
    with a_service(data, settings="console_totp_required = true\n") as house:
        yield house


def an_account(house: House, *, people: bool = False) -> tuple[str, str]:
    """A new account's id and a set-up link of it, or none if there are people."""
    made = People(house.running.data)
    try:
        account = made.signin.accounts.create("first-visit").id
        return (
            account,
            ""
            if people
            else f"{house.running.endpoint}/console/setup#token={made.signin.offer_setup(account)}",
        )
    finally:
        made.close()


def fits(page: Page) -> bool:
    """Whether nothing stands out at the side."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide <= 0


def setting_up(page: Page, user: str, password: str) -> None:
    page.locator("input[name=user]").fill(user)
    page.locator("input[name=password]").fill(password)
    page.locator("button[type=submit]").click()


@LOOK
def test_a_first_visit_sets_up_and_then_the_app_that_is_demanded(
    browser: Browser, strict: House, look: str
) -> None:
    """The link, a mistake, a good password, and the page that `console_totp_required` shows before any other."""
    _, link = an_account(strict)
    with a_look(browser, strict.running.endpoint, **LOOKS[look]) as window:
        page = window.page
        page.goto(link)
        page.locator("input[name=password]").wait_for()
        window.shot(f"first-setup-{look}")
        found = [window.barriers(), fits(page)]
        setting_up(page, "<b>\u202eadmin</b> 💥", RIGHT)
        told = page.get_by_role("alert")
        expect(told).to_contain_text(re.compile(r"(Request|请求) [0-9A-F]{8}-"))
        setting_up(page, "first", "aaaaaaaaaaaa")
        expect(told).to_contain_text("WeakPassword")
        window.shot(f"first-setup-weak-{look}")
        with page.expect_response("**/v1/session/setup") as answer:
            setting_up(page, "first", RIGHT)
        assert answer.value.status == 200, answer.value.text()
        expect(page.locator("h1")).to_have_text(re.compile("^(Authenticator app|身份验证器)$"))
        window.shot(f"first-bound-{look}")
        found += [window.barriers(), fits(page)]
        page.locator("input[type=password]").fill("not my password")
        page.locator("button[type=submit]").click()
        expect(told).to_contain_text("WrongSignin")
        page.locator("input[type=password]").fill(RIGHT)
        page.locator("button[type=submit]").click()
        page.locator("img.qr").wait_for()
        page.locator("input[inputmode=numeric]").fill("no digits")
        page.locator("button[type=submit]").click()
        expect(told).to_contain_text("WrongCode")
        window.shot(f"first-bound-code-{look}")

        assert (found, fits(page), window.barriers(), window.complaints) == (
            [[], True, [], True],
            True,
            [],
            [],
        )


@LOOK
def test_a_link_that_opens_nothing_says_why_and_leads_on(browser: Browser, strict: House, look: str) -> None:
    """Used, mistyped or cut: nobody is left before a form that will never take anything."""
    zh = look.startswith("zh")
    with a_look(browser, strict.running.endpoint, **LOOKS[look]) as window:
        page = window.page
        page.goto(f"{strict.running.endpoint}/console/setup#token=<script>alert(1)</script>")
        setting_up(page, "mallory", RIGHT)
        gone = page.get_by_role("alert")
        expect(gone).to_contain_text("此链接已失效" if zh else "This link opens nothing any more")
        expect(gone.locator("code")).to_have_text("actiontrail users setup-link")
        window.shot(f"first-wrong-link-{look}")
        found = [window.barriers(), fits(page)]
        gone.get_by_role("button", name="前往登录" if zh else "To the sign-in").click()
        expect(page.locator("input[name=password]")).to_be_visible()
        expect(page).to_have_url(re.compile(r"/console/#/$"))
        page.goto("about:blank")
        page.goto(f"{strict.running.endpoint}/console/setup")
        expect(page.get_by_role("alert")).to_contain_text("#")
        window.shot(f"first-cut-link-{look}")

        assert (found, window.barriers(), window.complaints) == ([[], True], [], [])


def test_a_link_that_somebody_else_used_first_leads_to_the_sign_in(browser: Browser, strict: House) -> None:
    """Two tabs with one link: the second learns it, and its password opens nothing."""
    account, link = an_account(strict)
    with a_look(browser, strict.running.endpoint) as one, a_look(browser, strict.running.endpoint) as two:
        for window in (one, two):
            window.page.goto(link)
        setting_up(one.page, "quick", RIGHT)
        one.page.get_by_role("heading", name="Authenticator app").wait_for()
        setting_up(two.page, "slow", RIGHT)
        expect(two.page.get_by_role("alert")).to_contain_text("opens nothing any more")
    people = People(strict.running.data)
    names = [user.name for user in people.signin.users.list(account)]
    people.close()

    assert names == ["quick"]


@LOOK
def test_members_and_the_simulator_read_well_and_take_nonsense(
    browser: Browser, house: House, look: str
) -> None:
    """What is pasted into them is told to be wrong, or is shown as it is; nothing runs, nothing breaks."""
    with as_administrator(browser, house, **LOOKS[look]) as window:
        page = window.go("/settings/members")
        page.locator("table.plain").wait_for()
        window.shot(f"first-members-{look}")
        found = [fits(page)]
        page = window.go("/settings/access")
        asking = page.locator(
            ".card", has=page.get_by_role("heading", name=re.compile("^(May they, and why|.*为什么|.*为何)"))
        )
        asking.locator("input").nth(0).fill("nobody\u202e<img src=x>")
        asking.locator("input").nth(1).fill("'; drop table users --")
        asking.locator("button[type=submit]").click()
        expect(asking.get_by_role("alert")).to_contain_text(re.compile(r"(Request|请求) [0-9A-F]{8}-"))
        asking.scroll_into_view_if_needed()
        window.shot(f"first-simulator-{look}")

        assert (found, fits(page), page.locator("img[src=x]").count(), window.complaints) == (
            [True],
            True,
            0,
            [],
        )


def test_a_member_account_is_entered_by_the_link_that_its_page_tells_of(
    browser: Browser, strict: House
) -> None:
    """Made on the page, let in by the command that the page names, and signed in to its own account alone."""
    people = People(strict.running.data)
    names = {"member-maker": people.user(strict.created.account_id, "member-maker", "AdministratorAccess")}
    token = people.signin.begin_totp(names["member-maker"])
    import pyotp

    codes = people.signin.confirm_totp(names["member-maker"], pyotp.TOTP(token).now())
    people.close()
    with a_look(browser, strict.running.endpoint) as window:
        page = window.go("/settings/members")
        enter(page, "member-maker", RIGHT)
        page.locator("input[name=totp]").fill(codes[0])
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("button", name="Make a directory").click()
        page.locator(".ant-popconfirm:visible .ant-btn-primary").click()
        page.get_by_label("Name of a new member account").fill("subsidiary")
        page.get_by_role("button", name="Create").click()
        told = page.get_by_text("Nobody can sign in to the new account yet").locator("code").inner_text()
        window.shot("first-member-made")
        assert (window.barriers(), window.complaints) == ([], [])
    command = re.search(r"actiontrail (users setup-link --account \d{16})", told)
    assert command, told
    link = printed(command[1], strict)
    with a_look(browser, strict.running.endpoint) as window:
        window.page.goto(link)
        setting_up(window.page, "theirs", RIGHT)
        expect(window.page.get_by_role("heading", level=1)).to_have_text("Authenticator app")
        assert window.complaints == []


def printed(command: str, house: House) -> str:
    """What the command prints, where the service is found here."""
    import contextlib
    import io

    from actiontrail.cli.main import main

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert (
            main([*command.split(), "--data", str(house.running.data), "--endpoint", house.running.endpoint])
            == 0
        )
    return out.getvalue().strip()
