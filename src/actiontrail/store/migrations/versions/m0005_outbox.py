"""Events of the service's own deeds, on their way to the record."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """A row is deleted once the recorder has acknowledged its event."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text, primary_key=True),  # the event's
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("event", sa.LargeBinary, nullable=False),  # JSON, its secrets masked
        sa.Column("queued", sa.BigInteger, nullable=False, index=True),  # milliseconds since 1970
        sa.Column("held_until", sa.BigInteger, nullable=False),  # the same; the deed may not be over before
    )
