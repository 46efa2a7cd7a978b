"""visits, and how closely a household is looked after

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('visit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('canteen_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('household_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('elder_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(length=32), nullable=False),
    sa.Column('reason', sa.String(length=32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('worker_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('companion_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('absent_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('absence', sa.String(length=32), nullable=True),
    sa.Column('outcome', sa.String(length=32), nullable=True),
    sa.Column('visited_on', sa.Date(), nullable=True),
    sa.Column('findings', sa.Text(), nullable=False),
    sa.Column('next_on', sa.Date(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['absent_id'], ['member.id'], name=op.f('fk_visit_absent_id_member')),
    sa.ForeignKeyConstraint(['canteen_id'], ['canteen.id'], name=op.f('fk_visit_canteen_id_canteen')),
    sa.ForeignKeyConstraint(['companion_id'], ['member.id'], name=op.f('fk_visit_companion_id_member')),
    sa.ForeignKeyConstraint(['elder_id'], ['member.id'], name=op.f('fk_visit_elder_id_member')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_visit_household_id_household')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['member.id'], name=op.f('fk_visit_recorded_by_id_member')),
    sa.ForeignKeyConstraint(['worker_id'], ['member.id'], name=op.f('fk_visit_worker_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit'))
    )
    op.create_index('ix_visit_canteen_id_day', 'visit', ['canteen_id', 'day'], unique=False)
    op.create_index('ix_visit_companion_id', 'visit', ['companion_id'], unique=False)
    op.create_index('ix_visit_elder_id', 'visit', ['elder_id'], unique=False)
    op.create_index('ix_visit_household_id_visited_on', 'visit', ['household_id', 'visited_on'], unique=False)
    op.create_index('ix_visit_state_day', 'visit', ['state', 'day'], unique=False)
    op.create_index('ix_visit_worker_id', 'visit', ['worker_id'], unique=False)
    op.create_index('uq_visit_open', 'visit', ['household_id'], unique=True, sqlite_where=sa.text("state IN ('proposed', 'planned')"), postgresql_where=sa.text("state IN ('proposed', 'planned')"))

    op.create_table('follow_up',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('canteen_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('elder_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('about', sa.String(length=64), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('visit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('met', sa.Boolean(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['canteen_id'], ['canteen.id'], name=op.f('fk_follow_up_canteen_id_canteen')),
    sa.ForeignKeyConstraint(['elder_id'], ['member.id'], name=op.f('fk_follow_up_elder_id_member')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['member.id'], name=op.f('fk_follow_up_ended_by_id_member')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_follow_up_visit_id_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_up'))
    )
    op.create_index('ix_follow_up_canteen_id_ended_at', 'follow_up', ['canteen_id', 'ended_at'], unique=False)
    op.create_index('ix_follow_up_elder_id', 'follow_up', ['elder_id'], unique=False)
    op.create_index('uq_follow_up_open', 'follow_up', ['about'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.add_column('household', sa.Column('risk', sa.String(length=32), nullable=False, server_default='usual'))

    op.create_index('ix_member_household_id', 'member', ['household_id'], unique=False)



def downgrade() -> None:
    op.drop_index('ix_member_household_id', table_name='member')

    op.drop_column('household', 'risk')

    op.drop_index('uq_follow_up_open', table_name='follow_up')
    op.drop_index('ix_follow_up_elder_id', table_name='follow_up')
    op.drop_index('ix_follow_up_canteen_id_ended_at', table_name='follow_up')

    op.drop_table('follow_up')
    op.drop_index('uq_visit_open', table_name='visit')
    op.drop_index('ix_visit_worker_id', table_name='visit')
    op.drop_index('ix_visit_state_day', table_name='visit')
    op.drop_index('ix_visit_household_id_visited_on', table_name='visit')
    op.drop_index('ix_visit_elder_id', table_name='visit')
    op.drop_index('ix_visit_companion_id', table_name='visit')
    op.drop_index('ix_visit_canteen_id_day', table_name='visit')

    op.drop_table('visit')
