"""The database of accounts: made, migrated, kept to its owner, and honest when it is broken."""

import asyncio
import sqlite3
import stat
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from classroom_edge.store import Store, StoreError
from classroom_edge.store.audit import KEPT, note
from classroom_edge.store.tables import AuditEntry, Table, User
from tests.edge.website import NAME, eventually, school

AT = datetime(2026, 11, 22, 10, 15, 0, 123456, tzinfo=UTC)


async def test_the_migrations_make_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    async with Store(tmp_path / "三班 100% new?" / "room.db") as store:
        differences = await store.run(
            lambda db: compare_metadata(MigrationContext.configure(db.connection()), Table.metadata)
        )
    assert differences == []


async def test_what_was_written_is_there_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "room.db"
    async with Store(path) as store:
        await store.run(lambda db: db.add(User(name="li", password_hash="x", created_at=AT)))
    async with Store(path) as store:
        user = await store.run(lambda db: db.scalars(select(User)).one())
    assert (user.name, user.created_at) == ("li", AT)


async def test_work_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    async with Store(tmp_path / "room.db") as store:
        with pytest.raises(StoreError, match="UNIQUE"):
            await store.run(
                lambda db: db.add_all(
                    User(name="li", password_hash="x", created_at=AT) for _ in range(2)
                )
            )
        assert await store.run(lambda db: db.scalars(select(User)).all()) == []


async def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    async with Store(tmp_path / "room.db"):
        for path in tmp_path.glob("room.db*"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_another_process_may_write_at_the_same_time(tmp_path: Path) -> None:
    async with Store(tmp_path / "room.db") as one, Store(tmp_path / "room.db") as other:
        await one.run(lambda db: db.add(User(name="li", password_hash="x", created_at=AT)))
        assert await other.run(lambda db: db.scalars(select(User.name)).all()) == ["li"]


def is_migrating() -> bool:
    return any(thread.name.startswith("store") for thread in threading.enumerate())


async def test_several_parts_of_a_room_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    async def opens(name: str) -> None:
        async with Store(tmp_path / name):
            pass

    async with asyncio.TaskGroup() as tasks:
        for name in ("hub.db", "hub.db", "hub.db", "site.db"):
            tasks.create_task(opens(name))


async def test_a_start_that_is_called_off_leaves_nothing_running(tmp_path: Path) -> None:
    async def start() -> None:
        async with Store(tmp_path / "room.db"):
            pass

    async with asyncio.TaskGroup() as tasks:
        starting = tasks.create_task(start())
        await eventually(lambda: starting.done() or is_migrating())
        starting.cancel()
    async with Store(tmp_path / "room.db") as store:
        assert await store.run(lambda db: db.scalars(select(User)).all()) == []


async def test_a_file_that_is_no_database_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "room.db").write_text("not a database, but long enough to be read as one" * 9)
    with pytest.raises(StoreError, match=r"room\.db"):
        async with Store(tmp_path / "room.db"):
            pass


async def test_the_audit_tells_who_came_and_who_was_kept_out(tmp_path: Path) -> None:
    async with school(tmp_path) as here:
        await here.log_in(here.client, password="wrong")
        await here.log_in(here.client)
        await here.pair(here.client)
    with sqlite3.connect(tmp_path / "data" / "classroom-edge.db") as db:
        lines = db.execute("SELECT what, who, address, result FROM audit ORDER BY id").fetchall()
    db.close()
    assert lines == [
        ("user-add", NAME, "", "good"),
        ("login", NAME, "192.0.2.7", "wrong"),
        ("login", NAME, "192.0.2.7", "good"),
        ("pair", "panel 192.0.2.7", "192.0.2.7", "good"),
    ]


async def test_the_audit_forgets_after_two_hundred_days(tmp_path: Path) -> None:
    async with Store(tmp_path / "room.db") as store:
        for at in (AT, AT + KEPT - timedelta(days=1), AT + KEPT + timedelta(days=1)):
            line = partial(note, at=at, what="login", who="li", address="", result="good")
            await store.run(line)
        kept = await store.run(lambda db: db.scalars(select(AuditEntry.at)).all())
    assert kept == [AT + KEPT - timedelta(days=1), AT + KEPT + timedelta(days=1)]


async def test_a_broken_database_does_not_break_the_page(tmp_path: Path) -> None:
    async with school(tmp_path) as here:
        await here.log_in(here.client)
        with sqlite3.connect(tmp_path / "data" / "classroom-edge.db") as db:
            db.execute("DROP TABLE sessions")
        db.close()
        response = await here.client.get("/api/v1/room")
    assert (response.status_code, response.json()["code"]) == (503, "store-broken")
