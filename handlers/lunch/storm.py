"""Storm: a manager calls off today, or today and tomorrow, with one more tap."""

from datetime import datetime

from handlers.lunch.bookings import UNDO_LASTS, known
from handlers.turn import Turn
from models.cards import Card
from rules.lunch import recalling, storm
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast


def ask(turn: Turn, argument: str) -> Answer:
    """`/storm`: which days, with the reason that everybody is told; during a storm, whether it is over."""
    known(turn)
    if not turn.may():
        raise Refused("storm.only_manager")
    if turn.village.storm_since is not None:
        over = Button(Text("storm.button_over"), "stormover", Style.SUCCESS)
        return Message(Text("storm.is_on"), ((over,),))
    if argument.strip():
        return _which_days(turn, argument)
    if not turn.private:
        return Text("storm.say_why")
    turn.ask("storm.why", awaits_text=True)
    return Text("storm.why")


def why(turn: Turn, card: Card, words: str) -> Answer:
    """The reason that everybody will be told."""
    known(turn)
    if not turn.may():
        raise Refused("storm.only_manager")
    return _which_days(turn, words)


def _which_days(turn: Turn, reason: str) -> Answer:
    card = turn.ask("storm.begin", reason=reason.strip()[:100])
    days = [(Button(Text(f"storm.button_days_{n}"), f"storm:{card.id}:{n}", Style.DANGER),) for n in (1, 2)]
    return Message(Text("storm.which_days"), (*days, (Button(Text("common.no"), f"storm:{card.id}:0"),)))


def begin(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Meals are called off, everybody told; the names to look after go to the manager in private only."""
    known(turn)
    number, days = arguments
    card = turn.opened(number, "storm.begin")
    if days not in ("1", "2"):
        return Toast(Text("common.no"), edit=Message(Text("storm.not_begun")))
    done = storm.begin(turn.session, int(days), card.facts["reason"], turn.act)
    storm.tell_elders(turn.session, turn.asker, done.elders, turn.act)
    said = Text("storm.begun", meals=len(done.meals), told=done.told)
    back = turn.ask("storm.undo", lasts=UNDO_LASTS, meals=list(done.meals), at=turn.now.isoformat())
    undo = Button(Text("common.undo"), f"unstorm:{back.id}")
    return Toast(Text("common.done"), edit=Message(said, ((undo,),)))


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """No storm after all: the meals take place, everybody has their place back."""
    known(turn)
    card = turn.opened(arguments[0], "storm.undo")
    storm.end(turn.session, turn.act, by_mistake=True)
    at = datetime.fromisoformat(card.facts["at"])
    told = sum(recalling.recall(turn.session, number, at, turn.act) for number in card.facts["meals"])
    return Toast(Text("common.undo"), edit=Message(Text("meals.recalled", told=told)))


def over(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The storm is over."""
    known(turn)
    storm.end(turn.session, turn.act)
    return Toast(Text("common.done"), edit=Message(Text("storm.over")))


COMMANDS = {"storm": ask}
BUTTONS = {"storm": begin, "stormover": over, "unstorm": undo}
UNDOES = {"storm.undo": undo}
CARDS = {"storm.why": why}
