"""Whatever fails on any page: told with what failed and by which request, in both languages, and tried again or gone on from."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from tests.kit.browser import People
from tests.kit.events_page import INTRUDER, STOPPED
from tests.kit.service import House
from tests.kit.window import Look, a_look, enter

Open = Callable[..., Look]
REQUEST = "0F1E2D3C-FA11-4ED0-8000-00000000000"
TOLD = {"en": "leans on did not answer", "zh": "服务所依赖的组件没有响应"}
PRESSED = ".ant-popconfirm:visible .ant-btn-primary"


@dataclass
class Broken:
    """Calls that are answered by a failure until they are `mended`; each with another request id."""

    mended: bool = False
    failed: int = 0

    def __call__(self, route: Route) -> None:
        if self.mended:
            route.continue_()
            return
        self.failed += 1
        told = {
            "Code": "ServiceUnavailable",
            "Message": "away for now",
            "RequestId": f"{REQUEST}{self.failed % 10}",
        }
        route.fulfill(status=503, content_type="application/json", body=json.dumps(told))


def breaks(window: Look, address: str, method: str = "") -> Broken:
    """From now on calls of `address` fail."""
    broken = Broken()

    def judge(route: Route) -> None:
        if method and route.request.method != method:
            route.fallback()
        else:
            broken(route)

    window.context.route(address, judge)
    return broken


def told(shown: Locator, language: str = "en") -> None:
    """What failed in the reader's language, what the service says of it, and by which request."""
    expect(shown).to_contain_text(TOLD[language])
    expect(shown).to_contain_text("away for now")
    expect(shown).to_contain_text(re.compile(rf"ServiceUnavailable · (Request|请求) {REQUEST}\d"))


def again(shown: Locator) -> None:
    shown.get_by_role("button", name=re.compile("Try again|重试")).click()


def say_yes(page: Page) -> None:
    page.locator(PRESSED).click()


@dataclass(frozen=True)
class Deed:
    """Something that is done on a page and fails: where, which call, how, and what is there once it went well."""

    path: str
    address: str
    method: str
    do: Callable[[Page], None]
    done: Callable[[Page], Locator]


def _just_look(_: Page) -> None:
    """What the page asks by itself is what fails."""


def _open(page: Page, name: str) -> None:
    page.locator(".list .row").first.wait_for()
    page.locator(f"button[title={name}]").click()


def _sigma(page: Page) -> None:
    _open(page, "y")
    page.locator(".ant-dropdown-menu-item").nth(4).click()


def _keep(page: Page) -> None:
    _open(page, "q")
    page.locator(".saved input").fill("kept at last")
    page.keyboard.press("Enter")


def _drop(page: Page) -> None:
    _open(page, "q")
    page.locator(".saved li", has_text="to be dropped").locator(".chip-remove").click()
    say_yes(page)


def _keep_advanced(page: Page) -> None:
    page.locator(".rows tbody tr").first.wait_for()
    page.locator("#advanced-name").fill("kept by advanced")
    page.keyboard.press("Enter")


def _forget(page: Page) -> None:
    page.locator("[data-run]").first.locator("[data-deed=remove]").click()
    say_yes(page)


def _drop_kept(page: Page) -> None:
    page.locator(".kept li", has_text="to be dropped").locator("[data-deed=remove]").click()
    say_yes(page)


def _verify(page: Page) -> None:
    page.locator("#verify-id").fill(STOPPED)
    page.keyboard.press("Enter")


def _export(page: Page) -> None:
    _open(page, "e")
    page.locator(".export .ant-btn-primary").click()


def _token(page: Page) -> Locator:
    return page.get_by_role("row").filter(has_text="made to be switched").first


def _switch_token(page: Page) -> None:
    _token(page).locator("[data-deed=switch]").click()


def _find(page: Page) -> None:
    page.locator(".palette-button").click()
    page.locator("dialog[open] input").fill(STOPPED)


def _live(page: Page) -> None:
    page.locator(".live").wait_for()


def _gone(rows: str) -> Callable[[Page], Locator]:
    """What is there once the search is away that was to be dropped."""
    return lambda page: page.locator(f"body:not(:has({rows}:has-text('to be dropped')))")


ADVANCED = f"/advanced?q={quote('* | select count(*) as c')}"
DEEDS = {
    "sigma": Deed(INTRUDER, "**/v1/sigma", "POST", _sigma, lambda page: page.get_by_text(re.compile("^(Copied|已复制)$")).first),
    "keep": Deed(INTRUDER, "**/v1/queries", "POST", _keep, lambda page: page.locator(".saved li", has_text="kept at last").first),
    "list-kept": Deed(INTRUDER, "**/v1/queries", "GET", lambda page: _open(page, "q"), lambda page: page.locator(".saved li").first),
    "drop": Deed(INTRUDER, "**/v1/queries/*", "DELETE", _drop, _gone(".saved li")),
    "live": Deed("/events?mode=tail", "**/v1/tail", "POST", _live, lambda page: page.locator(".pulse:not(.paused)")),
    "export": Deed(INTRUDER, "**/v1/exports", "POST", _export, lambda page: page.locator("[data-export]").first),
    "list-exports": Deed(INTRUDER, "**/v1/exports", "GET", lambda page: _open(page, "e"), lambda page: page.locator("[data-export]").first),
    "advanced-keep": Deed(ADVANCED, "**/v1/queries", "POST", _keep_advanced, lambda page: page.locator(".kept li", has_text="kept by advanced").first),
    "advanced-run": Deed(ADVANCED, "**/v1/sql", "POST", _just_look, lambda page: page.locator(".rows tbody tr").first),
    "advanced-scenes": Deed("/advanced", "**/v1/scenes*", "GET", _just_look, lambda page: page.locator(".scene").first),
    "advanced-drop": Deed("/advanced?tab=saved", "**/v1/queries/*", "DELETE", _drop_kept, _gone(".kept li")),
    "advanced-forget": Deed(f"{ADVANCED}&tab=history", "**/v1/query-history/*", "DELETE", _forget, lambda page: page.locator("[data-run]").first),
    "integrity-visit": Deed("/integrity", "**/log/vkey", "GET", _just_look, lambda page: page.locator("[data-vkey]")),
    "integrity-verify": Deed("/integrity", "**/v1/proof/*", "GET", _verify, lambda page: page.locator(".verdict[data-holds=true]")),
    "event": Deed(f"/event/{STOPPED}", f"**/v1/events/{STOPPED}", "GET", _just_look, lambda page: page.locator(".fields").first),
    "around": Deed(f"{INTRUDER}&open={STOPPED}&tab=around:actor:900", "**/v1/surroundings/**", "", _just_look, lambda page: page.locator(".surroundings .timeline").first),
    "compare": Deed("/compare?of=periods&from=-30d&to=now", "**/v1/facets", "POST", _just_look, lambda page: page.locator(".compare-field tbody tr").first),
    "compare-times": Deed("/compare?of=actors&a=user:deploy-bot&b=user:chen.wei&from=-30d&to=now", "**/v1/histogram", "POST", _just_look, lambda page: page.locator(".compare-field tbody tr").first),
    "compare-event": Deed(f"/compare?of=events&a={STOPPED}", f"**/v1/events/{STOPPED}", "GET", _just_look, lambda page: page.locator("[data-side=A] .sentence")),
    "pins": Deed(f"{INTRUDER}&pin={STOPPED}", f"**/v1/events/{STOPPED}", "GET", _just_look, lambda page: page.locator(".pins .pin").first),
    "why-empty": Deed("/events?f=serviceName%3DRan&from=", "**/v1/why-empty*", "", _just_look, lambda page: page.locator("[data-reason]").first),
    "insights": Deed("/insights", "**/v1/search", "POST", _just_look, lambda page: page.locator(".empty").first),
    "trails": Deed("/trails", "**/v1/trails", "GET", _just_look, lambda page: page.locator(".trail, .empty, .page .faint").first),
    "tokens": Deed("/settings/access", "**/v1/access/tokens/*", "PATCH", _switch_token, _token),
    "users": Deed("/settings/access", "**/v1/access/users", "GET", _just_look, lambda page: page.locator("tbody tr").first),
    "sessions": Deed("/settings/account", "**/v1/sessions", "GET", _just_look, lambda page: page.locator("tbody tr").first),
    "retention": Deed("/settings/retention", "**/v1/retention", "GET", _just_look, lambda page: page.locator("tbody tr").first),
    "palette": Deed("/settings", "**/v1/find*", "", _find, lambda page: page.locator("dialog[open] li .number").first),
}  # fmt: skip


@pytest.fixture(scope="module")
def stocked(house: House) -> House:
    """Something of everything that a deed takes away: a kept search, a run of a query, an export, a token."""
    client = house.client
    question = json.dumps({"query": "* | select count(*) as all", "remember": True}).encode()
    assert client.request("POST", "/v1/sql", question, {}).status == 200
    assert client.request("POST", "/v1/exports", b'{"query": "eventName: StopLogging"}', {}).status == 200
    assert client.request("POST", "/v1/access/tokens", b'{"note": "made to be switched"}', {}).json["tokenId"]
    return house


# In one language or the other: that there are both for every code is held where the words are.
@pytest.mark.parametrize(
    ("name", "language"), [(name, ("en", "zh")[at % 2]) for at, name in enumerate(DEEDS)]
)
def test_what_fails_is_told_with_its_request_and_tried_again(
    look: Open, stocked: House, name: str, language: str
) -> None:
    """A person reads what failed, can name the request to whoever looks after the service, and goes on by a press."""
    deed = DEEDS[name]
    kept = json.dumps({"name": "to be dropped", "query": "eventName: StopLogging"}).encode()
    if name.endswith("drop"):
        assert stocked.client.request("POST", "/v1/queries", kept, {}).status == 200
    locale = {"en": "en-US", "zh": "zh-CN"}[language]
    window = look("/nowhere", locale=locale, color_scheme="dark" if language == "zh" else "light")
    window.page.locator(".frame").wait_for()
    broken = breaks(window, deed.address, deed.method)
    page = window.go(deed.path)
    deed.do(page)
    shown = page.locator(".failed:visible").first
    told(shown, language)
    window.still()
    barriers = window.barriers()
    window.shot(f"failed-{name}-{language}")
    broken.mended = True
    again(shown)

    expect(page.locator(".failed")).to_have_count(0)
    expect(deed.done(page)).to_be_visible()
    assert (broken.failed > 0, barriers, window.complaints) == (True, [], [])


def test_nobody_is_called_signed_out_who_is_not(look: Open) -> None:
    """A session that the service could not end goes on: whoever leaves a shared machine must know."""
    window = look("/settings")
    broken = breaks(window, "**/v1/session", "DELETE")
    page = window.page
    page.get_by_role("button", name="Sign out").click()
    shown = page.locator(".failed")
    told(shown)
    window.shot("failed-sign-out")
    expect(page.locator(".who")).to_be_visible()
    shown.get_by_role("button", name="Put this message away").click()

    expect(shown).to_have_count(0)
    expect(page.locator(".who")).to_be_visible()
    assert (broken.failed, window.complaints) == (1, [])


def test_nor_is_anybody_who_has_a_password_to_change_first(
    browser: Browser, people: People, house: House
) -> None:
    """The page before all others has a way out of its own."""
    user = people.user(house.created.account_id, "bound-still", "AdministratorAccess")
    with a_look(browser, house.running.endpoint) as window:
        page = window.go("/")
        enter(page, user.name, people.signin.give_password(user))
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_have_text("Change the password")
        broken = breaks(window, "**/v1/session", "DELETE")
        page.get_by_role("button", name="Sign out").click()
        shown = page.locator(".failed")
        told(shown)
        expect(heading).to_have_text("Change the password")
        broken.mended = True
        again(shown)

        expect(page.get_by_label("User", exact=True)).to_be_visible()
        assert (broken.failed, window.complaints) == (1, [])


def test_a_page_that_cannot_ask_who_one_is_says_so(look: Open) -> None:
    """The sign-in form would be a lie to somebody who is signed in."""
    window = look("/settings")
    broken = breaks(window, "**/v1/session", "GET")
    page = window.page
    page.reload()
    shown = page.locator(".failed")
    told(shown)
    window.shot("failed-session")
    broken.mended = True
    again(shown)

    expect(page.locator(".who")).to_be_visible()
    assert window.complaints == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_typed_wrong_is_told_at_its_place_with_its_request(look: Open, language: str) -> None:
    """The service's own words name the place; around them stands what it means, and by which request."""
    window = look(
        f"/events?from=&q={quote('serviceName: (')}", locale={"en": "en-US", "zh": "zh-CN"}[language]
    )
    shown = window.page.get_by_role("alert")

    expect(shown).to_contain_text({"en": "The question cannot be read", "zh": "无法读取查询"}[language])
    expect(shown).to_contain_text(re.compile(r"InvalidQuery · (Request|请求) [0-9A-F]{8}-"))
    expect(shown.locator("mark")).to_be_visible()
    expect(shown).to_contain_text(
        {"en": "expected a number, found the end", "zh": "此处应为数字，实为结尾"}[language]
    )
    expect(shown).to_contain_text(
        {"en": "Something is missing at the end.", "zh": "结尾缺少内容。"}[language]
    )
    window.shot(f"mistake-{language}")


def test_a_policy_that_cannot_be_checked_says_so_and_can_be_saved(look: Open) -> None:
    """Mistakes of the text before must not stand in the way of this one; in the language of whoever writes it."""
    window = look("/settings/access", locale="zh-CN")
    page = window.page
    page.get_by_text("新建权限策略", exact=True).click()
    form = page.locator("details[open] form")
    form.locator("textarea").fill(
        '{"Version": "1", "Statement": [{"Effect": "allow", "Action": "*", "Resource": "*"}]}'
    )
    expect(form.locator(".mistakes")).to_contain_text("须为 Allow 或 Deny，大小写一致")
    expect(form.get_by_role("button", name="创建")).to_be_disabled()
    broken = breaks(window, "**/v1/access/check-policy", "POST")
    form.locator("textarea").fill(
        '{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    )
    shown = form.locator(".failed")
    told(shown, "zh")
    expect(form.locator(".mistakes")).to_be_empty()
    expect(form.get_by_role("button", name="创建")).to_be_enabled()
    window.shot("policy-unchecked-zh")
    broken.mended = True
    again(shown)

    expect(form.locator(".mistakes")).to_contain_text("没有错误。")
    assert window.complaints == []


def test_an_answer_that_is_not_the_services_is_told_as_such(look: Open) -> None:
    """A proxy in between answers in its own words, which are no code of ours."""
    window = look("/settings")
    page_of_a_proxy: dict[str, Any] = {"status": 502, "content_type": "text/html", "body": "<h1>Bad Gateway</h1>"}  # fmt: skip
    window.context.route("**/v1/retention", lambda route: route.fulfill(**page_of_a_proxy))
    page = window.go("/settings/retention")

    expect(page.locator(".failed")).to_contain_text("answered instead, with the status 502")
    expect(page.locator(".failed")).to_contain_text("<h1>Bad Gateway</h1>")
    assert window.complaints == []
