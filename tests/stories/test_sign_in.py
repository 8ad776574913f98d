"""Signing in to the real service: cookies, tokens, first passwords, apps, locks; and nobody sees another's account."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pyotp
import pytest
from tests.kit.browser import RIGHT, Browser, People
from tests.kit.service import House, a_service, events

from actiontrail.api import openapi
from actiontrail.cli.main import main

ENDLESS = ("/v1/tail",)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_service(
        tmp_path_factory.mktemp("signin") / "data", settings='trusted_proxies = ["127.0.0.1"]\n'
    ) as opened:
        opened.client.post("/v1/events", events("mine-1", "mine-2"), content_type="application/x-ndjson")
        opened.running.until(
            lambda: (
                opened.client.request("GET", "/v1/histogram?query=RunInstances", b"", {}).json["total"] == 2
            ),
            "both are searchable",
        )
        yield opened


@pytest.fixture(scope="module")
def people(house: House) -> Iterator[People]:
    made = People(house.running.data)
    yield made
    made.close()


@pytest.fixture
def browser(house: House) -> Iterator[Browser]:
    made = Browser(house.running.endpoint)
    yield made
    made.close()


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("Code", "")


def test_a_session_sees_what_its_user_may(house: House, people: People, browser: Browser) -> None:
    """The same questions as those of a program that signs, judged by the same policies."""
    people.user(house.created.account_id, "reader", "AdministratorAccess")
    people.user(house.created.account_id, "nothing")
    before = code(browser.send("GET", "/v1/search"))
    browser.sign_in("reader")
    found = browser.send("GET", "/v1/search?query=RunInstances").json()["events"]
    posted = browser.send("POST", "/v1/search", {"query": "eventId: mine-1"}).json()["events"]
    other = Browser(house.running.endpoint)
    other.sign_in("nothing")

    assert (before, len(found), len(posted)) == ((401, "NotSignedIn"), 2, 1)
    assert code(other.send("GET", "/v1/search")) == (403, "NoPermission")
    assert other.send("GET", "/v1/session").json()["user"] == "nothing"
    other.close()


def test_the_cookie_is_out_of_reach(house: House, people: People, browser: Browser) -> None:
    """No script reads it, no other site's page sends it, it ends with the browser."""
    people.user(house.created.account_id, "cookie")
    answer = browser.sign_in("cookie")
    flags = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}

    assert ({"httponly", "samesite=strict", "path=/"} <= flags, any(flag.startswith(("max-age", "expires")) for flag in flags)) == (True, False)  # fmt: skip
    assert (browser.cookie in answer.text, answer.headers["cache-control"]) == (False, "no-store")


def test_signing_in_never_keeps_the_id_that_the_browser_had(
    house: House, people: People, browser: Browser
) -> None:
    """Whoever planted an id has nothing; and the session that was there is over."""
    people.user(house.created.account_id, "fixed")
    browser.send(
        "POST",
        "/v1/session",
        {"user": "fixed", "password": RIGHT},
        cookie="actiontrail-session=planted-by-somebody",
    )
    first = browser.cookie
    browser.sign_in("fixed")

    assert len({"planted-by-somebody", first, browser.cookie}) == 3
    assert code(httpx.get(f"{browser.endpoint}/v1/session", cookies={"actiontrail-session": first})) == (
        401,
        "NotSignedIn",
    )


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, (200, "")),
        ({"x_actiontrail_csrf": ""}, (403, "InvalidCsrfToken")),
        ({"x_actiontrail_csrf": "0" * 64}, (403, "InvalidCsrfToken")),
        ({"origin": "https://evil.example"}, (403, "ForeignPage")),
        ({"origin": "null"}, (403, "ForeignPage")),
        ({"origin": "", "sec_fetch_site": "cross-site"}, (403, "ForeignPage")),
        ({"origin": "", "sec_fetch_site": ""}, (403, "ForeignPage")),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/search"), ("POST", "/v1/session/totp"), ("DELETE", "/v1/sessions/none")],
)
def test_what_may_change_something_comes_from_a_page_of_ours(
    house: House,
    people: People,
    browser: Browser,
    headers: dict[str, str],
    told: tuple[int, str],
    method: str,
    path: str,
) -> None:
    """A page elsewhere has the cookie sent along at most; it has neither our origin nor the token."""
    name = f"csrf-{abs(hash((str(headers), path))) % 10**8}"
    people.user(house.created.account_id, name, "AdministratorAccess")
    browser.sign_in(name)
    answer = browser.send(method, path, {} if method == "POST" else None, **headers)

    assert code(answer) == told if told[0] == 403 else answer.status_code != 403


def test_another_site_cannot_sign_somebody_in(house: House, people: People, browser: Browser) -> None:
    """Nor as somebody else, to watch what they do."""
    people.user(house.created.account_id, "victim")

    assert code(browser.send("POST", "/v1/session", {"user": "victim", "password": RIGHT}, origin="https://evil.example")) == (403, "ForeignPage")  # fmt: skip


def test_a_cookie_counts_for_nothing_at_the_public_api(
    house: House, people: People, browser: Browser
) -> None:
    """There, requests are signed; and events are recorded by keys and tokens alone."""
    people.user(house.created.account_id, "rpc", "AdministratorAccess")
    browser.sign_in("rpc")

    assert code(browser.send("POST", "/?Action=LookupEvents&Version=2020-07-06")) == (
        400,
        "MissingAccessKeyId",
    )
    assert code(browser.send("POST", "/v1/events", {"eventName": "X"})) == (400, "MissingAccessKeyId")


def test_whatever_is_wrong_the_answer_is_the_same(house: House, people: People, browser: Browser) -> None:
    """To the letter, but for the request's id."""
    people.user(house.created.account_id, "known")
    answers = [
        {name: value for name, value in browser.sign_in(*one).json().items() if name != "RequestId"}
        for one in (("known", "wrong password"), ("unknown", "wrong password"), ("known@999", RIGHT))
    ]

    assert (answers[0]["Code"], answers[0] == answers[1] == answers[2]) == ("WrongSignin", True)


def test_mistakes_lock_and_say_for_how_long(house: House, people: People, browser: Browser) -> None:
    """And an administrator unlocks."""
    user = people.user(house.created.account_id, "locked")
    told = [code(browser.sign_in("locked", "wrong password")) for _ in range(6)]
    locked = browser.sign_in("locked")
    people.signin.guesses.unlock(user.account, user.name)

    assert (told[4], told[5], code(locked)) == (
        (401, "WrongSignin"),
        (429, "SigninLocked"),
        (429, "SigninLocked"),
    )
    assert 1 <= int(locked.headers["retry-after"]) <= 15
    assert browser.sign_in("locked").status_code == 200


def test_a_first_password_is_changed_before_anything_else(
    house: House, people: People, browser: Browser
) -> None:
    """And then everything is open, in a new session."""
    user = people.user(house.created.account_id, "newcomer", "AdministratorAccess")
    given = people.signin.give_password(user)
    signed_in = browser.sign_in("newcomer", given).json()
    first = browser.cookie
    before = code(browser.send("GET", "/v1/search"))
    weak = code(browser.send("POST", "/v1/session/password", {"current": given, "new": "newcomer"}))
    changed = browser.send(
        "POST", "/v1/session/password", {"current": given, "new": "another horse 8"}
    ).json()

    assert (signed_in["bound"], before, weak, changed["bound"]) == ("password", (403, "MustChangePassword"), (400, "WeakPassword"), "")  # fmt: skip
    assert (browser.send("GET", "/v1/search").status_code, first != browser.cookie) == (200, True)
    assert code(httpx.get(f"{browser.endpoint}/v1/session", cookies={"actiontrail-session": first})) == (
        401,
        "NotSignedIn",
    )


def test_an_app_is_set_up_needed_and_removed(house: House, people: People, browser: Browser) -> None:
    """With a picture to scan, codes for when it is lost, and no code taken twice."""
    people.user(house.created.account_id, "totp")
    browser.sign_in("totp")
    begun = browser.send("POST", "/v1/session/totp", {"password": RIGHT}).json()
    maker = pyotp.TOTP(begun["secret"])
    wrong = code(browser.send("POST", "/v1/session/totp/confirm", {"code": "000000"}))
    confirming = maker.now()
    done = browser.send("POST", "/v1/session/totp/confirm", {"code": confirming}).json()
    other = Browser(house.running.endpoint)
    needed = code(other.sign_in("totp"))
    replayed = code(other.sign_in("totp", totp=confirming))
    recovered = other.sign_in("totp", totp=done["recoveryCodes"][0]).json()
    removed = other.send(
        "POST", "/v1/session/totp/remove", {"password": RIGHT, "code": done["recoveryCodes"][1]}
    ).json()

    assert (wrong, needed, replayed) == ((401, "WrongCode"), (401, "CodeNeeded"), (401, "WrongCode"))
    assert (begun["picture"].startswith("<svg"), begun["uri"].startswith("otpauth://totp/"), len(done["recoveryCodes"])) == (True, True, 10)  # fmt: skip
    assert (done["session"]["mfa"], recovered["mfa"], recovered["recoveryCodes"], removed["totp"], removed["mfa"]) == (True, True, 9, False, False)  # fmt: skip
    other.close()


def test_ones_sessions_are_listed_and_ended(house: House, people: People, browser: Browser) -> None:
    """From one browser the other is put out."""
    people.user(house.created.account_id, "two")
    other = Browser(house.running.endpoint)
    browser.sign_in("two")
    other.sign_in("two")
    listed = browser.send("GET", "/v1/sessions").json()["sessions"]
    ended = browser.send("DELETE", f"/v1/sessions/{next(one['id'] for one in listed if not one['current'])}")
    out = code(other.send("GET", "/v1/session"))
    signed_out = browser.send("DELETE", "/v1/session")

    assert ([one["current"] for one in listed].count(True), ended.status_code, out) == (
        1,
        200,
        (401, "NotSignedIn"),
    )
    assert (signed_out.status_code, browser.cookie, code(browser.send("GET", "/v1/session"))) == (
        200,
        "",
        (401, "NotSignedIn"),
    )
    other.close()


def _addresses() -> list[tuple[str, str]]:
    """Every address of ours, with names of the other account where it has places."""
    known = {
        "event_id": "mine-1",
        "kind": "user",
        "value": "reader",
        "access_key_id": "LTAI",
        "type": "-",
        "id": "mine-1",
    }
    return [
        (route.method, re.sub(r"\{(\w+)\}", lambda found: known.get(found.group(1), "x"), route.path))
        for route in openapi.ROUTES
        if route.path not in ENDLESS
        and route.known_by != "nobody"
        and not route.path.startswith("/v1/session")
    ]


def test_no_address_shows_another_accounts_events(house: House, people: People, browser: Browser) -> None:
    """Each address of the document, asked by an administrator of another account."""
    other = people.signin.accounts.create("other").id
    people.user(other, "neighbour", "AdministratorAccess")
    browser.sign_in("neighbour@other")
    told: list[tuple[str, str, str]] = []
    for method, path in _addresses():
        answer: Any = browser.send(method, path, {} if method != "GET" else None)
        assert answer.status_code < 500, (method, path, answer.text)
        if (
            '"RunInstances"' in answer.text or house.created.account_id in answer.text
        ):  # a catalogue may speak of it
            told.append((method, path, answer.text[:200]))

    assert told == []


def test_a_user_of_another_account_with_the_same_name_is_another_person(
    house: House, people: People, browser: Browser
) -> None:
    """The account is told with the name, or both are strangers."""
    twin = people.signin.accounts.create("twins").id
    people.user(house.created.account_id, "same", "AdministratorAccess")
    people.user(twin, "same", "AdministratorAccess", password="the twin's horse 9")
    unclear = code(browser.sign_in("same"))
    mine = browser.sign_in("same", account=house.created.account_id).json()["account"]
    theirs = browser.sign_in("same@TWINS", "the twin's horse 9").json()["account"]

    assert (unclear, mine, theirs) == ((401, "WrongSignin"), house.created.account_id, twin)


def test_nobody_resets_their_own_sign_in_without_their_password(
    house: House, people: People, browser: Browser
) -> None:
    """Whoever finds an open page, or steals a session, keeps nothing of it."""
    people.user(house.created.account_id, "careless", "AdministratorAccess")
    browser.sign_in("careless")
    path = "/v1/access/users/careless"

    assert [code(browser.send(*one)) for one in (("POST", f"{path}/password"), ("DELETE", f"{path}/totp"), ("DELETE", f"{path}/signin"))] == [(403, "OwnSignIn")] * 3  # fmt: skip


def test_every_new_password_is_the_same_event_whoever_gave_it(
    house: House, people: People, browser: Browser
) -> None:
    """By themselves, by an administrator at the console, and by the machine's operator; who did it is told, the password is not."""
    account = house.created.account_id
    people.user(account, "resetting", "AdministratorAccess")
    people.user(account, "forgetful", "AdministratorAccess")
    browser.sign_in("resetting")
    given = [browser.send("POST", "/v1/access/users/forgetful/password").json()["password"]]
    assert (
        main(["users", "password", "forgetful", "--account", account, "--data", str(house.running.data)]) == 0
    )
    own = Browser(house.running.endpoint)
    given.append(people.signin.give_password(people.signin.users.get(account, "forgetful")))
    own.sign_in("forgetful", given[1])
    own.send("POST", "/v1/session/password", {"current": "wrong horse 8", "new": "another horse 8"})
    own.send("POST", "/v1/session/password", {"current": given[1], "new": "another horse 8"})
    own.close()

    def told() -> list[Any]:
        query = "eventName%3A%20PasswordReset%20and%20resourceName%3A%20forgetful"
        return list(
            house.client.request("GET", f"/v1/search?query={query}&order=oldest", b"", {}).json["events"]
        )

    house.running.until(lambda: len(told()) >= 4, "four events of passwords")

    assert sorted((one["event"]["userIdentity"]["userName"], one["channel"], one["event"]["eventType"], one["event"]["serviceName"], one["event"].get("errorCode", "")) for one in told()) == [
        ("actiontrail-cli", "service", "PasswordReset", "AasCustomer", ""),
        ("forgetful", "console", "PasswordReset", "AasCustomer", ""),
        ("forgetful", "console", "PasswordReset", "AasCustomer", "WrongSignin"),
        ("resetting", "console", "PasswordReset", "AasCustomer", ""),
    ]  # fmt: skip
    assert [secret for secret in (*given, "another horse 8") if secret in str(told())] == []


def test_what_people_do_at_the_console_is_in_the_record(
    house: House, people: People, browser: Browser
) -> None:
    """Coming in, failing to, what they did, a new password, going: each an event of their account, by the channel that it came."""
    user = people.user(house.created.account_id, "watched", "AdministratorAccess")
    browser.sign_in("watched", "wrong password")
    browser.sign_in("watched")
    browser.send("POST", "/v1/access/users", {"name": "made-at-the-console"})
    browser.send("POST", "/v1/session/password", {"current": RIGHT, "new": "another horse 8"})
    browser.send("DELETE", "/v1/session")

    def told() -> list[Any]:
        found = house.client.request(
            "GET", "/v1/search?query=userIdentity.userName%3A%20watched&order=oldest", b"", {}
        ).json
        return [one for one in found["events"] if one["event"]["userIdentity"]["userName"] == "watched"]

    house.running.until(lambda: len(told()) >= 5, "five events of the console")
    events_ = {one["event"]["eventName"]: one for one in told()}
    signins = [one["event"] for one in told() if one["event"]["eventName"] == "ConsoleSignin"]

    assert {name: (one["event"]["eventType"], one["channel"]) for name, one in events_.items()} == {
        "ConsoleSignin": ("ConsoleSignin", "console"),
        "CreateUser": ("ConsoleOperation", "console"),
        "PasswordReset": ("PasswordReset", "console"),
        "ConsoleSignout": ("ConsoleSignout", "console"),
    }
    assert [
        (one.get("errorCode", ""), one["additionalEventData"]["mfaChecked"], one["serviceName"])
        for one in signins
    ] == [
        ("WrongSignin", "false", "AasSub"),
        ("", "false", "AasSub"),
    ]
    assert (signins[1]["userIdentity"]["principalId"], signins[1]["sourceIpAddress"]) == (
        user.id,
        browser.address,
    )
    assert "wrong password" not in str(told())
