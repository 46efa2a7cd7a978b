"""What every table shares: the id, the kinds of columns, and the names of constraints."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.sql.operators import OperatorType
from sqlmodel import Field, Session, SQLModel

# Alembic can only drop what has a name it can foretell; batch migrations on SQLite need it most.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

STATE_LENGTH = 32

# An id from Telegram: a plain `int` field would be 32 bits wide on PostgreSQL and refuse most people.
BigId = sa.BigInteger

# SQLite counts up by itself only in a column called exactly INTEGER.
RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


@sa.event.listens_for(sa.ForeignKey, "after_parent_attach")
def _as_wide_as_an_id(key: sa.ForeignKey, column: "sa.Column[int]") -> None:
    """A field `meal_id: int` would be 32 bits wide on PostgreSQL while the id it names has 64."""
    column.type = RowId


# Non-ASCII is kept readable by the engine's serializer, see models.store.
Json = sa.JSON(none_as_null=True)


class Instant(sa.TypeDecorator[datetime]):
    """A moment: an aware datetime goes in (a naive one fails), an aware one in UTC comes out."""

    impl = sa.DateTime
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(timezone=True)

    def __repr__(self) -> str:
        """As migrations write it."""
        return "Instant()"

    def coerce_compared_value(self, op: OperatorType | None, value: Any) -> sa.types.TypeEngine[Any]:
        """Let an instant be compared with instants and moved by a duration."""
        return sa.Interval() if isinstance(value, timedelta) else self

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring the moment to UTC on its way in."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("An instant must know its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment its time zone on its way out: SQLite keeps none."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def states(enum_type: type[StrEnum]) -> sa.Enum:
    """Column type for a state, kept as the member's value in plain text.

    No CHECK in the store: a new state then needs no migration, and the mapper refuses unknown ones both ways.
    """
    return sa.Enum(
        enum_type,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=False,
        validate_strings=True,
        length=STATE_LENGTH,
    )


@cache
def _defaults(table: type[SQLModel]) -> tuple[dict[str, Any], dict[str, Callable[[], Any]]]:
    """What a new row holds when nothing else is said: values shared by all rows, and what is made for each."""
    fields = table.model_fields.items()
    made = {n: cast(Callable[[], Any], f.default_factory) for n, f in fields if f.default_factory is not None}
    return {n: f.default for n, f in fields if n not in made and not f.is_required()}, made


class Table(SQLModel):
    """A table declared as SQLModel does, whose rows are made and changed as SQLAlchemy does.

    SQLModel checks nothing in rows of a table, but copies every default deeply: a fifth of a unit went there.
    """

    if not TYPE_CHECKING:

        def __new__(cls, *args, **given):
            """A row SQLAlchemy knows from its first breath: it need not look for what it would have to set up."""
            row, kept = super().__new__(cls), cls._sa_class_manager
            if given and kept.mapper.configured:  # a row that is read is set up by who reads it
                kept.setup_instance(row)
            return row

    def __init__(self, **given: Any) -> None:
        shared, made = _defaults(type(self))
        unknown = given.keys() - type(self).model_fields.keys()
        if unknown:
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        self.__dict__.update(shared)
        self.__dict__.update({name: make() for name, make in made.items() if name not in given})
        self.__dict__.update(given)

    if not TYPE_CHECKING:
        __setattr__ = object.__setattr__


def only_where(condition: str) -> dict[str, Any]:
    """For an index of some rows only. Naming PostgreSQL here would load its whole dialect at every start."""
    return {"sqlite_where": sa.text(condition), "info": {"where": condition}}


def tell_postgresql(metadata: sa.MetaData) -> None:
    """For migrations: such indexes hold the same rows there."""
    for index in [index for table in metadata.sorted_tables for index in table.indexes]:
        if "where" in index.info:
            index.dialect_options["postgresql"]["where"] = sa.text(index.info["where"])


def table_of(model: type[SQLModel]) -> sa.Table:
    """The table below a model, for statements that are prepared once and need no objects."""
    table = sa.inspect(model).local_table
    assert isinstance(table, sa.Table)
    return table


def adopt(session: Session, row: SQLModel) -> None:
    """Let the session take a row that stands in the store for one it has read."""
    # What the loader of SQLAlchemy does; Session.add would search the row for what hangs on it.
    state: Any = instance_state(row)
    state.key = (type(row), (row.__dict__["id"],), None)
    state._commit_all(row.__dict__)
    state.session_id = session.hash_key
    session.identity_map.add(state)


class Row(Table):
    """What every table has; the id is given by the store when the row is first written."""

    id: int = Field(default=None, primary_key=True, sa_type=RowId)

    def __repr_args__(self) -> Sequence[tuple[str | None, Any]]:
        # Names, phones and illnesses must not reach a log or an error by way of repr().
        return [("id", self.__dict__.get("id"))]
