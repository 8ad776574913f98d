"""What holds for every test."""

import os

import pytest
from hypothesis import HealthCheck, settings

# A run that decides over a change draws the same cases every time; new ones are looked for by `make soak`.
# A busy machine is no fault of the code, and what a random test found must be told so that it can be made again.
settings.register_profile(
    "house",
    deadline=None,
    print_blob=True,
    derandomize=not os.environ.get("ACTIONTRAIL_SOAK"),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes name no test: compressed ones hold the time at which they were made, and each worker has its own."""
    return argname if isinstance(val, bytes) else None
