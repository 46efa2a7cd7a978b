"""One call for hands a day: all gaps of the days ahead in one post, kept up to date as they fill."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.members.people import Canteen, Member
from models.outbox import MessageClass, Post
from models.volunteers.shifts import HOLDS_SLOT, Assignment, Shift, ShiftState
from models.volunteers.vacancies import VacancyCall
from rules import outbox
from rules.settings import local_day, settings_of
from rules.values import Button, Message, Style, Text, lines
from rules.volunteers import rosters, shifts

NAMED = 8
OFFERED = 3
LASTS = timedelta(hours=8)


def call(session: Session, canteen: Canteen, now: datetime) -> VacancyCall | None:
    """Ask for hands where some are missing; what was asked yesterday is asked again only when it presses."""
    today = local_day(canteen, now)
    last = today + timedelta(days=settings_of(canteen).vacancy_days)
    gaps = [shift for shift, _ in rosters.vacancies(session, canteen.id, today, last, now)]
    gaps = [shift for shift in gaps if shift.starts_at > now][:NAMED]
    if not gaps or not _is_news(session, canteen, gaps, now):
        return None
    row = VacancyCall(canteen_id=canteen.id, day=today, shift_ids=[shift.id for shift in gaps], called_at=now)
    session.add(row)
    session.flush()
    _post(session, canteen, row, now)
    return row


def _is_news(session: Session, canteen: Canteen, gaps: Sequence[Shift], now: datetime) -> bool:
    older = select(VacancyCall).where(VacancyCall.canteen_id == canteen.id)
    before = session.exec(older.order_by(col(VacancyCall.day).desc()).limit(1)).first()
    named = set(before.shift_ids) if before else set()
    pressing = local_day(canteen, now) + timedelta(days=1)
    return any(shift.id not in named or shift.day <= pressing for shift in gaps)


def _post(session: Session, canteen: Canteen, row: VacancyCall, now: datetime) -> None:
    said, key = vacancy_post(session, row.id, now), f"vacancies:{row.id}"
    group = outbox.group_of(canteen)
    if group is None:
        outbox.tell_role(session, key, canteen.id, shifts.COORDINATORS, said, now=now)
        return
    post = Post(canteen_id=canteen.id, kind="vacancies", target_id=row.id, chat_id=group.chat_id)
    session.add(post)
    session.flush()
    sent = outbox.post(session, key, group, said, kind=MessageClass.POST, now=now, lasts=LASTS)
    if sent is not None:
        sent.post_id = post.id


def vacancy_post(session: Session, call_id: int, now: datetime) -> Message:
    """The call as it stands now: what is still open, and who has come forward."""
    row = session.get_one(VacancyCall, call_id)
    canteen = session.get_one(Canteen, row.canteen_id)
    named = select(Shift).where(col(Shift.id).in_(row.shift_ids), Shift.state == ShiftState.OPEN)
    found = session.exec(named.order_by(col(Shift.starts_at), col(Shift.id))).all()
    people = _people(session, row.shift_ids)
    still = [shift for shift in found if shift.starts_at > now and len(people[shift.id]) < shift.needed]
    said = [_line(canteen, shift, people[shift.id]) for shift in found if shift.starts_at > now]
    if not said:
        return Message(Text("vacancies.over"))
    head = Text("vacancies.wanted") if still else Text("vacancies.all_found")
    rows = tuple((_button(canteen, shift),) for shift in still[:OFFERED])
    return Message(lines(head, *said), rows)


def _people(session: Session, shift_ids: Sequence[int]) -> dict[int, list[str]]:
    placed = select(Assignment.shift_id, Member.name).join(
        Member, col(Member.id) == col(Assignment.member_id)
    )
    placed = placed.where(col(Assignment.shift_id).in_(shift_ids), col(Assignment.state).in_(HOLDS_SLOT))
    people: dict[int, list[str]] = defaultdict(list)
    for shift_id, name in session.exec(placed.order_by(col(Assignment.slot))):
        people[shift_id].append(name)
    return people


def _line(canteen: Canteen, shift: Shift, people: Sequence[str]) -> Text:
    facts, missing = shifts.facts(canteen, shift), shift.needed - len(people)
    if missing <= 0:
        return Text("vacancies.filled", people=list(people), **facts)
    if people:
        return Text("vacancies.short", people=list(people), missing=missing, **facts)
    return Text("vacancies.empty", missing=missing, **facts)


def _button(canteen: Canteen, shift: Shift) -> Button:
    label = Text("vacancies.button_join", **shifts.facts(canteen, shift))
    return Button(label, f"shiftjoin:{shift.id}", Style.SUCCESS)


def open_in(session: Session, call_id: int, now: datetime) -> list[Shift]:
    """The shifts of a call that still need somebody."""
    row = session.get(VacancyCall, call_id)
    if row is None:
        return []
    named = session.exec(select(Shift).where(col(Shift.id).in_(row.shift_ids)).order_by(col(Shift.starts_at)))
    people = _people(session, row.shift_ids)
    waiting = [shift for shift in named if shift.state == ShiftState.OPEN and shift.starts_at > now]
    return [shift for shift in waiting if len(people[shift.id]) < shift.needed]
