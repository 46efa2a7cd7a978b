"""What was done for an eater, said back: to the asker several days in one breath, to the eater in one message."""

from collections.abc import Sequence

from sqlmodel import Session

from models.lunch.meals import BookingState
from models.members.people import Member
from rules import outbox
from rules.audit import Act
from rules.lunch.rolls import LIVE, Kept, echo
from rules.values import Text, lines

MANY = 3
"""From so many days on that are all alike, they are named in a row."""
IN_A_ROW = {BookingState.BOOKED: "meals.booked_days", BookingState.CANCELLED: "meals.cancelled_days"}


def echoes(eater: Member, kept: Sequence[Kept], *, notes: bool) -> list[Text]:
    """Acts told back; how food is to be prepared is nobody's business but the eater's, so `notes` only in private."""
    same = {_alike(each) for each in kept}
    if len(kept) < MANY or len(same) > 1 or kept[0].booking.state not in IN_A_ROW:
        return [_with_note(echo(eater, each), each, notes=notes) for each in kept]
    booking, sitting = kept[0].booking, kept[0].meal.sitting
    facts = {"name": eater.name, "sitting": sitting, "portions": booking.portions, "mode": booking.mode}
    said = Text(IN_A_ROW[booking.state], days=[each.meal.day for each in kept], **facts)
    return [_with_note(said, kept[0], notes=notes)]


def each_told(session: Session, kept: Sequence[Kept]) -> list[Text]:
    """Acts for one or several people told back, one after the other, without how their food is prepared."""
    eaters = dict.fromkeys(each.booking.eater_id for each in kept)
    theirs = {number: [each for each in kept if each.booking.eater_id == number] for number in eaters}
    return [
        said
        for number, some in theirs.items()
        for said in echoes(session.get_one(Member, number), some, notes=False)
    ]


def _alike(kept: Kept) -> tuple[object, ...]:
    mine = kept.booking
    return kept.meal.sitting, mine.state, mine.portions, mine.mode, mine.note


def _with_note(said: Text, kept: Kept, *, notes: bool) -> Text:
    note = kept.booking.note
    live = kept.booking.state in LIVE
    return Text("meals.with_note", what=said, note=note) if notes and note and live else said


def tell_eater(session: Session, eater: Member, kept: Kept, act: Act) -> None:
    """Tell an eater with a phone what somebody else did for them; several days of one sentence are one message."""
    if act.actor_id is None or act.actor_id == eater.id:
        return
    actor = session.get_one(Member, act.actor_id)
    key = f"booked:{act.update_id or kept.booking.id}:{act.now.timestamp():.0f}"
    said = Text("meals.done_for_you", by=actor.name, what=lines(echo(eater, kept)))
    if outbox.tell(session, key, eater, said, now=act.now) is None:
        outbox.add_line(session, f"{key}:{eater.id}", "what", echo(eater, kept))
