"""Needs in chat: a wish said by the way, written for somebody, answered by buttons; nobody else sees it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from models.elders.needs import Need, NeedCategory, NeedKind, NeedState
from models.elders.requests import Request
from models.members.people import Role
from models.members.vault import unsealed
from nlu.needs import category_of, presses, wished, wished_for
from rules.elders import needs
from rules.elders.needs import Said
from tests.requesting import buttons_of, last_told, sent_to

VILLAGE = ZoneInfo("Asia/Shanghai")
LAMP = "要是村口能装个灯就好了"


def only(session):
    return session.exec(select(Need)).one()


class TestSaying:
    def test_a_wish_by_the_way_is_kept_and_she_reads_who_answers_by_when(
        self, village, session, granny, social_worker
    ):
        said = village.says(granny, LAMP)
        assert said == ["记下了：“要是村口能装个灯就好了”。陈社工会在12月9日 周三前给您答复。"]
        need = only(session)
        assert (need.elder_id, need.category) == (granny.id, NeedCategory.VILLAGE)
        assert "请在12月9日 周三前给个答复" in last_told(village, social_worker)

    def test_without_a_social_worker_it_is_kept_all_the_same(self, village, session, granny):
        assert village.says(granny, LAMP) == ["记下了：“要是村口能装个灯就好了”。12月9日 周三前给您答复。"]

    def test_it_is_taken_back_by_a_word(self, village, session, granny, social_worker):
        village.says(granny, LAMP)
        assert village.says(granny, "撤销") == ["好的，不记了。"]
        assert session.exec(select(Need)).all() == []

    def test_in_the_group_nothing_is_noted_and_nothing_said(self, village, session, granny):
        assert village.says(granny, LAMP, group=True) == []
        assert session.exec(select(Need)).all() == []

    def test_by_command_with_the_words_in_the_next_message(self, village, session, granny, social_worker):
        assert "直接说给我" in village.says(granny, "/need")[0]
        village.says(granny, "村里的路灯太暗")
        assert unsealed(only(session), "words") == "村里的路灯太暗"
        assert "私下" in village.says(granny, "/need 一把椅子", group=True)[0]

    @pytest.mark.parametrize(
        "words", ["覃叔说想要个收音机", "/need 覃叔 想要个收音机", "/need 覃叔说：“想要个收音机”"]
    )
    def test_the_social_worker_writes_it_for_an_elder_without_a_phone(
        self, village, session, neighbour, social_worker, words
    ):
        said = village.says(social_worker, words)[0]
        assert said == "记下了，覃叔：“想要个收音机”。您在12月9日 周三前给个答复。"
        assert (only(session).elder_id, only(session).owner_id) == (neighbour.id, social_worker.id)

    def test_who_may_not_speak_for_her_writes_nothing(self, village, session, granny, volunteer):
        assert "不能替" in village.says(volunteer, "/need 李奶奶 想要个收音机")[0]
        assert session.exec(select(Need)).all() == []

    def test_of_two_of_one_name_it_is_asked_which(self, village, session, villager, social_worker):
        for hamlet in ("上寨", "下寨"):
            villager("覃婶", Role.ELDER, hamlet=hamlet)
        village.says(social_worker, "/need 覃婶 想要个收音机")
        assert session.exec(select(Need)).all() == []
        village.taps(social_worker, village.data_of("下寨"))
        assert only(session)
        village.says(social_worker, "/need 覃婶 想学写字")
        village.taps(social_worker, village.data_of("都不"))
        assert only(session)

    def test_somebody_unknown_is_asked_about(self, village, session, social_worker):
        village.says(social_worker, "/need 张三丰说想要个收音机")
        assert session.exec(select(Need)).all() == []

    @pytest.mark.parametrize(
        "words",
        [
            "我想订明天的饭",
            "我想吃鱼",
            "帮我买降压药",
            "我摔倒了，想要人扶",
            "想不想去赶集",
            "今天天气真好",
            "我想找人聊聊天",
        ],
    )
    def test_what_others_understand_stays_theirs(self, village, session, granny, social_worker, words):
        village.says(granny, words)
        assert session.exec(select(Need)).all() == []


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("我想学用手机", "learning"), ("要是能去城里看看孙子就好了", "outings"), ("我想要个收音机", "home"),
        ("希望能多搞点活动", "company"), ("想要个轮椅", "health"), ("能不能在河边装个扶手", "village"),
        ("我就想有人说说话", "company"), ("希望食堂的汤能热一点", "meals"), ("要是补贴能早点发就好了", "money"),
        ("要是有个地方坐坐就好了", "other"), ("I wish there was a bench by the road", "village"),
        ("it would be nice to learn singing", "learning"),
    ],
)  # fmt: skip
def test_what_a_wish_is_roughly_about(words, category):
    assert wished(words)
    assert category_of(words) == category


@pytest.mark.parametrize(
    "words",
    [
        "我想女儿了",
        "希望天晴",
        "想不想去",
        "你想要多少",
        "我想起来了",
        "梦见要是能飞就好了",
        "想",
        "我想问问几点",
        "要是下雨就好了吗",
    ],
)
def test_what_is_no_wish(words):
    assert not wished(words)


def test_what_cannot_wait():
    assert presses("煤气快没了")
    assert not presses("想学写字")
    assert wished_for("覃婶讲：屋顶漏了") == ("覃婶", "屋顶漏了")
    assert wished_for("今天天气好") is None


class TestAnswering:
    @pytest.fixture
    def need(self, session, granny, act, social_worker):
        return needs.note(session, granny, Said("想要个收音机", NeedCategory.HOME), act(granny))

    def test_in_three_taps_and_a_sentence(self, village, session, need, granny, social_worker):
        village.taps(social_worker, buttons_of(session, social_worker, "给答复"))
        village.taps(social_worker, f"needout:{need.id}:met")
        assert village.says(social_worker, "周五给您带来")[0].startswith("好，已经告诉李奶奶")
        assert last_told(village, granny) == "您说的“想要个收音机”办好了：周五给您带来"
        village.taps(granny, buttons_of(session, granny, "还没解决"))
        assert need.state == NeedState.OPEN
        assert "还没解决" in last_told(village, social_worker)

    def test_without_a_sentence_the_outcome_is_enough_and_a_wrong_tap_is_taken_back(
        self, village, session, need, granny, social_worker
    ):
        village.taps(social_worker, f"needans:{need.id}")
        village.taps(social_worker, f"needout:{need.id}:not_possible")
        [card] = [row for row in _cards(session) if row.kind == "needs.answer"]
        village.taps(social_worker, f"needsay:{card.id}")
        assert "现在办不到，对不住您" in last_told(village, granny)
        village.says(social_worker, "点错了")
        assert need.state == NeedState.OPEN

    def test_of_an_elder_without_a_phone_it_is_said_at_the_next_visit(
        self, village, session, neighbour, social_worker, act
    ):
        need = needs.note(session, neighbour, Said("想学写字"), act(social_worker))
        village.taps(social_worker, f"needout:{need.id}:met")
        assert "下次走访请当面说" in village.says(social_worker, "小红周六来教")[0]
        village.taps(social_worker, buttons_of(session, social_worker, "已经告诉了"))
        assert (need.state, need.told_by_id) == (NeedState.CLOSED, social_worker.id)

    @pytest.mark.parametrize(
        ("category", "kind"),
        [
            (NeedCategory.MEALS, NeedKind.MENU_WISH),
            (NeedCategory.HOME, NeedKind.ISSUE),
            (NeedCategory.HOME, NeedKind.NOTE),
        ],
    )
    def test_it_becomes_something_by_two_taps_and_nothing_by_one_more(
        self, village, session, need, social_worker, category, kind
    ):
        need.category = category
        village.taps(social_worker, f"needturn:{need.id}")
        village.taps(social_worker, f"needto:{need.id}:{kind}")
        assert need.becomes == kind
        if kind != NeedKind.NOTE:
            village.says(social_worker, "撤销")
            assert need.becomes is None

    def test_as_a_request_it_is_looked_over_and_goes_out(self, village, session, need, granny, social_worker):
        village.taps(social_worker, f"needto:{need.id}:request")
        request = session.exec(select(Request)).one()
        assert (request.elder_id, request.asked_by_id) == (granny.id, social_worker.id)

    def test_later_or_somebody_else(self, village, session, need, villager, social_worker):
        committee = villager("覃主任", Role.COMMITTEE, telegram_id=1032)
        village.taps(social_worker, f"needmore:{need.id}")
        village.taps(social_worker, f"needwait:{need.id}")
        assert need.due_on.isoformat() == "2026-12-02"
        village.taps(social_worker, f"needhand:{need.id}")
        village.taps(social_worker, f"needhand:{need.id}:{committee.id}")
        assert need.owner_id == committee.id
        assert "想要个收音机" in last_told(village, committee)

    def test_when_there_is_nobody_else_it_says_so(self, village, need, social_worker):
        assert "没有别人" in village.taps(social_worker, f"needhand:{need.id}")

    @pytest.mark.parametrize(
        "role", [Role.VOLUNTEER, Role.COMMITTEE, Role.COOK, Role.EVALUATOR, Role.FAMILY, Role.ELDER]
    )
    def test_nobody_else_sees_or_changes_it(self, village, session, villager, need, granny, role):
        other = villager("别人", role, telegram_id=1041)
        for verb in (
            "needsee",
            "needans",
            "needturn",
            "needmore",
            "needwait",
            "needhand",
            "needtold",
            "needback",
        ):
            village.taps(other, f"{verb}:{need.id}")
        village.taps(other, f"needto:{need.id}:note")
        village.taps(other, f"needout:{need.id}:met")
        assert (need.state, need.becomes, need.due_on.isoformat()) == (NeedState.OPEN, None, "2026-12-09")
        assert "收音机" not in str([row.body for row in sent_to(session, other)])

    @pytest.mark.parametrize(
        "data",
        ["needsee:x", "needsee:", "needans:99999", "needout:{id}:seen", "needto:{id}:nothing", "needhand:{id}:99999",
         "needpage:x:mine", "needpage:0:theirs", "needundo:9", "needsay:9", "needwho:9:0", "needback:x", "needback:９"],
    )  # fmt: skip
    def test_forged_buttons_do_nothing(self, village, need, social_worker, data):
        assert village.taps(social_worker, data.format(id=need.id))
        assert (need.state, need.becomes) == (NeedState.OPEN, None)

    def test_in_the_group_a_button_tells_nothing(self, village, session, need, social_worker):
        village.taps(social_worker, f"needsee:{need.id}", group=True)
        assert "收音机" not in str(village.told_in_group())


def _cards(session):
    from models.cards import Card

    return session.exec(select(Card)).all()


class TestLists:
    def test_the_owner_sees_them_the_nearest_first_and_opens_one(
        self, village, session, granny, neighbour, social_worker, act
    ):
        for elder, words in ((granny, "想要个收音机"), (neighbour, "煤气快没了，想请人换")):
            village.says(social_worker, f"/need {elder.name} {words}")
        lines = village.says(social_worker, "/needs")[0].splitlines()
        assert lines[0] == "您手上有 2 件："
        assert lines[1].startswith("覃叔")
        village.taps(social_worker, village.data_of("李奶奶"))
        assert "看全村的" in str(village.buttons) or village.buttons

    def test_granny_reads_what_she_said_and_what_became_of_it(
        self, village, session, granny, social_worker, act
    ):
        assert "还没说过" in village.says(granny, "/needs")[0]
        village.says(granny, LAMP)
        village.says(granny, "我想学用手机")
        first = session.exec(select(Need).order_by(Need.id)).first()
        needs.answer(session, first.id, needs.NeedOutcome.MET, "", act(social_worker))
        assert village.says(granny, "/needs")[0].splitlines() == [
            "您说过的：",
            "“我想学用手机”，12月9日 周三前给您答复。",
            "您说的“要是村口能装个灯就好了”办好了。",
        ]

    def test_pages_of_six(self, village, session, granny, social_worker):
        for number in range(8):
            village.says(social_worker, f"/need 李奶奶 第 {number} 个心愿")
        village.says(social_worker, "/needs")
        more = village.data_of("更多")
        village.taps(social_worker, more)
        assert village.data_of("李奶奶")

    def test_the_whole_village_is_for_social_workers_and_managers(
        self, village, session, granny, social_worker, manager, villager
    ):
        village.says(granny, LAMP)
        village.taps(manager, "needpage:0:all")
        assert "全村还有 1 件" in str(_last_edit(village, session, manager))
        committee = villager("覃主任", Role.COMMITTEE, telegram_id=1032)
        assert "只给负责的人" in village.taps(committee, "needpage:0:all")

    def test_nothing_to_answer_is_said(self, village, social_worker):
        assert village.says(social_worker, "/needs") == ["没有要答复的事。"]
        assert "私下" in village.says(social_worker, "/needs", group=True)[0]


def _last_edit(village, session, who):
    from models.outbox import OutboxMessage
    from texts import Words

    rows = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == who.telegram_id)).all()
    return [Words(row.language, row.timezone).say(row.body["text"]) for row in rows]


def test_what_is_visited_next_knows_how_many_needs_are_open(session, canteen, granny, act, social_worker):
    from rules.elders import need_lists

    needs.note(session, granny, Said("想要个收音机"), act(social_worker))
    found, count = need_lists.of_elder(session, granny, 0, 6)
    assert (count, found[0].owner) == (1, "陈社工")
    assert found[0].need.noted_at <= datetime(2026, 11, 25, 10, tzinfo=VILLAGE) + timedelta(seconds=1)
