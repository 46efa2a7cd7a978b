"""Danger, before anything else: 120 first, then who was called; 我去, how it is, a false alarm; who is on call."""

from handlers.elders import emergency_names
from handlers.lunch.bookings import UNDO_LASTS, known
from handlers.turn import Turn
from models.elders.emergencies import EmergencyState
from models.members.people import Member
from models.outbox import MessageClass
from nlu import Understanding, understand
from nlu.errands import sounds_dangerous
from nlu.wellbeing import cannot_go
from rules import outbox
from rules.elders import emergencies, emergency_calls, emergency_notices, on_call
from rules.values import Answer, Attachment, Button, Message, Refused, Rows, Style, Text, Toast
from transports.updates import Heard, Kind

MOST_NAMED = 3


def urgent(heard: Heard) -> bool:
    """Whether an update sounds, at first sight, like somebody in danger: it is taken up before all others."""
    return bool(heard.text) and sounds_dangerous(heard.text)


def heard(turn: Turn, understanding: Understanding | None = None) -> Answer:
    """120 first, also for somebody nobody knows; family, who is on call and the doctor are called in the same unit."""
    canteen = turn.canteen or emergency_names.village_of(turn)
    if canteen is None:
        return _first(Text("emergencies.call_120_stranger")) if turn.private else None
    meant = emergency_names.meant(turn, canteen)
    act = emergency_names.act_in(turn, canteen)
    raised = emergencies.cry(turn.session, canteen, meant.cry, act)
    emergency_names.ask_who(turn, raised.emergency, meant.perhaps)
    told = [member for member in raised.told if member.id != turn.act.actor_id]
    if turn.heard.voice:
        _play(turn, told)
    if not turn.private or turn.member is None:
        return _first(Text("emergencies.call_120_group" if told else "emergencies.call_120_alone"))
    return _said(turn, told, raised.emergency.id)


def _play(turn: Turn, told: list[Member]) -> None:
    """Whoever is called hears the recording too: written down, a cry may have lost its sense."""
    recording = Attachment("voice", {"file_id": turn.heard.voice})
    name = turn.member.name if turn.member else turn.heard.person_name
    said = Message(Text("voices.cry", name=name), attachment=recording)
    for member in told:
        key = f"voice:{turn.heard.update_id}"
        outbox.tell(turn.session, key, member, said, now=turn.now, kind=MessageClass.CARE)


def _said(turn: Turn, told: list[Member], emergency_id: int) -> Message:
    """What the person in danger reads: few words, 120 first."""
    key = "emergencies.call_120" if told else "emergencies.call_120_alone"
    said = Text(key, names=[member.name for member in told[:MOST_NAMED]])
    mistake = Button(Text("emergencies.button_mistake"), f"sos:{emergency_id}:mistake")
    return _first(said, ((mistake,),))


def _first(said: Text, buttons: Rows = ()) -> Message:
    """Said before everything else that waits to be said."""
    return Message(said, buttons, urgent=True)


def edited(turn: Turn) -> Answer:
    """A message that became a cry for help when it was corrected; anything else that is edited stays unanswered."""
    if not emergency_in(turn, turn.heard.text):
        return None
    return heard(turn)


def emergency_in(turn: Turn, words: str) -> bool:
    """Whether words are a cry for help, wherever they stand."""
    return bool(words) and understand(words, turn.local if turn.canteen else turn.now).intent == "emergency"


def go(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """我去."""
    known(turn)
    emergency, first = emergencies.answer(turn.session, _number(arguments[0]), turn.act)
    name = emergency_notices.name_of(turn.session, emergency)
    key = "emergencies.you_go" if first else "emergencies.you_go_too"
    by = turn.session.get(Member, emergency.answered_by_id) if emergency.answered_by_id else None
    said = Text(key, name=name, by=by.name if by else "")
    if first:
        turn.ask("emergencies.undo", lasts=UNDO_LASTS, emergency=emergency.id)
    going = emergency.answered_by_id == turn.asker.id
    return _becomes(Message(said, emergency_calls.over(emergency.id, going=going)))


def _leave(turn: Turn, number: int) -> Toast:
    """Who said 我去 cannot after all: others are called at once."""
    told = emergencies.leave(turn.session, number, turn.act).told
    return _becomes(_said(turn, [member for member in told if member.id != turn.asker.id], number))


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A wrong tap on 我去."""
    known(turn)
    return _leave(turn, turn.opened(arguments[0], "emergencies.undo").facts["emergency"])


def replied(turn: Turn) -> Answer:
    """我去不了, typed by who is on the way to somebody in danger."""
    if not turn.private or turn.member is None or not cannot_go(turn.heard.text):
        return None
    emergency = emergencies.going(turn.session, turn.asker)
    return _leave(turn, emergency.id).edit if emergency else None


def decided(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Over, with its reason; or called again, after a wrong tap or when who went cannot."""
    known(turn)
    number, word = _number(arguments[0]), arguments[1]
    if word == "again":
        raised = emergencies.reopen(turn.session, number, turn.act)
        return _becomes(_said(turn, list(raised.told), number))
    if word == "leave":
        return _leave(turn, number)
    if word == "here":
        emergencies.stay(turn.session, number, turn.act)
        return _becomes(Message(Text("emergencies.you_stay"), emergency_calls.over(number, going=True)))
    emergency = emergencies.close(turn.session, number, word, turn.act)
    again = Button(Text("emergencies.button_again"), f"sos:{number}:again", Style.DANGER)
    mistake = emergency.state == EmergencyState.FALSE_ALARM
    said = Text("emergencies.thanks_mistake" if mistake else "emergencies.thanks_over")
    return _becomes(Message(said, ((again,),)))


def calling(turn: Turn, argument: str) -> Answer:
    """`/oncall`: be called first, or not any more."""
    known(turn)
    if not turn.private:
        return Text("requests.say_in_private")
    return _on_call(turn)


def _on_call(turn: Turn) -> Message:
    mine = on_call.is_on_call(turn.session, turn.asker, turn.now)
    names = [member.name for member in on_call.on_call(turn.session, turn.village.id, turn.now)]
    said = Text("emergencies.on_call", names=names) if names else Text("emergencies.nobody_on_call")
    word, key = ("end", "emergencies.button_off_call") if mine else ("begin", "emergencies.button_on_call")
    return Message(said, ((Button(Text(key), f"oncall:{turn.asker.id}:{word}"),),))


def call_tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Being on call begins or ends; only for oneself."""
    known(turn)
    if arguments[0] != str(turn.asker.id) or not turn.private:
        raise Refused("common.old_button")
    acts = {"begin": on_call.begin, "end": on_call.end}
    if arguments[1] not in acts:
        raise Refused("common.old_button")
    acts[arguments[1]](turn.session, turn.asker, turn.act)
    return _becomes(_on_call(turn))


def _number(word: str) -> int:
    if not (word.isascii() and word.isdecimal() and len(word) < 19):
        raise Refused("common.old_button")
    return int(word)


def _becomes(said: Message) -> Toast:
    return Toast(Text("common.done"), edit=said)


COMMANDS = {"oncall": calling}
BUTTONS = {"sosgo": go, "sos": decided, "oncall": call_tapped}
EVENTS = {Kind.EDITED: edited}
UNDOES = {"emergencies.undo": undo}
