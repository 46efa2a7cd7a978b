"""For whom help is asked: who is named stands first, who asks for another learns nothing of what is open already."""

import pytest
from sqlmodel import col, select

from models.elders.requests import Request, RequestKind, RequestState
from nlu.errands import needing
from rules.elders import requests
from rules.elders.requests import Wish


def newest(session):
    return session.exec(select(Request).order_by(col(Request.id).desc())).first()


@pytest.fixture
def open_talk(session, canteen, granny, act):
    """Granny has asked for somebody to talk to herself, and said yes."""
    request = requests.ask(session, canteen, granny, Wish(RequestKind.COUNSELLING, "心烦"), act(granny))
    return requests.confirm(session, request.id, act(granny))


@pytest.mark.parametrize("who", ["daughter", "volunteer"])
def test_who_asks_a_talk_for_granny_does_not_learn_that_she_asked_for_one(
    village, session, granny, open_talk, who, request
):
    asker = request.getfixturevalue(who)
    (said,) = village.says(asker, "帮李奶奶找人谈谈心")
    assert said == "好，我先问问李奶奶愿不愿意。"
    kept = newest(session)
    assert (kept.elder_id, kept.asked_by_id, kept.state) == (granny.id, asker.id, RequestState.ASKED)


def test_a_stranger_to_the_house_does_not_learn_that_somebody_looks_at_grannys_lamp(
    village, session, canteen, granny, volunteer, act
):
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR, "灯坏了", "灯"), act(granny))
    requests.confirm(session, request.id, act(granny))
    (said,) = village.says(volunteer, "李奶奶家水管漏了，找人修一下")
    assert "一件" not in said
    assert newest(session).id != request.id


def test_granny_herself_and_the_social_worker_hear_that_one_is_open(
    village, session, granny, social_worker, open_talk
):
    assert "已经有一件了" in village.says(granny, "心里难受，想找人谈谈心")[0]
    assert "已经有一件了" in village.says(social_worker, "帮李奶奶找人谈谈心")[0]
    assert newest(session).id == open_talk.id


def test_who_asked_for_her_before_hears_that_it_is_open(village, session, granny, volunteer, act):
    village.says(volunteer, "李奶奶家灯坏了，帮忙找人修")
    requests.confirm(session, newest(session).id, act(granny))
    assert "已经有一件了" in village.says(volunteer, "李奶奶家灯坏了，帮忙找人修")[0]


@pytest.mark.parametrize(
    "words",
    ["李奶奶心里难受，想找人谈谈心", "李奶奶最近心情不好，想找人谈谈心", "李奶奶一个人闷，想找人聊聊天"],
)
@pytest.mark.parametrize("who", ["daughter", "volunteer", "social_worker"])
def test_whose_heart_is_heavy_is_who_was_named_not_who_says_so(village, session, granny, words, who, request):
    asker = request.getfixturevalue(who)
    village.says(asker, words)
    kept = newest(session)
    assert (kept.elder_id, kept.asked_by_id) == (granny.id, asker.id)


def test_a_name_without_a_title_is_somebody_too(village, session, villager, volunteer):
    mother = villager("韦秀英", telegram_id=1201)
    village.says(volunteer, "韦秀英心里难受，想找人谈谈心")
    assert newest(session).elder_id == mother.id


def test_of_two_of_the_same_name_one_is_asked_which(village, session, granny, villager, volunteer):
    villager("李奶奶", hamlet="下寨")
    (said,) = village.says(volunteer, "李奶奶心里难受，想找人谈谈心")
    assert said == "是哪一位？"


def test_the_photograph_of_the_box_stays_with_the_wish_while_something_is_asked():
    wish = Wish(RequestKind.MEDICINE, "帮我买这个", photo="file-1")
    assert requests.from_facts(requests.as_facts(wish)) == wish


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("李奶奶心里难受，想找人谈谈心", "李奶奶"),
        ("你好，覃阿公闷得慌，找人陪他下棋", "覃阿公"),
        ("韦秀英睡不着，想找人聊聊", "韦秀英"),
        ("听说李奶奶最近闷得慌，找人聊聊", "李奶奶"),
        ("王阿姨，能陪我聊聊天吗", None),
        ("王阿姨帮我找人修灯", None),
        ("陈主任我家灯坏了", None),
        ("老伴走了，心里难受，想找人说说话", None),
        ("李奶奶走了心里难受，想找人聊聊", None),
        ("韦秀英说找人陪我去医院", None),
        ("跟李奶奶吵架了，心里难受，想找人谈谈心", None),
        ("心里难受，想找人谈谈心", None),
    ],
)
def test_who_needs_it_when_the_sentence_is_no_order(words, who):
    assert needing(words, frozenset({"韦秀英"})) == who
