"""How much an account has in the searchable copy, by month, and what a record costs there on disk.

A month's count is the account's own. The cost of a record is an average over everybody's: it tells of nobody.
"""

from typing import NamedTuple

from actiontrail.errors import Outage, Refusal
from actiontrail.query import schema
from actiontrail.query.compile import Bindings
from actiontrail.query.engine import Limits
from actiontrail.query.projection import Projection

MONTHS_MAX = 1200
_DATABASE, _TABLE = schema.TABLE.split(".")
_COST = (
    "SELECT sum(rows), sum(bytes_on_disk) FROM system.parts"
    f" WHERE active AND database = '{_DATABASE}' AND table = '{_TABLE}'"
)


class Month(NamedTuple):
    """A month of the recorder's clock, `2026-11`, and how many of the account's records were received in it."""

    month: str
    records: int


class Holding(NamedTuple):
    """What an account has, the earliest month first; and the bytes of a record, 0 where nothing tells them."""

    months: tuple[Month, ...]
    bytes_a_record: float


def holding(projection: Projection, account: str, limits: Limits | None = None) -> Holding:
    """What `account` has in the copy now."""
    bound = Bindings()
    sql = (
        f"SELECT formatDateTime(received, '%Y-%m', 'UTC') AS month, count() FROM {schema.TABLE}"
        f" WHERE account = {bound.text(account)} GROUP BY month ORDER BY month LIMIT {MONTHS_MAX}"
    )
    months = projection.engine.rows(sql, bound.values, limits=limits)
    try:
        rows, size = projection.engine.rows(_COST)[0]
    except (Refusal, Outage):  # a server of its own may keep its tables of parts to itself
        rows, size = 0, 0
    return Holding(
        tuple(Month(str(month), int(count)) for month, count in months), size / rows if rows else 0.0
    )
