"""the audit is chained in the order of sealing

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def unsealed(column: str) -> dict[str, sa.TextClause]:
    return {f'{dialect}_where': sa.text(f'{column} IS NULL') for dialect in ('sqlite', 'postgresql')}


def upgrade() -> None:
    op.add_column('audit_entry', sa.Column('sealed_as', sa.BigInteger(), nullable=True))
    op.execute('UPDATE audit_entry SET sealed_as = id WHERE seal IS NOT NULL')
    sealed = sa.text('sealed_as IS NOT NULL')
    op.create_index('ix_audit_entry_sealed_as', 'audit_entry', ['sealed_as'], unique=True, sqlite_where=sealed, postgresql_where=sealed)
    op.drop_index('ix_audit_entry_unsealed', table_name='audit_entry')
    op.create_index('ix_audit_entry_unsealed', 'audit_entry', ['id'], unique=False, **unsealed('sealed_as'))


def downgrade() -> None:
    op.drop_index('ix_audit_entry_unsealed', table_name='audit_entry')
    op.create_index('ix_audit_entry_unsealed', 'audit_entry', ['id'], unique=False, **unsealed('seal'))
    op.drop_index('ix_audit_entry_sealed_as', table_name='audit_entry')
    op.drop_column('audit_entry', 'sealed_as')
