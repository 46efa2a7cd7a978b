"""Nobody comes for nothing and nobody stays at home by mistake: whoever was told one thing is told when it changes."""

from datetime import date, time, timedelta

import pytest
from sqlmodel import col, select

from models.audit import AuditEntry
from models.outbox import OutboxMessage
from models.volunteers.shifts import (
    Assignment,
    AssignmentState,
    DutyKind,
    Shift,
    ShiftState,
    SwapKind,
    SwapState,
)
from rules.lunch import calendar
from rules.values import Refused
from rules.volunteers import (
    assignments,
    places,
    rosters,
    shift_closings,
    shift_endings,
    shifts,
    swap_answers,
    swaps,
)
from rules.volunteers.eligibility import Wish
from rules.volunteers.shifts import Plan
from rules.volunteers.swaps import Asking
from texts import Words

FRIDAY, SATURDAY = date(2026, 11, 27), date(2026, 11, 28)
NOON = {"starts": time(12, 0), "ends": time(13, 0), "duty": DutyKind.DELIVERY}


@pytest.fixture
def agreed(session, canteen, act, plan, on, volunteer, uncle):
    """阿军 gives Friday away, 覃叔 has said yes, and the coordinator has not said anything yet."""
    canteen.settings = {"swap_policy": "coordinator_approves"}
    session.add(canteen)
    session.flush()
    place = on(volunteer, plan())
    swap = swaps.offer(session, canteen, place.id, Asking(), act(volunteer))
    swaps.take(session, canteen, swap.id, act(uncle))
    assert swap.state == SwapState.AGREED
    return swap


def told(session, who):
    rows = session.exec(
        select(OutboxMessage).where(OutboxMessage.member_id == who.id).order_by(col(OutboxMessage.id))
    )
    return [Words("zh_CN", "Asia/Shanghai").say(row.body["text"]) for row in rows]


def undo(session, found, act_of):
    states = (found.before, places.seen(found.place))
    return assignments.restore(session, found.place.id, states, act_of)


def test_who_was_excused_by_mistake_is_asked_to_come_after_all(
    session, canteen, act, plan, on, volunteer, social_worker
):
    found = assignments.excuse(session, canteen, on(volunteer, plan()).id, "", act(social_worker))
    undo(session, found, act(social_worker))
    assert told(session, volunteer)[-1] == "刚才弄错了，请您照常来：11月27日 周五 7:30–11:30 打扫。"


def test_who_was_put_on_by_mistake_need_not_come(session, canteen, act, plan, volunteer, social_worker):
    found = assignments.sign_up(session, canteen, Wish(plan(), volunteer), act(social_worker))
    undo(session, found, act(social_worker))
    assert told(session, volunteer)[-1] == "刚才排错了，您不用来：11月27日 周五 7:30–11:30 打扫。"


def test_who_was_called_absent_by_mistake_reads_that_it_was_one(
    session, canteen, act, plan, on, volunteer, social_worker, now
):
    place = on(volunteer, plan(date(2026, 11, 25), time(9), time(11)))
    found = assignments.mark_absent(session, canteen, place.id, "没看到人", act(social_worker))
    undo(session, found, act(social_worker))
    assert "没有记您没来" in told(session, volunteer)[-1]
    assert place.state == AssignmentState.ASSIGNED


def test_an_absence_taken_back_after_the_shift_gives_the_hours_back(
    session, canteen, act, plan, on, volunteer, social_worker, now
):
    shift = plan(date(2026, 11, 25), time(9), time(11))
    place = on(volunteer, shift)
    late = shift.ends_at - timedelta(minutes=5)
    found = assignments.mark_absent(session, canteen, place.id, "没看到人", act(social_worker, late))
    shift_endings.finish(session, shift.id, shift.ends_at)
    undo(session, found, act(social_worker, shift.ends_at + timedelta(minutes=1)))
    assert (place.state, place.minutes) == (AssignmentState.DONE, 120)


def test_who_left_and_comes_after_all_is_expected_again_by_the_coordinators(
    session, canteen, act, plan, on, volunteer, social_worker
):
    found, _ = assignments.leave(session, canteen, on(volunteer, plan()).id, act(volunteer))
    undo(session, found, act(volunteer))
    assert told(session, social_worker) == [
        "阿军退了班：11月27日 周五 7:30–11:30 打扫。",
        "阿军又来了：11月27日 周五 7:30–11:30 打扫。",
    ]
    assert told(session, volunteer) == []


def test_a_leave_is_not_undone_once_the_shift_was_called_off(
    session, canteen, act, plan, on, volunteer, manager
):
    shift = plan()
    found, _ = assignments.leave(session, canteen, on(volunteer, shift).id, act(volunteer))
    shift_endings.call_off(session, shift.id, "停电", act(manager))
    with pytest.raises(Refused, match="shifts.changed_since"):
        undo(session, found, act(volunteer))


def test_the_coordinator_who_lets_somebody_go_by_their_own_button_tells_them(
    session, canteen, act, plan, on, volunteer, social_worker
):
    _, gone = assignments.leave(session, canteen, on(volunteer, plan()).id, act(social_worker))
    assert gone
    assert told(session, volunteer) == ["准假了：11月27日 周五 7:30–11:30 打扫不用来。"]


def test_who_is_on_a_shift_hears_that_its_hours_have_changed(session, plan, on, volunteer):
    place = on(volunteer, plan())
    plan(ends=time(12, 30))
    row = session.exec(select(OutboxMessage).where(OutboxMessage.member_id == volunteer.id)).one()
    assert told(session, volunteer) == ["您的班时间改了：11月27日 周五 7:30–12:30 打扫。"]
    assert [button[1] for line in row.body["buttons"] for button in line] == [f"shiftno:{place.id}"]


def test_one_more_hand_is_no_news_for_who_is_on_it(session, plan, on, volunteer):
    on(volunteer, plan())
    plan(needed=2)
    assert told(session, volunteer) == []


def test_a_shift_written_down_once_more_keeps_the_hours_that_were_put_right(
    session, canteen, act, plan, on, manager, volunteer, social_worker
):
    shift = plan(date(2026, 11, 25), time(11), time(12))
    place = on(volunteer, shift)
    shift_endings.finish(session, shift.id, shift.ends_at)
    later = shift.ends_at + timedelta(hours=2)
    assignments.record_hours(session, place.id, 30, act(social_worker, later))
    again = Plan(shift.day, time(11), time(12), DutyKind.CLEANING, 1)
    shifts.make(session, canteen, again, act(manager, later), history=True)
    assert shift_endings.finish(session, shift.id, later)
    assert (shift.state, place.state, place.minutes) == (ShiftState.DONE, AssignmentState.DONE, 30)
    assert told(session, volunteer) == []


# --- whoever said yes and waits


@pytest.mark.parametrize("what", ["called off", "excused", "somebody else asked", "withdrawn"])
def test_who_said_yes_is_not_left_waiting(
    session, canteen, act, agreed, volunteer, uncle, granny, manager, what
):
    place = session.get_one(Assignment, agreed.assignment_id)
    before = len(told(session, uncle))
    if what == "called off":
        shift_endings.call_off(session, place.shift_id, "停电", act(manager))
    elif what == "excused":
        assignments.excuse(session, canteen, place.id, "", act(manager))
    elif what == "somebody else asked":
        swaps.offer(session, canteen, place.id, Asking(SwapKind.COVER, granny), act(volunteer))
    else:
        swap_answers.withdraw(session, agreed.id, act(volunteer))
    said = {
        "called off": "11月27日 周五 7:30–11:30 打扫不用您替了，谢谢您！",
        "excused": "11月27日 周五 7:30–11:30 打扫不用您替了，谢谢您！",
    }.get(what, "11月27日 周五 7:30–11:30 打扫没换成，还是阿军来。谢谢您！")
    assert told(session, uncle)[before:] == [said]


def test_who_offered_to_do_a_neighbours_shift_hears_that_it_is_off(
    session, canteen, act, plan, on, volunteer, uncle, manager
):
    shift = plan()
    asking = Asking(SwapKind.COVER, uncle)
    swaps.offer(session, canteen, on(volunteer, shift).id, asking, act(uncle))
    shift_endings.call_off(session, shift.id, "停电", act(manager))
    assert told(session, uncle) == ["11月27日 周五 7:30–11:30 打扫不用您替了，谢谢您！"]


def test_who_was_asked_and_has_not_answered_is_spared_the_news(
    session, canteen, act, plan, on, volunteer, uncle, manager
):
    shift = plan()
    swaps.offer(session, canteen, on(volunteer, shift).id, Asking(SwapKind.COVER, uncle), act(volunteer))
    before = len(told(session, uncle))
    shift_endings.call_off(session, shift.id, "停电", act(manager))
    assert len(told(session, uncle)) == before


def test_once_it_has_begun_nobody_waits_for_it_any_more(session, agreed, uncle):
    place = session.get_one(Assignment, agreed.assignment_id)
    shift = session.get_one(Shift, place.shift_id)
    before = len(told(session, uncle))
    assert shift_endings.finish(session, shift.id, shift.ends_at)
    assert (agreed.state, len(told(session, uncle))) == (SwapState.EXPIRED, before)


def test_an_offer_that_ends_with_its_shift_is_in_the_audit(session, agreed, act, manager):
    place = session.get_one(Assignment, agreed.assignment_id)
    shift_endings.call_off(session, place.shift_id, "停电", act(manager))
    actions = session.exec(select(AuditEntry.action).order_by(col(AuditEntry.id))).all()
    assert "swaps.withdrawn" in actions


def test_an_exchange_taken_back_leaves_no_offer_that_nobody_can_take(
    session, canteen, act, plan, on, volunteer, uncle
):
    mine, theirs = on(volunteer, plan()), on(uncle, plan(SATURDAY))
    asking = Asking(SwapKind.EXCHANGE, uncle, counter_id=theirs.id)
    swap = swaps.offer(session, canteen, mine.id, asking, act(volunteer))
    swaps.take(session, canteen, swap.id, act(uncle))
    swap_answers.undo(session, canteen, swap.id, act(uncle))
    assert swap.state == SwapState.WITHDRAWN
    assert [member.name for _, member in rosters.holders(session, [mine.shift_id])] == ["阿军"]
    assert [member.name for _, member in rosters.holders(session, [theirs.shift_id])] == ["覃叔"]


def test_what_everybody_was_asked_is_open_again_without_an_end(
    session, canteen, act, plan, on, volunteer, uncle
):
    swap = swaps.offer(session, canteen, on(volunteer, plan()).id, Asking(), act(volunteer))
    swaps.take(session, canteen, swap.id, act(uncle))
    swap_answers.undo(session, canteen, swap.id, act(uncle))
    assert (swap.state, swap.ended_at, swap.approved_by_id) == (SwapState.OFFERED, None, None)


# --- called off, and not


def test_each_place_of_a_shift_called_off_has_its_own_line_in_the_audit(
    session, plan, on, volunteer, manager, act
):
    shift = plan()
    on(volunteer, shift)
    shift_endings.call_off(session, shift.id, "停电", act(manager))
    mine = session.exec(
        select(AuditEntry).where(AuditEntry.subject_id == volunteer.id).order_by(col(AuditEntry.id))
    ).all()
    assert [entry.action for entry in mine] == ["shifts.signed_up", "shifts.excused"]


def test_who_has_two_shifts_on_a_closed_day_reads_it_once(
    session, canteen, act, plan, on, volunteer, uncle, manager
):
    on(volunteer, plan())
    on(volunteer, plan(**NOON))
    on(uncle, plan(starts=time(13), ends=time(14)))
    calendar.close(session, canteen, FRIDAY, "下雪", act(manager))
    shift_closings.call_off(session, canteen, FRIDAY, act(manager))
    assert told(session, volunteer) == [
        "原因：下雪。您的这些班都取消了，不用来：\n11月27日 周五 7:30–11:30 打扫\n11月27日 周五 12:00–13:00 送餐"
    ]
    assert told(session, uncle) == ["11月27日 周五 13:00–14:00 打扫取消了，不用来。原因：下雪"]


def test_a_closed_day_that_opens_again_brings_its_shifts_back_by_one_tap(
    session, canteen, village, act, plan, on, volunteer, uncle, manager
):
    morning, noon = plan(), plan(**NOON)
    on(volunteer, morning), on(volunteer, noon)
    left = on(uncle, plan(starts=time(13), ends=time(14)))
    assignments.leave(session, canteen, left.id, act(uncle))
    calendar.close(session, canteen, FRIDAY, "下雪", act(manager))
    shift_closings.call_off(session, canteen, FRIDAY, act(manager))
    calendar.reopen(session, canteen, FRIDAY, act(manager))
    assert "又开伙了，那天取消了 3 个班" in told(session, manager)[-1]
    village.taps(manager, village.data_of_told(manager, "都恢复"))
    assert told(session, volunteer)[-1].startswith("这些班又照常了，请您来：\n11月27日 周五 7:30")
    kept = [[m.name for _, m in rosters.holders(session, [shift.id])] for shift in (morning, noon)]
    assert kept == [["阿军"], ["阿军"]]
    assert not rosters.holders(session, [left.shift_id]), "who had left before is not called back"
    assert left.state == AssignmentState.EXCUSED


def test_what_was_called_off_for_another_reason_stays_off(
    session, canteen, act, plan, on, volunteer, manager
):
    for_itself, with_the_day = plan(), plan(**NOON)
    shift_endings.call_off(session, for_itself.id, "停水", act(manager))
    calendar.close(session, canteen, FRIDAY, "下雪", act(manager))
    shift_closings.call_off(session, canteen, FRIDAY, act(manager))
    calendar.reopen(session, canteen, FRIDAY, act(manager))
    shift_closings.open_again(session, canteen, with_the_day.id, act(manager))
    assert (for_itself.state, with_the_day.state) == (ShiftState.CANCELLED, ShiftState.OPEN)
    with pytest.raises(Refused, match="shifts.changed_since"):
        shift_closings.open_again(session, canteen, with_the_day.id, act(manager))
    with pytest.raises(Refused, match="shifts.only_coordinator"):
        shift_closings.open_again(session, canteen, for_itself.id, act(volunteer))


def test_a_day_that_opens_again_without_shifts_asks_nobody(session, canteen, act, manager):
    calendar.close(session, canteen, FRIDAY, "下雪", act(manager))
    calendar.reopen(session, canteen, FRIDAY, act(manager))
    assert told(session, manager) == []


# --- asked in the group, asked in person


def test_two_duties_at_once_tapped_in_the_group_are_asked_about_in_private(session, village, plan, on, uncle):
    on(uncle, plan(duty=DutyKind.DELIVERY))
    other = plan(starts=time(8))
    village.taps(uncle, f"shiftjoin:{other.id}", group=True)
    assert told(session, uncle)[-1].endswith("两个都做得来吗？")
    village.taps(uncle, village.data_of_told(uncle, "做得来"))
    assert [member.name for _, member in rosters.holders(session, [other.id])] == ["覃叔"]


def test_who_asked_somebody_hears_the_yes(session, village, plan, social_worker, volunteer):
    shift = plan()
    village.taps(social_worker, f"shiftask:{shift.id}:{volunteer.id}")
    village.taps(volunteer, village.data_of_told(volunteer, "我来"))
    assert told(session, social_worker)[-1] == "阿军说来：11月27日 周五 7:30–11:30 打扫。"
    assert [member.name for _, member in rosters.holders(session, [shift.id])] == ["阿军"]


def test_who_was_asked_and_has_something_else_says_yes_after_a_second_thought(
    session, village, plan, on, social_worker, volunteer
):
    on(volunteer, plan(duty=DutyKind.DELIVERY))
    shift = plan(starts=time(8))
    assert "做得来" in str(village.taps(volunteer, f"shiftyes:{shift.id}")) or village.buttons
    assert told(session, social_worker) == []
    village.taps(volunteer, village.data_of("做得来"))
    assert told(session, social_worker) == ["阿军说来：11月27日 周五 8:00–11:30 打扫。"]


def test_a_second_thought_may_be_a_no(session, village, plan, on, social_worker, volunteer):
    on(volunteer, plan(duty=DutyKind.DELIVERY))
    shift = plan(starts=time(8))
    village.taps(volunteer, f"shiftyes:{shift.id}")
    village.taps(volunteer, village.data_of("算了"))
    assert not rosters.holders(session, [shift.id])
    assert told(session, social_worker) == []
