"""Who always comes and said nothing is asked after; of many missed at one meal those responsible hear in one message."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import col, select

from jobs.elders import care as clock
from jobs.scheduler import due_items, perform
from models.elders.care import Concern, ConcernCause, Finding
from models.lunch.meals import BookingState, Mode, Sitting, StandingBooking
from models.members.people import Role, Status
from rules.elders import care
from rules.lunch import bookings, meals, serving
from rules.lunch.bookings import Order
from rules.members import statuses
from rules.members.statuses import Span
from tests.elders.caring import THURSDAY, VILLAGE, asked, bookings_of, noon
from tests.requesting import buttons_of, last_told, sent_to


class TestSilence:
    """Who always eats on Thursdays and has neither booked nor said no."""

    @pytest.fixture
    def regular(self, session, canteen, granny, act, now):
        for weeks in (1, 2, 3):
            before = now - timedelta(weeks=weeks)
            order = Order(THURSDAY - timedelta(weeks=weeks), Sitting.LUNCH)
            kept = bookings.book(session, canteen, granny, order, act(granny, now=before)).booking
            kept.state = BookingState.SERVED
            session.add(kept)
        session.flush()
        return granny

    @pytest.fixture
    def closing(self, session, lunch):
        """The meal closes at six the evening before, and the clock comes by."""

        def look(moment=None):
            moment = moment or lunch.closes_at
            for duty, due in due_items(session, clock.DUTIES, moment):
                perform(session, duty, due, moment)
            session.flush()
            return session.exec(select(Concern)).all()

        return look

    def test_they_are_asked_when_the_meal_closes_and_the_family_an_hour_later(
        self, session, village, regular, daughter, lunch, closing
    ):
        [concern] = closing()
        assert concern.cause == ConcernCause.SILENT
        assert last_told(village, regular) == "李奶奶，您平时都来吃，11月26日 周四午饭没见您订。您好吗？"
        closing(lunch.closes_at + timedelta(minutes=59))
        assert sent_to(session, daughter) == []
        closing(lunch.closes_at + timedelta(minutes=60))
        assert "没订也没说不来" in last_told(village, daughter)
        assert closing() == [concern], "once for a meal"

    def test_nobody_is_woken_at_night_because_of_it(self, regular, daughter, manager, lunch, closing):
        [concern] = closing()
        for minutes in (60, 120, 180):
            closing(lunch.closes_at + timedelta(minutes=minutes))
        assert concern.next_at == datetime(2026, 11, 26, 6, 30, tzinfo=VILLAGE)

    def test_who_books_late_or_says_no_is_asked_no_more(
        self, session, canteen, regular, daughter, lunch, cook, act, closing
    ):
        [concern] = closing()
        later = lunch.closes_at + timedelta(minutes=10)
        bookings.grant_grace(session, lunch.id, regular, Order(THURSDAY, Sitting.LUNCH), act(cook, now=later))
        closing(lunch.closes_at + timedelta(minutes=60))
        assert concern.finding == Finding.SPOKE
        serving.finish(session, lunch.id, act(now=noon(0)))
        assert (concern.cause, concern.closed_at) == (ConcernCause.NO_SHOW, None), "booked late and not there"

    def test_who_said_no_in_time_is_not_asked(self, session, canteen, regular, lunch, act, closing):
        kept = bookings.book(session, canteen, regular, Order(THURSDAY, Sitting.LUNCH), act(regular))
        bookings.cancel(session, kept.booking.id, act(regular))
        assert closing() == []

    def test_whose_standing_booking_rests_has_said_so(self, session, regular, now, closing):
        session.add(
            StandingBooking(
                eater_id=regular.id, sitting=Sitting.LUNCH, weekdays=[4], mode=Mode.DINE_IN, made_at=now,
                starts_on=date(2026, 1, 1), paused_from=date(2026, 11, 20), paused_until=date(2026, 11, 30),
            )
        )  # fmt: skip
        session.flush()
        assert closing() == []

    def test_a_meal_that_was_called_off_is_missed_by_nobody(
        self, session, regular, lunch, cook, act, closing
    ):
        meals.call_off(session, lunch.id, "停电", act(cook))
        assert closing() == []
        assert care.missed_silently(session, lunch, act()) == 0

    def test_twice_in_four_weeks_is_not_always(self, session, regular, closing):
        from models.lunch.meals import Booking

        first = session.exec(select(Booking).order_by(col(Booking.id))).first()
        first.state = BookingState.NO_SHOW
        session.add(first)
        session.flush()
        assert closing() == []

    def test_who_is_away_is_not_asked(self, session, regular, social_worker, act, closing):
        statuses.set_status(
            session, social_worker, regular.id, Span(Status.AWAY, THURSDAY), act(social_worker)
        )
        assert closing() == []


class TestMany:
    """Many were missed at one meal: the kitchen is asked for its list first, those responsible get one message."""

    @pytest.fixture
    def eaters(self, session, canteen, villager, lunch, act):
        made = [villager(f"老人{number}", Role.ELDER) for number in "甲乙丙丁戊"]
        for eater in made:
            bookings.book(session, canteen, eater, Order(THURSDAY, Sitting.LUNCH), act(eater))
        return made

    def test_nobody_was_ticked_off_so_the_cook_is_asked_before_anybody_is_rung_up(
        self, village, session, eaters, lunch, cook, social_worker, act, clock_at
    ):
        serving.finish(session, lunch.id, act(now=noon(0)))
        assert last_told(village, cook) == (
            "11月26日 周四午饭还没点名，5 位没有记录。请补点一下，不然 15 分钟后我就挨个去问。"
        )
        assert clock_at(14) == []
        village.now = noon(14)
        village.taps(cook, buttons_of(session, cook, "补点名"))
        village.taps(cook, f"serveall:{lunch.id}")
        village.taps(cook, f"serveyes:{lunch.id}")
        assert {one.finding for one in session.exec(select(Concern))} == {Finding.SEEN}
        assert clock_at(60) == []
        assert sent_to(session, social_worker) == []

    def test_when_the_list_does_not_come_those_responsible_hear_of_all_in_one_message(
        self, village, session, eaters, lunch, cook, social_worker, manager, act, clock_at
    ):
        serving.finish(session, lunch.id, act(now=noon(0)))
        assert set(clock_at(15)) == {manager.id}
        assert last_told(village, manager) == (
            "11月26日 周四午饭有好几位没来，还没问到本人。请看名单，打电话或者去看看。"
        )
        assert len(sent_to(session, manager)) == 1
        village.now = noon(16)
        village.taps(manager, buttons_of(session, manager, "看名单"))
        clock_at(30)
        assert [len(sent_to(session, who)) for who in (social_worker, manager)] == [1, 3]
        clock_at(45)
        assert "第 2 次" in last_told(village, social_worker)
        assert {one.asked_ids == [] for one in session.exec(select(Concern))} == {True}

    def test_of_three_each_is_asked_after_by_name(self, session, eaters, lunch, cook, manager, act):
        for eater in eaters[:2]:
            serving.check_in(session, bookings_of(session, eater).id, act(cook, now=lunch.starts_at))
        serving.finish(session, lunch.id, act(now=noon(0)))
        assert asked(session) == [manager.id] * 3

    def test_who_needs_help_is_never_one_of_many(
        self, village, session, eaters, lunch, manager, act, clock_at
    ):
        serving.finish(session, lunch.id, act(now=noon(0)))
        clock_at(15)
        first = session.exec(select(Concern).order_by(col(Concern.id))).first()
        care.answer(session, first.id, Finding.HELP, act(eaters[0], now=noon(16)))
        assert "需要帮忙" in last_told(village, manager)

    def test_whoever_is_asked_by_name_still_is_when_many_were_missed(
        self, village, session, eaters, lunch, granny, daughter, canteen, act, clock_at
    ):
        bookings.book(session, canteen, granny, Order(THURSDAY, Sitting.LUNCH), act(granny))
        serving.finish(session, lunch.id, act(now=noon(0)))
        clock_at(15)
        assert "您好吗" in last_told(village, granny)
        clock_at(30)
        assert "请您打个电话" in last_told(village, daughter)


def test_a_meal_to_be_brought_of_which_nobody_said_anything(
    village, session, canteen, lunch, granny, daughter, act
):
    bookings.book(session, canteen, granny, Order(THURSDAY, Sitting.LUNCH, 1, Mode.DELIVERY), act(granny))
    serving.finish(session, lunch.id, act(now=noon(0)))
    assert last_told(village, granny) == "李奶奶，11月26日 周四午饭没记下送到没有。您好吗？"
    village.now = noon(1)
    assert village.says(daughter, "我妈今天吃了吗") == ["李奶奶今天的午饭没记下送到，我们在问。"]
