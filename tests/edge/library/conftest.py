"""A shelf of recordings on each kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom_edge.store import Place
from tests.edge.library.postgres import Cluster, cluster


@pytest.fixture(scope="session")
def server() -> Iterator[Cluster]:
    """One server for all tests of a process."""
    with cluster() as made:
        yield made


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))]
)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Give an empty database, once of each kind."""
    if request.param == "sqlite":
        return tmp_path / "room.db"
    made: Cluster = request.getfixturevalue("server")
    return made.database()
