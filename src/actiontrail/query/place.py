"""Where in the ledger an event is."""

import time
from typing import TYPE_CHECKING

from actiontrail.errors import Outage, Refusal

if TYPE_CHECKING:  # the recorder knows the refusal, and never loads the engine
    from actiontrail.query.engine import Limits
    from actiontrail.query.projection import Projection

RETRY_SECONDS = 1.0
PATIENCE_SECONDS = 2.0  # what is recorded is searchable half a second later, or a little more
LOOK_SECONDS = 0.02


class NoSuchEvent(Refusal):
    """The account has no event of this id; or, if the searchable copy is limited, none received `since`."""

    def __init__(self, event_id: str, since: str = "") -> None:
        where = f" among those received since {since}; older ones are not searchable" if since else ""
        super().__init__(f"this account has no event with the id {event_id[:100]!r}{where}")
        self.event_id = event_id


def index_of(
    projection: "Projection", account: str, event_id: str, *, size: int, limits: "Limits | None" = None
) -> int:
    """The index of the account's first record with this event id, in a ledger of `size`.

    Records that are not searchable yet are waited for, two seconds at most. Raises `NoSuchEvent`, but an `Outage` if
    there still are such records: the event may be among them.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    seen = projection.size()
    while (found := _first(projection, account, event_id, limits)) is None and seen < size:
        while (further := projection.size()) == seen:
            if time.monotonic() >= until:
                raise Outage(
                    f"no event of this id is among the {seen} records that are searchable; {size - seen} are not yet",
                    retry_after=RETRY_SECONDS,
                )
            time.sleep(LOOK_SECONDS)
        seen = further
    if found is None:
        raise NoSuchEvent(event_id, projection.reach.told())
    return found


def _first(projection: "Projection", account: str, event_id: str, limits: "Limits | None") -> int | None:
    from actiontrail.query import schema
    from actiontrail.query.compile import Bindings, hint

    bound = Bindings()
    sql = (
        f"SELECT idx FROM {schema.TABLE} WHERE account = {bound.text(account)} AND event_id = {bound.text(event_id)}"
        f"{hint(event_id, bound)} ORDER BY idx LIMIT 1"
    )
    found = projection.engine.rows(sql, bound.values, limits=limits)
    return int(found[0][0]) if found else None
