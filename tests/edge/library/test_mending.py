"""The database file damaged, cut short or gone: nothing is lost silently, and the room goes on."""

import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from classroom_edge.library.catalogue import Catalogue
from classroom_edge.library.entry import Entry, Query
from classroom_edge.library.roots import Roots
from classroom_edge.store import Store
from classroom_edge.store.mending import copy_of, keep_copy, mend
from classroom_edge.store.tables import User
from tests.edge.library.shelves import fill

AT = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)


async def listed(file: Path, folder: Path) -> tuple[tuple[Entry, ...], list[str]]:
    """Open a database as a daemon does; give the catalogue's list, and who has an account."""
    async with Store(file) as store:
        catalogue = Catalogue(roots=Roots(folder), store=store)
        await catalogue.take_up()
        users = await store.run(lambda db: list(db.scalars(select(User.name))))
        return (await catalogue.page(Query(limit=200))).items, users


@pytest.fixture
async def room(tmp_path: Path) -> tuple[Path, Path, tuple[Entry, ...]]:
    """A room with recordings, an account and a copy of its database."""
    file, folder = tmp_path / "room.db", tmp_path / "recordings"
    fill(folder, 12)
    async with Store(file) as store:
        await store.run(lambda db: db.add(User(name="li", password_hash="x", created_at=AT)))
    items, _users = await listed(file, folder)
    return file, folder, items


Room = tuple[Path, Path, tuple[Entry, ...]]


async def test_a_sound_file_is_left_alone(room: Room) -> None:
    file, _folder, _items = room
    before = file.read_bytes()
    assert mend(file) is None
    assert file.read_bytes() == before
    assert mend(file.with_name("new.db")) is None


@pytest.mark.parametrize("seed", range(12))
async def test_a_file_garbled_at_random_costs_no_recording_and_no_account(
    room: Room, seed: int
) -> None:
    file, folder, items = room
    assert keep_copy(file)
    chance, data = random.Random(seed), bytearray(file.read_bytes())
    for _page in range(chance.randrange(1, 12)):
        at = chance.randrange(len(data) - 600)
        data[at : at + 600] = chance.randbytes(600)
    file.write_bytes(bytes(data))
    mended = mend(file)
    found, users = await listed(file, folder)
    assert found == items
    if mended:
        assert mended.aside is not None
        assert mended.aside.read_bytes() == bytes(data)
        assert users == ["li"]


@pytest.mark.parametrize("size", [0, 1, 100, 4096, 5000, 40_000])
async def test_a_file_cut_short_is_set_aside_and_the_copy_takes_its_place(
    room: Room, size: int
) -> None:
    file, folder, items = room
    keep_copy(file)
    with file.open("rb+") as opened:
        opened.truncate(size)
    mended = mend(file)
    assert mended is not None
    assert mended.copied_at is not None
    assert mended.aside is not None
    assert mended.aside.stat().st_size == size
    assert await listed(file, folder) == (items, ["li"])


async def test_a_file_that_is_gone_comes_back_from_its_copy(room: Room) -> None:
    file, folder, items = room
    keep_copy(file)
    file.unlink()
    mended = mend(file)
    assert mended is not None
    assert mended.aside is None
    assert await listed(file, folder) == (items, ["li"])


async def test_without_a_copy_the_catalogue_comes_back_all_the_same(room: Room) -> None:
    file, folder, items = room
    file.write_bytes(b"no database " * 1000)
    mended = mend(file)
    assert mended is not None
    assert mended.copied_at is None
    assert await listed(file, folder) == (items, [])


async def test_a_damaged_copy_is_no_copy(room: Room) -> None:
    file, folder, items = room
    keep_copy(file)
    copy_of(file).write_bytes(b"x" * 9000)
    file.write_bytes(b"y" * 9000)
    mended = mend(file)
    assert mended is not None
    assert mended.copied_at is None
    assert await listed(file, folder) == (items, [])


async def test_a_copy_is_made_once_a_day_while_others_write(room: Room) -> None:
    file, folder, items = room
    async with Store(file) as store:
        assert keep_copy(file)
        assert not keep_copy(file)
        await store.run(lambda db: db.add(User(name="wang", password_hash="x", created_at=AT)))
    assert copy_of(file).stat().st_mode & 0o777 == 0o600
    assert await listed(copy_of(file), folder) == (items, ["li"])


async def test_a_column_that_lost_its_name_is_damage(room: Room) -> None:
    file, folder, items = room
    keep_copy(file)
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("ALTER TABLE recordings RENAME COLUMN words TO worts")
    assert mend(file) is not None
    assert await listed(file, folder) == (items, ["li"])
