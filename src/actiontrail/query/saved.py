"""Questions that callers keep: templates with a name, and the history of what they asked. Owns two tables.

Each belongs to one account, and no call reaches another's. What a call wrote is durable when it returns. The
history keeps the newest questions only.
"""

import base64
import secrets
import time
from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa

from actiontrail.errors import Refusal
from actiontrail.store.database import Database

TEMPLATES_MAX = 1000  # of one account
HISTORY_MAX = 200  # of one account; the oldest go first
_LIST_FORMS = "id, name, sql, simple"
_INSERT = sa.text(
    "INSERT INTO query_templates (id, account, name, folded, sql, simple, created)"
    " VALUES (:id, :account, :name, :folded, :sql, :simple, :created)"
)
_UPDATE = sa.text(
    "UPDATE query_templates SET name = :name, folded = :folded, sql = :sql, simple = :simple"
    " WHERE account = :account AND id = :id"
)
_GET = sa.text(f"SELECT {_LIST_FORMS} FROM query_templates WHERE account = :account AND id = :id")
_LIKE = "FROM query_templates WHERE account = :account AND folded LIKE :like ESCAPE '!'"
_COUNT = sa.text(f"SELECT count(*) {_LIKE}")
_LIST = sa.text(f"SELECT {_LIST_FORMS} {_LIKE} ORDER BY created DESC, id DESC LIMIT :limit OFFSET :offset")
_DELETE = sa.text("DELETE FROM query_templates WHERE account = :account AND id = :id")
_ASKED = sa.text(
    "INSERT INTO query_history (id, account, sql, simple, at_ms) VALUES (:id, :account, :sql, :simple, :at_ms)"
)
_HISTORY = sa.text(
    "SELECT id, sql, simple, at_ms FROM query_history WHERE account = :account ORDER BY at_ms DESC, id DESC"
)
_FORGET = sa.text("DELETE FROM query_history WHERE account = :account AND id = :id")
_FORGET_OLD = sa.text(
    "DELETE FROM query_history WHERE account = :account AND id NOT IN (SELECT id FROM query_history"
    " WHERE account = :account ORDER BY at_ms DESC, id DESC LIMIT :most)"
)


class TooManyTemplates(Refusal):
    """The account keeps as many templates as it may."""


class UnknownTemplate(Refusal):
    """The account has no template of this id."""


class Kept(NamedTuple):
    """A question under a name. `simple`: made of conditions alone, without SQL."""

    id: str
    name: str
    sql: str
    simple: bool


class Asked(NamedTuple):
    """A question that was asked, and when, in milliseconds since 1970."""

    id: str
    sql: str
    simple: bool
    at_ms: int


class Saved:
    """The tables `query_templates` and `query_history`. Safe to share between threads."""

    def __init__(self, database: Database, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    def keep(self, account: str, name: str, sql: str, *, simple: bool) -> Kept:
        """A new template; names need not be unique. Raises `TooManyTemplates`."""
        kept = Kept(f"utpl-{_new_tail()}", name, sql, simple)
        with self._database.begin() as connection:
            count = connection.execute(_COUNT, {"account": account, "like": "%"}).scalar()
            if int(count or 0) >= TEMPLATES_MAX:
                raise TooManyTemplates(
                    f"an account keeps at most {TEMPLATES_MAX} templates; delete one first"
                )
            values = kept._asdict() | {"account": account, "folded": name.casefold()}
            connection.execute(_INSERT, values | {"created": int(self._now() * 1000)})
        return kept

    def change(
        self, account: str, template_id: str, *, name: str | None, sql: str | None, simple: bool
    ) -> Kept:
        """The template with what is given and not None; the rest stays. Raises `UnknownTemplate`."""
        with self._database.begin() as connection:
            row = connection.execute(_GET, {"account": account, "id": template_id}).first()
            if row is None:
                raise UnknownTemplate(f"there is no template {template_id[:64]!r}")
            old = _kept(row)
            kept = Kept(old.id, old.name if name is None else name, old.sql if sql is None else sql, simple)
            connection.execute(_UPDATE, kept._asdict() | {"account": account, "folded": kept.name.casefold()})
        return kept

    def template(self, account: str, template_id: str) -> Kept | None:
        """The account's template of this id."""
        with self._database.read() as connection:
            row = connection.execute(_GET, {"account": account, "id": template_id}).first()
        return None if row is None else _kept(row)

    def templates(self, account: str, part: str, *, limit: int, offset: int) -> tuple[int, list[Kept]]:
        """How many templates have `part` in their name, in any case, and those of one page, newest first."""
        asked = {"account": account, "like": f"%{_literal(part.casefold())}%"}
        with self._database.read() as connection:
            count = int(connection.execute(_COUNT, asked).scalar() or 0)
            rows = connection.execute(_LIST, asked | {"limit": limit, "offset": offset}).all()
        return count, [_kept(row) for row in rows]

    def drop(self, account: str, template_id: str) -> None:
        """The account has no template of this id when this returns."""
        with self._database.begin() as connection:
            connection.execute(_DELETE, {"account": account, "id": template_id})

    def ask(self, account: str, sql: str, *, simple: bool) -> Asked:
        """Remember a question; the oldest beyond `HISTORY_MAX` are forgotten."""
        asked = Asked(f"query-{_new_tail()}", sql, simple, int(self._now() * 1000))
        with self._database.begin() as connection:
            connection.execute(_ASKED, asked._asdict() | {"account": account})
            connection.execute(_FORGET_OLD, {"account": account, "most": HISTORY_MAX})
        return asked

    def history(self, account: str) -> list[Asked]:
        """What the account asked, newest first."""
        with self._database.read() as connection:
            rows = connection.execute(_HISTORY, {"account": account}).all()
        return [Asked(row.id, row.sql, bool(row.simple), int(row.at_ms)) for row in rows]

    def forget(self, account: str, query_id: str) -> None:
        """The account's history has no question of this id when this returns."""
        with self._database.begin() as connection:
            connection.execute(_FORGET, {"account": account, "id": query_id})


def _kept(row: sa.Row[tuple[str, str, str, bool]]) -> Kept:
    return Kept(row.id, row.name, row.sql, bool(row.simple))


def _literal(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _new_tail() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
