"""Which handler hears what: buttons by verb, commands by name, sentences by intent, events by kind."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

from sqlmodel import col, select

import nlu
from handlers import (
    alarms,
    calendar,
    canteens,
    deliveries,
    handoff,
    joining,
    ledger,
    meals,
    menus,
    outbox,
    people,
    privacy,
    serving,
    sheets,
    statuses,
    storm,
)
from handlers.remembering import remember
from handlers.turn import Turn
from models.cards import Card
from nlu import Action, Context, Intent, Understanding
from rules.values import Answer, Button, Message, Refused, Text, Toast, as_message
from transports.updates import Kind

ROOMS: tuple[ModuleType, ...] = (
    *(people, joining, privacy, statuses, canteens),
    *(meals, menus, calendar, storm),
    *(sheets, serving, deliveries, alarms, ledger),
    *(outbox, handoff),
)

Handler = Callable[..., Answer]

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
    if turn.heard.command:
        return command(turn)
    card = open_question(turn) if turn.private else None
    understanding = understand(turn, card)
    if card is not None and card.awaits_text and understanding.intent != Intent.EMERGENCY:
        card.answered_at = turn.now
        turn.session.add(card)
        return CARDS[card.kind](turn, card, turn.heard.text)
    return obey(turn, understanding)


def command(turn: Turn) -> Answer:
    """A command; one nobody knows is answered in private and left alone in the group."""
    handler = COMMANDS.get(turn.heard.command)
    if handler is not None:
        return handler(turn, turn.heard.argument)
    return Text("common.unknown_command") if turn.private else None


def obey(turn: Turn, understanding: Understanding) -> Answer:
    """Hand a sentence to the capability that its intent names; silence where it was not for the bot."""
    if understanding.action == Action.SILENT:
        return None
    if turn.member is None:
        answer = people.admit(turn)
        if turn.member is None:
            return answer
    handler = INTENTS.get(understanding.intent)
    return handler(turn, understanding) if handler else unclear(turn, understanding)


def unclear(turn: Turn, understanding: Understanding) -> Answer:
    """Not understood: up to four likely meanings by button, in private or when asked directly."""
    if not understanding.choices:
        return Text("common.not_understood") if turn.heard.addressed else None
    card = turn.ask("common.which_meant", words=turn.heard.text)
    picks = [(Button(Text(f"Intent.{i}"), f"pick:{card.id}:{i}"),) for i in understanding.choices[:4]]
    none = (Button(Text("common.none_of_these"), f"pick:{card.id}:none"),)
    return Message(Text("common.which_meant"), (*picks, none))


def pick(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One of the likely meanings was tapped: the same words are heard again with that meaning."""
    number, intent = arguments
    card = turn.opened(number, "common.which_meant")
    if intent not in set(Intent):
        return Toast(Text("common.said_again"), edit=Message(Text("common.said_again")))
    read = nlu.understand(card.facts["words"], turn.local, Context(chat="private", addressed=True))
    meant = replace(read, intent=Intent(intent), action=Action.ASK)
    answer = obey(turn, meant)
    return (
        answer
        if isinstance(answer, Toast)
        else Toast(Text(f"Intent.{intent}"), edit=as_message(answer) if answer else None)
    )


def open_question(turn: Turn) -> Card | None:
    """The last question to this person that is still open."""
    asked = (
        select(Card)
        .where(Card.telegram_id == turn.heard.person_id, Card.chat_id == turn.heard.chat_id)
        .where(col(Card.answered_at).is_(None), Card.expires_at > turn.now)
        .order_by(col(Card.id).desc())
        .limit(1)
    )
    return turn.session.exec(asked).first()


def understand(turn: Turn, card: Card | None) -> Understanding:
    """Read the sentence; what stays open is read again with what the village knows of the asker."""
    heard = turn.heard
    context = Context(
        chat="private" if heard.private else "group",
        addressed=heard.addressed,
        last_question=card.kind if card else None,
        reply_to=heard.reply_text or None,
        reply_to_bot=heard.reply_to_bot,
    )
    now = turn.local if turn.canteen else turn.now
    read = nlu.understand(heard.text, now, context)
    if read.intent != Intent.UNCLEAR or read.action == Action.SILENT:
        return read
    return nlu.understand(heard.text, now, remember(turn, context))


BUTTONS, COMMANDS, INTENTS, CARDS, EVENTS = map(
    _merged, ("BUTTONS", "COMMANDS", "INTENTS", "CARDS", "EVENTS")
)
BUTTONS = {**BUTTONS, "pick": pick}
