"""Roles and users that a test needs to be there, whoever made them first."""

from actiontrail.access.grants import Grants
from actiontrail.access.roles import Role, Roles, UnknownRole
from actiontrail.store.database import Database


def a_role(
    database: Database, account: str, name: str = "auditor", *, policy: str = "AdministratorAccess"
) -> Role:
    """The role of this name, which has the system's `policy`."""
    roles = Roles(database)
    try:
        return roles.get(account, name)
    except UnknownRole:
        made = roles.create(account, name)
        Grants(database).attach(made, "System", policy)
        return made
