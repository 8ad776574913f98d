"""The public API to the letter: every transcript's answers come back as they are written."""

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from tests.kit.answers import misfits
from tests.kit.caller import NOW, acs3
from tests.kit.house import NoLines, a_still_rpc
from tests.kit.lookup import Shelf, an_event
from tests.kit.yard import ACCOUNT, Farm, a_farm
from tests.wire import transcripts

from actiontrail.api.operations import SPECS
from actiontrail.api.operations.table import Spec
from actiontrail.api.rpc import Rpc
from actiontrail.api.signature import Sent
from actiontrail.api.wire import UNTOLD, Reply, row_of
from actiontrail.delivery import figures, tables
from actiontrail.delivery.backfill import Backfills
from actiontrail.delivery.changes import New
from actiontrail.delivery.selectors import Condition, DataSelector
from actiontrail.delivery.trails import Organization, Settings

FOLDER = Path(__file__).parent
SPEC = {(spec.version, spec.name): spec for spec in SPECS}
ANYWHERE = {  # what the one door itself refuses, whatever was asked for
    "InvalidQueryParameter",
    "NoPermission",
    "Throttling.User",
    "UnsupportedHTTPMethod",
    "ServiceUnavailable",
}
EXCHANGES = [
    pytest.param(exchange, id=f"{path.stem}: {exchange.title}")
    for path in sorted(FOLDER.glob("*.txt"))
    for exchange in transcripts.read(path)
]


def a_shelf() -> Shelf:
    """Three events of ours, seconds apart, and one of a stranger."""
    shelf = Shelf()
    at = lambda second: datetime.fromtimestamp(NOW - 100 + second, UTC)  # noqa: E731
    alice = {"userName": "Alice", "type": "ram-user"}
    shelf.put(an_event("E1", at=at(0), userIdentity=alice))
    shelf.put(an_event("E2", at=at(1), eventName="DeleteInstance", resourceName="i-1<&>"))
    shelf.put(an_event("E3", at=at(2), serviceName="Ram", eventName="CreateUser", requestId="R3"))
    shelf.put(an_event("X1", at=at(3)), account="1000000000000002")
    return shelf


def a_busy_shelf() -> Shelf:
    """A key of Alice at work from two addresses, one of the account itself, and two insights that were noticed."""
    shelf = Shelf()
    at = lambda second: datetime.fromtimestamp(NOW - 100 + second, UTC)  # noqa: E731
    alice = {"accessKeyId": "LTAIALICE", "accountId": ACCOUNT, "principalId": "20001", "type": "ram-user"}
    root = {"accessKeyId": "LTAIROOT", "accountId": ACCOUNT, "principalId": ACCOUNT, "type": "root-account"}
    calls = [
        ("Ecs", "RunInstances", "203.0.113.7", alice | {"userName": "Alice"}, ["i-1", "i-2"]),
        ("Ecs", "StopInstance", "203.0.113.8", alice | {"userName": "Alice"}, ["i-1"]),
        ("Ram", "ListUsers", "203.0.113.7", alice | {"userName": "Alice"}, []),
        ("Quux", "Frobnicate", "203.0.113.9", root, []),
    ]
    for number, (service, name, address, who, instances) in enumerate(calls):
        more = {"referencedResources": {"ACS::ECS::Instance": instances}} if instances else {}
        shelf.put(
            an_event(
                f"K{number}",
                at=at(number),
                serviceName=service,
                eventName=name,
                sourceIpAddress=address,
                userIdentity=who,
                requestParameters={"Secret": "of no concern"},
                **more,
            )
        )
    for number, (kind, about) in enumerate((("IpInsight", "203.0.113.8"), ("AkInsight", "LTAIALICE"))):
        shelf.put(
            an_event(
                f"N{number}",
                at=at(10 + number),
                eventType="ActionTrailInsight",
                eventCategory="Insight",
                acsRegion="cn-hangzhou",
                insightDetails={"insightType": kind, "insightObject": about, "state": "Start"},
            )
        )
    return shelf


SHELVES = {"key_audit": a_busy_shelf, "insights": a_busy_shelf}  # by the transcript's name; else `a_shelf`


@contextmanager
def answering(file: str, folder: Path) -> Iterator[Rpc]:
    """The public API as the transcripts of this name know it."""
    farm = some_trails(folder) if file.startswith("trails") else None
    yield a_still_rpc(SHELVES.get(file, a_shelf)(), NOW, own=farm.trails if farm else None)
    if farm:
        farm.database.close()


def some_trails(folder: Path) -> Farm:
    """One at work in two places, one new, one of another region, one of the organization; a job of the first is done."""
    farm = a_farm(folder)
    farm.directory[ACCOUNT] = Organization("rd-EV1234", (ACCOUNT, "1000000000000002"))
    oss = Settings(
        oss_bucket="audit-log", oss_prefix="of-all", sls_project="acs:log:cn-hangzhou::project/audit"
    )
    made = [
        New(ACCOUNT, "trail-at-work", "cn-hangzhou", msgspec.structs.replace(oss, event_rw="All")),
        New(ACCOUNT, "trail-new", "cn-hangzhou", Settings(oss_bucket="audit-log-2")),
        New(ACCOUNT, "trail-abroad", "cn-beijing", Settings(oss_bucket="audit-log-3")),
        New(ACCOUNT, "trail-of-us", "cn-hangzhou", Settings(oss_bucket="audit-log-4"), True),
    ]
    for number, new in enumerate(made):
        farm.clock.now = NOW - 1000 + number
        farm.trails.create(new)
    farm.clock.now = NOW - 500
    farm.trails.start(ACCOUNT, "trail-at-work")
    at_work = farm.trails.find(ACCOUNT, "trail-at-work")
    selector = DataSelector("Oss", "Write", Condition(equals=("PutObject",)))
    farm.trails.update(
        at_work,
        lambda before: msgspec.structs.replace(
            before, data=(selector,), data_regions=("cn-hangzhou",), insights=("AkInsight",)
        ),
    )
    Backfills(farm.trails, NoLines()).create(at_work, now=NOW - 400, token="once")
    with farm.database.begin() as connection:
        for place in farm.trails.places(at_work):
            if place.kind == "oss":
                figures.add(connection, (ACCOUNT, at_work.id), "delivery_oss_success_count", 7, NOW - 120)
                connection.execute(
                    sa.text("UPDATE trail_places SET delivered = :at WHERE id = :id"),
                    {"at": int(NOW) - 120, "id": place.id},
                )
            elif place.kind == "sls":
                told = "write sls failed, exception: no answer, itemscount: 1"
                tables.set_failed(connection, place.id, told, int(NOW) - 60)
    farm.clock.now = NOW
    return farm


def ask(rpc: Rpc, exchange: transcripts.Exchange) -> tuple[Sent, Reply]:
    """What is sent in the end, and what comes back; what is sent before it is answered well."""
    known: dict[str, str] = {}
    for line in exchange.before():
        method, target = transcripts.filled(line, known).split(" ", 1)
        before = rpc.reply(*acs3(method, target))
        assert before.status == 200, before.body
        known |= {name: value for name, value in json.loads(before.body).items() if isinstance(value, str)}
    sent = exchange.sent(known)
    return sent, rpc.reply(*sent)


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_an_answer_is_what_its_transcript_says(exchange: transcripts.Exchange, tmp_path: Path) -> None:
    """Clients parse these bytes; a change to them is a change to the contract."""
    with answering(exchange.file, tmp_path) as rpc:
        sent, reply = ask(rpc, exchange)

    actual = transcripts.shown(reply.status, reply.headers["content-type"], reply.body)
    if os.environ.get("ACTIONTRAIL_SHOW_TRANSCRIPTS"):
        print(f"# {exchange.title}\n" + "\n".join(f"> {line}" for line in exchange.request))  # noqa: T201
        print("\n".join(f"< {line}" for line in actual.splitlines()), end="\n\n")  # noqa: T201
    assert actual == exchange.expected
    assert reply.status != 200 or misfits(SPEC[transcripts.asked(sent)], reply) == []


def test_every_operation_has_a_transcript_of_a_good_answer() -> None:
    """What no transcript shows may change without anybody noticing."""
    shown = {
        transcripts.asked(exchange.sent(defaultdict(str)))
        for path in FOLDER.glob("*.txt")
        for exchange in transcripts.read(path)
        if exchange.expected.startswith("200 ")
    }

    assert set(SPEC) - shown == set()


def codes_of(exchange: transcripts.Exchange) -> tuple[str, set[str]]:
    """The code of a refusal, and those that its operation may answer."""
    spec = SPEC[transcripts.asked(exchange.sent(defaultdict(str)))]
    own = {row_of(error).code for error in spec.errors}
    missing = {f"Missing{each.name}" for each in spec.parameters if each.required}
    found = re.search(r'"Code": "([^"]+)"|<Code>([^<]+)<', exchange.expected)
    assert found is not None, exchange.expected
    return found[1] or found[2], own | missing | ANYWHERE


@pytest.mark.parametrize(
    "exchange",
    [
        pytest.param(exchange, id=f"{exchange.file}: {exchange.title}")
        for exchange in (parameter.values[0] for parameter in EXCHANGES)
        if not exchange.expected.startswith("200 ") and exchange.file != "gateway"
    ],
)
def test_a_refusal_is_one_that_its_operations_row_tells(exchange: transcripts.Exchange) -> None:
    """Whoever writes a client handles what the reference lists, and nothing else."""
    code, told = codes_of(exchange)

    assert code in told


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.name} {spec.version}")
def test_every_error_of_a_row_has_a_public_code(spec: Spec) -> None:
    """A row that promises what the table does not know would be told as something else."""
    assert [error for error in spec.errors if row_of(error) == UNTOLD] == []
