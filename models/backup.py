"""A store as one file and back: between SQLite and PostgreSQL, and from any earlier release to this one.

The file is gzipped JSON lines: a head with the format and the revision, then `[table, {column: value}]` for every
row, parents before children, and a foot with the count of rows. Instants are ISO 8601 in UTC. What says who somebody is
stands in a third place of a row, sealed: the keys are not in the file, only where they lay when it was written.
"""

import gzip
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from models import migrate
from models.members.belongings import pack, unpack
from models.members.keyring import Keyring, Place
from models.members.vault import Vault

FORMAT = "gulou-backup-2"
FORMATS = (FORMAT, "gulou-backup-1")
BATCH = 500
OF_SQLITE = ("-wal", "-shm", "-journal")


class NotABackup(Exception):
    """The file is not a whole backup of this program."""


class NotEmpty(Exception):
    """The store to restore into holds something already."""


class NoKeys(Exception):
    """The keys that the file was sealed with are neither beside the store nor where they lay."""


def write(url: str, file: Path, keys: Place | None = None) -> int:
    """Copy the store into a new file while others work on it, verify the copy by restoring it; answers the rows."""
    unfinished, keys = file.with_name(f"{file.name}.part"), keys or Place.beside(url)
    try:
        count = _dump(url, unfinished, keys)
        with tempfile.TemporaryDirectory() as folder:
            restored = restore(f"sqlite:///{Path(folder) / 'verify.db'}", unfinished, keys)
        if restored != count:
            raise NotABackup(f"{restored} of {count} rows came back")
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def restore(
    url: str, file: Path, keys: Place | None = None, *, taken_from: Place | None = None, without: bool = False
) -> int:
    """Bring a file back into an empty store and up to this release; answers the rows.

    Keys that are not beside the store are taken from where they lay; `without` them everybody comes back as a number.
    """
    if migrate.current(url) is not None and _anything(url):
        raise NotEmpty(url.partition("://")[0])
    keys, lines = keys or Place.beside(url), read(file)
    head = next(lines)
    if not without:
        _bring_keys(keys, taken_from or _lay(head))
    migrate.upgrade(url, str(head["revision"]), keys)
    vault = Vault(keys)
    count = _load(url, (line for line in ((one[0], unpack(vault, one)) for one in lines) if line[1]))
    migrate.upgrade(url, keys=keys)
    return count


def _lay(head: Mapping[str, Any]) -> Place | None:
    """Where the keys lay when the file was written; a file from before there were keys needs none."""
    return Place(*map(Path, head["keys"])) if "keys" in head else None


def _bring_keys(keys: Place, source: Place | None) -> None:
    ring = Keyring(keys)
    if source is None or (keys.ring.exists() and keys.ring.samefile(source.ring)):
        return
    if source.ring.exists():
        ring.take_over(Keyring(source))
    elif not ring.check():
        raise NoKeys(str(source.ring))


def read(file: Path) -> Iterator[Any]:
    """The head, every row, nothing of a file that is not whole."""
    try:
        with gzip.open(file, "rt", encoding="utf-8") as opened:
            lines = (json.loads(line) for line in opened)
            head = next(lines, None)
            if not isinstance(head, dict) or head.get("format") not in FORMATS:
                raise NotABackup("unknown format")
            yield head
            yield from _rows(lines)
    except (OSError, EOFError, ValueError) as broken:
        raise NotABackup(type(broken).__name__) from broken


def holds_copies(folder: Path) -> bool:
    """Whether a folder holds a copy of some store; only files that begin like one are opened."""
    for file in folder.glob("*"):
        with suppress(OSError, NotABackup):
            if file.is_file() and not _of_a_store(file) and _is_gzip(file) and next(read(file), None):
                return True
    return False


def beside_keys(keys: Place) -> list[Path]:
    """The folders in which the keys lie together with a copy of some store."""
    folders = {keys.key.absolute().parent, keys.ring.absolute().parent}
    return [folder for folder in sorted(folders) if holds_copies(folder)]


def _of_a_store(file: Path) -> bool:
    """Whether SQLite may have it open: whoever closes such a file drops every lock this process has on it."""
    beside = (file.with_name(file.name + ending) for ending in OF_SQLITE)
    return file.name.endswith(OF_SQLITE) or any(other.exists() for other in beside)


def _is_gzip(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(2) == b"\x1f\x8b"


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


def _dump(url: str, file: Path, keys: Place) -> int:
    engine, count, vault = _engine(url), 0, Vault(keys)
    head = {"format": FORMAT, "revision": migrate.current(url), "keys": _absolute(keys)}
    snapshot = engine.execution_options(isolation_level="SERIALIZABLE")
    try:
        with snapshot.connect() as connection, gzip.open(file, "wt", encoding="utf-8") as out:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")
            print(json.dumps(head), file=out)
            for table in _tables(connection):
                for row in connection.execution_options(yield_per=BATCH).execute(sa.select(table)).mappings():
                    values = {name: _out(value) for name, value in row.items()}
                    print(json.dumps(pack(vault, table.name, values), ensure_ascii=True), file=out)
                    count += 1
            print(json.dumps({"rows": count}), file=out)
    finally:
        engine.dispose()
    return count


def _absolute(keys: Place) -> list[str]:
    return [str(keys.key.absolute()), str(keys.ring.absolute())]


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
