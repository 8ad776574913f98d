"""The public API over documents in memory: real keys, door and operations; only the search is small.

`Live` serves it with uvicorn on a free port of loopback, which is what the official clients
are tried against. Whatever has an `Endpoint` can take its place.
"""

import socket
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import uvicorn
from litestar import Litestar
from tests.kit.caller import ALICE, NOW, a_ring
from tests.kit.lookup import ACCOUNT, Shelf
from tests.kit.readers import ShelfInsights, ShelfKeyUse
from tests.kit.yard import a_farm

from actiontrail.access.authority import Authority, Policies
from actiontrail.access.evaluate import Granted
from actiontrail.access.grants import Grants
from actiontrail.access.keys import Keys, NewSession
from actiontrail.access.roles import Role, Roles, UnknownRole, own_account
from actiontrail.access.seal import Sealer
from actiontrail.access.system_policies import SYSTEM
from actiontrail.api import rpc
from actiontrail.api.door import Door
from actiontrail.api.gate import Callers, Gate, Stands
from actiontrail.api.operations import (
    deliveries,
    events,
    governance,
    insights,
    keyaudit,
    lifecycle,
    queries,
    regions,
    selectors,
    sts,
    trails,
    trails_2017,
)
from actiontrail.api.rpc import Rpc
from actiontrail.api.throttle import Throttle
from actiontrail.delivery.backfill import Backfills
from actiontrail.delivery.changes import Trails
from actiontrail.event.selector import parse, split_sql
from actiontrail.query import fields
from actiontrail.query.guard import guard
from actiontrail.query.insighttypes import InsightTypes
from actiontrail.query.saved import Saved
from actiontrail.store.database import Database


class NoLines:
    """A ledger without records."""

    def size(self) -> int:
        return 0

    def lines(self, start: int, *, limit: int) -> list[bytes]:
        return []


class LateDatabase:
    """A control database in a folder of its own, made when it is first used; it knows one account."""

    def __init__(self, account: str) -> None:
        self._account = account

    @cached_property
    def _database(self) -> Database:
        folder = tempfile.TemporaryDirectory()
        database = Database.open(Path(folder.name))
        weakref.finalize(self, folder.cleanup)
        weakref.finalize(self, database.close)
        with database.begin() as connection:
            connection.execute(
                sa.text("INSERT INTO accounts (id, name, created) VALUES (:id, '', 0)"), {"id": self._account}
            )
        return database

    def begin(self) -> Any:
        return self._database.begin()

    def read(self) -> Any:
        return self._database.read()


def a_gate(door: Callers, grants: Policies, *, now: Callable[[], float] = time.time) -> Gate:
    """A gate that judges by `grants`."""
    return Gate(door, Authority(grants), stands=Stands("cn-hangzhou"), now=now)


class NoPolicies:
    """Nobody was given anything, so only accounts themselves may do something."""

    def granted(self, account: str, principal: str) -> tuple[Granted, ...]:
        return ()


class SmallAccess:
    """Alice of `tests.kit.caller` may look and assume roles, Bob nothing; the role `auditor` trusts their account."""

    def granted(self, account: str, principal: str) -> tuple[Granted, ...]:
        names = ("AliyunActionTrailReadOnlyAccess", "AliyunSTSAssumeRoleAccess") if principal == ALICE else ()
        return tuple(Granted(name, "System", SYSTEM[name].document) for name in names)

    def get(self, account: str, name: str) -> Role:
        if (account, name) != (ACCOUNT, "auditor"):
            raise UnknownRole(f"account {account} has no role {name!r}")
        return Role("300000000000000001", account, name, "", own_account(account), 3600, 0, 0)

    def create_session(self, role: Role, session: str, *, seconds: int, policy: str) -> NewSession:
        return NewSession("STS.ID", "SECRET", "TOKEN", int(NOW) + seconds, role.account)


def read_only(_account: str, query: str) -> None:
    """As `Search.try_out`, as far as reading a question goes."""
    selector, text = split_sql(query)
    parse(selector)
    if text is not None:
        guard(text, resolve=fields.resolve, everything=fields.EVERYTHING)


def an_rpc(
    shelf: Shelf,
    gate: Gate,
    *,
    roles: sts.Roles,
    sessions: sts.Sessions,
    now: Callable[[], float],
    rate: int = 1000,
    own: Trails | None = None,
    database: Any = None,
) -> Rpc:
    """All operations there are; those on trails only if there are `own` trails."""
    late = database or LateDatabase(ACCOUNT)
    made = (
        *events.operations(shelf.lookup, token_key=b"t" * 32, lookback_days=90),
        *regions.operations("cn-hangzhou"),
        *sts.operations(roles, sessions),
        *queries.operations(Saved(late, now=now), read_only),
        *keyaudit.operations(ShelfKeyUse(shelf), token_key=b"t" * 32),
        *insights.operations(InsightTypes(late), ShelfInsights(shelf), token_key=b"t" * 32),
        *lifecycle.operations(),
    )
    if own is not None:
        made += (
            *trails.operations(own, region="cn-hangzhou"),
            *trails_2017.operations(own, region="cn-hangzhou"),
            *selectors.operations(own),
            *deliveries.operations(own, Backfills(own, NoLines())),
            *governance.operations(own, kept_here=True),
        )
    return Rpc(gate, made, Throttle(dict.fromkeys((each.spec.name for each in made), rate), now=now), now=now)


def a_still_rpc(shelf: Shelf, now: float, *, rate: int = 1000, own: Trails | None = None) -> Rpc:
    """As `an_rpc`, for the keys of `tests.kit.caller`, at a clock that stands still."""
    few = SmallAccess()
    gate = a_gate(Door(a_ring(), now=lambda: now), few, now=lambda: now)
    return an_rpc(shelf, gate, roles=few, sessions=few, now=lambda: now, rate=rate, own=own)


@dataclass(frozen=True)
class Endpoint:
    """What a client needs, and what a test may do behind its back."""

    host: str
    port: int
    account: str
    access_key_id: str
    access_key_secret: str
    database: Database
    keys: Keys
    record: Callable[[list[dict[str, Any]]], None]  # these events are found when it returns

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"


@contextmanager
def live(*, rate: int = 1000) -> Iterator[Endpoint]:
    """The public API on a free port, with an account and its first key; stopped in the end."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(Path(folder))
        keys = Keys(database, Sealer(b"k" * 32))
        account = keys.create_account()
        key = keys.create_key(account)
        shelf = Shelf()

        def record(documents: list[dict[str, Any]]) -> None:
            for document in documents:
                shelf.put(document, account=account)

        farm = a_farm(Path(folder) / "farm", account=account)
        farm.clock.now = time.time()
        gate = a_gate(Door(keys), Grants(database))
        answering = an_rpc(
            shelf,
            gate,
            roles=Roles(database),
            sessions=keys,
            now=time.time,
            rate=rate,
            own=farm.trails,
            database=database,
        )
        app = Litestar(route_handlers=rpc.routes(answering), openapi_config=None)
        with _serving(app) as port:
            yield Endpoint(
                "127.0.0.1", port, account, key.access_key_id, key.access_key_secret, database, keys, record
            )
        farm.database.close()
        database.close()


@contextmanager
def _serving(app: Litestar) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    started = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started.set()

    server = Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert started.wait(30)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()
