"""The database file: opened, brought up to date, and worked on by one thread."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session as Work

T = TypeVar("T")


class StoreError(Exception):
    """The database cannot be opened or written; the text says why."""


class Store:
    """Accounts on disk. An async context manager: opens and migrates, closes at the end.

    Work is done by one thread of its own, in the order in which it was asked for, so that a
    piece of work sees no other in between.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._engine: Engine | None = None

    async def __aenter__(self) -> Self:
        """Open the file, made for its owner's eyes only, and bring its tables up to date.

        Raises:
            StoreError: the file cannot be opened, or is no database of ours.
        """
        try:
            await self._in_thread(self._open)
        except BaseException:
            self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    async def run(self, work: Callable[[Work], T]) -> T:
        """Do a piece of work in a transaction: committed when it returns, undone when it raises.

        Raises:
            StoreError: the disk is full, the file is locked or broken.
        """
        return await self._in_thread(lambda: self._transaction(work))

    def _transaction(self, work: Callable[[Work], T]) -> T:
        with Work(self._engine, expire_on_commit=False) as session, session.begin():
            return work(session)

    def _open(self) -> None:
        self._engine = opened(self._path)

    def _close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
        self._thread.shutdown(wait=False)

    async def _in_thread(self, job: Callable[[], T]) -> T:
        """Have the thread do a job; one that is cancelled is waited for, as it cannot be cut."""
        done = asyncio.get_running_loop().run_in_executor(self._thread, job)
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            await asyncio.wait((done,))
            raise
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise StoreError(f"{self._path}: {error}") from error


def opened(path: Path) -> Engine:
    """Open the database and bring its tables up to date; blocks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    url = URL.create("sqlite", database=str(path))  # a path may hold what a URL must not
    engine = create_engine(url, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _configure)
    try:
        _migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", "classroom_edge.store:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
