"""What callers keep of their questions: templates and a history; and which insights an account wants."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Times are milliseconds since 1970 in UTC."""
    op.create_table(
        "query_templates",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, sa.ForeignKey("accounts.id"), nullable=False, index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),  # the name as it is searched by, without case
        sa.Column("sql", sa.Text, nullable=False),
        sa.Column("simple", sa.Boolean, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "query_history",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, sa.ForeignKey("accounts.id"), nullable=False, index=True),
        sa.Column("sql", sa.Text, nullable=False),
        sa.Column("simple", sa.Boolean, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "insight_types",  # the types that are enabled; no row: disabled
        sa.Column("account", sa.Text, sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("type", sa.Text, primary_key=True),
    )
