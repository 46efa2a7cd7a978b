"""What people agreed to, one purpose at a time: asked kindly, written down with how it was said, taken back by one tap."""

from collections.abc import Mapping

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from models.elders.needs import Need, NeedCategory
from models.elders.requests import Request
from models.homes.visits import Visit
from models.lunch.meals import StandingBooking
from models.members.consents import Purpose, PurposeConsent
from models.members.people import Canteen, Consent, Member, Role
from models.outbox import Post
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.members.people import holds
from rules.settings import settings_of
from rules.values import Refused

WORDING = 1
"""Goes up when the question comes to mean something else: who agreed to the former one is asked again."""


def of(session: Session, member_id: int) -> dict[Purpose, PurposeConsent]:
    """What counts today: a yes or a no for every purpose somebody was asked about."""
    mine = select(PurposeConsent).where(
        PurposeConsent.member_id == member_id, col(PurposeConsent.ended_at).is_(None)
    )
    return {row.purpose: row for row in session.exec(mine.order_by(col(PurposeConsent.id)))}


def allows(session: Session, member: Member, purpose: Purpose) -> bool:
    """Whether something may be done for a purpose; who was not asked yet is taken as the village decided."""
    said = of(session, member.id).get(purpose)
    if said is not None:
        return said.given
    return not settings_of(session.get_one(Canteen, member.canteen_id)).consent_first


def by_messenger(session: Session, member: Member) -> bool:
    """Whether anything private of somebody may travel by messenger; where there is danger nobody asks this."""
    return allows(session, member, Purpose.MESSENGER)


def check_health(session: Session, member: Member) -> None:
    """Nothing about somebody's health is written down against their will."""
    if not allows(session, member, Purpose.HEALTH):
        raise Refused("consents.no_health", name=member.name)


def has_notes(session: Session, member: Member) -> bool:
    """Whether anything about somebody's health would be deleted."""
    noted = select(Visit.id).where(Visit.elder_id == member.id, Visit.findings != "")
    said = select(Need.id).where(Need.elder_id == member.id, Need.category == NeedCategory.HEALTH)
    found = (noted, said.where(Need.words != ""))
    return any(session.exec(one.limit(1)).first() is not None for one in found)


def check_may_record(session: Session, member: Member, act: Act) -> None:
    """Everybody says it themselves; for whoever has no phone a social worker or manager of the village writes it down."""
    if act.actor_id == member.id:
        return
    actor = session.get(Member, act.actor_id) if act.actor_id else None
    if actor is None or actor.canteen_id != member.canteen_id or member.erased_at is not None:
        raise Refused("common.old_button")
    if not holds(session, actor.id, Role.SOCIAL_WORKER):
        raise Refused("consents.not_yours", name=member.name)
    if outbox.reach(session, member) is not None:
        raise Refused("consents.ask_them", name=member.name)


def record(
    session: Session, member_id: int, answers: Mapping[Purpose, bool], how: Consent, act: Act
) -> Member:
    """Write down what was answered; the same again changes nothing, the former answer stays as proof."""
    member = hold(session, Member, member_id)
    if member is None:
        raise Refused("common.old_button")
    check_may_record(session, member, act)
    known = of(session, member.id)
    for purpose, given in answers.items():
        former = known.get(purpose)
        if former is not None and (former.given, former.wording) == (given, WORDING):
            continue
        _write(session, member, former, (purpose, given, how), act)
        if not given:
            WITHDRAWN[purpose](session, member, act)
        elif purpose == Purpose.DISPLAY:
            show_anew(session, member, act)
    return member


def _write(
    session: Session,
    member: Member,
    former: PurposeConsent | None,
    said: tuple[Purpose, bool, Consent],
    act: Act,
) -> None:
    purpose, given, how = said
    if former is not None:
        former.ended_at = act.now
        session.add(former)
        session.flush()
    row = PurposeConsent(
        member_id=member.id,
        purpose=purpose,
        given=given,
        how=how,
        wording=WORDING,
        recorded_by_id=act.actor_id,
        recorded_at=act.now,
    )
    session.add(row)
    session.flush()
    before = {"given": former.given} if former is not None else None
    after = {"purpose": purpose.value, "given": given, "how": how.value}
    audit.record(
        session,
        act,
        "consents.recorded",
        f"consent:{row.id}",
        subject_id=member.id,
        before=before,
        after=after,
    )


def _end_standing(session: Session, member: Member, act: Act) -> None:
    """Without it nothing is kept beyond the single meal: no standing order, no diet."""
    own = (col(StandingBooking.eater_id) == member.id, col(StandingBooking.ended_at).is_(None))
    session.execute(update(StandingBooking).where(*own).values(ended_at=act.now))
    member.diet = []
    session.add(member)


def _forget_health(session: Session, member: Member, act: Act) -> None:
    """What was found at visits and said about health is emptied; that there was a visit, and a need, stays."""
    session.execute(update(Visit).where(col(Visit.elder_id) == member.id).values(findings=""))
    about_health = (col(Need.elder_id) == member.id, col(Need.category) == NeedCategory.HEALTH)
    session.execute(update(Need).where(*about_health).values(words="", answer=""))


def show_anew(session: Session, member: Member, act: Act) -> None:
    """Posts that stand in the group, also those of long ago, are brought up to date: with the name, or without it."""
    columns = (Request.elder_id, Request.taker_id, Request.served_by_id)
    named = or_(*(col(column) == member.id for column in columns))
    mine = select(Post.target_id).join(Request, col(Request.id) == col(Post.target_id))
    mine = mine.where(Post.kind == "request", named)
    for number in session.exec(mine.order_by(col(Post.target_id))).all():
        outbox.touch(session, "request", number, act.now)


def _say_no_more(session: Session, member: Member, act: Act) -> None:
    """From now on nothing private of them is said over the messenger but in danger: all who say it ask `by_messenger`."""


WITHDRAWN = {
    Purpose.MEALS: _end_standing,
    Purpose.HEALTH: _forget_health,
    Purpose.DISPLAY: show_anew,
    Purpose.MESSENGER: _say_no_more,
}


def kept(session: Session, member_id: int) -> list[dict[str, object]]:
    """Everything somebody ever answered, for their own eyes."""
    rows = select(PurposeConsent).where(PurposeConsent.member_id == member_id)
    return [
        {
            "purpose": row.purpose.value,
            "given": row.given,
            "how": row.how.value,
            "at": row.recorded_at.isoformat(),
            "by": row.recorded_by_id,
            "until": row.ended_at.isoformat() if row.ended_at else None,
        }
        for row in session.exec(rows.order_by(col(PurposeConsent.id)))
    ]
