"""Which handler hears what: buttons by verb, commands by name, sentences by intent, events by kind."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import Any

import nlu
from handlers import canteens, examples, guesses, handoff, missed, outbox, questions, voices
from handlers.cooks import certificates, kitchen, kitchen_book, morning_checks, proofs
from handlers.elders import (
    care,
    emergencies,
    emergency_names,
    errands,
    kits,
    need_answers,
    needs,
    neighbours,
    request_forms,
    request_taps,
    requests,
)
from handlers.homes import households, visit_changes, visit_records, visit_taps, visits
from handlers.lunch import calendar, deliveries, keys, ledger, meals, menus, serving, sheets, storm
from handlers.members import conditions, consents, joining, people, privacy, statuses
from handlers.turn import Turn
from handlers.volunteers import (
    fairness,
    feeds,
    patterns,
    planning,
    presence,
    rosters,
    shift_cards,
    shift_closings,
    shift_lists,
    shift_sentences,
    shifts,
    swap_answers,
    swaps,
)
from nlu import Action, Context, Intent, Understanding
from nlu.phrases import detail, spoken
from rules.values import Answer, Refused, Text, Toast, as_message
from transports.updates import Kind

ROOMS: tuple[ModuleType, ...] = (
    *(people, joining, keys, privacy, consents, statuses, conditions, canteens),
    *(meals, menus, calendar, storm),
    *(sheets, serving, deliveries, care, neighbours, needs, need_answers, ledger),
    *(certificates, proofs, kitchen, morning_checks, kitchen_book),
    *(shifts, swaps, swap_answers, shift_sentences, fairness),
    *(shift_lists, rosters, planning, patterns, shift_cards, shift_closings, presence, feeds),
    *(requests, request_forms, request_taps, errands, kits, emergencies, emergency_names),
    *(visits, visit_changes, visit_records, visit_taps, households),
    *(outbox, examples, voices, handoff),
)

Handler = Callable[..., Answer]

NO_ANSWERS = ("privacy", "language")
"""Sentences that are never the answer to a question, whatever was asked."""

ARGUMENTS = 2
"""A button says `verb:id:word`; what is missing on a forged one is empty, what is too much is cut."""


def _merged(table: str) -> Mapping[Any, Handler]:
    merged: dict[Any, Handler] = {}
    for room in ROOMS:
        for name, handler in getattr(room, table, {}).items():
            if name in merged:
                raise RuntimeError(f"{name} is claimed twice in {table}")
            merged[name] = handler
    return merged


def route(turn: Turn) -> Answer:
    """Let the right handler hear the turn."""
    kind = turn.heard.kind
    if kind == Kind.BUTTON:
        return press(turn)
    if kind == Kind.MESSAGE:
        return speak(turn)
    event = EVENTS.get(kind)
    return event(turn) if event else None


def press(turn: Turn) -> Answer:
    """A tap: the verb picks the handler, which checks everything again."""
    verb, *rest = turn.heard.data.split(":")
    arguments = (*rest, "", "")[:ARGUMENTS]
    handler = BUTTONS.get(verb)
    if handler is None:
        raise Refused("common.old_button")
    if turn.member is None:
        answer = people.admit(turn)
        if turn.member is None:
            return Toast(answer if isinstance(answer, Text) else Text("people.stranger"), alert=True)
    return handler(turn, arguments)


def speak(turn: Turn) -> Answer:
    """Words: a command, the answer to an open question, or a sentence to be understood."""
    if turn.heard.voice:
        return voices.by_voice(turn)
    if turn.heard.command:
        return command(turn)
    understanding = questions.understand(turn)
    turn.why = understanding.reason or None
    if not turn.heard.addressed or understanding.intent == Intent.EMERGENCY:
        return obey(turn, understanding)
    return _to_the_bot(turn, understanding)


def _to_the_bot(turn: Turn, understanding: Understanding) -> Answer:
    if rosters.is_roster(turn):
        return rosters.pasted(turn, turn.heard.text)
    asked = questions.open_question(turn) if turn.private else None
    said = spoken(turn.heard.text)
    if asked is not None and asked.awaits_text and said == ("undo", ""):
        return _undo_or_drop(turn, asked)
    elsewhere = said is not None and said[0] in NO_ANSWERS
    if asked is not None and not elsewhere and questions.answers_in_words(asked, understanding):
        card = asked.card(turn)
        card.answered_at = turn.now
        turn.session.add(card)
        return CARDS[card.kind](turn, card, turn.heard.text)
    if asked is not None and turn.heard.photo and not turn.heard.text and asked.kind in PHOTOS:
        return PHOTOS[asked.kind](turn, asked.card(turn))
    if turn.canteen is not None and (menu := menus.overheard(turn)) is not None:
        return menu
    if (told := emergencies.replied(turn) or care.replied(turn)) is not None:
        return told
    if said is not None and said[0] in COMMANDS and (turn.member is not None or said[0] == "start"):
        return COMMANDS[said[0]](turn, said[1])
    whole = understanding.action == Action.ACT and understanding.slots.dates
    if asked is not None and not whole and (followed := _follow(turn, asked)) is not None:
        return followed
    return obey(turn, understanding)


def _follow(turn: Turn, asked: questions.Asked) -> Answer:
    """A typed yes or no to a question with buttons, or a word more about what was just booked."""
    word = questions.word(turn)
    question = questions.answered_by(turn, asked, REPLIES) if word else None
    if question is not None:
        return _untapped(REPLIES[question.kind](turn, (str(question.id), word)))
    more = detail(turn.heard.text, turn.today) if turn.canteen and not word else None
    if more is not None and asked.kind in DETAILS:
        return DETAILS[asked.kind](turn, asked.card(turn), more)
    return None


def _untapped(answer: Answer) -> Answer:
    """What a tap would have made of the message, as a message of its own."""
    return (answer.edit or answer.text) if isinstance(answer, Toast) else answer


def undo(turn: Turn, argument: str) -> Answer:
    """`/undo` or a word: what this person did last within ten minutes is taken back, whatever it was."""
    card = questions.last_undo(turn)
    if card is None or card.kind not in UNDOES:
        raise Refused("common.nothing_to_undo")
    return _untapped(UNDOES[card.kind](turn, (str(card.id), "")))


def _undo_or_drop(turn: Turn, asked: questions.Asked) -> Answer:
    """撤销 while words are waited for: what is asked about is taken back; a question about nothing yet is dropped."""
    card, done = asked.card(turn), questions.last_undo(turn)
    card.answered_at = turn.now
    turn.session.add(card)
    about = card.facts.get("request")
    if done is not None and about is not None and done.facts.get("request") == about:
        return undo(turn, "")
    return Text("common.not_asked_any_more")


def command(turn: Turn) -> Answer:
    """A command; one nobody knows is answered in private and left alone in the group; danger is heard behind any."""
    if emergencies.emergency_in(turn, turn.heard.argument):
        return emergencies.heard(turn)
    handler = COMMANDS.get(turn.heard.command)
    if handler is not None:
        return handler(turn, turn.heard.argument)
    return Text("common.unknown_command") if turn.private else None


def obey(turn: Turn, understanding: Understanding) -> Answer:
    """Hand a sentence to the capability that its intent names; silence where it was not for the bot."""
    if understanding.intent == Intent.EMERGENCY:
        return emergencies.heard(turn)
    if understanding.action == Action.SILENT and not turn.private:
        heard = OVERHEARD.get(understanding.intent)
        return heard(turn, understanding) if heard else None
    if turn.member is None:
        answer = people.admit(turn)
        if turn.member is None:
            return answer
    if understanding.unsure and needs.overheard(turn):
        return needs.heard(turn)
    if understanding.action == Action.ASK and understanding.choices[:1] == (Intent.EMERGENCY,):
        return guesses.unclear(turn, understanding)
    handler = INTENTS.get(understanding.intent)
    return handler(turn, understanding) if handler else guesses.unclear(turn, understanding)


def pick(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One of the likely meanings was tapped: the same words are heard again with that meaning."""
    number, intent = arguments
    card = turn.opened(number, "common.which_meant")
    turn.heard = replace(turn.heard, text=card.facts["words"])
    if intent == guesses.SAFE:
        return guesses.nobody_in_danger(turn)
    if intent not in set(Intent):
        return missed.missed(turn, card.facts["words"])
    missed.picked(turn, card.facts["words"], Intent(intent))
    read = nlu.understand(card.facts["words"], turn.local, Context(chat="private", addressed=True))
    meant = replace(read, intent=Intent(intent), action=Action.ASK, choices=(Intent(intent),))
    answer = obey(turn, meant)
    return (
        answer
        if isinstance(answer, Toast)
        else Toast(Text(f"Intent.{intent}"), edit=as_message(answer) if answer else None)
    )


TABLES = (
    *("BUTTONS", "COMMANDS", "INTENTS", "CARDS", "EVENTS"),
    *("REPLIES", "DETAILS", "UNDOES", "OVERHEARD", "PHOTOS"),
)
(BUTTONS, COMMANDS, INTENTS, CARDS, EVENTS, REPLIES, DETAILS, UNDOES, OVERHEARD, PHOTOS) = map(
    _merged, TABLES
)
BUTTONS = {**BUTTONS, "pick": pick, "voice": partial(voices.heard_right, _to_the_bot)}
REPLIES = {**REPLIES, "voices.heard": BUTTONS["voice"]}
COMMANDS = {**COMMANDS, "undo": undo}
