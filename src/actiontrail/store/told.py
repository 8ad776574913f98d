"""What was told last of things that are changed beside the service, such as a file that a person edits.

A file has no part in a transaction. So what it was when its last change was told is kept here, and whoever
opens the record compares.
"""

import sqlalchemy as sa

from actiontrail.store.database import Database

_GET = sa.text("SELECT value FROM told WHERE name = :name")
_PUT = sa.text(
    "INSERT INTO told (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


class Told:
    """The table `told`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        """What was told last of `name`; None if nothing ever was."""
        with self._database.read() as connection:
            found = connection.execute(_GET, {"name": name}).scalar()
        return None if found is None else str(found)

    def put(self, name: str, value: str) -> None:
        """`value` is told, and with it whatever event this context takes along."""
        with self._database.begin() as connection:
            connection.execute(_PUT, {"name": name, "value": value})
