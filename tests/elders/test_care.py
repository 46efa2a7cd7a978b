"""Who booked and was not seen is asked after: elder, family, neighbour, on call, the door; until a human knows."""

from datetime import date, time, timedelta

import pytest
from sqlmodel import col, select

from models.audit import AuditEntry
from models.elders.care import Concern, ConcernCause, Finding
from models.lunch.meals import BookingState, Sitting
from models.members.people import Role, Status
from models.members.vault import seal
from models.outbox import MessageClass, OutboxMessage
from rules.elders import care, care_calls, care_lists
from rules.lunch import bookings, serving
from rules.lunch.bookings import Order
from rules.members import statuses
from rules.members.statuses import Span
from rules.values import Refused
from tests.elders.caring import THURSDAY, VILLAGE, asked, bookings_of, noon
from tests.requesting import buttons_of, last_told, sent_to


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


def test_who_went_is_asked_alone_the_first_time_however_late_the_clock_ticks(
    session, missed, daughter, manager, clock_at, act
):
    clock_at(15)
    care.go(session, missed.id, act(daughter, now=noon(16)))
    before = len(asked(session))
    assert clock_at(46.3)[before:] == [daughter.id]
    assert set(clock_at(76.6)[before + 1 :]) == {daughter.id, manager.id}


def test_who_went_because_help_was_needed_is_asked_again_in_the_night(
    session, missed, manager, daughter, act
):
    evening = noon(8 * 60 + 20)
    care.answer(session, missed.id, Finding.HELP, act(daughter, now=evening))
    care.go(session, missed.id, act(manager, now=evening + timedelta(minutes=1)))
    for half_hours in (1, 2, 3):
        due = evening + timedelta(minutes=1 + 30 * half_hours)
        assert missed.next_at == due, "20:51, 21:21, 21:51, 22:21: the night does not help her"
        care_calls.climb(session, missed.id, due)


def test_who_looks_after_one_that_merely_did_not_book_may_sleep(session, lunch, granny, manager, act):
    silent = care.missed(session, lunch, granny, ConcernCause.SILENT, act(now=noon(8 * 60)))
    care.go(session, silent.id, act(manager, now=noon(8 * 60 + 21)))
    care_calls.climb(session, silent.id, noon(8 * 60 + 51))
    assert silent.next_at.astimezone(VILLAGE).time() == time(6, 30)


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
    assert last_told(village, neighbour_aunt).endswith("您离得近，请马上去看看。")
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
