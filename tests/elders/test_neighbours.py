"""Who next door may be asked to look in: named by the elder or with the elder's yes, and by nobody else."""

from datetime import date

import pytest
from sqlmodel import select

from models.members.people import CareLink, Consent, Role
from nlu.phrases import spoken
from rules.elders import callouts
from rules.elders.callouts import About
from rules.elders.ladders import Audience
from rules.members import care_links, people
from rules.members.care_links import Care
from rules.values import Refused
from tests.requesting import buttons_of, last_told

TODAY = date(2026, 11, 25)


@pytest.fixture
def aunt(villager):
    return villager("莫嫂", Role.VOLUNTEER, telegram_id=1011)


def links(session):
    return session.exec(select(CareLink).where(CareLink.relation == "neighbour")).all()


def test_granny_asks_for_her_neighbour_herself(village, session, granny, aunt):
    assert village.says(granny, "请莫嫂照看我")[0] == "好，李奶奶没来吃饭又联系不上时，请莫嫂去看一眼。"
    [link] = links(session)
    assert (link.elder_id, link.carer_id, link.consent) == (granny.id, aunt.id, Consent.SAID)
    assert "请您去看一眼" in last_told(village, aunt)
    assert people.neighbours_of(session, granny.id, TODAY) == [aunt]
    assert people.carers_of(session, granny.id, TODAY) == []


@pytest.mark.parametrize("words", ["/neighbour 李奶奶 莫嫂", "请莫嫂照看李奶奶", "莫嫂是李奶奶的邻居"])
def test_the_social_worker_says_how_granny_agreed(village, session, granny, aunt, social_worker, words):
    assert "怎么同意" in village.says(social_worker, words)[0]
    assert links(session) == []
    village.taps(social_worker, village.data_of("按"))
    [link] = links(session)
    assert (link.consent, link.consent_witness_id) == (Consent.FINGERPRINT, social_worker.id)


def test_nobody_else_may_name_a_neighbour_for_granny(village, session, granny, aunt, cook, volunteer):
    for who in (cook, volunteer):
        village.says(who, "/neighbour 李奶奶 莫嫂")
    assert links(session) == []


def test_the_neighbour_may_say_no_and_is_asked_no_more(village, session, canteen, granny, aunt, now):
    village.says(granny, "请莫嫂照看我")
    village.taps(aunt, buttons_of(session, aunt, "不方便"))
    assert links(session)[0].ended_at is not None
    assert callouts.people(session, About(canteen, granny), [Audience.NEIGHBOUR], now) == []


def test_granny_takes_it_back(village, session, granny, aunt):
    village.says(granny, "请莫嫂照看我")
    village.taps(granny, village.data_of("撤销"))
    assert links(session)[0].ended_at is not None


def test_a_stranger_ends_nothing(village, session, granny, aunt, volunteer):
    village.says(granny, "请莫嫂照看我")
    [link] = links(session)
    for data in (f"unneighbour:{link.id}", "unneighbour:x", "unneighbour:999", "neighbour:1:said"):
        village.taps(volunteer, data)
    assert link.ended_at is None


def test_a_neighbour_acts_for_nobody_and_learns_nothing(village, session, canteen, granny, aunt, now):
    village.says(granny, "请莫嫂照看我")
    village.says(granny, "明天中午一份")
    assert "不能替" in village.says(aunt, "帮李奶奶取消明天的午饭")[0]
    assert "不能替" in village.says(aunt, "李奶奶吃了没有")[0]
    assert callouts.people(session, About(canteen, granny), [Audience.FAMILY], now) == []
    assert people.cared_for(session, aunt) == []


def test_mother_is_never_the_neighbour(session, granny, aunt, act):
    care_links.link(
        session,
        granny,
        aunt,
        Care(relation="neighbour", actions=("care",), consent=Consent.SAID),
        act(granny),
    )
    assert people.resolve(session, aunt, "我妈") == []
    assert people.resolve(session, aunt, "李奶奶") == [granny]


def test_a_daughter_stays_family(village, session, granny, daughter, act):
    with pytest.raises(Refused, match=r"people\.is_family"):
        care_links.ask_neighbour(session, granny, daughter, Care(consent=Consent.SAID), act(granny))


def test_a_neighbour_without_a_phone_cannot_be_asked(session, granny, neighbour, act):
    with pytest.raises(Refused, match=r"people\.neighbour_without_phone"):
        care_links.ask_neighbour(session, granny, neighbour, Care(consent=Consent.SAID), act(granny))


def test_an_unknown_name_is_asked_about(village, granny, session):
    village.says(granny, "请张三丰照看我")
    assert links(session) == []
    assert "请谁照看" in village.says(granny, "/neighbour")[0]


@pytest.mark.parametrize(
    "words",
    [
        "帮我照看一下孩子",
        "请人照看我妈",
        "能照看一下我家的鸡吗",
        "让大家照看我",
        "谁能照看李奶奶",
        "我们是邻居",
    ],
)
def test_other_sentences_about_looking_after_mean_something_else(words):
    assert spoken(words) is None or spoken(words)[0] != "neighbour"
