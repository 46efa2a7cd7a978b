"""Any sequence of bookings, changes, cancellations, offers, undoing and closing, on both databases.

The machine keeps a little book of its own: what each villager was told last. Whatever the order of things, the store says the same,
the kitchen never has more eaters than chairs, and nobody is passed in the line.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session, col, select

from models.lunch.meals import Booking, BookingState, Meal, OfferState, SeatOffer, Sitting
from models.members.people import Canteen, Member
from rules.audit import Act
from rules.lunch import bookings, meals, rolls, waitlist
from rules.lunch.bookings import Order
from rules.lunch.counts import count
from rules.lunch.rolls import Kept
from rules.values import Refused
from tests.stores import WALKS

TOMORROW = date(2026, 11, 26)
PEOPLE = 6
SEATS = 5
eaters = st.integers(0, PEOPLE - 1)
GONE = (BookingState.CANCELLED, BookingState.CANCELLED_LATE)


class Lunch(RuleBasedStateMachine):
    """Six villagers, five chairs, one lunch; minutes pass with every step."""

    session: Session
    canteen: Canteen
    people: list[Member]
    began: datetime

    def __init__(self) -> None:
        super().__init__()
        self.whole = self.session.begin_nested()
        self.now = self.began
        self.meal: Meal = meals.meal_on(self.session, self.canteen, TOMORROW, Sitting.LUNCH)
        self.told: dict[int, tuple[BookingState, int]] = {}
        self.acts: list[tuple[Booking, dict[str, Any] | None, dict[str, Any]]] = []

    def teardown(self) -> None:
        """Nothing of this lunch is kept for the next."""
        self.whole.rollback()
        self.session.expire_all()

    def act(self, eater: Member | None = None) -> Act:
        self.now += timedelta(minutes=1)
        return Act(self.now, eater.id if eater else None, self.canteen.id)

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

    def keep(self, kept: Kept | None) -> None:
        if kept is None:
            return
        after = rolls.seen(kept.booking)
        assert after is not None
        self.told[kept.booking.eater_id] = (kept.booking.state, kept.booking.portions)
        if after != kept.before:
            self.acts.append((kept.booking, kept.before, after))

    @initialize(wanted=st.lists(st.integers(1, 4), min_size=4, max_size=PEOPLE))
    def the_morning_rush(self, wanted: list[int]) -> None:
        for who, portions in enumerate(wanted):
            self.says_how_many(who, portions)

    @rule(who=eaters, portions=st.integers(1, 4))
    def says_how_many(self, who: int, portions: int) -> None:
        eater = self.people[who]
        order = Order(TOMORROW, Sitting.LUNCH, portions)
        self.keep(
            self.attempt(lambda: bookings.book(self.session, self.canteen, eater, order, self.act(eater)))
        )

    @rule(who=eaters)
    def cancels(self, who: int) -> None:
        eater = self.people[who]
        mine = rolls.booking_of(self.session, self.meal.id, eater.id)
        if mine is not None:
            self.keep(self.attempt(lambda: bookings.cancel(self.session, mine.id, self.act(eater))))

    @precondition(lambda self: self.acts)
    @rule(back=st.integers(0, 3))
    def thinks_better_of_it(self, back: int) -> None:
        mine, before, after = self.acts.pop(max(len(self.acts) - 1 - back, 0))
        untouched = rolls.seen(mine) == after
        eater = self.session.get_one(Member, mine.eater_id)
        undone = self.attempt(
            partial(bookings.restore, self.session, mine.id, before, after, self.act(eater))
        )
        if undone is None:
            return
        assert untouched, "what somebody changed since is not undone"
        self.told[eater.id] = (mine.state, mine.portions)
        was = BookingState(before["state"]) if before else BookingState.CANCELLED
        assert mine.state == was or {mine.state, was} <= set(GONE)
        if before and was not in GONE:
            assert mine.portions == before["portions"]

    @rule(who=eaters, take=st.booleans())
    def answers_the_offer(self, who: int, take: bool) -> None:
        eater = self.people[who]
        for offer in self.offers():
            mine = self.session.get_one(Booking, offer.booking_id)
            answer = partial(waitlist.answer, self.session, offer.id, self.act(eater), take=take)
            done = self.attempt(answer)
            if done is not None:
                assert mine.eater_id == eater.id, "a seat is offered to one person only"
                self.told[eater.id] = (BookingState.BOOKED if take else BookingState.CANCELLED, mine.portions)

    @rule(minutes=st.sampled_from((1, 5, 16)))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        for offer in self.offers():
            if waitlist.expire(self.session, offer.id, self.now):
                mine = self.session.get_one(Booking, offer.booking_id)
                self.told[mine.eater_id] = (BookingState.CANCELLED, mine.portions)

    @rule(who=eaters, portions=st.integers(1, 2))
    def comes_late_to_the_cook(self, who: int, portions: int) -> None:
        eater = self.people[who]
        order = Order(TOMORROW, Sitting.LUNCH, portions)
        kept = self.attempt(
            lambda: bookings.grant_grace(self.session, self.meal.id, eater, order, self.act())
        )
        self.keep(kept)
        if kept is not None:
            assert kept.booking.state == BookingState.BOOKED

    @precondition(lambda self: self.began + timedelta(hours=2) < self.now < self.meal.closes_at)
    @rule()
    def closes(self) -> None:
        self.now = self.meal.closes_at
        meals.close(self.session, self.meal.id, self.now)
        for mine in self.kept():
            if (
                self.told[mine.eater_id][0] == BookingState.WAITLISTED
                and mine.state == BookingState.CANCELLED
            ):
                self.told[mine.eater_id] = (mine.state, mine.portions)

    def offers(self) -> list[SeatOffer]:
        open_ones = select(SeatOffer).where(SeatOffer.state == OfferState.OFFERED)
        return list(self.session.exec(open_ones.order_by(col(SeatOffer.id))))

    def kept(self) -> list[Booking]:
        self.session.flush()
        return list(self.session.exec(select(Booking).where(Booking.meal_id == self.meal.id)))

    @invariant()
    def there_is_a_chair_for_everybody(self) -> None:
        counted = count(self.session, self.meal.id)
        assert counted.taken + counted.offered <= SEATS + self.meal.grace_used
        assert self.meal.grace_used <= self.meal.grace_seats

    @invariant()
    def what_was_told_is_what_is_kept(self) -> None:
        for mine in self.kept():
            state, portions = self.told[mine.eater_id]
            if state == BookingState.WAITLISTED and self.cannot_be_asked(mine):
                assert mine.state in (BookingState.WAITLISTED, BookingState.BOOKED)
                self.told[mine.eater_id] = state, portions = (mine.state, mine.portions)
            assert (mine.state, mine.portions) == (state, portions)

    def cannot_be_asked(self, mine: Booking) -> bool:
        """Who has no phone is given the freed seat without being asked."""
        return self.session.get_one(Member, mine.eater_id).telegram_id is None

    @invariant()
    def nobody_is_passed_in_the_line(self) -> None:
        if self.now < self.meal.closes_at:
            counted = count(self.session, self.meal.id)
            left = SEATS - counted.taken - counted.offered
            assert not waitlist.somebody_fits(self.session, self.meal.id, left)

    @invariant()
    def an_offer_is_made_once_and_to_one_who_waits(self) -> None:
        offered = [offer.booking_id for offer in self.offers()]
        assert len(offered) == len(set(offered))
        for number in offered:
            assert self.session.get_one(Booking, number).state == BookingState.WAITLISTED


@pytest.mark.parametrize("offers_by_phone", [True, False], ids=["with phones", "half without phones"])
def test_no_sequence_of_acts_overfills_the_canteen_or_tells_an_untruth(
    session, canteen, villager, now, dialect, offers_by_phone
):
    canteen.settings = {"seats": SEATS}
    people = [
        villager(f"人{n}", telegram_id=5000 + n if offers_by_phone or n % 2 else None) for n in range(PEOPLE)
    ]
    facts = {"session": session, "canteen": canteen, "people": people, "began": now}
    run_state_machine_as_test(
        type("Lunch", (Lunch,), facts),
        settings=settings(
            max_examples=WALKS[dialect],
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )
