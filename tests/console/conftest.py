"""What the stories of the console share: one service with the sample account, one browser, windows signed in."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.kit.browser import RIGHT, People
from tests.kit.casework import NOTES, THREE, address, make, write
from tests.kit.packs import Pack
from tests.kit.service import House, a_service
from tests.kit.window import Look, a_look, chromium, enter

from actiontrail.cli import demo

Open = Callable[..., Look]
expect.set_options(timeout=20_000)  # a busy machine is no fault of the pages


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def begun() -> datetime:
    """When the sample account was made up. What the service records of itself and of the stories is later."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="session")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory, begun: datetime) -> Iterator[House]:
    """The sample account, searchable. (The browser first: without one nothing is started.)"""
    folder: Path = tmp_path_factory.mktemp("console")
    settings = f'log_level = "warning"\n[destinations.file]\nendpoint = "{folder}/places"\n'
    (folder / "places").mkdir()
    with a_service(folder / "data", settings=settings) as started:
        stored = demo.fill(folder / "data", started.running.endpoint, begun)
        started.running.until(lambda: _searchable(started) >= stored, "the sample account is searchable")
        yield started


def _searchable(house: House) -> int:
    size: int = house.client.request("GET", "/v1/search?limit=1", b"", {}).json["seen"]["size"]
    return size


@pytest.fixture(scope="session")
def people(house: House) -> Iterator[People]:
    made = People(house.running.data)
    yield made
    made.close()


@pytest.fixture(scope="session")
def session(browser: Browser, house: House, people: People) -> Any:
    """What a browser holds after somebody who may do everything has signed in on the page."""
    people.user(house.created.account_id, "investigator", "AdministratorAccess")
    with a_look(browser, house.running.endpoint) as window:
        enter(window.go("/settings"), "investigator", RIGHT)
        window.page.locator(".who").wait_for()
        return {"cookies": window.context.storage_state()["cookies"]}  # and nothing that the pages remember


@pytest.fixture
def look(browser: Browser, house: House, session: Any) -> Iterator[Open]:
    """Opens windows, signed in: `look("/events", color_scheme="dark")`."""
    with ExitStack() as stack:

        def open_(path: str, **options: Any) -> Look:
            opened = stack.enter_context(
                a_look(browser, house.running.endpoint, storage_state=session, **options)
            )
            opened.go(path)
            return opened

        yield open_


@pytest.fixture(scope="session")
def fortnight(house: House, begun: datetime) -> tuple[str, str]:
    """The sample account's time as a start and an end: looks that are recorded late are not in it."""
    return f"{begun - timedelta(days=20):%Y-%m-%dT%H:%M:%SZ}", f"{begun:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture(scope="session")
def span(fortnight: tuple[str, str]) -> str:
    """The same as a part of an address."""
    return f"from={fortnight[0]}&to={fortnight[1]}"


@pytest.fixture
def recorded(house: House, fortnight: tuple[str, str]) -> list[dict[str, Any]]:
    """Every event of that time, one by one, as it is now: another story may have added some."""
    question = {"start": fortnight[0], "end": fortnight[1], "limit": 10_000}
    answer = house.client.request("POST", "/v1/search", json.dumps(question).encode(), {})
    assert (answer.status, answer.json["nextToken"]) == (200, "")
    return [one["event"] for one in answer.json["events"]]


@pytest.fixture(scope="session")
def three(house: House) -> list[str]:
    """The ids of three events of the told intrusion, in the order of time."""
    query = "/v1/search?limit=100&query=(userIdentity.userName%3A%20svc-backup-agent%20or%20userIdentity.userName%3A%20deploy-bot)%20and%20eventRW%3A%20Write"
    found = house.client.request("GET", query, b"", {}).json["events"]
    ids = {
        one["event"]["eventName"]: one["event"]["eventId"]
        for one in found
        if one["event"]["eventName"] in THREE
    }
    return [ids[name] for name in THREE]


@pytest.fixture(scope="session")
def made(
    browser: Browser, house: House, session: Any, three: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Pack:
    """A pack of the three, noted, as it was saved."""
    with a_look(browser, house.running.endpoint, storage_state=session) as window:
        page = window.go(address([three[2], three[0], three[1]]))  # pinned in another order than time's
        write(page, (NOTES[2], NOTES[0], NOTES[1]))
        return Pack.saved(window, lambda: make(page), tmp_path_factory.mktemp("pack"))
