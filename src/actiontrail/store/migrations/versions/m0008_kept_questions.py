"""Kept questions: how a page showed them and who kept them; of a question that was asked, by whom and how it ended."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """What was kept before is shown as a page shows anything, and tells nobody."""
    for table in ("query_templates", "query_history"):
        op.add_column(table, sa.Column("view", sa.Text, nullable=False, server_default=""))
        op.add_column(table, sa.Column("by_user", sa.Text, nullable=False, server_default=""))
    op.add_column("query_history", sa.Column("status", sa.Text, nullable=False, server_default=""))
    op.add_column("query_history", sa.Column("took_ms", sa.BigInteger, nullable=False, server_default="-1"))
    op.add_column(
        "query_history", sa.Column("rows_found", sa.BigInteger, nullable=False, server_default="-1")
    )
