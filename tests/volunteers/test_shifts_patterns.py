"""The shifts of every week: found again, changed and ended by buttons; a day planned by hand is left as it was planned."""

from datetime import date, time, timedelta

import pytest
from sqlmodel import col, select

from models.audit import AuditEntry
from models.members.people import Role, Status, StatusChange
from models.outbox import OutboxMessage
from models.volunteers.shifts import AssignmentState, DutyKind, Shift, ShiftState
from rules.values import Refused
from rules.volunteers import assignments, patterns, rosters, shift_endings, shifts, usuals
from rules.volunteers.eligibility import Wish
from rules.volunteers.patterns import Weekly
from rules.volunteers.shifts import Plan
from texts import Words

FRIDAY = date(2026, 11, 27)
LATER = FRIDAY + timedelta(days=14)


@pytest.fixture
def plan(session, canteen, act, manager):
    """Plans a Friday morning of cleaning, or what is named."""

    def make(day=LATER, starts=time(8), ends=time(11), duty=DutyKind.CLEANING, needed=1):
        return shifts.make(session, canteen, Plan(day, starts, ends, duty, needed), act(manager))

    return make


@pytest.fixture
def on(session, canteen, act, manager):
    """Puts somebody on a shift without a word."""

    def make(who, shift):
        wish = Wish(shift, who, early=True, vouched=True)
        return assignments.put(session, canteen, wish, act(manager)).place

    return make


@pytest.fixture
def weekly(session, canteen, act, manager):
    """Every Friday, eight to eleven."""

    def make(*usual, needed=1, ends=time(11), weekday=5, duty=DutyKind.CLEANING):
        pattern = Weekly(weekday, time(8), ends, duty, needed, tuple(m.id for m in usual))
        return patterns.add(session, canteen, pattern, act(manager))

    return make


def told(session, who):
    rows = session.exec(
        select(OutboxMessage).where(OutboxMessage.member_id == who.id).order_by(col(OutboxMessage.id))
    )
    return [Words("zh_CN", "Asia/Shanghai").say(row.body["text"]) for row in rows]


def fridays(session, canteen):
    found = rosters.roster(session, canteen.id, FRIDAY, LATER)
    return {line.shift.day: [member.name for _, member in line.people] for line in found}


# --- a day planned by hand


def test_a_day_planned_with_more_people_keeps_them_and_the_pattern_goes_on(
    session, canteen, plan, on, weekly, volunteer, cook
):
    by_hand = plan(needed=2)
    on(volunteer, by_hand), on(cook, by_hand)
    weekly(needed=1)
    assert by_hand.needed == 2
    assert fridays(session, canteen) == {
        FRIDAY: [],
        FRIDAY + timedelta(days=7): [],
        LATER: ["阿军", "王师傅"],
    }


def test_a_day_planned_with_other_hours_keeps_them(session, plan, weekly):
    by_hand = plan(ends=time(12))
    before = by_hand.ends_at
    weekly(needed=3)
    assert (by_hand.ends_at, by_hand.needed) == (before, 3)


def test_a_day_that_was_called_off_by_hand_stays_off(session, act, plan, weekly, manager):
    by_hand = plan()
    shift_endings.call_off(session, by_hand.id, "修灶", act(manager))
    weekly()
    assert by_hand.state == ShiftState.CANCELLED


def test_who_always_comes_fills_the_room_a_day_planned_by_hand_has_left(
    session, canteen, plan, on, weekly, volunteer, cook
):
    on(cook, plan())
    weekly(volunteer, needed=2)
    assert fridays(session, canteen)[LATER] == ["王师傅", "阿军"]


# --- who always comes


def test_who_always_comes_is_put_on_what_is_made_already_and_told_once(
    session, canteen, act, weekly, volunteer, social_worker, now
):
    row = weekly()
    made = usuals.always(session, canteen, row.id, volunteer, act(social_worker))
    assert (row.usual_ids, len(made.places), made.problems) == ([volunteer.id], 3, ())
    assert told(session, volunteer) == [
        "以后每周五 8:00–11:00 打扫都请您来。已经排上的：\n"
        "11月27日 周五 8:00–11:00 打扫\n12月4日 周五 8:00–11:00 打扫\n12月11日 周五 8:00–11:00 打扫"
    ]
    assert patterns.extend_all(session, canteen, now + timedelta(days=7)) == 1
    assert fridays(session, canteen)[LATER] == ["阿军"]


def test_days_on_which_they_cannot_are_named_and_stay_open(
    session, canteen, act, weekly, volunteer, social_worker, now
):
    row = weekly()
    away = StatusChange(member_id=volunteer.id, starts_on=FRIDAY, status=Status.AWAY, set_at=now)
    back = StatusChange(
        member_id=volunteer.id, starts_on=FRIDAY + timedelta(days=3), status=Status.ACTIVE, set_at=now
    )
    session.add_all([away, back])
    session.flush()
    made = usuals.always(session, canteen, row.id, volunteer, act(social_worker))
    assert [(day, problem.key) for day, problem in made.problems] == [(FRIDAY, "shifts.not_active")]
    assert fridays(session, canteen)[FRIDAY] == []


def test_one_more_who_always_comes_makes_room_for_themselves(
    session, canteen, act, weekly, volunteer, cook, social_worker
):
    row = weekly(cook)
    made = usuals.always(session, canteen, row.id, volunteer, act(social_worker))
    assert row.needed == 2
    assert {problem.key for _, problem in made.problems} == {"shifts.full"}, "what is made is changed by hand"
    with pytest.raises(Refused, match="shifts.usual_already"):
        usuals.always(session, canteen, row.id, volunteer, act(social_worker))


def test_who_was_named_by_mistake_is_off_again_and_told_once(
    session, canteen, act, weekly, volunteer, social_worker
):
    row = weekly()
    made = usuals.always(session, canteen, row.id, volunteer, act(social_worker))
    ids = [found.place.id for found in made.places]
    usuals.take_back(session, row.id, volunteer, ids, act(social_worker))
    assert row.usual_ids == []
    assert {found.place.state for found in made.places} == {AssignmentState.EXCUSED}
    assert told(session, volunteer)[-1] == "刚才排错了，每周五 8:00–11:00 打扫您不用固定来。"
    with pytest.raises(Refused, match="shifts.changed_since"):
        usuals.take_back(session, row.id, volunteer, ids, act(social_worker))


def test_who_no_longer_always_comes_keeps_what_is_planned(
    session, canteen, act, weekly, volunteer, social_worker, now
):
    row = weekly(volunteer)
    usuals.no_longer(session, row.id, volunteer.id, act(social_worker))
    patterns.extend_all(session, canteen, now + timedelta(days=7))
    assert fridays(session, canteen)[FRIDAY] == ["阿军"]
    after = session.exec(select(Shift).where(Shift.day > LATER)).one()
    assert shifts.live(session, after.id) == []


@pytest.mark.parametrize("needed", [0, 51])
def test_a_pattern_for_nobody_or_for_a_crowd_is_refused(session, act, weekly, manager, needed):
    row = weekly()
    with pytest.raises(Refused, match="shifts.plan_needed"):
        patterns.need(session, row.id, needed, act(manager))


def test_fewer_than_always_come_are_never_needed(session, act, weekly, manager, volunteer, cook):
    row = weekly(volunteer, cook, needed=2)
    with pytest.raises(Refused, match="shifts.plan_needed"):
        patterns.need(session, row.id, 1, act(manager))


def test_a_volunteer_changes_no_pattern_and_every_change_is_in_the_audit(
    session, canteen, act, weekly, volunteer, manager
):
    row = weekly()
    for change in (
        lambda: usuals.always(session, canteen, row.id, volunteer, act(volunteer)),
        lambda: patterns.need(session, row.id, 2, act(volunteer)),
    ):
        with pytest.raises(Refused, match="shifts.only_coordinator"):
            change()
    patterns.need(session, row.id, 2, act(manager))
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "shifts.pattern_changed")).one()
    assert (entry.before, entry.after) == ({"needed": 1}, {"needed": 2})


# --- by buttons


def test_the_pattern_is_found_again_and_changed_by_buttons(
    session, canteen, village, weekly, social_worker, volunteer
):
    row = weekly()
    village.says(social_worker, "/plan")
    for label in ("每周固定的班", "周五", "8:00", "加固定来的人"):
        village.taps(social_worker, village.data_of(label))
    assert village.says(social_worker, "阿军") == [
        "好，阿军以后固定来，已经排出的也排上了 3 个班。\n已告诉：阿军\n"
        "每周五 8:00–11:00 打扫，要 1 人。\n固定来的：阿军"
    ]
    village.taps(social_worker, village.data_of("多要 1 人"))
    assert row.needed == 2
    village.taps(social_worker, village.data_of("阿军不再固定来"))
    assert row.usual_ids == []
    village.taps(social_worker, village.data_of("少要 1 人"))
    village.taps(social_worker, village.data_of("以后不要了"))
    assert row.ended_at == village.now
    village.says(social_worker, "/plan")
    village.taps(social_worker, village.data_of("每周固定的班"))
    assert village.buttons == [("返回", "plan")]


def test_a_wrong_name_is_taken_back_by_a_word(session, village, weekly, social_worker, volunteer):
    row = weekly()
    village.taps(social_worker, f"usualadd:{row.id}")
    village.says(social_worker, "阿军")
    assert row.usual_ids == [volunteer.id]
    village.says(social_worker, "撤销")
    assert row.usual_ids == []


def test_a_name_nobody_or_two_have_is_asked_again(
    session, village, weekly, social_worker, volunteer, villager
):
    villager("阿军", Role.VOLUNTEER, telegram_id=1008, hamlet="河边")
    row = weekly()
    village.taps(social_worker, f"usualadd:{row.id}")
    assert village.says(social_worker, "没有这个人") == ["没有找到“没有这个人”这个人。"]
    assert village.says(social_worker, "阿军") == ["有几个“阿军”，请写全名。"]
    assert row.usual_ids == []


@pytest.mark.parametrize(
    "tap", ["planweekly", "weekly:1", "usualadd:1", "usualends:1:1", "weeklyneeds:1:more"]
)
def test_a_volunteer_does_not_see_the_pattern(village, weekly, volunteer, tap):
    weekly(volunteer)
    assert village.taps(volunteer, tap) == "这个由社工或管理员来做。"


@pytest.mark.parametrize("tap", ["weekly:99", "weekly:x", "usualends:1:99", "weekday:soon", "usualundo:9"])
def test_forged_taps_on_the_pattern_change_nothing(village, weekly, social_worker, volunteer, tap):
    row = weekly(volunteer)
    village.taps(social_worker, tap)
    assert (row.usual_ids, row.ended_at) == ([volunteer.id], None)


# --- planning a full week


def test_every_shift_of_a_full_week_is_reached_day_by_day(session, village, plan, social_worker):
    duties = (DutyKind.COOK, DutyKind.HELP, DutyKind.DELIVERY, DutyKind.CLEANING)
    monday = date(2026, 11, 30)
    made = {plan(monday + timedelta(days=n), duty=duty).id for n in range(5) for duty in duties}
    village.taps(social_worker, f"planweek:{monday}")
    days = [data for _, data in village.buttons if data.startswith("planon")]
    assert "11月30日 周一（4 个班，还差 4 人）" in [words for words, _ in village.buttons]
    reached = set()
    for day in days:
        village.taps(social_worker, day)
        reached |= {
            int(data.partition(":")[2]) for _, data in village.buttons if data.startswith("planshift")
        }
    assert reached == made


def test_a_full_day_says_so_and_the_card_leads_back_to_it(
    session, village, plan, on, social_worker, volunteer
):
    shift = plan(FRIDAY)
    on(volunteer, shift)
    village.taps(social_worker, "planweek:2026-11-23")
    village.taps(social_worker, village.data_of("11月27日 周五（1 个班）"))
    village.taps(social_worker, village.data_of("8:00–11:00 打扫（1/1 人）"))
    assert ("返回", "planon:2026-11-27") in village.buttons


def test_a_week_without_shifts_says_so(village, social_worker):
    village.taps(social_worker, "planweek:2026-12-07")
    assert village.buttons == [("下一周", "planweek:2026-12-14")]


def test_who_cannot_be_written_to_is_to_be_told_by_mouth(
    session, village, plan, on, social_worker, volunteer, neighbour
):
    shift = plan(FRIDAY, needed=2)
    on(volunteer, shift), on(neighbour, shift)
    village.taps(social_worker, f"planoff:{shift.id}")
    assert village.says(social_worker, "停电") == [
        "取消了：11月27日 周五 8:00–11:00 打扫。\n已告诉：阿军\n收不到消息，请转告：覃叔"
    ]
