"""The morning check: whose, how warm, and whether anything is wrong; three taps and a number."""

from handlers.cooks.kitchen import SHOWN, check, done, meal_of
from handlers.lunch.rolls import number
from handlers.members import people as asking
from handlers.turn import Turn
from models.cards import Card
from models.members.people import Member
from nlu.phrases import spoken
from rules.cooks import kitchen, kitchen_card, samples
from rules.members.people import resolve
from rules.settings import settings_of
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast


def ask_who(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Whose morning check is it? One alone is not asked for."""
    meal = meal_of(turn, arguments[0])
    made = kitchen.checks(turn.session, turn.village.id, meal.day)
    left = kitchen_card.unchecked(turn.session, turn.village, meal, made)
    if len(left) == 1:
        return Toast(Text("kitchen.button_check"), edit=_ask_temperature(turn, left[0]))
    return Toast(Text("kitchen.button_check"), edit=_whose(turn, left))


def _whose(turn: Turn, left: list[Member]) -> Message:
    turn.ask("kitchen.who", awaits_text=True)
    buttons = [Button(Text("kitchen.name", name=one.name), f"kwho:{one.id}") for one in left[:SHOWN]]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    return Message(Text("kitchen.whose_check"), (*rows, (Button(Text("common.back"), "kcard"),)))


def somebody(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Another one's morning check, whoever is on the list."""
    check(turn)
    return Toast(Text("kitchen.button_check"), edit=_whose(turn, []))


def picked(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A name was tapped."""
    return Toast(
        Text("kitchen.button_check"), edit=_ask_temperature(turn, _worker(turn, number(arguments[0])))
    )


def named(turn: Turn, card: Card, words: str) -> Answer:
    """A name was written."""
    check(turn)
    found = resolve(turn.session, turn.asker, words.strip())
    if not found:
        # Words that ask for something else end the question: said again they are heard.
        if spoken(words) is None:
            turn.ask("kitchen.who", awaits_text=True)
        return Text("kitchen.name_first")
    return _ask_temperature(turn, found[0]) if len(found) == 1 else asking.which(turn, found, "kwhich")


def which(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One of several of the same name was meant."""
    card = turn.opened(arguments[0], "which.kwhich")
    members = card.facts["members"]
    if not arguments[1].isdecimal() or int(arguments[1]) >= len(members):
        return Toast(Text("common.done"), edit=Message(Text("common.said_again")))
    return Toast(Text("common.done"), edit=_ask_temperature(turn, _worker(turn, members[int(arguments[1])])))


def _worker(turn: Turn, member_id: int) -> Member:
    check(turn)
    member = turn.session.get(Member, member_id)
    if member is None or member.canteen_id != turn.village.id:
        raise Refused("common.old_button")
    return member


def _ask_temperature(turn: Turn, member: Member) -> Message:
    turn.ask("kitchen.temperature", awaits_text=True, member=member.id)
    return Message(Text("kitchen.ask_temperature", name=member.name))


def measured(turn: Turn, card: Card, words: str) -> Answer:
    """How warm somebody is; whoever has no fever is asked how they are."""
    member = _worker(turn, int(card.facts["member"]))
    temperature = kitchen.read_temperature(words)
    if temperature >= settings_of(turn.village).fever:
        return _keep_check(turn, member, temperature, fit=False)
    asked = turn.ask("kitchen.well", member=member.id, temperature=temperature)
    yes = Button(Text("kitchen.button_well"), f"kwell:{asked.id}:yes", Style.SUCCESS)
    no = Button(Text("kitchen.button_unwell"), f"kwell:{asked.id}:no")
    return Message(Text("kitchen.ask_well", name=member.name), ((yes,), (no,)))


def well(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Hands washed and nothing wrong, or not."""
    card = turn.opened(arguments[0], "kitchen.well")
    member = _worker(turn, int(card.facts["member"]))
    fit = arguments[1] == "yes"
    kept = _keep_check(turn, member, int(card.facts["temperature"]), fit=fit)
    return Toast(Text("common.done"), edit=kept)


def _keep_check(turn: Turn, member: Member, temperature: int, *, fit: bool) -> Message:
    row = kitchen.check(turn.session, member.id, temperature, turn.act, fit=fit)
    key = "kitchen.checked_fit" if row.fit else "kitchen.checked_unfit"
    said = Text(key, name=member.name, degrees=samples.degrees(temperature))
    return done(turn, said, what="check", ids=[row.id])


BUTTONS = {"kcheck": ask_who, "kwhose": somebody, "kwho": picked, "kwhich": which, "kwell": well}
CARDS = {"kitchen.who": named, "kitchen.temperature": measured}
REPLIES = {"kitchen.well": well}
