"""Words about shifts that need a second look: whose name it is, never mind, every week after all, a day the canteen is closed."""

from datetime import date, time, timedelta

import pytest
from sqlmodel import select

from models.members.people import Role, Status
from models.volunteers.shifts import (
    Assignment,
    AssignmentState,
    DutyKind,
    Shift,
    ShiftState,
    ShiftTemplate,
    Swap,
    SwapKind,
    SwapState,
)
from nlu.phrases import comes_after_all, spoken
from rules.lunch import calendar
from rules.values import Refused
from rules.volunteers import patterns, rosters, shift_closings, swap_answers, swaps
from rules.volunteers.patterns import Weekly
from rules.volunteers.swaps import Asking

FRIDAY, TUESDAY = date(2026, 11, 27), date(2026, 12, 1)
NOON = (time(11, 0), time(12, 30))


@pytest.fixture
def other_granny(villager):
    """The other 李奶奶, of the lower hamlet, 77."""
    return villager("李奶奶", Role.ELDER, telegram_id=1011, hamlet="下寨", birth_on=date(1949, 1, 5))


def open_swap(session):
    return session.exec(select(Swap).order_by(Swap.id.desc())).first()


def responsible(session, shift):
    return [member.name for _, member in rosters.holders(session, [shift.id])]


class TestTheSameNameTwice:
    def test_who_shall_step_in_is_asked_with_hamlet_and_age(
        self, session, village, plan, on, volunteer, granny, other_granny
    ):
        on(volunteer, plan())
        assert village.says(volunteer, "我周五来不了，李奶奶能替我的班吗") == ["您说的是哪一位？"]
        assert [words for words, _ in village.buttons] == [
            "李奶奶（上寨，82岁）",
            "李奶奶（下寨，77岁）",
            "都不是",
        ]
        assert open_swap(session) is None
        village.taps(volunteer, village.data_of("下寨"))
        swap = open_swap(session)
        assert (swap.kind, swap.taker_id) == (SwapKind.COVER, other_granny.id)
        assert village.told(granny) == []
        assert village.told(other_granny) == ["阿军想请您替班：11月27日 周五 7:30–11:30 打扫。可以吗？"]

    def test_the_hamlet_said_with_the_name_is_enough(
        self, session, village, plan, on, volunteer, granny, other_granny
    ):
        on(volunteer, plan())
        village.says(volunteer, "我周五来不了，下寨李奶奶能替我的班吗")
        assert open_swap(session).taker_id == other_granny.id

    def test_neither_of_them_changes_nothing(
        self, session, village, plan, on, volunteer, granny, other_granny
    ):
        on(volunteer, plan())
        village.says(volunteer, "我周五来不了，李奶奶能替我的班吗")
        village.taps(volunteer, village.data_of("都不是"))
        assert village.told(volunteer)[-1] == "好的，请您换个说法再说一遍。"
        assert open_swap(session) is None

    @pytest.mark.parametrize("word", ["7", "", "-1", "x", "²"])
    def test_a_forged_choice_is_an_old_button(
        self, session, village, plan, on, volunteer, granny, other_granny, word
    ):
        on(volunteer, plan())
        village.says(volunteer, "我周五来不了，李奶奶能替我的班吗")
        card = village.data_of("上寨").split(":")[1]
        assert "过期" in village.taps(volunteer, f"swapwho:{card}:{word}")
        assert open_swap(session) is None

    def test_nobody_else_can_choose_and_nobody_twice(
        self, session, village, plan, on, volunteer, granny, other_granny
    ):
        on(volunteer, plan())
        village.says(volunteer, "我周五来不了，李奶奶能替我的班吗")
        tap = village.data_of("上寨")
        assert "过期" in village.taps(granny, tap)
        village.taps(volunteer, tap)
        assert "过期" in village.taps(volunteer, tap)
        assert len(session.exec(select(Swap)).all()) == 1

    def test_in_the_group_it_is_asked_in_private(
        self, session, village, plan, on, volunteer, granny, other_granny
    ):
        on(volunteer, plan())
        said = village.says(volunteer, "我周五来不了，李奶奶能替我的班吗", group=True, reply_to_bot=True)
        assert said == ["阿军，私下跟您说了。"]
        assert village.told(volunteer) == ["您说的是哪一位？"]
        assert not any("岁" in words for words in village.told_in_group())

    def test_of_two_whose_shift_it_is_only_who_is_on_can_be_meant(
        self, session, village, plan, on, volunteer, granny, other_granny
    ):
        shift = plan()
        on(other_granny, shift)
        village.says(volunteer, "我替李奶奶周五的班")
        swap = open_swap(session)
        assert (swap.asked_by_id, swap.taker_id) == (volunteer.id, volunteer.id)
        assert village.told(granny) == []
        assert village.told(other_granny)[-1].startswith("阿军想替您上这个班：11月27日 周五")

    def test_when_both_are_on_it_is_asked_whose_shift(
        self, session, village, plan, on, volunteer, granny, other_granny
    ):
        first, second = plan(), plan(starts=time(13), ends=time(14), duty=DutyKind.SHOPPING)
        on(granny, first)
        on(other_granny, second)
        assert village.says(volunteer, "我替李奶奶周五的班") == ["您说的是哪一位？"]
        village.taps(volunteer, village.data_of("下寨"))
        place = session.get_one(Assignment, open_swap(session).assignment_id)
        assert place.member_id == other_granny.id

    def test_an_offer_of_the_one_meant_is_taken_at_once(
        self, session, village, plan, on, volunteer, granny, other_granny
    ):
        first, second = plan(), plan(starts=time(13), ends=time(14), duty=DutyKind.SHOPPING)
        on(granny, first)
        on(other_granny, second)
        village.says(other_granny, "我周五来不了，谁能替", group=True)
        village.says(volunteer, "我替李奶奶周五的班")
        village.taps(volunteer, village.data_of("下寨"))
        assert responsible(session, second) == ["阿军"]
        assert responsible(session, first) == ["李奶奶"]

    def test_mine_for_hers_finds_her_who_has_the_shift(
        self, session, village, plan, on, volunteer, granny, other_granny
    ):
        on(volunteer, plan(TUESDAY, *NOON, DutyKind.DELIVERY))
        on(granny, plan(FRIDAY, time(12, 30), time(13, 30)))
        village.says(volunteer, "我拿下周二的送餐换李奶奶这周五的打扫")
        assert village.told(granny)[-1].startswith("阿军想跟您换班")
        assert village.told(other_granny) == []

    def test_mine_for_hers_means_the_duty_named_for_her_day(
        self, session, village, plan, on, volunteer, granny
    ):
        on(volunteer, plan(TUESDAY, *NOON, DutyKind.DELIVERY))
        on(granny, plan(FRIDAY, *NOON, DutyKind.DELIVERY))
        cleaning = on(granny, plan(FRIDAY, time(12, 30), time(13, 30)))
        village.says(volunteer, "我拿下周二的送餐换李奶奶这周五的打扫")
        assert open_swap(session).counter_id == cleaning.id

    def test_mine_for_hers_asks_when_both_have_one(
        self, session, village, plan, on, volunteer, granny, other_granny
    ):
        on(volunteer, plan(TUESDAY, *NOON, DutyKind.DELIVERY))
        shift = plan(FRIDAY, time(12, 30), time(13, 30), needed=2)
        on(granny, shift)
        theirs = on(other_granny, shift)
        assert village.says(volunteer, "我拿下周二的送餐换李奶奶这周五的打扫") == ["您说的是哪一位？"]
        village.taps(volunteer, village.data_of("下寨"))
        swap = open_swap(session)
        assert (swap.kind, swap.taker_id, swap.counter_id) == (
            SwapKind.EXCHANGE,
            other_granny.id,
            theirs.id,
        )


class TestNeverMind:
    @pytest.mark.parametrize(
        "words",
        [
            "算了我自己来",
            "不用找人了，我来",
            "算了，还是我来吧",
            "不找人了我自己去",
            "不用替了，我能来",
            "别找人了我又能来了",
            "不用找人替我了",
            "周五不用找人了，我来",
            "周五的班还是我自己来",
            "never mind, I'll come myself",
        ],
    )
    def test_the_offer_is_taken_back(self, session, village, plan, on, volunteer, words):
        shift = plan()
        on(volunteer, shift)
        village.says(volunteer, "我周五早上来不了，谁能替")
        assert village.says(volunteer, words) == ["好，不找了：11月27日 周五 7:30–11:30 打扫还是阿军来。"]
        assert open_swap(session).state == SwapState.WITHDRAWN
        assert responsible(session, shift) == ["阿军"]

    @pytest.mark.parametrize(
        "words",
        [
            "打扫我来",
            "周五我来打扫",
            "算了",
            "不用了",
            "我来",
            "周五的打扫我来",
            "算了我自己去拿饭",
            "不用来了",
            "不用送了我自己来吃",
            "算了还是要",
        ],
    )
    def test_other_words_are_not_that(self, words):
        assert comes_after_all(words) is None
        assert (spoken(words) or ("",))[0] != "myself"

    def test_of_two_offers_it_is_asked_which(self, session, village, plan, on, volunteer):
        on(volunteer, plan())
        on(volunteer, plan(TUESDAY))
        village.says(volunteer, "我周五来不了，谁能替")
        village.says(volunteer, "我下周二来不了，谁能替")
        assert village.says(volunteer, "不用找人了，我来") == ["哪个班不用找人了？"]
        village.taps(volunteer, village.data_of("12月1日"))
        states = {swap.state for swap in session.exec(select(Swap)) if swap.id == open_swap(session).id}
        assert states == {SwapState.WITHDRAWN}
        assert session.exec(select(Swap).order_by(Swap.id)).first().state == SwapState.OFFERED

    def test_the_day_named_tells_them_apart(self, session, village, plan, on, volunteer):
        on(volunteer, plan())
        on(volunteer, plan(TUESDAY))
        village.says(volunteer, "我周五来不了，谁能替")
        village.says(volunteer, "我下周二来不了，谁能替")
        assert "11月27日" in village.says(volunteer, "周五不用找人了，我来")[0]
        first, second = session.exec(select(Swap).order_by(Swap.id)).all()
        assert (first.state, second.state) == (SwapState.WITHDRAWN, SwapState.OFFERED)

    @pytest.mark.parametrize("group", [False, True])
    def test_the_duty_named_tells_them_apart(self, session, village, plan, on, volunteer, group):
        on(volunteer, plan())
        on(volunteer, plan(FRIDAY, time(13), time(14), DutyKind.DELIVERY))
        village.says(volunteer, "我周五的打扫来不了，谁能替")
        village.says(volunteer, "我周五的送餐来不了，谁能替")
        said = village.says(volunteer, "周五的送餐不用找人了，我来", group=group)
        assert said == ["好，不找了：11月27日 周五 13:00–14:00 送餐还是阿军来。"]
        first, second = session.exec(select(Swap).order_by(Swap.id)).all()
        assert (first.state, second.state) == (SwapState.OFFERED, SwapState.WITHDRAWN)

    def test_without_an_offer_the_words_mean_something_else(self, session, village, volunteer, granny):
        assert "不找了" not in village.says(volunteer, "算了我自己来")[0]
        assert village.says(granny, "算了我自己来", group=True) == []

    def test_nobody_takes_back_the_offer_of_another(self, session, village, plan, on, volunteer, granny):
        on(volunteer, plan())
        village.says(volunteer, "我周五来不了，谁能替")
        village.says(granny, "算了我自己来", group=True)
        village.says(granny, "不用找人了，我来")
        assert open_swap(session).state == SwapState.OFFERED

    def test_said_in_the_group_right_after_it_is_heard(self, session, village, plan, on, volunteer):
        on(volunteer, plan())
        village.says(volunteer, "我周五早上来不了，谁能替", group=True)
        said = village.says(volunteer, "算了我自己来", group=True)
        assert said == ["好，不找了：11月27日 周五 7:30–11:30 打扫还是阿军来。"]

    @pytest.mark.parametrize(
        "words",
        [
            "周五的班还是我自己来",
            "不用找人替我了",
            "周五的班不用换了，我能来",
            "不用找人替了",
            "本周五不用找人了，我自己来",
            "周五的打扫不用找人了，我来",
        ],
    )
    def test_however_it_is_said_in_the_group(self, session, village, plan, on, volunteer, words):
        on(volunteer, plan())
        village.says(volunteer, "我周五早上来不了，谁能替", group=True)
        assert "还是阿军来" in village.says(volunteer, words, group=True)[0]
        assert open_swap(session).state == SwapState.WITHDRAWN

    @pytest.mark.parametrize("words", ["周五的班还是我自己来", "不用找人替我了", "周五的班不用换了，我能来"])
    def test_in_the_group_without_an_offer_it_is_chatter(self, session, village, plan, on, volunteer, words):
        on(volunteer, plan())
        assert village.says(volunteer, words, group=True) == []
        assert open_swap(session) is None

    def test_said_in_the_group_hours_later_it_needs_the_day(self, session, village, plan, on, volunteer):
        on(volunteer, plan())
        village.says(volunteer, "我周五早上来不了，谁能替", group=True)
        village.now += timedelta(hours=3)
        assert village.says(volunteer, "算了我自己来", group=True) == []
        assert open_swap(session).state == SwapState.OFFERED
        assert "不找了" in village.says(volunteer, "周五不用找人了，我来", group=True)[0]

    def test_whoever_had_agreed_already_is_told(
        self, session, canteen, village, plan, on, volunteer, granny, act
    ):
        canteen.settings = {**canteen.settings, "swap_policy": "coordinator_approves"}
        place = on(volunteer, plan())
        swap = swaps.offer(session, canteen, place.id, Asking(), act(volunteer))
        swaps.take(session, canteen, swap.id, act(granny))
        assert swap.state == SwapState.AGREED
        swap_answers.withdraw(session, swap.id, act(volunteer))
        assert village.told(granny)[-1] == "11月27日 周五 7:30–11:30 打扫没换成，还是阿军来。谢谢您！"


class TestEveryWeekAfterAll:
    @pytest.fixture
    def weekly(self, session, canteen, act, manager, volunteer):
        row = Weekly(2, *NOON, DutyKind.DELIVERY, 1, (volunteer.id,))
        return patterns.add(session, canteen, row, act(manager))

    def test_an_ending_is_undone_by_its_button(self, session, village, manager, weekly):
        village.taps(manager, f"planend:{weekly.id}")
        assert weekly.ended_at is not None
        village.taps(manager, village.data_of("撤"))
        assert weekly.ended_at is None
        assert village.told(manager)[-1] == "好，还是每周二 11:00–12:30 送餐，照旧自动排。"

    def test_an_ending_is_undone_by_a_word(self, session, village, manager, weekly):
        village.taps(manager, f"planend:{weekly.id}")
        assert "照旧" in village.says(manager, "点错了")[0]
        assert weekly.ended_at is None

    def test_after_ten_minutes_it_is_too_late(self, session, village, manager, weekly):
        village.taps(manager, f"planend:{weekly.id}")
        village.now += timedelta(minutes=11)
        assert "过期" in village.taps(manager, village.data_of("撤"))
        assert weekly.ended_at is not None

    def test_made_anew_meanwhile_there_are_not_two(self, session, canteen, act, manager, weekly):
        patterns.end(session, weekly.id, act(manager))
        patterns.add(session, canteen, Weekly(2, *NOON, DutyKind.DELIVERY), act(manager))
        with pytest.raises(Refused, match="changed_since"):
            patterns.resume(session, canteen, weekly.id, act(manager))
        assert len(patterns.of(session, canteen.id)) == 1

    def test_what_goes_on_cannot_be_resumed_nor_by_just_anybody(
        self, session, canteen, act, manager, volunteer, weekly
    ):
        with pytest.raises(Refused, match="changed_since"):
            patterns.resume(session, canteen, weekly.id, act(manager))
        patterns.end(session, weekly.id, act(manager))
        with pytest.raises(Refused, match="only_coordinator"):
            patterns.resume(session, canteen, weekly.id, act(volunteer))
        with pytest.raises(Refused, match="old_button"):
            patterns.resume(session, canteen, 999_999, act(manager))

    def test_no_shift_is_made_twice(self, session, canteen, act, manager, weekly):
        before = [row.day for row in session.exec(select(Shift))]
        patterns.end(session, weekly.id, act(manager))
        patterns.resume(session, canteen, weekly.id, act(manager))
        assert [row.day for row in session.exec(select(Shift))] == before
        assert session.exec(select(ShiftTemplate)).one().usual_ids == weekly.usual_ids


class TestClosedDay:
    @pytest.fixture
    def friday(self, plan, on, volunteer, granny):
        """Two shifts of the kitchen with people, and a visit."""
        cleaning, delivery = plan(), plan(FRIDAY, *NOON, DutyKind.DELIVERY)
        visit = plan(FRIDAY, time(15), time(16), DutyKind.VISIT)
        for who, shift in ((granny, cleaning), (volunteer, delivery), (granny, visit)):
            on(who, shift)
        return cleaning, delivery, visit

    def test_the_coordinators_hear_who_would_come_for_nothing(
        self, session, village, social_worker, manager, friday
    ):
        village.says(manager, "周五停电，不开伙")
        village.taps(manager, next(data for _, data in village.buttons if data.startswith("closeday")))
        for coordinator in (social_worker, manager):
            said = next(words for words in village.told(coordinator) if "还排着" in words)
            assert said == (
                "11月27日 周五不开伙，还排着 2 个班。要取消吗？\n"
                "11月27日 周五\n7:30–11:30 打扫：李奶奶\n11:00–12:30 送餐：阿军"
            )

    def test_a_day_without_shifts_says_nothing(self, session, canteen, village, act, manager, social_worker):
        calendar.close(session, canteen, FRIDAY, "停电", act(manager))
        assert not any("还排着" in words for words in village.told(social_worker))

    def test_one_tap_calls_them_off_and_everybody_is_told_why(
        self, session, canteen, village, act, manager, social_worker, volunteer, friday
    ):
        calendar.close(session, canteen, FRIDAY, "停电", act(manager))
        village.taps(social_worker, f"shiftsoff:{FRIDAY}")
        assert village.told(social_worker)[-1] == "11月27日 周五的 2 个班取消了，2 位不用来。"
        assert [shift.state for shift in friday] == [
            ShiftState.CANCELLED,
            ShiftState.CANCELLED,
            ShiftState.OPEN,
        ]
        assert village.told(volunteer)[-1] == "11月27日 周五 11:00–12:30 送餐取消了，不用来。原因：停电"

    def test_without_a_reason_none_is_told(
        self, session, canteen, village, act, manager, social_worker, volunteer, friday
    ):
        calendar.close(session, canteen, FRIDAY, "", act(manager))
        village.taps(social_worker, f"shiftsoff:{FRIDAY}")
        assert village.told(volunteer)[-1] == "11月27日 周五 11:00–12:30 送餐取消了，不用来。"

    def test_it_is_taken_back_for_ten_minutes(
        self, session, canteen, village, act, manager, social_worker, volunteer, friday
    ):
        calendar.close(session, canteen, FRIDAY, "停电", act(manager))
        village.taps(social_worker, f"shiftsoff:{FRIDAY}")
        village.taps(social_worker, village.data_of_told(social_worker, "撤"))
        assert {shift.state for shift in friday} == {ShiftState.OPEN}
        assert responsible(session, friday[1]) == ["阿军"]
        places = session.exec(select(Assignment)).all()
        assert {place.state for place in places} == {AssignmentState.ASSIGNED}

    def test_only_coordinators_and_only_while_the_day_is_closed(
        self, session, canteen, village, act, manager, social_worker, volunteer, friday
    ):
        assert village.taps(social_worker, f"shiftsoff:{FRIDAY}") == "11月27日 周五没有要取消的班。"
        calendar.close(session, canteen, FRIDAY, "停电", act(manager))
        village.taps(volunteer, f"shiftsoff:{FRIDAY}")
        assert {shift.state for shift in friday} == {ShiftState.OPEN}
        with pytest.raises(Refused, match="only_coordinator"):
            shift_closings.call_off(session, canteen, FRIDAY, act(volunteer))
        calendar.reopen(session, canteen, FRIDAY, act(manager))
        village.taps(social_worker, f"shiftsoff:{FRIDAY}")
        assert {shift.state for shift in friday} == {ShiftState.OPEN}

    @pytest.mark.parametrize("word", ["", "gestern", "2026-13-01", "0"])
    def test_a_forged_day_is_an_old_button(self, village, social_worker, friday, word):
        assert "过期" in village.taps(social_worker, f"shiftsoff:{word}")

    def test_the_ill_coordinator_is_left_in_peace(
        self, session, canteen, village, act, manager, social_worker, friday
    ):
        social_worker.status = Status.IN_HOSPITAL
        session.add(social_worker)
        calendar.close(session, canteen, FRIDAY, "停电", act(manager))
        assert not any("还排着" in words for words in village.told(social_worker))
        assert any("还排着" in words for words in village.told(manager))
