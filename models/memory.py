"""What the one writer of SQLite remembers from unit to unit, so that it need not be read again.

Nothing can change behind its back: what a unit writes is forgotten when it is written, what another process
writes shows in the store's own data version, and a unit or a group that fails takes its changes with it.
"""

import re
from collections.abc import Callable, Hashable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from models.base import adopt

T = TypeVar("T")

MOST = 4_000
CHANGES = re.compile(r'(?:INSERT (?:OR \w+ )?INTO|UPDATE(?: OR \w+)?|DELETE FROM) "?(\w+)', re.I)
READS = ("SELECT", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """A question that is asked often, and the tables its answer is read from."""

    tables: frozenset[str]

    def recall(self, session: Session, key: Hashable, read: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...]:
        """The answer, from memory where there is one; rows in it belong to the session like any others."""
        writer = session.info.get("writer")
        if writer is None:
            return read()
        session.flush()
        return writer.memory.recall(session, self, key, read)  # type: ignore[no-any-return]


def shelf(*tables: type[SQLModel]) -> Shelf:
    """A shelf for answers out of some tables."""
    return Shelf(frozenset(str(table.__tablename__) for table in tables))


@dataclass(frozen=True, slots=True)
class Kept:
    """A row as it was read."""

    kind: type[SQLModel]
    make: Callable[[], SQLModel]
    values: dict[str, Any]
    own: tuple[str, ...]
    """Lists and objects, which could be changed in place by who gets them."""

    def row(self, session: Session) -> SQLModel:
        """The row in this session: the one it has already, or one that differs from a read one in nothing."""
        known = session.identity_map.get((self.kind, (self.values["id"],), None))
        if known is not None:
            return known
        row = self.make()
        row.__dict__.update(self.values)
        row.__dict__.update({name: _copy(self.values[name]) for name in self.own})
        adopt(session, row)
        return row


def _copy(value: Any) -> Any:
    return deepcopy(value) if value else value.__class__()


class Memory:
    """Answers by question, forgotten when one of their tables changes."""

    def __init__(self) -> None:
        self._kept: dict[Shelf, dict[Hashable, tuple[Any, ...]]] = {}
        self._changed: set[str] = set()
        self._blind = False
        self._version: int | None = None

    def recall(
        self, session: Session, shelf: Shelf, key: Hashable, read: Callable[[], tuple[Any, ...]]
    ) -> tuple[Any, ...]:
        """What is kept, or what is read now; while the unit itself changes the tables nothing is kept."""
        if self._blind or not self._changed.isdisjoint(shelf.tables):
            return read()
        answers = self._kept.setdefault(shelf, {})
        kept = answers.get(key)
        if kept is not None:
            return tuple(one.row(session) if isinstance(one, Kept) else one for one in kept)
        answer = read()
        if len(answers) >= MOST:
            answers.clear()
        answers[key] = tuple(_kept(one) for one in answer)
        return answer

    def begin(self, version: int) -> None:
        """A group of units begins; another process has written when the store's version is not as it was."""
        if version != self._version:
            self.forget()
            self._version = version

    def changes(self, table: str) -> None:
        """A table is changed; from now on nobody is told what was read from it."""
        self._changed.add(table)

    def wrote(self, statement: str) -> None:
        """A statement was carried out; from now on nobody is told what it may have changed."""
        if statement.startswith(READS):
            return
        changes = CHANGES.match(statement)
        if changes is None:
            self._blind = True
        else:
            self.changes(changes[1])

    def unit_over(self) -> None:
        """A unit has ended, kept or not: what was kept before it is forgotten, what is read next is true again."""
        for shelf, answers in self._kept.items():
            if self._blind or not self._changed.isdisjoint(shelf.tables):
                answers.clear()
        self._changed.clear()
        self._blind = False

    def forget(self) -> None:
        """Remember nothing."""
        self._kept.clear()


def _kept(one: Any) -> Any:
    if not isinstance(one, SQLModel):
        return one
    mapper = sa.inspect(type(one))
    values = {column.key: deepcopy(getattr(one, column.key)) for column in mapper.columns}
    own = tuple(name for name, value in values.items() if isinstance(value, dict | list))
    return Kept(type(one), mapper.class_manager.new_instance, values, own)


def listen(engine: sa.Engine, memory: Memory) -> None:
    """Let the memory hear of every statement of an engine."""

    def heard(connection: Any, cursor: Any, statement: str, *rest: Sequence[Any]) -> None:
        memory.wrote(statement)

    sa.event.listen(engine, "after_cursor_execute", heard)
