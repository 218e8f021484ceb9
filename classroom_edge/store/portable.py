"""The database as lines of JSON: from a file or a server, into either, of this version or older.

One line names the version, then each row is a line: ``["users", {"id": 1, ...}]``. Bytes stand as
``{"b64": "..."}``. The index of recordings is left out: it is made anew from the folders.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from alembic.migration import MigrationContext
from sqlalchemy import Connection, Integer, MetaData, Table, false, func, insert, select, text

from classroom_edge.store.database import StoreError, connected, migrate
from classroom_edge.store.place import Place

VERSION_TABLE: Final = "alembic_version"
DERIVED: Final = frozenset({VERSION_TABLE, "recordings"})
AT_ONCE: Final = 500  # rows


def dump(place: Place) -> Iterator[str]:
    """Give the database's lines as they were at one instant; blocks, others go on meanwhile.

    Raises:
        StoreError, SQLAlchemyError: it cannot be read.
    """
    engine = connected(place)
    try:
        with engine.connect() as connection:
            _as_of_now(connection)
            yield json.dumps(MigrationContext.configure(connection).get_current_revision())
            for table in _tables(connection):
                for row in connection.execute(table.select()):
                    values = {key: _spelt(value) for key, value in row._mapping.items()}  # noqa: SLF001 - its public name
                    yield json.dumps([table.name, values], ensure_ascii=False)
    finally:
        engine.dispose()


def load(place: Place, lines: Iterable[str]) -> None:
    """Replace everything in the database by the lines; blocks. Of an older version it is migrated.

    A file must not exist yet. On a server it is one transaction: all of it, or nothing.

    Raises:
        StoreError: the lines are none of ours, or of a newer version.
        SQLAlchemyError: it cannot be written; then it is as it was.
    """
    rows = iter(lines)
    version = _read(next(rows, "null"))
    if not isinstance(version, str):
        raise StoreError("this is no copy of a database")
    engine = connected(place)
    try:
        with engine.begin() as connection:
            _clear(connection)
            migrate(connection, version)
            tables = {table.name: table for table in _tables(connection)}
            _insert(connection, tables, rows)
            _renumber(connection, tables.values())
            migrate(connection, "head")
    finally:
        engine.dispose()


def _as_of_now(connection: Connection) -> None:
    """Let everything be read as it is at one instant."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
    else:
        connection.execute(text("BEGIN"))


def _tables(connection: Connection) -> list[Table]:
    """Give the tables as they are there, those first that others refer to."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in DERIVED]


def _clear(connection: Connection) -> None:
    found = MetaData()
    found.reflect(connection)
    found.drop_all(connection)


def _insert(connection: Connection, tables: dict[str, Table], lines: Iterator[str]) -> None:
    waiting: list[dict[str, Any]] = []
    last = ""
    for line in lines:
        name, values = _row(line)
        if name not in tables:
            raise StoreError(f"there is no table {name} in this version")
        if waiting and (name != last or len(waiting) >= AT_ONCE):
            connection.execute(insert(tables[last]), waiting)
            waiting = []
        last = name
        waiting.append(values)
    if waiting:
        connection.execute(insert(tables[last]), waiting)


def _renumber(connection: Connection, tables: Iterable[Table]) -> None:
    """Let a server number new rows after those that came."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        for column in table.primary_key.columns:
            if isinstance(column.type, Integer) and column.server_default is not None:
                sequence = func.pg_get_serial_sequence(table.name, column.name)
                upcoming = func.coalesce(func.max(column), 0) + 1
                connection.execute(select(func.setval(sequence, upcoming, false())))


def _row(line: str) -> tuple[str, dict[str, Any]]:
    match _read(line):
        case [str(name), dict(values)]:
            return name, {key: _meant(value) for key, value in values.items()}
    raise StoreError("a line of the database's copy is garbled")


def _read(line: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(line)
    except ValueError as error:
        raise StoreError("a line of the database's copy is garbled") from error


def _spelt(value: Any) -> Any:  # noqa: ANN401 - what a database has
    if isinstance(value, bytes | memoryview):
        return {"b64": base64.b64encode(value).decode()}
    return value


def _meant(value: Any) -> Any:  # noqa: ANN401 - JSON
    return base64.b64decode(value["b64"]) if isinstance(value, dict) else value
