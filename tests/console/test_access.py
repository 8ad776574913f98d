"""Access, on its pages: users and how they get in, keys whose secrets are shown once, policies, members, what is kept."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.kit.browser import RIGHT, People
from tests.kit.service import House
from tests.kit.window import Look, a_look, enter

Open = Callable[..., Look]
DENIES = {
    "Version": "1",
    "Statement": [
        {"Effect": "Allow", "Action": "actiontrail:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "actiontrail:DeleteTrail", "Resource": "*"},
    ],
}


def card(page: Page, title: str) -> Locator:
    return page.locator(".card", has=page.get_by_role("heading", name=title, exact=True))


def confirm(page: Page) -> None:
    """Say yes to what is asked once more."""
    page.locator(".ant-popconfirm:visible .ant-btn-primary").click()


@pytest.fixture
def stranger(browser: Browser, house: House) -> Iterator[Look]:
    """A window of somebody who is not signed in."""
    with a_look(browser, house.running.endpoint) as opened:
        yield opened


def test_a_user_gets_a_policy_and_a_key_whose_secret_is_shown_once(look: Open, house: House) -> None:
    """The secret is there to be copied, and gone with the next look; the record knows who did it, by which channel."""
    window = look("/settings/access")
    page = window.page
    users = card(page, "Users")
    users.get_by_label("Name", exact=True).fill("made-here")
    users.get_by_role("button", name="Create").first.click()
    users.get_by_role("row", name="made-here").get_by_role("button", name="Open").click()
    users.get_by_label("Name of a policy").fill("AliyunActionTrailReadOnlyAccess")
    users.locator(".nested").get_by_role("button", name="Attach").click()
    expect(users.locator(".nested .chip")).to_contain_text("AliyunActionTrailReadOnlyAccess")

    keys = card(page, "Access keys")
    keys.get_by_label("User").fill("made-here")
    keys.get_by_role("button", name="Create").click()
    secret = keys.locator("[data-secret-once]").inner_text()
    window.shot("access")
    barriers = window.barriers()
    page.reload()
    expect(keys.get_by_role("row", name="made-here")).to_be_visible()

    assert (len(secret) >= 20, secret in page.content(), barriers, window.complaints) == (True, False, [], [])

    def told() -> list[tuple[str, str, str]]:
        query = "/v1/search?query=resourceName%3A%20made-here%20and%20eventName%3A%20CreateUser"
        found = house.client.request("GET", query, b"", {}).json["events"]
        return [(one["event"]["userIdentity"]["userName"], one["channel"], one["event"]["eventType"]) for one in found]  # fmt: skip

    house.running.until(lambda: bool(told()), "it is in the record")
    assert told() == [("investigator", "console", "ConsoleOperation")]


def test_a_key_is_replaced_while_the_old_one_still_works(look: Open, people: People, house: House) -> None:
    """A rotation is two keys for a while; the old one is stopped when it has fallen silent."""
    user = people.user(house.created.account_id, "rotating")
    from actiontrail.access.keys import Keys
    from actiontrail.access.seal import Sealer

    old = Keys(people.database, Sealer.open(house.running.data / "keys")).create_key(user.account, user=user)
    page = look("/settings/access").page
    keys = card(page, "Access keys")
    keys.get_by_role("row", name=old.access_key_id).get_by_role("button", name="Rotate").click()
    confirm(page)
    expect(keys.locator("[data-secret-once]")).to_be_visible()
    expect(keys.get_by_role("row", name=f"replaces {old.access_key_id}")).to_be_visible()
    before = keys.get_by_role("row", name=re.compile(f"^{old.access_key_id}"))
    before.get_by_role("button", name="Disable").click()

    expect(before).to_contain_text("Inactive")


def test_somebody_who_cannot_get_in_is_let_in_again(
    look: Open, stranger: Look, people: People, house: House
) -> None:
    """Locked by mistakes, then given a first password that is changed before anything else is seen."""
    people.user(house.created.account_id, "outside", "AdministratorAccess")
    people.signin.guesses.begin(house.created.account_id, "outside", "192.0.2.1")
    window = look("/settings/access")
    page = window.page
    users = card(page, "Users")
    users.get_by_role("row", name="outside").get_by_role("button", name="Open").click()
    expect(users.locator(".nested")).to_contain_text("wrong tries in a row: 1")
    users.get_by_role("button", name="Give a first password").click()
    confirm(page)
    given = users.locator("[data-secret-once]").inner_text()
    expect(users.locator(".nested")).to_contain_text("first password, to be changed")
    expect(users.locator(".nested")).not_to_contain_text("wrong tries")
    window.shot("user-signin")

    theirs = stranger.go("/trails")
    enter(theirs, "outside", given)
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Change the password")
    stranger.shot("bound-password")
    theirs.get_by_label("Current password").fill(given)
    theirs.get_by_label("New password").fill(f"{RIGHT} again")
    theirs.get_by_role("button", name="Change the password").click()
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Trails")
    page.reload()
    users.get_by_role("row", name="outside").get_by_role("button", name="Open").click()
    users.get_by_role("button", name="End all sessions").click()
    confirm(page)
    expect(users.locator(".nested")).to_contain_text("Signed in nowhere.")
    theirs.evaluate("window.location.hash = '#/'")

    expect(theirs.get_by_label("User", exact=True)).to_be_visible()
    assert (given in page.content(), window.complaints) == (False, [])


def test_a_policy_tells_its_mistakes_by_line_and_then_who_may_and_why(
    look: Open, people: People, house: House
) -> None:
    """Written, corrected, given, and asked before anybody is refused."""
    people.user(house.created.account_id, "judged")
    window = look("/settings/access")
    page = window.page
    policies = card(page, "Policies")
    policies.get_by_text("New policy").click()
    policies.get_by_label("Name", exact=True).fill("Looks")
    document = policies.locator("textarea").last
    document.fill(json.dumps(DENIES, indent=2).replace('"Deny"', '"deny"'))
    expect(policies.locator(".mistakes [data-line]")).to_have_attribute("data-line", "10")
    expect(policies.locator(".line-numbers .wrong")).to_have_text("10")
    window.shot("policy-mistake")
    document.fill(json.dumps(DENIES, indent=2))
    expect(policies.locator(".mistakes")).to_contain_text("No mistakes")
    policies.get_by_role("button", name="Create").click()
    policies.locator("summary bdi", has_text=re.compile("^Looks$")).click()
    policies.get_by_label("Attach to user").fill("judged")
    policies.get_by_role("button", name="Attach").click()
    expect(policies.locator(".chip", has_text="user judged")).to_be_visible()

    asking = card(page, "May they, and why?")
    told = []
    for action in ("actiontrail:LookupEvents", "actiontrail:DeleteTrail", "oss:GetObject"):
        asking.get_by_label("User or role").fill("judged")
        asking.get_by_label("Action").fill(action)
        asking.get_by_role("button", name="Ask").click()
        expect(asking.locator(".nested tbody tr")).to_have_count(2)
        told.append((asking.locator("[data-allowed]").get_attribute("data-allowed"), asking.locator("[data-allowed] strong").inner_text()))  # fmt: skip
    window.shot("simulate")

    assert told == [
        ("true", "Allowed, by Looks."),
        ("false", "Denied, by Looks: a denial wins over whatever allows."),
        ("false", "Not allowed: no statement of their policies speaks for it."),
    ]
    assert (window.barriers(), window.complaints) == ([], [])


def test_a_directory_is_made_and_gets_a_member(look: Open) -> None:
    """And how somebody gets in to the new account is told."""
    window = look("/settings/members")
    page = window.page
    page.get_by_role("button", name="Make a directory").click()
    confirm(page)
    page.get_by_label("Name of a new member account").fill("subsidiary")
    page.get_by_role("button", name="Create").click()
    row = page.get_by_role("row", name="subsidiary")
    expect(row).to_be_visible()
    expect(page.locator(".card")).to_contain_text("actiontrail users setup-link --account")
    window.shot("members")
    barriers = window.barriers()
    row.get_by_role("button", name="Let go").click()
    confirm(page)
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Delete the directory").click()
    confirm(page)

    expect(page.locator(".card")).to_contain_text("belongs to no directory")
    assert (barriers, window.complaints) == ([], [])


def test_it_is_shown_what_another_retention_would_let_go(look: Open) -> None:
    """Nothing is set here: the line for the operator is, with what it takes and what it costs."""
    window = look("/settings/retention")
    page = window.page
    expect(page.locator(".card")).to_contain_text("for ever: it is append-only")
    expect(page.locator("tbody tr").first).to_contain_text("MB")
    page.get_by_label("What if search reached back").click()
    page.locator(".ant-select-item-option", has_text="180 days").click()
    window.shot("retention")

    expect(page.get_by_label("config.toml")).to_have_value("searchable_days = 180")
    assert (window.barriers(), window.complaints) == ([], [])


def test_columns_that_somebody_prefers_are_there_at_the_next_search(look: Open) -> None:
    """And an address that names its own has its own."""
    window = look("/settings/preferences")
    page = window.page
    page.get_by_label("Columns of a new search").fill("channel, acsRegion")
    window.shot("preferences")
    window.go("/events?from=-30d&f=userIdentity.userName%3Dsvc-backup-agent")
    expect(page.locator(".list .row .column").first).to_have_text("cli")
    window.go("/events?from=-30d&f=userIdentity.userName%3Dsvc-backup-agent&cols=serviceName")

    expect(page.locator(".list .row").first.locator(".column")).to_have_count(1)
