"""A browser at the console, as far as the service can tell: a jar of cookies, an origin, the session's token."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from actiontrail.access.grants import Grants
from actiontrail.access.passwords import Passwords
from actiontrail.access.seal import Sealer
from actiontrail.access.signin import SignIn
from actiontrail.access.users import User
from actiontrail.store.database import Database

RIGHT = "correct horse 7"
CHEAP = Passwords(time_cost=1, memory_kib=8, threads=1)


@dataclass
class Browser:
    """One tab, at an address of its own if the service trusts a proxy on loopback. `csrf` is what the last session told."""

    endpoint: str
    csrf: str = ""
    address: str = field(
        default_factory=lambda: (
            f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"
        )
    )
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.endpoint, timeout=30)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """As a page of the console sends it; a header given as empty is left out."""
        sent = {
            "origin": self.endpoint,
            "x-actiontrail-csrf": self.csrf,
            "sec-fetch-site": "same-origin",
            "x-forwarded-for": self.address,
        }
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.http.request(
            method, path, json=body, headers={name: value for name, value in sent.items() if value}
        )
        if answer.status_code == 200 and answer.headers["content-type"].startswith("application/json"):
            said = answer.json()
            said = said.get("session", said)
            self.csrf = said.get("csrfToken", self.csrf) if isinstance(said, dict) else self.csrf
        return answer

    def sign_in(self, user: str, password: str = RIGHT, **more: str) -> httpx.Response:
        return self.send("POST", "/v1/session", {"user": user, "password": password, **more})

    @property
    def cookie(self) -> str:
        """The session's secret, which no page can read."""
        return self.http.cookies.get("actiontrail-session", "")

    def close(self) -> None:
        self.http.close()


@dataclass
class People:
    """Makes users behind the service's back, as the command does."""

    data: Path

    def __post_init__(self) -> None:
        self.database = Database.open(self.data)
        self.signin = SignIn(self.database, Sealer.open(self.data / "keys"), passwords=CHEAP)

    def user(self, account: str, name: str, *policies: str, password: str = RIGHT) -> User:
        """A user who can sign in, and has these policies of the system."""
        made = self.signin.users.create(account, name)
        self.signin.set_password(made, password)
        for policy in policies:
            Grants(self.database).attach(made, "System", policy)
        return made

    def close(self) -> None:
        self.database.close()
