"""Swapping shifts: who can step in, mine for yours, I will do it, and the answers under each question."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import select

from handlers.lunch.bookings import known
from handlers.lunch.rolls import number
from handlers.questions import UNDO_LASTS
from handlers.turn import Turn
from handlers.volunteers import shifts as shift_talk
from handlers.volunteers import swap_names
from handlers.volunteers.swap_names import Meant
from models.members.people import Member
from models.outbox import Post
from models.volunteers.shifts import Assignment, Shift, Swap, SwapKind, SwapState
from nlu import Understanding
from rules import outbox
from rules.values import Answer, Button, Message, Refused, Text, Toast
from rules.volunteers import places, rosters, shifts, swap_posts, swap_states, swaps, vacancies
from rules.volunteers.eligibility import Overlaps
from rules.volunteers.rosters_read import duties_in
from rules.volunteers.swaps import Asking

AHEAD = 15
"""How many days are looked through where none is named."""


def by_command(turn: Turn, argument: str) -> Answer:
    """`/swap`: which of one's own shifts cannot be done?"""
    known(turn)
    if not turn.private:
        return Text("swaps.say_in_private")
    found = rosters.mine(turn.session, turn.asker.id, turn.today)
    ahead = [(place.id, shift) for place, shift in found if shift.starts_at > turn.now]
    if not ahead:
        return Text("shifts.none_coming")
    return shift_talk.pick(turn, ahead, "swaps.which", "shiftno")


def offer(turn: Turn, understanding: Understanding) -> Answer:
    """ "Who can step in for me?", of everybody or of somebody named."""
    known(turn)
    slots = understanding.slots
    found = shift_talk.own(turn, understanding)
    if not found:
        return shift_talk.nothing_of_yours(slots)
    if len(found) > 1:
        return shift_talk.pick(turn, [(p.id, s) for p, s in found], "swaps.which", "shiftno")
    place_id = found[0][0].id
    people = swap_names.called(turn, slots)
    if not people:
        return opened(turn, place_id, Asking())
    return settled(turn, [Meant(one, place_id, Asking(SwapKind.COVER, one)) for one in people])


def settled(turn: Turn, choices: Sequence[Meant]) -> Answer:
    """What is asked of one person; of several of the same name it is first asked who is meant."""
    if len(choices) > 1:
        return swap_names.which(turn, choices)
    return pursued(turn, choices[0].place_id, choices[0].asking)


def pursued(turn: Turn, place_id: int, asking: Asking) -> Answer:
    """Take what is on offer already, else ask for it."""
    offered = swap_states.open_for(turn.session, place_id)
    claims = asking.taker is not None and asking.taker.id == turn.asker.id
    if claims and offered is not None and offered.taker_id in (None, turn.asker.id):
        return take(turn, offered.id)
    return opened(turn, place_id, asking)


def opened(turn: Turn, place_id: int, asking: Asking) -> Answer:
    """Offer a place, and say what happens next: it stays one's own until somebody takes it."""
    swap = swaps.offer(turn.session, turn.village, place_id, asking, turn.act)
    _, shift, giver = swap_posts.about(turn.session, swap)
    facts = shifts.facts(turn.village, shift)
    if swap.state == SwapState.TAKEN and asking.taker is not None:
        sides = swap_posts.sides_of(turn.session, swap)
        return undoable(turn, swap_posts.settled(turn.session, turn.village, sides, turn.asker), swap)
    if asking.taker is not None:
        other = giver if asking.taker.id == turn.asker.id else asking.taker
        reached = outbox.reach(turn.session, other) is not None
        said = Text("swaps.asked_one" if reached else "swaps.asked_by_mouth", name=other.name, **facts)
    elif not turn.private:
        # The post itself is the answer: the bot says it once.
        return None
    else:
        said = Text("swaps.asked_all" if turn.village.chat_id else "swaps.asked_coordinator", **facts)
    return Message(said, ((Button(Text("swaps.button_withdraw"), f"swapend:{swap.id}"),),))


def open_by_tap(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """ "I cannot come", under a reminder: the swap is open at once."""
    known(turn)
    place_id = number(arguments[0])
    said = opened(turn, place_id, Asking())
    if isinstance(said, Message) and turn.private:
        found = places.find(turn.session, place_id, turn.act)
        said = shift_talk.and_the_others(turn, said, found.shift)
    return edited(turn, said)


def edited(turn: Turn, said: Answer) -> Answer:
    """In private the question becomes its answer; in the group a toast is enough."""
    if isinstance(said, Message) and turn.private:
        return Toast(Text("common.done"), edit=said)
    return Toast(said.text if isinstance(said, Message) else Text("common.done"))


def claim(turn: Turn, understanding: Understanding) -> Answer:
    """ "I will do Wednesday": what is offered or open that day, or the place of whoever is named."""
    known(turn)
    slots = understanding.slots
    if turn.heard.reply_to_bot and not slots.dates and (answer := replied_to(turn)) is not None:
        return answer
    people = swap_names.called(turn, slots)
    if people:
        return _instead_of(turn, people, understanding)
    found = openings(turn, understanding)
    if not found:
        raise shift_talk.unneeded(turn, slots.dates)
    if len(found) > 1 or not slots.dates:
        rows = [
            (Button(Text("shifts.line", **shifts.facts(turn.village, shift)), data),)
            for data, shift in found[: shift_talk.FEW]
        ]
        return Message(Text("shifts.which_join"), tuple(rows))
    verb, _, row_id = found[0][0].partition(":")
    return take(turn, int(row_id)) if verb == "swaptake" else shift_talk.sign_up(turn, int(row_id))


def openings(turn: Turn, understanding: Understanding) -> list[tuple[str, Shift]]:
    """What somebody may take: offers of others first, then gaps; each as the button that takes it."""
    days = list(shift_talk.days_meant(turn, understanding)) or [
        turn.today + timedelta(days=number) for number in range(AHEAD)
    ]
    offers = rosters.offers_on(turn.session, turn.village.id, days)
    free = [
        (f"swaptake:{swap.id}", shift)
        for swap, place, shift in offers
        if place.member_id != turn.asker.id and swap.taker_id in (None, turn.asker.id)
    ]
    gaps = rosters.vacancies(turn.session, turn.village.id, min(days), max(days), turn.now)
    free += [(f"shiftjoin:{shift.id}", shift) for shift, _ in gaps if shift.day in days]
    met = {s.id for s in shifts.in_part(turn.village, [shift for _, shift in free], understanding.slots.meal)}
    duties = duties_in(turn.heard.text)
    kept = [(data, shift) for data, shift in free if shift.id in met]
    return [pair for pair in kept if pair[1].duty in duties] or kept


def _instead_of(turn: Turn, people: Sequence[Member], understanding: Understanding) -> Answer:
    """Only whoever of that name is on can be meant."""
    days = shift_talk.days_meant(turn, understanding)
    found = [(one, _first_of(turn, one, days)) for one in people]
    cover = Asking(SwapKind.COVER, turn.asker)
    choices = [Meant(one, place.id, cover) for one, place in found if place is not None]
    if not choices:
        raise Refused("swaps.has_none", name=people[0].name)
    return settled(turn, choices)


def _first_of(turn: Turn, member: Member, days: Sequence[date]) -> Assignment | None:
    theirs = rosters.mine(turn.session, member.id, turn.today, days)
    ahead = shift_talk.of_duty([pair for pair in theirs if pair[1].starts_at > turn.now], turn)
    return ahead[0][0] if ahead else None


def take_by_tap(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """ "I can", under the post or the question."""
    known(turn)
    return shift_talk.answered(turn, take(turn, number(arguments[0])))


def take(turn: Turn, swap_id: int, *, despite_overlap: bool = False) -> Message:
    """Take an offer; two duties at once are asked about first."""
    counter_id = _counter(turn, swap_id)
    try:
        swap = swaps.take(
            turn.session,
            turn.village,
            swap_id,
            turn.act,
            counter_id=counter_id,
            despite_overlap=despite_overlap,
        )
    except Overlaps as at_once:
        return shift_talk.both_at_once(turn, at_once, "swapsure", swap=swap_id)
    if swap.state == SwapState.AGREED:
        _, shift, giver = swap_posts.about(turn.session, swap)
        return Message(Text("swaps.agreed", name=giver.name, **shifts.facts(turn.village, shift)))
    sides = swap_posts.sides_of(turn.session, swap)
    said = swap_posts.settled(turn.session, turn.village, sides, turn.asker)
    return Message(said) if turn.asker.id == sides.giver.id else undoable(turn, said, swap)


def _counter(turn: Turn, swap_id: int) -> int | None:
    """What the taker gives for an open exchange: their own shift on the day wanted, of the same duty if there is one."""
    swap = turn.session.get(Swap, swap_id)
    if swap is None or swap.kind != SwapKind.EXCHANGE or swap.counter_id or swap.wanted_on is None:
        return None
    _, shift, _ = swap_posts.about(turn.session, swap)
    mine = rosters.mine(turn.session, turn.asker.id, turn.today, [swap.wanted_on])
    same = [place for place, own in mine if own.duty == shift.duty] or [place for place, _ in mine]
    return same[0].id if same else None


def undoable(turn: Turn, said: Text, swap: Swap) -> Message:
    """A swap that was made, with a way back for ten minutes."""
    card = turn.ask("swaps.undo", lasts=UNDO_LASTS, swap=swap.id)
    return Message(said, ((Button(Text("common.undo"), f"swapundo:{card.id}"),),))


def replied_to(turn: Turn) -> Answer:
    """ "I can", written as a reply to the post about a shift."""
    post = turn.session.exec(
        select(Post).where(Post.chat_id == turn.heard.chat_id, Post.message_id == turn.heard.reply_to)
    ).first()
    if post is not None and post.kind == "swap":
        return take(turn, post.target_id)
    found = (
        vacancies.open_in(turn.session, post.target_id, turn.now) if post and post.kind == "vacancies" else []
    )
    if len(found) > 1:
        return shift_talk.pick(turn, [(shift.id, shift) for shift in found], "shifts.which_join", "shiftjoin")
    return shift_talk.sign_up(turn, found[0].id) if found else None


COMMANDS = {"swap": by_command}
BUTTONS = {"shiftno": open_by_tap, "swaptake": take_by_tap}
