"""Groups: who did how much, with what, on what, from where; each counted by the service as it counts them one by one."""

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.kit.events_page import settled, told_and_asked_again, total
from tests.kit.service import House, events
from tests.kit.window import Look, seen_in

Open = Callable[..., Look]
INTRUDER = "203.0.113.66"
SHOWN = 200  # groups
INSIDE = 20  # events of an open group


def at(fortnight: tuple[str, str], more: str) -> str:
    return f"/events?from={fortnight[0]}&to={fortnight[1]}&mode=groups&{more}"


def actor(event: dict[str, Any]) -> list[tuple[str, str]]:
    who = event.get("userIdentity", {})
    name = who.get("userName", "")
    if who.get("type") == "assumed-role" and name:
        return [("role", name.partition(":")[0])]
    ways = (("user", name), ("principal", who.get("principalId")), ("key", who.get("accessKeyId")), ("address", event.get("sourceIpAddress")))  # fmt: skip
    return [next(((kind, value) for kind, value in ways if value), ("", ""))]


def resources(event: dict[str, Any]) -> list[tuple[str, str]]:
    names = [one for one in re.split("[;,]", event.get("resourceName", "")) if one]
    return [("", one) for one in dict.fromkeys(names)] or [("", "")]


KEYS: dict[str, Callable[[dict[str, Any]], list[tuple[str, str]]]] = {
    "actor": actor,
    "session": lambda event: [("", event.get("userIdentity", {}).get("accessKeyId", ""))],
    "resource": resources,
    "address": lambda event: [("", event.get("sourceIpAddress", ""))],
    "event": lambda event: [("", event["eventName"])],
}


@dataclass(frozen=True)
class Group:
    """What a row tells."""

    kind: str
    value: str
    events: int
    failed: int
    names: int
    first: str
    last: str


def grouped(recorded: Iterable[dict[str, Any]], by: str) -> dict[tuple[str, str], Group]:
    """The groups as they are counted by hand."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for event in recorded:
        for key in KEYS[by](event):
            found.setdefault(key, []).append(event)
    return {
        key: Group(
            *key,
            events=len(some),
            failed=sum(1 for one in some if one.get("errorCode")),
            names=len({one["eventName"] for one in some}),
            first=min(one["eventTime"] for one in some)[:19],
            last=max(one["eventTime"] for one in some)[:19],
        )
        for key, some in found.items()
    }


def rows(page: Page) -> list[Group]:
    """The groups that the page shows, in its order, once they are answered."""
    expect(page.locator(".groups-told")).to_have_attribute("data-groups", re.compile(r"\d"))
    told = page.locator(".groups [data-group]").evaluate_all(
        "all => all.map(one => [one.dataset.kind ?? '', one.dataset.value, ...[...one.querySelectorAll('td.number')].map(cell => cell.textContent), ...[...one.querySelectorAll('time')].map(time => time.dateTime)])"
    )
    return [
        Group(kind, value, *(int(number.replace(",", "")) for number in numbers), first[:19], last[:19])
        for kind, value, *numbers, first, last in told
    ]


def group(page: Page, value: str) -> Locator:
    return page.locator(f'.groups [data-group][data-value="{value}"]')


@pytest.mark.parametrize("by", KEYS)
def test_groups_are_what_counting_by_hand_finds(
    look: Open, recorded: list[dict[str, Any]], fortnight: tuple[str, str], by: str
) -> None:
    """Value, events, failures, names, first and last, of each group; the empty one among them; as many as there are."""
    window = look(at(fortnight, f"by={by}"))
    wanted = grouped(recorded, by)
    shown = rows(window.page)

    assert window.page.locator(".groups-told").get_attribute("data-groups") == str(len(wanted))
    assert len(shown) == min(len(wanted), SHOWN)
    assert {(one.kind, one.value): one for one in shown} == {
        (one.kind, one.value): wanted[one.kind, one.value] for one in shown
    }
    assert [one.events for one in shown] == sorted((one.events for one in wanted.values()), reverse=True)[:SHOWN]  # fmt: skip
    assert ("The first 200 are shown" in window.page.locator(".groups-told").inner_text()) == (len(wanted) > SHOWN)  # fmt: skip
    window.shot(f"groups-{by}")
    assert window.complaints == []


def test_they_stand_in_the_order_that_is_asked_for(
    look: Open, recorded: list[dict[str, Any]], fortnight: tuple[str, str]
) -> None:
    """By the number of events, by the newest, by who came first."""
    page = look(at(fortnight, "by=address")).page
    rows(page)
    page.keyboard.press("]")
    expect(page).to_have_url(re.compile("sort=newest"))
    newest = rows(page)
    page.keyboard.press("]")
    expect(page).to_have_url(re.compile("sort=first"))
    first = rows(page)

    assert [one.last for one in newest] == sorted((one.last for one in newest), reverse=True)
    assert [one.first for one in first] == sorted(one.first for one in first)
    assert {one.value for one in first} == {value for _, value in grouped(recorded, "address")}
    page.go_back()
    expect(page).to_have_url(re.compile("sort=newest"))
    assert rows(page) == newest


def test_a_group_opens_to_its_events_and_becomes_a_search(
    look: Open, recorded: list[dict[str, Any]], fortnight: tuple[str, str]
) -> None:
    """By keys alone: to the groups, to the stranger's, its newest events, one of them open; all of them; and back again."""
    window = look(at(fortnight, "").replace("mode=groups&", ""))
    page = window.page
    everything = total(page)
    keys = page.keyboard
    theirs = [one for one in recorded if one.get("sourceIpAddress") == INTRUDER]
    keys.press("w")
    rows(page)
    keys.press("4")
    expect(page).to_have_url(re.compile("by=address"))
    row = group(page, INTRUDER)
    row.wait_for()
    for _ in rows(page):
        keys.press("j")
        if row.evaluate("one => one === document.activeElement"):
            break
    keys.press("o")
    inside = page.locator(".groups .inside [data-event]")
    expect(inside).to_have_count(INSIDE)
    newest = sorted(theirs, key=lambda one: one["eventTime"], reverse=True)[:INSIDE]
    assert [one["eventTime"][:19] for one in newest] == [
        str(one)[:19] for one in inside.locator("time").evaluate_all("all => all.map(one => one.dateTime)")
    ]
    address = page.url
    keys.press("j")
    keys.press("o")
    expect(page.locator(".groups .inside .row.open .fields")).to_contain_text(INTRUDER)
    window.shot("groups-open")
    page.reload()
    expect(page.locator(".groups .inside .row.open .fields")).to_contain_text(INTRUDER)
    page.go_back()
    expect(page.locator(".groups .inside .row.open")).to_have_count(0)
    expect(inside).to_have_count(INSIDE)
    assert page.url == address

    row.focus()
    keys.press("a")
    settled(page, len(theirs))
    expect(page.locator(".chip")).to_have_text(re.compile(INTRUDER))
    page.locator(".list .row").first.wait_for()
    page.go_back()
    settled(page, everything)
    expect(inside).to_have_count(INSIDE)
    row.get_by_role("button", name="Without them").click()
    settled(page, everything - len(theirs))
    expect(row).to_have_count(0)
    assert window.complaints == []


def test_what_one_reads_stays_when_the_group_goes(look: Open, fortnight: tuple[str, str]) -> None:
    """Another search has other groups; the open event is shown above them, and says so."""
    window = look(at(fortnight, "by=address"))
    page = window.page
    group(page, INTRUDER).locator("[data-deed=open]").click()
    page.locator(".groups .inside .row-toggle").first.click()
    fields = page.locator(".fields")
    expect(fields).to_contain_text(INTRUDER)
    page.keyboard.press("/")
    page.keyboard.type("serviceName: Slb")
    page.keyboard.press("Enter")

    expect(page.locator(".open-apart .fields")).to_contain_text(INTRUDER)
    expect(page.locator(".groups-told")).to_contain_text("not among what is found any more")
    window.shot("groups-apart")
    assert window.complaints == []


def test_the_search_for_a_group_tells_when_it_finds_more(browser: Browser, house: House, look: Open) -> None:
    """A search goes by words: what holds a value among its words is found with it. Hostile values are text, and cut."""
    service, when = f"Groups{secrets.token_hex(4)}", "2026-01-05T00:00:00Z"
    hostile = "<img src=x onerror=alert(1)>\u202egnp.exe'); --\\"
    values = ["10.0.0.9", "10.0.0.9:8080", "x" * 5000, hostile, ""]
    for number, value in enumerate(values):
        body = events(f"{service}-{number}", serviceName=service, eventTime=when, sourceIpAddress=value)
        assert house.client.post("/v1/events", body, content_type="application/x-ndjson").status == 200
    found = f"/v1/histogram?query=serviceName%3A%20{service}"
    house.running.until(lambda: house.client.request("GET", found, b"", {}).json["total"] == len(values), "they are searchable")  # fmt: skip
    window = look(f"/events?q=serviceName%3A%20{service}&from=&to=2026-01-06T00:00:00Z&mode=groups&by=address")  # fmt: skip
    page = window.page
    assert [one.events for one in rows(page)] == [1] * len(values)
    expect(page.locator(".groups")).to_contain_text("(no address)")
    expect(page.locator(".groups")).to_contain_text("<img src=x onerror=alert(1)>⟨U+202E⟩gnp.exe'); --\\")
    window.shot("groups-hostile")

    group(page, "10.0.0.9").locator("[data-deed=open]").click()
    expect(page.locator(f'.inside [data-event="{service}-0"]')).to_be_visible()
    expect(page.locator(".inside [data-event]")).to_have_count(1)
    expect(page.locator(".inside")).to_contain_text("As a search it finds 2")
    group(page, "").locator("[data-deed=open]").click()
    expect(page.locator(f'.inside [data-event="{service}-4"]')).to_be_visible()
    expect(page.locator(".inside [data-event]")).to_have_count(1)
    page.locator(".groups [data-group]").filter(has_text="<img").locator("[data-deed=open]").click()
    expect(page.locator(f'.inside [data-event="{service}-3"]')).to_be_visible()
    assert (window.complaints, page.locator(".groups img").count()) == ([], 0)


def test_a_failing_and_a_slow_question_are_told(look: Open, fortnight: tuple[str, str]) -> None:
    """With the request's id and a way to try again; and what takes long is cancelled."""
    window = look("/settings")
    page = told_and_asked_again(window, at(fortnight, "by=event"), ".groups")
    page.locator(".groups [data-group]").first.wait_for()
    assert window.complaints == []


def test_nothing_found_explains_itself(look: Open) -> None:
    """As the list does."""
    page = look("/events?f=serviceName%3DNoSuchService&from=-7d&mode=groups").page
    expect(page.locator('[data-reason="NoSuchSource"]')).to_contain_text("No such source")


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1440), ("en", "dark", 1440), ("zh", "light", 1440), ("zh", "dark", 390)])  # fmt: skip
def test_they_are_readable_in_both_languages_and_looks(
    look: Open, fortnight: tuple[str, str], language: str, theme: str, width: int
) -> None:
    """With a group open, and an event in it."""
    window = look(
        at(fortnight, "by=actor&q=eventRW%3A%20Write"),
        **seen_in(language, theme, width),
    )
    page = window.page
    group(page, "svc-backup-agent").locator("[data-deed=open]").click()
    page.locator(".inside .row-toggle").first.wait_for()
    window.still()
    window.shot(f"groups-{language}-{theme}-{width}")
    closed = window.barriers()
    page.locator(".inside .row-toggle").first.click()
    page.locator(".inside .fields").wait_for()
    window.still()
    window.shot(f"groups-event-{language}-{theme}-{width}")

    assert (closed, window.barriers(), window.complaints) == ([], [], [])
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
