"""The official Node clients against a server that really runs; skipped where Node or they are absent."""

import json
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.kit.house import Endpoint
from tests.kit.lookup import an_event

FOLDER = Path(__file__).parent / "node"
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(
    NODE is None or not (FOLDER / "node_modules").exists(),
    reason="no Node, or tests/sdk/node has no node_modules (npm ci makes them)",
)


def run(client: str, endpoint: Endpoint, secret: str, event_id: str) -> Any:
    made = subprocess.run(
        [str(NODE), "clients.mjs", client, endpoint.address, endpoint.access_key_id, secret, event_id],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(made.stdout.splitlines()[-1])


@pytest.mark.parametrize("client", ["generated", "core"])
def test_a_node_client_finds_an_event(endpoint: Endpoint, client: str) -> None:
    """Another language, other libraries, the same signature."""
    event_id = f"节点 {client}*~"
    endpoint.record([an_event(event_id, at=datetime.fromtimestamp(time.time() - 60, UTC))])

    assert run(client, endpoint, endpoint.access_key_secret, event_id) == {"found": [event_id]}


@pytest.mark.parametrize("client", ["generated", "core"])
def test_a_node_client_understands_a_refusal(endpoint: Endpoint, client: str) -> None:
    """Its callers decide by the code."""
    assert run(client, endpoint, "wrong", "E")["code"] == "SignatureDoesNotMatch"
