"""What the family hears when it asks, 没事 typed instead of tapped, and the steps in the settings."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.elders.care import Concern, ConcernCause, Finding
from models.lunch.meals import Sitting
from models.members.people import Role, Status
from rules.elders import care, care_calls
from rules.lunch import bookings, serving
from rules.lunch.bookings import Order
from rules.members import statuses
from rules.members.statuses import Span
from rules.values import Refused
from tests.elders.caring import THURSDAY, bookings_of, noon
from tests.requesting import last_told


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
