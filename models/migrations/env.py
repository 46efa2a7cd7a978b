"""Runs the migrations on the connection that models.migrate hands over."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import models
from models.base import Instant, tell_postgresql

assert models

connection = context.config.attributes["connection"]


def plain_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write a column's type in SQLAlchemy's own words: a revision must not change when the code does."""
    if kind != "type":
        return False
    if isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, sa.Enum | AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


tell_postgresql(SQLModel.metadata)
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=plain_type,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
