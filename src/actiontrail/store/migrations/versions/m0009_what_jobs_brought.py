"""Delivery history jobs: how many events and bytes they have brought."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Nobody counted before, so a job that is under way counts from here on."""
    for name in ("events", "bytes"):
        op.add_column("delivery_jobs", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
