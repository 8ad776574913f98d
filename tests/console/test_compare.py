"""Two beside each other: events, periods, actors; what is new and gone, and that nothing is called so which is not certain."""

import datetime as dt
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from tests.kit.browser import RIGHT, People
from tests.kit.events_page import INTRUDER, STOPPED, settled
from tests.kit.service import House, a_service, events
from tests.kit.window import Look, a_look, as_administrator, enter

Open = Callable[..., Look]
KEY_MADE = "033C81AD-902C-4624-AE7C-3511582EF7D6"  # the event by which the intruder made a key
FIELDS = ("eventName", "serviceName", "userIdentity.userName", "sourceIpAddress", "errorCode", "acsRegion")
Counts = dict[str, tuple[str, str, str]]
TOP = 1000  # values of a field in one answer


def text(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="session")
def night(house: House) -> tuple[str, str]:
    """The four hours in which the intruder came."""
    told = house.client.request("GET", f"/v1/events/{STOPPED}", b"", {}).json["event"]["event"]["eventTime"]
    stopped = dt.datetime.fromisoformat(told)
    return text(stopped - dt.timedelta(hours=1)), text(stopped + dt.timedelta(hours=3))


def a_day_before(moment: str) -> str:
    return text(dt.datetime.fromisoformat(moment) - dt.timedelta(days=1))


def counted(house: House, field: str, start: str, end: str, query: str = "") -> dict[str, int]:
    """How often each value is there, as the service says."""
    asked = f"/v1/facets?fields={field}&top={TOP}&query={quote(query)}&start={start}&end={end}"
    found = house.client.request("GET", asked, b"", {}).json["facets"][field]
    return {one["value"]: one["count"] for one in found}


def beside(a: dict[str, int], b: dict[str, int]) -> Counts:
    """What is to be said of counts of which everything is known."""

    def turn(left: int, right: int) -> str:
        if not right or not left:
            return "gone" if right else "new"
        return "same" if left == right else "more" if left > right else "less"

    return {
        value: (f"{a.get(value, 0):,}", f"{b.get(value, 0):,}", turn(a.get(value, 0), b.get(value, 0)))
        for value in a.keys() | b.keys()
    }


def card(page: Page, field: str) -> Locator:
    return page.locator(f'.compare-field[data-field="{field}"]')


def row(page: Page, field: str, value: str) -> Locator:
    return card(page, field).locator(f'tr[data-value="{value}"]')


def shown(page: Page, field: str) -> Counts:
    """Every value of a field as the page shows it: how often it is on either side, and what is said of that."""
    there = card(page, field)
    there.wait_for()
    unfold = there.locator("button.link[aria-expanded=false]")
    if unfold.count():
        unfold.click()
        there.locator("button.link[aria-expanded=true]").wait_for()
    rows = there.locator("tbody tr").evaluate_all(
        "all => all.map(one => [one.dataset.value, ...[...one.querySelectorAll('td.number')].map(cell => cell.firstElementChild.textContent), one.dataset.turn])"
    )
    return {value: (left, right, turn) for value, left, right, turn in rows}


def test_the_night_of_the_intrusion_beside_the_night_before(
    look: Open, house: House, night: tuple[str, str]
) -> None:
    """Whatever was new, gone, more and less: as the service counts it; and each number is the events behind it."""
    start, end = night
    window = look(f"/compare?of=periods&from={start}&to={end}&against=day")
    page = window.page
    page.locator(".compare-fields").wait_for()
    expect(page.locator(".compare-time")).to_have_count(2)
    window.shot("compare-periods")
    told = {field: shown(page, field) for field in FIELDS}

    before = (a_day_before(start), a_day_before(end))
    assert told == {
        field: beside(counted(house, field, start, end), counted(house, field, *before)) for field in FIELDS
    }
    assert told["eventName"]["StopLogging"] == ("1", "0", "new")
    assert told["sourceIpAddress"]["203.0.113.66"][2] == "new"
    row(page, "eventName", "StopLogging").get_by_role("link").click()
    settled(page, 1)
    expect(page.locator(f'.list [data-event="{STOPPED}"]')).to_be_visible()
    expect(page).to_have_url(re.compile(rf"from={quote(start, safe='')}&to={quote(end, safe='')}"))
    page.go_back()
    expect(row(page, "eventName", "StopLogging")).to_contain_text("new")
    assert window.complaints == []


def test_two_actors_over_one_time(look: Open, house: House, night: tuple[str, str]) -> None:
    """What each did that the other did not, with its share; the field by which they are told apart is not compared."""
    span = (a_day_before(night[0]), night[1])
    window = look(f"/compare?of=actors&a=user:deploy-bot&b=user:svc-backup-agent&from={span[0]}&to={span[1]}")
    page = window.page
    page.locator(".compare-fields").wait_for()
    window.shot("compare-actors")
    sides = [f'userIdentity.userName: "{name}"' for name in ("deploy-bot", "svc-backup-agent")]
    fields = ("eventName", "serviceName", "sourceIpAddress", "errorCode")
    told = {field: shown(page, field) for field in fields}

    assert told == {
        field: beside(*(counted(house, field, *span, query=one) for one in sides)) for field in fields
    }
    assert told["eventName"]["DeleteInstances"] == ("0", "3", "gone")
    deleted = row(page, "eventName", "DeleteInstances")
    expect(deleted).to_contain_text("only B")
    expect(deleted).to_contain_text("27 %")  # three of eleven
    expect(card(page, "userIdentity.userName")).to_have_count(0)
    deleted.get_by_role("link").click()
    settled(page, 3)
    expect(page.locator(".chip")).to_have_text(
        [re.compile("svc-backup-agent"), re.compile("DeleteInstances")]
    )
    assert window.complaints == []


MANY = TOP + 100
RARE, NEW = "zed", "zzz-new"  # behind all the others, which are as common: in no list of a thousand


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A day on which more people did something than one answer lists, and the day after."""
    with a_service(tmp_path_factory.mktemp("crowd") / "data") as house:
        names = [(f"u{number:04}", 1) for number in range(MANY)] + [
            (RARE, 1),
            (RARE, 2),
            (RARE, 2),
            (RARE, 2),
            (NEW, 2),
        ]
        lines = [
            events(f"crowd-{at}", eventTime=f"2026-03-0{day}T08:00:00Z", userIdentity={"userName": name, "type": "ram-user"})
            for at, (name, day) in enumerate(names)
        ]  # fmt: skip
        for first in range(0, len(lines), 500):
            sent = house.client.post(
                "/v1/events", b"\n".join(lines[first : first + 500]), content_type="application/x-ndjson"
            )
            assert sent.status == 200
        asked = "/v1/histogram?query=serviceName%3A%20Ecs"
        house.running.until(
            lambda: house.client.request("GET", asked, b"", {}).json["total"] == len(lines),
            "they are searchable",
        )
        yield house


DAYS = "from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z"


def test_what_a_list_leaves_out_is_not_called_new(browser: Browser, crowd: House) -> None:
    """A value that is missing among the commonest may be there: it is asked for by itself, and called new only then."""
    with as_administrator(browser, crowd) as window:
        failing = [True]

        def judge(route: Route) -> None:
            if failing[0] and '"fields":"userIdentity.userName"' in (route.request.post_data or ""):
                route.fulfill(
                    status=503, content_type="application/json", body='{"Code": "ServiceUnavailable"}'
                )
            else:
                route.continue_()

        window.context.route("**/v1/facets", judge)
        page = window.go(f"/compare?of=periods&{DAYS}")
        for value in (RARE, NEW):
            expect(row(page, "userIdentity.userName", value)).to_have_attribute("data-turn", "unsure")
            expect(row(page, "userIdentity.userName", value)).to_contain_text("≤ 1")
        expect(page.locator(".failed")).to_be_visible()
        window.shot("compare-unsure")
        failing[0] = False
        page.locator(".failed").get_by_role("button", name="Try again").click()

        expect(row(page, "userIdentity.userName", NEW)).to_have_attribute("data-turn", "new")
        told = shown(page, "userIdentity.userName")
        assert (told[RARE], told[NEW], len(told)) == (("3", "1", "more"), ("1", "0", "new"), TOP + 2)
        expect(card(page, "userIdentity.userName")).to_contain_text("B: only the commonest 1,000 are listed")
        assert window.complaints == []


def test_what_was_let_go_is_not_called_new_either(look: Open, night: tuple[str, str]) -> None:
    """Where search does not reach back to the beginning of a side, what is not found there may have been."""
    start, end = night
    window = look("/settings")

    def shorten(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        told["seen"]["since"] = start
        route.fulfill(response=answer, json=told)

    window.context.route("**/v1/facets", shorten)
    page = window.go(f"/compare?of=periods&from={start}&to={end}&against=day")

    expect(row(page, "eventName", "StopLogging")).to_have_attribute("data-turn", "unsure")
    expect(page.locator(".compare-result > .warn").first).to_contain_text("B begins before")
    expect(page.locator("[data-turn=new]")).to_have_count(0)
    assert window.complaints == []


LONG = "x" * 256_000
MARKUP = "<img src=x onerror=alert(1)>"
WHEN = "2026-01-04T03:04:05Z"  # long before the sample account's fortnight


@pytest.fixture(scope="session")
def twins(house: House) -> tuple[str, str]:
    """Two events of one call, that differ in whatever an event can differ in."""
    usual = {
        "eventTime": WHEN,
        "eventName": "ModifyThing",
        "serviceName": "Twins",
        "userIdentity": {"userName": "gemini"},
    }
    deep = {"Rules": [{"Port": 22, "From": ["10.0.0.0/8"]}, {"Port": 80}], "Tags": {"env": "prod"}}
    changed = {
        "Rules": [{"Port": 22, "From": ["0.0.0.0/0"]}, {"Port": "80"}, {"Port": 443}],
        "Tags": {"env": None},
    }
    one = {"Size": 1, "Long": f"{LONG}a", "__proto__": {"own": "left"}, MARKUP: MARKUP, "Empty": "", **deep}
    other = {
        "Size": 1,
        "Long": f"{LONG}b",
        "__proto__": {"own": "right"},
        MARKUP: "\u202egnp.exe",
        **changed,
    }
    for name, parameters in (("twin-1", one), ("twin-2", other)):
        sent = house.client.post(
            "/v1/events",
            events(name, **usual, requestParameters=parameters),
            content_type="application/x-ndjson",
        )
        assert sent.status == 200
    for name in ("twin-1", "twin-2"):
        house.running.until(
            lambda name=name: house.client.request("GET", f"/v1/events/{name}", b"", {}).status == 200,
            "it is searchable",
        )
    return "twin-1", "twin-2"


def fields(page: Page) -> dict[str, list[str]]:
    """Each path of the two events that is shown: what stands on either side, and what is said of them."""
    rows = page.locator(".changes tbody tr").evaluate_all(
        "all => all.map(one => [one.dataset.path, [...one.querySelectorAll('td')].map(cell => cell.innerText)])"
    )
    return dict(rows)


def test_two_events_field_by_field(look: Open, twins: tuple[str, str]) -> None:
    """What differs, at any depth and of any kind, first and alone; the rest by a switch that is in the address."""
    window = look(f"/compare?of=events&a={twins[0]}&b={twins[1]}")
    page = window.page
    page.locator(".changes").wait_for()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    found = fields(page)
    long = found.pop("requestParameters.Long")

    assert found == {
        "eventId": ["twin-1", "twin-2", "≠ differs"],
        "requestParameters.__proto__.own": ["left", "right", "≠ differs"],
        f"requestParameters.{MARKUP}": [MARKUP, "U+202Egnp.exe", "≠ differs"],
        "requestParameters.Empty": ["empty text", "not there", "only in A"],
        "requestParameters.Rules.0.From.0": ["10.0.0.0/8", "0.0.0.0/0", "≠ differs"],
        "requestParameters.Rules.1.Port": ["80", '"80"', "≠ of another kind"],
        "requestParameters.Rules.2.Port": ["not there", "443", "only in B"],
        "requestParameters.Tags.env": ["prod", "null", "≠ of another kind"],
    }
    assert [cell.partition("Show all")[0][-3:] for cell in long[:2]] == ["xxa", "xxb"]
    assert (len(long[0]) < 600, "Show all 256,001 characters" in long[0]) == (True, True)
    assert list(found)[-1] == "eventId"
    window.shot("compare-events")
    page.get_by_role("switch", name="Only what differs").click()
    expect(page.locator('[data-path="requestParameters.Size"]')).to_contain_text("= the same")
    expect(page).to_have_url(re.compile("all=1"))
    page.go_back()
    expect(page.locator('[data-path="requestParameters.Size"]')).to_have_count(0)
    expect(page.locator("[data-differing]")).to_have_attribute("data-differing", str(len(found) + 1))
    page.locator(".compare-heads a.step").last.click()
    expect(page).to_have_url(re.compile("event/twin-2"))
    assert (dialogs, window.complaints) == ([], [])


def test_an_event_that_is_not_there_is_told_of_its_side(look: Open) -> None:
    """The other one is shown all the same; and another id can be given."""
    window = look(f"/compare?of=events&a={STOPPED}&b=no-such-event")
    page = window.page
    expect(page.locator("[data-side=B] .failed")).to_contain_text("no-such-event")
    expect(page.locator("[data-side=A]")).to_contain_text("switched off the trail")
    page.get_by_role("button", name="B: Another").click()
    page.get_by_label("B Event id").fill(KEY_MADE)
    page.keyboard.press("Enter")

    expect(page.locator('[data-path="eventName"]')).to_contain_text("CreateAccessKey")
    page.keyboard.press("Escape")
    page.locator("body").click(position={"x": 5, "y": 400})
    page.keyboard.press("w")
    expect(page).to_have_url(re.compile(f"a={KEY_MADE}&b={STOPPED}"))
    assert window.complaints == []


def test_the_ways_to_a_comparison(look: Open) -> None:
    """From what is shown, from what is pinned, from an open event, from an actor, each by its key; and back by links."""
    window = look(f"{INTRUDER}-7d&x=eventRW%3DRead&pin={STOPPED}")
    page = window.page
    settled(page, 9)
    page.keyboard.press("<")
    expect(page.get_by_role("radio", name="Two periods")).to_be_checked()
    expect(page.locator(".chip")).to_have_count(2)
    expect(row(page, "eventName", "StopLogging")).to_contain_text("new")
    page.go_back()
    settled(page, 9)
    made = page.locator(f'.list [data-event]:not([data-event="{STOPPED}"])').last
    name = made.get_attribute("data-event")
    made.locator(".row-toggle").click()
    page.get_by_role("button", name="Compare with the pinned one").click()
    expect(page).to_have_url(re.compile(f"of=events&a={STOPPED}&b={name}"))
    page.locator(".changes").wait_for()

    page = window.go(f"{INTRUDER}&pin={STOPPED}&pin={KEY_MADE}")
    page.locator(".pins .pin").nth(1).wait_for()
    settled(page, 11)
    expect(page.get_by_role("button", name="Compare the two")).to_be_visible()
    page.keyboard.press("&")
    expect(page).to_have_url(re.compile(f"of=events&a={STOPPED}&b={KEY_MADE}"))
    page = window.go(f"/event/{STOPPED}")
    page.locator(".fields").wait_for()
    page.keyboard.press("<")
    expect(page.get_by_label("B Event id")).to_be_visible()
    assert window.complaints == []


def test_from_an_actor_to_another_and_to_what_the_same_did_before(look: Open) -> None:
    """By keys alone; a name is proposed while it is typed."""
    window = look("/actor/user/svc-backup-agent")
    page = window.page
    page.locator(".heat").wait_for()
    page.keyboard.press("<")
    field = page.get_by_label("Name, key or address")
    expect(field).to_be_focused()
    field.press_sequentially("deploy")
    expect(page.locator("datalist option")).to_have_attribute("value", "deploy-bot")
    field.fill("deploy-bot")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("of=actors&a=user%3Asvc-backup-agent&b=user%3Adeploy-bot"))
    expect(row(page, "eventName", "DeleteInstances")).to_contain_text("only A")
    page.locator(".compare-heads a.step", has_text="svc-backup-agent").click()
    page.locator(".heat").wait_for()
    page.keyboard.press("<")
    page.get_by_role("link", name="The same actor, a week before").click()
    expect(page.get_by_role("radio", name="A week before A")).to_be_checked()
    expect(row(page, "eventName", "DeleteInstances")).to_contain_text("new")
    assert window.complaints == []


def test_an_address_is_the_whole_comparison_and_back_is_undo(look: Open, night: tuple[str, str]) -> None:
    """What is chosen is in the address; a colleague who opens it sees the same, and back takes a step away."""
    start, end = night
    window = look(f"/compare?of=periods&from={start}&to={end}&f=serviceName%3DEcs&against=day")
    page = window.page
    total = row(page, "totals", "Events")
    expect(total.locator("td").first).not_to_have_text("0")
    mine = total.locator("td").all_inner_texts()
    with page.expect_request("**/v1/facets"):
        page.keyboard.press("r")  # what was recorded meanwhile is counted, too
    expect(total.locator("td").first).to_have_text(mine[0])
    page.keyboard.press("w")
    expect(total.locator("td").first).to_have_text(mine[1])
    expect(page.get_by_role("radio", name="Another period")).to_be_checked()
    page.reload()
    expect(total.locator("td").first).to_have_text(mine[1])
    expect(page.locator(".chip")).to_contain_text("Ecs")
    page.go_back()
    expect(page.get_by_role("radio", name="A day before A")).to_be_checked()
    expect(total.locator("td").first).to_have_text(mine[0])
    page.keyboard.press("m")
    expect(page.get_by_role("radio", name="A week before A")).to_be_checked()
    page.keyboard.press("1")
    expect(page.get_by_label("A Event id")).to_be_visible()
    page.go_back()
    page.go_back()
    expect(total.locator("td").first).to_have_text(mine[0])
    page.locator(".chip-remove").click()
    expect(total.locator("td").first).not_to_have_text(mine[0])
    assert window.complaints == []


def test_a_side_without_anything_is_told(look: Open, night: tuple[str, str]) -> None:
    """Nothing on one side, on both, or no side at all; and that one is longer than the other."""
    start, end = night
    window = look(
        f"/compare?of=periods&from={start}&to={end}&against=own&from2=2001-01-01T00:00:00Z&to2=2001-01-01T08:00:00Z"
    )
    page = window.page
    notes = page.locator(".compare-result > .warn")
    expect(notes).to_have_text(
        [re.compile("A is 0.5 times as long as B"), re.compile("Nothing happened on side B")]
    )
    expect(row(page, "eventName", "StopLogging")).to_contain_text("new")
    page = window.go("/compare?of=periods&from=2001-01-02T00:00:00Z&to=2001-01-03T00:00:00Z")
    expect(page.get_by_text("Nothing happened on either side.")).to_be_visible()
    page = window.go("/compare?of=periods&from=&to=now")
    expect(page.locator("[data-side=A] .warn")).to_contain_text("no beginning")
    page = window.go("/compare?of=actors&a=user:deploy-bot")
    expect(page.locator("[data-side=B] .warn")).to_have_text("Who is B?")
    page = window.go(f"/compare?of=actors&a=user:monitoring&b=user:deploy-bot&from={start}&to={end}")
    expect(notes.first).to_contain_text("also find others: monitoring:probe")
    page = window.go("/compare?q=alice%20and%20)")
    expect(page.get_by_role("alert").locator(".mistake")).to_contain_text("^")
    assert window.complaints == []


def test_a_slow_comparison_can_be_cancelled(look: Open, night: tuple[str, str]) -> None:
    """Nobody has to wait for an answer that is not wanted any more; and it can be asked for again."""
    start, end = night
    window = look("/settings")
    held: list[Route] = []
    window.context.route(
        "**/v1/histogram", lambda route: held.append(route) if len(held) < 2 else route.continue_()
    )
    page = window.go(f"/compare?of=periods&from={start}&to={end}&against=day")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Try again").click()

    expect(row(page, "eventName", "StopLogging")).to_contain_text("new")
    assert (len(held), window.complaints) == (2, [])


def test_who_may_not_search_compares_nothing(browser: Browser, house: House, people: People) -> None:
    """What is missing is told; and not whether there is anything."""
    people.user(house.created.account_id, "no-comparer")
    with a_look(browser, house.running.endpoint) as window:
        enter(window.go("/settings"), "no-comparer", RIGHT)
        window.page.locator(".who").wait_for()
        page = window.go("/compare?of=periods&from=-30d&to=now")
        expect(page.locator(".failed")).to_contain_text("actiontrail:")
        expect(page.locator(".compare-field")).to_have_count(0)
        page = window.go(f"/compare?of=events&a={STOPPED}&b={KEY_MADE}")
        expect(page.locator(".failed")).to_have_count(2)
        expect(page.locator(".changes")).to_have_count(0)
        assert window.complaints == []
