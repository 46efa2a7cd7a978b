"""Whatever was tapped by mistake can be taken back for ten minutes: posts, lists, seats, the cook's seats, doors, whole meals."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from models.elders.care import Concern
from models.lunch.deliveries import Delivery, Outcome
from models.lunch.meals import Booking, BookingState, Meal, MealState, Mode, SeatOffer, SignupList, Sitting
from models.members.people import Canteen
from rules.lunch import bookings, meals, waitlist
from rules.lunch.bookings import Order

TOMORROW = date(2026, 11, 26)
BOOKED, CANCELLED = BookingState.BOOKED, BookingState.CANCELLED


@pytest.fixture
def lunch(session, canteen):
    return meals.meal_on(session, canteen, TOMORROW, Sitting.LUNCH)


def of(session, eater):
    return session.exec(select(Booking).where(Booking.eater_id == eater.id)).one()


def noon(minute=35):
    return datetime(2026, 11, 26, 11, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


class TestPost:
    def test_a_wrong_tap_is_taken_back_by_a_word_in_private(self, village, session, granny, lunch):
        village.taps(granny, f"eat:{lunch.id}:home", group=True)
        assert "撤销了" in village.says(granny, "点错了")[0]
        assert of(session, granny).state == CANCELLED

    def test_one_more_by_mistake_is_one_again(self, village, session, granny, lunch):
        village.taps(granny, f"eat:{lunch.id}:home", group=True)
        village.taps(granny, f"eat:{lunch.id}:more", group=True)
        village.says(granny, "按错了")
        assert (of(session, granny).portions, of(session, granny).mode) == (1, Mode.DELIVERY)

    def test_not_eating_by_mistake_gives_back_what_was_there(self, village, session, granny, lunch):
        village.says(granny, "明天中午三份，送到家")
        village.taps(granny, f"eat:{lunch.id}:no", group=True)
        assert of(session, granny).state == CANCELLED
        village.says(granny, "撤销")
        assert (of(session, granny).portions, of(session, granny).state) == (3, BOOKED)

    def test_a_second_tap_that_changes_nothing_hides_nothing(self, village, session, granny, lunch):
        village.taps(granny, f"eat:{lunch.id}:in", group=True)
        village.taps(granny, f"eat:{lunch.id}:in", group=True)
        village.says(granny, "撤销")
        assert of(session, granny).state == CANCELLED


class TestList:
    LIST = "明天午饭接龙\n1. 李奶奶 2份\n2. 阿军\n3. 小表弟"

    def test_a_pasted_list_is_taken_back_whole(self, village, session, granny, volunteer, lunch):
        village.says(volunteer, self.LIST, group=True)
        assert {row.state for row in session.exec(select(Booking))} == {BOOKED}
        village.taps(volunteer, village.data_of("撤销"), group=True)
        assert {row.state for row in session.exec(select(Booking))} == {CANCELLED}
        assert session.exec(select(SignupList)).one().entries == []

    def test_it_can_be_pasted_again_and_counts_again(self, village, session, granny, volunteer, lunch):
        village.says(volunteer, self.LIST, group=True)
        village.taps(volunteer, village.data_of("撤销"), group=True)
        assert "共 4 份" in village.says(volunteer, self.LIST, group=True)[0]

    def test_only_who_pasted_it_takes_it_back(self, village, session, granny, volunteer, lunch):
        village.says(volunteer, self.LIST, group=True)
        assert "过期" in village.taps(granny, village.data_of("撤销"), group=True)
        assert {row.state for row in session.exec(select(Booking))} == {BOOKED}

    def test_what_stood_before_the_list_stands_again(self, village, session, granny, volunteer, lunch):
        village.says(volunteer, "+1", group=True)
        village.says(volunteer, "明天午饭接龙\n1. 阿军 3份", group=True)
        village.taps(volunteer, village.data_of("撤销"), group=True)
        assert (of(session, volunteer).portions, of(session, volunteer).state) == (1, BOOKED)

    def test_nobody_is_named_in_the_group_when_it_is_taken_back(
        self, village, session, granny, volunteer, lunch
    ):
        village.says(volunteer, self.LIST, group=True)
        village.says(volunteer, "撤销", group=True, reply_to_bot=True)
        assert "李奶奶" not in village.told_in_group()[-1]


class TestSeat:
    @pytest.fixture
    def offer(self, village, session, canteen, lunch, granny, cook, act):
        """Granny waits for the only seat, and it becomes free."""
        lunch.seats = 1
        village.says(cook, "明天中午一份")
        village.says(granny, "明天中午一份")
        bookings.cancel(session, of(session, cook).id, act(cook))
        return session.exec(select(SeatOffer)).one()

    def test_a_seat_taken_by_mistake_is_given_up(self, village, session, granny, offer):
        village.taps(granny, f"seat:{offer.id}:yes")
        village.taps(granny, village.data_of("撤销"))
        assert of(session, granny).state == CANCELLED

    def test_a_seat_left_by_mistake_is_taken_after_all(self, village, session, granny, offer):
        village.taps(granny, f"seat:{offer.id}:no")
        assert of(session, granny).state == CANCELLED
        village.taps(granny, village.data_of("还是要"))
        assert of(session, granny).state == BOOKED

    def test_a_seat_left_and_gone_to_another_is_waited_for_again(
        self, village, session, granny, volunteer, offer
    ):
        village.taps(granny, f"seat:{offer.id}:no")
        back = village.data_of("还是要")
        village.says(volunteer, "明天中午一份")
        village.taps(granny, back)
        assert of(session, granny).state == BookingState.WAITLISTED
        assert waitlist.waiting(session, of(session, granny).meal_id)


class TestCooksSeat:
    def test_a_latecomer_taken_in_by_mistake_is_let_go_and_the_seat_is_the_cooks_again(
        self, village, session, granny, cook, lunch
    ):
        village.now = lunch.closes_at + timedelta(hours=1)
        village.says(granny, "明天中午一份")
        village.taps(granny, village.data_of("跟厨房说一声"))
        village.taps(cook, village.data_of_told(cook, "可以"))
        assert (of(session, granny).state, lunch.grace_used) == (BOOKED, 1)
        village.taps(cook, village.data_of("撤销"))
        assert of(session, granny).state == CANCELLED
        session.refresh(lunch)
        assert lunch.grace_used == 0

    def test_a_latecomer_who_gives_up_gives_the_seat_back_too(self, session, act, granny, cook, lunch):
        late = lunch.closes_at + timedelta(hours=1)
        order = Order(TOMORROW, Sitting.LUNCH, 2)
        kept = bookings.grant_grace(session, lunch.id, granny, order, act(cook, now=late))
        assert lunch.grace_used == 2
        bookings.cancel(session, kept.booking.id, act(granny, now=late))
        assert lunch.grace_used == 0


class TestDoor:
    @pytest.fixture
    def carried(self, village, session, granny, volunteer, lunch):
        """阿军 carries granny's lunch, and it is half past eleven."""
        village.says(granny, "明天中午一份，送到家")
        village.now = noon()
        village.says(volunteer, "/deliver")
        village.taps(volunteer, village.buttons[0][1])
        return of(session, granny)

    @pytest.mark.parametrize("outcome", sorted(Outcome))
    def test_every_outcome_can_be_taken_back(self, village, session, volunteer, carried, outcome):
        village.taps(volunteer, f"door:{carried.id}:{outcome}")
        village.taps(volunteer, village.data_of("撤销"))
        session.refresh(carried)
        assert carried.state == BOOKED
        delivery = session.exec(select(Delivery)).one()
        assert (delivery.outcome, delivery.outcome_at) == (None, None)
        assert session.exec(select(Concern)).all() == []

    def test_a_second_time_not_at_home_is_asked_after(self, village, session, volunteer, granny, carried):
        village.taps(volunteer, f"door:{carried.id}:not_home")
        village.says(volunteer, "点错了")
        village.now = noon(40)
        before = len(village.told(granny))
        village.taps(volunteer, f"door:{carried.id}:not_home")
        assert len(session.exec(select(Concern)).all()) == 1
        assert len(village.told(granny)) == before + 1, "she is asked again"

    def test_after_ten_minutes_the_report_stays(self, village, session, volunteer, carried):
        village.taps(volunteer, f"door:{carried.id}:refused")
        back = village.data_of("撤销")
        village.now = noon(50)
        assert "10 分钟" in village.taps(volunteer, back)
        session.refresh(carried)
        assert carried.state == BookingState.CANCELLED_LATE

    def test_nobody_else_takes_it_back(self, village, session, volunteer, cook, carried):
        village.taps(volunteer, f"door:{carried.id}:refused")
        village.taps(cook, village.data_of("撤销"))
        session.refresh(carried)
        assert carried.state == BookingState.CANCELLED_LATE


class TestCounter:
    def test_all_have_eaten_is_taken_back_at_once(self, village, session, granny, volunteer, cook, lunch):
        village.says(granny, "明天中午一份")
        village.says(volunteer, "明天中午一份")
        village.now = noon()
        village.says(cook, "/serve")
        village.taps(cook, village.data_of("都"))
        village.taps(cook, village.data_of("好的"))
        assert {row.state for row in session.exec(select(Booking))} == {BookingState.SERVED}
        village.taps(cook, village.data_of("撤销"))
        assert {row.state for row in session.exec(select(Booking))} == {BOOKED}

    def test_one_ticked_off_is_taken_back_by_a_word(self, village, session, granny, cook, lunch):
        village.says(granny, "明天中午一份")
        village.now = noon()
        village.says(cook, "/serve")
        village.taps(cook, village.data_of("李奶奶"))
        village.says(cook, "点错了")
        assert of(session, granny).state == BOOKED


class TestWholeMeal:
    def called_off(self, village, cook, lunch):
        village.taps(cook, f"calloff:{lunch.id}")
        village.says(cook, "停电")

    def test_a_meal_called_off_by_mistake_is_on_again_with_everybody(
        self, village, session, granny, volunteer, cook, lunch
    ):
        village.says(granny, "明天中午两份，送到家")
        village.says(volunteer, "明天中午一份")
        village.says(volunteer, "明天不吃了")
        village.now += timedelta(minutes=1)
        self.called_off(village, cook, lunch)
        assert of(session, granny).state == CANCELLED
        village.taps(cook, village.data_of("撤销"))
        session.refresh(lunch)
        assert (lunch.state, lunch.reason) == (MealState.OPEN, "")
        assert (of(session, granny).state, of(session, granny).portions) == (BOOKED, 2)
        assert of(session, volunteer).state == CANCELLED, "who had said no before stays away"
        assert any("不取消了" in words for words in village.told(granny))
        assert not any("不取消了" in words for words in village.told(volunteer))

    def test_who_waited_waits_again(self, village, session, granny, volunteer, cook, lunch):
        lunch.seats = 1
        village.says(volunteer, "明天中午一份")
        village.says(granny, "明天中午一份")
        self.called_off(village, cook, lunch)
        village.says(cook, "撤销")
        assert of(session, granny).state == BookingState.WAITLISTED
        assert of(session, volunteer).state == BOOKED

    def test_a_cook_who_is_none_any_more_recalls_nothing(self, village, session, granny, cook, lunch):
        self.called_off(village, cook, lunch)
        back = village.data_of("撤销")
        village.taps(granny, back)
        assert session.get_one(Meal, lunch.id).state == MealState.CANCELLED

    def test_a_storm_begun_by_mistake_is_taken_back(self, village, session, canteen, granny, manager, lunch):
        village.says(granny, "明天中午一份")
        village.says(manager, "/storm 台风")
        village.taps(manager, village.data_of("今天和明天"))
        assert of(session, granny).state == CANCELLED
        village.taps(manager, village.data_of("撤销"))
        assert of(session, granny).state == BOOKED
        assert session.get_one(Canteen, canteen.id).storm_since is None

    def test_a_day_closed_by_mistake_is_open_with_its_bookings(
        self, village, session, granny, manager, lunch
    ):
        village.says(granny, "明天中午一份")
        village.says(manager, "/calendar 2026-11-26 修灶")
        village.says(manager, "好的")
        assert of(session, granny).state == CANCELLED
        village.says(manager, "撤销")
        assert of(session, granny).state == BOOKED
        assert "1 份" in village.says(manager, "明天中午一份")[0]
