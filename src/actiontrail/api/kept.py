"""Questions that are kept, over our own interface: `/v1/queries`, `/v1/query-history`, `/v1/scenes`.

The same templates, history and scenes as those of the public API's advanced queries, by the same policies; here a
question also carries how a page showed it, and the history says how each question ended.
"""

from typing import Annotated

from litestar.handlers import HTTPRouteHandler
from msgspec import UNSET, Meta, UnsetType

from actiontrail.access.keys import Caller
from actiontrail.api.gate import Gate
from actiontrail.api.operations.queries import NAME_CHARS_MAX, PAGE_MAX, SQL_CHARS_MAX, Check
from actiontrail.api.questions import number
from actiontrail.api.routes import Answered, Asked
from actiontrail.api.served import BadQuestion
from actiontrail.api.steps import Nothing, Step, handler, row
from actiontrail.errors import Refusal
from actiontrail.event.moment import rfc3339
from actiontrail.event.selector import split_sql
from actiontrail.query import scenes
from actiontrail.query.saved import (
    VIEW_CHARS_MAX,
    By,
    Change,
    Kept,
    Saved,
    TooManyTemplates,
    UnknownTemplate,
)
from actiontrail.query.saved import Asked as Remembered

GROUP = "search"

Text = Annotated[
    str, Meta(description="A selector, with or without SQL after `|`.", max_length=SQL_CHARS_MAX)
]
Name = Annotated[str, Meta(description="A name; two questions may have the same.", max_length=NAME_CHARS_MAX)]
View = Annotated[
    str, Meta(description="How a page shows it, in the page's own words.", max_length=VIEW_CHARS_MAX)
]


class QueriesAsk(Asked, frozen=True):
    """Which of the kept questions."""

    name: Annotated[str, Meta(description="A part of the name, in any case; empty: all.")] = ""
    limit: Annotated[int, number(1, PAGE_MAX, "Most of a page.")] = PAGE_MAX
    offset: Annotated[int, number(0, 10_000, "How many to pass over.")] = 0


class QueryAsk(Asked, frozen=True):
    """A question that is to be kept."""

    query: Text
    name: Name = ""
    view: View = ""


class QueryChange(Asked, frozen=True):
    """What is to be different; what is not said stays."""

    query: Text | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    view: View | UnsetType = UNSET


class CheckAsk(Asked, frozen=True):
    """A question that is to be tried."""

    query: Text


class ScenesAsk(Asked, frozen=True):
    """Which scenes, and in which language."""

    text: Annotated[
        str, Meta(description="A word in a scene's or its templates' texts, in any case; empty: all.")
    ] = ""
    language: Annotated[str, Meta(description="`zh-CN`, or anything else for English.", max_length=40)] = ""


class QueryShown(Answered, frozen=True):
    """A question that is kept. `simple`: conditions alone, without SQL."""

    id: str
    name: str
    query: str
    simple: bool
    view: str
    by: str
    created: str


class QueryAnswer(Answered, frozen=True):
    """One question."""

    query: QueryShown


class QueriesAnswer(Answered, frozen=True):
    """Kept questions, newest first, and how many there are in all."""

    queries: list[QueryShown]
    total: int


class QueryGone(Answered, frozen=True):
    """It is not kept any more."""


class QueryRun(Answered, frozen=True):
    """A question that was asked. `status`: `done`, `running`, an error's code, or empty where nobody told.

    `tookMs` and `rows` are -1 where nobody told.
    """

    id: str
    query: str
    simple: bool
    view: str
    by: str
    at: str
    status: str
    took_ms: int
    rows: int


class HistoryAnswer(Answered, frozen=True):
    """What the account asked, newest first."""

    history: list[QueryRun]


class CheckAnswer(Answered, frozen=True):
    """Whether a question can be run, and if not, why."""

    runnable: bool
    message: str


class ConditionShown(Answered, frozen=True):
    """One of the conditions that all hold."""

    field: str
    value: str


class TemplateShown(Answered, frozen=True):
    """A question of a scene. `query` is all of it: the conditions, and SQL over what they choose."""

    id: str
    token: str
    name: str
    about: str
    conditions: list[ConditionShown]
    sql: str
    query: str


class SceneShown(Answered, frozen=True):
    """Questions of one kind."""

    id: str
    token: str
    name: str
    about: str
    templates: list[TemplateShown]


class ScenesAnswer(Answered, frozen=True):
    """Scenes with their questions."""

    scenes: list[SceneShown]


class KeptQuestions:
    """Answers about questions that are kept. Safe to share between threads.

    `check` raises a `Refusal` for an account's question that cannot be run.
    """

    def __init__(self, gate: Gate, saved: Saved, check: Check) -> None:
        self.gate = gate
        self._saved = saved
        self._check = check

    def list(self, caller: Caller, _: str, ask: QueriesAsk) -> QueriesAnswer:
        """One page of them."""
        if not 1 <= ask.limit <= PAGE_MAX or ask.offset < 0:
            raise BadQuestion(f"limit may be 1 to {PAGE_MAX}, and offset is at least 0")
        total, page = self._saved.templates(caller.account, ask.name, limit=ask.limit, offset=ask.offset)
        return QueriesAnswer(queries=[_shown(one) for one in page], total=total)

    def get(self, caller: Caller, query_id: str, _: Nothing) -> QueryAnswer:
        """One of them. Raises `UnknownTemplate`."""
        kept = self._saved.template(caller.account, query_id)
        if kept is None:
            raise UnknownTemplate(f"there is no template {query_id[:64]!r}")
        return QueryAnswer(query=_shown(kept))

    def keep(self, caller: Caller, _: str, ask: QueryAsk) -> QueryAnswer:
        """A new one."""
        kept = self._saved.keep(
            caller.account,
            ask.name,
            ask.query,
            simple=is_simple(ask.query),
            by=By(caller.user_name, ask.view),
        )
        return QueryAnswer(query=_shown(kept))

    def change(self, caller: Caller, query_id: str, ask: QueryChange) -> QueryAnswer:
        """What is given is different. Raises `UnknownTemplate`."""
        query = _or_none(ask.query)
        simple = None if query is None else is_simple(query)
        change = Change(_or_none(ask.name), query, simple, _or_none(ask.view))
        kept = self._saved.change(caller.account, query_id, change)
        return QueryAnswer(query=_shown(kept))

    def drop(self, caller: Caller, query_id: str, _: Nothing) -> QueryGone:
        """It is gone; one that there is not is gone already."""
        self._saved.drop(caller.account, query_id)
        return QueryGone()

    def history(self, caller: Caller, _: str, _ask: Nothing) -> HistoryAnswer:
        """What was asked."""
        return HistoryAnswer(history=[_run(one) for one in self._saved.history(caller.account)])

    def forget(self, caller: Caller, query_id: str, _: Nothing) -> QueryGone:
        """It is forgotten; one that is not there is forgotten already."""
        self._saved.forget(caller.account, query_id)
        return QueryGone()

    def check(self, caller: Caller, _: str, ask: CheckAsk) -> CheckAnswer:
        """Whether a question can be run: it is read and planned, and no event is looked at."""
        try:
            self._check(caller.account, ask.query)
        except Refusal as error:
            return CheckAnswer(runnable=False, message=str(error))
        return CheckAnswer(runnable=True, message="")

    def scenes(self, _caller: Caller, _: str, ask: ScenesAsk) -> ScenesAnswer:
        """The catalogue."""
        return ScenesAnswer(
            scenes=[_scene(one, ask.language) for one in scenes.catalogue() if one.speaks_of(ask.text)]
        )


def is_simple(query: str) -> bool:
    """Whether a question is made of conditions alone."""
    return split_sql(query)[1] is None


def _or_none(value: str | UnsetType) -> str | None:
    return None if isinstance(value, UnsetType) else value


def _shown(kept: Kept) -> QueryShown:
    return QueryShown(
        id=kept.id,
        name=kept.name,
        query=kept.sql,
        simple=kept.simple,
        view=kept.view,
        by=kept.by_user,
        created=rfc3339(kept.created),
    )


def _run(asked: Remembered) -> QueryRun:
    return QueryRun(
        id=asked.id,
        query=asked.sql,
        simple=asked.simple,
        view=asked.view,
        by=asked.by_user,
        at=rfc3339(asked.at_ms),
        status=asked.status,
        took_ms=asked.took_ms,
        rows=asked.rows,
    )


def _scene(scene: scenes.Scene, language: str) -> SceneShown:
    return SceneShown(
        id=scene.id,
        token=scene.token,
        name=scene.name.within(language),
        about=scene.about.within(language),
        templates=[
            TemplateShown(
                id=one.id,
                token=one.token,
                name=one.name.within(language),
                about=one.about.within(language),
                conditions=[_condition(condition) for condition in one.when],
                sql=one.sql,
                query=one.query,
            )
            for one in scene.template
        ],
    )


def _condition(text: str) -> ConditionShown:
    field, _, value = text.partition(": ")
    return ConditionShown(field=field, value=value)


_ALL, _ONE = "/v1/queries", "/v1/queries/{id}"
_PAST, _PAST_ONE = "/v1/query-history", "/v1/query-history/{id}"
_TEMPLATE, _HISTORY = "AdvancedQueryTemplate", "AdvancedQueryHistory"
STEPS: tuple[Step[KeptQuestions], ...] = (
    Step("queries", "GET", _ALL, f"actiontrail:Describe{_TEMPLATE}", "The questions that the account keeps, newest first.", QueriesAsk, QueriesAnswer, KeptQuestions.list, (BadQuestion,)),
    Step("keepQuery", "POST", _ALL, f"actiontrail:Create{_TEMPLATE}", "A question is kept under a name.", QueryAsk, QueryAnswer, KeptQuestions.keep, (BadQuestion, TooManyTemplates)),
    Step("query", "GET", _ONE, f"actiontrail:Get{_TEMPLATE}", "A question that is kept.", Nothing, QueryAnswer, KeptQuestions.get, (UnknownTemplate,)),
    Step("changeQuery", "PATCH", _ONE, f"actiontrail:Update{_TEMPLATE}", "A kept question is changed.", QueryChange, QueryAnswer, KeptQuestions.change, (BadQuestion, UnknownTemplate)),
    Step("dropQuery", "DELETE", _ONE, f"actiontrail:Delete{_TEMPLATE}", "A question is kept no more.", Nothing, QueryGone, KeptQuestions.drop),
    Step("queryHistory", "GET", _PAST, f"actiontrail:Describe{_HISTORY}", "What the account asked, newest first, and how it ended.", Nothing, HistoryAnswer, KeptQuestions.history),
    Step("forgetQuery", "DELETE", _PAST_ONE, f"actiontrail:Delete{_HISTORY}", "A question of the history is forgotten.", Nothing, QueryGone, KeptQuestions.forget),
    Step("checkQuery", "POST", "/v1/query-check", f"actiontrail:Create{_HISTORY}", "Whether a question can be run; no event is looked at.", CheckAsk, CheckAnswer, KeptQuestions.check, (BadQuestion,)),
    Step("scenes", "GET", "/v1/scenes", "actiontrail:DescribeScenes", "Questions that investigators ask, by scene.", ScenesAsk, ScenesAnswer, KeptQuestions.scenes, (BadQuestion,)),
)  # fmt: skip


ROUTES = tuple(row(step, GROUP, "The question's id.") for step in STEPS)


def routes(kept: KeptQuestions) -> list[HTTPRouteHandler]:
    """The handlers."""
    return [handler(kept, step) for step in STEPS]
