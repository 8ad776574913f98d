"""The Events page as its stories ask it: two addresses of the told intrusion, and how many events were found."""

import json
import re

from playwright.sync_api import Locator, Page, Route, expect
from tests.kit.service import House
from tests.kit.window import Look

INTRUDER = "/events?f=userIdentity.userName%3Dsvc-backup-agent&from="
STOPPED = "A198D101-B5A2-46E1-B0EB-3E70F65A4FC7"  # the event that switched the trail off


def total(page: Page) -> int:
    """How many events the page says it found, once it has settled."""
    told = page.locator(".total").first
    expect(told).to_have_attribute("data-total", re.compile(r"\d"))
    return int(told.get_attribute("data-total") or -1)


def listening(window: Look, address: str) -> Page:
    """The live tail at `address`, once it hears what is recorded from now on."""
    with window.page.expect_response(lambda one: one.url.endswith("/v1/tail")):
        page = window.go(address)
    page.get_by_text("Waiting for new events").wait_for()
    return page


def exported(page: Page, button: Locator) -> Locator:
    """The row of the export that pressing `button` makes, once it is done: there may be others, of other stories too."""
    with page.expect_response(
        lambda one: one.url.endswith("/v1/exports") and one.request.method == "POST"
    ) as made:
        button.click()
    row = page.locator(f'[data-export="{made.value.json()["export"]["id"]}"]')
    expect(row).to_have_attribute("data-state", "done", timeout=60_000)
    return row


def told_and_asked_again(window: Look, address: str, place: str) -> Page:
    """The SQL that is asked at `address` fails, takes long, and is answered: each is told in `place`, and goes on by a press."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    def fail(route: Route) -> None:
        told = {"Code": "QueryTooHeavy", "Message": "too much for the memory", "RequestId": "R-7"}
        route.fulfill(status=400, content_type="application/json", body=json.dumps(told))

    window.context.route("**/v1/sql", fail)
    page = window.go(address)
    shown = page.locator(f"{place} .failed")
    expect(shown).to_contain_text("too much for the memory")
    expect(shown).to_contain_text("R-7")
    window.context.unroute("**/v1/sql", fail)
    window.context.route("**/v1/sql", hold)
    shown.get_by_role("button", name="Try again").click()
    progress = page.locator(f"{place} .progress")
    progress.get_by_role("button", name="Cancel").click()
    expect(progress).to_contain_text("Cancelled.")
    window.context.unroute("**/v1/sql", hold)
    progress.get_by_role("button", name="Try again").click()
    return page


def settled(page: Page, count: int) -> None:
    """Wait until the page says that it found `count` events."""
    expect(page.locator(".total").first).to_have_attribute("data-total", str(count))


def counted(house: House, query: str, between: tuple[str, str]) -> int:
    """How many events of a range the service itself counts for `query`."""
    question = {"query": query, "start": between[0], "end": between[1]}
    answer = house.client.request("POST", "/v1/histogram", json.dumps(question).encode(), {})
    assert answer.status == 200, answer.json
    found: int = answer.json["total"]
    return found
