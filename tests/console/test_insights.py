"""Insights that a source sent: each beside its usual rate and the curve of its events; and the honest empty page."""

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect
from tests.kit.letters import lettered
from tests.kit.service import House, a_service
from tests.kit.window import Look, as_administrator

KEY = "LTAI5tInsightStory00001"
STRANGER = "203.0.113.66"
BEGAN = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(hours=30)


def moment(minutes: float) -> str:
    return (BEGAN + dt.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def call(number: int, minutes: float) -> dict[str, object]:
    return {
        "eventId": f"call-{number}",
        "eventName": "DeleteSnapshot",
        "eventTime": moment(minutes),
        "serviceName": "Ecs",
        "eventRW": "Write",
        "sourceIpAddress": STRANGER,
        "userIdentity": {"accessKeyId": KEY, "userName": "deploy-bot", "type": "ram-user"},
    }


def insight(
    name: str, minutes: float, state: str, shared: str, details: dict[str, object]
) -> dict[str, object]:
    return {
        "eventId": name,
        "eventType": "ActionTrailInsight",
        "eventCategory": "Insight",
        "eventVersion": "1",
        "eventTime": moment(minutes),
        "sharedEventId": shared,
        "insightDetails": {"state": state, **details},
    }


RATE = {
    "insightType": "AkInsight",
    "insightObject": KEY,
    "insightContext": {
        "statistics": {
            "insight": 4,
            "baseline": 0.02,
            "insightDuration": 12,
            "baselineDuration": 10080,
            "insightCount": 48,
        },
        "attributions": [
            {
                "attribute": "userAgent",
                "insight": [{"value": "<b>aliyun-cli</b>/3.0", "average": 4}],
                "baseline": [{"value": "Terraform/1.9", "average": 0.02}],
            }
        ],
    },
}
EVENTS = [
    *(call(number, number / 4) for number in range(48)),
    insight("rate-start", 0, "Start", "rate", RATE),
    insight("rate-end", 12, "End", "rate", RATE),
    insight("address", 1, "Start", "", {"insightType": "IpInsight", "insightObject": STRANGER}),
]


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two insights in its record that are a day old."""
    with a_service(tmp_path_factory.mktemp("insights") / "data") as started:
        body = b"\n".join(json.dumps(event).encode() for event in EVENTS)
        assert started.client.post("/v1/events", body, content_type="application/x-ndjson").status == 200
        started.running.until(lambda: found(started) == 3, "the insights are searchable")
        yield started


@pytest.fixture
def window(browser: Browser, house: House) -> Iterator[Look]:
    with as_administrator(browser, house, locale="en-US") as opened:
        yield opened


def test_where_no_insight_is_the_page_says_what_that_means(window: Look) -> None:
    """Nothing in this hour; and nobody is told that all is well."""
    page = window.go("/insights?from=-1h&to=now")
    expect(page.locator(".empty")).to_contain_text("does not look for unusual behaviour by itself")
    assert (window.barriers(), window.complaints) == ([], [])


def test_insights_are_told_with_what_is_usual_and_lead_to_their_events(window: Look) -> None:
    """A start and its end are one; the curve counts what is in the record, not what is claimed."""
    page = window.go("/insights")
    cards = page.locator(".card")
    expect(cards).to_have_count(2)
    rate = cards.filter(has_text="An access key is used unusually often")
    expect(rate).to_contain_text("4 a minute · 200 times as often")
    expect(rate).to_contain_text("0.02 a minute · over 7 d")
    expect(rate).to_contain_text("Its events (48)")
    expect(rate.locator(".insight-when")).to_contain_text("for 12 min")
    expect(rate.locator(".attributions")).to_contain_text("<b>aliyun-cli</b>/3.0")
    expect(rate.locator(".histogram .level")).to_have_count(2)
    expect(cards.filter(has_text="Calls from an unusual address")).to_contain_text("still open")
    window.shot("insights-found")
    window.still()
    assert lettered(page).wrong == []
    assert (window.barriers(), window.complaints) == ([], [])

    rate.get_by_role("link", name="Its events").click()
    expect(page.locator(".total").first).to_have_attribute("data-total", "48")
    page.go_back()
    page.get_by_text("Calls from an unusual address · 1").click()
    expect(page.locator(".card")).to_have_count(1)
    assert "type=IpInsight" in page.url
    page.locator(".card h2 a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(STRANGER)


def test_insights_that_do_not_come_are_told_and_asked_for_again(window: Look) -> None:
    """The second page of many: what was there stays."""
    failing = [True]

    def answer(route: Route) -> None:
        if "token" not in (route.request.post_data or ""):
            page = route.fetch()
            route.fulfill(response=page, json=page.json() | {"nextToken": "more"})
        elif failing[0]:
            told = {"Code": "ServiceUnavailable", "Message": "away for now", "RequestId": "R-77"}
            route.fulfill(status=503, content_type="application/json", body=json.dumps(told))
        else:
            route.fulfill(json={"events": [], "RequestId": "R-78"})

    window.context.route("**/v1/search", answer)
    page = window.go("/insights")
    page.get_by_role("button", name="Load earlier ones").click()
    shown = page.locator(".failed")
    expect(shown).to_contain_text("leans on did not answer")
    expect(shown).to_contain_text("ServiceUnavailable · Request R-77")
    window.shot("insights-failed")
    failing[0] = False
    shown.get_by_role("button", name="Try again").click()

    expect(shown).to_have_count(0)
    expect(page.locator(".card")).to_have_count(2)
    assert window.complaints == []


def test_insights_in_chinese_on_a_dark_phone(window: Look) -> None:
    """The same facts, nothing wider than the screen."""
    page = window.go("/settings")
    page.locator(".frame").wait_for()
    page.keyboard.press("t")
    page.keyboard.press("i")
    page.set_viewport_size({"width": 390, "height": 844})
    window.go("/insights")
    expect(page.locator(".card").first).to_contain_text("每分钟 4 次")
    window.shot("insights-narrow-zh")
    wide = page.evaluate(
        "document.querySelector('#content').scrollWidth - document.querySelector('#content').clientWidth"
    )

    assert (wide, window.barriers(), window.complaints) == (0, [], [])


def found(house: House) -> int:
    page = house.client.request("GET", "/v1/search?limit=10&query=eventCategory%3A%20Insight", b"", {}).json
    return len(page["events"])
