"""What holds for every test."""

import pytest


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes name no test: compressed ones hold the time at which they were made, and each worker has its own."""
    return argname if isinstance(val, bytes) else None
