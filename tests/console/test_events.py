"""The Events page: find it, by typing, clicking, brushing, and by the address alone."""

import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect
from tests.kit.events_page import INTRUDER, STOPPED, listening, settled, total
from tests.kit.service import House, a_service, events
from tests.kit.window import Look, as_administrator, still

Open = Callable[..., Look]


def test_a_row_is_a_sentence_in_the_language_that_was_chosen(look: Open) -> None:
    """Nobody should have to read JSON to know what happened; the zone is told and can be switched."""
    page = look(INTRUDER).page
    row = page.locator(f'[data-event="{STOPPED}"]')

    expect(row).to_contain_text(
        "svc-backup-agent switched off the trail audit-all from 203.0.113.66 with the CLI"
    )
    expect(row.locator("time")).to_contain_text("03:02:59")
    page.get_by_role("button", name="中文").click()
    expect(row).to_contain_text("svc-backup-agent 关闭了跟踪 audit-all，来自 203.0.113.66，通过 CLI")
    page.keyboard.press("z")
    expect(row.locator("time")).to_contain_text("19:02:59")


def test_facets_include_exclude_and_are_undone_by_the_back_button(look: Open, span: str) -> None:
    """Click includes, Alt-click excludes; each step is in the address, and back takes it away."""
    page = look(f"/events?{span}").page
    everything = total(page)
    value = page.locator(".facet", has_text="serviceName").locator("button.facet-value", has_text="Ecs")

    value.click()
    expect(page.locator(".chip")).to_have_count(1)
    expect(page).to_have_url(re.compile("f=serviceName%3DEcs"))
    chosen = total(page)
    page.go_back()
    settled(page, everything)
    value.click(modifiers=["Alt"])
    settled(page, everything - chosen)
    page.locator(".chip-remove").click()
    settled(page, everything)


def test_a_query_is_completed_and_its_mistake_is_shown_at_its_place(look: Open, span: str) -> None:
    """Fields and values are proposed as they are typed; a wrong query says where it is wrong."""
    page = look(f"/events?{span}").page
    field = page.locator("#query")
    field.press_sequentially("eventNa")
    expect(page.get_by_role("option").first).to_contain_text("eventName")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(field).to_have_value("eventName: ")
    field.press_sequentially("StopLog")
    expect(page.get_by_role("option").first).to_contain_text("StopLogging")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    settled(page, 1)

    field.fill("alice and eventName: )")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("^ ")
    assert page.get_by_role("alert").locator(".mistake").inner_text().splitlines()[1].index("^") == len(
        "alice and eventName: "
    )


def test_a_range_is_brushed_out_of_the_histogram(look: Open, span: str) -> None:
    """A peak is looked into by drawing over it."""
    page = look(f"/events?{span}").page
    before = total(page)
    box = page.locator(".histogram svg").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 30, steps=4)
    page.mouse.up()

    expect(page).to_have_url(re.compile(r"from=20\d\d-.*to=20\d\d-"))
    expect(page.locator(".total").first).not_to_have_attribute("data-total", str(before))
    assert 0 < total(page) < before


def test_hidden_reads_are_counted(look: Open, span: str) -> None:
    """What is not shown is told."""
    page = look(f"/events?{span}").page
    everything = total(page)
    page.keyboard.press("h")
    hidden = page.locator(".hidden-reads")
    expect(hidden).to_be_visible()
    expect(page.locator(".total").first).not_to_have_attribute("data-total", str(everything))

    assert total(page) + int(re.sub(r"\D", "", hidden.inner_text())) == everything


def test_runs_of_reads_take_one_line_and_can_be_opened(look: Open) -> None:
    """Five hundred Describe… calls do not bury the one that matters."""
    page = look("/events?f=userIdentity.userName%3Dmonitoring%3Aprobe&from=-14d").page
    run = page.locator(".row.run").first
    expect(run).to_contain_text("reading calls by monitoring:probe")
    before = page.locator(".row:not(.run)").count()
    run.get_by_role("button").click()

    expect(page.locator(".row:not(.run)").nth(before)).to_be_visible()


def test_an_address_is_the_whole_page(look: Open) -> None:
    """A link that a colleague opens shows the same: query, chips, range, columns, the open event, the pins."""
    page = look(
        f"{INTRUDER}&x=eventRW%3DRead&cols=channel,acsRegion&order=oldest&open={STOPPED}&pin={STOPPED}"
    ).page

    settled(page, 9)
    expect(page.locator(".pins [data-event]")).to_have_attribute("data-event", STOPPED)
    expect(page.locator(f'.list [data-event="{STOPPED}"].open .fields')).to_contain_text(
        "LTAI5tSampleIntruder0001"
    )
    expect(page.locator(f'.list [data-event="{STOPPED}"] .column')).to_have_text(["cli", "cn-hangzhou"])


def test_an_opened_event_tells_what_changed_and_shows_its_bytes(look: Open) -> None:
    """Fields, request beside answer, changes, the bytes as they came; each with its tab."""
    window = look("/event/033C81AD-902C-4624-AE7C-3511582EF7D6")
    page = window.page
    page.get_by_role("tab", name="Request and answer").click()
    expect(page.locator(".side-by-side")).to_contain_text("svc-backup-agent")
    window.shot("event-request")
    page.get_by_role("tab", name="What changed").click()
    expect(page.locator(".changes")).to_contain_text("UserName")
    page.get_by_role("tab", name="Raw").click()
    expect(page.locator(".json").first).to_contain_text('"eventName":"CreateAccessKey"')
    expect(page.locator(".json").first).not_to_contain_text("madeUpSampleSecretThatIsMasked")


def test_sql_answers_in_rows_and_in_a_chart(look: Open) -> None:
    """SQL over what the search found; the library of charts comes only now."""
    window = look(
        "/events?from=-14d&mode=sql&x=errorCode%3D&sql=select%20errorCode%2C%20count(*)%20as%20c%20group%20by%20errorCode%20order%20by%20c%20desc"
    )
    page = window.page
    expect(page.locator(".rows tbody tr").first).to_contain_text("NoPermission")
    page.get_by_role("radio", name="Bars").click()
    expect(page.locator(".chart canvas").first).to_be_visible()
    still(page)
    window.shot("sql-chart")
    assert window.complaints == []


def test_the_live_tail_shows_what_is_recorded_and_pauses_when_one_reads(look: Open, house: House) -> None:
    """New events come by themselves, and never push away what is being read."""
    window = look("/settings")
    page = listening(window, "/events?mode=tail&q=serviceName%3A%20LiveTail")
    house.client.post(
        "/v1/events",
        events("live-1", eventName="LiveOne", serviceName="LiveTail"),
        content_type="application/x-ndjson",
    )
    expect(page.locator('[data-event="live-1"]')).to_contain_text("LiveOne")
    window.shot("live")

    page.get_by_role("button", name="Pause").click()
    house.client.post(
        "/v1/events", events("live-2", serviceName="LiveTail"), content_type="application/x-ndjson"
    )
    expect(page.locator(".live-bar")).to_contain_text("1 new")
    expect(page.locator('[data-event="live-2"]')).to_have_count(0)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator('[data-event="live-2"]')).to_be_visible()


def test_an_empty_result_explains_itself(look: Open) -> None:
    """Nothing found is a finding only if one knows why."""
    window = look("/events?f=serviceName%3DNoSuchService&f=eventRW%3DWrite&from=-7d")
    page = window.page
    expect(page.locator(".empty")).to_contain_text("NoSuchService")
    expect(page.locator('[data-reason="NoSuchSource"]')).to_contain_text("No such source")
    window.shot("empty")
    page.get_by_role("button", name="Remove serviceName").first.click()
    expect(page.locator(".list .row").first).to_be_visible()


@pytest.mark.parametrize(
    ("pasted", "address"),
    [
        (STOPPED, f"#/event/{STOPPED}"),
        ("LTAI5tSampleDeployBot001", "#/actor/key/LTAI5tSampleDeployBot001"),
        ("203.0.113.66", "#/actor/address/203.0.113.66"),
        ("i-bp1sampleprodweb001", "#/resource/i-bp1sampleprodweb001"),
        ("svc-backup-agent", "#/actor/user/svc-backup-agent"),
        ("acs:ram::1234567890123456:user/svc-backup-agent", "#/actor/user/svc-backup-agent"),
        (
            "acs:ecs:cn-hangzhou:1234567890123456:instance/i-bp1sampleprodweb001",
            "#/resource/i-bp1sampleprodweb001",
        ),
    ],
)
def test_whatever_is_pasted_lands_on_its_page(look: Open, pasted: str, address: str) -> None:
    """Control-K, paste, Enter."""
    page = look("/settings").page
    page.locator(".frame").wait_for()
    page.keyboard.press("Control+k")
    page.locator(".palette input").fill(pasted)
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(re.escape(address) + "$"))


def test_a_request_id_lands_on_the_events_of_that_request(look: Open, house: House) -> None:
    """It looks like an event's id, and is none: the record knows which."""
    request = str(uuid.uuid4()).upper()
    body = events(str(uuid.uuid4()).upper(), requestId=request)
    assert house.client.post("/v1/events", body, content_type="application/x-ndjson").status == 200
    found = f"/v1/search?limit=1&query=requestId%3A{request}"
    house.running.until(
        lambda: house.client.request("GET", found, b"", {}).json["events"], "it is searchable"
    )
    page = look("/settings").page
    page.locator(".frame").wait_for()
    page.keyboard.press("Control+k")
    page.locator(".palette input").fill(request)
    page.locator(".palette li .number").first.wait_for()
    page.keyboard.press("Enter")

    expect(page.locator(".total").first).to_have_attribute("data-total", "1")
    expect(page).to_have_url(re.compile("requestId"))


def test_a_slow_answer_says_so_and_can_be_cancelled(look: Open) -> None:
    """Nobody should stare at a wheel that turns for ever."""
    window = look("/settings")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    window.context.route("**/v1/search", hold)
    page = window.go("/events?from=-30d")
    page.get_by_text("This takes longer than usual.").wait_for()
    page.get_by_role("button", name="Cancel").click()

    expect(page.locator(".progress")).to_contain_text("Cancelled.")
    window.context.unroute("**/v1/search", hold)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".list .row").first).to_be_visible()


def test_a_failed_answer_says_what_happened(look: Open) -> None:
    """The message, its code, the request to ask about, and a way to try again."""
    window = look("/settings")

    def fail(route: Route) -> None:
        body = json.dumps(
            {"Code": "QueryTooHeavy", "Message": "the question needs too much memory", "RequestId": "R-1"}
        )
        route.fulfill(status=400, content_type="application/json", body=body)

    window.context.route("**/v1/search", fail)
    page = window.go("/events?from=-30d")
    shown = page.get_by_role("alert")
    expect(shown).to_contain_text("the question needs too much memory")
    expect(shown).to_contain_text("Request R-1")
    window.shot("failed")


def test_hostile_text_is_inert(look: Open, house: House) -> None:
    """Markup, direction marks, escape sequences, formulas and very long values are shown, and do nothing."""
    long = "x" * 200_000
    name = "<img src=x onerror=alert(1)>\u202egnp.exe\u001b[31m"
    house.client.post(
        "/v1/events",
        events(
            "hostile-1",
            eventName="DeleteBucket",
            userIdentity={"userName": name, "type": "ram-user"},
            requestParameters={"a": long, "b": "=1+1", "</script><script>alert(2)</script>": "y"},
        ),
        content_type="application/x-ndjson",
    )
    window = look("/settings")
    page = window.page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    house.running.until(
        lambda: house.client.request("GET", "/v1/events/hostile-1", b"", {}).status == 200, "it is searchable"
    )
    window.go("/event/hostile-1")
    expect(page.locator(".fields")).to_contain_text("U+202E")
    expect(page.locator("h1")).to_contain_text("<img src=x onerror=alert(1)>⟨U+202E⟩gnp.exe⟨U+001B⟩[31m")
    expect(page.locator(".fields")).to_contain_text("Show all 200,000 characters")
    window.shot("hostile")

    assert (dialogs, window.complaints, page.locator("h1 img").count()) == ([], [], 0)


def test_of_ten_thousand_rows_only_what_is_to_be_seen_is_in_the_page(
    browser: Browser, tmp_path: Path
) -> None:
    """However far one scrolls, the rows are there two frames later; how fast frames are is measured in `bench/console.py`.

    In a house of its own: ten thousand events would be most of what the others look at.
    """
    with a_service(tmp_path / "data") as house, as_administrator(browser, house) as window:
        for part in range(10):
            body = events(*[f"many-{part}-{at}" for at in range(1000)], eventName="ManyTimes")
            house.client.post("/v1/events", body, content_type="application/x-ndjson")
        question = "/v1/histogram?query=eventName%3A%20ManyTimes"
        house.running.until(
            lambda: house.client.request("GET", question, b"", {}).json["total"] == 10_000,
            "they are searchable",
        )
        page = window.go("/events?q=eventName%3A%20ManyTimes&from=")
        settled(page, 10_000)
        rows = page.locator(".list .row")
        while int(rows.last.get_attribute("aria-setsize") or 0) < 10_000:
            before = rows.last.get_attribute("aria-setsize")
            page.locator(".list").evaluate("list => list.scrollTo(0, list.scrollHeight)")
            page.wait_for_function(
                "before => [...document.querySelectorAll('.list .row')].at(-1)?.ariaSetSize !== before",
                arg=before,
            )
        seen = page.evaluate(SCROLLED)

        assert [step for step in seen if not step["there"] or step["rows"] >= 120] == []
        assert len({step["event"] for step in seen}) > 50, "it did scroll"


SCROLLED = """async () => {
  const list = document.querySelector('.list'), box = list.getBoundingClientRect(), seen = [];
  const frame = () => new Promise(requestAnimationFrame);
  for (let step = 0; step < 60; step++) {
    list.scrollTop = (list.scrollHeight / 60) * step;
    await frame();
    await frame();
    const row = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.closest('.row');
    seen.push({ there: !!row, event: row?.dataset.event, rows: list.querySelectorAll('.row').length });
  }
  return seen;
}"""
