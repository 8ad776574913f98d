"""What somebody does while an answer is on its way, and what the answer then does to it: nothing."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Request, Route, expect
from tests.kit.events_page import INTRUDER, STOPPED, settled
from tests.kit.service import House, events
from tests.kit.window import Look

Open = Callable[..., Look]
WHEN = "2026-01-03T00:00:00Z"  # long before the sample account's fortnight, so that no other story meets it
FIRST = 60  # rows of the first page
PAGES = f"/events?q=serviceName%3A%20Turning&from=&to={WHEN}"


class Held:
    """Requests that wait for their answer until they are let go."""

    def __init__(self, look: Look, address: str, which: Callable[[Request], bool]) -> None:
        self._look, self._which = look, which
        self._routes: list[Route] = []
        self._holds = True
        look.context.route(address, self._take)

    def _take(self, route: Route) -> None:
        if self._holds and self._which(route.request):
            self._routes.append(route)
        else:
            route.continue_()

    def wait(self) -> Request:
        """Until one is held; the last."""
        for _ in range(400):
            if self._routes:
                return self._routes[-1].request
            self._look.page.wait_for_timeout(50)
        raise AssertionError("nothing was asked")

    def let_go(self) -> None:
        """They are answered, and those after them are not held."""
        self._holds = False
        for route in self._routes:
            route.continue_()


@contextmanager
def over(page: Page, request: Request) -> Iterator[None]:
    """When this ends, `request` was answered or given up, and the page has had its turn."""
    ended: list[Request] = []

    def end(one: Request) -> None:
        ended.append(one)

    page.on("requestfinished", end)
    page.on("requestfailed", end)
    yield
    for _ in range(400):
        if request in ended or request.failure:
            break
        page.wait_for_timeout(50)
    else:
        raise AssertionError("it was never answered")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")


@pytest.fixture(scope="session")
def turning(house: House) -> str:
    """The id of a reading call that is the last of its page; six more of its kind begin the next page."""
    calls = [
        f"turning-{number}" for number in range(FIRST + 8)
    ]  # the newest first, by their order in the ledger
    for name in reversed(calls):
        write = int(name.removeprefix("turning-")) < FIRST - 2
        body = events(
            name, serviceName="Turning", eventTime="2026-01-02T00:00:00Z", eventRW="Write" if write else "Read",
            eventName="CreateThing" if write else "DescribeThings", sourceIpAddress="203.0.113.77",
            userIdentity={"type": "ram-user", "userName": "page-turner"},
        )  # fmt: skip
        assert house.client.post("/v1/events", body, content_type="application/x-ndjson").status == 200
    found = "/v1/histogram?query=serviceName%3A%20Turning"
    house.running.until(
        lambda: house.client.request("GET", found, b"", {}).json["total"] == len(calls), "they are searchable"
    )
    return calls[FIRST - 1]


def test_an_open_event_stays_open_when_the_next_page_makes_a_run_of_its_neighbours(
    look: Open, turning: str
) -> None:
    """Runs of reads take one line; not while somebody reads one of them."""
    window = look("/settings")
    held = Held(window, "**/v1/search", lambda one: '"token"' in (one.post_data or ""))
    page = window.go(PAGES)
    settled(page, FIRST + 8)
    page.locator(".list .row").first.wait_for()
    page.locator(".list").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    row = page.locator(f'.list [data-event="{turning}"]')
    row.locator(".row-toggle").click()
    expect(row.locator(".fields")).to_be_visible()
    held.wait()
    held.let_go()
    run = page.locator(".list .row.run")
    expect(run).to_contain_text("10 reading calls by page-turner")

    expect(row.locator(".fields")).to_be_visible()
    window.shot("run-of-what-is-read")
    run.get_by_role("button").click()
    expect(row).to_have_count(0)
    expect(page).not_to_have_url(re.compile("open="))
    assert window.complaints == []


def test_an_event_that_was_opened_before_another_search_was_answered_stays_open(look: Open) -> None:
    """The rows before it are still there, and can be opened; the answer does not take away what is read."""
    window = look(f"{INTRUDER}&order=oldest")
    page = window.page
    settled(page, 11)
    row = page.locator(".list .row").first
    row.wait_for()
    opened = row.get_attribute("data-event")
    held = Held(window, "**/v1/search", lambda _: True)
    window.go(f"{INTRUDER}&order=oldest&f=eventName%3DStopLogging")
    held.wait()
    settled(page, 1)
    page.keyboard.press("j")
    page.keyboard.press("a")
    around = page.locator(".surroundings")
    expect(around).to_be_visible()
    held.let_go()
    expect(page.locator(f'.list [data-event="{STOPPED}"]')).to_be_visible()

    apart = page.locator(f'.open-apart [data-event="{opened}"]')
    expect(apart.locator(".surroundings")).to_be_visible()
    page.keyboard.press("[")
    expect(apart.get_by_role("tab", name="Proof")).to_have_attribute("aria-selected", "true")
    window.shot("open-apart")
    apart.locator(".row-toggle").click()
    expect(page.locator(".open-apart")).to_have_count(0)
    expect(page.locator(".list .row")).to_have_count(1)
    assert window.complaints == []


@pytest.mark.parametrize(("locale", "note"), [("en-US", "not among the rows"), ("zh-CN", "不在下列结果中")])
def test_a_link_to_an_event_that_is_not_among_the_rows_opens_it(look: Open, locale: str, note: str) -> None:
    """What a colleague was sent is shown, wherever in the list it would be; what is not there is told."""
    window = look(f"{INTRUDER}&x=eventName%3DStopLogging&open={STOPPED}", locale=locale, color_scheme="dark")
    page = window.page
    apart = page.locator(".open-apart")
    expect(apart.locator(".fields")).to_contain_text("LTAI5tSampleIntruder0001")
    expect(apart).to_contain_text(note)
    expect(page.locator(".list .row").first).to_be_visible()
    found = window.barriers()
    window.shot(f"open-apart-{locale}")
    page.set_viewport_size({"width": 390, "height": 844})
    window.shot(f"open-apart-narrow-{locale}")
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    window.go(f"{INTRUDER}&open=nobody-knows-this")
    expect(apart).to_contain_text("nobody-knows-this")
    expect(apart.locator(".fields")).to_have_count(0)

    assert (found, wide, window.complaints) == ([], 0, [])


def test_two_keys_in_one_breath_are_both_done(look: Open) -> None:
    """Each changes the address, and neither what the other has changed."""
    page = look(INTRUDER).page
    settled(page, 11)
    page.evaluate(
        "['h', 'f'].forEach(key => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true})))"
    )

    expect(page).to_have_url(re.compile("reads=hidden"))
    expect(page).to_have_url(re.compile("runs=open"))


def test_a_proposal_that_comes_late_is_not_taken(look: Open) -> None:
    """What was chosen stands in the query, and Enter asks it: an answer to what was typed before changes neither."""
    window = look("/events?from=")
    page = window.page
    field = page.locator("#query")
    option = page.get_by_role("option", name=re.compile("AdministratorAccess"))
    expect(page.locator(".total").first).to_have_attribute("data-total", re.compile(r"[1-9]"))
    expect(page.locator(".list .row").first).to_be_visible()
    with page.expect_response(lambda one: "/v1/suggest" in one.url and "PolicyName" in one.url) as proposed:
        field.fill("requestParameters.PolicyName: ")
    assert proposed.value.status == 200, proposed.value.text()
    expect(option).to_be_visible()
    held = Held(window, "**/v1/suggest*", lambda one: "Admin" in one.url)
    page.keyboard.insert_text("Admin")
    asked = held.wait()
    while option.get_attribute("aria-selected") != "true":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("requestParameters.PolicyName: AdministratorAccess ")
    with over(page, asked):
        held.let_go()

    expect(page.get_by_role("option")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=requestParameters.PolicyName"))
    expect(page.locator(".list .row").first).to_contain_text("AdministratorAccess")
    assert window.complaints == []
