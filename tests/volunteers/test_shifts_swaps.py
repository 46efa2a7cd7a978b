"""Swaps one by one: what is stale, doubled or meant for others moves nothing; two who tap at once are one taker."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlmodel import col, select

from models.audit import AuditEntry
from models.cooks.certificates import Certificate, CertificateKind
from models.members.people import Canteen, Member, Role, Status, StatusChange
from models.volunteers.shifts import (
    Assignment,
    AssignmentState,
    DutyKind,
    Shift,
    Swap,
    SwapKind,
    SwapState,
)
from rules.audit import Act
from rules.values import Refused
from rules.volunteers import assignments, rosters, shift_endings, shifts, swap_answers, swap_posts, swaps
from rules.volunteers.eligibility import Overlaps, Wish
from rules.volunteers.shifts import Plan
from rules.volunteers.swaps import Asking

FRIDAY, SATURDAY = date(2026, 11, 27), date(2026, 11, 28)


@pytest.fixture
def offered(session, canteen, act, plan, on, volunteer):
    """阿军 offers Friday morning to everybody."""
    place = on(volunteer, plan())
    return swaps.offer(session, canteen, place.id, Asking(), act(volunteer))


def holder(session, swap):
    place = session.get_one(Assignment, swap.assignment_id)
    return [member.name for _, member in rosters.holders(session, [place.shift_id])]


def test_until_it_is_taken_the_asker_is_expected(session, offered):
    assert holder(session, offered) == ["阿军"]


def test_taking_moves_the_place_and_leaves_its_trace(session, canteen, act, offered, uncle):
    swaps.take(session, canteen, offered.id, act(uncle))
    assert holder(session, offered) == ["覃叔"]
    old, new = session.exec(select(Assignment).order_by(col(Assignment.id))).all()
    assert (old.state, new.from_id, new.slot) == (AssignmentState.HANDED_OVER, old.id, old.slot)
    actions = [entry.action for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))]
    assert actions[-3:] == ["swaps.taken", "shifts.handed_over", "shifts.signed_up"]


@pytest.mark.parametrize("answer", ["withdraw", "expire"])
def test_what_is_over_is_not_taken(session, canteen, act, offered, volunteer, uncle, answer):
    if answer == "withdraw":
        swap_answers.withdraw(session, offered.id, act(volunteer))
    else:
        assert swap_answers.expire(session, offered.id, offered.expires_at)
    with pytest.raises(Refused, match=r"swaps\.over"):
        swaps.take(session, canteen, offered.id, act(uncle))
    assert holder(session, offered) == ["阿军"]


def test_an_offer_whose_time_is_up_is_not_taken_before_the_clock_has_said_so(
    session, canteen, act, offered, uncle
):
    with pytest.raises(Refused, match=r"swaps\.over"):
        swaps.take(session, canteen, offered.id, act(uncle, now=offered.expires_at))


def test_an_offer_of_somebody_who_was_excused_meanwhile_is_over(
    session, canteen, act, offered, uncle, social_worker
):
    assignments.excuse(session, canteen, offered.assignment_id, "", act(social_worker))
    with pytest.raises(Refused, match=r"swaps\.over"):
        swaps.take(session, canteen, offered.id, act(uncle))


def test_an_offer_of_a_shift_that_was_called_off_is_over(session, canteen, act, offered, uncle, manager):
    shift = session.exec(select(Shift)).one()
    shift_endings.call_off(session, shift.id, "停电", act(manager))
    with pytest.raises(Refused, match=r"swaps\.over"):
        swaps.take(session, canteen, offered.id, act(uncle))
    assert swap_posts.swap_post(session, offered.id, act().now).text.key == "swaps.post_over"


def test_other_offers_about_the_same_place_end_with_the_swap(
    session, canteen, act, plan, on, volunteer, uncle, granny
):
    friday, saturday = on(volunteer, plan()), on(uncle, plan(day=SATURDAY))
    proposal = swaps.offer(
        session, canteen, saturday.id, Asking(SwapKind.EXCHANGE, volunteer, counter_id=friday.id), act(uncle)
    )
    given = swaps.offer(session, canteen, friday.id, Asking(), act(volunteer))
    swaps.take(session, canteen, given.id, act(granny))
    assert proposal.state == SwapState.WITHDRAWN
    with pytest.raises(Refused, match=r"swaps\.(over|nothing_to_give)"):
        swaps.take(session, canteen, proposal.id, act(volunteer))


def test_asked_twice_for_the_same_it_is_one_offer(session, canteen, act, offered, volunteer):
    again = swaps.offer(session, canteen, offered.assignment_id, Asking(), act(volunteer))
    assert again.id == offered.id


def test_asked_for_something_else_the_older_offer_ends(session, canteen, act, offered, volunteer, uncle):
    other = swaps.offer(
        session, canteen, offered.assignment_id, Asking(SwapKind.COVER, uncle), act(volunteer)
    )
    assert (offered.state, other.state) == (SwapState.WITHDRAWN, SwapState.OFFERED)


def test_an_offer_that_lapsed_is_made_anew(session, canteen, act, offered, volunteer):
    later = act(volunteer, now=offered.expires_at + timedelta(minutes=1))
    again = swaps.offer(session, canteen, offered.assignment_id, Asking(), later)
    assert again.id != offered.id
    assert again.state == SwapState.OFFERED


def test_nobody_claims_what_is_already_being_asked_about(session, canteen, act, offered, uncle):
    with pytest.raises(Refused, match=r"swaps\.asked_otherwise"):
        swaps.offer(session, canteen, offered.assignment_id, Asking(SwapKind.COVER, uncle), act(uncle))
    assert offered.state == SwapState.OFFERED


def test_nobody_offers_anothers_place(session, canteen, act, plan, on, volunteer, uncle):
    place = on(volunteer, plan())
    with pytest.raises(Refused, match=r"shifts\.only_coordinator"):
        swaps.offer(session, canteen, place.id, Asking(), act(uncle))


def test_a_shift_that_has_begun_is_not_offered(session, canteen, act, plan, on, volunteer):
    shift = plan()
    place = on(volunteer, shift)
    with pytest.raises(Refused, match=r"swaps\.has_begun"):
        swaps.offer(session, canteen, place.id, Asking(), act(volunteer, now=shift.starts_at))


def test_nobody_is_asked_to_cover_themselves(session, canteen, act, plan, on, volunteer):
    place = on(volunteer, plan())
    with pytest.raises(Refused, match=r"swaps\.your_own"):
        swaps.offer(session, canteen, place.id, Asking(SwapKind.COVER, volunteer), act(volunteer))


@pytest.mark.parametrize("status", [Status.AWAY, Status.IN_HOSPITAL])
def test_who_is_away_that_day_takes_no_shift(session, canteen, act, offered, uncle, now, status):
    session.add(StatusChange(member_id=uncle.id, starts_on=FRIDAY, status=status, set_at=now))
    with pytest.raises(Refused, match=r"shifts\.not_active"):
        swaps.take(session, canteen, offered.id, act(uncle))
    assert holder(session, offered) == ["阿军"]


def test_a_cooks_shift_goes_only_to_one_with_a_certificate_that_holds(
    session, canteen, act, plan, on, cook, villager, now
):
    place = on(cook, plan(duty=DutyKind.COOK))
    other = villager("李姐", Role.COOK, telegram_id=1010)
    session.add(
        Certificate(
            member_id=other.id, kind=CertificateKind.HEALTH, valid_until=date(2026, 11, 26), set_at=now
        )
    )
    session.flush()
    swap = swaps.offer(session, canteen, place.id, Asking(), act(cook))
    with pytest.raises(Refused, match=r"certificates\.expired"):
        swaps.take(session, canteen, swap.id, act(other))


def test_two_duties_at_once_are_asked_before_a_shift_is_taken(
    session, canteen, act, plan, on, offered, uncle
):
    on(uncle, plan(duty=DutyKind.SHOPPING))
    with pytest.raises(Overlaps):
        swaps.take(session, canteen, offered.id, act(uncle))
    swaps.take(session, canteen, offered.id, act(uncle), despite_overlap=True)
    assert holder(session, offered) == ["覃叔"]


def test_an_exchange_needs_something_in_return_on_the_day_wanted(
    session, canteen, act, plan, on, volunteer, uncle
):
    friday, sunday = on(volunteer, plan()), on(uncle, plan(day=date(2026, 11, 29)))
    swap = swaps.offer(
        session, canteen, friday.id, Asking(SwapKind.EXCHANGE, wanted_on=SATURDAY), act(volunteer)
    )
    for counter in (None, sunday.id, friday.id, 999):
        with pytest.raises(Refused, match=r"swaps\.nothing_to_give"):
            swaps.take(session, canteen, swap.id, act(uncle), counter_id=counter)
    assert holder(session, swap) == ["阿军"]


def test_an_exchange_within_one_shift_makes_no_sense(session, canteen, act, plan, on, volunteer, uncle):
    shift = plan(needed=2)
    first, second = on(volunteer, shift), on(uncle, shift)
    swap = swaps.offer(
        session, canteen, first.id, Asking(SwapKind.EXCHANGE, uncle, counter_id=second.id), act(volunteer)
    )
    with pytest.raises(Refused, match=r"already_on_it|nothing_to_give"):
        swaps.take(session, canteen, swap.id, act(uncle))


def test_an_exchange_moves_both_or_none(session, canteen, act, plan, on, volunteer, uncle, now):
    friday, saturday = on(volunteer, plan()), on(uncle, plan(day=SATURDAY))
    swap = swaps.offer(
        session, canteen, friday.id, Asking(SwapKind.EXCHANGE, uncle, counter_id=saturday.id), act(volunteer)
    )
    session.add(StatusChange(member_id=volunteer.id, starts_on=SATURDAY, status=Status.AWAY, set_at=now))
    session.flush()
    with pytest.raises(Refused, match=r"shifts\.not_active"):
        swaps.take(session, canteen, swap.id, act(uncle))
    assert (friday.state, saturday.state) == (AssignmentState.ASSIGNED, AssignmentState.ASSIGNED)


def test_an_exchange_is_undone_as_one(session, canteen, act, plan, on, volunteer, uncle):
    friday, saturday = on(volunteer, plan()), on(uncle, plan(day=SATURDAY))
    swap = swaps.offer(
        session, canteen, friday.id, Asking(SwapKind.EXCHANGE, uncle, counter_id=saturday.id), act(volunteer)
    )
    swaps.take(session, canteen, swap.id, act(uncle))
    swap_answers.undo(session, canteen, swap.id, act(uncle))
    names = [rosters.holders(session, [place.shift_id])[0][1].name for place in (friday, saturday)]
    assert names == ["阿军", "覃叔"]


def test_what_went_on_to_a_third_is_not_undone(session, canteen, act, offered, uncle, granny):
    swaps.take(session, canteen, offered.id, act(uncle))
    mine = rosters.mine(session, uncle.id, FRIDAY)[0][0]
    onward = swaps.offer(session, canteen, mine.id, Asking(), act(uncle))
    swaps.take(session, canteen, onward.id, act(granny))
    with pytest.raises(Refused, match=r"shifts\.changed_since"):
        swap_answers.undo(session, canteen, offered.id, act(uncle))
    assert holder(session, offered) == ["李奶奶"]


def test_nobody_undoes_anothers_swap(session, canteen, act, offered, uncle, granny):
    swaps.take(session, canteen, offered.id, act(uncle))
    with pytest.raises(Refused, match=r"shifts\.only_coordinator"):
        swap_answers.undo(session, canteen, offered.id, act(granny))


def test_where_the_coordinator_approves_nothing_moves_before(
    session, canteen, act, offered, uncle, granny, social_worker
):
    offered.policy = "coordinator_approves"
    swaps.take(session, canteen, offered.id, act(uncle))
    assert (offered.state, holder(session, offered)) == (SwapState.AGREED, ["阿军"])
    with pytest.raises(Refused, match=r"swaps\.waits_for_coordinator"):
        swaps.take(session, canteen, offered.id, act(granny))
    with pytest.raises(Refused, match=r"shifts\.only_coordinator"):
        swap_answers.approve(session, canteen, offered.id, act(uncle))
    swap_answers.approve(session, canteen, offered.id, act(social_worker))
    assert (offered.state, holder(session, offered)) == (SwapState.TAKEN, ["覃叔"])
    with pytest.raises(Refused, match=r"swaps\.approved_already"):
        swap_answers.approve(session, canteen, offered.id, act(social_worker))


def test_an_approval_that_never_came_lapses_and_all_three_know(
    session, canteen, village, act, offered, volunteer, uncle, social_worker
):
    offered.policy = "coordinator_approves"
    swaps.take(session, canteen, offered.id, act(uncle))
    assert swap_answers.expire(session, offered.id, offered.expires_at)
    assert holder(session, offered) == ["阿军"]
    assert village.told(volunteer)[-1].startswith("到时间了还没换成")
    assert village.told(uncle)[-1].startswith("11月27日 周五 7:30–11:30 打扫没换成，还是阿军来")
    assert village.told(social_worker)[-1].startswith("阿军的班没人接")


def test_the_coordinators_own_tap_is_approval_enough(session, canteen, act, offered, social_worker):
    offered.policy = "coordinator_approves"
    swaps.take(session, canteen, offered.id, act(social_worker))
    assert (offered.state, holder(session, offered)) == (SwapState.TAKEN, ["陈社工"])


def test_who_has_no_phone_is_asked_through_the_coordinator(
    session, canteen, village, act, plan, on, volunteer, neighbour, social_worker
):
    place = on(volunteer, plan())
    swaps.offer(session, canteen, place.id, Asking(SwapKind.COVER, neighbour), act(volunteer))
    assert village.told(social_worker)[-1].startswith(
        "覃叔没有手机，请问覃叔一声，再替覃叔点一下：阿军想请您替班"
    )


def test_without_a_group_the_coordinator_is_asked(
    session, canteen, village, act, plan, on, volunteer, social_worker
):
    canteen.chat_id = None
    swaps.offer(session, canteen, on(volunteer, plan()).id, Asking(), act(volunteer))
    assert village.told(social_worker)[-1] == "阿军来不了：11月27日 周五 7:30–11:30 打扫。谁能替一下？"


def test_at_night_the_group_is_not_woken(session, canteen, act, plan, on, volunteer):
    from models.outbox import OutboxMessage

    night = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)
    swaps.offer(session, canteen, on(volunteer, plan()).id, Asking(), act(volunteer, now=night))
    row = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).one()
    assert row.due_at == datetime(2026, 11, 25, 22, 30, tzinfo=UTC)


# --- two at once

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


@pytest.fixture
def race(store):
    """An offer and twelve who tap at once; answers the canteen, the offer and the tappers."""

    def begin(session):
        canteen = Canteen(name="鼓楼食堂", chat_id=-1001, created_at=NOW)
        session.add(canteen)
        session.flush()
        people = [
            Member(
                canteen_id=canteen.id, name=f"村民{n}", telegram_id=7000 + n, joined_at=NOW, approved_at=NOW
            )
            for n in range(13)
        ]
        session.add_all(people)
        session.flush()
        boss = Act(NOW, None, canteen.id)
        shift = shifts.make(session, canteen, Plan(FRIDAY, time(8), time(11), DutyKind.CLEANING, 1), boss)
        place = assignments.put(session, canteen, Wish(shift, people[0]), boss).place
        swap = swaps.offer(session, canteen, place.id, Asking(), Act(NOW, people[0].id, canteen.id))
        return canteen.id, shift.id, swap.id, [person.id for person in people[1:]]

    return store.write_now(begin)


def tap(store, unit):
    try:
        return store.write_now(unit)
    except Refused as refused:
        return refused.key


def test_of_twelve_who_tap_at_once_one_gets_it_and_eleven_a_kind_word(store, race):
    canteen_id, shift_id, swap_id, people = race

    def unit(person_id):
        def take(session):
            canteen = session.get_one(Canteen, canteen_id)
            swaps.take(session, canteen, swap_id, Act(NOW, person_id, canteen_id))
            return "taken"

        return take

    with ThreadPoolExecutor(12) as threads:
        said = list(threads.map(lambda person_id: tap(store, unit(person_id)), people))
    assert sorted(said) == ["swaps.already_taken"] * 11 + ["taken"]

    def kept(session):
        places = session.exec(select(Assignment).where(Assignment.shift_id == shift_id)).all()
        return sorted(place.state for place in places), session.get_one(Swap, swap_id).state

    states, swap = store.read_now(kept)
    assert (states, swap) == (["assigned", "handed_over"], SwapState.TAKEN)


def test_of_twelve_who_sign_up_at_once_for_two_places_two_are_on_it(store, race):
    canteen_id, _, _, people = race

    def begin(session):
        canteen = session.get_one(Canteen, canteen_id)
        plan = Plan(SATURDAY, time(8), time(11), DutyKind.CLEANING, 2)
        return shifts.make(session, canteen, plan, Act(NOW, None, canteen_id)).id

    shift_id = store.write_now(begin)

    def unit(person_id):
        def join(session):
            canteen, member = session.get_one(Canteen, canteen_id), session.get_one(Member, person_id)
            wish = Wish(session.get_one(Shift, shift_id), member)
            assignments.sign_up(session, canteen, wish, Act(NOW, person_id, canteen_id))
            return "on"

        return join

    with ThreadPoolExecutor(12) as threads:
        said = list(threads.map(lambda person_id: tap(store, unit(person_id)), people))
    assert sorted(said) == ["on"] * 2 + ["shifts.full"] * 10


def test_one_person_who_takes_two_overlapping_shifts_at_once_gets_one(store, race):
    """Each tap alone would be right; only the person's own row, held, keeps them apart."""
    canteen_id, _, _, people = race

    def begin(session):
        canteen = session.get_one(Canteen, canteen_id)
        duties = (DutyKind.DRIVING, DutyKind.CLEANING)
        return [
            shifts.make(
                session, canteen, Plan(SATURDAY, time(8), time(11), duty, 1), Act(NOW, None, canteen_id)
            ).id
            for duty in duties
        ]

    shift_ids = store.write_now(begin)

    def unit(shift_id):
        def join(session):
            canteen, member = session.get_one(Canteen, canteen_id), session.get_one(Member, people[0])
            wish = Wish(session.get_one(Shift, shift_id), member)
            assignments.sign_up(session, canteen, wish, Act(NOW, member.id, canteen_id))
            return "on"

        return join

    with ThreadPoolExecutor(2) as threads:
        said = list(threads.map(lambda shift_id: tap(store, unit(shift_id)), shift_ids))
    assert sorted(said) == ["on", "shifts.overlaps"]


def test_only_who_was_asked_says_no(session, canteen, act, plan, on, volunteer, uncle, granny):
    place = on(volunteer, plan())
    swap = swaps.offer(session, canteen, place.id, Asking(SwapKind.COVER, uncle), act(volunteer))
    with pytest.raises(Refused, match=r"swaps\.not_for_you"):
        swap_answers.decline(session, canteen, swap.id, act(granny))
    swap_answers.decline(session, canteen, swap.id, act(uncle))
    with pytest.raises(Refused, match=r"swaps\.over"):
        swap_answers.decline(session, canteen, swap.id, act(uncle))


def test_an_offer_to_everybody_is_declined_by_nobody(session, canteen, act, offered, uncle):
    with pytest.raises(Refused, match=r"swaps\.not_for_you"):
        swap_answers.decline(session, canteen, offered.id, act(uncle))


def test_a_neighbours_no_to_a_claim_is_told_to_the_one_who_offered_help(
    session, canteen, village, act, plan, on, volunteer, uncle
):
    place = on(volunteer, plan())
    swap = swaps.offer(session, canteen, place.id, Asking(SwapKind.COVER, uncle), act(uncle))
    swap_answers.decline(session, canteen, swap.id, act(volunteer))
    assert village.told(uncle)[-1] == "11月27日 周五 7:30–11:30 打扫没换成，还是阿军来。谢谢您！"


def test_a_claim_nobody_answered_lapses_and_both_know(
    session, canteen, village, act, plan, on, volunteer, uncle
):
    place = on(volunteer, plan())
    swap = swaps.offer(session, canteen, place.id, Asking(SwapKind.COVER, uncle), act(uncle))
    assert not swap_answers.expire(session, swap.id, swap.expires_at - timedelta(seconds=1))
    assert swap_answers.expire(session, swap.id, swap.expires_at)
    assert village.told(volunteer)[-1].startswith("到时间了还没换成")
    assert village.told(uncle)[-1].startswith("11月27日 周五 7:30–11:30 打扫没换成")


def test_only_who_asked_or_the_coordinator_takes_an_offer_back(
    session, canteen, act, offered, uncle, social_worker
):
    with pytest.raises(Refused, match=r"shifts\.only_coordinator"):
        swap_answers.withdraw(session, offered.id, act(uncle))
    swap_answers.withdraw(session, offered.id, act(social_worker))
    with pytest.raises(Refused, match=r"swaps\.over"):
        swap_answers.withdraw(session, offered.id, act(social_worker))


def test_what_nobody_agreed_to_is_neither_approved_nor_refused(session, canteen, act, offered, social_worker):
    for answer in (swap_answers.approve, swap_answers.refuse):
        with pytest.raises(Refused, match=r"swaps\.over"):
            answer(session, canteen, offered.id, act(social_worker))


def test_an_offer_that_was_never_taken_is_not_undone(session, canteen, act, offered, social_worker):
    with pytest.raises(Refused, match=r"shifts\.changed_since"):
        swap_answers.undo(session, canteen, offered.id, act(social_worker))


def test_an_approval_comes_too_late_for_who_was_excused(session, canteen, act, offered, uncle, social_worker):
    offered.policy = "coordinator_approves"
    swaps.take(session, canteen, offered.id, act(uncle))
    place = session.get_one(Assignment, offered.assignment_id)
    place.state = AssignmentState.EXCUSED
    with pytest.raises(Refused, match=r"swaps\.over"):
        swap_answers.approve(session, canteen, offered.id, act(social_worker))


def test_a_place_nobody_holds_any_more_is_not_confirmed_nor_left(
    session, canteen, act, plan, on, volunteer, social_worker
):
    shift = plan()
    place = on(volunteer, shift)
    with pytest.raises(Refused, match=r"shifts\.over"):
        assignments.confirm(session, place.id, act(volunteer, now=shift.ends_at))
    assignments.excuse(session, canteen, place.id, "", act(social_worker))
    with pytest.raises(Refused, match=r"shifts\.not_yours_now"):
        assignments.leave(session, canteen, place.id, act(volunteer))
