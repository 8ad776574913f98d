"""Every address of our own interface, by every kind of caller, on the whole service: who is let in, and what strangers see."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec
import pytest
from tests.access.test_policy import a_statement, text
from tests.kit.people import a_user
from tests.kit.service import Client, House, a_service, events

from actiontrail.access.grants import Grants
from actiontrail.access.users import User
from actiontrail.api.openapi import ROUTES
from actiontrail.api.routes import Route
from actiontrail.cli.keys import opened_record
from actiontrail.event import effect

READ_ONLY = "AliyunActionTrailReadOnlyAccess"
MARK = "alphasecret"
PLACES = {
    "event_id": f"{MARK}-1",
    "kind": "user",
    "value": MARK,
    "access_key_id": f"LTAI{MARK}",
    "type": "ACS::ECS::Instance",
    "id": f"i-{MARK}",
    "user": MARK,
    "role": MARK,
    "policy": MARK,
    "key": f"LTAI{MARK}",
    "token": f"token-{MARK}",
    "account": "1000000000000009",
    "name": MARK,
    "session": MARK,
    "job": "1",
}
REACHES_OUT = "actiontrail:TestTrailDestination"  # changes nothing, and is for those who make trails
KNOWN = [route for route in ROUTES if route.action]


class Callers(NamedTuple):
    """A service with events and people in one account, and one signed client of each kind."""

    house: House
    by_kind: Mapping[str, Client]
    token: str


@pytest.fixture(scope="module")
def callers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callers]:
    with a_service(tmp_path_factory.mktemp("who") / "data") as house:
        account = house.created.account_id
        with opened_record(house.running.data) as record:
            other = record.keys.create_account("other")
            keys = {"other root": record.keys.create_key(other)}
            people: dict[str, User] = {
                "reader": a_user(record.database, account, "reader", READ_ONLY),
                "nobody": a_user(record.database, account, "nobody"),
                "denied": a_user(record.database, account, "denied", "AdministratorAccess"),
                MARK: a_user(record.database, account, MARK),
            }
            grants = Grants(record.database)
            grants.create(account, MARK, text(a_statement(Effect="Deny")))
            grants.attach(people["denied"], "Custom", MARK)
            for name, user in people.items():
                keys[name] = record.keys.create_key(account, user=user)
            token = record.keys.create_token(account, note=MARK).token
        made = {
            name: Client(house.running.endpoint, key.access_key_id, key.access_key_secret)
            for name, key in keys.items()
        }
        identity = {"type": "ram-user", "userName": MARK, "accessKeyId": f"LTAI{MARK}"}
        sent = events(
            *(f"{MARK}-{n}" for n in range(5)),
            userIdentity=identity,
            resourceName=f"i-{MARK}",
            resourceType="ACS::ECS::Instance",
        )
        assert house.client.post("/v1/events", sent).status == 200
        house.running.until(
            lambda: len(house.client.post("/v1/search").json["events"]) >= 5, "events are found"
        )
        yield Callers(house, {"root": house.client, **made}, token)
        for client in made.values():
            client.close()


def target(route: Route) -> str:
    """The address, with something in each place."""
    path = re.sub(r"\{(\w+)\}", lambda place: quote(PLACES[place[1]], safe=""), route.path)
    return path + {"/v1/consistency": "?old=0", "/v1/proofs": "?index=0"}.get(route.path, "")


def status(client: Client, route: Route) -> tuple[int, str]:
    """Status and code; a stream is not read to its end."""
    if route.path == "/v1/tail":
        with client._http.stream(route.method, target(route), headers=signed(client, route)) as answer:
            return answer.status_code, "" if answer.status_code == 200 else code(answer.read())
    answer = client.raw(route.method, target(route))
    return answer.status_code, code(answer.content) if answer.status_code >= 400 else ""


def signed(client: Client, route: Route) -> Mapping[str, str]:
    import datetime as dt
    import secrets

    from actiontrail.api.signature import Sent, sign_acs3

    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    sent = {"host": client._host, "x-acs-date": now, "x-acs-signature-nonce": secrets.token_hex(16)}
    return sent | sign_acs3(client._key, client._secret, Sent(route.method, target(route), sent, b""))


def code(body: bytes) -> str:
    return str(msgspec.json.decode(body).get("Code", ""))


def row(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("kind", ["nobody", "denied"])
def test_without_leave_nothing_is_answered(callers: Callers, kind: str) -> None:
    """Whatever the address; a denial wins over the administrator's policy."""
    open_ = {row(route) for route in KNOWN if route.action == "sts:GetCallerIdentity"}
    let_in = {row(route) for route in KNOWN if status(callers.by_kind[kind], route) != (403, "NoPermission")}

    assert let_in == open_


def test_the_read_only_policy_lets_in_what_reads(callers: Callers) -> None:
    """And neither what changes something nor what manages people."""
    let_in = {
        row(route) for route in KNOWN if status(callers.by_kind["reader"], route) != (403, "NoPermission")
    }
    reading = {
        row(route)
        for route in KNOWN
        if route.action == "sts:GetCallerIdentity"
        or (
            route.action.startswith("actiontrail:")
            and route.action != REACHES_OUT
            and effect.of(route.action.partition(":")[2]) == effect.READ
        )
    }

    assert let_in == reading


def test_a_token_records_and_nothing_else(callers: Callers) -> None:
    """It lies on many machines."""
    import httpx

    def answer(route: Route) -> int:
        bearer = {"authorization": f"Bearer {callers.token}"}
        return httpx.request(
            route.method, callers.house.running.endpoint + target(route), headers=bearer
        ).status_code

    let_in = {row(route) for route in KNOWN if answer(route) != 403}

    assert let_in == {"POST /v1/events"}


def test_a_stranger_finds_nothing_at_any_address(callers: Callers) -> None:
    """Another account's root: no event, no count, no name, no proof; only what they asked with comes back."""
    client = callers.by_kind["other root"]
    told: dict[str, Any] = {}
    for route in KNOWN:
        if route.path == "/v1/tail" or route.method not in ("GET", "POST") or route.path == "/v1/events":
            continue
        said = client.raw(route.method, target(route)).text
        for mine in PLACES.values():
            said = said.replace(mine, "")
        if MARK in said or callers.house.created.account_id in said:
            told[row(route)] = said

    assert told == {}


def test_a_stranger_counts_nothing(callers: Callers) -> None:
    """Zero, everywhere where there are numbers; and the owner's are not zero. What strangers did is theirs to count."""
    chosen = f"eventId: {MARK}*"

    def counts(kind: str) -> list[int]:
        client = callers.by_kind[kind]

        def asked(path: str, **said: str) -> Any:
            return client.post(path, json.dumps({"query": chosen} | said).encode())

        facets = asked("/v1/facets", fields="eventName").json["facets"]["eventName"]
        exported = client.raw("GET", f"/v1/export?query={quote(chosen)}").headers["x-actiontrail-rows"]
        return [
            len(asked("/v1/search").json["events"]),
            asked("/v1/histogram").json["total"],
            sum(each["count"] for each in facets),
            asked("/v1/sql", query=f"{chosen} | SELECT count(*) AS n").json["rows"][0][0],
            int(exported),
        ]

    before = counts("other root")
    assert ([count > 0 for count in counts("root")], before) == ([True] * 5, [0] * 5)
