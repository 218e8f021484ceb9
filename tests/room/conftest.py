"""One demo for the tests that leave it as they found it."""

from collections.abc import Iterator

import pytest

from tests.room.demo_room import DemoRoom, demo_room


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoRoom]:
    with demo_room(tmp_path_factory.mktemp("demo") / "教室 data") as room:
        yield room
