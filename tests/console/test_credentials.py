"""Keys and tokens that are made on the page, used for real: what they open, once shown, disabled, deleted."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.kit.service import Client, House, events
from tests.kit.window import Look, as_administrator

KINDS = {
    "wide": {},
    "zh-dark-narrow": {"locale": "zh-CN", "color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
}


@pytest.fixture
def window(browser: Browser, house: House) -> Iterator[Look]:
    with as_administrator(browser, house) as opened:
        yield opened


def card(page: Page, title: str) -> Locator:
    return page.locator(".card", has=page.get_by_role("heading", name=title, exact=True))


def confirm(page: Page) -> None:
    page.locator(".ant-popconfirm:visible .ant-btn-primary").click()


def sent(house: House, token: str, name: str) -> tuple[int, str]:
    """What the service says to an event that is sent with `token`."""
    answer = httpx.post(
        f"{house.running.endpoint}/v1/events",
        content=events(name, serviceName="TokenStory"),
        headers={"authorization": f"Bearer {token}", "content-type": "application/x-ndjson"},
    )
    return answer.status_code, answer.json().get("Code", "")


def looked_up(house: House, key: str, secret: str) -> tuple[int, str]:
    """What the service says to LookupEvents, signed with this key."""
    client = Client(house.running.endpoint, key, secret)
    try:
        answer = client.rpc("LookupEvents", MaxResults="1")
    finally:
        client.close()
    return answer.status, answer.json.get("Code", "")


def arrived(house: House, name: str) -> bool:
    return house.client.request("GET", f"/v1/events/{name}", b"", {}).status == 200


def test_a_token_records_until_it_is_disabled_and_is_shown_once(house: House, window: Look) -> None:
    """It takes an event in, reads nothing, and is refused from the moment it is disabled; enabled again it works again."""
    page = window.go("/settings/access")
    tokens = card(page, "Tokens")
    tokens.get_by_label("Note").fill("of the collector")
    tokens.get_by_role("button", name="Create").click()
    token = tokens.locator("[data-secret-once]").inner_text()
    window.shot("token-made")
    barriers = window.barriers()
    row = tokens.get_by_role("row", name="of the collector")
    before = sent(house, token, "token-1")
    reads = httpx.get(f"{house.running.endpoint}/v1/search", headers={"authorization": f"Bearer {token}"})
    house.running.until(lambda: arrived(house, "token-1"), "the event that it sent is searchable")
    page.reload()
    expect(row).to_be_visible()
    shown_again = token in page.content()
    row.get_by_role("button", name="Disable").click()
    expect(row).to_contain_text("Inactive")
    disabled = sent(house, token, "token-2")
    row.get_by_role("button", name="Enable").click()
    expect(row).to_contain_text("Active")
    enabled = sent(house, token, "token-3")
    row.get_by_role("button", name="Delete").click()
    confirm(page)
    expect(row).to_have_count(0)
    deleted = sent(house, token, "token-4")

    assert (before[0], reads.status_code in (401, 403), shown_again) == (200, True, False)
    assert (disabled[0], enabled[0], deleted[0]) == (403, 200, 403), (disabled, enabled, deleted)
    assert [arrived(house, f"token-{number}") for number in (2, 4)] == [False, False]
    assert (barriers, window.complaints) == ([], [])


def test_a_key_signs_lookups_until_it_is_disabled(house: House, window: Look) -> None:
    """A real LookupEvents call, signed with what the page showed once."""
    page = window.go("/settings/access")
    users = card(page, "Users")
    users.get_by_label("Name", exact=True).fill("looks-up")
    users.get_by_role("button", name="Create").first.click()
    users.get_by_role("row", name="looks-up").get_by_role("button", name="Open").click()
    users.get_by_label("Name of a policy").fill("AliyunActionTrailReadOnlyAccess")
    users.locator(".nested").get_by_role("button", name="Attach").click()
    expect(users.locator(".nested .chip")).to_be_visible()
    keys = card(page, "Access keys")
    keys.get_by_label("User").fill("looks-up")
    keys.get_by_role("button", name="Create").click()
    secret = keys.locator("[data-secret-once]").inner_text()
    key = keys.locator(".ant-alert code").first.inner_text()
    row = keys.get_by_role("row", name=re.compile(f"^{key}"))
    works = looked_up(house, key, secret)
    wrong = looked_up(house, key, secret[:-1] + ("a" if secret[-1] != "a" else "b"))
    page.reload()
    row.get_by_role("button", name="Disable").click()
    expect(row).to_contain_text("Inactive")
    shown_again = secret in page.content()
    disabled = looked_up(house, key, secret)
    row.get_by_role("button", name="Delete").click()
    confirm(page)
    expect(row).to_have_count(0)
    deleted = looked_up(house, key, secret)

    assert (works, wrong[0], shown_again) == ((200, ""), 400, False)
    assert (disabled, deleted) == ((403, "InvalidAccessKeyId.Inactive"), (404, "InvalidAccessKeyId.NotFound"))
    assert window.complaints == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_refused_on_the_page_says_which_request_it_was(
    browser: Browser, house: House, kind: str
) -> None:
    """Nonsense pasted where a user's name belongs: nothing breaks, nothing is made, and one can ask about it."""
    with as_administrator(browser, house, **KINDS[kind]) as window:  # type: ignore[arg-type]
        page = window.go("/settings/access")
        keys = page.locator(
            ".card", has=page.get_by_role("heading", name=re.compile("^(Access keys|访问密钥)$"))
        )
        keys.locator("input").first.fill("<img src=x onerror=alert(1)> \u202enobody" * 5)
        keys.locator("form.inline button").click()
        refused = keys.get_by_role("alert")
        expect(refused).to_contain_text(re.compile(r"(Request|请求) [0-9A-F]{8}-"))
        refused.scroll_into_view_if_needed()
        window.shot(f"refused-{kind}")

        assert (page.locator("img[src=x]").count(), window.complaints) == (0, [])
