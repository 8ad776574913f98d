"""Both kinds of control database, each as two processes have it."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from tests.kit.postgres import postgres

from actiontrail.store import database as store
from actiontrail.store.database import Database


class Place(NamedTuple):
    """Where a database is, and how another process opens the same one."""

    folder: Path
    url: str

    def open(self) -> Database:
        return Database.open(self.folder, self.url)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return Place(tmp_path, "")
    monkeypatch.setattr(store, "WATCH_SECONDS", 1e-9)  # what is seen after half a second is seen at once
    url: str = request.getfixturevalue("server")
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return Place(tmp_path, url)


@pytest.fixture
def pair(place: Place) -> Iterator[tuple[Database, Database]]:
    """The same database, as two processes have it."""
    one, two = place.open(), place.open()
    yield one, two
    one.close()
    two.close()
