"""Where the store is: a file, or the PostgreSQL server that room.toml names."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from classroom_edge.config import ConfigError, load
from classroom_edge.paths import DataFolder
from classroom_edge.store import Server, Store, StoreError, place_of
from classroom_edge.store.tables import User
from tests.edge.library.postgres import Cluster

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "library_page.py"
ROOM = '[room]\nid = "room"\nname = "三(2)班"\n'
URL = 'url = "postgresql://classroom@db.school:5432/room"\n'
SECRET = "Rather-secret-9"
AT = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)


def place(folder: Path, store: str) -> object:
    (folder / "room.toml").write_text(ROOM + store, "utf-8")
    return place_of(load(folder / "room.toml").store, DataFolder(folder))


def test_without_a_word_it_is_a_file_of_the_data_folder(tmp_path: Path) -> None:
    assert place(tmp_path, "") == tmp_path / "classroom-edge.db"


def test_a_password_comes_from_its_file_and_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    server = place(tmp_path, f'[store]\n{URL}password = {{ file = "secret" }}\n')
    assert isinstance(server, Server)
    assert server.address.password == SECRET
    assert server.address.drivername == "postgresql+psycopg"
    assert SECRET not in f"{server} {server!r} {server.address}"
    assert SECRET in load(tmp_path / "room.toml").secrets()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://db.school/room", "store-url"),
        ("postgresql://db.school/", "store-url"),
        ("postgresql://db.school:99999/room", "store-url"),
        ("postgresql://me:secret@db.school/room", "store-login"),
        ("postgresql://db.school/room?password=secret", "store-login"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_remedy(tmp_path: Path, url: str, code: str) -> None:
    with pytest.raises(ConfigError) as raised:
        place(tmp_path, f'[store]\nurl = "{url}"\n')
    (mistake,) = raised.value.mistakes
    assert (mistake.code, mistake.position.line if mistake.position else 0) == (code, 5)


async def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    server = Server("postgresql+psycopg://me@127.0.0.1:9/room?connect_timeout=2", SECRET)
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:9") as raised:
        async with Store(server):
            pass
    assert SECRET not in str(raised.value)


@pytest.mark.needs("postgresql")
async def test_many_open_a_new_server_at_once_and_see_each_other(server: Cluster) -> None:
    where = server.database()

    async def add(name: str) -> None:
        async with Store(where) as store:
            await store.run(lambda db: db.add(User(name=name, password_hash="x", created_at=AT)))

    async with asyncio.TaskGroup() as tasks:
        for name in ("li", "wang", "chen"):
            tasks.create_task(add(name))
    async with Store(where) as store:
        users = await store.run(lambda db: set(db.scalars(select(User.name))))
    assert users == {"li", "wang", "chen"}


@pytest.mark.needs("postgresql")
def test_a_sample_of_the_benchmark_is_good_on_both() -> None:
    done = subprocess.run(
        [sys.executable, BENCHMARK, "--quick", "--json"],
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    told = json.loads(done.stdout)
    assert (done.returncode, told["good"]) == (0, True), told
    assert set(told["databases"]) == {"sqlite", "postgresql"}
