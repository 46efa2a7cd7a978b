"""private words are sealed with the key of the person they are about; consents by purpose

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

MARK = 'v1:'
SEALED = (
    ('member', 'id', {'phone': 32, 'address': 256}),
    ('request', 'elder_id', {'words': 400, 'item': 200}),
    ('supply', 'elder_id', {'item': 200}),
    ('emergency', 'person_id', {'words': 400}),
)
PAGE = 500


def rewrite(change) -> None:
    """Put every filled value through a change, page by page, bound to where it stands."""
    connection = op.get_bind()
    for name, owner, columns in SEALED:
        table = sa.table(name, *map(sa.column, {'id', owner, *columns}))
        after = 0
        while page := connection.execute(
            sa.select(table).where(table.c.id > after).order_by(table.c.id).limit(PAGE)
        ).mappings().all():
            after = page[-1]['id']
            for row in page:
                filled = {c: change(row[owner] or 0, f"{name}:{row['id']}:{c}", row[c]) for c in columns if row[c]}
                if filled:
                    connection.execute(sa.update(table).where(table.c.id == row['id']).values(**filled))


def seal(owner: int, where: str, words: str) -> str:
    return words if words.startswith(MARK) else op.get_bind().dialect.vault.seal(owner, where, words)


def unseal(owner: int, where: str, words: str) -> str:
    return op.get_bind().dialect.vault.open(owner, where, words) if words.startswith(MARK) else words


def retype(*, sealed: bool) -> None:
    for name, _, columns in SEALED:
        with op.batch_alter_table(name, schema=None) as batch_op:
            for column, length in columns.items():
                kinds = (sa.String(length=length), sa.Text())
                old, new = kinds if sealed else reversed(kinds)
                batch_op.alter_column(column, existing_type=old, type_=new, existing_nullable=False)


def upgrade() -> None:
    op.create_table('purpose_consent',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('purpose', sa.String(length=32), nullable=False),
    sa.Column('given', sa.Boolean(), nullable=False),
    sa.Column('how', sa.String(length=32), nullable=False),
    sa.Column('wording', sa.Integer(), nullable=False),
    sa.Column('recorded_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_purpose_consent_member_id_member')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['member.id'], name=op.f('fk_purpose_consent_recorded_by_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purpose_consent'))
    )
    open_ = sa.text('ended_at IS NULL')
    op.create_index(op.f('ix_purpose_consent_member_id'), 'purpose_consent', ['member_id'], unique=False)
    op.create_index('uq_purpose_consent_open', 'purpose_consent', ['member_id', 'purpose'], unique=True, sqlite_where=open_, postgresql_where=open_)
    retype(sealed=True)
    erased = sa.text('erased_at IS NOT NULL')
    op.create_index('ix_member_erased', 'member', ['id'], unique=False, sqlite_where=erased, postgresql_where=erased)
    rewrite(seal)


def downgrade() -> None:
    op.drop_index('ix_member_erased', table_name='member')
    rewrite(unseal)
    retype(sealed=False)
    op.drop_index('uq_purpose_consent_open', table_name='purpose_consent')
    op.drop_index(op.f('ix_purpose_consent_member_id'), table_name='purpose_consent')
    op.drop_table('purpose_consent')
