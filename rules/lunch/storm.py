"""Storm: one command calls meals off, tells everybody, and lists the elders to look after."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from models.lunch.meals import Booking, BookingState, Meal, MealState
from models.members.people import Canteen, Member, MemberRole, Role, Status
from models.outbox import MessageClass
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.lunch import meals
from rules.members.people import age_on, holds, label, status_on
from rules.settings import local_day, settings_of
from rules.values import Refused, Text, lines

OLD = 80
PAGE = 30


@dataclass(frozen=True, slots=True)
class Storm:
    """What was done: meals called off by number, people told, elders to look after."""

    meals: Sequence[int]
    told: int
    elders: Sequence[Member]


def begin(session: Session, days: int, reason: str, act: Act) -> Storm:
    """Call off the meals of today, or of today and tomorrow; a second call changes nothing more."""
    canteen = _held(session, act)
    if canteen.storm_since is not None:
        raise Refused("storm.already")
    canteen.storm_since = act.now
    session.add(canteen)
    today = local_day(canteen, act.now)
    going = _going(session, canteen, today, days)
    elders = to_look_after(session, canteen, going, today)
    told = sum(meals.call_off(session, meal.id, reason, act) for meal in going)
    audit.record(session, act, "storm.begun", f"canteen:{canteen.id}", after={"meals": len(going)})
    _announce(session, canteen, Text("storm.group", reason=reason, days=[meal.day for meal in going]), act)
    return Storm([meal.id for meal in going], told, elders)


def _going(session: Session, canteen: Canteen, today: date, days: int) -> list[Meal]:
    """Meals of those days, made where nobody has asked for them yet: else they could be booked in the storm."""
    found: list[Meal] = []
    for day in (today + timedelta(days=number) for number in range(days)):
        for sitting in settings_of(canteen).sittings:
            with suppress(Refused):
                found.append(meals.meal_on(session, canteen, day, sitting))
    return [meal for meal in found if meal.state not in (MealState.SERVED, MealState.CANCELLED)]


def _held(session: Session, act: Act) -> Canteen:
    if act.actor_id is None or not holds(session, act.actor_id):
        raise Refused("storm.only_manager")
    canteen = hold(session, Canteen, act.canteen_id or 0)
    assert canteen is not None
    return canteen


def _announce(session: Session, canteen: Canteen, said: Text, act: Act) -> None:
    group = outbox.group_of(canteen)
    if group is not None:
        key = f"storm:{canteen.id}:{said.key}:{act.now.isoformat()}"
        outbox.post(session, key, group, said, kind=MessageClass.POST, now=act.now)


def to_look_after(
    session: Session, canteen: Canteen, called_off: Sequence[Meal], today: date
) -> Sequence[Member]:
    """Elders who were to eat, and all of 80 and more; nobody who is away, in hospital or gone."""
    live = (BookingState.BOOKED, BookingState.WAITLISTED)
    booked = select(Booking.eater_id).where(
        col(Booking.meal_id).in_([meal.id for meal in called_off]), col(Booking.state).in_(live)
    )
    expecting = set(session.exec(booked))
    elder = select(MemberRole.member_id).where(MemberRole.role == Role.ELDER)
    own = select(Member).where(
        Member.canteen_id == canteen.id, col(Member.id).in_(elder), col(Member.erased_at).is_(None)
    )
    found = session.exec(own.order_by(col(Member.hamlet), col(Member.id))).all()
    old = [member for member in found if member.id in expecting or (age_on(member, today) or 0) >= OLD]
    return [member for member in old if status_on(session, member, today) == Status.ACTIVE]


def tell_elders(session: Session, keeper: Member, elders: Sequence[Member], act: Act) -> None:
    """The names to look after, to the manager in private, some at a time."""
    canteen = session.get_one(Canteen, keeper.canteen_id)
    today = local_day(canteen, act.now)
    for first in range(0, len(elders), PAGE):
        named = [label(member, today) for member in elders[first : first + PAGE]]
        said = lines(Text("storm.look_after"), *named)
        key = f"storm:{canteen.id}:elders:{act.now.isoformat()}:{first}"
        outbox.tell(session, key, keeper, said, now=act.now)


def end(session: Session, act: Act, *, by_mistake: bool = False) -> None:
    """The storm is over; meals called off stay so and people book again, unless there never was one."""
    canteen = _held(session, act)
    if canteen.storm_since is None:
        raise Refused("storm.none")
    canteen.storm_since = None
    session.add(canteen)
    audit.record(session, act, "storm.ended", f"canteen:{canteen.id}")
    said = Text("storm.group_mistake" if by_mistake else "storm.group_over")
    _announce(session, canteen, said, act)
