"""What somebody agrees to: asked on one card, changed at any time, written down by others for who has no phone."""

from handlers.turn import Turn
from models.members.consents import Purpose
from models.members.people import Consent, Member, Role
from rules import outbox
from rules.members import consents
from rules.settings import after_quiet
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast, lines

ASKED = (Purpose.DISPLAY, Purpose.HEALTH, Purpose.MESSENGER)
"""What is asked about on the first card; what is kept for meals follows from eating, and is one tap further."""
SURE = "sure"
PAGES = {
    "choose": Purpose.DISPLAY,
    "health": Purpose.HEALTH,
    "messenger": Purpose.MESSENGER,
    "more": Purpose.MEALS,
}
"""One by one: what each page asks about. Never more than three buttons at a time."""


def card(turn: Turn, member: Member) -> Message:
    """The question, as a whole: yes to all, no to all, or one by one."""
    rows = (
        (_button(member, "all", Style.SUCCESS),),
        (_button(member, "choose"),),
        (_button(member, "none"),),
    )
    return Message(Text("consents.ask", name=member.name), rows)


def first(turn: Turn) -> Message | None:
    """The card for whoever was never asked; only in private."""
    if turn.member is None or not turn.private or consents.of(turn.session, turn.asker.id):
        return None
    return card(turn, turn.asker)


def about_health(turn: Turn, member: Member) -> Text | None:
    """The first note about somebody's health: they are asked, or whoever wrote it for who has no phone; it waits sealed.

    Answers what the writer is told beside, when the question went to the person.
    """
    if member.id == turn.asker.id or Purpose.HEALTH in consents.of(turn.session, member.id):
        return None
    rows = tuple((_change(member, Purpose.HEALTH, one),) for one in ("yes", "no"))
    if outbox.reach(turn.session, member) is None:
        if turn.roles & {Role.SOCIAL_WORKER, Role.MANAGER}:
            turn.answer(Message(Text("consents.first_note", name=member.name), rows))
        return None
    asked = Message(Text("consents.may_we_note", by=turn.asker.name), rows)
    key, due_at = f"consents:{member.id}:health", after_quiet(turn.village, turn.now)
    told = outbox.tell(turn.session, key, member, asked, now=turn.now, due_at=due_at)
    return Text("consents.first_note_asked", name=member.name) if told else None


def _button(member: Member, word: str, style: Style = Style.PLAIN) -> Button:
    return Button(Text(f"consents.button_{word}"), f"agree:{member.id}:{word}", style)


def one_by_one(turn: Turn, member: Member, page: str = "choose") -> Message:
    """What holds now for each purpose; a tap changes the one of the page, or goes on to the next."""
    said = consents.of(turn.session, member.id)
    states = {
        one: "unasked" if one not in said else "yes" if said[one].given else "no" for one in PAGES.values()
    }
    told = [Text(f"consents.{one}_{state}") for one, state in states.items()]
    asked = PAGES[page]
    rows = [(_change(member, asked, one),) for one in ("yes", "no") if one != states[asked]]
    rows.append((Button(Text("common.more"), f"agree:{member.id}:{_after(page)}"),))
    return Message(lines(Text("consents.so_far", name=member.name), *told), tuple(rows))


def _after(page: str) -> str:
    names = list(PAGES)
    return names[(names.index(page) + 1) % len(names)]


def _page_of(asked: str) -> str:
    """Where a change is shown: on the page it was made on."""
    return next((page for page, purpose in PAGES.items() if purpose == asked), "choose")


def _change(member: Member, purpose: Purpose, answer: str) -> Button:
    return Button(Text(f"consents.change_{purpose}_{answer}"), f"agree:{member.id}:{purpose}-{answer}")


def agreed(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A tap on a card about consents; for somebody else it first has to be said how they agreed."""
    member, word = _member(turn, arguments[0]), arguments[1]
    if word in PAGES:
        return _becomes(one_by_one(turn, member, word))
    asked, *rest = word.split("-")
    answers = _answers(asked, rest)
    how = next((one for one in Consent if one in rest), None)
    if how is None and member.id != turn.asker.id and any(answers.values()):
        rows = tuple((Button(Text(f"Consent.{one}"), f"agree:{member.id}:{word}-{one}"),) for one in Consent)
        return _becomes(Message(Text("consents.how", name=member.name), rows))
    if answers.get(Purpose.HEALTH) is False and SURE not in rest and consents.has_notes(turn.session, member):
        return _becomes(_sure(member, word))
    own = Consent.WRITTEN if member.id == turn.asker.id else Consent.SAID
    consents.record(turn.session, member.id, answers, how or own, turn.act)
    return _becomes(one_by_one(turn, member, _page_of(asked)))


def _sure(member: Member, word: str) -> Message:
    """Notes are deleted for good: that is asked twice."""
    sure = Button(Text("consents.button_delete"), f"agree:{member.id}:{word}-{SURE}", Style.DANGER)
    keep = Button(Text("common.no"), f"agree:{member.id}:choose")
    return Message(Text("consents.sure_delete", name=member.name), ((keep,), (sure,)))


def _answers(asked: str, rest: list[str]) -> dict[Purpose, bool]:
    if asked in ("all", "none"):
        return dict.fromkeys(Purpose if asked == "all" else ASKED, asked == "all")
    if asked not in set(Purpose) or not rest or rest[0] not in ("yes", "no"):
        raise Refused("common.old_button")
    return {Purpose(asked): rest[0] == "yes"}


def _member(turn: Turn, number: str) -> Member:
    if turn.member is None or not turn.private:
        raise Refused("people.in_private")
    known = number.isascii() and number.isdigit() and len(number) < 19
    member = turn.session.get(Member, int(number)) if known else None
    if member is None:
        raise Refused("common.old_button")
    consents.check_may_record(turn.session, member, turn.act)
    return member


def _becomes(message: Message) -> Toast:
    return Toast(Text("common.done"), edit=message)


BUTTONS = {"agree": agreed}
