"""Households: who lives together; one who lives alone is a household of one. How closely to look after it is private."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlmodel import Session, col, select

from models.homes.visits import OPEN_VISITS, SEEN, Visit, VisitState
from models.members.people import Canteen, Household, Member, Risk, Role
from models.store import hold
from rules import audit
from rules.audit import Act
from rules.members.people import roles_of
from rules.settings import settings_of
from rules.values import Refused, Text

GROUPING = frozenset({Role.SOCIAL_WORKER, Role.MANAGER})
MOST_TOGETHER = 12
LONGEST_NAME = 64


def check_may_group(session: Session, act: Act) -> None:
    """Social workers and managers say who lives together."""
    if act.actor_id is None or not roles_of(session, act.actor_id) & GROUPING:
        raise Refused("households.only_staff")


def check_sees_risk(session: Session, act: Act) -> None:
    """How closely somebody is looked after is the social workers' business alone."""
    if act.actor_id is None or Role.SOCIAL_WORKER not in roles_of(session, act.actor_id):
        raise Refused("visits.only_social_worker")


def of(session: Session, member: Member) -> Household:
    """The household of somebody; who lives alone gets one of their own."""
    if member.household_id is not None:
        return session.get_one(Household, member.household_id)
    hold(session, Member, member.id)
    household = Household(canteen_id=member.canteen_id, name="", hamlet=member.hamlet)
    session.add(household)
    session.flush()
    member.household_id = household.id
    session.add(member)
    session.flush()
    return household


def people_of(session: Session, household_ids: Iterable[int]) -> dict[int, list[Member]]:
    """Who lives in some households, the oldest first; one statement."""
    own = select(Member).where(
        col(Member.household_id).in_(sorted(household_ids)), col(Member.erased_at).is_(None)
    )
    found: dict[int, list[Member]] = defaultdict(list)
    for member in session.exec(own.order_by(col(Member.birth_on), col(Member.id))):
        if member.household_id is not None:
            found[member.household_id].append(member)
    return found


def living_with(session: Session, member: Member) -> list[Member]:
    """Everybody in the household of somebody, themself among them."""
    if member.household_id is None:
        return [member]
    return people_of(session, [member.household_id])[member.household_id] or [member]


def named(members: Sequence[Member]) -> Text:
    """A household as people say it: by its names, and the hamlet where one is known."""
    hamlet = next((member.hamlet for member in members if member.hamlet), "")
    names = [member.name for member in members]
    if hamlet:
        return Text("households.named_hamlet", names=names, hamlet=hamlet)
    return Text("households.named", names=names)


def group(session: Session, members: Sequence[Member], act: Act, name: str = "") -> Household:
    """These live together; whoever lived with one of them before stays behind unless named."""
    check_may_group(session, act)
    return put_together(session, members, act, name)


def put_together(session: Session, members: Sequence[Member], act: Act, name: str = "") -> Household:
    """Group members of one village; the household of the first known one is kept, with its visits."""
    _check_can_group(members)
    for member in sorted(members, key=lambda one: one.id):
        hold(session, Member, member.id)
    settled = [member for member in members if member.household_id is not None]
    household = of(session, settled[0] if settled else members[0])
    household.name = name[:LONGEST_NAME] or household.name
    session.add(household)
    for member in members:
        if member.household_id != household.id:
            _move(session, member, household, act)
    return household


def settle(session: Session, canteen: Canteen, labelled: Iterable[tuple[str, Member]], act: Act) -> None:
    """Group people by what the village's own list calls their household; a name already known is that household."""
    together: dict[str, list[Member]] = defaultdict(list)
    for name, member in labelled:
        if name:
            together[name].append(member)
    own = select(Household).where(Household.canteen_id == canteen.id, col(Household.name).in_(list(together)))
    known = {house.name: house for house in session.exec(own.order_by(col(Household.id)))} if together else {}
    for name, members in together.items():
        there = people_of(session, [known[name].id])[known[name].id] if name in known else []
        fresh = [member for member in members if member.id not in {one.id for one in there}]
        put_together(session, [*there, *fresh], act, name)


def _check_can_group(members: Sequence[Member]) -> None:
    if len({member.canteen_id for member in members}) != 1 or any(one.erased_at for one in members):
        raise Refused("common.old_button")
    if not 0 < len(members) <= MOST_TOGETHER:
        raise Refused("households.too_many", most=MOST_TOGETHER)


def _move(session: Session, member: Member, household: Household, act: Act) -> None:
    left = session.get(Household, member.household_id) if member.household_id else None
    if left is not None and LEVELS.index(left.risk) < LEVELS.index(household.risk):
        # Whoever was looked after more closely stays so when households are joined.
        household.risk = left.risk
    before = {"household": member.household_id}
    member.household_id = household.id
    session.add(member)
    session.flush()
    if left is not None:
        _close(session, left, act)
    after = {"household": household.id}
    audit.record(
        session,
        act,
        "people.household",
        f"member:{member.id}",
        subject_id=member.id,
        before=before,
        after=after,
    )


LEVELS = (Risk.HIGH, Risk.RAISED, Risk.USUAL)
"""The most closely looked after first."""


def _close(session: Session, left: Household, act: Act) -> None:
    """A house nobody lives in any more is not visited."""
    if people_of(session, [left.id])[left.id]:
        return
    planned = select(Visit).where(Visit.household_id == left.id, col(Visit.state).in_(OPEN_VISITS))
    for visit in session.exec(planned.order_by(col(Visit.id))):
        visit.state, visit.changed_at = VisitState.CALLED_OFF, act.now
        session.add(visit)
    session.flush()


def move_out(session: Session, member: Member, act: Act) -> Household:
    """Somebody lives alone from now on; answers the household they left."""
    check_may_group(session, act)
    household = session.get(Household, member.household_id) if member.household_id else None
    if household is None or len(living_with(session, member)) == 1:
        raise Refused("households.alone_already", name=member.name)
    hold(session, Member, member.id)
    before = {"household": household.id}
    member.household_id = None
    own = of(session, member)
    own.risk = household.risk
    session.add(own)
    after = {"household": own.id}
    audit.record(
        session,
        act,
        "people.household",
        f"member:{member.id}",
        subject_id=member.id,
        before=before,
        after=after,
    )
    return household


def put_back(session: Session, moves: Sequence[tuple[int, int | None, int | None]], act: Act) -> None:
    """Take a grouping back: each member, the household it came from and the one it went to; refused if it changed since."""
    check_may_group(session, act)
    for member_id, before, after in moves:
        member = hold(session, Member, member_id)
        if member is None or member.household_id != after:
            raise Refused("common.old_button")
        member.household_id = before
        session.add(member)
        was, becomes = {"household": after}, {"household": before}
        audit.record(
            session,
            act,
            "people.household",
            f"member:{member_id}",
            subject_id=member_id,
            before=was,
            after=becomes,
        )
    session.flush()


def set_risk(session: Session, household_id: int, risk: Risk, act: Act) -> Risk:
    """How closely a household is looked after; the next visit moves with it. Answers what it was."""
    check_sees_risk(session, act)
    household = hold(session, Household, household_id)
    if household is None or household.canteen_id != act.canteen_id:
        raise Refused("common.old_button")
    before, household.risk = household.risk, risk
    session.add(household)
    _reschedule(session, household)
    session.flush()
    audit.record(
        session,
        act,
        "visits.risk_set",
        f"household:{household.id}",
        before={"risk": before},
        after={"risk": risk},
    )
    return before


def _reschedule(session: Session, household: Household) -> None:
    done = select(Visit).join(Member, col(Member.id) == col(Visit.elder_id))
    done = done.where(Member.household_id == household.id, Visit.state == VisitState.DONE)
    done = done.where(col(Visit.outcome).in_(SEEN))
    last = session.exec(done.order_by(col(Visit.visited_on).desc(), col(Visit.id).desc()).limit(1)).first()
    if last is not None and last.visited_on is not None:
        canteen = session.get_one(Canteen, household.canteen_id)
        last.next_on = last.visited_on + every(canteen, household.risk)
        session.add(last)


def every(canteen: Canteen, risk: Risk) -> timedelta:
    """How often a household is to be seen."""
    return timedelta(days=settings_of(canteen).visit_every[LEVELS.index(risk)])
