"""What a meal costs whom, and what a member owes; entries are only ever added, in fen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.lunch.ledger import EntryKind, LedgerEntry
from models.lunch.meals import Booking, Meal
from models.lunch.menus import PriceTier
from models.members.people import Member, Role, Status
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.members.people import age_on, holds, status_on
from rules.values import Fen, Refused, Text

MOST_PAID = 1_000_000
GONE = (Status.LEFT, Status.DECEASED)


@dataclass(frozen=True, slots=True)
class Price:
    """What one portion costs an eater, and by which tier it is cheaper."""

    full: int
    own: int
    tier: str = ""


def price_for(session: Session, meal: Meal, eater: Member) -> Price:
    """The lowest price that fits the eater's age and hardship on the day; none is lower for who has left."""
    if status_on(session, eater, meal.day) in GONE:
        return Price(meal.price, meal.price)
    tiers = session.exec(select(PriceTier).where(PriceTier.canteen_id == meal.canteen_id)).all()
    fitting = [tier for tier in tiers if _fits(tier, eater, meal.day) and tier.price < meal.price]
    if not fitting:
        return Price(meal.price, meal.price)
    best = min(fitting, key=lambda tier: (tier.price, tier.id))
    return Price(meal.price, best.price, best.name)


def _fits(tier: PriceTier, eater: Member, day: date) -> bool:
    age = age_on(eater, day)
    old_enough = tier.from_age == 0 or (age is not None and age >= tier.from_age)
    return old_enough and (eater.hardship or not tier.hardship)


def tiers(session: Session, canteen_id: int) -> Sequence[PriceTier]:
    """The village's cheaper prices, youngest first."""
    own = select(PriceTier).where(PriceTier.canteen_id == canteen_id)
    return session.exec(own.order_by(col(PriceTier.from_age), col(PriceTier.id))).all()


def set_tier(session: Session, canteen_id: int, from_age: int, price: int, act: Act) -> PriceTier:
    """What everybody of an age and more pays from now on, at age 0 whoever is in hardship; what was charged stays."""
    _check_keeper(session, act)
    if not 0 <= from_age <= 120 or not 0 <= price <= MOST_PAID:
        raise Refused("ledger.wrong_amount")
    kept = next((t for t in tiers(session, canteen_id) if t.from_age == from_age), None)
    before = {"price": kept.price} if kept else None
    kept = kept or PriceTier(canteen_id=canteen_id, name=f"{from_age}+", from_age=from_age, price=price)
    kept.hardship = from_age == 0
    kept.price = price
    session.add(kept)
    session.flush()
    after = {"price": price}
    audit.record(session, act, "ledger.tier_set", f"tier:{kept.id}", before=before, after=after)
    return kept


def set_hardship(session: Session, member: Member, act: Act, *, hard: bool) -> None:
    """Whether somebody pays the price of those in hardship; said by a manager or social worker, shown to nobody else."""
    if act.actor_id is None or not holds(session, act.actor_id, Role.SOCIAL_WORKER):
        raise Refused("ledger.only_manager")
    member.hardship = hard
    session.add(member)
    audit.record(session, act, "ledger.hardship_set", f"member:{member.id}", subject_id=member.id)


def charge(session: Session, booking: Booking, meal: Meal, act: Act) -> None:
    """Charge what was served: all portions, less the subsidy of one; a second call adds nothing."""
    if _charged(session, booking.id):
        return
    eater = session.get_one(Member, booking.eater_id)
    price = price_for(session, meal, eater)
    _enter(session, booking, eater, (EntryKind.CHARGE, price.full * booking.portions, ""), act)
    _enter(session, booking, eater, (EntryKind.SUBSIDY, price.own - price.full, price.tier), act)


def correct(session: Session, booking: Booking, act: Act) -> None:
    """Take back what was charged for a booking by a further entry."""
    eater = session.get_one(Member, booking.eater_id)
    _enter(session, booking, eater, (EntryKind.CORRECTION, -_charged(session, booking.id), ""), act)


def _charged(session: Session, booking_id: int) -> int:
    total = select(func.sum(LedgerEntry.amount)).where(LedgerEntry.booking_id == booking_id)
    return int(session.exec(total).one() or 0)


def _enter(
    session: Session, booking: Booking, eater: Member, what: tuple[EntryKind, int, str], act: Act
) -> None:
    kind, amount, tier = what
    if amount == 0:
        return
    session.add(
        LedgerEntry(
            canteen_id=eater.canteen_id,
            member_id=eater.id,
            booking_id=booking.id,
            kind=kind,
            amount=amount,
            tier=tier,
            entered_by_id=act.actor_id,
            entered_at=act.now,
        )
    )
    session.flush()


def balance(session: Session, member_id: int) -> Fen:
    """What a member owes; below zero is money paid ahead."""
    total = select(func.sum(LedgerEntry.amount)).where(LedgerEntry.member_id == member_id)
    return Fen(session.exec(total).one() or 0)


def debtors(session: Session, canteen_id: int, most: int = 20) -> list[tuple[str, Fen]]:
    """Who owes most, with the sums; for those who keep the book."""
    owed = func.sum(LedgerEntry.amount)
    names = select(Member.name, owed).join(LedgerEntry, col(LedgerEntry.member_id) == col(Member.id))
    names = names.where(Member.canteen_id == canteen_id).group_by(col(Member.id), col(Member.name))
    found = session.exec(names.having(owed > 0).order_by(owed.desc(), col(Member.id)).limit(most))
    return [(name, Fen(amount)) for name, amount in found]


def latest(session: Session, member_id: int, most: int = 5) -> Sequence[LedgerEntry]:
    """The last movements of a member, newest first."""
    own = select(LedgerEntry).where(LedgerEntry.member_id == member_id)
    return session.exec(own.order_by(col(LedgerEntry.id).desc()).limit(most)).all()


def pay(session: Session, member: Member, fen: int, act: Act) -> LedgerEntry:
    """A manager writes down money received; the payer is told."""
    _check_keeper(session, act)
    if not 0 < fen <= MOST_PAID:
        raise Refused("ledger.wrong_amount")
    hold(session, Member, member.id)
    entry = _keep(session, member, (EntryKind.PAYMENT, -fen), act)
    said = paid_text(member, Fen(fen), balance(session, member.id))
    outbox.tell(session, f"paid:{entry.id}", member, said, now=act.now)
    return entry


def owed_text(member: Member, owed: Fen) -> Text:
    """What is owed, or kept ahead."""
    key = "ledger.owes" if owed > 0 else "ledger.ahead" if owed < 0 else "ledger.even"
    return Text(key, name=member.name, **({"amount": Fen(abs(owed))} if owed else {}))


def paid_text(member: Member, amount: Fen, owed: Fen) -> Text:
    """What was received, and what is owed or kept ahead after it."""
    if owed > 0:
        return Text("ledger.paid", name=member.name, amount=amount, balance=owed)
    key = "ledger.paid_ahead" if owed < 0 else "ledger.paid_even"
    return Text(key, name=member.name, amount=amount, **({"balance": Fen(-owed)} if owed else {}))


def take_back(session: Session, entry_id: int, act: Act) -> LedgerEntry:
    """Undo a payment by a further entry, once."""
    _check_keeper(session, act)
    paid = session.get(LedgerEntry, entry_id)
    if paid is None or paid.kind != EntryKind.PAYMENT or paid.canteen_id != act.canteen_id:
        raise Refused("common.old_button")
    member = hold(session, Member, paid.member_id)
    assert member is not None
    return _keep(session, member, (EntryKind.CORRECTION, -paid.amount), act)


def _check_keeper(session: Session, act: Act) -> None:
    if act.actor_id is None or not holds(session, act.actor_id):
        raise Refused("ledger.only_manager")


def _keep(session: Session, member: Member, what: tuple[EntryKind, int], act: Act) -> LedgerEntry:
    kind, amount = what
    entry = LedgerEntry(
        canteen_id=member.canteen_id,
        member_id=member.id,
        kind=kind,
        amount=amount,
        entered_by_id=act.actor_id,
        entered_at=act.now,
    )
    session.add(entry)
    session.flush()
    # No amount in the audit: money is read in the ledger only.
    audit.record(session, act, f"ledger.{kind}", f"entry:{entry.id}", subject_id=member.id)
    return entry
