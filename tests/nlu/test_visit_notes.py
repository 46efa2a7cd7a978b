"""What a social worker says about a visit: whom, what came of it, what was found, what the elder would like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.households import living_together
from nlu.phrases import spoken
from nlu.visit_notes import OUTCOMES, asks_plan, read_findings, read_note

NAMES = frozenset({"李秀英", "李奶奶", "李爷爷", "覃叔", "黄阿公", "陆主任"})


@pytest.mark.parametrize(
    ("words", "people", "findings", "wishes"),
    [
        ("今天走访了李奶奶家，血压偏高，想吃软一点的饭", "李奶奶", "血压偏高", ("想吃软一点的饭",)),
        ("走访记录：覃叔，腿疼，想有人陪聊天", "覃叔", "腿疼", ("想有人陪聊天",)),
        ("回访李奶奶，她说灯修好了", "李奶奶", "灯修好了", ()),
        ("11月26日探访黄阿公家，黄阿公腿脚不便，建议送餐上门，村委陆主任一起", "黄阿公", "黄阿公腿脚不便", ("建议送餐上门",)),
        ("昨天走访上寨李奶奶，一个人去的，家里没米了", "李奶奶", "", ("家里没米了",)),
        ("今天走访了李奶奶家精神很好，不需要什么", "李奶奶", "精神很好，不需要什么", ()),
        ("看望了李奶奶和李爷爷，两人都好", "李奶奶", "两人都好", ()),
        ("走访李秀英，身体好", "李秀英", "身体好", ()),
        ("刚从覃叔家出来，他说屋顶漏雨", "覃叔", "", ("屋顶漏雨",)),
        ("visited 李秀英, blood pressure high, she wants softer food", "李秀英", "blood pressure high", ("she wants softer food",)),
    ],
)  # fmt: skip
def test_a_note_is_taken_apart(words, people, findings, wishes):
    note = read_note(words, NAMES)
    assert note.people[0] == people
    assert (note.findings, note.wishes) == (findings, wishes)


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("走访李奶奶，不在家", "not_home"),
        ("走访李奶奶，敲门没人应", "not_home"),
        ("走访李奶奶，门锁着", "not_home"),
        ("走访李奶奶，不让进门", "refused"),
        ("走访李奶奶，她住院了", "hospital"),
        ("走访李奶奶，女儿住院了", "visited"),
        ("走访李奶奶，刚出院", "visited"),
        ("走访李奶奶，医生说要住院", "visited"),
        ("走访李奶奶，去女儿家了", "away"),
        ("走访李奶奶，准备下周去女儿家", "visited"),
        ("走访李奶奶，去外地了", "away"),
        ("走访李奶奶，打电话问的", "phoned"),
        ("走访李奶奶，精神很好", "visited"),
        ("visited 李奶奶, nobody home", "not_home"),
    ],
)
def test_what_came_of_it(words, outcome):
    assert read_note(words, NAMES).outcome == outcome


def test_who_went_alone_says_so_and_it_is_no_finding():
    note = read_note("走访李奶奶，我一个人去的，都好", NAMES)
    assert (note.alone, note.findings) == (True, "都好")
    assert not read_note("走访李奶奶，她一个人住", NAMES).alone


def test_an_answer_has_no_whom_in_it():
    note = read_findings("腿脚不便，她说想要个收音机")
    assert (note.people, note.findings, note.wishes) == ((), "腿脚不便", ("想要个收音机",))


def test_a_question_about_the_plan_is_no_note():
    assert asks_plan("今天走访谁")
    assert asks_plan("这周走访计划")
    assert not asks_plan("今天走访，血压偏高")


@given(st.text(max_size=200))
def test_nothing_said_is_lost_or_makes_it_stumble(words):
    note = read_note(f"走访李奶奶，{words}", NAMES)
    assert note.outcome in {name for name, _ in OUTCOMES} | {"visited", "other"}
    assert all(note.wishes)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("李奶奶和李爷爷是一户", ("李奶奶", "李爷爷")),
        ("覃叔、覃婶住一起", ("覃叔", "覃婶")),
        ("李奶奶家", ("李奶奶",)),
        ("覃叔", ("覃叔",)),
    ],
)
def test_who_lives_together(words, names):
    assert living_together(words) == names


def test_a_family_in_general_is_no_household():
    assert spoken("李奶奶和李爷爷是一户") == ("household", "李奶奶和李爷爷是一户")
    for chatter in ("我们是一家人", "大家都是一家人", "李奶奶和李爷爷一家明天来吃饭"):
        assert spoken(chatter) is None or spoken(chatter)[0] != "household"
