"""What is said about swaps: the post in the group, the question to one person, the news to everybody concerned."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from models.members.people import Canteen, Member
from models.outbox import MessageClass, Post
from models.volunteers.shifts import Assignment, Shift, Swap, SwapKind, SwapPolicy, SwapState
from rules import outbox
from rules.audit import Act
from rules.settings import after_quiet
from rules.values import Button, Message, Style, Text
from rules.volunteers import places, shifts
from rules.volunteers.hand_over import Sides

SHORTEST = timedelta(minutes=1)


def post(session: Session, canteen: Canteen, swap: Swap, now: datetime) -> None:
    """Ask everybody, in the group; edited as it goes on. Without a group the coordinators are asked."""
    group = outbox.group_of(canteen)
    said = swap_post(session, swap.id, now)
    if group is None:
        key = f"swap:{swap.id}:asked"
        outbox.tell_role(session, key, canteen.id, shifts.COORDINATORS, said, now=now)
        return
    live = session.exec(select(Post).where(Post.kind == "swap", Post.target_id == swap.id)).first()
    if live is None:
        live = Post(canteen_id=canteen.id, kind="swap", target_id=swap.id, chat_id=group.chat_id)
        session.add(live)
        session.flush()
    due = after_quiet(canteen, now)
    row = outbox.post(
        session,
        f"swap:{swap.id}",
        group,
        said,
        kind=MessageClass.POST,
        now=now,
        due_at=due,
        lasts=max(swap.expires_at - due, SHORTEST),
    )
    if row is not None:
        row.post_id = live.id


def about(session: Session, swap: Swap) -> tuple[Canteen, Shift, Member]:
    """The village, the shift and the one who gives it."""
    place = session.get_one(Assignment, swap.assignment_id)
    shift = session.get_one(Shift, place.shift_id)
    return session.get_one(Canteen, swap.canteen_id), shift, session.get_one(Member, place.member_id)


def swap_post(session: Session, swap_id: int, now: datetime) -> Message:
    """The post of an offer as it stands now."""
    swap = session.get_one(Swap, swap_id)
    canteen, shift, giver = about(session, swap)
    taker = session.get(Member, swap.taker_id) if swap.taker_id else None
    said = shifts.facts(canteen, shift)
    if swap.state == SwapState.TAKEN and taker is not None:
        return Message(Text("swaps.post_taken", taker=taker.name, **said))
    if swap.state == SwapState.AGREED and taker is not None:
        return Message(Text("swaps.post_agreed", taker=taker.name, **said))
    if swap.state != SwapState.OFFERED or now >= swap.expires_at:
        return Message(Text("swaps.post_over", **said))
    if swap.kind == SwapKind.EXCHANGE and swap.wanted_on is not None:
        button = Button(Text("swaps.button_exchange"), f"swaptake:{swap.id}", Style.SUCCESS)
        return Message(
            Text("swaps.post_exchange", name=giver.name, wanted=swap.wanted_on, **said), ((button,),)
        )
    button = Button(Text("swaps.button_take"), f"swaptake:{swap.id}", Style.SUCCESS)
    return Message(Text("swaps.post_offered", name=giver.name, **said), ((button,),))


def ask(session: Session, canteen: Canteen, swap: Swap, act: Act) -> None:
    """Ask the one person who still has to agree."""
    _, shift, giver = about(session, swap)
    taker = session.get_one(Member, swap.taker_id)
    yes = Button(Text("swaps.button_agree"), f"swaptake:{swap.id}", Style.SUCCESS)
    buttons = ((yes, Button(Text("swaps.button_no"), f"swapno:{swap.id}")),)
    claimed = swap.asked_by_id == taker.id
    asker, asked = (taker, giver) if claimed else (giver, taker)
    said = Message(_question(session, canteen, swap, shift, asker), buttons)
    row = outbox.tell(session, f"swap:{swap.id}:ask", asked, said, now=act.now, before=shift.starts_at)
    if row is None:
        key = f"swap:{swap.id}:unreachable"
        text = Text("swaps.cannot_reach", name=asked.name, question=said.text)
        asking = Message(text, buttons)
        outbox.tell_role(
            session, key, canteen.id, shifts.COORDINATORS, asking, now=act.now, before=shift.starts_at
        )


def _question(session: Session, canteen: Canteen, swap: Swap, shift: Shift, asker: Member) -> Text:
    said = shifts.facts(canteen, shift)
    if swap.kind == SwapKind.EXCHANGE and swap.counter_id is not None:
        counter = session.get_one(Assignment, swap.counter_id)
        other = shifts.line(canteen, session.get_one(Shift, counter.shift_id))
        mine = shifts.line(canteen, shift)
        if swap.asked_by_id == counter.member_id:
            mine, other = other, mine
        return Text("swaps.asks_exchange", name=asker.name, theirs=mine, yours=other)
    key = "swaps.asks_to_take" if swap.asked_by_id == swap.taker_id else "swaps.asks_to_cover"
    return Text(key, name=asker.name, **said)


def ask_coordinators(session: Session, canteen: Canteen, swap: Swap, act: Act) -> None:
    """Both agree; a coordinator still has to."""
    _, shift, giver = about(session, swap)
    taker = session.get_one(Member, swap.taker_id)
    said = Text("swaps.asks_approval", giver=giver.name, taker=taker.name, **shifts.facts(canteen, shift))
    yes = Button(Text("swaps.button_approve"), f"swapyes:{swap.id}", Style.SUCCESS)
    buttons = ((yes, Button(Text("swaps.button_refuse"), f"swapnot:{swap.id}")),)
    outbox.tell_role(
        session,
        f"swap:{swap.id}:{act.update_id}:approve",
        canteen.id,
        shifts.COORDINATORS,
        Message(said, buttons),
        now=act.now,
        before=shift.starts_at,
    )
    outbox.touch(session, "swap", swap.id, act.now)
    waiting = Text("swaps.waits_for_nod", name=taker.name, **shifts.facts(canteen, shift))
    if giver.id != act.actor_id:
        outbox.tell(
            session,
            f"swap:{swap.id}:{act.update_id}:waits",
            giver,
            waiting,
            now=act.now,
            before=shift.starts_at,
        )


def tell_taken(session: Session, canteen: Canteen, swap: Swap, sides: Sides, act: Act) -> None:
    """It has moved: both and the coordinators are told, the post says who came forward."""
    key, shift = f"swap:{swap.id}:{act.update_id}:taken", session.get_one(Shift, sides.place.shift_id)
    # Where one side's word is enough, the other was not asked and may say no afterwards.
    unasked = swap.policy == SwapPolicy.OPEN and swap.asked_by_id == act.actor_id
    no = ((Button(Text("swaps.button_give_back"), f"swapback:{swap.id}"),),) if unasked else ()
    for member in (sides.giver, sides.taker):
        if member.id != act.actor_id:
            said = Message(settled(session, canteen, sides, member), no)
            outbox.tell(session, key, member, said, now=act.now, before=shift.starts_at)
    places.tell_coordinators(session, key, shift, settled(session, canteen, sides, None), act)
    outbox.touch(session, "swap", swap.id, act.now)


def tell_undone(session: Session, canteen: Canteen, swap: Swap, sides: Sides, act: Act) -> None:
    """It has moved back: whoever did not do it hears what is theirs again and what is not."""
    shift = session.get_one(Shift, sides.place.shift_id)
    facts, key = shifts.facts(canteen, shift), f"swap:{swap.id}:undone:{act.update_id}"
    changed_mind = act.actor_id == sides.taker.id
    giver_reads = "swaps.undone_notice" if changed_mind else "swaps.undone_giver"
    told = (
        (sides.giver, Text(giver_reads, name=sides.taker.name, **facts)),
        (sides.taker, Text("swaps.undone_taker", name=sides.giver.name, **facts)),
    )
    for member, said in [pair for pair in told if pair[0].id != act.actor_id]:
        whole = _with_other(session, canteen, sides, member, said)
        outbox.tell(session, key, member, whole, now=act.now, before=shift.starts_at)
    news = Text("swaps.undone", name=sides.giver.name, **facts)
    if changed_mind:
        news = Text("swaps.undone_news", name=sides.taker.name, giver=sides.giver.name, **facts)
    places.tell_coordinators(session, key, shift, _with_other(session, canteen, sides, None, news), act)
    outbox.touch(session, "swap", swap.id, act.now)


def _with_other(session: Session, canteen: Canteen, sides: Sides, reader: Member | None, said: Text) -> Text:
    """In an exchange the other shift goes back as well."""
    if sides.counter is None:
        return said
    other = shifts.line(canteen, session.get_one(Shift, sides.counter.shift_id))
    key = "swaps.other_yours" if reader is sides.taker else "swaps.other_theirs"
    return Text("swaps.both_lines", first=said, second=Text(key, line=other, name=sides.taker.name))


def settled(session: Session, canteen: Canteen, sides: Sides, reader: Member | None) -> Text:
    """What has moved, as the giver, the taker or anybody else reads it."""
    facts = shifts.facts(canteen, session.get_one(Shift, sides.place.shift_id))
    if reader is not None and reader.id == sides.giver.id:
        said, also = Text("swaps.taken_giver", name=sides.taker.name, **facts), "swaps.you_get"
    elif reader is not None and reader.id == sides.taker.id:
        said, also = Text("swaps.taken_taker", name=sides.giver.name, **facts), "swaps.you_give"
    else:
        names = {"giver": sides.giver.name, "taker": sides.taker.name}
        said, also = Text("swaps.taken_news", **names, **facts), "swaps.in_return"
    if sides.counter is None:
        return said
    other = shifts.line(canteen, session.get_one(Shift, sides.counter.shift_id))
    return Text("swaps.both_lines", first=said, second=Text(also, line=other))


def sides_of(session: Session, swap: Swap) -> Sides:
    """Both sides of a swap that was taken."""
    place = session.get_one(Assignment, swap.assignment_id)
    counter = session.get_one(Assignment, swap.counter_id) if swap.counter_id else None
    giver, taker = session.get_one(Member, place.member_id), session.get_one(Member, swap.taker_id)
    return Sides(place, giver, taker, counter)
