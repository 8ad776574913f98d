"""What holds for every test."""

import pytest
from hypothesis import settings

# A busy machine is no fault of the code; and what a random test found must be told so that it can be made again.
settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes name no test: compressed ones hold the time at which they were made, and each worker has its own."""
    return argname if isinstance(val, bytes) else None
