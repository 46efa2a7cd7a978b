"""What is kept about a person: shown, handed out, and forgotten; counts stay, the identity goes."""

import json
from typing import Any

from sqlalchemy import Text as Words
from sqlalchemy import cast, delete, or_, update
from sqlmodel import Session, col, select

from models.audit import AuditEntry
from models.cards import Card
from models.cooks.certificates import Certificate
from models.cooks.kitchen import MorningCheck
from models.inbox import InboxState, InboxUpdate
from models.lunch.deliveries import DeliveryStop
from models.lunch.meals import Booking, Meal, SignupList, StandingBooking
from models.lunch.menus import MenuWish
from models.members.people import Account, Canteen, CareLink, Invitation, Member, MemberRole
from models.members.vault import unsealed
from models.outbox import OutboxMessage, OutboxState
from models.store import hold
from rules import audit, canteens, examples
from rules.audit import Act
from rules.cooks import certificates, kitchen, proofs
from rules.elders import need_lists, request_lists, request_retention, vanished
from rules.homes import visit_coverage
from rules.lunch import bookings, rolls
from rules.members import care_links, consents
from rules.members.people import roles_of
from rules.members.unnaming import NOTHING, forget_waiting
from rules.values import Refused
from rules.volunteers import shifts_privacy

MOST_BOOKINGS = 100
PAGE = 500


def kept(session: Session, member: Member) -> dict[str, Any]:
    """Everything kept about a member, as one JSON document; the newest bookings only."""
    mine = select(Booking, Meal).join(Meal, col(Meal.id) == col(Booking.meal_id))
    mine = mine.where(Booking.eater_id == member.id).order_by(col(Booking.id).desc()).limit(MOST_BOOKINGS)
    return {
        "name": member.name,
        "telegram_id": member.telegram_id,
        "phone": unsealed(member, "phone"),
        "birth_date": member.birth_on.isoformat() if member.birth_on else None,
        "hamlet": member.hamlet,
        "address": unsealed(member, "address"),
        "diet": list(member.diet),
        "status": member.status.value,
        "roles": sorted(role.value for role in roles_of(session, member.id)),
        "care_links": [_link(link) for link in care_links.of_member(session, member.id)],
        "certificates": [_certificate(row) for row in certificates.of(session, member.id)],
        "morning_checks": [_check(row) for row in kitchen.checks_of(session, member.id, MOST_BOOKINGS)],
        "shifts": shifts_privacy.kept(session, member.id, MOST_BOOKINGS),
        **request_lists.kept(session, member.id),
        "visits": visit_coverage.kept(session, member),
        "needs": need_lists.kept(session, member.id),
        "agreements": examples.kept(session, member.id),
        "consents": consents.kept(session, member.id),
        "bookings": [_booking(booking, meal) for booking, meal in session.exec(mine)],
    }


def _link(link: CareLink) -> dict[str, Any]:
    until = link.until_on.isoformat() if link.until_on else None
    return {"elder": link.elder_id, "carer": link.carer_id, "actions": list(link.actions), "until": until}


def _certificate(row: Certificate) -> dict[str, Any]:
    return {"kind": row.kind.value, "valid_until": row.valid_until.isoformat()}


def _check(row: MorningCheck) -> dict[str, Any]:
    return {"day": row.day.isoformat(), "temperature": row.temperature / 10, "fit": row.fit}


def _booking(booking: Booking, meal: Meal) -> dict[str, Any]:
    what = {"day": meal.day.isoformat(), "meal": meal.sitting.value, "portions": booking.portions}
    return {**what, "mode": booking.mode.value, "status": booking.state.value, "note": booking.note}


def erase(session: Session, member_id: int, act: Act) -> Member:
    """Forget who somebody is: bookings stay as numbers, coming ones are cancelled, nothing names them."""
    member = hold(session, Member, member_id)
    if member is None:
        raise Refused("people.nobody_or_several", count=0)
    if member.erased_at is not None:
        return member
    _check_not_last(session, member)
    name, telegram_id = member.name, member.telegram_id
    _cancel_coming(session, member, act)
    shifts_privacy.forget(session, member, act)
    vanished.release_all(session, member, act)
    vanished.end_cries(session, member, act)
    _end_ties(session, member, act)
    _forget_words(session, member)
    request_retention.forget_member(session, member, act)
    consents.show_anew(session, member, act)
    visit_coverage.forget(session, member, act)
    need_lists.forget_member(session, member, act.now)
    _forget_messages(session, member, name)
    if telegram_id is not None:
        _forget_account(session, telegram_id)
    _forget_updates(session, member, name)
    _forget_self(member, act)
    session.add(member)
    audit.record(session, act, "people.erased", f"member:{member.id}", subject_id=member.id)
    session.flush()
    return member


def _check_not_last(session: Session, member: Member) -> None:
    ruling = canteens.managers(session, member.canteen_id)
    if [one.id for one in ruling] == [member.id]:
        raise Refused("people.last_manager")


def _forget_self(member: Member, act: Act) -> None:
    member.name, member.telegram_id, member.phone = f"#{member.id}", None, ""
    member.birth_on, member.hamlet, member.address, member.diet = None, "", "", []
    member.household_id, member.hardship = None, False
    member.erased_at = act.now


def _cancel_coming(session: Session, member: Member, act: Act) -> None:
    canteen = session.get_one(Canteen, member.canteen_id)
    for booking, meal in rolls.upcoming(session, canteen, member.id, act.now):
        if act.now < meal.starts_at:
            bookings.cancel(session, booking.id, act)


def _end_ties(session: Session, member: Member, act: Act) -> None:
    for link in care_links.of_member(session, member.id):
        link.ended_at, link.called = act.now, ""
        session.add(link)
    standing = update(StandingBooking).where(
        col(StandingBooking.eater_id) == member.id, col(StandingBooking.ended_at).is_(None)
    )
    session.execute(standing.values(ended_at=act.now))
    session.execute(delete(MemberRole).where(col(MemberRole.member_id) == member.id))
    session.execute(delete(DeliveryStop).where(col(DeliveryStop.member_id) == member.id))
    proofs.forget_all(session, member.id, act)
    certificates.forget(session, member.id)
    examples.forget(session, member.id)


def _forget_words(session: Session, member: Member) -> None:
    own = col(Booking.eater_id) == member.id
    session.execute(update(Booking).where(own).values(note="", guests=[]))
    mine = col(StandingBooking.eater_id) == member.id
    session.execute(update(StandingBooking).where(mine).values(note=""))
    wished = col(MenuWish.member_id) == member.id
    session.execute(update(MenuWish).where(wished).values(member_id=None))
    lists = session.exec(select(SignupList).where(SignupList.canteen_id == member.canteen_id))
    for pasted in lists:
        pasted.entries = [entry for entry in pasted.entries if entry.get("name") != member.name]
        session.add(pasted)


def _forget_messages(session: Session, member: Member, name: str) -> None:
    """Messages to somebody, those that name them, and those about them."""
    to_them = col(OutboxMessage.member_id) == member.id
    if member.telegram_id is not None:
        to_them = or_(to_them, col(OutboxMessage.chat_id) == member.telegram_id)
    waiting = col(OutboxMessage.status) == OutboxState.PENDING
    session.execute(update(OutboxMessage).where(to_them, waiting).values(status=OutboxState.MISSED))
    naming = cast(OutboxMessage.body, Words).contains(name, autoescape=True)
    sent = col(OutboxMessage.status) != OutboxState.PENDING
    session.execute(update(OutboxMessage).where(sent, or_(to_them, naming)).values(body=NOTHING))
    session.execute(update(OutboxMessage).where(to_them).values(body=NOTHING, chat_id=0))
    _forget_sealed(session, member, name)
    forget_waiting(session, member, name)


def _forget_sealed(session: Session, member: Member, name: str) -> None:
    """Messages and questions about somebody are sealed, so their words cannot be looked for: they are opened."""
    stored = cast(OutboxMessage.body, Words)
    about = stored.contains(f'"private":{member.id},')
    over = col(OutboxMessage.status) != OutboxState.PENDING
    session.execute(update(OutboxMessage).where(over, about).values(body=NOTHING))
    others = select(OutboxMessage.id, col(OutboxMessage.body)).where(over, stored.contains('"sealed":'))
    others = others.where(OutboxMessage.canteen_id == member.canteen_id).order_by(col(OutboxMessage.id))
    named = [number for number, body in session.exec(others) if name in json.dumps(body, ensure_ascii=False)]
    for start in range(0, len(named), PAGE):
        page = col(OutboxMessage.id).in_(named[start : start + PAGE])
        session.execute(update(OutboxMessage).where(page).values(body=NOTHING))
    asked = cast(Card.facts, Words).contains(f'"private":{member.id},')
    session.execute(update(Card).where(asked).values(facts={}, expires_at=Card.asked_at))


def _forget_account(session: Session, telegram_id: int) -> None:
    session.execute(delete(Account).where(col(Account.telegram_id) == telegram_id))
    cards = update(Card).where(col(Card.telegram_id) == telegram_id)
    session.execute(cards.values(facts={}, expires_at=Card.asked_at, telegram_id=0, chat_id=0))
    used = update(Invitation).where(col(Invitation.used_by_telegram_id) == telegram_id)
    session.execute(used.values(used_by_telegram_id=None, used_at=Invitation.expires_at))


def _forget_updates(session: Session, member: Member, name: str) -> None:
    """What they wrote, and what others wrote about them in the last days: by name, or as 我妈."""
    raw, number = col(InboxUpdate.raw), member.telegram_id
    acted = select(AuditEntry.update_id).where(AuditEntry.subject_id == member.id)
    about = [col(InboxUpdate.update_id).in_(acted), raw.contains(json.dumps(name)[1:-1], autoescape=True)]
    if number is not None:
        about += [col(InboxUpdate.chat_id) == number, raw.contains(f'"id": {number}')]
    done = col(InboxUpdate.state) != InboxState.NEW
    session.execute(update(InboxUpdate).where(done, or_(*about)).values(raw=""))
