"""Who may do what: users, roles, policies and who has them, and directories of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Times are seconds since 1970 in UTC. Names are compared without case, and kept as they were written."""
    op.create_table(
        "users",
        sa.Column("id", sa.Text, primary_key=True),  # 18 digits
        sa.Column("account", sa.Text, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("comments", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),  # Active, Inactive
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
        sa.Column("last_login", sa.BigInteger),
    )
    op.create_table(
        "roles",
        sa.Column("id", sa.Text, primary_key=True),  # 18 digits
        sa.Column("account", sa.Text, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("trust", sa.Text, nullable=False),  # JSON, as it was given
        sa.Column("session_seconds_max", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "policies",
        sa.Column("account", sa.Text, sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),  # JSON, as it was given
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "attachments",
        sa.Column("account", sa.Text, sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("principal", sa.Text, primary_key=True),  # the id of a user or a role
        sa.Column("policy_type", sa.Text, primary_key=True),  # System, Custom
        sa.Column("policy_name", sa.Text, primary_key=True),
        sa.Column("created", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "directories",
        sa.Column("id", sa.Text, primary_key=True),  # rd-…
        sa.Column("management_account", sa.Text, sa.ForeignKey("accounts.id"), nullable=False, unique=True),
        sa.Column("created", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "members",
        sa.Column(
            "account", sa.Text, sa.ForeignKey("accounts.id"), primary_key=True
        ),  # in one directory at most
        sa.Column("directory", sa.Text, sa.ForeignKey("directories.id"), nullable=False, index=True),
        sa.Column("joined", sa.BigInteger, nullable=False),
    )
    for table in ("users", "roles", "policies"):
        op.create_index(f"{table}_by_name", table, ["account", sa.text("lower(name)")], unique=True)
    op.create_index("attachments_by_policy", "attachments", ["account", "policy_type", "policy_name"])
    for column in ("user_id", "role_id"):  # whose key, or whose session, it is; empty for the account's own
        op.add_column("credentials", sa.Column(column, sa.Text, nullable=False, server_default=""))
    op.add_column(
        "credentials", sa.Column("policy", sa.Text, nullable=False, server_default="")
    )  # a session's
    op.create_index("credentials_by_user", "credentials", ["user_id"])
    op.execute("INSERT INTO stamps (topic, count) VALUES ('grants', 0)")
