"""The database, a file or a server: opened, brought up to date, and worked on by one thread."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session as Work

from classroom_edge.store.place import Place, Server

MIGRATING: Final = 7_011_023  # the number of the lock that migrations of one server take turns by
ONE_AT_A_TIME: Final = threading.Lock()  # in a process: Alembic keeps its environment in a module

T = TypeVar("T")


class StoreError(Exception):
    """The database cannot be opened or written; the text says why."""


class Store:
    """What is kept. An async context manager: opens and migrates, closes at the end; again, too.

    Work is done by one thread of its own, in the order in which it was asked for, so that a
    piece of work sees no other in between.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self._thread: ThreadPoolExecutor | None = None
        self._engine: Engine | None = None

    async def __aenter__(self) -> Self:
        """Open it, a file for its owner's eyes only, and bring its tables up to date.

        Raises:
            StoreError: it cannot be opened, or is no database of ours.
        """
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        try:
            await self._in_thread(self._open)
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()

    async def run(self, work: Callable[[Work], T]) -> T:
        """Do a piece of work in a transaction: committed when it returns, undone when it raises.

        Raises:
            StoreError: it is not open; the disk is full, the file locked or broken, the server
                away.
        """
        return await self._in_thread(lambda: self._transaction(work))

    def _transaction(self, work: Callable[[Work], T]) -> T:
        with Work(self._engine, expire_on_commit=False) as session, session.begin():
            return work(session)

    def _open(self) -> None:
        self._engine = opened(self.place)

    async def _close(self) -> None:
        """Take no more work; end the connections once what was asked for before is done."""
        thread, self._thread = self._thread, None
        if thread is not None:
            loop = asyncio.get_running_loop()
            await asyncio.shield(loop.run_in_executor(thread, self._dispose))
            thread.shutdown(wait=False)

    def _dispose(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()

    async def _in_thread(self, job: Callable[[], T]) -> T:
        """Have the thread do a job; one that is cancelled is waited for, as it cannot be cut."""
        if self._thread is None:
            raise StoreError(f"{self.place}: not open")
        done = asyncio.get_running_loop().run_in_executor(self._thread, job)
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            await asyncio.wait((done,))
            raise
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise StoreError(f"{self.place}: {error}") from error


def opened(place: Place) -> Engine:
    """Open the database and bring its tables up to date; blocks.

    Raises:
        StoreError: its server's driver is not installed.
    """
    engine = connected(place)
    try:
        _bring_up_to_date(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def connected(place: Place) -> Engine:
    """Open the database as it is. Raises StoreError: its server's driver is not installed."""
    return _of_server(place) if isinstance(place, Server) else _of_file(place)


def is_up_to_date(place: Place) -> bool:
    """Tell whether the tables are those of this version; blocks. Raises StoreError."""
    engine = connected(place)
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        raise StoreError(f"{place}: {error}") from error
    finally:
        engine.dispose()
    return found == ScriptDirectory.from_config(_migrations()).get_current_head()


def migrate(connection: Connection, version: str) -> None:
    """Bring tables up to a version, "head" for the newest. Raises StoreError: it is not known."""
    config = _migrations()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, version)
    except CommandError as error:
        raise StoreError(f"version {version}: {error}") from error


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", "classroom_edge.store:migrations")
    return config


def _of_file(path: Path) -> Engine:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    url = URL.create("sqlite", database=str(path))  # a path may hold what a URL must not
    engine = create_engine(url, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _configure)
    return engine


def _of_server(server: Server) -> Engine:
    """Prepare for a server; a connection that it has closed meanwhile is made anew."""
    try:
        return create_engine(server.address, pool_pre_ping=True, pool_size=1)
    except ImportError as error:
        raise StoreError(f"{server}: {error}; pip install 'classroom-edge[postgresql]'") from error


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _bring_up_to_date(engine: Engine) -> None:
    with ONE_AT_A_TIME, engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
        else:
            connection.execute(
                text("BEGIN IMMEDIATE")
            )  # else others begin before us to make tables
        migrate(connection, "head")
