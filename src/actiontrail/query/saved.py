"""Questions that callers keep: templates with a name, and the history of what they asked. Owns two tables.

Each belongs to one account, and no call reaches another's. What a call wrote is durable when it returns. The
history keeps the newest questions only. A `view` is how a page showed a question, in the page's own words: it is
kept as it is given.
"""

import base64
import secrets
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import sqlalchemy as sa

from actiontrail.errors import Refusal
from actiontrail.store.database import Database

TEMPLATES_MAX = 1000  # of one account
HISTORY_MAX = 200  # of one account; the oldest go first
VIEW_CHARS_MAX = 8192
_LIST_FORMS = "id, name, sql, simple, view, by_user, created"
_INSERT = sa.text(
    "INSERT INTO query_templates (id, account, name, folded, sql, simple, view, by_user, created)"
    " VALUES (:id, :account, :name, :folded, :sql, :simple, :view, :by_user, :created)"
)
_UPDATE = sa.text(
    "UPDATE query_templates SET name = :name, folded = :folded, sql = :sql, simple = :simple, view = :view"
    " WHERE account = :account AND id = :id"
)
_GET = sa.text(f"SELECT {_LIST_FORMS} FROM query_templates WHERE account = :account AND id = :id")
_LIKE = "FROM query_templates WHERE account = :account AND folded LIKE :like ESCAPE '!'"
_COUNT = sa.text(f"SELECT count(*) {_LIKE}")
_LIST = sa.text(f"SELECT {_LIST_FORMS} {_LIKE} ORDER BY created DESC, id DESC LIMIT :limit OFFSET :offset")
_DELETE = sa.text("DELETE FROM query_templates WHERE account = :account AND id = :id")
_ASKED = sa.text(
    "INSERT INTO query_history (id, account, sql, simple, at_ms, by_user, view, status, took_ms, rows_found)"
    " VALUES (:id, :account, :sql, :simple, :at_ms, :by_user, :view, :status, :took_ms, :rows)"
)
_ENDED = sa.text(
    "UPDATE query_history SET status = :status, took_ms = :took_ms, rows_found = :rows"
    " WHERE account = :account AND id = :id"
)
_HISTORY = sa.text(
    "SELECT id, sql, simple, at_ms, by_user, view, status, took_ms, rows_found FROM query_history"
    " WHERE account = :account ORDER BY at_ms DESC, id DESC"
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
    """A question under a name. `simple`: made of conditions alone, without SQL. Times are milliseconds since 1970."""

    id: str
    name: str
    sql: str
    simple: bool
    view: str = ""
    by_user: str = ""
    created: int = 0


class Asked(NamedTuple):
    """A question that was asked: when, by whom, and how it ended.

    `status` is empty where nobody told, `running`, `done`, or the code of the error; `took_ms` and `rows` are -1 where
    nobody told.
    """

    id: str
    sql: str
    simple: bool
    at_ms: int
    by_user: str = ""
    view: str = ""
    status: str = ""
    took_ms: int = -1
    rows: int = -1


class Change(NamedTuple):
    """What of a template is to be different; None stays as it is."""

    name: str | None = None
    sql: str | None = None
    simple: bool | None = None
    view: str | None = None


RUNNING, DONE = "running", "done"


class By(NamedTuple):
    """Who keeps or asks a question, and how a page showed it."""

    user: str = ""
    view: str = ""


NOBODY = By()


class Saved:
    """The tables `query_templates` and `query_history`. Safe to share between threads."""

    def __init__(self, database: Database, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    def keep(self, account: str, name: str, sql: str, *, simple: bool, by: By = NOBODY) -> Kept:
        """A new template; names need not be unique. Raises `TooManyTemplates`."""
        kept = Kept(
            f"utpl-{_new_tail()}", name, sql, simple, by.view, by.user, created=int(self._now() * 1000)
        )
        with self._database.begin() as connection:
            count = connection.execute(_COUNT, {"account": account, "like": "%"}).scalar()
            if int(count or 0) >= TEMPLATES_MAX:
                raise TooManyTemplates(
                    f"an account keeps at most {TEMPLATES_MAX} templates; delete one first"
                )
            connection.execute(_INSERT, kept._asdict() | {"account": account, "folded": name.casefold()})
        return kept

    def change(self, account: str, template_id: str, change: Change) -> Kept:
        """The template with what is given and not None; the rest stays. Raises `UnknownTemplate`."""
        with self._database.begin() as connection:
            row = connection.execute(_GET, {"account": account, "id": template_id}).first()
            if row is None:
                raise UnknownTemplate(f"there is no template {template_id[:64]!r}")
            given: dict[str, Any] = {
                name: value for name, value in change._asdict().items() if value is not None
            }
            kept = _kept(row)._replace(**given)
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

    def ask(self, account: str, sql: str, *, simple: bool, by: By = NOBODY, status: str = "") -> Asked:
        """Remember a question; the oldest beyond `HISTORY_MAX` are forgotten."""
        asked = Asked(f"query-{_new_tail()}", sql, simple, int(self._now() * 1000), by.user, by.view, status)
        with self._database.begin() as connection:
            connection.execute(_ASKED, asked._asdict() | {"account": account})
            connection.execute(_FORGET_OLD, {"account": account, "most": HISTORY_MAX})
        return asked

    def ended(self, account: str, asked: Asked, status: str, *, rows: int = -1) -> None:
        """The history says how the question ended, and how long after it was asked; unless it was forgotten meanwhile."""
        took_ms = max(int(self._now() * 1000) - asked.at_ms, 0)
        values = {"account": account, "id": asked.id, "status": status, "took_ms": took_ms, "rows": rows}
        with self._database.begin() as connection:
            connection.execute(_ENDED, values)

    def history(self, account: str) -> list[Asked]:
        """What the account asked, newest first."""
        with self._database.read() as connection:
            rows = connection.execute(_HISTORY, {"account": account}).all()
        return [
            Asked(
                row.id,
                row.sql,
                bool(row.simple),
                int(row.at_ms),
                row.by_user,
                row.view,
                row.status,
                int(row.took_ms),
                int(row.rows_found),
            )
            for row in rows
        ]

    def forget(self, account: str, query_id: str) -> None:
        """The account's history has no question of this id when this returns."""
        with self._database.begin() as connection:
            connection.execute(_FORGET, {"account": account, "id": query_id})


def _kept(row: sa.Row[tuple[str, str, str, bool, str, str, int]]) -> Kept:
    return Kept(row.id, row.name, row.sql, bool(row.simple), row.view, row.by_user, int(row.created))


def _literal(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _new_tail() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
