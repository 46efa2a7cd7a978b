"""A store as one file and back: between SQLite and PostgreSQL, and from any earlier release to this one.

The file is gzipped JSON lines: a head with the format and the revision, then `[table, {column: value}]` for every
row, parents before children, and a foot with the count of rows. Instants are ISO 8601 in UTC.
"""

import gzip
import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from models import migrate

FORMAT = "gulou-backup-1"
BATCH = 500


class NotABackup(Exception):
    """The file is not a whole backup of this program."""


class NotEmpty(Exception):
    """The store to restore into holds something already."""


def write(url: str, file: Path) -> int:
    """Copy the store into a new file while others work on it, verify the copy by restoring it; answers the rows."""
    unfinished = file.with_name(f"{file.name}.part")
    try:
        count = _dump(url, unfinished)
        with tempfile.TemporaryDirectory() as folder:
            restored = restore(f"sqlite:///{Path(folder) / 'verify.db'}", unfinished)
        if restored != count:
            raise NotABackup(f"{restored} of {count} rows came back")
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def restore(url: str, file: Path) -> int:
    """Bring a file back into an empty store and up to this release; answers the rows."""
    if migrate.current(url) is not None and _anything(url):
        raise NotEmpty(url.partition("://")[0])
    lines = read(file)
    revision = str(next(lines)["revision"])
    migrate.upgrade(url, revision)
    count = _load(url, lines)
    migrate.upgrade(url)
    return count


def read(file: Path) -> Iterator[Any]:
    """The head, every row, nothing of a file that is not whole."""
    try:
        with gzip.open(file, "rt", encoding="utf-8") as opened:
            lines = (json.loads(line) for line in opened)
            head = next(lines, None)
            if not isinstance(head, dict) or head.get("format") != FORMAT:
                raise NotABackup("unknown format")
            yield head
            yield from _rows(lines)
    except (OSError, EOFError, ValueError) as broken:
        raise NotABackup(type(broken).__name__) from broken


def _rows(lines: Iterator[Any]) -> Iterator[Any]:
    for count, line in enumerate(lines):
        if isinstance(line, dict):
            if line.get("rows") != count:
                raise NotABackup("rows are missing")
            return
        yield line
    raise NotABackup("the end is missing")


def _engine(url: str) -> sa.Engine:
    return sa.create_engine(url, hide_parameters=True)


def _tables(connection: sa.Connection) -> list[sa.Table]:
    metadata = sa.MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def _anything(url: str) -> bool:
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            tables = _tables(connection)
            return any(connection.execute(sa.select(table).limit(1)).first() for table in tables)
    finally:
        engine.dispose()


def _dump(url: str, file: Path) -> int:
    engine, count = _engine(url), 0
    snapshot = engine.execution_options(isolation_level="SERIALIZABLE")
    try:
        with snapshot.connect() as connection, gzip.open(file, "wt", encoding="utf-8") as out:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")
            print(json.dumps({"format": FORMAT, "revision": migrate.current(url)}), file=out)
            for table in _tables(connection):
                for row in connection.execution_options(yield_per=BATCH).execute(sa.select(table)).mappings():
                    values = {name: _out(value) for name, value in row.items()}
                    print(json.dumps([table.name, values], ensure_ascii=True), file=out)
                    count += 1
            print(json.dumps({"rows": count}), file=out)
    finally:
        engine.dispose()
    return count


def _out(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _in(column: sa.Column[Any], value: Any, *, aware: bool) -> Any:
    if value is None:
        return None
    if isinstance(column.type, sa.DateTime):
        at = datetime.fromisoformat(value)
        return at if aware else at.replace(tzinfo=None)
    return date.fromisoformat(value) if isinstance(column.type, sa.Date) else value


def _load(url: str, lines: Iterator[Any]) -> int:
    engine, count = _engine(url), 0
    aware = engine.dialect.name == "postgresql"
    try:
        with engine.begin() as connection:
            tables = {table.name: table for table in _tables(connection)}
            batch: list[dict[str, Any]] = []
            current = ""
            for name, values in lines:
                if name != current or len(batch) >= BATCH:
                    _insert(connection, tables, current, batch)
                    current, batch = name, []
                columns = tables[name].columns
                batch.append({k: _in(columns[k], v, aware=aware) for k, v in values.items() if k in columns})
                count += 1
            _insert(connection, tables, current, batch)
            if aware:
                _count_on(connection, tables)
    finally:
        engine.dispose()
    return count


def _insert(
    connection: sa.Connection, tables: dict[str, sa.Table], name: str, batch: list[dict[str, Any]]
) -> None:
    if batch:
        connection.execute(sa.insert(tables[name]), batch)


def _count_on(connection: sa.Connection, tables: dict[str, sa.Table]) -> None:
    """PostgreSQL counts ids by itself: let it go on after the highest one."""
    for name, table in tables.items():
        if "id" in table.columns:
            highest = connection.scalar(sa.select(sa.func.max(table.c.id)))
            if highest is not None:
                connection.execute(
                    sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(name, "id"), highest))
                )
