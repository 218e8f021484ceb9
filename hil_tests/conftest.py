"""What is said at the beginning of a run: on which devices it works."""

import pytest

from hil_tests.bench import FILE
from hil_tests.stand import BENCH, IS_REAL


def pytest_report_header(config: pytest.Config) -> str:
    """Name the devices; say so when none of them is real."""
    names = ", ".join(entry.name for entry in BENCH)
    if IS_REAL:
        return f"bench: {names}"
    return f"bench: none ({FILE} is missing), so emulators stand in: {names}"
