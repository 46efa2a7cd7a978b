"""A swap that goes back: whoever was told that it is theirs, or theirs no longer, hears that it is otherwise."""

from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from models.audit import AuditEntry
from models.outbox import OutboxMessage
from models.volunteers.shifts import Swap, SwapKind, SwapState
from rules.values import Refused
from rules.volunteers import rosters, swap_answers, swaps
from rules.volunteers.swaps import Asking
from texts import Words

FRIDAY, SATURDAY = date(2026, 11, 27), date(2026, 11, 28)


@pytest.fixture
def open_village(session, canteen):
    """A village where one side's word is enough."""
    canteen.settings = {"swap_policy": "open"}
    session.add(canteen)
    session.flush()


def told(session, who):
    rows = session.exec(
        select(OutboxMessage).where(OutboxMessage.member_id == who.id).order_by(col(OutboxMessage.id))
    )
    return [Words("zh_CN", "Asia/Shanghai").say(row.body["text"]) for row in rows]


def holders(session, place):
    return [member.name for _, member in rosters.holders(session, [place.shift_id])]


def test_the_coordinator_who_takes_an_approval_back_tells_both(
    session, canteen, act, plan, on, volunteer, uncle, social_worker
):
    canteen.settings = {"swap_policy": "coordinator_approves"}
    place = on(volunteer, plan())
    swap = swaps.offer(session, canteen, place.id, Asking(), act(volunteer))
    swaps.take(session, canteen, swap.id, act(uncle))
    swap_answers.approve(session, canteen, swap.id, act(social_worker))
    swap_answers.undo(session, canteen, swap.id, act(social_worker))
    assert told(session, volunteer)[-1] == "换班撤回了：11月27日 周五 7:30–11:30 打扫还是您来。"
    assert told(session, uncle)[-1] == "换班撤回了：11月27日 周五 7:30–11:30 打扫还是阿军来，您不用来了。"


def test_of_an_exchange_taken_back_both_shifts_are_named(
    session, canteen, act, plan, on, volunteer, uncle, manager
):
    mine, theirs = on(volunteer, plan()), on(uncle, plan(SATURDAY))
    asking = Asking(SwapKind.EXCHANGE, uncle, counter_id=theirs.id)
    swap = swaps.offer(session, canteen, mine.id, asking, act(volunteer))
    swaps.take(session, canteen, swap.id, act(uncle))
    swap_answers.undo(session, canteen, swap.id, act(volunteer))
    assert told(session, uncle)[-1] == (
        "换班撤回了：11月27日 周五 7:30–11:30 打扫还是阿军来，您不用来了。"
        "11月28日 周六 7:30–11:30 打扫 还是您的。"
    )
    assert told(session, manager)[-1].endswith("11月28日 周六 7:30–11:30 打扫 还是覃叔来。")
    assert (holders(session, mine), holders(session, theirs)) == (["阿军"], ["覃叔"])


def test_who_was_given_a_shift_unasked_gives_it_back_by_one_tap(
    session, village, open_village, plan, on, volunteer, uncle
):
    place = on(volunteer, plan())
    village.says(volunteer, "让覃叔替我周五的班")
    assert holders(session, place) == ["覃叔"]
    village.taps(uncle, village.data_of_told(uncle, "还回去"))
    assert holders(session, place) == ["阿军"]
    assert told(session, volunteer)[-1].startswith("覃叔又来不了了：11月27日 周五")


def test_whose_shift_was_taken_unasked_may_keep_it(
    session, village, open_village, plan, on, volunteer, uncle
):
    place = on(volunteer, plan())
    village.says(uncle, "阿军周五的班我来")
    assert holders(session, place) == ["覃叔"]
    village.taps(volunteer, village.data_of_told(volunteer, "还回去"))
    assert holders(session, place) == ["阿军"]
    assert told(session, uncle)[-1].endswith("还是阿军来，您不用来了。")


def test_who_took_it_back_themselves_is_not_told_of_it(
    session, canteen, act, open_village, plan, on, volunteer, uncle
):
    place = on(volunteer, plan())
    swap = swaps.offer(session, canteen, place.id, Asking(SwapKind.COVER, uncle), act(volunteer))
    before = len(told(session, volunteer))
    swap_answers.undo(session, canteen, swap.id, act(volunteer))
    assert len(told(session, volunteer)) == before
    assert "您不用来了" in told(session, uncle)[-1]


def test_a_day_later_what_was_not_refused_stands(session, village, open_village, plan, on, volunteer, uncle):
    place = on(volunteer, plan())
    village.says(volunteer, "让覃叔替我周五的班")
    village.now += timedelta(hours=25)
    assert "还不回去了" in village.taps(uncle, village.data_of_told(uncle, "还回去"))
    assert holders(session, place) == ["覃叔"]


def test_who_said_yes_to_a_question_is_not_offered_to_give_back(session, village, plan, on, volunteer, uncle):
    on(volunteer, plan())
    village.says(volunteer, "让覃叔替我周五的班")
    village.taps(uncle, village.data_of_told(uncle, "好，可以"))
    rows = session.exec(select(OutboxMessage).where(OutboxMessage.member_id == volunteer.id)).all()
    assert not [row for row in rows if "swapback" in str(row.body.get("buttons"))]


@pytest.mark.parametrize("policy", ["open", "both_agree"])
def test_a_stranger_gives_nothing_back(
    session, canteen, act, village, plan, on, volunteer, uncle, granny, policy
):
    canteen.settings = {"swap_policy": policy}
    place = on(volunteer, plan())
    swap = swaps.offer(session, canteen, place.id, Asking(), act(volunteer))
    swaps.take(session, canteen, swap.id, act(uncle))
    village.taps(granny, f"swapback:{swap.id}")
    assert holders(session, place) == ["覃叔"]
    if policy == "both_agree":
        with pytest.raises(Refused, match=r"shifts\.only_coordinator"):
            swap_answers.undo(session, canteen, swap.id, act(granny))


def test_the_second_coordinator_who_approves_hears_that_it_is_done(
    session, canteen, act, plan, on, volunteer, uncle, social_worker, manager
):
    canteen.settings = {"swap_policy": "coordinator_approves"}
    swap = swaps.offer(session, canteen, on(volunteer, plan()).id, Asking(), act(volunteer))
    swaps.take(session, canteen, swap.id, act(uncle))
    swap_answers.approve(session, canteen, swap.id, act(social_worker))
    for answer in (swap_answers.approve, swap_answers.refuse):
        with pytest.raises(Refused, match=r"swaps\.approved_already"):
            answer(session, canteen, swap.id, act(manager))
    assert session.exec(select(Swap.state)).one() == SwapState.TAKEN


def test_every_step_of_an_approved_swap_is_in_the_audit(
    session, canteen, act, plan, on, volunteer, uncle, social_worker
):
    canteen.settings = {"swap_policy": "coordinator_approves"}
    swap = swaps.offer(session, canteen, on(volunteer, plan()).id, Asking(), act(volunteer))
    swaps.take(session, canteen, swap.id, act(uncle))
    swap_answers.approve(session, canteen, swap.id, act(social_worker))
    swap_answers.undo(session, canteen, swap.id, act(social_worker))
    about = select(AuditEntry).where(AuditEntry.object == f"swap:{swap.id}").order_by(col(AuditEntry.id))
    entries = session.exec(about).all()
    assert [(entry.action, entry.actor_id) for entry in entries] == [
        ("swaps.offered", volunteer.id),
        ("swaps.agreed", uncle.id),
        ("swaps.approved", social_worker.id),
        ("swaps.undone", social_worker.id),
    ]
    assert [entry.after["state"] for entry in entries] == ["offered", "agreed", "taken", "offered"]
