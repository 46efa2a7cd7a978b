"""Lunch by sentence, tap and command, through the whole turn."""

import itertools
from contextlib import suppress
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from handlers import taking
from models import inbox
from models.cards import Card
from models.inbox import InboxUpdate
from models.lunch.meals import Booking, BookingState, Mode, SeatOffer, Sitting
from models.members.people import Member
from models.outbox import MessageClass, OutboxMessage, Post
from rules.lunch import bookings, meals, plans, rolls, standing
from rules.lunch.bookings import Order
from rules.lunch.counts import count
from rules.lunch.plans import Plan
from rules.values import Refused
from texts import Words
from transports.updates import Heard, Kind

TOMORROW = date(2026, 11, 26)
WORDS = Words("zh_CN", "Asia/Shanghai")
_numbers = itertools.count(100)


class Village:
    """Whatever is said and tapped goes through the whole turn; what the bot answers is kept."""

    def __init__(self, session, now):
        self.session, self.now = session, now
        self.rows: list[OutboxMessage] = []
        self.toast = None

    def _take(self, **facts):
        heard = Heard(update_id=next(_numbers), **facts)
        received = InboxUpdate(
            update_id=heard.update_id, chat_id=heard.chat_id, raw="{}", received_at=self.now
        )
        inbox.keep(self.session, [received])
        said = taking.hear(self.session, heard, self.now)
        self.rows, self.toast = list(said.rows), said.words()
        mine = [
            row
            for row in self.rows
            if row.chat_id == heard.chat_id and row.kind in (MessageClass.ANSWER, MessageClass.EDIT)
        ]
        return "\n".join(WORDS.say(row.body["text"]) for row in mine)

    def says(self, member, words, *, group=False):
        where = (
            {"chat_id": -1001, "private": False}
            if group
            else {"chat_id": member.telegram_id, "private": True}
        )
        command, _, argument = words[1:].partition(" ") if words.startswith("/") else ("", "", "")
        return self._take(
            kind=Kind.MESSAGE,
            person_id=member.telegram_id,
            text=words,
            command=command,
            argument=argument,
            **where,
        )

    def taps(self, member, data, *, group=False):
        where = (
            {"chat_id": -1001, "private": False}
            if group
            else {"chat_id": member.telegram_id, "private": True}
        )
        return self._take(kind=Kind.BUTTON, person_id=member.telegram_id, data=data, message_id=1, **where)

    def buttons(self):
        return [data for row in self.rows for line in row.body.get("buttons", []) for _, data, _ in line]


@pytest.fixture
def village(session, now):
    return Village(session, now)


@pytest.fixture
def lunch(session, canteen):
    return meals.meal_on(session, canteen, TOMORROW, Sitting.LUNCH)


def mine(session, meal, eater):
    return rolls.booking_of(session, meal.id, eater.id)


def test_granny_books_lunch_by_a_sentence(session, village, lunch, granny):
    answer = village.says(granny, "明天中午两份，送到家")
    assert answer == "李奶奶订好了：11月26日 周四午饭 2 份，送到家。"
    assert (mine(session, lunch, granny).portions, mine(session, lunch, granny).mode) == (2, Mode.DELIVERY)


def test_granny_takes_it_back_with_one_tap(session, village, lunch, granny):
    village.says(granny, "明天中午两份，送到家")
    (undo,) = village.buttons()
    assert "撤销了" in village.taps(granny, undo)
    assert mine(session, lunch, granny).state == BookingState.CANCELLED
    with pytest.raises(Refused, match="old_button"):
        village.taps(granny, undo)


def test_ten_minutes_later_the_way_back_is_closed(village, lunch, granny, now):
    village.says(granny, "明天中午两份，送到家")
    (undo,) = village.buttons()
    village.now = now + timedelta(minutes=10)
    with pytest.raises(Refused, match="old_button"):
        village.taps(granny, undo)


def test_granny_cancels_by_a_sentence(session, village, lunch, granny):
    village.says(granny, "明天中午两份")
    assert "取消了" in village.says(granny, "明天中午不吃了")
    assert mine(session, lunch, granny).state == BookingState.CANCELLED


def test_the_daughter_books_for_her_mother(session, village, lunch, granny, daughter):
    answer = village.says(daughter, "帮我妈订明天午饭，送到家")
    assert answer.startswith("李奶奶订好了：11月26日 周四午饭 1 份，送到家")
    assert mine(session, lunch, granny).booked_by_id == daughter.id


def test_which_granny_is_asked_and_never_guessed(session, village, villager, lunch, granny, cook):
    other = villager("李奶奶", hamlet="下寨", birth_on=date(1950, 1, 1))
    assert village.says(cook, "帮李奶奶订明天午饭") == "哪一位？"
    assert session.exec(select(Booking)).all() == []
    village.taps(cook, village.buttons()[1])
    assert mine(session, lunch, other).state == BookingState.BOOKED


def test_after_closing_the_next_day_or_the_kitchen_is_offered(session, village, lunch, granny, cook):
    village.now = lunch.closes_at + timedelta(minutes=5)
    assert "截止" in village.says(granny, "明天中午一份")
    another_day, kitchen = village.buttons()
    village.taps(granny, kitchen)
    (grant,) = [data for data in village.buttons() if data.startswith("grace:")]
    with pytest.raises(Refused, match="only_kitchen"):
        village.taps(granny, grant)
    assert "加上了" in village.taps(cook, grant)
    assert mine(session, lunch, granny).grace
    assert "11月27日" in village.taps(granny, another_day)


def test_the_taps_under_the_post_book_once(session, canteen, village, lunch, granny, now):
    session.add(Post(canteen_id=canteen.id, kind="meal", target_id=lunch.id, chat_id=-1001))
    session.flush()
    for _ in range(2):
        village.taps(granny, f"eat:{lunch.id}:in", group=True)
    assert village.toast == "李奶奶订好了：11月26日 周四午饭 1 份，来食堂吃。"
    village.taps(granny, f"eat:{lunch.id}:more", group=True)
    assert mine(session, lunch, granny).portions == 2
    village.taps(granny, f"eat:{lunch.id}:home", group=True)
    assert (mine(session, lunch, granny).portions, mine(session, lunch, granny).mode) == (2, Mode.DELIVERY)
    village.taps(granny, f"eat:{lunch.id}:no", group=True)
    village.taps(granny, f"eat:{lunch.id}:no", group=True)
    assert mine(session, lunch, granny).state == BookingState.CANCELLED


@pytest.mark.parametrize("data", ["eat:9999:in", "eat:x:in", "unbook:9999", "meallist:1:0"])
def test_a_forged_tap_is_refused(village, granny, data):
    with pytest.raises(Refused):
        village.taps(granny, data)


def test_a_seat_is_taken_by_a_tap(session, canteen, village, lunch, granny, cook, act):
    lunch.seats = 1
    kept = bookings.book(session, canteen, granny, Order(TOMORROW, Sitting.LUNCH), act(granny))
    bookings.book(session, canteen, cook, Order(TOMORROW, Sitting.LUNCH), act(cook))
    bookings.cancel(session, kept.booking.id, act(granny))
    offer = session.exec(select(SeatOffer)).one()
    assert "王师傅订好了：11月26日 周四午饭 1 份" in village.taps(cook, f"seat:{offer.id}:yes")
    assert mine(session, lunch, cook).state == BookingState.BOOKED


def test_a_card_is_confirmed_or_thrown_away(session, village, lunch, granny):
    assert "对吗" in village.says(granny, "/book")
    yes, no = village.buttons()
    village.taps(granny, yes)
    assert mine(session, lunch, granny).state == BookingState.BOOKED
    village.says(granny, "/cancel")
    village.taps(granny, village.buttons()[1])
    assert mine(session, lunch, granny).state == BookingState.BOOKED
    assert no != yes


def test_granny_sees_what_she_has_booked_and_cancels_from_there(session, village, lunch, granny):
    assert village.says(granny, "/mine") == "李奶奶还没有订饭。"
    village.says(granny, "明天中午两份")
    assert "2 份" in village.says(granny, "/mine")
    village.taps(granny, village.buttons()[0])
    assert mine(session, lunch, granny).state == BookingState.CANCELLED


def test_the_cook_sees_who_comes_and_granny_does_not(session, village, lunch, granny, cook):
    village.says(granny, "明天中午两份")
    assert "共 2 份" in village.says(cook, "/list")
    assert "李奶奶 2 份" in village.says(cook, "/list")
    assert "私下" in village.says(cook, "/list", group=True)
    with pytest.raises(Refused, match="only_kitchen"):
        village.says(granny, "/list")


def test_the_cook_calls_a_meal_off_with_a_reason(session, village, lunch, granny, cook):
    village.says(granny, "明天中午两份")
    village.says(cook, "/list")
    (off,) = [data for data in village.buttons() if data.startswith("calloff")]
    assert "为什么" in village.taps(cook, off)
    assert "已通知 1 人" in village.says(cook, "停电了")
    assert mine(session, lunch, granny).state == BookingState.CANCELLED
    told = session.exec(select(OutboxMessage).where(col(OutboxMessage.key).startswith("calledoff"))).one()
    assert "停电了" in WORDS.say(told.body["text"])


def test_every_day_for_my_mother_stands_after_one_tap(session, village, granny, daughter):
    assert "对吗" in village.says(daughter, "每天给我妈送午饭")
    village.taps(daughter, village.buttons()[0])
    rest = village.buttons()[1]
    assert "起停" in village.taps(daughter, rest)
    assert "恢复了" in village.taps(daughter, village.buttons()[1])


def test_a_pasted_list_is_answered_in_one_line(session, village, lunch, granny, volunteer):
    answer = village.says(volunteer, "明天午饭接龙\n1. 李奶奶 2份\n2. 阿军", group=True)
    assert "加了李奶奶、阿军" in answer
    assert "共 3 份" in answer
    assert "\n" not in answer
    assert "没有变" in village.says(volunteer, "明天午饭接龙\n1. 李奶奶 2份\n2. 阿军", group=True)


def test_no_button_is_longer_than_the_messenger_allows(session, village, lunch, granny, cook):
    village.says(granny, "明天中午两份")
    village.says(cook, "/list")
    assert all(len(data.encode()) <= 64 for data in village.buttons())
    assert session.exec(select(Card)).first() is not None


def test_a_no_for_next_week_keeps_the_standing_booking_away(session, canteen, village, granny, act):
    pattern = standing.drafted(canteen, granny, "daily", Sitting.LUNCH, act(granny))
    standing.make(session, canteen, granny, pattern, act(granny))
    assert "李奶奶取消了：11月28日 周六午饭 1 份（来食堂吃）" in village.says(granny, "周六中午不吃了")
    saturday = date(2026, 11, 28)
    assert standing.generate(session, canteen, saturday, Sitting.LUNCH, village.now) == 0
    (undo,) = village.buttons()
    village.taps(granny, undo)
    meal = meals.find(session, canteen, saturday, Sitting.LUNCH)
    assert mine(session, meal, granny).state == BookingState.BOOKED


def test_a_first_tap_in_the_group_lets_a_villager_in(session, canteen, village, lunch, manager):
    stranger = Member(canteen_id=canteen.id, name="莫大姐", telegram_id=7001, joined_at=village.now)
    village.taps(stranger, f"eat:{lunch.id}:in", group=True)
    assert count(session, lunch.id).taken == 1


def test_where_the_manager_decides_a_first_tap_only_asks(session, canteen, village, lunch, manager):
    canteen.settings = {"join": "approve"}
    stranger = Member(canteen_id=canteen.id, name="莫大姐", telegram_id=7001, joined_at=village.now)
    for _ in range(2):
        with suppress(Refused):
            village.taps(stranger, f"eat:{lunch.id}:in", group=True)
    assert count(session, lunch.id).taken == 0
    asked = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == manager.telegram_id)).all()
    assert len(asked) == 1


def test_a_stranger_in_private_books_nothing(session, canteen, village, lunch):
    stranger = Member(canteen_id=canteen.id, name="路人", telegram_id=7002, joined_at=village.now)
    with suppress(Refused):
        village.says(stranger, "/book")
    with suppress(Refused):
        village.taps(stranger, f"eat:{lunch.id}:in")
    assert session.exec(select(Booking)).all() == []


def test_a_whole_week_is_booked_and_undone_in_one_go(session, canteen, village, granny):
    answer = village.says(granny, "下周一到周五中午都订一份")
    assert answer == (
        "李奶奶订好了午饭，每天 1 份，来食堂吃：11月30日 周一、12月1日 周二、12月2日 周三、12月3日 周四、12月4日 周五。"
    )
    (undo,) = village.buttons()
    village.taps(granny, undo)
    assert rolls.upcoming(session, canteen, granny.id, village.now) == []


def test_lunch_moves_to_another_day_or_stays(session, canteen, village, lunch, granny, act):
    bookings.book(session, canteen, granny, Order(TOMORROW, Sitting.LUNCH, 2, Mode.DELIVERY), act(granny))
    friday = date(2026, 11, 27)
    plan = Plan("change", granny.id, (Order(friday, Sitting.LUNCH),), None, (TOMORROW, Sitting.LUNCH))
    again = plans.from_facts(plans.as_facts(plan))
    assert again == plan
    plans.carry_out(session, canteen, again, act(granny))
    moved = mine(session, meals.find(session, canteen, friday, Sitting.LUNCH), granny)
    assert (moved.portions, moved.mode, mine(session, lunch, granny).state) == (2, Mode.DELIVERY, "cancelled")


def test_one_portion_less_is_shown_on_the_card_before_it_is_done(session, canteen, now, granny, act):
    bookings.book(session, canteen, granny, Order(TOMORROW, Sitting.LUNCH, 3), act(granny))
    plan = Plan("change", granny.id, (Order(TOMORROW, Sitting.LUNCH),), -1)
    assert plans.portions_after(session, canteen, plan, plan.orders[0]) == 2
    plans.carry_out(session, canteen, plan, act(granny))
    assert count(session, meals.find(session, canteen, TOMORROW, Sitting.LUNCH).id).taken == 2


def test_two_of_three_portions_are_given_back(session, canteen, lunch, granny, act):
    bookings.book(session, canteen, granny, Order(TOMORROW, Sitting.LUNCH, 3), act(granny))
    plan = Plan("cancel", granny.id, (Order(TOMORROW, Sitting.LUNCH, 2),))
    plans.carry_out(session, canteen, plan, act(granny))
    assert mine(session, lunch, granny).portions == 1


def test_granny_changes_the_day_by_a_sentence(session, canteen, village, lunch, granny):
    village.says(granny, "明天中午两份")
    village.says(granny, "把明天的午饭改到后天")
    for data in village.buttons():
        if data.startswith("domeal") and data.endswith("yes"):
            village.taps(granny, data)
            break
    friday = meals.find(session, canteen, date(2026, 11, 27), Sitting.LUNCH)
    assert (mine(session, friday, granny).portions, mine(session, lunch, granny).state) == (2, "cancelled")


def test_a_private_booking_by_a_sentence_costs_few_statements(session, village, lunch, granny):
    village.says(granny, "明天中午一份")
    session.flush()
    counted = []
    engine = session.get_bind()
    listen = lambda *_: counted.append(1)  # noqa: E731
    sa.event.listen(engine, "before_cursor_execute", listen)
    village.says(granny, "明天中午两份")
    sa.event.remove(engine, "before_cursor_execute", listen)
    assert len(counted) <= 18
