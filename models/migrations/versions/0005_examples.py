"""examples

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('example',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('canteen_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('words', sa.String(length=120), nullable=False),
    sa.Column('skeleton', sa.String(length=120), nullable=False),
    sa.Column('likely', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('intent', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=32), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['canteen_id'], ['canteen.id'], name=op.f('fk_example_canteen_id_canteen')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['member.id'], name=op.f('fk_example_decided_by_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_example')),
    sa.UniqueConstraint('canteen_id', 'skeleton', name=op.f('uq_example_canteen_id_skeleton'))
    )
    op.create_index('ix_example_canteen_id_state', 'example', ['canteen_id', 'state'], unique=False)
    op.create_table('example_consent',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('agreed', sa.Boolean(), nullable=True),
    sa.Column('model_agreed', sa.Boolean(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_example_consent_member_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_example_consent')),
    sa.UniqueConstraint('member_id', name=op.f('uq_example_consent_member_id'))
    )
    op.add_column('audit_entry', sa.Column('why', sa.String(length=160), nullable=True))


def downgrade() -> None:
    op.drop_column('audit_entry', 'why')
    op.drop_table('example_consent')
    op.drop_index('ix_example_canteen_id_state', table_name='example')
    op.drop_table('example')
