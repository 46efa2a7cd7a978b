"""Statements asked at every turn, put into SQL once: making them anew cost more than the store's own work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.crud import REQUIRED
from sqlmodel import Session

Convert = Callable[[Any], Any]

OPEN = (None, REQUIRED)
"""A value of the statement that is given each time."""


@dataclass(frozen=True, slots=True)
class Form:
    """A statement as one kind of store takes it: its values by place, or by name."""

    sql: str
    fixed: Mapping[str, Any]
    wanted: tuple[tuple[str, Convert | None], ...]
    places: tuple[str, ...] | None

    def fill(self, given: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        named = {n: given[n] if convert is None else convert(given[n]) for n, convert in self.wanted}
        named.update(self.fixed)
        return named if self.places is None else tuple([named[name] for name in self.places])


class Prepared:
    """One statement; what comes out is as the driver has it: an enum is a string, a moment may be one."""

    __slots__ = ("_columns", "_forms", "_statement")

    def __init__(self, statement: sa.sql.ClauseElement, columns: list[str] | None = None) -> None:
        self._statement, self._columns = statement, columns
        self._forms: dict[str, Form] = {}

    def run(self, session: Session, values: Mapping[str, Any]) -> sa.CursorResult[Any]:
        """Carry it out; what the session has not written yet is written first."""
        session.flush()
        connection = session.connection()
        dialect = connection.dialect
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = self._form(dialect)
        return connection.exec_driver_sql(form.sql, form.fill(values))

    def _form(self, dialect: Dialect) -> Form:
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=self._columns)
        converts = {
            n: compiled.binds[n].type.dialect_impl(dialect).bind_processor(dialect) for n in compiled.params
        }
        wanted = tuple((n, converts[n]) for n, value in compiled.params.items() if value in OPEN)
        fixed = {n: value for n, value in compiled.params.items() if value not in OPEN}
        given = {n: convert(value) if (convert := converts[n]) else value for n, value in fixed.items()}
        return Form(
            str(compiled), given, wanted, tuple(compiled.positiontup) if compiled.positional else None
        )
