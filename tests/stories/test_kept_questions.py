"""Questions that are kept: the public API, our own interface and the history of SQL tell of one and the same."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.kit.service import House, a_service, events

from actiontrail.query import scenes


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_service(tmp_path_factory.mktemp("kept") / "data") as opened:
        opened.client.post("/v1/events", events("e-1", "e-2"), content_type="application/x-ndjson")
        opened.running.until(
            lambda: asked(opened, "GET", "/v1/histogram")["total"] == 2, "they are searchable"
        )
        yield opened


def asked(house: House, method: str, path: str, body: bytes = b"") -> Any:
    answer = house.client.request(method, path, body, {"content-type": "application/json"} if body else {})
    assert answer.status == 200, answer.json
    return answer.json


def sql(house: House, query: str, more: str = "") -> tuple[int, str]:
    body = b'{"query": "%b"%b}' % (query.encode(), more.encode())
    answer = house.client.request("POST", "/v1/sql", body, {"content-type": "application/json"})
    return answer.status, answer.json.get("Code", "")


def test_what_the_public_api_keeps_the_page_sees_and_the_other_way_round(house: House) -> None:
    """One truth: a query that a script saved is in the console, and one saved there is in the script."""
    by_script = house.client.rpc(
        "CreateAdvancedQueryTemplate",
        SimpleQuery="true",
        TemplateName="by script",
        TemplateSql="eventRW: Write",
    ).json["TemplateId"]
    by_page = asked(
        house,
        "POST",
        "/v1/queries",
        b'{"name": "by page", "query": "* | select 1 as a", "view": "chart=bar"}',
    )["query"]["id"]
    asked(house, "PATCH", f"/v1/queries/{by_script}", b'{"view": "mode=sql"}')
    house.client.rpc(
        "UpdateAdvancedQueryTemplate", TemplateId=by_page, SimpleQuery="false", TemplateName="renamed"
    )
    page = asked(house, "GET", "/v1/queries")
    script = house.client.rpc("DescribeAdvancedQueryTemplate").json["TemplatePage"]["TemplateList"]
    asked(house, "DELETE", f"/v1/queries/{by_script}")
    gone = house.client.request("GET", f"/v1/queries/{by_script}", b"", {})

    assert [(one["name"], one["query"], one["view"], one["simple"]) for one in page["queries"]] == [
        ("renamed", "* | select 1 as a", "chart=bar", False),
        ("by script", "eventRW: Write", "mode=sql", True),
    ]
    assert [one["TemplateName"] for one in script] == ["renamed", "by script"]
    assert (gone.status, gone.json["Code"]) == (404, "EntityNotExist.QueryTemplate")


def test_the_history_says_how_each_question_ended(house: House) -> None:
    """Duration, rows, and the error's code; by whoever asked, page or script."""
    remembered = ', "remember": true, "view": "from=-1d"'
    sql(house, "serviceName: Ecs | select eventName", remembered)
    sql(house, "serviceName: Ecs | select nothing", remembered)
    sql(house, "* | select eventId")
    house.client.rpc("CreateAdvancedQueryHistory", SimpleQuery="true", QuerySql="by script")
    history = asked(house, "GET", "/v1/query-history")["history"]
    told = house.client.rpc("DescribeAdvancedQueryHistory").json["QueryHistoryList"]

    assert [(one["query"], one["status"], one["rows"], one["view"]) for one in history] == [
        ("by script", "", -1, ""),
        ("serviceName: Ecs | select nothing", "InvalidSql", -1, "from=-1d"),
        ("serviceName: Ecs | select eventName", "done", 2, "from=-1d"),
    ]
    assert [one["QueryId"] for one in told] == [one["id"] for one in history]
    assert history[2]["tookMs"] >= 0
    asked(house, "DELETE", f"/v1/query-history/{history[0]['id']}")
    assert len(asked(house, "GET", "/v1/query-history")["history"]) == 2


def test_a_question_is_tried_and_its_mistake_told(house: House) -> None:
    """Before it is kept, or while it is written."""
    good = asked(house, "POST", "/v1/query-check", b'{"query": "eventRW: Write | select count(*) as c"}')
    bad = asked(house, "POST", "/v1/query-check", b'{"query": "eventRW: )"}')

    assert (good["runnable"], bad["runnable"], "line 1, column 10" in bad["message"]) == (True, False, True)


def test_scenes_are_the_catalogues_in_either_language(house: House) -> None:
    """The same questions as the public API's, with their conditions taken apart."""
    found = asked(house, "GET", "/v1/scenes?language=zh-CN")["scenes"]
    public = house.client.rpc("DescribeScenes", AcceptLanguage="zh-CN").json["SceneList"]
    template = next(one for one in found[0]["templates"] if one["token"] == "identity.rootLogin")

    assert [(one["id"], one["name"]) for one in found] == [(one["SceneId"], one["Name"]) for one in public]
    assert sum(len(one["templates"]) for one in found) == sum(len(one.template) for one in scenes.catalogue())
    assert template["conditions"] == [
        {"field": "event.eventName", "value": "ConsoleSignin"},
        {"field": "event.userIdentity.type", "value": "root-account"},
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"name": "x"}', "InvalidQueryParameter"),
        (b'{"query": "x", "name": "' + b"n" * 65 + b'"}', "InvalidQueryParameter"),
        (b'{"query": "x", "folder": "y"}', "InvalidQueryParameter"),
    ],
)
def test_what_cannot_be_kept_is_refused(house: House, body: bytes, code: str) -> None:
    """In the shape of every refusal."""
    answer = house.client.request("POST", "/v1/queries", body, {"content-type": "application/json"})

    assert (answer.status, answer.json["Code"]) == (400, code)
