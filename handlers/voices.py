"""Voice messages: read back before anything is done; danger is not read back; and who agreed to a model outside."""

from collections.abc import Callable
from dataclasses import replace

from handlers import questions
from handlers.elders import emergencies
from handlers.lunch.bookings import known
from handlers.turn import Turn
from nlu import Intent, Understanding
from rules import examples
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast, as_message
from transports.listening import OFF, TOO_LONG

FAULTS = {OFF: "voices.off", TOO_LONG: "voices.too_long"}
ALIKE = 200


def unheard(turn: Turn) -> Answer:
    """Nobody could make it out: said in private or to whoever addressed the bot, never to the whole group."""
    if not turn.heard.addressed:
        return None
    return Text(FAULTS.get(turn.heard.voice_fault, "voices.unheard"))


def read_back(turn: Turn) -> Message:
    """“我听到：…对吗？”: nothing is done before the answer."""
    words = turn.heard.text[:ALIKE]
    card = turn.ask("voices.heard", words=words, private=turn.member.id if turn.member else 0)
    yes = Button(Text("voices.right"), f"voice:{card.id}:yes", Style.SUCCESS)
    no = Button(Text("voices.wrong"), f"voice:{card.id}:no")
    return Message(Text("voices.read_back", words=words), ((yes, no),))


def by_voice(turn: Turn) -> Answer:
    """Spoken words are read back before anything is done; only danger is not."""
    if turn.heard.voice_fault or not turn.heard.text:
        return unheard(turn)
    danger = questions.understand(turn).intent == Intent.EMERGENCY
    return emergencies.heard(turn) if danger else read_back(turn)


def heard_right(
    take: Callable[[Turn, Understanding], Answer], turn: Turn, arguments: tuple[str, ...]
) -> Answer:
    """What was read back is what was said: it is taken as if it had been written."""
    card = turn.opened(arguments[0], "voices.heard")
    if arguments[1] != "yes":
        return Toast(Text("voices.wrong"), edit=Message(Text("voices.say_again")))
    turn.heard = replace(turn.heard, text=card.facts["words"], voice="")
    answer = take(turn, questions.understand(turn))
    if isinstance(answer, Toast):
        return answer
    return Toast(Text("voices.right"), edit=as_message(answer) if answer else None)


def model(turn: Turn, argument: str) -> Answer:
    """`/model`: whether a model outside may be asked about what nobody understood; no, until said otherwise."""
    known(turn)
    if not turn.private:
        return Text("people.in_private")
    return _model(turn, agreed=examples.model_consent(turn.session, turn.asker.id))


def _model(turn: Turn, *, agreed: bool) -> Message:
    word, key = ("no", "voices.model_stop") if agreed else ("yes", "voices.model_allow")
    said = Text("voices.model_on" if agreed else "voices.model_off")
    return Message(said, ((Button(Text(key), f"model:{turn.asker.id}:{word}"),),))


def model_tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Agreed, or no longer."""
    known(turn)
    if arguments[0] != str(turn.asker.id) or arguments[1] not in ("yes", "no"):
        raise Refused("common.old_button")
    agreed = arguments[1] == "yes"
    examples.agree_model(turn.session, turn.asker, turn.act, agreed=agreed)
    return Toast(Text("common.done"), edit=_model(turn, agreed=agreed))


COMMANDS = {"model": model}
BUTTONS = {"model": model_tapped}
