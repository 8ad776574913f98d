"""Roles and users that a test needs to be there, whoever made them first."""

from actiontrail.access.grants import Grants
from actiontrail.access.roles import Role, Roles, UnknownRole
from actiontrail.access.users import User, Users
from actiontrail.store.database import Database


def a_user(database: Database, account: str, name: str, *policies: str) -> User:
    """A new user with these policies of the system's."""
    made = Users(database).create(account, name)
    for policy in policies:
        Grants(database).attach(made, "System", policy)
    return made


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
