"""What elders say they need is kept in their own words, has an owner and a day, becomes something, and is answered."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from jobs.elders import needs as clock
from jobs.scheduler import due_items, perform
from models.audit import AuditEntry
from models.elders.needs import Need, NeedCategory, NeedKind, NeedOutcome, NeedState
from models.elders.requests import Request, RequestKind, RequestState, Urgency
from models.homes.visits import FollowUp
from models.lunch.menus import MenuWish
from models.members.consents import Purpose
from models.members.people import Consent, Role, Status
from models.members.vault import unsealed
from models.outbox import OutboxMessage
from rules.elders import need_changes, need_lists, need_turns, needs, on_call, requests
from rules.elders.needs import Said
from rules.elders.requests import Wish
from rules.lunch import menus
from rules.members import consents
from rules.values import Refused
from tests.requesting import last_told, sent_to

VILLAGE = ZoneInfo("Asia/Shanghai")
RADIO = "想要个收音机"


@pytest.fixture
def noted(session, act, social_worker):
    """Something an elder said, written down by the social worker."""

    def make(elder, words=RADIO, by=None, **facts):
        return needs.note(session, elder, Said(words, **facts), act(by or social_worker))

    return make


@pytest.fixture
def ticks(session):
    """The clock comes by."""

    def look(now):
        for duty, due in due_items(session, clock.DUTIES, now):
            perform(session, duty, due, now)
        session.flush()

    return look


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=VILLAGE)


class TestNoting:
    def test_her_own_words_an_owner_and_a_day(self, session, canteen, granny, social_worker, act):
        need = needs.note(session, granny, Said(RADIO, NeedCategory.HOME), act(granny))
        assert unsealed(need, "words") == RADIO
        assert (need.owner_id, need.due_on, need.state) == (
            social_worker.id,
            date(2026, 12, 9),
            NeedState.OPEN,
        )
        assert "想要个收音机" in last_told_to(session, social_worker)
        assert RADIO not in str(session.connection().exec_driver_sql("SELECT words FROM need").fetchall())

    def test_what_presses_is_due_in_three_days_and_the_village_may_say_otherwise(
        self, session, canteen, granny, noted
    ):
        assert noted(granny, urgency=Urgency.URGENT).due_on == date(2026, 11, 28)
        canteen.settings = {"need_days": 7, "need_urgent_days": 1}
        session.add(canteen)
        assert noted(granny, "想学认字").due_on == date(2026, 12, 2)

    def test_who_heard_it_answers_it_and_is_not_told_what_they_wrote(
        self, session, granny, noted, social_worker, villager
    ):
        villager("覃社工", Role.SOCIAL_WORKER, telegram_id=1021)
        assert noted(granny).owner_id == social_worker.id
        assert sent_to(session, social_worker) == []

    def test_of_several_social_workers_the_one_with_fewest_and_first_the_one_on_call(
        self, session, granny, noted, social_worker, villager, act
    ):
        other = villager("覃社工", Role.SOCIAL_WORKER, telegram_id=1021)
        noted(granny, "第一件", by=social_worker)
        assert noted(granny, "第二件", by=granny).owner_id == other.id
        on_call.begin(session, social_worker, act(social_worker))
        assert noted(granny, "第三件", by=granny).owner_id == social_worker.id

    def test_without_a_social_worker_the_manager_and_without_anybody_nobody(
        self, session, granny, act, villager
    ):
        assert needs.note(session, granny, Said("第一件"), act(granny)).owner_id is None
        ruling = villager("韦主任", Role.MANAGER, telegram_id=1005)
        assert needs.note(session, granny, Said("第二件"), act(granny)).owner_id == ruling.id

    def test_the_same_said_again_is_the_same_need(self, session, granny, noted):
        assert noted(granny).id == noted(granny, f"  {RADIO} ").id
        assert len(session.exec(select(Need)).all()) == 1

    def test_nothing_is_not_kept(self, granny, noted):
        with pytest.raises(Refused, match=r"needs\.no_words"):
            noted(granny, "  \n ")

    def test_twenty_are_enough(self, granny, noted):
        for number in range(20):
            noted(granny, f"第 {number} 件")
        with pytest.raises(Refused, match=r"needs\.too_many"):
            noted(granny, "再来一件")

    @pytest.mark.parametrize("status", [Status.LEFT, Status.DECEASED])
    def test_of_who_is_gone_nothing_is_noted(self, session, granny, noted, status):
        granny.status = status
        session.add(granny)
        with pytest.raises(Refused, match=r"common\.old_button"):
            noted(granny)

    def test_a_long_speech_is_cut(self, granny, noted):
        assert len(unsealed(noted(granny, "想" * 900), "words")) == needs.LONGEST


def last_told_to(session, who):
    from texts import Words

    row = sent_to(session, who)[-1]
    return Words(row.language, row.timezone).say(row.body["text"])


class TestAnswering:
    def test_granny_hears_what_became_of_it_and_is_asked_again_at_a_visit(
        self, session, granny, social_worker, noted, act, ticks, now
    ):
        need = noted(granny)
        needs.answer(session, need.id, NeedOutcome.MET, "周五给您带来", act(social_worker))
        assert last_told_to(session, granny) == "您说的“想要个收音机”办好了：周五给您带来"
        assert (need.state, need.told_by_id) == (NeedState.CLOSED, None)
        ticks(now + timedelta(minutes=9))
        assert session.exec(select(FollowUp)).all() == []
        ticks(now + timedelta(minutes=10))
        [again] = session.exec(select(FollowUp)).all()
        assert (again.elder_id, again.about) == (granny.id, f"need:{need.id}")
        ticks(now + timedelta(minutes=11))
        assert len(session.exec(select(FollowUp)).all()) == 1

    def test_an_elder_without_a_phone_is_told_face_to_face(
        self, session, neighbour, social_worker, noted, act
    ):
        need = noted(neighbour)
        needs.answer(session, need.id, NeedOutcome.NOT_POSSIBLE, "", act(social_worker))
        assert need.state == NeedState.ANSWERED
        assert last_told_to(session, social_worker) == (
            "下次见到覃叔，请当面说：您说的“想要个收音机”现在办不到，对不住您。"
        )
        needs.told(session, need.id, act(social_worker))
        assert (need.state, need.told_by_id) == (NeedState.CLOSED, social_worker.id)
        with pytest.raises(Refused, match=r"needs\.answered_already"):
            needs.told(session, need.id, act(social_worker))

    def test_what_is_answered_is_not_answered_twice(self, session, granny, social_worker, noted, act):
        need = noted(granny)
        needs.answer(session, need.id, NeedOutcome.MET, "", act(social_worker))
        with pytest.raises(Refused, match=r"needs\.answered_already"):
            needs.answer(session, need.id, NeedOutcome.PARTLY, "", act(social_worker))

    def test_granny_says_that_it_is_not_so(self, session, granny, social_worker, noted, act, now):
        need = noted(granny)
        needs.answer(session, need.id, NeedOutcome.MET, "带来了", act(social_worker))
        later = now + timedelta(days=3)
        needs.reopen(session, need.id, act(granny, now=later))
        assert (need.state, need.outcome, need.due_on) == (NeedState.OPEN, None, date(2026, 12, 12))
        assert unsealed(need, "answer") == ""
        assert "还没解决" in last_told_to(session, social_worker)
        with pytest.raises(Refused, match=r"needs\.open_again_already"):
            needs.reopen(session, need.id, act(granny, now=later))

    def test_a_wrong_answer_is_taken_back_for_ten_minutes_also_from_her_chat(
        self, session, granny, social_worker, noted, act, now
    ):
        need = noted(granny)
        needs.answer(session, need.id, NeedOutcome.NOT_POSSIBLE, "没有钱", act(social_worker))
        with pytest.raises(Refused, match=r"needs\.too_late"):
            need_changes.unanswer(session, need.id, act(social_worker, now=now + timedelta(minutes=11)))
        need_changes.unanswer(session, need.id, act(social_worker, now=now + timedelta(minutes=10)))
        assert (need.state, need.ask_again_at) == (NeedState.OPEN, None)
        assert "没有钱" not in str([row.body for row in sent_to(session, granny)])

    def test_only_who_answered_takes_it_back(self, session, granny, social_worker, manager, noted, act):
        need = noted(granny)
        needs.answer(session, need.id, NeedOutcome.MET, "", act(social_worker))
        with pytest.raises(Refused, match=r"common\.old_button"):
            need_changes.unanswer(session, need.id, act(manager))

    def test_of_who_died_meanwhile_nobody_is_asked_to_tell_them(
        self, session, neighbour, social_worker, noted, act
    ):
        need = noted(neighbour)
        neighbour.status = Status.DECEASED
        session.add(neighbour)
        needs.answer(session, need.id, NeedOutcome.MET, "", act(social_worker))
        assert need.state == NeedState.CLOSED
        assert sent_to(session, social_worker) == []


class TestWhoMay:
    @pytest.mark.parametrize(
        ("role", "category", "may"),
        [
            (Role.SOCIAL_WORKER, NeedCategory.HEALTH, True),
            (Role.MANAGER, NeedCategory.HOME, True),
            (Role.MANAGER, NeedCategory.HEALTH, False),
            (Role.COMMITTEE, NeedCategory.HOME, False),
            (Role.VOLUNTEER, NeedCategory.HOME, False),
            (Role.FAMILY, NeedCategory.HOME, False),
            (Role.COOK, NeedCategory.MEALS, False),
            (Role.EVALUATOR, NeedCategory.OTHER, False),
        ],
    )
    def test_by_role_and_by_what_it_is_about(
        self, session, villager, granny, noted, act, role, category, may
    ):
        need = noted(granny, category=category)
        other = villager("别人", role, telegram_id=1031)
        assert needs.may_answer(session, need, other.id) is may
        if not may:
            with pytest.raises(Refused, match=r"needs\.not_yours"):
                needs.answer(session, need.id, NeedOutcome.MET, "", act(other))

    def test_the_elder_does_not_answer_herself_even_as_a_manager(self, session, granny, noted):
        from rules.members.people import grant

        grant(session, granny.id, Role.MANAGER)
        assert not needs.may_answer(session, noted(granny), granny.id)
        assert not needs.may_answer(session, noted(granny), None)

    def test_a_committee_member_who_was_given_it_answers_until_the_role_is_gone(
        self, session, villager, granny, social_worker, noted, act
    ):
        committee = villager("覃主任", Role.COMMITTEE, telegram_id=1032)
        need = noted(granny, category=NeedCategory.VILLAGE)
        need_changes.hand_to(session, need.id, committee.id, act(social_worker))
        assert "请在12月9日 周三前给个答复" in last_told_to(session, committee)
        needs.answer(session, need.id, NeedOutcome.MET, "", act(committee))
        assert need.state == NeedState.CLOSED

    def test_health_stays_with_social_workers(self, session, villager, granny, social_worker, noted, act):
        committee = villager("覃主任", Role.COMMITTEE, telegram_id=1032)
        need = noted(granny, "膝盖痛得走不动", category=NeedCategory.HEALTH)
        with pytest.raises(Refused, match=r"needs\.health_stays"):
            need_changes.hand_to(session, need.id, committee.id, act(social_worker))

    def test_it_goes_to_nobody_without_a_part_in_it(
        self, session, villager, granny, social_worker, noted, act
    ):
        need = noted(granny)
        for number in (villager("路人", Role.VOLUNTEER).id, 9999):
            with pytest.raises(Refused, match=r"common\.old_button"):
                need_changes.hand_to(session, need.id, number, act(social_worker))

    def test_another_village_is_another_village(self, session, granny, noted, act, now):
        from models.members.people import Canteen
        from rules.audit import Act

        other = Canteen(name="别村", chat_id=-2002, created_at=now)
        session.add(other)
        session.flush()
        need = noted(granny)
        foreign = Act(now, granny.id, other.id)
        for do in (needs.held, needs.told, needs.reopen):
            with pytest.raises(Refused, match=r"common\.old_button"):
                do(session, need.id, foreign)
        with pytest.raises(Refused, match=r"common\.old_button"):
            needs.note(session, granny, Said("一句"), foreign)


class TestBecoming:
    def test_a_request_and_when_it_is_done_she_hears_of_it(
        self, session, granny, social_worker, noted, act, ticks, now
    ):
        need = noted(granny, "灯不亮了", category=NeedCategory.HOME)
        worker = act(social_worker)
        need_turns.become(session, need.id, NeedKind.REQUEST, worker, help_with=RequestKind.REPAIR)
        request = session.get_one(Request, need.request_id)
        assert (request.kind, request.elder_id, unsealed(request, "words")) == (
            "repair",
            granny.id,
            "灯不亮了",
        )
        ticks(now + timedelta(hours=1))
        assert need.state == NeedState.OPEN
        request.state, request.next_at = RequestState.ACCEPTED, None
        session.add(request)
        ticks(now + timedelta(hours=2))
        assert (need.state, need.outcome) == (NeedState.CLOSED, NeedOutcome.MET)
        assert last_told_to(session, granny) == "您说的“灯不亮了”，已经有人帮您办好了。"

    def test_a_request_called_off_is_a_need_again(
        self, session, granny, social_worker, noted, act, ticks, now
    ):
        need = noted(granny)
        need_turns.become(session, need.id, NeedKind.REQUEST, act(social_worker))
        requests.cancel(session, need.request_id, act(social_worker))
        ticks(now + timedelta(minutes=1))
        assert (need.state, need.becomes, need.request_id) == (NeedState.OPEN, None, None)
        assert "又要您答复" in last_told_to(session, social_worker)

    def test_a_wish_for_the_menu_and_when_the_cook_has_seen_it_she_hears_of_it(
        self, session, canteen, granny, social_worker, noted, act, ticks, now
    ):
        need = noted(granny, "想喝点粥", category=NeedCategory.MEALS)
        need_turns.become(session, need.id, NeedKind.MENU_WISH, act(social_worker))
        [wish] = menus.wishes(session, canteen.id)
        assert (wish.text, wish.member_id) == ("想喝点粥", granny.id)
        menus.mark_seen(session, [wish], act())
        ticks(now + timedelta(minutes=1))
        assert "师傅看到了" in last_told_to(session, granny)
        assert (need.state, need.ask_again_at) == (NeedState.CLOSED, None)

    def test_an_issue_stays_open_until_it_is_answered(
        self, session, granny, social_worker, noted, act, ticks, now
    ):
        need = noted(granny, "村口装个灯", category=NeedCategory.VILLAGE)
        need_turns.become(session, need.id, NeedKind.ISSUE, act(social_worker))
        ticks(now + timedelta(minutes=1))
        assert (need.state, need.becomes) == (NeedState.OPEN, NeedKind.ISSUE)
        needs.answer(session, need.id, NeedOutcome.PARTLY, "先装了一盏", act(social_worker))
        assert last_told_to(session, granny) == "您说的“村口装个灯”办了一部分：先装了一盏"

    def test_a_note_is_answered_by_being_noted(self, session, granny, social_worker, noted, act):
        need = noted(granny, "腿脚不如从前了")
        need_turns.become(session, need.id, NeedKind.NOTE, act(social_worker))
        assert (need.state, need.outcome, need.ask_again_at) == (NeedState.CLOSED, NeedOutcome.NOTED, None)
        assert last_told_to(session, granny) == "您说的“腿脚不如从前了”，我们都记下了。"

    @pytest.mark.parametrize("kind", [NeedKind.REQUEST, NeedKind.MENU_WISH, NeedKind.ISSUE])
    def test_a_wrong_tap_is_taken_back(self, session, granny, social_worker, noted, act, kind):
        need = noted(granny)
        need_turns.become(session, need.id, kind, act(social_worker))
        with pytest.raises(Refused, match=r"needs\.turned_already"):
            need_turns.become(session, need.id, kind, act(social_worker))
        need_turns.turn_back(session, need.id, act(social_worker))
        assert (need.becomes, need.request_id, need.wish_id) == (None, None, None)
        assert session.exec(select(MenuWish)).all() == []
        assert {one.state for one in session.exec(select(Request))} <= {RequestState.CANCELLED}
        with pytest.raises(Refused, match=r"needs\.too_late"):
            need_turns.turn_back(session, need.id, act(social_worker))

    @pytest.mark.parametrize("by_worker", [False, True])
    def test_it_never_takes_the_place_of_what_was_asked_for_already(
        self, session, canteen, granny, social_worker, noted, act, by_worker
    ):
        asker = act(social_worker if by_worker else granny)
        lamp = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR, "灯坏了"), asker)
        need = noted(granny, "想把水管修一修")
        need_turns.become(
            session, need.id, NeedKind.REQUEST, act(social_worker), help_with=RequestKind.REPAIR
        )
        assert need.request_id != lamp.id
        need_turns.turn_back(session, need.id, act(social_worker))
        assert (unsealed(lamp, "words"), lamp.state) == ("灯坏了", RequestState.ASKED)

    def test_what_the_cook_has_seen_is_not_taken_back(
        self, session, canteen, granny, social_worker, noted, act
    ):
        need = noted(granny)
        need_turns.become(session, need.id, NeedKind.MENU_WISH, act(social_worker))
        menus.mark_seen(session, menus.wishes(session, canteen.id), act())
        session.flush()
        with pytest.raises(Refused, match=r"needs\.too_late"):
            need_turns.turn_back(session, need.id, act(social_worker))


class TestOnItsWay:
    def test_it_may_take_longer_but_not_for_ever(self, session, granny, social_worker, noted, act):
        need = noted(granny)
        assert need_changes.wait(session, need.id, 7, act(social_worker)).due_on == date(2026, 12, 2)
        with pytest.raises(Refused, match=r"common\.old_button"):
            need_changes.wait(session, need.id, 91, act(social_worker))

    def test_noted_by_mistake_it_was_never_said(self, session, granny, social_worker, noted, act):
        need = noted(granny, by=granny)
        with pytest.raises(Refused, match=r"common\.old_button"):
            need_changes.drop(session, need.id, act(social_worker))
        need_changes.drop(session, need.id, act(granny))
        assert session.exec(select(Need)).all() == []
        assert RADIO not in str([row.body for row in sent_to(session, social_worker)])

    def test_every_change_leaves_a_row_without_words(self, session, granny, social_worker, noted, act):
        need = noted(granny)
        need_turns.become(session, need.id, NeedKind.ISSUE, act(social_worker))
        need_changes.wait(session, need.id, 7, act(social_worker))
        needs.answer(session, need.id, NeedOutcome.MET, "带来了", act(social_worker))
        needs.reopen(session, need.id, act(granny))
        rows = session.exec(
            select(AuditEntry).where(AuditEntry.object == f"need:{need.id}").order_by(col(AuditEntry.id))
        ).all()
        assert [row.action for row in rows] == [
            "needs.noted", "needs.turned", "needs.put_off", "needs.answered", "needs.closed", "needs.reopened", "needs.seen",
        ]  # fmt: skip
        assert {row.subject_id for row in rows} == {granny.id}
        assert RADIO not in str([(row.before, row.after) for row in rows])


class TestDigest:
    def test_every_morning_one_message_to_each_owner_with_what_is_late(
        self, session, granny, neighbour, social_worker, noted, act, ticks
    ):
        noted(granny)
        needs.answer(session, noted(neighbour, "想学写字").id, NeedOutcome.MET, "", act(social_worker))
        before = len(sent_to(session, social_worker))
        ticks(at(26, 8, 29))
        assert len(sent_to(session, social_worker)) == before
        ticks(at(26, 8, 30))
        assert last_told_to(session, social_worker) == (
            "到今天该答复老人的有 1 件：\n覃叔：别的，有答复，等当面告诉（12月9日 周三）"
        )
        ticks(at(26, 9))
        assert len(sent_to(session, social_worker)) == before + 1

    def test_what_is_late_stands_there_with_its_day_and_without_its_words(
        self, session, granny, social_worker, noted, ticks
    ):
        noted(granny, category=NeedCategory.HOME)
        ticks(datetime(2026, 12, 10, 8, 30, tzinfo=VILLAGE))
        assert last_told_to(session, social_worker) == (
            "到今天该答复老人的有 1 件：\n⚠️ 李奶奶：家里，12月9日 周三就该答复了"
        )

    def test_an_owner_who_is_away_is_not_waited_for_and_after_a_week_the_manager_hears(
        self, session, granny, social_worker, manager, villager, noted, ticks
    ):
        other = villager("覃社工", Role.SOCIAL_WORKER, telegram_id=1021)
        noted(granny)
        social_worker.status = Status.AWAY
        session.add(social_worker)
        ticks(datetime(2026, 12, 15, 8, 30, tzinfo=VILLAGE))
        assert "1 件" in last_told_to(session, other)
        assert sent_to(session, manager) == []
        ticks(datetime(2026, 12, 16, 8, 30, tzinfo=VILLAGE))
        assert "拖了一周以上" in last_told_to(session, manager)

    def test_what_is_not_late_is_not_mentioned(self, session, granny, social_worker, noted, ticks):
        noted(granny)
        ticks(at(26, 8, 30))
        assert sent_to(session, social_worker) == []

    def test_however_many_there_are_it_is_asked_in_a_fixed_number_of_statements(
        self, session, canteen, villager, noted
    ):
        for number in range(12):
            noted(villager(f"老人{number}", Role.ELDER))
        found = need_lists.late(session, canteen.id, date(2027, 1, 1))
        assert [len(one) for one in found.values()] == [12]


class TestForgetting:
    def test_three_months_after_the_end_the_words_go_and_the_count_stays(
        self, session, granny, social_worker, noted, act, ticks, now
    ):
        need = noted(granny)
        needs.answer(session, need.id, NeedOutcome.MET, "带来了", act(social_worker))
        ticks(now + timedelta(days=89))
        assert need.words
        ticks(now + timedelta(days=91))
        session.refresh(need)
        assert (need.words, need.answer, need.state) == ("", "", NeedState.CLOSED)
        assert not need_lists.forgets(session, now + timedelta(days=91))

    def test_of_somebody_erased_nothing_is_left_and_nobody_has_to_answer(self, session, granny, noted, now):
        need = noted(granny)
        assert need_lists.kept(session, granny.id)[0]["words"] == RADIO
        need_lists.forget_member(session, granny, now)
        session.refresh(need)
        assert (need.words, need.state) == ("", NeedState.CLOSED)


def test_the_export_leaves_out_what_is_about_health(session, canteen, granny, social_worker, noted, act):
    noted(granny)
    noted(granny, "膝盖痛", category=NeedCategory.HEALTH)
    rows = [row for _, row in need_lists.page(session, canteen, (None, None), 0)]
    assert [row["text"] for row in rows] == [RADIO, ""]
    assert tuple(rows[0]) == need_lists.COLUMNS
    assert rows[0] | {"id": 0} == {
        "id": 0, "day": "2026-11-25", "person": "李奶奶", "noted_by": "陈社工", "category": "other", "urgency": "normal",
        "status": "open", "owner": "陈社工", "due_on": "2026-12-09", "becomes": None, "outcome": None, "text": RADIO,
        "answer": "", "answered_at": None, "visit": None,
    }  # fmt: skip
    assert need_lists.page(session, canteen, (None, None), rows[-1]["id"]) == []
    assert need_lists.page(session, canteen, (date(2026, 11, 26), None), 0) == []
    assert len(need_lists.page(session, canteen, (date(2026, 11, 25), date(2026, 11, 25)), 0)) == 2


def test_nothing_of_it_is_ever_said_in_the_group(
    session, village, canteen, granny, social_worker, noted, act, ticks, now
):
    need = noted(granny)
    need_turns.become(session, need.id, NeedKind.ISSUE, act(social_worker))
    needs.answer(session, need.id, NeedOutcome.MET, "带来了", act(social_worker))
    ticks(now + timedelta(days=40))
    public = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).all()
    assert public == []
    assert last_told(village, granny)


class TestPrivacy:
    def test_who_read_her_words_is_kept_and_shown_to_her(self, session, granny, social_worker, noted):
        from rules.members import readings

        noted(granny, by=granny)
        assert [look.name for look in readings.of(session, granny, 5)] == ["陈社工"]

    def test_about_health_nothing_is_noted_against_her_will_but_what_she_says_herself(
        self, session, granny, neighbour, social_worker, noted, act
    ):
        for elder, who in ((granny, granny), (neighbour, social_worker)):
            consents.record(session, elder.id, {Purpose.HEALTH: False}, Consent.SAID, act(who))
        with pytest.raises(Refused, match=r"consents\.no_health"):
            noted(neighbour, "膝盖痛", category=NeedCategory.HEALTH)
        assert noted(granny, "想要个轮椅", by=granny, category=NeedCategory.HEALTH)
        assert noted(neighbour, RADIO)

    def test_when_she_takes_her_yes_back_the_words_about_health_go(self, session, granny, noted, act):
        kept, gone = noted(granny), noted(granny, "膝盖痛", category=NeedCategory.HEALTH)
        assert consents.has_notes(session, granny)
        consents.record(session, granny.id, {Purpose.HEALTH: False}, Consent.SAID, act(granny))
        session.refresh(gone)
        session.refresh(kept)
        assert (gone.words, unsealed(kept, "words")) == ("", RADIO)
        assert not consents.has_notes(session, granny)
