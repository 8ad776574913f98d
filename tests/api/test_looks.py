"""One look at the console is one event, and it tells every question that was asked."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actiontrail.access.keys import signed_in
from actiontrail.access.users import User
from actiontrail.api import looks as looks_
from actiontrail.api.chronicle import Chronicle
from actiontrail.api.deeds import Deed, Telling
from actiontrail.api.looks import Asked, Looks, named, one_of
from actiontrail.api.origin import Origin
from actiontrail.capture.masking import Masker
from actiontrail.errors import Refusal
from actiontrail.event.formats import BUILT_IN
from actiontrail.store.database import Database
from actiontrail.store.outbox import Outbox

ACCOUNT = "1234567890123456"
ALICE = signed_in(ACCOUNT, since=1_800_000_000, mfa=True)
WHERE = Origin("203.0.113.7", True, "trail.test", "Mozilla/5.0")
LOOK = "5c0ffee5-look-one"
QUESTION = {"query": "serviceName: Ecs", "start": "2027-01-01T00:00:00Z"}


def a_telling(action: str = "SearchEvents", request: str = "R-1", **parameters: Any) -> Telling:
    deed = Deed(action=f"actiontrail:{action}", parameters=parameters or QUESTION)
    return Telling(caller=ALICE, where=WHERE, deed=deed, request_id=request, look=LOOK)


class House:
    """A chronicle whose clock the test moves."""

    def __init__(self, data: Path, scope: Any = "all") -> None:
        self.now = 1_800_000_000.0
        self.database = Database.open(data)
        self.outbox = Outbox(self.database, now=lambda: self.now)
        self.chronicle = Chronicle(
            self.outbox, Masker(), region="cn-hangzhou", scope=scope, now=lambda: self.now
        )

    def ask(self, told: Telling, *, error: Exception | None = None, takes: float = 0) -> None:
        """As the gate does it; the answer takes so many seconds."""
        try:
            with self.chronicle.doing(told):
                self.now += takes
                self.chronicle._write()
                if error:
                    raise error
        except Refusal:
            pass

    def told(self, after: float = looks_.PAUSE_SECONDS) -> list[dict[str, Any]]:
        """What is new on its way to the record, so many seconds later."""
        self.now += after
        self.chronicle._write()
        parcels = self.outbox.waiting()
        if parcels:
            self.outbox.done([one.id for one in parcels])
        return [json.loads(one.event) for one in parcels]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.database.close()


def names(events: list[dict[str, Any]]) -> list[str]:
    return [event["eventName"] for event in events]


def test_the_three_questions_of_a_search_are_one_event_that_tells_all_three(house: House) -> None:
    """Who looked at what is asked of the record; three lines for each look would bury the answer."""
    house.ask(a_telling("GetEventHistogram", "R-1", **QUESTION, buckets=80))
    house.now += 0.2
    house.ask(a_telling("SearchEvents", "R-2", **QUESTION, limit=60))
    house.ask(a_telling("GetEventFacets", "R-3", **QUESTION, top=15))
    (event,) = house.told()

    assert (
        event["eventName"], event["eventId"], event["requestId"], event["eventTime"], event["userIdentity"]["userName"],
        {name: value for name, value in event["requestParameters"].items() if name in ("query", "start", "limit")},
        event["additionalEventData"]["questions"],
    ) == (
        "SearchEvents", "R-2", "R-2", "2027-01-15T08:00:00Z", "root", {**QUESTION, "limit": 60},
        [
            {"eventName": "GetEventHistogram", "requestId": "R-1", "requestParameters": {**QUESTION, "buckets": 80}},
            {"eventName": "GetEventFacets", "requestId": "R-3", "requestParameters": {**QUESTION, "top": 15}},
        ],
    )  # fmt: skip
    assert BUILT_IN.identify("actiontrail", json.dumps(event).encode()) == ("R-2", ACCOUNT)


def test_a_look_is_told_when_nothing_more_is_asked(house: House) -> None:
    """And not before: the overview asks again when it has its figures."""
    house.ask(a_telling("GetOverview", "R-1"))
    early = house.told(looks_.PAUSE_SECONDS / 2)
    house.ask(a_telling("SearchEvents", "R-2"))

    assert (early, names(house.told(looks_.PAUSE_SECONDS / 2)), names(house.told())) == (
        [],
        [],
        ["GetOverview"],
    )


def test_a_look_is_not_over_while_something_is_being_answered(house: House) -> None:
    """A slow service must not make two events of what one person saw at once."""
    with house.chronicle.doing(a_telling("SearchEvents", "R-1")):
        house.ask(a_telling("GetEventFacets", "R-2"), takes=3)
    early = house.told(looks_.PAUSE_SECONDS / 2)

    assert (early, [one["eventId"] for one in house.told()]) == ([], ["R-1"])


def test_a_page_that_never_stops_asking_is_told_all_the_same(house: House) -> None:
    """Each question within ten seconds, whoever keeps asking others."""
    seen: list[dict[str, Any]] = []
    for number in range(40):
        house.ask(a_telling(request=f"R-{number}", query=f"q{number}"))
        seen += house.told(0.9)
    seen += house.told()
    asked = [one["requestParameters"]["query"] for one in seen] + [
        each["requestParameters"]["query"]
        for one in seen
        for each in one["additionalEventData"].get("questions", ())
    ]

    assert (sorted(asked), 2 < len(seen) < 7) == (sorted(f"q{number}" for number in range(40)), True)


def test_a_page_that_watches_is_told_once_an_hour(house: House) -> None:
    """A trail's page asks every three seconds how the trail is."""
    first = []
    for number in range(100):
        house.ask(a_telling("DescribeTrails", f"R-{number}", name="audit"))
        first += house.told(30)
    house.now += looks_.AGAIN_SECONDS
    house.ask(a_telling("DescribeTrails", "R-later", name="audit"))

    assert ([one["eventId"] for one in first], [one["eventId"] for one in house.told()]) == (
        ["R-0"],
        ["R-later"],
    )


@pytest.mark.parametrize(
    "other",
    [
        {"look": "another-look-of-hers"},
        {"where": WHERE._replace(address="198.51.100.9")},
        {"where": WHERE._replace(agent="curl/8")},
        {"caller": signed_in(ACCOUNT, since=1_800_000_999, mfa=True)},
        {"caller": signed_in(User("2001", ACCOUNT, "alice", "", "", "Active", 0, 0, None), since=1_800_000_000, mfa=True)},
    ],
    ids=["look", "address", "agent", "session", "user"],
)  # fmt: skip
def test_looks_of_others_are_others(house: House, other: dict[str, Any]) -> None:
    """The same question from somewhere else, or by somebody else, is news whatever name they give to their look."""
    house.ask(a_telling(request="R-1"))
    house.ask(replace(a_telling(request="R-2"), **other))

    assert [one["eventId"] for one in house.told()] == ["R-1", "R-2"]


def test_a_name_hides_no_question(house: House) -> None:
    """Somebody who writes the header by hand can join their questions, and not one of them is left out."""
    house.ask(a_telling(request="R-1", query="serviceName: Ecs"))
    first = house.told()
    house.ask(a_telling(request="R-2", query='userIdentity.userName: "ceo"'))

    assert [one["requestParameters"]["query"] for one in (*first, *house.told())] == [
        "serviceName: Ecs", 'userIdentity.userName: "ceo"',
    ]  # fmt: skip


@pytest.mark.parametrize(
    "told",
    [
        replace(a_telling(), look=""),
        a_telling("ExportEvents"),
        a_telling("WatchEvents"),
        a_telling("CreateTrail"),
        a_telling(query="x" * 5000),
    ],
    ids=["no look", "an export", "the live tail", "a change", "a long question"],
)
def test_some_things_are_events_of_their_own(house: House, told: Telling) -> None:
    """A file that leaves the console is no part of a look at a page."""
    house.ask(a_telling(request="R-0", query="another"))
    house.ask(replace(told, request_id="R-1"))

    assert sorted(one["eventId"] for one in house.told()) == ["R-0", "R-1"]


def test_what_was_refused_is_told_by_itself(house: House) -> None:
    """A denial must not stand in the shadow of what was allowed."""
    house.ask(a_telling(request="R-1"))
    house.ask(a_telling("GetEventFacets", request="R-2"), error=looks_refusal())

    assert {one["eventId"]: "errorCode" in one for one in house.told()} == {"R-1": False, "R-2": True}


def looks_refusal() -> Refusal:
    from actiontrail.api.served import BadQuestion

    return BadQuestion("no")


def test_where_reads_are_not_told_looks_are_not(tmp_path: Path) -> None:
    """The setting `record_own_operations`."""
    house = House(tmp_path, "changes")
    house.ask(a_telling())
    found = house.told()
    house.database.close()

    assert found == []


def test_a_stop_tells_what_waits(house: House) -> None:
    """Whoever looks last is not forgotten."""
    house.ask(a_telling())
    house.chronicle.start()
    house.chronicle.close()

    assert names(house.told(0)) == ["SearchEvents"]


def test_secrets_in_any_question_are_masked(house: House) -> None:
    """A password that was pasted into a search must not come back with the record of the search."""
    house.ask(a_telling("GetOverview", "R-1"))
    house.ask(a_telling("ListKeys", "R-2", AccessKeySecret="verysecretthing"))
    (event,) = house.told()

    assert "verysecretthing" not in json.dumps(event)


def test_memory_is_bounded_and_what_is_let_go_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that makes up a look for each request costs no memory, and hides nothing."""
    monkeypatch.setattr(looks_, "LOOKS_MAX", 10)
    monkeypatch.setattr(looks_, "KNOWN_MAX", 10)
    looks = Looks(now=lambda: 1.0)
    for number in range(50):
        looks.take(replace(a_telling(request=f"R-{number}"), look=f"look-number-{number}"))
    for number in range(50):
        looks.take(replace(a_telling(request=f"Q-{number}", query=str(number)), look="look-number-49"))
    told = looks.over(all_=True)
    asked = sum(1 + len(one.told.additional.get("questions", ())) for one in told)

    assert (asked, max(1 + len(one.told.additional.get("questions", ())) for one in told)) == (
        100,
        looks_.TOGETHER_MAX,
    )


@pytest.mark.parametrize(("said", "look"), [("5c0ffee5-look", "5c0ffee5-look"), ("short", ""), ("x" * 65, ""), ("with space", ""), ("\u202elook-of-mine", "")])  # fmt: skip
def test_a_look_has_a_plain_name_or_none(said: str, look: str) -> None:
    """It comes from whoever asks."""
    assert (named({looks_.HEADER: said}), named({})) == (look, "")


def test_the_page_is_named_by_what_it_is_about() -> None:
    """Whatever was answered first."""
    order = ["ListTrails", "GetConsistency", "SearchEvents", "GetOverview"]
    found = one_of([Asked(a_telling(name, f"R-{at}"), float(at)) for at, name in enumerate(order)])

    assert (found.told.deed.name, found.at, [one["eventName"] for one in found.told.additional["questions"]]) == (
        "GetOverview", 0.0, ["ListTrails", "GetConsistency", "SearchEvents"],
    )  # fmt: skip
