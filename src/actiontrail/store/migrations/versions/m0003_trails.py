"""Trails: what goes where, how far each courier is, backfills, and what was delivered when."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Times are seconds since 1970 in UTC unless a name says otherwise; ranges of the ledger are half-open."""
    _trails()
    _places()
    _jobs()
    op.create_table(
        "delivery_figures",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("trail", sa.Text, primary_key=True),
        sa.Column("figure", sa.Text, primary_key=True),
        sa.Column("minute", sa.BigInteger, primary_key=True),  # minutes since 1970
        sa.Column("count", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "trail_counts",  # how many trails were enabled after the last change of a day
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "global_events",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("region", sa.Text, nullable=False),
    )


def _trails() -> None:
    op.create_table(
        "trails",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("home_region", sa.Text, nullable=False),
        sa.Column("organization", sa.Text, nullable=False),  # rd-…, or empty
        sa.Column("status", sa.Text, nullable=False),  # Fresh, Enable, Disable
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
        sa.Column("started", sa.BigInteger),
        sa.Column("stopped", sa.BigInteger),
        sa.Column("revision", sa.BigInteger, nullable=False),  # counted up with each change to its spans
        sa.Column("settings", sa.Text, nullable=False),
        sa.UniqueConstraint("account", "name"),
    )
    op.create_table(
        "trail_spans",  # which records a trail is about, and by which rules it chooses among them
        sa.Column("trail", sa.Text, sa.ForeignKey("trails.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("start", sa.BigInteger, primary_key=True),
        sa.Column("stop", sa.BigInteger),  # none: it still grows
        sa.Column("rules", sa.Text, nullable=False),
    )


def _places() -> None:
    op.create_table(
        "trail_places",  # one courier each
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column(
            "trail", sa.Text, sa.ForeignKey("trails.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("slot", sa.Text, nullable=False),  # tells places of one kind apart
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("means", sa.LargeBinary, nullable=False),  # how it is written to, sealed
        sa.Column("job", sa.BigInteger),  # of a backfill
        sa.Column("given", sa.Text, nullable=False),  # of a backfill: what the place has already
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("run_start", sa.BigInteger),  # where its first batch started
        sa.Column("position", sa.BigInteger),  # where the next batch starts; none before the first start
        sa.Column("scanned", sa.BigInteger),  # nothing was chosen from `position` to here
        sa.Column("until", sa.BigInteger),  # where it ends for good
        sa.Column("batch_end", sa.BigInteger),  # the batch under way, and all that decides its bytes
        sa.Column("batch_sealed_ms", sa.BigInteger),
        sa.Column("batch_checkpoint", sa.LargeBinary),
        sa.Column("delivered", sa.BigInteger),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("failed", sa.BigInteger),
    )


def _jobs() -> None:
    op.create_table(
        "delivery_jobs",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("account", sa.Text, nullable=False, index=True),
        sa.Column("trail", sa.Text, nullable=False),
        sa.Column("trail_name", sa.Text, nullable=False),
        sa.Column("home_region", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),  # 0 beginning, 1 at work, 2 done, 3 failed
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
        sa.Column("start_ms", sa.BigInteger, nullable=False),  # the range of events' own times
        sa.Column("end_ms", sa.BigInteger, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),  # the range of the ledger
        sa.Column("stop", sa.BigInteger, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("addresses", sa.Text, nullable=False),
        sa.Column("regions", sa.Text, nullable=False),  # of the events that it brought so far
        sa.Column("error", sa.Text, nullable=False),
        sqlite_autoincrement=True,  # an id is never given twice
    )
