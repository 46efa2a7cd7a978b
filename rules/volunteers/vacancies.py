"""Gaps: one call for hands a day, kept up to date as they fill; what those who plan hear half a day before."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.members.people import Canteen, Member
from models.outbox import MessageClass, Post
from models.volunteers.shifts import HOLDS_SLOT, Assignment, Shift, ShiftState
from models.volunteers.vacancies import VacancyCall
from rules import outbox
from rules.members.presence import mute
from rules.settings import local_day, settings_of
from rules.values import Button, Message, Style, Text, lines
from rules.volunteers import reminders, rosters, shifts
from rules.volunteers.reminders import Expected

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


def report(session: Session, canteen: Canteen, checked: Sequence[Shift], key: str, now: datetime) -> bool:
    """Tell the coordinators, in one message, who has not answered and where hands are missing."""
    planned = reminders.everybody(session, [shift.id for shift in checked])
    there = {one.place.id for one in reminders.expected(session, planned)}
    unheard = mute(session, [one.member for one in planned])
    on_it: dict[int, list[Expected]] = defaultdict(list)
    for one in planned:
        on_it[one.shift.id].append(one)
    told = [said for shift in checked for said in _state_of(canteen, shift, on_it[shift.id], there, unheard)]
    # Whom to tell by mouth was said in the evening: that alone is no news.
    if all(said.key == "reminders.ask_by_mouth" for said in told):
        return False
    short = [s for s in checked if sum(one.place.id in there for one in on_it[s.id]) < s.needed]
    rows = tuple(
        (Button(Text("reminders.button_whom", **shifts.facts(canteen, shift)), f"shiftwhom:{shift.id}"),)
        for shift in short[:OFFERED]
    )
    message = Message(lines(*told), rows)
    return bool(outbox.tell_role(session, key, canteen.id, shifts.COORDINATORS, message, now=now))


def _state_of(
    canteen: Canteen, shift: Shift, planned: Sequence[Expected], there: set[int], unheard: set[int]
) -> list[Text]:
    """What is wrong with one shift: too few, somebody away, somebody silent."""
    facts = shifts.facts(canteen, shift)
    away = [one.member.name for one in planned if one.place.id not in there]
    coming = [one for one in planned if one.place.id in there]
    looking = [one.member.name for one in coming if one.offered]
    silent = [one.member for one in coming if not one.confirmed and not one.offered]
    asked = [member.name for member in silent if member.id not in unheard]
    by_mouth = [member.name for member in silent if member.id in unheard]
    missing = shift.needed - len(coming)
    said = [
        Text("reminders.short", missing=missing, **facts) if missing > 0 else None,
        Text("reminders.away", names=away, **facts) if away else None,
        Text("reminders.looking", names=looking, **facts) if looking else None,
        Text("reminders.not_answered", names=asked, **facts) if asked else None,
        Text("reminders.ask_by_mouth", names=by_mouth, **facts) if by_mouth else None,
    ]
    return [text for text in said if text is not None]
