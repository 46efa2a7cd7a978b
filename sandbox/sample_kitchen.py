"""The sample village's kitchen: two weeks in the book, a certificate about to run out, samples to throw away."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from models.cooks.certificates import Certificate, CertificateKind
from models.cooks.kitchen import MealClock, MorningCheck, Sample
from models.lunch.meals import Booking, BookingState, Meal, MealState, Mode, Sitting, Source
from models.members.people import Canteen, Member, MemberRole, Role
from rules.settings import closes_at, settings_of, starts_at

DAYS_BACK = 14
EATERS = 11
GRAMS = 125
KEPT = timedelta(hours=48)
RUNS_OUT, LASTS = timedelta(days=7), timedelta(days=210)
Week = Sequence[tuple[str, ...]]


def fill(session: Session, canteen: Canteen, people: Mapping[str, Member], week: Week, now: datetime) -> None:
    """Write the kitchen book of the last two weeks, and who may work in the kitchen."""
    cook = people["王师傅"]
    today = now.astimezone(starts_at(canteen, now.date(), Sitting.LUNCH).tzinfo).date()
    _certificates(session, canteen, cook, today, now)
    elders = _elders(session, canteen)
    for back in range(DAYS_BACK, 0, -1):
        day = today - timedelta(days=back)
        meal = _served(session, canteen, day, week[day.weekday()])
        _eaten(session, meal, elders, people["陈社工"])
        _kept(session, meal, cook, now)
        _checked(session, canteen, cook, meal)
    session.flush()


def _certificates(session: Session, canteen: Canteen, cook: Member, today: date, now: datetime) -> None:
    helping = select(Member).join(MemberRole, col(MemberRole.member_id) == col(Member.id))
    helping = helping.where(Member.canteen_id == canteen.id, MemberRole.role == Role.VOLUNTEER)
    until = {cook.id: today + RUNS_OUT} | {m.id: today + LASTS for m in session.exec(helping)}
    for member_id, day in until.items():
        session.add(
            Certificate(member_id=member_id, kind=CertificateKind.HEALTH, valid_until=day, set_at=now)
        )
    training = CertificateKind.FOOD_TRAINING
    session.add(Certificate(member_id=cook.id, kind=training, valid_until=today + LASTS, set_at=now))


def _elders(session: Session, canteen: Canteen) -> Sequence[Member]:
    found = select(Member).join(MemberRole, col(MemberRole.member_id) == col(Member.id))
    found = found.where(Member.canteen_id == canteen.id, MemberRole.role == Role.ELDER)
    return session.exec(found.order_by(col(Member.id))).all()


def _served(session: Session, canteen: Canteen, day: date, dishes: tuple[str, ...]) -> Meal:
    settings = settings_of(canteen)
    meal = Meal(
        canteen_id=canteen.id,
        day=day,
        sitting=Sitting.LUNCH,
        dishes=list(dishes),
        seats=settings.seats,
        price=settings.price,
        closes_at=closes_at(canteen, day, Sitting.LUNCH),
        starts_at=starts_at(canteen, day, Sitting.LUNCH),
        state=MealState.SERVED,
    )
    session.add(meal)
    session.flush()
    return meal


def _eaten(session: Session, meal: Meal, elders: Sequence[Member], by: Member) -> None:
    for number in range(EATERS):
        home = number % 4 == 0
        session.add(
            Booking(
                meal_id=meal.id,
                eater_id=elders[(meal.day.toordinal() + 3 * number) % len(elders)].id,
                mode=Mode.DELIVERY if home else Mode.DINE_IN,
                state=BookingState.DELIVERED if home else BookingState.SERVED,
                booked_by_id=by.id,
                booked_at=meal.closes_at - timedelta(hours=number),
                source=Source.STAFF,
                ended_at=meal.starts_at + timedelta(minutes=5 + number),
            )
        )


def _kept(session: Session, meal: Meal, cook: Member, now: datetime) -> None:
    """What stands two days and longer was thrown away, but for the last meal that is due: that one waits for a tap."""
    kept_at = min(meal.starts_at - timedelta(minutes=10), now)
    over = kept_at + KEPT
    waits = over > now - timedelta(hours=24)
    for dish in meal.dishes:
        session.add(
            Sample(
                meal_id=meal.id,
                dish=dish,
                grams=GRAMS,
                fridge=40,
                kept_by_id=cook.id,
                kept_at=kept_at,
                discard_at=over,
                discarded_at=None if waits else over + timedelta(minutes=15),
                discarded_by_id=None if waits else cook.id,
            )
        )
    moments = [meal.starts_at + timedelta(minutes=minutes) for minutes in (-35, -20, 15)]
    session.add(
        MealClock(
            meal_id=meal.id,
            cooked_at=moments[0],
            cooked_by_id=cook.id,
            packed_at=moments[1],
            packed_by_id=cook.id,
            handed_over_at=moments[2],
            handed_over_by_id=cook.id,
        )
    )


def _checked(session: Session, canteen: Canteen, cook: Member, meal: Meal) -> None:
    session.add(
        MorningCheck(
            canteen_id=canteen.id,
            member_id=cook.id,
            day=meal.day,
            temperature=362 + meal.day.day % 6,
            clean=True,
            fit=True,
            checked_by_id=cook.id,
            checked_at=meal.starts_at - timedelta(hours=3),
        )
    )
