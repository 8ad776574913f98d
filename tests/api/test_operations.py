"""The operations table, and LookupEvents from page to page."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.kit.caller import NOW, acs3, rpc
from tests.kit.house import a_still_rpc
from tests.kit.lookup import Shelf, an_event

from actiontrail.api.operations import SPECS
from actiontrail.api.operations.table import InvalidParameter, MissingParameter, Parameter, Spec, read
from actiontrail.api.rpc import Rpc

ANY = Spec(
    name="Any",
    version="1",
    summary="",
    action="a:b",
    parameters=(
        Parameter(name="Name", note="", required=True, pattern="[a-z]+"),
        Parameter(name="Flag", note="", kind="boolean", default=False),
        Parameter(name="Count", note="", kind="integer", default=20, least=0, most=50),
        Parameter(name="Item", note="", kind="list", fields=("Key", "Value")),
        Parameter(name="Plain", note="", kind="list"),
    ),
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [False, 20, (), ()]),
        ({"Flag": "True", "Count": "7", "RegionId": "cn-hangzhou"}, [True, 7, (), ()]),
        ({"Flag": "FALSE", "Count": ""}, [False, 20, (), ()]),
        (
            {
                "Item.2.Key": "b",
                "Item.10.Key": "c",
                "Item.1.Value": "a",
                "Item.0.Key": "x",
                "Item.k.Key": "x",
                "Item.1.Odd": "x",
            },
            [False, 20, ({"Value": "a"}, {"Key": "b"}, {"Key": "c"}), ()],
        ),
        ({"Plain.2": "b", "Plain.1": "a"}, [False, 20, (), ({"": "a"}, {"": "b"})]),
    ],
)
def test_parameters_are_read_as_clients_send_them(given: dict[str, str], expected: list[object]) -> None:
    """Python sends `True`, Go sends `true`; lists come in any order; strangers' parameters are ignored."""
    values = read(ANY, {"Name": "trail", **given})

    assert [
        values.flag("Flag"),
        values.number("Count"),
        values.items("Item"),
        values.items("Plain"),
    ] == expected


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({}, MissingParameter),
        ({"Name": ""}, MissingParameter),
        ({"Name": "UPPER"}, InvalidParameter),
        ({"Name": "a", "Flag": "yes"}, InvalidParameter),
        ({"Name": "a", "Count": "51"}, InvalidParameter),
        ({"Name": "a", "Count": "1e1"}, InvalidParameter),
        ({"Name": "a", "Count": "٣"}, InvalidParameter),
        ({"Name": "a", **{f"Plain.{n}": "x" for n in range(1, 102)}}, InvalidParameter),
    ],
)
def test_a_parameter_that_breaks_its_rule_is_refused(given: dict[str, str], refusal: type[Exception]) -> None:
    """The row says the rule once; the function behind it never checks again."""
    with pytest.raises(refusal):
        read(ANY, given)


def test_operations_are_named_once_and_complete() -> None:
    """The door finds them by version and name; policies by their action."""
    names = [(spec.version, spec.name) for spec in SPECS]

    assert (
        sorted(set(names)) == sorted(names),
        [spec.name for spec in SPECS if not (spec.summary and ":" in spec.action)],
    ) == (True, [])


def ask(answering: Rpc, key_id: str = "LTAITESTKEYID", **parameters: str) -> dict[str, Any]:
    query = urlencode({"Action": "LookupEvents", "Version": "2020-07-06", **parameters})
    return json.loads(answering.reply(*acs3("POST", f"/?{query}", key_id=key_id)).body)  # type: ignore[no-any-return]


def a_shelf(count: int) -> Shelf:
    shelf = Shelf()
    for number in range(count):
        shelf.put(an_event(f"E{number}", at=datetime.fromtimestamp(NOW - 10 + number // 3, UTC)))
    return shelf


@pytest.mark.parametrize("direction", ["FORWARD", "BACKWARD"])
def test_pages_hold_every_event_once_though_more_arrive(direction: str) -> None:
    """Three events share each second; new ones arrive between any two pages."""
    shelf = a_shelf(20)
    answering = a_still_rpc(shelf, NOW)
    seen: list[str] = []
    token: dict[str, str] = {}
    for _ in range(30):
        page = ask(answering, MaxResults="3", Direction=direction, **token)
        seen += [event["eventId"] for event in page["Events"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
        if direction == "BACKWARD":
            shelf.put(an_event(f"late-{len(seen)}", at=datetime.fromtimestamp(NOW, UTC)))

    ours = [event for event in seen if event.startswith("E")]
    assert sorted(ours) == sorted(f"E{number}" for number in range(20))


@pytest.mark.parametrize(
    "change",
    [
        {"MaxResults": "4"},
        {"Direction": "FORWARD"},
        {"LookupAttribute.1.Key": "EventId", "LookupAttribute.1.Value": "E1"},
        {"StartTime": "2027-01-15T07:00:00Z", "EndTime": "2027-01-15T09:00:00Z"},
    ],
)
def test_a_token_belongs_to_its_question(change: dict[str, str]) -> None:
    """Carried over to another question it would skip events silently."""
    answering = a_still_rpc(a_shelf(9), NOW)
    token = ask(answering, MaxResults="3")["NextToken"]

    assert (
        ask(answering, **{"MaxResults": "3", "NextToken": token, **change})["Code"] == "InvalidQueryParameter"
    )


def test_a_token_that_was_tampered_with_is_refused() -> None:
    """It holds the range and the account; whoever could write one could look beyond what is kept."""
    answering = a_still_rpc(a_shelf(9), NOW)
    token = json.loads(base64.b64decode(ask(answering, MaxResults="3")["NextToken"]))
    forged = [
        base64.b64encode(json.dumps(token | change).encode()).decode()
        for change in ({"start": 0}, {"account": "1000000000000002"}, {"index": 0}, {"check": ""})
    ]

    assert [ask(answering, MaxResults="3", NextToken=each)["Code"] for each in forged] == [
        "InvalidQueryParameter"
    ] * 4


def test_pages_keep_the_range_of_the_first() -> None:
    """`the last 7 days` moves on while one turns pages; the answer must not."""
    shelf = a_shelf(9)
    first = ask(a_still_rpc(shelf, NOW), MaxResults="3")
    later = ask(a_still_rpc(shelf, NOW + 60), MaxResults="3", NextToken=first["NextToken"])

    assert (later["StartTime"], later["EndTime"]) == (first["StartTime"], first["EndTime"])


def test_nobody_sees_another_accounts_events() -> None:
    """Not even by their id."""
    shelf = Shelf()
    shelf.put(an_event("X", at=datetime.fromtimestamp(NOW, UTC)), account="1000000000000002")
    answering = a_still_rpc(shelf, NOW)

    assert (
        ask(answering, **{"LookupAttribute.1.Key": "EventId", "LookupAttribute.1.Value": "X"})["Events"] == []
    )


def test_too_many_lookups_are_throttled_and_other_operations_are_not() -> None:
    """The limit is per account and operation."""
    answering = a_still_rpc(Shelf(), NOW, rate=1)
    codes = [ask(answering).get("Code") for _ in range(2)]
    regions = answering.reply(*rpc({"Action": "DescribeRegions", "Version": "2020-07-06"}))

    assert (codes, regions.status) == ([None, "Throttling.User"], 200)


def test_regions_have_names_in_the_language_that_was_asked_for() -> None:
    """The console of the ecosystem shows them as they are."""
    answering = a_still_rpc(Shelf(), NOW)
    names = []
    for language in ("en-US", "zh-CN"):
        sent = rpc({"Action": "DescribeRegions", "Version": "2020-07-06", "AcceptLanguage": language})
        items = json.loads(answering.reply(*sent).body)["Regions"]["Region"]
        names += [item["LocalName"] for item in items if item["RegionId"] == "cn-hangzhou"]

    assert names == ["China (Hangzhou)", "华东1（杭州）"]


def test_a_bug_is_told_to_the_log_with_the_request_id_that_the_caller_saw() -> None:
    """That id is all a caller can tell us."""
    told: list[str] = []

    class Broken(Shelf):
        def lookup(self, question: object) -> Any:
            raise ZeroDivisionError

    answering = a_still_rpc(Broken(), NOW)
    answering._failed = lambda request_id, _error: told.append(request_id)

    assert ask(answering)["RequestId"] in told
