"""Every morning one message to each owner: what is late, and what is still to be said to an elder without a phone."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from models.members.people import Canteen, Member, Role, Status
from rules import outbox
from rules.elders import need_lists
from rules.elders.need_lists import Listed
from rules.values import Button, Message, Text, lines

SHOWN = 6
VERY_LATE = timedelta(days=7)


def tell_late(session: Session, canteen: Canteen, today: date, now: datetime) -> int:
    """Tell the owners; what has no owner here goes to the social workers, what is a week late to the managers too."""
    found = need_lists.late(session, canteen.id, today)
    here = _here(session, [number for number in found if number])
    orphaned = [one for owner, needs in found.items() if owner not in here for one in needs]
    told = 0
    for owner_id, owner in here.items():
        key = f"needs-late:{canteen.id}:{today}"
        told += outbox.tell(session, key, owner, _message(found[owner_id], today), now=now) is not None
    if orphaned:
        key, said = f"needs-nobodys:{canteen.id}:{today}", _message(orphaned, today)
        told += outbox.tell_role(session, key, canteen.id, (Role.SOCIAL_WORKER,), said, now=now)
    very = [one for needs in found.values() for one in needs if one.need.due_on <= today - VERY_LATE]
    if very:
        said = Message(Text("needs.very_late", count=len(very)), _look("all"))
        key = f"needs-very-late:{canteen.id}:{today}"
        told += outbox.tell_role(session, key, canteen.id, (Role.MANAGER,), said, now=now)
    return told


def _here(session: Session, ids: list[int]) -> dict[int, Member]:
    own = select(Member).where(col(Member.id).in_(ids), Member.status == Status.ACTIVE)
    return {owner.id: owner for owner in session.exec(own.order_by(col(Member.id)))}


def _message(found: list[Listed], today: date) -> Message:
    shown = [need_lists.line(one, today) for one in found[:SHOWN]]
    return Message(lines(Text("needs.late", count=len(found)), *shown), _look("mine"))


def _look(whose: str) -> tuple[tuple[Button, ...], ...]:
    return ((Button(Text("needs.button_list"), f"needpage:0:{whose}"),),)
