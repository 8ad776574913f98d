"""One running server for all clients of a test module."""

from collections.abc import Iterator

import pytest
from tests.kit.house import Endpoint, live


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """The public API on a free port of loopback."""
    with live() as endpoint:
        yield endpoint
