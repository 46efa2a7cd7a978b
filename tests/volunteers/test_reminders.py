"""Whoever is on duty is reminded, exactly once each; the coordinator hears of silence and gaps, the village of need."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import select

from jobs.duties import Look
from jobs.scheduler import Scheduler, perform
from jobs.volunteers import reminders as duties
from models.cooks.certificates import Certificate, CertificateKind
from models.members.people import Account, Canteen, Member, MemberRole, Role, Status, StatusChange
from models.outbox import MessageClass, Occurrence, OccurrenceState, OutboxMessage, Post
from models.store import open_store
from models.volunteers.shifts import Assignment, AssignmentState, DutyKind, Shift, ShiftState
from models.volunteers.vacancies import VacancyCall
from rules.volunteers import reminders, shifts, vacancies
from texts.rendering import Words

THURSDAY = date(2026, 11, 26)
WORDS = Words("zh_CN", "Asia/Shanghai")


def o_clock(hour, minute=0, day=26):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


EVENING = o_clock(19, day=25)


@pytest.fixture
def shift(session, canteen):
    """A shift on Thursday: `shift(9, 12, DutyKind.HELP, needed=2)`."""

    def make(starts=9, ends=12, duty=DutyKind.CLEANING, needed=1, day=26):
        row = Shift(
            canteen_id=canteen.id,
            day=date(2026, 11, day),
            starts_at=o_clock(starts, day=day),
            ends_at=o_clock(ends, day=day),
            duty=duty,
            needed=needed,
        )
        session.add(row)
        session.flush()
        return row

    return make


@pytest.fixture
def on_it(session, now):
    """Puts somebody on a shift, as of yesterday."""

    def make(row, member, slot=1, state=AssignmentState.ASSIGNED, assigned_at=None):
        place = Assignment(
            shift_id=row.id,
            member_id=member.id,
            day=row.day,
            slot=slot,
            state=state,
            assigned_at=assigned_at or now - timedelta(days=1),
        )
        session.add(place)
        session.flush()
        return place

    return make


@pytest.fixture
def wakes(session, canteen):
    """The clock looks once; answers what it did."""

    def tick(now, *kinds):
        look = Look(session, now, [canteen])
        found = [(duty, due) for duty in duties.DUTIES for due in list(duty.due(look))]
        wanted = [(duty, due) for duty, due in found if not kinds or due.kind.rpartition(".")[2] in kinds]
        done = [due.kind for duty, due in wanted if perform(session, duty, due, now)]
        session.flush()
        return done

    return tick


def told(session, who, prefix=""):
    rows = session.exec(
        select(OutboxMessage).where(OutboxMessage.member_id == who.id).order_by(OutboxMessage.id)
    )
    return [WORDS.say(row.body["text"]) for row in rows if row.key.startswith(prefix)]


def buttons(session, who, prefix=""):
    rows = session.exec(
        select(OutboxMessage).where(OutboxMessage.member_id == who.id).order_by(OutboxMessage.id)
    )
    found = [row for row in rows if row.key.startswith(prefix)]
    return [(WORDS.say(b[0]), b[1]) for row in found[-1].body.get("buttons", []) for b in row]


# --- the evening before


def test_the_evening_before_everybody_on_duty_is_asked_once(session, volunteer, shift, on_it, wakes):
    place = on_it(shift(), volunteer)
    assert wakes(EVENING - timedelta(minutes=1), "evening") == []
    assert wakes(EVENING, "evening") == ["reminders.evening", "reminders.evening"], (
        "those on duty, those who plan"
    )
    assert wakes(EVENING + timedelta(minutes=1), "evening") == []
    (said,) = told(session, volunteer)
    assert said == "明天11月26日 周四您有班，来得了吗？\n9:00–12:00 打扫"
    assert buttons(session, volunteer) == [
        ("收到，我来", f"shiftok:{place.id}"),
        ("来不了", f"shiftno:{place.id}"),
    ]
    row = session.exec(select(OutboxMessage).where(OutboxMessage.member_id == volunteer.id)).one()
    assert row.kind == MessageClass.REMINDER
    assert row.expires_at == o_clock(9), "after the shift has begun the reminder is of no use"


def test_two_shifts_on_a_day_come_in_one_message(session, volunteer, shift, on_it, wakes):
    first = on_it(shift(), volunteer)
    on_it(shift(14, 16, DutyKind.DELIVERY), volunteer)
    wakes(EVENING)
    (said,) = told(session, volunteer)
    assert "9:00–12:00 打扫\n14:00–16:00 送餐" in said
    assert ("打扫我来", f"shiftok:{first.id}") in buttons(session, volunteer)
    assert len(buttons(session, volunteer)) == 4


def test_who_has_said_yes_is_not_asked_again_but_may_still_say_no(session, volunteer, shift, on_it, wakes):
    place = on_it(shift(), volunteer, state=AssignmentState.CONFIRMED)
    wakes(EVENING)
    assert told(session, volunteer)[0].startswith("明天11月26日 周四您有班，等您来")
    assert buttons(session, volunteer) == [("来不了", f"shiftno:{place.id}")]


@pytest.mark.parametrize(
    "state", [AssignmentState.EXCUSED, AssignmentState.HANDED_OVER, AssignmentState.ABSENT]
)
def test_who_is_off_the_shift_hears_nothing(session, volunteer, shift, on_it, wakes, state):
    on_it(shift(), volunteer, state=state)
    for moment in (EVENING, o_clock(8)):
        wakes(moment)
    assert told(session, volunteer) == []


def test_a_shift_called_off_is_not_reminded_of(session, volunteer, shift, on_it, wakes):
    row = shift()
    on_it(row, volunteer)
    row.state = ShiftState.CANCELLED
    session.flush()
    for moment in (EVENING, o_clock(8)):
        assert "reminders.soon" not in wakes(moment)
    assert told(session, volunteer) == []


@pytest.mark.parametrize(
    "status", [Status.AWAY, Status.IN_HOSPITAL, Status.PAUSED, Status.LEFT, Status.DECEASED]
)
def test_the_absent_the_ill_and_the_dead_hear_nothing_and_the_coordinator_sees_the_gap(
    session, volunteer, manager, shift, on_it, wakes, now, status
):
    on_it(shift(), volunteer)
    session.add(StatusChange(member_id=volunteer.id, starts_on=THURSDAY, status=status, set_at=now))
    session.flush()
    for moment in (EVENING, o_clock(20, 30, day=25), o_clock(8)):
        wakes(moment)
    assert told(session, volunteer) == []
    (said,) = told(session, manager)
    assert "还差 1 人" in said
    assert "阿军不在" in said


def test_who_is_back_by_then_is_reminded(session, volunteer, shift, on_it, wakes, now):
    volunteer.status = Status.AWAY
    on_it(shift(), volunteer)
    session.add(StatusChange(member_id=volunteer.id, starts_on=THURSDAY, status=Status.ACTIVE, set_at=now))
    session.flush()
    wakes(EVENING)
    assert len(told(session, volunteer)) == 1


def test_who_has_no_phone_is_told_by_mouth(session, neighbour, manager, social_worker, shift, on_it, wakes):
    on_it(shift(), neighbour)
    wakes(EVENING)
    for coordinator in (manager, social_worker):
        (said,) = told(session, coordinator, "shift-eve:")
        assert "请转告：覃叔" in said


def test_an_expired_cook_and_the_manager_hear_it_the_evening_before(
    session, cook, manager, shift, on_it, wakes, now
):
    on_it(shift(duty=DutyKind.COOK), cook)
    row = Certificate(
        member_id=cook.id, kind=CertificateKind.HEALTH, valid_until=date(2026, 11, 25), set_at=now
    )
    session.add(row)
    session.flush()
    wakes(EVENING)
    assert "健康证没有登记或者过期" in told(session, cook)[0]
    assert "证件没登记或者过期：王师傅" in told(session, manager, "shift-eve:")[0]
    assert buttons(session, manager, "shift-eve:") == [("王师傅", f"cert:{cook.id}")]
    row.valid_until = THURSDAY
    session.flush()
    reminders.tell_coordinators(session, session.get_one(Canteen, cook.canteen_id), THURSDAY, EVENING)
    assert len(told(session, manager, "shift-eve:")) == 1


def test_where_nobody_is_on_duty_nothing_happens(session, volunteer, wakes):
    assert wakes(EVENING, "evening", "soon", "gaps") == []


# --- an hour before


def test_an_hour_before_whoever_comes_is_reminded_once(session, volunteer, shift, on_it, wakes):
    place = on_it(shift(), volunteer, state=AssignmentState.CONFIRMED)
    assert "reminders.soon" not in wakes(o_clock(7, 59))
    for minute in (0, 1, 59):
        wakes(o_clock(8, minute))
    (said,) = told(session, volunteer, "shift-soon:")
    assert said == "快到点了：9:00–12:00 打扫，等您来。"
    assert buttons(session, volunteer) == [("来不了", f"shiftno:{place.id}")]


def test_after_it_has_begun_no_reminder_comes(session, volunteer, shift, on_it, wakes):
    on_it(shift(), volunteer)
    assert "reminders.soon" not in wakes(o_clock(9))
    assert told(session, volunteer, "shift-soon:") == []


def test_who_took_the_shift_just_now_knows(session, volunteer, shift, on_it, wakes):
    on_it(shift(), volunteer, assigned_at=o_clock(7))
    wakes(o_clock(8))
    assert told(session, volunteer, "shift-soon:") == []


def test_before_half_past_six_nobody_is_woken(session, volunteer, shift, on_it, wakes):
    on_it(shift(7, 9), volunteer)
    assert "reminders.soon" not in wakes(o_clock(6, 0))
    assert "reminders.soon" in wakes(o_clock(6, 30))


def test_a_village_may_be_reminded_earlier(session, canteen, volunteer, shift, on_it, wakes):
    canteen.settings = {"shift_reminder_at": "18:00", "shift_reminder_minutes": 120}
    on_it(shift(), volunteer)
    assert "reminders.evening" in wakes(o_clock(18, day=25))
    assert "reminders.soon" in wakes(o_clock(7))


# --- silence and gaps


def test_half_a_day_before_the_coordinators_hear_who_is_silent_and_who_is_missing(
    session, volunteer, cook, manager, social_worker, shift, on_it, wakes
):
    row = shift(needed=3)
    on_it(row, volunteer)
    on_it(row, cook, slot=2, state=AssignmentState.CONFIRMED)
    wakes(EVENING)
    assert "reminders.gaps" not in wakes(o_clock(20, 29, day=25))
    assert "reminders.gaps" in wakes(o_clock(20, 30, day=25))
    assert wakes(o_clock(20, 31, day=25)) == []
    for coordinator in (manager, social_worker):
        (said,) = told(session, coordinator, "shift-gaps:")
        assert said == "11月26日 周四 9:00–12:00 打扫还差 1 人\n11月26日 周四 9:00–12:00 打扫：阿军还没回话"
    assert buttons(session, manager) == [("找谁来：11月26日 周四 打扫", f"shiftwhom:{row.id}")]


def test_who_cannot_answer_is_not_called_silent(
    session, neighbour, volunteer, manager, shift, on_it, wakes, now
):
    row = shift(needed=3)
    on_it(row, neighbour)
    on_it(row, volunteer, slot=2)
    session.add(Account(telegram_id=volunteer.telegram_id, unreachable_since=now))
    session.flush()
    wakes(o_clock(20, 30, day=25), "gaps")
    (said,) = told(session, manager, "shift-gaps:")
    assert said == (
        "11月26日 周四 9:00–12:00 打扫还差 1 人\n"
        "11月26日 周四 9:00–12:00 打扫：覃叔、阿军收不到消息，请问一声"
    )


def test_whom_to_tell_by_mouth_is_not_said_twice(session, neighbour, manager, shift, on_it, wakes):
    on_it(shift(), neighbour)
    wakes(EVENING, "evening")
    wakes(o_clock(20, 30, day=25), "gaps")
    assert len(told(session, manager)) == 1


def test_a_full_shift_that_everybody_confirmed_is_nobodys_worry(
    session, volunteer, manager, shift, on_it, wakes
):
    on_it(shift(), volunteer, state=AssignmentState.CONFIRMED)
    assert "reminders.gaps" in wakes(o_clock(20, 30, day=25))
    assert told(session, manager) == []


def test_several_shifts_are_told_in_one_message(session, manager, shift, wakes):
    shift(9, 12)
    shift(10, 12, DutyKind.DELIVERY)
    wakes(o_clock(20, 30, day=25), "gaps")
    (said,) = told(session, manager, "shift-gaps:")
    assert said.count("还差 1 人") == 2


@pytest.mark.parametrize(
    ("starts", "checked"),
    [
        (7, o_clock(20, 0, day=25)),  # 19:00 would be before anybody could answer
        (9, o_clock(20, 30, day=25)),  # 21:00 is quiet
        (11, o_clock(20, 30, day=25)),  # 23:00 is quiet
        (13, o_clock(6, 30)),  # 1:00 is quiet
        (18, o_clock(6, 30)),
        (20, o_clock(8, 0)),
    ],
)
def test_the_coordinator_is_never_told_at_night_nor_before_anybody_could_answer(
    canteen, shift, starts, checked
):
    assert reminders.checked_at(canteen, shift(starts, starts + 2)) == checked


@given(
    starts=st.integers(0, 23 * 60 + 59),
    quiet=st.tuples(st.integers(19 * 60 + 30, 23 * 60 + 59), st.integers(0, 8 * 60)),
    hours=st.integers(1, 23),
)
def test_whatever_the_hours_the_check_is_before_the_shift_and_not_in_the_quiet_hours(starts, quiet, hours):
    def clock(minutes):
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    settings_ = {
        "quiet_from": clock(quiet[0]),
        "quiet_until": clock(quiet[1]),
        "shift_unconfirmed_hours": hours,
    }
    canteen = Canteen(id=1, name="x", settings=settings_, created_at=EVENING)
    begins = o_clock(0) + timedelta(minutes=starts)
    row = Shift(
        canteen_id=1, day=THURSDAY, starts_at=begins, ends_at=begins + timedelta(hours=1), duty=DutyKind.HELP
    )
    local = reminders.checked_at(canteen, row).astimezone(ZoneInfo("Asia/Shanghai"))
    minutes = local.hour * 60 + local.minute
    assert quiet[1] <= minutes < quiet[0]
    assert local <= max(begins, o_clock(0) + timedelta(minutes=quiet[1]))


# --- the call for hands


def calls(session):
    return session.exec(select(VacancyCall).order_by(VacancyCall.id)).all()


def post_of(session, call, now):
    message = vacancies.vacancy_post(session, call.id, now)
    return WORDS.say(message.text), [b.data for row in message.buttons for b in row]


def test_at_noon_the_village_is_asked_for_hands_in_one_post(
    session, canteen, volunteer, shift, on_it, wakes, granny
):
    half = shift(needed=2)
    on_it(half, volunteer)
    empty = shift(14, 16, DutyKind.DELIVERY, day=27)
    on_it(shift(8, 9, DutyKind.HELP), granny)
    assert wakes(o_clock(11, 59, day=25), "call") == []
    assert wakes(o_clock(12, day=25), "call") == ["reminders.call"]
    assert wakes(o_clock(12, 1, day=25), "call") == []
    rows = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).all()
    (said,) = [WORDS.say(row.body["text"]) for row in rows]
    assert said == (
        "这几天食堂还缺人手，谁有空来搭把手？\n"
        "11月26日 周四 9:00–12:00 打扫：还差 1 人（阿军来）\n"
        "11月27日 周五 14:00–16:00 送餐：还差 1 人"
    )
    assert [b[1] for row in rows[0].body["buttons"] for b in row] == [
        f"shiftjoin:{half.id}",
        f"shiftjoin:{empty.id}",
    ]
    assert session.exec(select(Post.kind)).all() == ["vacancies"]


def test_the_post_is_kept_up_to_date_as_it_fills(session, volunteer, cook, shift, on_it, wakes):
    row, later = shift(needed=2), shift(14, 16, DutyKind.DELIVERY)
    wakes(o_clock(12, day=25), "call")
    (call,) = calls(session)
    on_it(row, volunteer)
    on_it(row, cook, slot=2)
    shifts.touch(session, row.id, o_clock(13, day=25))
    post = session.exec(select(Post)).one()
    assert post.changed_at == o_clock(13, day=25)
    said, data = post_of(session, call, o_clock(13, day=25))
    assert "9:00–12:00 打扫：齐了，阿军、王师傅来" in said
    assert data == [f"shiftjoin:{later.id}"]
    assert vacancies.open_in(session, call.id, o_clock(13, day=25)) == [later]
    on_it(later, volunteer)
    said, data = post_of(session, call, o_clock(13, day=25))
    assert said.startswith("人都找齐了")
    assert data == []
    assert post_of(session, call, o_clock(20)) == ("这几个班都过了，谢谢大家！", [])
    assert vacancies.open_in(session, call.id, o_clock(20)) == []
    assert vacancies.open_in(session, 999, o_clock(20)) == []


def test_other_shifts_do_not_stir_the_post(session, shift, wakes):
    shift()
    wakes(o_clock(12, day=25), "call")
    other = shift(18, 20)
    shifts.touch(session, other.id, o_clock(13, day=25))
    assert session.exec(select(Post)).one().changed_at is None


def test_what_was_asked_yesterday_is_asked_again_only_when_it_presses_or_more_is_missing(
    session, shift, wakes
):
    shift(day=28)
    wakes(o_clock(12, day=25), "call")
    wakes(o_clock(12, day=26), "call")
    assert len(calls(session)) == 1, "nothing new, and two days are left"
    wakes(o_clock(12, day=27), "call")
    assert len(calls(session)) == 2, "it is tomorrow"


def test_a_new_gap_is_news(session, shift, wakes):
    shift(day=28)
    wakes(o_clock(12, day=25), "call")
    shift(14, 15, day=28)
    wakes(o_clock(12, day=26), "call")
    assert len(calls(session)) == 2


def test_in_a_storm_nobody_is_called_out(session, canteen, shift, wakes, now):
    shift()
    canteen.storm_since = now
    assert wakes(o_clock(12, day=25), "call") == []


def test_a_village_without_a_group_asks_its_coordinators(session, canteen, manager, shift, wakes):
    canteen.chat_id = None
    shift()
    wakes(o_clock(12, day=25), "call")
    assert "还缺人手" in told(session, manager, "vacancies:")[0]
    assert session.exec(select(Post)).all() == []


# --- exactly once, whatever the clock does


class Village:
    """A store with one volunteer on one shift, and a clock one can move."""

    def __init__(self, store):
        self.store, self.now = store, o_clock(12, day=24)
        self.scheduler = Scheduler(store, duties.DUTIES, lambda: self.now)
        store.write_now(self.fill)

    @staticmethod
    def fill(session):
        canteen = Canteen(name="鼓楼食堂", chat_id=-1001, created_at=EVENING)
        session.add(canteen)
        session.flush()
        people = [("阿军", 1006, Role.VOLUNTEER), ("韦主任", 1005, Role.MANAGER)]
        members = []
        for name, telegram_id, role in people:
            member = Member(
                canteen_id=canteen.id,
                name=name,
                telegram_id=telegram_id,
                joined_at=EVENING,
                approved_at=EVENING,
            )
            session.add(member)
            session.flush()
            session.add(MemberRole(member_id=member.id, role=role))
            members.append(member)
        row = Shift(
            canteen_id=canteen.id,
            day=THURSDAY,
            starts_at=o_clock(9),
            ends_at=o_clock(12),
            duty=DutyKind.CLEANING,
            needed=2,
        )
        session.add(row)
        session.flush()
        session.add(
            Assignment(
                shift_id=row.id, member_id=members[0].id, day=THURSDAY, slot=1, assigned_at=o_clock(9, day=24)
            )
        )

    def restart(self):
        self.scheduler = Scheduler(self.store, duties.DUTIES, lambda: self.now)

    def written(self):
        return sorted(self.store.read_now(lambda session: session.exec(select(OutboxMessage.key)).all()))


ALL = ["shift-eve:1:2026-11-26:1", "shift-gaps:2026-11-25:1:1230:2", "shift-soon:1:1", "vacancies:1"]


async def test_from_noon_to_noon_each_message_comes_once(store):
    village = Village(store)
    village.now = o_clock(11, day=25)
    while village.now < o_clock(10):
        await village.scheduler.tick()
        village.now += timedelta(minutes=5)
    assert village.written() == ALL


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(-240, 240), st.booleans()), min_size=1, max_size=12))
def test_however_the_clock_jumps_and_the_bot_restarts_nothing_comes_twice(
    tmp_path_factory, sqlite_template, jumps
):
    path = tmp_path_factory.mktemp("jumps") / "canteen.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{path}")
    village = Village(store)
    village.now = o_clock(19, day=25)

    async def live():
        for minutes, restarts in jumps:
            await village.scheduler.tick()
            await village.scheduler.tick()
            village.now += timedelta(minutes=minutes)
            if restarts:
                village.restart()
        for moment in (o_clock(20, 45, day=25), o_clock(8, 30)):
            village.now = moment
            village.restart()
            await village.scheduler.tick()

    asyncio.run(live())
    found = [key for key in village.written() if not key.startswith(("vacancies", "clock"))]
    store.close_now()
    assert len(found) == len({key.split(":")[0] for key in found}), found
    assert {key.split(":")[0] for key in found} >= {"shift-soon", "shift-gaps"}


async def test_a_bot_that_woke_in_the_night_waits_for_the_morning(store):
    village = Village(store)
    village.now = o_clock(23, day=25)
    await village.scheduler.tick()
    assert village.written() == []
    village.now = o_clock(6, 30)
    await village.scheduler.tick()
    missed = "clock.missed:reminders.evening:2026-11-25:1:lead:2"
    assert village.written() == [missed, "shift-gaps:2026-11-25:1:1230:2"]
    await village.scheduler.tick()
    evening = select(Occurrence.state).where(Occurrence.kind == "reminders.evening")
    states = village.store.read_now(lambda session: session.exec(evening).all())
    assert states == [OccurrenceState.MISSED], "what was slept through is not done late, and is said once"


# --- many


def test_a_thousand_people_cost_as_many_statements_as_ten_but_for_their_own_messages(
    session, canteen, villager, shift, on_it
):
    def reads(count):
        row = shift(needed=count, duty=DutyKind.HELP, starts=9 if count == 2 else 13, ends=14)
        for number in range(count):
            on_it(row, villager(f"帮手{count}-{number}", Role.VOLUNTEER), slot=number + 1)
        seen = []
        engine = session.get_bind()
        listen = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listen)
        vacancies.report(session, canteen, [row], f"many:{count}", EVENING)
        event.remove(engine, "before_cursor_execute", listen)
        return len([one for one in seen if one.lstrip().upper().startswith("SELECT")])

    assert reads(2) == reads(60)
