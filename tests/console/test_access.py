"""Access, on its page: a user with a policy, a key whose secret is shown once."""

from collections.abc import Callable

from playwright.sync_api import expect
from tests.kit.window import Look


def test_a_user_gets_a_policy_and_a_key_whose_secret_is_shown_once(look: Callable[..., Look]) -> None:
    """The secret is there to be copied, and gone with the next look."""
    window = look("/settings/access")
    page = window.page
    users = page.locator(".card", has=page.get_by_role("heading", name="Users"))
    users.get_by_label("Name", exact=True).fill("made-here")
    users.get_by_role("button", name="Create").first.click()
    row = users.get_by_role("row", name="made-here")
    row.get_by_role("button", name="Policies").click()
    users.get_by_label("Name of a policy").fill("AliyunActionTrailReadOnlyAccess")
    users.locator(".nested").get_by_role("button", name="Attach").click()
    expect(users.locator(".nested .chip")).to_contain_text("AliyunActionTrailReadOnlyAccess")

    keys = page.locator(".card", has=page.get_by_role("heading", name="Access keys"))
    keys.get_by_label("User").fill("made-here")
    keys.get_by_role("button", name="Create").click()
    secret = keys.locator("[data-secret-once]").inner_text()
    window.shot("access")
    barriers = window.barriers()
    page.reload()
    expect(keys.get_by_role("row", name="made-here")).to_be_visible()

    assert (len(secret) >= 20, secret in page.content(), barriers, window.complaints) == (True, False, [], [])
