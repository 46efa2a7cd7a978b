"""The roster in words: each sentence people say about shifts, in private and in the group."""

from datetime import date, time, timedelta

import pytest
from sqlmodel import select

from models.cooks.certificates import Certificate, CertificateKind
from models.members.people import Status, StatusChange
from models.outbox import OutboxMessage, Post
from models.volunteers.shifts import AssignmentState, DutyKind, Swap, SwapState
from rules.volunteers import rosters
from texts import Words

FRIDAY = date(2026, 11, 27)
NEXT_WEDNESDAY = date(2026, 12, 2)


def posts(session, canteen):
    rows = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).all()
    return [Words("zh_CN", "Asia/Shanghai").say(row.body["text"]) for row in rows if row.kind == "post"]


def swap_of(session):
    return session.exec(select(Swap).order_by(Swap.id.desc())).first()


def responsible(session, shift):
    return [member.name for _, member in rosters.holders(session, [shift.id])]


def test_who_can_step_in_said_in_private_is_asked_in_the_group(
    session, canteen, village, plan, on, volunteer
):
    on(volunteer, plan(day=NEXT_WEDNESDAY))
    said = village.says(volunteer, "我下周三早上来不了，谁能替")
    assert said == ["已经在群里问了。有人接之前，12月2日 周三 7:30–11:30 打扫还是您的班。"]
    assert posts(session, canteen) == ["阿军来不了：12月2日 周三 7:30–11:30 打扫。谁能替一下？"]


def test_who_can_step_in_said_in_the_group_by_nobody_to_the_bot_is_still_heard(
    session, canteen, village, plan, on, volunteer
):
    on(volunteer, plan())
    assert village.says(volunteer, "我周五早上来不了，谁能替", group=True) == []
    assert posts(session, canteen) == ["阿军来不了：11月27日 周五 7:30–11:30 打扫。谁能替一下？"]


def test_who_can_step_in_said_by_somebody_without_a_shift_is_chatter(
    session, canteen, village, plan, granny, manager
):
    plan()
    assert village.says(granny, "周五谁能替我接一下孙子", group=True) == []
    assert village.says(granny, "我周五早上来不了，谁能替", group=True) == []
    assert posts(session, canteen) == []


def test_a_neighbour_takes_the_shift_by_a_tap_and_everybody_knows(
    session, village, plan, on, volunteer, uncle, social_worker
):
    shift = plan()
    on(volunteer, shift)
    village.says(volunteer, "我周五早上来不了，谁能替", group=True)
    toast = village.taps(uncle, f"swaptake:{swap_of(session).id}", group=True)
    assert toast == "说定了，阿军的班归您：11月27日 周五 7:30–11:30 打扫。谢谢您！"
    assert responsible(session, shift) == ["覃叔"]
    assert village.told(volunteer)[-1] == "覃叔接了您的班：11月27日 周五 7:30–11:30 打扫。您不用来了。"
    assert village.told(social_worker)[-1] == "换好了：11月27日 周五 7:30–11:30 打扫，阿军换成覃叔。"


def test_the_second_who_taps_is_thanked(session, village, plan, on, volunteer, uncle, granny):
    shift = plan()
    on(volunteer, shift)
    village.says(volunteer, "我周五早上来不了，谁能替", group=True)
    tap = f"swaptake:{swap_of(session).id}"
    village.taps(uncle, tap, group=True)
    assert village.taps(granny, tap, group=True) == "覃叔先接了，谢谢您！"
    assert village.taps(uncle, tap, group=True) == "已经是您的班了，谢谢您！"
    assert responsible(session, shift) == ["覃叔"]


def test_ones_own_offer_is_not_taken_by_oneself(session, village, plan, on, volunteer):
    shift = plan()
    on(volunteer, shift)
    village.says(volunteer, "我周五早上来不了，谁能替", group=True)
    assert (
        village.taps(volunteer, f"swaptake:{swap_of(session).id}", group=True)
        == "这是您自己的班，等别人来接。"
    )
    assert responsible(session, shift) == ["阿军"]


def test_a_wrong_tap_is_given_back_within_ten_minutes(session, village, plan, on, volunteer, uncle):
    shift = plan()
    on(volunteer, shift)
    village.says(volunteer, "我周五早上来不了，谁能替", group=True)
    village.taps(uncle, f"swaptake:{swap_of(session).id}", group=True)
    undo = village.data_of("撤")
    village.taps(uncle, undo)
    assert responsible(session, shift) == ["阿军"]
    assert swap_of(session).state == SwapState.OFFERED
    assert village.told(volunteer)[-1] == "覃叔又来不了了：11月27日 周五 7:30–11:30 打扫回到您名下。"


def test_after_ten_minutes_a_swap_stands(session, village, plan, on, volunteer, uncle):
    shift = plan()
    on(volunteer, shift)
    village.says(volunteer, "我周五早上来不了，谁能替", group=True)
    village.taps(uncle, f"swaptake:{swap_of(session).id}", group=True)
    undo = village.data_of("撤")
    village.now += timedelta(minutes=11)
    village.taps(uncle, undo)
    assert responsible(session, shift) == ["覃叔"]


def test_cannot_come_under_a_reminder_opens_the_swap_at_once(session, canteen, village, plan, on, volunteer):
    place = on(volunteer, plan())
    village.taps(volunteer, f"shiftno:{place.id}")
    assert posts(session, canteen) == ["阿军来不了：11月27日 周五 7:30–11:30 打扫。谁能替一下？"]
    village.taps(volunteer, f"shiftno:{place.id}")
    assert len(posts(session, canteen)) == 1


def test_never_mind_ends_the_offer(session, village, plan, on, volunteer, uncle):
    place = on(volunteer, plan())
    village.taps(volunteer, f"shiftno:{place.id}")
    village.taps(volunteer, village.data_of("不找了"))
    assert swap_of(session).state == SwapState.WITHDRAWN
    assert village.taps(uncle, f"swaptake:{swap_of(session).id}", group=True) == "这个班不用换了，谢谢您！"


def test_i_am_coming_under_a_reminder(session, village, plan, on, volunteer):
    place = on(volunteer, plan())
    village.taps(volunteer, f"shiftok:{place.id}")
    assert place.state == AssignmentState.CONFIRMED


def test_i_will_do_friday_takes_the_only_gap(session, village, plan, uncle):
    shift = plan()
    said = village.says(uncle, "周五的班我来")
    assert said == ["记下了：11月27日 周五 7:30–11:30 打扫，覃叔来。谢谢！"]
    assert responsible(session, shift) == ["覃叔"]


def test_i_will_do_friday_said_in_the_group_takes_the_only_gap(session, village, plan, uncle):
    shift = plan()
    village.says(uncle, "周五的班我来", group=True)
    assert responsible(session, shift) == ["覃叔"]


def test_i_will_do_friday_takes_the_shift_that_is_offered(session, village, plan, on, volunteer, uncle):
    shift = plan()
    on(volunteer, shift)
    village.says(volunteer, "我周五早上来不了，谁能替", group=True)
    assert village.says(uncle, "周五的班我来", group=True) == [
        "说定了，阿军的班归您：11月27日 周五 7:30–11:30 打扫。谢谢您！"
    ]
    assert responsible(session, shift) == ["覃叔"]


def test_of_several_gaps_nobody_guesses(session, village, plan, uncle):
    plan()
    late = plan(duty=DutyKind.SHOPPING, starts=time(15, 0), ends=time(16, 0))
    assert village.says(uncle, "周五的班我来") == ["您说的是哪个班？点一下就算您的。"]
    village.taps(uncle, village.data_of("采购"))
    assert responsible(session, late) == ["覃叔"]


def test_no_gap_is_a_thank_you(village, plan, on, volunteer, uncle):
    on(volunteer, plan())
    assert village.says(uncle, "周五的班我来") == ["11月27日 周五的班都有人了，谢谢您！"]


def test_my_friday_for_your_wednesday_is_one_step_once_the_other_agrees(
    session, village, plan, on, volunteer, uncle, social_worker
):
    friday, wednesday = plan(), plan(day=NEXT_WEDNESDAY)
    on(volunteer, friday)
    on(uncle, wednesday)
    said = village.says(volunteer, "我拿周五换你下周三的班")
    assert said == ["已经私下问覃叔了：11月27日 周五 7:30–11:30 打扫。点头之前不变。"]
    assert village.told(uncle) == [
        "阿军想跟您换班：用 11月27日 周五 7:30–11:30 打扫，换您的 12月2日 周三 7:30–11:30 打扫。可以吗？"
    ]
    village.taps(uncle, f"swaptake:{swap_of(session).id}")
    assert (responsible(session, friday), responsible(session, wednesday)) == (["覃叔"], ["阿军"])
    assert village.told(volunteer)[-1] == (
        "覃叔接了您的班：11月27日 周五 7:30–11:30 打扫。您不用来了。换给您的是 12月2日 周三 7:30–11:30 打扫。"
    )
    assert village.told(social_worker)[-1] == (
        "换好了：11月27日 周五 7:30–11:30 打扫，阿军换成覃叔。换回来的是 12月2日 周三 7:30–11:30 打扫。"
    )


def test_an_exchange_nobody_else_may_answer(session, village, plan, on, volunteer, uncle, granny):
    friday, wednesday = plan(), plan(day=NEXT_WEDNESDAY)
    on(volunteer, friday)
    on(uncle, wednesday)
    village.says(volunteer, "我拿周五换你下周三的班")
    toast = village.taps(granny, f"swaptake:{swap_of(session).id}")
    assert toast == "这次问的是别人，谢谢您的好意！"
    assert (responsible(session, friday), responsible(session, wednesday)) == (["阿军"], ["覃叔"])


def test_of_several_who_could_swap_all_are_asked(
    session, canteen, village, plan, on, volunteer, uncle, granny
):
    friday, wednesday = plan(), plan(day=NEXT_WEDNESDAY, needed=2)
    on(volunteer, friday)
    on(uncle, wednesday)
    on(granny, wednesday)
    village.says(volunteer, "我拿周五换你下周三的班", group=True)
    assert posts(session, canteen) == [
        "阿军想换班：用 11月27日 周五 7:30–11:30 打扫，换 12月2日 周三的班。谁愿意？"
    ]
    village.taps(granny, f"swaptake:{swap_of(session).id}", group=True)
    assert responsible(session, friday) == ["李奶奶"]
    assert sorted(responsible(session, wednesday)) == ["覃叔", "阿军"]


def test_who_has_nothing_to_give_cannot_exchange(session, village, plan, on, volunteer, uncle, granny, cook):
    friday, wednesday = plan(), plan(day=NEXT_WEDNESDAY, needed=2)
    on(volunteer, friday)
    on(uncle, wednesday)
    on(granny, wednesday)
    village.says(volunteer, "我拿周五换你下周三的班", group=True)
    toast = village.taps(cook, f"swaptake:{swap_of(session).id}", group=True)
    assert toast == "要换的那天您没有合适的班。可以直接替，不用换。"
    assert responsible(session, friday) == ["阿军"]


def test_a_named_neighbour_is_asked_in_private(session, canteen, village, plan, on, volunteer, uncle):
    shift = plan()
    on(volunteer, shift)
    assert village.says(volunteer, "让覃叔替我周五的班") == [
        "已经私下问覃叔了：11月27日 周五 7:30–11:30 打扫。点头之前不变。"
    ]
    assert posts(session, canteen) == []
    assert village.told(uncle) == ["阿军想请您替班：11月27日 周五 7:30–11:30 打扫。可以吗？"]
    village.taps(uncle, f"swapno:{swap_of(session).id}")
    assert (
        village.told(volunteer)[-1] == "覃叔来不了：11月27日 周五 7:30–11:30 打扫还是您的班。要问问大家吗？"
    )
    assert responsible(session, shift) == ["阿军"]


def test_to_do_a_neighbours_shift_the_neighbour_agrees(session, village, plan, on, volunteer, uncle):
    shift = plan()
    on(volunteer, shift)
    village.says(uncle, "周五阿军的班我来")
    assert village.told(volunteer) == ["覃叔想替您上这个班：11月27日 周五 7:30–11:30 打扫。可以吗？"]
    assert responsible(session, shift) == ["阿军"]
    village.taps(volunteer, f"swaptake:{swap_of(session).id}")
    assert responsible(session, shift) == ["覃叔"]


def test_cannot_come_asks_whether_somebody_shall_be_found(session, village, plan, on, volunteer):
    place = on(volunteer, plan())
    assert village.says(volunteer, "周五我请假") == [
        "11月27日 周五 7:30–11:30 打扫来不了，要我帮您找人替吗？"
    ]
    village.taps(volunteer, village.data_of("请假"))
    assert place.state == AssignmentState.EXCUSED
    village.taps(volunteer, village.data_of("撤"))
    assert place.state == AssignmentState.ASSIGNED


def test_cannot_come_said_in_the_group_is_asked_back_in_private(
    session, canteen, village, plan, on, volunteer
):
    on(volunteer, plan())
    assert village.says(volunteer, "我周五早上来不了做饭了", group=True) == []
    assert posts(session, canteen) == []
    assert village.told(volunteer) == ["11月27日 周五 7:30–11:30 打扫来不了，要我帮您找人替吗？"]


def test_who_cooks_tomorrow(village, plan, on, volunteer):
    on(volunteer, plan(day=date(2026, 11, 26), needed=2))
    assert village.says(volunteer, "明天谁值班") == ["11月26日 周四\n7:30–11:30 打扫：阿军，还差 1 人"]


def test_when_am_i_on(village, plan, on, volunteer, uncle):
    on(volunteer, plan())
    on(uncle, plan(day=date(2026, 11, 28)))
    assert village.says(volunteer, "我这周有几个班") == ["11月27日 周五 7:30–11:30 打扫"]


def test_my_shifts_by_command(village, plan, on, volunteer):
    on(volunteer, plan())
    assert village.says(volunteer, "/shifts") == ["您的班：\n11月27日 周五 7:30–11:30 打扫"]
    assert village.says(volunteer, "/swap") == ["哪个班要找人替？"]


def test_two_duties_at_once_are_asked_and_a_no_changes_nothing(session, village, plan, on, uncle):
    on(uncle, plan())
    second = plan(duty=DutyKind.SHOPPING, starts=time(9, 0), ends=time(10, 0))
    said = village.says(uncle, "周五的班我来")
    assert said == ["覃叔同一时间还有班：11月27日 周五 7:30–11:30 打扫。两个都做得来吗？"]
    village.taps(uncle, village.data_of("算了"))
    assert responsible(session, second) == []
    village.says(uncle, "周五的班我来")
    village.taps(uncle, village.data_of("做得来"))
    assert responsible(session, second) == ["覃叔"]


@pytest.mark.parametrize(
    "tap",
    [
        "swaptake:999",
        "swaptake:",
        "swaptake:x",
        "swapend:1",
        "shiftno:7",
        "shiftok:99999999999999999999",
        "shiftjoin:5",
        "shiftundo:3",
        "swapundo:1",
    ],
)
def test_forged_taps_are_old_buttons(village, plan, uncle, tap):
    plan()
    assert "按钮" in village.taps(uncle, tap)


def test_a_village_where_the_coordinator_approves(
    session, canteen, village, plan, on, volunteer, uncle, social_worker
):
    canteen.settings = {"swap_policy": "coordinator_approves"}
    shift = plan()
    on(volunteer, shift)
    village.says(volunteer, "我周五早上来不了，谁能替", group=True)
    village.taps(uncle, f"swaptake:{swap_of(session).id}", group=True)
    assert responsible(session, shift) == ["阿军"]
    assert village.told(social_worker)[-1] == "阿军的班想交给覃叔：11月27日 周五 7:30–11:30 打扫。同意吗？"
    assert village.taps(uncle, f"swapyes:{swap_of(session).id}") == "这个由社工或管理员来做。"
    assert responsible(session, shift) == ["阿军"]
    village.taps(social_worker, f"swapyes:{swap_of(session).id}")
    assert responsible(session, shift) == ["覃叔"]


def test_the_coordinators_no_leaves_everything(
    session, canteen, village, plan, on, volunteer, uncle, social_worker
):
    canteen.settings = {"swap_policy": "coordinator_approves"}
    shift = plan()
    on(volunteer, shift)
    village.says(volunteer, "我周五早上来不了，谁能替", group=True)
    village.taps(uncle, f"swaptake:{swap_of(session).id}", group=True)
    village.taps(social_worker, f"swapnot:{swap_of(session).id}")
    assert responsible(session, shift) == ["阿军"]
    assert village.told(uncle)[-1] == "协调人没同意换班：11月27日 周五 7:30–11:30 打扫还是阿军来。"


def test_an_open_village_takes_ones_word(session, canteen, village, plan, on, volunteer, uncle):
    canteen.settings = {"swap_policy": "open"}
    shift = plan()
    on(volunteer, shift)
    assert village.says(volunteer, "让覃叔替我周五的班") == [
        "覃叔接了您的班：11月27日 周五 7:30–11:30 打扫。您不用来了。"
    ]
    assert responsible(session, shift) == ["覃叔"]
    assert village.told(uncle) == ["说定了，阿军的班归您：11月27日 周五 7:30–11:30 打扫。谢谢您！"]


def test_the_post_follows_what_happens(session, village, plan, on, volunteer, uncle):
    from rules.volunteers.swap_posts import swap_post

    on(volunteer, plan())
    village.says(volunteer, "我周五早上来不了，谁能替", group=True)
    swap = swap_of(session)
    assert swap_post(session, swap.id, village.now).buttons
    village.taps(uncle, f"swaptake:{swap.id}", group=True)
    post = session.exec(select(Post).where(Post.kind == "swap")).one()
    assert post.changed_at == village.now
    assert swap_post(session, swap.id, village.now).text.key == "swaps.post_taken"
    assert not swap_post(session, swap.id, village.now).buttons


def test_of_two_shifts_a_day_the_duty_named_is_meant(session, canteen, village, plan, on, volunteer):
    on(volunteer, plan())
    on(volunteer, plan(duty=DutyKind.DELIVERY, starts=time(11, 30), ends=time(12, 30)))
    village.says(volunteer, "周五的送餐我来不了，谁能替", group=True)
    assert posts(session, canteen) == ["阿军来不了：11月27日 周五 11:30–12:30 送餐。谁能替一下？"]


def test_stand_in_for_my_delivery_is_a_shift_and_not_a_meal(session, village, plan, on, volunteer, uncle):
    on(volunteer, plan(duty=DutyKind.DELIVERY))
    assert village.says(volunteer, "让覃叔替我周五的送餐") == [
        "已经私下问覃叔了：11月27日 周五 7:30–11:30 送餐。点头之前不变。"
    ]


def test_i_will_clean_tomorrow_needs_no_word_for_shift(session, village, plan, granny):
    shift = plan(day=date(2026, 11, 26))
    village.says(granny, "明天的打扫我来")
    assert responsible(session, shift) == ["李奶奶"]


def test_who_has_no_phone_is_asked_by_mouth_and_the_coordinator_answers_for_them(
    session, village, plan, on, volunteer, neighbour, social_worker
):
    shift = plan()
    on(volunteer, shift)
    said = village.says(volunteer, "让覃叔替我周五的班")
    assert said == ["覃叔没有手机，我请协调人去问了：11月27日 周五 7:30–11:30 打扫。点头之前不变。"]
    village.taps(social_worker, village.data_of_told(social_worker, "可以"))
    assert responsible(session, shift) == ["覃叔"]
    assert village.told(volunteer)[-1] == "覃叔接了您的班：11月27日 周五 7:30–11:30 打扫。您不用来了。"


def test_nobody_but_the_coordinator_answers_for_who_has_no_phone(
    session, village, plan, on, volunteer, neighbour, granny, social_worker
):
    shift = plan()
    on(volunteer, shift)
    village.says(volunteer, "让覃叔替我周五的班")
    swap = swap_of(session)
    assert village.taps(granny, f"swaptake:{swap.id}") == "这次问的是别人，谢谢您的好意！"
    village.taps(social_worker, f"swapno:{swap.id}")
    assert village.told(volunteer)[-1].startswith("覃叔来不了")
    assert responsible(session, shift) == ["阿军"]


def test_where_hands_are_missing_is_answered_with_buttons(session, village, plan, uncle):
    shift = plan()
    assert village.says(uncle, "这周哪天缺人") == [
        "这些班还缺人，点一下就报上：\n11月27日 周五 7:30–11:30 打扫，还差 1 人"
    ]
    village.taps(uncle, village.data_of("打扫"))
    assert responsible(session, shift) == ["覃叔"]
    assert village.says(uncle, "哪里缺人") == ["这两周的班都有人了，谢谢您！"]


def test_granny_who_cannot_come_and_has_no_shift_means_her_lunch(village, granny):
    village.says(granny, "后天中午一份")
    assert "11月27日 周五午饭" in village.says(granny, "我后天来不了了")[0]
    assert village.says(granny, "我周六来不了了") == ["11月28日 周六没有您的班。"]


def test_a_bare_weekday_of_today_is_found_on_the_roster(session, canteen, village, plan, on, volunteer):
    on(volunteer, plan(day=date(2026, 11, 25), starts=time(15, 0), ends=time(17, 0)))
    village.says(volunteer, "我周三来不了，谁能替", group=True)
    assert posts(session, canteen) == ["阿军来不了：11月25日 周三 15:00–17:00 打扫。谁能替一下？"]


def test_swap_with_somebody_without_a_day_asks_them_to_step_in(session, village, plan, on, volunteer, uncle):
    on(volunteer, plan())
    village.says(volunteer, "跟覃叔换一下周五的班")
    assert village.told(uncle) == ["阿军想请您替班：11月27日 周五 7:30–11:30 打扫。可以吗？"]


def test_a_swap_without_a_day_asks_for_one(session, canteen, village, plan, on, volunteer, uncle):
    on(volunteer, plan())
    on(uncle, plan(day=date(2026, 11, 28)))
    assert village.says(volunteer, "我周五的班想换个班") == ["11月27日 周五 7:30–11:30 打扫，想怎么换？"]
    village.taps(volunteer, village.data_of("换到别的日子"))
    assert village.says(volunteer, "随便") == ["想换到哪天？直接说，比如“周五”。"]
    village.says(volunteer, "周六")
    assert posts(session, canteen) == [
        "阿军想换班：用 11月27日 周五 7:30–11:30 打扫，换 11月28日 周六的班。谁愿意？"
    ]


def test_nobody_there_to_swap_with_is_said(village, plan, on, volunteer):
    on(volunteer, plan())
    assert village.says(volunteer, "我想把周五的班换到周六") == [
        "11月28日 周六没有人能跟您换。可以问问谁能替。"
    ]


def test_i_can_as_a_reply_to_the_post_takes_the_shift(session, canteen, village, plan, on, volunteer, uncle):
    shift = plan()
    on(volunteer, shift)
    village.says(volunteer, "我周五早上来不了，谁能替", group=True)
    post = session.exec(select(Post).where(Post.kind == "swap")).one()
    post.message_id = 1
    village.says(uncle, "我可以替", group=True, reply_to_bot=True)
    assert responsible(session, shift) == ["覃叔"]


def test_who_carries_on_friday_is_answered_with_that_duty_only(village, plan, on, volunteer, uncle):
    on(uncle, plan())
    on(volunteer, plan(duty=DutyKind.DELIVERY))
    assert village.says(uncle, "周五谁送饭") == ["11月27日 周五\n7:30–11:30 送餐：阿军"]


def test_who_can_take_mother_to_hospital_is_no_shift(session, village, plan, on, volunteer):
    on(volunteer, plan())
    village.says(volunteer, "周五谁能替我妈去医院拿药", group=True)
    village.says(volunteer, "周五谁能替我接一下孙子", group=True)
    assert swap_of(session) is None


@pytest.mark.parametrize("status", ["in_hospital", "away"])
def test_why_somebody_may_not_is_told_to_them_alone(session, village, plan, uncle, now, status):
    plan()
    session.add(StatusChange(member_id=uncle.id, starts_on=FRIDAY, status=Status(status), set_at=now))
    session.flush()
    said = village.says(uncle, "周五的班我来", group=True, reply_to_bot=True)
    assert said == ["覃叔，私下跟您说了。"]
    assert village.told(uncle) == ["覃叔11月27日 周五不在或要休息，这个班先不排。"]


def test_a_paper_that_is_over_is_no_word_for_the_group(session, village, plan, cook, now):
    plan(duty=DutyKind.COOK)
    until = date(2026, 11, 26)
    session.add(Certificate(member_id=cook.id, kind=CertificateKind.HEALTH, valid_until=until, set_at=now))
    session.flush()
    assert village.says(cook, "周五的班我来", group=True) == []
    assert village.says(cook, "周五的班我来", group=True, reply_to_bot=True) == ["王师傅，私下跟您说了。"]
    assert "健康证" in village.told(cook)[-1]


def test_a_refusal_kept_from_the_group_leaves_nothing_half_done(
    session, canteen, village, plan, on, volunteer, uncle, now
):
    canteen.settings = {"swap_policy": "open"}
    on(volunteer, plan())
    session.add(StatusChange(member_id=uncle.id, starts_on=FRIDAY, status=Status.IN_HOSPITAL, set_at=now))
    session.flush()
    assert village.says(volunteer, "让覃叔替我周五的班", group=True, reply_to_bot=True) == [
        "阿军，私下跟您说了。"
    ]
    assert swap_of(session) is None
    assert village.told(uncle) == []


def test_a_day_without_shifts_is_not_said_to_be_full(village, plan, uncle):
    plan()
    assert village.says(uncle, "周六的班我来") == ["11月28日 周六没有排班。"]


def test_of_several_gaps_the_duty_named_is_taken_even_in_the_group(session, village, plan, uncle):
    plan()
    buying = plan(duty=DutyKind.SHOPPING, starts=time(13, 0), ends=time(14, 0))
    village.says(uncle, "周五的采购我来", group=True)
    assert responsible(session, buying) == ["覃叔"]


def test_of_two_shifts_a_day_the_group_is_spared_the_question(session, canteen, village, plan, on, volunteer):
    on(volunteer, plan())
    later = on(volunteer, plan(duty=DutyKind.SHOPPING, starts=time(13, 0), ends=time(14, 0)))
    assert village.says(volunteer, "周五我的班谁能替", group=True) == []
    assert posts(session, canteen) == []
    assert village.told(volunteer) == ["哪个班要找人替？"]
    village.taps(volunteer, f"shiftno:{later.id}")
    assert posts(session, canteen) == ["阿军来不了：11月27日 周五 13:00–14:00 采购。谁能替一下？"]
