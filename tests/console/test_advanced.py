"""Advanced queries: scenes with blanks, charts, what is kept, and the history; the same for pages and scripts."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from tests.kit.service import House
from tests.kit.window import Look, still

Open = Callable[..., Look]
BY_SERVICE = "* | select serviceName, count(*) as c group by serviceName order by c desc"


def test_a_scene_is_run_its_blank_filled_and_its_run_remembered(look: Open) -> None:
    """A question that somebody else thought of, fitted to this case, and found again tomorrow."""
    window = look("/advanced?from=")
    page = window.page
    page.get_by_role("radio", name="AccessKey usage").click()
    page.locator('[data-template="accessKey.byAddress"]').click()
    expect(page.locator(".rows tbody tr").first).to_be_visible()
    page.get_by_label("userIdentity.accessKeyId").fill("LTAI5tSampleDeployBot001")
    page.keyboard.press("Enter")
    expect(page.locator(".rows tbody tr").first).to_contain_text("LTAI5tSampleDeployBot001")
    expect(page.locator(".result .total")).not_to_contain_text("1,")
    window.shot("advanced-blanks")

    page.keyboard.press("Escape")
    page.get_by_role("tab", name="History").click()
    newest = page.locator("[data-run]").first
    expect(newest).to_contain_text('userIdentity.accessKeyId: "LTAI5tSampleDeployBot001"')
    expect(newest).to_contain_text("investigator")
    expect(newest.locator(".badge")).to_have_text("done")
    expect(newest.locator(".number").first).to_contain_text("ms")
    window.shot("advanced-history")
    rows = page.locator(".result .total").inner_text()
    page.get_by_role("tab", name="Scenes").click()
    page.get_by_label("userIdentity.accessKeyId").fill("")
    page.get_by_role("tab", name="History").click()
    page.locator("[data-run]").first.get_by_title("Run again").click()
    expect(page.locator(".result .total")).to_have_text(rows)
    assert window.complaints == []


@pytest.mark.parametrize("kind", ["Bars", "Line", "Pie", "Number"])
def test_an_answer_is_shown_as_rows_and_as_charts(look: Open, span: str, kind: str) -> None:
    """The same rows; the kind is in the address, and under a key."""
    window = look(f"/advanced?{span}&q={quote(BY_SERVICE)}")
    page = window.page
    expect(page.locator(".rows tbody tr").first).to_contain_text("Ecs")
    page.locator("h1").click()
    page.keyboard.press(str(["Table", "Bars", "Line", "Pie", "Number"].index(kind) + 1))

    expect(page.get_by_role("radio", name=kind)).to_have_attribute("aria-checked", "true")
    shown = page.locator(".numbers .tile" if kind == "Number" else ".chart canvas").first
    expect(shown).to_be_visible()
    still(page)
    window.shot(f"advanced-{kind.lower()}")
    expect(page).to_have_url(re.compile(f"chart={kind.lower().rstrip('s')}"))
    assert window.complaints == []


def test_what_a_script_keeps_is_in_the_page_and_the_other_way_round(look: Open, house: House) -> None:
    """One truth for SDK, REST and page; and a colleague sees it."""
    made = house.client.rpc(
        "CreateAdvancedQueryTemplate",
        SimpleQuery="false",
        TemplateName="from the script",
        TemplateSql="eventName: StopLogging | select eventName, sourceIpAddress",
    ).json["TemplateId"]
    window = look("/advanced?from=&tab=saved")
    page = window.page
    page.locator(f'[data-kept="{made}"]').get_by_role("button", name="from the script", exact=True).click()
    expect(page.locator(".rows tbody tr").first).to_contain_text("203.0.113.66")

    page.get_by_label("Query: a selector").fill("eventName: ${what:StopLogging} | select count(*) as c")
    page.get_by_role("button", name="Save changes").click()
    page.locator(".ant-popconfirm:visible .ant-btn-primary").click()
    expect(page.locator(".kept li.chosen")).to_contain_text("count(*)")
    page.locator("#advanced-name").fill("from the page")
    page.keyboard.press("Enter")
    mine = page.locator(".kept li.chosen")
    expect(mine).to_contain_text("from the page")
    window.shot("advanced-saved")
    told = house.client.rpc("DescribeAdvancedQueryTemplate", TemplateName="from the").json["TemplatePage"]

    assert [(one["TemplateName"], one["TemplateSql"]) for one in told["TemplateList"]] == [
        ("from the page", "eventName: ${what:StopLogging} | select count(*) as c"),
        ("from the script", "eventName: ${what:StopLogging} | select count(*) as c"),
    ]
    mine.get_by_role("button", name="Delete from the page").click()
    page.locator(".ant-popconfirm:visible .ant-btn-primary").click()
    expect(page.locator(".kept li")).not_to_contain_text(["from the page"])
    assert window.complaints == []


@pytest.mark.parametrize(
    ("query", "wrong"),
    [("eventName: ) | select 1", ")"), ("eventName: x | select count(* from log", "from")],
)
def test_a_mistake_is_shown_at_its_place(look: Open, query: str, wrong: str) -> None:
    """In the selector and in the SQL alike."""
    window = look(f"/advanced?q={quote(query)}")

    expect(window.page.get_by_role("alert").locator("mark")).to_contain_text(wrong)
    window.shot(f"advanced-mistake-{'selector' if wrong == ')' else 'sql'}")


@pytest.mark.parametrize(("theme", "locale"), [("light", "zh-CN"), ("dark", "en-US")])
@pytest.mark.parametrize("tab", ["scenes", "saved", "history"])
def test_every_part_of_it_keeps_nobody_out(
    look: Open, house: House, tab: str, theme: str, locale: str
) -> None:
    """axe, the browser's complaints, and a phone."""
    house.client.rpc("CreateAdvancedQueryTemplate", SimpleQuery="true", TemplateName="kept", TemplateSql="a")
    address = f"/advanced?tab={tab}&q={quote('eventName: ${what:Stop*} | select eventName limit 3')}&from="
    window = look(address, color_scheme=theme, locale=locale)
    there = {"scenes": ".scene", "saved": ".kept li", "history": "[data-run]"}[tab]
    window.page.locator(there).first.wait_for()
    window.page.locator(".rows tbody tr").first.wait_for()
    window.shot(f"advanced-{tab}-{theme}-{locale[:2]}")
    found = window.barriers()
    window.page.set_viewport_size({"width": 390, "height": 844})
    still(window.page)
    window.shot(f"advanced-{tab}-narrow")
    width = window.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    assert (found, window.complaints, width) == ([], [], 0)
