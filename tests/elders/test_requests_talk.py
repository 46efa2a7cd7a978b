"""Asking for help and getting it, as the village talks: every path from the first sentence to the thank-you."""

from datetime import date

import pytest
from sqlmodel import Session, select

from models.elders.handovers import Kit, kit_in
from models.elders.requests import Handover, Request, RequestKind, RequestState, Supply, Urgency
from models.members.people import CareLink, Role
from models.members.vault import seal, unsealed
from models.outbox import OutboxMessage, OutboxState
from rules import exports
from rules.members import privacy
from tests.requesting import buttons_of, last_told, sent_to


@pytest.fixture
def entitled(session, daughter):
    """The daughter may ask for help for her mother as well."""
    link = session.exec(select(CareLink).where(CareLink.carer_id == daughter.id)).one()
    link.actions = ["meals", "requests"]
    session.add(link)
    session.flush()
    return daughter


def only(session: Session) -> Request:
    return session.exec(select(Request)).one()


def test_a_medicine_errand_from_the_first_sentence_to_the_thank_you(
    village, session, granny, entitled, volunteer, canteen
):
    seal(session, granny, address="上寨 12 号", phone="13800000001")
    village.says(granny, "帮我买降压药")
    request = only(session)
    assert (request.kind, request.state, unsealed(request, "item")) == (
        RequestKind.MEDICINE,
        RequestState.ASKED,
        "降压药",
    )
    village.taps(granny, village.data_of("对，找人"))
    assert request.state == RequestState.CONFIRMED
    village.taps(volunteer, f"reqgo:{request.id}", group=True)
    assert (request.state, request.taker_id) == (RequestState.TAKEN, volunteer.id)
    told = "\n".join(village.told(volunteer))
    assert "上寨 12 号" in told
    assert "13800000001" in told
    assert "降压药" in told
    card = buttons_of(session, volunteer, "医保卡")
    village.taps(volunteer, card)
    village.taps(volunteer, buttons_of(session, volunteer, "现金"))
    village.taps(volunteer, buttons_of(session, volunteer, "点好了"))
    village.says(volunteer, "100")
    kit = session.exec(select(Handover)).one()
    assert (kit_in(kit), kit.agreed_at) == (Kit(("card", "cash"), 10000), None)
    village.taps(granny, f"reqkit:{kit.id}:yes")
    assert kit.agreed_by_id == granny.id
    assert request.state == RequestState.DOING
    village.taps(volunteer, f"req:{request.id}:done")
    assert "找回的钱31.50元" in village.says(volunteer, "68.5")[0]
    back = session.exec(select(Handover).order_by(Handover.id.desc())).first()
    assert kit_in(back).things == ("goods", "receipt", "card", "change")
    village.taps(entitled, f"reqkit:{back.id}:yes")
    assert (request.state, request.next_at) == (RequestState.ACCEPTED, None)
    assert "谢谢您" in last_told(village, volunteer)
    village.taps(entitled, f"reqrate:{request.id}:3")
    assert (request.rating, request.rated_by_id) == (3, entitled.id)
    village.taps(entitled, f"reqdays:{request.id}:30")
    supply = session.exec(select(Supply)).one()
    assert unsealed(supply, "item") == "降压药"
    assert (supply.runs_out_on - supply.counted_on).days == 30


def test_medicine_alone_says_nothing_so_the_box_is_asked_for_and_a_photograph_will_do(
    village, session, granny, volunteer
):
    assert "拍药盒" in village.says(granny, "要买药")[0]
    assert "有药盒照片" in photograph(village, granny)[0]
    assert only(session).photo == "box-1"


def test_a_photograph_sent_while_all_is_looked_over_belongs_to_the_request(village, session, granny):
    village.says(granny, "帮我买降压药")
    assert "有药盒照片" in photograph(village, granny)[0]
    request = only(session)
    assert (request.photo, unsealed(request, "item")) == ("box-1", "降压药")


def photograph(village, who):
    """Somebody sends a picture without words."""
    message = {
        "message_id": 7,
        "date": 1,
        "from": village._person(who),
        "chat": village._chat(who, False),
        "photo": [{"file_id": "box-1", "width": 1, "height": 1}],
    }
    number = 900_000 + len(village.told(who))
    said = village._take({"update_id": number, "message": message})
    return [village._words(row) for row in said.rows if row.key.startswith("answer")]


def test_the_taker_may_look_at_the_box_and_only_while_it_is_in_their_hands(
    village, session, granny, volunteer
):
    village.says(granny, "要买药")
    photograph(village, granny)
    village.taps(granny, village.data_of("对，找人"))
    request = only(session)
    village.taps(volunteer, f"reqgo:{request.id}")
    village.taps(volunteer, buttons_of(session, volunteer, "看药盒照片"))
    (sent,) = [row for row in sent_to(session, volunteer) if row.body.get("photo")]
    assert sent.body["photo"] == "box-1"
    sent.status, sent.message_id = OutboxState.SENT, 88
    session.add(sent)
    village.taps(volunteer, f"req:{request.id}:leave")
    assert "box-1" not in str(sent.body)
    (gone,) = [row for row in sent_to(session, volunteer) if row.body.get("delete")]
    assert gone.message_id == 88
    village.taps(volunteer, f"reqgo:{request.id}")
    village.taps(volunteer, f"req:{request.id}:photo")
    assert sent_to(session, volunteer)[-1].body["photo"] == "box-1"
    village.taps(volunteer, f"req:{request.id}:leave")
    assert request.state == RequestState.CONFIRMED
    assert "不在您手上" in village.taps(volunteer, f"req:{request.id}:photo")


def test_a_typed_yes_does_what_the_button_does_and_a_later_thank_you_does_nothing(village, session, granny):
    village.says(granny, "我家灯不亮了")
    village.says(granny, "对")
    assert only(session).state == RequestState.CONFIRMED
    village.says(granny, "好的")
    assert only(session).state == RequestState.CONFIRMED


def test_a_question_that_was_skipped_takes_no_later_words(village, session, granny):
    village.says(granny, "要买药")
    village.taps(granny, village.data_of("说不清"))
    village.says(granny, "谢谢")
    assert only(session).item == ""


def test_going_along_is_asked_for_the_hour_and_half_past_two_is_in_the_afternoon(village, session, granny):
    assert "几点出发" in village.says(granny, "明天下午陪我去医院复查")[0]
    assert "明天 14:30 出发" in village.says(granny, "两点半")[0]


def test_with_an_hour_nothing_is_asked(village, session, granny):
    assert "明天 9:00 出发" in village.says(granny, "明天上午9点陪我去医院")[0]


def test_a_neighbour_asks_for_an_elder_and_the_elder_decides(village, session, granny, cook):
    village.says(cook, "李奶奶家的灯坏了，帮李奶奶修灯")
    request = only(session)
    assert (request.elder_id, request.asked_by_id, request.state) == (granny.id, cook.id, RequestState.ASKED)
    assert "王师傅想替您请人帮忙" in last_told(village, granny)
    village.taps(granny, buttons_of(session, granny, "对，找人"))
    assert request.confirmed_by_id == granny.id


def test_for_an_elder_without_a_phone_a_human_asks_at_the_door(
    village, session, neighbour, cook, social_worker
):
    village.says(cook, "覃叔家的灯坏了，帮覃叔修灯")
    assert "没有电话，请上门问一下" in last_told(village, social_worker)
    village.taps(social_worker, buttons_of(session, social_worker, "对，找人"))
    assert only(session).state == RequestState.CONFIRMED


def test_two_of_the_same_name_are_told_apart_and_never_guessed(
    village, session, villager, social_worker, granny
):
    villager("李奶奶", Role.ELDER, hamlet="下寨", birth_on=date(1950, 1, 1))
    said = village.says(social_worker, "帮李奶奶修灯")
    assert "是哪一位" in said[0]
    assert session.exec(select(Request)).all() == []
    village.taps(social_worker, village.data_of("下寨"))
    assert only(session).elder_id != granny.id


def test_in_the_group_only_that_it_was_heard_is_said(village, session, granny, canteen):
    said = village.says(granny, "@gulou_bot 帮我买降压药", group=True, reply_to_bot=True)
    assert said == ["记下了，我私下问您几句。"]
    in_group = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).all()
    assert "降压" not in str([row.body for row in in_group])
    assert "降压药" in last_told(village, granny)


def test_chatter_about_broken_lamps_in_the_group_is_left_alone(village, session, granny):
    assert village.says(granny, "我家灯又坏了", group=True) == []
    assert session.exec(select(Request)).all() == []


def test_one_more_of_the_same_kind_is_asked_about(village, session, granny):
    village.says(granny, "我家灯坏了")
    village.says(granny, "对")
    assert "已经有一件了" in village.says(granny, "我家水管漏水了")[0]
    village.taps(granny, village.data_of("不用，就那一件"))
    assert len(session.exec(select(Request)).all()) == 1
    village.says(granny, "我家水管漏水了")
    village.taps(granny, village.data_of("再来一件"))
    assert len(session.exec(select(Request)).all()) == 2


def test_by_command_a_kind_is_chosen_three_at_a_time(village, session, granny):
    village.says(granny, "/ask")
    seen = []
    for _ in range(4):
        seen += [label for label, data in village.buttons if data.startswith("ask:")]
        village.taps(granny, village.data_of("更多"))
    assert len(set(seen)) == len(RequestKind)
    village.taps(granny, "ask:companionship")
    assert only(session).kind == RequestKind.COMPANIONSHIP


def test_a_command_with_words_is_a_sentence(village, session, granny):
    village.says(granny, "/ask 家里没米了，帮我买袋米")
    assert only(session).kind == RequestKind.ERRAND


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("帮我买降压药", RequestKind.MEDICINE),
        ("明天陪我去医院", RequestKind.ESCORT),
        ("我家水管漏水了", RequestKind.REPAIR),
        ("帮我交一下电费", RequestKind.ERRAND),
        ("找个人陪我说说话", RequestKind.COMPANIONSHIP),
        ("心里难受，想找人聊聊", RequestKind.COUNSELLING),
        ("想量一下血压", RequestKind.HEALTH_CHECK),
        ("请人来帮我打扫卫生", RequestKind.HOME_CARE),
    ],
)
def test_every_kind_is_asked_for_by_a_sentence(village, session, granny, words, kind):
    village.says(granny, words)
    assert only(session).kind == kind


@pytest.mark.parametrize(
    ("words", "urgent"),
    [
        ("我家水管漏水了，很急", True),
        ("药断了，赶紧帮我买药", True),
        ("不着急，帮我买药", False),
        ("帮我修灯", False),
    ],
)
def test_urgency_is_read_from_the_words(village, session, granny, words, urgent):
    village.says(granny, words)
    assert (only(session).urgency == Urgency.URGENT) == urgent


def test_what_weighs_on_the_heart_is_not_told_to_the_family(village, session, granny, entitled):
    village.says(granny, "跟媳妇吵架了，心里难受，想找人谈谈心")
    village.says(granny, "对")
    request = only(session)
    assert request.kind == RequestKind.COUNSELLING
    assert village.told(entitled) == []
    assert "只给去办的人" in village.taps(entitled, f"reqsee:{request.id}")


def test_changing_time_item_and_urgency_before_yes(village, session, granny):
    village.says(granny, "帮我买降压药")
    request = only(session)
    village.taps(granny, village.data_of("改一下"))
    village.taps(granny, village.data_of("改时间"))
    assert "后天" in village.says(granny, "后天下午")[0] or request.due_at.day == 27
    village.taps(granny, f"reqask:{request.id}:item")
    assert "胰岛素" in village.says(granny, "胰岛素")[0]
    village.taps(granny, f"reqask:{request.id}:urgent")
    assert (unsealed(request, "item"), request.urgency) == ("胰岛素", Urgency.URGENT)


def test_who_just_said_no_is_not_asked_again_at_once(village, session, granny, volunteer, villager):
    other = villager("莫嫂", Role.VOLUNTEER, telegram_id=3002)
    village.says(granny, "我家灯坏了，很急")
    village.says(granny, "对")
    request = only(session)
    village.taps(volunteer, f"reqgo:{request.id}")
    before = len(village.told(volunteer))
    village.taps(volunteer, f"req:{request.id}:leave")
    assert not any("您能去一下吗" in told for told in village.told(volunteer)[before:])
    assert "您能去一下吗" in last_told(village, other)


def test_passing_on_by_name_and_refusing(village, session, granny, volunteer, villager):
    other = villager("莫嫂", Role.VOLUNTEER, telegram_id=3002)
    village.says(granny, "我家灯坏了")
    village.says(granny, "对")
    request = only(session)
    village.taps(volunteer, f"reqgo:{request.id}")
    village.taps(volunteer, f"req:{request.id}:pass")
    assert "不知道" in village.says(volunteer, "没这个人")[0]
    assert "莫嫂" in village.says(volunteer, "莫嫂")[0]
    village.taps(other, buttons_of(session, other, "我也不行"))
    assert "还在您手上" in last_told(village, volunteer)
    village.taps(volunteer, f"req:{request.id}:pass")
    village.says(volunteer, "莫嫂")
    village.taps(other, buttons_of(session, other, "我来接手"))
    assert request.taker_id == other.id


def test_those_responsible_ask_somebody_by_name(village, session, granny, volunteer, social_worker):
    village.says(granny, "我家灯坏了")
    village.says(granny, "对")
    request = only(session)
    village.taps(social_worker, f"reqfind:{request.id}")
    village.says(social_worker, "阿军")
    assert "陈社工想请您去" in last_told(village, volunteer)
    village.taps(volunteer, buttons_of(session, volunteer, "我去"))
    assert request.taker_id == volunteer.id


def test_reopened_rated_and_taken_back(village, session, granny, volunteer):
    village.says(granny, "我家灯坏了")
    village.says(granny, "对")
    request = only(session)
    village.taps(volunteer, f"reqgo:{request.id}")
    village.taps(volunteer, f"req:{request.id}:start")
    village.taps(volunteer, f"req:{request.id}:done")
    village.taps(volunteer, village.data_of("撤销"))
    assert request.state == RequestState.DOING
    village.taps(volunteer, f"req:{request.id}:done")
    village.taps(granny, buttons_of(session, granny, "还没办好"))
    assert request.state == RequestState.REOPENED
    village.taps(volunteer, buttons_of(session, volunteer, "我去"))
    village.taps(volunteer, f"req:{request.id}:done")
    village.taps(granny, buttons_of(session, granny, "办好了"))
    village.taps(granny, village.data_of("撤销"))
    assert request.state == RequestState.DONE
    village.taps(granny, f"reqok:{request.id}:yes")
    village.taps(granny, village.data_of("不满意"))
    assert request.rating == 1


def test_the_count_comes_before_the_thank_you(village, session, granny, volunteer):
    village.says(granny, "帮我买降压药")
    village.says(granny, "对")
    request = only(session)
    village.taps(volunteer, f"reqgo:{request.id}")
    village.taps(volunteer, buttons_of(session, volunteer, "医保卡"))
    village.taps(volunteer, buttons_of(session, volunteer, "点好了"))
    village.taps(volunteer, f"req:{request.id}:done")
    assert "请写数字" in village.says(volunteer, "没多少")[0]
    village.says(volunteer, "0")
    village.taps(granny, f"reqok:{request.id}:yes")
    assert request.state == RequestState.DONE
    village.taps(granny, village.data_of("不对"))
    assert request.state == RequestState.DOING
    back = session.exec(select(Handover).order_by(Handover.id.desc())).first()
    village.taps(granny, f"reqkit:{back.id}:yes")
    assert request.state == RequestState.ACCEPTED


def test_bringing_the_card_back_without_having_gone(village, session, granny, volunteer):
    village.says(granny, "帮我买降压药")
    village.says(granny, "对")
    request = only(session)
    village.taps(volunteer, f"reqgo:{request.id}")
    village.taps(volunteer, buttons_of(session, volunteer, "医保卡"))
    village.taps(volunteer, buttons_of(session, volunteer, "点好了"))
    village.taps(volunteer, f"req:{request.id}:leave")
    village.taps(volunteer, village.data_of("东西还回去"))
    village.taps(granny, buttons_of(session, granny, "都对"))
    assert (request.state, request.taker_id) == (RequestState.CONFIRMED, None)


def test_medicine_is_counted_and_ended_by_command(village, session, granny, entitled):
    assert "还没有记" in village.says(granny, "/medicine")[0]
    assert "降压药" in village.says(entitled, "/medicine 我妈 降压药 20")[0]
    assert "请写" in village.says(granny, "/medicine 降压药")[0]
    village.says(granny, "/medicine")
    village.taps(granny, village.data_of("不吃降压药了"))
    assert "还没有记" in village.says(granny, "/medicine")[0]


def test_the_manager_changes_a_ladder_in_the_settings(village, session, canteen, manager):
    village.says(manager, "/settings")
    village.taps(manager, "set:ladder_normal")
    said = village.says(manager, "10 志愿者，20 值班，30 村委和管理员")
    assert "10 分钟：志愿者" in said[0]
    assert canteen.settings["ladders"]["normal"]["rungs"][0] == [10, ["helpers"]]
    village.taps(manager, village.data_of("撤销"))
    assert not canteen.settings.get("ladders")
    village.taps(manager, "set:ladder_emergency")
    assert "紧急的第一级" in village.says(manager, "5 家人")[0]
    village.taps(manager, "set:group_emergencies")
    village.taps(manager, village.data_of("说"))
    assert canteen.settings["group_emergencies"] is True


def test_the_list_of_what_is_open(village, session, granny, social_worker, volunteer, manager):
    for words in ("我家灯坏了", "帮我买降压药", "明天上午9点陪我去医院"):
        village.says(granny, words)
        village.says(granny, "对")
    said = village.says(social_worker, "/requests")[0]
    assert "还没办完的：3 件" in said
    assert "降压药" not in said
    village.taps(social_worker, village.data_of("看第"))
    assert "现在没有求助" in village.says(volunteer, "/requests")[0]
    listed = village.says(manager, "/requests")
    assert "3 件" in listed[0]
    village.taps(manager, village.data_of("看第"))


def test_export_has_the_columns_of_the_contract(village, session, canteen, granny, volunteer):
    village.says(granny, "我家灯坏了")
    village.says(granny, "对")
    village.taps(volunteer, f"reqgo:{only(session).id}")
    (row,) = exports.rows(session, "requests", canteen)
    assert list(row) == [
        *("id", "kind", "person", "asked_by", "status", "assignee", "urgency", "text", "created_at", "due_at")
    ]
    assert (row["kind"], row["person"], row["status"], row["assignee"]) == (
        "repair",
        "李奶奶",
        "taken",
        "阿军",
    )


def test_my_data_tells_of_requests_and_forgetting_ends_them(village, session, granny, act):
    village.says(granny, "帮我买降压药")
    village.says(granny, "/medicine 降压药 20")
    kept = privacy.kept(session, granny)
    assert kept["requests"][0]["item"] == "降压药"
    assert kept["medicines"][0]["item"] == "降压药"
    privacy.erase(session, granny.id, act())
    session.expire_all()
    request = only(session)
    assert (request.state, request.words, request.item) == (RequestState.CANCELLED, "", "")


def test_what_is_private_is_sent_home_from_the_group(village, session, granny, volunteer, social_worker):
    assert "私下" in village.says(granny, "/ask", group=True)[0]
    assert "私下" in village.says(granny, "/requests", group=True)[0]
    assert "私下" in village.says(granny, "/medicine", group=True)[0]
    village.taps(granny, "ask:repair", group=True)
    assert session.exec(select(Request)).all() == []
    village.says(granny, "我家灯坏了")
    request = only(session)
    for data in (f"reqsee:{request.id}", f"reqask:{request.id}:more", "reqpage:0", "supply:1"):
        assert village.taps(granny, data, group=True)
    village.says(granny, "对")
    village.taps(volunteer, f"reqgo:{request.id}")
    assert "私下" in village.taps(volunteer, f"req:{request.id}:done", group=True)
    assert request.state == RequestState.TAKEN


def test_two_of_the_same_name_are_told_apart_in_private_only(
    village, session, villager, social_worker, granny
):
    villager("李奶奶", Role.ELDER, hamlet="下寨", birth_on=date(1950, 1, 1))
    said = village.says(social_worker, "帮李奶奶修灯", group=True, reply_to_bot=True)
    assert "私下" in said[0]
    village.says(social_worker, "帮李奶奶修灯")
    village.taps(social_worker, village.data_of("都不是"))
    assert session.exec(select(Request)).all() == []


def test_nobody_is_guessed_for_a_name_nobody_bears(village, session, granny):
    assert "不知道" in village.says(granny, "帮张爷爷修灯")[0]
    assert session.exec(select(Request)).all() == []


def test_ticks_come_and_go_and_nonsense_ticks_nothing(village, session, granny, volunteer):
    village.says(granny, "帮我买降压药")
    village.says(granny, "对")
    request = only(session)
    village.taps(volunteer, f"reqgo:{request.id}")
    card = buttons_of(session, volunteer, "医保卡").split(":")[1]
    for word in ("card", "card", "box"):
        village.taps(volunteer, f"kit:{card}:{word}")
    assert village.taps(volunteer, f"kit:{card}:gold")
    assert village.taps(granny, f"kit:{card}:card"), "another's list"
    village.taps(volunteer, f"kit:{card}:done")
    kit = session.exec(select(Handover)).one()
    assert kit_in(kit).things == ("box",)
    assert village.taps(granny, f"reqkit:{kit.id}:perhaps")
    assert (kit.agreed_at, kit.disputed_at) == (None, None)
    assert village.taps(volunteer, f"kit:{card}:done"), "ticked off already"


def test_the_next_page_of_a_long_list(village, session, granny, social_worker):
    for kind in RequestKind:
        village.says(granny, "/ask")
        village.taps(granny, f"ask:{kind}")
    village.says(social_worker, "/requests")
    first = {data for _, data in village.buttons if data.startswith("reqsee")}
    village.taps(social_worker, village.data_of("更多"))
    second = {data for _, data in village.buttons if data.startswith("reqsee")}
    assert len(first) == 6
    assert len(first | second) == len(RequestKind)


def test_what_somebody_may_do_stands_under_the_closer_look(
    village, session, granny, social_worker, manager, volunteer
):
    village.says(granny, "我家灯坏了")
    request = only(session)
    village.taps(social_worker, f"reqsee:{request.id}")
    assert village.data_of("对，找人") == f"reqask:{request.id}:yes"
    village.taps(social_worker, f"reqask:{request.id}:yes")
    village.taps(manager, f"reqsee:{request.id}")
    assert village.data_of("我去") == f"reqgo:{request.id}"
    village.taps(volunteer, f"reqgo:{request.id}")
    village.taps(volunteer, f"req:{request.id}:done")
    village.taps(social_worker, f"reqsee:{request.id}")
    village.taps(social_worker, village.data_of("办好了，谢谢"))
    assert request.state == RequestState.ACCEPTED


def test_a_wish_taken_back_before_it_was_confirmed_is_put_again(village, session, granny):
    village.says(granny, "我家灯坏了")
    village.taps(granny, village.data_of("不用了"))
    assert only(session).state == RequestState.CANCELLED
    village.taps(granny, village.data_of("撤销"))
    assert only(session).state == RequestState.ASKED
    village.says(granny, "对")
    assert only(session).state == RequestState.CONFIRMED


def test_undo_by_a_word_takes_back_what_was_called_off(village, session, granny):
    village.says(granny, "我家灯坏了")
    village.says(granny, "对")
    village.taps(granny, f"reqask:{only(session).id}:no")
    village.says(granny, "点错了")
    assert only(session).state == RequestState.CONFIRMED


def test_a_time_nobody_can_read_is_asked_for_again(village, session, granny):
    village.says(granny, "陪我去医院")
    assert "几点出发" in village.says(granny, "看情况吧")[0]
    assert "出发" in village.says(granny, "后天上午10点")[0]
    assert only(session).due_at.day == 27


def test_old_questions_are_not_answered_twice(village, session, granny):
    village.says(granny, "我家灯坏了")
    village.says(granny, "对")
    for data in ("askmore:1:yes", "askwho:1:0", "requndo:1"):
        assert "过期" in village.taps(granny, data)


def test_another_medicine_is_another_wish_and_the_first_is_not_lost(village, session, granny):
    village.says(granny, "帮我买降压药")
    village.says(granny, "帮我买感冒药")
    village.says(granny, "帮我买感冒药")
    assert [unsealed(one, "item") for one in session.exec(select(Request).order_by(Request.id))] == [
        "降压药",
        "感冒药",
    ]


def test_two_neighbours_ask_for_different_things_and_the_elder_is_asked_about_both(
    village, session, granny, cook, villager
):
    other = villager("阿花", Role.VOLUNTEER, telegram_id=3001)
    village.says(cook, "李奶奶家没米了，帮她买袋米")
    assert "问李奶奶" in village.says(other, "李奶奶家灯泡没了，帮她买个灯泡")[0]
    rows = session.exec(select(Request).order_by(Request.id)).all()
    assert [one.asked_by_id for one in rows] == [cook.id, other.id]
    for one in rows:
        village.taps(granny, f"reqask:{one.id}:yes")
    assert {one.state for one in rows} == {RequestState.CONFIRMED}
