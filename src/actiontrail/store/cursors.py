"""Where each follower stands: the next index it takes.

`advance` is durable when it returns. It moves forward only, so that a follower that was slow to die
cannot take a newer one back; `rewind` is for rebuilding.
"""

import sqlalchemy as sa

from actiontrail.store.database import Database

_POSITION = sa.text("SELECT position FROM cursors WHERE name = :name")
_ALL = sa.text("SELECT name, position FROM cursors ORDER BY name")
_ADVANCE = sa.text(
    "INSERT INTO cursors (name, position) VALUES (:name, :position)"
    " ON CONFLICT (name) DO UPDATE SET position = excluded.position WHERE cursors.position < excluded.position"
)
_REWIND = sa.text("DELETE FROM cursors WHERE name = :name")


class Cursors:
    """The table `cursors`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def position(self, name: str) -> int:
        """The next index that `name` takes; 0 for one that never took any."""
        with self._database.read() as connection:
            return int(connection.execute(_POSITION, {"name": name}).scalar() or 0)

    def positions(self) -> dict[str, int]:
        """Every follower's position, by name."""
        with self._database.read() as connection:
            return {name: int(position) for name, position in connection.execute(_ALL)}

    def advance(self, name: str, position: int) -> None:
        """`name` has taken everything before `position`."""
        with self._database.begin() as connection:
            connection.execute(_ADVANCE, {"name": name, "position": position})

    def rewind(self, name: str) -> None:
        """`name` begins again at 0."""
        with self._database.begin() as connection:
            connection.execute(_REWIND, {"name": name})
