"""Every operation, by every kind of caller: who is let in, and that nobody learns anything of another account.

What a stranger is answered must not depend on what an account holds: each answer is compared, to the byte, with
the one that the same request gets where the account holds nothing at all.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from tests.access.test_policy import a_statement, text
from tests.kit.caller import NOW, KeyRing, acs3
from tests.kit.house import a_gate, an_rpc
from tests.kit.lookup import ACCOUNT, Shelf, an_event
from tests.kit.yard import a_farm

from actiontrail.access.evaluate import Granted
from actiontrail.access.keys import Caller, NewSession
from actiontrail.access.policy import parse
from actiontrail.access.roles import Role, UnknownRole, own_account
from actiontrail.access.system_policies import SYSTEM
from actiontrail.api.door import Door
from actiontrail.api.operations import SPECS
from actiontrail.api.operations.table import Spec
from actiontrail.api.rpc import Rpc
from actiontrail.event import effect

OTHER = "1000000000000002"
FULL, READ_ONLY = "AliyunActionTrailFullAccess", "AliyunActionTrailReadOnlyAccess"
DENIAL = text(a_statement(), a_statement(Effect="Deny", Action=["actiontrail:*", "sts:AssumeRole"]))
MARK = "alphasecret"  # stands in everything that the account holds


class Kind(NamedTuple):
    """A kind of caller: of which account, by what they act, and what they were given."""

    account: str
    principal: str = ""  # of a user 2…, of a role 3…
    given: tuple[str, ...] = ()  # policies: names of the system's, or JSON
    narrowed: str = ""
    token: bool = False


KINDS = {
    "root": Kind(ACCOUNT),
    "full": Kind(ACCOUNT, "200000000000000001", (FULL,)),
    "reader": Kind(ACCOUNT, "200000000000000002", (READ_ONLY,)),
    "nobody": Kind(ACCOUNT, "200000000000000003"),
    "denied": Kind(ACCOUNT, "200000000000000004", (FULL, DENIAL)),
    "session": Kind(ACCOUNT, "300000000000000001", (FULL,)),
    "narrowed": Kind(ACCOUNT, "300000000000000001", (FULL,), narrowed=SYSTEM[READ_ONLY].text),
    "denied session": Kind(ACCOUNT, "300000000000000002", (DENIAL,)),
    "token": Kind(ACCOUNT, token=True),
    "other root": Kind(OTHER),
    "other full": Kind(OTHER, "200000000000000009", (FULL,)),
}
STRANGERS = ("other root", "other full")
PARAMETERS = {  # a value for every parameter that any operation needs
    "Name": f"{MARK}-trail",
    "TrailName": f"{MARK}-trail",
    "OssBucketName": "audit-bucket",
    "EventSelectors": '[{"ServiceName":"Oss","EventName":{"Equals":["GetObject"]},"ReadWriteType":"All"}]',
    "InsightSelectors": '[{"insightType":"IpInsight"}]',
    "StorageRegion": "cn-hangzhou",
    "MetricName": "ManagementEvents",
    "Period": "3600",
    "JobId": "1",
    "SimpleQuery": "true",
    "TemplateSql": f"{MARK}: *",
    "Sql": f"{MARK}: *",
    "TemplateId": "1",
    "QueryId": "1",
    "SceneId": "1",
    "AccessKey": f"LTAI{MARK}",
    "ServiceName": "Ecs",
    "RoleArn": f"acs:ram::{ACCOUNT}:role/{MARK}",
    "RoleSessionName": "alice",
    "StartTime": "2027-01-14T08:00:00Z",
    "EndTime": "2027-01-15T08:00:00Z",
}


class Access:
    """Policies and the role of `KINDS`."""

    def granted(self, account: str, principal: str) -> tuple[Granted, ...]:
        kind = next(kind for kind in KINDS.values() if (kind.account, kind.principal) == (account, principal))
        return tuple(
            Granted(name[:20], "Custom", SYSTEM[name].document if name in SYSTEM else parse(name))
            for name in kind.given
        )

    def get(self, account: str, name: str) -> Role:
        if account != ACCOUNT:
            raise UnknownRole("there is no such role")
        return Role("300000000000000001", account, name, MARK, own_account(account), 3600, 0, 0)

    def create_session(self, role: Role, session: str, *, seconds: int, policy: str) -> NewSession:
        return NewSession("STS.ID", "SECRET", "TOKEN", int(NOW) + seconds, role.account)


class NoRoles(Access):
    """The same, where the account has no role."""

    def get(self, account: str, name: str) -> Role:
        raise UnknownRole("there is no such role")


def a_caller(name: str) -> Caller:
    kind = KINDS[name]
    user = kind.principal if kind.principal.startswith("2") else ""
    role = kind.principal if kind.principal.startswith("3") else ""
    return Caller(
        account=kind.account,
        kind="token" if kind.token else "session" if role else "key",
        principal_id=kind.principal or kind.account,
        user_name="auditor:alice" if role else name,
        access_key_id=f"LTAI{name.replace(' ', '')}",
        any_account=False,
        user_id=user,
        role_id=role,
        policy=kind.narrowed,
    )


class OpenDoor(Door):
    """Believes whoever names a key; signatures are tested elsewhere."""

    def caller(self, method: str, target: str, headers: object, body: bytes) -> Caller:
        return a_caller(dict(headers)["x-kind"])  # type: ignore[call-overload, no-any-return]


class World(NamedTuple):
    """The public API, and what it answers whom."""

    rpc: Rpc

    def ask(self, spec: Spec, kind: str, **more: str) -> tuple[int, str]:
        names = {parameter.name for parameter in spec.parameters}
        given = {name: value for name, value in PARAMETERS.items() if name in names}
        if spec.name.startswith(("Create", "Update")) and "Trail" in spec.name:
            given.pop("StartTime", None)
        query = urlencode({"Action": spec.name, "Version": spec.version, **given, **more})
        sent = acs3(spec.methods[-1], f"/?{query}", x_kind=kind)
        reply = self.rpc.reply(sent.method, sent.target, sent.headers, sent.body)
        said = re.sub(r'"RequestId":"[^"]+"', '"RequestId":"…"', reply.body.decode())
        return reply.status, re.sub(
            r'"(NextToken|TemplateId|QueryId|HistoryId)":"?[^",}]+"?', r'"\1":"…"', said
        )


@contextmanager
def a_world(*, full: bool) -> Iterator[World]:
    """A world in which the account holds everything that it can hold, or nothing."""
    with TemporaryDirectory() as folder:
        shelf = Shelf()
        farm = a_farm(Path(folder), account=ACCOUNT)
        farm.clock.now = NOW
        with farm.database.begin() as connection:
            connection.execute(
                sa.text(
                    "INSERT INTO accounts (id, name, created) VALUES (:id, '', 0) ON CONFLICT DO NOTHING"
                ),
                {"id": OTHER},
            )
        access = Access() if full else NoRoles()
        gate = a_gate(OpenDoor(KeyRing(), now=lambda: NOW), access, now=lambda: NOW)
        rpc = an_rpc(
            shelf,
            gate,
            roles=access,
            sessions=access,
            now=lambda: NOW,
            rate=100_000,
            own=farm.trails,
            database=farm.database,
        )
        world = World(rpc)
        if full:
            _fill(world, shelf)
        yield world
        farm.database.close()


def _fill(world: World, shelf: Shelf) -> None:
    """Trails, selectors, jobs, templates, questions, events: all with `MARK` in them."""
    by_name = {spec.name: spec for spec in reversed(SPECS)}
    for name in (
        "CreateTrail",
        "StartLogging",
        "PutDataEventSelector",
        "PutInsightSelectors",
        "EnableInsight",
        "CreateDeliveryHistoryJob",
        "CreateAdvancedQueryTemplate",
        "CreateAdvancedQueryHistory",
    ):
        status, said = world.ask(
            by_name[name],
            "root",
            TemplateName=MARK,
            **({"InsightType": "IpInsight"} if "Insight" in name else {}),
        )
        assert status == 200, (name, said)
    for number in range(5):
        identity = {"type": "ram-user", "userName": MARK, "accessKeyId": f"LTAI{MARK}"}
        at = datetime.fromtimestamp(NOW - 60 - number, UTC)
        shelf.put(an_event(f"{MARK}-{number}", at=at, userIdentity=identity, resourceName=MARK))


@pytest.fixture(scope="module")
def full() -> Iterator[World]:
    with a_world(full=True) as world:
        yield world


@pytest.fixture(scope="module")
def empty() -> Iterator[World]:
    with a_world(full=False) as world:
        yield world


def expected(spec: Spec, kind: str) -> bool:
    """Whether this kind of caller may ask for this operation at all."""
    reads = effect.of(spec.name) == effect.READ and spec.action.startswith("actiontrail:")
    if spec.action == "sts:GetCallerIdentity":
        return kind != "token"
    if spec.action == "sts:AssumeRole":
        return False  # roots never do, and nobody here was given it
    match kind:
        case "root" | "full" | "session" | "other root" | "other full":
            return True
        case "reader" | "narrowed":
            return reads
        case _:
            return False


def named(spec: Spec) -> str:
    return f"{spec.name}-{spec.version}"


# Deletions come last: what is asked before them must be there.
ORDERED = sorted(SPECS, key=lambda spec: (spec.name.startswith(("Delete", "Stop", "Disable")), named(spec)))

_MAKING = [spec for spec in SPECS if spec.name == "CreateTrail"]
_MAKING += [spec for spec in SPECS if spec.name == "CreateDeliveryHistoryJob"]
MADE_FIRST = _MAKING + [spec for spec in ORDERED if spec not in _MAKING]


@pytest.mark.parametrize("kind", KINDS)
def test_who_is_let_in_is_what_the_table_says(kind: str) -> None:
    """Of every operation; and every refusal says what was missing."""
    with a_world(full=True) as world:
        answers = {named(spec): world.ask(spec, kind) for spec in ORDERED}
    let_in = {name: '"Code":"NoPermission"' not in said for name, (_, said) in answers.items()}
    details = [
        name
        for spec in ORDERED
        if not let_in[name := named(spec)]
        and f'"AuthAction":"{spec.action}"' not in answers[name][1]
        and "root accounts" not in answers[name][1]
    ]

    assert let_in == {named(spec): expected(spec, kind) for spec in ORDERED}
    assert details == []


@pytest.mark.parametrize("kind", STRANGERS)
@pytest.mark.parametrize("spec", ORDERED, ids=named)
def test_a_stranger_learns_nothing_of_what_an_account_holds(
    full: World, empty: World, spec: Spec, kind: str
) -> None:
    """Neither what, nor how much, nor whether: the answer is the one that an empty account gives, errors included."""
    seen, unseen = full.ask(spec, kind), empty.ask(spec, kind)
    told = seen[1]
    for said in sorted(PARAMETERS.values(), key=len, reverse=True):
        told = told.replace(said, "")  # what the caller said is no news to them

    assert (seen, MARK in told, ACCOUNT in told) == (unseen, False, False)


@pytest.mark.parametrize("kind", STRANGERS)
def test_a_stranger_who_has_the_same_things_learns_no_more(kind: str) -> None:
    """Numbers and names of what somebody makes are counted in their own account, so their answers show no others."""
    with a_world(full=True) as full, a_world(full=False) as empty:
        seen = {named(spec): full.ask(spec, kind) for spec in MADE_FIRST}
        unseen = {named(spec): empty.ask(spec, kind) for spec in MADE_FIRST}

    assert seen == unseen
    assert seen["GetDeliveryHistoryJob-2020-07-06"][0] == 200


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        pytest.param(spec, kind, id=f"{named(spec)}-{kind}")
        for spec in ORDERED
        for kind in ("nobody", "denied", "denied session", "token")
        if not expected(spec, kind)
    ],
)
def test_who_may_not_ask_learns_nothing_by_asking(full: World, empty: World, spec: Spec, kind: str) -> None:
    """Not even in their own account: a refusal says what the caller said, and what no policy allows."""
    assert full.ask(spec, kind) == empty.ask(spec, kind)


def test_the_two_worlds_differ_for_the_account_itself() -> None:
    """Or the comparisons above would prove nothing."""
    with a_world(full=True) as full, a_world(full=False) as empty:
        differing = {
            spec.name
            for spec in ORDERED
            if effect.of(spec.name) == effect.READ and full.ask(spec, "root") != empty.ask(spec, "root")
        }

    assert {
        "LookupEvents",
        "DescribeTrails",
        "GetTrailStatus",
        "GetDataEventSelector",
        "DescribeAdvancedQueryTemplate",
        "DescribeAdvancedQueryHistory",
        "ListDeliveryHistoryJobs",
        "GetAccessKeyLastUsedInfo",
    } - differing == set()


def test_every_needed_parameter_has_a_value_here() -> None:
    """An operation that is always refused for a missing parameter would leak nothing by mere luck."""
    missing = {
        parameter.name
        for spec in SPECS
        for parameter in spec.parameters
        if parameter.required and parameter.name not in PARAMETERS
    }

    assert missing == set()
