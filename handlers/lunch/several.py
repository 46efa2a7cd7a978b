"""One sentence about several people: all of them or none, and every one said back."""

from collections.abc import Sequence

from handlers.lunch.bookings import eaters_of, known, told_lines, undo_button
from handlers.lunch.plans import plan_of
from handlers.turn import Turn
from models.members.people import Member
from nlu import Understanding
from rules.lunch import plans
from rules.lunch.plans import Done
from rules.members.people import check_may_act
from rules.values import Answer, Message, Refused, Text, lines


def order(turn: Turn, understanding: Understanding, names: Sequence[str]) -> Answer:
    """ "Granny Li and Uncle Qin, one each tomorrow"."""
    known(turn)
    if not (understanding.slots.dates or understanding.slots.parts):
        return Text("meals.which_day")
    done = [_one(turn, understanding, name) for name in names]
    said = lines(*(told_lines(turn, eater, kept) for eater, kept in done))
    return Message(said, undo_button(turn, [one for _, kept in done for one in kept.kept]))


def _one(turn: Turn, understanding: Understanding, name: str) -> tuple[Member, Done]:
    found = eaters_of(turn, name)
    if len(found) != 1:
        raise Refused("meals.one_by_one", name=name)
    eater = found[0]
    if eater.id != turn.asker.id:
        check_may_act(turn.session, turn.asker, eater, "meals", turn.today)
    plan = plan_of(turn, understanding, eater)
    return eater, plans.carry_out(turn.session, turn.village, plan, turn.act)
