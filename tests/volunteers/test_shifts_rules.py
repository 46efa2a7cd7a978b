"""Who may be on a shift, and why not; leaving, absence, hours, and the way back."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import select

from models.audit import AuditEntry
from models.cooks.certificates import Certificate, CertificateKind
from models.members.people import Role, Status, StatusChange
from models.outbox import OutboxMessage
from models.volunteers.shifts import Assignment, AssignmentState, DutyKind, ShiftState
from rules.values import Refused
from rules.volunteers import assignments, shift_endings, shifts
from rules.volunteers.eligibility import Overlaps, Wish
from rules.volunteers.places import seen
from rules.volunteers.shifts import Plan

FRIDAY = date(2026, 11, 27)
MORNING, NOON = time(7, 30), time(11, 30)


@pytest.fixture
def plan(session, canteen, act, manager):
    """Plans a shift: `plan()`, `plan(duty=DutyKind.COOK, needed=2)`."""

    def make(day=FRIDAY, starts=MORNING, ends=NOON, duty=DutyKind.CLEANING, needed=1):
        return shifts.make(session, canteen, Plan(day, starts, ends, duty, needed), act(manager))

    return make


@pytest.fixture
def joins(session, canteen, act):
    """Somebody signs up for a shift."""

    def make(who, shift, by=None, now=None, **wish):
        when = {"now": now} if now else {}
        return assignments.sign_up(session, canteen, Wish(shift, who, **wish), act(by or who, **when)).place

    return make


def told(session, who):
    return [
        row.body["text"]["key"]
        for row in session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == who.telegram_id))
    ]


def certified(session, who, until, now):
    session.add(Certificate(member_id=who.id, kind=CertificateKind.HEALTH, valid_until=until, set_at=now))
    session.flush()


def test_a_volunteer_signs_up_and_has_the_first_place(session, plan, joins, volunteer):
    place = joins(volunteer, plan(needed=2))
    assert (place.slot, place.state, place.day) == (1, AssignmentState.ASSIGNED, FRIDAY)


def test_a_full_shift_says_that_it_is_full(plan, joins, volunteer, neighbour):
    shift = plan()
    joins(neighbour, shift)
    with pytest.raises(Refused, match=r"shifts\.full"):
        joins(volunteer, shift)


def test_nobody_is_on_a_shift_twice(plan, joins, volunteer):
    shift = plan(needed=2)
    joins(volunteer, shift)
    with pytest.raises(Refused, match=r"shifts\.already_on_it"):
        joins(volunteer, shift)


def test_a_shift_that_is_over_takes_nobody(plan, joins, volunteer):
    shift = plan()
    with pytest.raises(Refused, match=r"shifts\.over"):
        joins(volunteer, shift, now=shift.ends_at)


def test_a_shift_under_way_still_takes_a_helping_hand(plan, joins, volunteer):
    shift = plan()
    assert (
        joins(volunteer, shift, now=shift.ends_at - timedelta(minutes=1)).state == AssignmentState.CONFIRMED
    )


def test_a_shift_that_was_called_off_says_so(session, plan, joins, volunteer, manager, act):
    shift = plan()
    shift_endings.call_off(session, shift.id, "停电", act(manager))
    with pytest.raises(Refused, match=r"shifts\.is_off"):
        joins(volunteer, shift)


def test_a_month_ahead_is_too_early_and_says_from_when(plan, joins, volunteer):
    far = plan(day=FRIDAY + timedelta(days=40))
    with pytest.raises(Refused, match=r"shifts\.too_early") as refused:
        joins(volunteer, far)
    assert refused.value.facts["opens"] == far.day - timedelta(days=28)


def test_the_coordinator_plans_further_ahead_than_people_sign_up(plan, joins, volunteer, manager):
    far = plan(day=FRIDAY + timedelta(days=40))
    assert joins(volunteer, far, by=manager, early=True).member_id == volunteer.id


def test_cooking_needs_a_cook(session, plan, joins, volunteer, now):
    shift = plan(duty=DutyKind.COOK)
    with pytest.raises(Refused, match=r"shifts\.not_qualified"):
        joins(volunteer, shift)
    certified(session, volunteer, FRIDAY, now)
    assert joins(volunteer, shift).slot == 1


def test_visiting_is_for_those_the_village_sends(plan, joins, granny, volunteer):
    shift = plan(duty=DutyKind.VISIT)
    with pytest.raises(Refused, match=r"shifts\.not_qualified"):
        joins(granny, shift)
    assert joins(volunteer, shift).slot == 1


def test_a_roster_that_stands_is_taken_at_its_word_but_not_an_expired_paper(
    session, plan, joins, cook, manager, now
):
    shift = plan(duty=DutyKind.COOK)
    certified(session, cook, FRIDAY - timedelta(days=1), now)
    with pytest.raises(Refused, match=r"certificates\.expired"):
        joins(cook, shift, by=manager, vouched=True)
    session.delete(session.exec(select(Certificate)).one())
    session.flush()
    with pytest.raises(Refused, match=r"certificates\.missing"):
        joins(cook, shift, by=manager)
    assert joins(cook, shift, by=manager, vouched=True).slot == 1


def test_a_cook_whose_certificate_ends_the_day_before_does_not_cook(session, plan, joins, cook, now):
    certified(session, cook, FRIDAY - timedelta(days=1), now)
    with pytest.raises(Refused, match=r"certificates\.expired"):
        joins(cook, plan(duty=DutyKind.COOK))


def test_a_cook_with_a_certificate_to_that_day_cooks(session, plan, joins, cook, now):
    certified(session, cook, FRIDAY, now)
    assert joins(cook, plan(duty=DutyKind.COOK)).slot == 1


@pytest.mark.parametrize("status", [Status.AWAY, Status.IN_HOSPITAL, Status.LEFT, Status.DECEASED])
def test_who_is_not_here_that_day_is_on_no_shift(session, plan, joins, volunteer, now, status):
    session.add(StatusChange(member_id=volunteer.id, starts_on=FRIDAY, status=status, set_at=now))
    with pytest.raises(Refused, match=r"shifts\.not_active"):
        joins(volunteer, plan())


def test_two_light_duties_at_once_are_asked_about_and_then_allowed(plan, joins, volunteer):
    joins(volunteer, plan())
    second = plan(duty=DutyKind.SHOPPING, starts=time(11, 0), ends=time(12, 0))
    with pytest.raises(Overlaps, match=r"shifts\.overlaps_sure"):
        joins(volunteer, second)
    assert joins(volunteer, second, despite_overlap=True).slot == 1


@pytest.mark.parametrize("duty", [DutyKind.COOK, DutyKind.DRIVING])
def test_cooking_and_driving_leave_no_hand_free(session, plan, joins, cook, now, duty):
    certified(session, cook, FRIDAY, now)
    joins(cook, plan(duty=duty))
    with pytest.raises(Refused, match=r"shifts\.overlaps$") as refused:
        joins(cook, plan(duty=DutyKind.SHOPPING), despite_overlap=True)
    assert not isinstance(refused.value, Overlaps)


def test_a_shift_that_begins_when_another_ends_does_not_overlap(plan, joins, volunteer):
    joins(volunteer, plan(starts=time(7, 0), ends=time(9, 0)))
    assert joins(volunteer, plan(duty=DutyKind.SHOPPING, starts=time(9, 0), ends=time(10, 0))).slot == 1


def test_nobody_works_more_than_ten_hours_a_day(plan, joins, volunteer):
    joins(volunteer, plan(starts=time(6, 0), ends=time(12, 0)))
    with pytest.raises(Refused, match=r"shifts\.cap_day") as refused:
        joins(volunteer, plan(duty=DutyKind.SHOPPING, starts=time(13, 0), ends=time(17, 30)))
    assert (refused.value.facts["hours"], refused.value.facts["most"]) == ("6", 10)


def test_nobody_works_more_than_thirty_hours_a_week(plan, joins, volunteer):
    monday = FRIDAY + timedelta(days=3)
    for number in range(4):
        joins(volunteer, plan(day=monday + timedelta(days=number), starts=time(8, 0), ends=time(15, 0)))
    with pytest.raises(Refused, match=r"shifts\.cap_week"):
        joins(volunteer, plan(day=monday + timedelta(days=5), starts=time(8, 0), ends=time(11, 0)))
    assert (
        joins(volunteer, plan(day=monday + timedelta(days=5), starts=time(8, 0), ends=time(10, 0))).slot == 1
    )


def test_a_village_without_caps_asks_nobody_to_stop(session, canteen, plan, joins, volunteer):
    canteen.settings = {"shift_hours_day": 0, "shift_hours_week": 0}
    joins(volunteer, plan(starts=time(6, 0), ends=time(18, 0)))
    assert joins(volunteer, plan(duty=DutyKind.SHOPPING, starts=time(18, 0), ends=time(22, 0))).slot == 1


def test_only_the_coordinator_puts_others_on_a_shift(plan, joins, volunteer, neighbour, granny):
    with pytest.raises(Refused, match=r"shifts\.only_coordinator"):
        joins(neighbour, plan(), by=granny)


def test_who_is_put_on_a_shift_is_told_and_asked(session, plan, joins, volunteer, social_worker):
    joins(volunteer, plan(), by=social_worker)
    assert told(session, volunteer) == ["shifts.you_are_on"]


def test_i_am_coming_is_said_once_however_often_it_is_tapped(session, plan, joins, volunteer, act):
    place = joins(volunteer, plan())
    for _ in range(2):
        assert assignments.confirm(session, place.id, act(volunteer)).place.state == AssignmentState.CONFIRMED
    entries = session.exec(select(AuditEntry).where(AuditEntry.action == "shifts.confirmed")).all()
    assert len(entries) == 1


def test_a_stranger_cannot_confirm_for_others(session, plan, joins, volunteer, granny, act):
    place = joins(volunteer, plan())
    with pytest.raises(Refused, match=r"shifts\.only_coordinator"):
        assignments.confirm(session, place.id, act(granny))


def test_leaving_in_time_is_done_at_once_and_the_coordinator_knows(
    session, canteen, plan, joins, volunteer, social_worker, act
):
    place = joins(volunteer, plan())
    found, gone = assignments.leave(session, canteen, place.id, act(volunteer))
    assert gone
    assert found.place.state == AssignmentState.EXCUSED
    assert told(session, social_worker) == ["shifts.left_notice"]


def test_leaving_late_asks_the_coordinator_and_stays_ones_own(
    session, canteen, plan, joins, volunteer, social_worker, act
):
    shift = plan()
    place = joins(volunteer, shift)
    late = shift.starts_at - timedelta(hours=3)
    found, gone = assignments.leave(session, canteen, place.id, act(volunteer, now=late))
    assert not gone
    assert found.place.state == AssignmentState.ASSIGNED
    assert told(session, social_worker) == ["shifts.asks_leave"]
    assignments.excuse(session, canteen, place.id, "", act(social_worker, now=late))
    assert place.state == AssignmentState.EXCUSED
    assert told(session, volunteer) == ["shifts.excused_notice"]


def test_leaving_late_where_nobody_can_be_asked_is_not_pretended(
    session, canteen, plan, joins, volunteer, manager, act
):
    shift = plan()
    place = joins(volunteer, shift)
    manager.telegram_id = None
    with pytest.raises(Refused, match=r"shifts\.nobody_to_ask"):
        assignments.leave(
            session, canteen, place.id, act(volunteer, now=shift.starts_at - timedelta(hours=1))
        )


def test_a_left_place_is_free_for_the_next(session, canteen, plan, joins, volunteer, neighbour, act):
    shift = plan()
    assignments.leave(session, canteen, joins(volunteer, shift).id, act(volunteer))
    assert joins(neighbour, shift).slot == 1


def test_who_did_not_come_is_told_by_whom_and_why(
    session, canteen, plan, joins, volunteer, social_worker, act
):
    shift = plan()
    place = joins(volunteer, shift)
    after = act(social_worker, now=shift.ends_at + timedelta(hours=1))
    shift_endings.finish(session, shift.id, shift.ends_at)
    assignments.mark_absent(session, canteen, place.id, "打电话没人接", after)
    assert (place.state, place.minutes) == (AssignmentState.ABSENT, 0)
    row = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == volunteer.telegram_id)).one()
    facts = row.body["text"]["facts"]
    assert (facts["by"], facts["reason"]) == ("陈社工", "打电话没人接")


def test_absence_is_never_recorded_before_the_shift_nor_without_a_reason(
    session, canteen, plan, joins, volunteer, social_worker, act
):
    shift = plan()
    place = joins(volunteer, shift)
    with pytest.raises(Refused, match=r"shifts\.not_absent_yet"):
        assignments.mark_absent(session, canteen, place.id, "没来", act(social_worker))
    with pytest.raises(Refused, match=r"shifts\.say_why"):
        assignments.mark_absent(session, canteen, place.id, " ", act(social_worker, now=shift.ends_at))


def test_nobody_records_their_own_absence_nor_a_neighbour_anothers(
    session, canteen, plan, joins, social_worker, granny, act
):
    shift = plan()
    place = joins(social_worker, shift)
    with pytest.raises(Refused, match=r"shifts\.not_about_yourself"):
        assignments.mark_absent(session, canteen, place.id, "没来", act(social_worker, now=shift.ends_at))
    with pytest.raises(Refused, match=r"shifts\.only_coordinator"):
        assignments.mark_absent(session, canteen, place.id, "没来", act(granny, now=shift.ends_at))


def test_a_shift_that_ends_leaves_hours_with_whoever_was_on_it(session, plan, joins, volunteer):
    shift = plan()
    place = joins(volunteer, shift)
    assert not shift_endings.finish(session, shift.id, shift.ends_at - timedelta(seconds=1))
    assert shift_endings.finish(session, shift.id, shift.ends_at)
    assert (shift.state, place.state, place.minutes) == (ShiftState.DONE, AssignmentState.DONE, 240)
    assert not shift_endings.finish(session, shift.id, shift.ends_at)


def test_the_coordinator_puts_hours_right(session, plan, joins, volunteer, social_worker, act):
    shift = plan()
    place = joins(volunteer, shift)
    with pytest.raises(Refused, match=r"shifts\.no_hours_there"):
        assignments.record_hours(session, place.id, 60, act(social_worker))
    shift_endings.finish(session, shift.id, shift.ends_at)
    assignments.record_hours(session, place.id, 300, act(social_worker, now=shift.ends_at))
    assert place.minutes == 300
    with pytest.raises(Refused, match=r"shifts\.no_hours_there"):
        assignments.record_hours(session, place.id, 0, act(social_worker, now=shift.ends_at))


def test_planning_the_same_again_changes_the_number_and_keeps_the_people(plan, joins, volunteer):
    shift = plan()
    joins(volunteer, shift)
    again = plan(needed=3)
    assert (again.id, again.needed) == (shift.id, 3)


def test_a_number_smaller_than_the_people_puts_nobody_out(plan, joins, volunteer, neighbour):
    shift = plan(needed=2)
    joins(volunteer, shift)
    joins(neighbour, shift)
    with pytest.raises(Refused, match=r"shifts\.plan_too_small"):
        plan(needed=1)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"day": date(2026, 11, 24)}, "plan_over"),
        ({"day": date(2028, 11, 24)}, "plan_too_far"),
        ({"starts": time(5, 0), "ends": time(22, 0)}, "plan_too_long"),
        ({"needed": 0}, "plan_needed"),
        ({"needed": 51}, "plan_needed"),
    ],
)
def test_a_shift_that_makes_no_sense_is_not_planned(plan, facts, reason):
    with pytest.raises(Refused, match=f"shifts.{reason}"):
        plan(**facts)


def test_a_night_shift_ends_the_next_day(plan):
    shift = plan(starts=time(20, 0), ends=time(2, 0))
    assert shifts.minutes_of(shift) == 360


def test_calling_a_shift_off_tells_everybody_on_it(session, plan, joins, volunteer, manager, act):
    shift = plan()
    place = joins(volunteer, shift)
    assert shift_endings.call_off(session, shift.id, "停水", act(manager)) == [volunteer]
    assert (shift.state, place.state) == (ShiftState.CANCELLED, AssignmentState.EXCUSED)
    assert told(session, volunteer) == ["shifts.called_off_notice"]
    with pytest.raises(Refused, match=r"shifts\.over"):
        shift_endings.call_off(session, shift.id, "停水", act(manager))


def test_a_shift_of_another_village_is_nobodys_button(session, plan, joins, volunteer, act):
    place = joins(volunteer, plan())
    other = act(volunteer)
    foreign = type(other)(other.now, volunteer.id, canteen_id=999)
    with pytest.raises(Refused, match=r"common\.old_button"):
        assignments.confirm(session, place.id, foreign)
    with pytest.raises(Refused, match=r"common\.old_button"):
        assignments.confirm(session, 4242, other)


def test_signing_up_is_undone_and_the_place_is_free(session, canteen, plan, joins, volunteer, neighbour, act):
    shift = plan()
    place = joins(volunteer, shift)
    assignments.restore(session, place.id, (None, seen(place)), act(volunteer))
    assert joins(neighbour, shift).slot == 1


def test_leaving_is_undone_while_the_place_is_free(session, canteen, plan, joins, volunteer, act):
    place = joins(volunteer, plan())
    before = seen(place)
    assignments.leave(session, canteen, place.id, act(volunteer))
    assignments.restore(session, place.id, (before, seen(place)), act(volunteer))
    assert place.state == AssignmentState.ASSIGNED


def test_leaving_is_not_undone_over_anothers_head(session, canteen, plan, joins, volunteer, neighbour, act):
    shift = plan()
    place = joins(volunteer, shift)
    before = seen(place)
    assignments.leave(session, canteen, place.id, act(volunteer))
    after = seen(place)
    joins(neighbour, shift)
    with pytest.raises(Refused, match=r"shifts\.full"):
        assignments.restore(session, place.id, (before, after), act(volunteer))


def test_an_undo_takes_another_free_place_when_its_own_is_held(
    session, canteen, plan, joins, volunteer, neighbour, act
):
    shift = plan(needed=2)
    place = joins(volunteer, shift)
    before = seen(place)
    assignments.leave(session, canteen, place.id, act(volunteer))
    after = seen(place)
    joins(neighbour, shift)
    assignments.restore(session, place.id, (before, after), act(volunteer))
    assert sorted(p.slot for p in shifts.live(session, shift.id)) == [1, 2]


def test_what_changed_since_is_not_undone(session, canteen, plan, joins, volunteer, act):
    place = joins(volunteer, plan())
    before = seen(place)
    assignments.confirm(session, place.id, act(volunteer))
    with pytest.raises(Refused, match=r"shifts\.changed_since"):
        assignments.restore(session, place.id, (None, before), act(volunteer))


def test_an_absence_is_taken_back_with_its_hours(
    session, canteen, plan, joins, volunteer, social_worker, act
):
    shift = plan()
    place = joins(volunteer, shift)
    shift_endings.finish(session, shift.id, shift.ends_at)
    before, late = seen(place), act(social_worker, now=shift.ends_at)
    assignments.mark_absent(session, canteen, place.id, "没看见", late)
    assignments.restore(session, place.id, (before, seen(place)), late)
    assert (place.state, place.minutes, place.reason) == (AssignmentState.DONE, 240, "")


def test_the_store_itself_keeps_two_people_out_of_one_place(session, plan, joins, volunteer, neighbour, now):
    shift = plan()
    joins(volunteer, shift)
    session.add(Assignment(shift_id=shift.id, member_id=neighbour.id, day=shift.day, slot=1, assigned_at=now))
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()


@pytest.mark.parametrize(
    ("part", "met"),
    [("breakfast", [7]), ("lunch", [10]), ("dinner", [16]), (None, [7, 10, 16]), ("tea", [7, 10, 16])],
)
def test_early_noon_and_late_shift_are_what_the_village_means(session, canteen, plan, part, met):
    for hour in (7, 10, 16):
        plan(starts=time(hour, 45), ends=time(hour + 2, 0))
    found = shifts.on_day(session, canteen, FRIDAY, part)
    assert [s.starts_at.astimezone(ZoneInfo("Asia/Shanghai")).hour for s in found] == met


def test_a_part_without_shifts_means_any_shift_of_the_day(session, canteen, plan):
    plan(starts=time(7, 0), ends=time(9, 0))
    assert len(shifts.on_day(session, canteen, FRIDAY, "dinner")) == 1


def test_a_cook_is_not_a_coordinator_and_a_manager_is(session, act, cook, manager):
    with pytest.raises(Refused, match=r"shifts\.only_coordinator"):
        shifts.check_coordinates(session, act(cook))
    shifts.check_coordinates(session, act(manager))
    assert Role.MANAGER in shifts.COORDINATORS
