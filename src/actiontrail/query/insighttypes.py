"""Which kinds of insight an account wants to be told of. Owns the table `insight_types`; a missing row means no."""

import sqlalchemy as sa

from actiontrail.errors import Refusal
from actiontrail.store.database import Database

TYPES = (
    "ApiCallRateInsight",
    "ApiErrorRateInsight",
    "IpInsight",
    "AkInsight",
    "PolicyChangeInsight",
    "PasswordChangeInsight",
    "TrailConcealmentInsight",
)
_ALL = sa.text("SELECT type FROM insight_types WHERE account = :account")
_ENABLE = sa.text(
    "INSERT INTO insight_types (account, type) VALUES (:account, :type) ON CONFLICT (account, type) DO NOTHING"
)
_DISABLE = sa.text("DELETE FROM insight_types WHERE account = :account AND type = :type")


class InsightNotAvailable(Refusal):
    """There is no insight of this type to be enabled."""


class InsightNotValid(Refusal):
    """There is no insight of this type to be disabled."""


class InsightTypes:
    """The table. What a call wrote is durable when it returns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enabled(self, account: str) -> frozenset[str]:
        """The types that the account wants."""
        with self._database.read() as connection:
            return frozenset(row.type for row in connection.execute(_ALL, {"account": account}))

    def enable(self, account: str, kind: str) -> None:
        """The account wants `kind`, also if it did before. Raises `InsightNotAvailable`."""
        if kind not in TYPES:
            raise InsightNotAvailable(f"there is no insight {kind[:40]!r}; there are {', '.join(TYPES)}")
        with self._database.begin() as connection:
            connection.execute(_ENABLE, {"account": account, "type": kind})

    def disable(self, account: str, kind: str) -> None:
        """The account does not want `kind`, also if it did not before. Raises `InsightNotValid`."""
        if kind not in TYPES:
            raise InsightNotValid(f"there is no insight {kind[:40]!r}; there are {', '.join(TYPES)}")
        with self._database.begin() as connection:
            connection.execute(_DISABLE, {"account": account, "type": kind})
