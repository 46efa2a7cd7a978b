"""Setting a village up and changing it: the first questions, `/settings`, and the bot coming and going."""

from handlers.turn import Turn
from models.cards import Card
from models.members.people import Canteen, Role
from rules import canteens, choices
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast
from transports.updates import Kind

WIZARD = ("name", "sittings", "seats", "price", "lunch_closing")
PAGE = 3
PRESENT = frozenset({"member", "administrator", "restricted", "creator"})


def settings(turn: Turn, argument: str) -> Answer:
    """`/settings`: the village's settings in plain words, three at a time."""
    check_manager(turn)
    if not turn.private:
        return Text("canteens.in_private")
    return page(turn, 0)


def check_manager(turn: Turn) -> None:
    """Only a manager sets the village up."""
    if turn.member is None or not turn.may():
        raise Refused("canteens.managers_only")


def page(turn: Turn, start: int) -> Message:
    """Three settings with their present values, and the way to the next."""
    names = list(choices.OFFERED)[start : start + PAGE]
    rows = tuple((Button(_named(turn.village, name), f"set:{name}"),) for name in names)
    following = start + PAGE if start + PAGE < len(choices.OFFERED) else 0
    more = (Button(Text("common.more"), f"setpage:{following}"),)
    return Message(Text("canteens.settings", name=turn.village.name), (*rows, more))


def _named(canteen: Canteen, name: str) -> Text:
    return Text("canteens.setting", what=Text(f"canteens.{name}"), value=choices.label(canteen, name))


def turn_page(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The next three settings."""
    check_manager(turn)
    start = int(arguments[0]) if arguments and arguments[0].isdecimal() else 0
    return Toast(Text("common.more"), edit=page(turn, start))


def choose(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One setting was tapped: what it is now, and what it may become."""
    check_manager(turn)
    name = arguments[0] if arguments else ""
    if name not in choices.OFFERED:
        raise Refused("common.old_button")
    return Toast(Text(f"canteens.{name}"), edit=question(turn, name, step=None))


def question(turn: Turn, name: str, *, step: int | None) -> Message:
    """Ask for one value by buttons; another one may be written."""
    card = turn.ask("canteens.setting", awaits_text=True, name=name, step=step)
    answers = tuple(
        (Button(Text("canteens.choice", value=choices.offered(name, words)), f"setto:{card.id}:{number}"),)
        for number, words in enumerate(choices.OFFERED[name])
    )
    as_it_is = (Button(Text("canteens.keep"), f"setto:{card.id}:keep"),)
    asked = Text(
        "canteens.question",
        what=Text(f"canteens.{name}"),
        value=choices.present(turn.village, name),
        hint=Text(f"canteens.hint_{name}"),
    )
    return Message(asked, (*answers, as_it_is))


def tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """An offered value was tapped."""
    if len(arguments) != 2:
        raise Refused("common.old_button")
    check_manager(turn)
    card = turn.opened(arguments[0], "canteens.setting")
    name, which = card.facts["name"], arguments[1]
    if which == "keep":
        return Toast(Text("common.done"), edit=_next(turn, card, None))
    if not which.isdecimal() or int(which) >= len(choices.OFFERED[name]):
        raise Refused("common.old_button")
    return Toast(Text("common.done"), edit=_set(turn, card, choices.OFFERED[name][int(which)]))


def written(turn: Turn, card: Card, words: str) -> Answer:
    """A value was written."""
    check_manager(turn)
    return _set(turn, card, words)


def _set(turn: Turn, card: Card, words: str) -> Message:
    name = card.facts["name"]
    value = choices.read(turn.village, name, words)
    before = canteens.change(turn.session, turn.village.id, choices.kept_as(name), value, turn.act)
    undo = turn.ask("canteens.undo", name=name, before=before, after=value)
    said = Text("canteens.changed", what=Text(f"canteens.{name}"), value=choices.present(turn.village, name))
    return _next(turn, card, Message(said, ((Button(Text("common.undo"), f"unset:{undo.id}"),),)))


def _next(turn: Turn, card: Card, said: Message | None) -> Message:
    """In the first questions: the next one; else back to the settings."""
    step = card.facts["step"]
    if step is None:
        return said or page(turn, 0)
    if step + 1 < len(WIZARD):
        return question(turn, WIZARD[step + 1], step=step + 1)
    canteens.finish(turn.session, turn.village, turn.act)
    return Message(Text("canteens.ready", name=turn.village.name))


def unset(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Take a change back, unless it was changed again since."""
    check_manager(turn)
    card = turn.opened(arguments[0] if arguments else "", "canteens.undo")
    name = card.facts["name"]
    kept = choices.kept_as(name)
    present = getattr(turn.village, kept) if kept in canteens.OWN_COLUMNS else turn.village.settings.get(kept)
    if present != card.facts["after"]:
        raise Refused("common.old_button")
    canteens.change(turn.session, turn.village.id, kept, card.facts["before"], turn.act)
    said = Text("canteens.changed", what=Text(f"canteens.{name}"), value=choices.present(turn.village, name))
    return Toast(Text("common.undo"), edit=Message(said))


def first_question(turn: Turn) -> Message | None:
    """The first questions, for a manager whose village is not set up yet."""
    if turn.canteen is None or turn.canteen.set_up_at is not None or Role.MANAGER not in turn.roles:
        return None
    return question(turn, WIZARD[0], step=0)


def membership(turn: Turn) -> Answer:
    """The bot was added to a group, or removed from it."""
    if turn.private:
        return None
    if turn.heard.bot_status not in PRESENT:
        if turn.canteen is not None:
            canteens.depart(turn.session, turn.canteen, turn.act)
        return None
    known = turn.canteen is not None
    heard = turn.heard
    turn.canteen, _ = canteens.arrive(turn.session, heard.chat_id, heard.chat_title, turn.language, turn.act)
    return None if known else greeting(turn)


def greeting(turn: Turn) -> Message | Text:
    """One line to the group: who added the bot rules it; an anonymous admin leaves it to be claimed."""
    heard = turn.heard
    if canteens.managers(turn.session, turn.village.id):
        return Text("canteens.back_again")
    if heard.person_id is None:
        claim = Button(Text("canteens.button_claim"), "rule:claim", Style.PRIMARY)
        return Message(Text("canteens.hello_nobody"), ((claim,),))
    manager = canteens.claim(turn.session, turn.village, heard.person_id, heard.person_name, turn.act)
    return Text("canteens.hello", name=manager.name)


def claim(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The first to tap becomes the manager of a village without one."""
    heard = turn.heard
    if turn.canteen is None or turn.private or heard.person_id is None:
        raise Refused("common.old_button")
    manager = canteens.claim(turn.session, turn.village, heard.person_id, heard.person_name, turn.act)
    return Toast(Text("common.done"), edit=Message(Text("canteens.hello", name=manager.name)))


COMMANDS = {"settings": settings}
BUTTONS = {
    "set": choose,
    "setto": tapped,
    "setpage": turn_page,
    "unset": unset,
    "rule": claim,
}
CARDS = {"canteens.setting": written}
UNDOES = {"canteens.undo": unset}
EVENTS = {Kind.MEMBERSHIP: membership}
