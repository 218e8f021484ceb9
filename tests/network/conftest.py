"""Schools in network namespaces, with the net between them emulated."""

from collections.abc import Iterator

import pytest

from classroom_media.emulate.networks import Schools


@pytest.fixture
def schools() -> Iterator[Schools]:
    with Schools(seed=1) as schools:
        yield schools
