"""The sample village's visits: a committee, a couple, somebody looked after closely, a week's plan and one visit to write down."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.homes.visits import VisitOutcome
from models.members.people import Canteen, Member, MemberRole, Risk, Role
from rules.audit import Act
from rules.homes import households, visit_plans, visit_records, visits
from rules.homes.visit_records import Note
from rules.homes.visits import Wanted
from rules.settings import local_day
from rules.volunteers.rosters import week_of

COMMITTEE = "陆主任"
COUPLES = (("李爷爷", "李婶"), ("韦爷爷", "韦奶奶"))
SEEN_BEFORE = (
    ("覃爷爷", 95, "腿脚不便，晚上起来怕摔"),
    ("黄奶奶", 40, "精神很好，常去老年协会"),
    ("陆伯", 12, "一个人住，话不多"),
)
"""Who was visited how many days ago, and what was found."""
CLOSELY = "陆伯"


def fill(session: Session, canteen: Canteen, people: dict[str, Member], now: datetime) -> None:
    """Put the visits into a filled village."""
    worker = people["陈社工"]
    act = Act(now, worker.id, canteen.id)
    committee = _committee(session, canteen, now)
    members = session.exec(select(Member).where(Member.canteen_id == canteen.id).order_by(col(Member.id)))
    named = {member.name: member for member in members}
    for couple in COUPLES:
        households.group(session, [named[name] for name in couple], act)
    house = households.of(session, named[CLOSELY])
    households.set_risk(session, house.id, Risk.HIGH, act)
    today = local_day(canteen, now)
    for name, days, found in SEEN_BEFORE:
        note = Note(named[name].id, today - timedelta(days=days), VisitOutcome.VISITED, found, committee.id)
        _long_ago(session, canteen, note, act)
    granny = visits.plan(session, people["李奶奶"], Wanted(today, worker.id), act)
    visits.go_with(session, granny.id, committee.id, act)
    visit_plans.propose(session, canteen, week_of(today)[0], act)


def _committee(session: Session, canteen: Canteen, now: datetime) -> Member:
    """Somebody of the village committee, who comes along."""
    member = Member(canteen_id=canteen.id, name=COMMITTEE, joined_at=now, approved_at=now)
    session.add(member)
    session.flush()
    session.add(MemberRole(member_id=member.id, role=Role.COMMITTEE))
    session.flush()
    return member


def _long_ago(session: Session, canteen: Canteen, note: Note, act: Act) -> None:
    """A visit of the past is written down on its own day."""
    then = Act(act.now - (local_day(canteen, act.now) - note.day), act.actor_id, act.canteen_id)
    visit_records.record(session, canteen, note, then)
