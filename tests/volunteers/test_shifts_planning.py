"""Planning the roster: by buttons, by pasting it, by the weekly pattern; on paper and in one's own calendar."""

from datetime import UTC, date, datetime, time, timedelta

import httpx
import pytest
from sqlmodel import col, select
from starlette.applications import Starlette

from jobs.duties import Look
from jobs.scheduler import due_items, perform
from jobs.volunteers import rosters as clock
from models.lunch.menus import DayKind, DayMark
from models.members.people import Canteen, Member, Role, Status, StatusChange
from models.volunteers.shifts import (
    Assignment,
    AssignmentState,
    CalendarFeed,
    DutyKind,
    Shift,
    ShiftState,
    ShiftTemplate,
    Swap,
    SwapState,
)
from rules.audit import Act
from rules.lunch import sheets
from rules.values import Refused
from rules.volunteers import assignments, feeds, patterns, rosters, shifts, swaps
from rules.volunteers.eligibility import Wish
from rules.volunteers.patterns import Weekly
from rules.volunteers.shifts import Plan
from rules.volunteers.swaps import Asking
from tests.lunch.test_sheets import pages
from texts import Words
from texts import sheets as paper
from texts.calendars import ics
from web.calendars import Calendars

FRIDAY = date(2026, 11, 27)
MONDAY = date(2026, 11, 30)
CHINESE = Words("zh_CN", "Asia/Shanghai")


@pytest.fixture
def joins(session, canteen, act):
    """Somebody signs up."""

    def make(who, shift):
        return assignments.sign_up(session, canteen, Wish(shift, who), act(who)).place

    return make


def names(session, shift):
    return [member.name for _, member in rosters.holders(session, [shift.id])]


# --- by buttons


def test_the_social_worker_adds_a_shift_step_by_step(session, village, social_worker):
    assert village.says(social_worker, "/plan") == ["怎么排？"]
    for label in ("加一个班", "11月27日", "打扫", "7:30", "2 人"):
        village.taps(social_worker, village.data_of(label))
    village.taps(social_worker, village.data_of("只这一次"))
    shift = session.exec(select(Shift)).one()
    assert (shift.day, shift.duty, shift.needed) == (FRIDAY, DutyKind.CLEANING, 2)
    village.taps(social_worker, village.data_of("撤"))
    assert shift.state == ShiftState.CANCELLED


def test_every_week_is_one_more_tap(session, village, social_worker):
    village.says(social_worker, "/plan")
    for label in ("加一个班", "11月27日", "打扫", "7:30", "1 人", "每周五"):
        village.taps(social_worker, village.data_of(label))
    days = [shift.day for shift in session.exec(select(Shift).order_by(Shift.day))]
    assert days == [FRIDAY + timedelta(days=7 * number) for number in range(3)]
    village.taps(social_worker, village.data_of("以后不要"))
    assert session.exec(select(ShiftTemplate)).one().ended_at == village.now


def test_the_card_of_a_shift_puts_people_on_it_and_counts(session, village, plan, social_worker, volunteer):
    shift = plan()
    village.taps(social_worker, f"planshift:{shift.id}")
    village.taps(social_worker, village.data_of("加人"))
    village.taps(social_worker, village.data_of("阿军"))
    assert names(session, shift) == ["阿军"]
    assert village.told(volunteer)[-1] == "给您排了班：11月27日 周五 7:30–11:30 打扫。来得了吗？"
    village.taps(social_worker, village.data_of("多要 1 人"))
    assert shift.needed == 2
    village.taps(social_worker, village.data_of("少要 1 人"))
    assert shift.needed == 1


def test_somebody_is_put_on_a_shift_by_name(session, village, plan, social_worker, granny):
    shift = plan()
    village.taps(social_worker, f"planadd:{shift.id}")
    assert village.says(social_worker, "无名氏") == ["没有找到“无名氏”这个人。"]
    village.says(social_worker, "李奶奶")
    assert names(session, shift) == ["李奶奶"]


def test_a_shift_is_called_off_with_a_reason(session, village, plan, joins, social_worker, volunteer):
    shift = plan()
    joins(volunteer, shift)
    village.taps(social_worker, f"planoff:{shift.id}")
    assert village.says(social_worker, "停水") == ["取消了：11月27日 周五 7:30–11:30 打扫。\n已告诉：阿军"]
    assert village.told(volunteer)[-1] == "11月27日 周五 7:30–11:30 打扫取消了，不用来。原因：停水"


def test_who_is_excused_can_be_called_back_by_the_same_hand(
    session, village, plan, joins, social_worker, volunteer
):
    place = joins(volunteer, plan())
    village.taps(social_worker, f"place:{place.id}")
    village.taps(social_worker, village.data_of("准假"))
    assert place.state == AssignmentState.EXCUSED
    village.taps(social_worker, village.data_of("撤"))
    assert place.state == AssignmentState.ASSIGNED


def test_who_did_not_come_reads_the_reason(session, village, plan, joins, social_worker, volunteer):
    shift = plan()
    place = joins(volunteer, shift)
    village.now = shift.ends_at + timedelta(hours=1)
    village.taps(social_worker, f"place:{place.id}")
    village.taps(social_worker, village.data_of("没来"))
    village.says(social_worker, "等了半小时没见人")
    assert place.state == AssignmentState.ABSENT
    assert "等了半小时没见人" in village.told(volunteer)[-1]


def test_hours_are_put_right(session, village, plan, joins, social_worker, volunteer):
    shift = plan()
    place = joins(volunteer, shift)
    village.now = shift.ends_at
    clock.finish(session, next(iter(clock.finish_due(Look(session, village.now, [])))), village.now)
    village.taps(social_worker, f"place:{place.id}")
    village.taps(social_worker, village.data_of("改工时"))
    assert village.says(social_worker, "2.5") == ["记下了：阿军，2.5 小时。"]
    assert place.minutes == 150


@pytest.mark.parametrize(
    "tap",
    [
        "plan",
        "plannew",
        "planweek:2026-11-23",
        "planshift:1",
        "planadd:1",
        "planoff:1",
        "place:1",
        "rosterpaste",
        "shiftfree:1",
        "planend:1",
        "planmore:1:more",
        "planput:1:1",
    ],
)
def test_a_volunteer_plans_nothing(village, plan, joins, volunteer, tap):
    joins(volunteer, plan())
    assert "社工或管理员" in village.taps(volunteer, tap)


@pytest.mark.parametrize(
    "tap", ["planday:1:soon", "planweek:never", "planshift:99", "planput:1:99", "planmake:1:once"]
)
def test_forged_planning_is_refused(village, plan, manager, tap):
    plan()
    assert "按钮" in village.taps(manager, tap)


# --- pasted


def test_a_pasted_roster_is_shown_before_it_counts(session, village, social_worker, volunteer, villager):
    villager("覃叔", Role.VOLUNTEER)
    said = village.says(social_worker, "周一 早 打扫：阿军、覃叔\n周二 早 打扫：阿军（缺1人）")
    assert said == [
        "我读到的是这样，对吗？对了才算数。\n11月30日 周一\n7:30–11:00 打扫：阿军、覃叔\n12月1日 周二\n7:30–11:00 打扫：阿军，还差 1 人"
    ]
    assert session.exec(select(Shift)).all() == []
    village.taps(social_worker, village.data_of("就这样排"))
    assert len(session.exec(select(Shift)).all()) == 2
    assert village.told(volunteer)[-1] == (
        "给您排了这些班：\n11月30日 周一 7:30–11:00 打扫\n12月1日 周二 7:30–11:00 打扫"
    )


def test_a_wrong_reading_changes_nothing(session, village, social_worker, volunteer):
    village.says(social_worker, "周一 早 打扫：阿军\n周二 早 打扫：阿军")
    village.taps(social_worker, village.data_of("不对"))
    assert session.exec(select(Shift)).all() == []


def test_who_is_not_known_is_named_in_the_preview(village, social_worker, volunteer):
    said = village.says(social_worker, "周一 打扫：阿军\n周二 打扫：老外")
    assert "没有找到“老外”这个人。" in said[0]


def test_a_roster_that_was_asked_for_may_be_one_line(village, social_worker, volunteer):
    village.taps(social_worker, "rosterpaste")
    assert village.says(social_worker, "这是什么") == [
        "没看出是排班表。每行写上哪天和谁，比如：周一 早：李姐、王师傅。"
    ]
    assert village.says(social_worker, "周一 打扫：阿军")[0].startswith("我读到的是这样")


def test_a_volunteers_list_is_not_taken_for_a_roster(session, village, volunteer):
    village.says(volunteer, "周一 打扫：阿军\n周二 打扫：阿军")
    assert session.exec(select(Shift)).all() == []


# --- every week


def weekly(session, canteen, act, manager, *usual, weekday=5):
    pattern = Weekly(weekday, time(8, 0), time(11, 0), DutyKind.CLEANING, 2, tuple(m.id for m in usual))
    return patterns.add(session, canteen, pattern, act(manager))


def test_a_pattern_makes_three_weeks_with_those_who_always_come(
    session, canteen, act, manager, volunteer, granny, now
):
    session.add(StatusChange(member_id=granny.id, starts_on=FRIDAY, status=Status.AWAY, set_at=now))
    weekly(session, canteen, act, manager, volunteer, granny)
    found = rosters.roster(session, canteen.id, FRIDAY, FRIDAY + timedelta(days=30))
    assert [line.shift.day for line in found] == [FRIDAY + timedelta(days=7 * n) for n in range(3)]
    assert {member.name for line in found for _, member in line.people} == {"阿军"}


def test_making_the_weeks_again_makes_nothing_twice_nor_what_was_called_off(
    session, canteen, act, manager, now
):
    from rules.volunteers import shift_endings

    weekly(session, canteen, act, manager)
    first = session.exec(select(Shift).order_by(Shift.day)).first()
    shift_endings.call_off(session, first.id, "修灶", act(manager))
    assert patterns.extend_all(session, canteen, now) == 0
    assert first.state == ShiftState.CANCELLED
    assert patterns.extend_all(session, canteen, now + timedelta(days=7)) == 1


def test_on_a_day_the_canteen_rests_nobody_works(session, canteen, act, manager):
    session.add(DayMark(canteen_id=canteen.id, day=FRIDAY, kind=DayKind.CLOSED))
    session.flush()
    weekly(session, canteen, act, manager)
    assert session.exec(select(Shift).where(Shift.day == FRIDAY)).all() == []


def test_the_same_pattern_again_changes_the_one_there_is(session, canteen, act, manager):
    first, second = weekly(session, canteen, act, manager), weekly(session, canteen, act, manager)
    assert first.id == second.id


def test_only_the_coordinator_makes_and_ends_a_pattern(session, canteen, act, manager, volunteer):
    row = weekly(session, canteen, act, manager)
    with pytest.raises(Refused, match=r"shifts\.only_coordinator"):
        weekly(session, canteen, act, volunteer)
    with pytest.raises(Refused, match=r"shifts\.only_coordinator"):
        patterns.end(session, row.id, act(volunteer))
    with pytest.raises(Refused, match=r"shifts\.plan_unclear"):
        weekly(session, canteen, act, manager, weekday=8)
    patterns.end(session, row.id, act(manager))
    with pytest.raises(Refused, match=r"common\.old_button"):
        patterns.end(session, row.id, act(manager))


# --- the clock


def tick(session, now):
    """Everything of the roster that is due now, done once."""
    items = due_items(session, clock.DUTIES, now)
    return [due.kind for duty, due in items if perform(session, duty, due, now)]


def test_the_clock_makes_the_weeks_once_a_day(session, canteen, act, manager, now):
    weekly(session, canteen, act, manager)
    assert tick(session, now) == ["rosters.extend"]
    assert tick(session, now) == []
    assert tick(session, now + timedelta(days=1)) == ["rosters.extend"]
    assert tick(session, now) == []


def test_the_clock_writes_down_a_shift_that_is_over_however_late_it_wakes(session, plan, joins, volunteer):
    shift = plan()
    place = joins(volunteer, shift)
    assert tick(session, shift.ends_at - timedelta(seconds=1)) == []
    assert tick(session, shift.ends_at + timedelta(days=3)) == ["rosters.finish"]
    assert (place.state, place.minutes) == (AssignmentState.DONE, 240)
    assert tick(session, shift.ends_at) == []


def test_an_offer_nobody_took_ends_with_a_word_to_its_holder_and_the_coordinator(
    session, canteen, village, plan, joins, act, volunteer, social_worker
):
    shift = plan()
    swap = swaps.offer(session, canteen, joins(volunteer, shift).id, Asking(), act(volunteer))
    assert swap.expires_at < shift.starts_at
    assert tick(session, swap.expires_at) == ["rosters.swap"]
    assert session.get(Swap, swap.id).state == SwapState.EXPIRED
    assert names(session, shift) == ["阿军"]
    assert village.told(volunteer)[-1].startswith("到时间了还没换成")
    assert village.told(social_worker)[-1].startswith("阿军的班没人接")
    assert tick(session, swap.expires_at) == []


# --- paper and calendar


def test_the_week_is_read_and_turned(village, plan, joins, volunteer):
    joins(volunteer, plan())
    said = village.says(volunteer, "/roster")
    assert said == ["11月23日 周一 – 11月29日 周日 排班\n11月27日 周五\n7:30–11:30 打扫：阿军"]
    assert village.data_of("下一周") == "shiftweek:2026-11-30"
    village.taps(volunteer, "shiftweek:2026-11-30")
    assert "按钮" in village.taps(volunteer, "shiftweek:friday")


def test_gaps_are_shown_with_a_button_each(session, village, plan, volunteer):
    shift = plan()
    village.taps(volunteer, "shiftgaps")
    village.taps(volunteer, village.data_of("打扫"))
    assert names(session, shift) == ["阿军"]


def test_the_week_for_the_wall_is_one_page(session, canteen, plan, joins, volunteer, villager):
    for day in range(7):
        for hour in (7, 10, 16):
            plan(day=MONDAY + timedelta(days=day), starts=time(hour), ends=time(hour + 2), needed=4)
    joins(volunteer, session.exec(select(Shift).order_by(col(Shift.id))).first())
    data = sheets.data(session, "roster", {"canteen_id": canteen.id, "monday": "2026-11-30"})
    spoken = paper.PAGES["roster"][1](data, CHINESE)
    assert [day["weekday"] for day in spoken["days"]] == [
        "周一",
        "周二",
        "周三",
        "周四",
        "周五",
        "周六",
        "周日",
    ]
    assert spoken["days"][0]["shifts"][0]["people"] == ["阿军"]
    assert spoken["days"][0]["shifts"][0]["gap"] == "缺 3 人"
    content = paper.pdf("roster", data, CHINESE)
    assert content.startswith(b"%PDF")
    assert pages(content) == 1


def test_a_calendar_holds_ones_own_shifts_in_utc(session, canteen, plan, joins, volunteer, granny, now):
    joins(volunteer, plan(needed=2))
    joins(granny, session.exec(select(Shift)).one())
    place = joins(volunteer, plan(day=MONDAY))
    assignments.leave(session, canteen, place.id, Act(now, volunteer.id, canteen.id))
    text = ics(feeds.calendar(session, volunteer, FRIDAY), CHINESE).decode()
    assert text.count("BEGIN:VEVENT") == 2
    assert "DTSTART:20261126T233000Z\r\n" in text
    assert "DTEND:20261127T033000Z\r\n" in text
    assert text.count("STATUS:CONFIRMED") == 1
    assert text.count("STATUS:CANCELLED") == 1
    assert "李奶奶" not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_a_long_name_is_folded_between_letters(session, canteen, plan, joins, volunteer):
    canteen.name = "鼓楼，食堂；" * 10
    joins(volunteer, plan())
    text = ics(feeds.calendar(session, volunteer, FRIDAY), CHINESE).decode()
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "鼓楼，食堂；" in text.replace("\r\n ", "")


def test_a_new_address_closes_the_old_one_and_none_is_kept_in_clear(session, volunteer, act):
    first = feeds.make(session, volunteer, act(volunteer))
    second = feeds.make(session, volunteer, act(volunteer))
    assert feeds.owner(session, first) is None
    assert feeds.owner(session, second).id == volunteer.id
    assert second not in {feed.secret_hash for feed in session.exec(select(CalendarFeed))}
    assert feeds.revoke(session, volunteer, act(volunteer))
    assert not feeds.revoke(session, volunteer, act(volunteer))
    assert feeds.owner(session, second) is None


def test_whoever_was_forgotten_has_no_calendar(session, volunteer, act, now):
    secret = feeds.make(session, volunteer, act(volunteer))
    volunteer.erased_at = now
    session.flush()
    assert feeds.by_secret(session, secret, now) is None


async def test_the_address_answers_with_a_calendar_and_a_wrong_one_with_nothing(store):
    now = datetime(2026, 11, 25, 2, tzinfo=UTC)

    def begin(session):
        canteen = Canteen(name="鼓楼食堂", created_at=now)
        session.add(canteen)
        session.flush()
        member = Member(canteen_id=canteen.id, name="阿军", joined_at=now, approved_at=now)
        session.add(member)
        session.flush()
        shift = shifts.make(
            session, canteen, Plan(FRIDAY, time(8), time(9), DutyKind.CLEANING), Act(now, None, canteen.id)
        )
        session.add(
            Assignment(shift_id=shift.id, member_id=member.id, day=shift.day, slot=1, assigned_at=now)
        )
        return feeds.make(session, member, Act(now, member.id, canteen.id))

    secret = await store.write(begin)
    app = Starlette(routes=Calendars(store, lambda: now).routes())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://canteen") as client:
        good = await client.get(f"/calendar/{secret}.ics")
        assert good.status_code == 200
        assert good.headers["content-type"].startswith("text/calendar")
        assert good.headers["cache-control"] == "private, no-store"
        assert "打扫" in good.text
        for wrong in ("no", secret[:-1], "x" * 500):
            assert (await client.get(f"/calendar/{wrong}.ics")).status_code == 404


def test_the_calendar_comes_as_a_file_where_the_bot_has_no_page(village, plan, joins, volunteer, session):
    from models.outbox import OutboxMessage

    joins(volunteer, plan())
    village.taps(volunteer, "shiftfeed")
    sent = [row for row in session.exec(select(OutboxMessage)) if row.body.get("attachment")]
    assert [row.body["attachment"]["sheet"] for row in sent] == ["calendar"]
    data = sheets.data(session, "calendar", sent[0].body["attachment"]["facts"])
    name, content = paper.made("calendar", data, CHINESE)
    assert name == "shifts.ics"
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")


def test_the_link_is_told_in_private_and_taken_back(session, village, volunteer):
    village.web = "https://canteen.example/"
    village.taps(volunteer, "shiftfeed")
    assert len(session.exec(select(CalendarFeed)).all()) == 1
    village.taps(volunteer, village.data_of("停用"))
    assert session.exec(select(CalendarFeed)).one().revoked_at == village.now


# --- called back, and forgotten


def test_calling_off_is_undone_with_everybody_on_it(session, village, plan, joins, social_worker, volunteer):
    shift = plan()
    place = joins(volunteer, shift)
    village.taps(social_worker, f"planoff:{shift.id}")
    village.says(social_worker, "停水")
    village.taps(social_worker, village.data_of("撤"))
    assert (shift.state, place.state) == (ShiftState.OPEN, AssignmentState.ASSIGNED)
    assert village.told(volunteer)[-1] == "11月27日 周五 7:30–11:30 打扫又照常了，请您来。"


def test_a_shift_that_was_not_called_off_is_not_reopened(session, plan, manager, act):
    from rules.volunteers import shift_endings

    shift = plan()
    with pytest.raises(Refused, match=r"shifts\.changed_since"):
        shift_endings.reopen(session, shift.id, [], act(manager))


def test_my_data_holds_my_shifts(session, plan, joins, volunteer):
    from rules.members import privacy

    joins(volunteer, plan())
    assert privacy.kept(session, volunteer)["shifts"] == [
        {"day": "2026-11-27", "duty": "cleaning", "status": "assigned", "minutes": 0, "reason": ""}
    ]


def test_whoever_is_forgotten_leaves_hours_behind_and_no_word(
    session, canteen, village, act, manager, volunteer, plan, joins
):
    from rules.members import privacy
    from rules.volunteers import shift_endings

    done = joins(volunteer, plan(day=date(2026, 11, 26)))
    shift_endings.finish(session, done.shift_id, datetime(2026, 11, 26, 12, tzinfo=UTC))
    ahead = joins(volunteer, plan())
    swap = swaps.offer(session, canteen, ahead.id, Asking(), act(volunteer))
    weekly(session, canteen, act, manager, volunteer)
    feeds.make(session, volunteer, act(volunteer))
    village.says(manager, "周一 打扫：阿军\n周二 打扫：阿军")
    privacy.erase(session, volunteer.id, act(manager))
    session.expire_all()
    assert (done.state, done.minutes) == (AssignmentState.DONE, 240)
    assert (ahead.state, swap.state) == (AssignmentState.EXCUSED, SwapState.WITHDRAWN)
    assert session.exec(select(CalendarFeed)).all() == []
    assert session.exec(select(ShiftTemplate)).one().usual_ids == []
    from models.cards import Card

    assert all("阿军" not in str(card.facts) for card in session.exec(select(Card)))
