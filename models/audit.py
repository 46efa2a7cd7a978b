"""Who did what for whom, append-only and sealed into a chain of hashes."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from models.base import BigId, Instant, Json, Row, RowId, only_where


class AuditEntry(Row, table=True):
    """One change: ids and states only, never health, money or addresses in words."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_unsealed", "id", **only_where("sealed_as IS NULL")),
        Index("ix_audit_entry_sealed_as", "sealed_as", unique=True, **only_where("sealed_as IS NOT NULL")),
    )

    canteen_id: int | None = Field(default=None, sa_type=RowId, index=True)
    actor_id: int | None = Field(default=None, sa_type=RowId)
    subject_id: int | None = Field(default=None, sa_type=RowId, index=True)
    action: str = Field(max_length=48)
    object: str = Field(default="", max_length=64)
    before: dict[str, Any] | None = Field(default=None, sa_type=Json)
    after: dict[str, Any] | None = Field(default=None, sa_type=Json)
    update_id: int | None = Field(default=None, sa_type=BigId)
    why: str | None = Field(default=None, max_length=160)
    at: datetime = Field(sa_type=Instant)
    seal: str | None = Field(default=None, max_length=64)
    sealed_as: int | None = Field(default=None, sa_type=BigId)
    """Its place in the chain: the order of sealing, since on PostgreSQL a lower id may be committed later."""
