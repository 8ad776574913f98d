"""A key that may have leaked: everything that it did and changed, and what lives on from it, in one answer.

Whoever holds a stolen key makes others: users, keys, sessions. So the answer follows what was made with the
key, and what was made with that, as far as `GENERATIONS` go.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from actiontrail.event.moment import rfc3339
from actiontrail.query.compile import Bindings, hint
from actiontrail.query.pages.actor import Touched, touched
from actiontrail.query.pages.ground import (
    HIT,
    TABLE,
    Answer,
    Count,
    Ground,
    Line,
    Span,
    Who,
    asides,
    text_at,
)
from actiontrail.query.search import Seen

WRITES_MAX = 500
ROWS_MAX = 200
GENERATIONS = 4
HEIRS_MAX = 50
_COUNTED = ("source_ip", "user_agent", "region")
_DENIALS = ("nopermission", "forbidden", "denied", "unauthorized", "notauthorized", "unauthorised")
# What an operation leaves behind that outlives the key, and where the event tells its name.
_MAKES: dict[str, tuple[str, tuple[tuple[str, ...], ...]]] = {
    "CreateUser": ("user", (("requestParameters", "UserName"), ("requestParameters", "UserPrincipalName"))),
    "CreateLoginProfile": ("user", (("requestParameters", "UserName"), ("requestParameters", "UserPrincipalName"))),
    "CreateAccessKey": ("key", (("responseElements", "AccessKey", "AccessKeyId"),)),
    "AssumeRole": ("key", (("responseElements", "Credentials", "AccessKeyId"),)),
    "AssumeRoleWithSAML": ("key", (("responseElements", "Credentials", "AccessKeyId"),)),
    "AssumeRoleWithOIDC": ("key", (("responseElements", "Credentials", "AccessKeyId"),)),
    "AssumeRoleWithWebIdentity": ("key", (("responseElements", "Credentials", "AccessKeyId"),)),
    "GetSessionToken": ("key", (("responseElements", "Credentials", "AccessKeyId"),)),
    "CreateRole": ("role", (("requestParameters", "RoleName"),)),
    "AttachPolicyToUser": ("policy", (("requestParameters", "PolicyName"), ("requestParameters", "PolicyArn"))),
    "AttachPolicyToRole": ("policy", (("requestParameters", "PolicyName"), ("requestParameters", "PolicyArn"))),
    "AttachPolicyToGroup": ("policy", (("requestParameters", "PolicyName"), ("requestParameters", "PolicyArn"))),
    "AttachUserPolicy": ("policy", (("requestParameters", "PolicyArn"),)),
    "AttachRolePolicy": ("policy", (("requestParameters", "PolicyArn"),)),
    "AddUserToGroup": ("group", (("requestParameters", "GroupName"),)),
}  # fmt: skip


class Made(Answer, frozen=True, kw_only=True):
    """What an event left behind: a user, key, role, policy or group, and whom it was given to, if that is told."""

    kind: str
    value: str
    to: str
    event_name: str
    event_id: str
    time: str


class Calls(Answer, frozen=True, kw_only=True):
    """One operation: how often it was called, how often in vain, and where."""

    service_name: str
    event_name: str
    count: int
    failures: int
    regions: tuple[str, ...]
    first: str
    last: str


class InVain(Answer, frozen=True, kw_only=True):
    """Calls that failed in one way. `denied` if the caller had no right to them."""

    service_name: str
    event_name: str
    error_code: str
    denied: bool
    count: int
    first: str
    last: str


class Heir(Answer, frozen=True, kw_only=True):
    """A user or a key that was made with the key, and what was done as it."""

    kind: str
    value: str
    by_event_id: str
    generation: int
    events: int
    writes: int
    failures: int
    first: str
    last: str


class Activity(Answer, frozen=True, kw_only=True):
    """Everything about a key. `writes_total` tells whether `writes` is all of them."""

    access_key_id: str
    owners: tuple[Who, ...]
    origin: Line | None
    first_seen: str
    last_seen: str
    events: int
    failures: int
    writes_total: int
    writes: tuple[Line, ...]
    made: tuple[Made, ...]
    heirs: tuple[Heir, ...]
    resources: tuple[Touched, ...]
    discovery: tuple[Calls, ...]
    refused: tuple[InVain, ...]
    addresses: tuple[Count, ...]
    agents: tuple[Count, ...]
    regions: tuple[Count, ...]
    sensitive: tuple[Line, ...]
    seen: Seen


def activity(ground: Ground, access_key_id: str, span: Span) -> Activity:
    """What the key with this id did in `span`; what it made is followed to the end of the record."""
    bound = Bindings()
    mine = f"{ground.mine(bound, span)} AND {_is(access_key_id, bound)}"
    sql = f"SELECT count(), {HIT}, countIf(error_code != ''), countIf(event_rw = 'Write') FROM {TABLE} WHERE {mine}"
    with asides() as aside:
        written = aside(ground.documents, f"{mine} AND event_rw = 'Write'", bound, limit=WRITES_MAX)
        tally = aside(ground.rows, sql, bound)
        resources = aside(touched, ground, mine, bound, limit=ROWS_MAX)
        origin = aside(_origin, ground, access_key_id)
        discovery = aside(_calls, ground, f"{mine} AND event_rw != 'Write'", bound)
        counted = aside(ground.by_value, _COUNTED, mine, bound, limit=ROWS_MAX)
        owners = aside(_owners, ground, access_key_id, mine, bound)
        refused = aside(_refused, ground, mine, bound)
        sensitive = aside(ground.lines, f"{mine} AND sensitive = 'true'", bound, limit=ROWS_MAX)
        told = written()
        made = tuple(one for line, event in told for one in made_by(line, event))
        heirs = aside(_heirs, ground, made)
        events, first, last, failures, writes_total = tally()[0]
        addresses, agents, regions = counted()
        return Activity(
            access_key_id=access_key_id,
            owners=owners(),
            origin=origin(),
            first_seen=rfc3339(first) if events else "",
            last_seen=rfc3339(last) if events else "",
            events=events,
            failures=failures,
            writes_total=writes_total,
            writes=tuple(line for line, _ in told),
            made=made,
            heirs=heirs(),
            resources=resources(),
            discovery=discovery(),
            refused=refused(),
            addresses=addresses,
            agents=agents,
            regions=regions,
            sensitive=tuple(sensitive()),
            seen=ground.seen,
        )


def made_by(line: Line, event: Mapping[str, Any]) -> tuple[Made, ...]:
    """What a call that succeeded left behind; nothing if it is none of those that give somebody a way in."""
    if line.error_code or line.event_name not in _MAKES:
        return ()
    kind, places = _MAKES[line.event_name]
    value = next((found for place in places if (found := text_at(event, *place))), "")
    if kind == "key" and not value:
        value = next((one.id for one in line.resources if "accesskey" in one.type.lower()), "")
    if not value:
        return ()
    to = next(
        (found for name in ("UserName", "RoleName", "GroupName", "RoleArn") if (found := text_at(event, "requestParameters", name))),
        "",
    )  # fmt: skip
    return (
        Made(
            kind=kind,
            value=value.partition("@")[0] if kind == "user" else value,
            to="" if to == value else to,
            event_name=line.event_name,
            event_id=line.event_id,
            time=line.time,
        ),
    )


def is_denial(error_code: str) -> bool:
    """Whether an error code says that the caller had no right, rather than that the call was wrong."""
    return any(word in error_code.lower() for word in _DENIALS)


def _is(access_key_id: str, bound: Bindings) -> str:
    return f"access_key_id = {bound.text(access_key_id)}{hint(access_key_id, bound)}"


def _owners(ground: Ground, access_key_id: str, mine: str, bound: Bindings) -> tuple[Who, ...]:
    sql = (
        f"SELECT user_type, principal_id, user_name, role_name, count() AS c FROM {TABLE} WHERE {mine}"
        " GROUP BY user_type, principal_id, user_name, role_name ORDER BY c DESC, principal_id LIMIT 10"
    )
    return tuple(
        Who(
            kind="role" if role else "user" if user else "principal",
            value=role or user or principal,
            type=kind,
            principal_id=principal,
            access_key_id=access_key_id,
        )
        for kind, principal, user, role, _ in ground.rows(sql, bound)
    )


def _origin(ground: Ground, access_key_id: str) -> Line | None:
    """The event that gave the key out, if it is in the record."""
    bound = Bindings()
    where = (
        f"{ground.mine(bound)} AND event_name IN {bound.texts(name for name, (kind, _) in _MAKES.items() if kind == 'key')}"
        f"{hint(access_key_id, bound)}"
    )
    for line, event in ground.documents(where, bound, limit=20):
        if any(one.value == access_key_id for one in made_by(line, event)):
            return line
    return None


def _heirs(ground: Ground, made: Iterable[Made]) -> tuple[Heir, ...]:
    """Users and keys that were made, what was made as them, and so on; each with what it did."""
    found: dict[tuple[str, str], Heir] = {}
    fresh = [one for one in made if one.kind in {"user", "key"}]
    for generation in range(1, GENERATIONS + 1):
        asked = list(
            {(one.kind, one.value): one for one in fresh if (one.kind, one.value) not in found}.values()
        )
        asked = asked[: HEIRS_MAX - len(found)]
        if not asked:
            break
        for one, row in _deeds(ground, asked):
            events, writes, failures, first, last = row
            found[one.kind, one.value] = Heir(
                kind=one.kind,
                value=one.value,
                by_event_id=one.event_id,
                generation=generation,
                events=events,
                writes=writes,
                failures=failures,
                first=rfc3339(first) if events else "",
                last=rfc3339(last) if events else "",
            )
        fresh = _made_as(ground, asked)
    return tuple(found.values())


def _deeds(ground: Ground, asked: list[Made]) -> Iterable[tuple[Made, tuple[int, ...]]]:
    """What was done as each of `asked`, in one statement for each of the two kinds."""
    for kind, column in (("key", "access_key_id"), ("user", "user_name")):
        these = {one.value: one for one in asked if one.kind == kind}
        if not these:
            continue
        bound = Bindings()
        sql = (
            f"SELECT {column}, count(), countIf(event_rw = 'Write'), countIf(error_code != ''), {HIT}"
            f" FROM {TABLE} WHERE {ground.mine(bound)} AND {column} IN {bound.texts(these)} GROUP BY {column}"
        )
        rows = {value: tuple(row) for value, *row in ground.rows(sql, bound)}
        for value, one in these.items():
            yield one, rows.get(value, (0, 0, 0, 0, 0))


def _made_as(ground: Ground, asked: list[Made]) -> list[Made]:
    bound = Bindings()
    keys = bound.texts(one.value for one in asked if one.kind == "key")
    users = bound.texts(one.value for one in asked if one.kind == "user")
    where = (
        f"{ground.mine(bound)} AND (access_key_id IN {keys} OR user_name IN {users})"
        f" AND error_code = '' AND event_name IN {bound.texts(_MAKES)}"
    )
    told = ground.documents(where, bound, limit=ROWS_MAX)
    return [one for line, event in told for one in made_by(line, event) if one.kind in {"user", "key"}]


def _calls(ground: Ground, where: str, bound: Bindings) -> tuple[Calls, ...]:
    sql = (
        f"SELECT service_name, event_name, count() AS c, countIf(error_code != ''), arraySort(groupUniqArray(50)(region)), {HIT}"
        f" FROM {TABLE} WHERE {where} GROUP BY service_name, event_name ORDER BY min(happened), service_name, event_name LIMIT {ROWS_MAX}"
    )
    return tuple(
        Calls(
            service_name=service,
            event_name=name,
            count=count,
            failures=failures,
            regions=tuple(one for one in regions if one),
            first=rfc3339(first),
            last=rfc3339(last),
        )
        for service, name, count, failures, regions, first, last in ground.rows(sql, bound)
    )


def _refused(ground: Ground, where: str, bound: Bindings) -> tuple[InVain, ...]:
    sql = (
        f"SELECT service_name, event_name, error_code, count() AS c, {HIT} FROM {TABLE} WHERE {where} AND error_code != ''"
        f" GROUP BY service_name, event_name, error_code ORDER BY c DESC, service_name, event_name, error_code LIMIT {ROWS_MAX}"
    )
    return tuple(
        InVain(
            service_name=service,
            event_name=name,
            error_code=code,
            denied=is_denial(code),
            count=count,
            first=rfc3339(first),
            last=rfc3339(last),
        )
        for service, name, code, count, first, last in ground.rows(sql, bound)
    )
