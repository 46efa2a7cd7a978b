"""Answers to "how are you?" and to questions after somebody who was missed; the list of who is still asked after."""

from collections.abc import Callable

from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.elders.care import Finding
from nlu.wellbeing import well
from rules.elders import care, care_calls, care_lists, care_notices
from rules.values import Answer, Button, Message, Refused, Text, Toast, lines

PAGE = 6


def _number(word: str) -> int:
    if not (word.isascii() and word.isdecimal() and len(word) < 19):
        raise Refused("common.old_button")
    return int(word)


def tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Somebody sees to it, cannot after all, or knows how the elder is."""
    known(turn)
    if not turn.private:
        raise Refused("care.say_in_private")
    number, word = _number(arguments[0]), arguments[1]
    if word in TAPS:
        return TAPS[word](turn, number)
    if word not in care.ENDS | care.PRESSES:
        raise Refused("common.old_button")
    return _answered(turn, number, Finding(word))


def _go(turn: Turn, number: int) -> Toast:
    concern = care.go(turn.session, number, turn.act)
    scene = care_calls.scene_of(turn.session, concern)
    return Toast(Text("common.done"), edit=care_notices.to_goer(turn.session, scene, concern))


def _leave(turn: Turn, number: int) -> Toast:
    care.leave(turn.session, number, turn.act)
    return Toast(Text("common.done"), edit=Message(Text("care.left")))


def _more(turn: Turn, number: int) -> Toast:
    concern = care.held(turn.session, number, turn.act)
    scene = care_calls.scene_of(turn.session, concern)
    said = Text("care.how_is_it", name=scene.elder.name)
    own = concern.goer_id == turn.asker.id
    return Toast(Text("common.more"), edit=Message(said, care_notices.rarer(concern.id, leave=own)))


def _answered(turn: Turn, number: int, finding: Finding) -> Toast:
    concern = care.answer(turn.session, number, finding, turn.act)
    own = turn.asker.id == concern.elder_id
    if finding in care.PRESSES:
        key = "care.help_comes" if own else "care.others_called"
        go = () if own else care_notices.asking(concern.id)[:1]
        return Toast(Text(key), alert=True, edit=Message(Text(key), go))
    card = turn.ask("care.undo", lasts=care.UNDO, concern=concern.id)
    undo = ((Button(Text("common.undo"), f"careundo:{card.id}"),),)
    key = "care.glad" if own else "care.noted"
    return Toast(Text(key), edit=Message(Text(key), undo))


def replied(turn: Turn) -> Answer:
    """ "I am fine" typed instead of tapped, by the elder or by the one who was asked about one elder only."""
    word = well(turn.heard.text) if turn.private and turn.member is not None else None
    waiting = care_lists.awaiting(turn.session, turn.asker) if word else []
    if word is None or len(waiting) != 1:
        return None
    said = _answered(turn, waiting[0].id, Finding(word))
    return said.edit


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A wrong tap: the elder is asked after again."""
    known(turn)
    card = turn.opened(arguments[0], "care.undo")
    care.reopen(turn.session, card.facts["concern"], turn.act)
    return Toast(Text("common.done"), edit=Message(Text("care.reopened")))


def listed(turn: Turn, argument: str) -> Answer:
    """`/care`: who is still asked after, for those responsible."""
    known(turn)
    _check_staff(turn)
    return _page(turn, 0) if turn.private else Text("care.say_in_private")


def _check_staff(turn: Turn) -> None:
    if not turn.may(*care.ANSWERERS):
        raise Refused("care.only_staff")


def turn_page(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Further names of the list."""
    known(turn)
    _check_staff(turn)
    if not turn.private:
        raise Refused("care.say_in_private")
    return Toast(Text("common.more"), edit=_page(turn, _number(arguments[0])))


def _page(turn: Turn, first: int) -> Message:
    page, count = care_lists.open_ones(turn.session, turn.village.id, first, PAGE)
    if not page:
        return Message(Text("care.none_open"))
    said = lines(Text("care.open_ones", count=count), *(care_lists.line(one) for one in page))
    rows = [
        (Button(Text("care.button_see", name=one.elder.name), f"caresee:{one.concern.id}"),) for one in page
    ]
    if count > PAGE:
        following = first + PAGE if first + PAGE < count else 0
        rows.append((Button(Text("common.more"), f"carepage:{following}"),))
    return Message(said, tuple(rows))


def see(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One of them: what is known, and what one can do."""
    known(turn)
    _check_staff(turn)
    if not turn.private:
        raise Refused("care.say_in_private")
    concern = care.held(turn.session, _number(arguments[0]), turn.act)
    if concern.goer_id == turn.asker.id:
        return Toast(
            Text("common.done"),
            edit=care_notices.to_goer(turn.session, care_calls.scene_of(turn.session, concern), concern),
        )
    one = care_lists.one(turn.session, concern)
    return Toast(Text("common.done"), edit=Message(care_lists.line(one), care_notices.asking(concern.id)))


TAPS: dict[str, Callable[[Turn, int], Toast]] = {"go": _go, "leave": _leave, "more": _more}
COMMANDS = {"care": listed}
BUTTONS = {"care": tapped, "careundo": undo, "carepage": turn_page, "caresee": see}
UNDOES = {"care.undo": undo}
