"""How the work is spread: my hours kindly, whom to ask next, thanks at round numbers; nobody is ranked in public."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import select

from models.cooks.certificates import Certificate, CertificateKind
from models.members.people import Role, Status, StatusChange
from models.outbox import OutboxMessage
from models.volunteers.shifts import Assignment, AssignmentState, DutyKind, Shift, ShiftState
from rules.volunteers import fairness
from texts.rendering import Words

TODAY = date(2026, 11, 25)
WORDS = Words("zh_CN", "Asia/Shanghai")


def at(day, hour=9):
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@pytest.fixture
def shift(session, canteen):
    """A shift some days from today: `shift(1, 9, 12, DutyKind.HELP)`."""

    def make(days=1, starts=9, ends=12, duty=DutyKind.CLEANING, needed=1):
        day = TODAY + timedelta(days=days)
        row = Shift(
            canteen_id=canteen.id,
            day=day,
            starts_at=at(day, starts),
            ends_at=at(day, ends),
            duty=duty,
            needed=needed,
            state=ShiftState.DONE if days < 0 else ShiftState.OPEN,
        )
        session.add(row)
        session.flush()
        return row

    return make


@pytest.fixture
def worked(session, shift, now):
    """Somebody did a shift of some hours some days ago: `worked(volunteer, 3, days=-2)`."""

    def make(member, hours, days=-2, state=AssignmentState.DONE):
        row = shift(days, 8, 9)
        row.starts_at -= timedelta(minutes=member.id)  # no two shifts of a duty begin at once
        session.add(row)
        place = Assignment(
            shift_id=row.id,
            member_id=member.id,
            day=row.day,
            slot=1,
            state=state,
            minutes=int(hours * 60) if state == AssignmentState.DONE else 0,
            assigned_at=now,
        )
        session.add(place)
        session.flush()
        return place

    return make


@pytest.fixture
def down_for(session, now):
    """Puts somebody on a shift."""

    def make(row, member, slot=1):
        session.add(Assignment(shift_id=row.id, member_id=member.id, day=row.day, slot=slot, assigned_at=now))
        session.flush()

    return make


@pytest.fixture
def helpers(villager):
    """Three volunteers besides 阿军."""
    return [
        villager(name, Role.VOLUNTEER, telegram_id=2000 + n)
        for n, name in enumerate(("莫嫂", "小蓝", "覃姐"))
    ]


def names(found):
    return [load.member.name for load in found]


# --- one's own


def test_my_hours_stand_beside_the_median_of_those_who_helped(session, canteen, volunteer, helpers, worked):
    for member, hours in zip([volunteer, *helpers], (6, 2, 4, 9), strict=True):
        worked(member, hours)
    worked(volunteer, 40, days=-60)
    found = fairness.hours(session, canteen, volunteer.id, TODAY)
    assert (found.mine, found.median, found.ever) == (6 * 60, 5 * 60, 46 * 60)
    said = WORDS.say(fairness.kindly(found))
    assert "6 小时" in said
    assert "5 小时" in said
    assert "46 小时" in said


@pytest.mark.parametrize(
    ("mine", "median", "ever", "words"),
    [
        (0, 300, 0, "还没有上过班"),
        (0, 300, 600, "有空再来"),
        (120, 300, 600, "谢谢您！"),
        (600, 300, 600, "歇一歇"),
    ],
)
def test_hours_are_told_without_reproach(mine, median, ever, words):
    said = WORDS.say(fairness.kindly(fairness.Hours(mine, median, ever)))
    assert words in said
    for reproach in ("少", "不够", "最后", "倒数", "排名", "第"):
        assert reproach not in said


@pytest.mark.parametrize(
    "state", [AssignmentState.ABSENT, AssignmentState.EXCUSED, AssignmentState.HANDED_OVER]
)
def test_only_what_was_done_counts(session, canteen, volunteer, worked, state):
    worked(volunteer, 3, state=state)
    assert fairness.hours(session, canteen, volunteer.id, TODAY) == fairness.Hours(0, 0, 0)


def test_those_who_plan_see_the_load_least_loaded_first(
    session, canteen, volunteer, cook, helpers, worked, shift, down_for
):
    worked(volunteer, 6)
    worked(helpers[0], 2)
    down_for(shift(2), helpers[1])
    helpers[2].status = Status.IN_HOSPITAL
    session.flush()
    found = fairness.loads(session, canteen, TODAY)
    assert [(load.member.name, load.done, load.ahead) for load in found] == [
        ("王师傅", 0, 0),
        ("莫嫂", 120, 0),
        ("小蓝", 0, 180),
        ("阿军", 360, 0),
    ]


# --- whom to ask


def test_the_least_loaded_who_is_free_is_asked_first(
    session, canteen, volunteer, helpers, worked, shift, now
):
    worked(volunteer, 6)
    worked(helpers[0], 2)
    worked(helpers[2], 4)
    row = shift()
    assert names(fairness.whom_to_ask(session, canteen, row, now)) == ["小蓝", "莫嫂", "覃姐", "阿军"]


def test_nobody_is_asked_who_could_not_come(
    session, canteen, volunteer, helpers, worked, shift, down_for, now
):
    row = shift(needed=2)
    down_for(row, helpers[0], slot=2)
    down_for(shift(1, 11, 13, DutyKind.DELIVERY), helpers[1])
    session.add(StatusChange(member_id=helpers[2].id, starts_on=row.day, status=Status.AWAY, set_at=now))
    session.flush()
    assert names(fairness.whom_to_ask(session, canteen, row, now)) == ["阿军"]


def test_who_has_worked_enough_this_week_is_spared(
    session, canteen, volunteer, helpers, shift, down_for, now
):
    canteen.settings = {"shift_hours_week": 6, "shift_hours_day": 4}
    down_for(shift(0, 13, 17), volunteer)
    down_for(shift(1, 14, 16, DutyKind.DELIVERY), helpers[0])
    down_for(shift(5, 9, 15, DutyKind.DELIVERY), helpers[1])
    row = shift(1, 9, 12)
    assert names(fairness.whom_to_ask(session, canteen, row, now)) == ["覃姐", "小蓝"]


def test_for_cooking_only_a_cook_with_a_certificate_is_asked(
    session, canteen, cook, volunteer, villager, shift, now
):
    second = villager("莫师傅", Role.COOK)
    row = shift(duty=DutyKind.COOK)
    assert fairness.whom_to_ask(session, canteen, row, now) == []
    session.add(
        Certificate(member_id=second.id, kind=CertificateKind.HEALTH, valid_until=row.day, set_at=now)
    )
    session.flush()
    assert names(fairness.whom_to_ask(session, canteen, row, now)) == ["莫师傅"]


def test_suggestions_cost_the_same_for_a_few_and_for_many(
    session, canteen, volunteer, villager, worked, shift, now
):
    row = shift(duty=DutyKind.HELP)

    def statements():
        seen = []
        engine = session.get_bind()
        listen = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listen)
        fairness.whom_to_ask(session, canteen, row, now)
        fairness.loads(session, canteen, TODAY)
        event.remove(engine, "before_cursor_execute", listen)
        return len(seen)

    few = statements()
    for number in range(60):
        worked(villager(f"帮手{number}", Role.VOLUNTEER), 1)
    assert statements() == few


# --- thanks


@given(st.integers(0, 3000 * 60), st.integers(1, 16 * 60))
def test_each_round_number_is_passed_once(before, minutes):
    after = before + minutes
    marks = {mark for mark in fairness.MILESTONES if before < mark * 60 <= after}
    assert fairness.milestone(before, after) == max(marks, default=None)


def thanked(session):
    thanks = select(OutboxMessage).where(OutboxMessage.key.startswith("thanks:"))
    rows = session.exec(thanks.order_by(OutboxMessage.id)).all()
    return [WORDS.say(row.body["text"]) for row in rows]


def test_who_passed_ten_hours_yesterday_is_thanked_in_private_once(
    session, canteen, volunteer, helpers, worked, now
):
    worked(volunteer, 8, days=-20)
    worked(volunteer, 3, days=-1)
    worked(helpers[0], 3, days=-1)
    worked(helpers[1], 12, days=-9)
    assert fairness.thank(session, canteen, now) == 1
    assert fairness.thank(session, canteen, now) == 0
    assert thanked(session) == ["阿军，您一共帮了 10 小时了。谢谢您！"]


def test_in_a_week_nobody_worked_nobody_is_thanked(session, canteen, volunteer, worked, now):
    worked(volunteer, 12, days=-9)
    assert fairness.thank(session, canteen, now) == 0


def test_a_bot_that_slept_for_some_days_thanks_when_it_wakes_and_once(
    session, canteen, volunteer, worked, now
):
    worked(volunteer, 12, days=-3)
    assert fairness.thank(session, canteen, now) == 1
    for days in range(1, 9):
        assert fairness.thank(session, canteen, now + timedelta(days=days)) == 0
    worked(volunteer, 14, days=8)
    assert fairness.thank(session, canteen, now + timedelta(days=9)) == 1
    assert thanked(session)[-1] == "阿军，您一共帮了 25 小时了。谢谢您！"


def test_the_dead_are_not_thanked(session, canteen, volunteer, worked, now):
    worked(volunteer, 12, days=-1)
    volunteer.status = Status.DECEASED
    session.flush()
    assert fairness.thank(session, canteen, now) == 0


# --- as it is talked


def test_a_volunteer_reads_their_own_hours_and_nobody_elses(village, volunteer, helpers, worked):
    worked(volunteer, 3)
    worked(helpers[0], 5)
    said = village.says(volunteer, "/hours")[0]
    assert "3 小时" in said
    assert "莫嫂" not in said
    assert "小时" not in village.says(volunteer, "/hours", group=True)[0]


def test_hours_stand_behind_a_button_of_the_shifts(village, volunteer, worked):
    worked(volunteer, 3)
    village.says(volunteer, "/shifts")
    village.taps(volunteer, village.data_of("我帮了多久"))
    assert "3 小时" in village.told(volunteer)[-1]


def test_the_social_worker_reads_the_load_in_private(village, social_worker, volunteer, helpers, worked):
    worked(volunteer, 3)
    said = village.says(social_worker, "/hours")[0]
    assert "阿军：3 小时／0 小时" in said
    assert said.index("莫嫂") < said.index("阿军")
    assert "阿军" not in village.says(social_worker, "/hours", group=True)[0]


def test_many_helpers_come_in_pages(village, session, social_worker, villager):
    for number in range(25):
        villager(f"帮手{number:02d}", Role.VOLUNTEER)
    assert "帮手19" in village.says(social_worker, "/hours")[0]
    village.taps(social_worker, village.data_of("更多"))
    assert "帮手24" in village.told(social_worker)[-1]


def test_a_gap_is_filled_by_asking_the_right_one(village, session, social_worker, volunteer, helpers, shift):
    row = shift()
    village.taps(social_worker, f"shiftwhom:{row.id}")
    assert "可以问问" in village.told(social_worker)[-1]
    data = f"shiftask:{row.id}:{volunteer.id}"
    assert "已经问阿军了" in village.taps(social_worker, data)
    assert "已经问过阿军" in village.taps(social_worker, data)
    assert "陈社工想请您帮忙：11月26日 周四 9:00–12:00 打扫" in village.told(volunteer)[-1]
    village.taps(volunteer, f"shiftjoin:{row.id}")
    assert session.exec(select(Assignment)).one().member_id == volunteer.id
    assert "已经够人了" in village.taps(social_worker, data)
    row.needed = 2
    session.flush()
    assert "来不了了" in village.taps(social_worker, data)


@pytest.mark.parametrize("button", ["shiftwhom:{0}", "shiftask:{0}:{1}"])
def test_nobody_is_sought_for_what_is_over_off_or_full(
    village, session, social_worker, volunteer, helpers, shift, button
):
    shift = shift()
    tap = button.format(shift.id, volunteer.id)
    before = village.now
    village.now = shift.ends_at
    assert village.taps(social_worker, tap) == "这个班已经过了。"
    village.now, shift.state = before, ShiftState.CANCELLED
    session.flush()
    assert "取消" in village.taps(social_worker, tap)
    shift.state, shift.needed = ShiftState.OPEN, 1
    place = Assignment(
        shift_id=shift.id, member_id=helpers[0].id, day=shift.day, slot=1, assigned_at=village.now
    )
    session.add(place)
    session.flush()
    assert "已经够人了" in village.taps(social_worker, tap)
    asked = select(OutboxMessage).where(OutboxMessage.key.startswith("shiftask:"))
    assert session.exec(asked).all() == []


def test_a_no_is_a_good_answer_and_told_once(village, session, social_worker, volunteer, shift):
    row = shift()
    village.taps(social_worker, f"shiftask:{row.id}:{volunteer.id}")
    for _ in range(2):
        village.taps(volunteer, f"shiftsorry:{row.id}")
    assert "没关系" in village.told(volunteer)[-1]
    assert sum("阿军这次来不了" in said for said in village.told(social_worker)) == 1


def test_who_has_no_phone_is_to_be_phoned(village, social_worker, villager, shift):
    silent = villager("莫嫂", Role.VOLUNTEER)
    assert "打电话" in village.taps(social_worker, f"shiftask:{shift().id}:{silent.id}")


def test_where_nobody_is_free_the_coordinator_is_told_so(village, social_worker, shift):
    village.taps(social_worker, f"shiftwhom:{shift().id}")
    assert "没有了" in village.told(social_worker)[-1]


def test_only_those_who_plan_ask_others_and_forged_taps_do_nothing(
    village, session, volunteer, social_worker, shift
):
    row = shift()
    for data in (f"shiftwhom:{row.id}", f"shiftask:{row.id}:1", "hourspage:20"):
        assert "社工" in village.taps(volunteer, data), data
    for data in (
        "shiftwhom:x",
        "shiftwhom:99",
        f"shiftask:{row.id}:999",
        f"shiftask:{row.id}:x",
        "shiftsorry:99",
    ):
        assert "过期" in village.taps(social_worker, data), data
    assert session.exec(select(Assignment)).all() == []
