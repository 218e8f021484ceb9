"""A pretend Opencast on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom_edge.library.opencast.pretend.gate import Gate
from classroom_edge.library.opencast.pretend.server import Pretence, Server, served


@pytest.fixture
def opencast(tmp_path: Path) -> Iterator[Server]:
    with served(Pretence(folder=tmp_path / "opencast", gate=Gate("agent", "secret"))) as server:
        yield server
