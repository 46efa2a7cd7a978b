"""Looking into the kitchen book: the inspector's month on paper, and who ate a dish."""

from datetime import date, timedelta

from handlers.cooks.kitchen import check
from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.members.people import Role
from nlu.dates import find_dates, gathered
from nlu.normalise import normalise
from rules.cooks import eaters
from rules.cooks.eaters import Table
from rules.values import Answer, Attachment, Button, Message, Refused, Text, Toast, lines

READERS = (Role.COOK, Role.SOCIAL_WORKER, Role.EVALUATOR)
RECENT = timedelta(days=2)
"""Without a day: today and the two days before, for what makes ill shows within three days."""


def more(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """What is rarely wanted: somebody else's check, and the month on paper."""
    check(turn)
    last = turn.today.replace(day=1) - timedelta(days=1)
    rows = (
        (Button(Text("kitchen.button_other_check"), "kwhose"),),
        (Button(Text("kitchen.button_this_month"), f"kmonth:{turn.today:%Y%m}"),),
        (Button(Text("kitchen.button_last_month"), f"kmonth:{last:%Y%m}"),),
        (Button(Text("common.back"), "kcard"),),
    )
    return Toast(Text("common.more"), edit=Message(Text("kitchen.what_more"), rows))


def month(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The book of a month, to print and to send."""
    known(turn)
    if not turn.may(*READERS) or not turn.private:
        raise Refused("kitchen.only_those_who_care")
    first = _month(arguments[0])
    facts = {"canteen_id": turn.village.id, "month": first.isoformat()}
    said = Text("kitchen.book", year=first.year, month=first.month)
    turn.answer(Message(said, attachment=Attachment("kitchen_book", facts)))
    turn.answer(Message(said, attachment=Attachment("kitchen_table", facts)))
    return Toast(Text("kitchen.book_comes"))


def _month(word: str) -> date:
    if not (word.isascii() and word.isdecimal() and len(word) == 6 and word[4:] in MONTHS):
        raise Refused("common.old_button")
    return date(int(word[:4]), int(word[4:]), 1)


MONTHS = {f"{number:02d}" for number in range(1, 13)}


def who_ate(turn: Turn, argument: str) -> Answer:
    """`/whoate 红烧肉 昨天`: who ate a dish, in private, for those who cook and care."""
    if not turn.private:
        raise Refused("kitchen.say_in_private")
    known(turn)
    words = normalise(argument)
    spans = find_dates(words, turn.today, past=True)
    days = gathered(spans) or (turn.today - RECENT, turn.today)
    for span in reversed(spans):
        words = words[: span.start] + words[span.end :]
    found = eaters.who_ate(turn.session, turn.village.id, words, (days[0], days[-1]), turn.act)
    if not found:
        return Text("kitchen.nobody_ate", dish=words.strip()[:40], first=days[0], last=days[-1])
    for table in found:
        if table.sample is not None and table.sample.photo:
            turn.answer(Message(Text("kitchen.photo_of", dish=table.dish), photo=table.sample.photo))
        facts = {"meal_id": table.meal.id}
        turn.answer(
            Message(Text("kitchen.eaters_file", day=table.meal.day), attachment=Attachment("eaters", facts))
        )
    return lines(*(_table(turn, table) for table in found))


def _table(turn: Turn, table: Table) -> Text:
    meal = table.meal
    facts = {"day": meal.day, "sitting": meal.sitting, "dish": table.dish, "people": len(table.ate)}
    ate = [Text("kitchen.eater", name=m.name, portions=b.portions, mode=b.mode) for b, m in table.ate]
    unsure = [member.name for _, member in table.unsure]
    head = Text("kitchen.ate" if ate else "kitchen.none_ticked", **facts, portions=table.portions)
    return lines(
        head,
        Text("kitchen.eaters", names=ate) if ate else None,
        Text("kitchen.unsure", names=unsure) if unsure else None,
        _sample(turn, table),
    )


def _sample(turn: Turn, table: Table) -> Text:
    sample = table.sample
    if sample is None:
        return Text("kitchen.no_sample")
    if sample.discarded_at is not None:
        return Text("kitchen.sample_gone", at=sample.discarded_at)
    return Text("kitchen.sample_there", at=sample.kept_at, until=sample.discard_at)


COMMANDS = {"whoate": who_ate}
BUTTONS = {"kmore": more, "kmonth": month}
