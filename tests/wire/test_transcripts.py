"""The public API to the letter: every transcript's answers come back as they are written."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.kit.caller import NOW
from tests.kit.house import a_still_rpc
from tests.kit.lookup import Shelf, an_event
from tests.wire import transcripts

FOLDER = Path(__file__).parent
EXCHANGES = [
    pytest.param(exchange, id=f"{path.stem}: {exchange.title}")
    for path in sorted(FOLDER.glob("*.txt"))
    for exchange in transcripts.read(path)
]


def a_shelf() -> Shelf:
    """Three events of ours, seconds apart, and one of a stranger."""
    shelf = Shelf()
    at = lambda second: datetime.fromtimestamp(NOW - 100 + second, UTC)  # noqa: E731
    alice = {"userName": "Alice", "type": "ram-user"}
    shelf.put(an_event("E1", at=at(0), userIdentity=alice))
    shelf.put(an_event("E2", at=at(1), eventName="DeleteInstance", resourceName="i-1<&>"))
    shelf.put(an_event("E3", at=at(2), serviceName="Ram", eventName="CreateUser", requestId="R3"))
    shelf.put(an_event("X1", at=at(3)), account="1000000000000002")
    return shelf


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_an_answer_is_what_its_transcript_says(exchange: transcripts.Exchange) -> None:
    """Clients parse these bytes; a change to them is a change to the contract."""
    reply = a_still_rpc(a_shelf(), NOW).reply(*exchange.sent())

    actual = transcripts.shown(reply.status, reply.headers["content-type"], reply.body)
    if os.environ.get("ACTIONTRAIL_SHOW_TRANSCRIPTS"):
        print(f"# {exchange.title}\n" + "\n".join(f"> {line}" for line in exchange.request))  # noqa: T201
        print("\n".join(f"< {line}" for line in actual.splitlines()), end="\n\n")  # noqa: T201
    assert actual == exchange.expected
