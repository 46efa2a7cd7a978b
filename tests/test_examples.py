"""Learning in chat: a sentence nobody understood is kept without names if its speaker agrees, and a social worker says what it means."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from jobs import examples as weekly
from jobs.duties import Look
from models.audit import AuditEntry
from models.examples import Example, ExampleConsent, ExampleState
from models.outbox import OutboxMessage
from nlu import Action, Context, Intent, understand
from nlu.lessons import SOMEBODY, is_known, nameless, skeleton, taught
from rules import examples
from rules.members import privacy
from rules.values import Refused

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))
ODD = "覃凤英家那个坛坛罐罐弄一弄啰13800138000"


def says_something_odd(village, who, words=ODD):
    village.says(who, words)
    return village.data_of("都不是")


def agrees(village, who, words=ODD):
    village.taps(who, says_something_odd(village, who, words))
    village.taps(who, village.data_of("可以"))


def all_examples(session):
    return session.exec(select(Example)).all()


def test_granny_is_asked_once_whether_her_words_may_be_kept(village, session, granny):
    village.taps(granny, says_something_odd(village, granny))
    assert [label for label, _ in village.buttons] == ["可以", "不"] or "可以" in village.buttons[0][0]
    assert all_examples(session) == []
    village.taps(granny, village.data_of("可以"))
    (kept,) = all_examples(session)
    assert kept.state is ExampleState.PROPOSED
    village.taps(granny, says_something_odd(village, granny, "那个坛坛罐罐啰"))
    assert len(all_examples(session)) == 2, "agreed once, not asked again"


def test_granny_who_says_no_is_never_asked_again(village, session, granny):
    village.taps(granny, says_something_odd(village, granny))
    village.taps(granny, next(data for _, data in village.buttons if data.endswith(":no")))
    village.taps(granny, says_something_odd(village, granny))
    assert not any(data.startswith("keepwords") for _, data in village.buttons)
    assert all_examples(session) == []


def test_what_is_kept_names_nobody(village, session, granny, villager):
    villager("覃凤英")
    agrees(village, granny)
    (kept,) = all_examples(session)
    assert "覃凤英" not in kept.words + kept.skeleton
    assert "13800138000" not in kept.words + kept.skeleton
    proposed = session.exec(select(AuditEntry).where(AuditEntry.action == "examples.proposed")).one()
    assert (proposed.actor_id, proposed.subject_id, proposed.update_id) == (None, None, None)


def test_the_social_worker_teaches_it_and_the_next_granny_is_understood(
    village, session, granny, neighbour, social_worker
):
    agrees(village, granny, "电灯那边整一整啰")
    said = village.says(social_worker, "/examples")
    assert "电灯" in said[0]
    example = all_examples(session)[0]
    village.taps(social_worker, f"learn:{example.id}:request_repair")
    assert example.state is ExampleState.ACCEPTED
    lessons = examples.lessons(session, granny.canteen_id)
    assert lessons == (("request_repair", example.skeleton),)
    read = understand("电灯那边整一整啰", NOW, Context(lessons=lessons))
    assert (read.intent, read.action) == (Intent.REQUEST_REPAIR, Action.ASK)


def test_a_lesson_is_taken_back_within_ten_minutes(village, session, granny, social_worker):
    agrees(village, granny)
    village.says(social_worker, "/examples")
    example = all_examples(session)[0]
    village.taps(social_worker, f"learn:{example.id}:menu_wish")
    village.taps(social_worker, village.data_of("撤"))
    assert example.state is ExampleState.PROPOSED
    assert examples.lessons(session, granny.canteen_id) == ()


def test_a_lesson_declined_is_not_shown_again(village, session, granny, social_worker):
    agrees(village, granny)
    village.says(social_worker, "/examples")
    example = all_examples(session)[0]
    village.taps(social_worker, f"learn:{example.id}:no")
    assert example.state is ExampleState.DECLINED
    assert village.says(social_worker, "/examples") == ["没有要学的话了，多谢您。"]
    assert (
        "点过" in village.taps(social_worker, f"learn:{example.id}:no")
        or example.state is ExampleState.DECLINED
    )


@pytest.mark.parametrize("intent", ["emergency", "unclear", "nonsense"])
def test_danger_cannot_be_taught(village, session, granny, social_worker, intent):
    agrees(village, granny)
    example = all_examples(session)[0]
    village.taps(social_worker, f"learn:{example.id}:{intent}")
    assert example.state is ExampleState.PROPOSED


def test_nobody_but_the_social_worker_teaches(village, session, granny, daughter, cook):
    agrees(village, granny)
    example = all_examples(session)[0]
    for who in (granny, daughter, cook):
        village.taps(who, f"learn:{example.id}:menu_wish")
        assert village.says(who, "/examples") == ["这要社工来教我。"]
    assert example.state is ExampleState.PROPOSED


def test_an_example_of_another_village_is_out_of_reach(session, granny, social_worker, act):
    example = Example(
        canteen_id=granny.canteen_id, words="a", skeleton="a", proposed_at=NOW, state=ExampleState.PROPOSED
    )
    session.add(example)
    session.flush()
    stranger = replace_member(social_worker, canteen_id=granny.canteen_id + 999)
    with pytest.raises(Refused, match="common.old_button"):
        examples.decide(session, stranger, example.id, "menu_wish", act(social_worker))


def replace_member(member, **facts):
    class Other:
        id = member.id
        canteen_id = facts["canteen_id"]

    return Other()


def test_the_same_sentence_is_kept_once_and_counted(village, session, granny):
    agrees(village, granny)
    village.taps(granny, says_something_odd(village, granny))
    (kept,) = all_examples(session)
    assert kept.times == 2


def test_a_meaning_tapped_is_the_best_example(village, session, granny):
    agrees(village, granny)
    village.says(granny, "那个坛坛罐罐弄弄啰")
    label, data = village.buttons[0]
    village.taps(granny, data)
    kept = next(example for example in all_examples(session) if "坛" in example.words and example.intent)
    assert kept.offered()[0] == data.rpartition(":")[2]
    assert label


def test_when_too_many_wait_nothing_more_is_kept(session, granny, act):
    for number in range(examples.MOST_WAITING):
        session.add(Example(canteen_id=granny.canteen_id, words="x", skeleton=f"x{number}", proposed_at=NOW))
    session.flush()
    more = Example(canteen_id=granny.canteen_id, words="y", skeleton="y", proposed_at=NOW)
    assert examples.propose(session, more, act(granny)) is None


def test_what_was_agreed_to_stands_in_ones_own_data(village, session, granny):
    assert privacy.kept(session, granny)["agreements"] == {"learn_from_my_words": None, "ask_a_model": False}
    agrees(village, granny)
    assert privacy.kept(session, granny)["agreements"]["learn_from_my_words"] is True


def test_consent_goes_with_the_person(village, session, granny, act, manager):
    agrees(village, granny)
    privacy.erase(session, granny.id, act(manager))
    assert session.exec(select(ExampleConsent)).all() == []
    assert len(all_examples(session)) == 1, "the example names nobody and stays"


def test_a_word_is_taught_in_chat_and_everybody_is_understood(village, session, granny, social_worker):
    assert "揽晏" in village.says(social_worker, "“揽晏”就是午饭")[0]
    words = examples.words_of(village.canteen)
    assert words == (("揽晏", "午饭"),)
    read = understand("明天揽晏两份", NOW, Context(words=words))
    assert (read.intent, read.slots.meal, read.slots.count) == (Intent.BOOK_MEAL, "lunch", 2)
    village.taps(social_worker, village.data_of("撤"))
    assert examples.words_of(village.canteen) == ()


def test_teaching_a_word_anew_is_undone_to_what_it_meant_before(village, session, social_worker):
    village.says(social_worker, "“揽晏”就是午饭")
    village.says(social_worker, "“揽晏”是晚饭的意思")
    assert dict(examples.words_of(village.canteen)) == {"揽晏": "晚饭"}
    village.taps(social_worker, village.data_of("撤"))
    assert dict(examples.words_of(village.canteen)) == {"揽晏": "午饭"}


@pytest.mark.parametrize("heard", ["明天", "午饭", "两份", "打包", "过早"])
def test_a_word_that_plans_or_lives_depend_on_cannot_be_taught_anew(village, social_worker, heard):
    assert village.says(social_worker, f"“{heard}”就是晚饭")[0].startswith(f"“{heard}”我已经懂")
    assert examples.words_of(village.canteen) == ()


@pytest.mark.parametrize("heard", ["救命", "着火", "摔倒", "晕倒"])
def test_words_of_danger_are_known(heard):
    assert is_known(heard, NOW.date())


def test_granny_cannot_teach_words(village, granny):
    assert village.says(granny, "“揽晏”就是午饭") == ["这要社工来教我。"]


def test_the_words_taught_are_shown(village, social_worker):
    assert "还没教过" in village.says(social_worker, "教过什么词")[0]
    village.says(social_worker, "“揽晏”就是午饭")
    assert "揽晏 = 午饭" in village.says(social_worker, "教过什么词")[0]


def test_there_is_an_end_to_the_words(session, social_worker, canteen, act):
    canteen.settings = {**canteen.settings, "words": {f"词{n}": "午饭" for n in range(examples.MOST_WORDS)}}
    session.add(canteen)
    session.flush()
    with pytest.raises(Refused, match="examples.too_many_words"):
        examples.teach_word(session, social_worker, "揽晏", "午饭", act(social_worker))


@pytest.mark.parametrize(
    ("text", "lesson"),
    [
        ("“过早”就是早饭", ("过早", "早饭")),
        ('"揽晏"是吃午饭的意思', ("揽晏", "吃午饭")),
        ("「夜宵」等于晚饭。", ("夜宵", "晚饭")),
        ('"grub" means lunch', ("grub", "lunch")),
        ("过早就是早饭", None),
        ("“我明天来”是他说的，不是我", None),
        ("明天中午两份", None),
    ],
)
def test_a_lesson_about_a_word_has_quotes(text, lesson):
    assert taught(text) == lesson


@given(st.text(max_size=200))
def test_no_text_makes_learning_fall_over(text):
    words = nameless(text, ["李奶奶"])
    assert len(words) <= 120
    assert len(skeleton(words, date(2026, 11, 25))) <= 120
    taught(text)
    is_known(text[:8], date(2026, 11, 25))


@pytest.mark.parametrize(
    "text", ["黄奶奶家的灯", "阿芳明天不来", "找韦大爷问问", "ask Mrs Huang", "李奶奶和王婶"]
)
def test_names_nobody_listed_are_taken_out_too(text):
    said = nameless(text, [])
    assert SOMEBODY in said
    assert not any(name in said for name in ("黄奶奶", "阿芳", "韦大爷", "Huang", "李奶奶", "王婶"))


def test_on_tuesday_at_ten_the_social_worker_is_asked_to_teach(
    village, session, canteen, granny, social_worker
):
    agrees(village, granny)
    tuesday = datetime(2026, 12, 1, 10, 30, tzinfo=timezone(timedelta(hours=8)))
    look = Look(session, tuesday, [canteen])
    (due,) = weekly.due(look)
    weekly.do(session, due, tuesday)
    assert "1 句话我没听懂" in village.told(social_worker)[-1]
    village.taps(social_worker, "teach")
    assert list(weekly.due(replace(look, now=tuesday + timedelta(days=1)))) == []


def test_when_nothing_waits_nobody_is_asked(session, canteen, social_worker):
    tuesday = datetime(2026, 12, 1, 10, 30, tzinfo=timezone(timedelta(hours=8)))
    (due,) = weekly.due(Look(session, tuesday, [canteen]))
    weekly.do(session, due, tuesday)
    assert session.exec(select(OutboxMessage)).all() == []


def test_the_audit_keeps_how_a_sentence_was_read_and_none_of_its_words(village, session, granny):
    village.says(granny, "后天中午一份")
    entries = session.exec(select(AuditEntry).where(AuditEntry.why.is_not(None))).all()
    assert any("rule book_day_meal" in entry.why for entry in entries)
    assert all("后天" not in entry.why for entry in entries)


@pytest.mark.parametrize("words", ["/examples", "“揽晏”就是午饭", "/word"])
def test_teaching_is_done_in_private(village, social_worker, words):
    said = village.says(social_worker, words, group=True, reply_to_bot=True)
    assert said == [] or "私" in said[0]


def test_danger_picked_from_the_meanings_is_no_example(village, session, granny):
    agrees(village, granny)
    before = len(all_examples(session))
    village.says(granny, "那边那个罐罐啰")
    card = village.buttons[0][1].split(":")[1]
    village.taps(granny, f"pick:{card}:emergency")
    assert len(all_examples(session)) == before


@pytest.mark.parametrize(
    "data", ["learn:x:menu_wish", "learn:99999:menu_wish", "unlearn:x", "keepwords:x:yes"]
)
def test_a_forged_button_teaches_nothing(village, session, social_worker, data):
    village.taps(social_worker, data)
    assert all_examples(session) == []


def test_a_card_that_was_wrong_is_an_example_too(village, session, granny):
    village.says(granny, "明天午饭堂食一份，外带一份")
    village.taps(granny, village.data_of("不对"))
    village.taps(granny, village.data_of("可以"))
    (kept,) = all_examples(session)
    assert kept.words == "明天午饭堂食一份,外带一份"
    assert len(kept.offered()) >= 3


def test_a_card_that_was_wrong_says_only_try_again_to_who_refused(village, session, granny, act):
    examples.agree(session, granny, act(granny), agreed=False)
    village.says(granny, "明天午饭堂食一份，外带一份")
    village.taps(granny, village.data_of("不对"))
    assert village.told(granny)[-1] == "好的，请您换个说法再说一遍。"
    assert all_examples(session) == []
