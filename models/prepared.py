"""Statements asked at every turn, put into SQL once: making them anew cost more than the store's own work."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy.engine import Dialect
from sqlalchemy.sql.crud import REQUIRED
from sqlmodel import Session

from models.base import Instant

Convert = Callable[[Any], Any]

OPEN = (None, REQUIRED)
"""A value of the statement that is given each time."""


class Found(Protocol):
    """What a statement leaves behind."""

    @property
    def rowcount(self) -> int:
        """How many rows it changed."""

    @property
    def lastrowid(self) -> int | None:
        """The number of the row it wrote, on SQLite."""

    def fetchone(self) -> Any:
        """The next row."""

    def fetchall(self) -> Sequence[Any]:
        """All rows."""


@dataclass(frozen=True, slots=True)
class Form:
    """A statement as one kind of store takes it: values in their order, each given by name or fixed."""

    sql: str
    values: tuple[tuple[str, Convert | None, Any], ...]
    by_place: bool

    def fill(self, given: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        filled = [
            fixed if name not in given else given[name] if convert is None else convert(given[name])
            for name, convert, fixed in self.values
        ]
        return (
            filled
            if self.by_place
            else {value[0]: one for value, one in zip(self.values, filled, strict=True)}
        )


MOST_FORMS = 8
"""A process has two engines over one store; tests have many stores."""


class Prepared:
    """One statement; what comes out is as the driver has it: an enum is a string, a moment may be one."""

    __slots__ = ("_changes", "_columns", "_forms", "_statement")

    def __init__(self, statement: Any, columns: Sequence[str] | None = None) -> None:
        self._statement, self._columns = statement, columns
        self._changes: str | None = statement.table.name if statement.is_dml else None
        self._forms: dict[Dialect, Form] = {}

    def run(self, session: Session, values: Mapping[str, Any]) -> Found:
        """Carry it out; what the session has not written yet is written first."""
        session.flush()
        writer = session.info.get("writer")
        if writer is not None:
            dialect = session.bind.dialect if session.bind else session.get_bind().dialect
            form = self._forms.get(dialect) or self._form(dialect)
            return writer.run(form.sql, form.fill(values), self._changes)  # type: ignore[no-any-return]
        connection = session.connection()
        form = self._forms.get(connection.dialect) or self._form(connection.dialect)
        filled = form.fill(values)
        return connection.exec_driver_sql(form.sql, tuple(filled) if form.by_place else filled)

    def run_each(self, session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
        """Carry it out for each of several, as one statement of the store."""
        session.flush()
        dialect = session.get_bind().dialect
        form = self._forms.get(dialect) or self._form(dialect)
        filled = [form.fill(row) for row in rows]
        writer = session.info.get("writer")
        if not filled:
            return
        if writer is not None:
            writer.run_each(form.sql, filled, self._changes)
            return
        several = [tuple(one) for one in filled] if form.by_place else filled
        session.connection().exec_driver_sql(form.sql, several)

    def _form(self, dialect: Dialect) -> Form:
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=self._columns)
        given, values = compiled.params, []
        for name in compiled.positiontup or given:
            kind = compiled.binds[name].type
            convert = kind.dialect_impl(dialect).bind_processor(dialect)
            if isinstance(kind, Instant):  # a turn writes its own moment a dozen times
                convert = lru_cache(64)(convert)
            fixed = None if given[name] in OPEN else convert(given[name]) if convert else given[name]
            values.append((name, convert, fixed))
        if len(self._forms) >= MOST_FORMS:
            self._forms.clear()
        # Of each store its own: what is sealed on the way in is sealed with the keys of that store.
        form = self._forms[dialect] = Form(str(compiled), tuple(values), bool(compiled.positional))
        return form
