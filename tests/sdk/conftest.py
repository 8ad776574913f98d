"""Running servers for the clients: the public API over documents in memory, and the whole service."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.kit.house import Endpoint, live
from tests.kit.service import House, a_service

from actiontrail.access.keys import Keys
from actiontrail.access.seal import Sealer
from actiontrail.store.database import Database

SEEN_SECONDS = 120


@pytest.fixture(scope="module", params=["in memory", "whole service"])
def endpoint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """Each server in turn, one for all tests of a module."""
    if request.param == "in memory":
        with live() as endpoint:
            yield endpoint
    else:
        with whole(tmp_path_factory.mktemp("service") / "data") as endpoint:
            yield endpoint


@contextmanager
def whole(data: Path) -> Iterator[Endpoint]:
    """Recorder and reader as they are run; keys are changed beside them, as the command line does."""
    with a_service(data) as house:
        database = Database.open(data)
        made = house.created
        yield Endpoint(
            "127.0.0.1",
            house.running.port,
            made.account_id,
            made.access_key_id,
            made.access_key_secret,
            database,
            Keys(database, Sealer.open(data / "keys")),
            lambda documents: record(house, documents),
        )
        database.close()


def record(house: House, documents: list[dict[str, Any]]) -> None:
    """Post them, and wait until the last is found: recorded is at once, searchable within a second."""
    body = b"\n".join(msgspec.json.encode(document) for document in documents)
    answer = house.client.post("/v1/events", body)
    assert answer.status == 200, answer.json
    wanted = {"LookupAttribute.1.Key": "EventId", "LookupAttribute.1.Value": documents[-1]["eventId"]}
    deadline = time.monotonic() + SEEN_SECONDS
    while not house.client.rpc("LookupEvents", **wanted).json.get("Events"):
        assert time.monotonic() < deadline, house.running.log
        threading.Event().wait(0.05)
