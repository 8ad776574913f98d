"""Trails on their pages: made by keys alone, seen delivering, measured, backfilled, verified, and found out when altered."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.kit.browser import RIGHT, People
from tests.kit.places import Peer, s3_bucket
from tests.kit.service import House, a_service
from tests.kit.window import Look, a_look, enter

from actiontrail.delivery.destinations import open_bucket

TABS_MAX = 80
CHOSEN, REGION, OTHER = 24, "cn-qingdao", "cn-huhehaote"  # a region for each story: they share a service


class Shop(NamedTuple):
    """A service that delivers within a second, to a folder and to an S3 peer; and windows on it, signed in."""

    house: House
    peer: Peer
    look: Callable[..., Look]
    shelves: Path

    def post(self, prefix: str, count: int, **fields: Any) -> None:
        """Events of the last hour."""
        happened = datetime.now(UTC) - timedelta(minutes=30)
        lines = [
            {
                "eventId": f"{prefix}-{number}",
                "eventName": "RunInstances",
                "eventTime": f"{happened:%Y-%m-%dT%H:%M:%SZ}",
                "serviceName": "Ecs",
                "eventRW": "Write",
                "acsRegion": REGION,
                "sourceIpAddress": "203.0.113.7",
                "userIdentity": {"type": "ram-user", "userName": "alice"},
                **fields,
            }
            for number in range(count)
        ]
        body = b"\n".join(json.dumps(line).encode() for line in lines)
        assert self.house.client.post("/v1/events", body, content_type="application/x-ndjson").status == 200
        wanted = f"/v1/search?limit=100&query={quote(f'eventId: {prefix}-*')}"
        self.house.running.until(
            lambda: len(self.house.client.request("GET", wanted, b"", {}).json["events"]) == count,
            "they are searchable",
        )


@pytest.fixture(scope="module")
def shop(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder: Path = tmp_path_factory.mktemp("trails")
    shelves, keys = folder / "shelves", folder / "keys"
    shelves.mkdir()
    keys.mkdir()
    with ExitStack() as stack:
        peer = stack.enter_context(s3_bucket(keys))
        reach = peer.ground.of("s3")
        settings = (
            f'log_level = "warning"\ndelivery_seconds = 0.3\n[destinations.file]\nendpoint = "{shelves}"\n'
            f'[destinations.s3]\nendpoint = "{reach.endpoint}"\nregion = "{reach.region}"\n'
            f'credentials = "{reach.credentials}"\npath_style = true\n'
        )
        house = stack.enter_context(a_service(folder / "data", settings=settings))
        people = People(house.running.data)
        stack.callback(people.close)
        people.user(house.created.account_id, "operator", "AdministratorAccess")
        with a_look(browser, house.running.endpoint) as window:
            enter(window.go("/settings"), "operator", RIGHT)
            window.page.locator(".who").wait_for()
            session = {"cookies": window.context.storage_state()["cookies"]}

        def look(path: str, **options: Any) -> Look:
            opened = stack.enter_context(
                a_look(browser, house.running.endpoint, storage_state=session, **options)
            )
            opened.go(path)
            return opened

        made = Shop(house, peer, look, shelves)
        made.post("w", CHOSEN)
        made.post("r", 9, eventName="DescribeInstances", eventRW="Read")
        made.post("elsewhere", 5, acsRegion="cn-beijing")
        yield made


def choice(page: Page, label: str) -> Locator:
    """The select behind a label, whose text holds all that can be chosen."""
    return page.locator("label", has_text=re.compile(f"^{label}")).locator("select")


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus."""
    expect(wanted).to_be_visible()
    for _ in range(TABS_MAX):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {wanted}")


def write(page: Page, field: Locator, text: str) -> None:
    """Instead of what stands there, by keys."""
    tab_to(page, field)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def altered(shop: Shop) -> str:
    """Somebody changes one byte of an object at the peer; its name under the trail's prefix."""
    bucket, _, prefix = shop.peer.address.removeprefix("s3://").partition("/")
    key, body = next(
        (key, body) for key, body in shop.peer.content().items() if key.endswith(".gz") and prefix in key
    )
    open_bucket(f"s3://{bucket}", shop.peer.ground).put(
        key, body[:-1] + bytes([body[-1] ^ 1]), "application/x-gzip"
    )
    return key.removeprefix(f"{prefix}/")


def test_a_trails_life_by_keys_alone(shop: Shop) -> None:
    """Wrong first and told so at the field; then delivering, measured, backfilled, verified, altered, off and gone."""
    window = shop.look("/")
    page = window.page
    page.locator(".frame").wait_for()
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.get_by_role("heading", level=1)).to_have_text("Trails")
    page.keyboard.press("n")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("kept-at-s3")
    tab_to(page, choice(page, "Kind"))
    page.keyboard.type("Other")
    address = page.get_by_label("Address", exact=True)
    write(page, address, "s3://nobody-has-this")
    expect(page.locator(".remedy")).to_have_attribute("data-code", "NoSuchPlace")
    expect(page.locator(".remedy")).to_contain_text("There is no such place")
    expect(address).to_have_attribute("aria-invalid", "true")
    window.shot("trail-wrong-name")
    barriers = window.barriers()
    write(page, address, shop.peer.address)
    expect(page.locator(".place")).to_have_attribute("data-good", "true")
    expect(page.locator("[data-check=transit]")).to_contain_text("not encrypted")
    write(page, page.get_by_label(re.compile("^Regions")), REGION)
    tab_to(page, choice(page, "Management events"))
    page.keyboard.type("Writes")
    expect(page.locator(".would")).to_have_attribute("data-chosen", str(CHOSEN))
    expect(page.locator(".would-table")).to_contain_text("by reads and writes")
    window.shot("trail-new")
    barriers += window.barriers()
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("kept-at-s3")
    expect(page.locator("h1 [data-health]")).to_have_attribute("data-health", "delivering")
    shop.post("in", 7)
    page.keyboard.press("r")
    expect(page.get_by_text("Last delivered")).to_be_visible(timeout=20_000)
    page.keyboard.press("r")
    expect(page.locator("[data-delivered]")).to_have_attribute("data-delivered", "7")
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    job = page.locator(".jobs > li").first
    expect(job).to_have_attribute("data-state", "done", timeout=30_000)
    expect(job).to_have_attribute("data-events", str(CHOSEN))
    expect(job.locator("progress")).to_have_js_property("value", 1)
    brought = len(shop.peer.held())
    page.keyboard.press("r")
    expect(page.locator("[data-delivered]")).to_have_attribute("data-delivered", str(CHOSEN + 7))

    page.keyboard.press("v")
    expect(page.locator(".verdict")).to_have_attribute("data-clean", "true", timeout=20_000)
    window.shot("trail-delivering")
    barriers += window.barriers()
    key = altered(shop)
    page.keyboard.press("v")
    expect(page.locator(".verdict")).to_have_attribute("data-clean", "false", timeout=20_000)
    expect(page.locator("[data-finding=altered]")).to_contain_text(key)
    page.locator(".findings").scroll_into_view_if_needed()
    window.shot("trail-altered")
    barriers += window.barriers()

    page.keyboard.press("w")
    expect(page.get_by_role("dialog")).to_contain_text("What was recorded until now is still delivered")
    page.keyboard.press("Enter")
    expect(page.locator("h1 [data-health]")).to_have_attribute("data-health", "paused", timeout=20_000)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Check the manifests")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Trails")
    expect(page.locator("[data-trail=kept-at-s3]")).to_have_count(0)

    assert (brought, barriers, window.complaints) == (CHOSEN + 7, [], [])


def test_an_edit_keeps_what_it_does_not_change_and_a_place_that_fails_is_told_in_words(shop: Shop) -> None:
    """In Chinese and dark: a folder, selectors of data events, another choice, then the folder is taken away."""
    folder = shop.shelves / "local"
    folder.mkdir()
    shop.post(
        "data",
        6,
        eventName="GetObject",
        serviceName="Oss",
        eventCategory="Data",
        resourceName="acs:oss:x/y",
        acsRegion=OTHER,
    )
    window = shop.look("/trails/new", color_scheme="dark", locale="zh-CN")
    page = window.page
    page.get_by_label("名称", exact=True).fill("local-copy")
    page.get_by_label("存储空间", exact=True).fill("No_Such")
    expect(page.locator(".remedy")).to_have_attribute("data-code", "BadTrail")
    choice(page, "类型").select_option("other")
    page.get_by_label("地址", exact=True).fill("file:///etc")
    expect(page.locator(".remedy")).to_have_attribute("data-code", "NotAllowedHere")
    page.get_by_label("地址", exact=True).fill(f"file://{folder}")
    expect(page.locator(".place")).to_have_attribute("data-good", "true")
    page.get_by_label(re.compile("^地域")).fill(OTHER)
    expect(page.locator(".would-table")).to_contain_text("数据事件，无选择器选中")
    page.get_by_role("button", name="添加选择器").click()
    page.get_by_label("服务", exact=True).fill("Oss")
    page.get_by_label("仅这些操作", exact=True).fill("GetObject")
    expect(page.locator(".would")).to_have_attribute("data-chosen", re.compile(r"\d+"))
    expect(page.get_by_role("row", name=re.compile("Oss.GetObject 6 0"))).to_be_visible()
    page.get_by_label("AkInsight").check()
    window.shot("trail-new-zh-dark")
    barriers = window.barriers()
    page.get_by_role("button", name="创建").click()
    expect(page.locator("h1 [data-health]")).to_have_attribute("data-health", "delivering")

    page.keyboard.press("e")
    expect(page.get_by_label("仅这些操作", exact=True)).to_have_value("GetObject")
    expect(page.locator(".place")).to_have_attribute("data-good", "true")
    choice(page, "管理事件").select_option("Write")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("h1 [data-health]")).to_have_attribute("data-health", "delivering")
    kept = shop.house.client.request("GET", "/v1/trails/local-copy", b"", {}).json["trail"]

    folder.rename(shop.shelves / "taken-away")
    shop.post("lost", 3, acsRegion=OTHER)
    page.keyboard.press("r")
    error = page.locator(".trail-error")
    expect(error).to_have_attribute("data-trouble", "NoSuchPlace", timeout=20_000)
    expect(error).to_contain_text("期间不会丢失任何事件")
    window.shot("trail-failing-zh-dark")
    barriers += window.barriers()
    page.goto(f"{shop.house.running.endpoint}/console/#/trails")
    expect(page.locator("[data-trail=local-copy] [data-health=failing]").first).to_be_visible()
    window.shot("trails-list-zh-dark")
    page.set_viewport_size({"width": 390, "height": 844})
    window.shot("trails-list-narrow")
    barriers += window.barriers()
    page.goto(f"{shop.house.running.endpoint}/console/#/trails/local-copy/edit")
    expect(page.get_by_label("仅这些操作", exact=True)).to_have_value("GetObject")
    window.shot("trail-edit-narrow")
    wide = page.evaluate(
        "document.querySelector('#content').scrollWidth - document.querySelector('#content').clientWidth"
    )
    (shop.shelves / "taken-away").rename(folder)
    shop.house.running.until(lambda: any(folder.rglob("*.gz")), "it catches up by itself")

    assert (
        [kept[name] for name in ("eventRW", "trailRegion", "insightTypes")],
        [(one["serviceName"], one["eventName"]["equals"]) for one in kept["dataSelectors"]],
        [one["address"] for one in kept["destinations"] if one["kind"] != "data"],
        barriers,
        wide,
        window.complaints,
    ) == (["Write", OTHER, ["AkInsight"]], [("Oss", ["GetObject"])], [f"file://{folder}"], [], 0, [])


def test_a_look_at_trails_in_light_and_english(shop: Shop) -> None:
    """A bucket on this machine; the list with its lines of bars, and the form on a narrow screen."""
    window = shop.look("/trails/new")
    page = window.page
    page.get_by_label("Name", exact=True).fill("bucket-here")
    page.get_by_label("Bucket", exact=True).fill("audit-log")
    expect(page.locator(".place")).to_have_attribute("data-good", "true")
    page.get_by_role("button", name="Create").click()
    expect(page.locator("h1 [data-health]")).to_have_attribute("data-health", "delivering")
    shop.post("bucket", 12, acsRegion="cn-beijing")
    page.keyboard.press("r")
    expect(page.get_by_text("Last delivered")).to_be_visible(timeout=20_000)
    page.keyboard.press("u")
    page.goto(f"{shop.house.running.endpoint}/console/#/trails")
    row = page.locator("[data-trail=bucket-here]")
    expect(row.locator("[data-lately]")).not_to_have_attribute("data-lately", "0")
    window.shot("trails-list")
    barriers = window.barriers()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{shop.house.running.endpoint}/console/#/trails/new")
    expect(page.locator(".would")).to_be_visible()
    window.shot("trail-new-narrow")

    assert (barriers, window.barriers(), window.complaints) == ([], [], [])
