"""Delivery history jobs: each account counts its own."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """A job that somebody knows keeps its number; the next one of its account follows on the highest."""
    op.add_column("delivery_jobs", sa.Column("number", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE delivery_jobs SET number = id")
    op.create_index("delivery_jobs_by_number", "delivery_jobs", ["account", "number"], unique=True)
    op.create_table(
        "delivery_job_numbers",  # the last that was given, for none is given twice
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
    )
    op.execute(
        "INSERT INTO delivery_job_numbers (account, last) SELECT account, max(id) FROM delivery_jobs GROUP BY account"
    )
