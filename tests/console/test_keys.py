"""Keys: every action has one that is told, what the help tells is what is bound, and whole jobs are done by them alone."""

import json
import re
import shutil
import string
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.kit.browser import RIGHT, People
from tests.kit.browser import Browser as Tab
from tests.kit.events_page import INTRUDER, STOPPED, total
from tests.kit.letters import lettered, press, show
from tests.kit.service import House
from tests.kit.window import Look, a_look, enter, still

Open = Callable[..., Look]
SQL = "*%20%7C%20select%20serviceName%2C%20count(*)%20as%20c%20group%20by%20serviceName"
# A page, and what must be there before it is looked at.
PAGES = {
    "overview": ("/", ".alarms > li"),
    "events": ("/events?from=-30d", ".list .row"),
    "event-open": (f"{INTRUDER}&open={STOPPED}&tab=around:actor:900&pin={STOPPED}", ".surroundings .timeline"),
    "groups": ("/events?from=-30d&mode=groups", ".groups [data-group]"),
    "sql": ("/events?from=-30d&mode=sql", ".rows tbody tr"),
    "tail": ("/events?mode=tail", ".live-bar"),
    "nothing": ("/events?f=serviceName%3DRan&from=", "[data-reason]"),
    "event": (f"/event/{STOPPED}", ".fields"),
    "user": ("/actor/user/deploy-bot", ".heat"),
    "key": ("/actor/key/LTAI5tSampleDeployBot001", ".timeline"),
    "resource": ("/resource/sg-bp1sampleprod00001", ".timeline"),
    "compare-periods": ("/compare?of=periods&f=userIdentity.userName%3Dsvc-backup-agent&from=-7d&to=now", ".compare-fields tbody tr"),
    "compare-actors": ("/compare?of=actors&a=user:deploy-bot&b=user:svc-backup-agent&from=-7d&to=now", ".compare-fields tbody tr"),
    "compare-events": (f"/compare?of=events&a={STOPPED}", ".compare-heads input"),
    "trails": ("/trails", "h1"),
    "trail-form": ("/trails/new", ".would"),
    "insights": ("/insights", ".empty"),
    "advanced": (f"/advanced?q={SQL}", ".rows tbody tr"),
    "advanced-history": (f"/advanced?q={SQL}&tab=history", ".history tbody tr"),
    "integrity": ("/integrity", "[data-vkey]"),
    "settings": ("/settings/preferences", "#prefer-columns"),
    "settings-account": ("/settings/account", "table tbody tr"),
    "settings-access": ("/settings/access", "table tbody tr"),
    "settings-members": ("/settings/members", "table tbody tr"),
    "settings-retention": ("/settings/retention", "table tbody tr"),
}  # fmt: skip
TO_END = "(() => { const one = document.querySelector('#content'); one.scrollTo(0, one.scrollHeight); return one.scrollTop > 0; })()"


@pytest.mark.parametrize("name", PAGES)
def test_whatever_can_be_pressed_has_letters_of_its_own(look: Open, name: str) -> None:
    """On every page, at its top and at its end: found by another rule than the page's own."""
    address, there = PAGES[name]
    window = look(address)
    page = window.page
    page.locator(there).first.wait_for()
    still(page)
    tops = [lettered(page)]
    if page.evaluate(TO_END):
        still(page)
        tops.append(lettered(page))

    assert ([one.wrong for one in tops], window.complaints) == ([[] for _ in tops], [])
    assert all(one.count >= 8 and one.badges >= one.count for one in tops)


# What the keys of a keyboard are called, and what may come of each; a letter pair is `g` and one more.
KEYBOARD = [
    *string.ascii_lowercase,
    *string.digits,
    *"/?;,.+=-[]'\\`!@#$%^&*()_{}|:\"<>~ ",
    "Escape",
    "mod+Enter",
    *(f"mod+{key}" for key in "kjps;"),
]
BOUND = """keys => {
  document.activeElement?.blur();
  const press = key => {
    const mod = key.startsWith('mod+');
    const event = new KeyboardEvent('keydown', {key: key.replace('mod+', ''), ctrlKey: mod, bubbles: true, cancelable: true});
    document.body.dispatchEvent(event);
    return event.defaultPrevented;
  };
  history.back = () => undefined;
  // All at once: nothing that a key does is done before the last of them was pressed. (A press by a program is done
  // at once, so what only presses something comes late; `g` alone waits for a letter; the letters on things take all keys.)
  const late = ['d', ';', 'mod+;'];
  const taken = keys.filter(key => !late.includes(key) && key !== 'g').filter(press);
  const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
  taken.push(...letters.filter(key => press('g') | press(key)).map(key => `g ${key}`), ...late.filter(press));
  return taken;
}"""
HELD = {name: PAGES[name] for name in PAGES if name not in ("nothing", "advanced-history")}


def told(page: Page, *sheets: str) -> set[str]:
    """The keys that the open help tells on these sheets."""
    found = page.evaluate(
        "names => names.flatMap(name => [...document.querySelectorAll(`[data-keys=${name}] [data-bound]`)].flatMap(one => JSON.parse(one.dataset.bound)))",
        list(sheets),
    )
    return set(found)


@pytest.mark.parametrize("name", HELD)
def test_the_help_tells_what_is_bound_and_no_more(look: Open, name: str) -> None:
    """Every key of the keyboard is pressed on the page: those that it takes are those that `?` tells there."""
    address, there = HELD[name]
    page = look(address).page
    page.locator(there).first.wait_for()
    still(page)
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press("?")
    page.locator("[data-keys=here] [data-bound]").first.wait_for()
    first = page.locator("dialog[open] section").first.get_attribute("data-keys")
    says = told(page, "here", "everywhere")
    page.keyboard.press("Escape")
    page.locator("dialog[open]").wait_for(state="detached")

    takes = set(page.evaluate(BOUND, KEYBOARD))

    assert (first, takes - says, says - takes) == ("here", set(), set())


def test_only_what_is_on_top_has_letters(look: Open, span: str) -> None:
    """Dialogs, menus, questions and lists that open: theirs alone, all of theirs, and Escape leaves them as they were."""
    window = look(f"/events?{span}")
    page = window.page
    total(page)
    faults: dict[str, list[str]] = {}

    def look_at(name: str, there: str, *, close: str = "Escape") -> None:
        page.locator(there).first.wait_for()
        still(page)
        found = lettered(page)
        faults[name] = found.wrong + ([] if 0 < found.badges <= 60 else [f"{found.badges} badges"])
        if not page.locator(there).first.is_visible():
            faults[name].append("Escape closed more than the letters")
        page.keyboard.press(close)
        expect(page.locator(there).first).to_be_hidden()
        page.evaluate("document.activeElement?.blur()")

    for key, name, there in (
        ("?", "help", "dialog[open] .keys"),
        ("Control+k", "palette", "dialog[open] [role=option]"),
        ("d", "range", ".jump-form"),
        ("v", "columns", ".ant-popover .columns"),
        ("q", "saved", ".ant-popover .saved"),
        ("y", "copies", ".ant-dropdown [role=menuitem]"),
        ("e", "export", "dialog[open] .export select"),
    ):
        page.keyboard.press(key)
        look_at(name, there)
    window.go("/settings/access")
    press(page, page.get_by_role("button", name="Rotate").first)
    look_at("question", ".ant-popconfirm:visible")
    window.go("/settings/retention")
    press(page, page.get_by_label("What if search reached back"))
    look_at("select", ".ant-select-dropdown:visible")

    assert ({name: found for name, found in faults.items() if found}, window.complaints) == ({}, [])


def test_before_anybody_is_signed_in(browser: Browser, house: House) -> None:
    """Signing in, and a set-up link: letters while a field has the focus, in Chinese and dark too."""
    with a_look(browser, house.running.endpoint, color_scheme="dark", locale="zh-CN") as window:
        page = window.go("/")
        page.locator("input[name=user]").wait_for()
        wrong = lettered(page).wrong
        window.shot("letters-sign-in")
        page.goto(f"{house.running.endpoint}/console/setup#token=not-one")
        page.locator("h2").wait_for()
        wrong += lettered(page).wrong
    assert (wrong, window.complaints) == ([], [])


def a_session_of(house: House, name: str) -> Tab:
    tab = Tab(house.running.endpoint)
    assert tab.sign_in(name).status_code == 200
    return tab


def row(page: Page, card: str, name: str) -> Locator:
    """The row that has `name` in it, of the card with this title."""
    found = page.locator(".card", has=page.get_by_role("heading", name=card, exact=True))
    return found.get_by_role("row", name=re.compile(re.escape(name)))


def to(page: Page, wanted: Locator) -> None:
    """Go through the rows by `j` and `k` until this one is meant."""
    wanted.wait_for()
    for _ in range(60):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        behind = "one => document.activeElement.closest('[data-row]') && (one.compareDocumentPosition(document.activeElement) & 4)"
        page.keyboard.press("k" if wanted.evaluate(behind) else "j")
    raise AssertionError(f"the rows do not lead to {wanted}")


def test_a_whole_job_in_settings_by_keys_alone(look: Open, house: House, browser: Browser) -> None:
    """A person comes: user, first password, key, token; and goes: key, token, user. Every question is answered by Enter."""
    window = look("/")
    page = window.page
    page.locator(".frame").wait_for()
    keys = page.keyboard
    keys.press("g")
    keys.press("s")
    page.get_by_role("tab", name="Access").wait_for()
    keys.press("3")
    users = page.locator(".card", has=page.get_by_role("heading", name="Users", exact=True))
    users.get_by_role("row").nth(1).wait_for()
    keys.press("n")
    keys.type("by-keys")
    keys.press("Enter")
    mine = row(page, "Users", "by-keys")
    mine.wait_for()
    page.evaluate("document.activeElement.blur()")
    to(page, mine)
    keys.press("o")
    press(page, users.get_by_role("button", name="Give a first password"))
    expect(page.locator(".ant-popconfirm:visible .ant-btn-primary")).to_be_focused()
    window.shot("letters-question")
    keys.press("Enter")
    given = users.locator("[data-secret-once]").inner_text()
    with a_look(browser, house.running.endpoint) as theirs:
        enter(theirs.go("/"), "by-keys", given)
        expect(theirs.page.get_by_role("heading", level=1)).to_have_text("Change the password")
        bound = lettered(theirs.page).wrong + theirs.complaints

    keys.press("]")
    keys.press("n")
    expect(page.get_by_label("User", exact=True)).to_be_focused()
    keys.type("by-keys")
    keys.press("Enter")
    key = row(page, "Access keys", "by-keys")
    key.wait_for()
    page.evaluate("document.activeElement.blur()")
    to(page, key)
    keys.press("w")
    expect(key).to_contain_text("Inactive")
    keys.press("x")
    expect(page.locator(".ant-popconfirm:visible .ant-btn-primary")).to_be_focused()
    keys.press("Escape")
    expect(page.locator(".ant-popconfirm:visible")).to_have_count(0)
    expect(key).to_be_visible()
    keys.press("x")
    expect(page.locator(".ant-popconfirm:visible .ant-btn-primary")).to_be_focused()
    keys.press("Enter")
    expect(key).to_have_count(0)

    tokens = page.locator(".card", has=page.get_by_role("heading", name="Tokens", exact=True))
    press(page, tokens.get_by_label("Note"))
    keys.type("by keys alone")
    press(page, tokens.get_by_role("button", name="Create"))
    expect(tokens.locator("[data-secret-once]")).to_be_visible()
    token = row(page, "Tokens", "by keys alone")
    press(page, token.get_by_role("button", name="Delete"))
    expect(page.locator(".ant-popconfirm:visible .ant-btn-primary")).to_be_focused()
    expect(token).to_be_visible()
    press(page, page.locator(".ant-popconfirm:visible .ant-btn-primary"))
    expect(token).to_have_count(0)

    to(page, mine)
    keys.press("x")
    expect(page.locator(".ant-popconfirm:visible .ant-btn-primary")).to_be_focused()
    keys.press("Enter")
    expect(mine).to_have_count(0)

    def recorded() -> set[str]:
        asked = "/v1/search?limit=50&query=channel%3A%20console%20and%20resourceName%3A%20by-keys"
        return {one["event"]["eventName"] for one in house.client.request("GET", asked, b"", {}).json["events"]}  # fmt: skip

    house.running.until(lambda: {"CreateUser", "DeleteUser"} <= recorded(), "the record knows")
    assert (len(given) >= 12, bound, window.complaints) == (True, [], [])


def test_another_session_is_ended_after_a_question(
    look: Open, house: House, people: People, browser: Browser
) -> None:
    """By letters, and by `x`: nothing is ended before it is said once more."""
    people.user(house.created.account_id, "in-two-places", "AdministratorAccess")
    with a_look(browser, house.running.endpoint) as window:
        page = window.go("/settings/account")
        enter(page, "in-two-places", RIGHT)
        others = [a_session_of(house, "in-two-places") for _ in range(2)]
        page.locator(".who").wait_for()
        page.reload()
        rows = page.locator("tbody tr[data-row]")
        expect(rows).to_have_count(3)
        press(page, page.locator("tr [data-deed=remove]").first)
        expect(page.locator(".ant-popconfirm:visible .ant-btn-primary")).to_be_focused()
        assert [one.send("GET", "/v1/session").status_code for one in others] == [200, 200]
        page.keyboard.press("Enter")
        expect(rows).to_have_count(2)
        to(page, rows.filter(has=page.locator("[data-deed=remove]")))
        page.keyboard.press("x")
        expect(page.locator(".ant-popconfirm:visible .ant-btn-primary")).to_be_focused()
        page.keyboard.press("Enter")
        expect(rows).to_have_count(1)

        assert sorted(one.send("GET", "/v1/session").status_code for one in others) == [401, 401]
        assert window.complaints == []
    for one in others:
        one.close()


@pytest.fixture
def stuck(house: House) -> Iterator[str]:
    """A trail whose backfill cannot end: its folder was taken away."""
    name = "taken-by-keys"
    folder = house.running.data.parent / "places" / name
    folder.mkdir()
    made: dict[str, Any] = {"name": name, "destinations": [{"address": f"file://{folder}"}]}
    answer = house.client.post("/v1/trails", json.dumps(made).encode(), content_type="application/json")
    assert answer.status == 200, answer.json
    shutil.rmtree(folder)
    yield name
    assert house.client.request("DELETE", f"/v1/trails/{name}", b"", {}).status == 200


def test_a_backfill_is_cancelled_and_the_previews_range_is_changed_by_keys(look: Open, stuck: str) -> None:
    """`j` and `x`, which asks; and letters. The trail itself is not meant while a backfill is chosen."""
    window = look(f"/trails/{stuck}")
    page = window.page
    job = page.locator(".jobs > li").first
    for way in ("x", "letters"):
        page.get_by_role("button", name="Switch o").wait_for()
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("b")
        page.keyboard.press("Enter")
        expect(job).to_have_attribute("data-state", re.compile("beginning|at work"))
        if way == "x":
            page.keyboard.press("j")
            expect(job).to_be_focused()
            page.keyboard.press("x")
        else:
            press(page, job.get_by_role("button"))
        expect(page.locator(".ant-popconfirm:visible .ant-btn-primary")).to_be_focused()
        expect(page.locator("dialog[open]")).to_have_count(0)
        page.keyboard.press("Enter")
        expect(
            page.locator(".jobs > li[data-state=beginning], .jobs > li[data-state='at work']")
        ).to_have_count(0)
    page.keyboard.press("e")
    preview = page.locator(".preview")
    chosen = preview.locator(".ant-segmented-item-selected")
    expect(chosen).to_have_text("Last 24 hours")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("y")
    expect(chosen).to_have_text("Yesterday")
    press(page, preview.get_by_label("Last 7 days"))
    expect(chosen).to_have_text("Last 7 days")
    press(page, page.get_by_label("Management events"))
    page.keyboard.type("Writes")
    expect(page.get_by_label("Management events")).to_have_value("Write")

    assert window.complaints == []


def test_letters_act_on_every_kind_of_thing(look: Open, span: str) -> None:
    """A facet, the same without, a switch, a tab, a link, a select, a bar of the chart, a choice, the language."""
    window = look(f"/events?{span}")
    page = window.page
    before = total(page)
    press(page, page.locator("[data-field=serviceName] .facet-value").first)
    expect(page.locator(".chip")).to_have_count(1)
    press(page, page.locator(".chip-remove"))
    press(page, page.locator("[data-field=serviceName] .minus").first)
    expect(page.locator(".chip.not")).to_have_count(1)
    press(page, page.locator(".chip-remove"))
    expect(page.locator(".total").first).to_have_attribute("data-total", str(before))
    press(page, page.get_by_role("switch", name="Hide reads"))
    expect(page.locator(".hidden-reads")).to_be_visible()
    press(page, page.get_by_role("radio", name="SQL"))
    page.locator(".rows tbody tr").first.wait_for()
    press(page, page.get_by_role("radio", name="Events"))
    page.locator(".list .row").first.wait_for()
    press(page, page.locator(".list .row-toggle").first)
    press(page, page.get_by_role("tab", name="Raw"))
    expect(page.get_by_role("tab", name="Raw")).to_have_attribute("aria-selected", "true")

    chart = page.locator(".histogram svg")
    press(page, chart)
    expect(chart).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".histogram .told")).not_to_be_empty()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"from=20\d\d-.*to=20\d\d-"))
    assert total(page) < before

    window.go("/settings/retention")
    press(page, page.get_by_label("What if search reached back"))
    press(page, page.locator(".ant-select-item-option", has_text="180 days"))
    expect(page.get_by_label("config.toml")).to_have_value("searchable_days = 180")
    press(page, page.get_by_role("tab", name="Preferences"))
    press(page, page.get_by_label("简体中文"))
    expect(page.get_by_role("heading", level=1)).to_have_text("设置")
    press(page, page.locator(".nav a[href='#/events']"))
    expect(page.locator(".list .row").first).to_be_visible()
    assert window.complaints == []


def test_letters_are_narrowed_told_and_taken_away(look: Open, span: str) -> None:
    """Typed letters leave fewer, Backspace brings them back; Escape, a press, a wheel and another key end it."""
    window = look(f"/events?{span}")
    page = window.page
    total(page)
    badges = page.locator(".hints-badge")
    spoken = page.locator(".hints-told")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(";")
    expect(spoken).to_contain_text("things to press")
    count = badges.count()
    first = next(
        code for code in badges.evaluate_all("all => all.map(one => one.dataset.hint)") if len(code) > 1
    )[0]
    page.keyboard.press(first)
    expect(spoken).to_contain_text(f"{first.upper()}: {badges.count()} left")
    fewer = badges.count()
    page.keyboard.press("Backspace")
    expect(badges).to_have_count(count)
    for end in ("Escape", ";", "Tab"):
        page.keyboard.press(end)
        expect(badges).to_have_count(0)
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press(";")
        expect(spoken).to_contain_text("things to press")
    page.mouse.wheel(0, 200)
    expect(badges).to_have_count(0)
    page.keyboard.press(";")
    expect(spoken).to_contain_text("things to press")
    page.mouse.click(700, 8)
    expect(badges).to_have_count(0)

    # In a field `;` is what is typed, and letters come by Ctrl; what was chosen is told.
    page.keyboard.press("/")
    page.keyboard.type("a;b")
    expect(page.locator("#query")).to_have_value("a;b")
    expect(badges).to_have_count(0)
    press(page, page.get_by_role("button", name="Search", exact=True))
    expect(page.locator("[data-hint-said]")).to_have_text("Chosen: Search")
    assert (1 < fewer < count, window.complaints) == (True, [])


@pytest.mark.parametrize(("theme", "locale"), [("light", "en-US"), ("dark", "zh-CN")])
def test_letters_keep_nobody_out(look: Open, theme: str, locale: str) -> None:
    """Axe with the letters shown, over pages and over a dialog; and on a phone nothing is wider by them."""
    window = look("/settings/access", color_scheme=theme, locale=locale)
    page = window.page
    found: list[str] = []
    for name, address, there in (("access", "/settings/access", "tbody tr"), ("events", f"{INTRUDER}&open={STOPPED}", ".fields"), ("overview", "/", ".alarms > li")):  # fmt: skip
        window.go(address)
        page.locator(there).first.wait_for()
        still(page)
        show(page)
        found += window.barriers()
        window.shot(f"letters-{name}-{theme}")
        page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    page.locator("dialog[open] .keys").first.wait_for()
    found += window.barriers()
    window.shot(f"keys-{theme}")
    show(page)
    found += window.barriers()
    window.shot(f"letters-help-{theme}")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 844})
    window.go("/settings/access")
    page.locator("tbody tr").first.wait_for()
    still(page)
    narrow = lettered(page)
    show(page)
    window.shot(f"letters-narrow-{theme}")
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    assert (found, narrow.wrong, wide, window.complaints) == ([], [], 0, [])


def test_letter_keys_can_be_switched_off(look: Open) -> None:
    """Who dictates is not at the mercy of single letters; the letters on things stay, by Ctrl."""
    window = look("/settings/preferences")
    page = window.page
    press(page, page.get_by_role("switch", name="Letter keys"))
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("3")
    page.keyboard.press(";")
    page.wait_for_timeout(200)
    expect(page.get_by_label("Columns of a new search")).to_be_visible()
    expect(page.locator(".hints-told")).to_have_count(0)
    press(page, page.get_by_role("button", name="Keys", exact=True))
    expect(page.locator("dialog[open]")).to_contain_text("Letter keys are switched off")
    page.keyboard.press("Escape")
    press(page, page.get_by_role("switch", name="Letter keys"))
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("3")

    expect(page).to_have_url(re.compile("/settings/access"))
    assert window.complaints == []
