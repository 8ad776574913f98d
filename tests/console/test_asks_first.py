"""What takes something away asks first, and nothing is done where the answer is no."""

import re
import secrets
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect
from tests.kit.browser import People
from tests.kit.service import House
from tests.kit.window import Look

Open = Callable[..., Look]
POLICY = "AliyunActionTrailReadOnlyAccess"


def asked(page: Page, what: str, *, yes: bool) -> None:
    """Read the question, and answer it."""
    question = page.locator(".ant-popconfirm:visible")
    expect(question).to_contain_text(what)
    if yes:
        question.locator(".ant-btn-primary").click()
    else:
        page.keyboard.press("Escape")
    expect(question).to_have_count(0)


def card(page: Page, title: str) -> Locator:
    return page.locator(".card", has=page.get_by_role("heading", name=title, exact=True))


def test_a_policy_is_taken_away_once_that_is_meant(look: Open, house: House, people: People) -> None:
    """From the one who has it, and from the policy that they have; Escape leaves it with them."""
    name = f"holder-{secrets.token_hex(3)}"
    people.user(house.created.account_id, name, POLICY)
    window = look("/settings/access")
    page = window.page
    users = card(page, "Users")
    users.get_by_role("row", name=name).get_by_role("button", name="Open").click()
    held = users.locator(".nested .chip", has_text=POLICY)
    held.get_by_role("button").click()
    window.shot("detach-asks")
    asked(page, f"Take {POLICY} away from {name}?", yes=False)
    expect(held).to_be_visible()

    policies = card(page, "Policies")
    policies.locator("summary bdi", has_text=re.compile(f"^{POLICY}$")).click()
    holder = policies.locator(".chip", has_text=name)
    holder.get_by_role("button").click()
    asked(page, f"Take {POLICY} away from {name}?", yes=True)
    expect(holder).to_have_count(0)
    page.reload()
    users.get_by_role("row", name=name).get_by_role("button", name="Open").click()
    expect(users.locator(".nested .chips .faint").first).to_be_visible()

    assert window.complaints == []


def test_a_saved_search_is_dropped_from_the_popover_once_that_is_meant(look: Open, house: House) -> None:
    """The popover stays open beneath the question, whatever the answer."""
    body = b'{"name": "kept for long", "query": "eventName: StopLogging"}'
    made = house.client.request("POST", "/v1/queries", body, {}).json["query"]["id"]
    window = look("/events?from=-30d")
    page = window.page
    page.locator(".list .row").first.wait_for()
    page.get_by_role("button", name="Saved", exact=True).click()
    kept = page.locator(".saved li", has_text="kept for long")
    kept.get_by_role("button", name="Delete kept for long").click()
    window.shot("saved-asks")
    asked(page, "Drop this query", yes=False)
    expect(kept).to_be_visible()
    kept.get_by_role("button", name="Delete kept for long").click()
    asked(page, "Drop this query", yes=True)

    expect(kept).to_have_count(0)
    expect(page.locator(".saved")).to_be_visible()
    assert house.client.request("PATCH", f"/v1/queries/{made}", b"{}", {}).status == 404
    assert window.complaints == []


def test_what_this_browser_trusts_is_not_changed_by_one_press(look: Open) -> None:
    """Nonsense is no key; and a key, or what was seen of the log, is given up only if that is meant."""
    window = look("/integrity")
    page = window.page
    page.locator("[data-since=first]").wait_for()
    page.reload()
    page.locator("[data-since=same], [data-since=grown]").wait_for()
    trusted = page.locator("[data-vkey]").inner_text()
    field = page.get_by_label("Key to trust").first
    field.fill("nonsense; drop table")
    field.press("Enter")
    asked(page, "Trust this key instead?", yes=True)
    expect(page.locator(".failed")).to_contain_text("it reads name+0123abcd+base64")
    expect(page.locator("[data-vkey]")).to_have_text(trusted)
    page.get_by_role("button", name="Forget, and begin anew").click()
    window.shot("forget-asks")
    asked(page, "every checkpoint that this browser saw", yes=False)
    expect(page.locator("[data-since=first]")).to_have_count(0)
    page.get_by_role("button", name="Forget, and begin anew").click()
    asked(page, "every checkpoint that this browser saw", yes=True)

    expect(page.locator("[data-since=first]")).to_be_visible()
    assert window.complaints == []
