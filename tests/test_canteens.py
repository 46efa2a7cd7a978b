"""A village comes to be: the bot is added, asks its five questions, and is set up as the village likes."""

from datetime import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from models.audit import AuditEntry
from models.members.people import Canteen, Member, Role
from rules import canteens, choices
from rules.members import people
from rules.settings import settings_of
from rules.values import Refused
from tests.conversations import BOT_ID, BOT_NAME

NEW = -4007


@pytest.fixture
def bot(village):
    """The bot, moved in and out of groups: `bot("member", by=7)`."""
    numbers = iter(range(500_000, 600_000))

    def move(status, by=7001, name="韦主任", chat_id=NEW):
        me = {"id": BOT_ID, "is_bot": True, "first_name": "鼓楼", "username": BOT_NAME}
        left = {"user": me, "status": "left"}
        body = {
            "chat": {"id": chat_id, "type": "group", "title": "下寨食堂"},
            "from": {"id": by, "is_bot": False, "first_name": name, "language_code": "zh-hans"},
            "date": 1,
            "old_chat_member": left,
            "new_chat_member": {"user": me, "status": status},
        }
        return village._take({"update_id": next(numbers), "my_chat_member": body})

    return move


def of_chat(session, chat_id=NEW):
    return session.exec(select(Canteen).where(Canteen.chat_id == chat_id)).first()


def manager_of(canteen, telegram_id=7001, name="韦主任"):
    return Member(name=name, telegram_id=telegram_id, canteen_id=canteen.id, joined_at=canteen.created_at)


def test_who_adds_the_bot_is_the_manager_and_the_group_hears_one_line(village, session, bot):
    said = bot("member")
    assert [village._words(row).count("\n") for row in said.rows] == [0]
    canteen = of_chat(session)
    assert canteen.name == "下寨食堂"
    assert canteen.set_up_at is None
    assert [one.telegram_id for one in canteens.managers(session, canteen.id)] == [7001]


def test_five_questions_by_buttons_and_the_canteen_is_open(village, session, bot):
    bot("member")
    canteen = of_chat(session)
    manager = manager_of(canteen)
    assert "下寨食堂" in village.says(manager, "/start")[0]
    village.taps(manager, village.data_of("不改"))
    village.taps(
        manager, village.data_of("午餐、晚餐") if _offers(village, "午餐、晚餐") else village.buttons[1][1]
    )
    village.says(manager, "80")
    village.taps(manager, village.data_of("5元"))
    village.taps(manager, village.data_of("当天 9:00"))
    own = settings_of(canteen)
    assert canteen.set_up_at is not None
    assert (own.seats, own.price, len(own.sittings)) == (80, 500, 2)
    assert (own.times["lunch"].closes, own.times["lunch"].days_before) == (time(9), 0)
    assert "5 个问题" not in village.says(manager, "/start")[0]


def _offers(village, label):
    return any(label in words for words, _ in village.buttons)


def test_an_anonymous_admin_leaves_the_village_to_the_first_who_claims_it(village, session, bot):
    said = bot("administrator", by=1087968824)
    assert len(said.rows) == 1
    canteen = of_chat(session)
    assert canteens.managers(session, canteen.id) == []
    village.canteen = canteen
    village.taps(manager_of(canteen), "rule:claim", group=True)
    village.taps(manager_of(canteen, 7002, "别人"), "rule:claim", group=True)
    assert [one.telegram_id for one in canteens.managers(session, canteen.id)] == [7001]


def test_a_bot_removed_and_added_again_finds_its_village(session, bot):
    bot("member")
    canteen = of_chat(session)
    bot("kicked")
    assert canteen.chat_id is None
    bot("member", by=7002, name="别人")
    assert of_chat(session) is canteen
    assert [one.telegram_id for one in canteens.managers(session, canteen.id)] == [7001]


def test_being_made_admin_is_not_being_added_again(session, bot):
    bot("member")
    assert list(bot("administrator").rows) == []
    assert len(session.exec(select(Canteen).where(Canteen.chat_id == NEW)).all()) == 1


def test_only_a_manager_sets_the_village_up(village, canteen, granny, manager):
    assert "管理员" in village.says(granny, "/settings")[0]
    village.taps(granny, "set:price")
    village.says(manager, "/settings")
    village.taps(manager, "set:price")
    price = village.data_of("5元")
    village.taps(granny, price)
    assert settings_of(canteen).price == 1000
    village.taps(manager, price)
    assert settings_of(canteen).price == 500


def test_settings_are_not_shown_in_the_group(village, manager):
    assert "私下" in village.says(manager, "/settings", group=True)[0]


def test_a_setting_is_changed_in_words_audited_and_taken_back(village, session, canteen, manager):
    village.says(manager, "/settings")
    village.taps(manager, "set:seats")
    assert "75" in village.says(manager, "75")[0]
    assert settings_of(canteen).seats == 75
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "canteens.changed")).one()
    assert (entry.before, entry.after) == ({"value": None}, {"value": 75})
    village.taps(manager, village.data_of("撤销"))
    assert settings_of(canteen).seats == 60


def test_an_undo_does_not_undo_what_another_changed_since(village, canteen, manager):
    village.says(manager, "/settings")
    village.taps(manager, "set:seats")
    village.says(manager, "75")
    undo = village.data_of("撤销")
    village.taps(manager, "set:seats")
    village.says(manager, "90")
    village.taps(manager, undo)
    assert settings_of(canteen).seats == 90


def test_all_settings_are_reached_three_at_a_time(village, manager):
    village.says(manager, "/settings")
    seen = set()
    for _ in range(len(choices.OFFERED) // 3 + 1):
        assert len(village.buttons) <= 4
        seen |= {data for _, data in village.buttons if data.startswith("set:")}
        village.taps(manager, village.data_of("更多"))
    assert seen == {f"set:{name}" for name in choices.OFFERED}


@pytest.mark.parametrize("name", [name for name in choices.OFFERED if choices.OFFERED[name]])
def test_every_offered_answer_can_be_chosen_and_is_shown_as_it_was_offered(session, canteen, act, name):
    for words in choices.OFFERED[name]:
        value = choices.read(canteen, name, words)
        canteens.change(session, canteen.id, choices.kept_as(name), value, act())
        shown, offered = choices.label(canteen, name), choices.offered(name, words)
        assert str(shown) == str(offered)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("seats", "0"), ("seats", "99999"), ("seats", "很多"), ("price", "-1"), ("price", "nan"), ("price", "inf"),
        ("lunch_closing", "0 12:00"), ("lunch_closing", "9 10:00"), ("lunch_closing", "25:00"),
        ("dinner_closing", "x y"), ("post_at", "早上"), ("meal_weekdays", "18"), ("meal_weekdays", "周一"),
        ("join", "maybe"), ("language", "klingon"), ("timezone", "Mars/Base"), ("timezone", "../etc"),
        ("sittings", "brunch"), ("name", "   "), ("music", "loud"),
        ("shift_reminder_at", "21:00"), ("swap_policy", "never"), ("certificates", "maybe"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_not_kept(canteen, name, words):
    with pytest.raises(Refused, match=r"canteens\.unreadable"):
        choices.read(canteen, name, words)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(list(choices.OFFERED)), words=st.text(max_size=20))
def test_whatever_is_written_is_kept_whole_or_refused(name, words):
    village = Canteen(name="村", settings={}, created_at=None)
    try:
        value = choices.read(village, name, words)
    except Refused:
        return
    if name not in canteens.OWN_COLUMNS:
        village.settings = {choices.kept_as(name): value}
        settings_of(village)


def test_a_village_added_by_command_has_its_managers(session, now):
    facts = {"chat_id": NEW, "timezone": "Asia/Shanghai", "language": "zh_CN", "now": now}
    first = canteens.add(session, name="下寨食堂", managers=[(7001, "韦主任")], **facts)
    again = canteens.add(session, name="下寨老年食堂", managers=[], **facts)
    assert first is again
    assert again.name == "下寨老年食堂"
    (manager,) = canteens.managers(session, first.id)
    assert people.roles_of(session, manager.id) == {Role.MANAGER}
