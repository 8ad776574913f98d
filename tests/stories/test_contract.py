"""What holds for every address of our own interface, taken from its document, so that a new one cannot be forgotten."""

import json
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from tests.kit.browser import Browser, People
from tests.kit.people import a_user
from tests.kit.service import House, a_service, events

from actiontrail.access.grants import Grants
from actiontrail.api.openapi import ROUTES
from actiontrail.api.routes import Route
from actiontrail.cli.keys import opened_record

CHANGING = [route for route in ROUTES if route.method != "GET" and route.path != "/v1/events"]
BY_ID = [route for route in ROUTES if "{" in route.path]
OPEN = {"signIn", "setUp"}  # nobody has a session before
OWN = {"endSession", "session"}
MARK = "ofalpha"
TRIES = {
    "no token": {"x_actiontrail_csrf": ""},
    "another token": {"x_actiontrail_csrf": "0" * 64},
    "another page": {"origin": "https://evil.example"},
    "no page": {"origin": "", "sec_fetch_site": ""},
}


class Places(dict[str, str]):
    """Something for every place in a path: what the account has, or a name with its mark."""

    def __missing__(self, name: str) -> str:
        return MARK


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_service(
        tmp_path_factory.mktemp("contract") / "data", settings='trusted_proxies = ["127.0.0.1"]\n'
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def people(house: House) -> Iterator[People]:
    made = People(house.running.data)
    yield made
    made.close()


@pytest.fixture(scope="module")
def filled(house: House) -> dict[str, str]:
    """An account that has one of everything that an address can name, and where each is."""
    account = house.created.account_id
    with opened_record(house.running.data) as record:
        user = a_user(record.database, account, MARK)
        Grants(record.database).create(account, MARK, '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}')  # fmt: skip
        key = record.keys.create_key(account, user=user).access_key_id
        token = record.keys.create_token(account, note=MARK).token_id
    sent = events(MARK, resourceName=MARK, resourceType="ACS::ECS::Instance", eventName=f"Do{MARK}")
    assert house.client.post("/v1/events", sent).status == 200
    assert house.client.post("/v1/access/roles", f'{{"name":"{MARK}"}}'.encode()).status == 200
    house.client.post("/v1/trails", f'{{"name":"{MARK}","destination":"file:///{MARK}"}}'.encode())
    question = f"/v1/events/{MARK}"
    house.running.until(lambda: house.client.request("GET", question, b"", {}).status == 200, "it is found")
    return {
        "key": key,
        "access_key_id": key,
        "token": token,
        "kind": "user",
        "value": MARK,
        "type": "ACS::ECS::Instance",
        "account": account,
        "user": MARK,
    }


def target(route: Route, places: dict[str, str]) -> str:
    path = re.sub(r"\{(\w+)\}", lambda found: quote(Places(places)[found[1]], safe=""), route.path)
    return path + {"/v1/consistency": "?old=0", "/v1/proofs": "?index=0"}.get(route.path, "")


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("Code", "")


@pytest.fixture(scope="module")
def signed_in(house: House, people: People) -> Iterator[Browser]:
    people.user(house.created.account_id, "everything", "AdministratorAccess")
    made = Browser(house.running.endpoint)
    made.sign_in("everything")
    yield made
    made.close()


@pytest.mark.parametrize("route", CHANGING, ids=lambda route: route.name)
def test_nothing_is_changed_by_a_page_of_another_site(signed_in: Browser, route: Route) -> None:
    """Whatever the address: without our origin, or without the session's token, nothing is even looked at."""
    allowed = ("ForeignPage",) if route.name in OPEN else ("ForeignPage", "InvalidCsrfToken")
    tries = {name: how for name, how in TRIES.items() if route.name not in OPEN or "page" in name}
    body = {} if route.method in ("POST", "PATCH", "PUT") else None
    told = {
        name: code(signed_in.send(route.method, target(route, {}), body, **how))
        for name, how in tries.items()
    }

    assert {name: said for name, said in told.items() if said[0] != 403 or said[1] not in allowed} == {}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_answer_forbids_what_no_answer_needs(signed_in: Browser, route: Route) -> None:
    """No guess at its type; no cache keeps it; whatever it says, a refusal included."""
    if "tail" in route.path:
        pytest.skip("an answer that never ends; its headers are those of its refusals")
    answer = httpx.request(route.method, signed_in.endpoint + target(route, {}), timeout=60)

    assert answer.headers.get("x-content-type-options") == "nosniff"
    assert (
        "no-store" in answer.headers.get("cache-control", "") or route.name == "openapi"
    )  # which is everybody's


def test_an_address_longer_than_can_be_read_is_told_so(house: House) -> None:
    """A question may be long; whoever puts it into the address learns where it belongs."""
    connection = HTTPConnection(house.running.endpoint.removeprefix("http://"), timeout=30)
    connection.request("GET", f"/v1/search?query={'a' * 70_000}")
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()

    assert (answer.status, told["Code"]) == (414, "RequestUriTooLong")


def owned(house: House) -> list[Any]:
    """What the owner sees of everything that could be changed."""
    seen = [
        house.client.request("GET", path, b"", {}).json
        for path in (
            "/v1/access/users",
            f"/v1/access/users/{MARK}",
            f"/v1/access/users/{MARK}/signin",
            "/v1/access/roles",
            f"/v1/access/policies/{MARK}",
            "/v1/access/keys",
            "/v1/access/tokens",
            "/v1/trails",
            "/v1/access/accounts",
            "/v1/queries",
        )
    ]
    return [re.sub(r'"(RequestId|lastUsed)":"[^"]*"', "", str(one)) for one in _bare(seen)]


def _bare(said: Any) -> Any:
    """Without what changes by itself."""
    if isinstance(said, dict):
        return {k: _bare(v) for k, v in said.items() if k not in ("RequestId", "lastUsed", "seen", "lag")}
    return [_bare(one) for one in said] if isinstance(said, list) else said


def test_no_address_with_an_id_shows_or_changes_what_another_account_has(
    house: House, people: People, filled: dict[str, str]
) -> None:
    """By the ids that the owner uses, asked by an administrator of a neighbour: each address, each method."""
    other = people.signin.accounts.create("neighbours").id
    people.user(other, "neighbour", "AdministratorAccess")
    before = owned(house)
    browser = Browser(house.running.endpoint)
    browser.sign_in("neighbour@neighbours")
    told: dict[str, Any] = {}
    for route in BY_ID:
        if route.name in OWN:
            continue
        body = {} if route.method in ("POST", "PATCH", "PUT") else None
        answer = browser.send(route.method, target(route, filled), body)
        text = answer.text
        for mine in sorted(filled.values(), key=len, reverse=True):
            text = text.replace(mine, "")  # what they asked with comes back
        if (
            answer.status_code >= 500
            or f"Do{MARK}" in answer.text
            or MARK in text.replace(MARK, "", 1)
            or (filled["account"] in text)
        ):
            told[f"{route.method} {route.path}"] = answer.text[:200]
    browser.close()

    assert told == {}
    assert owned(house) == before


def test_the_owner_is_shown_what_the_neighbour_is_not(house: House, filled: dict[str, str]) -> None:
    """Or the test above would prove nothing."""
    shown = [
        route.path
        for route in BY_ID
        if route.method == "GET"
        and route.name not in OWN
        and MARK in house.client.raw("GET", target(route, filled)).text
    ]

    assert len(shown) >= 8
