"""Any sequence of signing up, leaving, offering, taking, exchanging, approving, undoing, calling off, going away and waiting, on both databases.

The machine keeps a little book of its own: who answers for which place. Whatever the order of things, the store says the same:
no shift has too many, none has too few but by an act that says so, two people are never in one place, and each place that is
answered for has exactly one who answers.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session, col, select

from models.members.people import Canteen, Member, Status
from models.volunteers.shifts import (
    OPEN_SWAPS,
    RESPONSIBLE,
    Assignment,
    AssignmentState,
    DutyKind,
    Shift,
    Swap,
    SwapKind,
    SwapState,
)
from rules.audit import Act
from rules.members import statuses
from rules.members.statuses import Changed, Span
from rules.values import Refused
from rules.volunteers import (
    absences,
    assignments,
    places,
    shift_endings,
    shifts,
    swap_answers,
    swap_states,
    swaps,
)
from rules.volunteers.eligibility import Wish
from rules.volunteers.shifts import Plan
from rules.volunteers.swaps import Asking
from tests.stores import WALKS

PEOPLE = 5
COORDINATOR = 5
DAYS = (date(2026, 11, 27), date(2026, 11, 28))
POLICIES = ("open", "both_agree", "coordinator_approves")
who = st.integers(0, PEOPLE - 1)
which = st.integers(0, 3)
some = st.integers(0, 20)
Place = tuple[int, int]


class Roster(RuleBasedStateMachine):
    """Five villagers and a coordinator, four shifts; minutes pass with every step."""

    session: Session
    canteen: Canteen
    people: list[Member]
    began: datetime

    def __init__(self) -> None:
        super().__init__()
        self.whole = self.session.begin_nested()
        self.now = self.began
        self.canteen.settings = {}
        times = ((time(7), time(9), 2), (time(8), time(10), 1))
        duties = (DutyKind.CLEANING, DutyKind.SHOPPING)
        self.shifts: list[Shift] = [
            shifts.make(
                self.session,
                self.canteen,
                Plan(day, starts, ends, duty, needed),
                self.act(self.people[COORDINATOR]),
            )
            for day in DAYS
            for (starts, ends, needed), duty in zip(times, duties, strict=True)
        ]
        self.answers: dict[Place, int] = {}
        self.done: list[tuple[int, dict[str, Any] | None, dict[str, Any]]] = []
        self.off: dict[int, tuple[list[int], dict[Place, int]]] = {}
        self.absent: dict[int, Changed] = {}

    def teardown(self) -> None:
        """Nothing of this roster is kept for the next."""
        self.whole.rollback()
        self.session.expire_all()

    def act(self, member: Member | None = None) -> Act:
        self.now += timedelta(minutes=1)
        return Act(self.now, member.id if member else None, self.canteen.id, int(self.now.timestamp()))

    def attempt(self, step: Callable[[], Any]) -> Any:
        """A unit of work: a refusal leaves nothing behind."""
        unit = self.session.begin_nested()
        try:
            done = step()
        except Refused:
            unit.rollback()
            return None
        unit.commit()
        return done

    def all_places(self) -> list[Assignment]:
        self.session.flush()
        return list(self.session.exec(select(Assignment).order_by(col(Assignment.id))))

    def open_places(self) -> list[Assignment]:
        return [place for place in self.all_places() if place.state in RESPONSIBLE]

    def open_swaps(self) -> list[Swap]:
        found = select(Swap).where(col(Swap.state).in_(OPEN_SWAPS)).order_by(col(Swap.id))
        return list(self.session.exec(found))

    def settle(self) -> None:
        """After an act that may move places: what the store says is what the machine expects from now on."""
        self.answers = {(p.shift_id, p.slot): p.member_id for p in self.open_places()}

    def moved(self, swap: Swap, before: dict[Place, int]) -> None:
        """A swap moved exactly its own places and nothing else."""
        self.settle()
        changed = {place for place in before | self.answers if before.get(place) != self.answers.get(place)}
        place = self.session.get_one(Assignment, swap.assignment_id)
        mine = {(place.shift_id, place.slot)}
        if swap.counter_id is not None:
            counter = self.session.get_one(Assignment, swap.counter_id)
            mine.add((counter.shift_id, counter.slot))
        assert changed == mine
        assert set(before) == set(self.answers), "a swap neither frees nor fills a place"

    @rule(number=who, where=which)
    def signs_up(self, number: int, where: int) -> None:
        member, shift = self.people[number], self.shifts[where]
        wish = Wish(shift, member, despite_overlap=True)
        found = self.attempt(lambda: assignments.sign_up(self.session, self.canteen, wish, self.act(member)))
        if found is not None:
            key = (shift.id, found.place.slot)
            assert key not in self.answers, "nobody is put where somebody is"
            self.answers[key] = member.id
            self.done.append((found.place.id, None, places.seen(found.place)))

    @precondition(lambda self: self.answers)
    @rule(at=some, late=st.booleans())
    def leaves(self, at: int, late: bool) -> None:
        open_ones = self.open_places()
        place = open_ones[at % len(open_ones)]
        member = self.session.get_one(Member, place.member_id)
        found = self.attempt(
            lambda: assignments.leave(self.session, self.canteen, place.id, self.act(member))
        )
        if found is None:
            return
        placed, gone = found
        if gone:
            del self.answers[placed.shift.id, place.slot]
            self.done.append((place.id, placed.before, places.seen(place)))

    @precondition(lambda self: self.done)
    @rule(at=some)
    def thinks_better_of_it(self, at: int) -> None:
        place_id, before, after = self.done.pop(at % len(self.done))
        place = self.session.get_one(Assignment, place_id)
        member = self.session.get_one(Member, place.member_id)
        untouched = places.seen(place) == after
        found = self.attempt(
            lambda: assignments.restore(self.session, place_id, (before, after), self.act(member))
        )
        if found is None:
            return
        assert untouched, "what somebody changed since is not undone"
        self.settle()

    @precondition(lambda self: self.answers)
    @rule(at=some, other=st.one_of(st.none(), who), wanted=st.one_of(st.none(), st.sampled_from(DAYS)))
    def offers(self, at: int, other: int | None, wanted: date | None) -> None:
        open_ones = self.open_places()
        place = open_ones[at % len(open_ones)]
        member = self.session.get_one(Member, place.member_id)
        taker = self.people[other] if other is not None else None
        kind = SwapKind.COVER if taker else SwapKind.EXCHANGE if wanted else SwapKind.GIVE
        asking = Asking(kind, taker, wanted if kind == SwapKind.EXCHANGE else None)
        before = dict(self.answers)
        swap = self.attempt(
            lambda: swaps.offer(self.session, self.canteen, place.id, asking, self.act(member))
        )
        self.after(swap, before)

    @precondition(lambda self: self.answers)
    @rule(at=some, number=who)
    def claims(self, at: int, number: int) -> None:
        open_ones = self.open_places()
        place, member = open_ones[at % len(open_ones)], self.people[number]
        asking = Asking(SwapKind.COVER, member)
        before = dict(self.answers)
        swap = self.attempt(
            lambda: swaps.offer(self.session, self.canteen, place.id, asking, self.act(member))
        )
        self.after(swap, before)

    @precondition(lambda self: len(self.answers) > 1)
    @rule(at=some, other=some)
    def proposes_an_exchange(self, at: int, other: int) -> None:
        open_ones = self.open_places()
        mine, theirs = open_ones[at % len(open_ones)], open_ones[other % len(open_ones)]
        member, taker = (self.session.get_one(Member, p.member_id) for p in (mine, theirs))
        asking = Asking(SwapKind.EXCHANGE, taker, counter_id=theirs.id)
        before = dict(self.answers)
        swap = self.attempt(
            lambda: swaps.offer(self.session, self.canteen, mine.id, asking, self.act(member))
        )
        self.after(swap, before)

    def after(self, swap: Swap | None, before: dict[Place, int]) -> None:
        """An offer moves nothing, unless the village takes one side's word."""
        if swap is not None and swap.state == SwapState.TAKEN:
            self.moved(swap, before)

    @rule(at=some, number=who, with_place=some, fitting=st.booleans())
    def says_yes(self, at: int, number: int, with_place: int, fitting: bool) -> None:
        every = list(self.session.exec(select(Swap).order_by(col(Swap.id))))
        every = (self.open_swaps() or every) if fitting else every
        if not every:
            return
        swap, member = every[at % len(every)], self.people[number]
        if fitting:
            asked = swap_states.answerer_of(swap, self.session.get_one(Assignment, swap.assignment_id))
            member = self.session.get_one(Member, asked) if asked else member
        mine = [place.id for place in self.open_places() if place.member_id == member.id]
        counter_id = mine[with_place % len(mine)] if mine and swap.kind == SwapKind.EXCHANGE else None
        was, before = swap.state, dict(self.answers)
        place = self.session.get_one(Assignment, swap.assignment_id)
        answerer = swap_states.answerer_of(swap, place)
        taken = self.attempt(
            lambda: swaps.take(
                self.session,
                self.canteen,
                swap.id,
                self.act(member),
                counter_id=counter_id,
                despite_overlap=True,
            )
        )
        if taken is None:
            return
        assert was == SwapState.OFFERED, "only what is on offer is taken"
        assert answerer in (None, member.id), "only who was asked may answer"
        self.after(taken, before)

    @rule(
        at=some,
        answer=st.sampled_from(["decline", "withdraw", "approve", "refuse", "undo"]),
        number=st.integers(0, PEOPLE),
    )
    def another_answer(self, at: int, answer: str, number: int) -> None:
        every = list(self.session.exec(select(Swap).order_by(col(Swap.id))))
        if not every:
            return
        swap, member, before = every[at % len(every)], self.people[number], dict(self.answers)
        was, places_before = swap.state, (swap.assignment_id, swap.counter_id)
        step: Callable[..., Any] = getattr(swap_answers, answer)
        arguments = (swap.id,) if answer == "withdraw" else (self.canteen, swap.id)
        done = self.attempt(lambda: step(self.session, *arguments, self.act(member)))
        if done is None:
            return
        if answer == "approve":
            assert (was, number) == (SwapState.AGREED, COORDINATOR)
            self.moved(swap, before)
        elif answer == "undo":
            assert was == SwapState.TAKEN
            self.settle()
            assert set(before) == set(self.answers)
            changed = {key for key in before if before[key] != self.answers[key]}
            assert len(changed) == (2 if places_before[1] else 1)

    @rule(policy=st.sampled_from(POLICIES))
    def the_village_changes_its_mind(self, policy: str) -> None:
        self.canteen.settings = {"swap_policy": policy}

    @rule(hours=st.sampled_from((1, 7, 25)))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for swap in self.open_swaps():
            swap_answers.expire(self.session, swap.id, self.now)
        for shift in self.shifts:
            if shift_endings.finish(self.session, shift.id, self.now):
                self.answers = {key: held for key, held in self.answers.items() if key[0] != shift.id}

    @precondition(lambda self: self.answers)
    @rule(at=some)
    def is_excused(self, at: int) -> None:
        open_ones = self.open_places()
        place = open_ones[at % len(open_ones)]
        boss = self.act(self.people[COORDINATOR])
        found = self.attempt(lambda: assignments.excuse(self.session, self.canteen, place.id, "", boss))
        if found is not None:
            del self.answers[place.shift_id, place.slot]

    @rule(where=which)
    def is_called_off(self, where: int) -> None:
        shift, boss = self.shifts[where], self.act(self.people[COORDINATOR])
        on_it = [place.id for place in shifts.live(self.session, shift.id)]
        held = {key: number for key, number in self.answers.items() if key[0] == shift.id}
        if self.attempt(lambda: shift_endings.call_off(self.session, shift.id, "停电", boss)) is None:
            return
        self.answers = {key: number for key, number in self.answers.items() if key[0] != shift.id}
        self.off[shift.id] = (on_it, held)

    @precondition(lambda self: self.off)
    @rule(at=some)
    def takes_place_after_all(self, at: int) -> None:
        shift_id = sorted(self.off)[at % len(self.off)]
        on_it, held = self.off.pop(shift_id)
        found = shift_endings.freed_by(self.session, [self.session.get_one(Shift, shift_id)])
        assert sorted(found[shift_id]) == sorted(on_it), "who was on it is read from the rows alone"
        boss = self.act(self.people[COORDINATOR])
        if self.attempt(lambda: shift_endings.reopen(self.session, shift_id, on_it, boss)) is not None:
            self.answers |= held

    @rule(number=who, gone=st.booleans())
    def will_not_be_here(self, number: int, gone: bool) -> None:
        member, boss = self.people[number], self.people[COORDINATOR]
        if member.id in self.absent:
            return
        span = Span(Status.LEFT if gone else Status.AWAY, DAYS[0])
        before = dict(self.answers)
        act = self.act(boss)
        changed = self.attempt(lambda: statuses.set_status(self.session, boss, member.id, span, act))
        assert changed is not None
        self.absent[member.id] = changed
        self.settle()
        if not gone:
            assert self.answers == before, "who is away answers for it until somebody takes it"
            self.attempt(lambda: absences.find_others(self.session, self.canteen, member, self.act(boss)))
        lost = {key for key in before if key not in self.answers}
        assert all(before[key] == member.id for key in lost)
        ahead = {shift.id for shift in self.shifts if shift.starts_at > act.now}
        assert not gone or not [
            key for key, number in self.answers.items() if number == member.id and key[0] in ahead
        ]

    @precondition(lambda self: self.absent)
    @rule(at=some)
    def is_here_after_all(self, at: int) -> None:
        member_id = sorted(self.absent)[at % len(self.absent)]
        changed, before = self.absent.pop(member_id), dict(self.answers)
        boss = self.people[COORDINATOR]
        self.attempt(lambda: statuses.undo(self.session, boss, member_id, changed, self.act(boss)))
        self.settle()
        assert before.items() <= self.answers.items(), "nobody else loses anything by it"
        assert {self.answers[key] for key in self.answers.keys() - before.keys()} <= {member_id}

    @invariant()
    def the_store_says_who_answers_as_the_machine_does(self) -> None:
        kept = {(place.shift_id, place.slot): place.member_id for place in self.open_places()}
        assert kept == self.answers

    @invariant()
    def no_shift_has_too_many_and_nobody_is_there_twice(self) -> None:
        for shift in self.shifts:
            on_it = shifts.live(self.session, shift.id)
            assert len(on_it) <= shift.needed
            assert len({place.slot for place in on_it}) == len(on_it)
            assert len({place.member_id for place in on_it}) == len(on_it)
            assert all(1 <= place.slot <= shift.needed for place in on_it)

    @invariant()
    def what_is_on_offer_belongs_to_somebody_who_answers_for_it(self) -> None:
        offered = self.open_swaps()
        assert len({swap.assignment_id for swap in offered}) == len(offered)
        for swap in offered:
            assert self.session.get_one(Assignment, swap.assignment_id).state in RESPONSIBLE
            gives = swap.counter_id is not None or swap.wanted_on is not None
            assert gives or swap.kind != SwapKind.EXCHANGE, "an exchange for nothing can be taken by nobody"

    @invariant()
    def what_was_handed_over_has_one_heir(self) -> None:
        every = self.all_places()
        heirs = [place.from_id for place in every if place.from_id is not None]
        assert len(heirs) == len(set(heirs))
        given = {place.id for place in every if place.state == AssignmentState.HANDED_OVER}
        assert given == set(heirs)


def test_no_sequence_of_swaps_loses_or_doubles_anybody(session, canteen, villager, manager, now, dialect):
    people = [villager(f"人{n}", telegram_id=5000 + n if n % 2 else None) for n in range(PEOPLE)]
    facts = {"session": session, "canteen": canteen, "people": [*people, manager], "began": now}
    run_state_machine_as_test(
        type("Roster", (Roster,), facts),
        settings=settings(
            max_examples=WALKS[dialect],
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )
