"""The reading of one message: lists, then named rules, then the gate of the chat, then a classifier for buttons."""

import re
from dataclasses import replace
from datetime import date, datetime

from nlu.alarms import Worry, worry_in
from nlu.answers import answer
from nlu.certainty import says_nothing_else
from nlu.classifier import Guess, guess
from nlu.dangers import hints_at_danger
from nlu.doubts import DOUBTS, doubts_in
from nlu.intents import first_rule
from nlu.lists import LEAVE, RENAME, about_a_meal, plus_entries, sign_up
from nlu.rules import Rule
from nlu.sentence import Sentence, read_sentence, skeleton_of
from nlu.slots import fill
from nlu.values import Action, Context, Intent, Slots, Understanding

AT_ONCE = {
    Intent.BOOK_MEAL,
    Intent.CANCEL_MEAL,
    Intent.QUERY_MENU,
    Intent.QUERY_BOOKINGS,
    Intent.QUERY_SHIFTS,
    Intent.EMERGENCY,
}
QUIET = {Intent.THANKS, Intent.CHATTER}
UNOFFERED = QUIET | {Intent.UNCLEAR}
MOST_OFFERED = 6
NOTHING = Understanding(Intent.CHATTER, Slots(), Action.SILENT, (), 1.0, ("nothing said",))
MENTION = re.compile(r"@(?:食堂|小助手|机器人|canteen|gulou|bot)\S*\s*|@\S*bot\b\s*", re.I)
EATING = re.compile("吃|饭|餐|[份客盒]|食堂|meal|lunch|dinner|breakfast|eat")
OWN = re.compile(r"我|\bmy\b")
WORKING = re.compile("班|帮厨|值日|洗碗|送餐|送饭|做饭|掌勺|shift")
BESIDES = re.compile(
    r"[DERTMN]|报一?[下报]?(?!名)|记一?下|登记一?下|我?(?:帮|替|给)[一-鿿]{0,6}(?:家|户|几个人?)|这?[几这]位|这些人|我们?[一-鿿]{0,3}这?几[户家位个]|接下去|这几个人?|接龙|报名|登记|各位|大家|的|[^\w]|group|note"
)


def understand(text: str, now: datetime, context: Context | None = None) -> Understanding:
    """Read any text; never raises, never reads the clock."""
    context = context or Context()
    mentioned = MENTION.search(text[:200])
    if mentioned:
        context, text = replace(context, addressed=True), MENTION.sub(" ", text)
    if not text.strip():
        return NOTHING
    sentence = read_sentence(text, now.date(), words=context.words)
    worry = worry_in(sentence.low, alone=_spoken_to(context))
    if worry.sure:
        return Understanding(Intent.EMERGENCY, Slots(), Action.ACT, (), 1.0, worry.why)
    read = _listed(sentence, now.date(), context) or _said(text, sentence, now, context)
    return _worried(read, worry, hinted=hints_at_danger(sentence.low)) if _spoken_to(context) else read


def _worried(read: Understanding, worry: Worry, *, hinted: bool) -> Understanding:
    """In private a danger that is not sure is asked about, unless the words are clearly for something else."""
    unread = read.unsure
    doubted = worry.alarm and (unread or read.intent in QUIET)
    offered = tuple(choice for choice in read.choices if choice is not Intent.EMERGENCY)
    if not doubted and (
        read.action is Action.ACT or not worry.worth_asking(unread=read.intent is Intent.UNCLEAR)
    ):
        return replace(read, choices=offered) if worry.unlikely and not hinted else read
    why = ("perhaps " + worry.why[0], *worry.why[1:], *read.why)
    return replace(read, action=Action.ASK, choices=(Intent.EMERGENCY, *offered), confidence=0.4, why=why)


def _listed(sentence: Sentence, today: date, context: Context) -> Understanding | None:
    text = sentence.text
    short = _short_form(text, sentence, context)
    if short:
        return short
    found = sign_up(text)
    if found is None:
        return None
    header = read_sentence(found.header, today)
    bare = bool(header.meals) and not BESIDES.sub("", skeleton_of(header))
    if found.entries and about_a_meal(found.header, bare=bare):
        slots = Slots(header.dates, fill(Intent.BOOK_MEAL, header, frozenset()).meal, entries=found.entries)
        why = "list", f"{len(found.entries)} lines"
        return Understanding(Intent.BOOK_MEAL, slots, Action.ACT, (), 0.95, why)
    return Understanding(Intent.CHATTER, Slots(), Action.SILENT, (), 0.9, ("list about something else",))


def _short_form(text: str, sentence: Sentence, context: Context) -> Understanding | None:
    rename = RENAME.match(text)
    if rename:
        slots = Slots(rename=(rename["number"], rename["old"], rename["new"]))
        return Understanding(Intent.CHANGE_MEAL, slots, Action.ACT, (), 0.9, ("list rename",))
    leave = LEAVE.match(text)
    if leave:
        slots = Slots(beneficiary=leave["name"] or None)
        return Understanding(Intent.CANCEL_MEAL, slots, Action.ACT, (), 0.9, ("list leave",))
    plus = plus_entries(text)
    if plus:
        count, entries = plus
        base = fill(Intent.BOOK_MEAL, sentence, frozenset())
        slots = replace(base, count=None if entries else count, entries=entries)
        return Understanding(Intent.BOOK_MEAL, slots, Action.ACT, (), 0.9, ("list plus",))
    return None


def _said(text: str, sentence: Sentence, now: datetime, context: Context) -> Understanding:
    answered = answer(sentence, now, context)
    if answered:
        return answered
    skeleton = skeleton_of(sentence)
    rule = first_rule(skeleton[:600])
    if rule is None:
        return _unsure(skeleton, sentence, now.date(), context)
    if rule.intent is Intent.VISIT_NOTE:
        sentence = read_sentence(text, now.date(), past=True, words=context.words)
    slots = fill(rule.intent, sentence, context.names)
    if rule.intent is Intent.VISIT_NOTE:
        slots = replace(slots, dates=tuple(day for day in slots.dates if day <= now.date())[:1])
    else:
        slots = _forward(rule.intent, slots, now.date())
    doubts = doubts_in(rule.intent, sentence, now.date())
    why = (f"rule {rule.name}", f"seen {skeleton[:60]}", *_defaulted(rule.intent, slots), *doubts)
    return _gated(rule, slots, sentence, context, why)


def _forward(intent: Intent, slots: Slots, today: date) -> Slots:
    """Days gone by are left out of what is still to come; a week asked about stays whole."""
    kept = tuple(day for day in slots.dates if day >= today)
    if kept == slots.dates and not slots.parts:
        return slots
    whole = len(slots.dates) == 7 and intent is not Intent.BOOK_MEAL
    parts = tuple(replace(part, dates=tuple(d for d in part.dates if d >= today)) for part in slots.parts)
    return replace(slots, dates=slots.dates if whole else kept, parts=parts)


def _defaulted(intent: Intent, slots: Slots) -> tuple[str, ...]:
    if intent is not Intent.BOOK_MEAL or slots.parts:
        return ()
    missing = (
        ("day", slots.dates or slots.recur),
        ("meal", slots.meal),
        ("count", slots.count),
        ("mode", slots.mode),
    )
    return tuple(f"not said: {name}" for name, value in missing if not value)


def _gated(
    rule: Rule, slots: Slots, sentence: Sentence, context: Context, why: tuple[str, ...]
) -> Understanding:
    intent = rule.intent
    if intent in QUIET:
        return Understanding(intent, Slots(), Action.SILENT, (), 0.9, why)
    if not _spoken_to(context):
        return _in_group(rule, slots, sentence, why)
    if intent is Intent.UNCLEAR:
        offered = _offered(guess(skeleton_of(sentence), context.lessons))
        return Understanding(intent, Slots(), Action.ASK, offered, 0.3, why)
    act = intent in AT_ONCE and rule.sure and _complete(intent, slots) and not DOUBTS & set(why)
    return Understanding(
        intent, slots, Action.ACT if act else Action.ASK, (intent,), 0.9 if act else 0.7, why
    )


def _complete(intent: Intent, slots: Slots) -> bool:
    dated = bool(slots.dates or slots.parts) and not slots.recur
    return dated or intent not in (Intent.BOOK_MEAL, Intent.CANCEL_MEAL)


def _in_group(rule: Rule, slots: Slots, sentence: Sentence, why: tuple[str, ...]) -> Understanding:
    """Unaddressed words: acted on only when certain; the rest is noted for what it is and left alone."""
    certain = _about_own_shift if rule.intent is Intent.OFFER_SHIFT else _about_eating
    if rule.group and slots.dates and certain(sentence) and not DOUBTS & set(why):
        return Understanding(rule.intent, slots, Action.ACT, (), 0.9, (*why, "group: certain"))
    if rule.intent is Intent.UNCLEAR or not rule.sure or len(sentence.text) > 80:
        return Understanding(
            Intent.CHATTER, Slots(), Action.SILENT, (), 0.6, (*why, "group: not for the bot")
        )
    return Understanding(rule.intent, slots, Action.SILENT, (), 0.7, (*why, "group: not addressed"))


def _about_eating(sentence: Sentence) -> bool:
    """Portions, a meal by name or a word of eating, and nothing else."""
    said = bool(sentence.meals or sentence.counts) and says_nothing_else(sentence)
    named = any(not span.plain for span in sentence.meals)
    return said and (named or bool(sentence.counts) or bool(EATING.search(sentence.low)))


def _about_own_shift(sentence: Sentence) -> bool:
    """Somebody asks who takes a shift of theirs, in so many words."""
    own, shift = OWN.search(sentence.low), WORKING.search(sentence.low)
    return bool(own and shift) and len(sentence.text) <= 60


def _unsure(skeleton: str, sentence: Sentence, today: date, context: Context) -> Understanding:
    """No rule holds: a clear guess becomes a card to confirm, an unclear one up to four buttons."""
    if not _spoken_to(context):
        return Understanding(Intent.CHATTER, Slots(), Action.SILENT, (), 0.5, ("no rule",))
    guessed = guess(skeleton[:200], context.lessons)
    offered = _offered(guessed)
    hinted = hints_at_danger(sentence.low)
    if hinted:
        offered = (Intent.EMERGENCY, *(choice for choice in offered if choice is not Intent.EMERGENCY))
    taught = next((intent for intent, bones in context.lessons if bones == skeleton), None)
    first = Intent(taught) if taught else guessed.likely[0]
    if (guessed.clear or taught) and first not in UNOFFERED | {Intent.EMERGENCY}:
        slots = _forward(first, fill(first, sentence, context.names), today)
        return Understanding(first, slots, Action.ASK, offered, 0.5, ("no rule", "classifier is clear"))
    if guessed.clear and first in QUIET:
        action = Action.ASK if hinted else Action.SILENT
        return Understanding(first, Slots(), action, offered, 0.5, ("no rule", "classifier is clear"))
    return Understanding(Intent.UNCLEAR, Slots(), Action.ASK, offered, 0.3, ("no rule", "classifier offers"))


def _offered(guessed: Guess) -> tuple[Intent, ...]:
    """The best first; more than are shown, since not everybody may mean everything."""
    return tuple(choice for choice in guessed.likely if choice not in UNOFFERED)[:MOST_OFFERED]


def _spoken_to(context: Context) -> bool:
    return context.chat == "private" or context.addressed or context.reply_to_bot
