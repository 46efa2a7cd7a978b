"""needs in the elders' own words; who was missed is asked after in five steps

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('concern',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('canteen_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('elder_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('meal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cause', sa.String(length=32), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rung_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('calls', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pressing', sa.Boolean(), nullable=False),
    sa.Column('muted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_ids', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('goer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('going_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finding', sa.String(length=32), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint('next_at IS NOT NULL OR closed_at IS NOT NULL', name=op.f('ck_concern_open_has_next')),
    sa.ForeignKeyConstraint(['canteen_id'], ['canteen.id'], name=op.f('fk_concern_canteen_id_canteen')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['member.id'], name=op.f('fk_concern_closed_by_id_member')),
    sa.ForeignKeyConstraint(['elder_id'], ['member.id'], name=op.f('fk_concern_elder_id_member')),
    sa.ForeignKeyConstraint(['goer_id'], ['member.id'], name=op.f('fk_concern_goer_id_member')),
    sa.ForeignKeyConstraint(['meal_id'], ['meal.id'], name=op.f('fk_concern_meal_id_meal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_concern')),
    sa.UniqueConstraint('elder_id', 'meal_id', name=op.f('uq_concern_elder_id_meal_id'))
    )
    with op.batch_alter_table('concern', schema=None) as batch_op:
        batch_op.create_index('ix_concern_canteen_id_closed_at', ['canteen_id', 'closed_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_concern_meal_id'), ['meal_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_concern_next_at'), ['next_at'], unique=False)

    op.create_table('need',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('canteen_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('elder_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('category', sa.String(length=32), nullable=False),
    sa.Column('urgency', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=32), nullable=False),
    sa.Column('owner_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('noted_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('visit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('becomes', sa.String(length=32), nullable=True),
    sa.Column('request_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('wish_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('outcome', sa.String(length=32), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ask_again_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['answered_by_id'], ['member.id'], name=op.f('fk_need_answered_by_id_member')),
    sa.ForeignKeyConstraint(['canteen_id'], ['canteen.id'], name=op.f('fk_need_canteen_id_canteen')),
    sa.ForeignKeyConstraint(['elder_id'], ['member.id'], name=op.f('fk_need_elder_id_member')),
    sa.ForeignKeyConstraint(['noted_by_id'], ['member.id'], name=op.f('fk_need_noted_by_id_member')),
    sa.ForeignKeyConstraint(['owner_id'], ['member.id'], name=op.f('fk_need_owner_id_member')),
    sa.ForeignKeyConstraint(['request_id'], ['request.id'], name=op.f('fk_need_request_id_request')),
    sa.ForeignKeyConstraint(['told_by_id'], ['member.id'], name=op.f('fk_need_told_by_id_member')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_need_visit_id_visit')),
    sa.ForeignKeyConstraint(['wish_id'], ['menuwish.id'], name=op.f('fk_need_wish_id_menuwish')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_need'))
    )
    with op.batch_alter_table('need', schema=None) as batch_op:
        batch_op.create_index('ix_need_canteen_id_state_due_on', ['canteen_id', 'state', 'due_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_need_ask_again_at'), ['ask_again_at'], unique=False)
        batch_op.create_index('ix_need_elder_id_state', ['elder_id', 'state'], unique=False)
        batch_op.create_index('ix_need_owner_id_state', ['owner_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_need_request_id'), ['request_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_need_visit_id'), ['visit_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_need_wish_id'), ['wish_id'], unique=False)
    for name, column, condition in (('becoming', 'becomes', "state = 'open'"), ('to_forget', 'closed_at', "words != ''")):
        where = {f'{dialect}_where': sa.text(condition) for dialect in ('sqlite', 'postgresql')}
        op.create_index(f'ix_need_{name}', 'need', [column], unique=False, **where)

    op.execute(
        "INSERT INTO concern (canteen_id, elder_id, meal_id, cause, raised_at, rung_at, step, calls, next_at, "
        "pressing, asked_ids, finding, closed_at, closed_by_id) "
        "SELECT meal.canteen_id, booking.eater_id, booking.meal_id, "
        "CASE WHEN delivery.outcome = 'not_home' THEN 'not_home' ELSE 'no_show' END, "
        "alarm.raised_at, alarm.raised_at, CASE alarm.step WHEN 'elder' THEN 1 WHEN 'family' THEN 2 ELSE 4 END, 1, "
        "CASE WHEN alarm.closed_at IS NULL THEN alarm.next_at END, false, '[]', "
        "CASE alarm.finding WHEN '' THEN NULL WHEN 'unreachable' THEN 'nobody' ELSE alarm.finding END, "
        # What had come to its end unanswered stood still for ever; months later nobody is asked about it again.
        "CASE WHEN alarm.next_at IS NULL THEN coalesce(alarm.closed_at, alarm.raised_at) ELSE alarm.closed_at END, "
        "alarm.closed_by_id FROM mealalarm AS alarm "
        "JOIN booking ON booking.id = alarm.booking_id JOIN meal ON meal.id = booking.meal_id "
        "LEFT JOIN delivery ON delivery.booking_id = booking.id"
    )
    op.drop_index('ix_mealalarm_next_at', table_name='mealalarm')
    op.drop_table('mealalarm')


def downgrade() -> None:
    op.create_table('mealalarm',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('booking_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('step', sa.String(length=32), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('finding', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['booking_id'], ['booking.id'], name=op.f('fk_mealalarm_booking_id_booking')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['member.id'], name=op.f('fk_mealalarm_closed_by_id_member')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mealalarm')),
    sa.UniqueConstraint('booking_id', name=op.f('uq_mealalarm_booking_id'))
    )
    op.create_index('ix_mealalarm_next_at', 'mealalarm', ['next_at'], unique=False)
    # Who was missed without a booking has no place in the older store; the next step of the others has.
    op.execute(
        "INSERT INTO mealalarm (booking_id, step, raised_at, next_at, closed_at, closed_by_id, finding) "
        "SELECT booking.id, CASE WHEN concern.pressing OR step > 2 THEN 'manager' WHEN step = 2 THEN 'family' "
        "ELSE 'elder' END, raised_at, next_at, closed_at, closed_by_id, coalesce(finding, '') FROM concern "
        "JOIN booking ON booking.meal_id = concern.meal_id AND booking.eater_id = concern.elder_id"
    )
    op.drop_table('need')
    op.drop_table('concern')
