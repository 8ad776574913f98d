"""How far back search reaches: what the pages say of a time that they cannot see, and where that is set."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.kit.earlier import recorded_then
from tests.kit.service import House, a_service, events
from tests.kit.window import Look, as_administrator

DAYS = 100
OLD = dt.datetime(2024, 3, 10, 9, tzinfo=dt.UTC)
BEFORE = "/events?from=2024-03-01T00:00:00Z&to=2024-04-01T00:00:00Z"


@pytest.fixture(scope="module")
def short(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A record of years, of which a hundred days can be searched. (The browser first: without one nothing is started.)"""
    data: Path = tmp_path_factory.mktemp("retention") / "data"

    def years(created: Any) -> None:
        recorded_then(data, created.account_id, OLD, "old-1", "old-2", serviceName="Ecs")
        recorded_then(
            data, created.account_id, OLD + dt.timedelta(days=60), "old-3", serviceName="OldService"
        )

    with a_service(data, settings=f"searchable_days = {DAYS}\nlookback_days = 90\n", before=years) as house:
        house.client.post("/v1/events", events("new-1", "new-2"), content_type="application/x-ndjson")
        house.running.until(lambda: reach(house)["size"] >= 5, "the new ones are searchable")
        yield house


@pytest.fixture
def window(browser: Browser, short: House) -> Iterator[Look]:
    with as_administrator(browser, short) as opened:
        yield opened


def reach(house: House) -> dict[str, Any]:
    seen: dict[str, Any] = house.client.request("GET", "/v1/search?limit=1", b"", {}).json["seen"]
    return seen


def since(house: House) -> str:
    """The start of the month from which on everything is searchable, as the service says it."""
    said: str = reach(house)["since"]
    assert re.fullmatch(r"20\d\d-\d\d-01T00:00:00Z", said), "something was let go"
    return said


def shown(moment: str) -> str:
    """In Shanghai, as the pages write it."""
    local = dt.datetime.fromisoformat(moment) + dt.timedelta(hours=8)
    return local.strftime("%Y-%m-%d %H:%M:%S")


def outside(page: Page) -> Any:
    return page.locator('[data-reason="OutsideSearchable"]')


def test_a_range_outside_retention_is_told_with_its_dates_and_the_way_on(short: House, window: Look) -> None:
    """Two events happened then, and are in the record. That the page is empty must not be taken for "nothing happened"."""
    page = window.go(BEFORE)
    told = outside(page)
    expect(told).to_contain_text(
        "Outside retention: 2024-03-01 08:00:00 to 2024-04-01 08:00:00 is not searchable any more; "
        f"search reaches back to what was received since {shown(since(short))}."
    )
    expect(told).to_contain_text(
        "The record itself still holds what was recorded then, unchanged and with its proofs"
    )
    expect(told.locator("code")).to_have_text("actiontrail fsck --rebuild-projection")
    expect(page.locator("[data-reason]").first).to_have_attribute("data-reason", "OutsideSearchable")
    for lie in ("Gap", "EmptyRange", "NoSuchValue", "SilentSource"):
        expect(page.locator(f'[data-reason="{lie}"]')).to_have_count(0)
    expect(page.locator(".empty")).not_to_contain_text(f"all {reach(short)['size']} searchable")
    window.shot("empty-retention")
    barriers = window.barriers()
    told.get_by_role("link", name="What is kept, and for how long").click()
    expect(page.get_by_role("heading", name="What is kept, and for how long")).to_be_visible()
    page.go_back()
    outside(page).get_by_role("button", name="Search what is searchable").click()

    expect(page.locator('[data-event="new-1"]')).to_be_visible()
    assert (barriers, window.complaints) == ([], [])


def test_what_never_came_is_said_of_what_is_searchable_alone(short: House, window: Look) -> None:
    """OldService is in the record: "nothing of it was ever recorded" would be false."""
    page = window.go("/events?from=-30d&f=serviceName%3DOldService")
    source = page.locator('[data-reason="NoSuchSource"]')
    expect(source).to_contain_text(f"No such source since {shown(since(short))}")
    expect(source).not_to_contain_text("ever recorded")
    expect(outside(page)).to_have_count(0)
    page = window.go("/events?from=-30d&q=eventName%3A%20Nothing")
    expect(page.locator('[data-reason="NoSuchValue"]')).to_contain_text("further back search does not reach")


def test_a_range_that_is_searchable_in_part_says_so_above_what_it_found(short: House, window: Look) -> None:
    """Four events would be there; the page shows two, and does not pass them off as all."""
    page = window.go("/events?from=2024-01-01T00:00:00Z&q=RunInstances")
    expect(page.locator('[data-event="new-2"]')).to_be_visible()
    expect(page.locator(".partly")).to_contain_text(f"only what was received since {shown(since(short))}")
    expect(page.locator(".total").first).to_have_attribute("data-total", "2")
    window.shot("partly-searchable")
    window.go("/events?from=-7d&q=RunInstances")
    expect(page.locator('[data-event="new-2"]')).to_be_visible()

    expect(page.locator(".partly")).to_have_count(0)


@pytest.mark.parametrize(
    ("name", "options", "language"),
    [
        ("zh-dark", {"locale": "zh-CN", "color_scheme": "dark"}, "zh"),
        ("narrow", {"viewport": {"width": 390, "height": 844}}, "en"),
    ],
)
def test_the_reason_reads_well_everywhere(
    browser: Browser, short: House, name: str, options: dict[str, Any], language: str
) -> None:
    """In Chinese, in the dark, on a telephone; no word of the other language, nothing cut off."""
    with as_administrator(browser, short, **options) as window:
        page = window.go(BEFORE)
        expect(outside(page)).to_contain_text({"zh": "超出保留范围", "en": "Outside retention"}[language])
        window.shot(f"empty-retention-{name}")
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        barriers = window.barriers()
        window.go("/settings/retention")
        expect(page.get_by_label("config.toml")).to_be_visible()
        window.shot(f"retention-{name}")

        assert (overflow <= 0, barriers, window.complaints) == (True, [], [])


def test_what_settings_show_of_retention_is_what_the_service_was_started_with(
    short: House, window: Look
) -> None:
    """The number in force, since when that reaches, and by which line and restart it is changed: to less, and to more."""
    page = window.go("/settings/retention")
    facts = page.locator("dl.facts").first
    expect(facts).to_contain_text(f"{DAYS} days, in whole months (searchable_days)")
    expect(facts).to_contain_text(shown(since(short))[:10])
    expect(facts).to_contain_text("90 days back (lookback_days)")
    expect(page.get_by_label("config.toml")).to_have_value(f"searchable_days = {DAYS}")
    expect(page.locator(".card")).to_contain_text("nor over HTTP")
    expect(page.locator(".card")).to_contain_text("So it is set now.")
    window.shot("retention-short")
    page.get_by_label("What if search reached back").click()
    page.locator(".ant-select-item-option", has_text="365 days").click()
    expect(page.get_by_label("config.toml")).to_have_value("searchable_days = 365")
    expect(page.get_by_label("fsck", exact=True)).to_have_value("actiontrail fsck --rebuild-projection")
    months = page.locator("tbody tr td:first-child").all_inner_texts()

    assert all(month >= since(short)[:7] for month in months)
    assert (window.barriers(), window.complaints) == ([], [])


def test_the_way_on_that_is_told_leads_there(browser: Browser, tmp_path: Path) -> None:
    """The line in config.toml, the command, the start: and the old events are found."""
    from actiontrail.cli.main import main

    data = tmp_path / "data"

    def years(created: Any) -> None:
        recorded_then(data, created.account_id, OLD, "old-1", serviceName="Ecs")

    with a_service(data, settings=f"searchable_days = {DAYS}\nlookback_days = 90\n", before=years) as house:
        house.running.until(lambda: reach(house)["since"] != "", "what is old was let go")
        with as_administrator(browser, house) as window:
            page = window.go(BEFORE)
            command = outside(page).locator("code").inner_text()
            window.go("/settings/retention")
            page.get_by_label("What if search reached back").click()
            page.locator(".ant-select-item-option", has_text="for ever").click()
            line = page.get_by_label("config.toml").input_value()
        port = house.running.port
        house.running.stop()
        config = data / "config.toml"
        config.write_text(config.read_text().replace(f"searchable_days = {DAYS}", line))
        assert main([*command.split()[1:], "--data", str(data)]) == 0
        from tests.kit.service import Running

        with Running(data, port=port) as again, as_administrator(browser, House(house.created, again, house.client)) as window:  # fmt: skip
            page = window.go(BEFORE)
            expect(page.locator('[data-event="old-1"]')).to_be_visible()

    assert (line, json.dumps(command)) == ("searchable_days = 0", '"actiontrail fsck --rebuild-projection"')
