"""Where somebody acted from: told by the operator's own file, in the reader's language; and honest without one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet
from playwright.sync_api import Browser, expect
from tests.kit.browser import Browser as Tab
from tests.kit.service import House, a_service, events
from tests.kit.window import Look, as_administrator

LONDON = {
    "country": {"iso_code": "GB"},
    "city": {"names": {"en": "London", "zh-CN": "伦敦"}},
    "autonomous_system_number": 20712,
    "autonomous_system_organization": "Example <b>ISP</b>",
}


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Carol acted from London, from the office's network, and a service acted for her."""
    folder: Path = tmp_path_factory.mktemp("places")
    writer = MMDBWriter(4, "Test-City")
    writer.insert_network(IPSet(["81.2.69.0/24"]), LONDON)
    writer.to_db_file(str(folder / "city.mmdb"))
    settings = f'address_databases = ["{folder / "city.mmdb"}"]\n'
    with a_service(folder / "data", settings=settings) as started:
        body = b"\n".join(
            events(f"{address}-{number}", sourceIpAddress=address, userIdentity={"type": "ram-user", "userName": "carol", "accessKeyId": "LTAI5tCarol"})
            for number, address in enumerate(["81.2.69.160", "81.2.69.161", "81.2.69.160", "10.1.2.3", "Internal"])
        )  # fmt: skip
        assert started.client.post("/v1/events", body, content_type="application/x-ndjson").status == 200
        started.running.until(lambda: searchable(started), "carol's events are searchable")
        yield started


@pytest.fixture
def window(browser: Browser, house: House) -> Iterator[Look]:
    with as_administrator(browser, house, locale="en-US") as opened:
        yield opened


def test_an_actor_page_tells_the_places(window: Look) -> None:
    """Two addresses of one network are one place; what is no address of the world is called what it is."""
    page = window.go("/actor/user/carol")
    places = page.locator(".places li")
    expect(places).to_have_count(3)
    expect(places.first).to_contain_text("London, United Kingdom · AS20712 Example <b>ISP</b>")
    expect(places.first.locator(".number")).to_have_text("3")
    expect(page.locator(".places")).to_contain_text("Private network")
    expect(page.locator(".places")).to_contain_text("A service of the cloud")
    expect(page.locator(".card", has=page.locator(".places"))).to_contain_text("As told by Test-City")
    window.shot("places")
    assert (window.barriers(), window.complaints) == ([], [])

    page.keyboard.press("i")
    expect(places.first).to_contain_text("伦敦，英国")
    places.first.get_by_role("link").first.click()
    expect(page.locator(".head-line")).to_contain_text("伦敦，英国")
    window.go("/actor/key/LTAI5tCarol")
    expect(page.locator(".leaked")).to_contain_text("伦敦，英国")


def test_places_are_asked_for_by_those_who_may(house: House) -> None:
    """At most a hundred at once; a stranger is told nothing."""
    asked = house.client.request("GET", "/v1/places?addresses=81.2.69.160,10.0.0.1", b"", {})
    many = house.client.request("GET", "/v1/places?addresses=" + ",".join(["10.0.0.1"] * 101), b"", {})
    stranger = Tab(house.running.endpoint)

    assert [one["country"] for one in asked.json["places"]] == ["GB", ""]
    assert asked.json["databases"][0].startswith("Test-City, 20")
    assert (many.status, "at most 100" in json.dumps(many.json)) == (400, True)
    assert stranger.send("GET", "/v1/places?addresses=81.2.69.160").status_code in (401, 403)
    stranger.close()


def searchable(house: House) -> bool:
    found = house.client.request("GET", "/v1/search?limit=10&query=carol", b"", {}).json
    return len(found["events"]) == 5
