"""Wording that no rule knows is heard by its fragments; the rules and the second hearing may doubt each other."""

import math
from datetime import datetime, timedelta, timezone

import pytest

from benchmarks.second_hearing import Said, learn, written
from nlu import Action, Context, Intent, understand
from nlu.alarms import BY_EAR, UNLIKELY, worry_in
from nlu.dangers import danger_in
from nlu.normalise import lower, normalise
from nlu.second_hearing import WEIGHTS, Sieve, fragments, pieces, second_hearing, shipped, weigh
from tests.nlu.test_nlu_dangers import said_in
from tests.scoring import records

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))
ALONE, GROUP = Context(), Context(chat="group")
CRIES = said_in("cries") + [
    row["text"]
    for name in ("others_e", "others_g", "others_h")
    for row in records(name)
    if row["intent"] == "emergency"
]
LOOK_ALIKES = said_in("look_alikes")
UNHEARD = "澡堂里我爸洗了快一个小时，水还在流，叫他不答"


def low(text):
    return lower(normalise(text))


def called(text, context):
    read = understand(text, NOW, context)
    return read.intent is Intent.EMERGENCY and read.action is Action.ACT


def asked(text):
    read = understand(text, NOW, ALONE)
    return read.action is Action.ASK and read.choices[0] is Intent.EMERGENCY


@pytest.mark.parametrize("text", CRIES)
def test_granny_in_danger_is_called_for_or_asked_and_never_met_with_silence(text):
    assert called(text, ALONE) or asked(text)


def test_nearly_every_cry_that_was_learnt_calls_somebody_in_private_and_most_do_in_the_group():
    assert sum(called(text, ALONE) for text in CRIES) >= 0.92 * len(CRIES)
    assert sum(called(text, GROUP) for text in CRIES) >= 0.86 * len(CRIES)


def test_what_only_sounds_like_danger_hardly_ever_calls_anybody():
    assert sum(called(text, ALONE) for text in LOOK_ALIKES) <= 3
    assert sum(asked(text) for text in LOOK_ALIKES) <= 0.3 * len(LOOK_ALIKES)


def test_granny_in_words_no_rule_knows_is_called_for_in_private():
    assert danger_in(low(UNHEARD)) is None
    read = understand(UNHEARD, NOW, ALONE)
    assert (read.intent, read.action) == (Intent.EMERGENCY, Action.ACT)
    assert read.why[0].startswith(f"danger {BY_EAR} +")


def test_the_words_that_told_are_explained_but_never_kept():
    read = understand(UNHEARD, NOW, ALONE)
    assert read.why[1].startswith("seen ")
    assert read.reason.startswith(f"danger {BY_EAR}")
    assert not set(UNHEARD) & set(read.reason)


def test_a_rule_is_doubted_when_nothing_else_sounds_like_a_cry():
    text = low("后天去县里复查心脏，上次晕倒那个事，想有人陪")
    assert danger_in(text).sure
    assert second_hearing(text).score < UNLIKELY
    assert not worry_in(text, alone=False).sure


@pytest.mark.parametrize(
    "text",
    ["明天中午两份 我胸口痛", "做饭的烫伤了", "今天的饭吃了以后上吐下泻", "明天中午两份午饭送到家，我摔倒了"],
)
def test_a_meal_beside_a_cry_never_silences_it(text):
    assert called(text, ALONE)
    assert called(text, GROUP)


def test_a_rule_is_not_doubted_in_a_text_too_long_to_be_heard_whole():
    assert called("明天中午两份。" * 60 + "我摔倒了。", GROUP)


def test_a_cry_among_the_lines_of_a_list_is_heard():
    assert called("#接龙\n明天午饭\n1. 黄婶 1\n2. 别接了，罗叔在我旁边背过气去了", GROUP)


@pytest.mark.parametrize("text", ["明天中午两份", "谢谢", "好的", "明天吃什么", "送到家里", "1", "2", ""])
def test_a_plain_message_is_never_asked_about(text):
    assert not asked(text)
    assert not called(text, ALONE)


def test_commas_and_spaces_change_nothing():
    assert second_hearing(low("爷爷叫不醒，快来")).score == second_hearing(low("爷爷叫不醒 快来!")).score


def test_a_long_text_is_heard_whole_and_by_sentences():
    assert list(pieces("短")) == ["短"]
    assert list(pieces("一\n二")) == ["一\n二", "一", "二"]
    assert all(len(piece) <= 120 for piece in pieces("长" * 4096))


def test_weights_are_learnt_from_what_is_said_the_same_each_time():
    said = [Said("me", "爷爷倒了", True), Said("me", "明天两份", False)] * 5
    sieve = learn(said)
    assert weigh(sieve, fragments("爷爷倒了")) > 1 > -1 > weigh(sieve, fragments("明天两份"))
    assert written(sieve) == written(learn(said))


def test_the_file_holds_what_was_learnt(monkeypatch, tmp_path):
    monkeypatch.setattr("nlu.second_hearing.WEIGHTS", tmp_path / "weights.txt")
    (tmp_path / "weights.txt").write_text(
        written(Sieve(-2.0, {"倒": 1.0, "了": 1.0, "份": -0.5})), encoding="utf-8"
    )
    assert shipped.__wrapped__() == Sieve(-2.0, {"了": 1.0, "倒": 1.0, "份": -0.5})


def test_the_file_stays_small():
    assert WEIGHTS.stat().st_size < 150_000


def test_a_cry_weighs_the_same_after_every_start_though_its_pieces_come_in_another_order():
    tenths = {str(number): 0.1 for number in range(10)}
    assert sum(tenths.values()) < 1.0
    assert weigh(Sieve(0.0, tenths), set(tenths)) == 1.0 / math.sqrt(10)
