"""Signing in to the console: passwords, one-time codes, sessions, wrong guesses, links from single sign-on, set-up links."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Times are seconds since 1970 in UTC. Of secrets that are only compared, the hash is kept."""
    op.create_table(
        "passwords",
        sa.Column("user_id", sa.Text, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("hash", sa.Text, nullable=False),  # Argon2id, with its salt and cost
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("must_change", sa.Boolean, nullable=False),
    )
    op.create_table(
        "totp",
        sa.Column("user_id", sa.Text, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("secret", sa.LargeBinary, nullable=False),  # sealed
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.Column("last_step", sa.BigInteger, nullable=False),  # no code of it or before it is taken again
        sa.Column("recovery", sa.Text, nullable=False),  # a JSON list of hashes
    )
    op.create_table(
        "console_sessions",
        sa.Column("secret", sa.Text, primary_key=True),  # the hash of what the browser holds
        sa.Column("id", sa.Text, nullable=False, unique=True),  # by which it is listed
        sa.Column("user_id", sa.Text, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("begun", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("ends", sa.BigInteger, nullable=False),
        sa.Column("mfa", sa.Boolean, nullable=False),
        sa.Column("method", sa.Text, nullable=False),  # password, oidc, setup
        sa.Column("bound", sa.Text, nullable=False),  # what has to be done first: password, totp, or nothing
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
    )
    op.create_index("console_sessions_by_user", "console_sessions", ["user_id"])
    op.create_table(
        "guesses",
        sa.Column("name", sa.Text, primary_key=True),  # a hash of the account and the name that was tried
        sa.Column("failures", sa.BigInteger, nullable=False),
        sa.Column("locked_until", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Text, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("issuer", "user_id"),
    )
    op.create_table(
        "setups",
        sa.Column("token", sa.Text, primary_key=True),  # a hash
        sa.Column("account", sa.Text, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("ends", sa.BigInteger, nullable=False),
    )
