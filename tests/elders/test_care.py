"""Who booked and was not seen is asked after: elder, family, neighbour, social worker, the door; until a human knows."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from jobs.elders import care as clock
from jobs.scheduler import due_items, perform
from models.audit import AuditEntry
from models.elders.care import Concern, ConcernCause, Finding
from models.lunch.meals import BookingState, Mode, Sitting, StandingBooking
from models.members.people import CareLink, Consent, Role, Status
from models.members.vault import seal
from models.outbox import MessageClass, OutboxMessage
from rules.elders import care, care_calls, care_lists
from rules.lunch import bookings, meals, serving
from rules.lunch.bookings import Order
from rules.members import statuses
from rules.members.statuses import Span
from rules.values import Refused
from tests.requesting import buttons_of, last_told, sent_to

THURSDAY = date(2026, 11, 26)
VILLAGE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def lunch(session, canteen):
    return meals.meal_on(session, canteen, THURSDAY, Sitting.LUNCH)


@pytest.fixture
def neighbour_aunt(session, villager, granny, now):
    """莫嫂, the volunteer next door who has agreed to look in on granny."""
    row = villager("莫嫂", Role.VOLUNTEER, telegram_id=1011)
    link = CareLink(elder_id=granny.id, carer_id=row.id, relation="neighbour", actions=["care"], consent=Consent.SAID, created_at=now)  # fmt: skip
    session.add(link)
    session.flush()
    return row


@pytest.fixture
def missed(session, canteen, lunch, granny, act):
    """Granny booked lunch and did not come; the meal is over at 12:30."""
    order = Order(THURSDAY, Sitting.LUNCH)
    bookings.book(session, canteen, granny, order, act(granny))
    serving.finish(session, lunch.id, act(now=noon(0)))
    return session.exec(select(Concern)).one()


def noon(minutes):
    """So many minutes after the end of lunch."""
    return datetime(2026, 11, 26, 12, 30, tzinfo=VILLAGE) + timedelta(minutes=minutes)


@pytest.fixture
def clock_at(session):
    """The clock comes by; answers who has been asked since the test began, in order."""

    def look(minutes):
        for duty, due in due_items(session, clock.DUTIES[:1], noon(minutes)):
            perform(session, duty, due, noon(minutes))
        session.flush()
        return asked(session)

    return look


def asked(session):
    rows = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all()
    return [row.member_id for row in rows if row.key.startswith("care:")]


def test_five_steps_each_a_quarter_of_an_hour_after_the_last(
    session, missed, granny, daughter, neighbour_aunt, social_worker, manager, village, clock_at, act
):
    assert clock_at(14) == [granny.id]
    assert clock_at(15)[1:] == [daughter.id]
    assert clock_at(30)[2:] == [neighbour_aunt.id]
    on_call = [manager.id]
    assert clock_at(45)[3:] == on_call, "nobody is on call: the managers are"
    assert set(clock_at(60)[4:]) == {social_worker.id, manager.id}
    assert len(clock_at(74)) == 6
    everybody = {granny.id, daughter.id, neighbour_aunt.id, social_worker.id, manager.id}
    assert set(clock_at(75)[6:]) == everybody, "and again, until somebody answers"
    assert "第 2 次" in last_told(village, manager)
    rows = session.exec(select(OutboxMessage).where(col(OutboxMessage.key).startswith("care:"))).all()
    assert {row.kind for row in rows} == {MessageClass.CARE}


def test_what_each_reads_is_meant_for_them(
    session, missed, granny, daughter, neighbour_aunt, social_worker, village, clock_at
):
    for minutes in (0, 15, 30, 45, 60):
        clock_at(minutes)
    assert last_told(village, granny) == "李奶奶，11月26日 周四午饭没见您来，您好吗？"
    assert last_told(village, daughter) == (
        "李奶奶（上寨，82岁）订了11月26日 周四的午饭，人没来，还没问到本人。请您打个电话：没有电话"
    )
    assert last_told(village, neighbour_aunt).endswith("您离得近，能去看一眼吗？")
    assert last_told(village, social_worker).endswith("要有人上门看看。")
    assert village.told_in_group() == []


def test_without_phone_family_and_neighbour_those_on_call_are_asked_at_once(
    session, canteen, neighbour, manager, lunch, act, clock_at
):
    bookings.book(session, canteen, neighbour, Order(THURSDAY, Sitting.LUNCH), act(manager))
    serving.finish(session, lunch.id, act(now=noon(0)))
    assert asked(session) == [manager.id]
    assert clock_at(14) == [manager.id]
    assert clock_at(15) == [manager.id, manager.id], "the step after one that was left out keeps its distance"


def test_nobody_in_the_village_can_be_reached_and_still_it_is_tried_again(
    session, canteen, neighbour, lunch, act, clock_at
):
    bookings.book(session, canteen, neighbour, Order(THURSDAY, Sitting.LUNCH), act())
    serving.finish(session, lunch.id, act(now=noon(0)))
    concern = session.exec(select(Concern)).one()
    assert asked(session) == []
    assert concern.next_at == noon(15)


def test_the_clock_that_slept_does_not_delay_the_following_step(missed, daughter, clock_at):
    clock_at(25)
    assert missed.step == 2
    assert missed.next_at == noon(30)


def test_a_question_that_slept_for_hours_goes_to_those_responsible_only(
    session, missed, granny, daughter, social_worker, clock_at
):
    assert clock_at(8 * 60)[1:] == [social_worker.id]
    assert missed.next_at == noon(8 * 60 + 15)


def test_i_am_fine_ends_it_and_who_was_asked_hears(village, session, missed, granny, daughter, clock_at):
    village.now = noon(16)
    clock_at(16)
    village.taps(granny, buttons_of(session, granny, "我没事"))
    assert (missed.finding, missed.closed_by_id, missed.next_at) == (Finding.FINE, granny.id, None)
    assert last_told(village, daughter) == "李奶奶自己回话了，没事。"
    assert len(clock_at(120)) == 3


def test_a_wrong_tap_is_taken_back_for_ten_minutes_and_asking_goes_on(
    village, session, missed, granny, daughter, clock_at
):
    village.now = noon(16)
    clock_at(16)
    village.taps(daughter, buttons_of(session, daughter, "人没事"))
    assert missed.closed_at is not None
    village.says(daughter, "点错了")
    assert missed.closed_at is None
    assert missed.next_at == noon(16)
    clock_at(16)
    assert missed.next_at > noon(16)


def test_after_ten_minutes_an_answer_stands(session, missed, granny, act):
    care.answer(session, missed.id, Finding.FINE, act(granny, now=noon(1)))
    with pytest.raises(Refused, match=r"serving\.too_late_to_undo"):
        care.reopen(session, missed.id, act(granny, now=noon(12)))


def test_the_neighbour_goes_and_reads_the_address_and_the_others_hear_who(
    village, session, missed, granny, daughter, neighbour_aunt, social_worker, clock_at
):
    seal(session, granny, address="上寨 12 号")
    for minutes in (15, 30):
        clock_at(minutes)
    village.now = noon(31)
    village.taps(neighbour_aunt, buttons_of(session, neighbour_aunt, "我去看看"))
    assert (missed.goer_id, missed.next_at) == (neighbour_aunt.id, noon(61))
    assert last_told(village, daughter) == "莫嫂在联系李奶奶，有消息告诉您。"
    assert last_told(village, granny) == "莫嫂会联系您，或者来看您。"
    assert sent_to(session, social_worker) == []
    assert "已经在联系" in village.taps(daughter, buttons_of(session, daughter, "我来联系"))
    clock_at(61)
    assert last_told(village, neighbour_aunt) == "李奶奶怎么样了？"
    assert sent_to(session, social_worker) == []
    clock_at(91)
    village.now = noon(92)
    village.taps(neighbour_aunt, buttons_of(session, neighbour_aunt, "人没事"))
    assert last_told(village, daughter) == "莫嫂问到了，李奶奶没事。"
    assert missed.finding == Finding.FINE


def test_who_went_and_is_silent_is_not_waited_for_alone(
    session, missed, daughter, neighbour_aunt, manager, clock_at, act
):
    clock_at(15)
    care.go(session, missed.id, act(daughter, now=noon(16)))
    clock_at(46)
    before = len(asked(session))
    assert set(clock_at(76)[before:]) == {daughter.id, manager.id}


def test_who_cannot_go_after_all_leaves_it_to_the_next(
    session, missed, daughter, neighbour_aunt, clock_at, act
):
    clock_at(15)
    care.go(session, missed.id, act(daughter, now=noon(16)))
    care.leave(session, missed.id, act(daughter, now=noon(20)))
    assert missed.goer_id is None
    assert asked(session)[-1] == neighbour_aunt.id
    with pytest.raises(Refused, match=r"common\.old_button"):
        care.leave(session, missed.id, act(daughter, now=noon(21)))


def test_help_calls_everybody_near_again_and_again_until_somebody_goes(
    village, session, missed, granny, daughter, neighbour_aunt, social_worker, manager, clock_at
):
    village.now = noon(3)
    assert "120" in village.taps(granny, buttons_of(session, granny, "我需要帮忙"))
    assert set(asked(session)[1:]) == {daughter.id, neighbour_aunt.id, manager.id}
    assert "需要帮忙" in last_told(village, neighbour_aunt)
    before = len(asked(session))
    assert set(clock_at(8)[before:]) == {social_worker.id, manager.id}
    assert missed.next_at == noon(13)
    clock_at(13)
    clock_at(18)
    assert "第 2 次" in last_told(village, daughter)
    village.now = noon(19)
    village.taps(manager, buttons_of(session, manager, "我去看看"))
    assert missed.next_at == noon(49)
    village.taps(manager, f"care:{missed.id}:hospital")
    assert last_told(village, daughter) == "韦主任问到了，李奶奶去医院了。"


def test_a_door_nobody_opens_is_not_settled(
    village, session, missed, daughter, neighbour_aunt, manager, clock_at
):
    for minutes in (15, 30):
        clock_at(minutes)
    village.now = noon(31)
    village.taps(neighbour_aunt, buttons_of(session, neighbour_aunt, "我去看看"))
    village.taps(neighbour_aunt, f"care:{missed.id}:more")
    village.taps(
        neighbour_aunt, village.data_of("没人应门") if village.buttons else f"care:{missed.id}:nobody"
    )
    assert (missed.finding, missed.pressing, missed.goer_id) == (Finding.NOBODY, True, None)
    assert "没人应门" in last_told(village, daughter)
    assert "没人应门" in last_told(village, manager)


@pytest.mark.parametrize(
    "status", [Status.AWAY, Status.IN_HOSPITAL, Status.PAUSED, Status.LEFT, Status.DECEASED]
)
def test_whoever_is_not_here_is_not_asked_after(session, canteen, lunch, granny, social_worker, act, status):
    bookings.book(session, canteen, granny, Order(THURSDAY, Sitting.LUNCH), act(granny))
    statuses.set_status(session, social_worker, granny.id, Span(status, THURSDAY), act(social_worker))
    serving.finish(session, lunch.id, act(now=noon(0)))
    assert session.exec(select(Concern)).all() == []


@pytest.mark.parametrize(
    "status", [Status.AWAY, Status.IN_HOSPITAL, Status.PAUSED, Status.LEFT, Status.DECEASED]
)
@pytest.mark.parametrize("step", [0, 15, 30, 45])
def test_a_status_set_in_the_middle_silences_every_step(
    session, missed, granny, daughter, neighbour_aunt, social_worker, clock_at, act, status, step
):
    clock_at(step)
    before = clock_at(step)
    span = Span(status, THURSDAY)
    statuses.set_status(session, social_worker, granny.id, span, act(social_worker, now=noon(step + 1)))
    assert clock_at(step + 15) == before
    assert missed.closed_at is None, "it may have been a wrong tap"
    assert clock_at(step + 30) == before
    assert missed.finding == Finding.NOT_HERE


def test_a_status_taken_back_lets_the_asking_go_on(
    session, missed, granny, daughter, social_worker, clock_at, act
):
    span = Span(Status.DECEASED, THURSDAY)
    changed = statuses.set_status(session, social_worker, granny.id, span, act(social_worker, now=noon(5)))
    assert len(clock_at(15)) == 1
    statuses.undo(session, social_worker, granny.id, changed, act(social_worker, now=noon(14)))
    assert clock_at(30)[1:] == [daughter.id], "the family hears nothing of a wrong tap, and is asked now"


def test_who_comes_after_all_is_seen_and_nobody_goes_on_looking(
    village, session, missed, lunch, granny, cook, daughter, clock_at, act
):
    clock_at(15)
    booking = bookings_of(session, granny)
    serving.check_in(session, booking.id, act(cook, now=noon(20)))
    assert missed.finding == Finding.SEEN
    assert last_told(village, daughter) == "李奶奶见到了，饭也有了，不用再找。"
    serving.take_back(session, booking.id, act(cook, now=noon(21)))
    assert missed.closed_at is None, "ticked off by mistake: asked after anew"
    assert missed.raised_at == noon(21)


def bookings_of(session, eater):
    from models.lunch.meals import Booking

    return session.exec(select(Booking).where(Booking.eater_id == eater.id)).one()


def test_a_helper_who_ate_at_home_is_not_looked_for(session, canteen, lunch, volunteer, act):
    bookings.book(session, canteen, volunteer, Order(THURSDAY, Sitting.LUNCH), act(volunteer))
    serving.finish(session, lunch.id, act(now=noon(0)))
    assert bookings_of(session, volunteer).state == BookingState.NO_SHOW
    assert session.exec(select(Concern)).all() == []


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.EVALUATOR, Role.FAMILY, Role.ASSOCIATION])
def test_somebody_else_cannot_answer_for_granny(session, villager, missed, act, role):
    other = villager("别人", role, telegram_id=1099)
    for do in (care.go, care.leave):
        with pytest.raises(Refused, match=r"people\.not_yours"):
            do(session, missed.id, act(other, now=noon(1)))
    with pytest.raises(Refused, match=r"people\.not_yours"):
        care.answer(session, missed.id, Finding.FINE, act(other, now=noon(1)))


def test_somebody_of_another_village_is_told_that_the_button_is_old(session, missed, villager, act, now):
    from models.members.people import Canteen

    other = Canteen(name="别村", chat_id=-2002, created_at=now)
    session.add(other)
    session.flush()
    worker = villager("别村社工", Role.SOCIAL_WORKER, telegram_id=1098)
    worker.canteen_id = other.id
    session.flush()
    with pytest.raises(Refused, match=r"common\.old_button"):
        care.answer(session, missed.id, Finding.FINE, act(worker, now=noon(1)))


@pytest.mark.parametrize("data", ["care", "care:", "care:x:fine", "care:１:fine", "care:9999:fine", "care:1:seen",
                                  "care:1:not_here", "care:1:", "careundo:7", "carepage:x", "caresee:0"])  # fmt: skip
def test_forged_buttons_do_nothing(village, session, missed, granny, data):
    assert village.taps(granny, data.replace(":1:", f":{missed.id}:"))
    assert missed.closed_at is None


def test_in_the_group_nothing_is_answered_aloud(village, session, missed, granny):
    assert "私下" in village.taps(granny, f"care:{missed.id}:fine", group=True)
    assert missed.closed_at is None


def test_every_step_and_every_answer_leaves_a_row_in_the_audit(
    session, missed, granny, daughter, clock_at, act
):
    clock_at(15)
    care.go(session, missed.id, act(daughter, now=noon(16)))
    care.answer(session, missed.id, Finding.ELSEWHERE, act(daughter, now=noon(20)))
    rows = session.exec(select(AuditEntry).where(AuditEntry.object == f"concern:{missed.id}")).all()
    assert [(row.action, row.actor_id) for row in sorted(rows, key=lambda row: row.id)] == [
        ("care.raised", None),
        ("care.called", None),
        ("care.called", None),
        ("care.going", daughter.id),
        ("care.closed", daughter.id),
    ]
    assert {row.subject_id for row in rows} == {granny.id}


def test_the_list_shows_who_is_still_asked_after_to_those_responsible(
    village, session, missed, granny, daughter, social_worker, clock_at
):
    village.now = noon(16)
    clock_at(16)
    assert (
        village.says(social_worker, "/care")[0]
        == "还有 1 位要问：\n李奶奶：11月26日 周四午饭没来吃，还没问到"
    )
    village.taps(social_worker, village.data_of("看李奶奶"))
    village.taps(social_worker, f"care:{missed.id}:go")
    assert "陈社工在联系" in village.says(social_worker, "/care")[0]
    assert "只给" in village.says(daughter, "/care")[0]
    village.taps(social_worker, f"care:{missed.id}:fine")
    assert "都好" in village.says(social_worker, "/care")[0]


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


class TestSettings:
    def test_the_village_changes_the_steps(
        self, village, session, canteen, manager, missed, daughter, clock_at
    ):
        village.now = noon(1)
        village.taps(manager, "set:ladder_care")
        village.says(manager, "0 老人，5 家人，10 管理员，每10")
        assert [rung.after for rung in care_calls.ladder_of(canteen, missed).rungs] == [0, 5, 10]
        village.taps(manager, "set:ladder_silent")
        village.says(manager, "0 本人，30 邻居，每60")
        assert set(canteen.settings["ladders"]) == {"care", "silent"}

    @pytest.mark.parametrize(
        "words", ["5 老人，15 家人，每15", "0 老人，15 家人，每90", "送药：0 老人，每15", "0 谁，每15"]
    )
    def test_steps_that_would_leave_somebody_lying_are_not_kept(self, village, canteen, manager, words):
        village.taps(manager, "set:ladder_care")
        village.says(manager, words)
        assert "ladders" not in canteen.settings

    def test_a_volunteer_the_village_has_put_on_the_ladder_may_answer(
        self, village, session, canteen, villager, missed, clock_at, act
    ):
        canteen.settings = {"ladders": {"care": {"rungs": [[0, ["elder"]], [15, ["helpers"]]], "every": 15}}}
        helper = villager("小蓝", Role.VOLUNTEER, telegram_id=1012)
        with pytest.raises(Refused):
            care.go(session, missed.id, act(helper, now=noon(1)))
        assert clock_at(15)[-1] == helper.id
        assert care.go(session, missed.id, act(helper, now=noon(16))).goer_id == helper.id


class TestTruth:
    """ "Has mother eaten today?" """

    ASKS = "我妈今天吃了吗"

    def test_the_daughter_hears_how_far_it_has_come(
        self, village, session, missed, granny, daughter, neighbour_aunt, clock_at
    ):
        village.now = noon(5)
        assert village.says(daughter, self.ASKS) == ["李奶奶今天订的午饭没吃到，我们在问。"]
        for minutes in (15, 30):
            clock_at(minutes)
        village.now = noon(31)
        village.taps(neighbour_aunt, f"care:{missed.id}:go")
        assert village.says(daughter, self.ASKS) == ["李奶奶今天订的午饭没吃到，我们在问。莫嫂正在联系。"]
        village.taps(neighbour_aunt, f"care:{missed.id}:nobody")
        assert "我们在叫人" in village.says(daughter, self.ASKS)[0]
        village.now = noon(40)
        village.taps(neighbour_aunt, f"care:{missed.id}:fine")
        assert village.says(daughter, self.ASKS) == ["李奶奶今天午饭没吃到，人没事，13:10 莫嫂说的。"]

    @pytest.mark.parametrize(
        ("finding", "words"),
        [
            (Finding.ELSEWHERE, "李奶奶今天午饭在别处吃了，12:31 李奶奶说的。"),
            (Finding.HOSPITAL, "李奶奶今天午饭没吃到，去医院了，12:31 李奶奶说的。"),
        ],
    )
    def test_and_how_she_is(self, village, missed, granny, daughter, act, session, finding, words):
        care.answer(session, missed.id, finding, act(granny, now=noon(1)))
        village.now = noon(2)
        assert village.says(daughter, self.ASKS) == [words]

    def test_a_door_nobody_opened_is_said(self, village, session, lunch, granny, daughter, act):
        care.missed(session, lunch, granny, ConcernCause.NOT_HOME, act(now=noon(0)))
        village.now = noon(1)
        assert village.says(daughter, self.ASKS) == ["李奶奶今天的午饭送到家没人应门，我们在问。"]

    def test_so_is_a_mother_who_always_comes_and_said_nothing(
        self, village, session, lunch, granny, daughter, act
    ):
        care.missed(session, lunch, granny, ConcernCause.SILENT, act(now=noon(0)))
        village.now = noon(1)
        assert village.says(daughter, self.ASKS) == ["李奶奶平时都来，今天午饭没订也没说，我们在问。"]

    def test_when_nobody_asks_any_more_it_does_not_say_so(
        self, village, session, missed, granny, daughter, social_worker, clock_at, act
    ):
        statuses.set_status(
            session, social_worker, granny.id, Span(Status.AWAY, THURSDAY), act(social_worker, now=noon(1))
        )
        clock_at(15)
        clock_at(30)
        village.now = noon(31)
        assert village.says(daughter, self.ASKS) == ["李奶奶今天订的午饭没吃到。"]

    def test_who_ate_after_all_has_eaten(self, village, session, missed, granny, daughter, cook, act):
        serving.check_in(session, bookings_of(session, granny).id, act(cook, now=noon(10)))
        village.now = noon(11)
        assert village.says(daughter, self.ASKS) == ["李奶奶今天午饭吃了，12:40 登记的。"]

    def test_another_family_learns_nothing(self, village, villager, missed, granny):
        other = villager("别家女儿", Role.FAMILY, telegram_id=1097)
        village.now = noon(1)
        assert "不能替" in village.says(other, "李奶奶今天吃了吗")[0]


def test_the_export_says_who_was_missed_and_how_it_was_found_out(
    session, canteen, missed, granny, daughter, clock_at, act
):
    clock_at(15)
    care.answer(session, missed.id, Finding.FINE, act(daughter, now=noon(16)))
    [(number, row)] = care_lists.page(session, canteen, (None, None), 0)
    assert number == missed.id
    assert tuple(row) == care_lists.COLUMNS
    assert (row["person"], row["cause"], row["status"], row["asked"], row["finding"]) == (
        "李奶奶",
        "no_show",
        "closed",
        2,
        "fine",
    )
    assert care_lists.page(session, canteen, (date(2026, 11, 27), None), 0) == []
    assert care_lists.page(session, canteen, (None, date(2026, 11, 25)), 0) == []


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


class TestTyped:
    """没事 typed instead of tapped."""

    @pytest.mark.parametrize(
        ("words", "finding"),
        [
            ("我没事", Finding.FINE),
            ("没事没事，谢谢", Finding.FINE),
            ("我在女儿家吃了", Finding.ELSEWHERE),
            ("吃过了", Finding.ELSEWHERE),
        ],
    )
    def test_granny_types_how_she_is(self, village, missed, granny, words, finding):
        village.now = noon(2)
        assert village.says(granny, words) == ["好的，您没事就好！"]
        assert missed.finding == finding

    def test_she_types_that_she_needs_help(self, village, session, missed, granny, daughter):
        village.now = noon(2)
        assert "我已经叫人了" in village.says(granny, "有点不舒服")[0]
        assert missed.pressing
        assert "需要帮忙" in last_told(village, daughter)

    def test_her_daughter_answers_once_she_was_asked(self, village, missed, granny, daughter, clock_at):
        village.now = noon(2)
        village.says(daughter, "没事")
        assert missed.closed_at is None
        clock_at(15)
        village.now = noon(16)
        village.says(daughter, "打过电话了，没事")
        assert missed.closed_by_id == daughter.id

    def test_asked_about_two_it_is_not_guessed_which(
        self, village, session, canteen, missed, granny, neighbour, lunch, social_worker, act, clock_at
    ):
        bookings.book(
            session,
            canteen,
            neighbour,
            Order(THURSDAY + timedelta(days=1), Sitting.LUNCH),
            act(social_worker),
        )
        for minutes in (15, 30, 45, 60):
            clock_at(minutes)
        care.missed(session, lunch, neighbour, ConcernCause.NO_SHOW, act(now=noon(61)))
        clock_at(80)
        village.now = noon(81)
        village.says(social_worker, "没事")
        assert {one.closed_at for one in session.exec(select(Concern))} == {None}

    def test_when_nobody_is_missed_the_words_mean_what_they_ever_meant(self, village, granny):
        assert "没事就好" not in village.says(granny, "我没事")[0]

    @pytest.mark.parametrize(
        "words", ["明天没事，来吃饭", "没事吗？", "我摔倒了", "她吃了吗", "帮我订饭", "今天不吃了", "没", ""]
    )
    def test_other_words_are_no_answer(self, words):
        from nlu.wellbeing import well

        assert well(words) is None
