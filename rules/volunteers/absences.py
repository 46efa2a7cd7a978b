"""Whoever will not be here has shifts that need somebody else: those who plan hear it at once, not the evening before."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.members.people import Canteen, Member, Status
from models.volunteers.shifts import Assignment, AssignmentState, Shift, ShiftState, Swap
from rules import outbox
from rules.audit import Act
from rules.members import presence
from rules.settings import local_day
from rules.values import Button, Message, Refused, Style, Text, lines
from rules.volunteers import assignments, places, rosters, shifts, swap_states, swaps
from rules.volunteers.places import Placed
from rules.volunteers.swaps import Asking

GONE = (Status.LEFT, Status.DECEASED)
SHOWN = 6

Missed = list[tuple[Assignment, Shift]]
Told = tuple[Status, int, Sequence[Text]]


def missed(session: Session, canteen: Canteen, member: Member, now: datetime) -> Missed:
    """The shifts ahead on days when their holder will not be here; two statements."""
    ahead = rosters.mine(session, member.id, local_day(canteen, now))
    here = presence.days_here(session, member, [shift.day for _, shift in ahead])
    return [(place, shift) for place, shift in ahead if shift.starts_at > now and shift.day not in here]


def note(session: Session, member: Member, status: Status, act: Act) -> None:
    """Somebody's status has changed: who has gone for good is off their shifts, for the others it is asked."""
    if status == Status.ACTIVE:
        return
    canteen = session.get_one(Canteen, member.canteen_id)
    found = missed(session, canteen, member, act.now)
    if not found:
        return
    if status in GONE:
        _free(session, found, member, act)
    told = [shifts.line(canteen, shift) for _, shift in found[:SHOWN]]
    _tell(session, member, (status, len(found), told), found[0][1].starts_at, act)


def _free(session: Session, found: Missed, member: Member, act: Act) -> None:
    for place, shift in found:
        assignments.let_go(session, Placed(place, shift, member, places.seen(place)), "", act)


def _tell(session: Session, member: Member, what: Told, before: datetime, act: Act) -> None:
    status, count, told = what
    facts = {"name": member.name, "count": count}
    key = f"absent:{member.id}:{act.update_id}:{act.now.timestamp():.0f}"
    if status in GONE:
        gaps = Button(Text("shifts.button_gaps"), "shiftgaps")
        said = Message(lines(Text("shifts.gone", **facts), *told), ((gaps,),))
    else:
        ask = Button(Text("shifts.button_find_all"), f"absentask:{member.id}", Style.PRIMARY)
        said = Message(lines(Text("shifts.absent_ahead", **facts), *told), ((ask,),))
    outbox.tell_role(session, key, member.canteen_id, shifts.COORDINATORS, said, now=act.now, before=before)
    if status not in GONE and act.actor_id == member.id:
        mine = Message(lines(Text("shifts.absent_yourself", **facts), *told), said.buttons)
        outbox.tell(session, key, member, mine, now=act.now)  # who has just written is awake


def find_others(session: Session, canteen: Canteen, member: Member, act: Act) -> list[Swap]:
    """Ask everybody about each of these shifts; what is being asked about already is left as it is."""
    if act.actor_id != member.id:
        shifts.check_coordinates(session, act)
    if member.canteen_id != canteen.id:
        raise Refused("common.old_button")
    found = missed(session, canteen, member, act.now)
    if not found:
        raise Refused("shifts.none_absent", name=member.name)
    waiting = [place for place, _ in found if swap_states.open_for(session, place.id) is None]
    return [swaps.offer(session, canteen, place.id, Asking(), act) for place in waiting]


def note_back(session: Session, member: Member, left_at: Collection[datetime], act: Act) -> int:
    """It was a mistake that somebody has gone: they have the places back that nobody has taken since."""
    lost = select(Assignment, Shift).join(Shift, col(Shift.id) == col(Assignment.shift_id))
    lost = lost.where(Assignment.member_id == member.id, Assignment.state == AssignmentState.EXCUSED)
    lost = lost.where(col(Assignment.ended_at).in_(left_at), Shift.state == ShiftState.OPEN)
    lost = lost.where(Shift.starts_at > act.now).order_by(col(Shift.starts_at))
    back = [place for place, shift in session.exec(lost).all() if _again(session, place, shift, member, act)]
    if back:
        said = Text("shifts.gone_back", name=member.name, count=len(back))
        key = f"back:{member.id}:{act.update_id}"
        outbox.tell_role(session, key, member.canteen_id, shifts.COORDINATORS, said, now=act.now)
    return len(back)


def _again(session: Session, place: Assignment, shift: Shift, member: Member, act: Act) -> bool:
    found = Placed(place, shift, member, places.seen(place))
    try:
        assignments.take_up(session, found, AssignmentState.ASSIGNED, 0, act)
    except Refused:
        # Somebody else has come forward meanwhile: it is theirs.
        return False
    return True
