"""When something is slow, fails or is not there: what a person then sees and can do, and what becomes of the question."""

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect
from tests.kit.service import House, a_service, events
from tests.kit.window import Look, as_administrator

Open = Callable[..., Look]
# Runs for as long as a question may: every pair of four events, and theirs, and so on.
ENDLESS = "select count_if(concat(eventId, e0, e1, e2, e3, e4, e5, e6, e7) = 'x') as c from log " + " ".join(
    f"join (select eventId as e{number} from log) as l{number} on true" for number in range(8)
)


@pytest.fixture(scope="module")
def alone(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A service of its own, which records looks, and whose reader may be killed."""
    with a_service(
        tmp_path_factory.mktemp("trouble") / "data", settings='record_own_operations = "all"\n'
    ) as house:
        lines = events(*[f"E-{number}" for number in range(40)], serviceName="Trouble")
        house.client.post("/v1/events", lines, content_type="application/x-ndjson")
        house.running.until(lambda: len(told(house, "serviceName: Trouble")) == 40, "they are searchable")
        yield house


@pytest.fixture
def window(browser: Browser, alone: House) -> Iterator[Look]:
    with as_administrator(browser, alone) as opened:
        yield opened


def told(house: House, query: str) -> list[dict[str, Any]]:
    """The events that a question finds."""
    answer = house.client.request("GET", f"/v1/search?limit=100&query={quote(query)}", b"", {})
    return [one["event"] for one in answer.json["events"]] if answer.status == 200 else []


def of_looks(house: House, user: str) -> list[dict[str, Any]]:
    """What was recorded of what somebody looked at, oldest first."""
    found = told(house, f'userIdentity.userName: "{user}" and not eventType: ConsoleSignin')
    return list(reversed(found))


def asked(event: dict[str, Any]) -> list[str]:
    """Every question in one event."""
    return sorted(
        [event["eventName"], *(one["eventName"] for one in event["additionalEventData"].get("questions", ()))]
    )


def questions(house: House, user: str) -> list[str]:
    """Every question that is recorded of what somebody looked at."""
    return sorted(name for one in of_looks(house, user) for name in asked(one))


def name_of(page: Page) -> str:
    found: str = page.locator(".who").inner_text()
    return found


def test_a_look_at_a_page_is_one_event_and_a_page_that_watches_adds_none(alone: House, window: Look) -> None:
    """An auditor who asks who looked at what finds one line for each look, with all that was asked in it."""
    page = window.go("/events?q=serviceName%3A%20Trouble")
    expect(page.locator(".total").first).to_have_attribute("data-total", "40")
    user = name_of(page)
    # One event, which `tests/api/test_looks.py` shows by a clock that stands still; more only where a second passes between two questions.
    three = ["GetEventFacets", "GetEventHistogram", "SearchEvents"]
    alone.running.until(
        lambda: questions(alone, user) == three, "the look at Events is recorded, and nothing twice"
    )
    first = of_looks(alone, user)
    window.go("/trails")
    page.get_by_role("heading", name="Trails").wait_for()
    alone.running.until(
        lambda: len(questions(alone, user)) > len(three), "the look at the trails is recorded"
    )
    with page.expect_request(lambda one: "/v1/trails" in one.url):  # it asks again by itself
        page.wait_for_timeout(0)
    window.go("/")
    page.locator(".tile .big").first.wait_for()
    page.locator(".alarms, .good").first.wait_for()
    alone.running.until(lambda: "GetOverview" in questions(alone, user), "the overview, too")
    told_ = questions(alone, user)

    assert ({one["requestParameters"]["query"] for one in first}, told_.count("GetOverview"), told_.count("ListTrails") + told_.count("DescribeTrails") <= 2) == (
        {"serviceName: Trouble"}, 1, True,
    )  # fmt: skip


def test_a_question_that_was_cancelled_is_stopped_in_the_service(alone: House, window: Look) -> None:
    """A button that only hides the wait would leave two cores at work for half a minute."""
    # On a busy machine the figures above are slow as well, and have a button of their own.
    for part in ("facets", "histogram"):
        window.context.route(f"**/v1/{part}", lambda _: None)
    page = window.go(f"/events?mode=sql&from=&sql={quote(ENDLESS)}")
    expect(page.get_by_text("This takes longer than usual.")).to_have_count(2)
    window.shot("slow")
    user = name_of(page)
    sql = page.locator(".sql")
    sql.get_by_role("button", name="Cancel").click()
    expect(sql.get_by_text("Cancelled.")).to_be_visible()
    alone.running.until(
        lambda: [one.get("errorCode") for one in told(alone, f'userIdentity.userName: "{user}" and eventName: QueryEvents')] == ["QueryCancelled"],
        "the service gave the question up",
    )  # fmt: skip
    window.shot("cancelled")


def test_sql_says_itself_how_far_it_saw(look: Open) -> None:
    """Its answer is of another moment than the figures above, which may not have come at all."""
    window = look("/settings")
    for part in ("facets", "histogram"):
        window.context.route(f"**/v1/{part}", lambda _: None)

    def behind(route: Route) -> None:
        answer = route.fetch()
        told_ = answer.json()
        route.fulfill(response=answer, json=told_ | {"seen": told_["seen"] | {"lag": 7, "size": told_["seen"]["size"] - 7}})  # fmt: skip

    window.context.route("**/v1/sql", behind)
    page = window.go("/events?from=-30d&mode=sql")
    page.locator(".rows tbody tr").first.wait_for()

    expect(page.locator(".footer")).to_contain_text("7 behind")


def test_while_search_is_down_the_page_says_so_and_goes_on_by_a_click(alone: House, window: Look) -> None:
    """The reader may be killed at any moment; nobody has to load the page again, and nothing that was shown is lost."""
    page = window.go("/events?q=serviceName%3A%20Trouble&from=")
    expect(page.locator(".total").first).to_have_attribute("data-total", "40")
    facet = page.locator(".facet-value").first
    facet.wait_for()
    os.kill(alone.running.child("read"), signal.SIGKILL)
    facet.click()
    shown = page.get_by_role("alert").first
    expect(shown).to_contain_text("recording goes on")
    expect(shown).to_contain_text(re.compile(r"Request [0-9A-F]{8}-"))
    expect(page.get_by_text("may belong to the question before")).to_be_visible()
    expect(page.locator(".total").first).not_to_have_attribute("data-total", re.compile(r"\d"))
    window.shot("search-down")
    alone.running.until(alone.running.ready, "the reader is back")
    alone.running.until(lambda: len(told(alone, "serviceName: Trouble")) == 40, "it has opened its copy")
    shown.get_by_role("button", name="Try again").click()

    expect(page.locator(".total").first).to_have_attribute("data-total", "40")
    expect(page.locator(".list .row").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_service_that_is_gone_is_told_as_such(look: Open) -> None:
    """Not an empty list, which would be a lie."""
    window = look("/settings")
    window.context.route("**/v1/search", lambda route: route.abort())
    page = window.go("/events?from=-30d")

    expect(page.get_by_role("alert").first).to_contain_text("The service did not answer")
    window.shot("unreachable")


@pytest.mark.parametrize("part", ["search", "facets", "histogram"])
def test_each_part_of_a_search_that_fails_is_told_and_asked_again(look: Open, part: str) -> None:
    """A pane without facets, or a page without a total, must not look as if there were none."""
    window = look("/settings")
    failing = [True]

    def fail(route: Route) -> None:
        body = json.dumps(
            {"Code": "QueryTooHeavy", "Message": "the question is too heavy", "RequestId": "R-7"}
        )
        if failing[0]:
            route.fulfill(status=400, content_type="application/json", body=body)
        else:
            route.continue_()

    window.context.route(f"**/v1/{part}", fail)
    page = window.go("/events?from=-30d")
    shown = page.get_by_role("alert")
    expect(shown).to_contain_text("the question is too heavy")
    expect(shown).to_contain_text("QueryTooHeavy · Request R-7")
    failing[0] = False
    shown.get_by_role("button", name="Try again").click()

    expect(shown).to_have_count(0)
    expect(page.locator(".facet-value").first).to_be_visible()
    expect(page.locator(".total").first).to_have_attribute("data-total", re.compile(r"[1-9]"))
    expect(page.locator(".list .row").first).to_be_visible()


@pytest.mark.parametrize("part", ["facets", "histogram"])
def test_each_part_of_a_search_that_is_slow_says_so_and_can_be_cancelled(look: Open, part: str) -> None:
    """Rows that are there stay there."""
    window = look("/settings")
    window.context.route(f"**/v1/{part}", lambda _: None)
    page = window.go("/events?from=-30d")
    page.get_by_text("This takes longer than usual.").wait_for()
    page.get_by_role("button", name="Cancel").click()

    expect(page.locator(".progress")).to_contain_text("Cancelled.")
    expect(page.locator(".list .row").first).to_be_visible()


def test_a_page_of_rows_that_does_not_come_is_asked_for_again(look: Open) -> None:
    """The end of a list is not where an answer was lost."""
    window = look("/settings")
    failed: list[Request] = []

    def second(route: Route) -> None:
        if "token" in (route.request.post_data or "") and not failed:
            failed.append(route.request)
            route.fulfill(
                status=503,
                content_type="application/json",
                body='{"Code":"ServiceUnavailable","Message":"away","RequestId":"R-8"}',
            )
        else:
            route.continue_()

    window.context.route("**/v1/search", second)
    page = window.go("/events?from=-30d&runs=open")
    page.locator(".list .row").first.wait_for()
    page.locator(".list").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    shown = page.locator(".list").get_by_role("alert")
    expect(shown).to_contain_text("Request R-8")
    before = int(page.locator(".list .row").last.get_attribute("aria-setsize") or 0)
    shown.get_by_role("button", name="Try again").click()

    expect(shown).to_have_count(0)
    expect(page.locator(".list .row").last).not_to_have_attribute("aria-setsize", str(before))


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/", "**/v1/figures*"), ("/", "**/v1/highlights*"), ("/actor/user/alice", "**/v1/actors/**"), ("/actor/key/LTAI5tSampleIntruder0001", "**/v1/keys/**"),
        ("/resource/i-bp1sampleprodweb001", "**/v1/resources/**"),
    ],
)  # fmt: skip
def test_every_page_that_waits_can_be_left_waiting(look: Open, path: str, address: str) -> None:
    """Slow is said, cancel cancels, a failure tells what and which, and asking again asks again."""
    window = look("/settings")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    window.context.route(address, hold)
    page = window.go(path)
    page.get_by_text("This takes longer than usual.").first.wait_for()
    page.get_by_role("button", name="Cancel").first.click()
    expect(page.get_by_text("Cancelled.").first).to_be_visible()
    page.get_by_role("button", name="Try again").first.click()
    page.get_by_text("This takes longer than usual.").first.wait_for()
    held[-1].fulfill(
        status=500,
        content_type="application/json",
        body='{"Code":"InternalError","Message":"something broke","RequestId":"R-9"}',
    )
    shown = page.get_by_role("alert").first
    expect(shown).to_contain_text("something broke")
    expect(shown).to_contain_text("Request R-9")
    window.context.unroute(address)
    shown.get_by_role("button", name="Try again").click()

    expect(page.get_by_text("something broke")).to_have_count(0)


def test_before_anything_is_recorded_the_pages_say_so(browser: Browser, tmp_path: Path) -> None:
    """A new installation: no figure is made up, nothing is called calm, and what to do next is said."""
    with a_service(tmp_path / "data") as house, as_administrator(browser, house) as window:
        house.running.until(
            lambda: len(told(house, "eventName: ConsoleSignin")) == 1, "the sign-in is recorded"
        )
        held = {"all": True}

        def nothing(route: Route) -> None:
            answer = route.fetch()
            told_ = answer.json()
            if held["all"]:  # as it is in the moment before the sign-in itself is searchable
                counted = "current" in told_
                told_ |= (
                    {"current": dict.fromkeys(told_["current"], 0)}
                    if counted
                    else {"begins": "", "sources": []}
                )
            route.fulfill(response=answer, json=told_)

        window.context.route("**/v1/figures*", nothing)
        window.context.route("**/v1/highlights*", nothing)
        page = window.go("/")
        page.locator(".nothing").wait_for()
        expect(page.locator(".nothing")).to_contain_text("Nothing is recorded in this account yet")
        expect(page.get_by_text("No source has sent anything yet.")).to_be_visible()
        expect(page.get_by_text("Nothing in this range stands out")).to_have_count(0)
        window.shot("empty-overview")
        held["all"] = False
        page.reload()
        expect(page.locator(".tile .big").first).to_have_text("1")
        window.shot("first-sign-in")
        window.go("/events?q=serviceName%3A%20Ecs")
        page.locator(".empty li").first.wait_for()
        window.shot("empty-events")

        assert window.complaints == []


def test_a_range_without_events_is_not_called_calm(look: Open) -> None:
    """Whoever asks about a day of which nothing is known is told that, and not that all was well."""
    window = look("/settings")

    def nothing(route: Route) -> None:
        answer = route.fetch()
        told_ = answer.json()
        route.fulfill(response=answer, json=told_ | {"current": told_["current"] | {"events": 0}})

    window.context.route("**/v1/figures*", nothing)
    page = window.go("/")
    page.locator(".nothing").wait_for()

    expect(page.locator(".nothing")).to_have_text("No event happened in this range.")
