"""How long what is kept, and what it takes: `/v1/retention`.

Only looked at here. The ledger is append-only, so nobody shortens it; how far back search reaches is the operator's to say,
in the settings of the machine, and holds from the next start.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, route
from litestar.concurrency import sync_to_thread
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from msgspec import UNSET, UnsetType

from actiontrail.access.keys import Caller
from actiontrail.api.gate import Gate
from actiontrail.api.routes import Answered, Asked, Route
from actiontrail.api.served import BadQuestion, answered, asking, planning, received, request_id
from actiontrail.query.holding import Holding
from actiontrail.query.search import Seen

PATH = "/v1/retention"
ACTION = "actiontrail:GetRetention"


class Nothing(Asked, frozen=True):
    """Nothing is asked."""


class MonthShown(Answered, frozen=True):
    """How many of the account's records were received in a month (`2026-11`, UTC) and can be searched."""

    month: str
    records: int


class RetentionAnswer(Answered, frozen=True):
    """What is in force, and what a record takes on disk, on average: in the searchable copy, and in the ledger."""

    searchable_days: int
    lookback_days: int
    seen: Seen
    months: list[MonthShown]
    searchable_bytes_a_record: float | UnsetType = UNSET
    ledger_bytes_a_record: float | UnsetType = UNSET


ROUTES = (
    Route(
        name="retention",
        method="GET",
        path=PATH,
        action=ACTION,
        summary="How far back search reaches, what the account has there by month, and what a record takes on disk.",
        group="search",
        answer=RetentionAnswer,
        errors=(BadQuestion,),
    ),
)


@dataclass(frozen=True, slots=True)
class Retention:
    """Answers. `holding` tells what an account has, `seen` how far search sees, `ledger_bytes` what the ledger takes."""

    searchable_days: int
    lookback_days: int
    holding: Callable[[str], Holding]
    seen: Callable[[], Seen]
    ledger_bytes: Callable[[], int]

    def answer(self, caller: Caller) -> RetentionAnswer:
        """What is in force for the caller's account."""
        held, seen = self.holding(caller.account), self.seen()
        return RetentionAnswer(
            searchable_days=self.searchable_days,
            lookback_days=self.lookback_days,
            seen=seen,
            months=[MonthShown(month=one.month, records=one.records) for one in held.months],
            searchable_bytes_a_record=round(held.bytes_a_record, 1) or UNSET,
            ledger_bytes_a_record=round(self.ledger_bytes() / seen.ledger_size, 1)
            if seen.ledger_size
            else UNSET,
        )


def routes(gate: Gate, retention: Retention) -> list[HTTPRouteHandler]:
    """The handler."""

    @route(PATH, http_method=[HttpMethod.GET], include_in_schema=False, name="retention")
    async def look(request: Request[Any, Any, Any]) -> Response[bytes]:
        sent, identity = await received(request), request_id(request)
        plan = planning(sent, Nothing, asking(ACTION, sent), lambda caller, _: retention.answer(caller))
        return answered(await sync_to_thread(gate.perform, sent, identity, plan), identity)

    return [look]
