"""The access pages over a real control database: several accounts, and a signed client for each caller."""

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient
from tests.kit.browser import CHEAP
from tests.kit.caller import acs3
from tests.kit.house import a_gate

from actiontrail.access.accounts import Accounts
from actiontrail.access.consoles import Limits, Sessions
from actiontrail.access.directory import Directories
from actiontrail.access.grants import Grants
from actiontrail.access.keys import Keys
from actiontrail.access.roles import Roles
from actiontrail.access.seal import Sealer
from actiontrail.access.signin import SignIn
from actiontrail.access.users import Users
from actiontrail.api.app import _http_refusal, _refusal
from actiontrail.api.door import Door
from actiontrail.api.people import routes as people_routes
from actiontrail.api.people.acts import Desk
from actiontrail.store.database import Database

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Key:
    """What a caller signs with."""

    id: str
    secret: str
    token: str = ""


class AccessHouse:
    """Who may do what, and how one asks."""

    def __init__(self, data: Path) -> None:
        self.database = Database.open(data)
        self.keys = Keys(self.database, Sealer(b"k" * 32))
        self.desk = Desk(
            Accounts(self.database),
            Users(self.database),
            Roles(self.database),
            Grants(self.database),
            self.keys,
            Directories(self.database),
            SignIn(self.database, Sealer(b"k" * 32), passwords=CHEAP),
            Sessions(self.database, Users(self.database), b"c" * 32, limits=Limits(600, 3600)),
        )
        gate = a_gate(Door(self.keys), self.desk.grants)
        from litestar.exceptions import HTTPException

        app = Litestar(
            people_routes.routes(gate, self.desk),
            exception_handlers={HTTPException: _http_refusal, Exception: _refusal},
            openapi_config=None,
            logging_config=None,
        )
        self.client = TestClient(app)
        self.account = self.keys.create_account("acme")
        self.root = self.key_of(self.account)

    def key_of(self, account: str, user: str = "") -> Key:
        """A new key of the account, or of one of its users."""
        owner = self.desk.users.get(account, user) if user else None
        made = self.keys.create_key(account, user=owner)
        return Key(made.access_key_id, made.access_key_secret)

    def a_user(self, name: str, *policies: str, account: str = "") -> Key:
        """The key of a new user with these policies of the system's."""
        made = self.desk.users.create(account or self.account, name)
        for policy in policies:
            self.desk.grants.attach(made, "System", policy)
        return self.key_of(made.account, name)

    def ask(self, method: str, target: str, body: Any = None, *, key: Key | None = None) -> tuple[int, Any]:
        """Status and answer, without the request's id."""
        who = key or self.root
        encoded = b"" if body is None else json.dumps(body).encode()
        session = {"x_acs_security_token": who.token} if who.token else {}
        sent = acs3(
            method,
            f"/v1/access/{target}",
            encoded,
            key_id=who.id,
            secret=who.secret,
            dated=time.time(),
            nonce=f"access-{next(_numbers)}",
            **session,
        )
        answer = self.client.request(method, sent.target, content=encoded, headers=dict(sent.headers))
        said = answer.json()
        said.pop("RequestId", None)
        return answer.status_code, said

    def code(self, method: str, target: str, body: Any = None, *, key: Key | None = None) -> str:
        """`ok`, or the code of the refusal."""
        status, said = self.ask(method, target, body, key=key)
        return "ok" if status == 200 else said["Code"]  # type: ignore[no-any-return]


@contextmanager
def an_access_house(data: Path) -> Iterator[AccessHouse]:
    house = AccessHouse(data)
    try:
        with house.client:
            yield house
    finally:
        house.database.close()
