"""Large keys: three at a time, each understood when it is pressed, whatever the language."""

import pytest
from sqlmodel import select

from models.lunch.meals import Booking
from models.members.people import Account, CareLink, Consent
from models.outbox import OutboxMessage
from texts import Words, load

PAGES = (
    "key_tomorrow",
    "key_menu",
    "key_more",
    "key_mine",
    "key_cancel",
    "key_next",
    "key_family",
    "key_account",
    "key_back",
)


def keys(session):
    """The keys of the last message that has some."""
    rows = session.exec(select(OutboxMessage).order_by(OutboxMessage.id.desc())).all()
    row = next(row for row in rows if row.body.get("keys"))
    words = Words(row.language, row.timezone)
    return [words.say(key) for line in row.body["keys"] for key in line]


def test_an_elder_has_three_keys_and_the_way_to_more(village, session, granny):
    village.says(granny, "/start")
    assert keys(session) == ["订明天的饭", "看菜单", "更多"]
    village.says(granny, "更多")
    assert keys(session) == ["我订了什么", "明天不吃了", "还有"]
    village.says(granny, "还有")
    assert keys(session) == ["帮家人订", "我欠多少", "返回"]
    village.says(granny, "返回")
    assert keys(session) == ["订明天的饭", "看菜单", "更多"]


def test_a_daughter_finds_booking_for_her_family_first(village, session, daughter):
    village.says(daughter, "/start")
    assert keys(session)[0] == "帮家人订"


@pytest.mark.parametrize("language", sorted(load()))
def test_every_key_is_understood_when_pressed(village, session, granny, language):
    village.says(granny, "/start")
    session.exec(select(Account)).one().language = language
    village.says(granny, Words(language, "UTC").template("people.key_tomorrow"))
    for key in PAGES:
        said = village.says(granny, Words(language, "UTC").template(f"people.{key}"))
        assert said, key
        assert Words(language, "UTC").template("common.which_meant") not in said[0], key
        assert Words(language, "UTC").template("common.not_understood") not in said[0], key


def test_booking_for_the_only_mother_takes_two_presses(village, session, granny, daughter):
    asked = village.says(daughter, "帮家人订")[0]
    assert "李奶奶：11月26日 周四午饭 1 份" in asked
    village.taps(daughter, village.data_of("对"))
    assert session.exec(select(Booking.eater_id)).all() == [granny.id]


def test_of_several_one_is_tapped(village, session, granny, neighbour, daughter, now):
    link = CareLink(
        elder_id=neighbour.id, carer_id=daughter.id, actions=["meals"], consent=Consent.SAID, created_at=now
    )
    session.add(link)
    session.flush()
    assert village.says(daughter, "帮家人订") == ["给谁订？"]
    village.taps(daughter, village.data_of("覃叔"))
    village.says(daughter, "两份")
    village.says(daughter, "对")
    booking = session.exec(select(Booking)).one()
    assert (booking.eater_id, booking.portions) == (neighbour.id, 2)


def test_who_cares_for_nobody_learns_how(village, granny, cook):
    assert "请家人替我订饭" in village.says(granny, "帮家人订")[0]
    assert "帮李奶奶订" in village.says(cook, "帮家人订")[0]


def test_a_forged_tap_books_for_nobody(village, session, granny, volunteer):
    for data in ("bookfor:x", "bookfor:999", f"bookfor:{granny.id}"):
        village.taps(volunteer, data)
    assert session.exec(select(Booking)).all() == []


def test_keys_and_family_are_for_private_chats(village, granny):
    assert "明天中午一份" in village.says(granny, "/more", group=True)[0]
    assert "私下" in village.says(granny, "/family", group=True)[0]


def test_without_an_open_meal_nothing_is_offered(village, session, canteen, daughter, granny):
    canteen.settings = {"meal_weekdays": []}
    session.add(canteen)
    session.flush()
    assert "没有可以订的饭" in village.says(daughter, "帮家人订")[0]
