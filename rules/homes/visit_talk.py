"""What is said about visits: the week, the morning's reminder, what is still to be asked; and whom a sentence means."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from models.elders.needs import Need, NeedState
from models.elders.requests import Request
from models.homes.visits import FollowUp, Reason, Visit, VisitOutcome, VisitState
from models.members.people import Canteen, Member
from models.members.vault import Private, opened
from rules.audit import Act
from rules.elders import need_notices
from rules.elders.needs import UNDONE
from rules.elders.requests import OPEN
from rules.homes import households, visit_findings, visit_plans, visit_proposals, visit_records, visits
from rules.homes.visit_proposals import Candidate
from rules.lunch.diets import READS
from rules.members import consents, readings
from rules.members.people import age_on
from rules.settings import local_day
from rules.values import Button, Message, Rows, Style, Text, lines

SHOWN = 6
AT_THE_DOOR = ("address", "phone", "diet", "needs")
"""What whoever goes there is shown of everybody who lives there."""
MOST_WISHES = 4


@dataclass(frozen=True, slots=True)
class Shown:
    """A visit with the people it names: who lives there, who goes."""

    visit: Visit
    home: tuple[Member, ...]
    worker: str
    companion: str

    @property
    def who(self) -> Text:
        """The household as people say it."""
        return households.named(self.home)


def shown(session: Session, found: Sequence[Visit]) -> list[Shown]:
    """Visits with their people; two statements however many."""
    people = visit_plans.elders_of(session, found)
    homes = households.people_of(session, {visit.household_id for visit in found})
    return [
        Shown(
            visit,
            tuple(homes.get(visit.household_id) or [people[visit.elder_id]]),
            people[visit.worker_id].name,
            people[visit.companion_id].name if visit.companion_id else "",
        )
        for visit in found
    ]


def line(one: Shown, seen_on: date | None = None) -> Text:
    """One visit in one line: the day, the house, who comes along, why or what came of it."""
    facts = {"day": one.visit.visited_on or one.visit.day, "who": one.who}
    if one.visit.state == VisitState.DONE:
        return Text("visits.line_done", **facts, outcome=one.visit.outcome)
    company = Text("visits.with", name=one.companion) if one.companion else Text("visits.with_nobody")
    return Text("visits.line", **facts, company=company, why=_why(one.visit, seen_on))


def _why(visit: Visit, seen_on: date | None) -> Text:
    if visit.reason in (Reason.LONGEST, Reason.RISK) and seen_on is not None:
        key = "visits.why_days" if visit.reason == Reason.LONGEST else "visits.why_risk_days"
        return Text(key, days=(visit.day - seen_on).days)
    if visit.reason == Reason.RISK:
        return Text("visits.why_risk_never")
    return Text(f"visits.why_{visit.reason}")


def week_message(session: Session, canteen: Canteen, monday: date) -> Message:
    """A week's plan with its buttons: all right, a closer look at one, one more."""
    found = visit_plans.week(session, canteen.id, monday)
    known = visit_proposals.candidates(session, canteen, monday + timedelta(days=6))
    seen_on = {one.key: one.seen_on for one in known}
    rows = shown(session, found)
    said = [line(one, seen_on.get((1, one.visit.household_id))) for one in rows]
    late = [one for one in known if not one.open and one.seen_on and one.due_on <= monday]
    head = Text("visits.week" if found else "visits.week_empty", first=monday, count=len(found))
    more = Text("visits.late_besides", count=len(late)) if late else None
    return Message(lines(head, *_numbered(said), more), _week_buttons(rows, monday))


def _numbered(said: Sequence[Text]) -> list[Text]:
    return [Text("visits.numbered", number=number, what=what) for number, what in enumerate(said, 1)]


def _week_buttons(rows: Sequence[Shown], monday: date) -> Rows:
    """At most three: all right, one house after the other, the rest; for an empty week, to plan it."""
    others = (Button(Text("common.more"), f"visitweek:{monday}:others-0"),)
    if not rows:
        plan = Button(Text("visits.button_plan"), f"visitweek:{monday}:plan", Style.PRIMARY)
        return ((plan,), others)
    yes = (Button(Text("visits.button_all_right"), f"visitweek:{monday}:yes", Style.SUCCESS),)
    each = (Button(Text("visits.button_each"), f"visitweek:{monday}:house-0"),)
    proposed = any(one.visit.state == VisitState.PROPOSED for one in rows)
    return (yes, each, others) if proposed else (each, others)


def morning(
    session: Session, canteen: Canteen, visit: Visit, act: Act, reader_id: int | None = None
) -> Message:
    """Everything the social worker needs at the door, for them alone; that it was shown is kept."""
    reader = reader_id or visit.worker_id
    (one,) = shown(session, [visit])
    today = local_day(canteen, act.now)
    company = Text("visits.with", name=one.companion) if one.companion else Text("visits.with_nobody")
    proposed = visit.state == VisitState.PROPOSED
    key = "visits.on_day" if visit.day != today else "visits.today_proposed" if proposed else "visits.today"
    said = [Text(key, who=one.who, company=company, day=visit.day)]
    said += [person(session, member, today) for member in one.home[:SHOWN]]
    said += at_the_door(session, visit, (one.home, reader), act)
    go = Button(Text("visits.button_go"), f"visit:{visit.id}:go", Style.SUCCESS)
    record = Button(Text("visits.button_record"), f"visit:{visit.id}:record", Style.PRIMARY)
    change = Button(Text("visits.button_change"), f"visit:{visit.id}:see")
    return Message(lines(*said), ((go if proposed else record,), (change,)))


def at_the_door(session: Session, visit: Visit, seen: tuple[Iterable[Member], int], act: Act) -> list[Text]:
    """What was found last, what is to be asked again, what is still open; who is told is kept."""
    home, reader = seen
    for member in home:
        if consents.by_messenger(session, member):
            readings.shown(session, act, member.id, AT_THE_DOOR, (reader,))
    words = visit_findings.last_words(session, visit)
    last = visit_findings.last(session, visit.household_id)
    if last is not None and words is not None:
        visit_findings.reveal(session, last, reader, act)
    return ([words] if words is not None else []) + to_do(session, visit, home)


def to_do(session: Session, visit: Visit, home: Iterable[Member]) -> list[Text]:
    """What those of a household are to be asked again, and what is still open for them."""
    said = [asking(session, row) for row in visit_records.to_ask(session, visit.household_id)]
    return said + still_open(session, [member.id for member in home])


def person(session: Session, member: Member, today: date) -> Text:
    """Somebody of the house: age, diet, address, phone."""
    if not consents.by_messenger(session, member):
        return Text("consents.not_over_messenger", name=member.name)
    unknown = Text("visits.not_known")
    facts: dict[str, Any] = {
        "name": member.name,
        "address": opened(session, member, "address") or unknown,
        "phone": opened(session, member, "phone") or unknown,
    }
    diet = [Text(f"sheets.diet_{one}") if one in READS else one for one in member.diet]
    age = age_on(member, today)
    about = [Text("visits.age", age=age)] if age is not None else []
    about += [Text("visits.diet", diet=diet)] if diet else []
    return Text("visits.person", **facts, about=about) if about else Text("visits.person_bare", **facts)


def asking(session: Session, row: FollowUp) -> Text:
    """What somebody is to be asked again."""
    elder = session.get_one(Member, row.elder_id)
    kind, _, number = row.about.partition(":")
    need = session.get(Need, int(number)) if kind == "need" and number.isdecimal() else None
    may = need is not None and consents.by_messenger(session, elder)
    words: Private | Text = opened(session, need, "words") if need and may else Text("visits.what_was_done")
    return Text("visits.to_ask", name=elder.name, words=words or Text("visits.what_was_done"))


def still_open(session: Session, elder_ids: Sequence[int]) -> list[Text]:
    """Requests and needs of some people that are not done."""
    asked = select(Request).where(col(Request.elder_id).in_(elder_ids), col(Request.state).in_(OPEN))
    kinds = [Text(f"RequestKind.{row.kind}") for row in session.exec(asked.order_by(col(Request.id)))]
    said = [Text("visits.open_requests", kinds=kinds)] if kinds else []
    own = select(Need).where(col(Need.elder_id).in_(elder_ids), col(Need.state).in_(UNDONE))
    needs = session.exec(own.order_by(col(Need.id)).limit(MOST_WISHES)).all()
    return said + [_need(session, need) for need in needs]


def _need(session: Session, need: Need) -> Text:
    """A need nobody has answered yet, or the answer that is to be told."""
    if need.state == NeedState.ANSWERED:
        name = session.get_one(Member, need.elder_id).name
        return Text("visits.to_tell", name=name, answer=need_notices.answer_sent(session, need))
    return Text("visits.open_need", words=need_notices.words_said(session, need))


def late_line(one: Candidate, today: date) -> Text:
    """A household that has not been seen: for how long, and how closely it is looked after."""
    who = households.named(one.elders)
    if one.seen_on is None:
        return Text("visits.never_seen", who=who, risk=one.risk)
    return Text("visits.unseen_days", who=who, risk=one.risk, days=(today - one.seen_on).days)


def told(session: Session, visit: Visit, act: Act) -> Text:
    """A visit that was written down, for a social worker; who read it is kept."""
    (one,) = shown(session, [visit])
    found = visit_findings.told_back(session, visit, act)
    company = Text("visits.check_company", name=one.companion) if one.companion else None
    again = Text("visits.next_on", day=visit.next_on) if visit.next_on else None
    return lines(line(one), found, company, again)


def done_line(visit: Visit, who: Text) -> Text:
    """A visit told back."""
    return Text("visits.recorded", who=who, day=visit.visited_on, outcome=visit.outcome or VisitOutcome.OTHER)


def absent(elder: Member, outcome: VisitOutcome) -> tuple[tuple[Button, ...], ...]:
    """Who is in hospital or away has no meals either: one tap away."""
    statuses = {VisitOutcome.HOSPITAL: "in_hospital", VisitOutcome.AWAY: "away"}
    status = statuses.get(outcome)
    if status is None:
        return ()
    words = Text(f"visits.button_status_{status}", name=elder.name)
    return ((Button(words, f"status:{elder.id}:{status}"),),)


def again(canteen: Canteen, visit: Visit, today: date) -> tuple[Button, ...]:
    """A week sooner, a week later."""
    assert visit.next_on is not None
    week = timedelta(days=7)
    sooner = visits.next_day(canteen, max(visit.next_on - week, today + timedelta(days=1)))
    later = visits.next_day(canteen, visit.next_on + week)
    found = [("later", later)] if sooner >= visit.next_on else [("sooner", sooner), ("later", later)]
    return tuple(
        Button(Text(f"visits.button_{word}", day=day), f"visitnext:{visit.id}:{day}") for word, day in found
    )
