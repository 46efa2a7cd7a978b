"""what a kit holds and what was paid are sealed with the key of the elder they belong to

Revision ID: 0010
Revises: 0009
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

PAGE = 500
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HANDOVER = sa.table(
    "handover", *map(sa.column, ("id", "request_id", "elder_id", "cash", "kit")), sa.column("things", sa.JSON)
)
REQUEST = sa.table("request", *map(sa.column, ("id", "elder_id")), sa.column("spent", sa.Text()))
MEMBER = sa.table("member", *map(sa.column, ("id", "erased_at")))


def pages(table, filled):
    """All rows in which something stands, a page at a time, with whether their elder is forgotten."""
    connection, after = op.get_bind(), 0
    found = sa.select(table, MEMBER.c.erased_at.is_not(None).label("gone")).join(
        MEMBER, MEMBER.c.id == table.c.elder_id
    )
    while (
        rows := connection.execute(found.where(filled, table.c.id > after).order_by(table.c.id).limit(PAGE))
        .mappings()
        .all()
    ):
        after = rows[-1]["id"]
        yield from rows


def write(table, row, **values):
    op.get_bind().execute(sa.update(table).where(table.c.id == row["id"]).values(**values))


def upgrade() -> None:
    vault = op.get_bind().dialect.vault
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.add_column(sa.Column("elder_id", ID, nullable=True))
        batch_op.add_column(sa.Column("kit", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.alter_column(
            "spent",
            existing_type=sa.Integer(),
            type_=sa.Text(),
            existing_nullable=True,
            postgresql_using="spent::text",
        )
    op.execute(
        "UPDATE handover SET elder_id = (SELECT elder_id FROM request WHERE request.id = handover.request_id)"
    )
    for row in pages(HANDOVER, sa.true()):
        words = json.dumps({"things": row["things"], "cash": row["cash"]})
        write(
            HANDOVER,
            row,
            kit="" if row["gone"] else vault.seal(row["elder_id"], f"handover:{row['id']}:kit", words),
        )
    for row in pages(REQUEST, REQUEST.c.spent.is_not(None)):
        write(
            REQUEST,
            row,
            spent=""
            if row["gone"]
            else vault.seal(row["elder_id"], f"request:{row['id']}:spent", str(row["spent"])),
        )
    op.execute("UPDATE request SET spent = '' WHERE spent IS NULL")
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.alter_column("spent", existing_type=sa.Text(), nullable=False)
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.alter_column("elder_id", existing_type=ID, nullable=False)
        batch_op.alter_column("kit", existing_type=sa.Text(), server_default=None)
        batch_op.drop_column("things")
        batch_op.drop_column("cash")
        batch_op.create_index(batch_op.f("ix_handover_elder_id"), ["elder_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_handover_elder_id_member"), "member", ["elder_id"], ["id"])


def opened(row, where, words, nothing):
    # Of somebody whose key was destroyed nothing can be opened any more; the row stays for the counts.
    return (
        nothing
        if row["gone"] or not words
        else op.get_bind().dialect.vault.open(row["elder_id"], where, words)
    )


def downgrade() -> None:
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("things", sa.JSON(none_as_null=True), nullable=False, server_default="[]")
        )
        batch_op.add_column(sa.Column("cash", sa.Integer(), nullable=False, server_default="0"))
    for row in pages(HANDOVER, HANDOVER.c.kit != ""):
        kit = json.loads(opened(row, f"handover:{row['id']}:kit", row["kit"], '{"things": [], "cash": 0}'))
        write(HANDOVER, row, things=kit["things"], cash=kit["cash"])
    for row in pages(REQUEST, REQUEST.c.spent != ""):
        write(REQUEST, row, spent=opened(row, f"request:{row['id']}:spent", row["spent"], ""))
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.alter_column("spent", existing_type=sa.Text(), nullable=True)
    op.execute("UPDATE request SET spent = NULL WHERE spent = ''")
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.alter_column(
            "spent",
            existing_type=sa.Text(),
            type_=sa.Integer(),
            existing_nullable=True,
            postgresql_using="spent::integer",
        )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_handover_elder_id_member"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_handover_elder_id"))
        batch_op.drop_column("kit")
        batch_op.drop_column("elder_id")
        batch_op.alter_column("things", existing_type=sa.JSON(none_as_null=True), server_default=None)
        batch_op.alter_column("cash", existing_type=sa.Integer(), server_default=None)
