"""Single sign-on through the real service: from the button to the session, and nothing for those who come otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.kit.browser import Browser, People
from tests.kit.provider import CLIENT, SECRET, Provider, a_provider
from tests.kit.service import Running, free_port

from actiontrail import service


@dataclass
class Place:
    endpoint: str
    account: str
    people: People
    provider: Provider


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("sso")
    created = service.create(folder / "data")
    port = free_port()
    (folder / "secret").write_text(SECRET)
    with a_provider() as provider:
        with (folder / "data" / "config.toml").open("a") as file:
            file.write(
                f'console_url = "http://127.0.0.1:{port}"\noidc_issuer = "{provider.issuer}"\n'
                f'oidc_client_id = "{CLIENT}"\noidc_client_secret_file = "{folder / "secret"}"\n'
            )
        with Running(folder / "data", port=port) as running:
            people = People(folder / "data")
            people.signin.users.create(created.account_id, "alice")
            yield Place(running.endpoint, created.account_id, people, provider)
            people.close()


def click(browser: Browser) -> httpx.Response:
    """From the button to the provider and back."""
    there = browser.http.get("/signin/oidc")
    back = httpx.get(there.headers["location"]).headers["location"]
    return browser.http.get(back.removeprefix(browser.endpoint))


def test_a_click_signs_in_whoever_the_provider_knows(place: Place) -> None:
    """Without a password, with an ordinary session; linked to the provider's subject from then on."""
    browser = Browser(place.endpoint)
    ways = browser.send("GET", "/v1/session/ways").json()
    landed = click(browser)
    session = browser.send("GET", "/v1/session").json()
    place.provider.person = {"sub": "subject-2", "preferred_username": "alice"}
    thief = Browser(place.endpoint)
    refused = click(thief)
    place.provider.person = {"sub": "subject-1", "preferred_username": "alice"}

    assert ways["singleSignOn"] == [{"name": "Single sign-on", "address": "/signin/oidc"}]
    assert (landed.status_code, landed.headers["location"], session["user"], session["method"]) == (302, "/console/", "alice", "oidc")  # fmt: skip
    assert (refused.headers["location"], thief.cookie) == ("/console/signin#problem=NotLinked", "")
    browser.close()
    thief.close()


def test_an_answer_counts_in_the_browser_that_asked(place: Place) -> None:
    """A link with somebody's code signs nobody in; nor does the same answer twice."""
    browser, other = Browser(place.endpoint), Browser(place.endpoint)
    there = browser.http.get("/signin/oidc")
    back = httpx.get(there.headers["location"]).headers["location"].removeprefix(place.endpoint)
    elsewhere = other.http.get(back)
    here = browser.http.get(back)
    again = browser.http.get(back)

    assert [one.headers["location"] for one in (elsewhere, here, again)] == [
        "/console/signin#problem=SignOnFailed",
        "/console/",
        "/console/signin#problem=SignOnFailed",
    ]
    assert other.cookie == ""
    browser.close()
    other.close()


def test_what_the_browser_holds_meanwhile_is_sealed_and_short(place: Place) -> None:
    """Neither the nonce nor the verifier can be read off the cookie, and no page can."""
    browser = Browser(place.endpoint)
    answer = browser.http.get("/signin/oidc")
    cookie = answer.headers["set-cookie"].lower()
    browser.close()

    assert ("httponly" in cookie, "samesite=lax" in cookie, "path=/signin/oidc" in cookie, "max-age=600" in cookie) == (True, True, True, True)  # fmt: skip
    assert "verifier" not in bytes.fromhex(answer.cookies["actiontrail-oidc"]).decode("latin-1")


def test_a_strange_page_of_the_way_back_is_refused(place: Place, tmp_path: Path) -> None:
    """Whatever is in the cookie."""
    for cookie in ("", "zz", "00", "ff" * 60):
        answer = httpx.get(
            f"{place.endpoint}/signin/oidc/back?code=x&state=y",
            headers={"cookie": f"actiontrail-oidc={cookie}"},
        )
        assert answer.headers["location"] == "/console/signin#problem=SignOnFailed"
