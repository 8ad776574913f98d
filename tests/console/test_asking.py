"""Asking the record: channels, completion, surroundings, what explains nothing, and what is kept of a search."""

import datetime as dt
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.kit.browser import RIGHT, People
from tests.kit.events_page import INTRUDER, STOPPED, exported, listening, settled, total
from tests.kit.service import House, events
from tests.kit.window import Look, a_look, enter

Open = Callable[..., Look]


def test_channels_are_counted_chosen_and_typed(look: Open, span: str) -> None:
    """How a call came, by console, API, SDK or CLI, is a question like any other."""
    page = look(f"/events?{span}").page
    value = page.locator(".facet", has_text="channel").locator("button.facet-value", has_text="terraform")
    value.click()
    expect(page.locator(".chip")).to_contain_text("channel")
    chosen = total(page)
    expect(page.locator(".list .row").first).to_contain_text("with Terraform")

    page = look(f"/events?{span}&q=channel%3A%20terraform").page
    settled(page, chosen)


def test_fields_inside_a_request_and_their_values_are_proposed(look: Open) -> None:
    """Nobody knows by heart how a parameter is spelled; the record does."""
    page = look("/events?from=").page
    field = page.locator("#query")
    field.press_sequentially("requestParameters.PolicyN")
    expect(page.get_by_role("option").first).to_contain_text("requestParameters.PolicyName: ")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.get_by_role("option").first).to_be_visible()
    field.press_sequentially("Admin")
    expect(page.get_by_role("option").first).to_contain_text("AdministratorAccess")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value(re.compile(r"^requestParameters.PolicyName: AdministratorAccess "))
    page.keyboard.press("Enter")
    expect(page.locator(".list .row").first).to_contain_text("AdministratorAccess")


def test_a_mistake_is_underlined_where_it_is(look: Open) -> None:
    """In the field itself, and told below it."""
    window = look(f"/events?q={quote('alice and eventTime > yesterday')}&from=")
    page = window.page
    expect(page.locator(".query-mirror mark")).to_have_text("yesterday")
    expect(page.get_by_role("alert").locator("mark")).to_have_text("yesterday")
    expect(page.get_by_role("alert")).to_contain_text("expected a time")
    window.shot("mistake")


def test_what_surrounds_an_event_is_told_on_four_axes(look: Open) -> None:
    """By actor, session, resource and address; the axis and the window are in the address of the page."""
    window = look(f"{INTRUDER}&open={STOPPED}")
    page = window.page
    page.get_by_role("button", name="Same address").click()
    around = page.locator(".surroundings")
    expect(around).to_contain_text("203.0.113.66")
    expect(around.locator(".timeline > li", has_text="this event")).to_contain_text("switched off the trail")
    expect(page).to_have_url(re.compile("tab=around%3Aaddress%3A900"))
    around.get_by_label("Within").select_option("21600")
    expect(page).to_have_url(re.compile("tab=around%3Aaddress%3A21600"))
    expect(around).to_have_attribute("aria-busy", "false")
    expect(around).to_contain_text("deploy-bot")
    window.shot("surroundings")
    seen = {"address": around.locator(".timeline > li").count()}
    for axis in ("Same actor", "Same session or key", "Same resource"):
        around.get_by_role("radio", name=axis).click()
        expect(around.get_by_role("radio", name=axis)).to_have_attribute("aria-checked", "true")
        expect(around).to_have_attribute("aria-busy", "false")
        expect(around.locator(".timeline > li", has_text="this event")).to_be_visible()
        seen[axis] = around.locator(".timeline > li").count()
    page.go_back()
    expect(around.get_by_role("radio", name="Same session or key")).to_have_attribute("aria-checked", "true")

    assert seen["address"] >= seen["Same actor"] >= seen["Same resource"] >= 1
    around.get_by_role("link", name="Open as a search").click()
    expect(page.locator(".chip")).to_contain_text("userIdentity.accessKeyId")
    expect(page.locator(f'[data-event="{STOPPED}"].open').first).to_be_visible()


def reason(page: Page, code: str) -> Any:
    return page.locator(f'[data-reason="{code}"]')


def test_nothing_found_says_which_source_or_account_or_value_is_not_there(look: Open) -> None:
    """No such source, no rights, no such value; each with its way out."""
    window = look("/events?f=serviceName%3DRan&from=")
    page = window.page
    expect(reason(page, "NoSuchSource")).to_contain_text("No such source")
    window.shot("empty-source")
    reason(page, "NoSuchSource").get_by_role("button", name="Take Ram").click()
    expect(page.locator(".list .row").first).to_be_visible()

    page = window.go("/events?q=recipientAccountId%3A%2042&from=")
    expect(reason(page, "OtherAccount")).to_contain_text("No rights")
    page = window.go("/events?q=evntName%3A%20StopLogging&from=")
    reason(page, "UnknownField").get_by_role("button", name="Take eventName").click()
    expect(page.locator(".list .row").first).to_contain_text("switched off the trail")
    assert window.complaints == []


def test_nothing_found_says_what_a_gap_is_and_what_a_selector_left_out(look: Open, house: House) -> None:
    """Nothing was done, or nothing was recorded: two very different findings."""
    at = [dt.datetime(2021, 5, day, 8, tzinfo=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for day in (1, 9)]
    for number, moment in enumerate(at):
        house.client.post(
            "/v1/events",
            events(f"gap-{number}", eventTime=moment, serviceName="GapService"),
            content_type="application/x-ndjson",
        )
    house.running.until(
        lambda: (
            house.client.request("GET", "/v1/histogram?query=serviceName%3A%20GapService", b"", {}).json[
                "total"
            ]
            == 2
        ),
        "they are searchable",
    )
    window = look("/events?from=2021-05-03T00:00:00Z&to=2021-05-05T00:00:00Z&q=serviceName%3A%20GapService")
    page = window.page
    expect(reason(page, "Gap")).to_contain_text("2021-05-01 16:00:00 and 2021-05-09 16:00:00")
    expect(reason(page, "SilentSource")).to_contain_text("was silent")
    window.shot("empty-gap")
    reason(page, "Gap").get_by_role("button", name="Go there").click()
    expect(page.locator('[data-event="gap-0"]')).to_be_visible()

    page = window.go("/events?from=&f=serviceName%3DGapService&f=eventRW%3DRead")
    expect(reason(page, "SelectedAway")).to_contain_text("A trail's selector")
    expect(reason(page, "SelectedAway")).to_contain_text("only writes")
    page.keyboard.press("i")
    expect(reason(page, "SelectedAway")).to_contain_text("跟踪的筛选条件")
    window.shot("empty-selector-zh")


def test_who_has_no_rights_is_told_so_and_nothing_else(
    browser: Browser, house: House, people: People
) -> None:
    """Not an empty list, which would be a lie; and not whether there is anything."""
    people.user(house.created.account_id, "onlooker")
    with a_look(browser, house.running.endpoint) as window:
        enter(window.go("/settings"), "onlooker", RIGHT)
        window.page.locator(".who").wait_for()
        page = window.go("/events?from=")
        expect(reason(page, "Forbidden")).to_contain_text("You may not search these events")
        expect(page.get_by_role("alert").first).to_contain_text("actiontrail:")
        window.shot("forbidden")


def test_the_raw_tab_shows_the_bytes_as_they_came(look: Open, house: House) -> None:
    """With their spaces, their escapes, the order of their names: what the source wrote, and not what we read."""
    raw = (
        b'{ "eventName":"Odd\\u0041",\t"eventId" : "raw-1", "zz":1.50, "eventTime":"2022-01-01T00:00:00Z",'
        b'"serviceName":"RawBytes", "eventRW":"Write",  "n":[1,2 , 3], "event":{"event":",\\"event\\":"} }'
    )
    house.client.post("/v1/events", raw, content_type="application/x-ndjson")
    house.running.until(
        lambda: house.client.request("GET", "/v1/events/raw-1", b"", {}).status == 200, "it is searchable"
    )
    page = look("/event/raw-1").page
    page.get_by_role("tab", name="Raw").click()
    shown = page.locator(".json.wrap")
    expect(shown).to_be_visible()

    assert (
        shown.text_content() == raw.decode().replace("\t", "U+0009") or shown.text_content() == raw.decode()
    )


def test_pins_are_seen_together_exported_and_found_again(look: Open) -> None:
    """What was noticed is kept in sight, taken along, and still there tomorrow."""
    window = look(INTRUDER)
    page = window.page
    settled(page, 11)
    rows = page.locator(".list .row:not(.run)")
    ids = [str(rows.nth(at).get_attribute("data-event")) for at in range(2)]
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("p")
    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(page.locator(".pins [data-event]")).to_have_count(2)
    window.shot("pins")
    page.keyboard.press("b")
    settled(page, 2)
    expect(page).to_have_url(re.compile("only=pins"))
    page.get_by_role("button", name="Export these").click()
    expect(page.get_by_role("button", name="Export 2 events")).to_be_visible()
    expect(exported(page, page.get_by_role("button", name="Export 2 events"))).to_contain_text("2 events")
    page.keyboard.press("Escape")

    page = window.go("/events?from=-1h")
    page.reload()
    page.get_by_role("button", name="2 pinned before").click()
    expect(page.locator(".pins [data-event]")).to_have_count(2)
    assert {str(one.get_attribute("data-event")) for one in page.locator(".pins [data-event]").all()} == set(
        ids
    )
    page.get_by_role("button", name="Unpin all").click()
    expect(page.locator(".pins")).to_have_count(0)


def test_an_export_of_any_size_is_made_by_the_service_counted_hashed_and_taken_up_again(
    look: Open, house: House, span: str, tmp_path: Path
) -> None:
    """The file is what was on the screen; its columns say their zones; whoever has it can check it."""
    window = look(f"/events?{span}")
    page = window.page
    found = total(page)
    page.keyboard.press("e")
    row = exported(page, page.get_by_role("button", name=re.compile(r"Export [\d,]+ events")))
    expect(row).to_contain_text(f"{found:,} events")
    window.shot("export-done")
    with page.expect_download() as download:
        row.get_by_role("link", name="Download").click()
    download.value.save_as(tmp_path / "events.csv")
    data = (tmp_path / "events.csv").read_bytes()
    lines = data.decode().split("\r\n")
    export = row.get_attribute("data-export")
    rest = house.client.raw("GET", f"/v1/exports/{export}/file", headers={"range": "bytes=5000-"})

    assert row.locator("code.hash").inner_text() == hashlib.sha256(data).hexdigest()
    assert (len(lines) - 2, data[:5000] + rest.content) == (found, data)
    assert lines[0].split(",")[:4] == [
        "index",
        "eventTime (UTC)",
        "eventTime (Asia/Shanghai)",
        "receivedTime (UTC)",
    ]
    assert window.complaints == []


def test_in_utc_an_export_has_no_other_zone(look: Open, tmp_path: Path) -> None:
    """The switch in the header is the switch of the export."""
    window = look(INTRUDER)
    page = window.page
    settled(page, 11)
    page.keyboard.press("z")
    page.keyboard.press("e")
    row = exported(page, page.get_by_role("button", name="Export 11 events"))
    with page.expect_download() as download:
        row.get_by_role("link", name="Download").click()
    download.value.save_as(tmp_path / "utc.csv")

    assert (tmp_path / "utc.csv").read_text().split(",")[:3] == [
        "index",
        "eventTime (UTC)",
        "receivedTime (UTC)",
    ]


def test_the_live_tail_pauses_when_one_scrolls(look: Open, house: House) -> None:
    """New events never push away what is being read."""
    page = listening(look("/settings"), "/events?mode=tail&q=serviceName%3A%20TailScroll")
    house.client.post(
        "/v1/events",
        events(*(f"ts-{number}" for number in range(60)), serviceName="TailScroll", userAgent="aliyun-cli/3"),
        content_type="application/x-ndjson",
    )
    expect(page.locator(".live .row").first).to_contain_text("with the CLI")
    page.locator(".live .list").hover()
    page.mouse.wheel(0, 400)
    expect(page.locator(".live-bar")).to_contain_text("Paused")
    house.client.post(
        "/v1/events", events("ts-new", serviceName="TailScroll"), content_type="application/x-ndjson"
    )
    expect(page.locator(".live-bar")).to_contain_text("1 new")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(" ")
    expect(page.locator('[data-event="ts-new"]')).to_be_visible()


def test_an_address_holds_the_zone_the_tab_the_runs_and_the_mode(look: Open) -> None:
    """A colleague in another zone sees the very same page."""
    here = look(f"{INTRUDER}&cols=channel&open={STOPPED}&tab=call&order=oldest").page
    expect(here.locator(f'[data-event="{STOPPED}"] time').first).to_contain_text("03:02:59")
    expect(here).to_have_url(re.compile("tz=Asia%2FShanghai"))
    there = look(here.url.partition("#")[2], timezone_id="America/New_York").page
    expect(there.locator(f'[data-event="{STOPPED}"] time').first).to_contain_text("03:02:59")
    expect(there.get_by_role("tab", name="Request and answer")).to_have_attribute("aria-selected", "true")
    expect(there.get_by_role("button", name=re.compile("Times are shown in Asia.Shanghai"))).to_be_visible()
    there.keyboard.press("z")
    expect(there).to_have_url(re.compile("tz=UTC"))
    expect(there.locator(f'[data-event="{STOPPED}"] time').first).to_contain_text("19:02:59")

    runs = look("/events?f=userIdentity.userName%3Dmonitoring%3Aprobe&from=-14d").page
    runs.locator(".row.run").first.get_by_role("button").click()
    expect(runs).to_have_url(re.compile("run=run%3A"))
    again = look(runs.url.partition("#")[2]).page
    expect(again.locator(".row:not(.run)").first).to_be_visible()


def test_back_undoes_one_step_after_the_other(look: Open, span: str) -> None:
    """Query, filter, reads, columns, mode: each is a step."""
    page = look(f"/events?{span}").page
    total(page)
    steps = [page.url]
    page.locator("#query").fill("alice")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=alice"))
    page.evaluate("document.activeElement.blur()")
    for key, wanted in (("h", "reads=hidden"), ("n", "order=oldest"), ("f", "runs=open"), ("s", "mode=sql")):
        steps.append(page.url)
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(wanted))
    for address in reversed(steps):
        page.keyboard.press("u")
        expect(page).to_have_url(address)


def test_a_search_that_is_saved_is_a_scripts_template_and_the_other_way_round(
    look: Open, house: House
) -> None:
    """Kept by the service: columns and all for the page, the question for the script."""
    window = look(f"{INTRUDER}&cols=channel")
    page = window.page
    settled(page, 11)
    page.keyboard.press("q")
    page.get_by_label("Name of the search").fill("the intruder")
    page.keyboard.press("Enter")
    expect(page.locator(".saved li", has_text="the intruder").first).to_be_visible()
    window.shot("saved")
    kept = house.client.rpc("DescribeAdvancedQueryTemplate", TemplateName="the intruder").json["TemplatePage"]
    house.client.rpc(
        "CreateAdvancedQueryTemplate",
        SimpleQuery="true",
        TemplateName="by the SDK",
        TemplateSql="eventName: StopLogging",
    )
    page = look("/events?from=").page
    total(page)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("q")
    page.locator(".saved").get_by_role("button", name="by the SDK", exact=True).first.click()
    expect(page).to_have_url(re.compile("q=eventName"))
    page.get_by_role("button", name="Saved").click()
    page.locator(".saved").get_by_role("button", name="the intruder", exact=True).first.click()
    expect(page).to_have_url(re.compile("cols=channel"))

    assert [one["TemplateSql"] for one in kept["TemplateList"]] == [
        'userIdentity.userName: "svc-backup-agent"'
    ]


def copied(window: Look, name: str) -> str:
    page = window.page
    page.evaluate("document.activeElement.blur()")
    page.evaluate("navigator.clipboard.writeText('')")
    page.keyboard.press("y")
    page.get_by_role("menuitem", name=name, exact=True).click()
    page.get_by_text("Copied").last.wait_for()
    for _ in range(400):  # the one of before was taken away, so whatever is there is what was copied now
        text: str = page.evaluate("navigator.clipboard.readText()")
        if text:
            return text
        page.wait_for_timeout(50)
    raise AssertionError("nothing was copied")


QUESTIONS = {
    "chips": "/events?f=userIdentity.userName%3Dsvc-backup-agent&x=eventRW%3DRead",
    "typed": f"/events?q={quote('(eventName: Delete* or eventName: Stop*) and not errorCode: *')}",
}


@pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("openssl")), reason="there is no curl or no openssl here"
)
@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_copied_works_elsewhere(look: Open, house: House, span: str, question: str) -> None:
    """The command, curl, and SQL find what the page found; no secret is in any of them."""
    window = look(f"{QUESTIONS[question]}&{span}")
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    found = total(window.page)
    key, secret = house.created.access_key_id, house.created.access_key_secret
    command = copied(window, "Command line")
    curl = copied(window, "curl")
    sql = copied(window, "SQL")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "ALIBABA_CLOUD_ACCESS_KEY_ID": key,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret,
        "XDG_CONFIG_HOME": "/nonexistent",
    }

    def ran(text: str) -> Any:
        done = subprocess.run(
            ["bash", "-c", text], env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    by_command = json.loads(ran(f"{command} --json"))["events"]
    by_curl = json.loads(ran(curl))
    page = window.go(f"/advanced?q={quote(sql)}&from=")
    expect(page.locator(".result .total")).to_contain_text(f"{found:,} rows")

    assert (found > 0, len(by_command), len(by_curl["events"])) == (True, found, found)
    assert [one for text in (command, curl, sql) for one in (secret, key) if one in text] == []


def test_a_sigma_rule_is_copied_and_what_it_cannot_say_is_told(look: Open) -> None:
    """(That a rule finds the same events is shown with pySigma's own engine, in tests/query/test_sigma.py.)"""
    window = look("/events?f=eventName%3DStopLogging&x=errorCode%3DNoPermission&from=")
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    total(window.page)
    rule = copied(window, "Sigma rule")
    assert "condition: selection1 and not selection2" in rule
    assert "eventName: 'StopLogging'" in rule

    page = window.go("/events?q=channel%3A%20cli&from=")
    total(page)
    page.get_by_role("button", name="Copy as").click()
    page.get_by_role("menuitem", name="Sigma rule").click()
    expect(page.locator(".ant-alert.failed")).to_contain_text("channel")


def test_what_is_done_in_the_console_has_the_console_as_its_channel(look: Open, house: House) -> None:
    """A deed of the page, found by its channel."""
    window = look("/advanced?q=a&from=")
    page = window.page
    page.locator("#advanced-name").fill("made in the console")
    page.keyboard.press("Enter")
    expect(page.locator(".kept li.chosen")).to_contain_text("made in the console")
    asked = quote('channel: console and eventName: CreateAdvancedQueryTemplate and "made in the console"')
    house.running.until(
        lambda: house.client.request("GET", f"/v1/histogram?query={asked}", b"", {}).json["total"] >= 1,
        "it is recorded",
    )
    page = window.go(f"/events?q={asked}&from=")
    expect(page.locator(".list .row").first).to_contain_text("investigator created advanced query template")
    expect(page.locator(".list .row").first).to_contain_text("in the console")


def test_every_action_has_a_key_that_is_told(look: Open, span: str) -> None:
    """`?` lists them; those of this page each do what is said."""
    window = look(f"/events?{span}")
    page = window.page
    total(page)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    dialog = page.locator("dialog[open]")
    for key in "/jkopabhfnvqyelsrdxm":
        expect(dialog.locator("kbd", has_text=re.compile(rf"^{re.escape(key)}$")).first).to_be_visible()
    window.shot("keys")
    page.keyboard.press("Escape")
    for key, there in (("v", ".columns"), ("q", ".saved"), ("d", ".range-form")):
        page.keyboard.press(key)
        expect(page.locator(there)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(there)).to_be_hidden()
        page.evaluate("document.activeElement.blur()")
    page.keyboard.press("m")
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_have_count(1)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("x")
    expect(page.locator(".chip")).to_have_count(0)
    page = window.go(INTRUDER)
    settled(page, 11)
    expect(page.locator(".list .row").first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator(".surroundings")).to_be_visible()
    page.keyboard.press("[")
    expect(page.get_by_role("tab", name="Proof")).to_have_attribute("aria-selected", "true")
    before = page.url
    page.keyboard.press("-")
    expect(page).not_to_have_url(before)
    page.keyboard.press("+")
    page.keyboard.press(",")
    expect(page).to_have_url(re.compile(r"from=20\d\d-"))
    assert window.complaints == []


@pytest.mark.parametrize(("theme", "locale"), [("light", "zh-CN"), ("dark", "en-US")])
def test_the_parts_that_open_keep_nobody_out(look: Open, theme: str, locale: str) -> None:
    """Surroundings, pins, the export, what explains nothing, the keys: axe, and a phone."""
    window = look(
        f"{INTRUDER}&open={STOPPED}&tab=around:address:21600&pin={STOPPED}", color_scheme=theme, locale=locale
    )
    page = window.page
    page.locator(".surroundings .timeline > li").first.wait_for()
    found = window.barriers()
    window.shot(f"surroundings-{theme}")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("e")
    page.locator(".export .ant-btn-primary").wait_for()
    found += window.barriers()
    window.shot(f"export-{theme}")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.locator("dialog .keys").first.wait_for()
    found += window.barriers()
    page.keyboard.press("Escape")
    page = window.go("/events?f=serviceName%3DRan&from=")
    page.locator("[data-reason]").first.wait_for()
    found += window.barriers()
    widths = []
    for address in (
        f"{INTRUDER}&open={STOPPED}&tab=around:address:21600&pin={STOPPED}",
        "/events?f=serviceName%3DRan&from=",
    ):
        page.set_viewport_size({"width": 390, "height": 844})
        window.go(address)
        page.locator(".surroundings .timeline > li, [data-reason]").first.wait_for()
        window.shot(f"asking-narrow-{len(widths)}-{theme}")
        widths.append(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    assert (found, window.complaints, widths) == ([], [], [0, 0])
